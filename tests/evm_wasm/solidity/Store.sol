// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.20;

/// What the eWASM output of solc 0.8.20 can do, and one thing that it cannot.
contract Store {
    address owner;
    uint256 public value;
    mapping(address => uint256) public marks;

    event Changed(uint256 value) anonymous;

    constructor() {
        owner = msg.sender;
    }

    function set(uint256 next) external {
        require(msg.sender == owner, "not the owner");
        value = next;
        emit Changed(next);
    }

    function sum(uint256 count) external pure returns (uint256 total) {
        for (uint256 i = 1; i <= count; i++) {
            total += i;
        }
    }

    function pay() external payable returns (uint256) {
        return msg.value;
    }

    function title() external pure returns (string memory) {
        return "the old world";
    }

    function height() external view returns (uint256) {
        return block.number;
    }
}

/// Without a constructor the default optimizer's init module is valid, but not what it deploys.
contract Plain {
    uint256 public value;

    function set(uint256 next) external {
        value = next;
    }
}
