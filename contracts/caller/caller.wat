;; Calls any contract in any of the four ways and passes on what comes back.
;;
;; Call data (numbers big-endian):
;;
;;   offset  bytes
;;        0      1   kind: 0 call, 1 callCode, 2 callDelegate, 3 callStatic
;;        1     20   target address
;;       21      8   gas
;;       29     16   value in wei (of no meaning for the kinds 2 and 3)
;;       45   rest   call data for the target
;;
;; If the target succeeds, its output is returned. If it reverts, its output is reverted with.
;; If it fails, or cannot be called, this contract reverts without a message.
(module
  (import "ethereum" "getCallDataSize" (func $getCallDataSize (result i32)))
  (import "ethereum" "callDataCopy" (func $callDataCopy (param i32 i32 i32)))
  (import "ethereum" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (import "ethereum" "callCode" (func $callCode (param i64 i32 i32 i32 i32) (result i32)))
  (import "ethereum" "callDelegate" (func $callDelegate (param i64 i32 i32 i32) (result i32)))
  (import "ethereum" "callStatic" (func $callStatic (param i64 i32 i32 i32) (result i32)))
  (import "ethereum" "getReturnDataSize" (func $getReturnDataSize (result i32)))
  (import "ethereum" "returnDataCopy" (func $returnDataCopy (param i32 i32 i32)))
  (import "ethereum" "finish" (func $finish (param i32 i32)))
  (import "ethereum" "revert" (func $revert (param i32 i32)))

  (memory (export "memory") 1)

  ;; Memory map
  (global $VALUE i32 (i32.const 0x00))  ;; 16 bytes, little-endian, as the calls want it
  (global $HEAD i32 (i32.const 0x20))   ;; the first 45 bytes of the call data:
  (global $TARGET i32 (i32.const 0x21)) ;;   20 bytes
  (global $DATA i32 (i32.const 0x60))   ;; call data for the target, later its output

  (func $main (export "main")
    (local $length i32) ;; of the target's call data
    (local $result i32) ;; of the call: 0 success, 1 failure, 2 revert
    (if (i32.lt_u (call $getCallDataSize) (i32.const 45))
      (then (call $revert (i32.const 0) (i32.const 0))))
    (local.set $length (i32.sub (call $getCallDataSize) (i32.const 45)))
    (call $reserve (local.get $length))
    (call $callDataCopy (global.get $HEAD) (i32.const 0) (i32.const 45))
    (call $callDataCopy (global.get $DATA) (i32.const 45) (local.get $length))
    (local.set $result
      (call $call_in_kind
        (i32.load8_u (global.get $HEAD))
        (call $swap_bytes (i64.load offset=21 (global.get $HEAD)))
        (local.get $length)))
    (call $pass_on (local.get $result)))

  ;; Makes the call of the kind given and answers its result.
  (func $call_in_kind (param $kind i32) (param $gas i64) (param $length i32) (result i32)
    (call $read_value)
    (block $callStatic
      (block $callDelegate
        (block $callCode
          (block $call
            (br_table $call $callCode $callDelegate $callStatic (local.get $kind)))
          (return (call $call (local.get $gas) (global.get $TARGET) (global.get $VALUE)
            (global.get $DATA) (local.get $length))))
        (return (call $callCode (local.get $gas) (global.get $TARGET) (global.get $VALUE)
          (global.get $DATA) (local.get $length))))
      (return (call $callDelegate (local.get $gas) (global.get $TARGET)
        (global.get $DATA) (local.get $length))))
    ;; 3, and every kind that does not exist: the one that can do no harm.
    (call $callStatic (local.get $gas) (global.get $TARGET)
      (global.get $DATA) (local.get $length)))

  ;; Writes the big-endian value of the call data little-endian to VALUE.
  (func $read_value
    (i64.store (global.get $VALUE) (call $swap_bytes (i64.load offset=37 (global.get $HEAD))))
    (i64.store offset=8 (global.get $VALUE)
      (call $swap_bytes (i64.load offset=29 (global.get $HEAD)))))

  ;; Ends with the target's output, in the way the target ended.
  (func $pass_on (param $result i32)
    (local $length i32)
    (local.set $length (call $getReturnDataSize))
    (call $reserve (local.get $length))
    (call $returnDataCopy (global.get $DATA) (i32.const 0) (local.get $length))
    (if (local.get $result)
      (then (call $revert (global.get $DATA) (local.get $length))))
    (call $finish (global.get $DATA) (local.get $length)))

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
      (then (drop (memory.grow (local.get $missing))))))

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
