// The compression function of BLAKE2b with the call data of EIP-152.
object "Blake2f" {
  code {
    function swap(x) -> r { // a word of 8 bytes, the other way round
      r := or(shl(8, and(x, 0x00ff00ff00ff00ff)), and(shr(8, x), 0x00ff00ff00ff00ff))
      r := or(shl(16, and(r, 0x0000ffff0000ffff)), and(shr(16, r), 0x0000ffff0000ffff))
      r := or(shl(32, and(r, 0xffffffff)), shr(32, r))
    }
    function rotate(x, count) -> r {
      r := and(or(shr(count, x), shl(sub(64, count), x)), 0xffffffffffffffff)
    }
    // Words of v at addresses 0x200 + 32 i; x and y are words of the message.
    function mix(at_a, at_b, at_c, at_d, x, y) {
      let a := mload(at_a) let b := mload(at_b) let c := mload(at_c) let d := mload(at_d)
      a := and(add(add(a, b), x), 0xffffffffffffffff)
      d := rotate(xor(d, a), 32)
      c := and(add(c, d), 0xffffffffffffffff)
      b := rotate(xor(b, c), 24)
      a := and(add(add(a, b), y), 0xffffffffffffffff)
      d := rotate(xor(d, a), 16)
      c := and(add(c, d), 0xffffffffffffffff)
      b := rotate(xor(b, c), 63)
      mstore(at_a, a) mstore(at_b, b) mstore(at_c, c) mstore(at_d, d)
    }
    function message(at) -> r { r := mload(add(0x400, shl(5, byte(0, mload(at))))) }
    if iszero(eq(calldatasize(), 213)) { invalid() }
    let final := shr(248, calldataload(212))
    if gt(final, 1) { invalid() }
    // Memory: order of the message at 0, the initial vector at 0xa0, v at 0x200, m at 0x400.
    datacopy(0, dataoffset("tables"), 224)
    for { let i := 0 } lt(i, 8) { i := add(i, 1) } {
      mstore(add(0x200, shl(5, i)), swap(shr(192, calldataload(add(4, shl(3, i))))))
      mstore(add(0x300, shl(5, i)), shr(192, mload(add(0xa0, shl(3, i)))))
    }
    for { let i := 0 } lt(i, 16) { i := add(i, 1) } {
      mstore(add(0x400, shl(5, i)), swap(shr(192, calldataload(add(68, shl(3, i))))))
    }
    mstore(0x380, xor(mload(0x380), swap(shr(192, calldataload(196)))))
    mstore(0x3a0, xor(mload(0x3a0), swap(shr(192, calldataload(204)))))
    if final { mstore(0x3c0, xor(mload(0x3c0), 0xffffffffffffffff)) }
    let rounds := shr(224, calldataload(0))
    for { let i := 0 } lt(i, rounds) { i := add(i, 1) } {
      let order := shl(4, mod(i, 10))
      mix(0x200, 0x280, 0x300, 0x380, message(order), message(add(order, 1)))
      mix(0x220, 0x2a0, 0x320, 0x3a0, message(add(order, 2)), message(add(order, 3)))
      mix(0x240, 0x2c0, 0x340, 0x3c0, message(add(order, 4)), message(add(order, 5)))
      mix(0x260, 0x2e0, 0x360, 0x3e0, message(add(order, 6)), message(add(order, 7)))
      mix(0x200, 0x2a0, 0x340, 0x3e0, message(add(order, 8)), message(add(order, 9)))
      mix(0x220, 0x2c0, 0x360, 0x380, message(add(order, 10)), message(add(order, 11)))
      mix(0x240, 0x2e0, 0x300, 0x3a0, message(add(order, 12)), message(add(order, 13)))
      mix(0x260, 0x280, 0x320, 0x3c0, message(add(order, 14)), message(add(order, 15)))
    }
    for { let i := 0 } lt(i, 8) { i := add(i, 1) } {
      let h := swap(shr(192, calldataload(add(4, shl(3, i)))))
      h := xor(h, xor(mload(add(0x200, shl(5, i))), mload(add(0x300, shl(5, i)))))
      mstore(add(0x600, shl(3, i)), shl(192, swap(h)))
    }
    return(0x600, 64)
  }
  data "tables" hex"000102030405060708090a0b0c0d0e0f0e0a0408090f0d06010c00020b0705030b080c0005020f0d0a0e030607010904070903010d0c0b0e0206050a04000f080900050702040a0f0e010b0c0608030d020c060a000b0803040d07050f0e01090c05010f0e0d040a000706030902080b0d0b070e0c01030905000f040806020a060f0e090b0300080c020d0701040a050a020804070601050f0b090e030c0d006a09e667f3bcc908bb67ae8584caa73b3c6ef372fe94f82ba54ff53a5f1d36f1510e527fade682d19b05688c2b3e6c1f1f83d9abfb41bd6b5be0cd19137e2179"
}
