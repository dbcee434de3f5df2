/* The store under kill -9 at every change of the file system. */
#include "cache/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault/kill_at.h"
#include "fault/store_work.h"
#include "tst.h"
#include "util/fs.h"
#include "util/log.h"

static void test_an_entry_is_whole_or_not_there(void)
{
    pl_log_init((pl_log_options){PL_QUIET, 0});
    int n = 1, killed_with_entry = 0;
    for (;; n++) {
        char dir[1100];
        snprintf(dir, sizeof dir, "%s", tst_path("cache%d", n));
        int result = 0;
        fault_end end = fault_kill_at(n, store_work_make, dir, &result);
        bool found = false;
        pl_store *s = NULL;
        TST_OK(pl_store_open(dir, &s, e));
        CU_ASSERT_TRUE(store_work_is_whole(s, &found));
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
        CU_ASSERT_EQUAL(store_work_make(dir), 0);
        TST_OK(pl_store_open(dir, &s, e));
        CU_ASSERT_TRUE(store_work_is_whole(s, &found) && found);
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
    CU_ASSERT_EQUAL(store_work_make(dir), 0);
    pl_store *s = NULL;
    TST_OK(pl_store_open(dir, &s, e));
    pl_digest key = pl_digest_text("key");
    char file[1400];
    snprintf(file, sizeof file, "%s/train/%.2s/%s/model.bin", dir, key.hex, key.hex);
    CU_ASSERT_EQUAL(truncate(file, 5), 0);
    bool found = true;
    CU_ASSERT_TRUE(store_work_is_whole(s, &found));
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
    CU_ASSERT_TRUE(store_work_is_whole(s, &found));
    CU_ASSERT_FALSE(found);
    CU_ASSERT_EQUAL(store_work_make(dir), 0); /* the room is free again */
    pl_store_close(s);
    free(path);
    free(big);
    snprintf(command, sizeof command, "umount '%s'", mount);
    CU_ASSERT_EQUAL(tst_shell(NULL, command, NULL, NULL), 0);
}

const tst_case tst_fault_store[] = {TST(test_an_entry_is_whole_or_not_there),
                                    TST(test_a_cut_entry_is_noticed),
                                    TST(test_a_full_disk_is_an_error_and_leaves_no_entry), TST_END};
