/* The extensions of the field of alt_bn128 that the pairing works in:
 *
 *   quadratic: Fp[u] / (u^2 + 1)
 *   sextic:    quadratic[v] / (v^3 - XI), XI = 9 + u
 *   full:      sextic[w] / (w^2 - v), the field of 12 coefficients
 *
 * Every function takes and gives coefficients of one unit (see number.h) unless it says otherwise. */

#ifndef TOWER_H
#define TOWER_H

#include "bn254.h"
#include "bn254_tower_constants.h"

typedef struct {
    quadratic at[3];
} sextic;

typedef struct {
    sextic even, odd;
} full;

/* How many times p a sum contains, from its last limb: p / 2^232 is nearly 2^31 / 677. */
#define TIMES_P(last) (((last) * 677 + (1LL << 30)) >> 31)

/* r = a sum of multiples of limbs i, with limbs of one unit and at most 3/4 p in size.
 *
 * Sums of products stay small by themselves: factors of m p and n p give (2 m n / 169 + 1/2) p. But
 * multiplying by XI, and multiples of what was not multiplied, would add up. */
#define REDUCE(r, sum)                                                      \
    do {                                                                    \
        sword64 column = 0, times;                                          \
        {                                                                   \
            enum { i = LIMBS - 1 };                                         \
            times = TIMES_P(sum);                                           \
        }                                                                   \
        UNROLL for (int i = 0; i < LIMBS - 1; i++) {                        \
            column += (sum) - times * FIELD.limb[i];                        \
            (r)->limb[i] = take_limb(&column);                              \
        }                                                                   \
        enum { i = LIMBS - 1 };                                             \
        (r)->limb[i] = column + (sum) - times * FIELD.limb[i];              \
    } while (0)

/* r = a sum of multiples of limbs i, with limbs of one unit. */
#define COMBINE(r, sum)                                  \
    do {                                                 \
        sword64 column = 0;                              \
        UNROLL for (int i = 0; i < LIMBS - 1; i++) {     \
            column += (sum);                             \
            (r)->limb[i] = take_limb(&column);           \
        }                                                \
        enum { i = LIMBS - 1 };                          \
        (r)->limb[i] = column + (sum);                   \
    } while (0)

/* Limb i of a part of XI a = (9 re - im) + (re + 9 im) u. */
#define XI_RE(a) (9 * (a)->re.limb[i] - (a)->im.limb[i])
#define XI_IM(a) ((a)->re.limb[i] + 9 * (a)->im.limb[i])
#define RE(a) ((a)->re.limb[i])
#define IM(a) ((a)->im.limb[i])

/* a + b, two units. */
NOINLINE void add2(quadratic *r, const quadratic *a, const quadratic *b) {
    EACH_LIMB r->re.limb[i] = RE(a) + RE(b), r->im.limb[i] = IM(a) + IM(b);
}

/* a - b, two units. */
NOINLINE void subtract2(quadratic *r, const quadratic *a, const quadratic *b) {
    EACH_LIMB r->re.limb[i] = RE(a) - RE(b), r->im.limb[i] = IM(a) - IM(b);
}

NOINLINE void negate2(quadratic *r, const quadratic *a) {
    EACH_LIMB r->re.limb[i] = -RE(a), r->im.limb[i] = -IM(a);
}

NOINLINE void tidy_sum2(quadratic *r, const quadratic *a, const quadratic *b) {
    COMBINE(&r->re, RE(a) + RE(b));
    COMBINE(&r->im, IM(a) + IM(b));
}

NOINLINE void tidy_difference2(quadratic *r, const quadratic *a, const quadratic *b) {
    COMBINE(&r->re, RE(a) - RE(b));
    COMBINE(&r->im, IM(a) - IM(b));
}

/* a - b - c. */
NOINLINE void tidy_rest2(quadratic *r, const quadratic *a, const quadratic *b, const quadratic *c) {
    COMBINE(&r->re, RE(a) - RE(b) - RE(c));
    COMBINE(&r->im, IM(a) - IM(b) - IM(c));
}

/* a + XI b. */
NOINLINE void add_xi2(quadratic *r, const quadratic *a, const quadratic *b) {
    quadratic x = *b;
    REDUCE(&r->re, RE(a) + XI_RE(&x));
    REDUCE(&r->im, IM(a) + XI_IM(&x));
}

/* a b, where the units of the two multiplied are 6 at most: 2 * 6 + 1 columns of one unit.
 *
 * Karatsuba's three products, column by column; one reduction for each part. */
