//! Everything a contract in Zig needs: the EEI methods, the Solidity ABI, storage, events, reverts,
//! keccak-256, memory.
//!
//!     const ewasm = @import("ewasm");
//!
//!     export fn main() void {
//!         switch (ewasm.callSelector()) {
//!             ewasm.selector("count()") => ewasm.returnNumber(ewasm.storageLoad(0)),
//!             else => ewasm.revertSilently(),
//!         }
//!     }
//!
//! Numbers are Zig's own u128 and u256, little-endian in memory as the EEI has them; `add`, `sub`,
//! `mul`, `div` and `mod` revert where a contract in Solidity does. ABI words are big-endian;
//! arguments, results, topics and storage slots are translated, so a contract rarely sees one.
//! Selectors and topics are computed by the compiler.
//!
//! Storage is laid out as Solidity does it: a variable is a slot number, an entry of a mapping lies
//! at keccak256(key . slot). The hash costs little beside a store, holds keys of any size, and lets
//! tools that know Solidity's layout read the storage.
//!
//! Compile with the PyPI package `ziglang` 0.17.0:
//!
//!     python-zig build-exe -fno-entry --export=main --stack 4096 -femit-bin=contract.wasm \
//!         -target wasm32-freestanding -mcpu=mvp -O ReleaseSmall -fstrip \
//!         --dep ewasm -Mroot=contract.zig \
//!         -target wasm32-freestanding -mcpu=mvp -O ReleaseSmall -fstrip -Mewasm=ewasm.zig

const Keccak256 = @import("std").crypto.hash.sha3.Keccak256;

/// 20 bytes, as the EEI reads and writes them.
pub const Address = [20]u8;

/// 32 bytes: a hash, a storage slot, or an ABI word (numbers big-endian, bytesN at the start).
pub const Word = [32]u8;

