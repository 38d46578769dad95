// What the token and its constructor share: storage, and the event of both.

use crate::ewasm::*;

pub const TOTAL_SUPPLY: u128 = 0;
pub const BALANCES: u128 = 1;
pub const ALLOWANCES: u128 = 2;

pub fn balance_slot(owner: &Address) -> U256 {
    map_slot_address(U256::from(BALANCES), owner)
}

pub fn emit_transfer(from: &Address, to: &Address, amount: U256) {
    const TRANSFER: U256 = topic("Transfer(address,address,uint256)");
    let topics = [TRANSFER, U256::from_address(from), U256::from_address(to)];
    emit_number(&topics, amount);
}
