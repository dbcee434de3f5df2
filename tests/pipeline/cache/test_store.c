#define _GNU_SOURCE
#include "cache/store.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/cache/store_rig.h"
#include "tst.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/str.h"

static void test_an_entry_is_found_with_its_files_and_info(void)
{
    pl_store *s = rig_open();
    pl_digest key = pl_digest_text("a");
    CU_ASSERT_FALSE(rig_find(s, &key, false, NULL));
    rig_make(s, &key, "weights");
    pl_entry entry;
    bool found = false;
    TST_OK(pl_store_find(s, "train", &key, true, &found, &entry, e));
    CU_ASSERT_TRUE_FATAL(found);
    TST_TEXT(pl_entry_digest(&entry, "model.bin"), pl_digest_text("weights").hex);
    CU_ASSERT_PTR_NULL(pl_entry_digest(&entry, "nothing.bin"));
    TST_TEXT(json_string_value(json_object_get(entry.info, "study")), "one");
    pl_entry_clear(&entry);
    pl_making m;
    bool exists = false;
    TST_OK(pl_store_begin(s, "train", &key, &exists, &m, e));
    CU_ASSERT_TRUE(exists);
    CU_ASSERT_FALSE(pl_exists(tst_path("cache/work/%s", key.hex)));
    pl_store_close(s);
}

static void test_an_aborted_entry_keeps_its_work_only(void)
{
    pl_store *s = rig_open();
    pl_digest key = pl_digest_text("a");
    pl_making m;
    bool exists = true;
    TST_OK(pl_store_begin(s, "train", &key, &exists, &m, e));
    char *path = pl_path_join(m.work_dir, "checkpoint");
    tst_write_text(path, "state");
    char *out = pl_strdup(m.out_dir);
    pl_store_abort(s, &m);
    CU_ASSERT_FALSE(pl_exists(out));
    CU_ASSERT_FALSE(rig_find(s, &key, false, NULL));
    TST_OK(pl_store_begin(s, "train", &key, &exists, &m, e));
    CU_ASSERT_TRUE(pl_exists(path));
    pl_store_abort(s, &m);
    free(out);
    free(path);
    pl_store_close(s);
}

static void damage_and_check(const char *what, bool deep, void (*damage)(const char *file))
{
    pl_store *s = rig_open();
    pl_digest key = pl_digest_text(what);
    rig_make(s, &key, "weights");
    char *dir = NULL;
    CU_ASSERT_TRUE_FATAL(rig_find(s, &key, true, &dir));
    CU_ASSERT_FALSE(pl_store_was_damaged(s, "train", &key));
    char *file = pl_path_join(dir, "model.bin");
    damage(file);
    CU_ASSERT_FALSE(rig_find(s, &key, deep, NULL));
    CU_ASSERT_FALSE(pl_exists(dir));
    CU_ASSERT_TRUE(pl_store_was_damaged(s, "train", &key));
    rig_make(s, &key, "weights");
    CU_ASSERT_TRUE(rig_find(s, &key, true, NULL));
    CU_ASSERT_FALSE(pl_store_was_damaged(s, "train", &key));
    free(file);
    free(dir);
    pl_store_close(s);
}

static void cut(const char *file)
{
    CU_ASSERT_EQUAL(truncate(file, 3), 0);
}

static void alter(const char *file)
{
    tst_write_text(file, "weighed");
}

static void drop(const char *file)
{
    CU_ASSERT_EQUAL(unlink(file), 0);
}

/* The time of change is restored, but not the time of the inode's change. */
static void alter_in_secret(const char *file)
{
    struct stat st;
    CU_ASSERT_EQUAL(stat(file, &st), 0);
    alter(file);
    const struct timespec times[2] = {st.st_atim, st.st_mtim};
    CU_ASSERT_EQUAL(utimensat(AT_FDCWD, file, times, 0), 0);
}

static void break_info(const char *file)
{
    char *dir = pl_path_dir(file);
    char *info = pl_path_join(dir, "entry.json");
    CU_ASSERT_EQUAL(truncate(info, 20), 0);
    free(info);
    free(dir);
}

static void test_damage_is_found_set_aside_and_made_again(void)
{
    damage_and_check("cut", false, cut);
    damage_and_check("altered", false, alter);
    damage_and_check("dropped", false, drop);
    damage_and_check("altered in secret", false, alter_in_secret);
    damage_and_check("entry.json", false, break_info);
    damage_and_check("cut, deep", true, cut);
}

static void test_new_times_with_the_old_content_are_fine(void)
{
    pl_store *s = rig_open();
    pl_digest key = pl_digest_text("a");
    rig_make(s, &key, "weights");
    char *dir = NULL;
    CU_ASSERT_TRUE_FATAL(rig_find(s, &key, false, &dir));
    char *file = pl_path_join(dir, "model.bin");
    CU_ASSERT_EQUAL(utimensat(AT_FDCWD, file, NULL, 0), 0);
    CU_ASSERT_TRUE(rig_find(s, &key, false, NULL));
    CU_ASSERT_TRUE(rig_find(s, &key, true, NULL));
    free(file);
    free(dir);
    pl_store_close(s);
}

