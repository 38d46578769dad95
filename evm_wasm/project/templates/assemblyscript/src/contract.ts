// A counter: increment() adds one, count() gives a uint256. What stands here at the top level runs
// when the contract is called.

import {
  U256, callSelector, rejectValue, returnNothing, returnNumber, revertSilently, storageLoad,
  storageStore,
} from "./ewasm";

/** Storage slots. */
const COUNT = U256.of(0);

function increment(): void {
  storageStore(COUNT, storageLoad(COUNT) + U256.of(1));
  returnNothing();
}

rejectValue();
switch (callSelector()) {
  case 0xd09de08a: // increment()
    increment();
  case 0x06661abd: // count()
    returnNumber(storageLoad(COUNT));
}
revertSilently();
