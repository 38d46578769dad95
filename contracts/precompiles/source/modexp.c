/* base^exponent modulo a number of any length (EIP-198): precompile 5.
 *
 * Call data, what is missing reads as zeros: the lengths of base, exponent and modulus (32 bytes
 * each), then the three numbers, highest byte first. Returns as many bytes as the modulus has; a
 * modulus of 0 gives 0. Fails where memory does not suffice.
 *
 * A modulus is 2^k times an odd number. Modulo the odd number, Montgomery's multiplication needs
 * no division; modulo 2^k, limbs are left out. The Chinese remainder theorem joins both.
 *
 * Numbers have limbs of 28 bits, lowest first: up to 256 products of limbs add up in 64 bits, so
 * that a step of a multiplication is two reads, a multiplication and an addition. */

#include "contract.h"

enum { BITS = 28, HEADER = 96, PAGE = 65536, WINDOW = 4, RUN = 96, SHORT_EXPONENT = 64 };
#define MASK ((1u << BITS) - 1)

typedef word32 *limbs;

static byte header[HEADER];
extern byte __heap_base;
static word32 heap;

/* Zeroed memory that is never given back. */
NOINLINE void *allocate(word64 bytes) {
    if (heap == 0) {
        heap = (word32)&__heap_base;
    }
    word64 start = ((word64)heap + 15) & ~15ull, end = start + bytes;
    word64 there = (word64)__builtin_wasm_memory_size(0) * PAGE;
    if (end > 512ull * PAGE ||
        (end > there && __builtin_wasm_memory_grow(0, (end - there + PAGE - 1) / PAGE) == (__SIZE_TYPE__)-1)) {
        FAIL();
    }
    heap = (word32)end;
    return (void *)(word32)start;
}

INLINE limbs new_number(word32 count) { return allocate((word64)count * 4); }

/* A number in the call data. */
typedef struct {
    byte *start;   /* without leading zeros */
    word32 length;
} digits;

enum { SLACK = 8 }; /* zero bytes before a number, so that whole words can be read */

NOINLINE digits read_digits(word64 offset, word32 length) {
    digits r = {(byte *)allocate((word64)length + SLACK) + SLACK, length};
    call_data_copy(r.start, offset, length);
    while (r.length && *r.start == 0) {
        r.start++, r.length--;
    }
    return r;
}

/* Limbs `from`, `from` + 1, ... of the digits; zero beyond their end. */
NOINLINE void to_limbs(limbs r, word32 count, digits d, word64 bit) {
    for (word32 i = 0; i < count; i++, bit += BITS) {
        word64 at = bit >> 3;
        r[i] = at >= d.length ? 0 : load64_big(d.start + d.length - SLACK - at) >> (bit & 7) & MASK;
    }
}

INLINE int bit_length(word32 x) { return x ? 32 - __builtin_clz(x) : 0; }

INLINE word64 length_in_bits(digits d) {
    return d.length ? 8ull * (d.length - 1) + bit_length(*d.start) : 0;
}

/* Part of a column of a product: low + high 2^28. */
typedef struct {
    word64 low, high;
} column;

typedef struct {
    word32 limb[16];
} block;

/* Products of neighbours. Offsets are part of a wasm instruction only where the compiler knows that
 * adding them cannot wrap around; so it must not mix them with the steps of the pointers. */
#define PAIR(i, n) ((word64)((const block *)a)->limb[i] * ((const block *)b)->limb[(n) - 1 - (i)])
#define PAIRS2(i, n) (PAIR(i, n) + PAIR((i) + 1, n))
#define PAIRS4(i, n) (PAIRS2(i, n) + PAIRS2((i) + 2, n))
#define PAIRS8(i, n) (PAIRS4(i, n) + PAIRS4((i) + 4, n))
#define FIX_POINTERS() __asm__("" : "+r"(a), "+r"(b))

/* Adds a[0] b[0] + a[1] b[-1] + ... */
INLINE word64 products(word64 sum, const word32 *a, const word32 *b, word32 count) {
    if (count & 1) {
        sum += (word64)*a * *b;
        a++, b--;
    }
    b++;
    if (count & 2) {
        b -= 2;
        FIX_POINTERS();
        sum += PAIRS2(0, 2);
        a += 2;
    }
    if (count & 4) {
        b -= 4;
        FIX_POINTERS();
        sum += PAIRS4(0, 4);
        a += 4;
    }
    if (count & 8) {
        b -= 8;
        FIX_POINTERS();
        sum += PAIRS8(0, 8);
        a += 8;
    }
    for (count >>= 4; count; count--) {
        b -= 16;
        FIX_POINTERS();
        sum += PAIRS8(0, 16) + PAIRS8(8, 16);
        a += 16;
    }
    return sum;
}

