/* Points of a curve y^2 = x^3 + b over the field of the header included before: secp256k1 or
 * alt_bn128. Jacobian coordinates: x = X / Z^2, y = Y / Z^3.
 *
 * Formulas: https://eprint.iacr.org/2014/539 and the usual ones for a = 0, scaled by one half so
 * that few multiples appear. Units of a Jacobian point: X up to 3, Y up to 2, Z 1. */

#ifndef CURVE_H
#define CURVE_H

#include "scalar.h"

typedef struct {
    number x, y;
} affine;

typedef struct {
    number x, y, z;
    int infinity;
} jacobian;

enum { WIDTH = 5, ODD_MULTIPLES = 8 };

NOINLINE void double_point(jacobian *p) {
    number a, b, slope, xb;
    square(&a, &p->x);
    EACH_LIMB slope.limb[i] = 3 * a.limb[i];
    halve(&slope, &slope);            /* 3 X^2 / 2, 3 units */
    square(&b, &p->y);
    multiply(&xb, &p->x, &b);
    multiply(&p->z, &p->y, &p->z);
    square(&a, &slope);
    EACH_LIMB p->x.limb[i] = a.limb[i] - 2 * xb.limb[i];
    subtract(&xb, &xb, &p->x);
    multiply(&xb, &slope, &xb);       /* 3 units times 4 */
    square(&b, &b);
    subtract(&p->y, &xb, &b);
}

/* p += q. */
NOINLINE void add_point(jacobian *p, const affine *q) {
    if (p->infinity) {
        p->x = q->x;
        p->y = q->y;
        p->z = ONE;
        p->infinity = 0;
        return;
    }
    number a, h, r, v;
    square(&a, &p->z);
    multiply(&h, &q->x, &a);
    multiply(&a, &a, &p->z);
    multiply(&r, &q->y, &a);
    subtract(&h, &h, &p->x);
    subtract(&r, &r, &p->y);          /* 3 units */
    reduce(&h, &h);                   /* 2 units */
    if (is_zero_number(&h)) {
        reduce(&r, &r);
        if (is_zero_number(&r)) {
            double_point(p);
        } else {
            p->infinity = 1;
        }
        return;
    }
    multiply(&p->z, &p->z, &h);
    square(&a, &h);
    multiply(&v, &p->x, &a);
    multiply(&a, &a, &h);
    square(&h, &r);
    EACH_LIMB h.limb[i] -= a.limb[i] + 2 * v.limb[i];
    tidy(&p->x, &h);
    subtract(&v, &v, &p->x);
    multiply(&v, &v, &r);
    multiply(&a, &a, &p->y);
    subtract(&p->y, &v, &a);
}

/* The odd multiples P, 3 P, 5 P ... of a point that is not infinity and has no small order.
 *
 * With 2 P = (X, Y, Z) everything is done on the curve scaled by Z, where 2 P is affine: (X, Y). */
NOINLINE void odd_multiples(affine *table, const affine *point) {
    jacobian all[ODD_MULTIPLES], twice = {point->x, point->y, ONE, 0};
    number product[ODD_MULTIPLES], inverse, a;
    double_point(&twice);
    affine step;
    tidy(&step.x, &twice.x);
    tidy(&step.y, &twice.y);
    square(&a, &twice.z);
    multiply(&all[0].x, &point->x, &a);
    multiply(&a, &a, &twice.z);
    multiply(&all[0].y, &point->y, &a);
    all[0].z = ONE;
    all[0].infinity = 0;
    product[0] = twice.z;
    for (int i = 1; i < ODD_MULTIPLES; i++) {
        all[i] = all[i - 1];
        add_point(&all[i], &step);
        multiply(&product[i], &product[i - 1], &all[i].z);
    }
    /* One inversion for all (Montgomery's trick): product[i] is Z of 2 P times Z of all up to i. */
    invert(&inverse, &product[ODD_MULTIPLES - 1]);
    number scale = twice.z;
    for (int i = ODD_MULTIPLES - 1; i > 0; i--) {
        multiply(&a, &inverse, &product[i - 1]); /* 1 / Z of this one, on the scaled curve */
        multiply(&inverse, &inverse, &all[i].z);
        table[i].y = a;
    }
    /* What is left is 1 / Z of 2 P. */
    scale = inverse;
    for (int i = 1; i < ODD_MULTIPLES; i++) {
        number z;
        multiply(&z, &table[i].y, &scale);
        square(&a, &z);
        multiply(&table[i].x, &all[i].x, &a);
        multiply(&a, &a, &z);
        multiply(&table[i].y, &all[i].y, &a);
    }
    table[0] = *point;
}

INLINE void add_digit(jacobian *sum, const affine *table, int digit) {
    if (digit > 0) {
        add_point(sum, &table[digit / 2]);
    } else if (digit < 0) {
        affine opposite = {table[-digit / 2].x, {{0}}};
        negate(&opposite.y, &table[-digit / 2].y);
        add_point(sum, &opposite);
    }
}

/* Splits a scalar: k = half1 + half2 LAMBDA. */
INLINE void split_scalar(word32 *half1, word32 *half2, const word32 *k) {
    for (int i = 0; i < HALF_SCALAR; i++) {
        half1[i] = k[i];
        half2[i] = 0;
    }
    take_vector(half1, half2, k, Q1, Q1_NEGATIVE, A1, B1);
    take_vector(half1, half2, k, Q2, Q2_NEGATIVE, A2, B2);
}

/* A point and its image under (x, y) -> (BETA x, y), each times half of a scalar. */
typedef struct {
    affine table[ODD_MULTIPLES], image[ODD_MULTIPLES];
    signed char digits[DIGITS], image_digits[DIGITS];
} multiplication;

INLINE void prepare(multiplication *m, const affine *point, const word32 *scalar) {
    word32 half1[HALF_SCALAR], half2[HALF_SCALAR];
    split_scalar(half1, half2, scalar);
    write_digits(m->digits, half1, WIDTH);
    write_digits(m->image_digits, half2, WIDTH);
    odd_multiples(m->table, point);
    for (int i = 0; i < ODD_MULTIPLES; i++) {
        multiply(&m->image[i].x, &m->table[i].x, &BETA);
        m->image[i].y = m->table[i].y;
    }
}

INLINE void add_digits(jacobian *sum, const multiplication *m, int at) {
    add_digit(sum, m->table, m->digits[at]);
    add_digit(sum, m->image, m->image_digits[at]);
}

/* The affine form of a point that is not infinity, reduced. */
NOINLINE void to_affine(affine *r, const jacobian *p) {
    number inverse, a;
    invert(&inverse, &p->z);
    square(&a, &inverse);
    multiply(&r->x, &p->x, &a);
    multiply(&a, &a, &inverse);
    multiply(&r->y, &p->y, &a);
}

#endif
