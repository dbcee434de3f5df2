/* .drawn: gnuplot's version on a line, then a line per figure, by name: the digests of its script and of its files,
 * and its name. */
#include "draw/figure_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/fs.h"
#include "util/str.h"

enum { MAX_MEMORY_BYTES = 1 << 24 };

static char *path_of(const char *dir)
{
    return pl_path_join(dir, ".drawn");
}

static bool parse(const char *line, pl_drawn_figure *out)
{
    char digest[1 + PL_FIGURE_KINDS][PL_DIGEST_HEX];
    _Static_assert(PL_FIGURE_KINDS == 3 && PL_DIGEST_HEX == 65 && PL_FIGURE_NAME == 96,
                   "the formats below");
    if (sscanf(line, "%64[0-9a-f] %64[0-9a-f] %64[0-9a-f] %64[0-9a-f] %95[^\n]", digest[0],
               digest[1], digest[2], digest[3], out->name) != 5)
        return false;
    memcpy(out->script.hex, digest[0], PL_DIGEST_HEX);
    for (int k = 0; k < PL_FIGURE_KINDS; k++)
        memcpy(out->file[k].hex, digest[1 + k], PL_DIGEST_HEX);
    return true;
}

void pl_figure_memory_read(const char *dir, pl_figure_memory *m)
{
    char *path = path_of(dir), *text = NULL;
    size_t size;
    *m = (pl_figure_memory){.item = NULL};
    if (pl_exists(path) && pl_read_file(path, MAX_MEMORY_BYTES, &text, &size, NULL) == KN_OK) {
        const char *at = text;
        size_t n = strcspn(at, "\n"), lines = 0;
        snprintf(m->version, sizeof m->version, "%.*s", (int)(n < 100 ? n : 100), at);
        for (const char *c = text; *c; c++)
            lines += *c == '\n';
        m->item = calloc(lines + 1, sizeof *m->item);
        if (!m->item)
            abort();
        while (at[n] == '\n' && at[n + 1]) {
            at += n + 1;
            n = strcspn(at, "\n");
            if (parse(at, &m->item[m->count]))
                m->count++;
        }
    }
    free(text);
    free(path);
}

void pl_figure_memory_clear(pl_figure_memory *m)
{
    free(m->item);
    *m = (pl_figure_memory){.item = NULL};
}

static kn_status digest_of(const char *dir, const char *name, int kind, pl_digest *out, kn_error *e)
{
    char *path = pl_format("%s/%s.%s", dir, name, pl_figure_kinds[kind]);
    kn_status rc = pl_digest_file(path, out, e);
    free(path);
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const pl_drawn_figure *)a)->name, ((const pl_drawn_figure *)b)->name);
}

bool pl_figure_is_drawn(const pl_figure_memory *m, const char *dir, const pl_figure_item *figure)
{
    pl_drawn_figure key = {.name = ""};
    if (m->count == 0)
        return false;
    memcpy(key.name, figure->name, sizeof key.name);
    const pl_drawn_figure *was = bsearch(&key, m->item, m->count, sizeof key, by_name);
    pl_digest now = pl_digest_text(figure->script);
    bool same = was && strcmp(was->script.hex, now.hex) == 0;
    for (int k = 0; k < PL_FIGURE_KINDS && same; k++)
        same = digest_of(dir, figure->name, k, &now, NULL) == KN_OK &&
               strcmp(was->file[k].hex, now.hex) == 0;
    return same;
}

kn_status pl_figure_memory_write(const char *dir, const char *version, const pl_figures *f,
                                 kn_error *e)
{
    pl_drawn_figure *item = calloc(f->count + 1, sizeof *item);
    if (!item)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu figures", f->count);
    char *path = path_of(dir);
    kn_status rc = KN_OK;
    pl_str s;
    pl_str_init(&s);
    pl_str_addf(&s, "%s\n", version);
    for (size_t i = 0; i < f->count; i++) {
        memcpy(item[i].name, f->item[i].name, sizeof item[i].name);
        item[i].script = pl_digest_text(f->item[i].script);
        for (int k = 0; k < PL_FIGURE_KINDS; k++)
            KN_TRY_TO(rc, cleanup, digest_of(dir, item[i].name, k, &item[i].file[k], e));
    }
    qsort(item, f->count, sizeof *item, by_name);
    for (size_t i = 0; i < f->count; i++)
        pl_str_addf(&s, "%s %s %s %s %s\n", item[i].script.hex, item[i].file[0].hex,
                    item[i].file[1].hex, item[i].file[2].hex, item[i].name);
    rc = pl_write_file_if_changed(path, s.text, s.size, e);
cleanup:
    pl_str_clear(&s);
    free(path);
    free(item);
    return rc;
}
