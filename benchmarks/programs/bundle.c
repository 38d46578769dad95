/* All programs in one contract: a module of the size of real ones, for the speed of injection.
 *
 * The first byte of the call data chooses the program, in the order of the table.
 */

#include "program.h"

ETHEREUM("callDataCopy") extern void call_data_copy(byte *result, word offset, word length);

void bn254(void), blake2b(void), fibonacci(void), interpreter(void), keccak256(void), lz(void);
void matrix(void), mul256(void), queens(void), quicksort(void), sha256(void), sieve(void);
void token(void), x25519(void);

static void (*const PROGRAMS[])(void) = {
    blake2b, bn254, fibonacci, interpreter, keccak256, lz,     matrix,
    mul256,  queens, quicksort, sha256,      sieve,     token, x25519,
};

__attribute__((export_name("main"))) void bundle(void) {
    byte number;
    call_data_copy(&number, 0, 1);
    PROGRAMS[number % (sizeof PROGRAMS / sizeof *PROGRAMS)]();
}
