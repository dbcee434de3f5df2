/* The table for people as a block of a document, declared in table.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "report/page_parts.h"
#include "report/table.h"
#include "report/table_ensemble.h"
#include "report/table_reference.h"

/* A column that is shown: one of the known ones, or a swept key. */
typedef struct column {
    pl_table_column id;
    int axis; /* PL_COLUMN_KEY */
} column;

typedef struct columns {
    column *item;
    int count;
} columns;

static void add_column(columns *c, pl_table_column id, int axis)
{
    c->item[c->count++] = (column){id, axis};
}

static void add_swept(const pl_study_data *d, columns *c)
{
    for (int a = 0; a < d->axis_count; a++)
        add_column(c, PL_COLUMN_KEY, a);
}

static int axis_of(const pl_study_data *d, const char *key)
{
    for (int a = 0; a < d->axis_count; a++)
        if (strcmp(d->axis[a], key) == 0)
            return a;
    return -1;
}

/* The columns of the spec, a key that is not swept left out; else the usual ones. */
static columns choose_columns(const pl_table *t, bool wall_times)
{
    const pl_study_data *d = t->d;
    const pl_report_spec *spec = t->spec;
    columns c = {
        calloc((size_t)(PL_TABLE_COLUMNS + spec->columns + d->axis_count + 1), sizeof *c.item), 0};
    if (!c.item)
        abort();
    for (int i = 0; i < spec->columns; i++) {
        const pl_column_use *use = &spec->column[i];
        if (use->column == PL_COLUMN_SWEPT)
            add_swept(d, &c);
        else if (use->column != PL_COLUMN_KEY)
            add_column(&c, use->column, -1);
        else if (axis_of(d, use->key) >= 0)
            add_column(&c, PL_COLUMN_KEY, axis_of(d, use->key));
    }
    if (spec->columns > 0 && c.count == 0)
        add_column(&c, PL_COLUMN_GROUP, -1);
    if (spec->columns > 0)
        return c;
    static const pl_table_column usual[] = {PL_COLUMN_GROUP,        PL_COLUMN_N,
                                            PL_COLUMN_PARAMS,       PL_COLUMN_TRAIN_ACCURACY,
                                            PL_COLUMN_VAL_ACCURACY, PL_COLUMN_TEST_ACCURACY,
                                            PL_COLUMN_TEST_WILSON};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        add_column(&c, usual[i], -1);
    if (t->marks->compared > 0)
        add_column(&c, PL_COLUMN_VS_BEST, -1);
    if (spec->references > 0)
        add_column(&c, PL_COLUMN_VS_REFERENCE, -1);
    add_column(&c, PL_COLUMN_TEST_LOSS, -1);
    add_column(&c, PL_COLUMN_TEST_AUC, -1);
    if (wall_times) {
        add_column(&c, PL_COLUMN_SECONDS, -1);
        add_column(&c, PL_COLUMN_IMAGES_PER_SECOND, -1);
    }
    return c;
}

/* Of the columns of the four metrics: which metric, and what of it. */
enum { WHOLE, MEAN, STD, CI95, PARTS };

static bool is_metric(pl_table_column id, pl_metric *metric, int *part)
{
    if (id < PL_COLUMN_TRAIN_ACCURACY || id > PL_COLUMN_TEST_LOSS_CI95)
        return false;
    *metric = (pl_metric)((id - PL_COLUMN_TRAIN_ACCURACY) / PARTS);
    *part = (int)(id - PL_COLUMN_TRAIN_ACCURACY) % PARTS;
    return true;
}

