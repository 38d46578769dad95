/* Everything a contract in C needs: the EEI methods, numbers of 128 and 256 bits, the Solidity ABI,
 * storage, events, reverts, keccak-256, memory.
 *
 *     #include "ewasm.h"
 *
 *     EWASM_MAIN {
 *         switch (call_selector()) {
 *         case 0x06661abd: // count()
 *             return_u256(storage_load(u256_of(0)));
 *         }
 *         revert_silently();
 *     }
 *
 * Numbers are little-endian in memory: a u128 is what the EEI reads and writes, with the operators of
 * C, which wrap around. A u256 has functions: `u256_add` and so on revert on overflow as Solidity
 * does, `u256_add_overflows` and so on tell. A `bytes32` is a big-endian ABI word; arguments, results,
 * topics and storage slots are translated, so a contract rarely sees one.
 *
 * Storage is laid out as Solidity does it: a variable is a slot number, an entry of a mapping lies at
 * keccak256(key . slot). The hash costs about 1 % of what a store costs, holds keys of any size, and
 * lets tools that know Solidity's layout read the storage.
 *
 * Compile with clang 16 or later, for example that of the PyPI package `ziglang`:
 *
 *     python-zig cc -target wasm32-freestanding -mcpu=mvp -Os -Wl,--no-entry \
 *         -Wl,--strip-all -Wl,-z,stack-size=4096 contract.c -o contract.wasm
 */

#ifndef EWASM_H
#define EWASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned __int128 u128;

/// A number of 256 bits: four limbs, the lowest first.
typedef struct {
    uint64_t limbs[4];
} u256;

/// 20 bytes, as the EEI reads and writes them.
typedef struct {
    uint8_t bytes[20];
} address;

/// 32 bytes: a hash, a storage slot, or an ABI word (numbers big-endian, bytesN at the start).
typedef struct {
    uint8_t bytes[32];
} bytes32;

/// Some bytes in memory.
typedef struct {
    const uint8_t *data;
    uint32_t length;
} bytes;

/// Opens the function that runs when the contract is called.
#define EWASM_MAIN __attribute__((export_name("main"))) void ewasm_main(void)

/// Functions that many places use; inlined into each they would make contracts several times longer.
#define SHARED __attribute__((noinline)) static

#define ETHEREUM(name) __attribute__((import_module("ethereum"), import_name(name))) extern

// ---------------------------------------------------------------------------------------------
// EEI methods. Pointers must point to as many bytes as their type has, or as the length says.
// ---------------------------------------------------------------------------------------------

// BEGIN EEI methods, written by contracts/sdk/generate.py

/// Takes an amount of gas from the frame; fails if it is negative or more than is left.
ETHEREUM("useGas") void eth_useGas(int64_t amount);

/// Whole gas left after this call has paid for itself.
ETHEREUM("getGasLeft") uint64_t eth_getGasLeft(void);

/// The account whose storage and balance the frame uses.
///   result: address, written.
ETHEREUM("getAddress") void eth_getAddress(address *result);

/// Balance of an account in wei; fails if it does not fit into 128 bits.
///   address: address, read.
///   result: u128, written.
ETHEREUM("getExternalBalance") void eth_getExternalBalance(const address *address, u128 *result);

/// Hash of one of the last 256 blocks: 0 and the hash, or 1 and memory untouched.
///   result: bytes32, written if there is one.
ETHEREUM("getBlockHash") uint32_t eth_getBlockHash(uint64_t number, bytes32 *result);

/// Bytes of call data; 0 in a creation.
ETHEREUM("getCallDataSize") uint32_t eth_getCallDataSize(void);

/// Copies part of the call data; fails where it would read past the end.
///   result: bytes, written of `length` bytes.
ETHEREUM("callDataCopy") void eth_callDataCopy(void *result, uint32_t dataOffset, uint32_t length);

/// The account that sent the message.
///   result: address, written.
ETHEREUM("getCaller") void eth_getCaller(address *result);

/// Value of the message in wei; a delegate frame sees its parent's.
///   result: u128, written.
ETHEREUM("getCallValue") void eth_getCallValue(u128 *result);

/// Copies part of the running code exactly as it was deployed (init code in a creation).
///   result: bytes, written of `length` bytes.
ETHEREUM("codeCopy") void eth_codeCopy(void *result, uint32_t codeOffset, uint32_t length);

