#define _GNU_SOURCE
#include "cache/store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tst.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/log.h"
#include "util/str.h"

static pl_store *open_store(void)
{
    pl_store *s = NULL;
    pl_log_init((pl_log_options){PL_QUIET, 0});
    TST_OK(pl_store_open(tst_path("cache"), &s, e));
    return s;
}

/* Makes an entry of two files. */
static void make(pl_store *s, const pl_digest *key, const char *text)
{
    pl_making m;
    bool exists = true;
    TST_OK(pl_store_begin(s, "train", key, &exists, &m, e));
    CU_ASSERT_FALSE_FATAL(exists);
    char *path = pl_path_join(m.out_dir, "model.bin");
    tst_write_text(path, text);
    free(path);
    path = pl_path_join(m.out_dir, "log.txt");
    tst_write_text(path, "epoch 1\n");
    free(path);
    json_t *info = json_pack("{s:s}", "study", "one");
    TST_OK(pl_store_commit(s, &m, info, e));
    json_decref(info);
}

static bool find(pl_store *s, const pl_digest *key, bool deep, char **dir)
{
    pl_entry entry;
    bool found = false;
    TST_OK(pl_store_find(s, "train", key, deep, &found, &entry, e));
    if (dir)
        *dir = found ? pl_strdup(entry.dir) : NULL;
    pl_entry_clear(&entry);
    return found;
}

static void test_an_entry_is_found_with_its_files_and_info(void)
{
    pl_store *s = open_store();
    pl_digest key = pl_digest_text("a");
    CU_ASSERT_FALSE(find(s, &key, false, NULL));
    make(s, &key, "weights");
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
    pl_store *s = open_store();
    pl_digest key = pl_digest_text("a");
    pl_making m;
    bool exists = true;
    TST_OK(pl_store_begin(s, "train", &key, &exists, &m, e));
    char *path = pl_path_join(m.work_dir, "checkpoint");
    tst_write_text(path, "state");
    char *out = pl_strdup(m.out_dir);
    pl_store_abort(s, &m);
    CU_ASSERT_FALSE(pl_exists(out));
    CU_ASSERT_FALSE(find(s, &key, false, NULL));
    TST_OK(pl_store_begin(s, "train", &key, &exists, &m, e));
    CU_ASSERT_TRUE(pl_exists(path));
    pl_store_abort(s, &m);
    free(out);
    free(path);
    pl_store_close(s);
}

static void damage_and_check(const char *what, bool deep, void (*damage)(const char *file))
{
    pl_store *s = open_store();
    pl_digest key = pl_digest_text(what);
    make(s, &key, "weights");
    char *dir = NULL;
    CU_ASSERT_TRUE_FATAL(find(s, &key, true, &dir));
    CU_ASSERT_FALSE(pl_store_was_damaged(s, "train", &key));
    char *file = pl_path_join(dir, "model.bin");
    damage(file);
    CU_ASSERT_FALSE(find(s, &key, deep, NULL));
    CU_ASSERT_FALSE(pl_exists(dir));
    CU_ASSERT_TRUE(pl_store_was_damaged(s, "train", &key));
    make(s, &key, "weights");
    CU_ASSERT_TRUE(find(s, &key, true, NULL));
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
    pl_store *s = open_store();
    pl_digest key = pl_digest_text("a");
    make(s, &key, "weights");
    char *dir = NULL;
    CU_ASSERT_TRUE_FATAL(find(s, &key, false, &dir));
    char *file = pl_path_join(dir, "model.bin");
    CU_ASSERT_EQUAL(utimensat(AT_FDCWD, file, NULL, 0), 0);
    CU_ASSERT_TRUE(find(s, &key, false, NULL));
    CU_ASSERT_TRUE(find(s, &key, true, NULL));
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
    pl_store *s = open_store();
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
    pl_store *s = open_store();
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

static void set_use(const pl_entry_row *rows, size_t count, const pl_digest *key, time_t when)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].key, key->hex) == 0) {
            char *info = pl_path_join(rows[i].dir, "entry.json");
            const struct timespec times[2] = {{when, 0}, {when, 0}};
            CU_ASSERT_EQUAL(utimensat(AT_FDCWD, info, times, 0), 0);
            free(info);
        }
}

static void test_gc_removes_what_was_not_used_for_longest(void)
{
    pl_store *s = open_store();
    pl_digest key[3] = {pl_digest_text("a"), pl_digest_text("b"), pl_digest_text("c")};
    for (int i = 0; i < 3; i++)
        make(s, &key[i], "weights");
    TST_OK(pl_make_dirs(tst_path("cache/tmp/train-%s", pl_digest_text("d").hex), e));
    pl_entry_row *rows = NULL;
    size_t count = 0;
    TST_OK(pl_store_list(s, &rows, &count, e));
    CU_ASSERT_EQUAL_FATAL(count, 3);
    CU_ASSERT_TRUE(rows[0].bytes > 0);
    set_use(rows, count, &key[0], 3000);
    set_use(rows, count, &key[1], 1000);
    set_use(rows, count, &key[2], 2000);
    pl_gc done;
    TST_OK(pl_store_gc(s, 2 * rows[0].bytes, true, NULL, NULL, &done, e));
    CU_ASSERT_EQUAL(done.entries, 1);
    CU_ASSERT_EQUAL(done.leftovers, 1);
    CU_ASSERT_TRUE(pl_exists(tst_path("cache/tmp/train-%s", pl_digest_text("d").hex)));
    TST_OK(pl_store_gc(s, 2 * rows[0].bytes, false, NULL, NULL, &done, e));
    CU_ASSERT_EQUAL(done.entries, 1);
    CU_ASSERT_FALSE(pl_exists(tst_path("cache/tmp/train-%s", pl_digest_text("d").hex)));
    CU_ASSERT_TRUE(find(s, &key[0], true, NULL));
    CU_ASSERT_FALSE(find(s, &key[1], true, NULL));
    CU_ASSERT_TRUE(find(s, &key[2], true, NULL));
    pl_store_list_free(rows, count);
    pl_store_close(s);
}

const tst_case tst_cache_store[] = {TST(test_an_entry_is_found_with_its_files_and_info),
                                    TST(test_an_aborted_entry_keeps_its_work_only),
                                    TST(test_damage_is_found_set_aside_and_made_again),
                                    TST(test_new_times_with_the_old_content_are_fine),
                                    TST(test_a_store_of_another_version_is_refused),
                                    TST(test_a_folder_of_other_files_is_refused),
                                    TST(test_two_processes_do_the_work_once),
                                    TST(test_waiting_for_a_lock_ends_on_a_signal),
                                    TST(test_gc_removes_what_was_not_used_for_longest),
                                    TST_END};