/* What a column is sorted by; NaN: nothing, or a text. */
static double group_value(const pl_table *t, const column *c, int group)
{
    const pl_report_group *g = &t->d->group[group];
    const pl_mark *m = &t->marks->group[group];
    pl_metric metric;
    int part;
    char *end;
    if (is_metric(c->id, &metric, &part))
        return part == STD ? g->summary[metric].std : g->summary[metric].mean;
    switch (c->id) {
    case PL_COLUMN_N:
        return g->done;
    case PL_COLUMN_PARAMS: {
        double params = strtod(t->d->run[g->run[0]].params, &end);
        return end == t->d->run[g->run[0]].params ? (double)NAN : params;
    }
    case PL_COLUMN_TEST_WILSON:
        return g->summary[PL_TEST_ACCURACY].mean;
    case PL_COLUMN_TEST_IMAGES:
        return (double)pl_group_test_images(t->d, group);
    case PL_COLUMN_TEST_AUC:
        return g->summary[PL_TEST_AUC].mean;
    case PL_COLUMN_BALANCED_ACCURACY:
        return pl_group_balanced_accuracy(t->d, group);
    case PL_COLUMN_VS_BEST:
        return group == t->marks->best ? 0.0 : m->difference;
    case PL_COLUMN_P_BOOTSTRAP:
        return m->p_bootstrap;
    case PL_COLUMN_P_MCNEMAR:
        return m->p_mcnemar;
    case PL_COLUMN_P_HOLM:
        return m->p_holm;
    case PL_COLUMN_SECONDS:
        return g->summary[PL_TRAIN_SECONDS].mean;
    case PL_COLUMN_IMAGES_PER_SECOND:
        return g->summary[PL_IMAGES_PER_SECOND].mean;
    case PL_COLUMN_KEY: {
        double value = strtod(g->value[c->axis], &end);
        return *end || end == g->value[c->axis] ? (double)NAN : value;
    }
    default:
        return (double)NAN;
    }
}

/* An interval of a share that reaches beyond 0 or 1 is cut there; the .csv has it whole. */
static void add_interval(double low, double high, bool percent, pl_str *s)
{
    if (percent) {
        low = low < 0.0 ? 0.0 : low;
        high = high > 1.0 ? 1.0 : high;
    }
    const char *(*text)(double, char[PL_NUMBER_TEXT]) = percent ? pl_percent_text : pl_number_text;
    char a[PL_NUMBER_TEXT];
    pl_str_addf(s, "%s to ", text(low, a));
    pl_str_add(s, text(high, a));
}

/* "95.41 ± 0.32 (94.90 to 95.92)", or a part of it. */
static void add_metric(const pl_summary *v, bool percent, int part, bool page, pl_str *s)
{
    const char *(*text)(double, char[PL_NUMBER_TEXT]) = percent ? pl_percent_text : pl_number_text;
    char a[PL_NUMBER_TEXT];
    if (part == WHOLE || part == MEAN)
        pl_str_add(s, text(v->mean, a));
    if (part == WHOLE && v->n > 1) {
        pl_str_addf(s, " ± %s%s", text(v->std, a), page ? "\n" : " (");
        add_interval(v->low, v->high, percent, s);
        pl_str_add(s, page ? "" : ")");
    }
    if (part == STD)
        pl_str_add(s, text(v->std, a));
    if (part == CI95 && v->n > 1)
        add_interval(v->low, v->high, percent, s);
    else if (part == CI95)
        pl_str_add(s, "-");
}

/* n, and how many of the group's runs are not done. */
static void add_count(const pl_study_data *d, const pl_report_group *g, bool page, pl_str *s)
{
    static const char *const status[] = {"failed", "stopped", "interrupted", "pending"};
    const char *between = page ? "\n" : " (";
    pl_str_addf(s, "%d", g->done);
    for (size_t k = 0; g->done < g->run_count && k < sizeof status / sizeof status[0]; k++) {
        int n = 0;
        for (int i = 0; i < g->run_count; i++)
            n += strcmp(d->run[g->run[i]].status, status[k]) == 0;
        if (n) {
            pl_str_addf(s, "%s%d %s", between, n, status[k]);
            between = ", ";
        }
    }
    if (between[0] == ',' && !page)
        pl_str_add(s, ")");
}

static void add_count_text(double value, pl_str *s)
{
    char text[PL_NUMBER_TEXT];
    pl_str_add(s, isnan(value) || value <= 0 ? "-"
                                             : pl_human_count(llround(value), text, sizeof text));
}

