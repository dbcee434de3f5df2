#include "study/study_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study/run_files.h"
#include "study/run_targets.h"
#include "util/fs.h"
#include "util/str.h"

static const char *const metric_names[PL_METRIC_COUNT] = {
    "train_accuracy", "val_accuracy",  "test_accuracy",    "test_loss",
    "test_auc",       "train_seconds", "images_per_second"};

const char *pl_metric_name(pl_metric m)
{
    return metric_names[m];
}

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

/* Index of a column of the header, or -1. */
static int column_of(const pl_csv *c, const char *name)
{
    for (size_t i = 0; c->rows > 0 && i < pl_csv_fields(c, 0); i++) {
        if (strcmp(pl_csv_get(c, 0, i), name) == 0)
            return (int)i;
    }
    return -1;
}

static const char *field_of(const pl_csv *c, size_t row, int column)
{
    return column < 0 ? "" : pl_csv_get(c, row, (size_t)column);
}

static double number_of(const char *text)
{
    char *end;
    double v = strtod(text, &end);
    return end == text ? (double)NAN : v;
}

/* The swept keys are the columns between seed and model. */
static kn_status find_axes(pl_study_data *d, kn_error *e)
{
    int run = column_of(&d->csv, "run"), group = column_of(&d->csv, "group");
    int status = column_of(&d->csv, "status");
    int seed = column_of(&d->csv, "seed"), model = column_of(&d->csv, "model");
    if (run < 0 || group < 0 || status < 0 || seed < 0 || model <= seed)
        return kn_fail(e, KN_EFORMAT,
                       "%s/runs.csv: the header needs the columns run, group, status, seed, the "
                       "swept keys, then model",
                       d->dir);
    d->axis_count = model - seed - 1;
    d->axis = zeroed((size_t)d->axis_count, sizeof *d->axis);
    for (int a = 0; a < d->axis_count; a++)
        d->axis[a] = pl_csv_get(&d->csv, 0, (size_t)(seed + 1 + a));
    for (size_t r = 1; r < d->csv.rows; r++) {
        if (pl_csv_fields(&d->csv, r) != pl_csv_fields(&d->csv, 0))
            return kn_fail(e, KN_EFORMAT, "%s/runs.csv:%d: %zu fields, the header has %zu", d->dir,
                           d->csv.line[r], pl_csv_fields(&d->csv, r), pl_csv_fields(&d->csv, 0));
    }
    return KN_OK;
}

/* Of runs in bf16 the identity has an end of its own: a spec that compares both precisions mixes nothing. */
static bool one_arithmetic(const char *a, const char *b)
{
    const char *end = strstr(a, " bf16="), *other = strstr(b, " bf16=");
    if (end && other)
        return strcmp(a, b) == 0;
    size_t n = end ? (size_t)(end - a) : strlen(a), m = other ? (size_t)(other - b) : strlen(b);
    return n == m && memcmp(a, b, n) == 0;
}

bool pl_study_mixes_arithmetic(const pl_study_data *d)
{
    const char *first = NULL;
    for (int i = 0; i < d->run_count; i++) {
        const char *its = json_string_value(json_object_get(d->run[i].manifest, "numeric"));
        if (!d->run[i].done || !its)
            continue;
        if (first && !one_arithmetic(first, its))
            return true;
        first = its;
    }
    return false;
}

static void read_row(pl_study_data *d, int i)
{
    const pl_csv *c = &d->csv;
    size_t row = (size_t)i + 1;
    pl_report_run *r = &d->run[i];
    r->id = field_of(c, row, column_of(c, "run"));
    r->status = field_of(c, row, column_of(c, "status"));
    r->seed = field_of(c, row, column_of(c, "seed"));
    r->model = field_of(c, row, column_of(c, "model"));
    r->size = field_of(c, row, column_of(c, "size"));
    r->params = field_of(c, row, column_of(c, "params"));
    r->epochs = field_of(c, row, column_of(c, "epochs"));
    r->value = c->field + c->start[row] + column_of(c, "seed") + 1;
    for (int m = 0; m < PL_METRIC_COUNT; m++)
        r->metric[m] = number_of(field_of(c, row, column_of(c, metric_names[m])));
    r->done = strcmp(r->status, "done") == 0;
    int *count = r->done                                 ? &d->done
                 : strcmp(r->status, "failed") == 0      ? &d->failed
                 : strcmp(r->status, "stopped") == 0     ? &d->stopped
                 : strcmp(r->status, "interrupted") == 0 ? &d->interrupted
                                                         : &d->pending;
    ++*count;
}

