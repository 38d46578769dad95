/* What every program that computes BLAKE2b (RFC 7693) shares: its tables and the function G. */

#ifndef BLAKE2B_H
#define BLAKE2B_H

typedef unsigned char byte;
typedef unsigned long long word64;

/* The initial vector of SHA-512 (RFC 7693, section 2.6). */
static const word64 INITIAL[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* Which word of the message a round takes in which place (section 2.7); round 10 begins anew. */
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

/* The function G (section 3.1). */
static inline __attribute__((always_inline)) void mix(word64 *v, int a, int b, int c, int d, word64 x, word64 y) {
    v[a] += v[b] + x;
    v[d] = __builtin_rotateright64(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = __builtin_rotateright64(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = __builtin_rotateright64(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = __builtin_rotateright64(v[b] ^ v[c], 63);
}

#endif
