/* Keccak-256 (FIPS 202 with the padding of the original submission) of the call data: precompile
 * 9 of the ewasm design. Returns 32 bytes. */

#include "hash_input.h"
#include "keccak.h"

enum { RATE = 136 };

static word64 state[25];

NOINLINE void absorb(const byte *block) {
    word64 a[25];
    UNROLL for (int i = 0; i < 25; i++) {
        a[i] = i < RATE / 8 ? state[i] ^ ((const word64 *)block)[i] : state[i];
    }
    permute(a);
    UNROLL for (int i = 0; i < 25; i++) {
        state[i] = a[i];
    }
}

CONTRACT_MAIN {
    word32 size = get_call_data_size();
    byte *last = absorb_call_data(size, RATE, absorb);
    word32 used = size % RATE;
    __builtin_memset(last + used, 0, RATE - used);
    last[used] = 1;
    last[RATE - 1] |= 0x80;
    absorb(last);
    finish(state, 32);
}
