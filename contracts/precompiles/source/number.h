/* Numbers of up to 261 bits for arithmetic modulo a prime, in nine limbs of 29 bits.
 *
 * Why 29 bits: wasm multiplies 64 by 64 bits and keeps the low 64. Limbs of 29 bits let a whole
 * column of a product of two numbers be added up in one 64-bit number without any carry, so that a
 * step of a multiplication is two reads, a multiplication and an addition and nothing else.
 *
 * Limbs are signed and lie, after a multiplication, between -2^28 and 2^28. One "unit" is 2^28: a
 * sum or difference has as many units as its parts together, and needs no carries and no reduction.
 * A product is right as long as the units of both sides multiplied are 13 at most:
 * 9 columns * (13 + 1) * 2^56 + a carry < 2^63. Comments state the units where they matter. */

#ifndef NUMBER_H
#define NUMBER_H

#include "contract.h"



enum { LIMBS = 9, BITS = 29 };
#define LIMB_MASK ((1LL << BITS) - 1)
#define HALF (1LL << (BITS - 1))

typedef struct {
    sword64 limb[LIMBS];
} number;

/* A point whose limbs are stored in 32 bits; for tables. */
typedef struct {
    int x[LIMBS], y[LIMBS];
} small_point;

#define EACH_LIMB UNROLL for (int i = 0; i < LIMBS; i++)

NOINLINE void add(number *r, const number *a, const number *b) {
    EACH_LIMB r->limb[i] = a->limb[i] + b->limb[i];
}

NOINLINE void subtract(number *r, const number *a, const number *b) {
    EACH_LIMB r->limb[i] = a->limb[i] - b->limb[i];
}

NOINLINE void negate(number *r, const number *a) {
    EACH_LIMB r->limb[i] = -a->limb[i];
}

/* The low 29 bits of a column as a limb of one unit; the rest is the carry into the next. */
INLINE sword64 take_limb(sword64 *column) {
    sword64 rounded = *column + HALF;
    *column = rounded >> BITS;
    return (rounded & LIMB_MASK) - HALF;
}

/* The same number with limbs of one unit. */
NOINLINE void tidy(number *r, const number *a) {
    sword64 column = 0;
    UNROLL for (int i = 0; i < LIMBS - 1; i++) {
        column += a->limb[i];
        r->limb[i] = take_limb(&column);
    }
    r->limb[LIMBS - 1] = a->limb[LIMBS - 1] + column;
}

/* Carries such that all limbs but the last lie between 0 and 2^29. */
INLINE void carry(number *x) {
    sword64 column = 0;
    UNROLL for (int i = 0; i < LIMBS - 1; i++) {
        column += x->limb[i];
        x->limb[i] = column & LIMB_MASK;
        column >>= BITS;
    }
    x->limb[LIMBS - 1] += column;
}

/* Whether carried a >= carried b. */
INLINE int at_least(const number *a, const number *b) {
    for (int i = LIMBS - 1; i >= 0; i--) {
        if (a->limb[i] != b->limb[i]) {
            return a->limb[i] > b->limb[i];
        }
    }
    return 1;
}

/* The representative between 0 and the modulus, with limbs of two units; for a number that is
 * few times larger than the modulus. */
NOINLINE void canonical(number *r, const number *a, const number *modulus) {
    *r = *a;
    carry(r);
    while (r->limb[LIMBS - 1] < 0) {
        add(r, r, modulus);
        carry(r);
    }
    while (at_least(r, modulus)) {
        subtract(r, r, modulus);
        carry(r);
    }
}

INLINE int is_zero_number(const number *a) {
    sword64 any = 0;
    EACH_LIMB any |= a->limb[i];
    return any == 0;
}

/* 32 bytes, highest first, to limbs of one unit (the last one of 24 bits). */
NOINLINE void load_number(number *r, const byte *from) {
    number raw;
    UNROLL for (int i = 0; i < LIMBS; i++) {
        int bit = i * BITS, word = bit / 64, shift = bit % 64;
        word64 part = load64_big(from + 24 - 8 * word) >> shift;
        if (shift + BITS > 64 && word < 3) {
            part |= load64_big(from + 16 - 8 * word) << (64 - shift);
        }
        raw.limb[i] = part & LIMB_MASK;
    }
    tidy(r, &raw);
}

/* A canonical number as 32 bytes, highest first. */
NOINLINE void store_number(byte *to, const number *a) {
    UNROLL for (int word = 0; word < 4; word++) {
        word64 whole = 0;
        UNROLL for (int i = 0; i < LIMBS; i++) {
            int shift = i * BITS - 64 * word;
            if (shift > -BITS && shift < 64) {
                whole |= shift < 0 ? (word64)a->limb[i] >> -shift : (word64)a->limb[i] << shift;
            }
        }
        store64_big(to + 24 - 8 * word, whole);
    }
}

/* a / 2 modulo the modulus, whose limbs have one unit; n units become (n + 3) / 2 at most. */
INLINE void halve_modulo(number *r, const number *a, const number *modulus) {
    sword64 odd = -(a->limb[0] & 1), column = 0;
    UNROLL for (int i = LIMBS - 1; i >= 0; i--) {
        sword64 limb = a->limb[i] + (modulus->limb[i] & odd) + (column << BITS);
        column = limb & 1;
        r->limb[i] = limb >> 1;
    }
}

/* Montgomery's product: a b / 2^261 modulo the modulus (P. Montgomery 1985, by columns).
 * `inverse` is -1 / modulus modulo 2^29; the limbs of the modulus have one unit. */
