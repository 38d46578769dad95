//! Everything a contract in Rust needs, without `std`: the EEI methods, a number of 256 bits, the
//! Solidity ABI, storage, events, reverts, keccak-256, memory.
//!
//!     #![no_std]
//!     #[path = "ewasm.rs"]
//!     mod ewasm;
//!     use ewasm::*;
//!
//!     const COUNT: u32 = selector("count()");
//!
//!     #[no_mangle]
//!     pub extern "C" fn main() {
//!         match call_selector() {
//!             COUNT => return_number(storage_load(U256::from(0))),
//!             _ => revert_silently(),
//!         }
//!     }
//!
//! Numbers are little-endian in memory: a u128 is what the EEI reads and writes. The operators
//! + - * / % of U256 revert where a contract in Solidity does; `overflowing_add` and so on tell, and
//! so do Rust's own methods of u128. ABI words are big-endian; arguments, results, topics and storage
//! slots are translated, so a contract rarely sees one. Selectors and topics are computed by the
//! compiler.
//!
//! Storage is laid out as Solidity does it: a variable is a slot number, an entry of a mapping lies
//! at keccak256(key . slot). The hash costs little beside a store, holds keys of any size, and lets
//! tools that know Solidity's layout read the storage.
//!
//! Compile with rustc 1.63 or later and any linker for wasm, for example that of the PyPI package
//! `ziglang`:
//!
//!     rustc --edition 2021 --target wasm32-unknown-unknown --crate-type staticlib \
//!         -C target-cpu=mvp -C opt-level=s -C panic=abort -C codegen-units=1 -C lto=fat \
//!         contract.rs -o contract.a
//!     python-zig wasm-ld --no-entry --export=main --gc-sections --strip-all -z stack-size=4096 \
//!         contract.a -o contract.wasm

#![allow(dead_code)] // a contract uses a part of this

use core::arch::wasm32;
use core::cmp::Ordering;
use core::ops::{Add, Div, Mul, Rem, Sub};
use core::slice;

/// 20 bytes, as the EEI reads and writes them.
pub type Address = [u8; 20];

/// 32 bytes: a hash, a storage slot, or an ABI word (numbers big-endian, bytesN at the start).
pub type Word = [u8; 32];

/// The EEI methods. Pointers must point to as many bytes as their type has, or as the length says.
pub mod eei {
    use super::{Address, Word, U256};

