// Everything a contract in AssemblyScript needs: the EEI methods, numbers of 128 and 256 bits, the
// Solidity ABI, storage, events, reverts, keccak-256.
//
//     import { callSelector, returnNumber, revertSilently, storageLoad, U256 } from "./ewasm";
//
//     switch (callSelector()) {
//       case 0x06661abd: // count()
//         returnNumber(storageLoad(U256.of(0)));
//     }
//     revertSilently();
//
// The contract is the top level of the file. Numbers are little-endian in memory, as the EEI has its
// 128-bit ones; the operators + - * / % of U256 and U128 revert where a contract in Solidity does;
// `setSum` and so on of U256 wrap around and tell. ABI words are big-endian; arguments, results, topics and storage slots
// are translated, so a contract rarely sees one.
//
// Storage is laid out as Solidity does it: a variable is a slot number, an entry of a mapping lies at
// keccak256(key . slot). The hash costs little beside a store, holds keys of any size, and lets tools
// that know Solidity's layout read the storage.
//
// Objects are never freed (`--runtime stub`): a call is short, and its memory goes with it.
//
// Compile with the npm package `assemblyscript` 0.28.20:
//
//     asc contract.ts -o contract.wasm -Osize --runtime stub --noAssert --use abort= \
//         --exportStart main --disable sign-extension --disable bulk-memory --disable nontrapping-f2i

// The EEI methods. Parameters of type usize point to as many bytes as their comment says.
export namespace eei {
  // BEGIN EEI methods, written by contracts/sdk/generate.py

  // Takes an amount of gas from the frame; fails if it is negative or more than is left.
  @external("ethereum", "useGas")
  export declare function useGas(amount: i64): void;

  // Whole gas left after this call has paid for itself.
  @external("ethereum", "getGasLeft")
  export declare function getGasLeft(): u64;

  // The account whose storage and balance the frame uses.
  //   result: address, written.
  @external("ethereum", "getAddress")
  export declare function getAddress(result: usize): void;

  // Balance of an account in wei; fails if it does not fit into 128 bits.
  //   address: address, read.
  //   result: u128, written.
  @external("ethereum", "getExternalBalance")
  export declare function getExternalBalance(address: usize, result: usize): void;

  // Hash of one of the last 256 blocks: 0 and the hash, or 1 and memory untouched.
  //   result: bytes32, written if there is one.
  @external("ethereum", "getBlockHash")
  export declare function getBlockHash(number: u64, result: usize): u32;

  // Bytes of call data; 0 in a creation.
  @external("ethereum", "getCallDataSize")
  export declare function getCallDataSize(): u32;

  // Copies part of the call data; fails where it would read past the end.
  //   result: bytes, written of `length` bytes.
  @external("ethereum", "callDataCopy")
  export declare function callDataCopy(result: usize, dataOffset: u32, length: u32): void;

  // The account that sent the message.
  //   result: address, written.
  @external("ethereum", "getCaller")
  export declare function getCaller(result: usize): void;

  // Value of the message in wei; a delegate frame sees its parent's.
  //   result: u128, written.
  @external("ethereum", "getCallValue")
  export declare function getCallValue(result: usize): void;

  // Copies part of the running code exactly as it was deployed (init code in a creation).
  //   result: bytes, written of `length` bytes.
  @external("ethereum", "codeCopy")
  export declare function codeCopy(result: usize, codeOffset: u32, length: u32): void;

  // Bytes of the running code as it was deployed.
  @external("ethereum", "getCodeSize")
  export declare function getCodeSize(): u32;

  // Copies part of an account's deployed code; fails where it would read past the end.
  //   address: address, read.
  //   result: bytes, written of `length` bytes.
  @external("ethereum", "externalCodeCopy")
  export declare function externalCodeCopy(address: usize, result: usize, codeOffset: u32, length: u32): void;

  // Bytes of an account's deployed code; 0 for a missing account.
  //   address: address, read.
  @external("ethereum", "getExternalCodeSize")
  export declare function getExternalCodeSize(address: usize): u32;

  // Who gets the fees of the block.
  //   result: address, written.
  @external("ethereum", "getBlockCoinbase")
  export declare function getBlockCoinbase(result: usize): void;

