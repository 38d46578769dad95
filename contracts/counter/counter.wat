;; A counter: the smallest contract with state.
;;
;;   increment()        d09de08a   adds one to the count
;;   count()(uint64)    06661abd   returns the count
;;
;; Any other call data is reverted. The count lies in storage slot 0.
(module
  (import "ethereum" "getCallDataSize" (func $getCallDataSize (result i32)))
  (import "ethereum" "callDataCopy" (func $callDataCopy (param i32 i32 i32)))
  (import "ethereum" "storageLoad" (func $storageLoad (param i32 i32)))
  (import "ethereum" "storageStore" (func $storageStore (param i32 i32)))
  (import "ethereum" "finish" (func $finish (param i32 i32)))
  (import "ethereum" "revert" (func $revert (param i32 i32)))

  (memory (export "memory") 1)

  ;; Memory map
  (global $KEY i32 (i32.const 0x00))      ;; 32 zero bytes: the key of slot 0
  (global $WORD i32 (i32.const 0x20))     ;; 32 bytes, big-endian: the count
  (global $LOW i32 (i32.const 0x38))      ;; the last 8 of them: a uint64
  (global $SELECTOR i32 (i32.const 0x40)) ;; 4 bytes

  (func $main (export "main")
    (local $selector i32)
    (if (i32.lt_u (call $getCallDataSize) (i32.const 4))
      (then (call $revert (i32.const 0) (i32.const 0))))
    (call $callDataCopy (global.get $SELECTOR) (i32.const 0) (i32.const 4))
    (local.set $selector (i32.load (global.get $SELECTOR)))

    (call $storageLoad (global.get $KEY) (global.get $WORD))
    ;; Selectors are read little-endian, so their bytes stand in reverse order here.
    (if (i32.eq (local.get $selector) (i32.const 0x8ae09dd0)) ;; increment()
      (then (call $increment) (return)))
    (if (i32.eq (local.get $selector) (i32.const 0xbd1a6606)) ;; count()
      (then (call $finish (global.get $WORD) (i32.const 32))))
    (call $revert (i32.const 0) (i32.const 0)))

  ;; Adds one to the big-endian number in WORD and stores it.
  (func $increment
    (i64.store (global.get $LOW)
      (call $swap_bytes
        (i64.add (call $swap_bytes (i64.load (global.get $LOW))) (i64.const 1))))
    (call $storageStore (global.get $KEY) (global.get $WORD)))

  ;; Turns big-endian into little-endian and back: swaps halves of ever smaller pieces.
  (func $swap_bytes (param $x i64) (result i64)
    (local.set $x (i64.rotl (local.get $x) (i64.const 32)))
    (local.set $x
      (i64.or
        (i64.shl (i64.and (local.get $x) (i64.const 0x0000ffff0000ffff)) (i64.const 16))
        (i64.and (i64.shr_u (local.get $x) (i64.const 16)) (i64.const 0x0000ffff0000ffff))))
    (i64.or
      (i64.shl (i64.and (local.get $x) (i64.const 0x00ff00ff00ff00ff)) (i64.const 8))
      (i64.and (i64.shr_u (local.get $x) (i64.const 8)) (i64.const 0x00ff00ff00ff00ff)))))