INLINE void add_products(column *c, const word32 *a, const word32 *b, word32 count) {
    for (; count > RUN; count -= RUN, a += RUN, b -= RUN) {
        word64 sum = products(c->low, a, b, RUN);
        c->low = sum & MASK;
        c->high += sum >> BITS;
    }
    c->low = products(c->low, a, b, count);
    c->high += c->low >> BITS;
    c->low &= MASK;
}

/* Adds column i of a^2, where only limbs from `first` on exist on both sides. */
INLINE void add_square(column *c, const word32 *a, word32 first, word32 i) {
    column half = {0, 0};
    add_products(&half, a + first, a + i - first, (i + 1) / 2 - first);
    c->low += 2 * half.low;
    c->high += 2 * half.high;
    if (i % 2 == 0) {
        word64 middle = (word64)a[i / 2] * a[i / 2];
        c->low += middle & MASK;
        c->high += middle >> BITS;
    }
}

INLINE void next_column(column *c) {
    c->low = c->high + (c->low >> BITS);
    c->high = c->low >> BITS;
    c->low &= MASK;
}

/* Where numbers are multiplied: modulo an odd number, or modulo a power of two. */
typedef struct {
    word32 count;       /* limbs */
    limbs modulus;      /* odd, or null for a power of two */
    word32 inverse;     /* -1 / modulus modulo 2^28 */
    word32 last;        /* mask of the last limb modulo a power of two */
    limbs quotient;     /* room for one number */
} ring;

INLINE void add_column(column *c, const word32 *a, const word32 *b, word32 first, word32 i) {
    if (a == b) {
        add_square(c, a, first, i);
    } else {
        add_products(c, a + first, b + i - first, i + 1 - 2 * first);
    }
}

/* Montgomery's product a b / 2^(28 count). With a modulus below 2^(28 count - 4) factors may be up
 * to 5 times the modulus, and the product is at most 3 times. `r` may be neither factor. */
NOINLINE void multiply_odd(const ring *o, limbs r, const word32 *a, const word32 *b) {
    column c = {0, 0};
    limbs q = o->quotient;
    word32 n = o->count;
    for (word32 i = 0; i < n; i++) {
        add_column(&c, a, b, 0, i);
        add_products(&c, q, o->modulus + i, i);
        q[i] = (word32)c.low * o->inverse & MASK;
        c.low += (word64)q[i] * o->modulus[0];
        next_column(&c);
    }
    for (word32 i = n; i < 2 * n - 1; i++) {
        word32 first = i - n + 1;
        add_column(&c, a, b, first, i);
        add_products(&c, q + first, o->modulus + n - 1, n - first);
        r[i - n] = c.low & MASK;
        next_column(&c);
    }
    r[n - 1] = (word32)c.low;
}

/* a b modulo 2^(28 count), without the bits that `last` masks out. */
NOINLINE void multiply_low(const ring *o, limbs r, const word32 *a, const word32 *b) {
    column c = {0, 0};
    for (word32 i = 0; i < o->count; i++) {
        add_column(&c, a, b, 0, i);
        r[i] = c.low & MASK;
        next_column(&c);
    }
    r[o->count - 1] &= o->last;
}

INLINE void multiply(const ring *o, limbs r, const word32 *a, const word32 *b) {
    if (o->modulus) {
        multiply_odd(o, r, a, b);
    } else {
        multiply_low(o, r, a, b);
    }
}

INLINE void swap(limbs *a, limbs *b) {
    limbs kept = *a;
    *a = *b;
    *b = kept;
}

INLINE void copy(limbs r, const word32 *a, word32 count) {
    for (word32 i = 0; i < count; i++) {
        r[i] = a[i];
    }
}

INLINE word32 exponent_window(digits e, word64 bit, word32 width) {
    word64 at = bit >> 3;
    return load64_big(e.start + e.length - SLACK - at) >> (bit & 7) & ((1u << width) - 1);
}

/* base^exponent, for an exponent that is not 0; the result is one of the two. */
NOINLINE limbs power(const ring *o, limbs base, limbs spare, digits exponent) {
    word64 bits = length_in_bits(exponent);
    word32 width = bits > SHORT_EXPONENT ? WINDOW : 1, n = o->count;
    limbs table[1 << WINDOW];
    table[1] = new_number(n);
    copy(table[1], base, n);
    for (word32 i = 2; i < 1u << width; i++) {
        table[i] = new_number(n);
        multiply(o, table[i], table[i - 1], table[1]);
    }
    word64 at = (bits - 1) / width * width;
    copy(base, table[exponent_window(exponent, at, width)], n);
    while (at) {
        at -= width;
        for (word32 i = 0; i < width; i++) {
            multiply(o, spare, base, base);
            swap(&spare, &base);
        }
        word32 digit = exponent_window(exponent, at, width);
        if (digit) {
            multiply(o, spare, base, table[digit]);
            swap(&spare, &base);
        }
    }
    return base;
}