NOINLINE void multiply2(quadratic *r, const quadratic *a, const quadratic *b) {
    sword64 x0[LIMBS], x1[LIMBS], x2[LIMBS], y0[LIMBS], y1[LIMBS], y2[LIMBS], q[LIMBS], s[LIMBS];
    sword64 re = 0, im = 0;
    EACH_LIMB {
        x0[i] = RE(a), x1[i] = IM(a), x2[i] = x0[i] + x1[i];
        y0[i] = RE(b), y1[i] = IM(b), y2[i] = y0[i] + y1[i];
    }
    UNROLL for (int i = 0; i < 2 * LIMBS - 1; i++) {
        int first = i < LIMBS ? 0 : i - LIMBS + 1, last = i < LIMBS ? i : LIMBS - 1;
        sword64 low = 0, high = 0, all = 0;
        UNROLL for (int j = first; j <= last; j++) {
            low += x0[j] * y0[i - j];
            high += x1[j] * y1[i - j];
            all += x2[j] * y2[i - j];
        }
        re += low - high;
        im += all - low - high;
        UNROLL for (int j = first; j < (i < LIMBS ? i : LIMBS); j++) {
            re += q[j] * FIELD.limb[i - j];
            im += s[j] * FIELD.limb[i - j];
        }
        if (i < LIMBS) {
            sword64 part = (word64)re * FIELD_INVERSE;
            q[i] = take_limb(&part);
            re = (re + q[i] * FIELD.limb[0]) >> BITS;
            part = (word64)im * FIELD_INVERSE;
            s[i] = take_limb(&part);
            im = (im + s[i] * FIELD.limb[0]) >> BITS;
        } else {
            r->re.limb[i - LIMBS] = take_limb(&re);
            r->im.limb[i - LIMBS] = take_limb(&im);
        }
    }
    r->re.limb[LIMBS - 1] = re;
    r->im.limb[LIMBS - 1] = im;
}

/* a^2 for up to two units: re^2 - im^2 and 2 re im. */
NOINLINE void square2(quadratic *r, const quadratic *a) {
    sword64 x[LIMBS], y[LIMBS], x2[LIMBS], y2[LIMBS], q[LIMBS], s[LIMBS], re = 0, im = 0;
    EACH_LIMB x[i] = RE(a), y[i] = IM(a), x2[i] = x[i] + x[i], y2[i] = y[i] + y[i];
    UNROLL for (int i = 0; i < 2 * LIMBS - 1; i++) {
        int first = i < LIMBS ? 0 : i - LIMBS + 1, last = i < LIMBS ? i : LIMBS - 1;
        re += square_column(x, x2, i) - square_column(y, y2, i);
        UNROLL for (int j = first; j <= last; j++) im += x2[j] * y[i - j];
        UNROLL for (int j = first; j < (i < LIMBS ? i : LIMBS); j++) {
            re += q[j] * FIELD.limb[i - j];
            im += s[j] * FIELD.limb[i - j];
        }
        if (i < LIMBS) {
            sword64 part = (word64)re * FIELD_INVERSE;
            q[i] = take_limb(&part);
            re = (re + q[i] * FIELD.limb[0]) >> BITS;
            part = (word64)im * FIELD_INVERSE;
            s[i] = take_limb(&part);
            im = (im + s[i] * FIELD.limb[0]) >> BITS;
        } else {
            r->re.limb[i - LIMBS] = take_limb(&re);
            r->im.limb[i - LIMBS] = take_limb(&im);
        }
    }
    r->re.limb[LIMBS - 1] = re;
    r->im.limb[LIMBS - 1] = im;
}

/* The conjugate, which is a^p. */
INLINE void conjugate2(quadratic *r, const quadratic *a) {
    r->re = a->re;
    negate(&r->im, &a->im);
}

NOINLINE void invert2(quadratic *r, const quadratic *a) {
    number norm, other;
    square(&norm, &a->re);
    square(&other, &a->im);
    add(&norm, &norm, &other);
    invert(&norm, &norm);
    multiply(&r->re, &a->re, &norm);
    multiply(&r->im, &a->im, &norm);
    negate(&r->im, &r->im);
}

INLINE int is_zero2(const quadratic *a) { return is_zero(&a->re) && is_zero(&a->im); }

INLINE void tidy_sum6(sextic *r, const sextic *a, const sextic *b) {
    for (int k = 0; k < 3; k++) {
        tidy_sum2(&r->at[k], &a->at[k], &b->at[k]);
    }
}

INLINE void tidy_rest6(sextic *r, const sextic *a, const sextic *b, const sextic *c) {
    for (int k = 0; k < 3; k++) {
        tidy_rest2(&r->at[k], &a->at[k], &b->at[k], &c->at[k]);
    }
}

INLINE void negate6(sextic *r, const sextic *a) {
    for (int k = 0; k < 3; k++) {
        negate2(&r->at[k], &a->at[k]);
    }
}

