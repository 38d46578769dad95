// RIPEMD-160 of the call data, behind 12 zero bytes.
object "Ripemd160" {
  code {
    function rotate(x, count) -> r {
      r := and(or(shl(count, x), shr(sub(32, count), x)), 0xffffffff)
    }
    function swap(x) -> r { // a word of 4 bytes, the other way round
      r := or(or(shr(24, x), and(shr(8, x), 0xff00)), or(and(shl(8, x), 0xff0000), and(shl(24, x), 0xff000000)))
    }
    function mix(kind, x, y, z) -> r {
      switch kind
      case 0 { r := xor(xor(x, y), z) }
      case 1 { r := xor(z, and(x, xor(y, z))) }
      case 2 { r := xor(or(x, xor(y, 0xffffffff)), z) }
      case 3 { r := xor(y, and(z, xor(x, y))) }
      default { r := xor(x, or(y, xor(z, 0xffffffff))) }
    }
    // 80 steps over the five words at `line`; tables of message words and shifts.
    function run(line, words, shifts, constants, first, direction) {
      let a := mload(0x500) let b := mload(0x520) let c := mload(0x540)
      let d := mload(0x560) let e := mload(0x580)
      for { let i := 0 } lt(i, 80) { i := add(i, 1) } {
        let t := mix(add(first, mul(direction, shr(4, i))), b, c, d)
        t := add(add(a, t), mload(add(0x200, shl(5, byte(0, mload(add(words, i)))))))
        t := and(add(t, shr(224, mload(add(constants, shl(2, shr(4, i)))))), 0xffffffff)
        t := and(add(rotate(t, byte(0, mload(add(shifts, i)))), e), 0xffffffff)
        a := e e := d d := rotate(c, 10) c := b b := t
      }
      mstore(line, a) mstore(add(line, 32), b) mstore(add(line, 64), c)
      mstore(add(line, 96), d) mstore(add(line, 128), e)
    }
    // Memory: tables at 0, message words at 0x200, state at 0x500, both lines at 0x600 and 0x700,
    // the padded message at 0x800.
    datacopy(0, dataoffset("tables"), 360)
    mstore(0x500, 0x67452301) mstore(0x520, 0xefcdab89) mstore(0x540, 0x98badcfe)
    mstore(0x560, 0x10325476) mstore(0x580, 0xc3d2e1f0)
    calldatacopy(0x800, 0, calldatasize())
    mstore8(add(0x800, calldatasize()), 0x80)
    let end := add(0x800, and(add(calldatasize(), 72), not(63)))
    let bits := shl(3, calldatasize())
    mstore(sub(end, 32), or(mload(sub(end, 32)), or(shl(32, swap(and(bits, 0xffffffff))), swap(shr(32, bits)))))
    for { let block := 0x800 } lt(block, end) { block := add(block, 64) } {
      for { let i := 0 } lt(i, 16) { i := add(i, 1) } {
        mstore(add(0x200, shl(5, i)), swap(shr(224, mload(add(block, shl(2, i))))))
      }
      run(0x600, 0, 160, 320, 0, 1)
      run(0x700, 80, 240, 340, 4, not(0))
      let next := add(add(mload(0x520), mload(0x640)), mload(0x760))
      mstore(0x520, and(add(add(mload(0x540), mload(0x660)), mload(0x780)), 0xffffffff))
      mstore(0x540, and(add(add(mload(0x560), mload(0x680)), mload(0x700)), 0xffffffff))
      mstore(0x560, and(add(add(mload(0x580), mload(0x600)), mload(0x720)), 0xffffffff))
      mstore(0x580, and(add(add(mload(0x500), mload(0x620)), mload(0x740)), 0xffffffff))
      mstore(0x500, and(next, 0xffffffff))
    }
    let digest := 0
    for { let at := 0x500 } lt(at, 0x5a0) { at := add(at, 32) } { digest := or(shl(32, digest), swap(mload(at))) }
    mstore(0, digest)
    return(0, 32)
  }
  data "tables" hex"000102030405060708090a0b0c0d0e0f07040d010a060f030c000905020e0b08030a0e04090f0801020700060d0b050c01090b0a00080c040d03070f0e05060204000509070c020a0e0103080b060f0d050e070009020b040d060f08010a030c060b0307000d050a0e0f080c040901020f050103070e06090b080c020a00040d08060401030b0f00050c020d09070a0e0c0f0a040105080706020d0e0003090b0b0e0f0c050807090b0d0e0f060709080706080d0b09070f070c0f090b070d0c0b0d06070e090d0f0e080d06050c07050b0c0e0f0e0f0908090e05060806050c090f050b06080d0c050c0d0e0b0805060809090b0d0f0f050707080b0e0e0c06090d0f070c08090b07070c07060f0d0b09070f0b0806060e0c0d050e0d0d07050f05080b0e0e060e06090c090c050f0808050c090c050e06080d06050f0d0b0b000000005a8279996ed9eba18f1bbcdca953fd4e50a28be65c4dd1246d703ef37a6d76e900000000"
}