/// Bytes of the running code as it was deployed.
ETHEREUM("getCodeSize") uint32_t eth_getCodeSize(void);

/// Copies part of an account's deployed code; fails where it would read past the end.
///   address: address, read.
///   result: bytes, written of `length` bytes.
ETHEREUM("externalCodeCopy") void eth_externalCodeCopy(const address *address, void *result, uint32_t codeOffset, uint32_t length);

/// Bytes of an account's deployed code; 0 for a missing account.
///   address: address, read.
ETHEREUM("getExternalCodeSize") uint32_t eth_getExternalCodeSize(const address *address);

/// Who gets the fees of the block.
///   result: address, written.
ETHEREUM("getBlockCoinbase") void eth_getBlockCoinbase(address *result);

/// Difficulty of the block.
///   result: u256, written.
ETHEREUM("getBlockDifficulty") void eth_getBlockDifficulty(u256 *result);

/// Gas limit of the block.
ETHEREUM("getBlockGasLimit") uint64_t eth_getBlockGasLimit(void);

/// Gas price of the transaction in wei; fails if it does not fit into 128 bits.
///   result: u128, written.
ETHEREUM("getTxGasPrice") void eth_getTxGasPrice(u128 *result);

/// Emits a log entry with up to 4 topics; only the counted topic pointers are read.
///   data: bytes, read of `length` bytes.
///   topic1: bytes32, read if counted.
///   topic2: bytes32, read if counted.
///   topic3: bytes32, read if counted.
///   topic4: bytes32, read if counted.
ETHEREUM("log") void eth_log(const void *data, uint32_t length, uint32_t numberOfTopics, const bytes32 *topic1, const bytes32 *topic2, const bytes32 *topic3, const bytes32 *topic4);

/// Number of the current block.
ETHEREUM("getBlockNumber") uint64_t eth_getBlockNumber(void);

/// Time of the current block in seconds.
ETHEREUM("getBlockTimestamp") uint64_t eth_getBlockTimestamp(void);

/// Sender of the transaction.
///   result: address, written.
ETHEREUM("getTxOrigin") void eth_getTxOrigin(address *result);

/// Writes a slot: 20,000 gas if it was zero and becomes non-zero, else 5,000; clearing a slot earns a refund.
///   path: bytes32, read.
///   value: bytes32, read.
ETHEREUM("storageStore") void eth_storageStore(const bytes32 *path, const bytes32 *value);

/// Reads a slot; 32 zero bytes if it was never written.
///   path: bytes32, read.
///   result: bytes32, written.
ETHEREUM("storageLoad") void eth_storageLoad(const bytes32 *path, bytes32 *result);

/// Ends the frame with success and output.
///   data: bytes, read of `length` bytes.
ETHEREUM("finish") _Noreturn void eth_finish(const void *data, uint32_t length);

/// Undoes the frame, keeps its gas, hands back output.
///   data: bytes, read of `length` bytes.
ETHEREUM("revert") _Noreturn void eth_revert(const void *data, uint32_t length);

/// Bytes in the return buffer.
ETHEREUM("getReturnDataSize") uint32_t eth_getReturnDataSize(void);

/// Copies part of the return buffer; fails where it would read past the end.
///   result: bytes, written of `length` bytes.
ETHEREUM("returnDataCopy") void eth_returnDataCopy(void *result, uint32_t dataOffset, uint32_t length);

/// A message to another account: 0 success, 1 failure, 2 revert. Value in a static frame fails.
///   address: address, read.
///   value: u128, read.
///   data: bytes, read unless empty of `dataLength` bytes.
ETHEREUM("call") uint32_t eth_call(int64_t gas, const address *address, const u128 *value, const void *data, uint32_t dataLength);

/// As call, but the other account's code runs on the frame's own storage.
///   address: address, read.
///   value: u128, read.
///   data: bytes, read unless empty of `dataLength` bytes.
ETHEREUM("callCode") uint32_t eth_callCode(int64_t gas, const address *address, const u128 *value, const void *data, uint32_t dataLength);

/// As callCode, with the frame's own caller and value.
///   address: address, read.
///   data: bytes, read unless empty of `dataLength` bytes.
ETHEREUM("callDelegate") uint32_t eth_callDelegate(int64_t gas, const address *address, const void *data, uint32_t dataLength);