    // Behind a pointer a u128 is 16 bytes, the lowest first, as the EEI has it.
    #[allow(improper_ctypes)]
    #[link(wasm_import_module = "ethereum")]
    extern "C" {
        // BEGIN EEI methods, written by contracts/sdk/generate.py

        /// Takes an amount of gas from the frame; fails if it is negative or more than is left.
        #[link_name = "useGas"]
        pub fn use_gas(amount: i64);

        /// Whole gas left after this call has paid for itself.
        #[link_name = "getGasLeft"]
        pub fn get_gas_left() -> u64;

        /// The account whose storage and balance the frame uses.
        ///   result: address, written.
        #[link_name = "getAddress"]
        pub fn get_address(result: *mut Address);

        /// Balance of an account in wei; fails if it does not fit into 128 bits.
        ///   address: address, read.
        ///   result: u128, written.
        #[link_name = "getExternalBalance"]
        pub fn get_external_balance(address: *const Address, result: *mut u128);

        /// Hash of one of the last 256 blocks: 0 and the hash, or 1 and memory untouched.
        ///   result: bytes32, written if there is one.
        #[link_name = "getBlockHash"]
        pub fn get_block_hash(number: u64, result: *mut Word) -> u32;

        /// Bytes of call data; 0 in a creation.
        #[link_name = "getCallDataSize"]
        pub fn get_call_data_size() -> u32;

        /// Copies part of the call data; fails where it would read past the end.
        ///   result: bytes, written of `length` bytes.
        #[link_name = "callDataCopy"]
        pub fn call_data_copy(result: *mut u8, data_offset: u32, length: u32);

        /// The account that sent the message.
        ///   result: address, written.
        #[link_name = "getCaller"]
        pub fn get_caller(result: *mut Address);

        /// Value of the message in wei; a delegate frame sees its parent's.
        ///   result: u128, written.
        #[link_name = "getCallValue"]
        pub fn get_call_value(result: *mut u128);

        /// Copies part of the running code exactly as it was deployed (init code in a creation).
        ///   result: bytes, written of `length` bytes.
        #[link_name = "codeCopy"]
        pub fn code_copy(result: *mut u8, code_offset: u32, length: u32);

        /// Bytes of the running code as it was deployed.
        #[link_name = "getCodeSize"]
        pub fn get_code_size() -> u32;

        /// Copies part of an account's deployed code; fails where it would read past the end.
        ///   address: address, read.
        ///   result: bytes, written of `length` bytes.
        #[link_name = "externalCodeCopy"]
        pub fn external_code_copy(address: *const Address, result: *mut u8, code_offset: u32, length: u32);

        /// Bytes of an account's deployed code; 0 for a missing account.
        ///   address: address, read.
        #[link_name = "getExternalCodeSize"]
        pub fn get_external_code_size(address: *const Address) -> u32;

        /// Who gets the fees of the block.
        ///   result: address, written.
        #[link_name = "getBlockCoinbase"]
        pub fn get_block_coinbase(result: *mut Address);

        /// Difficulty of the block.
        ///   result: u256, written.
        #[link_name = "getBlockDifficulty"]
        pub fn get_block_difficulty(result: *mut U256);

        /// Gas limit of the block.
        #[link_name = "getBlockGasLimit"]
        pub fn get_block_gas_limit() -> u64;

        /// Gas price of the transaction in wei; fails if it does not fit into 128 bits.
        ///   result: u128, written.
        #[link_name = "getTxGasPrice"]
        pub fn get_tx_gas_price(result: *mut u128);

        /// Emits a log entry with up to 4 topics; only the counted topic pointers are read.
        ///   data: bytes, read of `length` bytes.
        ///   topic1: bytes32, read if counted.
        ///   topic2: bytes32, read if counted.
        ///   topic3: bytes32, read if counted.
        ///   topic4: bytes32, read if counted.
        #[link_name = "log"]
        pub fn log(data: *const u8, length: u32, number_of_topics: u32, topic1: *const Word, topic2: *const Word, topic3: *const Word, topic4: *const Word);

        /// Number of the current block.
        #[link_name = "getBlockNumber"]
        pub fn get_block_number() -> u64;

        /// Time of the current block in seconds.
        #[link_name = "getBlockTimestamp"]
        pub fn get_block_timestamp() -> u64;

        /// Sender of the transaction.
        ///   result: address, written.
        #[link_name = "getTxOrigin"]
        pub fn get_tx_origin(result: *mut Address);

        /// Writes a slot: 20,000 gas if it was zero and becomes non-zero, else 5,000; clearing a slot earns a refund.
        ///   path: bytes32, read.
        ///   value: bytes32, read.
        #[link_name = "storageStore"]
        pub fn storage_store(path: *const Word, value: *const Word);

        /// Reads a slot; 32 zero bytes if it was never written.
        ///   path: bytes32, read.
        ///   result: bytes32, written.
        #[link_name = "storageLoad"]
        pub fn storage_load(path: *const Word, result: *mut Word);

        /// Ends the frame with success and output.
        ///   data: bytes, read of `length` bytes.
        #[link_name = "finish"]
        pub fn finish(data: *const u8, length: u32) -> !;

        /// Undoes the frame, keeps its gas, hands back output.
        ///   data: bytes, read of `length` bytes.
        #[link_name = "revert"]
        pub fn revert(data: *const u8, length: u32) -> !;

        /// Bytes in the return buffer.
        #[link_name = "getReturnDataSize"]
        pub fn get_return_data_size() -> u32;

        /// Copies part of the return buffer; fails where it would read past the end.
        ///   result: bytes, written of `length` bytes.
        #[link_name = "returnDataCopy"]
        pub fn return_data_copy(result: *mut u8, data_offset: u32, length: u32);

        /// A message to another account: 0 success, 1 failure, 2 revert. Value in a static frame fails.
        ///   address: address, read.
        ///   value: u128, read.
        ///   data: bytes, read unless empty of `dataLength` bytes.
        #[link_name = "call"]
        pub fn call(gas: i64, address: *const Address, value: *const u128, data: *const u8, data_length: u32) -> u32;

        /// As call, but the other account's code runs on the frame's own storage.
        ///   address: address, read.
        ///   value: u128, read.
        ///   data: bytes, read unless empty of `dataLength` bytes.
        #[link_name = "callCode"]
        pub fn call_code(gas: i64, address: *const Address, value: *const u128, data: *const u8, data_length: u32) -> u32;

        /// As callCode, with the frame's own caller and value.
        ///   address: address, read.
        ///   data: bytes, read unless empty of `dataLength` bytes.
        #[link_name = "callDelegate"]
        pub fn call_delegate(gas: i64, address: *const Address, data: *const u8, data_length: u32) -> u32;

        /// As call without value; the callee and all it calls cannot write.
        ///   address: address, read.
        ///   data: bytes, read unless empty of `dataLength` bytes.
        #[link_name = "callStatic"]
        pub fn call_static(gas: i64, address: *const Address, data: *const u8, data_length: u32) -> u32;

        /// Creates a contract from init code: 0 and its address, 1 failure, 2 revert.
        ///   value: u128, read.
        ///   data: bytes, read late unless empty of `length` bytes.
        ///   result: address, written on success.
        #[link_name = "create"]
        pub fn create(value: *const u128, data: *const u8, length: u32, result: *mut Address) -> u32;

        /// Sends the balance away and ends the frame with success; the account is gone after the transaction.
        ///   address: address, read.
        #[link_name = "selfDestruct"]
        pub fn self_destruct(address: *const Address) -> !;

        // END EEI methods
    }
}

