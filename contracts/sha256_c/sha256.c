/* SHA-256 (FIPS 180-4) of the call data, returned as 32 bytes: a contract written in C.
 *
 * The call data is read block by block, so that any length fits into one page of memory.
 */

#include "sha256.h"

typedef unsigned long long long_word; /* 64 bits */

#define ETHEREUM(name) __attribute__((import_module("ethereum"), import_name(name)))

ETHEREUM("getCallDataSize") extern word get_call_data_size(void);
ETHEREUM("callDataCopy") extern void call_data_copy(byte *result, word offset, word length);
ETHEREUM("finish") _Noreturn extern void finish(const byte *data, word length);

enum { BLOCK = 64, DIGEST = 32, LENGTH_AT = 56 };

static word state[8] = INITIAL;
static byte block[BLOCK];

__attribute__((export_name("main"))) void contract_main(void) {
    word size = get_call_data_size();
    word offset = 0;
    for (; size - offset >= BLOCK; offset += BLOCK) {
        call_data_copy(block, offset, BLOCK);
        compress(state, block);
    }
    /* Padding (section 5.1.1): a one bit, zeros, the length in bits in the last 8 bytes. */
    word rest = size - offset;
    call_data_copy(block, offset, rest);
    block[rest] = 0x80;
    for (word i = rest + 1; i < BLOCK; i++) {
        block[i] = 0;
    }
    if (rest >= LENGTH_AT) {
        compress(state, block);
        for (word i = 0; i < LENGTH_AT; i++) {
            block[i] = 0;
        }
    }
    long_word bits = (long_word)size * 8;
    store_big_endian(block + LENGTH_AT, bits >> 32);
    store_big_endian(block + LENGTH_AT + 4, (word)bits);
    compress(state, block);
    static byte digest[DIGEST];
    for (int i = 0; i < 8; i++) {
        store_big_endian(digest + 4 * i, state[i]);
    }
    finish(digest, DIGEST);
}
