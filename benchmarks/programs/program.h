/* What every program shares: names of types, the one host function, reproducible input.
 *
 * A program is a contract: it exports `main` and `memory` and hands its result to `finish`.
 * It makes its input itself and may be run again and again in one instance.
 */

typedef unsigned char byte;
typedef unsigned int word;            /* 32 bits */
typedef unsigned long long long_word; /* 64 bits */

#define ETHEREUM(name) __attribute__((import_module("ethereum"), import_name(name)))
#ifndef CONTRACT /* `bundle.c` calls all of them from one contract */
#define CONTRACT(name) __attribute__((export_name("main"))) void name(void)
#endif

ETHEREUM("finish") extern void finish(const byte *data, word length);

/* The next 32 bits of Marsaglia's generator xorshift32; the state is never 0. */
static inline word next_random(word *state) {
    word x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

/* Fills bytes with the high bytes of successive random numbers. */
static inline void fill_random(byte *to, word length, word seed) {
    for (word i = 0; i < length; i++) {
        to[i] = next_random(&seed) >> 24;
    }
}

/* Hands a number to the host as 8 bytes, little-endian. */
static inline void finish_number(long_word number) {
    finish((const byte *)&number, sizeof number);
}
