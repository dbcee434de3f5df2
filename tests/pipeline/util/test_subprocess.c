#include "util/subprocess.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tst.h"

static void test_words_reach_the_program_as_they_are(void)
{
    const char *const words[] = {"printf", "%s|", "a b", "$HOME", "it's", "\"*\"", "", NULL};
    pl_subprocess p;
    TST_OK(pl_subprocess_run(words, &p, e));
    CU_ASSERT_TRUE(p.found);
    CU_ASSERT_EQUAL(p.exit_code, 0);
    TST_TEXT(p.out, "a b|$HOME|it's|\"*\"||");
    TST_TEXT(p.err, "");
    pl_subprocess_clear(&p);
}

static void test_both_streams_and_the_exit_status_are_told(void)
{
    const char *const words[] = {"sh", "-c", "echo out; echo first >&2; echo more >&2; exit 7",
                                 NULL};
    pl_subprocess p;
    TST_OK(pl_subprocess_run(words, &p, e));
    CU_ASSERT_EQUAL(p.exit_code, 7);
    TST_TEXT(p.out, "out\n");
    TST_TEXT(p.err, "first\nmore\n");
    char *why = pl_subprocess_complaint(&p);
    TST_TEXT(why, "first");
    free(why);
    pl_subprocess_clear(&p);
}

static void test_a_signal_is_128_and_its_number(void)
{
    const char *const words[] = {"sh", "-c", "kill -9 $$", NULL};
    pl_subprocess p;
    TST_OK(pl_subprocess_run(words, &p, e));
    CU_ASSERT_EQUAL(p.exit_code, 128 + SIGKILL);
    pl_subprocess_clear(&p);
}

static void test_no_such_program_is_a_result(void)
{
    const char *const words[] = {"facet-no-such-program", NULL};
    pl_subprocess p;
    TST_OK(pl_subprocess_run(words, &p, e));
    CU_ASSERT_FALSE(p.found);
    pl_subprocess_clear(&p);
}

static void test_what_cannot_be_started_is_an_error(void)
{
    tst_write_text(tst_path("text"), "no program\n");
    char *path = strdup(tst_path("text"));
    const char *const words[] = {path, NULL};
    char want[400];
    snprintf(want, sizeof want, "%s: cannot be started: Permission denied", path);
    pl_subprocess p;
    TST_FAILS(KN_EIO, want, pl_subprocess_run(words, &p, e));
    free(path);
}

/* More than a pipe holds, on both streams: neither waits for the other. */
static void test_much_output_on_both_streams_comes_whole(void)
{
    const char *const words[] = {
        "sh", "-c",
        "head -c 300000 /dev/zero | tr '\\0' e >&2; head -c 500000 /dev/zero | tr '\\0' o", NULL};
    pl_subprocess p;
    TST_OK(pl_subprocess_run(words, &p, e));
    CU_ASSERT_EQUAL(strlen(p.out), 500000);
    CU_ASSERT_EQUAL(strlen(p.err), 300000);
    pl_subprocess_clear(&p);
}

const tst_case tst_util_subprocess[] = {
    TST(test_words_reach_the_program_as_they_are),
    TST(test_both_streams_and_the_exit_status_are_told),
    TST(test_a_signal_is_128_and_its_number),
    TST(test_no_such_program_is_a_result),
    TST(test_what_cannot_be_started_is_an_error),
    TST(test_much_output_on_both_streams_comes_whole),
    TST_END,
};
