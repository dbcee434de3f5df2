/* The table itself: filter, sort, cut. runs_rows.c fills it. */
#include "study/runs_query.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/str.h"

static void *grown(void *p, size_t count, size_t size)
{
    p = realloc(p, (count ? count : 1) * size);
    if (!p)
        abort();
    return p;
}

void pl_runs_begin(pl_runs_table *t, const char *what)
{
    *t = (pl_runs_table){.what = pl_strdup(what)};
}

void pl_runs_column_add(pl_runs_table *t, const char *name, const char *label, pl_runs_kind kind,
                        bool shown)
{
    t->column = grown(t->column, t->columns + 1, sizeof *t->column);
    t->column[t->columns++] = (pl_runs_column){pl_strdup(name), label, kind, false, shown, false};
}

void pl_runs_cell(pl_runs_table *t, const char *text, const char *face)
{
    if (t->cells == t->room) {
        t->room = t->room ? 2 * t->room : 64;
        t->cell = grown(t->cell, t->room, sizeof *t->cell);
        t->face = grown(t->face, t->room, sizeof *t->face);
    }
    t->cell[t->cells] = pl_strdup(text);
    t->face[t->cells] = face ? pl_strdup(face) : NULL;
    t->cells++;
    t->rows = t->cells / t->columns;
}

void pl_runs_cell_number(pl_runs_table *t, double value)
{
    char text[32] = "";
    if (!isnan(value))
        snprintf(text, sizeof text, "%.9g", value);
    pl_runs_cell(t, text, NULL);
}

void pl_runs_clear(pl_runs_table *t)
{
    for (size_t i = 0; i < t->cells; i++) {
        free(t->cell[i]);
        free(t->face[i]);
    }
    for (size_t c = 0; c < t->columns; c++)
        free(t->column[c].name);
    free(t->cell);
    free(t->face);
    free(t->column);
    free(t->what);
    memset(t, 0, sizeof *t);
}

/* How well the key names the column: 0 not at all. */
static int fit(const pl_runs_column *c, const char *key)
{
    if (c->swept && (strcmp(c->label, key) == 0 || strcmp(c->name, key) == 0))
        return 4;
    if (strcmp(c->name, key) == 0)
        return 3;
    if (strcmp(c->label, key) == 0)
        return 2;
    size_t n = strlen(c->name), k = strlen(key);
    return k > 0 && n > k && c->name[n - k - 1] == '.' && strcmp(c->name + n - k, key) == 0;
}

static void add_names(const pl_runs_table *t, pl_str *s)
{
    for (size_t c = 0; c < t->columns; c++)
        pl_str_addf(s, "%s%s", c ? ", " : "", t->column[c].name);
}

static kn_status no_column(const pl_runs_table *t, const char *option, const char *key, kn_error *e)
{
    const char **names = grown(NULL, 2 * t->columns, sizeof *names);
    for (size_t c = 0; c < t->columns; c++) {
        names[c] = t->column[c].name;
        names[t->columns + c] = t->column[c].label;
    }
    const char *near = pl_nearest(key, names, 2 * t->columns);
    kn_status rc;
    pl_str all;
    pl_str_init(&all);
    add_names(t, &all);
    if (near)
        rc = kn_fail(e, KN_EUSAGE, "%s: %s has no column '%s'; did you mean '%s'?", option, t->what,
                     key, near);
    else
        rc = kn_fail(e, KN_EUSAGE, "%s: %s has no column '%s'; it has %s", option, t->what, key,
                     all.text);
    pl_str_clear(&all);
    free(names);
    return rc;
}

kn_status pl_runs_find(const pl_runs_table *t, const char *option, const char *key, size_t *column,
                       kn_error *e)
{
    int best = 0;
    size_t found = 0, second = 0, ties = 0;
    for (size_t c = 0; c < t->columns; c++) {
        int its = fit(&t->column[c], key);
        if (its > best) {
            best = its;
            found = c;
            ties = 1;
        } else if (its == best && best > 0) {
            second = c;
            ties++;
        }
    }
    if (ties == 0)
        return no_column(t, option, key, e);
    if (ties > 1)
        return kn_fail(e, KN_EUSAGE, "%s: '%s' may be '%s' or '%s'; give more of its name", option,
                       key, t->column[found].name, t->column[second].name);
    *column = found;
    return KN_OK;
}

/* The whole text as a number; NaN: it is none. A percentage is its hundredth. */
static double number_in(const char *text)
{
    char *end;
    if (!strchr("+-.0123456789", *text) || !*text)
        return (double)NAN;
    double v = strtod(text, &end);
    if (*end == '%' && !end[1])
        return v / 100;
    return *end ? (double)NAN : v;
}

