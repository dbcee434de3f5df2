/* Digests of sources, remembered by what the file system says of a file. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cache/store.h"
#include "cache/store_private.h"
#include "io/json.h"
#include "util/interrupt.h"

enum { STAMP_TEXT = 128, MAX_REMEMBERED = 4000 };

static void stamp_text(const struct stat *st, char out[STAMP_TEXT])
{
    snprintf(out, STAMP_TEXT, "%llu:%llu:%lld:%lld:%lld", (unsigned long long)st->st_dev,
             (unsigned long long)st->st_ino, (long long)st->st_size,
             (long long)pl_store_ns(st->st_mtim), (long long)pl_store_ns(st->st_ctim));
}

/* A file changed within the clock's grain of now may change again under the same stamp: 50 ms where
 * the file system keeps fractions of a second, else 2 s. One of a later time than now is settled too
 * (the clock was set back): a change would give it the time of now. */
static bool stamp_is_settled(const struct stat *st)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    bool whole = st->st_mtim.tv_nsec == 0 && st->st_ctim.tv_nsec == 0;
    int64_t grain = whole ? 2000000000 : 50000000;
    int64_t age = pl_store_ns(now) - pl_store_ns(st->st_ctim);
    return age > grain || age < -grain;
}

static json_t *read_digests(const pl_store *s)
{
    char *path = pl_path_join(s->dir, "digests.json");
    json_t *value = NULL;
    if (pl_exists(path) && pl_json_read(path, &value, NULL) != KN_OK)
        value = NULL; /* damaged: files are digested again */
    free(path);
    if (!json_is_object(value)) {
        json_decref(value);
        value = json_object();
    }
    return value;
}

static const char *recall(pl_store *s, const char *stamp)
{
    if (!s->digests)
        s->digests = read_digests(s);
    const char *hex =
        json_string_value(json_object_get(json_object_get(s->digests, stamp), "sha256"));
    return hex && strlen(hex) == PL_DIGEST_HEX - 1 ? hex : NULL;
}

static void remember(pl_store *s, const char *stamp, const pl_digest *digest)
{
    json_object_set_new(
        s->digests, stamp,
        json_pack("{s:s,s:I}", "sha256", digest->hex, "used", (json_int_t)time(NULL)));
    s->digests_changed = true;
}

/* Drops the oldest when there are too many: in time order, found by bisection on the time. */
static void forget_oldest(json_t *digests)
{
    json_int_t limit = 0;
    for (json_int_t step = (json_int_t)1 << 40; step > 0; step /= 2) {
        size_t kept = 0;
        const char *stamp = NULL;
        json_t *item = NULL;
        json_object_foreach(digests, stamp, item) kept +=
            json_integer_value(json_object_get(item, "used")) >= limit + step;
        if (kept >= MAX_REMEMBERED / 2)
            limit += step;
    }
    void *next = NULL;
    const char *stamp = NULL;
    json_t *item = NULL;
    json_object_foreach_safe(digests, next, stamp,
                             item) if (json_integer_value(json_object_get(item, "used")) < limit)
        json_object_del(digests, stamp);
}

void pl_store_digests_save(pl_store *s)
{
    if (!s->digests_changed)
        return;
    char *lock_path = pl_path_join(s->dir, "locks/digests.lock");
    char *path = pl_path_join(s->dir, "digests.json");
    int lock = -1;
    if (pl_lock_open(lock_path, false, &lock, NULL) == KN_OK) {
        json_t *all = read_digests(s);
        json_object_update(all, s->digests);
        if (json_object_size(all) > MAX_REMEMBERED)
            forget_oldest(all);
        pl_json_write(path, all, NULL); /* a loss here costs time only */
        json_decref(all);
        pl_lock_close(lock);
    }
    s->digests_changed = false;
    free(path);
    free(lock_path);
}

static kn_status file_digest(pl_store *s, const char *path, const struct stat *st, pl_digest *out,
                             kn_error *e)
{
    char stamp[STAMP_TEXT];
    stamp_text(st, stamp);
    const char *known = recall(s, stamp);
    if (known) {
        memcpy(out->hex, known, sizeof out->hex);
        return KN_OK;
    }
    KN_TRY(pl_interrupt_check(e));
    bool settled = stamp_is_settled(st);
    KN_TRY(pl_digest_file(path, out, e));
    struct stat after;
    if (stat(path, &after) != 0)
        return kn_fail_errno(e, KN_EIO, "cannot look at '%s'", path);
    char stamp_after[STAMP_TEXT];
    stamp_text(&after, stamp_after);
    if (settled && strcmp(stamp, stamp_after) == 0)
        remember(s, stamp, out);
    return KN_OK;
}

/* One file of a source folder. */
typedef struct member {
    char *name; /* relative to the folder */
    char stamp[STAMP_TEXT];
    bool settled;
    pl_digest digest;
} member;

typedef struct members {
    member *item;
    size_t count, room;
} members;

static void members_clear(members *m)
{
    for (size_t i = 0; i < m->count; i++)
        free(m->item[i].name);
    free(m->item);
}