/// The EEI methods. Pointers must point to as many bytes as their type has, or as the length says.
pub const eei = struct {
    // BEGIN EEI methods, written by contracts/sdk/generate.py

    /// Takes an amount of gas from the frame; fails if it is negative or more than is left.
    pub extern "ethereum" fn useGas(amount: i64) void;

    /// Whole gas left after this call has paid for itself.
    pub extern "ethereum" fn getGasLeft() u64;

    /// The account whose storage and balance the frame uses.
    ///   result: address, written.
    pub extern "ethereum" fn getAddress(result: *Address) void;

    /// Balance of an account in wei; fails if it does not fit into 128 bits.
    ///   address: address, read.
    ///   result: u128, written.
    pub extern "ethereum" fn getExternalBalance(address: *const Address, result: *u128) void;

    /// Hash of one of the last 256 blocks: 0 and the hash, or 1 and memory untouched.
    ///   result: bytes32, written if there is one.
    pub extern "ethereum" fn getBlockHash(number: u64, result: *Word) u32;

    /// Bytes of call data; 0 in a creation.
    pub extern "ethereum" fn getCallDataSize() u32;

    /// Copies part of the call data; fails where it would read past the end.
    ///   result: bytes, written of `length` bytes.
    pub extern "ethereum" fn callDataCopy(result: [*]u8, dataOffset: u32, length: u32) void;

    /// The account that sent the message.
    ///   result: address, written.
    pub extern "ethereum" fn getCaller(result: *Address) void;

    /// Value of the message in wei; a delegate frame sees its parent's.
    ///   result: u128, written.
    pub extern "ethereum" fn getCallValue(result: *u128) void;

    /// Copies part of the running code exactly as it was deployed (init code in a creation).
    ///   result: bytes, written of `length` bytes.
    pub extern "ethereum" fn codeCopy(result: [*]u8, codeOffset: u32, length: u32) void;

    /// Bytes of the running code as it was deployed.
    pub extern "ethereum" fn getCodeSize() u32;

    /// Copies part of an account's deployed code; fails where it would read past the end.
    ///   address: address, read.
    ///   result: bytes, written of `length` bytes.
    pub extern "ethereum" fn externalCodeCopy(address: *const Address, result: [*]u8, codeOffset: u32, length: u32) void;

    /// Bytes of an account's deployed code; 0 for a missing account.
    ///   address: address, read.
    pub extern "ethereum" fn getExternalCodeSize(address: *const Address) u32;

    /// Who gets the fees of the block.
    ///   result: address, written.
    pub extern "ethereum" fn getBlockCoinbase(result: *Address) void;

    /// Difficulty of the block.
    ///   result: u256, written.
    pub extern "ethereum" fn getBlockDifficulty(result: *u256) void;

    /// Gas limit of the block.
    pub extern "ethereum" fn getBlockGasLimit() u64;

    /// Gas price of the transaction in wei; fails if it does not fit into 128 bits.
    ///   result: u128, written.
    pub extern "ethereum" fn getTxGasPrice(result: *u128) void;

    /// Emits a log entry with up to 4 topics; only the counted topic pointers are read.
    ///   data: bytes, read of `length` bytes.
    ///   topic1: bytes32, read if counted.
    ///   topic2: bytes32, read if counted.
    ///   topic3: bytes32, read if counted.
    ///   topic4: bytes32, read if counted.
    pub extern "ethereum" fn log(data: [*]const u8, length: u32, numberOfTopics: u32, topic1: ?*const Word, topic2: ?*const Word, topic3: ?*const Word, topic4: ?*const Word) void;

    /// Number of the current block.
    pub extern "ethereum" fn getBlockNumber() u64;

    /// Time of the current block in seconds.
    pub extern "ethereum" fn getBlockTimestamp() u64;

    /// Sender of the transaction.
    ///   result: address, written.
    pub extern "ethereum" fn getTxOrigin(result: *Address) void;

    /// Writes a slot: 20,000 gas if it was zero and becomes non-zero, else 5,000; clearing a slot earns a refund.
    ///   path: bytes32, read.
    ///   value: bytes32, read.
    pub extern "ethereum" fn storageStore(path: *const Word, value: *const Word) void;

    /// Reads a slot; 32 zero bytes if it was never written.
    ///   path: bytes32, read.
    ///   result: bytes32, written.
    pub extern "ethereum" fn storageLoad(path: *const Word, result: *Word) void;

    /// Ends the frame with success and output.
    ///   data: bytes, read of `length` bytes.
    pub extern "ethereum" fn finish(data: [*]const u8, length: u32) noreturn;

    /// Undoes the frame, keeps its gas, hands back output.
    ///   data: bytes, read of `length` bytes.
    pub extern "ethereum" fn revert(data: [*]const u8, length: u32) noreturn;

    /// Bytes in the return buffer.
    pub extern "ethereum" fn getReturnDataSize() u32;

    /// Copies part of the return buffer; fails where it would read past the end.
    ///   result: bytes, written of `length` bytes.
    pub extern "ethereum" fn returnDataCopy(result: [*]u8, dataOffset: u32, length: u32) void;

    /// A message to another account: 0 success, 1 failure, 2 revert. Value in a static frame fails.
    ///   address: address, read.
    ///   value: u128, read.
    ///   data: bytes, read unless empty of `dataLength` bytes.
    pub extern "ethereum" fn call(gas: i64, address: *const Address, value: *const u128, data: [*]const u8, dataLength: u32) u32;

    /// As call, but the other account's code runs on the frame's own storage.
    ///   address: address, read.
    ///   value: u128, read.
    ///   data: bytes, read unless empty of `dataLength` bytes.
    pub extern "ethereum" fn callCode(gas: i64, address: *const Address, value: *const u128, data: [*]const u8, dataLength: u32) u32;

    /// As callCode, with the frame's own caller and value.
    ///   address: address, read.
    ///   data: bytes, read unless empty of `dataLength` bytes.
    pub extern "ethereum" fn callDelegate(gas: i64, address: *const Address, data: [*]const u8, dataLength: u32) u32;

    /// As call without value; the callee and all it calls cannot write.
    ///   address: address, read.
    ///   data: bytes, read unless empty of `dataLength` bytes.
    pub extern "ethereum" fn callStatic(gas: i64, address: *const Address, data: [*]const u8, dataLength: u32) u32;

    /// Creates a contract from init code: 0 and its address, 1 failure, 2 revert.
    ///   value: u128, read.
    ///   data: bytes, read late unless empty of `length` bytes.
    ///   result: address, written on success.
    pub extern "ethereum" fn create(value: *const u128, data: [*]const u8, length: u32, result: *Address) u32;

    /// Sends the balance away and ends the frame with success; the account is gone after the transaction.
    ///   address: address, read.
    pub extern "ethereum" fn selfDestruct(address: *const Address) noreturn;

    // END EEI methods
};

