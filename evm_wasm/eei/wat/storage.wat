;; Storage: a cache of the slots that the frame has touched, written back by the host.
;;
;; The host is asked for every slot that is not in the cache, and the slot is kept if there is room.
;; Of one that is, it is asked only if the gas does not suffice. Whatever may change slots otherwise has the host empty it.

;; Where in the index the search for a key begins.
(func $hash (param $a i64) (param $b i64) (param $c i64) (param $d i64) (result i32)
  (i32.wrap_i64
    (i64.shr_u
      (i64.mul
        (i64.xor
          (i64.xor (local.get $a) (i64.rotl (local.get $b) (i64.const 13)))
          (i64.xor (i64.rotl (local.get $c) (i64.const 29)) (local.get $d)))
        (i64.const 0x9E3779B97F4A7C15)) ;; 2^64 divided by the golden ratio, which spreads well
      (i64.const 56))))

;; The place of a slot in the cache, 0 if it is not there.
(func $find (param $a i64) (param $b i64) (param $c i64) (param $d i64) (result i32)
  (local $place i32)
  (local $slot i32)
  (local.set $place (call $hash (local.get $a) (local.get $b) (local.get $c) (local.get $d)))
  (loop $next
    (local.set $slot (i32.load8_u $frame offset={slot_index} (local.get $place)))
    (if (i32.eqz (local.get $slot))
      (then (return (i32.const 0))))
    (local.set $slot
      (i32.add
        (i32.const {slots})
        (i32.mul (i32.sub (local.get $slot) (i32.const 1)) (i32.const {slot_size}))))
    (if
      (i64.eqz
        (i64.or
          (i64.or
            (i64.xor (i64.load $frame (local.get $slot)) (local.get $a))
            (i64.xor (i64.load $frame offset=8 (local.get $slot)) (local.get $b)))
          (i64.or
            (i64.xor (i64.load $frame offset=16 (local.get $slot)) (local.get $c))
            (i64.xor (i64.load $frame offset=24 (local.get $slot)) (local.get $d)))))
      (then (return (local.get $slot))))
    (local.set $place (i32.and (i32.add (local.get $place) (i32.const 1)) (i32.const 255)))
    (br $next))
  (unreachable))

;; Keeps a slot whose value lies in the contract's memory, if there is room.
(func $keep (param $a i64) (param $b i64) (param $c i64) (param $d i64) (param $value i32)
  (local $place i32)
  (local $slot i32)
  (local $count i32)
  (local.set $count (i32.load $frame offset={slot_count} (i32.const 0)))
  (if (i32.ge_u (local.get $count) (i32.const {most_slots}))
    (then (return)))
  (local.set $place (call $hash (local.get $a) (local.get $b) (local.get $c) (local.get $d)))
  (block $free
    (loop $next
      (br_if $free (i32.eqz (i32.load8_u $frame offset={slot_index} (local.get $place))))
      (local.set $place (i32.and (i32.add (local.get $place) (i32.const 1)) (i32.const 255)))
      (br $next)))
  (local.set $slot
    (i32.add (i32.const {slots}) (i32.mul (local.get $count) (i32.const {slot_size}))))
  (local.set $count (i32.add (local.get $count) (i32.const 1)))
  (i32.store $frame offset={slot_count} (i32.const 0) (local.get $count))
  (i32.store8 $frame offset={slot_index} (local.get $place) (local.get $count))
  (i64.store $frame (local.get $slot) (local.get $a))
  (i64.store $frame offset=8 (local.get $slot) (local.get $b))
  (i64.store $frame offset=16 (local.get $slot) (local.get $c))
  (i64.store $frame offset=24 (local.get $slot) (local.get $d))
  (memory.copy $frame $memory
    (i32.add (local.get $slot) (i32.const 32)) (local.get $value) (i32.const 32))
  (i32.store $frame offset=64 (local.get $slot) (i32.const 0)))

