// SHA-256 (FIPS 180-4) of the call data.
object "Sha256" {
  code {
    function rotate(x, count) -> r { // x stands twice, side by side
      r := and(shr(count, x), 0xffffffff)
    }
    // Memory: constants at 0x100, schedule at 0x200, state at 0xa00, all values of d and after it of
    // c, b, a at 0xb00, those of h and after it of g, f, e at 0x1400, the padded message at 0x2000.
    datacopy(0x100, dataoffset("constants"), 256)
    mstore(0xa00, 0x6a09e667) mstore(0xa20, 0xbb67ae85) mstore(0xa40, 0x3c6ef372) mstore(0xa60, 0xa54ff53a)
    mstore(0xa80, 0x510e527f) mstore(0xaa0, 0x9b05688c) mstore(0xac0, 0x1f83d9ab) mstore(0xae0, 0x5be0cd19)
    calldatacopy(0x2000, 0, calldatasize())
    mstore8(add(0x2000, calldatasize()), 0x80)
    let end := add(0x2000, and(add(calldatasize(), 72), not(63)))
    mstore(sub(end, 32), or(mload(sub(end, 32)), shl(3, calldatasize())))
    for { let block := 0x2000 } lt(block, end) { block := add(block, 64) } {
      for { let i := 0 } lt(i, 16) { i := add(i, 1) } {
        mstore(add(0x200, shl(5, i)), shr(224, mload(add(block, shl(2, i)))))
      }
      for { let at := 0x400 } lt(at, 0xa00) { at := add(at, 32) } {
        let x := mload(sub(at, 480))
        let y := mload(sub(at, 64))
        x := xor(xor(rotate(or(x, shl(32, x)), 7), rotate(or(x, shl(32, x)), 18)), shr(3, x))
        y := xor(xor(rotate(or(y, shl(32, y)), 17), rotate(or(y, shl(32, y)), 19)), shr(10, y))
        mstore(at, and(add(add(mload(sub(at, 512)), x), add(mload(sub(at, 224)), y)), 0xffffffff))
      }
      for { let i := 0 } lt(i, 128) { i := add(i, 32) } {
        mstore(add(0xb00, i), mload(sub(0xa60, i)))
        mstore(add(0x1400, i), mload(sub(0xae0, i)))
      }
      for { let i := 0 } lt(i, 64) { i := add(i, 1) } {
        let at_d := add(0xb00, shl(5, i))
        let at_h := add(0x1400, shl(5, i))
        let e := mload(add(at_h, 96))
        let g := mload(add(at_h, 32))
        let t := add(mload(at_h), xor(g, and(e, xor(mload(add(at_h, 64)), g))))
        e := or(e, shl(32, e))
        t := add(t, xor(xor(rotate(e, 6), rotate(e, 11)), rotate(e, 25)))
        t := add(t, add(shr(224, mload(add(0x100, shl(2, i)))), mload(add(0x200, shl(5, i)))))
        mstore(add(at_h, 128), and(add(mload(at_d), t), 0xffffffff))
        let a := mload(add(at_d, 96))
        let b := mload(add(at_d, 64))
        t := add(t, or(and(a, b), and(mload(add(at_d, 32)), or(a, b))))
        a := or(a, shl(32, a))
        t := add(t, xor(xor(rotate(a, 2), rotate(a, 13)), rotate(a, 22)))
        mstore(add(at_d, 128), and(t, 0xffffffff))
      }
      for { let i := 0 } lt(i, 128) { i := add(i, 32) } {
        mstore(sub(0xa60, i), and(add(mload(sub(0xa60, i)), mload(add(0x1300, i))), 0xffffffff))
        mstore(sub(0xae0, i), and(add(mload(sub(0xae0, i)), mload(add(0x1c00, i))), 0xffffffff))
      }
    }
    let digest := 0
    for { let at := 0xa00 } lt(at, 0xb00) { at := add(at, 32) } { digest := or(shl(32, digest), mload(at)) }
    mstore(0, digest)
    return(0, 32)
  }
  data "constants" hex"428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5d807aa9812835b01243185be550c7dc372be5d7480deb1fe9bdc06a7c19bf174e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca63511429296727b70a852e1b21384d2c6dfc53380d13650a7354766a0abb81c2c92e92722c85a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa07019a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3748f82ee78a5636f84c878148cc7020890befffaa4506cebbef9a3f7c67178f2"
}