/* a + v b; `r` may be a but not b. */
INLINE void add_v6(sextic *r, const sextic *a, const sextic *b) {
    add_xi2(&r->at[0], &a->at[0], &b->at[2]);
    tidy_sum2(&r->at[1], &a->at[1], &b->at[0]);
    tidy_sum2(&r->at[2], &a->at[2], &b->at[1]);
}

/* a b by six products; `r` may be neither. */
NOINLINE void multiply6(sextic *r, const sextic *a, const sextic *b) {
    quadratic t0, t1, t2, x, y;
    multiply2(&t0, &a->at[0], &b->at[0]);
    multiply2(&t1, &a->at[1], &b->at[1]);
    multiply2(&t2, &a->at[2], &b->at[2]);
    add2(&x, &a->at[1], &a->at[2]);
    add2(&y, &b->at[1], &b->at[2]);
    multiply2(&x, &x, &y);
    tidy_rest2(&x, &x, &t1, &t2);
    add_xi2(&r->at[0], &t0, &x);
    add2(&x, &a->at[0], &a->at[1]);
    add2(&y, &b->at[0], &b->at[1]);
    multiply2(&x, &x, &y);
    REDUCE(&r->at[1].re, RE(&x) - RE(&t0) - RE(&t1) + XI_RE(&t2));
    REDUCE(&r->at[1].im, IM(&x) - IM(&t0) - IM(&t1) + XI_IM(&t2));
    add2(&x, &a->at[0], &a->at[2]);
    add2(&y, &b->at[0], &b->at[2]);
    multiply2(&x, &x, &y);
    REDUCE(&r->at[2].re, RE(&x) - RE(&t0) - RE(&t2) + RE(&t1));
    REDUCE(&r->at[2].im, IM(&x) - IM(&t0) - IM(&t2) + IM(&t1));
}

/* a (b0 + b1 v) by five products; `r` may not be a. */
NOINLINE void multiply6_by_two(
    sextic *r, const sextic *a, const quadratic *b0, const quadratic *b1) {
    quadratic t0, t1, x, y;
    multiply2(&t0, &a->at[0], b0);
    multiply2(&t1, &a->at[1], b1);
    multiply2(&x, &a->at[2], b1);
    add_xi2(&r->at[0], &t0, &x);
    add2(&x, &a->at[0], &a->at[1]);
    add2(&y, b0, b1);
    multiply2(&x, &x, &y);
    tidy_rest2(&r->at[1], &x, &t0, &t1);
    multiply2(&x, &a->at[2], b0);
    tidy_sum2(&r->at[2], &x, &t1);
}

NOINLINE void invert6(sextic *r, const sextic *a) {
    static const quadratic zero;
    quadratic t0, t1, t2, x;
    /* t0 = a0^2 - XI a1 a2, t1 = XI a2^2 - a0 a1, t2 = a1^2 - a0 a2 */
    multiply2(&x, &a->at[1], &a->at[2]);
    negate2(&x, &x);
    square2(&t0, &a->at[0]);
    add_xi2(&t0, &t0, &x);
    square2(&t1, &a->at[2]);
    multiply2(&x, &a->at[0], &a->at[1]);
    negate2(&x, &x);
    add_xi2(&t1, &x, &t1);
    square2(&t2, &a->at[1]);
    multiply2(&x, &a->at[0], &a->at[2]);
    tidy_difference2(&t2, &t2, &x);
    /* the norm: a0 t0 + XI (a2 t1 + a1 t2) */
    quadratic norm, y;
    multiply2(&x, &a->at[2], &t1);
    multiply2(&y, &a->at[1], &t2);
    tidy_sum2(&x, &x, &y);
    multiply2(&norm, &a->at[0], &t0);
    add_xi2(&norm, &norm, &x);
    invert2(&norm, &norm);
    tidy_sum2(&norm, &norm, &zero);
    multiply2(&r->at[0], &t0, &norm);
    multiply2(&r->at[1], &t1, &norm);
    multiply2(&r->at[2], &t2, &norm);
}

NOINLINE void multiply12(full *r, const full *a, const full *b) {
    sextic even, odd, x, y;
    multiply6(&even, &a->even, &b->even);
    multiply6(&odd, &a->odd, &b->odd);
    tidy_sum6(&x, &a->even, &a->odd);
    tidy_sum6(&y, &b->even, &b->odd);
    sextic mixed;
    multiply6(&mixed, &x, &y);
    tidy_rest6(&r->odd, &mixed, &even, &odd);
    add_v6(&r->even, &even, &odd);
}

