/* The number of ways to place 12 queens on a board of 12 x 12, none attacking another. */

#include "program.h"

enum { SIZE = 12, FULL = (1 << SIZE) - 1 };

/* Ways to fill the rows that are left; each mask holds the squares of this row under attack. */
static word place(word columns, word rising, word falling) {
    if (columns == FULL) {
        return 1;
    }
    word ways = 0;
    for (word free = FULL & ~(columns | rising | falling); free; free &= free - 1) {
        word square = free & (0 - free);
        ways += place(columns | square, (rising | square) << 1, (falling | square) >> 1);
    }
    return ways;
}

CONTRACT(queens) { finish_number(place(0, 0, 0)); }
