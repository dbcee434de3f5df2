#include "study/runs_print.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "io/csv.h"
#include "util/str.h"

enum { GAP = 2, NARROWEST = 8 };

static bool is_text(pl_runs_kind kind)
{
    return kind == PL_RUNS_TEXT;
}

/* A cell as people see it, one line; heap. */
static char *face_of(const pl_runs_table *t, size_t row, size_t column)
{
    size_t at = row * t->columns + column;
    const char *text = t->cell[at];
    char out[48];
    double v = strtod(text, NULL);
    pl_runs_kind kind = t->column[column].kind;
    if (t->face[at])
        return pl_strdup(t->face[at]);
    if (is_text(kind)) {
        pl_str line;
        pl_str_init(&line);
        pl_add_cut(&line, text, 0);
        return pl_str_take(&line);
    }
    if (!*text)
        return pl_strdup("");
    if (kind == PL_RUNS_SHARE)
        return pl_format("%.2f", 100 * v);
    if (kind == PL_RUNS_FLOAT)
        return pl_format("%.4f", v);
    if (kind == PL_RUNS_COUNT)
        return pl_strdup(pl_human_count((long long)v, out, sizeof out));
    if (kind == PL_RUNS_RATE)
        return pl_strdup(pl_human_count((long long)(v + 0.5), out, sizeof out));
    if (kind == PL_RUNS_SECONDS)
        return pl_strdup(pl_human_seconds(v, out, sizeof out));
    if (kind == PL_RUNS_BYTES)
        return pl_strdup(pl_human_bytes(v, out, sizeof out));
    return pl_strdup(text);
}

/* What is printed: the shown columns, each cell as text. */
typedef struct grid {
    size_t *column, columns; /* of the table */
    char **text;             /* heap; [1 + rows, columns], the head first */
    size_t *width;
} grid;

