// An ERC-20 token (EIP-20) in AssemblyScript. Its storage is that of the Solidity contract
//
//     uint256 totalSupply;                                          // slot 0
//     mapping(address => uint256) balances;                         // slot 1
//     mapping(address => mapping(address => uint256)) allowances;   // slot 2
//
// An allowance of 2^256 - 1 is infinite: transferFrom does not lower it.

import {
  Address, Arguments, Bytes, caller, callSelector, emitNumber, mapSlot, rejectValue, require,
  returnBool, returnBytes, returnNumber, revertSilently, storageLoad, storageStore, U256,
} from "../sdk/assemblyscript/ewasm";
import { ALLOWANCES, balanceSlot, emitTransfer, TOTAL_SUPPLY } from "./layout";

function allowanceSlot(owner: Address, spender: Address): U256 {
  return mapSlot(mapSlot(U256.of(ALLOWANCES), owner.number), spender.number);
}

function move(from: Address, to: Address, amount: U256): void {
  require(!to.isZero(), "ERC20: transfer to the zero address");
  const giver = balanceSlot(from);
  const balance = storageLoad(giver);
  require(balance >= amount, "ERC20: transfer amount exceeds balance");
  // Stored before the receiver's balance is read: they may be the same.
  storageStore(giver, balance - amount);
  const taker = balanceSlot(to);
  storageStore(taker, storageLoad(taker) + amount);
  emitTransfer(from, to, amount);
}

function spendAllowance(owner: Address, spender: Address, amount: U256): void {
  const slot = allowanceSlot(owner, spender);
  const allowed = storageLoad(slot);
  if (allowed == U256.max()) return;
  require(allowed >= amount, "ERC20: insufficient allowance");
  storageStore(slot, allowed - amount);
}

function approve(owner: Address, spender: Address, amount: U256): void {
  storageStore(allowanceSlot(owner, spender), amount);
  // Approval(address,address,uint256)
  const topic = U256.ofParts(
    0x8c5be1e5ebec7d5b, 0xd14f71427d1e84f3, 0xdd0314c0f7b2291e, 0x5b200ac8c7c3b925,
  );
  emitNumber(amount, 3, topic, owner.number, spender.number);
}

function run(): void {
  rejectValue();
  const selector = callSelector();
  const given = Arguments.ofCall();
  switch (selector) {
    case 0x06fdde03: // name()
      returnBytes(Bytes.of("Sample Token"));
      break;
    case 0x95d89b41: // symbol()
      returnBytes(Bytes.of("SAMPLE"));
      break;
    case 0x313ce567: // decimals()
      returnNumber(U256.of(18));
      break;
    case 0x18160ddd: // totalSupply()
      returnNumber(storageLoad(U256.of(TOTAL_SUPPLY)));
      break;
    case 0x70a08231: // balanceOf(address)
      returnNumber(storageLoad(balanceSlot(given.address(0))));
      break;
    case 0xdd62ed3e: // allowance(address,address)
      returnNumber(storageLoad(allowanceSlot(given.address(0), given.address(1))));
      break;
    case 0xa9059cbb: // transfer(address,uint256)
      move(caller(), given.address(0), given.u256(1));
      returnBool(true);
      break;
    case 0x23b872dd: // transferFrom(address,address,uint256)
      const amount = given.u256(2);
      spendAllowance(given.address(0), caller(), amount);
      move(given.address(0), given.address(1), amount);
      returnBool(true);
      break;
    case 0x095ea7b3: // approve(address,uint256)
      approve(caller(), given.address(0), given.u256(1));
      returnBool(true);
      break;
    default:
      revertSilently();
  }
}

run();