  // Difficulty of the block.
  //   result: u256, written.
  @external("ethereum", "getBlockDifficulty")
  export declare function getBlockDifficulty(result: usize): void;

  // Gas limit of the block.
  @external("ethereum", "getBlockGasLimit")
  export declare function getBlockGasLimit(): u64;

  // Gas price of the transaction in wei; fails if it does not fit into 128 bits.
  //   result: u128, written.
  @external("ethereum", "getTxGasPrice")
  export declare function getTxGasPrice(result: usize): void;

  // Emits a log entry with up to 4 topics; only the counted topic pointers are read.
  //   data: bytes, read of `length` bytes.
  //   topic1: bytes32, read if counted.
  //   topic2: bytes32, read if counted.
  //   topic3: bytes32, read if counted.
  //   topic4: bytes32, read if counted.
  @external("ethereum", "log")
  export declare function log(data: usize, length: u32, numberOfTopics: u32, topic1: usize, topic2: usize, topic3: usize, topic4: usize): void;

  // Number of the current block.
  @external("ethereum", "getBlockNumber")
  export declare function getBlockNumber(): u64;

  // Time of the current block in seconds.
  @external("ethereum", "getBlockTimestamp")
  export declare function getBlockTimestamp(): u64;

  // Sender of the transaction.
  //   result: address, written.
  @external("ethereum", "getTxOrigin")
  export declare function getTxOrigin(result: usize): void;

  // Writes a slot: 20,000 gas if it was zero and becomes non-zero, else 5,000; clearing a slot earns a refund.
  //   path: bytes32, read.
  //   value: bytes32, read.
  @external("ethereum", "storageStore")
  export declare function storageStore(path: usize, value: usize): void;

  // Reads a slot; 32 zero bytes if it was never written.
  //   path: bytes32, read.
  //   result: bytes32, written.
  @external("ethereum", "storageLoad")
  export declare function storageLoad(path: usize, result: usize): void;

  // Ends the frame with success and output.
  //   data: bytes, read of `length` bytes.
  @external("ethereum", "finish")
  export declare function finish(data: usize, length: u32): void;

  // Undoes the frame, keeps its gas, hands back output.
  //   data: bytes, read of `length` bytes.
  @external("ethereum", "revert")
  export declare function revert(data: usize, length: u32): void;

  // Bytes in the return buffer.
  @external("ethereum", "getReturnDataSize")
  export declare function getReturnDataSize(): u32;

  // Copies part of the return buffer; fails where it would read past the end.
  //   result: bytes, written of `length` bytes.
  @external("ethereum", "returnDataCopy")
  export declare function returnDataCopy(result: usize, dataOffset: u32, length: u32): void;

  // A message to another account: 0 success, 1 failure, 2 revert. Value in a static frame fails.
  //   address: address, read.
  //   value: u128, read.
  //   data: bytes, read unless empty of `dataLength` bytes.
  @external("ethereum", "call")
  export declare function call(gas: i64, address: usize, value: usize, data: usize, dataLength: u32): u32;

  // As call, but the other account's code runs on the frame's own storage.
  //   address: address, read.
  //   value: u128, read.
  //   data: bytes, read unless empty of `dataLength` bytes.
  @external("ethereum", "callCode")
  export declare function callCode(gas: i64, address: usize, value: usize, data: usize, dataLength: u32): u32;

  // As callCode, with the frame's own caller and value.
  //   address: address, read.
  //   data: bytes, read unless empty of `dataLength` bytes.
  @external("ethereum", "callDelegate")
  export declare function callDelegate(gas: i64, address: usize, data: usize, dataLength: u32): u32;

  // As call without value; the callee and all it calls cannot write.
  //   address: address, read.
  //   data: bytes, read unless empty of `dataLength` bytes.
  @external("ethereum", "callStatic")
  export declare function callStatic(gas: i64, address: usize, data: usize, dataLength: u32): u32;

  // Creates a contract from init code: 0 and its address, 1 failure, 2 revert.
  //   value: u128, read.
  //   data: bytes, read late unless empty of `length` bytes.
  //   result: address, written on success.
  @external("ethereum", "create")
  export declare function create(value: usize, data: usize, length: u32, result: usize): u32;