static double value_of(const pl_runs_table *t, size_t row, size_t column)
{
    return number_in(t->cell[row * t->columns + column]);
}

typedef enum operation { EQUAL, DIFFERENT, BELOW, AT_MOST, ABOVE, AT_LEAST, HAS } operation;

typedef struct condition {
    size_t column;
    operation op;
    char *value; /* heap */
    double number;
} condition;

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\n");
}

/* The word of a value, up to a blank, or what stands in quotes; heap. NULL: a quote has no end. */
static char *take_value(const char **at)
{
    char quote = **at == '"' || **at == '\'' ? **at : '\0';
    const char *from = *at + (quote != '\0');
    size_t n = quote ? strcspn(from, quote == '"' ? "\"" : "'") : strcspn(from, " \t\n");
    if (quote && !from[n])
        return NULL;
    *at = from + n + (quote != '\0');
    return pl_format("%.*s", (int)n, from);
}

static kn_status take_condition(const pl_runs_table *t, const char **at, condition *out,
                                kn_error *e)
{
    static const struct {
        const char *text;
        operation op;
    } ops[] = {{"!=", DIFFERENT}, {"<=", AT_MOST}, {">=", AT_LEAST}, {"=", EQUAL},
               {"<", BELOW},      {">", ABOVE},    {"~", HAS}};
    const char *word = *at;
    size_t n = strcspn(word, "!=<>~ \t\n");
    char *key = pl_format("%.*s", (int)n, word);
    kn_status rc = KN_OK;
    size_t k = 0, kinds = sizeof ops / sizeof ops[0];
    *out = (condition){.value = NULL};
    while (k < kinds && strncmp(word + n, ops[k].text, strlen(ops[k].text)) != 0)
        k++;
    if (k == kinds || n == 0) {
        rc =
            kn_fail(e, KN_EUSAGE,
                    "--filter: '%.*s' is no condition such as train.lr=0.01, test_accuracy>0.95 or "
                    "group~cnn (operators: = != < <= > >= ~, no blanks around them)",
                    (int)strcspn(word, " \t\n"), word);
        goto cleanup;
    }
    KN_TRY_TO(rc, cleanup, pl_runs_find(t, "--filter", key, &out->column, e));
    out->op = ops[k].op;
    *at = word + n + strlen(ops[k].text);
    out->value = take_value(at);
    if (!out->value) {
        rc = kn_fail(e, KN_EUSAGE, "--filter: the quote in '%s' has no end", word);
        goto cleanup;
    }
    out->number = number_in(out->value);
    if (out->op >= BELOW && out->op <= AT_LEAST && isnan(out->number))
        rc = kn_fail(e, KN_EUSAGE, "--filter: %s%s needs a number, not '%s'", key, ops[k].text,
                     out->value);
cleanup:
    free(key);
    return rc;
}

static bool holds(const pl_runs_table *t, size_t row, const condition *c)
{
    size_t at = row * t->columns + c->column;
    double v = value_of(t, row, c->column);
    bool numbers = !isnan(v) && !isnan(c->number);
    bool equal = numbers ? v == c->number : strcmp(t->cell[at], c->value) == 0;
    switch (c->op) {
    case EQUAL:
        return equal || (t->face[at] && strcmp(t->face[at], c->value) == 0);
    case DIFFERENT:
        return !(equal || (t->face[at] && strcmp(t->face[at], c->value) == 0));
    case BELOW:
        return v < c->number;
    case AT_MOST:
        return v <= c->number;
    case ABOVE:
        return v > c->number;
    case AT_LEAST:
        return v >= c->number;
    case HAS:
        break;
    }
    return strstr(t->cell[at], c->value) || (t->face[at] && strstr(t->face[at], c->value));
}

/* The rows kept in this order come first, the others are freed. */
static void keep_rows(pl_runs_table *t, const size_t *row, size_t count)
{
    char **cell = grown(NULL, t->cells, sizeof *cell), **face = grown(NULL, t->cells, sizeof *face);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < t->columns; c++, n++) {
            size_t from = row[i] * t->columns + c;
            cell[n] = t->cell[from];
            face[n] = t->face[from];
            t->cell[from] = t->face[from] = NULL;
        }
    }
    for (size_t i = 0; i < t->cells; i++) {
        free(t->cell[i]);
        free(t->face[i]);
    }
    free(t->cell);
    free(t->face);
    t->cell = cell;
    t->face = face;
    t->room = t->cells;
    t->cells = n;
    t->rows = count;
}

static void filter_by(pl_runs_table *t, const condition *c)
{
    size_t *row = grown(NULL, t->rows, sizeof *row), kept = 0;
    for (size_t r = 0; r < t->rows; r++) {
        if (holds(t, r, c))
            row[kept++] = r;
    }
    keep_rows(t, row, kept);
    free(row);
}