/// What calls and creations come to.
pub const Status = enum(u32) { success = 0, failure = 1, revert = 2 };

// Memory

const memory_page = 65536;

extern var __heap_base: u8;
var next_free: usize = 0;

/// Memory that stays until the call ends; aligned to 8 bytes, contents zero. Traps without memory.
pub fn allocate(size: usize) []u8 {
    const start = if (next_free != 0) next_free else (@intFromPtr(&__heap_base) + 7) & ~@as(usize, 7);
    if (size > 0x7fff_ffff - start) @trap();
    const end = start + ((size + 7) & ~@as(usize, 7));
    const have = @wasmMemorySize(0) * memory_page;
    if (end > have) {
        if (@wasmMemoryGrow(0, (end - have - 1) / memory_page + 1) == -1) @trap();
    }
    next_free = end;
    return @as([*]u8, @ptrFromInt(start))[0..size];
}

fn copyBytes(to: []u8, from: []const u8) void {
    @setRuntimeSafety(false);
    for (to[0..from.len], from) |*place, byte| place.* = byte;
}

fn roundedUp(length: usize) usize {
    return (length + 31) & ~@as(usize, 31);
}

// Ends of a call

/// Ends the call with success and no output.
pub fn returnNothing() noreturn {
    eei.finish(undefined_pointer, 0);
}

/// Undoes the call without saying why, as Solidity does with malformed call data.
pub fn revertSilently() noreturn {
    eei.revert(undefined_pointer, 0);
}

/// Where the length is 0; any place in memory will do.
const undefined_pointer: [*]const u8 = @ptrFromInt(8);

/// Undoes the call with Error(string), which clients show.
pub noinline fn revertWith(message: []const u8) noreturn {
    const output = allocate(68 + roundedUp(message.len));
    output[0..4].* = selectorBytes("Error(string)");
    output[4..36].* = wordOf(32);
    output[36..68].* = wordOf(message.len);
    copyBytes(output[68..], message);
    eei.revert(output.ptr, output.len);
}

pub const panic_overflow = 0x11;
pub const panic_division_by_zero = 0x12;

/// Undoes the call with Panic(uint256), as Solidity's checked arithmetic does.
pub noinline fn revertWithPanic(code: u8) noreturn {
    var output: [36]u8 = @splat(0);
    output[0..4].* = selectorBytes("Panic(uint256)");
    output[35] = code;
    eei.revert(&output, output.len);
}

/// Undoes the call with Error(string) unless the condition holds.
pub inline fn require(condition: bool, comptime message: []const u8) void {
    if (!condition) revertWith(message);
}

// Words

/// An ABI word from a number.
pub noinline fn wordOf(number: u256) Word {
    var word: Word = undefined;
    inline for (0..4) |i| {
        word[8 * i ..][0..8].* = @bitCast(swapBytes(@truncate(number >> (192 - 64 * i))));
    }
    return word;
}

/// The number in an ABI word.
pub noinline fn numberOf(word: *const Word) u256 {
    var number: u256 = 0;
    inline for (0..4) |i| {
        number |= @as(u256, swapBytes(@bitCast(word[8 * i ..][0..8].*))) << (192 - 64 * i);
    }
    return number;
}

noinline fn swapBytes(number: u64) u64 {
    return @byteSwap(number);
}

/// An address as a number: topics and keys of mappings are numbers here.
pub noinline fn numberOfAddress(account: *const Address) u256 {
    var word: Word = @splat(0);
    word[12..32].* = account.*;
    return numberOf(&word);
}

/// The address in the low 160 bits of a number.
pub fn addressOf(number: u256) Address {
    return wordOf(number)[12..32].*;
}

