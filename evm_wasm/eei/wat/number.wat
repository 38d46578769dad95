;; A method whose result is a field of the frame memory.

(func ${method} (export "{method}") (result {type})
  (if (call $pay (i64.const {fixed}))
    (then (return ({type}.load $frame offset={field} (i32.const 0)))))
  (call $host_{method}))
