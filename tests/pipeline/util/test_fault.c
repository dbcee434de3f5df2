/* FACET_FAULT, through the program: `facet faces` is its smallest command that writes. */
#include "util/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

static int faces(const char *settings, char **err)
{
    char *command =
        pl_format("rm -rf data; %s '%s' -q faces data --images 1 --seed 1", settings, tst_facet());
    int rc = tst_shell(tst_dir(), command, NULL, err);
    free(command);
    return rc;
}

static void check(const char *fault, int want_rc, const char *want_err)
{
    char *settings = pl_format("FACET_FAULT='%s'", fault), *err = NULL;
    int rc = faces(settings, &err);
    if (rc != want_rc)
        tst_note("%s: exit status %d", fault, rc);
    CU_ASSERT_EQUAL(rc, want_rc);
    TST_TEXT(err, want_err);
    free(err);
    free(settings);
}

static void test_rules_strike_where_they_say(void)
{
    check("mkdir:1:EACCES", 1, "facet: cannot make folder 'data': Permission denied\n");
    check("write@img_align:1:EIO", 1,
          "facet: cannot write 'data/img_align_celeba.zip': Input/output error\n");
    check("rename:9:EIO", 0, "");
    check("rename:2:EROFS;mkdir:7:kill", 1,
          "facet: cannot write 'data/list_attr_celeba.csv': Read-only file system\n");
    check("write:1:short", 0, "");
    check("any:1:kill", 128 + 9, "Killed\n");
    check("fsync@data:1:kill-all", 128 + 9, "Killed\n");
    check("any:3:ENOSPC:*", 1,
          "facet: cannot write 'data/img_align_celeba.zip': No space left on device\n");
}

static void test_what_cannot_be_read_is_refused(void)
{
    static const char *const bad[] = {
        "",           "rename",        "rename:0:kill", "rename:x:EIO",
        "jump:1:EIO", "write:1:EWHAT", "write:1:EIO:0", "write:1:EIO:1:1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *want = pl_format("facet: FACET_FAULT: '%s' is not KIND[@PART]:N:ACTION[:TIMES] "
                               "(pipeline/util/fault.h)\n",
                               bad[i]);
        check(bad[i], 2, want);
        free(want);
    }
}

static void test_the_trace_numbers_every_call_and_keep_saves_the_lost(void)
{
    char *trace = NULL, *err = NULL;
    CU_ASSERT_EQUAL(faces("FACET_FAULT_TRACE=trace", NULL), 0);
    trace = tst_read(tst_path("trace"), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(trace);
    CU_ASSERT_TRUE(pl_starts_with(trace, "1\t"));
    CU_ASSERT_PTR_NOT_NULL(strstr(trace, "\tdata\tnew\n2\t"));
    CU_ASSERT_PTR_NOT_NULL(strstr(trace, "\tdata/img_align_celeba.zip\n"));
    TST_OK(pl_make_dirs(tst_path("keep"), e));
    char *again =
        pl_format("FACET_FAULT_KEEP=keep '%s' -q faces data --images 1 --seed 2", tst_facet());
    char *before = tst_read(tst_path("data/list_eval_partition.csv"), NULL);
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), again, NULL, &err), 0);
    TST_TEXT(err, "");
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), "test $(ls keep | wc -l) = 3 || ls keep", NULL, NULL), 0);
    free(before);
    free(again);
    free(err);
    free(trace);
}

const tst_case tst_util_fault[] = {
    TST(test_rules_strike_where_they_say), TST(test_what_cannot_be_read_is_refused),
    TST(test_the_trace_numbers_every_call_and_keep_saves_the_lost), TST_END};
