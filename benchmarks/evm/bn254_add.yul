// The sum of two points of alt_bn128 (EIP-196), without the precompile.
object "Bn254Add" {
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
    function load_point(at, p) -> x, y {
      x := calldataload(at)
      y := calldataload(add(at, 32))
      if iszero(and(lt(x, p), lt(y, p))) { invalid() }
      if or(x, y) {
        if iszero(eq(mulmod(y, y, p), addmod(3, mulmod(x, mulmod(x, x, p), p), p))) { invalid() }
      }
    }
    let p := 21888242871839275222246405745257275088696311157297823662689037894645226208583
    for { let at := 0 } lt(at, 128) { at := add(at, 64) } {
      let x, y := load_point(at, p)
      if or(x, y) { add_point(0x80, x, y, p) }
    }
    make_affine(0x80, p)
    return(0x80, 64)
  }
}
