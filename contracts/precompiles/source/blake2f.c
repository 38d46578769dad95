/* The compression function F of BLAKE2b (RFC 7693, section 3.2) as EIP-152 defines it.
 *
 * Call data, exactly 213 bytes: rounds (4, highest byte first), h (64), m (128), t (16), a flag
 * that is 0 or 1. Returns the new h, 64 bytes. Anything else fails.
 *
 * Ten rounds are written out, one for each permutation of the message, so that every word of the
 * message has a fixed place. */

#include "blake2b.h"
#include "contract.h"

enum { LENGTH = 213, H_AT = 4, M_AT = 68, T_AT = 196, FLAG_AT = 212 };

static byte input[LENGTH + 3];

INLINE word64 load(word32 at) {
    word64 value;
    __builtin_memcpy(&value, input + at, 8);
    return value;
}

INLINE void round_of(word64 *v, const word64 *m, const byte *s) {
    UNROLL for (int i = 0; i < 4; i++) {
        mix(v, i, i + 4, i + 8, i + 12, m[s[2 * i]], m[s[2 * i + 1]]);
    }
    UNROLL for (int i = 0; i < 4; i++) {
        mix(v, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12, m[s[2 * i + 8]], m[s[2 * i + 9]]);
    }
}

CONTRACT_MAIN {
    if (get_call_data_size() != LENGTH) {
        FAIL();
    }
    call_data_copy(input, 0, LENGTH);
    if (input[FLAG_AT] > 1) {
        FAIL();
    }
    word64 v[16], m[16];
    UNROLL for (int i = 0; i < 16; i++) {
        m[i] = load(M_AT + 8 * i);
        v[i] = i < 8 ? load(H_AT + 8 * i) : INITIAL[i - 8];
    }
    v[12] ^= load(T_AT);
    v[13] ^= load(T_AT + 8);
    v[14] ^= -(word64)input[FLAG_AT];
    for (word32 left = load32_big(input);;) {
        UNROLL for (int i = 0; i < 10; i++) {
            if (left-- == 0) {
                goto done;
            }
            round_of(v, m, SIGMA[i]);
        }
    }
done:
    UNROLL for (int i = 0; i < 8; i++) {
        word64 h = load(H_AT + 8 * i) ^ v[i] ^ v[i + 8];
        __builtin_memcpy(input + H_AT + 8 * i, &h, 8);
    }
    finish(input + H_AT, 64);
}
