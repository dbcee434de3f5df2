#include "draw/figures.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"
#include "draw/figure_memory.h"
#include "draw/gnuplot.h"
#include "util/fs.h"
#include "util/room.h"
#include "util/str.h"
#include "util/subprocess.h"

enum { MAX_FIGURE_BYTES = 1 << 26, MOST_TOGETHER = 32, VERSION = 100 };

void pl_figures_init(pl_figures *f)
{
    f->item = NULL;
    f->count = 0;
}

void pl_figures_clear(pl_figures *f)
{
    for (size_t i = 0; i < f->count; i++) {
        free(f->item[i].script);
        free(f->item[i].csv);
    }
    free(f->item);
    pl_figures_init(f);
}

void pl_figures_add(pl_figures *f, const pl_figure *figure)
{
    f->item = realloc(f->item, (f->count + 1) * sizeof *f->item);
    if (!f->item)
        abort();
    pl_figure_item *d = &f->item[f->count++];
    memset(d, 0, sizeof *d);
    snprintf(d->name, sizeof d->name, "%s", figure->name);
    d->script = pl_figure_script(figure);
    d->csv = figure->csv ? pl_strdup(figure->csv) : NULL;
}

static kn_status write_csv(const pl_figures *f, const char *dir, kn_error *e)
{
    kn_status rc = KN_OK;
    for (size_t i = 0; i < f->count && rc == KN_OK; i++) {
        const pl_figure_item *d = &f->item[i];
        char *path = pl_format("%s/%s.csv", dir, d->name);
        if (d->csv)
            rc = pl_write_file_if_changed(path, d->csv, strlen(d->csv), e);
        free(path);
    }
    return rc;
}

/* A script per process; each has every parts-th figure, so that they end at about the same time. */
static kn_status draw_into(const pl_figures *f, const char *dir, int at_once, kn_error *e)
{
    size_t most = (size_t)at_once * MOST_TOGETHER, parts = (size_t)at_once;
    parts = f->count > most ? (f->count + MOST_TOGETHER - 1) / MOST_TOGETHER : parts;
    parts = f->count < parts ? f->count : parts;
    pl_gnuplot_part *part = calloc(parts, sizeof *part);
    pl_str *script = calloc(parts, sizeof *script);
    if (!part || !script)
        abort();
    for (size_t k = 0; k < parts; k++)
        pl_str_init(&script[k]);
    for (size_t i = 0; i < f->count; i++)
        pl_str_add(&script[i % parts], f->item[i].script);
    for (size_t k = 0; k < parts; k++)
        part[k] = (pl_gnuplot_part){script[k].text, script[k].size};
    kn_status rc = pl_gnuplot_run(dir, part, parts, at_once, e);
    for (size_t k = 0; k < parts; k++)
        pl_str_clear(&script[k]);
    free(script);
    free(part);
    return rc;
}

/* The last bytes of a whole file of each kind. */
static bool is_whole(const char *bytes, size_t size, int kind)
{
    static const char png_end[] = "IEND\xae\x42\x60\x82";
    static const char *const text_end[PL_FIGURE_KINDS] = {"</svg>", NULL, "%%EOF"};
    const char *end = text_end[kind];
    if (!end)
        return size >= sizeof png_end &&
               memcmp(bytes + size - (sizeof png_end - 1), png_end, sizeof png_end - 1) == 0;
    while (size > 0 && isspace((unsigned char)bytes[size - 1]))
        size--;
    size_t n = strlen(end);
    return size > n && memcmp(bytes + size - n, end, n) == 0;
}

/* cairo writes when a PDF was made, as 14 digits of UTC (the child's time zone): they become a fixed day's,
 * so that every other byte, and every offset in the file, stays as it is. */
static void forget_time(char *bytes, size_t size)
{
    static const char head[] = "/CreationDate (D:", day[] = "20000101000000";
    enum { HEAD = sizeof head - 1, DAY = sizeof day - 1 };
    char *at = bytes, *end = bytes + size;
    while ((size_t)(end - at) > HEAD + DAY &&
           (at = memchr(at, '/', (size_t)(end - at) - HEAD - DAY))) {
        if (memcmp(at, head, HEAD) == 0)
            memcpy(at + HEAD, day, DAY);
        at++;
    }
}

/* Moves a drawn file over, leaving alone one that did not change. *cut: it is not whole, which gnuplot
 * does not tell of when the disk is full. */
static kn_status take_file(const char *name, int kind, const char *from, const char *to, bool *cut,
                           kn_error *e)
{
    char *source = pl_format("%s/%s.%s", from, name, pl_figure_kinds[kind]);
    char *target = pl_format("%s/%s.%s", to, name, pl_figure_kinds[kind]);
    char *bytes = NULL;
    size_t size;
    kn_status rc = pl_read_file(source, MAX_FIGURE_BYTES, &bytes, &size, e);
    *cut = rc == KN_OK && !is_whole(bytes, size, kind);
    if (rc == KN_OK && !*cut) {
        if (kind == PL_FIGURE_KINDS - 1)
            forget_time(bytes, size);
        rc = pl_write_file_if_changed(target, bytes, size, e);
    }
    free(bytes);
    free(source);
    free(target);
    return rc;
}

