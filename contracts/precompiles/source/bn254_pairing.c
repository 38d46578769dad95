/* Whether a product of pairings on alt_bn128 is one (EIP-197): precompile 8.
 *
 * Call data: any number of pairs of 192 bytes, a point of the first group (x, y) and one of the
 * second (x, y; of each the imaginary part first). Returns 32 bytes, the number 1 or 0. Fails where
 * the length is no multiple of 192, a coordinate is not smaller than p, or a point is not in its
 * group.
 *
 * The optimal ate pairing (Vercauteren 2008) on the D-type twist y^2 = x^3 + 3 / XI: one Miller loop
 * for all pairs, one final exponentiation. Lines and points of the second group are in homogeneous
 * coordinates (Costello, Lange, Naehrig 2010; Aranha and others 2011). */

#include "bn254_point.h"
#include "tower.h"

enum { PAIR = 192, PAGE = 65536 };

typedef struct {
    quadratic x, y, z;
} projective;

typedef struct {
    affine p;
    quadratic x, y;  /* of Q, affine */
    projective t;
    int counts;      /* neither point is infinity */
} pair;

extern byte __heap_base;
static byte input[PAIR];
static full value;

/* r = a times a number of the prime field, whose units multiplied are 13 at most. */
INLINE void scale2(quadratic *r, const quadratic *a, const number *b) {
    multiply(&r->re, &a->re, b);
    multiply(&r->im, &a->im, b);
}

/* Doubles T; multiplies the value by the tangent at P.
 *
 * With B = Y^2, E = 3 b' Z^2, everything times 4:
 * X' = 2 X Y (B - 3 E), Y' = (B + 3 E)^2 - 12 E^2, Z' = 8 B Y Z. */
NOINLINE void double_step(pair *all) {
    projective *t = &all->t;
    quadratic b, e, xy, yz, xx, x;
    square2(&b, &t->y);
    square2(&x, &t->z);
    multiply2(&e, &x, &TWIST_B3);
    multiply2(&xy, &t->x, &t->y);
    multiply2(&yz, &t->y, &t->z);
    square2(&xx, &t->x);
    EACH_LIMB x.re.limb[i] = RE(&b) - 3 * RE(&e), x.im.limb[i] = IM(&b) - 3 * IM(&e);
    multiply2(&x, &x, &xy); /* 4 units times 1 */
    tidy_sum2(&t->x, &x, &x);
    COMBINE(&x.re, RE(&b) + 3 * RE(&e));
    COMBINE(&x.im, IM(&b) + 3 * IM(&e));
    square2(&x, &x);
    quadratic ee;
    square2(&ee, &e);
    REDUCE(&t->y.re, RE(&x) - 12 * RE(&ee));
    REDUCE(&t->y.im, IM(&x) - 12 * IM(&ee));
    multiply2(&x, &b, &yz);
    REDUCE(&t->z.re, 8 * RE(&x));
    REDUCE(&t->z.im, 8 * IM(&x));
    if (all->counts) {
        /* -2 Y Z y(P), 3 X^2 x(P), E - B */
        tidy_difference2(&e, &e, &b);
        EACH_LIMB yz.re.limb[i] *= -2, yz.im.limb[i] *= -2;
        EACH_LIMB xx.re.limb[i] *= 3, xx.im.limb[i] *= 3;
        scale2(&yz, &yz, &all->p.y);
        scale2(&xx, &xx, &all->p.x);
        multiply_by_line(&value, &yz, &xx, &e);
    }
}

/* Adds a point to T; multiplies the value by the line through both at P. */
NOINLINE void add_step(pair *all, const quadratic *x, const quadratic *y) {
    projective *t = &all->t;
    quadratic slope, run, c, d, e, f, g;
    multiply2(&slope, y, &t->z);
    tidy_difference2(&slope, &t->y, &slope);
    multiply2(&run, x, &t->z);
    tidy_difference2(&run, &t->x, &run);
    square2(&c, &slope);
    square2(&d, &run);
    multiply2(&e, &run, &d);
    multiply2(&f, &t->z, &c);
    multiply2(&g, &t->x, &d);
    EACH_LIMB {
        f.re.limb[i] += RE(&e) - 2 * RE(&g);
        f.im.limb[i] += IM(&e) - 2 * IM(&g);
    }                                      /* 4 units */
    multiply2(&t->x, &run, &f);
    subtract2(&g, &g, &f);                 /* 5 units */
    multiply2(&g, &g, &slope);
    multiply2(&t->y, &t->y, &e);
    tidy_difference2(&t->y, &g, &t->y);
    multiply2(&t->z, &t->z, &e);
    if (all->counts) {
        /* run y(P), -slope x(P), slope x - run y */
        multiply2(&c, &slope, x);
        multiply2(&d, &run, y);
        tidy_difference2(&c, &c, &d);
        scale2(&run, &run, &all->p.y);
        scale2(&slope, &slope, &all->p.x);
        negate2(&slope, &slope);
        multiply_by_line(&value, &run, &slope, &c);
    }
}