(func $storageLoad (export "storageLoad") (param $key i32) (param $result i32)
  (local $a i64) (local $b i64) (local $c i64) (local $d i64)
  (local $slot i32)
  (if
    (i32.and
      (call $inside (local.get $key) (i32.const 32))
      (call $inside (local.get $result) (i32.const 32)))
    (then
      ;; The key is read first: the result may lie over it.
      (local.set $a (i64.load $memory (local.get $key)))
      (local.set $b (i64.load $memory offset=8 (local.get $key)))
      (local.set $c (i64.load $memory offset=16 (local.get $key)))
      (local.set $d (i64.load $memory offset=24 (local.get $key)))
      (local.set $slot
        (call $find (local.get $a) (local.get $b) (local.get $c) (local.get $d)))
      (if (i32.eqz (local.get $slot))
        (then
          (call $host_storageLoad (local.get $key) (local.get $result))
          (call $keep
            (local.get $a) (local.get $b) (local.get $c) (local.get $d) (local.get $result))
          (return)))
      (if (call $pay (i64.const {storageLoad}))
        (then
          (call $copy_32 (local.get $result) (i32.add (local.get $slot) (i32.const 32)))
          (return)))))
  (call $host_storageLoad (local.get $key) (local.get $result)))

(func $storageStore (export "storageStore") (param $key i32) (param $value i32)
  (local $a i64) (local $b i64) (local $c i64) (local $d i64)
  (local $slot i32)
  (if
    (i32.and
      (i32.eqz (i32.load $frame offset={is_static} (i32.const 0)))
      (i32.and
        (call $inside (local.get $key) (i32.const 32))
        (call $inside (local.get $value) (i32.const 32))))
    (then
      (local.set $a (i64.load $memory (local.get $key)))
      (local.set $b (i64.load $memory offset=8 (local.get $key)))
      (local.set $c (i64.load $memory offset=16 (local.get $key)))
      (local.set $d (i64.load $memory offset=24 (local.get $key)))
      (local.set $slot
        (call $find (local.get $a) (local.get $b) (local.get $c) (local.get $d)))
      (if (i32.eqz (local.get $slot))
        (then
          (call $host_storageStore (local.get $key) (local.get $value))
          (call $keep
            (local.get $a) (local.get $b) (local.get $c) (local.get $d) (local.get $value))
          (return)))
      (if (call $change (local.get $slot) (local.get $value)) (then (return)))
      ;; It cannot be paid. What it would have cost depends on the value that the cache holds.
      (i32.store $frame offset={slot_is_kept} (i32.const 0) (i32.const 1))))
  (call $host_storageStore (local.get $key) (local.get $value)))

;; Writes a slot of the cache, if it can be paid: 1 if it was written.
(func $change (param $slot i32) (param $value i32) (result i32)
  (local $a i64) (local $b i64) (local $c i64) (local $d i64)
  (local $was_zero i32)
  (local $becomes_zero i32)
  (local.set $a (i64.load $memory (local.get $value)))
  (local.set $b (i64.load $memory offset=8 (local.get $value)))
  (local.set $c (i64.load $memory offset=16 (local.get $value)))
  (local.set $d (i64.load $memory offset=24 (local.get $value)))
  (local.set $becomes_zero
    (i64.eqz
      (i64.or
        (i64.or (local.get $a) (local.get $b)) (i64.or (local.get $c) (local.get $d)))))
  (local.set $was_zero
    (i64.eqz
      (i64.or
        (i64.or
          (i64.load $frame offset=32 (local.get $slot))
          (i64.load $frame offset=40 (local.get $slot)))
        (i64.or
          (i64.load $frame offset=48 (local.get $slot))
          (i64.load $frame offset=56 (local.get $slot))))))
  (if
    (i32.eqz
      (call $pay
        (select
          (i64.const {price.storage_create})
          (i64.const {price.storage_change})
          (i32.gt_u (local.get $was_zero) (local.get $becomes_zero)))))
    (then (return (i32.const 0))))
  (if (i32.gt_u (local.get $becomes_zero) (local.get $was_zero))
    (then
      (i64.store $frame offset={refund} (i32.const 0)
        (i64.add
          (i64.load $frame offset={refund} (i32.const 0))
          (i64.const {price.storage_clear_refund})))))
  (i64.store $frame offset=32 (local.get $slot) (local.get $a))
  (i64.store $frame offset=40 (local.get $slot) (local.get $b))
  (i64.store $frame offset=48 (local.get $slot) (local.get $c))
  (i64.store $frame offset=56 (local.get $slot) (local.get $d))
  (i32.store $frame offset=64 (local.get $slot) (i32.const 1))
  (i32.const 1))
