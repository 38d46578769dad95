;; What every method needs: is a range inside of the contract's memory, and can a price be paid.
;; Neither changes anything where the answer is no; the method then asks the host, which finds out
;; the same and says how the frame fails.

(func $inside (param $at i32) (param $length i32) (result i32)
  (i64.le_u
    (i64.add (i64.extend_i32_u (local.get $at)) (i64.extend_i32_u (local.get $length)))
    (i64.shl (i64.extend_i32_u (memory.size $memory)) (i64.const 16))))

;; Takes gas, if there is as much: 1 if it was taken. Prices are below 2^40.
(func $pay (param $gas i64) (result i32)
  (local $units i64)
  (local.set $units (i64.mul (local.get $gas) (i64.const {scale})))
  (if (i64.gt_s (local.get $units) {units_left})
    (then (return (i32.const 0))))
  {set_units_left} (i64.sub {units_left} (local.get $units)))
  (i64.store $frame offset={eei_gas} (i32.const 0)
    (i64.add (i64.load $frame offset={eei_gas} (i32.const 0)) (local.get $gas)))
  (i32.const 1))
