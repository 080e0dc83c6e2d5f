/* mien.h: faces from a compiled bank, bit for bit those of the compiler. C99 or C++, one file.
 *
 * In one source file of yours, before anything else:
 *
 *     #define MIEN_IMPLEMENTATION
 *     #include "mien.h"
 *
 * and in all others only the include. Then:
 *
 *     mien_refusal why;
 *     mien_bank *bank = mien_load(bytes, size, NULL, &why);       // why.code, why.detail if NULL
 *     int joy = mien_label(bank, "joy");
 *     float vad[3], face[MIEN_CHANNELS];
 *     mien_point(bank, joy, 0.5, vad);                            // its mid
 *     mien_face(bank, joy, vad, MIEN_PLAIN, 0.0f, face);          // weights in [0, 1]
 *     int jaw = mien_channel(bank, "jawOpen");                    // by name, never by position
 *
 * mien_load checks the file as mien's own readers do, in the same order, and gives the same codes
 * (see evaluator.md). It allocates once; evaluation allocates nothing, changes nothing in the bank and
 * may run in as many threads as you like. Of the maths library only sqrtf takes part.
 *
 * Every operation must be rounded to float by itself. What would fuse or reorder operations is refused
 * when this is compiled; what flushes subnormal numbers to zero is refused by mien_load, which computes a
 * sample first. Compile with -ffp-contract=off (GCC, Clang) or /fp:precise (MSVC), never with -ffast-math.
 */
#ifndef MIEN_H
#define MIEN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The most channels of a bank that is loaded: five arrays of so many floats lie on the stack at most. */
#ifndef MIEN_CHANNELS
#define MIEN_CHANNELS 1024
#endif

/* For `style`: the face as it is. */
#define MIEN_PLAIN (-1)

/* For `sequence`: the label's own onset, apex and offset. */
#define MIEN_DYNAMICS (-2)

/* How a sequence ends. */
enum { MIEN_RESTS, MIEN_HELD, MIEN_LABEL };

/* How a label is shown: it is over by itself, it is not, or it is shown by its usual sequence. */
enum { MIEN_EVENT, MIEN_MOOD, MIEN_SEQUENCE };

typedef struct mien_bank mien_bank;

/* Why a file is not loaded: a code of evaluator.md, "memory", "arithmetic" or "channels", and what it is about. */
typedef struct mien_refusal {
    const char *code;
    char detail[96];
} mien_refusal;

/* Read an artifact of `size` bytes; they are not needed afterwards. `sha256` is the hex digest of the whole file
 * as a lock or ledger has it, or NULL. Gives NULL and fills `why` (may be NULL) where it is refused. */
mien_bank *mien_load(const void *bytes, size_t size, const char *sha256, mien_refusal *why);
void mien_free(mien_bank *bank);

const char *mien_bank_name(const mien_bank *bank);
const char *mien_bank_version(const mien_bank *bank);
const char *mien_bank_checksum(const mien_bank *bank);

/* Counts, names by position, and positions by name: -1 where there is none. Names are in UTF-8. */
int mien_channel_count(const mien_bank *bank);
int mien_label_count(const mien_bank *bank);
int mien_intensity_count(const mien_bank *bank);
int mien_style_count(const mien_bank *bank, int label);
const char *mien_channel_name(const mien_bank *bank, int channel);
const char *mien_label_name(const mien_bank *bank, int label);
const char *mien_intensity_name(const mien_bank *bank, int intensity);
const char *mien_style_name(const mien_bank *bank, int label, int style);
int mien_channel(const mien_bank *bank, const char *name);
int mien_label(const mien_bank *bank, const char *name);
int mien_style(const mien_bank *bank, int label, const char *name);

/* All of the following give 1, or 0 where an argument is out of range (NaN too) and nothing was written.
 * `face`, `faces` and `visemes` have one weight in [0, 1] a channel. */

/* A label's face at a point of valence, arousal and dominance, each in [-1, 1]; `speech` in [0, 1] says how far the
 * mouth belongs to the sound. */
int mien_face(const mien_bank *bank, int label, const float vad[3], int style, float speech, float *face);

/* `count` of them: `vads` holds 3 numbers each; `styles` (NULL: plain) and `speech` (NULL: 0) one each. */
int mien_faces(const mien_bank *bank, size_t count, const int *labels, const float *vads, const int *styles,
               const float *speech, float *faces);

/* Several labels at once: a weight of 0 or more for every label of the bank, which sum to 1 within 1e-6. */
int mien_mixture(const mien_bank *bank, const float *weights, const float vad[3], float speech, float *face);

/* The point at an intensity in [0, 1] of a label: 0 its first anchor, 1 its last. */
int mien_point(const mien_bank *bank, int label, double intensity, float vad[3]);

/* Lips on a face that was made with its speech. Sealed lips close any expression. `composed` may be `face`. */
int mien_compose(const mien_bank *bank, const float *face, const float *visemes, float *composed);

/* Lower what channels cannot do together, in place. All faces above come so. */
int mien_resolve(const mien_bank *bank, float *face);

/* ---- labels in time: see timelines.md. Times are ms from the start of what is shown; degrees are yaw, pitch and roll,
 * above 0 to the subject's right, down, and to the subject's right shoulder. */

/* How a label is shown, as its author says; times in ms. */
typedef struct mien_timing {
    int kind;       /* MIEN_EVENT, MIEN_MOOD or MIEN_SEQUENCE, by `usual` */
    int usual;      /* a position of its sequences, or MIEN_DYNAMICS */
    int then;       /* the label that it usually turns into, or -1 */
    int cross;      /* how long it takes to cross over to that */
    int every[2];   /* least and most between two blinks; 0 and 0: not said */
    int blink[3];   /* closing, opening, and how long there is none */
} mien_timing;

/* The dynamics of a label, or one of its sequences at an intensity. */
typedef struct mien_span {
    double length;        /* ms to its last key */
    double released;      /* when it goes back to rest; infinite: never */
    double end;           /* from when on nothing changes; infinite: it is held */
    int ends;             /* MIEN_RESTS, MIEN_HELD, or MIEN_LABEL: as the face of `label` at its anchor `intensity` */
    int label, intensity;
} mien_span;

/* 0 where the label has no shape in time. */
int mien_timing_of(const mien_bank *bank, int label, mien_timing *timing);
int mien_sequence_count(const mien_bank *bank, int label);
const char *mien_sequence_name(const mien_bank *bank, int label, int sequence);
int mien_sequence(const mien_bank *bank, int label, const char *name);
int mien_intensity(const mien_bank *bank, const char *name);

/* `intensity` is a position; dynamics have none. `hold`: the ms at which it is released, NULL: when it is by itself. */
int mien_span_of(const mien_bank *bank, int label, int sequence, int intensity, const double *hold, mien_span *span);

/* What it does at `time`: `gain` and `offset` a channel, the head's three and the gaze's two degrees. */
int mien_sample(const mien_bank *bank, int label, int sequence, int intensity, double time, const double *hold,
                float *gain, float *offset, float head[3], float gaze[2]);

/* A face without speech under a gain in [0, 2] and an offset in [-1, 1] a channel. `timed` may be `face`. */
int mien_timed(const mien_bank *bank, const float *face, const float *gain, const float *offset, float *timed);

/* `mien_face` at a time of the dynamics or of a sequence; `head` and `gaze` may be NULL. */
int mien_face_at(const mien_bank *bank, int label, const float vad[3], int style, float speech, int sequence,
                 int intensity, double time, const double *hold, float *face, float head[3], float gaze[2]);

/* ---- performances: labels that cross-fade as the cues of a score do; see scores.md.
 *
 * A player has cues in the order of their starts, from a plan that `mien score plan` wrote, or as a game gives them:
 *
 *     mien_player *player = mien_player_new(bank, 16);
 *     mien_share joy = {label, MIEN_PLAIN, 1.0};
 *     mien_cue cue = {mien_ticks(now), mien_ticks(0.4), {0.7, 0.4, 0.3}, MIEN_STILL, 0, 1, &joy, 0};
 *     mien_player_cue(player, &cue);
 *     mien_player_face(player, mien_ticks(now), speech, face, head, gaze);     // each frame
 *     mien_compose(bank, face, visemes, face);                                 // lips, if there are any
 *
 * Blinks and other small life, and what a voice does to a face, are not in it, and the lips are the caller's. */

/* Ticks a second; 1000 are a frame. */
#define MIEN_TICKS 60000

/* For the sequence of a cue: the face stands. */
#define MIEN_STILL (-1)

/* A label in a style, and how much of it is shown: above 0, at most 1. */
typedef struct mien_share {
    int label, style;
    double weight;
} mien_share;

/* From the tick `start` on the face goes to what is said here, in `length` ticks. */
typedef struct mien_cue {
    int64_t start, length;
    double vad[3];            /* the point of all shares, each number in [-1, 1] */
    int sequence, intensity;  /* MIEN_STILL; or what the only share plays from `start` on */
    int count;                /* of the shares, whose weights sum to 1 at most; 0: it comes to rest */
    const mien_share *shares;
    double hold;              /* ms from `start` at which what is played is released; 0: when it is by itself */
} mien_cue;

typedef struct mien_player mien_player;

/* The nearest tick to a time in seconds; 0 for what is below 0 or no number. */
int64_t mien_ticks(double seconds);

/* At rest, with room for so many cues; NULL where there is no memory or `cues` is below 1. The bank stays the caller's
 * and has to outlive it. Only these two allocate. */
mien_player *mien_player_new(const mien_bank *bank, int cues);

/* A plan of this very bank, with room for `more` cues beside its own. Its codes are on the page scores.md. */
mien_player *mien_player_load(const mien_bank *bank, const void *bytes, size_t size, int more, mien_refusal *why);
void mien_player_free(mien_player *player);

/* How many frames, 60 a second, a plan lasts; 0 of other players. */
int64_t mien_player_frames(const mien_player *player);

/* Add a cue that begins no earlier than those before. Where room is lacking, what nothing from its start on needs is
 * forgotten. Gives 0 where an argument is out of range, or there is no room still. */
int mien_player_cue(mien_player *player, const mien_cue *cue);

/* What was cued last to play goes back to rest from `tick` on, along its label's offset. */
void mien_player_release(mien_player *player, int64_t tick);

/* Forget all cues that begin at `start` or later. */
void mien_player_cut(mien_player *player, int64_t start);

/* The face at a tick, 0 or later, made way for speech, and the degrees of the head and of the gaze, which already turns
 * the eyes of the face. `head` and `gaze` may be NULL. */
int mien_player_face(const mien_player *player, int64_t tick, float speech, float *face, float head[3], float gaze[2]);

#ifdef __cplusplus
}
#endif
#endif /* MIEN_H */

#if defined(MIEN_IMPLEMENTATION) && !defined(MIEN_IMPLEMENTED)
#define MIEN_IMPLEMENTED

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifndef MIEN_ALLOCATE
#define MIEN_ALLOCATE(size) malloc(size)
#define MIEN_RELEASE(memory) free(memory)
#endif

/* ---- arithmetic ------------------------------------------------------------------------------------------------ */

#if defined(__FAST_MATH__) || defined(_M_FP_FAST)
#error "mien.h needs every operation rounded by itself: compile this file without -ffast-math or /fp:fast"
#endif
#if !defined(FLT_EVAL_METHOD) || FLT_EVAL_METHOD != 0
#error "mien.h needs float arithmetic in float: on 32-bit x86 compile with -msse2 -mfpmath=sse"
#endif
#if FLT_RADIX != 2 || FLT_MANT_DIG != 24 || DBL_MANT_DIG != 53
#error "mien.h needs IEEE 754 float and double"
#endif
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(_MSC_VER)
#pragma fp_contract(off)
#endif

/* A product that no compiler can fuse with the sum that reads it. GCC has no pragma against it, and no macro that
 * tells of -ffp-contract=off; where its target has fused instructions, the product passes through a register that it
 * cannot see into. */
#if defined(__GNUC__) && !defined(__clang__) && (defined(__FP_FAST_FMAF) || defined(__FMA__) || !defined(__x86_64__))
#if defined(__x86_64__)
#define MIEN_REGISTER "+x"
#elif defined(__aarch64__)
#define MIEN_REGISTER "+w"
#elif defined(__riscv)
#define MIEN_REGISTER "+f"
#elif !defined(MIEN_CONTRACT_OFF)
#error "mien.h does not know this processor: compile with -ffp-contract=off -DMIEN_CONTRACT_OFF"
#endif
#endif
static float mien__mul(float a, float b) {
    float product = a * b;
#ifdef MIEN_REGISTER
    __asm__("" : MIEN_REGISTER(product));
#endif
    return product;
}
static double mien__product(double a, double b) {
    double product = a * b;
#ifdef MIEN_REGISTER
    __asm__("" : MIEN_REGISTER(product));
#endif
    return product;
}

static float mien__least(float a, float b) { return b < a ? b : a; }
static float mien__most(float a, float b) { return b > a ? b : a; }
static float mien__unit(float x) { return mien__least(1.0f, mien__most(0.0f, x)); }

/* Whether this thread computes as it must: products apart from sums, subnormal numbers kept. */
static int mien__computes(void) {
    volatile float a = 1.0f + FLT_EPSILON, b = 1.0f - FLT_EPSILON, minus = -1.0f, tiny = FLT_MIN, half = 0.5f;
    volatile float apart = mien__mul(a, b) + minus, below = mien__mul(tiny, half), back = below + below;
    return apart == 0.0f && below != 0.0f && back == FLT_MIN;
}

/* ---- SHA-256 (FIPS 180-4) -------------------------------------------------------------------------------------- */

typedef struct {
    uint32_t state[8];
    uint64_t bytes;
    unsigned char block[64];
} mien__sha;

static uint32_t mien__rotate(uint32_t x, int by) { return x >> by | x << (32 - by); }

