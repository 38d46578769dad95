/* The product of two random 200 x 200 matrices of 32-bit numbers; the result is a hash of it. */

#include "program.h"

enum { SIZE = 200 };

static word left[SIZE][SIZE], right[SIZE][SIZE];

CONTRACT(matrix) {
    word seed = 7;
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
            left[row][column] = next_random(&seed);
            right[row][column] = next_random(&seed);
        }
    }
    long_word hash = 0;
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
            word sum = 0;
            for (int i = 0; i < SIZE; i++) {
                sum += left[row][i] * right[i][column];
            }
            hash = hash * 31 + sum;
        }
    }
    finish_number(hash);
}
