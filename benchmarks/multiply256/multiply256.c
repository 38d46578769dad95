/* a b^count modulo 2^256: count, a and b are words of the call data. For benchmarks: how fast
 * numbers of the EVM's size are multiplied in wasm, in limbs of 29 bits. */

#include "number.h"

static byte input[96];

CONTRACT_MAIN {
    number a, b;
    read_call_data(input, 0, 96);
    load_number(&a, input + 32);
    load_number(&b, input + 64);
    carry(&a);
    carry(&b);
    for (word32 count = load32_big(input + 28); count; count--) {
        sword64 x[LIMBS], column = 0;
        EACH_LIMB x[i] = a.limb[i];
        EACH_LIMB {
            UNROLL for (int j = 0; j <= i; j++) column += x[j] * b.limb[i - j];
            a.limb[i] = column & (i < LIMBS - 1 ? LIMB_MASK : 0xffffff);
            column = (word64)column >> BITS;
        }
    }
    store_number(input, &a);
    finish(input, 32);
}