/// As call without value; the callee and all it calls cannot write.
///   address: address, read.
///   data: bytes, read unless empty of `dataLength` bytes.
ETHEREUM("callStatic") uint32_t eth_callStatic(int64_t gas, const address *address, const void *data, uint32_t dataLength);

/// Creates a contract from init code: 0 and its address, 1 failure, 2 revert.
///   value: u128, read.
///   data: bytes, read late unless empty of `length` bytes.
///   result: address, written on success.
ETHEREUM("create") uint32_t eth_create(const u128 *value, const void *data, uint32_t length, address *result);

/// Sends the balance away and ends the frame with success; the account is gone after the transaction.
///   address: address, read.
ETHEREUM("selfDestruct") _Noreturn void eth_selfDestruct(const address *address);

// END EEI methods

/// Statuses of calls and creations.
enum { CALL_SUCCESS = 0, CALL_FAILURE = 1, CALL_REVERT = 2 };

// ---------------------------------------------------------------------------------------------
// Memory
// ---------------------------------------------------------------------------------------------

enum { MEMORY_PAGE = 65536 };

/// Memory that stays until the call ends; aligned to 8 bytes, contents zero. Traps without memory.
SHARED uint8_t *allocate(uint32_t size) {
    extern uint8_t __heap_base;
    static uintptr_t next;
    uintptr_t start = next ? next : ((uintptr_t)&__heap_base + 7) & ~(uintptr_t)7;
    uintptr_t end = start + ((size + 7) & ~(uint32_t)7);
    if (end < start || size > 0xfffffff8) {
        __builtin_trap();
    }
    uintptr_t have = __builtin_wasm_memory_size(0) * MEMORY_PAGE;
    if (end > have) {
        uintptr_t pages = (end - have - 1) / MEMORY_PAGE + 1;
        if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1) {
            __builtin_trap();
        }
    }
    next = end;
    return (uint8_t *)start;
}

SHARED void copy_bytes(void *to, const void *from, uint32_t length) {
    for (uint32_t i = 0; i < length; i++) {
        ((uint8_t *)to)[i] = ((const uint8_t *)from)[i];
    }
}

/// The bytes of a string literal or of an array of bytes that ends with a zero.
#define TEXT(literal) ((bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

// ---------------------------------------------------------------------------------------------
// Ends of a call
// ---------------------------------------------------------------------------------------------

/// Ends the call with success and no output.
static _Noreturn void return_nothing(void) { eth_finish(NULL, 0); }

/// Undoes the call without saying why, as Solidity does with malformed call data.
SHARED _Noreturn void revert_silently(void) { eth_revert(NULL, 0); }

// ---------------------------------------------------------------------------------------------
// Words
// ---------------------------------------------------------------------------------------------

/// A number from its four 64-bit parts, the highest first; for constants.
#define U256(a, b, c, d) ((u256){{d, c, b, a}})

static u256 u256_of(uint64_t number) { return U256(0, 0, 0, number); }

static inline u256 u256_of_u128(u128 number) {
    return U256(0, 0, (uint64_t)(number >> 64), (uint64_t)number);
}

static inline bool u256_equal(u256 a, u256 b) {
    return !((a.limbs[0] ^ b.limbs[0]) | (a.limbs[1] ^ b.limbs[1]) | (a.limbs[2] ^ b.limbs[2]) |
             (a.limbs[3] ^ b.limbs[3]));
}

static inline bool u256_is_zero(u256 a) { return u256_equal(a, u256_of(0)); }

/// Whether a is less than b.
SHARED bool u256_less(u256 a, u256 b) {
    for (int i = 3; i > 0; i--) {
        if (a.limbs[i] != b.limbs[i]) {
            return a.limbs[i] < b.limbs[i];
        }
    }
    return a.limbs[0] < b.limbs[0];
}

/// Whether the number takes at most so many bits, a multiple of 64.
static inline bool u256_fits(u256 a, int bits) {
    uint64_t beyond = 0;
    for (int i = bits / 64; i < 4; i++) {
        beyond |= a.limbs[i];
    }
    return beyond == 0;
}

/// Big-endian from little-endian and back: swaps halves of ever smaller pieces.
SHARED uint64_t swap_bytes(uint64_t number) {
    const uint64_t pairs = 0x0000ffff0000ffff, single = 0x00ff00ff00ff00ff;
    number = number << 32 | number >> 32;
    number = (number & pairs) << 16 | (number >> 16 & pairs);
    return (number & single) << 8 | (number >> 8 & single);
}

