/* The sum of two points of alt_bn128 (EIP-196): precompile 6.
 *
 * Call data, what is missing reads as zeros: x1, y1, x2, y2 (32 bytes each). Returns x and y.
 * Fails where a coordinate is not smaller than p or a point is not on the curve. */

#include "bn254_point.h"

static byte input[128];

CONTRACT_MAIN {
    affine p, q;
    jacobian sum = {.infinity = 1};
    read_call_data(input, 0, 128);
    if (!load_point(&p, input)) {
        add_point(&sum, &p);
    }
    if (!load_point(&q, input + 64)) {
        add_point(&sum, &q);
    }
    finish_point(&sum);
}
