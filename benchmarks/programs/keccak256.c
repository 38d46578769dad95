/* Keccak-256 as Ethereum uses it (padding byte 0x01) of 64 KiB, 10 times; each digest replaces
 * the first bytes of the next message. */

#include "program.h"

enum { LENGTH = 65536, TIMES = 10, RATE = 136, DIGEST = 32, ROUNDS = 24, LANES = 25 };

static byte message[LENGTH];

static long_word rotate_left(long_word x, int count) {
    return count ? x << count | x >> (64 - count) : x;
}

/* The round constants (section 3.2.5 of FIPS 202): bit 2^j - 1 of each comes from an LFSR. */
static long_word round_constant(byte *lfsr) {
    long_word constant = 0;
    for (int j = 0; j < 7; j++) {
        if (*lfsr & 1) {
            constant |= 1ull << ((1 << j) - 1);
        }
        *lfsr = *lfsr << 1 ^ (*lfsr & 0x80 ? 0x71 : 0);
    }
    return constant;
}

/* Where lane i of the cycle of pi lies, and by how much rho rotates it (sections 3.2.2, 3.2.3). */
static const byte LANE[24] = {
    10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
};
static const byte ROTATION[24] = {
    1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
};

static void permute(long_word *lanes, const long_word *constants) {
    for (int round = 0; round < ROUNDS; round++) {
        long_word parity[5];
        for (int x = 0; x < 5; x++) {
            parity[x] = lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20];
        }
        for (int x = 0; x < 5; x++) {
            long_word mix = parity[(x + 4) % 5] ^ rotate_left(parity[(x + 1) % 5], 1);
            for (int y = 0; y < LANES; y += 5) {
                lanes[x + y] ^= mix;
            }
        }
        long_word carried = lanes[1];
        for (int i = 0; i < 24; i++) {
            long_word next = lanes[LANE[i]];
            lanes[LANE[i]] = rotate_left(carried, ROTATION[i]);
            carried = next;
        }
        for (int y = 0; y < LANES; y += 5) {
            long_word row[5];
            for (int x = 0; x < 5; x++) {
                row[x] = lanes[y + x];
            }
            for (int x = 0; x < 5; x++) {
                lanes[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
            }
        }
        lanes[0] ^= constants[round];
    }
}

static void absorb(byte *state, const byte *block, word length) {
    for (word i = 0; i < length; i++) {
        state[i] ^= block[i];
    }
}

static void hash(byte *digest, const long_word *constants) {
    long_word lanes[LANES] = {0};
    word at = 0;
    for (; LENGTH - at >= RATE; at += RATE) {
        absorb((byte *)lanes, message + at, RATE);
        permute(lanes, constants);
    }
    absorb((byte *)lanes, message + at, LENGTH - at);
    ((byte *)lanes)[LENGTH - at] ^= 0x01;
    ((byte *)lanes)[RATE - 1] ^= 0x80;
    permute(lanes, constants);
    for (int i = 0; i < DIGEST; i++) {
        digest[i] = ((byte *)lanes)[i];
    }
}

CONTRACT(keccak256) {
    byte digest[DIGEST];
    long_word constants[ROUNDS];
    byte lfsr = 1;
    for (int i = 0; i < ROUNDS; i++) {
        constants[i] = round_constant(&lfsr);
    }
    fill_random(message, LENGTH, 2);
    for (int time = 0; time < TIMES; time++) {
        hash(digest, constants);
        for (int i = 0; i < DIGEST; i++) {
            message[i] = digest[i];
        }
    }
    finish(digest, DIGEST);
}
