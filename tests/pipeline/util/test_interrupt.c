#include "tst.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/interrupt.h"

static void test_the_flag(void)
{
    TST_OK(pl_interrupt_check(e));
    pl_interrupt_set(true);
    TST_FAILS(KN_EINTERRUPTED, "interrupted", pl_interrupt_check(e));
    pl_interrupt_set(false);
    CU_ASSERT_FALSE(pl_interrupted());
}

/* The first signal only asks; the second one ends the process by that signal. */
static void test_the_second_signal_ends(void)
{
    pid_t child = fork();
    if (child == 0) {
        pl_interrupt_init();
        raise(SIGTERM);
        if (!pl_interrupted())
            _exit(1);
        raise(SIGTERM);
        _exit(2);
    }
    int status = 0;
    CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void test_the_clock(void)
{
    char text[PL_TIME_TEXT];
    double t = pl_now();
    CU_ASSERT_TRUE(pl_now() >= t);
    pl_time_text(text);
    CU_ASSERT_EQUAL(strlen(text), 20);
    CU_ASSERT_TRUE(text[4] == '-' && text[10] == 'T' && text[19] == 'Z');
}

const tst_case tst_util_interrupt[] = {
    TST(test_the_flag),
    TST(test_the_second_signal_ends),
    TST(test_the_clock),
    TST_END,
};