/* a -= b where that is not negative. */
INLINE void subtract_once(limbs a, const word32 *b, word32 count) {
    for (word32 i = count; i-- > 0;) {
        if (a[i] != b[i]) {
            if (a[i] < b[i]) {
                return;
            }
            break;
        }
    }
    word32 borrow = 0;
    for (word32 i = 0; i < count; i++) {
        word32 limb = a[i] - b[i] - borrow;
        a[i] = limb & MASK;
        borrow = limb >> 31;
    }
}

NOINLINE void double_modulo(const ring *o, limbs a) {
    word32 above = 0;
    for (word32 i = 0; i < o->count; i++) {
        word32 limb = a[i] << 1 | above;
        a[i] = limb & MASK;
        above = limb >> BITS;
    }
    subtract_once(a, o->modulus, o->count);
}

INLINE word32 inverse_of_limb(word32 odd) {
    word32 x = odd; /* right modulo 8; each step doubles the bits */
    for (int i = 0; i < 4; i++) {
        x *= 2 - odd * x;
    }
    return x;
}

/* 2^(2 * 28 count) modulo the modulus, which has `bits` bits; gives `a` or `spare`. */
NOINLINE limbs square_of_radix(const ring *o, limbs a, limbs spare, word32 bits) {
    word32 target = BITS * o->count, shift = 0;
    while (target >> shift > 32) {
        shift++;
    }
    a[(bits - 1) / BITS] = 1u << (bits - 1) % BITS;
    /* Doubled up to 2^(28 count + target >> shift); squares double what is above the radix. */
    for (word32 at = bits - 1; at < target + (target >> shift); at++) {
        double_modulo(o, a);
    }
    while (shift--) {
        multiply_odd(o, spare, a, a);
        swap(&a, &spare);
        /* A product may be somewhat larger than the modulus, which doubling does not allow. */
        subtract_once(a, o->modulus, o->count);
        subtract_once(a, o->modulus, o->count);
        if (target >> shift & 1) {
            double_modulo(o, a);
        }
    }
    return a;
}

/* base^exponent modulo an odd number with more than one bit. */
NOINLINE limbs power_odd(ring *o, digits base, digits exponent, word32 bits) {
    word32 n = o->count;
    o->inverse = -inverse_of_limb(o->modulus[0]) & MASK;
    o->quotient = new_number(n);
    limbs sum = new_number(n), piece = new_number(n), part = new_number(n), spare = new_number(n);
    limbs square = square_of_radix(o, new_number(n), new_number(n), bits);
    word64 width = (word64)BITS * n, pieces = (length_in_bits(base) + width - 1) / width;
    /* Horner's rule with pieces of `count` limbs, in Montgomery's form; at most 5 times the modulus. */
    for (word64 i = pieces; i-- > 0;) {
        if (i + 1 < pieces) {
            multiply_odd(o, spare, sum, square);
            swap(&spare, &sum);
        }
        to_limbs(piece, n, base, i * width);
        multiply_odd(o, part, piece, square);
        word32 above = 0;
        for (word32 j = 0; j < n; j++) {
            word32 limb = sum[j] + part[j] + above;
            sum[j] = limb & MASK;
            above = limb >> BITS;
        }
    }
    limbs result = power(o, sum, spare, exponent);
    for (word32 i = 0; i < n; i++) {
        piece[i] = i == 0;
    }
    multiply_odd(o, part, result, piece);
    subtract_once(part, o->modulus, n);
    return part;
}

/* 1 / odd modulo 2^(28 count): Newton's iteration. */
NOINLINE limbs invert_low(const ring *o, const word32 *odd) {
    word32 n = o->count;
    limbs x = new_number(n), error = new_number(n), spare = new_number(n);
    x[0] = inverse_of_limb(odd[0]) & MASK;
    for (word32 right = 1; right < n; right *= 2) {
        multiply_low(o, error, odd, x);
        /* 2 - error */
        word32 borrow = 0;
        for (word32 i = 0; i < n; i++) {
            word32 limb = (i ? 0 : 2) - error[i] - borrow;
            error[i] = limb & MASK;
            borrow = limb >> 31;
        }
        multiply_low(o, spare, x, error);
        swap(&x, &spare);
    }
    return x;
}

