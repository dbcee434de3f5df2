#include "study/run_confidence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats/calibration.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

static void test_what_validation_says(void)
{
    tst_write_text(tst_path("predictions.csv"),
                   "image,split,label,probability\na,val,1,0.9\nb,val,0,0.2\nc,val,1,0.4\n"
                   "d,val,0,0.45\ne,test,1,0.99\nf,test,1,0.3\n");
    pl_run_confidence c;
    const char *dir = tst_dir();
    TST_OK(pl_run_confidence_read(&dir, 1, 1, &c, e));
    const float p[] = {0.9f, 0.2f, 0.4f, 0.45f};
    const uint8_t label[] = {1, 0, 1, 0};
    CU_ASSERT_EQUAL(c.val.count, 4);
    CU_ASSERT_EQUAL(c.temperature, pl_temperature_fit(p, label, 4));
    CU_ASSERT_DOUBLE_EQUAL(pl_confidence_at(&c, 0.5), 0.8, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(pl_confidence_at(&c, 1), 0.55, 1e-6);
    pl_answered a = pl_answered_at(&c.val, pl_confidence_at(&c, 0.75));
    CU_ASSERT_EQUAL(a.count, 3);
    CU_ASSERT_DOUBLE_EQUAL(a.coverage, 0.75, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(a.accuracy, 2.0 / 3, 1e-12);
    a = pl_answered_at(&c.test, 1.5);
    CU_ASSERT(a.count == 0 && isnan(a.accuracy));
    pl_run_confidence_calibrate(&c);
    CU_ASSERT_EQUAL(c.test.p[0], pl_temperature_apply(0.99f, c.temperature));
    pl_run_confidence_clear(&c, 1);
}

/* Folders one/, two/, .. with a predictions.csv each. */
static void write_run(const char *name, const char *rows)
{
    kn_error e;
    CU_ASSERT_EQUAL(pl_make_dirs(tst_path("%s", name), &e), KN_OK);
    tst_write_text(tst_path("%s/predictions.csv", name), rows);
}

static kn_status read_two(size_t targets, pl_run_confidence *out, kn_error *e)
{
    char one[512], two[512];
    snprintf(one, sizeof one, "%s", tst_path("one"));
    snprintf(two, sizeof two, "%s", tst_path("two"));
    const char *const dir[] = {one, two};
    return pl_run_confidence_read(dir, 2, targets, out, e);
}

/* All images are as sure, z = logit(p); a share r of them is right. The log loss is least where sigmoid(z / T) = r: T = z / logit(r).
 * The means of the two runs' probabilities are 0.9 and 0.1, 3 of 4 are right: T = ln 9 / ln 3 = 2, and 0.9 becomes 0.75. By the mean of their
 * logits it would be 2.13, by the first run alone ln 19 / ln 3 = 2.68. */
static void test_a_group_is_its_mean_of_probabilities(void)
{
    write_run("one", "image,split,label,probability\na,val,1,0.95\nb,val,1,0.85\nc,val,0,0.05\n"
                     "d,val,1,0.15\ne,test,1,0.8\n");
    write_run("two", "image,split,label,probability\na,val,1,0.85\nb,val,1,0.95\nc,val,0,0.15\n"
                     "d,val,1,0.05\ne,test,1,0.2\n");
    pl_run_confidence c;
    TST_OK(read_two(1, &c, e));
    CU_ASSERT_DOUBLE_EQUAL(c.temperature, 2, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(pl_confidence_at(&c, 1), 0.9, 1e-6);
    CU_ASSERT_EQUAL(c.test.p[0], 0.5f);
    CU_ASSERT_DOUBLE_EQUAL(pl_answered_at(&c.val, 0.6).accuracy, 0.75, 1e-12);
    pl_run_confidence_calibrate(&c);
    CU_ASSERT_DOUBLE_EQUAL((double)c.val.p[0], 0.75, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(pl_confidence_at(&c, 1), 0.75, 1e-6);
    pl_run_confidence_clear(&c, 1);
}

/* Of B an image's label is not known: 2 of 3 are right, T = ln 9 / ln 2. A is as above. */
static void test_targets_are_apart(void)
{
    write_run("one",
              "image,split,target,label,probability\na,val,A,1,0.9\na,val,B,1,0.9\nb,val,A,1,0.9\n"
              "b,val,B,1,0.9\nc,val,A,0,0.1\nc,val,B,,0.7\nd,val,A,1,0.1\nd,val,B,1,0.1\n");
    write_run("two",
              "image,split,target,label,probability\na,val,A,1,0.9\na,val,B,1,0.9\nb,val,A,1,0.9\n"
              "b,val,B,1,0.9\nc,val,A,0,0.1\nc,val,B,,0.7\nd,val,A,1,0.1\nd,val,B,1,0.1\n");
    pl_run_confidence c[2];
    TST_OK(read_two(2, c, e));
    CU_ASSERT(c[0].val.count == 4 && c[1].val.count == 3);
    CU_ASSERT_DOUBLE_EQUAL(c[0].temperature, 2, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(c[1].temperature, log(9) / log(2), 1e-6);
    CU_ASSERT(c[0].test.count == 0 && isnan(pl_answered_at(&c[0].test, 0).coverage));
    pl_run_confidence_calibrate(&c[1]);
    CU_ASSERT_DOUBLE_EQUAL((double)c[0].val.p[0], 0.9, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL((double)c[1].val.p[0], 2.0 / 3, 1e-6);
    pl_run_confidence_clear(c, 2);
}

static void test_runs_without_a_mean(void)
{
    kn_error error;
    pl_run_confidence c[2];
    write_run("one", "image,split,label,probability\na,val,1,0.9\nb,val,0,0.2\n");
    write_run("two", "image,split,label,probability\na,val,1,0.9\nb,val,1,0.2\n");
    CU_ASSERT_EQUAL(read_two(1, c, &error), KN_EDATA);
    char *text = pl_format("%s/two/predictions.csv and ", tst_dir());
    CU_ASSERT_PTR_EQUAL(strstr(error.text, text), error.text);
    free(text);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/one/predictions.csv list other images or labels: "
                                              "their mean has no temperature and no coverage"));
    CU_ASSERT(c[0].val.p == NULL && c[0].test.p == NULL);
    CU_ASSERT_EQUAL(read_two(2, c, &error), KN_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(error.text, "one/predictions.csv: answers to 1 attributes where the model tells 2"));
    CU_ASSERT_EQUAL(pl_remove_tree(tst_path("two"), &error), KN_OK);
    CU_ASSERT_EQUAL(read_two(1, c, &error), KN_EIO);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "two/predictions.csv"));
}

static void test_a_malformed_row(void)
{
    kn_error error;
    pl_run_confidence c;
    const char *dir = tst_dir();
    tst_write_text(tst_path("predictions.csv"),
                   "image,split,label,probability\na,val,1,0.9\nb,val,2,0.2\n");
    CU_ASSERT_EQUAL(pl_run_confidence_read(&dir, 1, 1, &c, &error), KN_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "predictions.csv:3: label: \"2\" is not 0 or 1"));
}

const tst_case tst_study_run_confidence[] = {
    TST(test_what_validation_says), TST(test_a_group_is_its_mean_of_probabilities),
    TST(test_targets_are_apart),    TST(test_runs_without_a_mean),
    TST(test_a_malformed_row),      TST_END,
};