static void mien__sha_block(mien__sha *sha) {
    static const uint32_t k[64] = {
        0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u, 0xab1c5ed5u,
        0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu, 0x9bdc06a7u, 0xc19bf174u,
        0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu, 0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau,
        0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u, 0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u,
        0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu, 0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u,
        0xa2bfe8a1u, 0xa81a664bu, 0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u,
        0x19a4c116u, 0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
        0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u, 0xc67178f2u};
    uint32_t w[64], s[8];
    int i;
    for (i = 0; i < 16; i++) {
        const unsigned char *p = sha->block + 4 * i;
        w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    for (i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (mien__rotate(a, 7) ^ mien__rotate(a, 18) ^ a >> 3) + w[i - 7] +
               (mien__rotate(b, 17) ^ mien__rotate(b, 19) ^ b >> 10);
    }
    memcpy(s, sha->state, sizeof s);
    for (i = 0; i < 64; i++) {
        uint32_t one = s[7] + (mien__rotate(s[4], 6) ^ mien__rotate(s[4], 11) ^ mien__rotate(s[4], 25)) +
                       ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
        uint32_t two = (mien__rotate(s[0], 2) ^ mien__rotate(s[0], 13) ^ mien__rotate(s[0], 22)) +
                       ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += one;
        s[0] = one + two;
    }
    for (i = 0; i < 8; i++) sha->state[i] += s[i];
}

static void mien__sha_begin(mien__sha *sha) {
    static const uint32_t start[8] = {0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au,
                                      0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u};
    memcpy(sha->state, start, sizeof start);
    sha->bytes = 0;
}

static void mien__sha_add(mien__sha *sha, const void *data, size_t size) {
    const unsigned char *from = (const unsigned char *)data;
    while (size > 0) {
        size_t at = (size_t)(sha->bytes % 64), part = 64 - at < size ? 64 - at : size;
        memcpy(sha->block + at, from, part);
        sha->bytes += part;
        from += part;
        size -= part;
        if (sha->bytes % 64 == 0) mien__sha_block(sha);
    }
}

static void mien__sha_hex(mien__sha *sha, char hex[65]) {
    static const unsigned char pad[64] = {0x80};
    unsigned char length[8];
    uint64_t bits = sha->bytes * 8;
    int i;
    for (i = 0; i < 8; i++) length[i] = (unsigned char)(bits >> (56 - 8 * i));
    mien__sha_add(sha, pad, (size_t)(sha->bytes % 64 < 56 ? 56 - sha->bytes % 64 : 120 - sha->bytes % 64));
    mien__sha_add(sha, length, 8);
    for (i = 0; i < 64; i++) hex[i] = "0123456789abcdef"[sha->state[i / 8] >> (28 - 4 * (i % 8)) & 15];
    hex[64] = 0;
}

/* ---- texts and trees of JSON ----------------------------------------------------------------------------------- */

/* Bytes, not ended by 0. A lone surrogate of an escape is there as the three bytes that UTF-8 has no use for. */
typedef struct {
    const char *at;
    size_t size;
} mien__text;

typedef enum { MIEN__OTHER, MIEN__NUMBER, MIEN__TEXT, MIEN__LIST, MIEN__OBJECT } mien__kind;

typedef struct mien__node {
    mien__kind kind;
    int whole;             /* of a number: whether `number` is it, a whole number of at most 2^53 - 1 either way */
    int64_t number;
    mien__text key, text;  /* its key, where it is in an object */
    struct mien__node *first, *next;
    size_t count;          /* of a list or object */
} mien__node;

/* What is needed while a file is read, in blocks that are released together. */
typedef struct mien__block {
    struct mien__block *before;
    size_t used, size;
} mien__block;

typedef struct {
    mien__block *blocks;
    mien_refusal *why;
    int refused;
} mien__reader;

static int mien__refuse(mien__reader *reader, const char *code, const char *detail, size_t size) {
    if (!reader->refused) {
        size_t kept = size < sizeof reader->why->detail - 1 ? size : sizeof reader->why->detail - 1;
        reader->refused = 1;
        reader->why->code = code;
        if (kept > 0) memcpy(reader->why->detail, detail, kept);
        reader->why->detail[kept] = 0;
    }
    return 0;
}

static int mien__refuse_word(mien__reader *reader, const char *code, const char *word) {
    return mien__refuse(reader, code, word, strlen(word));
}

static void *mien__take(mien__reader *reader, size_t size) {
    mien__block *block = reader->blocks;
    size_t head = (sizeof(mien__block) + 15) / 16 * 16;
    if (size > SIZE_MAX / 2) return NULL;
    size = (size + 15) / 16 * 16;
    if (block == NULL || block->size - block->used < size) {
        size_t room = size > 65536 ? size : 65536;
        block = (mien__block *)MIEN_ALLOCATE(head + room);
        if (block == NULL) {
            mien__refuse_word(reader, "memory", "there is not enough");
            return NULL;
        }
        block->before = reader->blocks;
        block->used = 0;
        block->size = room;
        reader->blocks = block;
    }
    block->used += size;
    return (char *)block + head + block->used - size;
}

static int mien__same(mien__text one, mien__text other) {
    return one.size == other.size && (one.size == 0 || memcmp(one.at, other.at, one.size) == 0);
}

static mien__text mien__word(const char *word) {
    mien__text text;
    text.at = word;
    text.size = strlen(word);
    return text;
}

static int mien__is(mien__text text, const char *word) { return mien__same(text, mien__word(word)); }

/* By code points, which is the order of UTF-8's bytes. */
static int mien__order(mien__text one, mien__text other) {
    int order = memcmp(one.at, other.at, one.size < other.size ? one.size : other.size);
    return order != 0 ? order : (one.size > other.size) - (one.size < other.size);
}

/* Whether bytes are UTF-8; with `surrogates`, also the three bytes of each of them. */
static int mien__utf8(const unsigned char *at, size_t size, int surrogates) {
    size_t i = 0;
    while (i < size) {
        unsigned char lead = at[i];
        int more = lead < 0x80 ? 0 : lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2
                   : lead >= 0xf0 && lead < 0xf5 ? 3 : -1;
        int k;
        if (more < 0 || size - i <= (size_t)more) return 0;
        for (k = 1; k <= more; k++) {
            if ((at[i + (size_t)k] & 0xc0) != 0x80) return 0;
        }
        if ((lead == 0xe0 && at[i + 1] < 0xa0) || (lead == 0xf0 && at[i + 1] < 0x90) ||
            (lead == 0xf4 && at[i + 1] > 0x8f) || (lead == 0xed && at[i + 1] > 0x9f && !surrogates)) {
            return 0;
        }
        i += (size_t)more + 1;
    }
    return 1;
}

typedef struct {
    mien__reader *reader;
    const char *at, *end;
    int depth;
} mien__parser;

#define MIEN__DEEPEST 500

static void mien__space(mien__parser *p) {
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r')) p->at++;
}

static int mien__next(mien__parser *p, char character) {
    if (p->at < p->end && *p->at == character) {
        p->at++;
        return 1;
    }
    return 0;
}

static int mien__hex4(mien__parser *p, uint32_t *code) {
    int i;
    *code = 0;
    for (i = 0; i < 4; i++, p->at++) {
        char c = p->at < p->end ? *p->at : 'x';
        uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10) : 16u;
        if (digit == 16u) return 0;
        *code = *code << 4 | digit;
    }
    return 1;
}

/* After its opening quote. The decoded text is never longer than the one in the file. */
static int mien__string(mien__parser *p, mien__text *text) {
    const char *from = p->at;
    unsigned char *to, *out;
    while (p->at < p->end && *p->at != '"') p->at += *p->at == '\\' ? 2 : 1;
    if (p->at >= p->end) return 0;
    out = to = (unsigned char *)mien__take(p->reader, (size_t)(p->at - from) + 1);
    if (to == NULL) return 0;
    p->at = from;
    while (*p->at != '"') {
        uint32_t code = (unsigned char)*p->at++;
        if (code < 0x20) return 0;
        if (code == '\\') {
            const char *plain = "\"\"\\\\//b\bf\fn\nr\rt\t";
            char escape = *p->at++;
            if (escape == 'u') {
                if (!mien__hex4(p, &code)) return 0;
            } else {
                while (*plain != 0 && *plain != escape) plain += 2;
                if (*plain == 0) return 0;
                code = (unsigned char)plain[1];
            }
            /* The second half of a pair takes its first half's place. */
            if (code >= 0xdc00 && code < 0xe000 && to - out >= 3 && to[-3] == 0xed && to[-2] >= 0xa0 && to[-2] < 0xb0) {
                uint32_t high = (uint32_t)(to[-2] & 0x0f) << 6 | (to[-1] & 0x3fu);
                code = 0x10000u + (high << 10 | (code - 0xdc00u));
                to -= 3;
            }
            if (code >= 0x10000) {
                *to++ = (unsigned char)(0xf0 | code >> 18);
                *to++ = (unsigned char)(0x80 | (code >> 12 & 0x3f));
                *to++ = (unsigned char)(0x80 | (code >> 6 & 0x3f));
                *to++ = (unsigned char)(0x80 | (code & 0x3f));
                continue;
            }
            if (code >= 0x800) {
                *to++ = (unsigned char)(0xe0 | code >> 12);
                *to++ = (unsigned char)(0x80 | (code >> 6 & 0x3f));
                code = 0x80 | (code & 0x3f);
            } else if (code >= 0x80) {
                *to++ = (unsigned char)(0xc0 | code >> 6);
                code = 0x80 | (code & 0x3f);
            }
        }
        *to++ = (unsigned char)code;
    }
    p->at++;
    text->at = (const char *)out;
    text->size = (size_t)(to - out);
    return 1;
}

static int mien__digits(mien__parser *p) {
    const char *from = p->at;
    while (p->at < p->end && *p->at >= '0' && *p->at <= '9') p->at++;
    return p->at > from;
}

/* Whole numbers of few digits are kept; all others are merely numbers. */
static int mien__number(mien__parser *p, mien__node *node) {
    const char *whole, *c;
    int64_t exponent = 0, zeros = 0;
    int minus = mien__next(p, '-'), digits = 0, fraction = 0, down = 0;
    node->kind = MIEN__NUMBER;
    node->whole = 1;
    whole = p->at;
    if (!mien__digits(p) || (*whole == '0' && p->at - whole > 1)) return 0;
    if (mien__next(p, '.') && !mien__digits(p)) return 0;
    if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
        p->at++;
        down = mien__next(p, '-');
        if (!down) (void)mien__next(p, '+');
        if (p->at >= p->end || *p->at < '0' || *p->at > '9') return 0;
        for (; p->at < p->end && *p->at >= '0' && *p->at <= '9'; p->at++) {
            exponent = exponent < 100000000 ? exponent * 10 + (*p->at - '0') : exponent;
        }
    }
    exponent = down ? -exponent : exponent;
    for (c = whole; c < p->at && *c != 'e' && *c != 'E'; c++) {
        if (*c == '.') {
            fraction = 1;
            continue;
        }
        exponent -= fraction;
        if (*c == '0') {
            zeros++;
            continue;
        }
        for (; zeros > 0 && node->number != 0 && digits < 17; zeros--, digits++) node->number *= 10;
        zeros = 0;
        if (digits++ < 17) node->number = node->number * 10 + (*c - '0');
    }
    exponent += zeros;
    if (node->number == 0) exponent = 0;
    for (; exponent > 0 && digits < 17; exponent--, digits++) node->number *= 10;
    if (digits > 16 || exponent != 0 || node->number > 9007199254740991) node->whole = 0;
    if (minus) node->number = -node->number;
    return 1;
}

static int mien__value(mien__parser *p, mien__node *node);

static int mien__members(mien__parser *p, mien__node *node, int object) {
    mien__node **last = &node->first, *other;
    char close = object ? '}' : ']';
    node->kind = object ? MIEN__OBJECT : MIEN__LIST;
    if (++p->depth > MIEN__DEEPEST) return 0;
    mien__space(p);
    if (!mien__next(p, close)) {
        do {
            mien__node *member = (mien__node *)mien__take(p->reader, sizeof *member);
            if (member == NULL) return 0;
            memset(member, 0, sizeof *member);
            mien__space(p);
            if (object) {
                if (!mien__next(p, '"') || !mien__string(p, &member->key)) return 0;
                mien__space(p);
                if (!mien__next(p, ':')) return 0;
            }
            mien__space(p);
            if (!mien__value(p, member)) return 0;
            *last = member;
            last = &member->next;
            node->count++;
            mien__space(p);
        } while (mien__next(p, ','));
        if (!mien__next(p, close)) return 0;
    }
    p->depth--;
    if (object && node->count > 1) {
        /* Sorted by key, two of one key would stand together; headers may have thousands. */
        mien__node **keys = (mien__node **)mien__take(p->reader, 2 * node->count * sizeof *keys);
        mien__node **from = keys, **to = keys == NULL ? NULL : keys + node->count, **swap;
        size_t width, i, n = node->count;
        if (keys == NULL) return 0;
        for (i = 0, other = node->first; other != NULL; other = other->next) keys[i++] = other;
        for (width = 1; width < n; width *= 2) {
            for (i = 0; i < n; i += 2 * width) {
                size_t a = i, mid = i + width < n ? i + width : n, b = mid, end = mid + width < n ? mid + width : n, k;
                for (k = i; k < end; k++) {
                    to[k] = a < mid && (b >= end || mien__order(from[a]->key, from[b]->key) <= 0) ? from[a++] : from[b++];
                }
            }
            swap = from, from = to, to = swap;
        }
        for (i = 1; i < n; i++) {
            if (mien__same(from[i - 1]->key, from[i]->key)) return 0;
        }
        /* The tensors are wanted in this order, nothing in that of the file. */
        for (i = 0; i < n; i++) from[i]->next = i + 1 < n ? from[i + 1] : NULL;
        node->first = from[0];
    }
    return 1;
}

static int mien__value(mien__parser *p, mien__node *node) {
    static const char *const words[] = {"true", "false", "null"};
    size_t i;
    if (mien__next(p, '{')) return mien__members(p, node, 1);
    if (mien__next(p, '[')) return mien__members(p, node, 0);
    if (mien__next(p, '"')) {
        node->kind = MIEN__TEXT;
        return mien__string(p, &node->text);
    }
    for (i = 0; i < 3; i++) {
        size_t size = strlen(words[i]);
        if ((size_t)(p->end - p->at) >= size && memcmp(p->at, words[i], size) == 0) {
            p->at += size;
            return 1;
        }
    }
    return mien__number(p, node);
}

/* The object of a JSON text, its keys in order; NULL where it is not one. */
static mien__node *mien__json(mien__reader *reader, mien__text text, int surrogates, const char *what) {
    mien__parser p;
    mien__node *node = (mien__node *)mien__take(reader, sizeof *node);
    if (node == NULL) return NULL;
    memset(node, 0, sizeof *node);
    p.reader = reader;
    p.at = text.at;
    p.end = text.at + text.size;
    p.depth = 0;
    if (mien__utf8((const unsigned char *)text.at, text.size, surrogates)) {
        mien__space(&p);
        if (mien__value(&p, node)) {
            mien__space(&p);
            if (p.at == p.end) {
                if (node->kind == MIEN__OBJECT) return node;
                mien__refuse_word(reader, "not-an-object", what);
                return NULL;
            }
        }
    }
    mien__refuse_word(reader, "not-json", what);
    return NULL;
}

static const mien__node *mien__member(const mien__node *object, const char *key) {
    const mien__node *member = object == NULL || object->kind != MIEN__OBJECT ? NULL : object->first;
    while (member != NULL && !mien__is(member->key, key)) member = member->next;
    return member;
}

/* ---- the container --------------------------------------------------------------------------------------------- */

typedef struct {
    mien__text name;
    int floats;  /* float32, else int32 */
    int dimensions, taken;
    uint64_t shape[8], count, begin;
    const unsigned char *bytes;
} mien__tensor;

typedef struct {
    mien__text header, metadata;
    mien__tensor *tensors;  /* in name order */
    size_t count;
} mien__file;

static int mien__sizes(const mien__node *list) {
    const mien__node *item;
    if (list == NULL || list->kind != MIEN__LIST) return 0;
    for (item = list->first; item != NULL; item = item->next) {
        if (item->kind != MIEN__NUMBER || !item->whole || item->number < 0) return 0;
    }
    return 1;
}

static int mien__read_tensor(mien__reader *reader, const mien__node *entry, const unsigned char *data, uint64_t size,
                             uint64_t start, uint64_t begin, mien__tensor *tensor) {
    const mien__node *dtype = mien__member(entry, "dtype"), *shape = mien__member(entry, "shape");
    const mien__node *offsets = mien__member(entry, "data_offsets"), *item;
    mien__text name = entry->key;
    uint64_t bytes = 4, end;
    int f32 = dtype != NULL && dtype->kind == MIEN__TEXT && mien__is(dtype->text, "F32");
    int i32 = dtype != NULL && dtype->kind == MIEN__TEXT && mien__is(dtype->text, "I32");
    memset(tensor, 0, sizeof *tensor);
    if (!(f32 || i32) || !mien__sizes(shape) || !mien__sizes(offsets) || entry->count != 3) {
        return mien__refuse(reader, "tensor-entry", name.at, name.size);
    }
    if (shape->count > 8) return mien__refuse(reader, "tensor-dimensions", name.at, name.size);
    tensor->name = name;
    tensor->floats = f32;
    tensor->count = 1;
    for (item = shape->first; item != NULL; item = item->next) {
        uint64_t extent = (uint64_t)item->number, factor = extent > 0 ? extent : 1;
        if (factor > size / bytes) return mien__refuse(reader, "tensor-size", name.at, name.size);
        bytes *= factor;
        tensor->shape[tensor->dimensions++] = extent;
        tensor->count *= extent;
    }
    if (bytes > size) return mien__refuse(reader, "tensor-size", name.at, name.size);
    end = begin + 4 * tensor->count;
    if (offsets->count != 2 || (uint64_t)offsets->first->number != begin ||
        (uint64_t)offsets->first->next->number != end) {
        return mien__refuse(reader, "tensor-place", name.at, name.size);
    }
    if (end > size - start) return mien__refuse(reader, "tensor-cut", name.at, name.size);
    tensor->begin = begin;
    tensor->bytes = data + start + begin;
    return 1;
}