static kn_status take_files(const pl_figures *f, const char *from, const char *to, bool *cut,
                            kn_error *e)
{
    kn_status rc = KN_OK;
    *cut = false;
    for (size_t i = 0; i < f->count && rc == KN_OK && !*cut; i++) {
        for (int k = 0; k < PL_FIGURE_KINDS && rc == KN_OK && !*cut; k++)
            rc = take_file(f->item[i].name, k, from, to, cut, e);
    }
    return rc;
}

/* All of f, without a look at what is there. */
static kn_status draw_all(const pl_figures *f, const char *dir, int threads, kn_error *e)
{
    char *drawing = pl_path_join(dir, ".drawing"), *work = pl_temporary_name(drawing, 0);
    free(drawing);
    pl_room room = {0};
    kn_status rc;
    KN_TRY_TO(rc, cleanup, pl_make_dirs(work, e));
    bool cut;
    do {
        cut = false;
        KN_TRY_TO(rc, cleanup, draw_into(f, work, threads > 0 ? threads : kn_cpu_count(), e));
        rc = take_files(f, work, dir, &cut, e);
        if (cut) {
            errno = ENOSPC;
            rc = pl_room_again(&room, dir, e, "gnuplot left a figure of '%s' unfinished", dir);
        }
    } while (cut && rc == KN_OK);
    pl_room_found(&room);
cleanup:
    pl_remove_tree(work, NULL);
    free(work);
    return rc;
}

/* What `gnuplot --version` says; "" where there is none. */
static kn_status find_version(char out[VERSION], kn_error *e)
{
    static const char *const argv[] = {"gnuplot", "--version", NULL};
    pl_subprocess p;
    out[0] = '\0';
    KN_TRY(pl_subprocess_run(argv, &p, e));
    if (p.found && p.exit_code == 0)
        snprintf(out, VERSION, "%.*s", (int)strcspn(p.out, "\n"), p.out);
    pl_subprocess_clear(&p);
    return KN_OK;
}

kn_status pl_figures_draw_count(const pl_figures *f, const char *dir, int threads, size_t *drawn,
                                kn_error *e)
{
    char version[VERSION];
    pl_figure_memory memory;
    if (drawn)
        *drawn = 0;
    if (f->count == 0)
        return KN_OK;
    KN_TRY(find_version(version, e));
    KN_TRY(pl_make_dirs(dir, e));
    KN_TRY(write_csv(f, dir, e));
    pl_figures left = {calloc(f->count, sizeof *left.item), 0}; /* borrows what is to be drawn */
    if (!left.item)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu figures", f->count);
    pl_figure_memory_read(dir, &memory);
    bool known = !version[0] || strcmp(version, memory.version) == 0;
    for (size_t i = 0; i < f->count; i++) {
        if (!known || !pl_figure_is_drawn(&memory, dir, &f->item[i]))
            left.item[left.count++] = f->item[i];
    }
    kn_status rc = KN_OK;
    if (left.count > 0)
        rc = draw_all(&left, dir, threads, e);
    if (rc == KN_OK)
        rc = pl_figure_memory_write(dir, version[0] ? version : memory.version, f, e);
    if (drawn)
        *drawn = left.count;
    pl_figure_memory_clear(&memory);
    free(left.item);
    return rc;
}

kn_status pl_figures_draw(const pl_figures *f, const char *dir, int threads, kn_error *e)
{
    return pl_figures_draw_count(f, dir, threads, NULL, e);
}

static bool has_kind(const char *file)
{
    for (int k = 0; k < PL_FIGURE_KINDS; k++) {
        char ending[8];
        snprintf(ending, sizeof ending, ".%s", pl_figure_kinds[k]);
        if (pl_ends_with(file, ending))
            return true;
    }
    return false;
}

static bool is_stale(const pl_figures *f, const char *file, const char *const *heads)
{
    bool csv = pl_ends_with(file, ".csv"), ours = false;
    if (!csv && !has_kind(file))
        return false;
    for (; *heads; heads++)
        ours = ours || pl_starts_with(file, *heads);
    for (size_t i = 0; ours && i < f->count; i++) {
        size_t n = strlen(f->item[i].name);
        if (strlen(file) == n + 4 && strncmp(file, f->item[i].name, n) == 0)
            return csv && !f->item[i].csv;
    }
    return ours;
}

kn_status pl_figures_prune(const pl_figures *f, const char *dir, const char *const *heads,
                           kn_error *e)
{
    char **names;
    size_t count;
    if (!pl_is_dir(dir))
        return KN_OK;
    KN_TRY(pl_list_dir(dir, &names, &count, e));
    kn_status rc = KN_OK;
    for (size_t i = 0; i < count && rc == KN_OK; i++) {
        if (!is_stale(f, names[i], heads))
            continue;
        char *path = pl_path_join(dir, names[i]);
        rc = pl_remove_tree(path, e);
        free(path);
    }
    pl_free_names(names);
    return rc;
}
