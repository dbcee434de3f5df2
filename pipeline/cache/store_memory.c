#include "cache/store_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache/store_private.h"
#include "io/json.h"
#include "util/sys.h"

typedef struct memory_list {
    pl_memory_file *file;
    size_t count;
} memory_list;

static void add(memory_list *list, const pl_store *s, const char *name)
{
    char *path = pl_path_join(s->dir, name);
    if (!pl_exists(path)) {
        free(path);
        return;
    }
    list->file = realloc(list->file, (list->count + 1) * sizeof *list->file);
    if (!list->file)
        abort();
    list->file[list->count++] = (pl_memory_file){.path = path, .name = pl_strdup(name)};
}

static kn_status add_all(memory_list *list, const pl_store *s, const char *under, const char *tail,
                         kn_error *e)
{
    char *dir = pl_path_join(s->dir, under);
    char **names = NULL;
    size_t count = 0;
    kn_status rc = pl_is_dir(dir) ? pl_list_dir(dir, &names, &count, e) : KN_OK;
    for (size_t i = 0; i < count && rc == KN_OK; i++)
        if (pl_ends_with(names[i], tail)) {
            char *name = pl_path_join(under, names[i]);
            add(list, s, name);
            free(name);
        }
    pl_free_names(names);
    free(dir);
    return rc;
}

kn_status pl_memory_list(const pl_store *s, pl_memory_file **files, size_t *count, kn_error *e)
{
    memory_list list = {NULL, 0};
    add(&list, s, "digests.json");
    add(&list, s, "times.tsv");
    kn_status rc = add_all(&list, s, "folders", ".tsv", e);
    if (rc == KN_OK)
        rc = add_all(&list, s, "studies", ".json", e);
    *files = list.file;
    *count = list.count;
    return rc;
}

void pl_memory_list_free(pl_memory_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(files[i].path);
        free(files[i].name);
    }
    free(files);
}

static kn_status check_json(const pl_memory_file *f, bool repair, bool *torn, kn_error *why,
                            kn_error *e)
{
    json_t *value = NULL;
    if (pl_json_read(f->path, &value, why) == KN_OK && !json_is_object(value))
        kn_fail(why, KN_EFORMAT, "it is no JSON object");
    *torn = why->text[0] != '\0';
    json_decref(value);
    if (*torn && repair && pl_sys_unlink(f->path) != 0 && errno != ENOENT)
        return kn_fail_errno(e, KN_EIO, "cannot remove '%s'", f->path);
    return KN_OK;
}

/* A line is whole when it ends and holds no byte that a lost block leaves (NUL) nor other controls. */
static bool line_is_whole(const char *line, size_t size, bool ended)
{
    bool good = ended && size > 0;
    for (size_t i = 0; i < size && good; i++)
        good = line[i] == '\t' || (unsigned char)line[i] >= ' ';
    return good;
}

static kn_status check_lines(const pl_memory_file *f, bool repair, bool *torn, kn_error *why,
                             kn_error *e)
{
    char *text = NULL;
    size_t size = 0, bad = 0, lines = 0;
    pl_str kept;
    KN_TRY(pl_read_file(f->path, PL_STORE_MAX_JSON, &text, &size, e));
    pl_str_init(&kept);
    for (char *p = text; p < text + size; lines++) {
        size_t left = (size_t)(text + size - p);
        const char *end = memchr(p, '\n', left);
        size_t n = end ? (size_t)(end - p) : left;
        if (line_is_whole(p, n, end != NULL))
            pl_str_add_bytes(&kept, p, n + 1);
        else
            bad++;
        p += end ? n + 1 : n;
    }
    *torn = bad > 0;
    kn_status rc = KN_OK;
    if (bad > 0) {
        kn_fail(why, KN_EFORMAT, "%zu of %zu lines %s torn", bad, lines, bad == 1 ? "is" : "are");
        if (repair)
            rc = pl_write_file(f->path, kept.text, kept.size, e);
    }
    pl_str_clear(&kept);
    free(text);
    return rc;
}

kn_status pl_memory_check(const pl_memory_file *file, bool repair, bool *torn, kn_error *why,
                          kn_error *e)
{
    bool json = pl_ends_with(file->name, ".json");
    return (json ? check_json : check_lines)(file, repair, torn, why, e);
}
