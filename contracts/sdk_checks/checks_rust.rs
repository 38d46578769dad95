//! The Rust SDK as contract functions.

#![no_std]

#[path = "../sdk/rust/ewasm.rs"]
mod ewasm;

use ewasm::*;

const ARITHMETIC: u32 = selector("arithmetic(uint8,uint256,uint256)");
const CHECKED: u32 = selector("checked(uint8,uint256,uint256)");
const CHECKED_128: u32 = selector("checked128(uint8,uint128,uint128)");
const ECHO: u32 = selector("echo(uint256,address,bool,bytes32,string,uint64,bytes)");
const HASH: u32 = selector("hash(bytes)");
const ENTRY: u32 = selector("entry(uint256,uint256)");
const ELEMENTS: u32 = selector("elements(uint256)");
const FAIL: u32 = selector("fail(string)");
const NARROW: u32 = selector("narrow(uint256)");
const FORWARD: u32 = selector("forward(address,bytes)");
const WHOAMI: u32 = selector("whoami()");
const NOTHING: u32 = selector("nothing()");

#[no_mangle]
pub extern "C" fn main() {
    let given = Arguments::of_call();
    match call_selector() {
        ARITHMETIC => arithmetic(&given),
        CHECKED => return_number(checked(given.bits(0, 8), given.number(1), given.number(2))),
        CHECKED_128 => {
            let result = checked_128(given.bits(0, 8), given.u128(1), given.u128(2));
            return_number(U256::from(result))
        }
        ECHO => echo(&given),
        HASH => finish(&keccak256(given.bytes(0))),
        ENTRY => return_number(map_slot(given.number(0), given.number(1))),
        ELEMENTS => return_number(array_slot(given.number(0))),
        FAIL => match core::str::from_utf8(given.bytes(0)) {
            Ok(message) => revert_with(message),
            Err(_) => revert_silently(),
        },
        NARROW => match given.number(0).to_u128() {
            Some(number) => return_number(U256::from(number)),
            None => revert_with_panic(PANIC_OVERFLOW),
        },
        FORWARD => {
            let status = call(&given.address(0), 0, given.bytes(1));
            let data = returned_data();
            let mut output = Encoder::new(2, dynamic_size(data.len()));
            output.number(U256::from(status as u128));
            output.bytes(data);
            output.finish()
        }
        WHOAMI => return_address(&own_address()),
        NOTHING => finish(&[]),
        _ => revert_silently(),
    }
}

fn arithmetic(given: &Arguments) -> ! {
    let (a, b) = (given.number(1), given.number(2));
    let (result, flag) = match given.bits(0, 8) {
        0 => a.overflowing_add(b),
        1 => a.overflowing_sub(b),
        2 => a.overflowing_mul(b),
        _ => (U256::from((a < b) as u128), a == b),
    };
    let mut output = Encoder::new(2, 0);
    output.number(result);
    output.boolean(flag);
    output.finish()
}

fn checked(operation: u64, a: U256, b: U256) -> U256 {
    match operation {
        0 => a + b,
        1 => a - b,
        2 => a * b,
        3 => a / b,
        _ => a % b,
    }
}

fn checked_128(operation: u64, a: u128, b: u128) -> u128 {
    let (result, code) = match operation {
        0 => (a.checked_add(b), PANIC_OVERFLOW),
        1 => (a.checked_sub(b), PANIC_OVERFLOW),
        2 => (a.checked_mul(b), PANIC_OVERFLOW),
        3 => (a.checked_div(b), PANIC_DIVISION_BY_ZERO),
        _ => (a.checked_rem(b), PANIC_DIVISION_BY_ZERO),
    };
    result.unwrap_or_else(|| revert_with_panic(code))
}

fn echo(given: &Arguments) -> ! {
    let (text, data) = (given.bytes(4), given.bytes(6));
    let mut output = Encoder::new(7, dynamic_size(text.len()) + dynamic_size(data.len()));
    output.number(given.number(0));
    output.address(&given.address(1));
    output.boolean(given.boolean(2));
    output.word(&given.word(3));
    output.bytes(text);
    output.number(U256::from(given.u64(5) as u128));
    output.bytes(data);
    output.finish()
}
