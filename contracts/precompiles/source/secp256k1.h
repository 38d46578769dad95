/* Arithmetic modulo the prime of secp256k1, p = 2^256 - 2^32 - 977 (SEC 2, section 2.4.1). */

#ifndef SECP256K1_H
#define SECP256K1_H

#include "number.h"
#include "secp256k1_constants.h"

/* 2^261 modulo p is 2^37 + 31264, which is 2^8 one limb up and 31264 in place. */
enum { FOLD = 31264, FOLD_UP = 8 };

/* Reduces a product given by columns 9 to 16 in `high`, as limbs of one unit, and columns 0 to 8
 * in `low`. */
INLINE void fold(number *r, const sword64 *low, const sword64 *high) {
    sword64 limb[LIMBS], column = 0;
    EACH_LIMB {
        column += low[i] + high[i] * FOLD + (i ? high[i - 1] << FOLD_UP : 0);
        limb[i] = take_limb(&column);
    }
    /* What stands above bit 256 of the last limb and in the column after it, times 2^32 + 977. */
    column += high[LIMBS - 1] << FOLD_UP;
    sword64 rounded = limb[LIMBS - 1] + (1 << 23), top = (column << 5) + (rounded >> 24);
    r->limb[LIMBS - 1] = (rounded & 0xffffff) - (1 << 23);
    column = limb[0] + top * 977;
    r->limb[0] = take_limb(&column);
    column += limb[1] + (top << 3);
    r->limb[1] = take_limb(&column);
    r->limb[2] = limb[2] + column;
    UNROLL for (int i = 3; i < LIMBS - 1; i++) r->limb[i] = limb[i];
}

NOINLINE void multiply(number *r, const number *a, const number *b) {
    sword64 x[LIMBS], y[LIMBS], low[LIMBS], high[LIMBS], column = 0;
    EACH_LIMB x[i] = a->limb[i], y[i] = b->limb[i];
    UNROLL for (int i = LIMBS; i < 2 * LIMBS - 1; i++) {
        UNROLL for (int j = i - LIMBS + 1; j < LIMBS; j++) column += x[j] * y[i - j];
        high[i - LIMBS] = take_limb(&column);
    }
    high[LIMBS - 1] = column;
    EACH_LIMB {
        low[i] = 0;
        UNROLL for (int j = 0; j <= i; j++) low[i] += x[j] * y[i - j];
    }
    fold(r, low, high);
}

NOINLINE void square(number *r, const number *a) {
    sword64 x[LIMBS], twice[LIMBS], low[LIMBS], high[LIMBS], column = 0;
    EACH_LIMB x[i] = a->limb[i], twice[i] = x[i] + x[i];
    UNROLL for (int i = LIMBS; i < 2 * LIMBS - 1; i++) {
        column += square_column(x, twice, i);
        high[i - LIMBS] = take_limb(&column);
    }
    high[LIMBS - 1] = column;
    EACH_LIMB low[i] = square_column(x, twice, i);
    fold(r, low, high);
}

INLINE void halve(number *r, const number *a) { halve_modulo(r, a, &FIELD); }

INLINE void reduce(number *r, const number *a) { canonical(r, a, &FIELD_CARRIED); }

NOINLINE void invert(number *r, const number *a) { invert_modulo(r, a, &FIELD_CARRIED, FIELD_INVERSE); }

INLINE void square_times(number *x, int times) {
    while (times--) {
        square(x, x);
    }
}

/* A square root of a if it has one: a^((p + 1) / 4). The exponent in binary is 223 ones, 0, 22
 * ones, 0000, 11, 00; `onesN` is a to the power of N ones. */
NOINLINE void square_root(number *r, const number *a) {
    number ones2, ones3, ones22, ones44, ones88, x;
    square(&x, a), multiply(&ones2, &x, a);
    square(&x, &ones2), multiply(&ones3, &x, a);
    x = ones3, square_times(&x, 3), multiply(&x, &x, &ones3);    /* 6 */
    square_times(&x, 3), multiply(&x, &x, &ones3);               /* 9 */
    square_times(&x, 2), multiply(&x, &x, &ones2);               /* 11 */
    ones22 = x, square_times(&x, 11), multiply(&ones22, &x, &ones22);
    x = ones22, square_times(&x, 22), multiply(&ones44, &x, &ones22);
    x = ones44, square_times(&x, 44), multiply(&ones88, &x, &ones44);
    x = ones88, square_times(&x, 88), multiply(&x, &x, &ones88); /* 176 */
    square_times(&x, 44), multiply(&x, &x, &ones44);             /* 220 */
    square_times(&x, 3), multiply(&x, &x, &ones3);               /* 223 */
    square_times(&x, 23), multiply(&x, &x, &ones22);
    square_times(&x, 6), multiply(&x, &x, &ones2);
    square_times(&x, 2);
    *r = x;
}

#endif
