#include "draw/figures.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"
#include "draw/gnuplot.h"
#include "util/fs.h"
#include "util/room.h"

enum { MAX_PIXELS = 32000, MAX_FIGURE_BYTES = 1 << 26, FIGURES_EACH = 8 };

void pl_figures_init(pl_figures *f)
{
    pl_str_init(&f->script);
    f->name = NULL;
    f->csv = NULL;
    f->start = NULL;
    f->count = 0;
}

void pl_figures_clear(pl_figures *f)
{
    pl_str_clear(&f->script);
    for (size_t i = 0; i < f->count; i++)
        free(f->csv[i]);
    free(f->name);
    free(f->csv);
    free(f->start);
    f->name = NULL;
    f->csv = NULL;
    f->start = NULL;
    f->count = 0;
}

#define SVG_OPTIONS "noenhanced font 'DejaVu Sans,12' background '#ffffff'"

/* gnuplot's SVG terminal remembers the last pen of the figure before, and the next one's first
 * element has its colour. A figure that is thrown away comes first, so that a figure's bytes do not
 * depend on its place in the script. */
static const char settle[] = "reset\nset terminal svg " SVG_OPTIONS "\nset output '/dev/null'\n"
                             "plot [0:1][0:1] 2 notitle\nunset output\n";

void pl_figures_add(pl_figures *f, const pl_figure *figure)
{
    int width = figure->width, height = figure->height;
    f->name = realloc(f->name, (f->count + 1) * sizeof *f->name);
    f->csv = realloc(f->csv, (f->count + 1) * sizeof *f->csv);
    f->start = realloc(f->start, (f->count + 1) * sizeof *f->start);
    if (!f->name || !f->csv || !f->start)
        abort();
    f->start[f->count] = f->script.size;
    f->csv[f->count] = figure->csv ? pl_strdup(figure->csv) : NULL;
    snprintf(f->name[f->count], PL_FIGURE_NAME, "%s", figure->name);
    int scale = width * 2 <= MAX_PIXELS && height * 2 <= MAX_PIXELS ? 2 : 1;
    pl_str_addf(&f->script,
                "%sreset\nset encoding utf8\n"
                "set terminal svg size %d,%d " SVG_OPTIONS "\n"
                "set output '%s.svg'\n%s\nunset output\n",
                settle, width, height, f->name[f->count], figure->body);
    pl_str_addf(&f->script,
                "reset\nset encoding utf8\n"
                "set terminal pngcairo size %d,%d noenhanced font 'DejaVu Sans,9' fontscale %d "
                "linewidth %d pointscale %d background '#ffffff'\n"
                "set output '%s.png'\n%s\nunset output\n",
                width * scale, height * scale, scale, scale, scale, f->name[f->count],
                figure->body);
    f->count++;
}

static kn_status write_csv(const pl_figures *f, const char *dir, kn_error *e)
{
    kn_status rc = KN_OK;
    for (size_t i = 0; i < f->count && rc == KN_OK; i++) {
        char *path = pl_format("%s/%s.csv", dir, f->name[i]);
        if (f->csv[i])
            rc = pl_write_file_if_changed(path, f->csv[i], strlen(f->csv[i]), e);
        free(path);
    }
    return rc;
}

/* Scripts of at most FIGURES_EACH figures, so that the processes end at about the same time. */
static kn_status draw_into(const pl_figures *f, const char *dir, int at_once, kn_error *e)
{
    size_t parts = (f->count + FIGURES_EACH - 1) / FIGURES_EACH;
    pl_gnuplot_part *part = calloc(parts, sizeof *part);
    if (!part)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu figures", f->count);
    for (size_t k = 0; k < parts; k++) {
        size_t from = f->start[k * FIGURES_EACH];
        size_t to = k + 1 < parts ? f->start[(k + 1) * FIGURES_EACH] : f->script.size;
        part[k] = (pl_gnuplot_part){f->script.text + from, to - from};
    }
    kn_status rc = pl_gnuplot_run(dir, part, parts, at_once, e);
    free(part);
    return rc;
}

/* The last bytes of a whole file of each kind. */
static bool is_whole(const char *bytes, size_t size, bool png)
{
    static const char svg_end[] = "</svg>", png_end[] = "IEND\xae\x42\x60\x82";
    enum { PNG_END = sizeof png_end - 1, SVG_END = sizeof svg_end - 1 };
    if (png)
        return size > PNG_END && memcmp(bytes + size - PNG_END, png_end, PNG_END) == 0;
    while (size > 0 && isspace((unsigned char)bytes[size - 1]))
        size--;
    return size > SVG_END && memcmp(bytes + size - SVG_END, svg_end, SVG_END) == 0;
}

/* Moves the drawn files over, leaving alone those that did not change. *cut: one is not whole, which
 * gnuplot does not tell of when the disk is full. */
static kn_status take_files(const pl_figures *f, const char *from, const char *to, bool *cut,
                            kn_error *e)
{
    static const char *const ending[2] = {"svg", "png"};
    for (size_t i = 0; i < 2 * f->count; i++) {
        char *source = pl_format("%s/%s.%s", from, f->name[i / 2], ending[i % 2]);
        char *target = pl_format("%s/%s.%s", to, f->name[i / 2], ending[i % 2]);
        char *bytes = NULL;
        size_t size;
        kn_status rc = pl_read_file(source, MAX_FIGURE_BYTES, &bytes, &size, e);
        *cut = rc == KN_OK && !is_whole(bytes, size, i % 2 == 1);
        if (rc == KN_OK && !*cut)
            rc = pl_write_file_if_changed(target, bytes, size, e);
        free(bytes);
        free(source);
        free(target);
        if (rc != KN_OK || *cut)
            return rc;
    }
    return KN_OK;
}

kn_status pl_figures_draw(const pl_figures *f, const char *dir, int threads, kn_error *e)
{
    if (f->count == 0)
        return KN_OK;
    KN_TRY(pl_make_dirs(dir, e));
    KN_TRY(write_csv(f, dir, e));
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

static bool is_stale(const pl_figures *f, const char *file, const char *const *heads)
{
    bool csv = pl_ends_with(file, ".csv");
    if (!pl_ends_with(file, ".svg") && !pl_ends_with(file, ".png") && !csv)
        return false;
    bool ours = false;
    for (; *heads; heads++)
        ours = ours || pl_starts_with(file, *heads);
    for (size_t i = 0; ours && i < f->count; i++) {
        size_t n = strlen(f->name[i]);
        if (strlen(file) == n + 4 && strncmp(file, f->name[i], n) == 0)
            return csv && !f->csv[i];
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