/// Statuses of calls and creations.
pub const CALL_SUCCESS: u32 = 0;
pub const CALL_FAILURE: u32 = 1;
pub const CALL_REVERT: u32 = 2;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    wasm32::unreachable()
}

// Memory

const MEMORY_PAGE: usize = 65_536;

/// Memory that stays until the call ends; aligned to 8 bytes, contents zero. Traps without memory.
pub fn allocate(size: usize) -> &'static mut [u8] {
    extern "C" {
        static __heap_base: u8;
    }
    static mut NEXT: usize = 0;
    // A contract has one thread, and no memory is handed out twice.
    unsafe {
        let base = (&__heap_base as *const u8 as usize + 7) & !7;
        let start = if NEXT == 0 { base } else { NEXT };
        if size > 0x7fff_ffff - start {
            wasm32::unreachable();
        }
        let end = start + ((size + 7) & !7);
        let have = wasm32::memory_size(0) * MEMORY_PAGE;
        if end > have {
            let pages = (end - have - 1) / MEMORY_PAGE + 1;
            if wasm32::memory_grow(0, pages) == usize::MAX {
                wasm32::unreachable();
            }
        }
        NEXT = end;
        slice::from_raw_parts_mut(start as *mut u8, size)
    }
}

const fn rounded_up(length: usize) -> usize {
    (length + 31) & !31
}

// Ends of a call

/// Ends the call with success and this output.
pub fn finish(output: &[u8]) -> ! {
    unsafe { eei::finish(output.as_ptr(), output.len() as u32) }
}

/// Undoes the call and hands back this output.
pub fn revert(output: &[u8]) -> ! {
    unsafe { eei::revert(output.as_ptr(), output.len() as u32) }
}

/// Undoes the call without saying why, as Solidity does with malformed call data.
#[inline(never)]
pub fn revert_silently() -> ! {
    revert(&[])
}

/// Undoes the call with Error(string), which clients show.
#[inline(never)]
pub fn revert_with(message: &str) -> ! {
    const ERROR: [u8; 4] = selector("Error(string)").to_be_bytes();
    let output = allocate(68 + rounded_up(message.len()));
    output[..4].copy_from_slice(&ERROR);
    output[4 + 31] = 32;
    output[64..68].copy_from_slice(&(message.len() as u32).to_be_bytes());
    output[68..68 + message.len()].copy_from_slice(message.as_bytes());
    revert(output)
}

pub const PANIC_OVERFLOW: u8 = 0x11;
pub const PANIC_DIVISION_BY_ZERO: u8 = 0x12;

