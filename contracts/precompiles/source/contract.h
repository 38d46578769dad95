/* What every precompile contract needs: types, the EEI methods used, bytes to numbers and back. */

#ifndef CONTRACT_H
#define CONTRACT_H

typedef unsigned char byte;
typedef unsigned int word32;
typedef unsigned long long word64;
typedef signed long long sword64;

#define ETHEREUM(name) __attribute__((import_module("ethereum"), import_name(name)))
#define CONTRACT_MAIN __attribute__((export_name("main"))) void contract_main(void)
#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))
#define UNROLL _Pragma("clang loop unroll(full)")

ETHEREUM("getCallDataSize") extern word32 get_call_data_size(void);
ETHEREUM("callDataCopy") extern void call_data_copy(void *result, word32 offset, word32 length);
ETHEREUM("finish") _Noreturn extern void finish(const void *data, word32 length);

/* A failure that takes all gas of the call. */
#define FAIL() __builtin_trap()

/* Copies a part of the call data; what lies beyond its end reads as zeros. The target holds zeros
 * already, because the memory of a new frame does. */
INLINE void read_call_data(byte *to, word32 offset, word32 length) {
    word32 size = get_call_data_size();
    if (offset < size) {
        call_data_copy(to, offset, size - offset < length ? size - offset : length);
    }
}

INLINE word32 swap32(word32 x) { return __builtin_bswap32(x); }

/* Numbers that lie in memory with the highest byte first; wasm itself is little-endian. */
INLINE word32 load32_big(const byte *from) { return swap32(*(const word32 *)from); }
INLINE word64 load64_big(const byte *from) { return __builtin_bswap64(*(const word64 *)from); }
INLINE void store32_big(byte *to, word32 x) { *(word32 *)to = swap32(x); }
INLINE void store64_big(byte *to, word64 x) { *(word64 *)to = __builtin_bswap64(x); }

#endif