typedef struct named_row {
    const char *name;
    int row;
} named_row;

static int by_name(const void *a, const void *b)
{
    const named_row *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : x->row - y->row;
}

/* For each run the first one of the same group. */
static int *first_of_group(const pl_study_data *d)
{
    int column = column_of(&d->csv, "group");
    named_row *row = zeroed((size_t)d->run_count, sizeof *row);
    int *first = zeroed((size_t)d->run_count, sizeof *first);
    for (int i = 0; i < d->run_count; i++)
        row[i] = (named_row){field_of(&d->csv, (size_t)i + 1, column), i};
    qsort(row, (size_t)d->run_count, sizeof *row, by_name);
    for (int i = 0; i < d->run_count; i++) {
        bool same = i > 0 && strcmp(row[i].name, row[i - 1].name) == 0;
        first[row[i].row] = same ? first[row[i - 1].row] : row[i].row;
    }
    free(row);
    return first;
}

/* The groups in the order runs.csv first names them, each with its runs. */
static void find_groups(pl_study_data *d)
{
    int column = column_of(&d->csv, "group");
    int *first = first_of_group(d);
    for (int i = 0; i < d->run_count; i++) {
        pl_report_run *r = &d->run[i];
        r->group = first[i] == i ? d->group_count++ : d->run[first[i]].group;
        pl_report_group *g = &d->group[r->group];
        if (first[i] == i) {
            g->name = field_of(&d->csv, (size_t)i + 1, column);
            g->value = r->value;
            g->label = pl_group_label(d, g);
        }
        g->run_count++;
    }
    for (int g = 0; g < d->group_count; g++) {
        d->group[g].run = zeroed((size_t)d->group[g].run_count, sizeof *d->group[g].run);
        d->group[g].run_count = 0;
    }
    for (int i = 0; i < d->run_count; i++) {
        pl_report_group *g = &d->group[d->run[i].group];
        g->run[g->run_count++] = i;
    }
    free(first);
}

void pl_study_add_counts(const pl_study_data *d, pl_str *s)
{
    const struct {
        int runs;
        const char *status;
    } counts[] = {{d->failed, "failed"},
                  {d->stopped, "stopped"},
                  {d->interrupted, "interrupted"},
                  {d->pending, "pending"}};
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        if (counts[k].runs > 0)
            pl_str_addf(s, ", %d %s", counts[k].runs, counts[k].status);
    }
}

const char *pl_run_step(const pl_report_run *r)
{
    const json_t *spec = json_object_get(r->manifest, "spec");
    const char *solver = json_string_value(json_object_get(spec, "model.solver"));
    return solver && strcmp(solver, "lbfgs") == 0 ? "iteration" : "epoch";
}

long long pl_confusion_total(const pl_confusion *c)
{
    return c->count[0][0] + c->count[0][1] + c->count[1][0] + c->count[1][1];
}

static void add_confusion(pl_confusion *to, const pl_confusion *from)
{
    for (int i = 0; i < 4; i++)
        to->count[i / 2][i % 2] += from->count[i / 2][i % 2];
}

static void summarize_group(const pl_study_data *d, pl_report_group *g)
{
    double *values = zeroed((size_t)g->run_count, sizeof *values);
    for (int m = 0; m < PL_METRIC_COUNT; m++) {
        size_t n = 0;
        for (int k = 0; k < g->run_count; k++) {
            if (d->run[g->run[k]].done)
                values[n++] = d->run[g->run[k]].metric[m];
        }
        g->done = (int)n;
        g->summary[m] = pl_summarize(values, n);
    }
    free(values);
    for (int k = 0; k < g->run_count; k++)
        add_confusion(&g->test, &d->run[g->run[k]].test);
}

static void summarize(pl_study_data *d)
{
    for (int m = 0; m < PL_METRIC_COUNT; m++)
        d->best[m] = (double)NAN;
    for (int g = 0; g < d->group_count; g++) {
        summarize_group(d, &d->group[g]);
        for (int m = 0; m < PL_METRIC_COUNT; m++)
            d->best[m] = fmax(d->best[m], d->group[g].summary[m].mean); /* NaN counts as absent */
    }
}

