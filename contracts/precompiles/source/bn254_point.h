/* Points of alt_bn128 in call data (EIP-196). */

#ifndef BN254_POINT_H
#define BN254_POINT_H

#include "bn254.h"
#include "curve.h"

/* Reads x and y of 32 bytes; fails where they are no point. Whether it is infinity, (0, 0). */
NOINLINE int load_point(affine *p, const byte *from) {
    number a, b;
    load_coordinate(&p->x, from);
    load_coordinate(&p->y, from + 32);
    if (is_zero(&p->x) && is_zero(&p->y)) {
        return 1;
    }
    square(&a, &p->x);
    multiply(&a, &a, &p->x);
    add(&a, &a, &THREE);
    square(&b, &p->y);
    subtract(&a, &a, &b);
    if (!is_zero(&a)) {
        FAIL();
    }
    return 0;
}

/* Ends with a point as 64 bytes. */
_Noreturn INLINE void finish_point(const jacobian *p) {
    static byte output[64];
    if (!p->infinity) {
        affine point;
        to_affine(&point, p);
        store_coordinate(output, &point.x);
        store_coordinate(output + 32, &point.y);
    }
    finish(output, 64);
}

#endif