/// Undoes the call with Panic(uint256), as Solidity's checked arithmetic does.
#[inline(never)]
pub fn revert_with_panic(code: u8) -> ! {
    const PANIC: [u8; 4] = selector("Panic(uint256)").to_be_bytes();
    let mut output = [0; 36];
    output[..4].copy_from_slice(&PANIC);
    output[35] = code;
    revert(&output)
}

/// Undoes the call with Error(string) unless the condition holds.
pub fn require(condition: bool, message: &str) {
    if !condition {
        revert_with(message)
    }
}

// Numbers

/// A number of 256 bits: four limbs, the lowest first.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct U256(pub [u64; 4]);

impl U256 {
    pub const ZERO: U256 = U256([0; 4]);
    pub const MAX: U256 = U256([u64::MAX; 4]);

    /// The number in an ABI word.
    #[inline(never)]
    pub const fn from_word(word: &Word) -> U256 {
        let mut limbs = [0; 4];
        let mut i = 0;
        while i < 32 {
            limbs[3 - i / 8] = limbs[3 - i / 8] << 8 | word[i] as u64;
            i += 1;
        }
        U256(limbs)
    }

    /// An ABI word.
    #[inline(never)]
    pub fn to_word(self) -> Word {
        let mut word = [0; 32];
        for (part, limb) in word.chunks_exact_mut(8).zip(self.0.iter().rev()) {
            part.copy_from_slice(&limb.to_be_bytes());
        }
        word
    }

    /// An address as a number: topics and keys of mappings are numbers here.
    pub fn from_address(account: &Address) -> U256 {
        let mut word = [0; 32];
        word[12..].copy_from_slice(account);
        U256::from_word(&word)
    }

    /// The address in the low 160 bits.
    pub fn to_address(self) -> Address {
        let mut account = [0; 20];
        account.copy_from_slice(&self.to_word()[12..]);
        account
    }

    pub fn is_zero(self) -> bool {
        self == U256::ZERO
    }

    /// As u64, if it fits.
    pub fn to_u64(self) -> Option<u64> {
        let [low, b, c, d] = self.0;
        if b | c | d == 0 {
            Some(low)
        } else {
            None
        }
    }

    /// As u128, if it fits: EEI amounts of wei do.
    pub fn to_u128(self) -> Option<u128> {
        let [low, high, c, d] = self.0;
        if c | d == 0 {
            Some((high as u128) << 64 | low as u128)
        } else {
            None
        }
    }

    /// The wrapped sum, and whether it wrapped.
    #[inline(never)]
    pub fn overflowing_add(self, other: U256) -> (U256, bool) {
        let mut sum = self;
        let mut carry = false;
        for (limb, part) in sum.0.iter_mut().zip(other.0) {
            let (once, over) = limb.overflowing_add(part);
            let (twice, over_again) = once.overflowing_add(carry as u64);
            *limb = twice;
            carry = over | over_again;
        }
        (sum, carry)
    }

    /// The wrapped difference, and whether it wrapped.
    #[inline(never)]
    pub fn overflowing_sub(self, other: U256) -> (U256, bool) {
        let mut difference = self;
        let mut borrow = false;
        for (limb, part) in difference.0.iter_mut().zip(other.0) {
            let (once, under) = limb.overflowing_sub(part);
            let (twice, under_again) = once.overflowing_sub(borrow as u64);
            *limb = twice;
            borrow = under | under_again;
        }
        (difference, borrow)
    }

    /// The wrapped product, and whether it wrapped.
    #[inline(never)]
    pub fn overflowing_mul(self, other: U256) -> (U256, bool) {
        let mut rows = [0u64; 8];
        for i in 0..4 {
            let mut carry = 0;
            for j in 0..4 {
                let part = self.0[i] as u128 * other.0[j] as u128;
                let sum = part + rows[i + j] as u128 + carry as u128;
                rows[i + j] = sum as u64;
                carry = (sum >> 64) as u64;
            }
            rows[i + 4] = carry;
        }
        let beyond = rows[4] | rows[5] | rows[6] | rows[7];
        (U256([rows[0], rows[1], rows[2], rows[3]]), beyond != 0)
    }

