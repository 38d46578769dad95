// Recovers the signer of a hash with the call data of the precompile, without it.
object "Ecrecover" {
  code {
    function power(base, exponent, p) -> r {
      r := 1
      for { } exponent { exponent := shr(1, exponent) } {
        if and(exponent, 1) { r := mulmod(r, base, p) }
        base := mulmod(base, base, p)
      }
    }
    // Jacobian points x = X / Z^2, y = Y / Z^3 in memory; Z of 0 is infinity.
    function double_point(at, p) {
      let x := mload(at)
      let y := mload(add(at, 32))
      mstore(add(at, 64), mulmod(mulmod(2, y, p), mload(add(at, 64)), p))
      let yy := mulmod(y, y, p)
      let s := mulmod(mulmod(4, x, p), yy, p)
      let m := mulmod(3, mulmod(x, x, p), p)
      x := addmod(mulmod(m, m, p), sub(p, addmod(s, s, p)), p)
      mstore(at, x)
      yy := mulmod(8, mulmod(yy, yy, p), p)
      mstore(add(at, 32), addmod(mulmod(m, addmod(s, sub(p, x), p), p), sub(p, yy), p))
    }
    function add_point(at, u, v, p) {
      let z := mload(add(at, 64))
      if iszero(z) {
        mstore(at, u)
        mstore(add(at, 32), v)
        mstore(add(at, 64), 1)
        leave
      }
      let x := mload(at)
      let y := mload(add(at, 32))
      let zz := mulmod(z, z, p)
      let h := addmod(mulmod(u, zz, p), sub(p, x), p)
      let r := addmod(mulmod(v, mulmod(zz, z, p), p), sub(p, y), p)
      if iszero(h) {
        if iszero(r) { double_point(at, p) leave }
        mstore(add(at, 64), 0)
        leave
      }
      mstore(add(at, 64), mulmod(z, h, p))
      zz := mulmod(h, h, p)
      h := mulmod(h, zz, p)
      zz := mulmod(x, zz, p)
      x := addmod(mulmod(r, r, p), sub(p, addmod(h, addmod(zz, zz, p), p)), p)
      mstore(at, x)
      y := mulmod(y, h, p)
      mstore(add(at, 32), addmod(mulmod(r, addmod(zz, sub(p, x), p), p), sub(p, y), p))
    }
    function make_affine(at, p) {
      let inverse := power(mload(add(at, 64)), sub(p, 2), p)
      let square := mulmod(inverse, inverse, p)
      mstore(at, mulmod(mload(at), square, p))
      mstore(add(at, 32), mulmod(mload(add(at, 32)), mulmod(square, inverse, p), p))
    }
    let p := sub(0, 0x1000003d1)
    let order := 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141
    let v := calldataload(32)
    let r := calldataload(64)
    let s := calldataload(96)
    if iszero(and(or(eq(v, 27), eq(v, 28)), and(and(lt(r, order), lt(s, order)), and(gt(r, 0), gt(s, 0))))) { return(0, 0) }
    let square := addmod(7, mulmod(r, mulmod(r, r, p), p), p)
    let y := power(square, shr(2, add(p, 1)), p)
    if iszero(eq(mulmod(y, y, p), square)) { return(0, 0) }
    if xor(and(y, 1), eq(v, 28)) { y := sub(p, y) }
    let inverse := power(r, sub(order, 2), order)
    s := mulmod(s, inverse, order)
    let times := mulmod(sub(order, mod(calldataload(0), order)), inverse, order)
    for { let i := 0 } lt(i, 256) { i := add(i, 1) } {
      if mload(0xc0) { double_point(0x80, p) }
      if shr(255, s) { add_point(0x80, r, y, p) }
      if shr(255, times) {
        add_point(0x80,
          0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798,
          0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8, p)
      }
      s := shl(1, s)
      times := shl(1, times)
    }
    if iszero(mload(0xc0)) { return(0, 0) }
    make_affine(0x80, p)
    mstore(0, shr(96, shl(96, keccak256(0x80, 64))))
    return(0, 32)
  }
}