// Checked arithmetic, of u256, u128 and any other unsigned type; it reverts as Solidity does. To
// find out without a revert, use Zig's `@addWithOverflow`, `@subWithOverflow` and `mulWithOverflow`.

pub fn add(comptime T: type, a: T, b: T) T {
    const sum, const overflow = @addWithOverflow(a, b);
    if (overflow != 0) revertWithPanic(panic_overflow);
    return sum;
}

pub fn sub(comptime T: type, a: T, b: T) T {
    if (b > a) revertWithPanic(panic_overflow);
    return a - b;
}

pub fn mul(comptime T: type, a: T, b: T) T {
    const product, const overflow = mulWithOverflow(T, a, b);
    if (overflow) revertWithPanic(panic_overflow);
    return product;
}

/// The wrapped product, and whether it wrapped.
pub fn mulWithOverflow(comptime T: type, a: T, b: T) struct { T, bool } {
    const bits = @bitSizeOf(T);
    const Wide = @Int(.unsigned, 2 * bits);
    const product = @as(Wide, a) * @as(Wide, b);
    return .{ @truncate(product), product >> bits != 0 };
}

/// Rounded down; reverts when the divisor is 0.
pub fn div(comptime T: type, a: T, b: T) T {
    if (b == 0) revertWithPanic(panic_division_by_zero);
    return a / b;
}

/// The remainder; reverts when the divisor is 0.
pub fn mod(comptime T: type, a: T, b: T) T {
    if (b == 0) revertWithPanic(panic_division_by_zero);
    return a % b;
}

/// A number that must fit into another type; reverts if it does not.
pub fn narrow(comptime T: type, number: u256) T {
    if (number >> @bitSizeOf(T) != 0) revertWithPanic(panic_overflow);
    return @truncate(number);
}

// Signatures

fn hashOf(comptime text: []const u8) Word {
    @setEvalBranchQuota(10_000_000);
    var hash: Word = undefined;
    Keccak256.hash(text, &hash, .{});
    return hash;
}

fn selectorBytes(comptime signature: []const u8) [4]u8 {
    return comptime hashOf(signature)[0..4].*;
}

/// The selector of a function, such as "transfer(address,uint256)", as a big-endian number.
pub fn selector(comptime signature: []const u8) u32 {
    return comptime @byteSwap(@as(u32, @bitCast(hashOf(signature)[0..4].*)));
}

/// The first topic of an event, such as "Transfer(address,address,uint256)".
pub fn topic(comptime signature: []const u8) u256 {
    return comptime @byteSwap(@as(u256, @bitCast(hashOf(signature))));
}

// Arguments: of a call in the call data, of a constructor behind its code

/// The first four bytes of the call data as a big-endian number; reverts when there are fewer.
pub fn callSelector() u32 {
    if (eei.getCallDataSize() < 4) revertSilently();
    var bytes: [4]u8 = undefined;
    eei.callDataCopy(&bytes, 0, 4);
    return @byteSwap(@as(u32, @bitCast(bytes)));
}

