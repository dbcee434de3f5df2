/* The report of studies of many runs: what is drawn of them, and its bounds. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pipeline/report/report_fixture.h"
#include "report/report.h"
#include "tst.h"
#include "util/fs.h"

static void test_many_runs_draw_only_the_edges(void)
{
    report_fixture f = {
        .groups = 21, .seeds = 2, .epochs = 1, .axis = {"train.lr", NULL}, .images = 40};
    report_fixture_write(tst_dir(), &f);
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    CU_ASSERT(pl_exists(tst_path("plots/group-01-confusion.svg")));
    CU_ASSERT(pl_exists(tst_path("plots/group-21-confusion.svg")));
    CU_ASSERT(!pl_exists(tst_path("plots/group-10-confusion.svg")));
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){.all_plots = true}, NULL, e));
    CU_ASSERT(pl_exists(tst_path("plots/group-10-confusion.svg")));
}

/* A group of many seeds: its three best and three worst runs have curves, all are drawn together as a
 * band, 40 are listed. Run k is the better the smaller k. */
static void test_many_seeds_draw_only_the_edges(void)
{
    report_fixture f = {.groups = 1, .seeds = 60, .epochs = 2, .images = 80};
    report_fixture_write(tst_dir(), &f);
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    for (int k = 0; k < f.seeds; k++)
        CU_ASSERT_EQUAL(pl_exists(tst_path("plots/curves-%012x.svg", k)), k < 3 || k >= 57);
    CU_ASSERT_EQUAL(report_fixture_figures("curves-", ""), 4 * 6); /* .svg, .png, .pdf, .csv */
    char *svg = tst_read(tst_path("plots/group-01-curves.svg"), NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(svg, "g0, mean and range of 60 seeds"));
    char *page = tst_read(tst_path("report.html"), NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "40 of 60 runs, evenly spaced from the best to the worst; "
                                        "runs.csv has all."));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "<code>000000000000</code>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "<code>00000000003b</code>"));
    free(page);
    free(svg);
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){.all_plots = true}, NULL, e));
    CU_ASSERT_EQUAL(report_fixture_figures("curves-", ""), 4 * 60);
}

/* Seconds of processor time of this process and of those it waited for: what others do on the
 * machine is not in it. */
static double spent(void)
{
    double sum = 0;
    for (int k = 0; k < 2; k++) {
        struct rusage use;
        getrusage(k ? RUSAGE_CHILDREN : RUSAGE_SELF, &use);
        sum += (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
               1e-6 * (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
    }
    return sum;
}

/* In a process of its own: whether a report of tst_dir() is made, and its greatest size in memory stays below `kilobytes`. */
static bool is_made_within(long kilobytes)
{
    pid_t child = fork();
    if (child == 0) {
        kn_error e;
        struct rusage use;
        bool made = pl_report_write(tst_dir(), (pl_report_options){0}, NULL, &e) == KN_OK;
        getrusage(RUSAGE_SELF, &use);
        _exit(made && use.ru_maxrss < kilobytes ? 0 : 1);
    }
    int status = 1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* Sanitizers keep what was freed and shadow what is not: there the bound only has to be one. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { REPORT_KILOBYTES = 4000000 };
#else
enum { REPORT_KILOBYTES = 500000 };
#endif

/* Bounds for a study of many runs: figures, seconds, memory and the size of the page. */
static void test_a_thousand_runs_take_seconds(void)
{
    report_fixture f = {
        .groups = 250, .seeds = 4, .epochs = 3, .axis = {"train.lr", NULL}, .images = 300};
    report_fixture_write(tst_dir(), &f);
    double began = spent();
    TST_OK(pl_report_write(tst_dir(), (pl_report_options){0}, NULL, e));
    double took = spent() - began;
    size_t size;
    free(tst_read(tst_path("report.html"), &size));
    tst_note("1,000 runs reported in %.1f s of processor time, a page of %.2f MB", took,
             1e-6 * (double)size);
    CU_ASSERT(took < 10);
    CU_ASSERT(size < 5000000);
    CU_ASSERT_EQUAL(report_fixture_figures("curves-", ".svg"), 6 * 4);
    CU_ASSERT_EQUAL(report_fixture_figures("group-", "-curves.svg"), 6);
    CU_ASSERT_EQUAL(report_fixture_figures("group-", "-confusion.pdf"), 6);
    CU_ASSERT(report_fixture_figures("", ".svg") < 150);
    CU_ASSERT(is_made_within(REPORT_KILOBYTES));
    CU_ASSERT(!is_made_within(1)); /* negative: a bound that is too small is seen */
}

const tst_case tst_report_many[] = {TST_M(test_many_runs_draw_only_the_edges),
                                    TST_M(test_many_seeds_draw_only_the_edges),
                                    TST_M(test_a_thousand_runs_take_seconds), TST_END};