static void test_a_store_of_another_version_is_refused(void)
{
    pl_store *s = NULL;
    TST_OK(pl_make_dirs(tst_path("old"), e));
    tst_write_text(tst_path("old/facet-cache.json"), "{\"format\": 7}\n");
    char *want = pl_format("the cache '%s' has format 7, this facet uses format 1; name another "
                           "folder with --cache, or remove this one",
                           tst_path("old"));
    TST_FAILS(KN_EUSAGE, want, pl_store_open(tst_path("old"), &s, e));
    free(want);
}

static void test_a_folder_of_other_files_is_refused(void)
{
    pl_store *s = NULL;
    TST_OK(pl_make_dirs(tst_path("home"), e));
    tst_write_text(tst_path("home/letter.txt"), "dear");
    char *want = pl_format("'%s' is not a facet cache: it holds 'letter.txt' but no "
                           "facet-cache.json; name a new or an empty folder with --cache",
                           tst_path("home"));
    TST_FAILS(KN_EUSAGE, want, pl_store_open(tst_path("home"), &s, e));
    free(want);
}

static void test_two_processes_do_the_work_once(void)
{
    pl_store *s = rig_open();
    pl_digest key = pl_digest_text("a");
    pl_making m;
    bool exists = true;
    TST_OK(pl_store_begin(s, "train", &key, &exists, &m, e));
    pid_t pid = fork();
    if (pid == 0) {    /* waits for the lock, then finds the entry */
        close(m.lock); /* the copy that fork made holds the lock too */
        pl_store *other = NULL;
        pl_making second;
        bool there = false;
        kn_status rc = pl_store_open(tst_path("cache"), &other, NULL);
        if (rc == KN_OK)
            rc = pl_store_begin(other, "train", &key, &there, &second, NULL);
        _exit(rc == KN_OK && there ? 0 : 1);
    }
    nanosleep(&(struct timespec){0, 20000000}, NULL);
    char *path = pl_path_join(m.out_dir, "model.bin");
    tst_write_text(path, "weights");
    free(path);
    TST_OK(pl_store_commit(s, &m, NULL, e));
    int st = 0;
    waitpid(pid, &st, 0);
    CU_ASSERT_TRUE(WIFEXITED(st) && WEXITSTATUS(st) == 0);
    pl_store_close(s);
}

static void test_waiting_for_a_lock_ends_on_a_signal(void)
{
    pl_store *s = rig_open();
    pl_digest key = pl_digest_text("a");
    pl_making m, second;
    bool exists = true;
    TST_OK(pl_store_begin(s, "train", &key, &exists, &m, e));
    pl_interrupt_set(true);
    TST_FAILS(KN_EINTERRUPTED, "interrupted",
              pl_store_begin(s, "train", &key, &exists, &second, e));
    pl_interrupt_set(false);
    pl_store_abort(s, &m);
    pl_store_close(s);
}

/* A process killed while it makes an entry: its lock is free, its half entry goes, its work stays. */
static void test_the_lock_of_a_dead_process_is_free(void)
{
    pl_digest key = pl_digest_text("a");
    pl_store *s = rig_open();
    pid_t pid = fork();
    if (pid == 0) {
        pl_making m;
        bool exists = false;
        if (pl_store_begin(s, "train", &key, &exists, &m, NULL) != KN_OK)
            _exit(1);
        char *path = pl_path_join(m.out_dir, "model.bin");
        pl_write_file(path, "half", 4, NULL);
        char *work = pl_path_join(m.work_dir, "checkpoint");
        pl_write_file(work, "epoch 3", 7, NULL);
        raise(SIGKILL);
    }
    int st = 0;
    waitpid(pid, &st, 0);
    CU_ASSERT_TRUE_FATAL(WIFSIGNALED(st));
    CU_ASSERT_TRUE(pl_exists(tst_path("cache/locks/%s.lock", key.hex)));
    pl_making m;
    bool exists = true;
    double began = pl_now();
    TST_OK(pl_store_begin(s, "train", &key, &exists, &m, e));
    CU_ASSERT_TRUE(pl_now() - began < 0.5);
    CU_ASSERT_FALSE(exists);
    char *path = pl_path_join(m.out_dir, "model.bin");
    CU_ASSERT_FALSE(pl_exists(path));
    free(path);
    CU_ASSERT_TRUE(pl_exists(tst_path("cache/work/%s/checkpoint", key.hex)));
    pl_store_abort(s, &m);
    CU_ASSERT_FALSE(pl_exists(tst_path("cache/locks/%s.lock", key.hex)));
    pl_store_close(s);
}

