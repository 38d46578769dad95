/* RIPEMD-160 (Dobbertin, Bosselaers, Preneel 1996) of the call data: precompile 3. Returns 32
 * bytes, the hash behind 12 zero bytes.
 *
 * All 160 steps are written out, so that message words, rotations and variables are fixed. */

#include "hash_input.h"

/* Little-endian words, as wasm loads them. */
static word32 state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};

static const byte LEFT_WORD[80] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8,
    3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12,
    1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2,
    4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13,
};
static const byte RIGHT_WORD[80] = {
    5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12,
    6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2,
    15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13,
    8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14,
    12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11,
};
static const byte LEFT_SHIFT[80] = {
    11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8,
    7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12,
    11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5,
    11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12,
    9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6,
};
static const byte RIGHT_SHIFT[80] = {
    8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6,
    9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11,
    9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5,
    15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8,
    8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11,
};
static const word32 LEFT_CONSTANT[5] = {0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e};
static const word32 RIGHT_CONSTANT[5] = {0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0};

/* The Boolean function of a round of sixteen steps. */
INLINE word32 mix(int function, word32 x, word32 y, word32 z) {
    switch (function) {
    case 0: return x ^ y ^ z;
    case 1: return z ^ (x & (y ^ z));
    case 2: return (x | ~y) ^ z;
    case 3: return y ^ (z & (x ^ y));
    default: return x ^ (y | ~z);
    }
}

INLINE void step(word32 *v, int i, int function, word32 message, word32 constant, int shift) {
    /* The five variables change names from step to step: a is the variable at -i modulo 5. */
    word32 *a = v + (80 - i) % 5, *b = v + (81 - i) % 5, *c = v + (82 - i) % 5;
    word32 *d = v + (83 - i) % 5, *e = v + (84 - i) % 5;
    *a = __builtin_rotateleft32(*a + mix(function, *b, *c, *d) + message + constant, shift) + *e;
    *c = __builtin_rotateleft32(*c, 10);
}

NOINLINE void compress(const byte *block) {
    const word32 *message = (const word32 *)block;
    word32 words[16], left[5], right[5];
    UNROLL for (int i = 0; i < 16; i++) {
        words[i] = message[i];
    }
    UNROLL for (int i = 0; i < 5; i++) {
        left[i] = right[i] = state[i];
    }
    UNROLL for (int i = 0; i < 80; i++) {
        int round = i / 16;
        step(left, i, round, words[LEFT_WORD[i]], LEFT_CONSTANT[round], LEFT_SHIFT[i]);
        step(right, i, 4 - round, words[RIGHT_WORD[i]], RIGHT_CONSTANT[round], RIGHT_SHIFT[i]);
    }
    word32 first = state[1] + left[2] + right[3];
    state[1] = state[2] + left[3] + right[4];
    state[2] = state[3] + left[4] + right[0];
    state[3] = state[4] + left[0] + right[1];
    state[4] = state[0] + left[1] + right[2];
    state[0] = first;
}

CONTRACT_MAIN {
    word32 size = get_call_data_size();
    byte *last = pad_message(absorb_call_data(size, 64, compress), size, compress);
    *(word64 *)(last + 56) = (word64)size * 8;
    compress(last);
    __builtin_memset(piece, 0, 12);
    __builtin_memcpy(piece + 12, state, 20);
    finish(piece, 32);
}
