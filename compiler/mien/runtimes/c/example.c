/* Print a face of a compiled bank: cc -std=c99 -O2 -ffp-contract=off example.c -lm -o face
 *
 *     ./face default.safetensors joy 0.5                       its weights by the names of channels
 *     ./face default.safetensors embarrassment 0.5 caught 850  after 850 ms of a sequence, or of its dynamics
 *     ./face default.safetensors --bench                       how long a face takes
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MIEN_IMPLEMENTATION
#include "mien.h"

#define FACES 4096
#define RUNS 15

static void *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    unsigned char *bytes = NULL;
    size_t room = 0, got = 1;
    *size = 0;
    while (file != NULL && got > 0) {
        if (room - *size < 65536) {
            unsigned char *more = (unsigned char *)realloc(bytes, room = 2 * room + 65536);
            if (more == NULL) break;
            bytes = more;
        }
        got = fread(bytes + *size, 1, room - *size, file);
        *size += got;
    }
    if (file != NULL) fclose(file);
    return bytes;
}

/* The least of several runs of 4,096 faces, in nanoseconds a face: one by one, as a batch, in time. */
static void bench(const mien_bank *bank) {
    static float vads[3 * FACES], face[MIEN_CHANNELS];
    static int labels[FACES];
    static const char *const names[] = {"one face", "a batch", "a face in time"};
    float *faces = (float *)malloc(FACES * sizeof *faces * (size_t)mien_channel_count(bank));
    int way, run, n, count = mien_label_count(bank);
    for (n = 0; n < FACES; n++) {
        labels[n] = n * 7 % count;
        vads[3 * n] = (float)(n * 37 % 2001 - 1000) / 1000.0f;
        vads[3 * n + 1] = (float)(n * 91 % 2001 - 1000) / 1000.0f;
        vads[3 * n + 2] = (float)(n * 53 % 2001 - 1000) / 1000.0f;
    }
    for (way = 0; faces != NULL && way < 3; way++) {
        double least = 1e30;
        int good = 1;
        for (run = 0; run < RUNS && good; run++) {
            clock_t began = clock();
            double took;
            if (way == 1) good = mien_faces(bank, FACES, labels, vads, NULL, NULL, faces);
            for (n = 0; way == 0 && n < FACES; n++) mien_face(bank, labels[n], vads + 3 * n, MIEN_PLAIN, 0.0f, face);
            for (n = 0; way == 2 && n < FACES; n++) {
                mien_face_at(bank, labels[n], vads + 3 * n, MIEN_PLAIN, 0.0f, MIEN_DYNAMICS, 0, n % 3000, NULL, face, NULL, NULL);
            }
            took = (double)(clock() - began) / CLOCKS_PER_SEC * 1e9 / FACES;
            least = took < least ? took : least;
        }
        printf("%-16s %7.0f ns\n", names[way], least);
    }
    free(faces);
}

static int known(const mien_bank *bank, int label, const char *name) {
    int i;
    fprintf(stderr, "expected one of these labels, and an intensity in [0, 1]:");
    for (i = 0; i < mien_label_count(bank); i++) fprintf(stderr, " %s", mien_label_name(bank, i));
    if (label >= 0) {
        fprintf(stderr, "\n%s plays:", name);
        for (i = 0; i < mien_sequence_count(bank, label); i++) fprintf(stderr, " %s", mien_sequence_name(bank, label, i));
        fprintf(stderr, " dynamics");
    }
    fprintf(stderr, "\n");
    return 2;
}

/* A number that fills its text; atof would take a word for 0. */
static int number(const char *text, double *value) {
    char *end;
    *value = strtod(text, &end);
    if (end != text && *end == '\0' && *value == *value) return 1;
    fprintf(stderr, "%s is no number\n", text);
    return 0;
}

static int print(const mien_bank *bank, int argc, char **argv) {
    int label = mien_label(bank, argv[2]), sequence = MIEN_DYNAMICS, at, c;
    double intensity, milliseconds = 0.0;
    float vad[3], face[MIEN_CHANNELS], head[3] = {0, 0, 0}, gaze[2] = {0, 0};
    if (!number(argv[3], &intensity) || (argc > 4 && !number(argv[5], &milliseconds))) return known(bank, -1, "");
    if (!mien_point(bank, label, intensity, vad)) return known(bank, -1, "");
    if (argc == 4) {
        mien_face(bank, label, vad, MIEN_PLAIN, 0.0f, face);
    } else {
        if (strcmp(argv[4], "dynamics") != 0) sequence = mien_sequence(bank, label, argv[4]);
        at = (int)(intensity * (mien_intensity_count(bank) - 1) + 0.5);
        if (!mien_face_at(bank, label, vad, MIEN_PLAIN, 0.0f, sequence, at, milliseconds, NULL, face, head, gaze)) {
            return known(bank, label, argv[2]);
        }
    }
    for (c = 0; c < mien_channel_count(bank); c++) {
        if (face[c] > 0.0f) printf("%s %.9g\n", mien_channel_name(bank, c), (double)face[c]);
    }
    if (argc > 4) {
        printf("head %.9g %.9g %.9g\n", (double)head[0], (double)head[1], (double)head[2]);
        printf("gaze %.9g %.9g\n", (double)gaze[0], (double)gaze[1]);
    }
    return 0;
}

int main(int argc, char **argv) {
    int benched = argc == 3 && strcmp(argv[2], "--bench") == 0, ended = 0;
    mien_refusal why;
    mien_bank *bank;
    size_t size;
    void *bytes;
    if (argc != 4 && argc != 6 && !benched) {
        fprintf(stderr, "usage: %s BANK.safetensors LABEL INTENSITY [SEQUENCE MILLISECONDS], or BANK.safetensors --bench\n",
                argv[0]);
        return 2;
    }
    bytes = read_file(argv[1], &size);
    if (bytes == NULL) {
        fprintf(stderr, "%s cannot be read\n", argv[1]);
        return 2;
    }
    bank = mien_load(bytes, size, NULL, &why);
    free(bytes);
    if (bank == NULL) {
        fprintf(stderr, "%s is refused: %s %s\n", argv[1], why.code, why.detail);
        return 2;
    }
    if (benched) {
        bench(bank);
    } else {
        ended = print(bank, argc, argv);
    }
    mien_free(bank);
    return ended;
}
