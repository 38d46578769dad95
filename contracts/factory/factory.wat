;; Creates a contract: the call data is its init code, the value of the call is handed on to it.
;;
;; Returns the new address as an ABI word (12 zero bytes, then the address). If the init code
;; reverts, its output is reverted with; if it fails, this contract reverts without a message.
(module
  (import "ethereum" "getCallDataSize" (func $getCallDataSize (result i32)))
  (import "ethereum" "callDataCopy" (func $callDataCopy (param i32 i32 i32)))
  (import "ethereum" "getCallValue" (func $getCallValue (param i32)))
  (import "ethereum" "create" (func $create (param i32 i32 i32 i32) (result i32)))
  (import "ethereum" "getReturnDataSize" (func $getReturnDataSize (result i32)))
  (import "ethereum" "returnDataCopy" (func $returnDataCopy (param i32 i32 i32)))
  (import "ethereum" "finish" (func $finish (param i32 i32)))
  (import "ethereum" "revert" (func $revert (param i32 i32)))

  (memory (export "memory") 1)

  ;; Memory map
  (global $VALUE i32 (i32.const 0x00))           ;; 16 bytes, little-endian
  (global $CREATED i32 (i32.const 0x20))         ;; 32 bytes: the word to return
  (global $CREATED_ADDRESS i32 (i32.const 0x2c)) ;;   its last 20 bytes
  (global $DATA i32 (i32.const 0x40))            ;; init code, later the output of a revert

  (func $main (export "main")
    (local $length i32) ;; of the init code
    (local.set $length (call $getCallDataSize))
    (call $reserve (local.get $length))
    (call $callDataCopy (global.get $DATA) (i32.const 0) (local.get $length))
    (call $getCallValue (global.get $VALUE))
    (if (call $create (global.get $VALUE) (global.get $DATA) (local.get $length)
          (global.get $CREATED_ADDRESS))
      (then (call $pass_on_revert)))
    (call $finish (global.get $CREATED) (i32.const 32)))

  ;; Reverts with the output of the init code, which is empty unless it reverted itself.
  (func $pass_on_revert
    (local $length i32)
    (local.set $length (call $getReturnDataSize))
    (call $reserve (local.get $length))
    (call $returnDataCopy (global.get $DATA) (i32.const 0) (local.get $length))
    (call $revert (global.get $DATA) (local.get $length)))

  ;; Grows the memory until a number of bytes fits behind DATA. If that cannot be had, the copy
  ;; that follows goes out of bounds and the call fails.
  (func $reserve (param $length i32)
    (local $missing i32) ;; pages; negative when there are more than enough
    (local.set $missing
      (i32.sub
        (i32.shr_u
          (i32.add (i32.add (global.get $DATA) (local.get $length)) (i32.const 0xffff))
          (i32.const 16))
        (memory.size)))
    (if (i32.gt_s (local.get $missing) (i32.const 0))
      (then (drop (memory.grow (local.get $missing)))))))
