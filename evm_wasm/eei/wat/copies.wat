;; Copies of a fixed size from the frame memory to the contract's; the ranges are checked already.

(func $copy_16 (param $to i32) (param $from i32)
  (i64.store $memory (local.get $to) (i64.load $frame (local.get $from)))
  (i64.store $memory offset=8 (local.get $to) (i64.load $frame offset=8 (local.get $from))))

(func $copy_20 (param $to i32) (param $from i32)
  (i64.store $memory (local.get $to) (i64.load $frame (local.get $from)))
  (i64.store $memory offset=8 (local.get $to) (i64.load $frame offset=8 (local.get $from)))
  (i32.store $memory offset=16 (local.get $to) (i32.load $frame offset=16 (local.get $from))))

(func $copy_32 (param $to i32) (param $from i32)
  (i64.store $memory (local.get $to) (i64.load $frame (local.get $from)))
  (i64.store $memory offset=8 (local.get $to) (i64.load $frame offset=8 (local.get $from)))
  (i64.store $memory offset=16 (local.get $to) (i64.load $frame offset=16 (local.get $from)))
  (i64.store $memory offset=24 (local.get $to) (i64.load $frame offset=24 (local.get $from))))
