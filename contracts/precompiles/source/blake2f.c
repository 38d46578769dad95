/* The compression function F of BLAKE2b (RFC 7693, section 3.2) as EIP-152 defines it.
 *
 * Call data, exactly 213 bytes: rounds (4, highest byte first), h (64), m (128), t (16), a flag
 * that is 0 or 1. Returns the new h, 64 bytes. Anything else fails.
 *
 * Ten rounds are written out, one for each permutation of the message, so that every word of the
 * message has a fixed place. */

#include "contract.h"

enum { LENGTH = 213, H_AT = 4, M_AT = 68, T_AT = 196, FLAG_AT = 212 };

/* The initial vector of SHA-512 (RFC 7693, section 2.6). */
static const word64 INITIAL[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* Which word of the message a round takes in which place (section 2.7). */
static const byte SIGMA[10][16] = {
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

static byte input[LENGTH + 3];

INLINE word64 load(word32 at) {
    word64 value;
    __builtin_memcpy(&value, input + at, 8);
    return value;
}

/* Section 3.1. */
INLINE void mix(word64 *v, int a, int b, int c, int d, word64 x, word64 y) {
    v[a] += v[b] + x;
    v[d] = __builtin_rotateright64(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = __builtin_rotateright64(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = __builtin_rotateright64(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = __builtin_rotateright64(v[b] ^ v[c], 63);
}

INLINE void round_of(word64 *v, const word64 *m, const byte *s) {
    UNROLL for (int i = 0; i < 4; i++) {
        mix(v, i, i + 4, i + 8, i + 12, m[s[2 * i]], m[s[2 * i + 1]]);
    }
    UNROLL for (int i = 0; i < 4; i++) {
        mix(v, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12, m[s[2 * i + 8]], m[s[2 * i + 9]]);
    }
}

CONTRACT_MAIN {
    if (get_call_data_size() != LENGTH) {
        FAIL();
    }
    call_data_copy(input, 0, LENGTH);
    if (input[FLAG_AT] > 1) {
        FAIL();
    }
    word64 v[16], m[16];
    UNROLL for (int i = 0; i < 16; i++) {
        m[i] = load(M_AT + 8 * i);
        v[i] = i < 8 ? load(H_AT + 8 * i) : INITIAL[i - 8];
    }
    v[12] ^= load(T_AT);
    v[13] ^= load(T_AT + 8);
    v[14] ^= -(word64)input[FLAG_AT];
    for (word32 left = load32_big(input);;) {
        UNROLL for (int i = 0; i < 10; i++) {
            if (left-- == 0) {
                goto done;
            }
            round_of(v, m, SIGMA[i]);
        }
    }
done:
    UNROLL for (int i = 0; i < 8; i++) {
        word64 h = load(H_AT + 8 * i) ^ v[i] ^ v[i + 8];
        __builtin_memcpy(input + H_AT + 8 * i, &h, 8);
    }
    finish(input + H_AT, 64);
}
