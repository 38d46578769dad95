/* 60,000 Montgomery multiplications modulo the prime of BN254 (EIP-196): x becomes x y / 2^256 and
 * y is the x before. Limbs of 32 bits, least significant first. */

#include "program.h"

enum { LIMBS = 8, TIMES = 60000 };

static const word PRIME[LIMBS] = {
    0xd87cfd47, 0x3c208c16, 0x6871ca8d, 0x97816a91, 0x8181585d, 0xb85045b6, 0xe131a029, 0x30644e72,
};

/* -1 / PRIME modulo 2^32, by Newton's iteration: each step doubles the right bits. */
static word negative_inverse(void) {
    word inverse = 1;
    for (int bits = 1; bits < 32; bits *= 2) {
        inverse *= 2 - PRIME[0] * inverse;
    }
    return 0 - inverse;
}

/* The product of two numbers below the prime, divided by 2^256, below the prime. */
static void multiply(word *r, const word *a, const word *b, word inverse) {
    word sum[LIMBS + 1] = {0};
    for (int i = 0; i < LIMBS; i++) {
        long_word carry = 0;
        for (int j = 0; j < LIMBS; j++) {
            carry += (long_word)a[i] * b[j] + sum[j];
            sum[j] = carry;
            carry >>= 32;
        }
        sum[LIMBS] += carry;
        /* Add the multiple of the prime that clears the lowest limb, then drop that limb. */
        word factor = sum[0] * inverse;
        carry = ((long_word)factor * PRIME[0] + sum[0]) >> 32;
        for (int j = 1; j < LIMBS; j++) {
            carry += (long_word)factor * PRIME[j] + sum[j];
            sum[j - 1] = carry;
            carry >>= 32;
        }
        carry += sum[LIMBS];
        sum[LIMBS - 1] = carry;
        sum[LIMBS] = carry >> 32;
    }
    word less[LIMBS];
    long long borrow = 0;
    for (int i = 0; i < LIMBS; i++) {
        borrow += (long long)sum[i] - PRIME[i];
        less[i] = (word)borrow;
        borrow >>= 32;
    }
    for (int i = 0; i < LIMBS; i++) {
        r[i] = borrow + sum[LIMBS] < 0 ? sum[i] : less[i];
    }
}

CONTRACT(bn254) {
    word x[LIMBS], y[LIMBS], product[LIMBS];
    word seed = 5;
    word inverse = negative_inverse();
    for (int i = 0; i < LIMBS; i++) {
        x[i] = next_random(&seed);
        y[i] = next_random(&seed);
    }
    x[LIMBS - 1] &= 0x0fffffff; /* below the prime */
    y[LIMBS - 1] &= 0x0fffffff;
    for (int time = 0; time < TIMES; time++) {
        multiply(product, x, y, inverse);
        for (int i = 0; i < LIMBS; i++) {
            y[i] = x[i];
            x[i] = product[i];
        }
    }
    finish((const byte *)x, sizeof x);
}
