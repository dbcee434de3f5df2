#include "util/memory.h"

#include <stdint.h>
#include <stdlib.h>

#include "tst.h"

static void test_the_peak_stays_after_the_memory_is_given_back(void)
{
    enum { MB = 1 << 20, SIZE = 64 * MB };
    pl_memory_peak_reset();
    double before = pl_memory_peak();
    char *block = malloc(SIZE);
    CU_ASSERT_PTR_NOT_NULL_FATAL(block);
    for (size_t i = 0; i < SIZE; i += 1024)
        ((volatile char *)block)[i] = 1; /* volatile: really written */
    free(block);
    if (before == 0) {
        tst_skip("the kernel does not tell");
        return;
    }
    CU_ASSERT_TRUE(pl_memory_peak() >= 0.9 * SIZE);
}

const tst_case tst_util_memory[] = {TST(test_the_peak_stays_after_the_memory_is_given_back),
                                    TST_END};
