/* The Fibonacci number 30 by the recursion that defines it: nothing but calls. */

#include "program.h"

enum { INDEX = 30 };

/* Without the loop that compilers make of one of the two calls. */
__attribute__((noinline, disable_tail_calls)) static word fib(word n) {
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

CONTRACT(fibonacci) { finish_number(fib(INDEX)); }