  // Sends the balance away and ends the frame with success; the account is gone after the transaction.
  //   address: address, read.
  @external("ethereum", "selfDestruct")
  export declare function selfDestruct(address: usize): void;

  // END EEI methods
}

// What calls and creations come to.
export const CALL_SUCCESS: u32 = 0;
export const CALL_FAILURE: u32 = 1;
export const CALL_REVERT: u32 = 2;

// Memory

// Some bytes in memory.
@final @unmanaged
export class Bytes {
  constructor(public data: usize, public length: u32) {}

  // The UTF-8 form of a text.
  static of(text: string): Bytes {
    const length = String.UTF8.byteLength(text);
    const data = heap.alloc(length);
    String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, data);
    return new Bytes(data, length);
  }

  // The text of which this is the UTF-8 form.
  toString(): string {
    return String.UTF8.decodeUnsafe(this.data, this.length);
  }
}

function zeroed(size: usize): usize {
  const start = heap.alloc(size);
  memory.fill(start, 0, size);
  return start;
}

function roundedUp(length: u32): u32 {
  return (length + 31) & ~31;
}

// Ends of a call

// Ends the call with success and no output.
export function returnNothing(): void {
  eei.finish(0, 0);
}

// Undoes the call without saying why, as Solidity does with malformed call data.
export function revertSilently(): void {
  eei.revert(0, 0);
}

// Undoes the call with Error(string), which clients show.
export function revertWith(message: string): void {
  const text = Bytes.of(message);
  const output = zeroed(68 + roundedUp(text.length));
  store<u32>(output, bswap<u32>(0x08c379a0)); // Error(string)
  store<u8>(output, 32, 4 + 31);
  store<u32>(output, bswap<u32>(text.length), 4 + 60);
  memory.copy(output + 68, text.data, text.length);
  eei.revert(output, 68 + roundedUp(text.length));
}

export const PANIC_OVERFLOW: u8 = 0x11;
export const PANIC_DIVISION_BY_ZERO: u8 = 0x12;

// Undoes the call with Panic(uint256), as Solidity's checked arithmetic does.
export function revertWithPanic(code: u8): void {
  const output = zeroed(36);
  store<u32>(output, bswap<u32>(0x4e487b71)); // Panic(uint256)
  store<u8>(output, code, 35);
  eei.revert(output, 36);
}

// Undoes the call with Error(string) unless the condition holds.
export function require(condition: bool, message: string): void {
  if (!condition) revertWith(message);
}

// Numbers