/* The Frobenius map of the curve, seen on the twist. */
INLINE void frobenius_point(quadratic *x, quadratic *y) {
    conjugate2(x, x);
    multiply2(x, x, &FROBENIUS[2]);
    conjugate2(y, y);
    multiply2(y, y, &FROBENIUS[3]);
}

/* The two last steps, with F(Q) and -F^2(Q). Then T = (6 x + 2) Q + F(Q) - F^2(Q), and Q is in the
 * group of the right order exactly if that is -F^3(Q): this map's norm in Z[F] and the twist's
 * cofactor are coprime (tests/contracts checks the numbers). Where an addition met its own point on
 * the way, Z has become 0, which happens to no point of the group. */
NOINLINE int last_steps(pair *all) {
    quadratic x = all->x, y = all->y, other;
    frobenius_point(&x, &y);
    add_step(all, &x, &y);
    frobenius_point(&x, &y);
    negate2(&y, &y);
    add_step(all, &x, &y);
    frobenius_point(&x, &y); /* x and -y of F^3(Q) */
    if (is_zero2(&all->t.z)) {
        return 0;
    }
    multiply2(&other, &x, &all->t.z);
    tidy_difference2(&other, &other, &all->t.x);
    if (!is_zero2(&other)) {
        return 0;
    }
    multiply2(&other, &y, &all->t.z);
    tidy_difference2(&other, &other, &all->t.y);
    return is_zero2(&other);
}

/* The value of all pairs that count, and the check of all points of the second group. */
INLINE void miller_loop(pair *pairs, word32 count, word32 counting) {
    for (int at = LOOP_DIGITS - 2; at >= 0; at--) {
        if (counting && at != LOOP_DIGITS - 2) {
            square12(&value);
        }
        for (word32 k = 0; k < count; k++) {
            double_step(&pairs[k]);
            if (LOOP[at] == 1) {
                add_step(&pairs[k], &pairs[k].x, &pairs[k].y);
            } else if (LOOP[at] == -1) {
                quadratic opposite;
                negate2(&opposite, &pairs[k].y);
                add_step(&pairs[k], &pairs[k].x, &opposite);
            }
        }
    }
    for (word32 k = 0; k < count; k++) {
        if (!last_steps(&pairs[k])) {
            FAIL();
        }
    }
}

/* a^x for the curve's parameter x, in the cyclotomic subgroup. */
NOINLINE void power_of_x(full *r, const full *a) {
    full odd[X_MULTIPLES], opposite;
    *r = *a;
    square_cyclotomic(r);
    odd[0] = *a;
    for (int k = 1; k < X_MULTIPLES; k++) {
        multiply12(&odd[k], &odd[k - 1], r);
    }
    *r = odd[X[X_DIGITS - 1] / 2];
    for (int at = X_DIGITS - 2; at >= 0; at--) {
        square_cyclotomic(r);
        if (X[at] > 0) {
            multiply12(r, r, &odd[X[at] / 2]);
        } else if (X[at] < 0) {
            conjugate12(&opposite, &odd[-X[at] / 2]);
            multiply12(r, r, &opposite);
        }
    }
}

