/* Print a face of a compiled bank: cc -std=c99 -O2 -ffp-contract=off example.c -lm -o face
 *
 *     ./face default.safetensors joy 0.5
 */
#include <stdio.h>
#include <stdlib.h>

#define MIEN_IMPLEMENTATION
#include "mien.h"

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

int main(int argc, char **argv) {
    float vad[3], face[MIEN_CHANNELS];
    mien_refusal why;
    mien_bank *bank;
    size_t size;
    void *bytes;
    int label, c;
    if (argc != 4) {
        fprintf(stderr, "usage: %s BANK.safetensors LABEL INTENSITY\n", argv[0]);
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
    label = mien_label(bank, argv[2]);
    if (!mien_point(bank, label, atof(argv[3]), vad) || !mien_face(bank, label, vad, MIEN_PLAIN, 0.0f, face)) {
        fprintf(stderr, "expected one of these labels, and an intensity in [0, 1]:");
        for (c = 0; c < mien_label_count(bank); c++) fprintf(stderr, " %s", mien_label_name(bank, c));
        fprintf(stderr, "\n");
        mien_free(bank);
        return 2;
    }
    for (c = 0; c < mien_channel_count(bank); c++) {
        if (face[c] > 0.0f) printf("%s %.9g\n", mien_channel_name(bank, c), (double)face[c]);
    }
    mien_free(bank);
    return 0;
}
