/* Large sweeps: the time and the memory they take. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/spec/spec_fixture.h"
#include "tst.h"

/* Demanded of 10,000 runs, planned too: 2 s, 200 MB. Half of it is the spec's share; the release
 * build takes 0.05 s and 10 MB, the rest is room for a sanitizer. */
static const double most_seconds = 1, most_mb = 100;

static void add_list(pl_str *out, const char *head, int count)
{
    pl_str_add(out, head);
    for (int i = 1; i <= count; i++)
        pl_str_addf(out, "%s%d", i > 1 ? ", " : "", i);
    pl_str_add(out, "]\n");
}

/* Resident memory of the process; 0 where the system does not tell. */
static double resident_mb(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%*d %ld", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

/* Time on the processor, so that a busy machine makes no difference. */
static void expect_cheap(const char *name, const char *text, int runs, int groups)
{
    double mb = resident_mb();
    clock_t start = clock();
    pl_study s = spec_study(text);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    mb = resident_mb() - mb;
    if (seconds > most_seconds || mb > most_mb)
        tst_note("%s: %.2f s, %.1f MB", name, seconds, mb);
    CU_ASSERT_EQUAL(s.run_count, runs);
    CU_ASSERT_EQUAL(s.group_count, groups);
    CU_ASSERT(seconds < most_seconds);
    CU_ASSERT(mb < most_mb);
    pl_study_clear(&s);
}

static void test_ten_thousand_groups(void)
{
    pl_str text;
    pl_str_init(&text);
    pl_str_add(&text, SPEC_HEAD "model: cnn\nsweep:\n  product:\n");
    add_list(&text, "    train.batch: [", 100);
    add_list(&text, "    train.epochs: [", 100);
    expect_cheap("product", text.text, 10000, 10000);
    pl_str_clear(&text);
}

/* Every part at once; a run of logreg has neither seed nor units, so it stands for thirty points. */
static void test_ten_thousand_points_of_every_part(void)
{
    pl_str text;
    pl_str_init(&text);
    pl_str_add(&text, SPEC_HEAD "sweep:\n"
                                "  product: {model.type: [cnn, rnn, logreg]}\n"
                                "  zip: {data.image.size: [40, 50], split.seed: [1, 2]}\n"
                                "  when: [{if: {model.type: rnn}, set: {train.epochs: 2}}]\n"
                                "  exclude: [{train.batch: [2, 4]}]\n"
                                "  random: {n: 167, params: {model.units: {int: [1, 60000]},\n"
                                "    train.batch: {choice: [1, 2, 3, 4, 5]}}}\n");
    add_list(&text, "  seeds: [", 10);
    pl_study s = spec_study(text.text);
    int runs = s.run_count, groups = s.group_count;
    pl_study_clear(&s);
    CU_ASSERT(runs > 3000 && groups > 300 && groups < runs);
    expect_cheap("every part", text.text, runs, groups);
    pl_str_clear(&text);
}

/* What a study of that size is shown as is itself a spec, read in its share of the time. */
static void test_ten_thousand_runs_shown(void)
{
    pl_str text, shown;
    pl_str_init(&text);
    pl_str_init(&shown);
    pl_str_add(&text, SPEC_HEAD "model: cnn\nsweep:\n  product:\n");
    add_list(&text, "    train.batch: [", 100);
    add_list(&text, "    train.epochs: [", 10);
    add_list(&text, "  seeds: [", 10);
    pl_study s = spec_study(text.text);
    clock_t start = clock();
    pl_study_yaml(&s, &shown);
    CU_ASSERT((double)(clock() - start) / CLOCKS_PER_SEC < most_seconds);
    pl_study_clear(&s);
    expect_cheap("shown", shown.text, 10000, 1000);
    pl_str_clear(&shown);
    pl_str_clear(&text);
}

const tst_case tst_spec_size[] = {TST(test_ten_thousand_groups),
                                  TST(test_ten_thousand_points_of_every_part),
                                  TST(test_ten_thousand_runs_shown), TST_END};
