//! A counter: increment() adds one, count() gives a uint256.

#![no_std]

mod ewasm;
use ewasm::*;

const INCREMENT: u32 = selector("increment()");
const COUNT: u32 = selector("count()");

/// The storage slot of the count.
const COUNT_SLOT: u128 = 0;

fn increment() {
    let slot = U256::from(COUNT_SLOT);
    storage_store(slot, storage_load(slot) + U256::from(1));
}

#[no_mangle]
pub extern "C" fn main() {
    reject_value();
    match call_selector() {
        INCREMENT => increment(),
        COUNT => return_number(storage_load(U256::from(COUNT_SLOT))),
        _ => revert_silently(),
    }
}
