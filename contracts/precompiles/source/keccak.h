/* The permutation of Keccak (FIPS 202, section 3). The 25 lanes are kept in local variables; one
 * round is written out and run 24 times. */

#ifndef KECCAK_H
#define KECCAK_H

#include "contract.h"

/* Round constants (FIPS 202, section 3.2.5). */
static const word64 ROUND[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

/* Offsets of rho (section 3.2.2) for lane x + 5 y. */
static const int OFFSET[25] = {
    0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14,
};

/* Lane x + 5 y of the state is at index x + 5 y. */
INLINE void permute(word64 *a) {
    for (int round = 0; round < 24; round++) {
        word64 parity[5], effect[5], moved[25];
        UNROLL for (int x = 0; x < 5; x++) {
            parity[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        }
        UNROLL for (int x = 0; x < 5; x++) {
            effect[x] = parity[(x + 4) % 5] ^ __builtin_rotateleft64(parity[(x + 1) % 5], 1);
        }
        /* Rho and pi: lane (x, y) goes to (y, 2 x + 3 y). */
        UNROLL for (int i = 0; i < 25; i++) {
            int x = i % 5, y = i / 5;
            moved[y + 5 * ((2 * x + 3 * y) % 5)] = __builtin_rotateleft64(a[i] ^ effect[x], OFFSET[i]);
        }
        UNROLL for (int i = 0; i < 25; i++) {
            int row = i - i % 5;
            a[i] = moved[i] ^ (~moved[row + (i + 1) % 5] & moved[row + (i + 2) % 5]);
        }
        a[0] ^= ROUND[round];
    }
}

#endif
