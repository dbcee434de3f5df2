/* robust/RUN-ID.csv: written by facet robust, read by the report. */
#include <stdlib.h>
#include <string.h>

#include "insight/robust.h"
#include "io/csv.h"
#include "stats/interval.h"
#include "util/str.h"

enum { DISTURBANCE, AMOUNT, ALIGN, IMAGES, ANSWERED, RIGHT, TARGET, COLUMNS };

static const char *const names[COLUMNS] = {"disturbance", "amount", "align", "images",
                                           "answered",    "right",  "target"};

const char pl_robust_csv_header[] =
    "disturbance,amount,align,images,answered,right,accuracy,low,high,target,run\n";

static void add_condition(const pl_robust_point *p, int kind, int step, int align, pl_str *csv)
{
    pl_interval w = pl_wilson(p->right, p->answered);
    const double share[3] = {(double)p->right / (double)p->answered, w.low, w.high};
    pl_str_addf(csv, "%s,%g,%d,%lld,%lld,%lld", pl_disturbances[kind].name,
                pl_disturbances[kind].amount[step], align, p->images, p->answered, p->right);
    for (int i = 0; i < 3; i++) {
        pl_str_add(csv, ",");
        pl_csv_add_number(csv, share[i]);
    }
}

void pl_robust_csv_rows(const pl_robust *r, const char *const *target, size_t count,
                        const char *run_id, pl_str *csv)
{
    for (size_t t = 0; t < count; t++)
        for (int k = 0; k < PL_DISTURB_COUNT; k++)
            for (int a = 0; a < (r[t].aligned ? 2 : 1); a++)
                for (int s = 0; s < PL_DISTURB_STEPS; s++) {
                    add_condition(&r[t].point[a][k][s], k, s, a, csv);
                    pl_str_add(csv, ",");
                    pl_csv_add(csv, target[t]);
                    pl_str_addf(csv, ",%s\n", run_id);
                }
}

static int kind_of(const char *name)
{
    for (int k = 0; k < PL_DISTURB_COUNT; k++)
        if (strcmp(pl_disturbances[k].name, name) == 0)
            return k;
    return -1;
}

static int step_of(int kind, const char *amount)
{
    char *end;
    double v = strtod(amount, &end);
    for (int s = 0; end != amount && !*end && s < PL_DISTURB_STEPS; s++)
        if (pl_disturbances[kind].amount[s] == v)
            return s;
    return -1;
}

static bool take_count(const char *text, long long most, long long *out)
{
    char *end;
    *out = strtoll(text, &end, 10);
    return end != text && !*end && *out >= 0 && *out <= most;
}

static kn_status take_row(const char *path, const pl_csv *csv, size_t row, const size_t *column,
                          pl_robust *out, kn_error *e)
{
    enum { MOST = 1 << 30 };
    const char *field[COLUMNS];
    for (int i = 0; i < COLUMNS; i++)
        field[i] = pl_csv_get(csv, row, column[i]);
    int kind = kind_of(field[DISTURBANCE]), step = kind < 0 ? -1 : step_of(kind, field[AMOUNT]);
    bool align = strcmp(field[ALIGN], "1") == 0;
    pl_robust_point p;
    if (step < 0 || (!align && strcmp(field[ALIGN], "0") != 0))
        return kn_fail(e, KN_EFORMAT,
                       "%s:%d: disturbance '%s', amount '%s', align '%s' is no condition that is "
                       "measured; `facet "
                       "robust RUN` makes the file anew",
                       path, csv->line[row], field[DISTURBANCE], field[AMOUNT], field[ALIGN]);
    if (!take_count(field[IMAGES], MOST, &p.images) ||
        !take_count(field[ANSWERED], p.images, &p.answered) ||
        !take_count(field[RIGHT], p.answered, &p.right))
        return kn_fail(e, KN_EFORMAT,
                       "%s:%d: images '%s', answered '%s', right '%s': each is at most the one "
                       "before it",
                       path, csv->line[row], field[IMAGES], field[ANSWERED], field[RIGHT]);
    out->aligned = out->aligned || align;
    out->point[align][kind][step] = p;
    return KN_OK;
}

kn_status pl_robust_read(const char *path, const char *target, bool *found, pl_robust *out,
                         kn_error *e)
{
    pl_csv csv;
    size_t column[COLUMNS];
    memset(out, 0, sizeof *out);
    *found = false;
    KN_TRY(pl_csv_read(path, &csv, e));
    kn_status rc = pl_csv_columns(path, &csv, names, COLUMNS, column, NULL);
    if (rc != KN_OK)
        rc = kn_fail(e, rc,
                     "%s: a column of those that are written now is missing; `facet robust RUN` "
                     "makes the file anew",
                     path);
    if (rc == KN_OK && csv.rows > 1 && !target)
        target = pl_csv_get(&csv, 1, column[TARGET]);
    for (size_t r = 1; rc == KN_OK && r < csv.rows; r++)
        if (strcmp(pl_csv_get(&csv, r, column[TARGET]), target) == 0) {
            *found = true;
            rc = take_row(path, &csv, r, column, out, e);
        }
    pl_csv_clear(&csv);
    return rc;
}

char *pl_robust_path(const char *study_dir, const char *run_id)
{
    return pl_format("%s/robust/%s.csv", study_dir, run_id);
}
