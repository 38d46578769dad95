// Keccak-256 of the call data, without the instruction.
object "Keccak256" {
  code {
    function rotate(x, count) -> r {
      r := and(or(shl(count, x), shr(sub(64, count), x)), 0xffffffffffffffff)
    }
    function swap(x) -> r { // a word of 8 bytes, the other way round
      r := or(shl(8, and(x, 0x00ff00ff00ff00ff)), and(shr(8, x), 0x00ff00ff00ff00ff))
      r := or(shl(16, and(r, 0x0000ffff0000ffff)), and(shr(16, r), 0x0000ffff0000ffff))
      r := or(shl(32, and(r, 0xffffffff)), shr(32, r))
    }
    // Memory: round constants at 0, offsets at 0xc0, targets at 0xe0, lanes at 0x200, moved lanes
    // at 0x600, parities at 0xa00, the padded message at 0xc00.
    datacopy(0, dataoffset("tables"), 242)
    calldatacopy(0xc00, 0, calldatasize())
    mstore8(add(0xc00, calldatasize()), 1)
    let end := add(0xc00, mul(add(div(calldatasize(), 136), 1), 136))
    mstore8(sub(end, 1), or(byte(31, mload(sub(end, 32))), 0x80))
    for { let block := 0xc00 } lt(block, end) { block := add(block, 136) } {
      for { let i := 0 } lt(i, 17) { i := add(i, 1) } {
        let at := add(0x200, shl(5, i))
        mstore(at, xor(mload(at), swap(shr(192, mload(add(block, shl(3, i)))))))
      }
      for { let round := 0 } lt(round, 24) { round := add(round, 1) } {
        for { let at := 0x200 } lt(at, 0x2a0) { at := add(at, 32) } {
          let x := xor(xor(mload(at), mload(add(at, 0xa0))), mload(add(at, 0x140)))
          mstore(add(at, 0x800), xor(xor(x, mload(add(at, 0x1e0))), mload(add(at, 0x280))))
        }
        for { let x := 0 } lt(x, 5) { x := add(x, 1) } {
          let effect := xor(
            mload(add(0xa00, shl(5, mod(add(x, 4), 5)))),
            rotate(mload(add(0xa00, shl(5, mod(add(x, 1), 5)))), 1))
          for { let i := x } lt(i, 25) { i := add(i, 5) } {
            let lane := rotate(xor(mload(add(0x200, shl(5, i))), effect), byte(0, mload(add(0xc0, i))))
            mstore(add(0x600, shl(5, byte(0, mload(add(0xd9, i))))), lane)
          }
        }
        for { let row := 0 } lt(row, 0x320) { row := add(row, 0xa0) } {
          let base := add(0x600, row)
          let target := add(0x200, row)
          let a := mload(base) let b := mload(add(base, 32)) let c := mload(add(base, 64))
          let d := mload(add(base, 96)) let e := mload(add(base, 128))
          mstore(target, xor(a, and(not(b), c)))
          mstore(add(target, 32), xor(b, and(not(c), d)))
          mstore(add(target, 64), xor(c, and(not(d), e)))
          mstore(add(target, 96), xor(d, and(not(e), a)))
          mstore(add(target, 128), xor(e, and(not(a), b)))
        }
        mstore(0x200, xor(mload(0x200), shr(192, mload(shl(3, round)))))
      }
    }
    let digest := 0
    for { let at := 0x200 } lt(at, 0x280) { at := add(at, 32) } { digest := or(shl(64, digest), swap(mload(at))) }
    mstore(0, digest)
    return(0, 32)
  }
  data "tables" hex"00000000000000010000000000008082800000000000808a8000000080008000000000000000808b000000008000000180000000800080818000000000008009000000000000008a00000000000000880000000080008009000000008000000a000000008000808b800000000000008b8000000000008089800000000000800380000000000080028000000000000080000000000000800a800000008000000a800000008000808180000000000080800000000080000001800000008000800800013e1c1b242c063714030a2b1927292d0f150812023d380e000a14050f10010b15060711020c16170812030d0e18091304"
}
