;; Gas that the contract asks about or gives away.

(func $useGas (export "useGas") (param $amount i64)
  ;; Seen as unsigned, a negative amount is more than there can be.
  (if (i64.le_u (local.get $amount) (i64.const {most_gas}))
    (then
      (if (call $pay (local.get $amount)) (then (return)))))
  (call $host_useGas (local.get $amount)))

(func $getGasLeft (export "getGasLeft") (result i64)
  (if (call $pay (i64.const {getGasLeft}))
    (then (return (i64.div_s {units_left} (i64.const {scale})))))
  (call $host_getGasLeft))
