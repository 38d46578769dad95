/* 400,000 multiplications modulo 2^256, as the EVM's MUL does them: x becomes x times y plus two
 * and y is the x before; both stay odd. Limbs of 32 bits, least significant first. */

#include "program.h"

enum { LIMBS = 8, TIMES = 400000 };

CONTRACT(mul256) {
    word x[LIMBS], y[LIMBS];
    word seed = 4;
    for (int i = 0; i < LIMBS; i++) {
        x[i] = next_random(&seed);
        y[i] = next_random(&seed);
    }
    x[0] |= 1;
    y[0] |= 1;
    for (int time = 0; time < TIMES; time++) {
        word product[LIMBS] = {2};
        for (int i = 0; i < LIMBS; i++) {
            long_word sum = 0;
            for (int j = 0; j + i < LIMBS; j++) {
                sum += (long_word)x[i] * y[j] + product[i + j];
                product[i + j] = sum;
                sum >>= 32;
            }
        }
        for (int i = 0; i < LIMBS; i++) {
            y[i] = x[i];
            x[i] = product[i];
        }
    }
    finish((const byte *)x, sizeof x);
}
