#include "study/run_confidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "stats/calibration.h"
#include "util/fs.h"

static void add(pl_confident_side *s, float p, int label)
{
    s->p[s->count] = p;
    s->label[s->count++] = (uint8_t)label;
}

static kn_status read_rows(const char *path, const pl_csv *csv, pl_run_confidence *out, kn_error *e)
{
    static const char *const names[] = {"split", "label", "probability"};
    size_t column[3];
    KN_TRY(pl_csv_columns(path, csv, names, 3, column, e));
    for (size_t r = 1; r < csv->rows; r++) {
        const char *text = pl_csv_get(csv, r, column[2]), *label = pl_csv_get(csv, r, column[1]);
        char *end;
        float p = strtof(text, &end);
        if (end == text || *end || !(p >= 0 && p <= 1) ||
            (strcmp(label, "0") != 0 && strcmp(label, "1") != 0))
            return kn_fail(e, KN_EFORMAT, "%s:%d: label '%s' and probability '%s' are no answer",
                           path, csv->line[r], label, text);
        bool val = strcmp(pl_csv_get(csv, r, column[0]), "val") == 0;
        add(val ? &out->val : &out->test, p, label[0] == '1');
    }
    return KN_OK;
}

kn_status pl_run_confidence_read(const char *run_dir, pl_run_confidence *out, kn_error *e)
{
    char *path = pl_path_join(run_dir, "predictions.csv");
    pl_csv csv;
    memset(out, 0, sizeof *out);
    kn_status rc = pl_csv_read(path, &csv, e);
    if (rc == KN_OK) {
        pl_confident_side *const sides[] = {&out->val, &out->test};
        for (int i = 0; i < 2 && rc == KN_OK; i++) {
            sides[i]->p = malloc((csv.rows + 1) * sizeof *sides[i]->p);
            sides[i]->label = malloc(csv.rows + 1);
            if (!sides[i]->p || !sides[i]->label)
                rc = kn_fail(e, KN_ENOMEM, "no memory for %zu answers", csv.rows);
        }
        if (rc == KN_OK)
            rc = read_rows(path, &csv, out, e);
        pl_csv_clear(&csv);
    }
    out->temperature = pl_temperature_fit(out->val.p, out->val.label, out->val.count);
    free(path);
    if (rc != KN_OK)
        pl_run_confidence_clear(out);
    return rc;
}

void pl_run_confidence_clear(pl_run_confidence *c)
{
    free(c->val.p);
    free(c->val.label);
    free(c->test.p);
    free(c->test.label);
    memset(c, 0, sizeof *c);
}

void pl_run_confidence_calibrate(pl_run_confidence *c)
{
    pl_confident_side *const sides[] = {&c->val, &c->test};
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < sides[k]->count; i++)
            sides[k]->p[i] = pl_temperature_apply(sides[k]->p[i], c->temperature);
}

static int falling(const void *a, const void *b)
{
    const double *p = a, *q = b;
    return (*p < *q) - (*p > *q);
}

double pl_confidence_at(const pl_run_confidence *c, double coverage)
{
    size_t n = c->val.count;
    if (n == 0)
        return (double)NAN;
    double *sure = malloc(n * sizeof *sure);
    if (!sure)
        abort();
    for (size_t i = 0; i < n; i++)
        sure[i] = pl_confidence_of(c->val.p[i]);
    qsort(sure, n, sizeof *sure, falling);
    size_t answered = (size_t)ceil(coverage * (double)n);
    double least = sure[answered > 0 ? answered - 1 : 0];
    free(sure);
    return least;
}

pl_answered pl_answered_at(const pl_confident_side *side, double confidence)
{
    pl_answered a = {0, (double)NAN, (double)NAN};
    size_t right = 0;
    for (size_t i = 0; i < side->count; i++) {
        if (pl_confidence_of(side->p[i]) < confidence)
            continue;
        a.count++;
        right += (side->p[i] > 0.5f) == (side->label[i] != 0);
    }
    if (side->count)
        a.coverage = (double)a.count / (double)side->count;
    if (a.count)
        a.accuracy = (double)right / (double)a.count;
    return a;
}
