;; A token in the manner of WRC20: balances of up to 2^64 - 1 units, called through the
;; Solidity ABI (https://docs.soliditylang.org/en/latest/abi-spec.html).
;;
;;   transfer(address,uint64)     5d359fbd   moves units from the caller to an address
;;   balanceOf(address)(uint64)   70a08231   returns the units of an address
;;   totalSupply()(uint64)        18160ddd   returns the units of all addresses together
;;
;;   event Transfer(address indexed from, address indexed to, uint64 amount)
;;
;; A transfer of more than the caller has is reverted with Error("insufficient balance").
;; Unknown selectors and malformed arguments are reverted without a message.
;;
;; Storage: the slot numbered like an address holds the units of that address; the slot with
;; the first byte 1 and zeros after it, which is no address, holds the total supply. The
;; deployer (token_deploy.wat) fills both.
(module
  (import "ethereum" "getCaller" (func $getCaller (param i32)))
  (import "ethereum" "getCallDataSize" (func $getCallDataSize (result i32)))
  (import "ethereum" "callDataCopy" (func $callDataCopy (param i32 i32 i32)))
  (import "ethereum" "storageLoad" (func $storageLoad (param i32 i32)))
  (import "ethereum" "storageStore" (func $storageStore (param i32 i32)))
  (import "ethereum" "log" (func $log (param i32 i32 i32 i32 i32 i32 i32)))
  (import "ethereum" "finish" (func $finish (param i32 i32)))
  (import "ethereum" "revert" (func $revert (param i32 i32)))

  (memory (export "memory") 1)

  ;; Memory map. A word is 32 bytes, big-endian; an address or a number stands at its end.
  (global $CALL_DATA i32 (i32.const 0x00))   ;; 4 bytes selector, then the arguments:
  (global $TO i32 (i32.const 0x04))          ;;   word: an address (first argument)
  (global $AMOUNT i32 (i32.const 0x24))      ;;   word: a uint64 (second argument)
  (global $FROM i32 (i32.const 0x60))        ;; word: the caller's address
  (global $FROM_ADDRESS i32 (i32.const 0x6c))
  (global $BALANCE i32 (i32.const 0x80))     ;; word: what storage is read to and written from
  (global $BALANCE_LOW i32 (i32.const 0x98)) ;;   its last 8 bytes: a uint64
  (global $SUPPLY_KEY i32 (i32.const 0xa0))  ;; word
  (global $TRANSFER i32 (i32.const 0xc0))    ;; word: keccak256("Transfer(address,address,uint64)")
  (global $ERROR i32 (i32.const 0xe0))       ;; 100 bytes: the ABI form of the error

  (data (i32.const 0xa0) "\01")
  (data (i32.const 0xc0)
    "\83\1a\c8\2b\07\fb\39\6d\af\ef\00\77\ce\a6\e0\02"
    "\23\5d\88\e6\3f\35\cb\d5\df\2c\06\51\07\f1\e7\4a")
  (data (i32.const 0xe0)
    "\08\c3\79\a0"                                                     ;; Error(string)
    "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00"
    "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\20"                 ;; where the text starts
    "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00"
    "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\14"                 ;; its length: 20 bytes
    "insufficient balance\00\00\00\00\00\00\00\00\00\00\00\00")

  (func $main (export "main")
    (local $selector i32)
    (call $read_call_data (i32.const 4))
    (local.set $selector (i32.load (global.get $CALL_DATA)))
    ;; Selectors are read little-endian, so their bytes stand in reverse order here.
    (if (i32.eq (local.get $selector) (i32.const 0xbd9f355d)) ;; transfer(address,uint64)
      (then (call $transfer) (return)))
    (if (i32.eq (local.get $selector) (i32.const 0x3182a070)) ;; balanceOf(address)
      (then (call $balance_of)))
    (if (i32.eq (local.get $selector) (i32.const 0xdd0d1618)) ;; totalSupply()
      (then (call $return_slot (global.get $SUPPLY_KEY))))
    (call $reject))

  (func $transfer
    (local $amount i64)
    (local $balance i64)
    (call $read_call_data (i32.const 68))
    (call $require_address (global.get $TO))
    (call $require_uint64 (global.get $AMOUNT))
    (call $getCaller (global.get $FROM_ADDRESS))
    (local.set $amount (call $swap_bytes (i64.load offset=24 (global.get $AMOUNT))))
    (local.set $balance (call $load_balance (global.get $FROM)))
    (if (i64.lt_u (local.get $balance) (local.get $amount))
      (then (call $revert (global.get $ERROR) (i32.const 100))))
    ;; The sender's new balance is stored before the receiver's is read: they may be the same.
    (call $store_balance (global.get $FROM) (i64.sub (local.get $balance) (local.get $amount)))
    ;; The sum cannot overflow: all balances together are the total supply, a uint64.
    (call $store_balance (global.get $TO)
      (i64.add (call $load_balance (global.get $TO)) (local.get $amount)))
    ;; The amount is the data of the event; its name and the two addresses are the topics.
    (call $log (global.get $AMOUNT) (i32.const 32)
      (i32.const 3) (global.get $TRANSFER) (global.get $FROM) (global.get $TO) (i32.const 0)))

  (func $balance_of
    (call $read_call_data (i32.const 36))
    (call $require_address (global.get $TO))
    (call $return_slot (global.get $TO)))

  ;; Ends the call with the word stored at a key.
  (func $return_slot (param $key i32)
    (call $storageLoad (local.get $key) (global.get $BALANCE))
    (call $finish (global.get $BALANCE) (i32.const 32)))

  (func $load_balance (param $key i32) (result i64)
    (call $storageLoad (local.get $key) (global.get $BALANCE))
    (call $swap_bytes (i64.load (global.get $BALANCE_LOW))))

  (func $store_balance (param $key i32) (param $balance i64)
    ;; The first 24 bytes of the word are zero: nothing else is ever stored or loaded.
    (i64.store (global.get $BALANCE_LOW) (call $swap_bytes (local.get $balance)))
    (call $storageStore (local.get $key) (global.get $BALANCE)))

  ;; Copies the first bytes of the call data to CALL_DATA; rejects a shorter call.
  (func $read_call_data (param $length i32)
    (if (i32.lt_u (call $getCallDataSize) (local.get $length))
      (then (call $reject)))
    (call $callDataCopy (global.get $CALL_DATA) (i32.const 0) (local.get $length)))

  ;; The first 12 bytes of a word that holds an address are zero.
  (func $require_address (param $word i32)
    (if (i32.eqz (i64.eqz (i64.or
          (i64.load (local.get $word))
          (i64.load32_u offset=8 (local.get $word)))))
      (then (call $reject))))

  ;; The first 24 bytes of a word that holds a uint64 are zero.
  (func $require_uint64 (param $word i32)
    (if (i32.eqz (i64.eqz (i64.or
          (i64.or (i64.load (local.get $word)) (i64.load offset=8 (local.get $word)))
          (i64.load offset=16 (local.get $word)))))
      (then (call $reject))))

  ;; Ends the call and undoes it, without a message.
  (func $reject
    (call $revert (i32.const 0) (i32.const 0)))

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