/// ABI-encoded arguments: bytes `start` to `end` of the call data or of the code.
pub const Arguments = struct {
    start: u32,
    end: u32,
    in_code: bool,

    /// The arguments behind the selector; reverts when there is no selector.
    pub fn ofCall() Arguments {
        const size = eei.getCallDataSize();
        if (size < 4) revertSilently();
        return .{ .start = 4, .end = size, .in_code = false };
    }

    /// The arguments of the constructor that is running.
    pub fn ofConstructor() Arguments {
        return codeSection("constructor_arguments");
    }

    /// Copies arguments; reverts where they end before `offset + to.len`.
    pub noinline fn copy(self: Arguments, to: []u8, offset: u32) void {
        const size = self.end - self.start;
        if (offset > size or to.len > size - offset) revertSilently();
        if (self.in_code) {
            eei.codeCopy(to.ptr, self.start + offset, to.len);
        } else {
            eei.callDataCopy(to.ptr, self.start + offset, to.len);
        }
    }

    /// The argument with this index, of any type of one word.
    pub fn word(self: Arguments, index: u32) Word {
        var found: Word = undefined;
        self.copy(&found, 32 * index);
        return found;
    }

    /// An unsigned number; reverts when it does not fit into its type.
    pub fn number(self: Arguments, comptime T: type, index: u32) T {
        const found = self.wide(index);
        if (@bitSizeOf(T) < 256 and found >> @bitSizeOf(T) != 0) revertSilently();
        return @truncate(found);
    }

    noinline fn wide(self: Arguments, index: u32) u256 {
        return numberOf(&self.word(index));
    }

    pub fn boolean(self: Arguments, index: u32) bool {
        return self.number(u1, index) == 1;
    }

    pub noinline fn address(self: Arguments, index: u32) Address {
        const found = self.word(index);
        var padding: u8 = 0;
        for (found[0..12]) |byte| padding |= byte;
        if (padding != 0) revertSilently();
        return found[12..32].*;
    }

    /// Where the contents of a dynamic argument start, and how many bytes or elements they are.
    pub fn dynamic(self: Arguments, index: u32) struct { offset: u32, count: u32 } {
        const size = self.end - self.start;
        const offset = self.number(u32, index);
        var length: Word = undefined;
        self.copy(&length, offset);
        const count = numberOf(&length);
        if (count > size) revertSilently();
        return .{ .offset = offset + 32, .count = @truncate(count) };
    }

    /// An argument of type bytes or string, copied into new memory.
    pub fn bytes(self: Arguments, index: u32) []const u8 {
        const found = self.dynamic(index);
        if (found.count > self.end - self.start) revertSilently();
        const data = allocate(found.count);
        self.copy(data, found.offset);
        return data;
    }
};

// Encoding

/// Writes ABI values one after the other: words into the head, contents of dynamic ones behind it.
pub const Encoder = struct {
    output: []u8,
    head: usize,
    tail: usize,

    /// An encoder of so many values, whose dynamic contents take `tail_bytes` (length words and
    /// padding included: `dynamicSize` of each).
    pub fn init(values: usize, tail_bytes: usize) Encoder {
        return .{ .output = allocate(32 * values + tail_bytes), .head = 0, .tail = 32 * values };
    }

    pub fn word(self: *Encoder, value: *const Word) void {
        if (self.output.len - self.head < 32) @trap();
        copyBytes(self.output[self.head..], value);
        self.head += 32;
    }

    /// An unsigned number of any type, or a truth as 0 or 1.
    pub noinline fn number(self: *Encoder, value: u256) void {
        self.word(&wordOf(value));
    }

    pub fn address(self: *Encoder, value: *const Address) void {
        self.number(numberOfAddress(value));
    }

    /// A value of type bytes or string.
    pub fn bytes(self: *Encoder, value: []const u8) void {
        const size = dynamicSize(value.len);
        if (self.output.len - self.tail < size) @trap();
        self.number(self.tail);
        copyBytes(self.output[self.tail..], &wordOf(value.len));
        copyBytes(self.output[self.tail + 32 ..], value);
        self.tail += size;
    }

    /// Ends the call with success and the encoded values.
    pub fn finish(self: *const Encoder) noreturn {
        eei.finish(self.output.ptr, self.tail);
    }
};

/// Bytes that a value of type bytes or string takes behind the head.
pub fn dynamicSize(length: usize) usize {
    return 32 + roundedUp(length);
}

pub noinline fn returnNumber(number: u256) noreturn {
    returnWord(&wordOf(number));
}

pub fn returnBool(truth: bool) noreturn {
    returnNumber(@intFromBool(truth));
}

pub fn returnWord(word: *const Word) noreturn {
    eei.finish(word, word.len);
}

pub fn returnAddress(account: *const Address) noreturn {
    returnNumber(numberOfAddress(account));
}

/// A result of type bytes or string.
pub noinline fn returnBytes(value: []const u8) noreturn {
    var output = Encoder.init(1, dynamicSize(value.len));
    output.bytes(value);
    output.finish();
}

// Who and how much

pub fn caller() Address {
    var account: Address = undefined;
    eei.getCaller(&account);
    return account;
}

