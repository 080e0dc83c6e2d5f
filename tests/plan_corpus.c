/* What the player in C makes of plans: plan_corpus BANK FOLDER, a line for each file; then calls that a game gets wrong,
 * and a game that gives its cues one by one. */
#include <stdio.h>
#include <stdlib.h>

static int allocations;
static void *allocated(size_t size) {
    allocations++;
    return malloc(size);
}
#define MIEN_ALLOCATE(size) allocated(size)
#define MIEN_RELEASE(memory) free(memory)
#define MIEN_IMPLEMENTATION
#include "../compiler/mien/runtimes/c/mien.h"

#define CHECK(holds) do { if (!(holds)) { printf("line %d\n", __LINE__); exit(1); } } while (0)

static unsigned char *read_file(const char *folder, const char *name, size_t *size) {
    char path[4096];
    FILE *file;
    unsigned char *data;
    snprintf(path, sizeof path, "%s%s", folder, name);
    file = fopen(path, "rb");
    CHECK(file != NULL);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    data = (unsigned char *)malloc(*size + 1);
    CHECK(data != NULL && fread(data, 1, *size, file) == *size);
    fclose(file);
    return data;
}

static void verdict(const mien_bank *bank, const unsigned char *data, size_t size) {
    static float row[MIEN_CHANNELS + 3];
    mien_refusal why;
    mien_player *player = mien_player_load(bank, data, size, 0, &why);
    size_t channels = (size_t)mien_channel_count(bank);
    int64_t frame;
    mien__sha sha;
    char hex[65];
    if (player == NULL) {
        printf("%s\n", why.code);
        return;
    }
    mien__sha_begin(&sha);
    for (frame = 0; frame < mien_player_frames(player) && frame < 200; frame++) {
        CHECK(mien_player_face(player, 1000 * frame, 0.25f, row, row + channels, NULL));
        mien__sha_add(&sha, row, (channels + 3) * sizeof *row);
    }
    mien__sha_hex(&sha, hex);
    printf("%s\n", hex);
    mien_player_free(player);
}

/* Few and many cues of room give the same faces, as long as nobody looks back; and no cue and no face allocates. */
static void live(const mien_bank *bank) {
    static float one[MIEN_CHANNELS], other[MIEN_CHANNELS], head[3], gaze[2];
    mien_player *small = mien_player_new(bank, 4), *large = mien_player_new(bank, 300);
    uint64_t drawn = 88172645463325252u;
    int64_t tick = 0, at;
    int n, refused = 0, made = allocations;
    CHECK(small != NULL && large != NULL && mien_player_frames(small) == 0);
    for (n = 0; n < 200; n++) {
        mien_share share;
        mien_cue cue;
        drawn ^= drawn << 13, drawn ^= drawn >> 7, drawn ^= drawn << 17;
        share.label = (int)(drawn % (uint64_t)mien_label_count(bank));
        share.style = (int)(drawn >> 8 & 1) - (mien_style_count(bank, share.label) == 0 || (drawn >> 9 & 1));
        share.weight = (double)(1 + (drawn >> 10 & 255)) / 256.0;
        cue.start = tick, cue.length = (int64_t)(drawn >> 20 & 16383);
        cue.vad[0] = (double)(drawn >> 30 & 1), cue.vad[1] = -0.25, cue.vad[2] = 0.5;
        cue.sequence = mien_sequence_count(bank, share.label) > 0 && (drawn >> 31 & 1) ? 0 : MIEN_STILL;
        cue.hold = 0, cue.intensity = 0, cue.count = (drawn >> 32 & 7) != 0, cue.shares = cue.count ? &share : NULL;
        if (cue.count == 0) cue.sequence = MIEN_STILL;
        CHECK(mien_player_cue(large, &cue));
        if (!mien_player_cue(small, &cue)) {
            /* Too many at once: all that is left of them goes, as a game would cut. */
            refused++;
            mien_player_cut(small, 0), mien_player_cut(large, 0);
            CHECK(mien_player_cue(small, &cue) && mien_player_cue(large, &cue));
        }
        for (at = tick; at < tick + 6000; at += 1000) {
            CHECK(mien_player_face(small, at, 0.5f, one, head, gaze) && mien_player_face(large, at, 0.5f, other, NULL, NULL));
            CHECK(memcmp(one, other, (size_t)mien_channel_count(bank) * sizeof *one) == 0);
        }
        tick += 6000;
    }
    CHECK(refused < 20 && allocations == made);
    mien_player_free(small), mien_player_free(large);
}

