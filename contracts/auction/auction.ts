// An auction whose bids stay secret until nobody can bid any more.
//
// 1. commit(bytes32): a bidder sends the hash of a bid and a deposit of at least the bid; a larger one
//    hides it. The hash is keccak256(abi.encode(bidder, amount, salt)), as commitmentOf gives it.
// 2. reveal(uint256 amount, bytes32 salt): shows the bid. The highest one leads, of two equal ones that
//    which was revealed first; everything else of the deposits can be withdrawn.
// 3. settle(): the highest bid belongs to the beneficiary, and with it the deposits that were not
//    revealed: otherwise a bidder could look at the bids of others before choosing to stand by one.
//
// Nobody is sent ether but by their own withdraw(), so that no receiver can hold up the others.

import {
  Address, Arguments, Bytes, CALL_SUCCESS, callAccount, caller, callSelector, callValue, eei, emit,
  emitNumber, Encoder, keccak256, mapSlot, rejectValue, require, returnNothing, returnNumber,
  returnWord, revertSilently, storageLoad, storageStore, U128, U256,
} from "../sdk/assemblyscript/ewasm";
import {
  BENEFICIARY, COMMIT_END, COMMITMENTS, DEPOSITS, HIGHEST_BID, HIGHEST_BIDDER, REVEAL_END, SETTLED,
  UNREVEALED, WITHDRAWALS,
} from "./layout";

function load(slot: u64): U256 {
  return storageLoad(U256.of(slot));
}

function now(): U256 {
  return U256.of(eei.getBlockTimestamp());
}

function addTo(slot: U256, amount: U256): void {
  if (!amount.isZero()) storageStore(slot, storageLoad(slot) + amount);
}

function owe(who: U256, amount: U256): void {
  addTo(mapSlot(U256.of(WITHDRAWALS), who), amount);
}

function commitmentOf(bidder: Address, amount: U256, salt: U256): U256 {
  const bid = new Encoder(3, 0);
  bid.address(bidder);
  bid.number(amount);
  bid.number(salt);
  const encoded = bid.encoded();
  return U256.ofWord(keccak256(encoded.data, encoded.length));
}

function commit(commitment: U256): void {
  const bidder = caller();
  const deposit = callValue().wide();
  const slot = mapSlot(U256.of(COMMITMENTS), bidder.number);
  require(now() < load(COMMIT_END), "auction: commitments are no longer taken");
  require(!commitment.isZero(), "auction: the commitment is zero");
  require(storageLoad(slot).isZero(), "auction: already committed");
  storageStore(slot, commitment);
  storageStore(mapSlot(U256.of(DEPOSITS), bidder.number), deposit);
  addTo(U256.of(UNREVEALED), deposit);
  // Committed(address,uint256)
  const topic = U256.ofParts(
    0x1c183a94c6996bd6, 0x1f66487b3846e20a, 0x0ebf31594a08e28e, 0xd2f6c9ff8e98338c,
  );
  emitNumber(deposit, 2, topic, bidder.number, new U256());
}

function reveal(amount: U256, salt: U256): void {
  const bidder = caller();
  const slot = mapSlot(U256.of(COMMITMENTS), bidder.number);
  const time = now();
  require(time >= load(COMMIT_END), "auction: bids are still secret");
  require(time < load(REVEAL_END), "auction: bids are no longer revealed");
  require(
    storageLoad(slot) == commitmentOf(bidder, amount, salt),
    "auction: this is not what was committed",
  );
  const depositSlot = mapSlot(U256.of(DEPOSITS), bidder.number);
  const deposit = storageLoad(depositSlot);
  storageStore(slot, new U256());
  storageStore(depositSlot, new U256());
  storageStore(U256.of(UNREVEALED), load(UNREVEALED) - deposit);
  const leads = amount <= deposit && amount > load(HIGHEST_BID);
  if (leads) {
    owe(load(HIGHEST_BIDDER), load(HIGHEST_BID));
    storageStore(U256.of(HIGHEST_BIDDER), bidder.number);
    storageStore(U256.of(HIGHEST_BID), amount);
    owe(bidder.number, deposit - amount);
  } else {
    owe(bidder.number, deposit);
  }
  // Revealed(address,uint256,bool)
  const topic = U256.ofParts(
    0xe8e22f679dd243a4, 0x16db2cf49a895073, 0x0eacf44be7f66a03, 0x7d97adc3229e8b86,
  );
  const data = new Encoder(2, 0);
  data.number(amount);
  data.boolean(leads);
  emit(data.encoded(), 2, topic, bidder.number, new U256());
}

