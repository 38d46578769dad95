//! What the contract and its constructor share: storage.

/// The address that may mint.
pub const minter = 0;
/// mapping(uint256 => address): who owns a token; zero if there is no such token.
pub const owners = 1;
/// mapping(address => uint256): how many tokens an address owns.
pub const balances = 2;
/// mapping(uint256 => address): who may move a token besides its owner.
pub const approvals = 3;
/// mapping(address => mapping(address => bool)): who may move all tokens of an owner.
pub const operators = 4;
