/* Listing the store's entries and removing them. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cache/store.h"
#include "cache/store_private.h"
#include "util/fs.h"
#include "util/str.h"

static const int64_t WORK_SECONDS = 30 * 24 * 3600; /* unfinished work is kept this long */

static uint64_t tree_bytes(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return 0;
    uint64_t bytes = (uint64_t)st.st_blocks * 512;
    char **names = NULL;
    size_t count = 0;
    if (S_ISDIR(st.st_mode) && pl_list_dir(path, &names, &count, NULL) == KN_OK) {
        for (size_t i = 0; i < count; i++) {
            char *inner = pl_path_join(path, names[i]);
            bytes += tree_bytes(inner);
            free(inner);
        }
        pl_free_names(names);
    }
    return bytes;
}

static bool is_key(const char *name)
{
    return strlen(name) == PL_DIGEST_HEX - 1 &&
           strspn(name, "0123456789abcdef") == PL_DIGEST_HEX - 1;
}

typedef struct row_list {
    pl_entry_row *row;
    size_t count, room;
} row_list;

static void add_row(row_list *list, const char *stage, const char *key, const char *dir)
{
    char *info = pl_path_join(dir, "entry.json");
    struct stat st;
    if (stat(info, &st) == 0) {
        if (list->count == list->room) {
            list->room = list->room ? 2 * list->room : 64;
            list->row = realloc(list->row, list->room * sizeof *list->row);
            if (!list->row)
                abort();
        }
        pl_entry_row *row = &list->row[list->count++];
        *row = (pl_entry_row){.dir = pl_strdup(dir),
                              .bytes = tree_bytes(dir),
                              .last_used = (int64_t)st.st_mtim.tv_sec};
        snprintf(row->stage, sizeof row->stage, "%s", stage);
        snprintf(row->key, sizeof row->key, "%s", key);
    }
    free(info);
}

static void list_stage(pl_store *s, const char *stage, row_list *list)
{
    char *stage_dir = pl_path_join(s->dir, stage);
    char **heads = NULL;
    size_t head_count = 0;
    if (pl_is_dir(stage_dir) && pl_list_dir(stage_dir, &heads, &head_count, NULL) == KN_OK) {
        for (size_t h = 0; h < head_count; h++) {
            char *head_dir = pl_path_join(stage_dir, heads[h]);
            char **keys = NULL;
            size_t key_count = 0;
            if (pl_is_dir(head_dir) && pl_list_dir(head_dir, &keys, &key_count, NULL) == KN_OK) {
                for (size_t k = 0; k < key_count; k++) {
                    char *dir = pl_path_join(head_dir, keys[k]);
                    if (is_key(keys[k]))
                        add_row(list, stage, keys[k], dir);
                    free(dir);
                }
                pl_free_names(keys);
            }
            free(head_dir);
        }
        pl_free_names(heads);
    }
    free(stage_dir);
}

kn_status pl_store_list(pl_store *s, pl_entry_row **rows, size_t *count, kn_error *e)
{
    static const char *const others[] = {"tmp", "locks", "work", "bad", "folders"};
    row_list list = {NULL, 0, 0};
    char **names = NULL;
    size_t name_count = 0;
    KN_TRY(pl_list_dir(s->dir, &names, &name_count, e));
    for (size_t i = 0; i < name_count; i++) {
        bool stage = true;
        for (size_t k = 0; k < sizeof others / sizeof *others; k++)
            stage = stage && strcmp(names[i], others[k]) != 0;
        if (stage)
            list_stage(s, names[i], &list);
    }
    pl_free_names(names);
    *rows = list.row;
    *count = list.count;
    return KN_OK;
}

void pl_store_list_free(pl_entry_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(rows[i].dir);
    free(rows);
}