/* Eight processes, 25 keys, each key made by exactly one, though its lock file goes each time. */
static void test_locks_that_go_keep_processes_apart(void)
{
    enum { PROCESSES = 8, KEYS = 25 };
    pid_t pid[PROCESSES];
    pl_store_close(rig_open());
    for (int p = 0; p < PROCESSES; p++) {
        pid[p] = fork();
        if (pid[p] != 0)
            continue;
        pl_store *s = NULL;
        bool good = pl_store_open(tst_path("cache"), &s, NULL) == KN_OK;
        for (int k = 0; k < KEYS && good; k++) {
            char name[16];
            snprintf(name, sizeof name, "key %d", k);
            pl_digest key = pl_digest_text(name);
            pl_making m;
            bool exists = false;
            good = pl_store_begin(s, "train", &key, &exists, &m, NULL) == KN_OK;
            if (!good || exists)
                continue;
            int mine = open(tst_path("made-%d", k), O_CREAT | O_EXCL | O_WRONLY, 0666);
            char *path = pl_path_join(m.out_dir, "model.bin");
            good = mine >= 0 && pl_write_file(path, "x", 1, NULL) == KN_OK &&
                   pl_store_commit(s, &m, NULL, NULL) == KN_OK;
            free(path);
        }
        _exit(good ? 0 : 1);
    }
    for (int p = 0; p < PROCESSES; p++) {
        int st = 1;
        waitpid(pid[p], &st, 0);
        CU_ASSERT_EQUAL(st, 0);
    }
    pl_store *s = rig_open();
    pl_entry_row *rows = NULL;
    size_t count = 0;
    TST_OK(pl_store_list(s, &rows, &count, e));
    CU_ASSERT_EQUAL(count, KEYS);
    char **locks = NULL;
    size_t lock_count = 0;
    TST_OK(pl_list_dir(tst_path("cache/locks"), &locks, &lock_count, e));
    CU_ASSERT_EQUAL(lock_count, 0);
    pl_free_names(locks);
    pl_store_list_free(rows, count);
    pl_store_close(s);
}

/* As on another machine: every file has other times; the content is compared once. */
static void test_a_copied_store_is_compared_once(void)
{
    pl_digest key = pl_digest_text("a");
    pl_store *s = rig_open();
    rig_make(s, &key, "weights");
    pl_store_close(s);
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), "cp -r cache copy && mv copy moved", NULL, NULL), 0);
    TST_OK(pl_store_open(tst_path("moved"), &s, e));
    char *info = pl_strdup(tst_path("moved/train/%.2s/%s/entry.json", key.hex, key.hex));
    char *before = tst_read(info, NULL);
    CU_ASSERT_TRUE(rig_find(s, &key, false, NULL));
    char *after = tst_read(info, NULL);
    CU_ASSERT_NOT_EQUAL(strcmp(before, after), 0); /* the new times are noted */
    CU_ASSERT_TRUE(rig_find(s, &key, false, NULL));
    char *again = tst_read(info, NULL);
    TST_TEXT(again, after);
    free(before);
    free(after);
    free(again);
    /* copied with an error: noticed */
    tst_write_text(tst_path("moved/train/%.2s/%s/model.bin", key.hex, key.hex), "weighed");
    CU_ASSERT_FALSE(rig_find(s, &key, false, NULL));
    free(info);
    pl_store_close(s);
}

static void test_a_read_only_store_gives_and_says_that_it_does_not_take(void)
{
    pl_digest key = pl_digest_text("a"), other = pl_digest_text("b");
    const char *cache = tst_path("cache");
    if (!rig_mount(cache)) {
        tst_skip("no permission to mount a small tmpfs");
        return;
    }
    pl_store *s = rig_open();
    rig_make(s, &key, "weights");
    pl_store_close(s);
    rig_remount(cache, "ro");
    s = rig_open();
    CU_ASSERT_TRUE(rig_find(s, &key, true, NULL));
    CU_ASSERT_FALSE(rig_find(s, &other, false, NULL));
    pl_making m;
    bool exists = false;
    char *want = pl_format("the cache '%s' cannot be written (--cache names another): cannot open "
                           "lock file '%s/locks/%s.lock': Read-only file system",
                           cache, cache, other.hex);
    TST_FAILS(KN_EIO, want, pl_store_begin(s, "train", &other, &exists, &m, e));
    TST_OK(pl_store_begin(s, "train", &key, &exists, &m, e));
    CU_ASSERT_TRUE(exists);
    free(want);
    pl_store_close(s);
    rig_unmount(cache);
}

const tst_case tst_cache_store[] = {
    TST(test_an_entry_is_found_with_its_files_and_info),
    TST(test_an_aborted_entry_keeps_its_work_only),
    TST(test_damage_is_found_set_aside_and_made_again),
    TST(test_new_times_with_the_old_content_are_fine),
    TST(test_a_store_of_another_version_is_refused),
    TST(test_a_folder_of_other_files_is_refused),
    TST(test_two_processes_do_the_work_once),
    TST(test_waiting_for_a_lock_ends_on_a_signal),
    TST(test_the_lock_of_a_dead_process_is_free),
    TST(test_locks_that_go_keep_processes_apart),
    TST(test_a_copied_store_is_compared_once),
    TST(test_a_read_only_store_gives_and_says_that_it_does_not_take),
    TST_END};
