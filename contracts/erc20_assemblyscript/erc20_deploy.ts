// constructor(uint256 supply): the whole supply belongs to whoever deploys.

import {
  Address, Arguments, caller, rejectValue, returnRuntime, storageStore, U256,
} from "../sdk/assemblyscript/ewasm";
import { balanceSlot, emitTransfer, TOTAL_SUPPLY } from "./layout";

function construct(): void {
  rejectValue();
  const supply = Arguments.ofConstructor().u256(0);
  const owner = caller();
  storageStore(U256.of(TOTAL_SUPPLY), supply);
  storageStore(balanceSlot(owner), supply);
  emitTransfer(new Address(), owner, supply);
  returnRuntime();
}

construct();
