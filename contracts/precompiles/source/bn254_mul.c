/* A multiple of a point of alt_bn128 (EIP-196): precompile 7.
 *
 * Call data, what is missing reads as zeros: x, y, scalar (32 bytes each; the scalar may be any).
 * Returns x and y. Fails where a coordinate is not smaller than p or the point is not on the
 * curve. */

#include "bn254_point.h"

static byte input[96];
static multiplication of_point;

CONTRACT_MAIN {
    affine point;
    jacobian sum = {.infinity = 1};
    word32 scalar[SCALAR];
    read_call_data(input, 0, 96);
    if (load_point(&point, input)) {
        finish_point(&sum);
    }
    for (int i = 0; i < SCALAR; i++) {
        scalar[i] = load32_big(input + 92 - 4 * i);
    }
    prepare(&of_point, &point, scalar);
    for (int at = DIGITS - 1; at >= 0; at--) {
        if (!sum.infinity) {
            double_point(&sum);
        }
        add_digits(&sum, &of_point, at);
    }
    finish_point(&sum);
}
