/* Walking over the store's entries. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cache/store_private.h"

typedef struct row_list {
    pl_entry_row *row;
    size_t count, room;
    bool broken_too;
    int64_t now;
} row_list;

/* Bytes on disk and the time of entry.json, by one pass over an entry's folder. */
static bool measure(const char *path, pl_entry_row *row)
{
    DIR *dir = opendir(path);
    if (!dir)
        return false;
    struct stat st;
    const struct dirent *item = NULL;
    if (fstat(dirfd(dir), &st) == 0)
        row->bytes = (uint64_t)st.st_blocks * 512;
    while ((item = readdir(dir)) != NULL) {
        if (item->d_name[0] == '.' ||
            fstatat(dirfd(dir), item->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        row->bytes += (uint64_t)st.st_blocks * 512;
        if (strcmp(item->d_name, "entry.json") == 0)
            row->used_ns = pl_store_ns(st.st_mtim);
    }
    closedir(dir);
    return true;
}

static void add_row(row_list *list, const char *stage, const char *key, const char *dir)
{
    pl_entry_row row = {.bytes = 0};
    if (!measure(dir, &row) || (row.used_ns == 0 && !list->broken_too))
        return;
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 64;
        list->row = realloc(list->row, list->room * sizeof *list->row);
        if (!list->row)
            abort();
    }
    snprintf(row.stage, sizeof row.stage, "%s", stage);
    snprintf(row.key, sizeof row.key, "%s", key);
    row.dir = pl_strdup(dir);
    row.last_used = row.used_ns / 1000000000;
    if (row.last_used > list->now)
        row.last_used = list->now;
    list->row[list->count++] = row;
}

static void list_head(const char *stage, const char *head_dir, row_list *list)
{
    char **keys = NULL;
    size_t count = 0;
    if (!pl_is_dir(head_dir) || pl_list_dir(head_dir, &keys, &count, NULL) != KN_OK)
        return;
    for (size_t k = 0; k < count; k++) {
        char *dir = pl_path_join(head_dir, keys[k]);
        if (pl_is_key(keys[k]))
            add_row(list, stage, keys[k], dir);
        free(dir);
    }
    pl_free_names(keys);
}

static void list_stage(const pl_store *s, const char *stage, row_list *list)
{
    char *stage_dir = pl_path_join(s->dir, stage);
    char **heads = NULL;
    size_t count = 0;
    if (pl_is_dir(stage_dir) && pl_list_dir(stage_dir, &heads, &count, NULL) == KN_OK) {
        for (size_t h = 0; h < count; h++) {
            char *head_dir = pl_path_join(stage_dir, heads[h]);
            list_head(stage, head_dir, list);
            free(head_dir);
        }
        pl_free_names(heads);
    }
    free(stage_dir);
}

kn_status pl_store_rows(pl_store *s, bool broken_too, pl_entry_row **rows, size_t *count,
                        kn_error *e)
{
    static const char *const others[] = {"tmp", "locks", "work", "bad", "folders", "studies"};
    row_list list = {.broken_too = broken_too, .now = (int64_t)time(NULL)};
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

kn_status pl_store_list(pl_store *s, pl_entry_row **rows, size_t *count, kn_error *e)
{
    return pl_store_rows(s, false, rows, count, e);
}

void pl_store_list_free(pl_entry_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(rows[i].dir);
    free(rows);
}

static int by_use(const void *a, const void *b)
{
    const pl_entry_row *x = a, *y = b;
    if (x->last_used != y->last_used)
        return x->last_used < y->last_used ? -1 : 1;
    if (x->used_ns != y->used_ns)
        return x->used_ns < y->used_ns ? -1 : 1;
    return strcmp(x->key, y->key);
}

void pl_entry_rows_by_use(pl_entry_row *rows, size_t count)
{
    if (count > 0)
        qsort(rows, count, sizeof *rows, by_use);
}

static int by_key(const void *a, const void *b)
{
    const pl_entry_row *const *x = a, *const *y = b;
    return strcmp((*x)->key, (*y)->key);
}

const pl_entry_row **pl_rows_by_key(const pl_entry_row *rows, size_t count)
{
    const pl_entry_row **list = malloc((count + 1) * sizeof *list);
    if (!list)
        abort();
    for (size_t i = 0; i < count; i++)
        list[i] = &rows[i];
    qsort(list, count, sizeof *list, by_key);
    return list;
}