static void add_wilson(pl_interval w, pl_str *s)
{
    if (isnan(w.low))
        pl_str_add(s, "-");
    else
        add_interval(w.low, w.high, true, s);
}

static void add_against_best(const pl_table *t, int group, bool page, pl_str *s)
{
    const pl_mark *m = &t->marks->group[group];
    if (group == t->marks->best)
        pl_str_add(s, "best");
    else if (m->paired && !isnan(m->difference))
        pl_str_addf(s, page ? "%+.2f\n%+.2f to %+.2f" : "%+.2f (%+.2f to %+.2f)",
                    100 * m->difference, 100 * m->low, 100 * m->high);
    else
        pl_str_add(s, "-");
}

static void group_text(const pl_table *t, const column *c, int group, bool page, pl_str *s)
{
    const pl_study_data *d = t->d;
    const pl_report_group *g = &d->group[group];
    double value = group_value(t, c, group);
    char text[PL_NUMBER_TEXT];
    pl_metric metric;
    int part;
    if (is_metric(c->id, &metric, &part)) {
        add_metric(&g->summary[metric], metric != PL_TEST_LOSS, part, page, s);
        if (metric == PL_TEST_ACCURACY && part <= MEAN && group != t->marks->best &&
            t->marks->group[group].as_good)
            pl_str_add(s, " †");
        return;
    }
    switch (c->id) {
    case PL_COLUMN_GROUP:
        pl_str_add(s, g->label);
        break;
    case PL_COLUMN_KEY:
        pl_str_add(s, g->value[c->axis]);
        break;
    case PL_COLUMN_N:
        add_count(d, g, page, s);
        break;
    case PL_COLUMN_TEST_WILSON:
        add_wilson(pl_group_wilson(d, group), s);
        break;
    case PL_COLUMN_TEST_AUC:
        pl_str_add(s, pl_number_text(value, text));
        break;
    case PL_COLUMN_BALANCED_ACCURACY:
        pl_str_add(s, pl_percent_text(value, text));
        break;
    case PL_COLUMN_VS_BEST:
        add_against_best(t, group, page, s);
        break;
    case PL_COLUMN_VS_REFERENCE:
        pl_reference_add_group(t, group, s);
        break;
    case PL_COLUMN_P_BOOTSTRAP:
    case PL_COLUMN_P_MCNEMAR:
    case PL_COLUMN_P_HOLM:
        if (isnan(value))
            pl_str_add(s, "-");
        else
            pl_str_addf(s, "%.2g", value);
        break;
    case PL_COLUMN_SECONDS:
        pl_str_add(s, isnan(value) ? "-" : pl_human_seconds(value, text, sizeof text));
        break;
    default: /* params, test_images, images_per_second */
        add_count_text(value, s);
        break;
    }
}

static unsigned group_marks(const pl_table *t, const column *c, int group)
{
    pl_metric metric;
    int part;
    unsigned marks = c->id == PL_COLUMN_GROUP ? PL_CELL_HEAD : 0;
    if (is_metric(c->id, &metric, &part) && part <= MEAN && pl_table_best(t->d, group, metric))
        marks |= PL_CELL_BOLD;
    return marks;
}

/* What a cell is sorted and filtered by: shares as they are shown, in percent. */
static double shown_value(const column *c, double value)
{
    pl_metric metric;
    int part;
    bool percent = is_metric(c->id, &metric, &part)
                       ? metric != PL_TEST_LOSS
                       : c->id == PL_COLUMN_TEST_WILSON || c->id == PL_COLUMN_BALANCED_ACCURACY ||
                             c->id == PL_COLUMN_VS_BEST || c->id == PL_COLUMN_VS_REFERENCE;
    return percent ? 100 * value : value;
}

