/* What the token and its constructor share. */

#include "ewasm.h"

enum { TOTAL_SUPPLY = 0, BALANCES = 1, ALLOWANCES = 2 };

// Transfer(address,address,uint256)
#define TRANSFER \
    U256(0xddf252ad1be2c89b, 0x69c2b068fc378daa, 0x952ba7f163c4a116, 0x28f55a4df523b3ef)
// Approval(address,address,uint256)
#define APPROVAL \
    U256(0x8c5be1e5ebec7d5b, 0xd14f71427d1e84f3, 0xdd0314c0f7b2291e, 0x5b200ac8c7c3b925)

/// An allowance that transferFrom does not lower: 2^256 - 1.
#define INFINITE U256(~0ull, ~0ull, ~0ull, ~0ull)

static void emit_transfer(address from, address to, u256 amount) {
    const u256 topics[] = {TRANSFER, u256_of_address(&from), u256_of_address(&to)};
    emit_u256(3, topics, amount);
}
