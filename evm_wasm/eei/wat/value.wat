;; A method that writes a field of the frame memory, unless the field says that it does not fit.

(func ${method} (export "{method}") (param $at i32)
  (if (i32.eqz (i32.load $frame offset={is_wide} (i32.const 0)))
    (then
      (if (call $inside (local.get $at) (i32.const {size}))
        (then
          (if (call $pay (i64.const {fixed}))
            (then
              (call $copy_{size} (local.get $at) (i32.const {field}))
              (return)))))))
  (call $host_{method} (local.get $at)))
