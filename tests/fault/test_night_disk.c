/* A night whose disk fills up: it pauses, room is made, it goes on to the same bytes. On a small disk
 * of its own where the machine lets us mount one, and through util/sys.h everywhere. */
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

static char *undisturbed(void)
{
    night_write();
    CU_ASSERT_EQUAL_FATAL(
        night_make(&(const night_order){.root = "whole", .jobs = 1, .traced = true}), 0);
    char *want = night_bytes("whole");
    night_remove("whole");
    return want;
}

/* Calls of a kind in the undisturbed night's trace. */
static int calls_of(const char *kind)
{
    char *text = tst_read(tst_path("whole.trace"), NULL), *tabbed = pl_format("\t%s\t", kind);
    int count = 0;
    for (const char *p = text; p && (p = strstr(p, tabbed)) != NULL; p++)
        count++;
    free(tabbed);
    free(text);
    return count;
}

static int shell(const char *command)
{
    return tst_shell(tst_dir(), command, NULL, NULL);
}

/* Waits until the night has said this, or is over. */
static bool says(const night_run *run, const char *text, double seconds)
{
    double until = pl_now() + seconds;
    for (;;) {
        char *said = night_said(run->root);
        bool yes = strstr(said, text) != NULL;
        free(said);
        if (yes || !night_runs(run) || pl_now() > until)
            return yes;
        sleep_seconds(0.01);
    }
}

/* Small disks of two kinds: one that refuses in write, and a real file system, where much is decided
 * later. `full` leads to it, so that what the night says stays elsewhere. */
static const struct {
    const char *name, *mount;
} disks[] = {
    {"tmpfs", "mkdir -p disk && mount -t tmpfs -o size=32m none disk && ln -s disk full"},
    {"ext4", "mkdir -p disk && truncate -s 48M image && mkfs.ext4 -q image && "
             "mount -o loop image disk && ln -s disk full"},
};

enum { DISKS = sizeof disks / sizeof *disks };

static bool mount_disk(int d)
{
    char *command = pl_format("{ %s; } 2>/dev/null", disks[d].mount);
    bool mounted = shell(command) == 0;
    if (!mounted)
        tst_skip("no permission to mount a small %s", disks[d].name);
    free(command);
    return mounted;
}

static void unmount_disk(void)
{
    CU_ASSERT_EQUAL(shell("rm -f full image; umount disk"), 0);
}

/* Leaves so many bytes. */
static void fill_disk(int left)
{
    char *command = pl_format("cat /dev/zero > disk/ballast 2>/dev/null; "
                              "truncate -s -%d disk/ballast && sync -f disk",
                              left);
    CU_ASSERT_EQUAL(shell(command), 0);
    free(command);
}

static void pauses_and_goes_on(int left, int jobs, const char *want, const char *what)
{
    fill_disk(left);
    double began = pl_now();
    night_run run = night_start(&(const night_order){.root = "full", .jobs = jobs});
    CU_ASSERT_TRUE(says(&run, "no space left for '", 20));
    CU_ASSERT_TRUE(says(&run, " free on its disk): waiting; make room and it goes on", 1));
    sleep_seconds(0.3);
    CU_ASSERT_TRUE(night_runs(&run));
    CU_ASSERT_EQUAL(shell("rm disk/ballast"), 0);
    int rc = night_end(&run);
    char *said = night_said("full"), *got = night_bytes("full");
    if (rc != 0 || !strstr(said, "there is room again for '"))
        tst_note("exit status %d: %s", rc, said);
    CU_ASSERT_EQUAL(rc, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "there is room again for '"));
    TST_TEXT(got, want);
    tst_note("%s, %d bytes left, --jobs %d: paused, went on, done after %.1f s", what, left, jobs,
             pl_now() - began);
    free(got);
    free(said);
    CU_ASSERT_EQUAL(shell("rm -rf disk/cache disk/results"), 0);
}

static void test_a_full_disk_pauses_the_night(void)
{
    char *want = undisturbed();
    for (int d = 0; d < DISKS; d++) {
        if (!mount_disk(d))
            continue;
        for (int n = 0; n < 4; n++)
            pauses_and_goes_on(20000 + 150000 * n, 1 + n % 2, want, disks[d].name);
        unmount_disk();
    }
    free(want);
}

/* Nobody makes room: after --wait it ends with a sentence; SIGTERM ends the wait at once. Either way
 * the same command goes on later. */