static void add_group(const pl_table *t, const columns *c, int group, const pl_drawn *drawn,
                      pl_doc *doc)
{
    pl_str s;
    char id[PL_GROUP_ID];
    bool linked = !drawn || !drawn->group[group];
    pl_str_init(&s);
    for (int i = 0; i < c->count; i++) {
        const column *at = &c->item[i];
        pl_str_reset(&s);
        group_text(t, at, group, drawn != NULL, &s);
        pl_doc_cell(doc, s.text, shown_value(at, group_value(t, at, group)),
                    group_marks(t, at, group));
        if (!linked && s.size > 0 && (at->id == PL_COLUMN_GROUP || at->id == PL_COLUMN_KEY)) {
            pl_doc_cell_link(doc, pl_page_group_id(group, id));
            linked = true;
        }
    }
    pl_str_clear(&s);
}

/* The average of the group's seeds. The first cell says what the row is, whatever its column. */
static void add_average(const pl_table *t, const columns *c, const pl_ensemble *r, pl_doc *doc)
{
    pl_str s;
    pl_str_init(&s);
    for (int i = 0; i < c->count; i++) {
        const column *at = &c->item[i];
        bool key = at->id == PL_COLUMN_KEY;
        double value = key ? group_value(t, at, r->group) : pl_table_ensemble_value(t, r, at->id);
        pl_str_reset(&s);
        if (key)
            pl_str_add(&s, t->d->group[r->group].value[at->axis]);
        else
            pl_table_ensemble_text(t, r, at->id, &s);
        if (i == 0)
            pl_str_addf(&s, "%saverage of %d", s.size ? ", " : "", r->models);
        pl_doc_cell(doc, s.text, shown_value(at, value),
                    at->id == PL_COLUMN_GROUP ? PL_CELL_HEAD : 0);
    }
    pl_str_clear(&s);
}

/* What always answering the commoner class would reach. */
static void add_baseline(const pl_table *t, const columns *c, pl_doc *doc)
{
    const pl_study_data *d = t->d;
    double best =
        t->marks->best < 0 ? (double)NAN : d->group[t->marks->best].summary[PL_TEST_ACCURACY].mean;
    pl_str s;
    pl_str_init(&s);
    for (int i = 0; i < c->count; i++) {
        double value = (double)NAN;
        char text[PL_NUMBER_TEXT];
        unsigned marks = PL_CELL_SOFT;
        pl_str_reset(&s);
        switch (c->item[i].id) {
        case PL_COLUMN_GROUP:
            marks |= PL_CELL_HEAD;
            pl_str_add(&s, "always the commoner class");
            break;
        case PL_COLUMN_TEST_ACCURACY:
        case PL_COLUMN_TEST_ACCURACY_MEAN:
            value = d->majority;
            pl_str_add(&s, pl_percent_text(value, text));
            break;
        case PL_COLUMN_TEST_WILSON:
            value = d->majority;
            add_wilson(pl_majority_wilson(d), &s);
            break;
        case PL_COLUMN_TEST_IMAGES:
            value = (double)d->test_images;
            add_count_text(value, &s);
            break;
        case PL_COLUMN_BALANCED_ACCURACY:
            value = 0.5;
            pl_str_add(&s, pl_percent_text(value, text));
            break;
        case PL_COLUMN_VS_BEST:
            value = d->majority - best;
            if (!isnan(value))
                pl_str_addf(&s, "%+.2f", 100 * value);
            break;
        default:
            break;
        }
        pl_doc_cell(doc, s.text, shown_value(&c->item[i], value), marks);
    }
    pl_str_clear(&s);
}

static void add_reference(const pl_table *t, const columns *c, const pl_reference *r, pl_doc *doc)
{
    pl_str s;
    pl_str_init(&s);
    for (int i = 0; i < c->count; i++) {
        double value = (double)NAN;
        char text[PL_NUMBER_TEXT];
        unsigned marks = PL_CELL_SOFT;
        pl_metric metric;
        int part;
        pl_str_reset(&s);
        if (c->item[i].id == PL_COLUMN_GROUP) {
            marks |= PL_CELL_HEAD;
            pl_str_add(&s, r->label);
        } else if (c->item[i].id == PL_COLUMN_VS_REFERENCE) {
            value = pl_reference_add_own(t, r, &s);
        } else if (is_metric(c->item[i].id, &metric, &part) && part <= MEAN) {
            value = r->figure[metric];
            if (!isnan(value))
                pl_str_add(&s, metric == PL_TEST_LOSS ? pl_number_text(value, text)
                                                      : pl_percent_text(value, text));
        }
        pl_doc_cell(doc, s.text, shown_value(&c->item[i], value), marks);
    }
    pl_str_clear(&s);
}