/* Removes an entry; one that is being made or removed by another process stays. */
static kn_status remove_entry(pl_store *s, const char *stage, const char *key, kn_error *e)
{
    char *lock_path = pl_store_lock_path(s, key);
    char *dir = pl_store_entry_dir(s, stage, key);
    char *tmp = pl_store_tmp_dir(s, stage, key);
    int lock = -1;
    kn_status rc = KN_OK;
    KN_TRY_TO(rc, cleanup, pl_lock_open(lock_path, true, &lock, e));
    if (lock < 0)
        goto cleanup;
    /* Renamed first: a reader finds the whole entry or none. */
    KN_TRY_TO(rc, cleanup, pl_remove_tree(tmp, e));
    if (pl_exists(dir))
        KN_TRY_TO(rc, cleanup, pl_rename(dir, tmp, e));
    KN_TRY_TO(rc, cleanup, pl_remove_tree(tmp, e));
cleanup:
    pl_lock_close(lock);
    free(tmp);
    free(dir);
    free(lock_path);
    return rc;
}

/* Whether nobody makes the entry of this key now. */
static bool is_idle(pl_store *s, const char *key)
{
    char *path = pl_store_lock_path(s, key);
    int lock = -1;
    bool idle = pl_lock_open(path, true, &lock, NULL) == KN_OK && lock >= 0;
    pl_lock_close(lock);
    free(path);
    return idle;
}

static bool has_entry(const char *key, const pl_entry_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].key, key) == 0)
            return true;
    return false;
}

/* Removes from CACHE/under what no process uses. */
static kn_status sweep(pl_store *s, const char *under, const pl_entry_row *rows, size_t count,
                       bool dry_run, pl_gc *out, kn_error *e)
{
    char *dir = pl_path_join(s->dir, under);
    char **names = NULL;
    size_t name_count = 0;
    kn_status rc = pl_list_dir(dir, &names, &name_count, e);
    for (size_t i = 0; i < name_count && rc == KN_OK; i++) {
        char *path = pl_path_join(dir, names[i]);
        const char *dash = strrchr(names[i], '-');
        const char *key = dash ? dash + 1 : names[i];
        struct stat st;
        bool gone = stat(path, &st) == 0;
        if (strcmp(under, "bad") != 0)
            gone = gone && is_key(key) && is_idle(s, key);
        if (strcmp(under, "work") == 0)
            gone = gone && (has_entry(key, rows, count) ||
                            (int64_t)time(NULL) - (int64_t)st.st_mtim.tv_sec > WORK_SECONDS);
        if (gone) {
            out->leftovers++;
            out->bytes += tree_bytes(path);
            if (!dry_run)
                rc = pl_remove_tree(path, e);
        }
        free(path);
    }
    pl_free_names(names);
    free(dir);
    return rc;
}

static int by_use(const void *a, const void *b)
{
    const pl_entry_row *x = a, *y = b;
    if (x->last_used != y->last_used)
        return x->last_used < y->last_used ? -1 : 1;
    return strcmp(x->key, y->key);
}

kn_status pl_store_gc(pl_store *s, uint64_t max_bytes, bool dry_run,
                      void (*removed)(void *context, const pl_entry_row *row), void *context,
                      pl_gc *out, kn_error *e)
{
    *out = (pl_gc){0};
    pl_entry_row *rows = NULL;
    size_t count = 0;
    KN_TRY(pl_store_list(s, &rows, &count, e));
    kn_status rc = KN_OK;
    KN_TRY_TO(rc, cleanup, sweep(s, "tmp", rows, count, dry_run, out, e));
    KN_TRY_TO(rc, cleanup, sweep(s, "bad", rows, count, dry_run, out, e));
    KN_TRY_TO(rc, cleanup, sweep(s, "work", rows, count, dry_run, out, e));
    if (count > 0)
        qsort(rows, count, sizeof *rows, by_use);
    for (size_t i = 0; i < count; i++)
        out->kept_bytes += rows[i].bytes;
    for (size_t i = 0; i < count && out->kept_bytes > max_bytes; i++) {
        if (!is_idle(s, rows[i].key))
            continue;
        if (removed)
            removed(context, &rows[i]);
        if (!dry_run)
            KN_TRY_TO(rc, cleanup, remove_entry(s, rows[i].stage, rows[i].key, e));
        out->entries++;
        out->bytes += rows[i].bytes;
        out->kept_bytes -= rows[i].bytes;
    }
cleanup:
    pl_store_list_free(rows, count);
    return rc;
}