/* value^((p^12 - 1) / order), whose hard part is that of Scott and others 2009, section 5. */
INLINE void final_exponentiation(full *f) {
    full a, b, x1, x2, x3, y0, t0, t1;
    /* f^((p^6 - 1) (p^2 + 1)) */
    invert12(&a, f);
    conjugate12(&b, f);
    multiply12(f, &b, &a);
    frobenius12(&a, f);
    frobenius12(&b, &a);
    multiply12(f, f, &b);
    power_of_x(&x1, f);
    power_of_x(&x2, &x1);
    power_of_x(&x3, &x2);
    /* y0 = f^(p + p^2 + p^3) */
    frobenius12(&a, f);
    frobenius12(&b, &a);
    multiply12(&y0, &a, &b);
    frobenius12(&a, &b);
    multiply12(&y0, &y0, &a);
    /* y6 = 1 / (x3 x3^p), y5 = 1 / x2, y4 = 1 / (x1 x2^p): all inverted at the end */
    frobenius12(&a, &x3);
    multiply12(&t0, &x3, &a);
    square_cyclotomic(&t0);
    frobenius12(&a, &x2);
    multiply12(&b, &x1, &a);
    multiply12(&t0, &t0, &b);
    multiply12(&t0, &t0, &x2);   /* 1 / (y6^2 y4 y5) */
    frobenius12(&b, &x1);        /* 1 / y3 */
    multiply12(&t1, &b, &x2);
    multiply12(&t1, &t1, &t0);   /* 1 / (y3 y5 t0) */
    frobenius12(&b, &a);         /* y2 = x2^(p^2) */
    conjugate12(&a, &b);
    multiply12(&t0, &t0, &a);
    square_cyclotomic(&t1);
    multiply12(&t1, &t1, &t0);
    square_cyclotomic(&t1);
    multiply12(&t0, &t1, f);     /* y1 is 1 / f */
    conjugate12(&a, &y0);
    multiply12(&t1, &t1, &a);
    square_cyclotomic(&t0);
    multiply12(f, &t0, &t1);     /* the inverse of the pairing, one exactly if it is */
}

INLINE int is_one(const full *a) {
    int others = 1;
    for (int k = 0; k < 3; k++) {
        others &= is_zero2(&a->odd.at[k]);
        others &= k == 0 || is_zero2(&a->even.at[k]);
    }
    number rest;
    subtract(&rest, &a->even.at[0].re, &ONE);
    return others && is_zero(&rest) && is_zero(&a->even.at[0].im);
}

INLINE void load_quadratic(quadratic *r, const byte *from) {
    load_coordinate(&r->im, from);
    load_coordinate(&r->re, from + 32);
}

/* Reads a point of the twist; whether it is infinity. Its order is checked in the loop. */
INLINE int load_twist_point(pair *all, const byte *from) {
    load_quadratic(&all->x, from);
    load_quadratic(&all->y, from + 64);
    if (is_zero2(&all->x) && is_zero2(&all->y)) {
        return 1;
    }
    quadratic a, b;
    square2(&a, &all->x);
    multiply2(&a, &a, &all->x);
    add2(&a, &a, &TWIST_B);
    square2(&b, &all->y);
    tidy_difference2(&a, &a, &b);
    if (!is_zero2(&a)) {
        FAIL();
    }
    all->t.x = all->x;
    all->t.y = all->y;
    all->t.z.re = ONE;
    return 0;
}

/* Room for so many pairs, all zeros. */
INLINE pair *room(word32 count) {
    word64 start = ((word64)(word32)&__heap_base + 15) & ~15ull;
    word64 end = start + (word64)count * sizeof(pair);
    word64 there = (word64)__builtin_wasm_memory_size(0) * PAGE;
    if (end > 512ull * PAGE ||
        (end > there && __builtin_wasm_memory_grow(0, (end - there + PAGE - 1) / PAGE) == (__SIZE_TYPE__)-1)) {
        FAIL();
    }
    return (pair *)(word32)start;
}

CONTRACT_MAIN {
    word32 size = get_call_data_size(), count = 0, counting = 0;
    if (size % PAIR) {
        FAIL();
    }
    pair *pairs = room(size / PAIR);
    value.even.at[0].re = ONE;
    for (word32 offset = 0; offset < size; offset += PAIR) {
        call_data_copy(input, offset, PAIR);
        pair *next = &pairs[count];
        int infinite = load_point(&next->p, input);
        if (!load_twist_point(next, input + 64)) {
            next->counts = !infinite;
            counting += !infinite;
            count++;
        }
    }
    if (count) {
        miller_loop(pairs, count, counting);
    }
    if (counting) {
        final_exponentiation(&value);
    }
    int result = is_one(&value);
    __builtin_memset(input, 0, 32);
    input[31] = result;
    finish(input, 32);
}
