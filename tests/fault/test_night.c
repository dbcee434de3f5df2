/* Nights that are killed, lose their power, or meet a failing disk, at marked and at random instants:
 * after the same command again every result has the bytes of an undisturbed night.
 *
 * The marked instants are the calls of util/sys.h, numbered over all processes: between any two of
 * write, fsync, rename. They are visited in random order until the time is up: a few in `make test`,
 * all in `make test-fault`. */
#include "fault/night.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fault/power.h"
#include "tst.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/str.h"

/* What the rings share: the undisturbed night, and the instants in random order. */
typedef struct ring {
    char *want;
    int calls;
    double took; /* of the undisturbed night */
    uint32_t *order;
    kn_rng rng;
    double until;
} ring;

static void ring_begin(ring *r, double share)
{
    night_write();
    kn_rng_init(&r->rng, night_seed(), 1);
    r->calls = night_calls("whole");
    r->want = night_bytes("whole");
    night_remove("whole");
    double began = pl_now();
    CU_ASSERT_EQUAL(night_make(&(const night_order){.root = "again", .jobs = 2}), 0);
    r->took = pl_now() - began;
    CU_ASSERT_TRUE_FATAL(r->calls > 100 && strlen(r->want) > 1000);
    char *again = night_bytes("again");
    TST_TEXT(again, r->want); /* the comparison itself: two nights are the same */
    night_remove("again");
    free(again);
    r->order = malloc((size_t)r->calls * sizeof *r->order);
    for (int i = 0; i < r->calls; i++)
        r->order[i] = (uint32_t)i + 1;
    kn_rng_shuffle(&r->rng, r->order, (size_t)r->calls);
    r->until = pl_now() + night_seconds(share);
}

static void ring_end(ring *r)
{
    free(r->want);
    free(r->order);
}

static void cut_power(ring *r, power_loss *all)
{
    power_loss loss =
        power_cut(tst_dir(), tst_path("cut.trace"), tst_path("cut.keep"), kn_rng_u32(&r->rng));
    all->uncertain += loss.uncertain;
    all->undone += loss.undone;
    all->damaged += loss.damaged;
}

/* kill -9 of the calling process or of all, before, after or within a call; then every second time
 * the power goes, too. */
static void test_killed_at_marked_instants(void)
{
    static const char *const how[] = {"kill", "kill-all", "tear", "kill-after"};
    ring r;
    ring_begin(&r, 0.45);
    power_loss all = {0, 0, 0};
    int killed = 0, cuts = 0, held = 0, i = 0, bad = 0;
    for (; i < r.calls && (i < 3 || pl_now() < r.until) && bad < 5; i++) {
        char rule[60], what[140];
        int jobs = 1 + (int)kn_rng_below(&r.rng, 2);
        bool off = kn_rng_below(&r.rng, 2) == 0;
        snprintf(rule, sizeof rule, "any:%u:%s", (unsigned)r.order[i],
                 how[i < 2 ? 1 : kn_rng_below(&r.rng, 4)]);
        snprintf(what, sizeof what, "%s --jobs %d%s", rule, jobs, off ? ", power off" : "");
        int rc = night_make(
            &(const night_order){.root = "cut", .jobs = jobs, .fault = rule, .traced = off});
        killed += rc == -SIGKILL; /* else a worker was, and its run is tried again */
        if (off)
            cut_power(&r, &all);
        cuts += off;
        if (off && rc == 0) { /* what a command that ended well has left, the power cannot take */
            char *left = night_bytes("cut");
            bad += !night_holds(left, r.want, what);
            free(left);
            held++;
        }
        bad += !night_recovers("cut", jobs, r.want, what);
    }
    tst_note(
        "%d of %d instants: the first process killed %d times, %d power cuts (%d names undone, "
        "%d files damaged), %d of them after all was done",
        i, r.calls, killed, cuts, all.undone, all.damaged, held);
    CU_ASSERT_TRUE(i >= 3 && killed > 0);
    ring_end(&r);
}

static void sleep_seconds(double seconds)
{
    const struct timespec nap = {(time_t)seconds, (long)(1e9 * (seconds - floor(seconds)))};
    nanosleep(&nap, NULL);
}