INLINE void montgomery_multiply(
    number *r, const number *a, const number *b, const number *modulus, word64 inverse) {
    sword64 x[LIMBS], y[LIMBS], q[LIMBS], column = 0;
    EACH_LIMB x[i] = a->limb[i], y[i] = b->limb[i];
    EACH_LIMB {
        UNROLL for (int j = 0; j <= i; j++) column += x[j] * y[i - j];
        UNROLL for (int j = 0; j < i; j++) column += q[j] * modulus->limb[i - j];
        sword64 low = (word64)column * inverse;
        q[i] = take_limb(&low);
        column = (column + q[i] * modulus->limb[0]) >> BITS;
    }
    UNROLL for (int i = LIMBS; i < 2 * LIMBS - 1; i++) {
        UNROLL for (int j = i - LIMBS + 1; j < LIMBS; j++) {
            column += x[j] * y[i - j] + q[j] * modulus->limb[i - j];
        }
        r->limb[i - LIMBS] = take_limb(&column);
    }
    r->limb[LIMBS - 1] = column;
}

/* The column of the square of a number: each pair of different limbs counts twice. */
INLINE sword64 square_column(const sword64 *x, const sword64 *twice, int i) {
    sword64 column = i % 2 ? 0 : x[i / 2] * x[i / 2];
    UNROLL for (int j = i < LIMBS ? 0 : i - LIMBS + 1; 2 * j < i; j++) {
        column += twice[j] * x[i - j];
    }
    return column;
}

INLINE void montgomery_square(
    number *r, const number *a, const number *modulus, word64 inverse) {
    sword64 x[LIMBS], twice[LIMBS], q[LIMBS], column = 0;
    EACH_LIMB x[i] = a->limb[i], twice[i] = x[i] + x[i];
    EACH_LIMB {
        column += square_column(x, twice, i);
        UNROLL for (int j = 0; j < i; j++) column += q[j] * modulus->limb[i - j];
        sword64 low = (word64)column * inverse;
        q[i] = take_limb(&low);
        column = (column + q[i] * modulus->limb[0]) >> BITS;
    }
    UNROLL for (int i = LIMBS; i < 2 * LIMBS - 1; i++) {
        column += square_column(x, twice, i);
        UNROLL for (int j = i - LIMBS + 1; j < LIMBS; j++) {
            column += q[j] * modulus->limb[i - j];
        }
        r->limb[i - LIMBS] = take_limb(&column);
    }
    r->limb[LIMBS - 1] = column;
}

/* Rows of a matrix that does 29 division steps at once, times 2^29. */
typedef struct {
    sword64 ff, fg, gf, gg;
} steps;

/* Division steps on the low bits of f and g (Bernstein and Yang 2019, "Fast constant-time gcd
 * computation and modular inversion"; here in variable time, nothing is secret). */
INLINE sword64 divide_steps(sword64 delta, word32 f, word32 g, steps *t) {
    sword64 ff = 1, fg = 0, gf = 0, gg = 1;
    for (int left = BITS;;) {
        int zeros = __builtin_ctz(g | 1u << left);
        g >>= zeros;
        ff <<= zeros;
        fg <<= zeros;
        delta += zeros;
        left -= zeros;
        if (left == 0) {
            break;
        }
        if (delta > 0) {
            delta = -delta;
            word32 old = f;
            f = g;
            g = -old;
            sword64 kept = ff;
            ff = gf;
            gf = -kept;
            kept = fg;
            fg = gg;
            gg = -kept;
        }
        g += f;
        gf += ff;
        gg += fg;
    }
    t->ff = ff, t->fg = fg, t->gf = gf, t->gg = gg;
    return delta;
}

/* (a x + b y) / 2^29, which is a whole number. */
INLINE void combine(number *r, sword64 a, const number *x, sword64 b, const number *y) {
    sword64 column = a * x->limb[0] + b * y->limb[0];
    UNROLL for (int i = 1; i < LIMBS; i++) {
        column = (column >> BITS) + a * x->limb[i] + b * y->limb[i];
        r->limb[i - 1] = column & LIMB_MASK;
    }
    r->limb[LIMBS - 1] = column >> BITS;
}

/* (a x + b y) / 2^29 modulo the modulus; grows by half the modulus at most. */
INLINE void combine_modulo(
    number *r, sword64 a, const number *x, sword64 b, const number *y,
    const number *modulus, word64 inverse) {
    sword64 column = a * x->limb[0] + b * y->limb[0];
    sword64 low = (word64)column * inverse, factor = take_limb(&low);
    column += factor * modulus->limb[0];
    UNROLL for (int i = 1; i < LIMBS; i++) {
        column = (column >> BITS) + a * x->limb[i] + b * y->limb[i] + factor * modulus->limb[i];
        r->limb[i - 1] = column & LIMB_MASK;
    }
    r->limb[LIMBS - 1] = column >> BITS;
}

/* 1 / a modulo an odd prime, and 0 for 0; at most 16 times the modulus. The limbs of the modulus
 * have to lie between 0 and 2^29. */
NOINLINE void invert_modulo(number *r, const number *a, const number *modulus, word64 inverse) {
    number f = *modulus, g, d = {{0}}, e = {{1}}, next;
    canonical(&g, a, modulus);
    sword64 delta = 1;
    while (!is_zero_number(&g)) {
        steps t;
        delta = divide_steps(delta, f.limb[0], g.limb[0], &t);
        combine(&next, t.ff, &f, t.fg, &g);
        combine(&g, t.gf, &f, t.gg, &g);
        f = next;
        combine_modulo(&next, t.ff, &d, t.fg, &e, modulus, inverse);
        combine_modulo(&e, t.gf, &d, t.gg, &e, modulus, inverse);
        d = next;
    }
    /* f is now 1 or -1. */
    if (f.limb[LIMBS - 1] < 0) {
        negate(&d, &d);
    }
    tidy(r, &d);
}

#endif
