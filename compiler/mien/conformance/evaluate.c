/* Evaluate a conformance run's queries in C: evaluate FOLDER RESULTS LIMIT */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define MIEN_IMPLEMENTATION
#include "../runtimes/c/mien.h"

#define RUNS 15

static char path[4096];

static const char *join(const char *folder, const char *bank, const char *name) {
    snprintf(path, sizeof path, "%s/%s/%s", folder, bank, name);
    return path;
}

static void *bytes(const char *from, size_t *size) {
    FILE *file = fopen(from, "rb");
    void *data;
    if (file == NULL) exit(3);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    data = malloc(*size + 1);
    if (data == NULL || fread(data, 1, *size, file) != *size) exit(3);
    fclose(file);
    return data;
}

static void save(const char *to, const char *bank, const char *name, const float *rows, size_t count) {
    FILE *file = fopen(join(to, bank, name), "wb");
    if (file == NULL || fwrite(rows, sizeof *rows, count, file) != count || fclose(file) != 0) exit(3);
}

/* What a plain face took, the least of some runs. */
static void note(const char *to, const char *bank, double nanoseconds) {
    FILE *file = fopen(join(to, bank, "nanoseconds"), "w");
    if (file == NULL || fprintf(file, "%.1f", nanoseconds) < 0 || fclose(file) != 0) exit(3);
}

/* Play the plans of a bank, or only the first. */
static int scores(const mien_bank *bank, const char *from, const char *to, const char *name, int first) {
    size_t C = (size_t)mien_channel_count(bank), size, frame, rows = 0, row, number;
    float *out = NULL, *still = (float *)calloc(C + 1, sizeof *still);
    char file[32];
    int good = still != NULL;
    for (number = 0; number < (first ? 1u : 1000u); number++) {
        mien_player *player;
        const float *speech;
        void *plan;
        FILE *there;
        snprintf(file, sizeof file, "%u.plan", (unsigned)number);
        there = fopen(join(from, name, file), "rb");
        if (there == NULL) break;
        fclose(there);
        plan = bytes(path, &size);
        player = mien_player_load(bank, plan, size, 0, NULL);
        free(plan);
        if (player == NULL) return 0;
        snprintf(file, sizeof file, "%u.speech", (unsigned)number);
        speech = (const float *)bytes(join(from, name, file), &size);
        size /= sizeof *speech;
        out = (float *)realloc(out, (rows + size) * (C + 3) * sizeof *out);
        good &= (int64_t)size == mien_player_frames(player) && out != NULL;
        /* From the last to the first: a frame does not depend on those before. */
        for (frame = size; good && frame > 0; frame--) {
            row = (rows + frame - 1) * (C + 3);
            good &= mien_player_face(player, 1000 * (int64_t)(frame - 1), speech[frame - 1], out + row, out + row + C, NULL);
            good &= mien_compose(bank, out + row, still, out + row);
        }
        rows += size;
        mien_player_free(player);
    }
    save(to, name, "scores", out, rows * (C + 3));
    free(out);
    free(still);
    return good;
}

