/* constructor(uint256 supply): the whole supply belongs to whoever deploys. */

#include "ewasm.h"
#include "layout.h"

EWASM_MAIN {
    reject_value();
    u256 supply = argument_u256(constructor_arguments(), 0);
    address owner = caller();
    storage_store(u256_of(TOTAL_SUPPLY), supply);
    storage_store(map_slot_address(u256_of(BALANCES), &owner), supply);
    emit_transfer((address){{0}}, owner, supply);
    return_runtime();
}