NOINLINE void square12(full *a) {
    sextic product, x, y, t;
    multiply6(&product, &a->even, &a->odd);
    tidy_sum6(&x, &a->even, &a->odd);
    add_v6(&y, &a->even, &a->odd);
    multiply6(&t, &x, &y);
    tidy_sum6(&a->odd, &product, &product);
    /* t - product - v product */
    tidy_rest2(&t.at[1], &t.at[1], &product.at[1], &product.at[0]);
    tidy_rest2(&t.at[2], &t.at[2], &product.at[2], &product.at[1]);
    tidy_difference2(&t.at[0], &t.at[0], &product.at[0]);
    negate2(&product.at[2], &product.at[2]);
    add_xi2(&t.at[0], &t.at[0], &product.at[2]);
    a->even = t;
}

/* a (c0 + c1 w + c2 w^3), the form of a line, by thirteen products. */
NOINLINE void multiply_by_line(
    full *a, const quadratic *c0, const quadratic *c1, const quadratic *c2) {
    sextic even, odd, x, mixed;
    quadratic c;
    for (int k = 0; k < 3; k++) {
        multiply2(&even.at[k], &a->even.at[k], c0);
    }
    multiply6_by_two(&odd, &a->odd, c1, c2);
    tidy_sum6(&x, &a->even, &a->odd);
    tidy_sum2(&c, c0, c1);
    multiply6_by_two(&mixed, &x, &c, c2);
    tidy_rest6(&a->odd, &mixed, &even, &odd);
    add_v6(&a->even, &even, &odd);
}

/* The conjugate over the sextic field: the inverse, once a is in the cyclotomic subgroup. */
INLINE void conjugate12(full *r, const full *a) {
    r->even = a->even;
    negate6(&r->odd, &a->odd);
}

NOINLINE void invert12(full *r, const full *a) {
    sextic norm, x;
    multiply6(&norm, &a->even, &a->even);
    multiply6(&x, &a->odd, &a->odd);
    negate6(&x, &x);
    add_v6(&norm, &norm, &x);
    invert6(&x, &norm);
    multiply6(&r->even, &a->even, &x);
    multiply6(&norm, &a->odd, &x);
    negate6(&r->odd, &norm);
}

/* a^p. With a = sum of g_k w^k: the conjugate of g_k times XI^(k (p - 1) / 6). */
NOINLINE void frobenius12(full *r, const full *a) {
    for (int k = 0; k < 3; k++) {
        conjugate2(&r->even.at[k], &a->even.at[k]);
        conjugate2(&r->odd.at[k], &a->odd.at[k]);
        if (k) {
            multiply2(&r->even.at[k], &r->even.at[k], &FROBENIUS[2 * k]);
        }
        multiply2(&r->odd.at[k], &r->odd.at[k], &FROBENIUS[2 * k + 1]);
    }
}

/* (x + y s)^2 for s^2 = XI is first + second s. */
INLINE void square4(quadratic *squares, const quadratic *x, const quadratic *y) {
    square2(&squares[0], x);
    square2(&squares[1], y);
    add2(&squares[2], x, y);
    square2(&squares[2], &squares[2]);
}

/* z = 3 first - 2 z */
NOINLINE void replace_first(quadratic *z, const quadratic *squares) {
    REDUCE(&z->re, 3 * (RE(&squares[0]) + XI_RE(&squares[1])) - 2 * RE(z));
    REDUCE(&z->im, 3 * (IM(&squares[0]) + XI_IM(&squares[1])) - 2 * IM(z));
}

/* z = 3 second + 2 z */
NOINLINE void replace_second(quadratic *z, const quadratic *squares) {
    REDUCE(&z->re, 3 * (RE(&squares[2]) - RE(&squares[0]) - RE(&squares[1])) + 2 * RE(z));
    REDUCE(&z->im, 3 * (IM(&squares[2]) - IM(&squares[0]) - IM(&squares[1])) + 2 * IM(z));
}

/* z = 3 XI second + 2 z */
NOINLINE void replace_second_xi(quadratic *z, const quadratic *squares) {
    quadratic second;
    tidy_rest2(&second, &squares[2], &squares[0], &squares[1]);
    REDUCE(&z->re, 3 * XI_RE(&second) + 2 * RE(z));
    REDUCE(&z->im, 3 * XI_IM(&second) + 2 * IM(z));
}

/* a^2 in the cyclotomic subgroup (Granger, Scott 2010). */
NOINLINE void square_cyclotomic(full *a) {
    quadratic one[3], two[3], three[3];
    square4(one, &a->even.at[0], &a->odd.at[1]);
    square4(two, &a->odd.at[0], &a->even.at[2]);
    square4(three, &a->even.at[1], &a->odd.at[2]);
    replace_first(&a->even.at[0], one);
    replace_second(&a->odd.at[1], one);
    replace_second_xi(&a->odd.at[0], three);
    replace_first(&a->even.at[2], three);
    replace_first(&a->even.at[1], two);
    replace_second(&a->odd.at[2], two);
}

#endif
