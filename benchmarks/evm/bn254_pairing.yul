// Whether a product of pairings on alt_bn128 is one (EIP-197), without the precompile: the optimal
// ate pairing by the formulas of contracts/precompiles, one Miller loop for all pairs and one final
// exponentiation.
//
// All numbers lie in memory. A function takes where its result goes, then where its operands lie.
//
//   quadratic  2 words     re, im             u^2 = -1
//   sextic     3 quadratics                   v^3 = XI = 9 + u
//   full       2 sextics   even, odd          w^2 = v
//   point      3 quadratics  x, y, z          homogeneous, on the twist
//   pair       13 words    P (x, y), Q (quadratics x, y), T (point), whether it counts
//
// Words are below p. Only sum2 leaves up to 2 p, which may be multiplied and no more.
//
// 0x0080 quadratics of sextic operations      0x0200 sextics of operations on full numbers
// 0x05c0 quadratics of a step                 0x0840 full numbers of the final exponentiation
// 0x15c0 the value   0x1740 constants         0x1900 pairs
object "Bn254Pairing" {
  code {
    function P() -> p { p := 21888242871839275222246405745257275088696311157297823662689037894645226208583 }
    function P2() -> twice { twice := 43776485743678550444492811490514550177392622314595647325378075789290452417166 }
    function VALUE() -> at { at := 0x15c0 }
    function PAIRS() -> at { at := 0x1900 }
    // XI^(k (p - 1) / 6) for k from 1 to 5.
    function FROBENIUS(k) -> at { at := add(0x1700, shl(6, k)) }
    // b' = 3 / XI of the twist, and 3 b'.
    function TWIST_B() -> at { at := 0x1880 }
    function TWIST_B3() -> at { at := 0x18c0 }

    function store2(r, re, im) {
      mstore(r, re)
      mstore(add(r, 0x20), im)
    }
    function copy(r, a, length) {
      for { let i := 0 } lt(i, length) { i := add(i, 0x20) } { mstore(add(r, i), mload(add(a, i))) }
    }

    // ---- quadratic
    function multiply2(r, a, b) {
      let x0 := mload(a)
      let x1 := mload(add(a, 0x20))
      let y0 := mload(b)
      let y1 := mload(add(b, 0x20))
      let low := mulmod(x0, y0, P())
      let high := mulmod(x1, y1, P())
      mstore(r, addmod(low, sub(P(), high), P()))
      let all := mulmod(add(x0, x1), add(y0, y1), P())
      mstore(add(r, 0x20), mod(add(all, sub(P2(), add(low, high))), P()))
    }
    function square2(r, a) {
      let x := mload(a)
      let y := mload(add(a, 0x20))
      mstore(r, mulmod(add(x, y), add(x, sub(P2(), y)), P()))
      mstore(add(r, 0x20), mulmod(add(x, x), y, P()))
    }
    function scale2(r, a, factor) {
      store2(r, mulmod(mload(a), factor, P()), mulmod(mload(add(a, 0x20)), factor, P()))
    }
    // a + factor b
    function add_times2(r, a, b, factor) {
      mstore(r, addmod(mload(a), mulmod(mload(b), factor, P()), P()))
      mstore(add(r, 0x20), addmod(mload(add(a, 0x20)), mulmod(mload(add(b, 0x20)), factor, P()), P()))
    }
    function add2(r, a, b) {
      mstore(r, addmod(mload(a), mload(b), P()))
      mstore(add(r, 0x20), addmod(mload(add(a, 0x20)), mload(add(b, 0x20)), P()))
    }
    function sum2(r, a, b) {
      mstore(r, add(mload(a), mload(b)))
      mstore(add(r, 0x20), add(mload(add(a, 0x20)), mload(add(b, 0x20))))
    }
    function subtract2(r, a, b) {
      mstore(r, addmod(mload(a), sub(P(), mload(b)), P()))
      mstore(add(r, 0x20), addmod(mload(add(a, 0x20)), sub(P(), mload(add(b, 0x20))), P()))
    }
    // a - b - c
    function rest2(r, a, b, c) {
      mstore(r, mod(add(mload(a), sub(P2(), add(mload(b), mload(c)))), P()))
      let im := add(mload(add(b, 0x20)), mload(add(c, 0x20)))
      mstore(add(r, 0x20), mod(add(mload(add(a, 0x20)), sub(P2(), im)), P()))
    }
    // a + XI b
    function add_xi2(r, a, b) {
      let re := mload(b)
      let im := mload(add(b, 0x20))
      mstore(r, mod(add(add(mload(a), mulmod(9, re, P())), sub(P(), im)), P()))
      mstore(add(r, 0x20), mod(add(add(mload(add(a, 0x20)), mulmod(9, im, P())), re), P()))
    }
    function negate2(r, a) {
      store2(r, mod(sub(P(), mload(a)), P()), mod(sub(P(), mload(add(a, 0x20))), P()))
    }
    function conjugate2(r, a) { store2(r, mload(a), mod(sub(P(), mload(add(a, 0x20))), P())) }
    function is_zero2(a) -> answer { answer := iszero(or(mload(a), mload(add(a, 0x20)))) }
    function invert2(r, a) {
      let re := mload(a)
      let im := mload(add(a, 0x20))
      let base := addmod(mulmod(re, re, P()), mulmod(im, im, P()), P())
      let inverse := 1
      for { let exponent := sub(P(), 2) } exponent { exponent := shr(1, exponent) } {
        if and(exponent, 1) { inverse := mulmod(inverse, base, P()) }
        base := mulmod(base, base, P())
      }
      store2(r, mulmod(re, inverse, P()), mulmod(sub(P(), im), inverse, P()))
    }

    // ---- sextic
    function add6(r, a, b) {
      for { let k := 0 } lt(k, 0xc0) { k := add(k, 0x40) } { add2(add(r, k), add(a, k), add(b, k)) }
    }
    function rest6(r, a, b, c) {
      rest2(r, a, b, c)
      rest2(add(r, 0x40), add(a, 0x40), add(b, 0x40), add(c, 0x40))
      rest2(add(r, 0x80), add(a, 0x80), add(b, 0x80), add(c, 0x80))
    }
    function negate6(r, a) {
      for { let k := 0 } lt(k, 0xc0) { k := add(k, 0x40) } { negate2(add(r, k), add(a, k)) }
    }
    // a + v b; r may be a but not b.
    function add_v6(r, a, b) {
      add_xi2(r, a, add(b, 0x80))
      add2(add(r, 0x40), add(a, 0x40), b)
      add2(add(r, 0x80), add(a, 0x80), add(b, 0x40))
    }
    // (ai + aj) (bi + bj) - p - q
    function cross2(r, ai, aj, bi, bj, p, q) {
      sum2(0x140, ai, aj)
      sum2(0x180, bi, bj)
      multiply2(0x140, 0x140, 0x180)
      rest2(r, 0x140, p, q)
    }
    // a b by six products; r may be neither.
    function multiply6(r, a, b) {
      multiply2(0x80, a, b)
      multiply2(0xc0, add(a, 0x40), add(b, 0x40))
      multiply2(0x100, add(a, 0x80), add(b, 0x80))
      cross2(0x1c0, add(a, 0x40), add(a, 0x80), add(b, 0x40), add(b, 0x80), 0xc0, 0x100)
      add_xi2(r, 0x80, 0x1c0)
      cross2(0x1c0, a, add(a, 0x40), b, add(b, 0x40), 0x80, 0xc0)
      add_xi2(add(r, 0x40), 0x1c0, 0x100)
      cross2(0x1c0, a, add(a, 0x80), b, add(b, 0x80), 0x80, 0x100)
      add2(add(r, 0x80), 0x1c0, 0xc0)
    }
    // a (b0 + b1 v) by five products; r may not be a.
    function multiply6_by_two(r, a, b0, b1) {
      multiply2(0x80, a, b0)
      multiply2(0xc0, add(a, 0x40), b1)
      multiply2(0x100, add(a, 0x80), b1)
      add_xi2(r, 0x80, 0x100)
      cross2(add(r, 0x40), a, add(a, 0x40), b0, b1, 0x80, 0xc0)
      multiply2(0x100, add(a, 0x80), b0)
      add2(add(r, 0x80), 0x100, 0xc0)
    }
    function invert6(r, a) {
      // t0 = a0^2 - XI a1 a2, t1 = XI a2^2 - a0 a1, t2 = a1^2 - a0 a2
      let t0 := 0x80
      let t1 := 0xc0
      let t2 := 0x100
      multiply2(0x140, add(a, 0x40), add(a, 0x80))
      negate2(0x140, 0x140)
      square2(t0, a)
      add_xi2(t0, t0, 0x140)
      square2(t1, add(a, 0x80))
      multiply2(0x140, a, add(a, 0x40))
      negate2(0x140, 0x140)
      add_xi2(t1, 0x140, t1)
      square2(t2, add(a, 0x40))
      multiply2(0x140, a, add(a, 0x80))
      subtract2(t2, t2, 0x140)
      // the norm: a0 t0 + XI (a2 t1 + a1 t2)
      multiply2(0x140, add(a, 0x80), t1)
      multiply2(0x180, add(a, 0x40), t2)
      add2(0x140, 0x140, 0x180)
      multiply2(0x180, a, t0)
      add_xi2(0x180, 0x180, 0x140)
      invert2(0x180, 0x180)
      multiply2(r, t0, 0x180)
      multiply2(add(r, 0x40), t1, 0x180)
      multiply2(add(r, 0x80), t2, 0x180)
    }

    // ---- full
    function multiply12(r, a, b) {
      multiply6(0x200, a, b)
      multiply6(0x2c0, add(a, 0xc0), add(b, 0xc0))
      add6(0x380, a, add(a, 0xc0))
      add6(0x440, b, add(b, 0xc0))
      multiply6(0x500, 0x380, 0x440)
      rest6(add(r, 0xc0), 0x500, 0x200, 0x2c0)
      add_v6(r, 0x200, 0x2c0)
    }
    function square12(a) {
      // product = even odd; odd = 2 product, even = (even + odd) (even + v odd) - product - v product
      multiply6(0x200, a, add(a, 0xc0))
      add6(0x380, a, add(a, 0xc0))
      add_v6(0x440, a, add(a, 0xc0))
      multiply6(0x500, 0x380, 0x440)
      add6(add(a, 0xc0), 0x200, 0x200)
      negate6(0x200, 0x200)
      add6(0x500, 0x500, 0x200)
      add_v6(a, 0x500, 0x200)
    }
    // a (c0 + c1 w + c2 w^3), the form of a line, by thirteen products.
    function multiply_by_line(a, c0, c1, c2) {
      for { let k := 0 } lt(k, 0xc0) { k := add(k, 0x40) } { multiply2(add(0x200, k), add(a, k), c0) }
      multiply6_by_two(0x2c0, add(a, 0xc0), c1, c2)
      add6(0x380, a, add(a, 0xc0))
      add2(0x440, c0, c1)
      multiply6_by_two(0x500, 0x380, 0x440, c2)
      rest6(add(a, 0xc0), 0x500, 0x200, 0x2c0)
      add_v6(a, 0x200, 0x2c0)
    }
    function conjugate12(r, a) {
      copy(r, a, 0xc0)
      negate6(add(r, 0xc0), add(a, 0xc0))
    }
    function invert12(r, a) {
      multiply6(0x200, a, a)
      multiply6(0x2c0, add(a, 0xc0), add(a, 0xc0))
      negate6(0x2c0, 0x2c0)
      add_v6(0x200, 0x200, 0x2c0)
      invert6(0x2c0, 0x200)
      multiply6(r, a, 0x2c0)
      multiply6(0x200, add(a, 0xc0), 0x2c0)
      negate6(add(r, 0xc0), 0x200)
    }
    // a^p: of each coefficient the conjugate, times a power of XI.
    function frobenius12(r, a) {
      for { let k := 0 } lt(k, 3) { k := add(k, 1) } {
        let even := add(r, shl(6, k))
        let odd := add(even, 0xc0)
        conjugate2(even, add(a, shl(6, k)))
        conjugate2(odd, add(add(a, 0xc0), shl(6, k)))
        if k { multiply2(even, even, FROBENIUS(shl(1, k))) }
        multiply2(odd, odd, FROBENIUS(add(shl(1, k), 1)))
      }
    }
    // (x + y s)^2 for s^2 = XI, in two quadratics
    function square4(r, x, y) {
      let second := add(r, 0x40)
      square2(second, y)
      square2(r, x)
      add_xi2(r, r, second)
      multiply2(second, x, y)
      add2(second, second, second)
    }
    // 3 a - 2 z
    function replace_first(z, a) {
      mstore(z, mod(add(mul(3, mload(a)), shl(1, sub(P(), mload(z)))), P()))
      let im := add(z, 0x20)
      mstore(im, mod(add(mul(3, mload(add(a, 0x20))), shl(1, sub(P(), mload(im)))), P()))
    }
    // 3 a + 2 z
    function replace_second(z, a) {
      mstore(z, mod(add(mul(3, mload(a)), shl(1, mload(z))), P()))
      let im := add(z, 0x20)
      mstore(im, mod(add(mul(3, mload(add(a, 0x20))), shl(1, mload(im))), P()))
    }
    // a^2 in the cyclotomic subgroup (Granger, Scott 2010).
    function square_cyclotomic(a) {
      square4(0x200, a, add(a, 0x100))
      square4(0x280, add(a, 0xc0), add(a, 0x80))
      square4(0x300, add(a, 0x40), add(a, 0x140))
      replace_first(a, 0x200)
      replace_second(add(a, 0x100), 0x240)
      store2(0x380, 0, 0)
      add_xi2(0x380, 0x380, 0x340)
      replace_second(add(a, 0xc0), 0x380)
      replace_first(add(a, 0x80), 0x300)
      replace_first(add(a, 0x40), 0x280)
      replace_second(add(a, 0x140), 0x2c0)
    }

    // ---- Miller loop
    // Doubles T; multiplies the value by the tangent at P. With B = Y^2, E = 3 b' Z^2, times 4:
    // X' = 2 X Y (B - 3 E), Y' = (B + 3 E)^2 - 12 E^2, Z' = 8 B Y Z.
    function double_step(pair) {
      let x := add(pair, 0xc0)
      let y := add(pair, 0x100)
      let z := add(pair, 0x140)
      let b := 0x5c0
      let e := 0x600
      let yz := 0x640
      let xx := 0x680
      let t := 0x6c0
      let s := 0x700
      square2(b, y)
      square2(t, z)
      multiply2(e, t, TWIST_B3())
      multiply2(yz, y, z)
      square2(xx, x)
      multiply2(s, x, y)
      add_times2(t, b, e, sub(P(), 3))
      multiply2(t, t, s)
      add2(x, t, t)
      add_times2(t, b, e, 3)
      square2(t, t)
      square2(s, e)
      add_times2(y, t, s, sub(P(), 12))
      multiply2(t, b, yz)
      scale2(z, t, 8)
      if mload(add(pair, 0x180)) {
        // -2 Y Z y(P), 3 X^2 x(P), E - B
        subtract2(e, e, b)
        scale2(yz, yz, mulmod(sub(P(), 2), mload(add(pair, 0x20)), P()))
        scale2(xx, xx, mulmod(3, mload(pair), P()))
        multiply_by_line(VALUE(), yz, xx, e)
      }
    }
    // Adds (qx, qy) to T; multiplies the value by the line through both at P.
    function add_step(pair, qx, qy) {
      let x := add(pair, 0xc0)
      let y := add(pair, 0x100)
      let z := add(pair, 0x140)
      let slope := 0x5c0
      let run := 0x600
      let c := 0x640
      let d := 0x680
      let e := 0x6c0
      let f := 0x700
      let g := 0x740
      multiply2(slope, qy, z)
      subtract2(slope, y, slope)
      multiply2(run, qx, z)
      subtract2(run, x, run)
      square2(c, slope)
      square2(d, run)
      multiply2(e, run, d)
      multiply2(f, z, c)
      multiply2(g, x, d)
      add2(f, f, e)
      rest2(f, f, g, g)
      multiply2(x, run, f)
      subtract2(g, g, f)
      multiply2(g, g, slope)
      multiply2(y, y, e)
      subtract2(y, g, y)
      multiply2(z, z, e)
      if mload(add(pair, 0x180)) {
        // run y(P), -slope x(P), slope x - run y
        multiply2(c, slope, qx)
        multiply2(d, run, qy)
        subtract2(c, c, d)
        scale2(run, run, mload(add(pair, 0x20)))
        scale2(slope, slope, sub(P(), mload(pair)))
        multiply_by_line(VALUE(), run, slope, c)
      }
    }
    // The Frobenius map of the curve, seen on the twist.
    function frobenius_point(x, y) {
      conjugate2(x, x)
      multiply2(x, x, FROBENIUS(2))
      conjugate2(y, y)
      multiply2(y, y, FROBENIUS(3))
    }
    // The two last steps, with F(Q) and -F^2(Q). Then T = (6 x + 2) Q + F(Q) - F^2(Q), which is
    // -F^3(Q) exactly for points of the right order.
    function last_steps(pair) {
      let x := 0x780
      let y := 0x7c0
      let other := 0x800
      let z := add(pair, 0x140)
      copy(x, add(pair, 0x40), 0x80)
      frobenius_point(x, y)
      add_step(pair, x, y)
      frobenius_point(x, y)
      negate2(y, y)
      add_step(pair, x, y)
      frobenius_point(x, y)
      if is_zero2(z) { invalid() }
      multiply2(other, x, z)
      subtract2(other, other, add(pair, 0xc0))
      if iszero(is_zero2(other)) { invalid() }
      multiply2(other, y, z)
      subtract2(other, other, add(pair, 0x100))
      if iszero(is_zero2(other)) { invalid() }
    }
    // 6 x + 2 in signed bits: the masks have those that are 1 and those that are -1; without the first.
    function miller_loop(end) {
      for { let at := 65 } at { } {
        at := sub(at, 1)
        if lt(at, 64) { square12(VALUE()) }
        for { let pair := PAIRS() } lt(pair, end) { pair := add(pair, 0x1a0) } {
          double_step(pair)
          if and(shr(at, 0x22002004200804028), 1) { add_step(pair, add(pair, 0x40), add(pair, 0x80)) }
          if and(shr(at, 0x82889008420a0480), 1) {
            negate2(0x780, add(pair, 0x80))
            add_step(pair, add(pair, 0x40), 0x780)
          }
        }
      }
      for { let pair := PAIRS() } lt(pair, end) { pair := add(pair, 0x1a0) } { last_steps(pair) }
    }

    // ---- final exponentiation
    // a^x for the curve's parameter x, as signed bits, in the cyclotomic subgroup.
    function power_of_x(r, a) {
      conjugate12(0x1440, a)
      copy(r, a, 0x180)
      for { let at := 62 } at { } {
        at := sub(at, 1)
        square_cyclotomic(r)
        if and(shr(at, 0x450a14044a890a01), 1) { multiply12(r, r, a) }
        if and(shr(at, 0x20815000200010), 1) { multiply12(r, r, 0x1440) }
      }
    }
    // f^((p^12 - 1) / order), whose hard part is that of Scott and others 2009, section 5; its
    // inverse, which is one exactly if it is.
    function final_exponentiation(f) {
      let a := 0x840
      let b := 0x9c0
      let x1 := 0xb40
      let x2 := 0xcc0
      let x3 := 0xe40
      let y0 := 0xfc0
      let t0 := 0x1140
      let t1 := 0x12c0
      // f^((p^6 - 1) (p^2 + 1))
      invert12(a, f)
      conjugate12(b, f)
      multiply12(f, b, a)
      frobenius12(a, f)
      frobenius12(b, a)
      multiply12(f, f, b)
      power_of_x(x1, f)
      power_of_x(x2, x1)
      power_of_x(x3, x2)
      // y0 = f^(p + p^2 + p^3)
      frobenius12(a, f)
      frobenius12(b, a)
      multiply12(y0, a, b)
      frobenius12(a, b)
      multiply12(y0, y0, a)
      // y6 = 1 / (x3 x3^p), y5 = 1 / x2, y4 = 1 / (x1 x2^p): all inverted at the end
      frobenius12(a, x3)
      multiply12(t0, x3, a)
      square_cyclotomic(t0)
      frobenius12(a, x2)
      multiply12(b, x1, a)
      multiply12(t0, t0, b)
      multiply12(t0, t0, x2) // 1 / (y6^2 y4 y5)
      frobenius12(b, x1) // 1 / y3
      multiply12(t1, b, x2)
      multiply12(t1, t1, t0) // 1 / (y3 y5 t0)
      frobenius12(b, a) // y2 = x2^(p^2)
      conjugate12(a, b)
      multiply12(t0, t0, a)
      square_cyclotomic(t1)
      multiply12(t1, t1, t0)
      square_cyclotomic(t1)
      multiply12(t0, t1, f) // y1 is 1 / f
      conjugate12(a, y0)
      multiply12(t1, t1, a)
      square_cyclotomic(t0)
      multiply12(f, t0, t1)
    }
    function is_one(a) -> answer {
      let others := 0
      for { let k := 0x20 } lt(k, 0x180) { k := add(k, 0x20) } { others := or(others, mload(add(a, k))) }
      answer := and(iszero(others), eq(mload(a), 1))
    }

    // ---- call data
    function coordinate(at) -> x {
      x := calldataload(at)
      if iszero(lt(x, P())) { invalid() }
    }
    // P; whether it is not infinity.
    function load_point(pair, at) -> counts {
      let x := coordinate(at)
      let y := coordinate(add(at, 0x20))
      counts := iszero(iszero(or(x, y)))
      if counts {
        if iszero(eq(mulmod(y, y, P()), addmod(3, mulmod(x, mulmod(x, x, P()), P()), P()))) { invalid() }
      }
      store2(pair, x, y)
    }
    // Q and T = Q; whether it is not infinity. Its order is checked in the loop.
    function load_twist_point(pair, at) -> counts {
      let x := add(pair, 0x40)
      let y := add(pair, 0x80)
      store2(x, coordinate(add(at, 0x20)), coordinate(at))
      store2(y, coordinate(add(at, 0x60)), coordinate(add(at, 0x40)))
      counts := iszero(and(is_zero2(x), is_zero2(y)))
      if counts {
        square2(0x80, x)
        multiply2(0x80, 0x80, x)
        add2(0x80, 0x80, TWIST_B())
        square2(0xc0, y)
        subtract2(0x80, 0x80, 0xc0)
        if iszero(is_zero2(0x80)) { invalid() }
        copy(add(pair, 0xc0), x, 0x80)
        store2(add(pair, 0x140), 1, 0)
      }
    }

    store2(FROBENIUS(1), 8376118865763821496583973867626364092589906065868298776909617916018768340080,
      16469823323077808223889137241176536799009286646108169935659301613961712198316)
    store2(FROBENIUS(2), 21575463638280843010398324269430826099269044274347216827212613867836435027261,
      10307601595873709700152284273816112264069230130616436755625194854815875713954)
    store2(FROBENIUS(3), 2821565182194536844548159561693502659359617185244120367078079554186484126554,
      3505843767911556378687030309984248845540243509899259641013678093033130930403)
    store2(FROBENIUS(4), 2581911344467009335267311115468803099551665605076196740867805258568234346338,
      19937756971775647987995932169929341994314640652964949448313374472400716661030)
    store2(FROBENIUS(5), 685108087231508774477564247770172212460312782337200605669322048753928464687,
      8447204650696766136447902020341177575205426561248465145919723016860428151883)
    store2(TWIST_B(), 19485874751759354771024239261021720505790618469301721065564631296452457478373,
      266929791119991161246907387137283842545076965332900288569378510910307636690)
    store2(TWIST_B3(), 14681138511599513868579906292550611339979233093309515871315818100066920017953,
      800789373359973483740722161411851527635230895998700865708135532730922910070)
    mstore(VALUE(), 1)

    if mod(calldatasize(), 192) { invalid() }
    let end := PAIRS()
    let counting := 0
    for { let at := 0 } lt(at, calldatasize()) { at := add(at, 192) } {
      let counts := load_point(end, at)
      if load_twist_point(end, add(at, 0x40)) {
        mstore(add(end, 0x180), counts)
        counting := or(counting, counts)
        end := add(end, 0x1a0)
      }
    }
    miller_loop(end)
    if counting { final_exponentiation(VALUE()) }
    mstore(0, is_one(VALUE()))
    return(0, 32)
  }
}
