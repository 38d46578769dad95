/* Arithmetic modulo the prime of alt_bn128 (EIP-196), and its points y^2 = x^3 + 3.
 *
 * Numbers are kept in Montgomery's form: x stands as x 2^261 modulo p. The prime has 254 bits, so
 * seven bits are left: a product of numbers of m p and n p is at most (m n / 169 + 1) p. */

#ifndef BN254_H
#define BN254_H

#include "number.h"
#include "bn254_constants.h"

NOINLINE void multiply(number *r, const number *a, const number *b) {
    montgomery_multiply(r, a, b, &FIELD, FIELD_INVERSE);
}

NOINLINE void square(number *r, const number *a) {
    montgomery_square(r, a, &FIELD, FIELD_INVERSE);
}

INLINE void halve(number *r, const number *a) { halve_modulo(r, a, &FIELD); }

INLINE void reduce(number *r, const number *a) { canonical(r, a, &FIELD_CARRIED); }

NOINLINE void invert(number *r, const number *a) {
    invert_modulo(r, a, &FIELD_CARRIED, FIELD_INVERSE);
    multiply(r, r, &FIELD_CUBE);
}

/* A coordinate of the call data; fails where it is not smaller than p. */
NOINLINE void load_coordinate(number *r, const byte *from) {
    load_number(r, from);
    carry(r);
    if (at_least(r, &FIELD_CARRIED)) {
        FAIL();
    }
    multiply(r, r, &FIELD_SQUARE);
}

NOINLINE void store_coordinate(byte *to, const number *a) {
    static const number one = {{1}};
    number plain;
    multiply(&plain, a, &one);
    reduce(&plain, &plain);
    store_number(to, &plain);
}

INLINE int is_zero(const number *a) {
    number reduced;
    reduce(&reduced, a);
    return is_zero_number(&reduced);
}

#endif
