// base^exponent modulo a number with the call data of EIP-198, for three numbers of 32 bytes.
object "Modexp" {
  code {
    let base := calldataload(96)
    let exponent := calldataload(128)
    let modulus := calldataload(160)
    let r := 1
    for { } exponent { exponent := shr(1, exponent) } {
      if and(exponent, 1) { r := mulmod(r, base, modulus) }
      base := mulmod(base, base, modulus)
    }
    mstore(0, r)
    return(0, 32)
  }
}
