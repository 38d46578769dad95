/* The sum of the primes below 2,000,000 by the sieve of Eratosthenes: short counted loops. */

#include "program.h"

enum { LIMIT = 2000000 };

static byte composite[LIMIT];

CONTRACT(sieve) {
    for (word i = 0; i < LIMIT; i++) {
        composite[i] = 0;
    }
    long_word sum = 0;
    for (word number = 2; number < LIMIT; number++) {
        if (composite[number]) {
            continue;
        }
        sum += number;
        if (number < 2000) {
            for (word multiple = number * number; multiple < LIMIT; multiple += number) {
                composite[multiple] = 1;
            }
        }
    }
    finish_number(sum);
}
