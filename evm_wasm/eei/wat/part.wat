;; A method that copies part of a room of the frame memory, if its content is there.

(func ${method} (export "{method}") (param $to i32) (param $offset i32) (param $length i32)
  (if
    (i32.and
      (i32.and
        (i32.eq (i32.load $frame offset={flag} (i32.const 0)) (i32.const {flag_if_here}))
        (call $inside (local.get $to) (local.get $length)))
      (i64.le_u
        (i64.add (i64.extend_i32_u (local.get $offset)) (i64.extend_i32_u (local.get $length)))
        (i64.load32_u $frame offset={bytes} (i32.const 0))))
    (then
      (if
        (call $pay
          (i64.add
            (i64.const {fixed})
            (i64.mul
              (i64.const {linear})
              (i64.div_u
                (i64.add (i64.extend_i32_u (local.get $length)) (i64.const {unit_less_one}))
                (i64.const {unit})))))
        (then
          (memory.copy $memory $frame
            (local.get $to)
            (i32.add (i32.const {room}) (local.get $offset))
            (local.get $length))
          (return)))))
  (call $host_{method} (local.get $to) (local.get $offset) (local.get $length)))
