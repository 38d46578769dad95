// What the token and its constructor share: storage, and the event of both.

import { Address, emitNumber, mapSlot, U256 } from "../sdk/assemblyscript/ewasm";

export const TOTAL_SUPPLY: u64 = 0;
export const BALANCES: u64 = 1;
export const ALLOWANCES: u64 = 2;

export function balanceSlot(owner: Address): U256 {
  return mapSlot(U256.of(BALANCES), owner.number);
}

export function emitTransfer(from: Address, to: Address, amount: U256): void {
  // Transfer(address,address,uint256)
  const topic = U256.ofParts(
    0xddf252ad1be2c89b, 0x69c2b068fc378daa, 0x952ba7f163c4a116, 0x28f55a4df523b3ef,
  );
  emitNumber(amount, 3, topic, from.number, to.number);
}
