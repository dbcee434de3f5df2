/* A store of 100,000 entries: what each work on it takes. The bounds are those of a slow, busy machine; the
 * figures are printed. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/store_check.h"
#include "cache/store_gc.h"
#include "cache/store_use.h"
#include "pipeline/cache/store_rig.h"
#include "tst.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/str.h"

static pl_digest key_of(int i)
{
    char name[32];
    snprintf(name, sizeof name, "entry %d", i);
    return pl_digest_text(name);
}

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    CU_ASSERT_TRUE_FATAL(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

/* As pl_store_commit leaves it, without its syncs: those alone would take minutes. */
static void put_entry(const char *cache, int i, const char *model_digest)
{
    pl_digest key = key_of(i);
    char head[1200], dir[1300], path[1400], info[1000];
    struct stat st;
    snprintf(head, sizeof head, "%s/train/%.2s", cache, key.hex);
    snprintf(dir, sizeof dir, "%s/%s", head, key.hex);
    mkdir(head, 0777);
    CU_ASSERT_EQUAL_FATAL(mkdir(dir, 0777), 0);
    snprintf(path, sizeof path, "%s/model.bin", dir);
    put(path, "weights");
    CU_ASSERT_EQUAL_FATAL(stat(path, &st), 0);
    snprintf(info, sizeof info,
             "{\"files\": {\"model.bin\": {\"ctime\": %lld, \"mtime\": %lld, \"sha256\": \"%s\", "
             "\"size\": 7}}, \"key\": \"%s\", \"label\": \"seed=%d\", \"stage\": \"train\", "
             "\"study\": \"large\"}\n",
             (long long)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec,
             (long long)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec, model_digest, key.hex,
             i);
    snprintf(path, sizeof path, "%s/entry.json", dir);
    put(path, info);
}

static void fill(int count)
{
    char cache[1100];
    pl_store_close(rig_open());
    snprintf(cache, sizeof cache, "%s", tst_path("cache"));
    TST_OK(pl_make_dirs(tst_path("cache/train"), e));
    pl_digest digest = pl_digest_text("weights");
    for (int i = 0; i < count; i++)
        put_entry(cache, i, digest.hex);
}

/* Tells what a work took and checks it against `bound`; starts the next one's time. */
static void took(double *began, const char *what, int count, double bound)
{
    double seconds = pl_now() - *began;
    if (count > 1)
        tst_note("%-28s %8.1f us each", what, 1e6 * seconds / count);
    else
        tst_note("%-28s %8.3f s", what, seconds);
    CU_ASSERT_TRUE(seconds / count < bound);
    *began = pl_now();
}

static void use_the_store(int count)
{
    enum { TRIES = 1000, COMMITS = 100 };
    double began = pl_now();
    pl_store *s = rig_open();
    took(&began, "open", 1, 0.1);
    for (int i = 0; i < TRIES; i++) {
        pl_digest key = key_of(count / TRIES * i);
        CU_ASSERT_TRUE(rig_find(s, &key, false, NULL));
    }
    took(&began, "find", TRIES, 0.002);
    for (int i = 0; i < TRIES; i++) {
        pl_digest key = key_of(-1 - i);
        CU_ASSERT_FALSE(rig_find(s, &key, false, NULL));
    }
    took(&began, "find nothing", TRIES, 0.001);
    for (int i = 0; i < COMMITS; i++) {
        pl_digest key = key_of(count + i);
        rig_make(s, &key, "weights");
    }
    took(&began, "make an entry of two files", COMMITS, 0.05);
    pl_store_close(s);
}

static void keep_the_store(int count)
{
    pl_entry_row *rows = NULL;
    size_t rows_count = 0;
    pl_check checked;
    pl_gc gone;
    pl_use use = {.lock = -1};
    pl_store *s = rig_open();
    double began = pl_now();
    TST_OK(pl_store_list(s, &rows, &rows_count, e));
    took(&began, "list", 1, 20);
    CU_ASSERT_EQUAL(rows_count, (size_t)count + 100);
    uint64_t bytes = 0;
    for (size_t i = 0; i < rows_count; i++)
        bytes += rows[i].bytes;
    pl_store_list_free(rows, rows_count);

    pl_digest *key = calloc(10000, sizeof *key);
    for (int i = 0; i < 10000; i++)
        key[i] = key_of(i);
    began = pl_now();
    TST_OK(pl_store_refer(s, tst_dir(), key, 10000, &use, e));
    took(&began, "name 10,000 keys", 1, 1);
    pl_store_release(s, tst_dir(), key, 10000, &use);
    free(key);

    for (int i = 0; i < 2000; i++) /* leftovers, each compared with the entries */
        mkdir(tst_path("cache/work/%s", key_of(i).hex), 0777);
    began = pl_now();
    TST_OK(pl_store_gc(s, &(pl_gc_options){.max_bytes = UINT64_MAX, .dry_run = true}, &gone, e));
    took(&began, "gc with 2,000 leftovers, dry", 1, 30);
    CU_ASSERT_EQUAL(gone.leftovers, 2000);
    TST_OK(pl_store_gc(s, &(pl_gc_options){.max_bytes = bytes / 10 * 9}, &gone, e));
    took(&began, "gc of a tenth", 1, 60);
    CU_ASSERT_TRUE(gone.entries > (size_t)count / 11 && gone.entries < (size_t)count / 9);
    CU_ASSERT_EQUAL(gone.over, 0);
    pl_gc_clear(&gone);
    const pl_check_options quick = {.quick = true}, deep = {.quick = false};
    TST_OK(pl_store_check(s, &quick, &checked, e));
    took(&began, "verify --quick", 1, 60);
    TST_OK(pl_store_check(s, &deep, &checked, e));
    took(&began, "verify", 1, 120);
    CU_ASSERT_EQUAL(checked.damaged + checked.files + checked.moved + checked.leftovers, 0);
    CU_ASSERT_TRUE(checked.entries > (size_t)count / 10 * 8);
    pl_store_close(s);
}

static void test_a_hundred_thousand_entries(void)
{
    enum { COUNT = 100000 };
    fill(COUNT);
    use_the_store(COUNT);
    keep_the_store(COUNT);
}

const tst_case tst_cache_store_scale[] = {TST_L(test_a_hundred_thousand_entries), TST_END};
