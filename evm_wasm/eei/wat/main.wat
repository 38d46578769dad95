;; What the host calls in place of the contract's `main`.

(func $run (export "main")
  (global.set $counter (i64.load $frame offset={counter} (i32.const 0)))
  (block $left
    (try_table (catch $leave $left)
      (call $main)))
  (i64.store $frame offset={counter} (i32.const 0) (global.get $counter))
  (i32.store $frame offset={pages} (i32.const 0) (memory.size $memory)))
