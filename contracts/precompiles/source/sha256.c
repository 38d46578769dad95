/* SHA-256 (FIPS 180-4) of the call data: precompile 2. Returns 32 bytes.
 *
 * The 64 rounds are written out: then the eight working variables change names instead of places
 * and the round constants are part of the instructions, which saves half of the gas. */

#include "hash_input.h"

/* Fractional parts of the square roots of the first 8 primes (section 5.3.3). */
static word32 state[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

#define ROTATE(x, count) __builtin_rotateright32(x, count)

/* One round (section 6.2.2). Majority(a, b, c) is b ^ ((a ^ b) & (b ^ c)), and b ^ c is the
 * a ^ b of the round before. */
#define ROUND(a, b, c, d, e, f, g, h, constant, message)                                      \
    h += (ROTATE(e, 6) ^ ROTATE(e, 11) ^ ROTATE(e, 25)) + (g ^ (e & (f ^ g))) + constant + (message); \
    d += h;                                                                                   \
    differs = a ^ b;                                                                          \
    h += (ROTATE(a, 2) ^ ROTATE(a, 13) ^ ROTATE(a, 22)) + (b ^ (differs & differed));         \
    differed = differs

/* The word of the message schedule for round i + 16, over that of round i. */
#define NEXT(i)                                                                               \
    (w[(i) % 16] += (ROTATE(w[((i) + 1) % 16], 7) ^ ROTATE(w[((i) + 1) % 16], 18) ^ w[((i) + 1) % 16] >> 3) + \
        w[((i) + 9) % 16] +                                                                   \
        (ROTATE(w[((i) + 14) % 16], 17) ^ ROTATE(w[((i) + 14) % 16], 19) ^ w[((i) + 14) % 16] >> 10))
#define GIVEN(i) (w[i] = load32_big(block + 4 * (i)))

#define EIGHT(W, i, k0, k1, k2, k3, k4, k5, k6, k7)                                           \
    ROUND(a, b, c, d, e, f, g, h, k0, W((i) + 0)); ROUND(h, a, b, c, d, e, f, g, k1, W((i) + 1)); \
    ROUND(g, h, a, b, c, d, e, f, k2, W((i) + 2)); ROUND(f, g, h, a, b, c, d, e, k3, W((i) + 3)); \
    ROUND(e, f, g, h, a, b, c, d, k4, W((i) + 4)); ROUND(d, e, f, g, h, a, b, c, k5, W((i) + 5)); \
    ROUND(c, d, e, f, g, h, a, b, k6, W((i) + 6)); ROUND(b, c, d, e, f, g, h, a, k7, W((i) + 7))

NOINLINE void compress(const byte *block) {
    word32 w[16], differs, differed;
    word32 a = state[0], b = state[1], c = state[2], d = state[3];
    word32 e = state[4], f = state[5], g = state[6], h = state[7];
    differed = b ^ c;
    /* Constants: fractional parts of the cube roots of the first 64 primes (section 4.2.2). */
    EIGHT(GIVEN, 0, 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5);
    EIGHT(GIVEN, 8, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174);
    EIGHT(NEXT, 0, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da);
    EIGHT(NEXT, 8, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967);
    EIGHT(NEXT, 0, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85);
    EIGHT(NEXT, 8, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070);
    EIGHT(NEXT, 0, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3);
    EIGHT(NEXT, 8, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2);
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

CONTRACT_MAIN {
    word32 size = get_call_data_size();
    byte *last = pad_message(absorb_call_data(size, 64, compress), size, compress);
    store64_big(last + 56, (word64)size * 8);
    compress(last);
    for (int i = 0; i < 8; i++) {
        store32_big(piece + 4 * i, state[i]);
    }
    finish(piece, 32);
}