/* The result as bytes: odd_result + odd * times. */
INLINE limbs join(
    const ring *low, limbs low_result, const ring *odd, limbs odd_result, word32 count) {
    word32 n = low->count;
    limbs padded = new_number(n), wanted = new_number(n), times = new_number(n);
    for (word32 i = 0; i < n; i++) {
        padded[i] = i < odd->count ? odd->modulus[i] : 0;
    }
    limbs inverse = invert_low(low, padded);
    word32 borrow = 0;
    for (word32 i = 0; i < n; i++) {
        word32 limb = low_result[i] - (i < odd->count ? odd_result[i] : 0) - borrow;
        wanted[i] = limb & MASK;
        borrow = limb >> 31;
    }
    multiply_low(low, times, wanted, inverse);
    limbs r = new_number(count);
    copy(r, odd_result, odd->count < count ? odd->count : count);
    for (word32 i = 0; i < n; i++) {
        word64 above = 0;
        for (word32 j = 0; i + j < count; j++) {
            if (j >= odd->count && above == 0) {
                break;
            }
            above += (j < odd->count ? (word64)times[i] * odd->modulus[j] : 0) + r[i + j];
            r[i + j] = above & MASK;
            above >>= BITS;
        }
    }
    return r;
}

_Noreturn NOINLINE void finish_number(const word32 *a, word32 count, word32 length) {
    byte *output = allocate(length);
    word64 pending = 0;
    int bits = 0;
    for (word32 i = 0, at = length; at-- > 0;) {
        if (bits < 8 && i < count) {
            pending |= (word64)a[i++] << bits;
            bits += BITS;
        }
        output[at] = (byte)pending;
        pending >>= 8;
        bits -= 8;
    }
    finish(output, length);
}

INLINE word32 trailing_zeros(digits d) {
    word32 bits = 0;
    const byte *at = d.start + d.length - 1;
    for (; *at == 0; at--) {
        bits += 8;
    }
    return bits + __builtin_ctz(*at);
}

/* A length of the header; 2^32 and more come out as 2^32. */
INLINE word64 read_length(const byte *from) {
    for (int i = 0; i < 28; i++) {
        if (from[i]) {
            return 1ull << 32;
        }
    }
    return load32_big(from + 28);
}

CONTRACT_MAIN {
    read_call_data(header, 0, HEADER);
    word64 base_length = read_length(header), exponent_length = read_length(header + 32);
    word64 length = read_length(header + 64), offset = HEADER + base_length + exponent_length;
    word32 size = get_call_data_size();
    if (length > 512ull * PAGE) {
        FAIL();
    }
    if (length == 0 || offset >= size) {
        finish(allocate(length), length); /* the modulus is 0 */
    }
    /* Only the modulus can now reach beyond the call data: the other two lie before it. */
    word32 given = size - offset < length ? size - offset : length;
    digits modulus = {(byte *)allocate(length + SLACK) + SLACK, length};
    call_data_copy(modulus.start, offset, given);
    while (modulus.length && *modulus.start == 0) {
        modulus.start++, modulus.length--;
    }
    if (modulus.length == 0) {
        finish(allocate(length), length);
    }
    digits base = read_digits(HEADER, base_length);
    digits exponent = read_digits(HEADER + base_length, exponent_length);
    word64 bits = length_in_bits(modulus);
    if (exponent.length == 0 || bits == 1) {
        limbs one = new_number(1);
        one[0] = bits > 1;
        finish_number(one, 1, length);
    }
    word32 zeros = trailing_zeros(modulus), odd_bits = bits - zeros;
    word32 count = (bits + BITS - 1) / BITS;
    ring odd = {.count = (odd_bits + 4 + BITS - 1) / BITS};
    ring low = {.count = (zeros + BITS - 1) / BITS};
    limbs odd_result = 0, low_result = 0;
    if (odd_bits > 1) {
        odd.modulus = new_number(odd.count);
        to_limbs(odd.modulus, odd.count, modulus, zeros);
        odd_result = power_odd(&odd, base, exponent, odd_bits);
    }
    if (zeros) {
        low.last = MASK >> (low.count * BITS - zeros);
        low_result = new_number(low.count);
        to_limbs(low_result, low.count, base, 0);
        low_result[low.count - 1] &= low.last;
        low_result = power(&low, low_result, new_number(low.count), exponent);
    }
    if (!zeros) {
        finish_number(odd_result, count < odd.count ? count : odd.count, length);
    }
    if (odd_bits == 1) {
        finish_number(low_result, low.count, length);
    }
    finish_number(join(&low, low_result, &odd, odd_result, count), count, length);
}