/* A row of the table: a group, or the average of its seeds. */
typedef struct sorted {
    double value;
    const char *text;
    int group;
    const pl_ensemble *average; /* NULL: the group */
    bool descending;
} sorted;

/* Numbers before texts, and what has no value last, whatever the order; ties as in runs.csv, an average behind its group. */
static int by_value(const void *a, const void *b)
{
    const sorted *x = a, *y = b;
    int order = (isnan(x->value) ? 1 : 0) - (isnan(y->value) ? 1 : 0);
    if (order)
        return order;
    order =
        isnan(x->value) ? strcmp(x->text, y->text) : (x->value > y->value) - (x->value < y->value);
    if (x->descending)
        order = -order;
    order = order ? order : x->group - y->group;
    return order ? order : (x->average != NULL) - (y->average != NULL);
}

/* The rows in the spec's order; heap, *count of them. An average without a value in the column stands where its group does. */
static sorted *sorted_rows(const pl_table *t, int *count)
{
    const pl_study_data *d = t->d;
    const column by = {t->spec->sort.column,
                       t->spec->sort.key ? axis_of(d, t->spec->sort.key) : -1};
    bool sort = t->spec->sorted && !(by.id == PL_COLUMN_KEY && by.axis < 0);
    bool averages = t->ensembles && t->spec->ensemble == PL_ENSEMBLE_ROWS;
    sorted *row = calloc(2 * (size_t)d->group_count + 1, sizeof *row);
    if (!row)
        abort();
    *count = 0;
    for (int g = 0; g < d->group_count; g++) {
        const char *text = by.id == PL_COLUMN_KEY && by.axis >= 0 ? d->group[g].value[by.axis]
                           : by.id == PL_COLUMN_GROUP             ? d->group[g].label
                                                                  : "";
        double value = sort ? group_value(t, &by, g) : 0.0;
        const pl_ensemble *average = averages ? pl_ensemble_of_group(t->ensembles, g) : NULL;
        row[(*count)++] = (sorted){value, text, g, NULL, t->spec->descending};
        if (!average)
            continue;
        double own = sort ? pl_table_ensemble_value(t, average, by.id) : 0.0;
        row[(*count)++] = (sorted){isnan(own) ? value : own, text, g, average, t->spec->descending};
    }
    if (sort)
        qsort(row, (size_t)*count, sizeof *row, by_value);
    return row;
}

void pl_table_block(const pl_table *t, const pl_drawn *drawn, const char *caption, pl_doc *doc)
{
    columns c = choose_columns(t, drawn != NULL);
    int rows;
    sorted *row = sorted_rows(t, &rows);
    pl_doc_table(doc, "table-results", caption, true);
    for (int i = 0; i < c.count; i++) {
        if (c.item[i].id == PL_COLUMN_KEY)
            pl_doc_column(doc, pl_axis_short(t->d, c.item[i].axis), false,
                          t->d->axis[c.item[i].axis]);
        else
            pl_doc_column(doc, pl_table_column_texts[c.item[i].id].title,
                          c.item[i].id != PL_COLUMN_GROUP,
                          pl_table_column_texts[c.item[i].id].help);
    }
    for (int i = 0; i < rows; i++) {
        if (row[i].average)
            add_average(t, &c, row[i].average, doc);
        else
            add_group(t, &c, row[i].group, drawn, doc);
    }
    if (!isnan(t->d->majority))
        add_baseline(t, &c, doc);
    for (int r = 0; r < t->spec->references; r++)
        if (!t->spec->reference[r].group || pl_reference_group(t, &t->spec->reference[r]) < 0)
            add_reference(t, &c, &t->spec->reference[r], doc);
    pl_doc_table_end(doc);
    free(row);
    free(c.item);
}
