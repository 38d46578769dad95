;; Logs: written one behind the other, until the host takes them over.

;; Whether the first topics of a log can be read: 1 if they can.
(func $readable
  (param $count i32) (param $first i32) (param $second i32) (param $third i32) (param $fourth i32)
  (result i32)
  (if (i32.gt_u (local.get $count) (i32.const {most_topics}))
    (then (return (i32.const 0))))
  (i32.and
    (i32.and
      (i32.or
        (i32.lt_u (local.get $count) (i32.const 1))
        (call $inside (local.get $first) (i32.const 32)))
      (i32.or
        (i32.lt_u (local.get $count) (i32.const 2))
        (call $inside (local.get $second) (i32.const 32))))
    (i32.and
      (i32.or
        (i32.lt_u (local.get $count) (i32.const 3))
        (call $inside (local.get $third) (i32.const 32)))
      (i32.or
        (i32.lt_u (local.get $count) (i32.const 4))
        (call $inside (local.get $fourth) (i32.const 32))))))

;; Writes a topic if it counts, and gives the place behind it.
(func $topic (param $to i32) (param $from i32) (param $counts i32) (result i32)
  (if (i32.eqz (local.get $counts))
    (then (return (local.get $to))))
  (memory.copy $frame $memory (local.get $to) (local.get $from) (i32.const 32))
  (i32.add (local.get $to) (i32.const 32)))

(func $log (export "log")
  (param $at i32) (param $length i32) (param $count i32)
  (param $first i32) (param $second i32) (param $third i32) (param $fourth i32)
  (local $used i32)
  (local $to i32)
  (local.set $used (i32.load $frame offset={log_bytes} (i32.const 0)))
  (if
    (i32.and
      (i32.and
        (i32.eqz (i32.load $frame offset={is_static} (i32.const 0)))
        (call $inside (local.get $at) (local.get $length)))
      (i32.and
        (call $readable
          (local.get $count)
          (local.get $first) (local.get $second) (local.get $third) (local.get $fourth))
        (call $has_room (local.get $used) (local.get $length) (local.get $count))))
    (then
      (if
        (call $pay
          (i64.add
            (i64.const {log})
            (i64.add
              (i64.mul (i64.extend_i32_u (local.get $length)) (i64.const {log.length}))
              (i64.mul (i64.extend_i32_u (local.get $count)) (i64.const {log.numberOfTopics})))))
        (then
          (local.set $to (i32.add (i32.const {logs}) (local.get $used)))
          (i32.store $frame (local.get $to) (local.get $count))
          (i32.store $frame offset=4 (local.get $to) (local.get $length))
          (local.set $to (i32.add (local.get $to) (i32.const {log_head_size})))
          (local.set $to (call $topic
            (local.get $to) (local.get $first) (i32.ge_u (local.get $count) (i32.const 1))))
          (local.set $to (call $topic
            (local.get $to) (local.get $second) (i32.ge_u (local.get $count) (i32.const 2))))
          (local.set $to (call $topic
            (local.get $to) (local.get $third) (i32.ge_u (local.get $count) (i32.const 3))))
          (local.set $to (call $topic
            (local.get $to) (local.get $fourth) (i32.ge_u (local.get $count) (i32.const 4))))
          (memory.copy $frame $memory (local.get $to) (local.get $at) (local.get $length))
          (i32.store $frame offset={log_bytes} (i32.const 0)
            (i32.sub (i32.add (local.get $to) (local.get $length)) (i32.const {logs})))
          (return)))))
  (call $host_log
    (local.get $at) (local.get $length) (local.get $count)
    (local.get $first) (local.get $second) (local.get $third) (local.get $fourth)))

;; Whether a log fits behind those that are there.
(func $has_room (param $used i32) (param $length i32) (param $count i32) (result i32)
  (i64.le_u
    (i64.add
      (i64.add (i64.extend_i32_u (local.get $used)) (i64.extend_i32_u (local.get $length)))
      (i64.add
        (i64.const {log_head_size})
        (i64.mul (i64.extend_i32_u (local.get $count)) (i64.const 32))))
    (i64.const {logs_size})))
