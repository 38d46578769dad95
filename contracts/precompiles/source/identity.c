/* Returns its call data: precompile 4. */

#include "contract.h"

static byte page[1024]; /* more is grown where it is needed */

enum { PAGE = 65536 };

CONTRACT_MAIN {
    word32 size = get_call_data_size();
    /* What stands at `page` in the first page is free; see `--stack-size` and the layout. */
    word32 there = __builtin_wasm_memory_size(0) * PAGE - (word32)page;
    if (size > there) {
        word32 pages = (size - there + PAGE - 1) / PAGE;
        if (__builtin_wasm_memory_grow(0, pages) == (__SIZE_TYPE__)-1) {
            FAIL();
        }
    }
    call_data_copy(page, 0, size);
    finish(page, size);
}