pub fn ownAddress() Address {
    var account: Address = undefined;
    eei.getAddress(&account);
    return account;
}

/// Value of the call in wei.
pub fn callValue() u128 {
    var value: u128 = undefined;
    eei.getCallValue(&value);
    return value;
}

/// Undoes a call that brings ether, for contracts and functions that want none.
pub fn rejectValue() void {
    if (callValue() != 0) revertSilently();
}

/// Keccak-256, as Ethereum has it.
pub noinline fn keccak256(data: []const u8) Word {
    var hash: Word = undefined;
    Keccak256.hash(data, &hash, .{});
    return hash;
}

// Storage

pub noinline fn storageLoad(slot: u256) u256 {
    var value: Word = undefined;
    eei.storageLoad(&wordOf(slot), &value);
    return numberOf(&value);
}

pub noinline fn storageStore(slot: u256, number: u256) void {
    eei.storageStore(&wordOf(slot), &wordOf(number));
}

/// The slot of a mapping's entry: keccak256(key . slot of the mapping). A mapping of mappings is
/// mapSlot(mapSlot(slot, first key), second key).
pub noinline fn mapSlot(slot: u256, key: u256) u256 {
    var words: [64]u8 = undefined;
    words[0..32].* = wordOf(key);
    words[32..64].* = wordOf(slot);
    return numberOf(&keccak256(&words));
}

pub fn mapSlotOfAddress(slot: u256, key: *const Address) u256 {
    return mapSlot(slot, numberOfAddress(key));
}

/// The first slot of a dynamic array's elements: keccak256(slot). The slot itself has their number.
pub fn arraySlot(slot: u256) u256 {
    return numberOf(&keccak256(&wordOf(slot)));
}

// Events

/// Logs an event: its hashed signature and its indexed values as topics, the others as data.
pub noinline fn emit(topics: []const u256, data: []const u8) void {
    var words: [4]Word = undefined;
    for (topics, 0..) |value, i| words[i] = wordOf(value);
    eei.log(data.ptr, data.len, topics.len, &words[0], &words[1], &words[2], &words[3]);
}

/// As emit, with one word of data.
pub fn emitNumber(topics: []const u256, number: u256) void {
    emit(topics, &wordOf(number));
}

// Calls

/// Calls another account with all gas that may be given on.
pub fn call(to: *const Address, value: u128, data: []const u8) Status {
    return @enumFromInt(eei.call(@bitCast(eei.getGasLeft()), to, &value, data.ptr, data.len));
}

/// What the last call returned, or reverted with.
pub fn returnedData() []const u8 {
    const data = allocate(eei.getReturnDataSize());
    eei.returnDataCopy(data.ptr, 0, data.len);
    return data;
}

// Constructors. Init code is the constructor's module, then a custom section `runtime` with the
// contract, then a custom section `constructor_arguments` if there are any.

/// The contents of a custom section of the running code; empty where there is none.
fn codeSection(name: []const u8) Arguments {
    const size = eei.getCodeSize();
    var at: u32 = 8; // behind magic and version
    while (at < size) {
        var head: [48]u8 = @splat(0);
        eei.codeCopy(&head, at, @min(size - at, head.len));
        var length: u32 = 0;
        var i: u32 = 1;
        var shift: u5 = 0;
        while (true) : (shift += 7) {
            length |= @as(u32, head[i] & 0x7f) << shift;
            i += 1;
            if (head[i - 1] & 0x80 == 0) break;
        }
        const end = at + i + length;
        if (head[0] == 0 and head[i] == name.len) {
            const start = i + 1;
            var same: u32 = 0;
            while (same < name.len and head[start + same] == name[same]) same += 1;
            if (same == name.len) {
                return .{ .start = at + start + same, .end = end, .in_code = true };
            }
        }
        at = end;
    }
    return .{ .start = 0, .end = 0, .in_code = true };
}

/// Ends a constructor: the contract is what the section `runtime` holds.
pub fn returnRuntime() noreturn {
    const section = codeSection("runtime");
    const code = allocate(section.end - section.start);
    eei.codeCopy(code.ptr, section.start, code.len);
    eei.finish(code.ptr, code.len);
}
