// The ERC-20 token of contracts/erc20_c for the Ethereum Virtual Machine: the same functions, events,
// messages and storage, which is Solidity's: slot 0 has the total supply, 1 balances, 2 allowances.
object "Erc20" {
  code {
    function TRANSFER() -> topic { topic := 0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef }
    function APPROVAL() -> topic { topic := 0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925 }
    function entry(map, key) -> slot {
      mstore(0, key)
      mstore(0x20, map)
      slot := keccak256(0, 0x40)
    }
    function argument(index) -> word {
      let at := add(4, shl(5, index))
      if lt(calldatasize(), add(at, 0x20)) { revert(0, 0) }
      word := calldataload(at)
    }
    function account(index) -> word {
      word := argument(index)
      if shr(160, word) { revert(0, 0) }
    }
    function return_word(word) {
      mstore(0, word)
      return(0, 0x20)
    }
    function return_text(text, length) {
      mstore(0, 0x20)
      mstore(0x20, length)
      mstore(0x40, text)
      return(0, 0x60)
    }
    function fail(length, text, rest) {
      mstore(0, shl(224, 0x08c379a0)) // Error(string)
      mstore(4, 0x20)
      mstore(0x24, length)
      mstore(0x44, text)
      mstore(0x64, rest)
      revert(0, add(0x44, and(add(length, 0x1f), not(0x1f))))
    }
    function transfer(from, to, amount) {
      if iszero(to) { fail(35, "ERC20: transfer to the zero addr", "ess") }
      let slot := entry(1, from)
      let before := sload(slot)
      if lt(before, amount) { fail(38, "ERC20: transfer amount exceeds b", "alance") }
      // Stored before the receiver's balance is read: they may be the same.
      sstore(slot, sub(before, amount))
      slot := entry(1, to)
      sstore(slot, add(sload(slot), amount))
      mstore(0, amount)
      log3(0, 0x20, TRANSFER(), from, to)
    }
    if callvalue() { revert(0, 0) }
    if lt(calldatasize(), 4) { revert(0, 0) }
    switch shr(224, calldataload(0))
    case 0x06fdde03 { return_text("Sample Token", 12) } // name()
    case 0x95d89b41 { return_text("SAMPLE", 6) } // symbol()
    case 0x313ce567 { return_word(18) } // decimals()
    case 0x18160ddd { return_word(sload(0)) } // totalSupply()
    case 0x70a08231 { return_word(sload(entry(1, account(0)))) } // balanceOf(address)
    case 0xdd62ed3e { // allowance(address,address)
      let owner := account(0)
      return_word(sload(entry(entry(2, owner), account(1))))
    }
    case 0xa9059cbb { // transfer(address,uint256)
      let to := account(0)
      transfer(caller(), to, argument(1))
      return_word(1)
    }
    case 0x23b872dd { // transferFrom(address,address,uint256)
      let from := account(0)
      let to := account(1)
      let amount := argument(2)
      let slot := entry(entry(2, from), caller())
      let allowed := sload(slot)
      if not(allowed) {
        if lt(allowed, amount) { fail(29, "ERC20: insufficient allowance", 0) }
        sstore(slot, sub(allowed, amount))
      }
      transfer(from, to, amount)
      return_word(1)
    }
    case 0x095ea7b3 { // approve(address,uint256)
      let spender := account(0)
      let amount := argument(1)
      sstore(entry(entry(2, caller()), spender), amount)
      mstore(0, amount)
      log3(0, 0x20, APPROVAL(), caller(), spender)
      return_word(1)
    }
    default { revert(0, 0) }
  }
}
