/* BLAKE2b (RFC 7693) with a digest of 32 bytes, no key, of 64 KiB, 36 times; each digest
 * replaces the first bytes of the next message. */

#include "program.h"

enum { LENGTH = 65536, TIMES = 36, BLOCK = 128, DIGEST = 32, ROUNDS = 12 };

/* The initial values of SHA-512 (RFC 7693, section 2.6). */
static const long_word INITIAL[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* The order of the message words in each round (section 2.7); rounds 10 and 11 repeat 0 and 1. */
static const byte ORDER[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static long_word message[LENGTH / sizeof(long_word)];

static long_word rotate_right(long_word x, int count) { return x >> count | x << (64 - count); }

/* The function G (section 3.1). */
static void mix(long_word *v, int a, int b, int c, int d, long_word x, long_word y) {
    v[a] += v[b] + x;
    v[d] = rotate_right(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = rotate_right(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = rotate_right(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = rotate_right(v[b] ^ v[c], 63);
}

/* The function F (section 3.2); `done` counts the bytes up to the end of this block. */
static void compress(long_word *state, const long_word *block, word done, int last) {
    long_word v[16];
    for (int i = 0; i < 8; i++) {
        v[i] = state[i];
        v[i + 8] = INITIAL[i];
    }
    v[12] ^= done;
    v[14] ^= last ? ~0ull : 0;
    for (int round = 0; round < ROUNDS; round++) {
        const byte *order = ORDER[round % 10];
        mix(v, 0, 4, 8, 12, block[order[0]], block[order[1]]);
        mix(v, 1, 5, 9, 13, block[order[2]], block[order[3]]);
        mix(v, 2, 6, 10, 14, block[order[4]], block[order[5]]);
        mix(v, 3, 7, 11, 15, block[order[6]], block[order[7]]);
        mix(v, 0, 5, 10, 15, block[order[8]], block[order[9]]);
        mix(v, 1, 6, 11, 12, block[order[10]], block[order[11]]);
        mix(v, 2, 7, 8, 13, block[order[12]], block[order[13]]);
        mix(v, 3, 4, 9, 14, block[order[14]], block[order[15]]);
    }
    for (int i = 0; i < 8; i++) {
        state[i] ^= v[i] ^ v[i + 8];
    }
}

CONTRACT(blake2b) {
    long_word state[8];
    fill_random((byte *)message, LENGTH, 3);
    for (int time = 0; time < TIMES; time++) {
        for (int i = 0; i < 8; i++) {
            state[i] = INITIAL[i];
        }
        state[0] ^= 0x01010000 ^ DIGEST; /* fan-out and depth 1, no key */
        for (word at = 0; at < LENGTH; at += BLOCK) {
            compress(state, message + at / sizeof(long_word), at + BLOCK, at + BLOCK == LENGTH);
        }
        for (word i = 0; i < DIGEST / sizeof(long_word); i++) {
            message[i] = state[i];
        }
    }
    finish((const byte *)state, DIGEST);
}