static void evaluate(const char *from, const char *to, const char *name, size_t limit) {
    size_t size, n, faces, mixtures, points, singles, timed, C, L;
    void *file = bytes(join(from, name, "bank.safetensors"), &size);
    mien_refusal why;
    mien_bank *bank = mien_load(file, size, NULL, &why);
    const int *labels, *styles, *sequences, *levels;
    const float *vads, *speech, *weights, *visemes;
    const double *intensities, *times, *holds;
    float *out;
    int good = 1;
    double least = 0.0;
    if (bank == NULL) {
        fprintf(stderr, "%s is refused: %s %s\n", name, why.code, why.detail);
        exit(1);
    }
    free(file);
    C = (size_t)mien_channel_count(bank);
    L = (size_t)mien_label_count(bank);
#define READ(type, pointer, count, width, file_name) \
    pointer = (const type *)bytes(join(from, name, file_name), &size); \
    count = size / sizeof(type) / (width)
    READ(int, labels, faces, 1, "face_labels");
    READ(float, vads, n, 3, "face_vads");
    READ(int, styles, n, 1, "face_styles");
    READ(float, speech, n, 1, "face_speech");
    faces = limit > 0 && limit < faces ? limit : faces;
    out = (float *)malloc((faces + 1) * C * sizeof *out);
    for (n = 0; n < RUNS; n++) {
        clock_t began = clock();
        double took;
        good &= mien_faces(bank, faces, labels, vads, NULL, NULL, out);
        took = (double)(clock() - began) / CLOCKS_PER_SEC * 1e9 / (double)faces;
        least = n == 0 || took < least ? took : least;
    }
    save(to, name, "plain", out, faces * C);
    note(to, name, least);
    good &= mien_faces(bank, faces, labels, vads, styles, speech, out);
    save(to, name, "faces", out, faces * C);
    READ(float, visemes, singles, C, "visemes");
    singles = singles < faces ? singles : faces;
    save(to, name, "singles", out, singles * C);
    for (n = 0; n < singles; n++) good &= mien_compose(bank, out + n * C, visemes + n * C, out + n * C);
    save(to, name, "compositions", out, singles * C);
    free(out);

    READ(float, weights, n, L, "mixture_weights");
    READ(float, vads, n, 3, "mixture_vads");
    READ(float, speech, mixtures, 1, "mixture_speech");
    mixtures = limit > 0 && limit < mixtures ? limit : mixtures;
    out = (float *)malloc((mixtures + 1) * C * sizeof *out);
    for (n = 0; n < mixtures; n++) good &= mien_mixture(bank, weights + n * L, vads + 3 * n, speech[n], out + n * C);
    save(to, name, "mixtures", out, mixtures * C);
    free(out);

    READ(int, labels, n, 1, "intensity_labels");
    READ(double, intensities, points, 1, "intensity_values");
    points = limit > 0 && limit < points ? limit : points;
    out = (float *)malloc((points + 1) * 3 * sizeof *out);
    for (n = 0; n < points; n++) good &= mien_point(bank, labels[n], intensities[n], out + 3 * n);
    save(to, name, "intensities", out, points * 3);
    free(out);

    READ(int, labels, n, 1, "time_labels");
    READ(int, sequences, n, 1, "time_sequences");
    READ(int, levels, n, 1, "time_levels");
    READ(double, times, timed, 1, "times");
    READ(double, holds, n, 1, "holds");
    READ(float, weights, n, C, "time_faces");
    READ(float, vads, n, 3, "face_vads");
    READ(float, speech, n, 1, "face_speech");
    timed = limit > 0 && limit < timed ? limit : timed;
    out = (float *)malloc((timed + 1) * (4 * C + 5) * sizeof *out);
    for (n = 0; n < timed; n++) {
        const double *hold = holds[n] == holds[n] ? holds + n : NULL;
        float *row = out + n * (4 * C + 5), head[3], gaze[2];
        good &= mien_sample(bank, labels[n], sequences[n], levels[n], times[n], hold, row, row + C, row + 2 * C,
                            row + 2 * C + 3);
        good &= mien_timed(bank, weights + n * C, row, row + C, row + 2 * C + 5);
        good &= mien_face_at(bank, labels[n], vads + 3 * n, MIEN_PLAIN, speech[n], sequences[n], levels[n], times[n],
                             hold, row + 3 * C + 5, head, gaze);
        good &= memcmp(head, row + 2 * C, sizeof head) == 0 && memcmp(gaze, row + 2 * C + 3, sizeof gaze) == 0;
    }
    save(to, name, "times", out, timed * (4 * C + 5));
    free(out);
    good &= scores(bank, from, to, name, limit > 0);
    mien_free(bank);
    if (!good) {
        fprintf(stderr, "%s: a query was refused\n", name);
        exit(1);
    }
}

int main(int argc, char **argv) {
    static char queries[2048], made[4096];
    struct dirent *entry;
    DIR *folder;
    if (argc != 4) return 2;
    snprintf(queries, sizeof queries, "%s/queries", argv[1]);
    folder = opendir(queries);
    if (folder == NULL) return 3;
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.') continue;
        snprintf(made, sizeof made, "%s/%s", argv[2], entry->d_name);
        mkdir(made, 0777);
        evaluate(queries, argv[2], entry->d_name, (size_t)atol(argv[3]));
    }
    closedir(folder);
    return 0;
}
