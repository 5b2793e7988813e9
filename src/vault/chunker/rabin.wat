;; Rabin fingerprints over a sliding window of 64 bytes, to find where chunks end: after the first byte at which the low
;; 20 bits of the fingerprint are zero. A fingerprint depends on the last 64 bytes alone, so three stretches are scanned
;; at once: their steps don't wait for each other, which doubles the speed.
;;
;; Memory: 0 the table that takes the oldest byte out, 2048 the table that reduces modulo the polynomial (256 × 8 bytes
;; each, of degree 53), 4096 the data: 8 MiB for the longest chunk, and 256 KiB for the piece that comes in.
(module
  (memory (export "memory") 133)

  ;; Addresses that each of the three scans takes at a time.
  (global $stretch i32 (i32.const 16384))

  ;; Fingerprint of the 64 bytes before $end.
  (func $fingerprint (param $end i32) (result i64)
    (local $at i32) (local $digest i64)
    (local.set $at (i32.sub (local.get $end) (i32.const 64)))
    (loop $next
      (local.set $digest
        (i64.xor
          (i64.or (i64.shl (local.get $digest) (i64.const 8)) (i64.load8_u (local.get $at)))
          (i64.load offset=2048
            (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $digest) (i64.const 45))) (i32.const 3)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (local.get $digest))

  ;; Where the first chunk end in $from … $to lies (the address behind its last byte), or 0.
  (func $scan (param $from i32) (param $to i32) (result i32)
    (local $digest i64)
    (if (i32.ge_u (local.get $from) (local.get $to)) (then (return (i32.const 0))))
    (local.set $digest (call $fingerprint (local.get $from)))
    (loop $next
      (local.set $digest
        (i64.xor (local.get $digest)
          (i64.load
            (i32.shl (i32.load8_u (i32.sub (local.get $from) (i32.const 64))) (i32.const 3)))))
      (local.set $digest
        (i64.xor
          (i64.or (i64.shl (local.get $digest) (i64.const 8)) (i64.load8_u (local.get $from)))
          (i64.load offset=2048
            (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $digest) (i64.const 45))) (i32.const 3)))))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (if (i64.eqz (i64.and (local.get $digest) (i64.const 0xfffff))) (then (return (local.get $from))))
      (br_if $next (i32.lt_u (local.get $from) (local.get $to))))
    (i32.const 0))

  ;; Scans three stretches from $from in step. Returns 0, or where to look again because one of them met an end: nothing
  ;; before that address ends a chunk.
  (func $scan_three (param $from i32) (result i32)
    (local $a i64) (local $b i64) (local $c i64) (local $end i32)
    (local.set $end (i32.add (local.get $from) (global.get $stretch)))
    (local.set $a (call $fingerprint (local.get $from)))
    (local.set $b (call $fingerprint (i32.add (local.get $from) (i32.const 16384))))
    (local.set $c (call $fingerprint (i32.add (local.get $from) (i32.const 32768))))
    (loop $next
      (local.set $a
        (i64.xor (local.get $a)
          (i64.load
            (i32.shl (i32.load8_u (i32.sub (local.get $from) (i32.const 64))) (i32.const 3)))))
      (local.set $b
        (i64.xor (local.get $b)
          (i64.load
            (i32.shl (i32.load8_u offset=16384 (i32.sub (local.get $from) (i32.const 64))) (i32.const 3)))))
      (local.set $c
        (i64.xor (local.get $c)
          (i64.load
            (i32.shl (i32.load8_u offset=32768 (i32.sub (local.get $from) (i32.const 64))) (i32.const 3)))))
      (local.set $a
        (i64.xor
          (i64.or (i64.shl (local.get $a) (i64.const 8)) (i64.load8_u (local.get $from)))
          (i64.load offset=2048
            (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 45))) (i32.const 3)))))
      (local.set $b
        (i64.xor
          (i64.or (i64.shl (local.get $b) (i64.const 8)) (i64.load8_u offset=16384 (local.get $from)))
          (i64.load offset=2048
            (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $b) (i64.const 45))) (i32.const 3)))))
      (local.set $c
        (i64.xor
          (i64.or (i64.shl (local.get $c) (i64.const 8)) (i64.load8_u offset=32768 (local.get $from)))
          (i64.load offset=2048
            (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $c) (i64.const 45))) (i32.const 3)))))
      (if (i32.or
            (i64.eqz (i64.and (local.get $a) (i64.const 0xfffff)))
            (i32.or
              (i64.eqz (i64.and (local.get $b) (i64.const 0xfffff)))
              (i64.eqz (i64.and (local.get $c) (i64.const 0xfffff)))))
        (then (return (local.get $from))))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $from) (local.get $end))))
    (i32.const 0))

  ;; As $scan. The 64 bytes before $from must be there.
  (func (export "find") (param $from i32) (param $to i32) (result i32)
    (local $segment i32) (local $again i32)
    (local.set $segment (i32.mul (global.get $stretch) (i32.const 3)))
    (block $rest
      (loop $next
        (br_if $rest (i32.lt_u (i32.sub (local.get $to) (local.get $from)) (local.get $segment)))
        (local.set $again (call $scan_three (local.get $from)))
        (if (local.get $again)
          (then (return (call $scan (local.get $again) (i32.add (local.get $from) (local.get $segment))))))
        (local.set $from (i32.add (local.get $from) (local.get $segment)))
        (br $next)))
    (call $scan (local.get $from) (local.get $to))))