function settle(): void {
  require(now() >= load(REVEAL_END), "auction: bids are still revealed");
  require(load(SETTLED).isZero(), "auction: already settled");
  storageStore(U256.of(SETTLED), U256.of(1));
  owe(load(BENEFICIARY), load(HIGHEST_BID) + load(UNREVEALED));
  // Settled(address,uint256)
  const topic = U256.ofParts(
    0x7823e479a1a4ebe2, 0x418874847436f8a1, 0x680c5ee5b17f38bb, 0x59dbff28e1b45552,
  );
  emitNumber(load(HIGHEST_BID), 2, topic, load(HIGHEST_BIDDER), new U256());
}

function withdraw(): void {
  const receiver = caller();
  const slot = mapSlot(U256.of(WITHDRAWALS), receiver.number);
  const amount = storageLoad(slot);
  require(!amount.isZero(), "auction: nothing to withdraw");
  // Cleared before it is sent: the receiver may call back.
  storageStore(slot, new U256());
  const status = callAccount(receiver, U128.of(amount), new Bytes(0, 0));
  require(status == CALL_SUCCESS, "auction: the receiver does not take ether");
  // Withdrawn(address,uint256)
  const topic = U256.ofParts(
    0x7084f5476618d8e6, 0x0b11ef0d7d3f0691, 0x4655adb8793e28ff, 0x7f018d4c76d505d5,
  );
  emitNumber(amount, 2, topic, receiver.number, new U256());
}

// Functions that change nothing.
function answer(selector: u32, given: Arguments): void {
  switch (selector) {
    case 0x38af3eed: // beneficiary()
      returnNumber(load(BENEFICIARY));
      break;
    case 0x3eee4e27: // commitEnd()
      returnNumber(load(COMMIT_END));
      break;
    case 0xa6e66477: // revealEnd()
      returnNumber(load(REVEAL_END));
      break;
    case 0x91f90157: // highestBidder()
      returnNumber(load(HIGHEST_BIDDER));
      break;
    case 0xd57bde79: // highestBid()
      returnNumber(load(HIGHEST_BID));
      break;
    case 0x8f775839: // settled()
      returnNumber(load(SETTLED));
      break;
    case 0x23e3fbd5: // depositOf(address)
      returnNumber(storageLoad(mapSlot(U256.of(DEPOSITS), given.address(0).number)));
      break;
    case 0x14bf9d2b: // withdrawalOf(address)
      returnNumber(storageLoad(mapSlot(U256.of(WITHDRAWALS), given.address(0).number)));
      break;
    case 0x8f779ba8: // commitmentOf(address,uint256,bytes32)
      returnNumber(commitmentOf(given.address(0), given.u256(1), given.u256(2)));
      break;
  }
}

function run(): void {
  const selector = callSelector();
  const given = Arguments.ofCall();
  if (selector == 0xf14fcbc8) { // commit(bytes32)
    commit(given.u256(0));
    returnNothing();
  }
  rejectValue();
  answer(selector, given);
  switch (selector) {
    case 0x4036778f: // reveal(uint256,bytes32)
      reveal(given.u256(0), given.u256(1));
      break;
    case 0x11da60b4: // settle()
      settle();
      break;
    case 0x3ccfd60b: // withdraw()
      withdraw();
      break;
    default:
      revertSilently();
  }
  returnNothing();
}

run();
