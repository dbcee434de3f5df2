#define _GNU_SOURCE
#include "tst.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/str.h"

static void check_path(char *got, const char *want)
{
    TST_TEXT(got, want);
    free(got);
}

static void test_path_text(void)
{
    check_path(pl_path_join("a", "b"), "a/b");
    check_path(pl_path_join("a/", "b"), "a/b");
    check_path(pl_path_join("", "b"), "b");
    check_path(pl_path_join("a", "/b"), "/b");
    check_path(pl_path_dir("a/b"), "a");
    check_path(pl_path_dir("a//b/"), "a");
    check_path(pl_path_dir("b"), ".");
    check_path(pl_path_dir("/b"), "/");
    check_path(pl_path_stem("a/b.tar.gz"), "b.tar");
    check_path(pl_path_stem(".hidden"), ".hidden");
    TST_TEXT(pl_path_base("a/b.jpg"), "b.jpg");
}

static void test_write_read_copy(void)
{
    const char *path = tst_path("a.txt");
    char *text = NULL;
    size_t size = 0;
    TST_OK(pl_write_file(path, "one\0two", 7, e));
    TST_OK(pl_read_file(path, 7, &text, &size, e));
    CU_ASSERT_EQUAL(size, 7);
    CU_ASSERT_EQUAL(memcmp(text, "one\0two", 8), 0);
    free(text);
    TST_OK(pl_copy_file(path, tst_path("b.txt"), e));
    TST_OK(pl_read_file(tst_path("b.txt"), 100, &text, &size, e));
    CU_ASSERT_EQUAL(size, 7);
    free(text);
    char *want = pl_format("'%s' is larger than 6 bytes", path);
    TST_FAILS(KN_EFORMAT, want, pl_read_file(path, 6, &text, &size, e));
    free(want);
    char **names = NULL;
    size_t count = 0;
    TST_OK(pl_list_dir(tst_dir(), &names, &count, e));
    CU_ASSERT_EQUAL_FATAL(count, 2);
    TST_TEXT(names[0], "a.txt");
    TST_TEXT(names[1], "b.txt");
    CU_ASSERT_PTR_NULL(names[2]);
    pl_free_names(names);
}

static void test_unchanged_bytes_leave_the_file_alone(void)
{
    const char *path = tst_path("a.txt");
    struct stat before, after;
    TST_OK(pl_write_file_if_changed(path, "same", 4, e));
    CU_ASSERT_EQUAL(stat(path, &before), 0);
    TST_OK(pl_write_file_if_changed(path, "same", 4, e));
    CU_ASSERT_EQUAL(stat(path, &after), 0);
    CU_ASSERT_EQUAL(before.st_ino, after.st_ino);
    TST_OK(pl_write_file_if_changed(path, "diff", 4, e));
    CU_ASSERT_EQUAL(stat(path, &after), 0);
    CU_ASSERT_NOT_EQUAL(before.st_ino, after.st_ino);
}

static void test_folders(void)
{
    TST_OK(pl_make_dirs(tst_path("x/y//z"), e));
    TST_OK(pl_make_dirs(tst_path("x/y/z"), e));
    CU_ASSERT_TRUE(pl_is_dir(tst_path("x/y/z")));
    tst_write_text(tst_path("x/file"), "");
    char *want =
        pl_format("cannot make folder '%s': a file of that name is there", tst_path("x/file"));
    TST_FAILS(KN_EIO, want, pl_make_dirs(tst_path("x/file"), e));
    free(want);
    TST_OK(pl_rename(tst_path("x/y"), tst_path("x/w"), e));
    TST_OK(pl_fsync_path(tst_path("x"), e));
    CU_ASSERT_TRUE(pl_disk_free(tst_path("x/not/there")) > 0);
    TST_OK(pl_remove_tree(tst_path("x"), e));
    TST_OK(pl_remove_tree(tst_path("x"), e));
    CU_ASSERT_FALSE(pl_exists(tst_path("x")));
}

static void test_sentences_name_the_path(void)
{
    char *text = NULL;
    size_t size = 0;
    char **names = NULL;
    const char *missing = tst_path("none");
    char *want = pl_format("cannot open '%s': No such file or directory", missing);
    TST_FAILS(KN_EIO, want, pl_read_file(missing, 10, &text, &size, e));
    TST_FAILS(KN_EIO, want, pl_copy_file(missing, tst_path("to"), e));
    free(want);
    want = pl_format("'%s' is a folder, not a file", tst_dir());
    TST_FAILS(KN_EIO, want, pl_read_file(tst_dir(), 10, &text, &size, e));
    free(want);
    want = pl_format("cannot open folder '%s': No such file or directory", missing);
    TST_FAILS(KN_EIO, want, pl_list_dir(missing, &names, &size, e));
    free(want);
    want = pl_format("cannot write '%s/a': No such file or directory", missing);
    TST_FAILS(KN_EIO, want, pl_write_file(tst_path("none/a"), "x", 1, e));
    free(want);
}

