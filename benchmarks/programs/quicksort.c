/* Quicksort of 80,000 random numbers, small parts by insertion; the result is a hash that depends
 * on the order. */

#include "program.h"

enum { COUNT = 80000, SMALL = 12 };

static word numbers[COUNT];

static void insertion_sort(word *first, word *last) {
    for (word *next = first + 1; next <= last; next++) {
        word value = *next;
        word *place = next;
        for (; place > first && place[-1] > value; place--) {
            *place = place[-1];
        }
        *place = value;
    }
}

static void sort(word *first, word *last) {
    while (last - first > SMALL) {
        word pivot = first[(last - first) / 2];
        word *low = first, *high = last;
        while (low <= high) {
            while (*low < pivot) {
                low++;
            }
            while (*high > pivot) {
                high--;
            }
            if (low <= high) {
                word value = *low;
                *low++ = *high;
                *high-- = value;
            }
        }
        /* The smaller part by a call, so that the depth is logarithmic. */
        if (high - first < last - low) {
            sort(first, high);
            first = low;
        } else {
            sort(low, last);
            last = high;
        }
    }
    insertion_sort(first, last);
}

CONTRACT(quicksort) {
    word seed = 6;
    for (int i = 0; i < COUNT; i++) {
        numbers[i] = next_random(&seed);
    }
    sort(numbers, numbers + COUNT - 1);
    long_word hash = 0;
    for (int i = 0; i < COUNT; i++) {
        hash = hash * 31 + numbers[i];
    }
    finish_number(hash);
}