// The high half of a product of two 64-bit numbers.
function highProduct(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff, a1 = a >> 32, b0 = b & 0xffffffff, b1 = b >> 32;
  const middle = a1 * b0 + ((a0 * b0) >> 32);
  const other = a0 * b1 + (middle & 0xffffffff);
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

// A number of 256 bits: four limbs, the lowest first.
@final @unmanaged
export class U256 {
  constructor(public a: u64 = 0, public b: u64 = 0, public c: u64 = 0, public d: u64 = 0) {}

  static of(number: u64): U256 {
    return new U256(number);
  }

  // From its four 64-bit parts, the highest first; for constants.
  static ofParts(d: u64, c: u64, b: u64, a: u64): U256 {
    return new U256(a, b, c, d);
  }

  static max(): U256 {
    return new U256(u64.MAX_VALUE, u64.MAX_VALUE, u64.MAX_VALUE, u64.MAX_VALUE);
  }

  // The number in an ABI word in memory.
  static ofWord(word: usize): U256 {
    return new U256(
      bswap(load<u64>(word, 24)),
      bswap(load<u64>(word, 16)),
      bswap(load<u64>(word, 8)),
      bswap(load<u64>(word)),
    );
  }

  // A new ABI word in memory.
  toWord(): usize {
    const word = heap.alloc(32);
    this.write(word);
    return word;
  }

  // Writes the number as an ABI word.
  write(word: usize): void {
    store<u64>(word, bswap(this.d));
    store<u64>(word, bswap(this.c), 8);
    store<u64>(word, bswap(this.b), 16);
    store<u64>(word, bswap(this.a), 24);
  }

  isZero(): bool {
    return (this.a | this.b | this.c | this.d) == 0;
  }

  // Whether the number is below 2^64.
  fits64(): bool {
    return (this.b | this.c | this.d) == 0;
  }

  // Whether the number is below 2^128.
  fits128(): bool {
    return (this.c | this.d) == 0;
  }

  // The limb with this index.
  limb(index: i32): u64 {
    return load<u64>(changetype<usize>(this) + (<usize>index << 3));
  }

  setLimb(index: i32, value: u64): void {
    store<u64>(changetype<usize>(this) + (<usize>index << 3), value);
  }

  bit(index: i32): u64 {
    return (this.limb(index >> 6) >> (index & 63)) & 1;
  }

  // Sets this number to the wrapped sum; whether it wrapped.
  setSum(x: U256, y: U256): bool {
    let carry: u64 = 0;
    for (let i = 0; i < 4; i++) {
      const part = x.limb(i) + y.limb(i);
      const sum = part + carry;
      carry = u64(part < x.limb(i)) | u64(sum < part);
      this.setLimb(i, sum);
    }
    return carry != 0;
  }

  // Sets this number to the wrapped difference; whether it wrapped.
  setDifference(x: U256, y: U256): bool {
    let borrow: u64 = 0;
    for (let i = 0; i < 4; i++) {
      const part = x.limb(i) - y.limb(i);
      const under = u64(x.limb(i) < y.limb(i)) | u64(part < borrow);
      this.setLimb(i, part - borrow);
      borrow = under;
    }
    return borrow != 0;
  }

  // Sets this number, which is neither factor, to the wrapped product; whether it wrapped.
  setProduct(x: U256, y: U256): bool {
    let beyond: u64 = 0;
    this.a = this.b = this.c = this.d = 0;
    for (let i = 0; i < 4; i++) {
      let carry: u64 = 0;
      for (let j = 0; j < 4; j++) {
        if (i + j > 3) {
          beyond |= carry | (x.limb(i) != 0 && y.limb(j) != 0 ? 1 : 0);
          carry = 0;
          continue;
        }
        const low = x.limb(i) * y.limb(j);
        const part = low + carry;
        const sum = part + this.limb(i + j);
        // At most (2^64 - 1)^2 + 2 (2^64 - 1), which is below 2^128.
        carry = highProduct(x.limb(i), y.limb(j)) + u64(part < low) + u64(sum < part);
        this.setLimb(i + j, sum);
      }
      beyond |= carry;
    }
    return beyond != 0;
  }

  // Sets this number to the quotient and `rest` to the remainder; the divisor is not 0. Bit by bit,
  // from the highest one.
  setQuotient(x: U256, y: U256, rest: U256): void {
    this.a = this.b = this.c = this.d = 0;
    rest.a = rest.b = rest.c = rest.d = 0;
    let index = 255;
    while (index >= 0 && x.bit(index) == 0) index--;
    for (; index >= 0; index--) {
      // The bit that leaves at the top counts: then the rest is greater than any divisor.
      const above = rest.setSum(rest, rest);
      rest.a |= x.bit(index);
      if (above || !(rest < y)) {
        rest.setDifference(rest, y);
        this.setLimb(index >> 6, this.limb(index >> 6) | (<u64>1 << (index & 63)));
      }
    }
  }

  @operator("==")
  equals(other: U256): bool {
    return (
      ((this.a ^ other.a) | (this.b ^ other.b) | (this.c ^ other.c) | (this.d ^ other.d)) == 0
    );
  }

  @operator("!=")
  differs(other: U256): bool {
    return !this.equals(other);
  }

  @operator("<")
  less(other: U256): bool {
    if (this.d != other.d) return this.d < other.d;
    if (this.c != other.c) return this.c < other.c;
    if (this.b != other.b) return this.b < other.b;
    return this.a < other.a;
  }

  @operator(">")
  greater(other: U256): bool {
    return other.less(this);
  }

  @operator("<=")
  atMost(other: U256): bool {
    return !other.less(this);
  }

  @operator(">=")
  atLeast(other: U256): bool {
    return !this.less(other);
  }

  @operator("+")
  plus(other: U256): U256 {
    const sum = new U256();
    if (sum.setSum(this, other)) revertWithPanic(PANIC_OVERFLOW);
    return sum;
  }

  @operator("-")
  minus(other: U256): U256 {
    const difference = new U256();
    if (difference.setDifference(this, other)) revertWithPanic(PANIC_OVERFLOW);
    return difference;
  }

  @operator("*")
  times(other: U256): U256 {
    const product = new U256();
    if (product.setProduct(this, other)) revertWithPanic(PANIC_OVERFLOW);
    return product;
  }

  // Rounded down.
  @operator("/")
  over(other: U256): U256 {
    if (other.isZero()) revertWithPanic(PANIC_DIVISION_BY_ZERO);
    const quotient = new U256();
    quotient.setQuotient(this, other, new U256());
    return quotient;
  }

  @operator("%")
  modulo(other: U256): U256 {
    if (other.isZero()) revertWithPanic(PANIC_DIVISION_BY_ZERO);
    const rest = new U256();
    new U256().setQuotient(this, other, rest);
    return rest;
  }
}

// A number of 128 bits, as the EEI reads and writes amounts of wei.
@final @unmanaged
export class U128 {
  constructor(public low: u64 = 0, public high: u64 = 0) {}

  // A number that must fit; reverts if it does not.
  static of(number: U256): U128 {
    if (!number.fits128()) revertWithPanic(PANIC_OVERFLOW);
    return new U128(number.a, number.b);
  }

  wide(): U256 {
    return new U256(this.low, this.high);
  }

  isZero(): bool {
    return (this.low | this.high) == 0;
  }

  @operator("==")
  equals(other: U128): bool {
    return ((this.low ^ other.low) | (this.high ^ other.high)) == 0;
  }

  @operator("<")
  less(other: U128): bool {
    return this.high == other.high ? this.low < other.low : this.high < other.high;
  }

  @operator("+")
  plus(other: U128): U128 {
    return U128.of(this.wide() + other.wide());
  }

  @operator("-")
  minus(other: U128): U128 {
    return U128.of(this.wide() - other.wide());
  }

  @operator("*")
  times(other: U128): U128 {
    return U128.of(this.wide() * other.wide());
  }

  @operator("/")
  over(other: U128): U128 {
    return U128.of(this.wide() / other.wide());
  }

  @operator("%")
  modulo(other: U128): U128 {
    return U128.of(this.wide() % other.wide());
  }
}

// An address: 32 bytes in memory, the last 20 of which are what the EEI reads and writes.
@final @unmanaged
export class Address {
  private a: u64 = 0;
  private b: u64 = 0;
  private c: u64 = 0;
  private d: u64 = 0;

  // The address in the low 160 bits of a number.
  static of(number: U256): Address {
    const address = new Address();
    number.write(changetype<usize>(address));
    store<u64>(changetype<usize>(address), 0);
    store<u32>(changetype<usize>(address), 0, 8);
    return address;
  }

  // Where its 20 bytes are.
  get pointer(): usize {
    return changetype<usize>(this) + 12;
  }

  // Topics and keys of mappings are numbers here.
  get number(): U256 {
    return U256.ofWord(changetype<usize>(this));
  }

  isZero(): bool {
    return (this.a | this.b | this.c | this.d) == 0;
  }

  @operator("==")
  equals(other: Address): bool {
    return ((this.b ^ other.b) | (this.c ^ other.c) | (this.d ^ other.d)) == 0;
  }

  @operator("!=")
  differs(other: Address): bool {
    return !this.equals(other);
  }
}

// Arguments: of a call in the call data, of a constructor behind its code

// The first four bytes of the call data as a big-endian number; reverts when there are fewer.
export function callSelector(): u32 {
  if (eei.getCallDataSize() < 4) revertSilently();
  const place = heap.alloc(4);
  eei.callDataCopy(place, 0, 4);
  return bswap(load<u32>(place));
}

// ABI-encoded arguments: bytes `start` to `end` of the call data or of the code.
@final @unmanaged
export class Arguments {
  constructor(public start: u32, public end: u32, public inCode: bool) {}

  // The arguments behind the selector; reverts when there is no selector.
  static ofCall(): Arguments {
    const size = eei.getCallDataSize();
    if (size < 4) revertSilently();
    return new Arguments(4, size, false);
  }

  // The arguments of the constructor that is running.
  static ofConstructor(): Arguments {
    return codeSection("constructor_arguments");
  }

  // Copies arguments; reverts where they end before `offset + length`.
  copy(to: usize, offset: u32, length: u32): void {
    const size = this.end - this.start;
    if (offset > size || length > size - offset) revertSilently();
    if (this.inCode) eei.codeCopy(to, this.start + offset, length);
    else eei.callDataCopy(to, this.start + offset, length);
  }

  // The argument with this index, of any type of one word, in new memory.
  word(index: u32): usize {
    const word = heap.alloc(32);
    this.copy(word, 32 * index, 32);
    return word;
  }

  u256(index: u32): U256 {
    return U256.ofWord(this.word(index));
  }

  // The following revert when the number does not fit into the type.

  u128(index: u32): U128 {
    const number = this.u256(index);
    if (!number.fits128()) revertSilently();
    return new U128(number.a, number.b);
  }

  u64(index: u32): u64 {
    const number = this.u256(index);
    if (!number.fits64()) revertSilently();
    return number.a;
  }

  // For types of less than 64 bits.
  bits(index: u32, bits: u32): u64 {
    const number = this.u64(index);
    if (number >> bits != 0) revertSilently();
    return number;
  }

  boolean(index: u32): bool {
    return this.bits(index, 1) != 0;
  }

  address(index: u32): Address {
    const word = this.word(index);
    if ((load<u64>(word) | load<u32>(word, 8)) != 0) revertSilently();
    return changetype<Address>(word);
  }

  // Where the contents of a dynamic argument start, behind their number.
  dynamicOffset(index: u32): u32 {
    const offset = this.u64(index);
    if (offset > this.end - this.start) revertSilently();
    return <u32>offset + 32;
  }

  // How many bytes or elements a dynamic argument has; reverts when they cannot all be there.
  dynamicCount(index: u32): u32 {
    const word = heap.alloc(32);
    this.copy(word, this.dynamicOffset(index) - 32, 32);
    const count = U256.ofWord(word);
    if (!count.fits64() || count.a > this.end - this.start) revertSilently();
    return <u32>count.a;
  }

  // An argument of type bytes or string, copied into new memory.
  bytes(index: u32): Bytes {
    const count = this.dynamicCount(index);
    const data = heap.alloc(count);
    this.copy(data, this.dynamicOffset(index), count);
    return new Bytes(data, count);
  }
}

// Encoding

// Bytes that a value of type bytes or string takes behind the head.
export function dynamicSize(length: u32): u32 {
  return 32 + roundedUp(length);
}

// Writes ABI values one after the other: words into the head, contents of dynamic ones behind it.
@final @unmanaged
export class Encoder {
  private output: usize;
  private head: u32 = 0;
  private tail: u32;
  private capacity: u32;

  // For so many values, whose dynamic contents take so many bytes: `dynamicSize` of each.
  constructor(values: u32, tailBytes: u32) {
    this.tail = 32 * values;
    this.capacity = 32 * values + tailBytes;
    this.output = zeroed(this.capacity);
  }

  number(value: U256): void {
    if (this.capacity - this.head < 32) unreachable();
    value.write(this.output + this.head);
    this.head += 32;
  }

  boolean(value: bool): void {
    this.number(U256.of(u64(value)));
  }

  address(value: Address): void {
    this.number(value.number);
  }

  // A word in memory, such as a bytes32.
  word(value: usize): void {
    this.number(U256.ofWord(value));
  }

  // A value of type bytes or string.
  bytes(value: Bytes): void {
    const size = dynamicSize(value.length);
    if (this.capacity - this.tail < size) unreachable();
    this.number(U256.of(this.tail));
    U256.of(value.length).write(this.output + this.tail);
    memory.copy(this.output + this.tail + 32, value.data, value.length);
    this.tail += size;
  }

  // What was encoded.
  encoded(): Bytes {
    return new Bytes(this.output, this.tail);
  }

  // Ends the call with success and the encoded values.
  finish(): void {
    eei.finish(this.output, this.tail);
  }
}

export function returnNumber(number: U256): void {
  eei.finish(number.toWord(), 32);
}

export function returnBool(truth: bool): void {
  returnNumber(U256.of(u64(truth)));
}

export function returnAddress(account: Address): void {
  eei.finish(changetype<usize>(account), 32);
}

// A word in memory, such as a bytes32.
export function returnWord(word: usize): void {
  eei.finish(word, 32);
}

// A result of type bytes or string.
export function returnBytes(value: Bytes): void {
  const output = new Encoder(1, dynamicSize(value.length));
  output.bytes(value);
  output.finish();
}

// Who and how much

export function caller(): Address {
  const account = new Address();
  eei.getCaller(account.pointer);
  return account;
}

export function ownAddress(): Address {
  const account = new Address();
  eei.getAddress(account.pointer);
  return account;
}

// Value of the call in wei.
export function callValue(): U128 {
  const value = new U128();
  eei.getCallValue(changetype<usize>(value));
  return value;
}

// Undoes a call that brings ether, for contracts and functions that want none.
export function rejectValue(): void {
  if (!callValue().isZero()) revertSilently();
}

// Keccak-256, as Ethereum has it: FIPS 202's sponge with the padding of the submission

const RATE: u32 = 136;

function lane(lanes: usize, index: usize): u64 {
  return load<u64>(lanes + (index << 3));
}

function keccakPermute(lanes: usize): void {
  const constants = memory.data<u64>([
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
  ]);
  // The step pi goes round all lanes but the first; rho turns them on the way. Places in bytes.
  const places = memory.data<u8>([
    80, 56, 88, 136, 144, 24, 40, 128, 64, 168, 192, 32,
    120, 184, 152, 104, 96, 16, 160, 112, 176, 72, 48, 8,
  ]);
  const turns = memory.data<u8>([
    1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14,
    27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
  ]);
  for (let round: usize = 0; round < 24; round++) {
    const c0 = column(lanes), c1 = column(lanes + 8), c2 = column(lanes + 16);
    const c3 = column(lanes + 24), c4 = column(lanes + 32);
    mix(lanes, c4 ^ rotl(c1, 1));
    mix(lanes + 8, c0 ^ rotl(c2, 1));
    mix(lanes + 16, c1 ^ rotl(c3, 1));
    mix(lanes + 24, c2 ^ rotl(c4, 1));
    mix(lanes + 32, c3 ^ rotl(c0, 1));
    let moving = lane(lanes, 1);
    for (let i: usize = 0; i < 24; i++) {
      const place = lanes + load<u8>(places + i);
      const kept = load<u64>(place);
      store<u64>(place, rotl(moving, load<u8>(turns + i)));
      moving = kept;
    }
    for (let row = lanes; row < lanes + 200; row += 40) {
      const a = lane(row, 0), b = lane(row, 1), c = lane(row, 2), d = lane(row, 3);
      const e = lane(row, 4);
      store<u64>(row, a ^ (~b & c));
      store<u64>(row, b ^ (~c & d), 8);
      store<u64>(row, c ^ (~d & e), 16);
      store<u64>(row, d ^ (~e & a), 24);
      store<u64>(row, e ^ (~a & b), 32);
    }
    store<u64>(lanes, load<u64>(lanes) ^ load<u64>(constants + (round << 3)));
  }
}

function column(lanes: usize): u64 {
  return (
    load<u64>(lanes) ^ load<u64>(lanes, 40) ^ load<u64>(lanes, 80) ^ load<u64>(lanes, 120) ^
    load<u64>(lanes, 160)
  );
}

function mix(lanes: usize, d: u64): void {
  store<u64>(lanes, load<u64>(lanes) ^ d);
  store<u64>(lanes, load<u64>(lanes, 40) ^ d, 40);
  store<u64>(lanes, load<u64>(lanes, 80) ^ d, 80);
  store<u64>(lanes, load<u64>(lanes, 120) ^ d, 120);
  store<u64>(lanes, load<u64>(lanes, 160) ^ d, 160);
}

// The hash, a word in new memory.
export function keccak256(data: usize, length: u32): usize {
  const lanes = zeroed(200);
  while (length >= RATE) {
    absorb(lanes, data, RATE);
    keccakPermute(lanes);
    data += RATE;
    length -= RATE;
  }
  absorb(lanes, data, length);
  store<u8>(lanes + length, load<u8>(lanes + length) ^ 0x01);
  store<u8>(lanes, load<u8>(lanes, RATE - 1) ^ 0x80, RATE - 1);
  keccakPermute(lanes);
  return lanes;
}

function absorb(lanes: usize, data: usize, length: u32): void {
  for (let i: usize = 0; i < length; i++) {
    store<u8>(lanes + i, load<u8>(lanes + i) ^ load<u8>(data + i));
  }
}

// Storage

export function storageLoad(slot: U256): U256 {
  const value = heap.alloc(32);
  eei.storageLoad(slot.toWord(), value);
  return U256.ofWord(value);
}

export function storageStore(slot: U256, number: U256): void {
  eei.storageStore(slot.toWord(), number.toWord());
}

// The slot of a mapping's entry: keccak256(key . slot of the mapping). A mapping of mappings is
// mapSlot(mapSlot(slot, first key), second key).
export function mapSlot(slot: U256, key: U256): U256 {
  const words = heap.alloc(64);
  key.write(words);
  slot.write(words + 32);
  return U256.ofWord(keccak256(words, 64));
}

// The first slot of a dynamic array's elements: keccak256(slot). The slot itself has their number.
export function arraySlot(slot: U256): U256 {
  return U256.ofWord(keccak256(slot.toWord(), 32));
}

// Events

// Logs an event: its hashed signature and its indexed values as topics, the others as data.
export function emit(data: Bytes, count: u32, topic1: U256, topic2: U256, topic3: U256): void {
  eei.log(
    data.data, data.length, count, topic1.toWord(), topic2.toWord(), topic3.toWord(), 0,
  );
}

// As emit, with one word of data.
export function emitNumber(
  number: U256, count: u32, topic1: U256, topic2: U256, topic3: U256,
): void {
  emit(new Bytes(number.toWord(), 32), count, topic1, topic2, topic3);
}

// Calls

// Calls another account with all gas that may be given on; gives CALL_SUCCESS and so on.
export function callAccount(to: Address, value: U128, data: Bytes): u32 {
  return eei.call(
    eei.getGasLeft(), to.pointer, changetype<usize>(value), data.data, data.length,
  );
}

// What the last call returned, or reverted with.
export function returnedData(): Bytes {
  const length = eei.getReturnDataSize();
  const data = heap.alloc(length);
  eei.returnDataCopy(data, 0, length);
  return new Bytes(data, length);
}

// Constructors. Init code is the constructor's module, then a custom section `runtime` with the
// contract, then a custom section `constructor_arguments` if there are any.

// The contents of a custom section of the running code; empty where there is none.
function codeSection(name: string): Arguments {
  const wanted = Bytes.of(name);
  const size = eei.getCodeSize();
  const head = zeroed(48);
  let at: u32 = 8; // behind magic and version
  while (at < size) {
    eei.codeCopy(head, at, min<u32>(size - at, 48));
    let length: u32 = 0;
    let next = head + 1;
    for (let shift: u32 = 0; shift < 35; shift += 7) {
      const byte = <u32>load<u8>(next++);
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const start = at + <u32>(next - head);
    const end = start + length;
    if (load<u8>(head) == 0 && load<u8>(next) == wanted.length) {
      if (memory.compare(next + 1, wanted.data, wanted.length) == 0) {
        return new Arguments(start + 1 + wanted.length, end, true);
      }
    }
    at = end;
  }
  return new Arguments(0, 0, true);
}

// Ends a constructor: the contract is what the section `runtime` holds.
export function returnRuntime(): void {
  const section = codeSection("runtime");
  const length = section.end - section.start;
  const code = heap.alloc(length);
  eei.codeCopy(code, section.start, length);
  eei.finish(code, length);
}