static void test_a_lock_keeps_a_second_process_out(void)
{
    const char *path = tst_path("lock");
    int fd = -1, second = -1;
    TST_OK(pl_lock_open(path, false, &fd, e));
    CU_ASSERT_TRUE(fd >= 0);
    TST_OK(pl_lock_open(path, true, &second, e));
    CU_ASSERT_EQUAL(second, -1);
    pl_lock_close(fd);
    TST_OK(pl_lock_open(path, true, &second, e));
    CU_ASSERT_TRUE(second >= 0);
    pl_lock_close(second);
}

static void test_a_full_disk_leaves_the_old_file(void)
{
    const char *disk = tst_path("disk");
    TST_OK(pl_make_dirs(disk, e));
    char *mount = pl_format("mount -t tmpfs -o size=64k none '%s'", disk);
    char *unmount = pl_format("umount '%s'", disk);
    if (tst_shell(NULL, mount, NULL, NULL) != 0) {
        tst_skip("mounting a small tmpfs is not allowed here");
    } else {
        char *path = pl_path_join(disk, "a"), *big = calloc(1, 200000), *text = NULL;
        char *want = pl_format("cannot write '%s': No space left on device", path);
        size_t size = 0;
        kn_error e;
        CU_ASSERT_EQUAL(pl_write_file(path, "old", 3, &e), KN_OK);
        CU_ASSERT_EQUAL(pl_write_file(path, big, 200000, &e), KN_EIO);
        TST_TEXT(e.text, want);
        CU_ASSERT_EQUAL(pl_read_file(path, 10, &text, &size, &e), KN_OK);
        TST_TEXT(text, "old");
        char **names = NULL;
        CU_ASSERT_EQUAL(pl_list_dir(disk, &names, &size, &e), KN_OK);
        CU_ASSERT_EQUAL(size, 1);
        pl_free_names(names);
        free(text);
        free(big);
        free(want);
        free(path);
        CU_ASSERT_EQUAL(tst_shell(NULL, unmount, NULL, NULL), 0);
    }
    free(mount);
    free(unmount);
}

static void test_leftovers_of_dead_processes_go(void)
{
    pid_t dead = fork();
    if (dead == 0)
        _exit(0);
    waitpid(dead, NULL, 0);
    pid_t zombie = fork(); /* ended, and not waited for before the end of this test */
    if (zombie == 0)
        _exit(0);
    siginfo_t ended;
    waitid(P_PID, (id_t)zombie, &ended, WEXITED | WNOWAIT);
    char *gone[5], *kept[5];
    char *mine = pl_temporary_name("mine", 3);
    CU_ASSERT_EQUAL(strncmp(mine, "mine.tmp", 8), 0);
    gone[0] = pl_format("table.csv.tmp%ld.0", (long)dead);
    gone[1] = pl_format(".drawing.tmp%ld.12", (long)dead);
    gone[2] = pl_format("runs.csv.tmp%ld.0", (long)zombie);
    gone[3] = pl_format("mine.tmp%ld%s", (long)dead, strrchr(mine, '.'));
    gone[4] = pl_format("old.tmp%ld.1234567000", (long)dead); /* of another machine, days ago */
    kept[4] = pl_format("other.tmp%ld.1234567000", (long)dead);
    kept[0] = pl_format("table.csv.tmp%ld.0", (long)getpid());
    kept[1] = pl_format("notes.tmp%ld", (long)dead);
    kept[2] = pl_format("notes.tmp%ld.a", (long)dead);
    kept[3] = pl_format("notes.tmp%ld.1.txt", (long)dead);
    TST_OK(pl_make_dirs(tst_path("%s/in", gone[1]), e));
    tst_write_text(tst_path("%s", gone[0]), "x");
    for (int i = 2; i < 5; i++)
        tst_write_text(tst_path("%s", gone[i]), "x");
    const struct timespec past[2] = {{1000, 0}, {1000, 0}};
    CU_ASSERT_EQUAL(utimensat(AT_FDCWD, tst_path("%s", gone[4]), past, 0), 0);
    for (int i = 0; i < 5; i++)
        tst_write_text(tst_path("%s", kept[i]), "x");
    pl_remove_leftovers(tst_dir());
    for (int i = 0; i < 5; i++) {
        CU_ASSERT_FALSE(pl_exists(tst_path("%s", gone[i])));
        free(gone[i]);
    }
    for (int i = 0; i < 5; i++) {
        CU_ASSERT_TRUE(pl_exists(tst_path("%s", kept[i])));
        free(kept[i]);
    }
    free(mine);
    pl_remove_leftovers(tst_path("nowhere"));
    waitpid(zombie, NULL, 0);
}

