/* BLAKE2b (RFC 7693) with a digest of 32 bytes, no key, of 64 KiB, 36 times; each digest
 * replaces the first bytes of the next message. */

#include "../../contracts/precompiles/source/blake2b.h"
#include "program.h"

enum { LENGTH = 65536, TIMES = 36, BLOCK = 128, DIGEST = 32, ROUNDS = 12 };

static long_word message[LENGTH / sizeof(long_word)];

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
        const byte *order = SIGMA[round % 10];
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
