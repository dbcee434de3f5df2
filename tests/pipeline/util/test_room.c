#include "util/room.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tst.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/str.h"
#include "util/sys.h"

/* A disk that is full for the next `left` calls of one kind, from the `skip`-th on. */
typedef struct disk {
    pl_sys_kind kind;
    int skip, left, error, refused;
} disk;

static pl_sys_verdict full(void *context, const pl_sys_call *call, int *error)
{
    disk *d = context;
    if (call->kind != d->kind || d->skip-- > 0 || d->left == 0)
        return PL_SYS_GO;
    d->left--;
    d->refused++;
    *error = d->error;
    return PL_SYS_FAIL;
}

static int told_begin, told_end;
static double told_waited;

static void note(void *context, const pl_room_state *state)
{
    (void)context;
    told_begin += !state->over;
    told_end += state->over;
    told_waited = state->waited;
    CU_ASSERT_PTR_NOT_NULL(state->path);
}

/* Writes a file on that disk; what was said on stderr goes to *said (heap). */
static kn_status write_on(disk d, double wait, char **said, kn_error *e)
{
    int saved = dup(STDERR_FILENO), fd = open(tst_path("err"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    dup2(fd, STDERR_FILENO);
    close(fd);
    told_begin = told_end = 0;
    told_waited = 0;
    pl_room_observe(note, NULL);
    pl_room_wait_set(wait);
    pl_sys_set_hook(full, &d);
    kn_status rc = pl_write_file(tst_path("dir/model"), "0123456789", 10, e);
    pl_sys_set_hook(NULL, NULL);
    pl_room_wait_set(-1);
    pl_room_observe(NULL, NULL);
    dup2(saved, STDERR_FILENO);
    close(saved);
    *said = tst_read(tst_path("err"), NULL);
    return rc;
}

static void check_file(const char *want)
{
    char *text = tst_read(tst_path("dir/model"), NULL), **names;
    size_t count;
    if (want)
        TST_TEXT(text, want);
    TST_OK(pl_list_dir(tst_path("dir"), &names, &count, e));
    CU_ASSERT_EQUAL(count, want ? 1 : 0);
    pl_free_names(names);
    free(text);
}

static void test_a_full_disk_is_waited_out_wherever_it_shows(void)
{
    static const pl_sys_kind kinds[] = {PL_SYS_OPEN, PL_SYS_WRITE, PL_SYS_FSYNC, PL_SYS_CLOSE,
                                        PL_SYS_RENAME};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int skip = 0; skip < (kinds[k] == PL_SYS_FSYNC ? 2 : 1); skip++) {
            char *said = NULL;
            TST_OK(pl_make_dirs(tst_path("dir"), e));
            TST_OK(write_on((disk){kinds[k], skip, 2, ENOSPC, 0}, (double)INFINITY, &said, e));
            check_file("0123456789");
            CU_ASSERT_PTR_NOT_NULL(strstr(said, "no space left for '"));
            CU_ASSERT_PTR_NOT_NULL(strstr(said, "going on after 0."));
            CU_ASSERT_EQUAL(told_begin, 2);
            CU_ASSERT_EQUAL(told_end, 1);
            TST_OK(pl_remove_tree(tst_path("dir"), e));
            free(said);
        }
}

static void test_it_is_told_in_two_lines(void)
{
    char *said = NULL, free_text[32];
    TST_OK(pl_make_dirs(tst_path("dir"), e));
    TST_OK(write_on((disk){PL_SYS_WRITE, 0, 1, EDQUOT, 0}, 10, &said, e));
    char *path = pl_strdup(tst_path("dir/model"));
    double waited = told_waited;
    char waited_text[48];
    char *want = pl_format(
        "facet: warning: the disk quota is used up, no space for '%s': waiting; make room and it "
        "goes on by itself, Ctrl-C ends it with what is saved\n"
        "facet: warning: there is room again for '%s': going on after %s\n",
        path, path, pl_human_seconds(waited, waited_text, sizeof waited_text));
    TST_TEXT(said, want);
    free(want);
    free(said);
    TST_OK(write_on((disk){PL_SYS_WRITE, 0, 1, ENOSPC, 0}, 10, &said, e));
    pl_human_bytes((double)pl_disk_free(path), free_text, sizeof free_text);
    const char *open = strchr(said, '('), *rest = strchr(said, ')');
    CU_ASSERT_FATAL(open && rest && strstr(open, " free on its disk"));
    char *head = pl_format("facet: warning: no space left for '%s' (", path);
    CU_ASSERT_EQUAL(strncmp(said, head, strlen(head)), 0);
    CU_ASSERT_TRUE(pl_starts_with(rest, "): waiting; make room and it goes on by itself, Ctrl-C "
                                        "ends it with what is saved\n"));
    free(head);
    free(said);
    free(path);
}

static void test_the_limit_ends_it_with_a_sentence(void)
{
    char *said = NULL;
    kn_error why = {KN_OK, ""};
    TST_OK(pl_make_dirs(tst_path("dir"), e));
    double began = pl_now();
    CU_ASSERT_EQUAL(write_on((disk){PL_SYS_WRITE, 0, -1, ENOSPC, 0}, 0.3, &said, &why), KN_EIO);
    CU_ASSERT_TRUE(pl_now() - began >= 0.3 && pl_now() - began < 3);
    CU_ASSERT_TRUE(pl_starts_with(why.text, "waited 0."));
    char *tail = pl_format(" s for room, and there is none: cannot write '%s': No space left on "
                           "device",
                           tst_path("dir/model"));
    CU_ASSERT_TRUE(pl_ends_with(why.text, tail));
    CU_ASSERT_EQUAL(told_end, 1);
    check_file(NULL);
    free(tail);
    free(said);
}

/* The files that tell of the failure find the disk full, too. */
static void test_after_a_wait_in_vain_nothing_waits(void)
{
    disk d = {PL_SYS_WRITE, 0, -1, ENOSPC, 0};
    int saved = dup(STDERR_FILENO), fd = open("/dev/null", O_RDWR);
    dup2(fd, STDERR_FILENO);
    pl_room_wait_set(0.4);
    pl_sys_set_hook(full, &d);
    CU_ASSERT_EQUAL(pl_write_file(tst_path("a"), "a", 1, NULL), KN_EIO);
    int before = d.refused;
    double began = pl_now();
    char *want = pl_format("after waiting for room in vain: cannot write '%s': No space left on "
                           "device",
                           tst_path("b"));
    TST_FAILS(KN_EIO, want, pl_write_file(tst_path("b"), "b", 1, e));
    free(want);
    CU_ASSERT_TRUE(before > 1 && d.refused == before + 1 && pl_now() - began < 0.3);
    pl_sys_set_hook(NULL, NULL);
    pl_room_wait_set(-1);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(fd);
}

static void test_a_signal_ends_it_at_once(void)
{
    char *said = NULL;
    kn_error why = {KN_OK, ""};
    TST_OK(pl_make_dirs(tst_path("dir"), e));
    pl_interrupt_at(3);
    double began = pl_now();
    CU_ASSERT_EQUAL(write_on((disk){PL_SYS_WRITE, 0, -1, ENOSPC, 0}, (double)INFINITY, &said, &why),
                    KN_EINTERRUPTED);
    pl_interrupt_set(false);
    CU_ASSERT_TRUE(pl_now() - began < 1);
    char *want = pl_format("interrupted while there was no space for '%s'; what was saved before "
                           "stays",
                           tst_path("dir/model"));
    TST_TEXT(why.text, want);
    check_file(NULL);
    free(want);
    free(said);
}

static void test_other_causes_and_waiting_off_fail_at_once(void)
{
    static const int errors[] = {EROFS, EACCES, EIO, ENOSPC, EDQUOT};
    TST_OK(pl_make_dirs(tst_path("dir"), e));
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        char *said = NULL;
        kn_error why = {KN_OK, ""};
        bool space = errors[i] == ENOSPC || errors[i] == EDQUOT;
        CU_ASSERT_EQUAL(
            write_on((disk){PL_SYS_WRITE, 0, -1, errors[i], 0}, space ? -1 : 60, &said, &why),
            KN_EIO);
        char *want = pl_format("cannot write '%s': %s", tst_path("dir/model"), strerror(errors[i]));
        TST_TEXT(why.text, want);
        TST_TEXT(said, "");
        CU_ASSERT_EQUAL(told_begin, 0);
        free(want);
        free(said);
    }
    check_file(NULL);
}

