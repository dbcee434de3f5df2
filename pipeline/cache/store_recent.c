#define _GNU_SOURCE
#include "cache/store_recent.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/store_private.h"
#include "io/json.h"
#include "util/str.h"

typedef struct used {
    int64_t at; /* nanoseconds since the epoch */
    char key[PL_DIGEST_HEX];
} used;

typedef struct used_list {
    used *item;
    size_t count, room;
} used_list;

static void add(used_list *list, const char *key, const struct stat *st)
{
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 256;
        list->item = realloc(list->item, list->room * sizeof *list->item);
        if (!list->item)
            abort();
    }
    used *u = &list->item[list->count++];
    u->at = pl_store_ns(st->st_mtim);
    memcpy(u->key, key, sizeof u->key);
}

/* A folder inside another, or NULL; *parent is left open. */
static DIR *open_inside(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (fd >= 0 && !dir)
        close(fd);
    return dir;
}

/* By short relative names: with 100,000 entries half of the time went into whole paths. */
static void list_head(int stage, const char *head, used_list *list)
{
    DIR *dir = open_inside(stage, head);
    struct dirent *entry = NULL;
    while (dir && (entry = readdir(dir)) != NULL) {
        char path[PL_DIGEST_HEX + sizeof "/entry.json"];
        struct stat st;
        if (strlen(entry->d_name) != PL_DIGEST_HEX - 1)
            continue;
        snprintf(path, sizeof path, "%.64s/entry.json", entry->d_name);
        if (fstatat(dirfd(dir), path, &st, 0) == 0)
            add(list, entry->d_name, &st);
    }
    if (dir)
        closedir(dir);
}

static int newest_first(const void *a, const void *b)
{
    const used *x = a, *y = b;
    return x->at != y->at ? (x->at < y->at ? 1 : -1) : strcmp(x->key, y->key);
}

void pl_store_recent(const pl_store *s, const char *stage, int most,
                     bool (*found)(void *context, json_t *info), void *context, bool *all)
{
    used_list list = {.item = NULL};
    int store = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = store >= 0 ? open_inside(store, stage) : NULL;
    struct dirent *head = NULL;
    while (dir && (head = readdir(dir)) != NULL)
        if (strlen(head->d_name) == 2 && strcmp(head->d_name, "..") != 0)
            list_head(dirfd(dir), head->d_name, &list);
    if (dir)
        closedir(dir);
    if (store >= 0)
        close(store);
    if (list.count > 0)
        qsort(list.item, list.count, sizeof *list.item, newest_first);
    bool more = true;
    size_t shown = 0;
    for (; shown < list.count && shown < (size_t)most && more; shown++) {
        char *folder = pl_store_entry_dir(s, stage, list.item[shown].key);
        char *path = pl_format("%s/entry.json", folder);
        json_t *info = NULL;
        if (pl_json_read(path, &info, NULL) == KN_OK)
            more = found(context, info);
        json_decref(info);
        free(path);
        free(folder);
    }
    if (all)
        *all = more && shown == list.count;
    free(list.item);
}
