/* Successive halving of a study of fake runs. */
#include "run/halving.h"

#include <math.h>

#include "pipeline/run/fake_stages.h"
#include "tst.h"
#include "util/interrupt.h"

static const pl_exec_options plain = {
    .maker = {"0", 1}, .jobs = 1, .until = PL_EVALUATE, .retries = 2};

/* Of 4 groups the 2 with the higher rates go on after an epoch, the best one after 2. */
static const char halving[] = "train: {epochs: 4}\n"
                              "sweep: {product: {train.lr: [0.1, 0.3, 0.2, 0.4]}, seeds: [1, 2], "
                              "halving: {metric: val_accuracy, factor: 2, min_epochs: 1}}\n";

static void halve(int jobs)
{
    pl_exec_result r;
    pl_exec_options options = plain;
    options.jobs = jobs;
    options.maker.threads = jobs;
    fake_start("one", halving);
    TST_OK(fake_run("one", &options, &r, e));
    CU_ASSERT_EQUAL(r.done, 2);
    CU_ASSERT_EQUAL(r.halted, 6);
    fake_expect_column("one", "status",
                       "stopped stopped stopped stopped stopped stopped done done");
    fake_expect_member("one", 0, "reason",
                       "halving: place 4 of 4 groups after epoch 1, val_accuracy 0.1000");
    fake_expect_member("one", 2, "reason",
                       "halving: place 2 of 2 groups after epoch 2, val_accuracy 0.3000");
    CU_ASSERT_EQUAL(fake->calls[PL_TRAIN], 8 + 4 + 2);
    CU_ASSERT_EQUAL(fake->calls[PL_EVALUATE], 2);
}

static void test_halving(void)
{
    pl_exec_result r;
    halve(1);
    fake_write_study("one", halving);
    TST_OK(fake_run("one", &plain, &r, e));
    CU_ASSERT_EQUAL(fake->calls[PL_TRAIN], 0); /* it is over, and says so */
    CU_ASSERT_EQUAL(r.made, 0);
    CU_ASSERT_EQUAL(r.halted, 6);
    pl_exec_options finish = plain;
    finish.finish = true;
    TST_OK(fake_run("one", &finish, &r, e));
    CU_ASSERT_EQUAL(r.made, 6);
    fake_expect_column("one", "status", "done done done done done done done done");
    fake_write_study("one", halving); /* what was completed stays so */
    TST_OK(fake_run("one", &plain, &r, e));
    CU_ASSERT_EQUAL(r.done, 8);
    CU_ASSERT_EQUAL(r.halted, 0);
    CU_ASSERT_EQUAL(fake->calls[PL_TRAIN], 0);
}

static void test_halving_does_not_depend_on_the_jobs(void)
{
    halve(3);
}

static void test_halving_goes_on_after_a_kill(void)
{
    pl_exec_result r;
    fake_start("one", halving);
    fake->interrupt_after = 4;
    CU_ASSERT_EQUAL(fake_run("one", &plain, &r, NULL), KN_EINTERRUPTED);
    fake->interrupt_after = 0;
    pl_interrupt_set(false);
    TST_OK(fake_run("one", &plain, &r, e));
    fake_expect_column("one", "status",
                       "stopped stopped stopped stopped stopped stopped done done");
}

static void test_a_group_with_a_failed_run_comes_last(void)
{
    pl_exec_result r;
    fake_start("one", halving);
    fake->max_lr = 0.35;
    TST_OK(fake_run("one", &plain, &r, e));
    CU_ASSERT_EQUAL(r.failed, 2);
    fake_expect_column("one", "status", "stopped stopped done done stopped stopped failed failed");
}

const tst_case tst_run_halving[] = {TST(test_halving),
                                    TST(test_halving_does_not_depend_on_the_jobs),
                                    TST(test_halving_goes_on_after_a_kill),
                                    TST(test_a_group_with_a_failed_run_comes_last), TST_END};
