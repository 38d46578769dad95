/* X25519 (RFC 7748): Diffie-Hellman on Curve25519, iterated as in section 5.2 of the RFC.
 *
 * A number modulo p = 2^255 - 19 is any 256-bit number of its class, in limbs of 32 bits, least
 * significant first; 2^256 is 38 modulo p.
 */

#include "program.h"

enum { LIMBS = 8, TIMES = 20, FOLD = 38, A24 = 121665 };

typedef struct {
    word limb[LIMBS];
} number;

/* Adds carry x 2^256 = carry x 38; what this carries out in turn is at most one more fold. */
static void fold(number *r, long_word carry) {
    for (int pass = 0; pass < 2; pass++) {
        long_word sum = carry * FOLD;
        for (int i = 0; i < LIMBS; i++) {
            sum += r->limb[i];
            r->limb[i] = sum;
            sum >>= 32;
        }
        carry = sum;
    }
}

static void add(number *r, const number *a, const number *b) {
    long_word sum = 0;
    for (int i = 0; i < LIMBS; i++) {
        sum += (long_word)a->limb[i] + b->limb[i];
        r->limb[i] = sum;
        sum >>= 32;
    }
    fold(r, sum);
}

static void subtract(number *r, const number *a, const number *b) {
    /* a - b + 4p: 4p = 2^257 - 76 covers any b, and its top part 2^256 x 2 joins the carry. */
    long long sum = -4 * 19;
    for (int i = 0; i < LIMBS; i++) {
        sum += (long long)a->limb[i] - b->limb[i];
        r->limb[i] = (word)sum;
        sum >>= 32;
    }
    fold(r, sum + 2);
}

static void multiply(number *r, const number *a, const number *b) {
    word product[2 * LIMBS] = {0};
    for (int i = 0; i < LIMBS; i++) {
        long_word sum = 0;
        for (int j = 0; j < LIMBS; j++) {
            sum += (long_word)a->limb[i] * b->limb[j] + product[i + j];
            product[i + j] = sum;
            sum >>= 32;
        }
        product[i + LIMBS] = sum;
    }
    long_word sum = 0;
    for (int i = 0; i < LIMBS; i++) {
        sum += (long_word)product[i + LIMBS] * FOLD + product[i];
        r->limb[i] = sum;
        sum >>= 32;
    }
    fold(r, sum);
}

/* a to the power p - 2 = 2^255 - 21: every bit but 2 and 4 is set. */
static void invert(number *r, const number *a) {
    number power = *a;
    for (int bit = 253; bit >= 0; bit--) {
        multiply(&power, &power, &power);
        if (bit != 2 && bit != 4) {
            multiply(&power, &power, a);
        }
    }
    *r = power;
}

/* The smallest number of the class: subtracts p while it fits, at most twice. */
static void reduce(number *a) {
    for (int pass = 0; pass < 2; pass++) {
        number less;
        long_word sum = 19;
        for (int i = 0; i < LIMBS; i++) {
            sum += a->limb[i];
            less.limb[i] = sum;
            sum >>= 32;
        }
        /* a + 19 - 2^255, which is not negative if bit 255 or the carry is set. */
        if (sum || less.limb[LIMBS - 1] >> 31) {
            less.limb[LIMBS - 1] = (less.limb[LIMBS - 1] & 0x7fffffff) | (word)sum << 31;
            *a = less;
        }
    }
}

static void swap_if(word condition, number *a, number *b) {
    word mask = 0 - condition;
    for (int i = 0; i < LIMBS; i++) {
        word difference = mask & (a->limb[i] ^ b->limb[i]);
        a->limb[i] ^= difference;
        b->limb[i] ^= difference;
    }
}

/* The Montgomery ladder (section 5). */
static void scalar_multiply(number *r, number scalar, number u) {
    scalar.limb[0] &= ~7u;
    scalar.limb[7] = (scalar.limb[7] & 0x7fffffff) | 0x40000000;
    u.limb[7] &= 0x7fffffff;
    number x1 = u, x2 = {{1}}, z2 = {{0}}, x3 = u, z3 = {{1}}, a24 = {{A24}};
    word swapped = 0;
    for (int t = 254; t >= 0; t--) {
        word bit = scalar.limb[t / 32] >> t % 32 & 1;
        swap_if(swapped ^ bit, &x2, &x3);
        swap_if(swapped ^ bit, &z2, &z3);
        swapped = bit;
        number a, aa, b, bb, e, c, d, da, cb;
        add(&a, &x2, &z2);
        multiply(&aa, &a, &a);
        subtract(&b, &x2, &z2);
        multiply(&bb, &b, &b);
        subtract(&e, &aa, &bb);
        add(&c, &x3, &z3);
        subtract(&d, &x3, &z3);
        multiply(&da, &d, &a);
        multiply(&cb, &c, &b);
        add(&x3, &da, &cb);
        multiply(&x3, &x3, &x3);
        subtract(&z3, &da, &cb);
        multiply(&z3, &z3, &z3);
        multiply(&z3, &z3, &x1);
        multiply(&x2, &aa, &bb);
        multiply(&z2, &e, &a24);
        add(&z2, &z2, &aa);
        multiply(&z2, &z2, &e);
    }
    swap_if(swapped, &x2, &x3);
    swap_if(swapped, &z2, &z3);
    invert(&z2, &z2);
    multiply(r, &x2, &z2);
    reduce(r);
}

CONTRACT(x25519) {
    number scalar = {{9}}, u = {{9}};
    for (int time = 0; time < TIMES; time++) {
        number next;
        scalar_multiply(&next, scalar, u);
        u = scalar;
        scalar = next;
    }
    finish((const byte *)&scalar, sizeof scalar);
}
