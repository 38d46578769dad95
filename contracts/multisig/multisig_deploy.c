/* constructor(address[] owners, uint256 required). Ether may come with it. */

#include "ewasm.h"
#include "layout.h"

EWASM_MAIN {
    arguments given = constructor_arguments();
    dynamic_argument owners = argument_dynamic(given, 0);
    u256 required = argument_u256(given, 1);
    require(!u256_is_zero(required) && !u256_less(u256_of(owners.count), required),
            "wallet: required confirmations must be 1 to the number of owners");
    u256 elements = array_slot(u256_of(OWNERS));
    arguments list = {given.start + owners.offset, given.end, given.in_code};
    for (uint32_t i = 0; i < owners.count; i++) {
        address owner = argument_address(list, i);
        u256 number = u256_of_address(&owner);
        u256 slot = map_slot(u256_of(IS_OWNER), number);
        require(!u256_is_zero(number), "wallet: the zero address cannot be an owner");
        require(u256_is_zero(storage_load(slot)), "wallet: an owner is named twice");
        storage_store(slot, u256_of(1));
        storage_store(slot_behind(elements, i), number);
    }
    storage_store(u256_of(OWNERS), u256_of(owners.count));
    storage_store(u256_of(REQUIRED), required);
    return_runtime();
}
