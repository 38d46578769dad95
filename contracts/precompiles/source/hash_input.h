/* Call data in pieces of whole blocks, so that any length fits into one page of memory.
 *
 * `absorb` is called for each whole block. Afterwards the rest, shorter than a block, lies at the
 * address returned, followed by BLOCK * 2 bytes that may be written. */

#ifndef HASH_INPUT_H
#define HASH_INPUT_H

#include "contract.h"

/* A multiple of the block lengths 64 and 136; each copy has a price, so few of them. */
enum { PIECE = 64 * 136 * 3 };

static byte piece[PIECE + 272];

INLINE byte *absorb_call_data(word32 size, word32 block, void (*absorb)(const byte *)) {
    word32 offset = 0;
    for (;;) {
        word32 length = size - offset < PIECE ? size - offset : PIECE;
        call_data_copy(piece, offset, length);
        byte *at = piece;
        for (; length >= block; length -= block, at += block) {
            absorb(at);
        }
        offset += PIECE;
        if (offset >= size) {
            return at;
        }
    }
}

/* Ends the message as SHA-256 and RIPEMD-160 do: a one bit, zeros up to the last 8 bytes of a
 * block of 64, and there the length in bits, which the caller writes. Gives the last block. */
INLINE byte *pad_message(byte *rest, word32 size, void (*absorb)(const byte *)) {
    word32 used = size % 64;
    rest[used++] = 0x80;
    if (used > 56) {
        __builtin_memset(rest + used, 0, 64 - used);
        absorb(rest);
        rest += 64;
        used = 0;
    }
    __builtin_memset(rest + used, 0, 56 - used);
    return rest;
}

#endif
