// What the auction and its constructor share: storage slots.

export const BENEFICIARY: u64 = 0;
export const COMMIT_END: u64 = 1; // seconds; commitments are taken before
export const REVEAL_END: u64 = 2; // seconds; bids are revealed before
export const HIGHEST_BIDDER: u64 = 3;
export const HIGHEST_BID: u64 = 4;
export const UNREVEALED: u64 = 5; // wei of all deposits that are not revealed
export const SETTLED: u64 = 6;
export const COMMITMENTS: u64 = 7; // mapping(address => bytes32)
export const DEPOSITS: u64 = 8; // mapping(address => uint256)
export const WITHDRAWALS: u64 = 9; // mapping(address => uint256)