static void *made(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

static bool is_shown(const pl_runs_table *t, size_t column)
{
    bool any = t->column[column].chosen || t->rows == 0;
    for (size_t r = 0; r < t->rows && !any; r++)
        any = t->cell[r * t->columns + column][0] != '\0';
    return any && t->column[column].shown;
}

static void make_grid(const pl_runs_table *t, grid *g)
{
    g->columns = 0;
    g->column = made(t->columns, sizeof *g->column);
    g->width = made(t->columns, sizeof *g->width);
    for (size_t c = 0; c < t->columns; c++) {
        if (is_shown(t, c))
            g->column[g->columns++] = c;
    }
    g->text = made((t->rows + 1) * (g->columns + 1), sizeof *g->text);
    for (size_t k = 0; k < g->columns; k++) {
        const pl_runs_column *c = &t->column[g->column[k]];
        g->text[k] = pl_format("%s%s", c->label, c->kind == PL_RUNS_SHARE ? " %" : "");
        for (size_t r = 0; r < t->rows; r++)
            g->text[(r + 1) * g->columns + k] = face_of(t, r, g->column[k]);
        for (size_t r = 0; r <= t->rows; r++) {
            size_t n = pl_text_width(g->text[r * g->columns + k]);
            g->width[k] = n > g->width[k] ? n : g->width[k];
        }
    }
}

static void clear_grid(const pl_runs_table *t, grid *g)
{
    for (size_t i = 0; i < (t->rows + 1) * g->columns; i++)
        free(g->text[i]);
    free(g->text);
    free(g->column);
    free(g->width);
}

/* Takes from the widest column of text, a character at a time, until the lines fit or none has any to
 * give. A run's id stays whole. */
static void fit_width(const pl_runs_table *t, grid *g, size_t width)
{
    size_t all = g->columns > 0 ? GAP * (g->columns - 1) : 0;
    for (size_t k = 0; k < g->columns; k++)
        all += g->width[k];
    for (bool gives = true; all > width && gives;) {
        size_t widest = g->columns;
        for (size_t k = 0; k < g->columns; k++) {
            const pl_runs_column *c = &t->column[g->column[k]];
            if (is_text(c->kind) && strcmp(c->name, "run") != 0 && g->width[k] > NARROWEST &&
                (widest == g->columns || g->width[k] > g->width[widest]))
                widest = k;
        }
        gives = widest < g->columns;
        if (gives) {
            g->width[widest]--;
            all--;
        }
    }
}

static const char *color_of(const pl_runs_table *t, size_t column, const char *text)
{
    static const struct {
        const char *status, *code;
    } colors[] = {{"failed", "31"},
                  {"stopped", "33"},
                  {"interrupted", "33"},
                  {"running", "32"},
                  {"pending", "2"}};
    for (size_t i = 0; i < sizeof colors / sizeof colors[0]; i++) {
        if (strcmp(t->column[column].name, "status") == 0 && strcmp(text, colors[i].status) == 0)
            return colors[i].code;
    }
    return NULL;
}

/* Adds the line without blanks at its end; of one that is wider than `width` the end is left out. Codes of
 * colours take no room. */
static void add_cut_line(const char *line, size_t width, bool color, pl_str *s)
{
    size_t size = strlen(line), used = 0,
           fits = 0; /* fits: bytes of the first width - 1 characters */
    while (size > 0 && line[size - 1] == ' ')
        size--;
    for (size_t i = 0; i < size; i++) {
        if (line[i] == '\033') {
            i += strcspn(line + i, "m");
            continue;
        }
        used += ((unsigned char)line[i] & 0xC0) != 0x80;
        fits = used < width ? i + 1 : fits;
    }
    if (width == 0 || used <= width)
        pl_str_add_bytes(s, line, size);
    else {
        pl_str_add_bytes(s, line, fits);
        pl_str_addf(s, "\xE2\x80\xA6%s", color ? "\033[0m" : "");
    }
    pl_str_add(s, "\n");
}

static void add_line(const pl_runs_table *t, const grid *g, size_t row, size_t width, bool color,
                     pl_str *s)
{
    pl_str line;
    pl_str_init(&line);
    for (size_t k = 0; k < g->columns; k++) {
        const char *text = g->text[row * g->columns + k];
        const char *code = color ? (row == 0 ? "1" : color_of(t, g->column[k], text)) : NULL;
        bool left = is_text(t->column[g->column[k]].kind);
        pl_str cut;
        pl_str_init(&cut);
        pl_add_cut(&cut, text, g->width[k]);
        size_t n = pl_text_width(cut.text), pad = g->width[k] > n ? g->width[k] - n : 0;
        pl_str_addf(&line, "%*s", (int)((k ? GAP : 0) + (left ? 0 : pad)), "");
        if (code && n > 0)
            pl_str_addf(&line, "\033[%sm%s\033[0m", code, cut.text);
        else
            pl_str_add(&line, cut.text);
        pl_str_addf(&line, "%*s", (int)(left ? pad : 0), "");
        pl_str_clear(&cut);
    }
    add_cut_line(line.text, width, color, s);
    pl_str_clear(&line);
}

void pl_runs_text(const pl_runs_table *t, size_t width, bool color, pl_str *s)
{
    grid g;
    make_grid(t, &g);
    if (width)
        fit_width(t, &g, width);
    for (size_t r = 0; r <= t->rows; r++)
        add_line(t, &g, r, width, color, s);
    clear_grid(t, &g);
}

void pl_runs_csv(const pl_runs_table *t, pl_str *s)
{
    for (size_t c = 0; c < t->columns; c++) {
        pl_str_add(s, c ? "," : "");
        pl_csv_add(s, t->column[c].name);
    }
    pl_str_add(s, "\n");
    for (size_t i = 0; i < t->cells; i++) {
        pl_csv_add(s, t->cell[i]);
        pl_str_add(s, (i + 1) % t->columns ? "," : "\n");
    }
}

/* A cell as JSON: of a column of numbers a number, whole ones as integers. */
static json_t *value_of(const char *text, pl_runs_kind kind)
{
    char *end;
    double v = strtod(text, &end);
    if (!*text)
        return json_null();
    if (is_text(kind) || *end)
        return json_string(text);
    if (v == floor(v) && fabs(v) < 9e15 && !strpbrk(text, ".eE"))
        return json_integer((json_int_t)v);
    return json_real(v);
}

json_t *pl_runs_json(const pl_runs_table *t)
{
    json_t *all = json_array();
    for (size_t r = 0; r < t->rows; r++) {
        json_t *row = json_object();
        for (size_t c = 0; c < t->columns; c++)
            json_object_set_new(row, t->column[c].name,
                                value_of(t->cell[r * t->columns + c], t->column[c].kind));
        json_array_append_new(all, row);
    }
    return all;
}
