/* An ERC-20 token (EIP-20) in C. Its storage is that of the Solidity contract
 *
 *     uint256 totalSupply;                                          // slot 0
 *     mapping(address => uint256) balances;                         // slot 1
 *     mapping(address => mapping(address => uint256)) allowances;   // slot 2
 *
 * An allowance of 2^256 - 1 is infinite: transferFrom does not lower it.
 */

#include "ewasm.h"
#include "layout.h"

static u256 balance_slot(address owner) { return map_slot_address(u256_of(BALANCES), &owner); }

static u256 allowance_slot(address owner, address spender) {
    return map_slot_address(map_slot_address(u256_of(ALLOWANCES), &owner), &spender);
}

static bool is_zero(address account) { return u256_is_zero(u256_of_address(&account)); }

static void move(address from, address to, u256 amount) {
    require(!is_zero(to), "ERC20: transfer to the zero address");
    u256 slot = balance_slot(from), rest, sum;
    require(!u256_sub_overflows(storage_load(slot), amount, &rest),
            "ERC20: transfer amount exceeds balance");
    // Stored before the receiver's balance is read: they may be the same. The sum cannot overflow,
    // because all balances together are the total supply.
    storage_store(slot, rest);
    slot = balance_slot(to);
    u256_add_overflows(storage_load(slot), amount, &sum);
    storage_store(slot, sum);
    emit_transfer(from, to, amount);
}

static void spend_allowance(address owner, address spender, u256 amount) {
    u256 slot = allowance_slot(owner, spender);
    u256 allowed = storage_load(slot), rest;
    if (u256_equal(allowed, INFINITE)) {
        return;
    }
    require(!u256_sub_overflows(allowed, amount, &rest), "ERC20: insufficient allowance");
    storage_store(slot, rest);
}

static _Noreturn void transfer(arguments given) {
    address to = argument_address(given, 0);
    move(caller(), to, argument_u256(given, 1));
    return_bool(true);
}

static _Noreturn void transfer_from(arguments given) {
    address from = argument_address(given, 0), to = argument_address(given, 1);
    u256 amount = argument_u256(given, 2);
    spend_allowance(from, caller(), amount);
    move(from, to, amount);
    return_bool(true);
}

static _Noreturn void approve(arguments given) {
    address owner = caller(), spender = argument_address(given, 0);
    u256 amount = argument_u256(given, 1);
    storage_store(allowance_slot(owner, spender), amount);
    const u256 topics[] = {APPROVAL, u256_of_address(&owner), u256_of_address(&spender)};
    emit_u256(3, topics, amount);
    return_bool(true);
}

EWASM_MAIN {
    reject_value();
    uint32_t selector = call_selector();
    arguments given = call_arguments();
    switch (selector) {
    case 0x06fdde03: // name()
        return_bytes(TEXT("Sample Token"));
    case 0x95d89b41: // symbol()
        return_bytes(TEXT("SAMPLE"));
    case 0x313ce567: // decimals()
        return_u256(u256_of(18));
    case 0x18160ddd: // totalSupply()
        return_u256(storage_load(u256_of(TOTAL_SUPPLY)));
    case 0x70a08231: // balanceOf(address)
        return_u256(storage_load(balance_slot(argument_address(given, 0))));
    case 0xdd62ed3e: // allowance(address,address)
        return_u256(storage_load(
            allowance_slot(argument_address(given, 0), argument_address(given, 1))));
    case 0xa9059cbb: // transfer(address,uint256)
        transfer(given);
    case 0x23b872dd: // transferFrom(address,address,uint256)
        transfer_from(given);
    case 0x095ea7b3: // approve(address,uint256)
        approve(given);
    }
    revert_silently();
}