/// An ABI word from a number.
SHARED bytes32 word_of_u256(u256 number) {
    bytes32 word;
    for (int i = 0; i < 4; i++) {
        uint64_t part = swap_bytes(number.limbs[3 - i]);
        __builtin_memcpy(word.bytes + 8 * i, &part, 8);
    }
    return word;
}

/// The number in an ABI word.
SHARED u256 u256_of_word(const bytes32 *word) {
    u256 number;
    for (int i = 0; i < 4; i++) {
        uint64_t part;
        __builtin_memcpy(&part, word->bytes + 8 * i, 8);
        number.limbs[3 - i] = swap_bytes(part);
    }
    return number;
}

/// An address as a number: topics and keys of mappings are numbers here.
SHARED u256 u256_of_address(const address *account) {
    bytes32 word = {{0}};
    __builtin_memcpy(word.bytes + 12, account->bytes, 20);
    return u256_of_word(&word);
}

/// The address in the low 160 bits of a number.
static inline address address_of_u256(u256 number) {
    bytes32 word = word_of_u256(number);
    address account;
    __builtin_memcpy(account.bytes, word.bytes + 12, 20);
    return account;
}

// ---------------------------------------------------------------------------------------------
// Reverts
// ---------------------------------------------------------------------------------------------

enum { PANIC_OVERFLOW = 0x11, PANIC_DIVISION_BY_ZERO = 0x12 };

/// Undoes the call with Error(string), which clients show.
SHARED _Noreturn void revert_with(bytes message) {
    uint32_t padded = (message.length + 31) & ~31u;
    uint8_t *output = allocate(68 + padded);
    const uint8_t selector[4] = {0x08, 0xc3, 0x79, 0xa0}; // Error(string)
    copy_bytes(output, selector, 4);
    output[4 + 31] = 32;
    for (int i = 0; i < 4; i++) {
        output[4 + 63 - i] = (uint8_t)(message.length >> (8 * i));
    }
    copy_bytes(output + 68, message.data, message.length);
    eth_revert(output, 68 + padded);
}

/// Undoes the call with Panic(uint256), as Solidity's checked arithmetic does.
SHARED _Noreturn void revert_with_panic(uint8_t code) {
    uint8_t output[36] = {0x4e, 0x48, 0x7b, 0x71}; // Panic(uint256)
    output[35] = code;
    eth_revert(output, sizeof output);
}

/// Undoes the call with Error(string) unless the condition holds; the message is a literal.
#define require(condition, message) ((condition) ? (void)0 : revert_with(TEXT(message)))

// ---------------------------------------------------------------------------------------------
// Checked arithmetic. `..._overflows` tell and give the wrapped result, the others revert.
// ---------------------------------------------------------------------------------------------

SHARED bool u256_add_overflows(u256 a, u256 b, u256 *sum) {
    u128 carry = 0;
    for (int i = 0; i < 4; i++) {
        carry += (u128)a.limbs[i] + b.limbs[i];
        sum->limbs[i] = (uint64_t)carry;
        carry >>= 64;
    }
    return carry != 0;
}

SHARED bool u256_sub_overflows(u256 a, u256 b, u256 *difference) {
    uint64_t borrow = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t rest = a.limbs[i] - b.limbs[i];
        uint64_t under = (a.limbs[i] < b.limbs[i]) | (rest < borrow);
        difference->limbs[i] = rest - borrow;
        borrow = under;
    }
    return borrow != 0;
}

SHARED bool u256_mul_overflows(u256 a, u256 b, u256 *product) {
    uint64_t rows[8] = {0};
    for (int i = 0; i < 4; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < 4; j++) {
            u128 sum = (u128)a.limbs[i] * b.limbs[j] + rows[i + j] + carry;
            rows[i + j] = (uint64_t)sum;
            carry = (uint64_t)(sum >> 64);
        }
        rows[i + 4] = carry;
    }
    *product = (u256){{rows[0], rows[1], rows[2], rows[3]}};
    return (rows[4] | rows[5] | rows[6] | rows[7]) != 0;
}

