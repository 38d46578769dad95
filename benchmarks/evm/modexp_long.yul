// base^exponent modulo an odd number with the call data of EIP-198, for numbers of any length, without
// the precompile; the base no longer than the modulus. Multiplication as of Montgomery, with limbs of
// 256 bits; the exponent four bits at a time.
//
// Numbers lie in memory in as many words, highest first; `size` is their bytes. From 0x80 on:
//
//   n (the modulus)   square (R^2 modulo n)   one word more   sum   power   16 powers of the base
object "ModexpLong" {
  code {
    function N() -> at { at := 0x80 }
    // Of the modulus, negative, modulo 2^256.
    function INVERSE() -> at { at := 0x60 }
    // a b: the low and the high word.
    function product(a, b) -> low, high {
      low := mul(a, b)
      let all := mulmod(a, b, not(0))
      high := sub(sub(all, low), lt(all, low))
    }
    // x + y, and the carry added to another number.
    function plus(x, y, other) -> low, carry {
      low := add(x, y)
      carry := add(other, lt(low, y))
    }
    // sum = (sum + factor a + m n) / 2^256, where m makes the last word 0; the sum has one word more
    // before it.
    function add_products(sum, a, factor, size) {
      let at := sub(size, 0x20)
      let low, carry := product(factor, mload(add(a, at)))
      low, carry := plus(low, mload(add(sum, at)), carry)
      let m := mul(low, mload(INVERSE()))
      let other, high := product(m, mload(add(N(), at)))
      low, high := plus(other, low, high)
      for { } at { } {
        at := sub(at, 0x20)
        let x, y := product(factor, mload(add(a, at)))
        x, y := plus(x, carry, y)
        x, carry := plus(x, mload(add(sum, at)), y)
        other, y := product(m, mload(add(N(), at)))
        other, y := plus(other, high, y)
        other, high := plus(other, x, y)
        mstore(add(add(sum, at), 0x20), other)
      }
      low, high := plus(carry, high, 0)
      low, carry := plus(mload(sub(sum, 0x20)), low, high)
      mstore(sum, low)
      mstore(sub(sum, 0x20), carry)
    }
    // r = a - b, whether it is below 0
    function subtract(r, a, b, size) -> borrow {
      for { let i := size } i { } {
        i := sub(i, 0x20)
        let x := mload(add(a, i))
        let y := mload(add(b, i))
        let rest := sub(x, y)
        mstore(add(r, i), sub(rest, borrow))
        borrow := or(lt(x, y), lt(rest, borrow))
      }
    }
    function copy(r, a, size) {
      for { let i := 0 } lt(i, size) { i := add(i, 0x20) } { mstore(add(r, i), mload(add(a, i))) }
    }
    // r = a - n if there is a carry or a is not below n, or else a
    function reduce(r, a, carry, size) {
      if gt(subtract(r, a, N(), size), carry) { copy(r, a, size) }
    }
    // r = a b / R modulo n, where R is 2^256 for each word
    function multiply(r, a, b, size) {
      let sum := add(add(N(), shl(1, size)), 0x20)
      for { let i := add(size, 0x20) } i { } {
        i := sub(i, 0x20)
        mstore(add(sub(sum, 0x20), i), 0)
      }
      for { let i := size } i { } {
        i := sub(i, 0x20)
        add_products(sum, a, mload(add(b, i)), size)
      }
      reduce(r, sum, mload(sub(sum, 0x20)), size)
    }
    // r = 2 r modulo n
    function double(r, size) {
      let carry := 0
      for { let i := size } i { } {
        i := sub(i, 0x20)
        let x := mload(add(r, i))
        mstore(add(r, i), or(shl(1, x), carry))
        carry := shr(255, x)
      }
      let sum := add(N(), shl(1, size))
      copy(sum, r, size)
      reduce(r, sum, carry, size)
    }

    let base_length := calldataload(0)
    let exponent_length := calldataload(0x20)
    let length := calldataload(0x40)
    let size := and(add(length, 0x1f), not(0x1f))
    let square := add(N(), size)
    let power := add(square, add(shl(1, size), 0x20))
    let powers := add(power, size)
    let exponent := add(powers, shl(4, size))
    if gt(base_length, length) { invalid() }

    calldatacopy(add(N(), sub(size, length)), add(0x60, add(base_length, exponent_length)), length)
    let last := mload(add(N(), sub(size, 0x20)))
    if iszero(and(last, 1)) { invalid() }
    // -1 / last modulo 2^256 by Newton's iteration, which doubles the right bits; 3 are right at first.
    let inverse := last
    for { let bits := 3 } lt(bits, 256) { bits := shl(1, bits) } { inverse := mul(inverse, sub(2, mul(last, inverse))) }
    mstore(INVERSE(), sub(0, inverse))

    // R modulo n is one in Montgomery's form, 2^(8 size); doubled on to R 2^(size / 4), five
    // squarings make it R 2^(8 size).
    mstore(add(square, sub(size, 0x20)), 1)
    let bits := shl(3, size)
    for { let i := 0 } lt(i, bits) { i := add(i, 1) } { double(square, size) }
    copy(powers, square, size)
    copy(power, square, size)
    bits := shr(2, size)
    for { let i := 0 } lt(i, bits) { i := add(i, 1) } { double(square, size) }
    for { let i := 0 } lt(i, 5) { i := add(i, 1) } { multiply(square, square, square, size) }

    // All powers of the base, in Montgomery's form.
    let base := add(powers, size)
    calldatacopy(add(base, sub(size, base_length)), 0x60, base_length)
    multiply(base, base, square, size)
    for { let next := add(base, size) } lt(next, exponent) { next := add(next, size) } {
      multiply(next, sub(next, size), base, size)
    }

    let end := shl(1, exponent_length)
    for { let i := 0 } lt(i, end) { i := add(i, 1) } {
      let digit := byte(0, calldataload(add(add(0x60, base_length), shr(1, i))))
      switch and(i, 1)
      case 0 { digit := shr(4, digit) }
      default { digit := and(digit, 15) }
      multiply(power, power, power, size)
      multiply(power, power, power, size)
      multiply(power, power, power, size)
      multiply(power, power, power, size)
      if digit { multiply(power, power, add(powers, mul(digit, size)), size) }
    }
    // Out of Montgomery's form: times 1.
    for { let i := 0 } lt(i, size) { i := add(i, 0x20) } { mstore(add(base, i), 0) }
    mstore(add(base, sub(size, 0x20)), 1)
    multiply(power, power, base, size)
    return(add(power, sub(size, length)), length)
  }
}
