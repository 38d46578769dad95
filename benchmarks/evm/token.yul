// The token of contracts/token for the Ethereum Virtual Machine: the same functions, event, error
// and storage, so that a benchmark can ask both machines for the same work.
object "Token" {
  code {
    // Whoever deploys it gets the whole supply.
    let supply := 1000000
    sstore(caller(), supply)
    sstore(shl(248, 1), supply)
    datacopy(0, dataoffset("runtime"), datasize("runtime"))
    return(0, datasize("runtime"))
  }
  object "runtime" {
    code {
      if callvalue() { revert(0, 0) }
      switch shr(224, calldataload(0))
      case 0x5d359fbd { // transfer(address,uint64)
        if lt(calldatasize(), 68) { revert(0, 0) }
        let to := calldataload(4)
        let amount := calldataload(36)
        if shr(160, to) { revert(0, 0) }
        if shr(64, amount) { revert(0, 0) }
        let balance_before := sload(caller())
        if lt(balance_before, amount) {
          mstore(0, shl(224, 0x08c379a0)) // Error(string)
          mstore(4, 32)
          mstore(36, 20)
          mstore(68, "insufficient balance")
          revert(0, 100)
        }
        sstore(caller(), sub(balance_before, amount))
        sstore(to, add(sload(to), amount))
        mstore(0, amount)
        // Transfer(address,address,uint64)
        log3(0, 32, 0x831ac82b07fb396dafef0077cea6e002235d88e63f35cbd5df2c065107f1e74a, caller(), to)
      }
      case 0x70a08231 { // balanceOf(address)
        if lt(calldatasize(), 36) { revert(0, 0) }
        mstore(0, sload(calldataload(4)))
        return(0, 32)
      }
      case 0x18160ddd { // totalSupply()
        mstore(0, sload(shl(248, 1)))
        return(0, 32)
      }
      default { revert(0, 0) }
    }
  }
}
