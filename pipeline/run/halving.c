#include "run/halving.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "util/fs.h"

static const char *column_of(pl_monitor metric)
{
    return metric == PL_MONITOR_VAL_LOSS ? "val_loss" : "val_accuracy";
}

double pl_halving_figure(const char *study_dir, const char *id, pl_monitor metric, int epoch,
                         bool ended)
{
    char *path = pl_format("%s/runs/%s/epochs.csv", study_dir, id);
    double figure = (double)NAN;
    pl_csv c;
    if (pl_exists(path) && pl_csv_read(path, &c, NULL) == KN_OK) {
        size_t row = (size_t)epoch, column = 0;
        if (row >= c.rows && ended && c.rows > 1)
            row = c.rows - 1;
        while (c.rows > 0 && column < pl_csv_fields(&c, 0) &&
               strcmp(pl_csv_get(&c, 0, column), column_of(metric)) != 0)
            column++;
        if (row < c.rows && column < pl_csv_fields(&c, row)) {
            const char *text = pl_csv_get(&c, row, column);
            figure = *text ? strtod(text, NULL) : (double)NAN;
        }
        pl_csv_clear(&c);
    }
    free(path);
    return figure;
}

/* Per group the mean over its runs. */
static void take_means(const pl_study *study, const double *figure, double *mean)
{
    int *count = calloc((size_t)study->group_count + 1, sizeof *count);
    if (!count)
        abort();
    for (int g = 0; g < study->group_count; g++)
        mean[g] = 0;
    for (int r = 0; r < study->run_count; r++) {
        mean[study->runs[r].group] += figure[r];
        count[study->runs[r].group]++;
    }
    for (int g = 0; g < study->group_count; g++)
        mean[g] /= count[g];
    free(count);
}

typedef struct standing {
    int group;
    double mean; /* higher is better; -INFINITY: a run of it failed */
} standing;

static int by_mean(const void *a, const void *b)
{
    const standing *x = a, *y = b;
    if (x->mean > y->mean || x->mean < y->mean)
        return x->mean > y->mean ? -1 : 1;
    return (x->group > y->group) - (x->group < y->group);
}

void pl_halving_rank(const pl_study *study, const double *figure, bool *alive, int *place,
                     double *mean, int *ranked)
{
    standing *list = malloc(((size_t)study->group_count + 1) * sizeof *list);
    if (!list)
        abort();
    int count = 0;
    take_means(study, figure, mean);
    for (int g = 0; g < study->group_count; g++) {
        double value = study->halving.metric == PL_MONITOR_VAL_LOSS ? -mean[g] : mean[g];
        if (alive[g])
            list[count++] = (standing){g, isnan(value) ? -(double)INFINITY : value};
    }
    qsort(list, (size_t)count, sizeof *list, by_mean);
    int keep = count / study->halving.factor;
    for (int i = 0; i < count; i++) {
        place[list[i].group] = i + 1;
        alive[list[i].group] = i < (keep > 1 ? keep : 1);
    }
    *ranked = count;
    free(list);
}