    /// Quotient and remainder; None when the divisor is 0. Bit by bit, from the highest one.
    #[inline(never)]
    pub fn checked_div_rem(self, divisor: U256) -> Option<(U256, U256)> {
        if divisor.is_zero() {
            return None;
        }
        let (mut quotient, mut rest) = (U256::ZERO, U256::ZERO);
        for bit in (0..256).rev() {
            let one = self.0[bit / 64] >> (bit % 64) & 1;
            if one == 0 && rest.is_zero() {
                continue;
            }
            // The bit that leaves at the top counts: then the rest is greater than any divisor.
            let (doubled, above) = rest.overflowing_add(rest);
            rest = doubled;
            rest.0[0] |= one;
            if above || rest >= divisor {
                rest = rest.overflowing_sub(divisor).0;
                quotient.0[bit / 64] |= 1 << (bit % 64);
            }
        }
        Some((quotient, rest))
    }
}

impl From<u128> for U256 {
    fn from(number: u128) -> U256 {
        U256([number as u64, (number >> 64) as u64, 0, 0])
    }
}

impl Ord for U256 {
    #[inline(never)]
    fn cmp(&self, other: &U256) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

impl PartialOrd for U256 {
    fn partial_cmp(&self, other: &U256) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn checked((number, overflows): (U256, bool)) -> U256 {
    if overflows {
        revert_with_panic(PANIC_OVERFLOW)
    }
    number
}

impl Add for U256 {
    type Output = U256;
    fn add(self, other: U256) -> U256 {
        checked(self.overflowing_add(other))
    }
}

impl Sub for U256 {
    type Output = U256;
    fn sub(self, other: U256) -> U256 {
        checked(self.overflowing_sub(other))
    }
}

impl Mul for U256 {
    type Output = U256;
    fn mul(self, other: U256) -> U256 {
        checked(self.overflowing_mul(other))
    }
}

fn divided(a: U256, b: U256) -> (U256, U256) {
    match a.checked_div_rem(b) {
        Some(result) => result,
        None => revert_with_panic(PANIC_DIVISION_BY_ZERO),
    }
}

impl Div for U256 {
    type Output = U256;
    /// Rounded down.
    fn div(self, other: U256) -> U256 {
        divided(self, other).0
    }
}

impl Rem for U256 {
    type Output = U256;
    fn rem(self, other: U256) -> U256 {
        divided(self, other).1
    }
}

// Keccak-256, as Ethereum has it: FIPS 202's sponge with the padding of the submission

const RATE: usize = 136;

const ROUND_CONSTANTS: [u64; 24] = [
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
];

// The step pi goes round all lanes but the first; rho turns them on the way.
const PLACES: [u8; 24] = [
    10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
];
const TURNS: [u8; 24] = [
    1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
];

/// 25 lanes; the array is longer, because the compiler sees that an index below 32 is inside.
type Lanes = [u64; 32];

const fn column(lanes: &Lanes, x: usize) -> u64 {
    lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
}

#[inline(never)]
const fn keccak_permute(mut lanes: Lanes) -> Lanes {
    let mut round = 0;
    while round < 24 {
        let (a, b, c) = (column(&lanes, 0), column(&lanes, 1), column(&lanes, 2));
        let (d, e) = (column(&lanes, 3), column(&lanes, 4));
        let (mix_a, mix_b) = (e ^ b.rotate_left(1), a ^ c.rotate_left(1));
        let (mix_c, mix_d) = (b ^ d.rotate_left(1), c ^ e.rotate_left(1));
        let mix_e = d ^ a.rotate_left(1);
        let mut row = 0;
        while row < 25 {
            lanes[row & 31] ^= mix_a;
            lanes[(row + 1) & 31] ^= mix_b;
            lanes[(row + 2) & 31] ^= mix_c;
            lanes[(row + 3) & 31] ^= mix_d;
            lanes[(row + 4) & 31] ^= mix_e;
            row += 5;
        }
        let mut moving = lanes[1];
        let mut i = 0;
        while i < 24 {
            let place = PLACES[i] as usize & 31;
            let kept = lanes[place];
            lanes[place] = moving.rotate_left(TURNS[i] as u32);
            moving = kept;
            i += 1;
        }
        row = 0;
        while row < 25 {
            let (a, b) = (lanes[row & 31], lanes[(row + 1) & 31]);
            let (c, d) = (lanes[(row + 2) & 31], lanes[(row + 3) & 31]);
            let e = lanes[(row + 4) & 31];
            lanes[row & 31] = a ^ (!b & c);
            lanes[(row + 1) & 31] = b ^ (!c & d);
            lanes[(row + 2) & 31] = c ^ (!d & e);
            lanes[(row + 3) & 31] = d ^ (!e & a);
            lanes[(row + 4) & 31] = e ^ (!a & b);
            row += 5;
        }
        lanes[0] ^= ROUND_CONSTANTS[round];
        round += 1;
    }
    lanes
}

/// The hash of some bytes; in constants the compiler computes it.
#[inline(never)]
pub const fn keccak256(data: &[u8]) -> Word {
    let mut lanes: Lanes = [0; 32];
    let mut at = 0; // in the block
    let mut i = 0;
    while i < data.len() {
        lanes[at / 8 & 31] ^= (data[i] as u64) << (at % 8 * 8);
        at += 1;
        i += 1;
        if at == RATE {
            lanes = keccak_permute(lanes);
            at = 0;
        }
    }
    lanes[at / 8 & 31] ^= 0x01 << (at % 8 * 8);
    lanes[RATE / 8 - 1] ^= 0x80 << 56;
    lanes = keccak_permute(lanes);
    let mut hash = [0; 32];
    i = 0;
    while i < 32 {
        hash[i] = (lanes[i / 8 & 31] >> (i % 8 * 8)) as u8;
        i += 1;
    }
    hash
}

/// The selector of a function, such as "transfer(address,uint256)", as a big-endian number.
pub const fn selector(signature: &str) -> u32 {
    let hash = keccak256(signature.as_bytes());
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

/// The first topic of an event, such as "Transfer(address,address,uint256)"; for constants.
pub const fn topic(signature: &str) -> U256 {
    U256::from_word(&keccak256(signature.as_bytes()))
}

// Arguments: of a call in the call data, of a constructor behind its code

/// The first four bytes of the call data as a big-endian number; reverts when there are fewer.
pub fn call_selector() -> u32 {
    let mut bytes = [0; 4];
    unsafe {
        if eei::get_call_data_size() < 4 {
            revert_silently();
        }
        eei::call_data_copy(bytes.as_mut_ptr(), 0, 4);
    }
    u32::from_be_bytes(bytes)
}

/// ABI-encoded arguments: bytes `start` to `end` of the call data or of the code.
#[derive(Clone, Copy)]
pub struct Arguments {
    start: u32,
    end: u32,
    in_code: bool,
}

impl Arguments {
    /// The arguments behind the selector; reverts when there is no selector.
    pub fn of_call() -> Arguments {
        let size = unsafe { eei::get_call_data_size() };
        if size < 4 {
            revert_silently();
        }
        Arguments { start: 4, end: size, in_code: false }
    }

    /// The arguments of the constructor that is running.
    pub fn of_constructor() -> Arguments {
        code_section(b"constructor_arguments")
    }

    /// How many bytes they are.
    pub fn size(&self) -> u32 {
        self.end - self.start
    }

    /// Copies arguments; reverts where they end before `offset + to.len()`.
    #[inline(never)]
    pub fn copy(&self, to: &mut [u8], offset: u32) {
        let length = to.len() as u32;
        if offset > self.size() || length > self.size() - offset {
            revert_silently();
        }
        let from = self.start + offset;
        unsafe {
            if self.in_code {
                eei::code_copy(to.as_mut_ptr(), from, length);
            } else {
                eei::call_data_copy(to.as_mut_ptr(), from, length);
            }
        }
    }

    /// The argument with this index, of any type of one word.
    pub fn word(&self, index: u32) -> Word {
        let mut word = [0; 32];
        self.copy(&mut word, 32 * index);
        word
    }

    #[inline(never)]
    pub fn number(&self, index: u32) -> U256 {
        U256::from_word(&self.word(index))
    }

    /// The following revert when the number does not fit into the type.
    pub fn u128(&self, index: u32) -> u128 {
        self.number(index).to_u128().unwrap_or_else(|| revert_silently())
    }

    pub fn u64(&self, index: u32) -> u64 {
        self.number(index).to_u64().unwrap_or_else(|| revert_silently())
    }

    /// For types of less than 64 bits.
    pub fn bits(&self, index: u32, bits: u32) -> u64 {
        let number = self.u64(index);
        if number >> bits != 0 {
            revert_silently();
        }
        number
    }

    pub fn boolean(&self, index: u32) -> bool {
        self.bits(index, 1) != 0
    }

    #[inline(never)]
    pub fn address(&self, index: u32) -> Address {
        let word = self.word(index);
        if word[..12].iter().any(|byte| *byte != 0) {
            revert_silently();
        }
        let mut account = [0; 20];
        account.copy_from_slice(&word[12..]);
        account
    }

    /// Where the contents of a dynamic argument start, and how many bytes or elements they are.
    pub fn dynamic(&self, index: u32) -> (u32, u32) {
        let offset = self.u64(index);
        if offset > self.size() as u64 {
            revert_silently();
        }
        let mut length = [0; 32];
        self.copy(&mut length, offset as u32);
        match U256::from_word(&length).to_u64() {
            Some(count) if count <= self.size() as u64 => (offset as u32 + 32, count as u32),
            _ => revert_silently(),
        }
    }

    /// An argument of type bytes or string, copied into new memory.
    pub fn bytes(&self, index: u32) -> &'static [u8] {
        let (offset, length) = self.dynamic(index);
        let data = allocate(length as usize);
        self.copy(data, offset);
        data
    }
}

// Encoding

/// Bytes that a value of type bytes or string takes behind the head.
pub const fn dynamic_size(length: usize) -> usize {
    32 + rounded_up(length)
}

/// Writes ABI values one after the other: words into the head, contents of dynamic ones behind it.
pub struct Encoder {
    output: &'static mut [u8],
    head: usize,
    tail: usize,
}

impl Encoder {
    /// For so many values, whose dynamic contents take so many bytes: `dynamic_size` of each.
    pub fn new(values: usize, tail_bytes: usize) -> Encoder {
        Encoder { output: allocate(32 * values + tail_bytes), head: 0, tail: 32 * values }
    }

