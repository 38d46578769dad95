// constructor(address beneficiary, uint64 commitSeconds, uint64 revealSeconds)

import {
  Arguments, eei, rejectValue, require, returnRuntime, storageStore, U256,
} from "../sdk/assemblyscript/ewasm";
import { BENEFICIARY, COMMIT_END, REVEAL_END } from "./layout";

function construct(): void {
  rejectValue();
  const given = Arguments.ofConstructor();
  const beneficiary = given.address(0);
  const commitSeconds = U256.of(given.u64(1)), revealSeconds = U256.of(given.u64(2));
  require(
    !commitSeconds.isZero() && !revealSeconds.isZero(),
    "auction: both phases must last a second or more",
  );
  const commitEnd = U256.of(eei.getBlockTimestamp()) + commitSeconds;
  storageStore(U256.of(BENEFICIARY), beneficiary.number);
  storageStore(U256.of(COMMIT_END), commitEnd);
  storageStore(U256.of(REVEAL_END), commitEnd + revealSeconds);
  returnRuntime();
}

construct();
