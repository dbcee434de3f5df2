#include "stages/scores.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "ops/loss/loss.h"

typedef struct scored {
    float probability;
    uint8_t label;
} scored;

static int by_probability(const void *a, const void *b)
{
    float x = ((const scored *)a)->probability, y = ((const scored *)b)->probability;
    return (x > y) - (x < y);
}

/* AUC = (sum of the ranks of class 1 - n1 (n1 + 1) / 2) / (n0 n1), tied values sharing their mean
 * rank. */
static double area_under_roc(scored *s, size_t n, size_t ones)
{
    if (ones == 0 || ones == n)
        return (double)NAN;
    qsort(s, n, sizeof *s, by_probability);
    double rank_sum = 0;
    for (size_t i = 0; i < n;) {
        size_t end = i, in_tie = 0;
        while (end < n && s[end].probability == s[i].probability)
            in_tie += s[end++].label;
        rank_sum += (double)in_tie * 0.5 * (double)(i + 1 + end);
        i = end;
    }
    double n1 = (double)ones, n0 = (double)(n - ones);
    return (rank_sum - n1 * (n1 + 1) / 2) / (n0 * n1);
}

static double fraction(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : (double)NAN;
}

int pl_scores_compute(size_t n, const uint8_t *label, const float *probability, pl_scores *out)
{
    memset(out, 0, sizeof *out);
    out->count = n;
    scored *s = malloc((n ? n : 1) * sizeof *s);
    if (!s)
        return -1;
    for (size_t i = 0; i < n; i++) {
        s[i] = (scored){probability[i], label[i]};
        out->confusion[label[i]][probability[i] > 0.5f]++;
    }
    size_t(*m)[2] = out->confusion;
    size_t ones = m[1][0] + m[1][1];
    out->accuracy = fraction(m[0][0] + m[1][1], n);
    out->majority = fraction(ones > n - ones ? ones : n - ones, n);
    for (int c = 0; c < 2; c++) {
        out->recall[c] = fraction(m[c][c], m[c][0] + m[c][1]);
        out->precision[c] = fraction(m[c][c], m[0][c] + m[1][c]);
    }
    out->balanced_accuracy = 0.5 * (out->recall[0] + out->recall[1]);
    out->f1 = fraction(2 * m[1][1], 2 * m[1][1] + m[0][1] + m[1][0]);
    out->auc = area_under_roc(s, n, ones);
    free(s);
    return 0;
}

int pl_scores_compute_target(size_t n, size_t targets, size_t target, const uint8_t *label,
                             const float *probability, pl_scores *out)
{
    uint8_t *y = malloc(n ? n : 1);
    float *p = malloc((n ? n : 1) * sizeof *p);
    size_t known = 0;
    int failed = y && p ? 0 : -1;
    for (size_t i = 0; !failed && i < n; i++)
        if (label[i * targets + target] != KN_LABEL_MISSING) {
            y[known] = label[i * targets + target];
            p[known++] = probability[i * targets + target];
        }
    if (!failed)
        failed = pl_scores_compute(known, y, p, out);
    free(y);
    free(p);
    return failed;
}

typedef struct mean {
    double sum;
    size_t n;
} mean;

static void add(mean *m, double value)
{
    if (isnan(value))
        return;
    m->sum += value;
    m->n++;
}

static double mean_of(const mean *m)
{
    return m->n ? m->sum / (double)m->n : (double)NAN;
}

pl_scores pl_scores_mean(const pl_scores *each, size_t targets)
{
    enum {
        ACCURACY,
        BALANCED,
        MAJORITY,
        RECALL,
        PRECISION = RECALL + 2,
        F1 = PRECISION + 2,
        AUC,
        ALL
    };
    mean m[ALL] = {{0, 0}};
    for (size_t k = 0; k < targets; k++) {
        const pl_scores *s = &each[k];
        add(&m[ACCURACY], s->accuracy);
        add(&m[BALANCED], s->balanced_accuracy);
        add(&m[MAJORITY], s->majority);
        for (int c = 0; c < 2; c++) {
            add(&m[RECALL + c], s->recall[c]);
            add(&m[PRECISION + c], s->precision[c]);
        }
        add(&m[F1], s->f1);
        add(&m[AUC], s->auc);
    }
    return (pl_scores){.accuracy = mean_of(&m[ACCURACY]),
                       .balanced_accuracy = mean_of(&m[BALANCED]),
                       .majority = mean_of(&m[MAJORITY]),
                       .recall = {mean_of(&m[RECALL]), mean_of(&m[RECALL + 1])},
                       .precision = {mean_of(&m[PRECISION]), mean_of(&m[PRECISION + 1])},
                       .f1 = mean_of(&m[F1]),
                       .auc = mean_of(&m[AUC])};
}

static json_t *number(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}

json_t *pl_scores_json(const pl_scores *s)
{
    return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:[[I,I],[I,I]]}", "count",
                     (json_int_t)s->count, "accuracy", number(s->accuracy), "balanced_accuracy",
                     number(s->balanced_accuracy), "majority", number(s->majority), "recall_0",
                     number(s->recall[0]), "recall_1", number(s->recall[1]), "precision_0",
                     number(s->precision[0]), "precision_1", number(s->precision[1]), "f1",
                     number(s->f1), "auc", number(s->auc), "confusion",
                     (json_int_t)s->confusion[0][0], (json_int_t)s->confusion[0][1],
                     (json_int_t)s->confusion[1][0], (json_int_t)s->confusion[1][1]);
}

json_t *pl_scores_json_several(const pl_scores *each, const char *const *name, size_t targets,
                               size_t count)
{
    const pl_scores all = pl_scores_mean(each, targets);
    json_t *object = pl_scores_json(&all), *by_name = json_object();
    json_object_del(object, "confusion");
    json_object_set_new(object, "count", json_integer((json_int_t)count));
    for (size_t k = 0; k < targets; k++) {
        json_t *one = pl_scores_json(&each[k]);
        json_object_set_new(one, "unknown", json_integer((json_int_t)(count - each[k].count)));
        json_t *key = pl_json_string(name[k]); /* JSON is UTF-8, whatever the table is */
        json_object_set_new(by_name, json_string_value(key), one);
        json_decref(key);
    }
    json_object_set_new(object, "targets", by_name);
    return object;
}
