/* Decompression of an LZ77 stream in the manner of LZ4, 24 times; the result is a hash of the
 * output of 128 KiB.
 *
 * A token is a byte with the number of literals (high four bits) and the length of the match minus
 * four (low four bits); the literals follow, then the distance of the match in two bytes,
 * little-endian. The stream is made of random tokens that fit.
 */

#include "program.h"

enum { OUTPUT = 131072, LARGEST_OUTPUT = 15 + 19, FIRST = 32, TIMES = 24 };

static byte stream[2 * OUTPUT];
static byte output[OUTPUT];

/* Writes random tokens for exactly OUTPUT bytes; returns the length of the stream. */
static word make_stream(void) {
    word seed = 8;
    byte *to = stream;
    word made = 0;
    while (OUTPUT - made >= LARGEST_OUTPUT) {
        word random = next_random(&seed);
        word literals = made < FIRST ? 15 : random & 15 & random >> 4;
        word length = random >> 8 & 15;
        *to++ = literals << 4 | length;
        for (word i = 0; i < literals; i++) {
            *to++ = next_random(&seed) >> 24;
        }
        made += literals;
        word distance = 1 + (next_random(&seed) >> 17) % made;
        *to++ = distance;
        *to++ = distance >> 8;
        made += length + 4;
    }
    return to - stream;
}

/* Returns the number of bytes written. */
static word decompress(word length) {
    const byte *from = stream;
    byte *to = output;
    while (from < stream + length) {
        word token = *from++;
        for (word literals = token >> 4; literals; literals--) {
            *to++ = *from++;
        }
        const byte *match = to - (from[0] | from[1] << 8);
        from += 2;
        for (word left = (token & 15) + 4; left; left--) {
            *to++ = *match++;
        }
    }
    return to - output;
}

CONTRACT(lz) {
    word length = make_stream();
    word written = 0;
    for (int time = 0; time < TIMES; time++) {
        written = decompress(length);
    }
    long_word hash = 0;
    for (word i = 0; i < written; i++) {
        hash = hash * 31 + output[i];
    }
    finish_number(hash);
}