/// Quotient and remainder; the divisor is not 0. Bit by bit, from the highest one that is set.
SHARED u256 u256_divide(u256 a, u256 b, u256 *remainder) {
    u256 quotient = u256_of(0), rest = u256_of(0);
    int bit = 255;
    while (bit >= 0 && !(a.limbs[bit / 64] >> (bit % 64) & 1)) {
        bit--;
    }
    for (; bit >= 0; bit--) {
        // The bit that leaves at the top counts: then rest is greater than any divisor.
        bool above = u256_add_overflows(rest, rest, &rest);
        rest.limbs[0] |= a.limbs[bit / 64] >> (bit % 64) & 1;
        if (above || !u256_less(rest, b)) {
            u256_sub_overflows(rest, b, &rest);
            quotient.limbs[bit / 64] |= (uint64_t)1 << (bit % 64);
        }
    }
    *remainder = rest;
    return quotient;
}

static inline u256 u256_add(u256 a, u256 b) {
    u256 sum;
    if (u256_add_overflows(a, b, &sum)) {
        revert_with_panic(PANIC_OVERFLOW);
    }
    return sum;
}

static inline u256 u256_sub(u256 a, u256 b) {
    u256 difference;
    if (u256_sub_overflows(a, b, &difference)) {
        revert_with_panic(PANIC_OVERFLOW);
    }
    return difference;
}

static inline u256 u256_mul(u256 a, u256 b) {
    u256 product;
    if (u256_mul_overflows(a, b, &product)) {
        revert_with_panic(PANIC_OVERFLOW);
    }
    return product;
}

/// Rounded down; reverts when the divisor is 0.
static inline u256 u256_div(u256 a, u256 b) {
    u256 remainder;
    if (u256_is_zero(b)) {
        revert_with_panic(PANIC_DIVISION_BY_ZERO);
    }
    return u256_divide(a, b, &remainder);
}

/// The remainder; reverts when the divisor is 0.
static inline u256 u256_mod(u256 a, u256 b) {
    u256 remainder;
    if (u256_is_zero(b)) {
        revert_with_panic(PANIC_DIVISION_BY_ZERO);
    }
    u256_divide(a, b, &remainder);
    return remainder;
}

static inline bool u128_add_overflows(u128 a, u128 b, u128 *sum) {
    *sum = a + b;
    return *sum < a;
}

static inline bool u128_sub_overflows(u128 a, u128 b, u128 *difference) {
    *difference = a - b;
    return a < b;
}

static inline bool u128_mul_overflows(u128 a, u128 b, u128 *product) {
    u256 whole;
    u256_mul_overflows(u256_of_u128(a), u256_of_u128(b), &whole);
    *product = (u128)whole.limbs[1] << 64 | whole.limbs[0];
    return !u256_fits(whole, 128);
}

/// A number that must fit into 128 bits: EEI amounts of wei do. Reverts if it does not.
static inline u128 u128_of_u256(u256 number) {
    if (!u256_fits(number, 128)) {
        revert_with_panic(PANIC_OVERFLOW);
    }
    return (u128)number.limbs[1] << 64 | number.limbs[0];
}

// ---------------------------------------------------------------------------------------------
// Arguments: of a call in the call data, of a constructor behind its code
// ---------------------------------------------------------------------------------------------

/// Where ABI-encoded arguments are: bytes `start` to `end` of the call data or of the code.
typedef struct {
    uint32_t start;
    uint32_t end;
    bool in_code;
} arguments;

/// The arguments behind the selector; reverts when there is no selector.
static inline arguments call_arguments(void) {
    uint32_t size = eth_getCallDataSize();
    if (size < 4) {
        revert_silently();
    }
    return (arguments){4, size, false};
}

/// The first four bytes of the call data as a big-endian number; reverts when there are fewer.
static inline uint32_t call_selector(void) {
    if (eth_getCallDataSize() < 4) {
        revert_silently();
    }
    uint32_t selector;
    eth_callDataCopy(&selector, 0, 4);
    return __builtin_bswap32(selector);
}

/// Copies arguments; reverts where they end before `offset + length`.
SHARED void argument_copy(arguments from, void *to, uint32_t offset, uint32_t length) {
    uint32_t size = from.end - from.start;
    if (offset > size || length > size - offset) {
        revert_silently();
    }
    if (from.in_code) {
        eth_codeCopy(to, from.start + offset, length);
    } else {
        eth_callDataCopy(to, from.start + offset, length);
    }
}

/// The argument with this index, of any type of one word.
static inline bytes32 argument_bytes32(arguments from, uint32_t index) {
    bytes32 word;
    argument_copy(from, &word, 32 * index, 32);
    return word;
}

