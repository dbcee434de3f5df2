/* What `facet verify` compares; the whole command is in tests/cli/cases/slow_verify.case. */
#include "run/verify.h"

#include <stdlib.h>

#include "tst.h"

static const char header[] =
    "epoch,train_loss,train_accuracy,val_loss,val_accuracy,lr,seconds,images_per_second\n";

/* Compares these rows with two fixed ones; the detail, or NULL where they are the same. Heap. */
static char *difference(const char *rows)
{
    pl_str text, detail;
    bool same = false;
    const char *before = tst_path("before.csv"), *now = tst_path("now.csv");
    pl_str_init(&text);
    pl_str_addf(&text, "%s1,0.5,0.75,0.5,0.7,0.001,2.5,900\n2,0.25,0.8,,,0.001,2.4,910\n", header);
    tst_write_text(before, text.text);
    pl_str_reset(&text);
    pl_str_addf(&text, "%s%s", header, rows);
    tst_write_text(now, text.text);
    pl_str_clear(&text);
    pl_str_init(&detail);
    TST_OK(pl_verify_epochs(before, now, &same, &detail, e));
    char *out = pl_str_take(&detail);
    CU_ASSERT_EQUAL(same, *out == '\0');
    return out;
}

static void check(const char *rows, const char *want)
{
    char *got = difference(rows);
    TST_TEXT(got, want);
    free(got);
}

static void test_wall_times_are_left_out(void)
{
    check("1,0.5,0.75,0.5,0.7,0.001,9,100\n2,0.25,0.8,,,0.001,8,1\n", "");
}

static void test_the_first_epoch_that_differs_is_named(void)
{
    check("1,0.5,0.75,0.5,0.7,0.001,2.5,900\n2,0.26,0.9,,,0.001,2.4,910\n",
          "in epoch 2: train_loss was 0.25, is 0.26");
    check("1,0.5,0.75,0.5,0.71,0.001,2.5,900\n2,0.26,0.9,,,0.001,2.4,910\n",
          "in epoch 1: val_accuracy was 0.7, is 0.71");
    check("1,0.5,0.75,0.5,0.7,0.001,2.5,900\n2,0.25,0.8,0.1,,0.001,2.4,910\n",
          "in epoch 2: val_loss was empty, is 0.1");
}

static void test_other_counts(void)
{
    check("1,0.5,0.75,0.5,0.7,0.001,2.5,900\n", "it had 2 epochs, now 1");
    check("1,0.5\n", "in the columns");
}

static void test_a_folder_without_a_run(void)
{
    const pl_run_maker maker = {.version = "1", .threads = 1};
    pl_verify v;
    char *want = pl_format("cannot open '%s/manifest.json': No such file or directory", tst_dir());
    TST_FAILS(KN_EIO, want, pl_verify_run(tst_dir(), tst_path("scratch"), &maker, &v, e));
    free(want);
    tst_write_text(tst_path("manifest.json"), "{\"status\": \"done\", \"spec\": {}}");
    want = pl_format("%s: the manifest does not name the run's data", tst_dir());
    TST_FAILS(KN_EUSAGE, want, pl_verify_run(tst_dir(), tst_path("scratch"), &maker, &v, e));
    free(want);
}

const tst_case tst_run_verify[] = {
    TST(test_wall_times_are_left_out),
    TST(test_the_first_epoch_that_differs_is_named),
    TST(test_other_counts),
    TST(test_a_folder_without_a_run),
    TST_END,
};
