//! constructor(uint256 supply): the whole supply belongs to whoever deploys.

#![no_std]

#[path = "../sdk/rust/ewasm.rs"]
mod ewasm;
#[allow(dead_code)]
mod layout;

use ewasm::*;
use layout::*;

#[no_mangle]
pub extern "C" fn main() {
    reject_value();
    let supply = Arguments::of_constructor().number(0);
    let owner = caller();
    storage_store(U256::from(TOTAL_SUPPLY), supply);
    storage_store(balance_slot(&owner), supply);
    emit_transfer(&[0; 20], &owner, supply);
    return_runtime()
}
