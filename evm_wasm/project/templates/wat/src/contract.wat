;; A counter: increment() adds one, count() gives a uint256. The count lies in storage slot 0.
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
      (then
        (call $add_one)
        (call $storageStore (global.get $KEY) (global.get $WORD))
        (return)))
    (if (i32.eq (local.get $selector) (i32.const 0xbd1a6606)) ;; count()
      (then (call $finish (global.get $WORD) (i32.const 32))))
    (call $revert (i32.const 0) (i32.const 0)))

  ;; Adds one to the big-endian number in WORD: from its last byte on, until one does not wrap.
  (func $add_one
    (local $at i32)
    (local $byte i32)
    (local.set $at (i32.const 32))
    (loop $next
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (local.set $byte
        (i32.add (i32.load8_u offset=0x20 (local.get $at)) (i32.const 1)))
      (i32.store8 offset=0x20 (local.get $at) (local.get $byte))
      (br_if $next
        (i32.and (i32.eq (local.get $byte) (i32.const 0x100)) (local.get $at))))))