SHARED u256 argument_u256(arguments from, uint32_t index) {
    bytes32 word = argument_bytes32(from, index);
    return u256_of_word(&word);
}

/// An argument of a type of 64 bits or less; reverts when it has more than so many.
static inline uint64_t argument_bits(arguments from, uint32_t index, int bits) {
    u256 number = argument_u256(from, index);
    if (!u256_fits(number, 64) || (bits < 64 && number.limbs[0] >> bits)) {
        revert_silently();
    }
    return number.limbs[0];
}

static inline bool argument_bool(arguments from, uint32_t index) {
    return argument_bits(from, index, 1) != 0;
}

static inline uint64_t argument_u64(arguments from, uint32_t index) {
    return argument_bits(from, index, 64);
}

static inline u128 argument_u128(arguments from, uint32_t index) {
    u256 number = argument_u256(from, index);
    if (!u256_fits(number, 128)) {
        revert_silently();
    }
    return (u128)number.limbs[1] << 64 | number.limbs[0];
}

static inline address argument_address(arguments from, uint32_t index) {
    bytes32 word = argument_bytes32(from, index);
    address account;
    uint8_t padding = 0;
    for (int i = 0; i < 12; i++) {
        padding |= word.bytes[i];
    }
    if (padding) {
        revert_silently();
    }
    __builtin_memcpy(account.bytes, word.bytes + 12, 20);
    return account;
}

/// Where the contents of a dynamic argument start, and how many bytes or elements they are.
typedef struct {
    uint32_t offset;
    uint32_t count;
} dynamic_argument;

static inline dynamic_argument argument_dynamic(arguments from, uint32_t index) {
    uint32_t size = from.end - from.start;
    uint64_t offset = argument_u64(from, index);
    if (offset > size) {
        revert_silently();
    }
    bytes32 word;
    argument_copy(from, &word, (uint32_t)offset, 32);
    u256 count = u256_of_word(&word);
    if (u256_less(u256_of(size), count)) {
        revert_silently();
    }
    return (dynamic_argument){(uint32_t)offset + 32, (uint32_t)count.limbs[0]};
}

/// An argument of type bytes or string, copied into new memory.
static inline bytes argument_bytes(arguments from, uint32_t index) {
    dynamic_argument found = argument_dynamic(from, index);
    uint8_t *data = allocate(found.count);
    argument_copy(from, data, found.offset, found.count);
    return (bytes){data, found.count};
}

// ---------------------------------------------------------------------------------------------
// Encoding
// ---------------------------------------------------------------------------------------------

/// Writes ABI values one after the other: words into the head, contents of dynamic ones behind it.
typedef struct {
    uint8_t *start;
    uint32_t head;
    uint32_t tail;
    uint32_t capacity;
} encoder;

/// An encoder of so many values, whose dynamic contents take `tail_bytes` (length words and padding
/// included: 32 + the length rounded up to 32, for each).
static inline encoder encode_begin(uint32_t values, uint32_t tail_bytes) {
    uint32_t capacity = 32 * values + tail_bytes;
    return (encoder){allocate(capacity), 0, 32 * values, capacity};
}

static inline void encode_bytes32(encoder *to, bytes32 word) {
    if (to->head + 32 > to->capacity) {
        __builtin_trap();
    }
    copy_bytes(to->start + to->head, word.bytes, 32);
    to->head += 32;
}

SHARED void encode_u256(encoder *to, u256 number) { encode_bytes32(to, word_of_u256(number)); }

static inline void encode_bool(encoder *to, bool truth) { encode_u256(to, u256_of(truth)); }

static inline void encode_address(encoder *to, address account) {
    encode_u256(to, u256_of_address(&account));
}

/// A value of type bytes or string.
static inline void encode_bytes(encoder *to, bytes value) {
    uint32_t padded = (value.length + 31) & ~31u;
    if (padded < value.length || to->capacity - to->tail < 32 ||
        to->capacity - to->tail - 32 < padded) {
        __builtin_trap();
    }
    encode_u256(to, u256_of(to->tail));
    bytes32 length = word_of_u256(u256_of(value.length));
    copy_bytes(to->start + to->tail, length.bytes, 32);
    copy_bytes(to->start + to->tail + 32, value.data, value.length);
    to->tail += 32 + padded;
}

/// What was encoded.
static inline bytes encoded(const encoder *from) { return (bytes){from->start, from->tail}; }

