/* SHA-256 (FIPS 180-4) of 64 KiB, 14 times; each digest replaces the first bytes of the next
 * message. */

#include "../../contracts/sha256_c/sha256.h"
#include "program.h"

enum { LENGTH = 65536, TIMES = 14, BLOCK = 64, DIGEST = 32 };

static byte message[LENGTH + BLOCK]; /* with room for the padding */

/* The digest of the message; its length is a multiple of the block. */
static void hash(byte *digest) {
    word state[8] = INITIAL;
    for (word at = 0; at < LENGTH + BLOCK; at += BLOCK) {
        compress(state, message + at);
    }
    for (int i = 0; i < 8; i++) {
        store_big_endian(digest + 4 * i, state[i]);
    }
}

CONTRACT(sha256) {
    byte digest[DIGEST];
    fill_random(message, LENGTH, 1);
    /* Padding (section 5.1.1): a one bit, zeros, the length in bits in the last 8 bytes. */
    message[LENGTH] = 0x80;
    store_big_endian(message + LENGTH + BLOCK - 4, LENGTH * 8);
    for (int time = 0; time < TIMES; time++) {
        hash(digest);
        for (int i = 0; i < DIGEST; i++) {
            message[i] = digest[i];
        }
    }
    finish(digest, DIGEST);
}
