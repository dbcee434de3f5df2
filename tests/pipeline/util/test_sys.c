#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tst.h"
#include "util/fs.h"

/* Answers the `at`-th call of one kind and writes down all kinds that came. */
typedef struct plan {
    pl_sys_kind kind;
    int at;
    pl_sys_verdict verdict;
    int error;
    char heard[400];
} plan;

static pl_sys_verdict by_plan(void *context, const pl_sys_call *call, int *error)
{
    plan *p = context;
    size_t used = strlen(p->heard);
    snprintf(p->heard + used, sizeof p->heard - used, "%s ", pl_sys_name(call->kind));
    *error = p->error;
    return call->kind == p->kind && --p->at == 0 ? p->verdict : PL_SYS_GO;
}

static kn_status write_with(plan *p, const char *path, kn_error *e)
{
    pl_sys_set_hook(by_plan, p);
    kn_status rc = pl_write_file(path, "0123456789", 10, e);
    pl_sys_set_hook(NULL, NULL);
    return rc;
}

static void test_every_call_of_an_atomic_write_is_told(void)
{
    plan p = {.at = 0};
    TST_OK(write_with(&p, tst_path("a"), e));
    TST_TEXT(p.heard, "open write fsync close rename fsync ");
}

static void test_a_short_write_is_continued(void)
{
    plan p = {.kind = PL_SYS_WRITE, .at = 1, .verdict = PL_SYS_SHORT};
    TST_OK(write_with(&p, tst_path("a"), e));
    TST_TEXT(p.heard, "open write write fsync close rename fsync ");
    char *text = tst_read(tst_path("a"), NULL);
    TST_TEXT(text, "0123456789");
    free(text);
}

/* Whatever fails: a sentence, the old file, and nothing beside it. */
static void test_each_failure_leaves_the_old_file_alone(void)
{
    static const pl_sys_kind kinds[] = {PL_SYS_OPEN, PL_SYS_WRITE, PL_SYS_FSYNC, PL_SYS_CLOSE,
                                        PL_SYS_RENAME};
    static const int errors[] = {EIO, ENOSPC, EDQUOT, EROFS, EACCES};
    const char *path = tst_path("a");
    tst_write_text(path, "old");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
            plan p = {.kind = kinds[k], .at = 1, .verdict = PL_SYS_FAIL, .error = errors[i]};
            char want[1200];
            kn_error why = {KN_OK, ""};
            CU_ASSERT_EQUAL(write_with(&p, path, &why), KN_EIO);
            snprintf(want, sizeof want, "cannot write '%s': %s", path, strerror(errors[i]));
            TST_TEXT(why.text, want);
            char *text = tst_read(path, NULL), **names;
            size_t count;
            TST_TEXT(text, "old");
            TST_OK(pl_list_dir(tst_dir(), &names, &count, e));
            CU_ASSERT_EQUAL(count, 1);
            pl_free_names(names);
            free(text);
        }
}

static int ended_by(pl_sys_kind kind, pl_sys_verdict verdict, const char *path)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        plan p = {.kind = kind, .at = 1, .verdict = verdict};
        _exit(write_with(&p, path, NULL) == KN_OK ? 0 : 1);
    }
    int st = 0;
    waitpid(pid, &st, 0);
    return WIFSIGNALED(st) ? -WTERMSIG(st) : WEXITSTATUS(st);
}

static off_t size_of_leftover(void)
{
    char **names;
    size_t count;
    struct stat st = {.st_size = -1};
    TST_OK(pl_list_dir(tst_dir(), &names, &count, e));
    CU_ASSERT_EQUAL_FATAL(count, 1);
    CU_ASSERT_EQUAL(stat(tst_path("%s", names[0]), &st), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(names[0], ".tmp"));
    pl_free_names(names);
    pl_remove_leftovers(tst_dir());
    return st.st_size;
}

static void test_kills_come_before_after_and_within(void)
{
    const char *path = tst_path("a");
    CU_ASSERT_EQUAL(ended_by(PL_SYS_WRITE, PL_SYS_KILL_BEFORE, path), -SIGKILL);
    CU_ASSERT_EQUAL(size_of_leftover(), 0);
    CU_ASSERT_EQUAL(ended_by(PL_SYS_WRITE, PL_SYS_TEAR, path), -SIGKILL);
    CU_ASSERT_EQUAL(size_of_leftover(), 5);
    CU_ASSERT_EQUAL(ended_by(PL_SYS_WRITE, PL_SYS_KILL_AFTER, path), -SIGKILL);
    CU_ASSERT_EQUAL(size_of_leftover(), 10);
    CU_ASSERT_EQUAL(ended_by(PL_SYS_RENAME, PL_SYS_KILL_AFTER, path), -SIGKILL);
    CU_ASSERT_TRUE(pl_exists(path));
}

static void test_a_failed_close_does_not_leak(void)
{
    int fd = pl_sys_open(tst_path("a"), O_WRONLY | O_CREAT);
    plan p = {.kind = PL_SYS_CLOSE, .at = 1, .verdict = PL_SYS_FAIL, .error = EDQUOT};
    pl_sys_set_hook(by_plan, &p);
    errno = 0;
    CU_ASSERT_EQUAL(pl_sys_close(fd, "a"), -1);
    CU_ASSERT_EQUAL(errno, EDQUOT);
    pl_sys_set_hook(NULL, NULL);
    CU_ASSERT_EQUAL(fcntl(fd, F_GETFD), -1);
}

static void test_a_refused_map_is_map_failed(void)
{
    plan p = {.kind = PL_SYS_MAP, .at = 1, .verdict = PL_SYS_FAIL, .error = ENOMEM};
    tst_write_text(tst_path("a"), "text");
    int fd = open(tst_path("a"), O_RDONLY);
    pl_sys_set_hook(by_plan, &p);
    CU_ASSERT_EQUAL(pl_sys_map(fd, "a", 4, PROT_READ), MAP_FAILED);
    CU_ASSERT_EQUAL(errno, ENOMEM);
    pl_sys_set_hook(NULL, NULL);
    close(fd);
}

/* A new folder is synced into its parent, and so is an empty one that a killed process may have left. */
static void test_folders_are_there_to_stay(void)
{
    plan p = {.at = 0};
    pl_sys_set_hook(by_plan, &p);
    TST_OK(pl_make_dirs(tst_path("a/b"), e));
    TST_TEXT(p.heard, "mkdir fsync fsync mkdir fsync "); /* the test's folder was empty, too */
    p.heard[0] = '\0';
    TST_OK(pl_make_dirs(tst_path("a/b"), e)); /* b is empty */
    TST_TEXT(p.heard, "fsync ");
    p.heard[0] = '\0';
    TST_OK(pl_make_dirs(tst_path("a/b/c"), e)); /* and so was b before this */
    TST_TEXT(p.heard, "mkdir fsync fsync ");
    p.heard[0] = '\0';
    TST_OK(pl_make_dirs(tst_path("a/b/d/"), e));
    TST_OK(pl_make_dirs(tst_path("a"), e));
    TST_TEXT(p.heard, "mkdir fsync ");
    pl_sys_set_hook(NULL, NULL);
}

const tst_case tst_util_sys[] = {TST(test_every_call_of_an_atomic_write_is_told),
                                 TST(test_a_short_write_is_continued),
                                 TST(test_each_failure_leaves_the_old_file_alone),
                                 TST(test_kills_come_before_after_and_within),
                                 TST(test_a_failed_close_does_not_leak),
                                 TST(test_a_refused_map_is_map_failed),
                                 TST(test_folders_are_there_to_stay),
                                 TST_END};