static kn_status walk(const char *root, const char *under, int depth, members *m, kn_error *e)
{
    if (depth > 64)
        return kn_fail(e, KN_EDATA,
                       "'%s' is more than 64 folders deep: do its links run in a ring?", root);
    char *dir = *under ? pl_path_join(root, under) : pl_strdup(root);
    char **names = NULL;
    size_t count = 0;
    kn_status rc = pl_list_dir(dir, &names, &count, e);
    for (size_t i = 0; i < count && rc == KN_OK; i++) {
        char *name = *under ? pl_path_join(under, names[i]) : pl_strdup(names[i]);
        char *path = pl_path_join(root, name);
        struct stat st;
        if (stat(path, &st) != 0) {
            rc = kn_fail_errno(e, KN_EIO, "cannot look at '%s'", path);
        } else if (S_ISDIR(st.st_mode)) {
            rc = walk(root, name, depth + 1, m, e);
        } else if (S_ISREG(st.st_mode)) {
            if (m->count == m->room) {
                m->room = m->room ? 2 * m->room : 256;
                m->item = realloc(m->item, m->room * sizeof *m->item);
                if (!m->item)
                    abort();
            }
            member *item = &m->item[m->count++];
            *item = (member){.name = name, .settled = stamp_is_settled(&st)};
            stamp_text(&st, item->stamp);
            name = NULL;
        }
        free(name);
        free(path);
    }
    pl_free_names(names);
    free(dir);
    return rc;
}

static int by_stamp(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* CACHE/folders/HEX.tsv holds "stamp TAB digest" lines; HEX stands for the folder's path. */
static char *folder_file(const pl_store *s, const char *path)
{
    char *real = realpath(path, NULL);
    pl_digest name = pl_digest_text(real ? real : path);
    free(real);
    return pl_format("%s/folders/%.16s.tsv", s->dir, name.hex);
}

/* Digests every member, taking from `text` (lines of stamp and digest) what it knows. */
static kn_status digest_members(const char *root, members *m, char *text, kn_error *e)
{
    size_t lines = 0, room = 0;
    for (const char *p = text; *p; p++)
        room += *p == '\n';
    char **line = malloc((room + 1) * sizeof *line);
    if (!line)
        abort();
    for (char *p = strtok(text, "\n"); p && lines < room; p = strtok(NULL, "\n")) {
        char *tab = strchr(p, '\t');
        if (tab && strlen(tab + 1) == PL_DIGEST_HEX - 1) {
            *tab = '\0';
            line[lines++] = p;
        }
    }
    qsort(line, lines, sizeof *line, by_stamp);
    kn_status rc = KN_OK;
    for (size_t i = 0; i < m->count && rc == KN_OK; i++) {
        const char *stamp = m->item[i].stamp;
        char **known = bsearch(&stamp, line, lines, sizeof *line, by_stamp);
        if (known) {
            memcpy(m->item[i].digest.hex, *known + strlen(*known) + 1, PL_DIGEST_HEX);
            continue;
        }
        rc = pl_interrupt_check(e);
        char *path = pl_path_join(root, m->item[i].name);
        if (rc == KN_OK)
            rc = pl_digest_file(path, &m->item[i].digest, e);
        free(path);
    }
    free(line);
    return rc;
}

static void remember_members(pl_store *s, const char *file, const members *m)
{
    pl_str text;
    pl_str_init(&text);
    for (size_t i = 0; i < m->count; i++)
        if (m->item[i].settled)
            pl_str_addf(&text, "%s\t%s\n", m->item[i].stamp, m->item[i].digest.hex);
    char *dir = pl_path_join(s->dir, "folders");
    if (pl_make_dirs(dir, NULL) == KN_OK)
        pl_write_file(file, text.text, text.size, NULL); /* a loss here costs time only */
    free(dir);
    pl_str_clear(&text);
}

static kn_status folder_digest(pl_store *s, const char *path, pl_digest *out, kn_error *e)
{
    members m = {NULL, 0, 0};
    char *file = folder_file(s, path), *text = NULL;
    size_t size = 0;
    kn_status rc = KN_OK;
    KN_TRY_TO(rc, cleanup, walk(path, "", 0, &m, e));

    /* All stamps at once: an untouched folder costs no reading of the table of its files. */
    pl_hasher *stamps = pl_hasher_new();
    bool settled = true;
    for (size_t i = 0; i < m.count; i++) {
        pl_hasher_add(stamps, m.item[i].name, strlen(m.item[i].name) + 1);
        pl_hasher_add(stamps, m.item[i].stamp, strlen(m.item[i].stamp) + 1);
        settled = settled && m.item[i].settled;
    }
    pl_digest all_stamps = pl_hasher_end(stamps);
    const char *known = recall(s, all_stamps.hex);
    if (known) {
        memcpy(out->hex, known, sizeof out->hex);
        goto cleanup;
    }
    if (!pl_exists(file) || pl_read_file(file, PL_STORE_MAX_JSON, &text, &size, NULL) != KN_OK)
        text = pl_strdup("");
    KN_TRY_TO(rc, cleanup, digest_members(path, &m, text, e));
    pl_hasher *content = pl_hasher_new();
    if (m.count == 0)
        pl_hasher_add(content, "folder", 6); /* not the digest of an empty file */
    for (size_t i = 0; i < m.count; i++) {
        pl_hasher_add(content, m.item[i].name, strlen(m.item[i].name) + 1);
        pl_hasher_add(content, m.item[i].digest.hex, PL_DIGEST_HEX);
    }
    *out = pl_hasher_end(content);
    remember_members(s, file, &m);
    if (settled)
        remember(s, all_stamps.hex, out);
cleanup:
    free(text);
    free(file);
    members_clear(&m);
    return rc;
}

kn_status pl_store_source_digest(pl_store *s, const char *path, pl_digest *out, kn_error *e)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return errno == ENOENT ? kn_fail(e, KN_EUSAGE, "there is no file or folder '%s'", path)
                               : kn_fail_errno(e, KN_EIO, "cannot look at '%s'", path);
    if (S_ISDIR(st.st_mode))
        return folder_digest(s, path, out, e);
    return file_digest(s, path, &st, out, e);
}