static int mien__container(mien__reader *reader, const unsigned char *data, size_t size, mien__file *file) {
    uint64_t length = 0, start, end = 0;
    mien__node *header, *entry;
    const mien__node *facts;
    int i;
    if (size < 8 || data == NULL) return mien__refuse_word(reader, "too-short", "");
    for (i = 7; i >= 0; i--) length = length << 8 | data[i];
    if (length < 2 || length > 100000000u) return mien__refuse_word(reader, "header-length", "");
    start = 8 + length;
    if (start > size) return mien__refuse_word(reader, "header-cut", "");
    file->header.at = (const char *)data + 8;
    file->header.size = (size_t)length;
    header = mien__json(reader, file->header, 0, "the header");
    if (header == NULL) return 0;
    facts = mien__member(header, "__metadata__");
    if (facts != NULL && facts->kind != MIEN__OBJECT) return mien__refuse_word(reader, "not-an-object", "__metadata__");
    facts = mien__member(facts, "mien");
    if (facts == NULL || facts->kind != MIEN__TEXT) return mien__refuse_word(reader, "not-mien", "mien");
    file->metadata = facts->text;
    file->tensors = (mien__tensor *)mien__take(reader, (header->count + 1) * sizeof *file->tensors);
    if (file->tensors == NULL) return 0;
    for (entry = header->first; entry != NULL; entry = entry->next) {
        if (mien__is(entry->key, "__metadata__")) continue;
        if (!mien__read_tensor(reader, entry, data, size, start, end, &file->tensors[file->count])) return 0;
        end += 4 * file->tensors[file->count++].count;
    }
    if (start + end != size) return mien__refuse_word(reader, "bytes-left", "");
    return 1;
}

/* ---- the metadata ---------------------------------------------------------------------------------------------- */

static const mien__node *mien__fact(mien__reader *reader, const mien__node *facts, const char *key) {
    const mien__node *fact = mien__member(facts, key);
    if (fact == NULL) mien__refuse_word(reader, "metadata-missing", key);
    return fact;
}

static int mien__is_text(const mien__node *node) {
    return node->kind == MIEN__TEXT && mien__utf8((const unsigned char *)node->text.at, node->text.size, 0);
}

static const mien__node *mien__text_fact(mien__reader *reader, const mien__node *facts, const char *key) {
    const mien__node *fact = mien__fact(reader, facts, key);
    if (fact != NULL && !mien__is_text(fact)) {
        mien__refuse_word(reader, "metadata-type", key);
        return NULL;
    }
    return fact;
}

static const mien__node *mien__list_fact(mien__reader *reader, const mien__node *facts, const char *key, size_t least) {
    const mien__node *fact = mien__fact(reader, facts, key);
    if (fact != NULL && fact->kind != MIEN__LIST) {
        mien__refuse_word(reader, "metadata-type", key);
        return NULL;
    }
    if (fact != NULL && fact->count < least) {
        mien__refuse_word(reader, "metadata-few", key);
        return NULL;
    }
    return fact;
}

static const mien__node *mien__texts_fact(mien__reader *reader, const mien__node *facts, const char *key, size_t least,
                                          int distinct) {
    const mien__node *fact = mien__list_fact(reader, facts, key, least), *item, *other;
    for (item = fact == NULL ? NULL : fact->first; item != NULL; item = item->next) {
        if (!mien__is_text(item)) {
            mien__refuse_word(reader, "metadata-type", key);
            return NULL;
        }
    }
    for (item = fact == NULL || !distinct ? NULL : fact->first; item != NULL; item = item->next) {
        for (other = fact->first; other != item; other = other->next) {
            if (mien__same(item->text, other->text)) {
                mien__refuse_word(reader, "metadata-twice", key);
                return NULL;
            }
        }
    }
    return fact;
}

