#include "data/source.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "data/source_list.h"
#include "util/fs.h"
#include "util/str.h"

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

void pl_source_add(pl_source *s, const char *path, size_t entry)
{
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 1024;
        s->items = must(realloc(s->items, s->room * sizeof *s->items));
    }
    const char *copy = must(kn_arena_strdup(&s->strings, path));
    s->items[s->count++] =
        (pl_source_item){.path = copy, .name = pl_path_base(copy), .entry = entry};
}

static bool is_one_of(const char *extension, const char *const *list)
{
    for (; *list; list++)
        if (strcasecmp(extension, *list) == 0)
            return true;
    return false;
}

pl_file_kind pl_file_kind_of(const char *path)
{
    static const char *const pictures[] = {"jpg",  "jpeg", "jpe", "jfif", "png",
                                           "webp", "bmp",  "gif", "ppm",  "pgm",
                                           "pnm",  "tga",  "psd", "hdr",  NULL};
    static const char *const others[] = {"csv", "tsv", "txt",  "md",  "json", "xml",  "yaml",
                                         "yml", "htm", "html", "pdf", "doc",  "docx", "log",
                                         "ini", "db",  "py",   "sh",  "npy",  "mat",  "h5",
                                         "zip", "tar", "gz",   "xz",  "7z",   NULL};
    const char *name = pl_path_base(path);
    if (name[0] == '.' || name[0] == '\0' || pl_starts_with(path, "__MACOSX/") ||
        strstr(path, "/__MACOSX/"))
        return PL_FILE_SKIP;
    const char *dot = strrchr(name, '.');
    if (dot && is_one_of(dot + 1, pictures))
        return PL_FILE_PICTURE;
    return dot && is_one_of(dot + 1, others) ? PL_FILE_SKIP : PL_FILE_UNKNOWN;
}

static int by_name(const void *a, const void *b)
{
    const pl_source_item *x = *(pl_source_item *const *)a, *y = *(pl_source_item *const *)b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : strcmp(x->path, y->path);
}

static kn_status sort_items(pl_source *s, kn_error *e)
{
    s->sorted = must(malloc((s->count + 1) * sizeof *s->sorted));
    for (size_t i = 0; i < s->count; i++)
        s->sorted[i] = &s->items[i];
    qsort(s->sorted, s->count, sizeof *s->sorted, by_name);
    for (size_t i = 0; i < s->count; i++) {
        s->sorted[i]->index = i;
        if (i > 0 && strcmp(s->sorted[i - 1]->name, s->sorted[i]->name) == 0)
            return kn_fail(e, KN_EDATA, "'%s' holds two pictures named '%s': '%s' and '%s'",
                           s->path, s->sorted[i]->name, s->sorted[i - 1]->path, s->sorted[i]->path);
    }
    return KN_OK;
}

static kn_status list(pl_source *s, kn_error *e)
{
    struct stat st;
    if (stat(s->path, &st) != 0)
        return kn_fail_errno(e, KN_EIO, "cannot open '%s'", s->path);
    bool folder = S_ISDIR(st.st_mode);
    if (S_ISREG(st.st_mode) &&
        (pl_file_kind_of(s->path) == PL_FILE_PICTURE || pl_file_looks_like_a_picture(s->path)))
        pl_source_add(s, s->path, 0);
    else if (folder)
        KN_TRY(pl_folder_list(s, e));
    else
        KN_TRY(pl_archive_list(s, e));
    if (s->count == 0)
        return kn_fail(e, KN_EDATA, "no pictures in '%s'", s->path);
    return sort_items(s, e);
}

kn_status pl_source_open(const char *path, pl_source **out, kn_error *e)
{
    *out = NULL;
    pl_source *s = must(calloc(1, sizeof *s));
    s->path = pl_strdup(path);
    kn_arena_init(&s->strings);
    kn_status rc = list(s, e);
    if (rc != KN_OK) {
        pl_source_close(s);
        return rc;
    }
    *out = s;
    return KN_OK;
}

void pl_source_close(pl_source *s)
{
    if (!s)
        return;
    pl_archive_close(s);
    if (s->utf8)
        freelocale(s->utf8);
    kn_arena_clear(&s->strings);
    free(s->items);
    free(s->sorted);
    free(s->path);
    free(s);
}

size_t pl_source_count(const pl_source *s)
{
    return s->count;
}

const char *pl_source_name(const pl_source *s, size_t index)
{
    return s->sorted[index]->name;
}

const char *pl_source_path(const pl_source *s, size_t index)
{
    return s->sorted[index]->path;
}

kn_status pl_source_next(pl_source *s, pl_picture *out, bool *end, kn_error *e)
{
    *end = s->next == s->count;
    *out = (pl_picture){0};
    if (*end) {
        pl_archive_close(s);
        return KN_OK;
    }
    out->index = s->items[s->next].index;
    kn_status rc = s->is_archive ? pl_archive_next(s, out, e) : pl_folder_read(s, out, e);
    s->next++;
    return rc;
}

bool pl_source_peek(const pl_source *s, size_t *index)
{
    if (s->next == s->count)
        return false;
    *index = s->items[s->next].index;
    return true;
}

void pl_source_skip(pl_source *s)
{
    s->next += s->next < s->count;
}