/* A label that comes, is held, and is released, when it is cued or as it plays. */
static void released(const mien_bank *bank) {
    static float one[MIEN_CHANNELS], other[MIEN_CHANNELS], rest[MIEN_CHANNELS], head[3], turned[3], gaze[2];
    const float vad[3] = {0.5f, 0.25f, 0.125f};
    const double hold = 700.0;
    int label, late, at, moved = 0;
    for (label = 0; label < mien_label_count(bank); label++) {
        for (late = 0; late < 2; late++) {
            mien_share share = {label, MIEN_PLAIN, 1.0};
            mien_cue cue = {6000, 0, {0.5, 0.25, 0.125}, MIEN_DYNAMICS, 0, 1, &share, 0};
            mien_player *player = mien_player_new(bank, 1);
            mien_timing timing;
            CHECK(player != NULL);
            mien_player_release(player, 0);
            cue.hold = late ? 0.0 : hold;
            if (mien_timing_of(bank, label, &timing)) {
                CHECK(mien_player_cue(player, &cue));
                mien_player_release(player, 6000 + 60 * (late ? 700 : 900));
                for (at = 0; at < 3000; at += 50) {
                    CHECK(mien_player_face(player, 6000 + 60 * at, 0.0f, one, head, NULL));
                    CHECK(mien_face_at(bank, label, vad, MIEN_PLAIN, 0.0f, MIEN_DYNAMICS, 0, at, &hold, other, turned, gaze));
                    moved += memcmp(other, rest, sizeof other) != 0;
                    CHECK(memcmp(head, turned, sizeof head) == 0);
                    CHECK(gaze[0] != 0.0f || gaze[1] != 0.0f || memcmp(one, other, sizeof one) == 0);
                }
            }
            mien_player_free(player);
        }
    }
    CHECK(moved > 20);
}