kn_status pl_runs_filter(pl_runs_table *t, const char *conditions, kn_error *e)
{
    const char *at = skip_blanks(conditions);
    kn_status rc = KN_OK;
    while (*at && rc == KN_OK) {
        condition c;
        rc = take_condition(t, &at, &c, e);
        if (rc == KN_OK)
            filter_by(t, &c);
        free(c.value);
        at = skip_blanks(at);
    }
    return rc;
}

typedef struct ranked {
    const char *text;
    double number; /* NaN: text */
    size_t row;
    bool descending;
} ranked;

/* Empty last, then numbers by value, then text by its bytes. */
static int by_cell(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    int order;
    if (!*x->text || !*y->text)
        order = !*x->text - !*y->text;
    else if (!isnan(x->number) && !isnan(y->number))
        order = (x->descending ? -1 : 1) * ((x->number > y->number) - (x->number < y->number));
    else if (isnan(x->number) != isnan(y->number))
        order = isnan(x->number) - isnan(y->number);
    else
        order = x->descending ? strcmp(y->text, x->text) : strcmp(x->text, y->text);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

kn_status pl_runs_sort(pl_runs_table *t, const char *key, kn_error *e)
{
    const char *comma = strchr(key, ',');
    size_t column;
    if (comma && strcmp(comma, ",asc") != 0 && strcmp(comma, ",desc") != 0)
        return kn_fail(e, KN_EUSAGE, "--sort: behind '%.*s' stands asc or desc, not '%s'",
                       (int)(comma - key), key, comma + 1);
    char *name = pl_format("%.*s", (int)strcspn(key, ","), key);
    kn_status rc = pl_runs_find(t, "--sort", name, &column, e);
    free(name);
    KN_TRY(rc);
    ranked *r = grown(NULL, t->rows, sizeof *r);
    size_t *row = grown(NULL, t->rows, sizeof *row);
    for (size_t i = 0; i < t->rows; i++)
        r[i] = (ranked){t->cell[i * t->columns + column], value_of(t, i, column), i,
                        comma && comma[1] == 'd'};
    qsort(r, t->rows, sizeof *r, by_cell);
    for (size_t i = 0; i < t->rows; i++)
        row[i] = r[i].row;
    keep_rows(t, row, t->rows);
    free(row);
    free(r);
    return KN_OK;
}

void pl_runs_limit(pl_runs_table *t, size_t rows)
{
    size_t *row = grown(NULL, t->rows, sizeof *row);
    for (size_t i = 0; i < t->rows; i++)
        row[i] = i;
    keep_rows(t, row, rows < t->rows ? rows : t->rows);
    free(row);
}

/* The columns named, as indices; heap. */
static kn_status find_columns(const pl_runs_table *t, const char *list, size_t **out, size_t *count,
                              kn_error *e)
{
    size_t *column = grown(NULL, strlen(list) + 1, sizeof *column), n = 0;
    kn_status rc = KN_OK;
    for (const char *at = list; rc == KN_OK; at++) {
        size_t size = strcspn(at, ",");
        char *name = pl_format("%.*s", (int)size, at);
        rc = pl_runs_find(t, "--columns", name, &column[n], e);
        for (size_t k = 0; k < n && rc == KN_OK; k++) {
            if (column[k] == column[n])
                rc = kn_fail(e, KN_EUSAGE, "--columns: '%s' is named twice", name);
        }
        n++;
        free(name);
        at += size;
        if (!*at)
            break;
    }
    if (rc != KN_OK)
        free(column);
    else
        *out = column;
    *count = n;
    return rc;
}

kn_status pl_runs_choose(pl_runs_table *t, const char *list, kn_error *e)
{
    size_t *chosen = NULL, n = 0;
    KN_TRY(find_columns(t, list, &chosen, &n, e));
    pl_runs_column *column = grown(NULL, n, sizeof *column);
    size_t cells = t->rows * n;
    char **cell = grown(NULL, cells, sizeof *cell), **face = grown(NULL, cells, sizeof *face);
    for (size_t k = 0; k < n; k++) {
        column[k] = t->column[chosen[k]];
        column[k].name = pl_strdup(column[k].name);
        column[k].shown = column[k].chosen = true;
        for (size_t r = 0; r < t->rows; r++) {
            size_t from = r * t->columns + chosen[k];
            cell[r * n + k] = t->cell[from];
            face[r * n + k] = t->face[from];
            t->cell[from] = t->face[from] = NULL;
        }
    }
    pl_runs_table fresh = {pl_strdup(t->what), column, n, cell, face, t->rows, cells, cells};
    pl_runs_clear(t);
    *t = fresh;
    free(chosen);
    return KN_OK;
}
