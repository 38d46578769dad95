//! An ERC-20 token (EIP-20) in Rust. Its storage is that of the Solidity contract
//!
//!     uint256 totalSupply;                                          // slot 0
//!     mapping(address => uint256) balances;                         // slot 1
//!     mapping(address => mapping(address => uint256)) allowances;   // slot 2
//!
//! An allowance of 2^256 - 1 is infinite: transferFrom does not lower it.

#![no_std]

#[path = "../sdk/rust/ewasm.rs"]
mod ewasm;
mod layout;

use ewasm::*;
use layout::*;

const NAME: u32 = selector("name()");
const SYMBOL: u32 = selector("symbol()");
const DECIMALS: u32 = selector("decimals()");
const TOTAL: u32 = selector("totalSupply()");
const BALANCE_OF: u32 = selector("balanceOf(address)");
const ALLOWANCE: u32 = selector("allowance(address,address)");
const TRANSFER: u32 = selector("transfer(address,uint256)");
const TRANSFER_FROM: u32 = selector("transferFrom(address,address,uint256)");
const APPROVE: u32 = selector("approve(address,uint256)");

#[no_mangle]
pub extern "C" fn main() {
    reject_value();
    let given = Arguments::of_call();
    match call_selector() {
        NAME => return_bytes(b"Sample Token"),
        SYMBOL => return_bytes(b"SAMPLE"),
        DECIMALS => return_number(U256::from(18)),
        TOTAL => return_number(storage_load(U256::from(TOTAL_SUPPLY))),
        BALANCE_OF => return_number(storage_load(balance_slot(&given.address(0)))),
        ALLOWANCE => {
            let slot = allowance_slot(&given.address(0), &given.address(1));
            return_number(storage_load(slot))
        }
        TRANSFER => {
            move_tokens(&caller(), &given.address(0), given.number(1));
            return_bool(true)
        }
        TRANSFER_FROM => {
            let (from, amount) = (given.address(0), given.number(2));
            spend_allowance(&from, &caller(), amount);
            move_tokens(&from, &given.address(1), amount);
            return_bool(true)
        }
        APPROVE => approve(&caller(), &given.address(0), given.number(1)),
        _ => revert_silently(),
    }
}

fn allowance_slot(owner: &Address, spender: &Address) -> U256 {
    let allowances_of_owner = map_slot_address(U256::from(ALLOWANCES), owner);
    map_slot_address(allowances_of_owner, spender)
}

#[inline(never)]
fn move_tokens(from: &Address, to: &Address, amount: U256) {
    require(*to != [0; 20], "ERC20: transfer to the zero address");
    let giver = balance_slot(from);
    let (rest, too_much) = storage_load(giver).overflowing_sub(amount);
    require(!too_much, "ERC20: transfer amount exceeds balance");
    // Stored before the receiver's balance is read: they may be the same.
    storage_store(giver, rest);
    let taker = balance_slot(to);
    storage_store(taker, storage_load(taker) + amount);
    emit_transfer(from, to, amount);
}

fn spend_allowance(owner: &Address, spender: &Address, amount: U256) {
    let slot = allowance_slot(owner, spender);
    let allowed = storage_load(slot);
    if allowed == U256::MAX {
        return;
    }
    let (rest, too_much) = allowed.overflowing_sub(amount);
    require(!too_much, "ERC20: insufficient allowance");
    storage_store(slot, rest);
}

fn approve(owner: &Address, spender: &Address, amount: U256) -> ! {
    const APPROVAL: U256 = topic("Approval(address,address,uint256)");
    storage_store(allowance_slot(owner, spender), amount);
    let topics = [APPROVAL, U256::from_address(owner), U256::from_address(spender)];
    emit_number(&topics, amount);
    return_bool(true)
}