static void wrong(const mien_bank *bank) {
    static float face[MIEN_CHANNELS], gain[MIEN_CHANNELS];
    float vad[3] = {0, 0, 0}, head[3], gaze[2];
    const double zero = 0.0, no_number = zero / zero;
    double hold = no_number;
    mien_span span;
    mien_timing timing;
    mien_share share = {0, MIEN_PLAIN, 1.0};
    mien_cue cue = {0, 0, {0, 0, 0}, MIEN_STILL, 0, 1, NULL, 0};
    mien_player *player = mien_player_new(bank, 1);
    int label, timed = -1;
    CHECK(mien_load(NULL, 100, NULL, NULL) == NULL && mien_load("x", 1, "", NULL) == NULL);
    CHECK(!mien_face(NULL, 0, vad, MIEN_PLAIN, 0, face) && !mien_face(bank, 0, NULL, MIEN_PLAIN, 0, face));
    CHECK(!mien_face(bank, 0, vad, MIEN_PLAIN, 0, NULL) && !mien_face(bank, INT_MAX, vad, MIEN_PLAIN, 0, face));
    CHECK(!mien_faces(bank, 1, NULL, vad, NULL, NULL, face) && mien_faces(bank, 0, NULL, NULL, NULL, NULL, NULL));
    CHECK(!mien_mixture(bank, NULL, vad, 0, face) && !mien_point(bank, 0, no_number, vad) && !mien_point(bank, 0, 0, NULL));
    CHECK(!mien_compose(bank, face, NULL, face) && !mien_resolve(bank, NULL) && !mien_timed(bank, face, gain, NULL, face));
    CHECK(mien_label(bank, NULL) == -1 && mien_channel(NULL, "x") == -1 && mien_label_name(bank, -5) == NULL);
    CHECK(mien_sequence(bank, 99, "x") == -1 && mien_sequence_name(bank, 0, INT_MIN) == NULL && mien_label_count(NULL) == 0);
    for (label = 0; label < mien_label_count(bank); label++) {
        if (mien_timing_of(bank, label, &timing)) timed = label;
    }
    CHECK(timed >= 0 && !mien_timing_of(bank, timed, NULL) && !mien_timing_of(bank, -1, &timing));
    CHECK(!mien_sample(bank, timed, MIEN_DYNAMICS, 0, no_number, NULL, gain, gain, head, gaze));
    CHECK(!mien_sample(bank, timed, MIEN_DYNAMICS, 0, 1.0 / zero, NULL, gain, gain, head, gaze));
    CHECK(!mien_sample(bank, timed, MIEN_DYNAMICS, 0, 0, &hold, gain, gain, head, gaze));
    CHECK(!mien_sample(bank, timed, 1000, 0, 0, NULL, gain, gain, head, gaze));
    CHECK(!mien_sample(bank, timed, MIEN_STILL, 0, 0, NULL, gain, gain, head, gaze));
    CHECK(!mien_span_of(bank, timed, MIEN_DYNAMICS, 0, &hold, &span) && !mien_span_of(bank, timed, 0, 99, NULL, &span));
    CHECK(mien_sample(bank, timed, MIEN_DYNAMICS, 0, -1e300, NULL, face, gain, head, gaze));
    CHECK(mien_sample(bank, timed, MIEN_DYNAMICS, 0, 1e300, NULL, face, gain, head, gaze));
    hold = 1.0 / zero;
    CHECK(mien_span_of(bank, timed, MIEN_DYNAMICS, 0, &hold, &span) && span.end == hold);
    CHECK(mien_face_at(bank, timed, vad, MIEN_PLAIN, 0, MIEN_DYNAMICS, 0, 1e6, &hold, face, NULL, NULL));
    CHECK(player != NULL && mien_player_new(NULL, 1) == NULL && mien_player_new(bank, 0) == NULL);
    CHECK(!mien_player_cue(player, &cue) && !mien_player_cue(player, NULL) && !mien_player_cue(NULL, &cue));
    cue.shares = &share;
    cue.start = -1;
    CHECK(!mien_player_cue(player, &cue));
    cue.start = INT64_MAX;
    CHECK(!mien_player_cue(player, &cue));
    cue.start = 5, cue.length = INT64_MAX;
    CHECK(!mien_player_cue(player, &cue));
    cue.length = 5, share.weight = no_number;
    CHECK(!mien_player_cue(player, &cue));
    share.weight = 1.0, cue.hold = no_number;
    CHECK(!mien_player_cue(player, &cue));
    cue.hold = 0;
    share.weight = 1.0, share.label = -3;
    CHECK(!mien_player_cue(player, &cue));
    share.label = 0, cue.count = INT_MIN;
    CHECK(!mien_player_cue(player, &cue));
    cue.count = 1;
    CHECK(mien_player_cue(player, &cue));
    cue.start = 4;
    CHECK(!mien_player_cue(player, &cue));
    cue.start = 6;
    CHECK(!mien_player_cue(player, &cue)); /* no room: the one before is not over */
    cue.start = 10;
    CHECK(mien_player_cue(player, &cue));
    CHECK(!mien_player_face(player, -1, 0, face, head, gaze) && !mien_player_face(player, 0, 2, face, head, gaze));
    CHECK(!mien_player_face(NULL, 0, 0, face, head, gaze) && !mien_player_face(player, INT64_MAX, 0, face, head, gaze));
    mien_player_free(player), mien_player_free(NULL), mien_free(NULL);
    CHECK(mien_ticks(no_number) == 0 && mien_ticks(-1.0) == 0 && mien_ticks(1e300) > 0 && mien_ticks(0.4) == 24000);
}

int main(int argc, char **argv) {
    size_t size, all, at = 0;
    unsigned char *data, *corpus;
    mien_bank *bank;
    char *word;
    if (argc != 3) return 2;
    data = read_file(argv[1], "", &size);
    bank = mien_load(data, size, NULL, NULL);
    free(data);
    CHECK(bank != NULL);
    corpus = read_file(argv[2], "/corpus.bin", &all);
    data = read_file(argv[2], "/sizes.txt", &size);
    data[size] = 0;
    for (word = strtok((char *)data, "\n"); word != NULL; word = strtok(NULL, "\n")) {
        size_t length = (size_t)atol(word);
        unsigned char *own = (unsigned char *)malloc(length + 1);
        CHECK(own != NULL && at + length <= all);
        memcpy(own + 1, corpus + at, length); /* not aligned, and its end is the end of memory */
        verdict(bank, own + 1, length);
        free(own);
        at += length;
    }
    free(data), free(corpus);
    wrong(bank);
    live(bank);
    released(bank);
    mien_free(bank);
    puts("done");
    return 0;
}
