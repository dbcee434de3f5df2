/* Files found torn, as no power cut should leave them and some disk does: cut, empty, or zeros from
 * the middle on. The next command notices and makes them again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault/night.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

/* What is torn; `also` is removed with it, so that it is needed. */
static const struct {
    const char *file, *also;
    bool zeros; /* also where the size stays */
} torn[] = {
    {"cache/digests.json", "results", true},
    {"cache/times.tsv", "results", true}, /* where there is one */
    {"cache/ingest/*/*/X.npy", "results cache/train", true},
    {"cache/split/*/*/train.npy", "results cache/train", true},
    {"cache/train/*/*/model.safetensors", "results", true},
    {"cache/train/*/*/epochs.csv", "results", true},
    {"cache/evaluate/*/*/entry.json", "results", true},
    {"results/night/runs/*/manifest.json", "", true},
    {"results/night/runs/*/epochs.csv", "", false},
    {"results/night/runs/*/predictions.csv", "", false},
    {"results/night/runs/*/metrics.json", "", false},
    {"results/night/runs/*/model.safetensors", "", false},
    {"results/night/runs.csv", "", true},
    {"results/night/study.yaml", "", true},
    {"results/night/.reported", "", true},
};

enum { TORN = sizeof torn / sizeof *torn };

static int shell(const char *fmt, const char *a, const char *b)
{
    char *command = pl_format("cd cut && set -- %s && { [ -e \"$1\" ] || exit 9; } && %s", a, fmt);
    if (*b) {
        char *more = pl_format("%s && rm -rf %s", command, b);
        free(command);
        command = more;
    }
    int rc = tst_shell(tst_dir(), command, NULL, NULL);
    free(command);
    return rc;
}

static const char *const ways[] = {
    "truncate -s $(($(stat -c %s \"$1\") / 2)) \"$1\"", "truncate -s 0 \"$1\"",
    "{ n=$(stat -c %s \"$1\"); truncate -s $((n / 2)) \"$1\"; truncate -s $n \"$1\"; }"};

static void each_torn_file(bool every_way)
{
    night_write();
    CU_ASSERT_EQUAL_FATAL(night_make(&(const night_order){.root = "whole", .jobs = 1}), 0);
    char *want = night_bytes("whole");
    int made_again = 0;
    for (int f = 0; f < TORN; f++)
        for (int w = 0; w < (torn[f].zeros ? 3 : 2); w++) {
            if (!every_way && w != f % (torn[f].zeros ? 3 : 2))
                continue;
            char *what = pl_format("%s: %s", torn[f].file, ways[w]);
            CU_ASSERT_EQUAL(tst_shell(tst_dir(), "cp -a whole cut", NULL, NULL), 0);
            int rc = shell(ways[w], torn[f].file, torn[f].also);
            CU_ASSERT_TRUE(rc == 0 || rc == 9);
            if (rc != 0)
                tst_note("%s: exit status %d", what, rc);
            CU_ASSERT_TRUE(rc == 0 || strstr(torn[f].file, "times.tsv"));
            made_again += night_recovers("cut", 1, want, what);
            free(what);
        }
    tst_note("%d damages of %d files", made_again, TORN);
    free(want);
}

static void test_torn_files_are_noticed_and_made_again(void)
{
    each_torn_file(false);
}

static void test_torn_in_every_way_they_are_made_again(void)
{
    each_torn_file(true);
}

/* The store's own mark is not guessed: without it a folder is not taken for a cache. */
static void test_a_torn_mark_of_the_cache_is_told(void)
{
    night_write();
    CU_ASSERT_EQUAL_FATAL(night_make(&(const night_order){.root = "cut", .jobs = 1}), 0);
    tst_write_text(tst_path("cut/cache/facet-cache.json"), "");
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), "sed -i 's/epochs: 4/epochs: 3/' night.yaml", NULL, NULL),
                    0);
    CU_ASSERT_EQUAL(night_make(&(const night_order){.root = "cut", .jobs = 1}), 2);
    char *said = night_said("cut");
    CU_ASSERT_TRUE(pl_starts_with(said, "facet: the cache 'cut/cache' does not tell its format: "));
    free(said);
}

const tst_case tst_fault_torn[] = {TST_M(test_torn_files_are_noticed_and_made_again),
                                   TST_L(test_torn_in_every_way_they_are_made_again),
                                   TST_M(test_a_torn_mark_of_the_cache_is_told), TST_END};
