#include <math.h>
#include <stdlib.h>

#include "insight/scores_figures.h"

bool pl_shown_begin(const pl_study_data *d, const pl_study_answers *answers, int group,
                    pl_shown *out)
{
    *out = (pl_shown){.d = d, .answers = answers, .group = group};
    pl_group_answers_of(d, answers, group, &out->runs);
    out->run = pl_shown_run(d, &out->runs, &out->chosen);
    if (out->runs.side < 0) {
        pl_group_answers_clear(&out->runs);
        return false;
    }
    const pl_report_run *r = &d->run[out->run];
    pl_side_answers_of(&answers->run[out->run], out->runs.side, &out->judged);
    pl_run_scores_of(&answers->run[out->run], &out->scores);
    pl_class_names(d, out->name);
    out->title = pl_format("%s%s%s", d->group[group].label, r->seed[0] ? " seed=" : "", r->seed);
    out->source = pl_source_line(d, &out->run, 1, out->runs.side, out->judged.count);
    return true;
}

void pl_shown_end(pl_shown *s)
{
    pl_group_answers_clear(&s->runs);
    pl_side_answers_clear(&s->judged);
    free(s->title);
    free(s->source);
    *s = (pl_shown){.title = NULL};
}

bool pl_shown_both_classes(const pl_shown *s)
{
    return s->judged.of[0] > 0 && s->judged.of[1] > 0;
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

double pl_class_quantile(const pl_shown *s, int class, double q)
{
    const pl_side_answers *a = &s->judged;
    size_t n = 0;
    float *p = malloc((a->count + 1) * sizeof *p);
    if (!p)
        abort();
    for (size_t i = 0; i < a->count; i++) {
        if (a->label[i] == class)
            p[n++] = a->p[i];
    }
    qsort(p, n, sizeof *p, by_value);
    size_t at = (size_t)ceil(q * (double)n);
    double v = n == 0 ? (double)NAN : (double)p[at > 0 ? at - 1 : 0];
    free(p);
    return v;
}
