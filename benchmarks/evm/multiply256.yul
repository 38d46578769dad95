// a b^count modulo 2^256: count, a and b are words of the call data.
object "Multiply256" {
  code {
    let a := calldataload(32)
    let b := calldataload(64)
    for { let count := calldataload(0) } count { count := sub(count, 1) } { a := mul(a, b) }
    mstore(0, a)
    return(0, 32)
  }
}