static void test_the_wait_has_an_end(void)
{
    char *want = undisturbed();
    if (mount_disk(0)) {
        fill_disk(150000);
        CU_ASSERT_EQUAL(night_make(&(const night_order){.root = "full", .jobs = 1, .wait = "0.2s"}),
                        1);
        char *said = night_said("full");
        CU_ASSERT_TRUE(strstr(said, " s for room, and there is none: cannot ") ||
                       strstr(said, "facet: after waiting for room in vain: cannot "));
        free(said);
        for (int jobs = 1; jobs <= 2; jobs++) {
            night_run run = night_start(&(const night_order){.root = "full", .jobs = jobs});
            CU_ASSERT_TRUE(says(&run, ": waiting; make room", 20));
            double at = pl_now();
            kill(run.pid, SIGTERM);
            int rc = night_end(&run);
            said = night_said("full");
            if (rc != 130)
                tst_note("exit status %d: %s", rc, said);
            CU_ASSERT_EQUAL(rc, 130);
            CU_ASSERT_TRUE(pl_now() - at < 2);
            free(said);
        }
        CU_ASSERT_EQUAL(shell("rm disk/ballast"), 0);
        CU_ASSERT_EQUAL(night_make(&(const night_order){.root = "full", .jobs = 1}), 0);
        char *got = night_bytes("full");
        TST_TEXT(got, want);
        free(got);
        unmount_disk();
    }
    free(want);
}

/* The live files, which `facet status` reads, say that the night waits, and what for. */
static void test_a_pause_is_seen_from_another_terminal(void)
{
    char *want = undisturbed(), *out = NULL;
    for (int jobs = 1; jobs <= 2; jobs++) {
        night_run run = night_start(&(const night_order){
            .root = "cut", .jobs = jobs, .fault = "write@checkpoint:1:ENOSPC:*"});
        CU_ASSERT_TRUE(says(&run, "checkpoint.safetensors' (", 20));
        double until = pl_now() + 5;
        int rc = 1;
        while (rc != 0 && pl_now() < until) {
            sleep_seconds(0.02);
            rc = tst_shell(tst_dir(),
                           "cat cut/results/night/.live/*.json | grep -o "
                           "'\"paused\": \"no space for .*safetensors.* free on its disk'",
                           &out, NULL);
            free(out);
        }
        CU_ASSERT_EQUAL(rc, 0);
        double at = pl_now();
        kill(run.pid, SIGTERM);
        CU_ASSERT_EQUAL(night_end(&run), 130);
        CU_ASSERT_TRUE(pl_now() - at < 2);
        night_recovers("cut", jobs, want, "a pause that was interrupted");
    }
    free(want);
}

/* Space or quota used up for three tries at one call of each kind: the night goes on by itself. */
static void test_a_short_want_of_space_is_only_a_pause(void)
{
    static const char *const kinds[] = {"open", "write", "fsync", "rename", "mkdir", "reserve"};
    enum { KINDS = sizeof kinds / sizeof *kinds };
    char *want = undisturbed();
    kn_rng rng;
    kn_rng_init(&rng, night_seed(), 5);
    double until = pl_now() + night_seconds(0.1);
    int paused = 0, tried = 0;
    for (; tried < KINDS || (tried < 300 && pl_now() < until); tried++) {
        char rule[60];
        const char *kind = kinds[tried % KINDS];
        snprintf(rule, sizeof rule, "%s:%u:%s:3", kind,
                 1 + kn_rng_below(&rng, (uint32_t)calls_of(kind)),
                 tried / KINDS % 2 ? "EDQUOT" : "ENOSPC");
        int jobs = 1 + (int)kn_rng_below(&rng, 2);
        int rc = night_make(&(const night_order){.root = "cut", .jobs = jobs, .fault = rule});
        char *said = night_said("cut");
        paused += strstr(said, "going on after") != NULL;
        if (rc != 0)
            tst_note("%s --jobs %d: exit status %d: %s", rule, jobs, rc, said);
        CU_ASSERT_EQUAL(rc, 0);
        char *got = night_bytes("cut");
        TST_TEXT(got, want);
        free(got);
        free(said);
        night_recovers("cut", jobs, want, rule);
    }
    tst_note("%d nights, %d of them paused", tried, paused);
    CU_ASSERT_TRUE(paused > 0);
    free(want);
}

const tst_case tst_fault_night_disk[] = {
    TST_M(test_a_full_disk_pauses_the_night), TST_M(test_the_wait_has_an_end),
    TST_M(test_a_pause_is_seen_from_another_terminal),
    TST_M(test_a_short_want_of_space_is_only_a_pause), TST_END};
