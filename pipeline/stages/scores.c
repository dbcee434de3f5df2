#include "stages/scores.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
