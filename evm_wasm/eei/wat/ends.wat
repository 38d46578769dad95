;; `finish` and `revert`: note where the output lies, and leave by an exception.

(func $end (param $how i32) (param $at i32) (param $length i32)
  (i32.store $frame offset={ended} (i32.const 0) (local.get $how))
  (i32.store $frame offset={output_address} (i32.const 0) (local.get $at))
  (i32.store $frame offset={output_length} (i32.const 0) (local.get $length))
  (throw $leave))

(func $finish (export "finish") (param $at i32) (param $length i32)
  (if (call $inside (local.get $at) (local.get $length))
    (then (call $end (i32.const {finished}) (local.get $at) (local.get $length))))
  (call $host_finish (local.get $at) (local.get $length)))

(func $revert (export "revert") (param $at i32) (param $length i32)
  (if (call $inside (local.get $at) (local.get $length))
    (then (call $end (i32.const {reverted}) (local.get $at) (local.get $length))))
  (call $host_revert (local.get $at) (local.get $length)))
