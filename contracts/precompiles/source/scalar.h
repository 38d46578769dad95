/* Scalars in 32-bit words, lowest first: splitting them in two halves and writing these in signed
 * digits. Nothing here runs often. */

#ifndef SCALAR_H
#define SCALAR_H

#include "contract.h"

enum { SCALAR = 8, HALF_SCALAR = 6, SCALE_AT = 12, DIGITS = 134 };

/* r = a b, of which the lowest `count` words are kept. */
NOINLINE void multiply_words(
    word32 *r, int count, const word32 *a, int a_count, const word32 *b, int b_count) {
    for (int i = 0; i < count; i++) {
        r[i] = 0;
    }
    for (int i = 0; i < a_count; i++) {
        word64 column = 0;
        for (int j = 0; j < b_count && i + j < count; j++) {
            column += (word64)a[i] * b[j] + r[i + j];
            r[i + j] = (word32)column;
            column >>= 32;
        }
        if (i + b_count < count) {
            r[i + b_count] = (word32)column;
        }
    }
}

/* a -= b, or a += b, in HALF_SCALAR words in two's complement. */
INLINE void subtract_words(word32 *a, const word32 *b, int negative) {
    sword64 column = 0;
    for (int i = 0; i < HALF_SCALAR; i++) {
        column += negative ? (sword64)a[i] + b[i] : (sword64)a[i] - b[i];
        a[i] = (word32)column;
        column >>= 32;
    }
}

/* One term of the split: how many times the short vector (a, b) is taken away. */
INLINE void take_vector(
    word32 *half1, word32 *half2, const word32 *scalar, const word32 *quotient, int negative,
    const word32 *a, const word32 *b) {
    word32 product[SCALAR + 9], part[HALF_SCALAR];
    multiply_words(product, SCALAR + 9, scalar, SCALAR, quotient, 9);
    const word32 *times = product + SCALE_AT;
    multiply_words(part, HALF_SCALAR, times, 5, a, HALF_SCALAR);
    subtract_words(half1, part, negative);
    multiply_words(part, HALF_SCALAR, times, 5, b, HALF_SCALAR);
    subtract_words(half2, part, negative);
}

/* Writes a number of HALF_SCALAR words in two's complement, at most 2^131 in size, in digits that
 * are odd and smaller than 2^(width - 1) in size, or zero: its non-adjacent form. */
NOINLINE void write_digits(signed char *digits, const word32 *number, int width) {
    word32 a[HALF_SCALAR];
    int negative = number[HALF_SCALAR - 1] >> 31;
    word64 column = negative;
    for (int i = 0; i < HALF_SCALAR; i++) {
        column += negative ? ~number[i] : number[i];
        a[i] = (word32)column;
        column >>= 32;
    }
    int carry = 0;
    for (int at = 0; at < DIGITS; at++) {
        digits[at] = 0;
        word32 window = a[at / 32] >> at % 32;
        if ((int)(window & 1) == carry) {
            continue;
        }
        if (at % 32) {
            window |= a[at / 32 + 1] << (32 - at % 32);
        }
        int digit = (int)(window & ((1u << width) - 1)) + carry;
        carry = digit >> (width - 1) & 1;
        digit -= carry << width;
        digits[at] = negative ? -digit : digit;
        for (int end = at + width; ++at < end && at < DIGITS;) {
            digits[at] = 0;
        }
        at--;
    }
}

#endif
