// The AssemblyScript SDK as contract functions.

import {
  Arguments, arraySlot, callAccount, callSelector, Encoder, dynamicSize, keccak256, mapSlot,
  ownAddress, returnAddress, returnedData, returnNothing, returnNumber, returnWord, revertSilently,
  revertWith, U128, U256,
} from "../sdk/assemblyscript/ewasm";

function arithmetic(given: Arguments): void {
  const a = given.u256(1), b = given.u256(2);
  let result = new U256();
  let flag = false;
  switch (<i32>given.bits(0, 8)) {
    case 0: flag = result.setSum(a, b); break;
    case 1: flag = result.setDifference(a, b); break;
    case 2: flag = result.setProduct(a, b); break;
    case 3: result = U256.of(u64(a < b)); flag = a == b; break;
  }
  const output = new Encoder(2, 0);
  output.number(result);
  output.boolean(flag);
  output.finish();
}

function checked(operation: i32, a: U256, b: U256): U256 {
  switch (operation) {
    case 0: return a + b;
    case 1: return a - b;
    case 2: return a * b;
    case 3: return a / b;
    default: return a % b;
  }
}

function checked128(operation: i32, a: U128, b: U128): U128 {
  switch (operation) {
    case 0: return a + b;
    case 1: return a - b;
    case 2: return a * b;
    case 3: return a / b;
    default: return a % b;
  }
}

function echo(given: Arguments): void {
  const text = given.bytes(4), data = given.bytes(6);
  const output = new Encoder(7, dynamicSize(text.length) + dynamicSize(data.length));
  output.number(given.u256(0));
  output.address(given.address(1));
  output.boolean(given.boolean(2));
  output.word(given.word(3));
  output.bytes(text);
  output.number(U256.of(given.u64(5)));
  output.bytes(data);
  output.finish();
}

function forward(given: Arguments): void {
  const status = callAccount(given.address(0), new U128(), given.bytes(1));
  const data = returnedData();
  const output = new Encoder(2, dynamicSize(data.length));
  output.number(U256.of(status));
  output.bytes(data);
  output.finish();
}

function run(): void {
  const given = Arguments.ofCall();
  switch (callSelector()) {
    case 0x97b90826: // arithmetic(uint8,uint256,uint256)
      arithmetic(given);
      break;
    case 0x18c080e6: // checked(uint8,uint256,uint256)
      returnNumber(checked(<i32>given.bits(0, 8), given.u256(1), given.u256(2)));
      break;
    case 0xa1a5b3e7: // checked128(uint8,uint128,uint128)
      returnNumber(checked128(<i32>given.bits(0, 8), given.u128(1), given.u128(2)).wide());
      break;
    case 0xacc1741f: // echo(uint256,address,bool,bytes32,string,uint64,bytes)
      echo(given);
      break;
    case 0xaa1e84de: // hash(bytes)
      const hashed = given.bytes(0);
      returnWord(keccak256(hashed.data, hashed.length));
      break;
    case 0x1bbc1a18: // entry(uint256,uint256)
      returnNumber(mapSlot(given.u256(0), given.u256(1)));
      break;
    case 0xe0d64b37: // elements(uint256)
      returnNumber(arraySlot(given.u256(0)));
      break;
    case 0x78122f3a: // fail(string)
      revertWith(given.bytes(0).toString());
      break;
    case 0x0ebb6188: // narrow(uint256)
      returnNumber(U128.of(given.u256(0)).wide());
      break;
    case 0x6fadcf72: // forward(address,bytes)
      forward(given);
      break;
    case 0xb3b36bb3: // whoami()
      returnAddress(ownAddress());
      break;
    case 0x448f30a3: // nothing()
      returnNothing();
      break;
    default:
      revertSilently();
  }
}

run();
