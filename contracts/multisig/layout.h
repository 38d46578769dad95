/* What the wallet and its constructor share: storage. */

#include "ewasm.h"

enum {
    OWNERS = 0,            // address[]: the number of owners; they lie at keccak256(slot)
    IS_OWNER = 1,          // mapping(address => bool)
    REQUIRED = 2,          // uint256: confirmations that a transaction needs
    TRANSACTION_COUNT = 3, // uint256
    TRANSACTIONS = 4,      // mapping(uint256 => transaction)
    CONFIRMATIONS = 5,     // mapping(uint256 => mapping(address => bool))
};

/// The slot so many slots behind another.
static u256 slot_behind(u256 slot, uint32_t count) {
    u256 sum;
    u256_add_overflows(slot, u256_of(count), &sum);
    return sum;
}
