#include "util/clock.h"

#include <string.h>
#include <time.h>

#include "tst.h"

/* The start is told to the kernel's tick of 10 ms. */
static void test_seconds_since_the_process_was_started(void)
{
    double clock = pl_now(), since = pl_process_seconds();
    CU_ASSERT_TRUE(since > -0.011 && since < 86400);
    const struct timespec nap = {0, 30000000};
    nanosleep(&nap, NULL);
    CU_ASSERT_TRUE(tst_near(pl_process_seconds() - since, pl_now() - clock, 0.01, 0));
}

static void test_time_text(void)
{
    char text[PL_TIME_TEXT];
    pl_time_text(text);
    CU_ASSERT_EQUAL(strlen(text), 20);
    CU_ASSERT_EQUAL(text[10], 'T');
    CU_ASSERT_EQUAL(text[19], 'Z');
}

const tst_case tst_util_clock[] = {
    TST(test_seconds_since_the_process_was_started),
    TST(test_time_text),
    TST_END,
};