static void test_a_shared_lock_keeps_takers_out_and_sharers_in(void)
{
    const char *path = tst_path("lock");
    int one = -1, two = -1, taker = -1;
    CU_ASSERT_FALSE(pl_lock_is_held(path, true)); /* and no file is made by asking */
    CU_ASSERT_FALSE(pl_exists(path));
    TST_OK(pl_lock_share(path, &one, e));
    TST_OK(pl_lock_share(path, &two, e));
    TST_OK(pl_lock_open(path, true, &taker, e));
    CU_ASSERT_EQUAL(taker, -1);
    CU_ASSERT_TRUE(pl_lock_is_held(path, true));
    CU_ASSERT_FALSE(pl_lock_is_held(path, false));
    pl_lock_close(one);
    CU_ASSERT_TRUE(pl_lock_is_held(path, true));
    pl_lock_close(two);
    CU_ASSERT_FALSE(pl_lock_is_held(path, true));
    TST_OK(pl_lock_open(path, true, &taker, e));
    CU_ASSERT_TRUE(taker >= 0 && pl_lock_is_held(path, false));
    pl_lock_close(taker);
}

/* Who waits for a lock whose file is removed must not end up alone on a file that nobody else sees. */
static void test_who_waits_for_a_removed_lock_takes_a_fresh_one(void)
{
    const char *path = tst_path("lock");
    int lock = -1, said[2];
    TST_OK(pl_lock_open(path, true, &lock, e));
    CU_ASSERT_EQUAL_FATAL(pipe(said), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int mine = -1;
        close(lock); /* the copy that fork made */
        bool good = pl_lock_open(path, false, &mine, NULL) == KN_OK && write(said[1], "t", 1) == 1;
        pause();
        _exit(good ? 0 : 1);
    }
    nanosleep(&(struct timespec){0, 50000000}, NULL); /* it waits by now, most likely */
    pl_lock_remove(path, lock);
    char got = 0;
    CU_ASSERT_EQUAL(read(said[0], &got, 1), 1);
    CU_ASSERT_TRUE(pl_exists(path));
    TST_OK(pl_lock_open(path, true, &lock, e));
    CU_ASSERT_EQUAL(lock, -1);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(said[0]);
    close(said[1]);
}

static void test_files_for_later_are_those_of_the_folder(void)
{
    char dir[1100];
    snprintf(dir, sizeof dir, "%s", tst_path("tmp"));
    TST_OK(pl_make_dirs(dir, e));
    pl_fsync_later(dir);
    CU_ASSERT_TRUE(pl_fsync_is_later(tst_path("tmp/x")));
    CU_ASSERT_TRUE(pl_fsync_is_later(tst_path("tmp/deep/x")));
    CU_ASSERT_FALSE(pl_fsync_is_later(tst_path("tmpx/x")));
    CU_ASSERT_FALSE(pl_fsync_is_later(tst_path("x")));
    TST_OK(pl_write_file(tst_path("tmp/x"), "face", 4, e));
    TST_OK(pl_copy_file(tst_path("tmp/x"), tst_path("tmp/y"), e));
    TST_OK(pl_fsync_folder(dir, e));
    char *text = tst_read(tst_path("tmp/y"), NULL);
    TST_TEXT(text ? text : "", "face");
    free(text);
    pl_fsync_later_end(dir);
    CU_ASSERT_FALSE(pl_fsync_is_later(tst_path("tmp/x")));
    CU_ASSERT_EQUAL(pl_fsync_folder(tst_path("nothing"), NULL), KN_EIO);
}

const tst_case tst_util_fs[] = {
    TST(test_a_shared_lock_keeps_takers_out_and_sharers_in),
    TST(test_who_waits_for_a_removed_lock_takes_a_fresh_one),
    TST(test_files_for_later_are_those_of_the_folder),
    TST(test_path_text),
    TST(test_write_read_copy),
    TST(test_unchanged_bytes_leave_the_file_alone),
    TST(test_folders),
    TST(test_sentences_name_the_path),
    TST(test_a_lock_keeps_a_second_process_out),
    TST(test_a_full_disk_leaves_the_old_file),
    TST(test_leftovers_of_dead_processes_go),
    TST_END,
};