    pub fn word(&mut self, value: &Word) {
        self.output[self.head..self.head + 32].copy_from_slice(value);
        self.head += 32;
    }

    #[inline(never)]
    pub fn number(&mut self, value: U256) {
        self.word(&value.to_word());
    }

    pub fn boolean(&mut self, value: bool) {
        self.number(U256::from(value as u128));
    }

    pub fn address(&mut self, value: &Address) {
        self.number(U256::from_address(value));
    }

    /// A value of type bytes or string.
    pub fn bytes(&mut self, value: &[u8]) {
        let (start, end) = (self.tail + 32, self.tail + dynamic_size(value.len()));
        self.number(U256::from(self.tail as u128));
        let length = U256::from(value.len() as u128).to_word();
        self.output[self.tail..start].copy_from_slice(&length);
        self.output[start..end][..value.len()].copy_from_slice(value);
        self.tail = end;
    }

    /// What was encoded.
    pub fn encoded(&self) -> &[u8] {
        &self.output[..self.tail]
    }

    /// Ends the call with success and the encoded values.
    pub fn finish(&self) -> ! {
        finish(self.encoded())
    }
}

#[inline(never)]
pub fn return_number(number: U256) -> ! {
    finish(&number.to_word())
}

pub fn return_bool(truth: bool) -> ! {
    return_number(U256::from(truth as u128))
}

pub fn return_address(account: &Address) -> ! {
    return_number(U256::from_address(account))
}

/// A result of type bytes or string.
#[inline(never)]
pub fn return_bytes(value: &[u8]) -> ! {
    let mut output = Encoder::new(1, dynamic_size(value.len()));
    output.bytes(value);
    output.finish()
}

// Who and how much

pub fn caller() -> Address {
    let mut account = [0; 20];
    unsafe { eei::get_caller(&mut account) };
    account
}

pub fn own_address() -> Address {
    let mut account = [0; 20];
    unsafe { eei::get_address(&mut account) };
    account
}

/// Value of the call in wei.
pub fn call_value() -> u128 {
    let mut value = 0;
    unsafe { eei::get_call_value(&mut value) };
    value
}

/// Undoes a call that brings ether, for contracts and functions that want none.
pub fn reject_value() {
    if call_value() != 0 {
        revert_silently();
    }
}

/// Number of the current block.
pub fn block_number() -> u64 {
    unsafe { eei::get_block_number() }
}

/// Time of the current block in seconds.
pub fn block_timestamp() -> u64 {
    unsafe { eei::get_block_timestamp() }
}

// Storage

#[inline(never)]
pub fn storage_load(slot: U256) -> U256 {
    let mut value = [0; 32];
    unsafe { eei::storage_load(&slot.to_word(), &mut value) };
    U256::from_word(&value)
}

#[inline(never)]
pub fn storage_store(slot: U256, number: U256) {
    unsafe { eei::storage_store(&slot.to_word(), &number.to_word()) }
}

/// The slot of a mapping's entry: keccak256(key . slot of the mapping). A mapping of mappings is
/// map_slot(map_slot(slot, first key), second key).
#[inline(never)]
pub fn map_slot(slot: U256, key: U256) -> U256 {
    let mut words = [0; 64];
    words[..32].copy_from_slice(&key.to_word());
    words[32..].copy_from_slice(&slot.to_word());
    U256::from_word(&keccak256(&words))
}

pub fn map_slot_address(slot: U256, key: &Address) -> U256 {
    map_slot(slot, U256::from_address(key))
}

/// The first slot of a dynamic array's elements: keccak256(slot). The slot itself has their number.
pub fn array_slot(slot: U256) -> U256 {
    U256::from_word(&keccak256(&slot.to_word()))
}

// Events

/// Logs an event: its hashed signature and its indexed values as topics, the others as data.
#[inline(never)]
pub fn emit(topics: &[U256], data: &[u8]) {
    let mut words = [[0; 32]; 4];
    for (word, value) in words.iter_mut().zip(topics) {
        *word = value.to_word();
    }
    let [one, two, three, four] = &words;
    let (start, length) = (data.as_ptr(), data.len() as u32);
    unsafe { eei::log(start, length, topics.len() as u32, one, two, three, four) }
}

/// As emit, with one word of data.
pub fn emit_number(topics: &[U256], number: U256) {
    emit(topics, &number.to_word())
}

// Calls

/// Calls another account with all gas that may be given on; gives CALL_SUCCESS and so on.
pub fn call(to: &Address, value: u128, data: &[u8]) -> u32 {
    unsafe {
        let gas = eei::get_gas_left() as i64;
        eei::call(gas, to, &value, data.as_ptr(), data.len() as u32)
    }
}

/// What the last call returned, or reverted with.
pub fn returned_data() -> &'static [u8] {
    unsafe {
        let length = eei::get_return_data_size();
        let data = allocate(length as usize);
        eei::return_data_copy(data.as_mut_ptr(), 0, length);
        data
    }
}

// Constructors. Init code is the constructor's module, then a custom section `runtime` with the
// contract, then a custom section `constructor_arguments` if there are any.

/// The contents of a custom section of the running code; empty where there is none.
fn code_section(name: &[u8]) -> Arguments {
    let size = unsafe { eei::get_code_size() };
    let mut at = 8; // behind magic and version
    while at < size {
        let mut head = [0u8; 48];
        let have = (size - at).min(48);
        unsafe { eei::code_copy(head.as_mut_ptr(), at, have) };
        let (mut length, mut next) = (0, 1);
        while next < 6 {
            let byte = head[next];
            length |= ((byte & 0x7f) as u32) << (7 * (next - 1));
            next += 1;
            if byte < 0x80 {
                break;
            }
        }
        let start = at + next as u32;
        let rest = &head[next..];
        if head[0] == 0 && rest[0] as usize == name.len() && rest[1..].starts_with(name) {
            let skipped = 1 + name.len() as u32;
            return Arguments { start: start + skipped, end: start + length, in_code: true };
        }
        at = start + length;
    }
    Arguments { start: 0, end: 0, in_code: true }
}

/// Ends a constructor: the contract is what the section `runtime` holds.
pub fn return_runtime() -> ! {
    let section = code_section(b"runtime");
    let code = allocate(section.size() as usize);
    section.copy(code, 0);
    finish(code)
}