/* A second fsync of a file would be told of success, and the bytes would be gone. */
static void test_a_files_failed_fsync_is_not_repeated(void)
{
    disk d = {PL_SYS_FSYNC, 0, 1, ENOSPC, 0};
    tst_write_text(tst_path("a"), "text");
    pl_room_wait_set(10);
    pl_sys_set_hook(full, &d);
    char *want = pl_format("cannot write '%s' to disk: No space left on device", tst_path("a"));
    TST_FAILS(KN_EIO, want, pl_fsync_path(tst_path("a"), e));
    CU_ASSERT_EQUAL(d.refused, 1);
    pl_sys_set_hook(NULL, NULL);
    pl_room_wait_set(-1);
    free(want);
}

static void test_folders_and_logs_wait_too(void)
{
    disk d = {PL_SYS_MKDIR, 0, 1, ENOSPC, 0};
    int saved = dup(STDERR_FILENO), fd = open("/dev/null", O_RDWR);
    dup2(fd, STDERR_FILENO);
    pl_room_wait_set(10);
    pl_sys_set_hook(full, &d);
    TST_OK(pl_make_dirs(tst_path("dir"), e));
    CU_ASSERT_EQUAL(d.refused, 1);
    d = (disk){PL_SYS_WRITE, 0, 2, ENOSPC, 0};
    FILE *log = pl_log_open(tst_path("dir/log.txt"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(log);
    fprintf(log, "one\n");
    fprintf(log, "two\n");
    CU_ASSERT_EQUAL(ferror(log), 0);
    CU_ASSERT_EQUAL(fclose(log), 0);
    CU_ASSERT_EQUAL(d.refused, 2);
    pl_room_wait_set(-1);
    d = (disk){PL_SYS_WRITE, 0, 1, ENOSPC, 0};
    log = pl_log_open(tst_path("dir/log.txt"));
    fprintf(log, "lost\n");
    CU_ASSERT_NOT_EQUAL(ferror(log), 0);
    fclose(log);
    pl_sys_set_hook(NULL, NULL);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(fd);
    char *text = tst_read(tst_path("dir/log.txt"), NULL);
    TST_TEXT(text, "one\ntwo\n");
    free(text);
}

const tst_case tst_util_room[] = {TST(test_a_full_disk_is_waited_out_wherever_it_shows),
                                  TST(test_it_is_told_in_two_lines),
                                  TST(test_the_limit_ends_it_with_a_sentence),
                                  TST(test_a_signal_ends_it_at_once),
                                  TST(test_after_a_wait_in_vain_nothing_waits),
                                  TST(test_other_causes_and_waiting_off_fail_at_once),
                                  TST(test_a_files_failed_fsync_is_not_repeated),
                                  TST(test_folders_and_logs_wait_too),
                                  TST_END};
