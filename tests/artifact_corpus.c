/* What the reader in C makes of the files of a corpus: artifact_corpus FOLDER VADS, a line for each file. */
#include <stdio.h>
#include <stdlib.h>

#define MIEN_IMPLEMENTATION
#include "../compiler/mien/runtimes/c/mien.h"

static const float VISEMES[5] = {0.0f, 0.25f, 1.0f, 0.03125f, 0.75f};
#define TIMES 9
static const double AT[TIMES] = {-1.0, 0.0, 16.0 + 2.0 / 3.0, 333.25, 700.0, 811.0, 1499.9, 2400.0, 12345.678};
static const double HOLD = 250.5;
static float vads[24];

static int outside(const mien_bank *bank, const float *face, mien__sha *sha) {
    int c;
    mien__sha_add(sha, face, (size_t)mien_channel_count(bank) * sizeof *face);
    for (c = 0; c < mien_channel_count(bank); c++) {
        if (!(face[c] >= 0.0f && face[c] <= 1.0f)) return 1;
    }
    return 0;
}

static void verdict(const unsigned char *data, size_t size) {
    static float face[MIEN_CHANNELS], visemes[MIEN_CHANNELS], weights[4096];
    mien_refusal why;
    mien_bank *bank = mien_load(data, size, NULL, &why);
    mien__sha sha;
    char hex[65];
    int label, c, k, sequence, bad = 0;
    if (bank == NULL) {
        printf("%s\n", why.code);
        return;
    }
    mien__sha_begin(&sha);
    for (c = 0; c < mien_channel_count(bank); c++) visemes[c] = VISEMES[c % 5];
    for (label = 0; label < mien_label_count(bank) && label < 5; label++) {
        for (k = 0; k < 12; k++) {
            static const double at[4] = {0.0, 0.5, 0.75, 1.0};
            float vad[3];
            if (k < 4) mien_point(bank, label, at[k], vad);
            bad |= !mien_face(bank, label, k < 4 ? vad : vads + 3 * (k - 4), MIEN_PLAIN, 0.0f, face);
            bad |= outside(bank, face, &sha);
        }
        if (mien_style_count(bank, label) > 0) {
            bad |= !mien_face(bank, label, vads + 9, 0, 0.5f, face);
            bad |= outside(bank, face, &sha);
        }
        bad |= !mien_face(bank, label, vads + 12, MIEN_PLAIN, 1.0f, face);
        bad |= !mien_compose(bank, face, visemes, face);
        bad |= outside(bank, face, &sha);
        for (sequence = -1; sequence < mien_sequence_count(bank, label); sequence++) {
            mien_timing timing;
            if (!mien_timing_of(bank, label, &timing)) break;
            for (k = 0; k < 2 * TIMES; k++) {
                float gain[MIEN_CHANNELS], offset[MIEN_CHANNELS], head[3], gaze[2];
                bad |= !mien_face(bank, label, vads + 18, MIEN_PLAIN, 0.0f, face);
                bad |= !mien_sample(bank, label, sequence < 0 ? MIEN_DYNAMICS : sequence, mien_intensity_count(bank) - 1,
                                    AT[k % TIMES], k < TIMES ? NULL : &HOLD, gain, offset, head, gaze);
                bad |= !mien_timed(bank, face, gain, offset, face);
                bad |= outside(bank, face, &sha);
            }
        }
    }
    if (mien_label_count(bank) > 1) {
        memset(weights, 0, sizeof weights);
        weights[0] = 0.25f;
        weights[1] = 0.75f;
        bad |= !mien_mixture(bank, weights, vads + 15, 0.25f, face);
        bad |= outside(bank, face, &sha);
    }
    mien__sha_hex(&sha, hex);
    printf("%s\n", bad ? "outside" : hex);
    mien_free(bank);
}

int main(int argc, char **argv) {
    char path[4096];
    FILE *sizes, *corpus;
    size_t size;
    int i;
    if (argc != 26) return 2;
    for (i = 0; i < 24; i++) vads[i] = (float)atof(argv[2 + i]);
    snprintf(path, sizeof path, "%s/sizes.txt", argv[1]);
    sizes = fopen(path, "r");
    snprintf(path, sizeof path, "%s/corpus.bin", argv[1]);
    corpus = fopen(path, "rb");
    if (sizes == NULL || corpus == NULL) return 3;
    while (fscanf(sizes, "%zu", &size) == 1) {
        /* To the end and no further: a sanitizer sees every byte read beyond it. Nor is it aligned. */
        unsigned char *data = (unsigned char *)malloc(size + 1);
        if (fread(data + 1, 1, size, corpus) != size) return 3;
        verdict(data + 1, size);
        free(data);
    }
    return 0;
}