/// Ends the call with success and the encoded values.
static inline _Noreturn void return_encoded(const encoder *from) {
    eth_finish(from->start, from->tail);
}

SHARED _Noreturn void return_u256(u256 number) {
    bytes32 word = word_of_u256(number);
    eth_finish(&word, 32);
}

static inline _Noreturn void return_bool(bool truth) { return_u256(u256_of(truth)); }

static inline _Noreturn void return_bytes32(bytes32 word) { eth_finish(&word, 32); }

static inline _Noreturn void return_address(address account) {
    return_u256(u256_of_address(&account));
}

static inline _Noreturn void return_bytes(bytes value) {
    encoder output = encode_begin(1, 32 + ((value.length + 31) & ~31u));
    encode_bytes(&output, value);
    return_encoded(&output);
}

// ---------------------------------------------------------------------------------------------
// Who and how much
// ---------------------------------------------------------------------------------------------

static inline address caller(void) {
    address account;
    eth_getCaller(&account);
    return account;
}

static inline address own_address(void) {
    address account;
    eth_getAddress(&account);
    return account;
}

/// Value of the call in wei.
static inline u128 call_value(void) {
    u128 value;
    eth_getCallValue(&value);
    return value;
}

/// Undoes a call that brings ether, for contracts and functions that want none.
static inline void reject_value(void) {
    if (call_value() != 0) {
        revert_silently();
    }
}

// ---------------------------------------------------------------------------------------------
// Keccak-256, as Ethereum has it: FIPS 202's sponge with the padding of the submission
// ---------------------------------------------------------------------------------------------

static inline uint64_t keccak_rotate(uint64_t lane, int count) {
    return lane << count | lane >> (64 - count);
}

static inline uint64_t keccak_column(const uint64_t *top) {
    return top[0] ^ top[5] ^ top[10] ^ top[15] ^ top[20];
}

SHARED void keccak_permute(uint64_t lanes[25]) {
    static const uint64_t constants[24] = {
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
        0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
        0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
        0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
        0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    };
    // The step pi goes round all lanes but the first; rho turns them on the way.
    static const uint8_t places[24] = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                       15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};
    static const uint8_t turns[24] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                      27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
    for (int round = 0; round < 24; round++) {
        uint64_t a = keccak_column(lanes), b = keccak_column(lanes + 1);
        uint64_t c = keccak_column(lanes + 2), d = keccak_column(lanes + 3);
        uint64_t e = keccak_column(lanes + 4);
        uint64_t mix_a = e ^ keccak_rotate(b, 1), mix_b = a ^ keccak_rotate(c, 1);
        uint64_t mix_c = b ^ keccak_rotate(d, 1), mix_d = c ^ keccak_rotate(e, 1);
        uint64_t mix_e = d ^ keccak_rotate(a, 1);
        for (uint64_t *row = lanes; row < lanes + 25; row += 5) {
            row[0] ^= mix_a, row[1] ^= mix_b, row[2] ^= mix_c, row[3] ^= mix_d, row[4] ^= mix_e;
        }
        uint64_t moving = lanes[1];
#pragma clang loop unroll(full) // 300 bytes more, a quarter of the gas less
        for (int i = 0; i < 24; i++) {
            uint64_t *place = lanes + places[i];
            uint64_t kept = *place;
            *place = keccak_rotate(moving, turns[i]);
            moving = kept;
        }
        for (uint64_t *row = lanes; row < lanes + 25; row += 5) {
            a = row[0], b = row[1], c = row[2], d = row[3], e = row[4];
            row[0] = a ^ (~b & c), row[1] = b ^ (~c & d), row[2] = c ^ (~d & e);
            row[3] = d ^ (~e & a), row[4] = e ^ (~a & b);
        }
        lanes[0] ^= constants[round];
    }
}

SHARED bytes32 keccak256(const void *data, uint32_t length) {
    enum { RATE = 136 };
    uint64_t lanes[25] = {0};
    uint8_t *state = (uint8_t *)lanes;
    const uint8_t *from = data;
    for (; length >= RATE; from += RATE, length -= RATE) {
        for (int i = 0; i < RATE; i++) {
            state[i] ^= from[i];
        }
        keccak_permute(lanes);
    }
    for (uint32_t i = 0; i < length; i++) {
        state[i] ^= from[i];
    }
    state[length] ^= 0x01;
    state[RATE - 1] ^= 0x80;
    keccak_permute(lanes);
    bytes32 hash;
    __builtin_memcpy(hash.bytes, state, 32);
    return hash;
}