/* The majority baseline, of the first run that has predictions. */
static void find_baseline(pl_study_data *d)
{
    long long first[2] = {0, 0};
    d->majority = (double)NAN;
    d->one_test_set = true;
    for (int i = 0; i < d->run_count; i++) {
        const pl_confusion *c = &d->run[i].test;
        long long n[2] = {c->count[0][0] + c->count[0][1], c->count[1][0] + c->count[1][1]};
        if (n[0] + n[1] == 0)
            continue;
        if (d->test_images == 0) {
            first[0] = n[0];
            first[1] = n[1];
            d->test_images = n[0] + n[1];
            d->majority = (double)(n[0] > n[1] ? n[0] : n[1]) / (double)d->test_images;
        } else if (n[0] != first[0] || n[1] != first[1]) {
            d->one_test_set = false;
        }
    }
}

static kn_status read_all(pl_study_data *d, bool whole, kn_error *e)
{
    char *path = pl_path_join(d->dir, "runs.csv");
    if (!pl_exists(path)) {
        free(path);
        return kn_fail(e, KN_EIO, "%s: no runs.csv there; `facet run SPEC` makes a study's results",
                       d->dir);
    }
    kn_status rc = pl_csv_read(path, &d->csv, e);
    free(path);
    if (rc != KN_OK)
        return rc;
    KN_TRY(find_axes(d, e));
    size_t rows = d->csv.rows > 0 ? d->csv.rows - 1 : 0;
    d->run = zeroed(rows, sizeof *d->run);
    d->group = zeroed(rows, sizeof *d->group);
    d->run_count = (int)rows;
    for (int i = 0; i < d->run_count; i++)
        read_row(d, i);
    find_groups(d);
    for (int i = 0; i < d->run_count; i++) {
        if (whole)
            KN_TRY(pl_run_files_read(d->dir, &d->run[i], e));
        else if (!d->run[i].done)
            pl_run_why_read(d->dir, &d->run[i]);
    }
    if (whole)
        KN_TRY(pl_study_choose_target(d, e));
    for (int i = 0; i < d->run_count && whole; i++)
        KN_TRY(pl_run_counts_read(d->dir, d->target, &d->run[i], e));
    summarize(d);
    find_baseline(d);
    if (pl_study_tells_several(d))
        d->majority = pl_study_mean_majority(d);
    return KN_OK;
}

static kn_status read_study(const char *dir, bool whole, pl_study_data *out, kn_error *e)
{
    memset(out, 0, sizeof *out);
    out->dir = pl_strdup(dir);
    for (size_t n = strlen(out->dir); n > 1 && out->dir[n - 1] == '/'; n--)
        out->dir[n - 1] = '\0';
    out->name = pl_strdup(pl_path_base(out->dir));
    kn_status rc = read_all(out, whole, e);
    if (rc != KN_OK)
        pl_study_data_clear(out);
    return rc;
}

kn_status pl_study_data_read(const char *dir, pl_study_data *out, kn_error *e)
{
    return read_study(dir, true, out, e);
}

kn_status pl_study_rows_read(const char *dir, pl_study_data *out, kn_error *e)
{
    return read_study(dir, false, out, e);
}

void pl_study_data_clear(pl_study_data *d)
{
    for (int i = 0; i < d->run_count; i++) {
        free(d->run[i].epoch);
        free(d->run[i].why);
        json_decref(d->run[i].manifest);
        json_decref(d->run[i].metrics);
    }
    for (int g = 0; g < d->group_count; g++) {
        free(d->group[g].label);
        free(d->group[g].run);
    }
    free(d->run);
    free(d->group);
    free(d->axis);
    free(d->dir);
    free(d->name);
    free(d->target);
    if (d->csv.bytes)
        pl_csv_clear(&d->csv);
    memset(d, 0, sizeof *d);
}

typedef struct ranked {
    double mean;
    int group;
} ranked;

static int by_mean(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->mean != y->mean ? (x->mean < y->mean ? 1 : -1) : x->group - y->group;
}

int *pl_groups_by(const pl_study_data *d, pl_metric accuracy, int *count)
{
    ranked *rank = zeroed((size_t)d->group_count, sizeof *rank);
    int *order = zeroed((size_t)d->group_count, sizeof *order), n = 0;
    for (int g = 0; g < d->group_count; g++) {
        double mean = d->group[g].summary[accuracy].mean;
        if (!isnan(mean))
            rank[n++] = (ranked){mean, g};
    }
    qsort(rank, (size_t)n, sizeof *rank, by_mean);
    for (int i = 0; i < n; i++)
        order[i] = rank[i].group;
    free(rank);
    *count = n;
    return order;
}