/* At any time of the clock, so also while it computes; up to three times a night. */
static void test_killed_at_random_times(void)
{
    ring r;
    ring_begin(&r, 0.15);
    power_loss all = {0, 0, 0};
    int nights = 0, kills[3] = {0, 0, 0}, bad = 0;
    const char *const names[3] = {"the first process", "a worker", "all"};
    for (; (nights < 3 || (nights < 100 && pl_now() < r.until)) && bad < 5; nights++) {
        char what[200] = "";
        int jobs = 1 + (int)kn_rng_below(&r.rng, 2), times = 1 + (int)kn_rng_below(&r.rng, 3);
        for (int k = 0; k < times; k++) {
            bool off = kn_rng_below(&r.rng, 3) == 0;
            double after = r.took * kn_rng_uniform64(&r.rng);
            int whom = (int)kn_rng_below(&r.rng, 3);
            night_run run =
                night_start(&(const night_order){.root = "cut", .jobs = jobs, .traced = off});
            sleep_seconds(after);
            if (whom == 0)
                kill(run.pid, SIGKILL);
            else if (whom == 2 || !night_kill_child(&run, &r.rng))
                night_kill_all(&run);
            night_end(&run);
            kills[whom]++;
            if (off && pl_exists(tst_path("cut.trace")))
                cut_power(&r, &all);
            size_t used = strlen(what);
            snprintf(what + used, sizeof what - used, "%s%s after %.3f s%s", used ? ", " : "",
                     names[whom], after, off ? ", power off" : "");
        }
        bad += !night_recovers("cut", jobs, r.want, what);
    }
    tst_note("%d nights: kill -9 of the first process %d times, of a worker %d, of all %d; power "
             "cuts undid %d names and damaged %d files",
             nights, kills[0], kills[1], kills[2], all.undone, all.damaged);
    CU_ASSERT_TRUE(nights >= 3);
    ring_end(&r);
}

/* The way it ended is a way the program may end by itself, with a sentence where it failed. */
static bool ended_well(int rc, const char *what)
{
    char *said = night_said("cut");
    bool good = rc == 0 || ((rc == 1 || rc == 2) && strstr(said, "facet: ") != NULL);
    if (!good)
        tst_note("%s: exit status %d, said '%s'", what, rc, said);
    CU_ASSERT_TRUE(good);
    free(said);
    return good;
}

/* Each call may fail, once or from then on; nothing crashes, nothing is half written. */
static void test_failing_at_marked_instants(void)
{
    static const char *const errors[] = {"ENOSPC", "EIO", "EDQUOT", "EROFS", "short"};
    ring r;
    ring_begin(&r, 0.25);
    int failed = 0, i = 0, bad = 0;
    for (; i < r.calls && (i < 3 || pl_now() < r.until) && bad < 5; i++) {
        char rule[60], what[140];
        int jobs = 1 + (int)kn_rng_below(&r.rng, 2);
        snprintf(rule, sizeof rule, "any:%u:%s:%s", (unsigned)r.order[i],
                 errors[kn_rng_below(&r.rng, 5)], kn_rng_below(&r.rng, 2) ? "1" : "*");
        snprintf(what, sizeof what, "%s --jobs %d", rule, jobs);
        int rc = night_make(
            &(const night_order){.root = "cut", .jobs = jobs, .fault = rule, .wait = "0"});
        failed += rc != 0;
        bad += !ended_well(rc, what);
        bad += !night_recovers("cut", jobs, r.want, what);
    }
    tst_note("%d of %d calls failed: %d nights ended with a sentence, the others went on", i,
             r.calls, failed);
    CU_ASSERT_TRUE(i >= 3 &&
                   (failed > 0 || i < 20)); /* a few calls may all be of a kind that goes on */
    ring_end(&r);
}

/* Two workers that both find the results' disk gone: the first one's sentence is told. */
static void test_results_that_cannot_be_written_end_the_night(void)
{
    ring r;
    ring_begin(&r, 0);
    for (int jobs = 1; jobs <= 2; jobs++) {
        CU_ASSERT_EQUAL(
            night_make(&(const night_order){.root = "cut",
                                            .jobs = jobs,
                                            .fault = "rename@results/night/runs/:1:EIO:*",
                                            .wait = "0"}),
            1);
        char *said = night_said("cut");
        CU_ASSERT_TRUE(pl_starts_with(said, "facet: the results of seed="));
        CU_ASSERT_PTR_NOT_NULL(
            strstr(said, " cannot be written: cannot write 'cut/results/night/"));
        CU_ASSERT_PTR_NOT_NULL(strstr(said, ": Input/output error\n"));
        free(said);
        night_recovers("cut", jobs, r.want, "results that could not be written");
    }
    ring_end(&r);
}

/* The checker itself: another network is not the same night, nor is a cut file. */
static void test_a_difference_is_noticed(void)
{
    ring r;
    ring_begin(&r, 0);
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), "sed -i 's/epochs: 4/epochs: 3/' night.yaml", NULL, NULL),
                    0);
    CU_ASSERT_EQUAL(night_make(&(const night_order){.root = "cut", .jobs = 1}), 0);
    char *got = night_bytes("cut");
    CU_ASSERT_STRING_NOT_EQUAL(got, r.want);
    CU_ASSERT_EQUAL(
        tst_shell(tst_dir(), "truncate -s -1 cut/results/night/plots/*curves.svg", NULL, NULL), 0);
    char *cut = night_bytes("cut");
    CU_ASSERT_STRING_NOT_EQUAL(cut, got);
    free(cut);
    free(got);
    ring_end(&r);
}

const tst_case tst_fault_night[] = {TST_M(test_killed_at_marked_instants),
                                    TST_M(test_killed_at_random_times),
                                    TST_M(test_failing_at_marked_instants),
                                    TST_M(test_results_that_cannot_be_written_end_the_night),
                                    TST_M(test_a_difference_is_noticed),
                                    TST_END};
