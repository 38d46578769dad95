// A counter: increment() adds one, count() gives a uint256.

#include "ewasm.h"

// Storage slots.
enum { COUNT = 0 };

static _Noreturn void increment(void) {
    u256 slot = u256_of(COUNT);
    storage_store(slot, u256_add(storage_load(slot), u256_of(1)));
    return_nothing();
}

EWASM_MAIN {
    reject_value();
    switch (call_selector()) {
    case 0xd09de08a: // increment()
        increment();
    case 0x06661abd: // count()
        return_u256(storage_load(u256_of(COUNT)));
    }
    revert_silently();
}
