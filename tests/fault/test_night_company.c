/* A night that is asked to stop, and one that is not alone: signals, readers, a second study. */
#include "fault/night.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tst.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/str.h"

static void sleep_seconds(double seconds)
{
    const struct timespec nap = {(time_t)seconds, (long)(1e9 * (seconds - floor(seconds)))};
    nanosleep(&nap, NULL);
}

/* The undisturbed night; *took seconds. */
static char *undisturbed(double *took)
{
    night_write();
    double began = pl_now();
    CU_ASSERT_EQUAL_FATAL(night_make(&(const night_order){.root = "whole", .jobs = 1}), 0);
    *took = pl_now() - began;
    char *want = night_bytes("whole");
    night_remove("whole");
    return want;
}

static void test_sigterm_saves_and_leaves_at_once(void)
{
    kn_rng rng;
    double took, slowest = 0;
    char *want = undisturbed(&took);
    kn_rng_init(&rng, night_seed(), 3);
    double until = pl_now() + night_seconds(0.08);
    int asked = 0, in_time = 0;
    for (; asked < 3 || (asked < 60 && pl_now() < until); asked++) {
        char what[60];
        int jobs = 1 + asked % 2;
        double after = took * kn_rng_uniform64(&rng);
        night_run run = night_start(&(const night_order){.root = "cut", .jobs = jobs});
        sleep_seconds(after);
        double at = pl_now();
        kill(run.pid, SIGTERM);
        int rc = night_end(&run);
        double left = pl_now() - at;
        slowest = left > slowest ? left : slowest;
        in_time += rc == 130;
        snprintf(what, sizeof what, "SIGTERM after %.3f s --jobs %d", after, jobs);
        /* before it listens the signal ends it; after the last look it is done */
        if (rc != 130 && rc != 0 && !(rc == -SIGTERM && after < 0.1))
            tst_note("%s: exit status %d", what, rc);
        CU_ASSERT_TRUE(rc == 130 || rc == 0 || (rc == -SIGTERM && after < 0.1));
        CU_ASSERT_TRUE(left < 2);
        night_recovers("cut", jobs, want, what);
    }
    tst_note("asked %d times, %d ended with 130, the slowest %.2f s after the signal", asked,
             in_time, slowest);
    CU_ASSERT_TRUE(in_time > 0);
    free(want);
}

static void test_ctrl_c_twice_ends_at_once(void)
{
    double took;
    char *want = undisturbed(&took);
    for (int jobs = 1; jobs <= 2; jobs++) {
        night_run run = night_start(&(const night_order){.root = "cut", .jobs = jobs});
        sleep_seconds(took * 0.4);
        kill(run.pid, SIGINT);
        sleep_seconds(0.002);
        kill(run.pid, SIGINT);
        double at = pl_now();
        int rc = night_end(&run);
        CU_ASSERT_TRUE(rc == -SIGINT || rc == 130);
        CU_ASSERT_TRUE(pl_now() - at < 1);
        night_recovers("cut", jobs, want, "Ctrl-C twice");
    }
    free(want);
}

static int facet(const char *arguments, char **err)
{
    char *command = pl_format("'%s' %s", tst_facet(), arguments), *out = NULL;
    int rc = tst_shell(tst_dir(), command, &out, err);
    free(out);
    free(command);
    return rc;
}

/* Two studies that need the same entries, at the same time; one is killed. The other neither waits
 * for the dead nor takes half of its work. */
static void test_a_killed_neighbour_holds_nobody_up(void)
{
    kn_rng rng;
    double took, slowest = 0;
    char *want = undisturbed(&took);
    kn_rng_init(&rng, night_seed(), 9);
    double until = pl_now() + night_seconds(0.05);
    int nights = 0;
    for (; nights < 3 || (nights < 40 && pl_now() < until); nights++) {
        char what[60];
        int jobs = 1 + nights % 2;
        double after = took * kn_rng_uniform64(&rng), began = pl_now();
        night_run one =
            night_start(&(const night_order){.root = "one", .cache = "shared", .jobs = jobs});
        night_run two =
            night_start(&(const night_order){.root = "two", .cache = "shared", .jobs = 3 - jobs});
        sleep_seconds(after);
        night_kill_all(&one);
        night_end(&one);
        int rc = night_end(&two);
        double spent = pl_now() - began;
        slowest = spent > slowest ? spent : slowest;
        snprintf(what, sizeof what, "its neighbour was killed after %.3f s", after);
        char *said = night_said("two"), *got = night_bytes("two");
        if (rc != 0)
            tst_note("%s: exit status %d: %s", what, rc, said);
        CU_ASSERT_EQUAL(rc, 0);
        CU_ASSERT_TRUE(night_holds(got, want, what));
        free(got);
        free(said);
        night_remove("two");
        /* where it was killed in its report, the pictures it lacks are in the cache they shared */
        CU_ASSERT_EQUAL(
            night_make(&(const night_order){.root = "one", .cache = "shared", .jobs = jobs}), 0);
        night_recovers("one", jobs, want, what);
        night_remove("shared");
    }
    tst_note("%d pairs, the slowest survivor took %.1f s; alone it takes %.1f", nights, slowest,
             took);
    free(want);
}

/* status, report, plan and `cache list` beside a running night: they never fail, and leave nothing
 * of an earlier moment behind. */
static void test_readers_beside_it_see_a_whole_study(void)
{
    static const char *const readers[] = {
        "status night --results cut/results", "status --json --results cut/results",
        "report night --results cut/results",
        "plan night.yaml --cache cut/cache --results cut/results", "cache list --cache cut/cache"};
    enum { READERS = sizeof readers / sizeof *readers };
    double took;
    char *want = undisturbed(&took);
    int reads = 0;
    for (int jobs = 1; jobs <= 2; jobs++) {
        night_run run = night_start(&(const night_order){.root = "cut", .jobs = jobs});
        while (!pl_exists(tst_path("cut/results/night/runs.csv")))
            sleep_seconds(0.001);
        for (; night_runs(&run); reads++) {
            char *err = NULL;
            int rc = facet(readers[reads % READERS], &err);
            if (rc != 0 || (err && *err))
                tst_note("facet %s: exit status %d: %s", readers[reads % READERS], rc, err);
            CU_ASSERT_EQUAL(rc, 0);
            free(err);
        }
        CU_ASSERT_EQUAL(night_end(&run), 0);
        char *got = night_bytes("cut");
        TST_TEXT(got, want);
        free(got);
        night_recovers("cut", jobs, want, "read from beside");
    }
    tst_note("%d reads", reads);
    CU_ASSERT_TRUE(reads > 4);
    free(want);
}

const tst_case tst_fault_night_company[] = {
    TST_M(test_sigterm_saves_and_leaves_at_once), TST_M(test_ctrl_c_twice_ends_at_once),
    TST_M(test_a_killed_neighbour_holds_nobody_up), TST_M(test_readers_beside_it_see_a_whole_study),
    TST_END};
