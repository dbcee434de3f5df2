#include "stats/roc.h"

#include <math.h>
#include <stdlib.h>

#include "stats/order.h"

/* Cumulated counts at the different probabilities, from the greatest down: k points. */
typedef struct steps {
    size_t k;
    double *threshold;
    size_t *right, *wrong; /* labels 1 and 0 with p >= threshold */
    size_t ones, zeros;
} steps;

static void *room(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);
    if (!p)
        abort();
    return p;
}

static void steps_new(const float *p, const uint8_t *label, size_t n, steps *s)
{
    uint32_t *order = pl_order_new(p, n);
    *s = (steps){.threshold = room(n, sizeof(double)),
                 .right = room(n, sizeof(size_t)),
                 .wrong = room(n, sizeof(size_t))};
    for (size_t i = n; i-- > 0;) {
        uint32_t at = order[i];
        s->ones += label[at] != 0;
        s->zeros += label[at] == 0;
        if (i > 0 && p[order[i - 1]] == p[at])
            continue;
        s->threshold[s->k] = (double)p[at];
        s->right[s->k] = s->ones;
        s->wrong[s->k++] = s->zeros;
    }
    free(order);
}

static void steps_free(steps *s)
{
    free(s->threshold);
    free(s->right);
    free(s->wrong);
}

/* Whether point i lies inside a straight line: the step into it is the step out of it. As in scikit-learn the point of the
 * greatest p is always kept. */
static int is_inside(const steps *s, size_t i)
{
    if (i == 0 || i + 1 >= s->k)
        return 0;
    return s->right[i] - s->right[i - 1] == s->right[i + 1] - s->right[i] &&
           s->wrong[i] - s->wrong[i - 1] == s->wrong[i + 1] - s->wrong[i];
}

static void add_point(pl_roc *r, const steps *s, size_t right, size_t wrong, double threshold)
{
    r->tpr[r->n] = s->ones ? (double)right / (double)s->ones : (double)NAN;
    r->fpr[r->n] = s->zeros ? (double)wrong / (double)s->zeros : (double)NAN;
    r->threshold[r->n++] = threshold;
}

void pl_roc_new(const float *p, const uint8_t *label, size_t n, pl_roc *out)
{
    steps s;
    steps_new(p, label, n, &s);
    *out = (pl_roc){0, room(s.k + 1, sizeof(double)), room(s.k + 1, sizeof(double)),
                    room(s.k + 1, sizeof(double))};
    if (n > 0)
        add_point(out, &s, 0, 0, (double)INFINITY);
    for (size_t i = 0; i < s.k; i++)
        if (!is_inside(&s, i))
            add_point(out, &s, s.right[i], s.wrong[i], s.threshold[i]);
    steps_free(&s);
}

void pl_roc_free(pl_roc *r)
{
    free(r->fpr);
    free(r->tpr);
    free(r->threshold);
    *r = (pl_roc){0, NULL, NULL, NULL};
}

void pl_pr_new(const float *p, const uint8_t *label, size_t n, pl_pr *out)
{
    steps s;
    steps_new(p, label, n, &s);
    *out = (pl_pr){0, room(s.k + 1, sizeof(double)), room(s.k + 1, sizeof(double)),
                   room(s.k + 1, sizeof(double))};
    for (size_t i = s.ones ? s.k : 0; i-- > 0; out->n++) {
        out->recall[out->n] = (double)s.right[i] / (double)s.ones;
        out->precision[out->n] = (double)s.right[i] / (double)(s.right[i] + s.wrong[i]);
        out->threshold[out->n] = s.threshold[i];
    }
    if (out->n > 0) {
        out->precision[out->n] = 1.0;
        out->threshold[out->n++] = (double)INFINITY;
    }
    steps_free(&s);
}

void pl_pr_free(pl_pr *r)
{
    free(r->recall);
    free(r->precision);
    free(r->threshold);
    *r = (pl_pr){0, NULL, NULL, NULL};
}

double pl_average_precision(const float *p, const uint8_t *label, size_t n)
{
    pl_pr r;
    pl_pr_new(p, label, n, &r);
    double sum = r.n ? 0.0 : (double)NAN;
    for (size_t i = 0; i + 1 < r.n; i++)
        sum += (r.recall[i] - r.recall[i + 1]) * r.precision[i];
    pl_pr_free(&r);
    return sum;
}