static int mien__engine(mien__reader *reader, const mien__node *facts) {
    static const char kind[] = "mien/artifact/";
    const mien__node *schema = mien__text_fact(reader, facts, "schema"), *engine;
    size_t at = sizeof kind - 1;
    if (schema == NULL) return 0;
    if (!mien__is(schema->text, "mien/artifact/1") && !mien__is(schema->text, "mien/artifact/2")) {
        int newer = schema->text.size > at && memcmp(schema->text.at, kind, at) == 0;
        for (; newer && at < schema->text.size; at++) newer = schema->text.at[at] >= '0' && schema->text.at[at] <= '9';
        return mien__refuse(reader, newer ? "format-newer" : "format-other", schema->text.at, schema->text.size);
    }
    engine = mien__fact(reader, facts, "engine");
    if (engine == NULL) return 0;
    if (engine->kind != MIEN__NUMBER || !engine->whole) return mien__refuse_word(reader, "metadata-type", "engine");
    return engine->number == 1 ? 1 : mien__refuse_word(reader, "engine-other", "");
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

/* Rows of names in UTF-8, each ended by 0. */
typedef struct {
    int count;
    char **names;
} mien__names;

typedef struct {
    mien__names sequences;
    int resolves_count, clips_count, tracks_count, keys_count;
    int *timing, *blink, *resolves, *clips, *tracks, *times, *easings, *sequence_clips, *sequence_ends;
    float *values;
    int *first, *keys;  /* the first track of each clip, the first key of each track; one more of both */
} mien__timeline;

typedef struct {
    char *label;
    mien__names styles;
    mien__timeline *timeline;  /* or NULL */
    float *anchors, *archetypes, *weights, *strength, *outer, *span, *attenuation, *style_gain, *style_offset;
    int used_count, *used;  /* the channels that this label can move */
} mien__label;

struct mien_bank {
    void *memory;
    char *name, *version, *checksum;
    mien__names channels, intensities;
    int labels_count;
    mien__label *labels;
    float *rules, metric[3], support, *caps, *slacks, *sealing_levels;
    int pairs_count, ceilings_count, sealing_count, parting_count;
    int *pairs, *ceilings, *sealing, *parting;
};

typedef struct {
    const char *field, *shape;  /* a letter a dimension, or T for ten, V for three, 1 for one */
    double low, high;
    int whole;  /* 1 for positions of channels, 2 for whole numbers in a range of their own */
} mien__field;

#define MIEN__NORMAL 1.1754943508222875e-38
static const mien__field mien__shared_fields[] = {
    {"rules", "CT", -8, 8, 0},   {"metric", "V", 0, 1e6, 0}, {"support", "1", 5.421010862427522e-20, 1e6, 0},
    {"pairs", "P2", 0, 0, 1},    {"caps", "P", 0, 1, 0},     {"ceilings", "N2", 0, 0, 1},
    {"slacks", "N", 0, 1, 0},    {"sealing", "M", 0, 0, 1},  {"sealing_levels", "M", MIEN__NORMAL, 1, 0},
    {"parting", "L", 0, 0, 1}};
enum { MIEN__RULES, MIEN__METRIC, MIEN__SUPPORT, MIEN__PAIRS, MIEN__CAPS, MIEN__CEILINGS, MIEN__SLACKS, MIEN__SEALING,
       MIEN__LEVELS, MIEN__PARTING, MIEN__SHARED };
static const mien__field mien__label_fields[] = {
    {"anchors", "KV", -1, 1, 0},    {"archetypes", "KC", 0, 1, 0}, {"weights", "KC", -1e9, 1e9, 0},
    {"strength", "C", 0, 1, 0},     {"plateau_outer", "K", MIEN__NORMAL, 1e9, 0},
    {"plateau_span", "K", MIEN__NORMAL, 1e9, 0}, {"attenuation", "C", 0, 1, 0}, {"style_anchors", "SV", -1, 1, 0},
    {"style_gain", "SC", 0, 2, 0},  {"style_offset", "SC", -1, 1, 0}};
enum { MIEN__ANCHORS, MIEN__ARCHETYPES, MIEN__WEIGHTS, MIEN__STRENGTH, MIEN__OUTER, MIEN__SPAN, MIEN__ATTENUATION,
       MIEN__STYLE_ANCHORS, MIEN__GAIN, MIEN__OFFSET, MIEN__OWN };
#define MIEN__LONGEST 600000
#define MIEN__MANY 16777216
static const mien__field mien__timeline_fields[] = {
    {"timing", "4", -1, MIEN__LONGEST, 2},  {"blink", "5", 0, MIEN__LONGEST, 2},
    {"resolves", "J", 0, MIEN__MANY, 2},    {"clips", "GV", 0, MIEN__LONGEST, 2},
    {"tracks", "WV", 0, MIEN__MANY, 2},     {"key_times", "Y", 0, MIEN__LONGEST, 2},
    {"key_easings", "Y", 0, 4, 2},          {"key_values", "Y2", -90, 90, 0},
    {"sequence_clips", "QK", 0, MIEN__MANY, 2}, {"sequence_ends", "QV", 0, MIEN__MANY, 2}};
enum { MIEN__TIMING, MIEN__BLINK, MIEN__RESOLVES, MIEN__CLIPS, MIEN__TRACKS, MIEN__TIMES, MIEN__EASINGS, MIEN__VALUES,
       MIEN__SEQUENCE_CLIPS, MIEN__SEQUENCE_ENDS, MIEN__TIMED };

static uint32_t mien__word32(const unsigned char *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static float mien__float32(const unsigned char *bytes) {
    uint32_t bits = mien__word32(bytes);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Whether a tensor's name is the prefix and a field without dots; a label's name may have dots itself. */
static int mien__own(mien__text name, mien__text prefix) {
    return name.size >= prefix.size && memcmp(name.at, prefix.at, prefix.size) == 0 &&
           (name.size == prefix.size || memchr(name.at + prefix.size, '.', name.size - prefix.size) == NULL);
}

/* The tensor of a field, its type, shape and values checked. sizes: 127 letters, -1 where not known yet. */
static mien__tensor *mien__fetch(mien__reader *reader, mien__file *file, mien__text prefix, const mien__field *field,
                                 int64_t *sizes) {
    size_t word = strlen(field->field), dimensions = strlen(field->shape), i;
    uint64_t k;
    mien__tensor *tensor = NULL;
    double high = field->whole == 1 ? (double)sizes['C'] - 1 : field->high;
    for (i = 0; i < file->count && tensor == NULL; i++) {
        mien__text name = file->tensors[i].name;
        if (name.size == prefix.size + word && mien__own(name, prefix) && !file->tensors[i].taken &&
            memcmp(name.at + prefix.size, field->field, word) == 0) {
            tensor = &file->tensors[i];
        }
    }
    if (tensor == NULL) {
        mien__refuse_word(reader, "tensor-missing", field->field);
        return NULL;
    }
    tensor->taken = 1;
#define MIEN__NO(code) return mien__refuse(reader, code, tensor->name.at, tensor->name.size), (mien__tensor *)NULL
    if (tensor->floats == (field->whole != 0)) MIEN__NO("tensor-dtype");
    if ((size_t)tensor->dimensions != dimensions) MIEN__NO("tensor-dimensions");
    for (i = 0; i < dimensions; i++) {
        int letter = (unsigned char)field->shape[i];
        int64_t extent = (int64_t)tensor->shape[i];
        if (sizes[letter] < 0) sizes[letter] = extent;
        if (extent != sizes[letter]) MIEN__NO("tensor-shape");
    }
    for (k = 0; k < tensor->count; k++) {
        const unsigned char *bytes = tensor->bytes + 4 * k;
        double value = field->whole ? (double)(int32_t)mien__word32(bytes) : (double)mien__float32(bytes);
        if (!(value >= field->low && value <= high)) MIEN__NO("tensor-range");
    }
    for (k = 0; k < tensor->count && !field->whole && field->low >= 0; k++) {
        if (mien__word32(tensor->bytes + 4 * k) == 0x80000000u) MIEN__NO("tensor-negative-zero");
    }
#undef MIEN__NO
    return tensor;
}

static mien__text mien__prefix(mien__reader *reader, mien__text label) {
    mien__text prefix;
    char *out = (char *)mien__take(reader, label.size + 8);
    prefix.at = out;
    prefix.size = out == NULL ? 0 : label.size + 7;
    if (out != NULL) {
        memcpy(out, "label.", 6);
        memcpy(out + 6, label.at, label.size);
        out[label.size + 6] = '.';
    }
    return prefix;
}

static int mien__conflicts(mien__reader *reader, const mien__tensor *pairs, const mien__tensor *ceilings) {
    uint64_t i, j;
    for (i = 0; i < pairs->count; i += 2) {
        if (mien__word32(pairs->bytes + 4 * i) == mien__word32(pairs->bytes + 4 * i + 4)) {
            return mien__refuse_word(reader, "pair-of-one", "bank.pairs");
        }
    }
    for (i = 0; i < ceilings->count; i += 2) {
        uint32_t channel = mien__word32(ceilings->bytes + 4 * i), under = mien__word32(ceilings->bytes + 4 * i + 4);
        int moves = 0;
        for (j = 0; j < pairs->count; j++) moves |= mien__word32(pairs->bytes + 4 * j) == channel;
        for (j = 0; j < ceilings->count; j += 2) moves |= mien__word32(ceilings->bytes + 4 * j) == under;
        if (moves) return mien__refuse_word(reader, "ceiling-moves", "bank.ceilings");
    }
    return 1;
}

static int mien__plateaus(mien__reader *reader, mien__text label, const mien__tensor *const *own,
                          const mien__tensor *metric) {
    uint64_t count = own[MIEN__OUTER]->count, i, j;
    double l1 = mien__float32(metric->bytes), l2 = mien__float32(metric->bytes + 4);
    double l3 = mien__float32(metric->bytes + 8), rounding = 1.0 + 1.0 / 1048576.0;
    for (i = 0; i < count; i++) {
        for (j = 0; j < i; j++) {
            const unsigned char *a = own[MIEN__ANCHORS]->bytes + 12 * i, *b = own[MIEN__ANCHORS]->bytes + 12 * j;
            double v = (double)mien__float32(a) - (double)mien__float32(b);
            double u = (double)mien__float32(a + 4) - (double)mien__float32(b + 4);
            double d = (double)mien__float32(a + 8) - (double)mien__float32(b + 8);
            volatile double x = l1 * v * v, y = l2 * u * u, z = l3 * d * d;
            volatile double one = sqrt((double)mien__float32(own[MIEN__OUTER]->bytes + 4 * i)) * rounding;
            volatile double two = sqrt((double)mien__float32(own[MIEN__OUTER]->bytes + 4 * j)) * rounding;
            if (!(one + two < sqrt(x + y + z))) return mien__refuse(reader, "plateaus-touch", label.at, label.size);
        }
    }
    for (i = 0; i < count; i++) {
        if (mien__float32(own[MIEN__SPAN]->bytes + 4 * i) > mien__float32(own[MIEN__OUTER]->bytes + 4 * i)) {
            return mien__refuse(reader, "tensor-range", label.at, label.size);
        }
    }
    return 1;
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

/* Takes parts of one block, or only counts them. */
typedef struct {
    char *memory;
    size_t size;
} mien__room;

static void *mien__part(mien__room *room, size_t size) {
    char *part = room->memory == NULL ? NULL : room->memory + room->size;
    room->size += (size + 15) / 16 * 16;
    return part;
}

static char *mien__copy_text(mien__room *room, mien__text text) {
    char *copy = (char *)mien__part(room, text.size + 1);
    if (copy != NULL) {
        memcpy(copy, text.at, text.size);
        copy[text.size] = 0;
    }
    return copy;
}

static mien__names mien__copy_names(mien__room *room, const mien__node *list) {
    mien__names names;
    const mien__node *item;
    names.count = 0;
    names.names = (char **)mien__part(room, (list->count + 1) * sizeof *names.names);
    for (item = list->first; item != NULL; item = item->next, names.count++) {
        char *copy = mien__copy_text(room, item->text);
        if (names.names != NULL) names.names[names.count] = copy;
    }
    return names;
}

static float *mien__copy_floats(mien__room *room, const mien__tensor *tensor) {
    float *copy = (float *)mien__part(room, (size_t)tensor->count * sizeof *copy);
    uint64_t i;
    for (i = 0; copy != NULL && i < tensor->count; i++) copy[i] = mien__float32(tensor->bytes + 4 * i);
    return copy;
}

static int *mien__copy_whole(mien__room *room, const mien__tensor *tensor) {
    int *copy = (int *)mien__part(room, (size_t)tensor->count * sizeof *copy);
    uint64_t i;
    for (i = 0; copy != NULL && i < tensor->count; i++) copy[i] = (int)mien__word32(tensor->bytes + 4 * i);
    return copy;
}

static mien__timeline *mien__copy_timeline(mien__room *room, const mien__node *sequences, mien__tensor *const *timed) {
    mien__timeline *timeline = (mien__timeline *)mien__part(room, sizeof *timeline), copy;
    int clip, track;
    copy.sequences = mien__copy_names(room, sequences);
    copy.timing = mien__copy_whole(room, timed[MIEN__TIMING]);
    copy.blink = mien__copy_whole(room, timed[MIEN__BLINK]);
    copy.resolves = mien__copy_whole(room, timed[MIEN__RESOLVES]);
    copy.resolves_count = (int)timed[MIEN__RESOLVES]->count;
    copy.clips = mien__copy_whole(room, timed[MIEN__CLIPS]);
    copy.clips_count = (int)timed[MIEN__CLIPS]->shape[0];
    copy.tracks = mien__copy_whole(room, timed[MIEN__TRACKS]);
    copy.tracks_count = (int)timed[MIEN__TRACKS]->shape[0];
    copy.times = mien__copy_whole(room, timed[MIEN__TIMES]);
    copy.keys_count = (int)timed[MIEN__TIMES]->count;
    copy.easings = mien__copy_whole(room, timed[MIEN__EASINGS]);
    copy.values = mien__copy_floats(room, timed[MIEN__VALUES]);
    copy.sequence_clips = mien__copy_whole(room, timed[MIEN__SEQUENCE_CLIPS]);
    copy.sequence_ends = mien__copy_whole(room, timed[MIEN__SEQUENCE_ENDS]);
    copy.first = (int *)mien__part(room, ((size_t)copy.clips_count + 1) * sizeof(int));
    copy.keys = (int *)mien__part(room, ((size_t)copy.tracks_count + 1) * sizeof(int));
    if (timeline == NULL) return NULL;
    for (track = 0, copy.keys[0] = 0; track < copy.tracks_count; track++) {
        copy.keys[track + 1] = copy.tracks[3 * track + 2] > copy.keys_count - copy.keys[track]
                                   ? copy.keys_count : copy.keys[track] + copy.tracks[3 * track + 2];
    }
    for (clip = 0, track = 0; clip <= copy.clips_count; clip++) {
        while (track < copy.tracks_count && copy.tracks[3 * track] < clip) track++;
        copy.first[clip] = track;
    }
    *timeline = copy;
    return timeline;
}

/* The same in the reader's memory, to be checked. */
static const mien__timeline *mien__read_timeline(mien__reader *reader, const mien__node *sequences,
                                                 mien__tensor *const *timed) {
    mien__room room = {NULL, 0};
    (void)mien__copy_timeline(&room, sequences, timed);
    room.memory = (char *)mien__take(reader, room.size);
    if (room.memory == NULL) return NULL;
    room.size = 0;
    return mien__copy_timeline(&room, sequences, timed);
}

/* ---- labels in time -------------------------------------------------------------------------------------------- */

/* What evaluator.md says of them, in binary64. */
static double mien__ease(int number, double t) {
    double done;
    switch (number) {
    case 1: return t;
    case 2:
        done = mien__product(t, mien__product(6.0, t) - 15.0) + 10.0;
        done = mien__product(mien__product(mien__product(t, t), t), done);
        break;
    case 3: return mien__product(t, t);
    case 4: return mien__product(t, 2.0 - t);
    default: done = mien__product(mien__product(t, t), 3.0 - mien__product(2.0, t));
    }
    return done > 1.0 ? 1.0 : done;
}

/* Gain and offset, or degrees and 0, of the track whose keys are `from` to `to`, not included. */
static void mien__curve(const mien__timeline *timeline, int from, int to, double time, double out[2]) {
    const int *times = timeline->times;
    const float *values;
    int last = to - 1, low = from, part;
    double share, begin;
    if (last == from || time >= times[last]) {
        for (part = 0; part < 2; part++) out[part] = timeline->values[2 * last + part];
        return;
    }
    while (last - low > 1) {
        int middle = low + (last - low) / 2;
        if (times[middle] <= time) {
            low = middle;
        } else {
            last = middle;
        }
    }
    begin = times[low];
    share = (time - begin) / (times[low + 1] - begin);
    share = mien__ease(timeline->easings[low + 1], share < 0.0 ? 0.0 : share > 1.0 ? 1.0 : share);
    values = timeline->values + 2 * low;
    for (part = 0; part < 2; part++) {
        double before = values[part];
        out[part] = before + mien__product((double)values[2 + part] - before, share);
    }
}

static int mien__is_at(mien__reader *reader, mien__text label, int64_t found, int64_t low, int64_t high) {
    return found >= low && found <= high ? 1 : mien__refuse(reader, "sequence-place", label.at, label.size);
}

static int mien__negative_zero(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits == 0x80000000u;
}

/* What must hold of a timeline beyond the type, shape and range of each tensor. */
static int mien__timed(mien__reader *reader, mien__text label, const mien__timeline *timeline, const int64_t *sizes,
                       int64_t labels) {
    static const float bounds[3][4] = {{0, 2, -1, 1}, {-90, 90, 0, 0}, {0, 1, 0, 0}};
    const int *clips = timeline->clips, *tracks = timeline->tracks, *times = timeline->times;
    int64_t channels = sizes['C'], levels = sizes['K'], sequences = timeline->sequences.count, total = 0;
    int count = timeline->clips_count, before[2] = {-1, -1}, row, key, first, at;
#define MIEN__NO(code) return mien__refuse(reader, code, label.at, label.size)
    if (count < 2) MIEN__NO("clips-few");
    for (row = 0; row < count; row++) {
        int length = clips[3 * row], begin = clips[3 * row + 1], end = clips[3 * row + 2];
        if (!((begin < end && end <= length) || (begin == 0 && end == 0))) MIEN__NO("clip-loop");
    }
    for (row = 0; row < timeline->tracks_count; row++) {
        int clip = tracks[3 * row], target = tracks[3 * row + 1];
        if (clip >= count || target >= channels + 6) MIEN__NO("track-target");
        if (clip < before[0] || (clip == before[0] && target <= before[1])) MIEN__NO("track-order");
        if (tracks[3 * row + 2] < 1) MIEN__NO("track-keys");
        before[0] = clip, before[1] = target;
        total += tracks[3 * row + 2];
    }
    if (total != timeline->keys_count) MIEN__NO("track-keys");
    for (row = 0, key = 0; row < timeline->tracks_count; row++) {
        int clip = tracks[3 * row];
        const float *bound = bounds[clip == 1 ? 2 : tracks[3 * row + 1] > channels ? 1 : 0];
        for (first = key; key < first + tracks[3 * row + 2]; key++) {
            if (key > first && times[key] <= times[key - 1]) MIEN__NO("key-times");
            for (at = 0; at < 2; at++) {
                float value = timeline->values[2 * key + at];
                if (!(value >= bound[2 * at] && value <= bound[2 * at + 1])) MIEN__NO("key-value");
                if (mien__negative_zero(value)) MIEN__NO("tensor-negative-zero");
            }
        }
        if (times[key - 1] > clips[3 * clip]) MIEN__NO("track-late");
    }
    for (row = 0, key = 0; row < timeline->tracks_count; row++, key = first) {
        int clip = tracks[3 * row];
        double one[2], other[2];
        first = key + tracks[3 * row + 2];
        if (clips[3 * clip + 2] == 0) continue;
        mien__curve(timeline, key, first, clips[3 * clip + 1], one);
        mien__curve(timeline, key, first, clips[3 * clip + 2], other);
        if (one[0] != other[0] || one[1] != other[1]) MIEN__NO("loop-jumps");
    }
#undef MIEN__NO
    if (!mien__is_at(reader, label, timeline->timing[0], 0, 2) ||
        !mien__is_at(reader, label, timeline->timing[1], -1, MIEN__LONGEST) ||
        !mien__is_at(reader, label, timeline->timing[2], -1, sequences - 1) ||
        !mien__is_at(reader, label, timeline->timing[3], 0, MIEN__LONGEST) ||
        !mien__is_at(reader, label, timeline->blink[0], 0, timeline->blink[1])) {
        return 0;
    }
    for (at = 0; at < timeline->resolves_count; at++) {
        if (!mien__is_at(reader, label, timeline->resolves[at], 0, labels - 1)) return 0;
    }
    for (at = 0; at < sequences * levels; at++) {
        if (!mien__is_at(reader, label, timeline->sequence_clips[at], 2, count - 1)) return 0;
    }
    for (at = 0; at < 3 * sequences; at += 3) {
        if (!mien__is_at(reader, label, timeline->sequence_ends[at], 0, 2) ||
            !mien__is_at(reader, label, timeline->sequence_ends[at + 1], 0, labels - 1) ||
            !mien__is_at(reader, label, timeline->sequence_ends[at + 2], 0, levels - 1)) {
            return 0;
        }
    }
    return 1;
}

/* ---- the canonical header -------------------------------------------------------------------------------------- */

/* Where text goes: into a digest, into memory, or beside the header that was read. */
typedef struct {
    mien__sha *sha;
    char *out;
    mien__text expected;
    size_t size;
    int differs;
} mien__writer;

static void mien__put(mien__writer *w, const char *at, size_t size) {
    if (w->sha != NULL) mien__sha_add(w->sha, at, size);
    if (w->out != NULL) memcpy(w->out + w->size, at, size);
    if (w->expected.at != NULL && (w->size + size > w->expected.size || memcmp(w->expected.at + w->size, at, size) != 0)) {
        w->differs = 1;
        w->expected.size = 0;
    }
    w->size += size;
}

static void mien__puts(mien__writer *w, const char *words) { mien__put(w, words, strlen(words)); }

/* With only the escapes that JSON demands. */
static void mien__escape(mien__writer *w, mien__text text) {
    size_t i, from = 0;
    for (i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.at[i];
        const char *known = "\b\f\n\r\t\"\\", *at = c == 0 ? NULL : strchr(known, c);
        char escape[7] = "\\u00";
        if (c >= 0x20 && at == NULL) continue;
        mien__put(w, text.at + from, i - from);
        from = i + 1;
        if (at != NULL) {
            escape[1] = "bfnrt\"\\"[at - known];
            escape[2] = 0;
        } else {
            escape[4] = "0123456789abcdef"[c >> 4];
            escape[5] = "0123456789abcdef"[c & 15];
            escape[6] = 0;
        }
        mien__puts(w, escape);
    }
    mien__put(w, text.at + from, text.size - from);
}

static void mien__quote(mien__writer *w, mien__text text) {
    mien__puts(w, "\"");
    mien__escape(w, text);
    mien__puts(w, "\"");
}

static void mien__whole(mien__writer *w, uint64_t number) {
    char digits[24];
    size_t at = sizeof digits;
    do digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    mien__put(w, digits + at, sizeof digits - at);
}

/* Texts, and lists of them. */
static void mien__write(mien__writer *w, const mien__node *node) {
    const mien__node *item;
    if (node->kind == MIEN__TEXT) {
        mien__quote(w, node->text);
        return;
    }
    mien__puts(w, "[");
    for (item = node->first; item != NULL; item = item->next) {
        mien__write(w, item);
        if (item->next != NULL) mien__puts(w, ",");
    }
    mien__puts(w, "]");
}

static void mien__shape(mien__writer *w, const mien__tensor *tensor) {
    int i;
    mien__puts(w, "[");
    for (i = 0; i < tensor->dimensions; i++) {
        if (i > 0) mien__puts(w, ",");
        mien__whole(w, tensor->shape[i]);
    }
    mien__puts(w, "]");
}

/* The digest of names and of the tensors with a prefix. `label` is NULL for what labels share. */
static void mien__digest(const mien__node *facts, const mien__node *label, mien__text prefix, const mien__file *file,
                         char hex[65]) {
    static const char *const shared[] = {"channels", "classes", "engine", "intensities", "mirror", "rig"};
    static const char *const own[] = {"label", "sequences", "styles"};
    mien__sha sha;
    mien__writer w;
    size_t i, first = 1;
    mien__sha_begin(&sha);
    memset(&w, 0, sizeof w);
    w.sha = &sha;
    for (i = 0; i < (label == NULL ? 6u : 3u); i++) {
        const char *key = label == NULL ? shared[i] : own[i];
        if (label != NULL && mien__member(label, key) == NULL) continue;
        mien__puts(&w, i == 0 ? "{\"" : ",\"");
        mien__puts(&w, key);
        mien__puts(&w, "\":");
        if (strcmp(key, "engine") == 0) {
            mien__puts(&w, "1");
        } else {
            mien__write(&w, mien__member(label == NULL ? facts : label, key));
        }
    }
    mien__puts(&w, ",\"tensors\":[");
    for (i = 0; i < file->count; i++) {
        const mien__tensor *tensor = &file->tensors[i];
        if (!mien__own(tensor->name, prefix)) continue;
        mien__puts(&w, first ? "[" : ",[");
        first = 0;
        mien__quote(&w, tensor->name);
        mien__puts(&w, tensor->floats ? ",\"F32\"," : ",\"I32\",");
        mien__shape(&w, tensor);
        mien__puts(&w, "]");
    }
    mien__puts(&w, "]}\n");
    for (i = 0; i < file->count; i++) {
        if (mien__own(file->tensors[i].name, prefix)) {
            mien__sha_add(&sha, file->tensors[i].bytes, (size_t)(4 * file->tensors[i].count));
        }
    }
    mien__sha_hex(&sha, hex);
}

/* Field names to tensor names, in order of the fields; `more` are those of a timeline. */
static void mien__tensor_names(mien__writer *w, mien__text prefix, const mien__field *fields, int count, int more) {
    const char *before = NULL;
    int i, j;
    mien__puts(w, "\"tensors\":{");
    for (i = 0; i < count + more; i++) {
        const char *next = NULL;
        for (j = 0; j < count + more; j++) {
            const char *field = j < count ? fields[j].field : mien__timeline_fields[j - count].field;
            if ((before == NULL || strcmp(field, before) > 0) && (next == NULL || strcmp(field, next) < 0)) next = field;
        }
        mien__puts(w, i == 0 ? "\"" : ",\"");
        mien__puts(w, next);
        mien__puts(w, "\":\"");
        mien__escape(w, prefix);
        mien__puts(w, next);
        mien__puts(w, "\"");
        before = next;
    }
    mien__puts(w, "}");
}

static const mien__text mien__bank_prefix = {"bank.", 5};

typedef struct {
    const mien__node *facts, *labels;
    const mien__file *file;
    char (*digests)[65];  /* what labels share first, then a label each */
    mien__text *prefixes; /* a label each */
} mien__description;

/* The metadata as the compiler writes it; without its checksum where that is NULL. */
static void mien__facts(mien__writer *w, const mien__description *d, const char *checksum) {
    static const char *const keys[] = {"bank",   "channels", "checksum", "classes", "digest", "engine", "intensities",
                                       "labels", "mirror",   "rig",      "schema",  "tensors", "version"};
    const mien__node *label;
    size_t i, n;
    for (i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *key = keys[i];
        if (i == 2 && checksum == NULL) continue;
        mien__puts(w, i == 0 ? "{" : ",");
        if (i == 11) {
            mien__tensor_names(w, mien__bank_prefix, mien__shared_fields, MIEN__SHARED, 0);
            continue;
        }
        mien__quote(w, mien__word(key));
        mien__puts(w, ":");
        if (i == 10) {
            for (label = d->labels->first; label != NULL && mien__member(label, "sequences") == NULL;) label = label->next;
            mien__puts(w, label == NULL ? "\"mien/artifact/1\"" : "\"mien/artifact/2\"");
            continue;
        }
        if (i == 2 || i == 4) {
            mien__quote(w, mien__word(i == 2 ? checksum : d->digests[0]));
        } else if (i == 5) {
            mien__puts(w, "1");
        } else if (i != 7) {
            mien__write(w, mien__member(d->facts, key));
        } else {
            mien__puts(w, "[");
            for (n = 0, label = d->labels->first; label != NULL; n++, label = label->next) {
                mien__puts(w, n == 0 ? "{\"digest\":" : ",{\"digest\":");
                mien__quote(w, mien__word(d->digests[n + 1]));
                mien__puts(w, ",\"label\":");
                mien__write(w, mien__member(label, "label"));
                if (mien__member(label, "sequences") != NULL) {
                    mien__puts(w, ",\"sequences\":");
                    mien__write(w, mien__member(label, "sequences"));
                }
                mien__puts(w, ",\"styles\":");
                mien__write(w, mien__member(label, "styles"));
                mien__puts(w, ",");
                mien__tensor_names(w, d->prefixes[n], mien__label_fields, MIEN__OWN,
                                   mien__member(label, "sequences") == NULL ? 0 : MIEN__TIMED);
                mien__puts(w, "}");
            }
            mien__puts(w, "]");
        }
    }
    mien__puts(w, "}");
}

/* Whether the header is, byte for byte, the one that follows from what was read. */
static int mien__canonical(mien__reader *reader, const mien__description *d) {
    mien__sha sha;
    mien__writer w;
    mien__text facts;
    char checksum[65], *out;
    const mien__node *label;
    size_t i;
    memset(&w, 0, sizeof w);
    w.sha = &sha;
    mien__sha_begin(&sha);
    mien__facts(&w, d, NULL);
    mien__sha_hex(&sha, checksum);
    memset(&w, 0, sizeof w);
    mien__facts(&w, d, checksum);
    facts.at = out = (char *)mien__take(reader, w.size + 1);
    facts.size = w.size;
    if (out == NULL) return 0;
    memset(&w, 0, sizeof w);
    w.out = out;
    mien__facts(&w, d, checksum);

    memset(&w, 0, sizeof w);
    w.expected = d->file->header;
    mien__puts(&w, "{\"__metadata__\":{\"mien\":");
    mien__quote(&w, facts);
    mien__puts(&w, "}");
    for (i = 0; i < d->file->count; i++) {
        const mien__tensor *tensor = &d->file->tensors[i];
        mien__puts(&w, ",");
        mien__quote(&w, tensor->name);
        mien__puts(&w, tensor->floats ? ":{\"dtype\":\"F32\",\"shape\":" : ":{\"dtype\":\"I32\",\"shape\":");
        mien__shape(&w, tensor);
        mien__puts(&w, ",\"data_offsets\":[");
        mien__whole(&w, tensor->begin);
        mien__puts(&w, ",");
        mien__whole(&w, tensor->begin + 4 * tensor->count);
        mien__puts(&w, "]}");
    }
    mien__puts(&w, "}");
    while (w.size % 8 != 0) mien__puts(&w, " ");
    if (!w.differs && w.size == d->file->header.size) return 1;

    for (i = 1, label = d->labels->first; label != NULL; i++, label = label->next) {
        const mien__node *digest = mien__member(label, "digest"), *name = mien__member(label, "label");
        if (digest == NULL || digest->kind != MIEN__TEXT || !mien__is(digest->text, d->digests[i])) {
            return mien__refuse(reader, "table-digest", name->text.at, name->text.size);
        }
    }
    label = mien__member(d->facts, "digest");
    if (label == NULL || label->kind != MIEN__TEXT || !mien__is(label->text, d->digests[0])) {
        return mien__refuse_word(reader, "shared-digest", "");
    }
    return mien__refuse_word(reader, "not-canonical", "");
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

typedef struct {
    mien__tensor *shared[MIEN__SHARED];
    mien__tensor *(*own)[MIEN__OWN], *(*timed)[MIEN__TIMED];
} mien__tables;

/* The channels that some archetype or the rule of a label moves: all others are 0, whatever is asked. */
static void mien__used(mien__label *label, int channels, int intensities) {
    int c, i;
    label->used_count = 0;
    for (c = 0; c < channels; c++) {
        int moves = label->strength[c] != 0.0f;
        for (i = 0; i < intensities; i++) {
            moves |= label->archetypes[i * channels + c] != 0.0f || label->weights[i * channels + c] != 0.0f;
        }
        if (moves) label->used[label->used_count++] = c;
    }
}

static void mien__fill(mien_bank *bank, mien__room *room, const mien__description *d, const mien__tables *tables) {
    const mien__node *label;
    mien__tensor *const *shared = tables->shared;
    size_t n = 0;
    bank->name = mien__copy_text(room, mien__member(d->facts, "bank")->text);
    bank->version = mien__copy_text(room, mien__member(d->facts, "version")->text);
    bank->checksum = mien__copy_text(room, mien__member(d->facts, "checksum")->text);
    bank->channels = mien__copy_names(room, mien__member(d->facts, "channels"));
    bank->intensities = mien__copy_names(room, mien__member(d->facts, "intensities"));
    bank->rules = mien__copy_floats(room, shared[MIEN__RULES]);
    for (n = 0; n < 3; n++) bank->metric[n] = mien__float32(shared[MIEN__METRIC]->bytes + 4 * n);
    bank->support = mien__float32(shared[MIEN__SUPPORT]->bytes);
    bank->pairs = mien__copy_whole(room, shared[MIEN__PAIRS]);
    bank->caps = mien__copy_floats(room, shared[MIEN__CAPS]);
    bank->pairs_count = (int)shared[MIEN__CAPS]->count;
    bank->ceilings = mien__copy_whole(room, shared[MIEN__CEILINGS]);
    bank->slacks = mien__copy_floats(room, shared[MIEN__SLACKS]);
    bank->ceilings_count = (int)shared[MIEN__SLACKS]->count;
    bank->sealing = mien__copy_whole(room, shared[MIEN__SEALING]);
    bank->sealing_levels = mien__copy_floats(room, shared[MIEN__LEVELS]);
    bank->sealing_count = (int)shared[MIEN__SEALING]->count;
    bank->parting = mien__copy_whole(room, shared[MIEN__PARTING]);
    bank->parting_count = (int)shared[MIEN__PARTING]->count;
    bank->labels_count = (int)d->labels->count;
    bank->labels = (mien__label *)mien__part(room, d->labels->count * sizeof *bank->labels);
    for (n = 0, label = d->labels->first; label != NULL; n++, label = label->next) {
        mien__tensor *const *own = tables->own[n];
        mien__label table;
        table.label = mien__copy_text(room, mien__member(label, "label")->text);
        table.styles = mien__copy_names(room, mien__member(label, "styles"));
        table.anchors = mien__copy_floats(room, own[MIEN__ANCHORS]);
        table.archetypes = mien__copy_floats(room, own[MIEN__ARCHETYPES]);
        table.weights = mien__copy_floats(room, own[MIEN__WEIGHTS]);
        table.strength = mien__copy_floats(room, own[MIEN__STRENGTH]);
        table.outer = mien__copy_floats(room, own[MIEN__OUTER]);
        table.span = mien__copy_floats(room, own[MIEN__SPAN]);
        table.attenuation = mien__copy_floats(room, own[MIEN__ATTENUATION]);
        table.style_gain = mien__copy_floats(room, own[MIEN__GAIN]);
        table.style_offset = mien__copy_floats(room, own[MIEN__OFFSET]);
        table.timeline = tables->timed[n][0] == NULL
                             ? NULL : mien__copy_timeline(room, mien__member(label, "sequences"), tables->timed[n]);
        table.used = (int *)mien__part(room, (size_t)bank->channels.count * sizeof(int));
        if (room->memory != NULL) {
            mien__used(&table, bank->channels.count, bank->intensities.count);
            bank->labels[n] = table;
        }
    }
}

/* Everything but the digest of the whole file; the bank's memory is the caller's to release. */
static mien_bank *mien__read(mien__reader *reader, const unsigned char *data, size_t size) {
    mien__file file;
    mien__description d;
    mien__tables tables;
    mien__room room = {NULL, 0};
    mien_bank *bank, counted;
    const mien__node *item, *channels, *intensities, *classes, *mirror, *other;
    int64_t sizes[128];
    size_t n;
    int i;
    memset(&file, 0, sizeof file);
    if (!mien__container(reader, data, size, &file)) return NULL;
    d.file = &file;
    d.facts = mien__json(reader, file.metadata, 1, "the metadata");
    if (d.facts == NULL || !mien__engine(reader, d.facts)) return NULL;
    channels = mien__texts_fact(reader, d.facts, "channels", 1, 1);
    intensities = channels == NULL ? NULL : mien__texts_fact(reader, d.facts, "intensities", 2, 1);
    classes = intensities == NULL ? NULL : mien__texts_fact(reader, d.facts, "classes", 0, 0);
    if (classes == NULL) return NULL;
    for (item = classes->first; item != NULL; item = item->next) {
        if (!mien__is(item->text, "EXPRESSION") && !mien__is(item->text, "LIPSYNC") && !mien__is(item->text, "SHARED")) break;
    }
    if (item != NULL || classes->count != channels->count) {
        mien__refuse_word(reader, "metadata-classes", "");
        return NULL;
    }
    mirror = mien__list_fact(reader, d.facts, "mirror", 0);
    for (item = mirror == NULL ? NULL : mirror->first; item != NULL; item = item->next) {
        if (item->kind != MIEN__LIST || item->count != 2 || !mien__is_text(item->first) || !mien__is_text(item->first->next)) {
            mien__refuse_word(reader, "metadata-type", "mirror");
            return NULL;
        }
    }
    for (item = mirror == NULL ? NULL : mirror->first; item != NULL; item = item->next) {
        int known = 0;
        for (other = channels->first; other != NULL; other = other->next) {
            known += mien__same(other->text, item->first->text) + mien__same(other->text, item->first->next->text);
        }
        if (known < 1 + !mien__same(item->first->text, item->first->next->text)) {
            mien__refuse_word(reader, "metadata-mirror", "");
            return NULL;
        }
    }
    if (mirror == NULL) return NULL;
    memset(sizes, -1, sizeof sizes);
    sizes['1'] = 1, sizes['2'] = 2, sizes['V'] = 3, sizes['T'] = 10;
    sizes['C'] = (int64_t)channels->count, sizes['K'] = (int64_t)intensities->count;
    for (i = 0; i < MIEN__SHARED; i++) {
        tables.shared[i] = mien__fetch(reader, &file, mien__bank_prefix, &mien__shared_fields[i], sizes);
        if (tables.shared[i] == NULL) return NULL;
    }
    d.labels = mien__list_fact(reader, d.facts, "labels", 1);
    for (item = d.labels == NULL ? NULL : d.labels->first; item != NULL; item = item->next) {
        if (item->kind != MIEN__OBJECT) {
            mien__refuse_word(reader, "metadata-type", "labels");
            return NULL;
        }
    }
    if (d.labels == NULL) return NULL;
    d.prefixes = (mien__text *)mien__take(reader, d.labels->count * sizeof *d.prefixes);
    d.digests = (char (*)[65])mien__take(reader, (d.labels->count + 1) * sizeof *d.digests);
    tables.own = (mien__tensor *(*)[MIEN__OWN])mien__take(reader, d.labels->count * sizeof *tables.own);
    tables.timed = (mien__tensor *(*)[MIEN__TIMED])mien__take(reader, d.labels->count * sizeof *tables.timed);
    if (d.prefixes == NULL || d.digests == NULL || tables.own == NULL || tables.timed == NULL) return NULL;
    for (n = 0, item = d.labels->first; item != NULL; n++, item = item->next) {
        const mien__node *label = mien__text_fact(reader, item, "label"), *styles;
        styles = label == NULL ? NULL : mien__texts_fact(reader, item, "styles", 0, 1);
        if (styles == NULL) return NULL;
        sizes['S'] = (int64_t)styles->count;
        d.prefixes[n] = mien__prefix(reader, label->text);
        if (d.prefixes[n].at == NULL) return NULL;
        for (i = 0; i < MIEN__OWN; i++) {
            tables.own[n][i] = mien__fetch(reader, &file, d.prefixes[n], &mien__label_fields[i], sizes);
            if (tables.own[n][i] == NULL) return NULL;
        }
        tables.timed[n][0] = NULL;
        if (mien__member(item, "sequences") == NULL) continue;
        styles = mien__texts_fact(reader, item, "sequences", 0, 1);
        if (styles == NULL) return NULL;
        sizes['4'] = 4, sizes['5'] = 5, sizes['Q'] = (int64_t)styles->count;
        sizes['J'] = sizes['G'] = sizes['W'] = sizes['Y'] = -1;
        for (i = 0; i < MIEN__TIMED; i++) {
            tables.timed[n][i] = mien__fetch(reader, &file, d.prefixes[n], &mien__timeline_fields[i], sizes);
            if (tables.timed[n][i] == NULL) return NULL;
        }
    }
    for (n = 0; n < file.count; n++) {
        if (!file.tensors[n].taken) {
            mien__refuse(reader, "tensor-unknown", file.tensors[n].name.at, file.tensors[n].name.size);
            return NULL;
        }
    }
    if (mien__text_fact(reader, d.facts, "bank") == NULL || mien__text_fact(reader, d.facts, "version") == NULL ||
        mien__text_fact(reader, d.facts, "rig") == NULL ||
        !mien__conflicts(reader, tables.shared[MIEN__PAIRS], tables.shared[MIEN__CEILINGS])) {
        return NULL;
    }
    for (n = 0, item = d.labels->first; item != NULL; n++, item = item->next) {
        const mien__tensor *const *own = (const mien__tensor *const *)tables.own[n];
        mien__text label = mien__member(item, "label")->text;
        if (!mien__plateaus(reader, label, own, tables.shared[MIEN__METRIC])) return NULL;
        if (tables.timed[n][0] != NULL) {
            const mien__timeline *timeline =
                mien__read_timeline(reader, mien__member(item, "sequences"), tables.timed[n]);
            if (timeline == NULL || !mien__timed(reader, label, timeline, sizes, (int64_t)d.labels->count)) return NULL;
        }
    }
    mien__digest(d.facts, NULL, mien__bank_prefix, &file, d.digests[0]);
    for (n = 0, item = d.labels->first; item != NULL; n++, item = item->next) {
        mien__digest(d.facts, item, d.prefixes[n], &file, d.digests[n + 1]);
    }
    if (!mien__canonical(reader, &d)) return NULL;
    if (channels->count > MIEN_CHANNELS) {
        mien__refuse_word(reader, "channels", "more than MIEN_CHANNELS");
        return NULL;
    }
    mien__part(&room, sizeof *bank);
    mien__fill(&counted, &room, &d, &tables);
    room.memory = (char *)MIEN_ALLOCATE(room.size);
    if (room.memory == NULL) {
        mien__refuse_word(reader, "memory", "there is not enough");
        return NULL;
    }
    room.size = 0;
    bank = (mien_bank *)mien__part(&room, sizeof *bank);
    mien__fill(bank, &room, &d, &tables);
    return bank;
}

static void mien__begin(mien__reader *reader, mien_refusal *why) {
    reader->why = why;
    why->code = "";
    why->detail[0] = 0;
}

static void mien__release(mien__reader *reader) {
    while (reader->blocks != NULL) {
        mien__block *before = reader->blocks->before;
        MIEN_RELEASE(reader->blocks);
        reader->blocks = before;
    }
}

mien_bank *mien_load(const void *bytes, size_t size, const char *sha256, mien_refusal *why) {
    mien_refusal ignored;
    mien__reader reader = {NULL, NULL, 0};
    mien_bank *bank = NULL;
    mien__begin(&reader, why != NULL ? why : &ignored);
    if (!mien__computes()) {
        mien__refuse_word(&reader, "arithmetic", "operations are fused, or subnormal numbers taken as zero");
    } else {
        char found[65];
        if (bytes == NULL) size = 0;
        if (sha256 != NULL) {
            mien__sha sha;
            mien__sha_begin(&sha);
            mien__sha_add(&sha, bytes, size);
            mien__sha_hex(&sha, found);
        }
        if (sha256 != NULL && strcmp(found, sha256) != 0) {
            mien__refuse_word(&reader, "other-sha256", found);
        } else {
            bank = mien__read(&reader, (const unsigned char *)bytes, size);
        }
    }
    mien__release(&reader);
    return bank;
}

void mien_free(mien_bank *bank) { MIEN_RELEASE(bank); }

const char *mien_bank_name(const mien_bank *bank) { return bank == NULL ? NULL : bank->name; }
const char *mien_bank_version(const mien_bank *bank) { return bank == NULL ? NULL : bank->version; }
const char *mien_bank_checksum(const mien_bank *bank) { return bank == NULL ? NULL : bank->checksum; }
int mien_channel_count(const mien_bank *bank) { return bank == NULL ? 0 : bank->channels.count; }
int mien_label_count(const mien_bank *bank) { return bank == NULL ? 0 : bank->labels_count; }
int mien_intensity_count(const mien_bank *bank) { return bank == NULL ? 0 : bank->intensities.count; }

static int mien__valid(const mien_bank *bank, int label) {
    return bank != NULL && label >= 0 && label < bank->labels_count;
}

/* The label in time, or NULL. */
static const mien__timeline *mien__timeline_of(const mien_bank *bank, int label) {
    return mien__valid(bank, label) ? bank->labels[label].timeline : NULL;
}

int mien_style_count(const mien_bank *bank, int label) {
    return mien__valid(bank, label) ? bank->labels[label].styles.count : 0;
}

static const char *mien__name(const mien__names *names, int at) {
    return at >= 0 && at < names->count ? names->names[at] : NULL;
}

static int mien__find(const mien__names *names, const char *name) {
    int i;
    for (i = 0; name != NULL && i < names->count; i++) {
        if (strcmp(names->names[i], name) == 0) return i;
    }
    return -1;
}

const char *mien_channel_name(const mien_bank *bank, int channel) {
    return bank == NULL ? NULL : mien__name(&bank->channels, channel);
}
const char *mien_intensity_name(const mien_bank *bank, int at) {
    return bank == NULL ? NULL : mien__name(&bank->intensities, at);
}
const char *mien_label_name(const mien_bank *bank, int label) {
    return mien__valid(bank, label) ? bank->labels[label].label : NULL;
}
const char *mien_style_name(const mien_bank *bank, int label, int style) {
    return mien__valid(bank, label) ? mien__name(&bank->labels[label].styles, style) : NULL;
}
int mien_channel(const mien_bank *bank, const char *name) {
    return bank == NULL ? -1 : mien__find(&bank->channels, name);
}
int mien_intensity(const mien_bank *bank, const char *name) {
    return bank == NULL ? -1 : mien__find(&bank->intensities, name);
}
int mien_sequence_count(const mien_bank *bank, int label) {
    const mien__timeline *timeline = mien__timeline_of(bank, label);
    return timeline == NULL ? 0 : timeline->sequences.count;
}
const char *mien_sequence_name(const mien_bank *bank, int label, int sequence) {
    const mien__timeline *timeline = mien__timeline_of(bank, label);
    return timeline == NULL ? NULL : mien__name(&timeline->sequences, sequence);
}
int mien_sequence(const mien_bank *bank, int label, const char *name) {
    const mien__timeline *timeline = mien__timeline_of(bank, label);
    return timeline == NULL ? -1 : mien__find(&timeline->sequences, name);
}
int mien_style(const mien_bank *bank, int label, const char *name) {
    return mien__valid(bank, label) ? mien__find(&bank->labels[label].styles, name) : -1;
}
int mien_label(const mien_bank *bank, const char *name) {
    int i;
    for (i = 0; name != NULL && i < mien_label_count(bank); i++) {
        if (strcmp(bank->labels[i].label, name) == 0) return i;
    }
    return -1;
}

/* ---- faces: the formulas and their order are those of evaluator.md --------------------------------------------- */

static int mien__within(float x, float low, float high) { return x >= low && x <= high; }

static int mien__point_ok(const float vad[3]) {
    return vad != NULL && mien__within(vad[0], -1.0f, 1.0f) && mien__within(vad[1], -1.0f, 1.0f) &&
           mien__within(vad[2], -1.0f, 1.0f);
}

/* What is left of weight x beside its antagonist. */
static float mien__yielded(float x, float other, float cap) {
    return x <= other ? mien__least(x, cap) : x - mien__most(0.0f, other - cap);
}

static void mien__resolve(const mien_bank *bank, float *face) {
    float before[MIEN_CHANNELS];
    int i;
    memcpy(before, face, (size_t)bank->channels.count * sizeof *face);
    for (i = 0; i < bank->pairs_count; i++) {
        int a = bank->pairs[2 * i], b = bank->pairs[2 * i + 1];
        face[a] = mien__least(face[a], mien__yielded(before[a], before[b], bank->caps[i]));
        face[b] = mien__least(face[b], mien__yielded(before[b], before[a], bank->caps[i]));
    }
    /* The channel that another stays under has no ceiling itself: it is as it was before. */
    for (i = 0; i < bank->ceilings_count; i++) {
        int a = bank->ceilings[2 * i], b = bank->ceilings[2 * i + 1];
        face[a] = mien__least(face[a], face[b] + bank->slacks[i]);
    }
}

/* One anchor's part in a point: its radial basis function and its plateau's blend. */
static void mien__influence(const mien_bank *bank, const mien__label *label, int i, const float vad[3], float *phi,
                            float *blend) {
    const float *anchor = label->anchors + 3 * i;
    float v = vad[0] - anchor[0], a = vad[1] - anchor[1], d = vad[2] - anchor[2];
    float v2 = mien__mul(mien__mul(bank->metric[0], v), v), a2 = mien__mul(mien__mul(bank->metric[1], a), a);
    float squared = v2 + a2 + mien__mul(mien__mul(bank->metric[2], d), d);
    float u = sqrtf(squared) / bank->support, p = mien__most(0.0f, 1.0f - u), p2 = mien__mul(p, p);
    float t = mien__unit((label->outer[i] - squared) / label->span[i]);
    *phi = mien__mul(mien__mul(p2, p2), mien__mul(4.0f, u) + 1.0f);
    *blend = mien__mul(mien__mul(t, t), 3.0f - mien__mul(2.0f, t));
}

static void mien__plain(const mien_bank *bank, const mien__label *label, const float vad[3], float *face) {
    int channels = bank->channels.count, anchors = bank->intensities.count, used, i, k;
    float v = vad[0], a = vad[1], d = vad[2], g[MIEN_CHANNELS], blended = 0.0f, rest;
    float terms[9];
    terms[0] = v, terms[1] = a, terms[2] = d;
    terms[3] = mien__mul(v, v), terms[4] = mien__mul(a, a), terms[5] = mien__mul(d, d);
    terms[6] = mien__mul(v, a), terms[7] = mien__mul(v, d), terms[8] = mien__mul(a, d);
    memset(face, 0, (size_t)channels * sizeof *face);
    for (used = 0; used < label->used_count; used++) {
        int c = label->used[used];
        const float *rule = bank->rules + 10 * c;
        float q = rule[0];
        for (k = 0; k < 9; k++) q = q + mien__mul(rule[k + 1], terms[k]);
        q = q / sqrtf(1.0f + mien__mul(q, q));
        g[used] = mien__mul(label->strength[c], mien__mul(1.0f + q, 0.5f));
    }
    for (i = 0; i < anchors; i++) {
        const float *weights = label->weights + i * channels, *archetype = label->archetypes + i * channels;
        float phi, blend;
        mien__influence(bank, label, i, vad, &phi, &blend);
        blended = i == 0 ? blend : blended + blend;
        for (used = 0; used < label->used_count; used++) {
            int c = label->used[used];
            float h = mien__mul(blend, archetype[c]);
            g[used] = g[used] + mien__mul(weights[c], phi);
            face[c] = i == 0 ? h : face[c] + h;
        }
    }
    rest = 1.0f - blended;
    for (used = 0; used < label->used_count; used++) {
        int c = label->used[used];
        face[c] = mien__least(1.0f, face[c] + mien__mul(rest, mien__unit(g[used])));
    }
    mien__resolve(bank, face);
}

static void mien__fade(const mien_bank *bank, const mien__label *label, float speech, float *face) {
    int c;
    for (c = 0; speech > 0.0f && c < bank->channels.count; c++) {
        face[c] = mien__mul(face[c], 1.0f - mien__mul(speech, label->attenuation[c]));
    }
}

static int mien__query_ok(const mien_bank *bank, int label, const float vad[3], int style, float speech) {
    return mien__valid(bank, label) && mien__point_ok(vad) && mien__within(speech, 0.0f, 1.0f) && style >= MIEN_PLAIN &&
           style < bank->labels[label].styles.count;
}

/* gain * face + offset, without conflicts. */
static void mien__shaped(const mien_bank *bank, const float *gain, const float *offset, float *face) {
    int c;
    for (c = 0; c < bank->channels.count; c++) face[c] = mien__unit(mien__mul(gain[c], face[c]) + offset[c]);
    mien__resolve(bank, face);
}

/* A face without speech. */
static void mien__styled(const mien_bank *bank, const mien__label *label, const float vad[3], int style, float *face) {
    mien__plain(bank, label, vad, face);
    if (style != MIEN_PLAIN) {
        mien__shaped(bank, label->style_gain + style * bank->channels.count,
                     label->style_offset + style * bank->channels.count, face);
    }
}

int mien_face(const mien_bank *bank, int label, const float vad[3], int style, float speech, float *face) {
    if (!mien__query_ok(bank, label, vad, style, speech) || face == NULL) return 0;
    mien__styled(bank, &bank->labels[label], vad, style, face);
    mien__fade(bank, &bank->labels[label], speech, face);
    return 1;
}

int mien_faces(const mien_bank *bank, size_t count, const int *labels, const float *vads, const int *styles,
               const float *speech, float *faces) {
    size_t i, channels = (size_t)mien_channel_count(bank);
    if (bank == NULL || (count > 0 && (labels == NULL || vads == NULL || faces == NULL))) return 0;
    for (i = 0; i < count; i++) {
        int style = styles == NULL ? MIEN_PLAIN : styles[i];
        if (!mien__query_ok(bank, labels[i], vads + 3 * i, style, speech == NULL ? 0.0f : speech[i])) return 0;
    }
    for (i = 0; i < count; i++) {
        mien_face(bank, labels[i], vads + 3 * i, styles == NULL ? MIEN_PLAIN : styles[i], speech == NULL ? 0.0f : speech[i],
                  faces + i * channels);
    }
    return 1;
}

int mien_mixture(const mien_bank *bank, const float *weights, const float vad[3], float speech, float *face) {
    float part[MIEN_CHANNELS];
    double total = 0.0;
    int e, c, channels = mien_channel_count(bank);
    if (bank == NULL || weights == NULL || face == NULL) return 0;
    for (e = 0; e < bank->labels_count; e++) {
        if (!mien__within(weights[e], 0.0f, 1.0f)) return 0;
        total += (double)weights[e];
    }
    if (total < 1.0 - 1e-6 || total > 1.0 + 1e-6 || !mien__point_ok(vad) || !mien__within(speech, 0.0f, 1.0f)) return 0;
    memset(face, 0, (size_t)channels * sizeof *face);
    for (e = 0; e < bank->labels_count; e++) {
        if (!(weights[e] > 0.0f)) continue;
        mien__plain(bank, &bank->labels[e], vad, part);
        mien__fade(bank, &bank->labels[e], speech, part);
        for (c = 0; c < channels; c++) face[c] = face[c] + mien__mul(weights[e], part[c]);
    }
    for (c = 0; c < channels; c++) face[c] = mien__least(1.0f, face[c]);
    mien__resolve(bank, face);
    return 1;
}

int mien_point(const mien_bank *bank, int label, double intensity, float vad[3]) {
    int last = mien_intensity_count(bank) - 1, start, axis;
    double along, share;
    if (!mien__valid(bank, label) || vad == NULL || !(intensity >= 0.0 && intensity <= 1.0)) return 0;
    along = intensity * last;
    start = (int)along < last - 1 ? (int)along : last - 1;
    share = along - start;
    for (axis = 0; axis < 3; axis++) {
        const float *from = bank->labels[label].anchors + 3 * start + axis;
        double way = mien__product((double)from[3] - (double)from[0], share);
        vad[axis] = share == 1.0 ? from[3] : (float)((double)from[0] + way);
    }
    return 1;
}

int mien_compose(const mien_bank *bank, const float *face, const float *visemes, float *composed) {
    float seal = 0.0f, open;
    int c, channels = mien_channel_count(bank);
    if (bank == NULL || face == NULL || visemes == NULL || composed == NULL) return 0;
    for (c = 0; c < channels; c++) {
        if (!mien__within(face[c], 0.0f, 1.0f) || !mien__within(visemes[c], 0.0f, 1.0f)) return 0;
    }
    for (c = 0; c < bank->sealing_count; c++) {
        seal = mien__most(seal, visemes[bank->sealing[c]] / bank->sealing_levels[c]);
    }
    open = 1.0f - mien__least(1.0f, seal);
    memmove(composed, face, (size_t)channels * sizeof *face);
    for (c = 0; c < bank->parting_count; c++) {
        int at = bank->parting[c];
        composed[at] = mien__mul(composed[at], open);
    }
    for (c = 0; c < channels; c++) composed[c] = mien__unit(composed[c] + visemes[c]);
    mien__resolve(bank, composed);
    return 1;
}

int mien_resolve(const mien_bank *bank, float *face) {
    int c;
    if (bank == NULL || face == NULL) return 0;
    for (c = 0; c < bank->channels.count; c++) {
        if (!mien__within(face[c], 0.0f, 1.0f)) return 0;
    }
    mien__resolve(bank, face);
    return 1;
}

/* ---- faces in time --------------------------------------------------------------------------------------------- */

int mien_timing_of(const mien_bank *bank, int label, mien_timing *timing) {
    const mien__timeline *timeline = mien__timeline_of(bank, label);
    if (timeline == NULL || timing == NULL) return 0;
    timing->kind = timeline->timing[0];
    timing->usual = timeline->timing[2] < 0 ? MIEN_DYNAMICS : timeline->timing[2];
    timing->then = timeline->resolves_count > 0 ? timeline->resolves[0] : -1;
    timing->cross = timeline->timing[3];
    memcpy(timing->every, timeline->blink, sizeof timing->every);
    memcpy(timing->blink, timeline->blink + 2, sizeof timing->blink);
    return 1;
}

/* The clip that is asked for: a position in its label's timeline, or -1. */
static int mien__clip_of(const mien_bank *bank, int label, int sequence, int intensity) {
    const mien__timeline *timeline = mien__timeline_of(bank, label);
    if (timeline == NULL) return -1;
    if (sequence == MIEN_DYNAMICS) return 0;
    if (sequence < 0 || sequence >= timeline->sequences.count || intensity < 0 ||
        intensity >= bank->intensities.count) {
        return -1;
    }
    return timeline->sequence_clips[sequence * bank->intensities.count + intensity];
}

/* Whether, and when, a clip goes back to rest. */
static int mien__released(const mien__timeline *timeline, int clip, const double *hold, double *released) {
    if (hold != NULL) {
        *released = *hold;
        return 1;
    }
    if (clip != 0 || timeline->timing[1] < 0) return 0;
    *released = (double)timeline->clips[0] + (double)timeline->timing[1];
    return 1;
}

int mien_span_of(const mien_bank *bank, int label, int sequence, int intensity, const double *hold, mien_span *span) {
    int clip = mien__clip_of(bank, label, sequence, intensity);
    const mien__timeline *timeline;
    if (clip < 0 || span == NULL || (hold != NULL && *hold != *hold)) return 0;
    timeline = bank->labels[label].timeline;
    span->length = timeline->clips[3 * clip];
    span->ends = MIEN_HELD, span->label = label, span->intensity = intensity;
    if (sequence != MIEN_DYNAMICS) {
        span->ends = timeline->sequence_ends[3 * sequence];
        if (span->ends == MIEN_LABEL) {
            span->label = timeline->sequence_ends[3 * sequence + 1];
            span->intensity = timeline->sequence_ends[3 * sequence + 2];
        }
    }
    if (!mien__released(timeline, clip, hold, &span->released)) {
        span->released = (double)INFINITY;
        span->end = span->ends == MIEN_HELD ? (double)INFINITY : span->length;
        return 1;
    }
    span->end = span->released + timeline->clips[3];
    if (span->ends == MIEN_RESTS && span->end > span->length) span->end = span->length;
    return 1;
}

static double mien__floor(double x) {
    double whole;
    if (!(x > -4503599627370496.0 && x < 4503599627370496.0)) return x;
    whole = (double)(int64_t)x;
    return whole > x ? whole - 1.0 : whole;
}

/* The value of a target in a clip whose tracks end before `until`; `*track` goes on to it. */
static int mien__target(const mien__timeline *timeline, int *track, int until, int target, double time, double out[2]) {
    while (*track < until && timeline->tracks[3 * *track + 1] < target) (*track)++;
    if (*track == until || timeline->tracks[3 * *track + 1] != target) return 0;
    mien__curve(timeline, timeline->keys[*track], timeline->keys[*track + 1], time, out);
    return 1;
}

static void mien__sampled(const mien__timeline *timeline, int channels, int clip, double time, const double *hold,
                          float *gain, float *offset, float *head, float *gaze) {
    int begin = timeline->clips[3 * clip + 1], end = timeline->clips[3 * clip + 2], place;
    int track = timeline->first[clip], until = timeline->first[clip + 1];
    int away = timeline->first[1], gone_until = timeline->first[2], other;
    double shown = time, released = 0.0, rest[2] = {1.0, 0.0}, gone[2] = {1.0, 0.0};
    int goes = mien__released(timeline, clip, hold, &released);
    if (end > 0) {
        double rounds = mien__floor((time - begin) / (end - begin));
        if (rounds > 0.0) shown = time - mien__product(rounds, end - begin);
    }
    other = track;
    (void)mien__target(timeline, &other, until, channels, shown, rest);
    other = away;
    if (goes) (void)mien__target(timeline, &other, gone_until, channels, time - released, gone);
    for (place = 0; place < channels + 5; place++) {
        int target = place < channels ? place : place + 1;
        double value[2] = {0.0, 0.0}, share[2];
        if (!mien__target(timeline, &track, until, target, shown, value) && place < channels) {
            value[0] = rest[0], value[1] = rest[1];
        }
        if (goes) {
            share[0] = gone[0];
            (void)mien__target(timeline, &away, gone_until, target, time - released, share);
            /* The sum makes 0 of -0. */
            value[0] = mien__product(value[0], share[0]) + 0.0;
            value[1] = mien__product(value[1], share[0]) + 0.0;
        }
        if (place < channels) {
            gain[place] = (float)value[0], offset[place] = (float)value[1];
        } else if (place < channels + 3) {
            head[place - channels] = (float)value[0];
        } else {
            gaze[place - channels - 3] = (float)value[0];
        }
    }
}

/* Whether it is a time, and no NaN is the release. */
static int mien__time_ok(double time, const double *hold) {
    return time - time == 0.0 && (hold == NULL || *hold == *hold);
}

int mien_sample(const mien_bank *bank, int label, int sequence, int intensity, double time, const double *hold,
                float *gain, float *offset, float head[3], float gaze[2]) {
    int clip = mien__clip_of(bank, label, sequence, intensity);
    if (clip < 0 || !mien__time_ok(time, hold) || gain == NULL || offset == NULL || head == NULL || gaze == NULL) return 0;
    mien__sampled(bank->labels[label].timeline, bank->channels.count, clip, time, hold, gain, offset, head, gaze);
    return 1;
}

int mien_timed(const mien_bank *bank, const float *face, const float *gain, const float *offset, float *timed) {
    int c;
    if (bank == NULL || face == NULL || gain == NULL || offset == NULL || timed == NULL) return 0;
    for (c = 0; c < bank->channels.count; c++) {
        if (!mien__within(face[c], 0.0f, 1.0f) || !mien__within(gain[c], 0.0f, 2.0f) ||
            !mien__within(offset[c], -1.0f, 1.0f)) {
            return 0;
        }
    }
    memmove(timed, face, (size_t)bank->channels.count * sizeof *face);
    mien__shaped(bank, gain, offset, timed);
    return 1;
}

/* What the clip makes of a face without speech, then speech; degrees of head and gaze. */
static void mien__in_time(const mien_bank *bank, const mien__label *label, int clip, double time, const double *hold,
                          float speech, float *face, float head[3], float gaze[2]) {
    float gain[MIEN_CHANNELS], offset[MIEN_CHANNELS];
    mien__sampled(label->timeline, bank->channels.count, clip, time, hold, gain, offset, head, gaze);
    mien__shaped(bank, gain, offset, face);
    mien__fade(bank, label, speech, face);
}

int mien_face_at(const mien_bank *bank, int label, const float vad[3], int style, float speech, int sequence,
                 int intensity, double time, const double *hold, float *face, float head[3], float gaze[2]) {
    int clip = mien__clip_of(bank, label, sequence, intensity);
    float degrees[5];
    if (clip < 0 || !mien__query_ok(bank, label, vad, style, speech) || !mien__time_ok(time, hold) || face == NULL) return 0;
    mien__styled(bank, &bank->labels[label], vad, style, face);
    mien__in_time(bank, &bank->labels[label], clip, time, hold, speech, face, head == NULL ? degrees : head,
                  gaze == NULL ? degrees + 3 : gaze);
    return 1;
}

/* ---- performances ---------------------------------------------------------------------------------------------- */

/* A share of a move; `play` is 0 for a face that stands, else the move's own number. It glides where it may be seen
 * when the move begins: its point goes to the move's, else it is there at once. */
typedef struct {
    int label, style, glides;
    int64_t play;
    double weight;
} mien__slot;

/* `since` is the number of the first move that it takes off from. */
typedef struct {
    int64_t start, end, since;
    double vad[3], hold;  /* of the clip, 0: its own */
    int clip, from, count, glides;  /* its slots in the pool; how many of them glide */
} mien__move;

/* Of the gaze or of the head, in degrees. */
typedef struct {
    int64_t start, end;
    double to[2];
} mien__turn;

struct mien_player {
    const mien_bank *bank;
    int moves_room, moves_count, pool_room, pool_count, turns, turns_count[2];
    int64_t dropped, frames;  /* moves that were forgotten: the number of the first that is left */
    mien__move *moves;
    mien__slot *pool;
    mien__turn *gaze[2];  /* of the eyes, then of the head; the first of each at rest */
    int eyes[4][2];       /* channels that turn an eye left, left, up, up, each with its opposite; -1: none */
};

#define MIEN__FAR 1125899906842624.0 /* 2^50 ticks */

int64_t mien_ticks(double seconds) {
    double ticks = mien__product(seconds, MIEN_TICKS) + 0.5;
    return !(ticks > 0.0) ? 0 : ticks > MIEN__FAR ? (int64_t)MIEN__FAR : (int64_t)ticks;
}

/* Its parts, in its room. */
static void mien__lay(mien_player *player, mien__room *room, size_t moves, size_t pool, const size_t turns[2]) {
    int k;
    (void)mien__part(room, sizeof *player);
    player->moves = (mien__move *)mien__part(room, moves * sizeof *player->moves);
    player->pool = (mien__slot *)mien__part(room, pool * sizeof *player->pool);
    for (k = 0; k < 2; k++) player->gaze[k] = (mien__turn *)mien__part(room, turns[k] * sizeof **player->gaze);
}

static mien_player *mien__player(const mien_bank *bank, size_t moves, size_t pool, const size_t turns[2]) {
    static const char *const eyes[4][2] = {{"eyeLookOutLeft", "eyeLookInLeft"}, {"eyeLookInRight", "eyeLookOutRight"},
                                           {"eyeLookUpLeft", "eyeLookDownLeft"}, {"eyeLookUpRight", "eyeLookDownRight"}};
    mien__room room = {NULL, 0};
    mien_player *player, counted;
    size_t most = INT_MAX < SIZE_MAX / 512 ? INT_MAX : SIZE_MAX / 512;
    int k, i;
    if (moves > most || pool > most || turns[0] > most || turns[1] > most) return NULL;
    mien__lay(&counted, &room, moves, pool, turns);
    room.memory = (char *)MIEN_ALLOCATE(room.size);
    if (room.memory == NULL) return NULL;
    room.size = 0;
    player = (mien_player *)(void *)room.memory;
    memset(player, 0, sizeof *player);
    mien__lay(player, &room, moves, pool, turns);
    player->bank = bank;
    player->moves_room = (int)moves, player->pool_room = (int)pool;
    for (i = 0; i < 4; i++) {
        for (k = 0; k < 2; k++) player->eyes[i][k] = mien_channel(bank, eyes[i][k]);
        if (player->eyes[i][0] < 0 || player->eyes[i][1] < 0) player->eyes[i][0] = player->eyes[i][1] = -1;
    }
    return player;
}

static int mien__begun(const mien_player *player, int64_t moment) {
    int low = 0, high = player->moves_count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (player->moves[middle].start <= moment) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The position of the last move that is over: earlier ones are not seen. */
static int mien__settled(const mien_player *player, int64_t moment) {
    int at = mien__begun(player, moment) - 1;
    while (at > 0 && player->moves[at].end > moment) at--;
    return at > 0 ? at : 0;
}

/* The position of the first move that says anything of a moment. */
static int mien__needed(const mien_player *player, int64_t moment) {
    int at = mien__settled(player, moment), begun = mien__begun(player, moment), earliest, i;
    for (;; at = earliest) {
        for (earliest = at, i = at; i < begun; i++) {
            const mien__move *move = &player->moves[i];
            int64_t since = move->since > player->dropped ? move->since - player->dropped : 0;
            if (move->glides > 0 && move->end > moment && since < earliest) earliest = (int)since;
        }
        if (earliest >= at) return at;
    }
}

static int mien__slot_order(const mien__slot *one, const mien__slot *other) {
    if (one->label != other->label) return one->label < other->label ? -1 : 1;
    if (one->style != other->style) return one->style < other->style ? -1 : 1;
    return one->play == other->play ? 0 : one->play < other->play ? -1 : 1;
}

static const mien__slot *mien__slot_in(const mien_player *player, const mien__move *move, const mien__slot *slot) {
    int i;
    for (i = move->from; i < move->from + move->count; i++) {
        if (mien__slot_order(&player->pool[i], slot) == 0) return &player->pool[i];
    }
    return NULL;
}

static int mien__cue_ok(const mien_player *player, const mien_cue *cue) {
    const mien_bank *bank = player->bank;
    int64_t before = player->moves_count > 0 ? player->moves[player->moves_count - 1].start : 0;
    double total = 0.0;
    int i;
    if (cue->start < before || (double)cue->start > MIEN__FAR || cue->length < 0 || (double)cue->length > MIEN__FAR ||
        cue->count < 0 || (cue->count > 0 && cue->shares == NULL)) {
        return 0;
    }
    for (i = 0; i < 3; i++) {
        if (!(cue->vad[i] >= -1.0 && cue->vad[i] <= 1.0)) return 0;
    }
    if (!(cue->hold >= 0.0)) return 0;
    for (i = 0; i < cue->count; i++) {
        const mien_share *share = &cue->shares[i];
        if (!mien__valid(bank, share->label) || share->style < MIEN_PLAIN ||
            share->style >= bank->labels[share->label].styles.count || !(share->weight > 0.0 && share->weight <= 1.0)) {
            return 0;
        }
        total += share->weight;
    }
    if (!(total <= 1.0 + 1e-6)) return 0;
    return cue->sequence == MIEN_STILL ||
           (player->moves_count > 0 && cue->count == 1 &&
            mien__clip_of(bank, cue->shares[0].label, cue->sequence, cue->intensity) >= 0);
}

/* Where there is room for it. */
static void mien__append(mien_player *player, const mien_cue *cue) {
    mien__move *move = &player->moves[player->moves_count];
    int since = player->moves_count > 0 ? mien__settled(player, cue->start) : 0, i, at;
    move->start = cue->start, move->end = cue->start + cue->length;
    move->since = player->dropped + since;
    for (i = 0; i < 3; i++) move->vad[i] = cue->vad[i] == 0.0 ? 0.0 : cue->vad[i]; /* never -0 */
    move->clip = cue->sequence == MIEN_STILL
                     ? -1 : mien__clip_of(player->bank, cue->shares[0].label, cue->sequence, cue->intensity);
    move->from = player->pool_count, move->count = cue->count, move->glides = 0;
    move->hold = cue->hold;
    for (i = 0; i < cue->count; i++) {
        mien__slot *slot = &player->pool[player->pool_count++];
        slot->label = cue->shares[i].label, slot->style = cue->shares[i].style;
        slot->weight = cue->shares[i].weight;
        slot->play = move->clip < 0 ? 0 : player->dropped + player->moves_count;
        slot->glides = 0;
        for (at = since; at < player->moves_count && !slot->glides; at++) {
            slot->glides = mien__slot_in(player, &player->moves[at], slot) != NULL;
        }
        move->glides += slot->glides;
    }
    if (move->clip >= 0) player->turns = 1;
    player->moves_count++;
}

mien_player *mien_player_new(const mien_bank *bank, int cues) {
    static const size_t none[2] = {0, 0};
    mien_player *player;
    mien_cue rest;
    if (bank == NULL || cues < 1) return NULL;
    player = mien__player(bank, (size_t)cues + 1, (size_t)cues * (size_t)bank->labels_count, none);
    if (player == NULL) return NULL;
    memset(&rest, 0, sizeof rest);
    rest.sequence = MIEN_STILL;
    mien__append(player, &rest);
    return player;
}

void mien_player_free(mien_player *player) { MIEN_RELEASE(player); }

int64_t mien_player_frames(const mien_player *player) { return player == NULL ? 0 : player->frames; }

int mien_player_cue(mien_player *player, const mien_cue *cue) {
    if (player == NULL || cue == NULL || !mien__cue_ok(player, cue)) return 0;
    if (player->moves_count == player->moves_room || player->pool_room - player->pool_count < cue->count) {
        int over = mien__needed(player, cue->start), slots = over > 0 ? player->moves[over].from : 0, i;
        player->moves_count -= over, player->pool_count -= slots, player->dropped += over;
        memmove(player->moves, player->moves + over, (size_t)player->moves_count * sizeof *player->moves);
        memmove(player->pool, player->pool + slots, (size_t)player->pool_count * sizeof *player->pool);
        for (i = 0; i < player->moves_count; i++) player->moves[i].from -= slots;
    }
    if (player->moves_count == player->moves_room || player->pool_room - player->pool_count < cue->count) return 0;
    mien__append(player, cue);
    return 1;
}

void mien_player_release(mien_player *player, int64_t tick) {
    int at = player == NULL ? 0 : player->moves_count - 1;
    mien__move *move;
    double hold, own;
    while (at > 0 && player->moves[at].clip < 0) at--;
    if (at <= 0) return;
    move = &player->moves[at];
    hold = (double)(tick > move->start ? tick - move->start : 0) / (MIEN_TICKS / 1000.0);
    if (hold < 1e-3) hold = 1e-3; /* 0 says that it is not released */
    if (move->hold > 0.0) {
        own = move->hold;
    } else if (!mien__released(player->bank->labels[player->pool[move->from].label].timeline, move->clip, NULL, &own)) {
        own = hold;
    }
    move->hold = hold < own ? hold : own;
}

void mien_player_cut(mien_player *player, int64_t start) {
    while (player != NULL && player->moves_count > 1 && player->moves[player->moves_count - 1].start >= start) {
        player->pool_count = player->moves[--player->moves_count].from;
    }
}

/* ---- a plan's file --------------------------------------------------------------------------------------------- */

typedef struct {
    const unsigned char *at;
    uint64_t left;
    int wrong;
} mien__numbers;

static double mien__number64(mien__numbers *numbers) {
    uint64_t bits = 0;
    double number;
    int i;
    if (numbers->left == 0) {
        numbers->wrong = 1;
        return 0.0;
    }
    for (i = 7; i >= 0; i--) bits = bits << 8 | numbers->at[i];
    numbers->at += 8, numbers->left--;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* A whole number in a range. */
static int64_t mien__whole64(mien__numbers *numbers, double low, double high) {
    double number = mien__number64(numbers);
    if (!(number >= low && number <= high) || number != mien__floor(number)) {
        numbers->wrong = 1;
        return 0;
    }
    return (int64_t)number;
}

#define MIEN__COUNT 16777216.0

static void mien__read_turns(mien__numbers *numbers, mien__turn *turns, int64_t count) {
    int64_t i, before = 0;
    for (i = 0; i < count && !numbers->wrong; i++) {
        mien__turn turn;
        turn.start = mien__whole64(numbers, (double)before, MIEN__FAR);
        turn.end = turn.start + mien__whole64(numbers, 0.0, MIEN__FAR);
        turn.to[0] = mien__number64(numbers), turn.to[1] = mien__number64(numbers);
        before = turn.start;
        if (!(turn.to[0] >= -360.0 && turn.to[0] <= 360.0 && turn.to[1] >= -360.0 && turn.to[1] <= 360.0)) {
            numbers->wrong = 1;
        }
        if (turns != NULL) turns[i] = turn;
    }
}

/* What a plan needs. */
typedef struct {
    size_t moves, shares, most, turns[2];
    mien_share *scratch;
} mien__needs;

/* The numbers of a plan, first only counted, with no player. */
static void mien__read_plan(mien__numbers *numbers, mien_player *player, mien__needs *needs) {
    int64_t frames = mien__whole64(numbers, 1.0, MIEN__FAR), turns = mien__whole64(numbers, 0.0, 1.0), count, i;
    int k;
    needs->moves = (size_t)mien__whole64(numbers, 1.0, MIEN__COUNT);
    for (k = 0; k < 2; k++) needs->turns[k] = (size_t)mien__whole64(numbers, 1.0, MIEN__COUNT);
    for (count = 0; count < (int64_t)needs->moves && !numbers->wrong; count++) {
        mien_cue cue;
        cue.start = mien__whole64(numbers, 0.0, MIEN__FAR);
        cue.length = mien__whole64(numbers, 0.0, MIEN__FAR);
        for (k = 0; k < 3; k++) cue.vad[k] = mien__number64(numbers);
        cue.sequence = (int)mien__whole64(numbers, MIEN_DYNAMICS, MIEN__COUNT);
        cue.intensity = (int)mien__whole64(numbers, 0.0, MIEN__COUNT);
        cue.count = (int)mien__whole64(numbers, 0.0, MIEN__COUNT);
        cue.shares = needs->scratch;
        cue.hold = 0.0;
        if (numbers->wrong || (uint64_t)cue.count > numbers->left / 3) {
            numbers->wrong = 1;
            return;
        }
        for (i = 0; i < cue.count; i++) {
            mien_share share;
            share.label = (int)mien__whole64(numbers, 0.0, MIEN__COUNT);
            share.style = (int)mien__whole64(numbers, MIEN_PLAIN, MIEN__COUNT);
            share.weight = mien__number64(numbers);
            if (needs->scratch != NULL) needs->scratch[i] = share;
        }
        if (player == NULL) {
            needs->shares += (size_t)cue.count;
            if ((size_t)cue.count > needs->most) needs->most = (size_t)cue.count;
        } else if (numbers->wrong || !mien__cue_ok(player, &cue)) {
            numbers->wrong = 1;
        } else {
            mien__append(player, &cue);
        }
    }
    for (k = 0; k < 2; k++) {
        mien__read_turns(numbers, player == NULL ? NULL : player->gaze[k], (int64_t)needs->turns[k]);
        if (player != NULL) player->turns_count[k] = (int)needs->turns[k];
    }
    if (player != NULL) player->frames = frames, player->turns |= (int)turns;
    if (numbers->left > 0) numbers->wrong = 1;
}

static mien_player *mien__plan(mien__reader *reader, const mien_bank *bank, const unsigned char *data, size_t size,
                               int more) {
    static const size_t head = 80, digest = 32;
    mien__numbers numbers = {NULL, 0, 0}, again;
    mien__needs needs;
    mien__sha sha;
    mien_player *player;
    char found[65], written[65];
    size_t i, pool;
    if (data == NULL || size < head + digest) return mien__refuse_word(reader, "plan-short", ""), (mien_player *)NULL;
    if (memcmp(data, "mienplan", 8) != 0) return mien__refuse_word(reader, "plan-other", ""), (mien_player *)NULL;
    if (mien__word32(data + 8) != 1) return mien__refuse_word(reader, "plan-newer", ""), (mien_player *)NULL;
    numbers.at = data + head, numbers.left = mien__word32(data + 12);
    if ((size - head - digest) % 8 != 0 || (size - head - digest) / 8 != numbers.left) {
        return mien__refuse_word(reader, "plan-size", ""), (mien_player *)NULL;
    }
    mien__sha_begin(&sha);
    mien__sha_add(&sha, data, size - digest);
    mien__sha_hex(&sha, found);
    for (i = 0; i < digest; i++) {
        written[2 * i] = "0123456789abcdef"[data[size - digest + i] >> 4];
        written[2 * i + 1] = "0123456789abcdef"[data[size - digest + i] & 15];
    }
    if (memcmp(found, written, 64) != 0) return mien__refuse_word(reader, "plan-damaged", ""), (mien_player *)NULL;
    if (memcmp(data + 16, bank->checksum, 64) != 0) {
        return mien__refuse(reader, "plan-bank", (const char *)data + 16, 64), (mien_player *)NULL;
    }
    memset(&needs, 0, sizeof needs);
    again = numbers;
    mien__read_plan(&again, NULL, &needs);
    if (again.wrong) return mien__refuse_word(reader, "plan-number", ""), (mien_player *)NULL;
    needs.scratch = (mien_share *)mien__take(reader, (needs.most + 1) * sizeof *needs.scratch);
    pool = needs.shares + (size_t)(more > 0 ? more : 0) * (size_t)bank->labels_count;
    player = needs.scratch == NULL
                 ? NULL : mien__player(bank, needs.moves + (size_t)(more > 0 ? more : 0), pool, needs.turns);
    if (player == NULL) return mien__refuse_word(reader, "memory", "there is not enough"), (mien_player *)NULL;
    again = numbers;
    mien__read_plan(&again, player, &needs);
    if (!again.wrong) return player;
    MIEN_RELEASE(player);
    return mien__refuse_word(reader, "plan-number", ""), (mien_player *)NULL;
}

mien_player *mien_player_load(const mien_bank *bank, const void *bytes, size_t size, int more, mien_refusal *why) {
    mien_refusal ignored;
    mien__reader reader = {NULL, NULL, 0};
    mien_player *player = NULL;
    mien__begin(&reader, why != NULL ? why : &ignored);
    if (bank == NULL) {
        mien__refuse_word(&reader, "plan-bank", "");
    } else {
        player = mien__plan(&reader, bank, (const unsigned char *)bytes, size, more);
    }
    mien__release(&reader);
    return player;
}

/* ---- a player's face ------------------------------------------------------------------------------------------- */

static double mien__way(int64_t moment, int64_t start, int64_t end) {
    double t;
    if (end <= start) return moment >= start ? 1.0 : 0.0;
    t = (double)(moment - start) / (double)(end - start);
    return mien__ease(0, t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t);
}

static double mien__between(double from, double to, double come) {
    return mien__product(1.0 - come, from) + mien__product(come, to);
}

static void mien__turned_at(const mien_player *player, int of, int64_t moment, double to[2]) {
    const mien__turn *turns = player->gaze[of];
    int low = 0, high = player->turns_count[of], at, axis;
    to[0] = to[1] = 0.0;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (turns[middle].start <= moment) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (at = low - 1; at > 0 && turns[at].end > moment;) at--;
    if (low > 0) to[0] = turns[at].to[0], to[1] = turns[at].to[1];
    for (at++; at < low; at++) {
        double come = mien__way(moment, turns[at].start, turns[at].end);
        for (axis = 0; axis < 2; axis++) to[axis] = mien__between(to[axis], turns[at].to[axis], come);
    }
}

static void mien__turn_eyes(const mien_player *player, const double degrees[2], float *face) {
    int i;
    for (i = 0; i < 4; i++) {
        int one = player->eyes[i][0], other = player->eyes[i][1];
        float way, turn = (float)(-degrees[i / 2] / 30.0);
        if (one < 0) continue;
        way = (face[one] - face[other]) + turn;
        way = mien__least(1.0f, mien__most(-1.0f, way));
        face[one] = mien__most(0.0f, way);
        face[other] = face[one] - way;
    }
}

/* The next slot in order that is seen from the move `base` on, after `before`, which may be NULL. */
static const mien__slot *mien__next_slot(const mien_player *player, int base, int begun, const mien__slot *before,
                                         const mien__move **owner) {
    const mien__slot *next = NULL;
    int at, i;
    for (at = base; at < begun; at++) {
        const mien__move *move = &player->moves[at];
        for (i = move->from; i < move->from + move->count; i++) {
            const mien__slot *slot = &player->pool[i];
            if ((before == NULL || mien__slot_order(slot, before) > 0) &&
                (next == NULL || mien__slot_order(slot, next) < 0)) {
                next = slot;
                *owner = move;
            }
        }
    }
    return next;
}

/* How much of a slot is seen at a moment, and its point. */
static double mien__seen(const mien_player *player, int base, int begun, const mien__slot *slot, int64_t moment,
                         float vad[3]) {
    const mien__move *move = &player->moves[base];
    const mien__slot *own = mien__slot_in(player, move, slot);
    double weight = own == NULL ? 0.0 : own->weight, point[3];
    int at, axis;
    memcpy(point, move->vad, sizeof point);
    for (at = base + 1; at < begun; at++) {
        double come;
        move = &player->moves[at];
        come = mien__way(moment, move->start, move->end);
        own = mien__slot_in(player, move, slot);
        weight = mien__between(weight, own == NULL ? 0.0 : own->weight, come);
        for (axis = 0; own != NULL && axis < 3; axis++) {
            point[axis] = own->glides ? mien__between(point[axis], move->vad[axis], come) : move->vad[axis];
        }
    }
    for (axis = 0; axis < 3; axis++) {
        vad[axis] = (float)(point[axis] < -1.0 ? -1.0 : point[axis] > 1.0 ? 1.0 : point[axis]);
    }
    return weight;
}

int mien_player_face(const mien_player *player, int64_t tick, float speech, float *face, float head[3], float gaze[2]) {
    float part[MIEN_CHANNELS], degrees[5];
    double turned[2][2], heads[3] = {0.0, 0.0, 0.0}, eyes[2] = {0.0, 0.0};
    const mien__slot *slot = NULL;
    const mien__move *owner = NULL;
    const mien_bank *bank;
    int base, begun, c, axis;
    if (player == NULL || tick < 0 || (double)tick > MIEN__FAR || !mien__within(speech, 0.0f, 1.0f) || face == NULL) return 0;
    bank = player->bank;
    base = mien__needed(player, tick);
    begun = mien__begun(player, tick);
    memset(face, 0, (size_t)bank->channels.count * sizeof *face);
    while ((slot = mien__next_slot(player, base, begun, slot, &owner)) != NULL) {
        const mien__label *label = &bank->labels[slot->label];
        float vad[3], share;
        double weight = mien__seen(player, base, begun, slot, tick, vad);
        if (weight == 0.0) continue;
        share = (float)weight;
        mien__styled(bank, label, vad, slot->style, part);
        if (owner->clip < 0) {
            mien__fade(bank, label, speech, part);
        } else {
            double time = (double)(tick - owner->start) / (MIEN_TICKS / 1000.0);
            mien__in_time(bank, label, owner->clip, time, owner->hold > 0.0 ? &owner->hold : NULL, speech, part, degrees,
                          degrees + 3);
            for (axis = 0; axis < 3; axis++) heads[axis] += mien__product(weight, degrees[axis]);
            for (axis = 0; axis < 2; axis++) eyes[axis] += mien__product(weight, degrees[3 + axis]);
        }
        for (c = 0; share > 0.0f && c < bank->channels.count; c++) face[c] = face[c] + mien__mul(share, part[c]);
    }
    for (c = 0; c < bank->channels.count; c++) face[c] = mien__least(1.0f, face[c]);
    mien__resolve(bank, face);
    for (axis = 0; axis < 2; axis++) mien__turned_at(player, axis, tick, turned[axis]);
    for (axis = 0; axis < 2; axis++) {
        heads[axis] = heads[axis] + turned[1][axis];
        eyes[axis] = eyes[axis] + (turned[0][axis] - turned[1][axis]);
    }
    if (player->turns) mien__turn_eyes(player, eyes, face);
    for (axis = 0; head != NULL && axis < 3; axis++) head[axis] = (float)heads[axis];
    for (axis = 0; gaze != NULL && axis < 2; axis++) gaze[axis] = (float)eyes[axis];
    return 1;
}

#endif /* MIEN_IMPLEMENTATION */
