/* Recovers the signer of a hash: precompile 1.
 *
 * Call data, what is missing reads as zeros: hash, v, r, s (32 bytes each). Returns the address
 * behind 12 zero bytes, or nothing where v is not 27 or 28, r or s not between 1 and the order, or
 * no point fits. The key is (s R - hash G) / r, where R is the point with r as its x. */

#include "keccak.h"
#include "secp256k1.h"

static const number ONE = {{1}};

#include "curve.h"

enum { HASH_AT = 0, V_AT = 32, R_AT = 64, S_AT = 96, LENGTH = 128, GENERATOR_WIDTH = 8 };

static byte input[LENGTH];
static multiplication of_point;
static signed char generator_digits[2][DIGITS];

/* Modulo the order, in Montgomery's form. */
NOINLINE void multiply_scalars(number *r, const number *a, const number *b) {
    montgomery_multiply(r, a, b, &ORDER, ORDER_INVERSE);
}

/* Whether the bytes are a number between 1 and the order. */
INLINE int load_scalar(number *r, const byte *from) {
    load_number(r, from);
    carry(r);
    return !is_zero_number(r) && !at_least(r, &ORDER_CARRIED);
}

INLINE void to_words(word32 *words, const number *scalar) {
    byte bytes[32];
    number whole;
    canonical(&whole, scalar, &ORDER_CARRIED);
    store_number(bytes, &whole);
    for (int i = 0; i < SCALAR; i++) {
        words[i] = load32_big(bytes + 28 - 4 * i);
    }
}

/* The point with this x whose y has the given parity; whether there is one. */
INLINE int lift(affine *point, const byte *x, int odd) {
    number a, b;
    load_number(&point->x, x);
    square(&a, &point->x);
    multiply(&a, &a, &point->x);
    a.limb[0] += 7;
    square_root(&point->y, &a);
    square(&b, &point->y);
    subtract(&a, &a, &b);
    reduce(&a, &a);
    if (!is_zero_number(&a)) {
        return 0;
    }
    reduce(&b, &point->y);
    if ((b.limb[0] & 1) != odd) {
        negate(&point->y, &point->y);
    }
    return 1;
}

/* The digits of a scalar for the two tables of the generator: its low and its high half. */
INLINE void split_for_generator(const word32 *scalar) {
    for (int half = 0; half < 2; half++) {
        word32 part[HALF_SCALAR] = {0};
        for (int i = 0; i < 4; i++) {
            part[i] = scalar[4 * half + i];
        }
        write_digits(generator_digits[half], part, GENERATOR_WIDTH);
    }
}

INLINE void add_generator(jacobian *sum, const small_point *table, int digit) {
    if (digit) {
        const small_point *small = &table[(digit < 0 ? -digit : digit) / 2];
        affine point;
        EACH_LIMB {
            point.x.limb[i] = small->x[i];
            point.y.limb[i] = digit < 0 ? -small->y[i] : small->y[i];
        }
        add_point(sum, &point);
    }
}

INLINE int recovery_is_valid(void) {
    byte any = 0;
    for (int i = 0; i < 31; i++) {
        any |= input[V_AT + i];
    }
    return any == 0 && (input[V_AT + 31] == 27 || input[V_AT + 31] == 28);
}

CONTRACT_MAIN {
    number r, s, hash;
    affine point;
    read_call_data(input, 0, LENGTH);
    if (!recovery_is_valid() || !load_scalar(&r, input + R_AT) || !load_scalar(&s, input + S_AT) ||
        !lift(&point, input + R_AT, input[V_AT + 31] == 28)) {
        finish(input, 0);
    }
    /* s / r and -hash / r: 1 / r goes into Montgomery's form, which a product takes off again. */
    word32 scalar[SCALAR];
    load_number(&hash, input + HASH_AT);
    negate(&hash, &hash);
    invert_modulo(&r, &r, &ORDER_CARRIED, ORDER_INVERSE);
    multiply_scalars(&r, &r, &ORDER_SQUARE);
    multiply_scalars(&s, &s, &r);
    multiply_scalars(&hash, &hash, &r);
    to_words(scalar, &s);
    prepare(&of_point, &point, scalar);
    to_words(scalar, &hash);
    split_for_generator(scalar);
    jacobian sum = {.infinity = 1};
    for (int at = DIGITS - 1; at >= 0; at--) {
        if (!sum.infinity) {
            double_point(&sum);
        }
        add_digits(&sum, &of_point, at);
        add_generator(&sum, GENERATOR[0], generator_digits[0][at]);
        add_generator(&sum, GENERATOR[1], generator_digits[1][at]);
    }
    if (sum.infinity) {
        finish(input, 0);
    }
    to_affine(&point, &sum);
    reduce(&point.x, &point.x);
    reduce(&point.y, &point.y);
    store_number(input, &point.x);
    store_number(input + 32, &point.y);
    word64 state[25];
    UNROLL for (int i = 0; i < 25; i++) {
        state[i] = i < 8 ? ((const word64 *)input)[i] : 0;
    }
    state[8] = 1;
    state[16] = 1ull << 63;
    permute(state);
    __builtin_memcpy(input, state, 32);
    __builtin_memset(input, 0, 12);
    finish(input, 32);
}