// ---------------------------------------------------------------------------------------------
// Storage
// ---------------------------------------------------------------------------------------------

SHARED u256 storage_load(u256 slot) {
    bytes32 path = word_of_u256(slot), value;
    eth_storageLoad(&path, &value);
    return u256_of_word(&value);
}

SHARED void storage_store(u256 slot, u256 number) {
    bytes32 path = word_of_u256(slot), value = word_of_u256(number);
    eth_storageStore(&path, &value);
}

/// The slot of a mapping's entry: keccak256(key . slot of the mapping). A mapping of mappings is
/// map_slot(map_slot(slot, first key), second key).
SHARED u256 map_slot(u256 slot, u256 key) {
    bytes32 words[2] = {word_of_u256(key), word_of_u256(slot)};
    bytes32 hash = keccak256(words, 64);
    return u256_of_word(&hash);
}

static inline u256 map_slot_address(u256 slot, const address *key) {
    return map_slot(slot, u256_of_address(key));
}

/// The first slot of a dynamic array's elements: keccak256(slot). The slot itself has their number.
static inline u256 array_slot(u256 slot) {
    bytes32 word = word_of_u256(slot);
    bytes32 hash = keccak256(&word, 32);
    return u256_of_word(&hash);
}

// ---------------------------------------------------------------------------------------------
// Events
// ---------------------------------------------------------------------------------------------

/// Logs an event: its hashed signature and its indexed values as topics, the others as data.
SHARED void emit(uint32_t count, const u256 topics[], bytes data) {
    bytes32 words[4];
    for (uint32_t i = 0; i < count; i++) {
        words[i] = word_of_u256(topics[i]);
    }
    eth_log(data.data, data.length, count, &words[0], &words[1], &words[2], &words[3]);
}

/// As emit, with one word of data.
static inline void emit_u256(uint32_t count, const u256 topics[], u256 number) {
    bytes32 word = word_of_u256(number);
    emit(count, topics, (bytes){word.bytes, 32});
}

// ---------------------------------------------------------------------------------------------
// Calls
// ---------------------------------------------------------------------------------------------

/// Calls another account with all gas that may be given on; gives CALL_SUCCESS and so on.
static inline uint32_t call_account(address to, u128 value, bytes data) {
    return eth_call((int64_t)eth_getGasLeft(), &to, &value, data.data, data.length);
}

/// What the last call returned, or reverted with.
static inline bytes returned_data(void) {
    uint32_t length = eth_getReturnDataSize();
    uint8_t *data = allocate(length);
    eth_returnDataCopy(data, 0, length);
    return (bytes){data, length};
}

// ---------------------------------------------------------------------------------------------
// Constructors. Init code is the constructor's module, then a custom section `runtime` with the
// contract, then a custom section `constructor_arguments` if there are any.
// ---------------------------------------------------------------------------------------------

/// The contents of a custom section of the running code; empty where there is none.
SHARED arguments code_section(bytes name) {
    uint32_t size = eth_getCodeSize();
    uint32_t at = 8; // behind magic and version
    while (at < size) {
        uint8_t head[48] = {0};
        uint32_t have = size - at < sizeof head ? size - at : sizeof head;
        eth_codeCopy(head, at, have);
        uint32_t length = 0, i = 1;
        for (int shift = 0; i < have; shift += 7) {
            length |= (uint32_t)(head[i] & 0x7f) << shift;
            if (!(head[i++] & 0x80)) {
                break;
            }
        }
        uint32_t end = at + i + length;
        if (head[0] == 0 && head[i] == name.length) {
            uint32_t same = 0;
            while (same < name.length && head[i + 1 + same] == name.data[same]) {
                same++;
            }
            if (same == name.length) {
                return (arguments){at + i + 1 + same, end, true};
            }
        }
        at = end;
    }
    return (arguments){0, 0, true};
}

/// The arguments of the constructor.
static inline arguments constructor_arguments(void) {
    return code_section(TEXT("constructor_arguments"));
}

/// Ends a constructor: the contract is what the section `runtime` holds.
static inline _Noreturn void return_runtime(void) {
    arguments section = code_section(TEXT("runtime"));
    uint32_t length = section.end - section.start;
    uint8_t *code = allocate(length);
    eth_codeCopy(code, section.start, length);
    eth_finish(code, length);
}

#endif
