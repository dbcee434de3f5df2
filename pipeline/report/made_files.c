#include "report/made_files.h"

#include <stdlib.h>
#include <string.h>

#include "util/fs.h"
#include "util/str.h"

enum { MAX_LIST_BYTES = 1 << 26 };
#define LIST_NAME ".report.files"

static void add(pl_made_files *m, char *path)
{
    m->path = realloc(m->path, (m->count + 1) * sizeof *m->path);
    if (!m->path)
        abort();
    m->path[m->count++] = path;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_once(pl_made_files *m)
{
    if (m->count == 0)
        return;
    qsort(m->path, m->count, sizeof *m->path, by_bytes);
    size_t kept = 1;
    for (size_t i = 1; i < m->count; i++) {
        if (strcmp(m->path[i], m->path[kept - 1]) == 0)
            free(m->path[i]);
        else
            m->path[kept++] = m->path[i];
    }
    m->count = kept;
}

void pl_made_files_of(const pl_doc *d, const pl_figures *f, pl_made_files *out)
{
    static const char *const endings[] = {"svg", "png", "pdf", "csv"};
    *out = (pl_made_files){NULL, 0};
    for (size_t i = 0; i < f->count; i++) {
        for (size_t k = 0; k < 3u + (f->item[i].csv != NULL); k++)
            add(out, pl_format("plots/%s.%s", f->item[i].name, endings[k]));
    }
    for (size_t i = 0; i < d->count; i++) {
        if (d->block[i].kind == PL_BLOCK_PICTURE)
            add(out, pl_strdup(d->block[i].name));
    }
    sort_once(out);
}

void pl_made_files_clear(pl_made_files *made)
{
    for (size_t i = 0; i < made->count; i++)
        free(made->path[i]);
    free(made->path);
    *made = (pl_made_files){NULL, 0};
}

/* Only what a report can have made: a list somebody wrote must not reach outside. */
static bool is_ours(const char *path)
{
    return (pl_starts_with(path, "plots/") || pl_starts_with(path, "pictures/")) &&
           !strstr(path, "..");
}

static kn_status read_list(const char *study_dir, pl_made_files *out, kn_error *e)
{
    char *path = pl_path_join(study_dir, LIST_NAME), *text = NULL;
    size_t size;
    *out = (pl_made_files){NULL, 0};
    kn_status rc = pl_exists(path) ? pl_read_file(path, MAX_LIST_BYTES, &text, &size, e) : KN_OK;
    for (char *at = text; at && *at;) {
        size_t n = strcspn(at, "\n");
        char *line = pl_format("%.*s", (int)n, at);
        if (is_ours(line))
            add(out, line);
        else
            free(line);
        at += n + (at[n] ? 1 : 0);
    }
    sort_once(out);
    free(text);
    free(path);
    return rc;
}

static kn_status write_list(const char *study_dir, const pl_made_files *m, kn_error *e)
{
    char *path = pl_path_join(study_dir, LIST_NAME);
    pl_str s;
    pl_str_init(&s);
    for (size_t i = 0; i < m->count; i++)
        pl_str_addf(&s, "%s\n", m->path[i]);
    kn_status rc = pl_write_file_if_changed(path, s.text, s.size, e);
    pl_str_clear(&s);
    free(path);
    return rc;
}

kn_status pl_made_files_begin(const char *study_dir, const pl_made_files *made, kn_error *e)
{
    pl_made_files all;
    KN_TRY(read_list(study_dir, &all, e));
    for (size_t i = 0; i < made->count; i++)
        add(&all, pl_strdup(made->path[i]));
    sort_once(&all);
    kn_status rc = write_list(study_dir, &all, e);
    pl_made_files_clear(&all);
    return rc;
}

kn_status pl_made_files_end(const char *study_dir, const pl_made_files *made, kn_error *e)
{
    pl_made_files listed;
    KN_TRY(read_list(study_dir, &listed, e));
    kn_status rc = KN_OK;
    for (size_t i = 0; i < listed.count && rc == KN_OK; i++) {
        if (made->count &&
            bsearch(&listed.path[i], made->path, made->count, sizeof *made->path, by_bytes))
            continue;
        char *path = pl_path_join(study_dir, listed.path[i]);
        rc = pl_remove_tree(path, e);
        free(path);
    }
    if (rc == KN_OK)
        rc = write_list(study_dir, made, e);
    pl_made_files_clear(&listed);
    return rc;
}
