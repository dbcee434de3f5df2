#define _GNU_SOURCE
#include "run/workers.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tst.h"
#include "util/clock.h"
#include "util/interrupt.h"

/* What the task's number asks for. */
enum { SUCCEED, FAIL, CRASH, LEAVE, HANG, LONG_SENTENCE };

static void work(void *context, int task, pl_worker_end *end)
{
    const struct timespec nap = {0, 2000000};
    (void)context;
    end->value = 10 + task;
    end->made = 3;
    if (task == FAIL)
        kn_fail(&end->error, KN_EDATA, "no pictures");
    if (task == CRASH)
        raise(SIGABRT);
    if (task == LEAVE)
        _exit(7);
    while (task == HANG && !pl_interrupted())
        nanosleep(&nap, NULL);
    if (task == LONG_SENTENCE) {
        end->error.status = KN_EIO;
        memset(end->error.text, 'x', KN_ERROR_TEXT - 1);
        end->error.text[KN_ERROR_TEXT - 1] = '\0';
    }
}

static pl_worker_end end_of(pl_workers *w, int task)
{
    pl_worker_end end = {.task = -1};
    kn_status rc = pl_workers_start(w, task, true, work, NULL, NULL);
    CU_ASSERT_EQUAL(rc, KN_OK);
    CU_ASSERT_EQUAL(pl_workers_busy(w), 1);
    for (int i = 0; i < 100 && end.task < 0; i++)
        if (!pl_workers_wait(w, 1, &end))
            end.task = -1;
    CU_ASSERT_EQUAL(end.task, task);
    CU_ASSERT_EQUAL(pl_workers_busy(w), 0);
    return end;
}

static void test_what_a_worker_says_arrives(void)
{
    pl_workers *w = NULL;
    TST_OK(pl_workers_new(2, &w, e));
    pl_worker_end end = end_of(w, SUCCEED);
    CU_ASSERT_EQUAL(end.value, 10);
    CU_ASSERT_EQUAL(end.made, 3);
    CU_ASSERT_EQUAL(end.error.status, KN_OK);
    end = end_of(w, FAIL);
    CU_ASSERT_EQUAL(end.value, 11);
    CU_ASSERT_EQUAL(end.error.status, KN_EDATA);
    TST_TEXT(end.error.text, "no pictures");
    end = end_of(w, LONG_SENTENCE);
    CU_ASSERT_EQUAL(end.error.status, KN_EIO);
    CU_ASSERT_EQUAL(strlen(end.error.text), KN_ERROR_TEXT - 1);
    pl_workers_free(w);
}

static void test_one_that_dies_is_told_of(void)
{
    pl_workers *w = NULL;
    TST_OK(pl_workers_new(1, &w, e));
    pl_worker_end end = end_of(w, CRASH);
    CU_ASSERT_EQUAL(end.signal, SIGABRT);
    CU_ASSERT_EQUAL(end.error.status, KN_EINTERNAL);
    TST_TEXT(end.error.text, "its process was ended by signal 6 (Aborted)");
    end = end_of(w, LEAVE);
    CU_ASSERT_EQUAL(end.signal, 0);
    TST_TEXT(end.error.text, "its process ended without a word, exit status 7");
    pl_workers_free(w);
}

static void test_a_signal_is_passed_on_and_a_second_does_no_harm(void)
{
    pl_workers *w = NULL;
    pl_worker_end end;
    pl_interrupt_init();
    TST_OK(pl_workers_new(2, &w, e));
    TST_OK(pl_workers_start(w, HANG, true, work, NULL, e));
    TST_OK(pl_workers_start(w, HANG, true, work, NULL, e));
    CU_ASSERT_FALSE(pl_workers_wait(w, 0.05, &end));
    CU_ASSERT_EQUAL(pl_workers_busy(w), 2);
    pl_workers_signal(w, SIGTERM);
    pl_workers_signal(w, SIGTERM);
    double began = pl_now();
    int ends = 0;
    while (ends < 2 && pl_now() - began < 10)
        if (pl_workers_wait(w, 1, &end)) {
            CU_ASSERT_EQUAL(end.signal, 0);
            CU_ASSERT_EQUAL(end.value, 10 + HANG);
            ends++;
        }
    CU_ASSERT_EQUAL(ends, 2);
    pl_workers_free(w);
}

static void test_those_left_are_killed(void)
{
    pl_workers *w = NULL;
    TST_OK(pl_workers_new(1, &w, e));
    TST_OK(pl_workers_start(w, HANG, true, work, NULL, e));
    double began = pl_now();
    pl_workers_free(w);
    CU_ASSERT_TRUE(pl_now() - began < 5);
    CU_ASSERT_EQUAL(waitpid(-1, NULL, WNOHANG), -1);
    CU_ASSERT_EQUAL(errno, ECHILD);
}

const tst_case tst_run_workers[] = {TST(test_what_a_worker_says_arrives),
                                    TST(test_one_that_dies_is_told_of),
                                    TST(test_a_signal_is_passed_on_and_a_second_does_no_harm),
                                    TST(test_those_left_are_killed), TST_END};
