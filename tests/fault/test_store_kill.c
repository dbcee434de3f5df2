/* The store under kill -9 at every change of the file system. */
#include "cache/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault/kill_at.h"
#include "tst.h"
#include "util/fs.h"
#include "util/log.h"

static const char *const contents[] = {"weights of a model", "epoch,train_loss\n1,0.5\n"};
static const char *const names[] = {"model.bin", "epochs.csv"};

static int write_text(const char *dir, const char *name, const char *text)
{
    char *path = pl_path_join(dir, name);
    kn_status rc = pl_write_file(path, text, strlen(text), NULL);
    free(path);
    return rc == KN_OK ? 0 : 1;
}

/* Opens the store, makes the entry where it is missing. 0: there; 1: something failed. */
static int make(void *context)
{
    const char *dir = context;
    pl_store *s = NULL;
    pl_making m;
    bool exists = false;
    pl_digest key = pl_digest_text("key"), source;
    if (pl_store_open(dir, &s, NULL) != KN_OK)
        return 1;
    if (pl_store_source_digest(s, "/proc/self/exe", &source, NULL) != KN_OK)
        return 2;
    if (pl_store_begin(s, "train", &key, &exists, &m, NULL) != KN_OK)
        return 3;
    if (!exists) {
        for (int i = 0; i < 2; i++)
            if (write_text(m.out_dir, names[i], contents[i]) != 0)
                return 4;
        if (pl_store_commit(s, &m, NULL, NULL) != KN_OK)
            return 5;
    }
    pl_store_close(s);
    return 0;
}

static bool entry_is_whole(pl_store *s, bool *found)
{
    pl_digest key = pl_digest_text("key");
    pl_entry entry;
    TST_OK(pl_store_find(s, "train", &key, true, found, &entry, e));
    bool whole = true;
    for (int i = 0; *found && i < 2; i++) {
        char *path = pl_path_join(entry.dir, names[i]);
        char *text = tst_read(path, NULL);
        whole = whole && text && strcmp(text, contents[i]) == 0;
        free(text);
        free(path);
    }
    pl_entry_clear(&entry);
    return whole;
}

static void test_an_entry_is_whole_or_not_there(void)
{
    pl_log_init((pl_log_options){PL_QUIET, 0});
    int n = 1, killed_with_entry = 0;
    for (;; n++) {
        char dir[1100];
        snprintf(dir, sizeof dir, "%s", tst_path("cache%d", n));
        int result = 0;
        fault_end end = fault_kill_at(n, make, dir, &result);
        bool found = false;
        pl_store *s = NULL;
        TST_OK(pl_store_open(dir, &s, e));
        CU_ASSERT_TRUE(entry_is_whole(s, &found));
        killed_with_entry += end == FAULT_KILLED && found;
        pl_store_close(s);
        char **bad = NULL;
        size_t bad_count = 0;
        char *bad_dir = pl_path_join(dir, "bad");
        TST_OK(pl_list_dir(bad_dir, &bad, &bad_count, e));
        CU_ASSERT_EQUAL(bad_count, 0); /* never half an entry under its name */
        pl_free_names(bad);
        free(bad_dir);
        if (end == FAULT_FINISHED) {
            CU_ASSERT_EQUAL(result, 0);
            CU_ASSERT_TRUE(found);
            break;
        }
        /* and the next process makes it */
        CU_ASSERT_EQUAL(make(dir), 0);
        TST_OK(pl_store_open(dir, &s, e));
        CU_ASSERT_TRUE(entry_is_whole(s, &found) && found);
        pl_store_close(s);
    }
    CU_ASSERT_TRUE(n > 20);
    CU_ASSERT_TRUE(killed_with_entry > 0);
    tst_note("killed at each of %d changes", n - 1);
}

/* The checker itself: an entry that was cut is not called whole. */
static void test_a_cut_entry_is_noticed(void)
{
    char dir[1100];
    snprintf(dir, sizeof dir, "%s", tst_path("cache"));
    CU_ASSERT_EQUAL(make(dir), 0);
    pl_store *s = NULL;
    TST_OK(pl_store_open(dir, &s, e));
    pl_digest key = pl_digest_text("key");
    char file[1400];
    snprintf(file, sizeof file, "%s/train/%.2s/%s/model.bin", dir, key.hex, key.hex);
    CU_ASSERT_EQUAL(truncate(file, 5), 0);
    bool found = true;
    CU_ASSERT_TRUE(entry_is_whole(s, &found));
    CU_ASSERT_FALSE(found);
    pl_store_close(s);
}

/* A small tmpfs where the machine lets us mount one; the sentence names the file and the cause. */
static void test_a_full_disk_is_an_error_and_leaves_no_entry(void)
{
    char command[1200], dir[1100];
    const char *mount = tst_path("small");
    TST_OK(pl_make_dirs(mount, e));
    snprintf(command, sizeof command, "mount -t tmpfs -o size=128k none '%s' 2>/dev/null", mount);
    if (tst_shell(NULL, command, NULL, NULL) != 0) {
        tst_skip("no permission to mount a small tmpfs");
        return;
    }
    snprintf(dir, sizeof dir, "%s/cache", mount);
    pl_store *s = NULL;
    pl_making m;
    bool exists = false, found = true;
    pl_digest key = pl_digest_text("key");
    TST_OK(pl_store_open(dir, &s, e));
    TST_OK(pl_store_begin(s, "train", &key, &exists, &m, e));
    char *big = calloc(1, 200000);
    kn_error e = {KN_OK, ""};
    char *path = pl_path_join(m.out_dir, "model.bin");
    CU_ASSERT_EQUAL(pl_write_file(path, big, 200000, &e), KN_EIO);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "No space left on device"));
    pl_store_abort(s, &m);
    CU_ASSERT_TRUE(entry_is_whole(s, &found));
    CU_ASSERT_FALSE(found);
    CU_ASSERT_EQUAL(make(dir), 0); /* the room is free again */
    pl_store_close(s);
    free(path);
    free(big);
    snprintf(command, sizeof command, "umount '%s'", mount);
    CU_ASSERT_EQUAL(tst_shell(NULL, command, NULL, NULL), 0);
}

const tst_case tst_fault_store[] = {TST(test_an_entry_is_whole_or_not_there),
                                    TST(test_a_cut_entry_is_noticed),
                                    TST(test_a_full_disk_is_an_error_and_leaves_no_entry), TST_END};
