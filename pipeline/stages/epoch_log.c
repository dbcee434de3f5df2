#include "stages/epoch_log.h"

#include <math.h>
#include <stdlib.h>

#include "io/csv.h"
#include "util/fs.h"
#include "util/str.h"

kn_status pl_epochs_write(const char *path, const pl_epoch *rows, int count, kn_error *e)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_add(
        &s, "epoch,train_loss,train_accuracy,val_loss,val_accuracy,lr,seconds,images_per_second\n");
    for (int i = 0; i < count; i++) {
        const pl_epoch *r = &rows[i];
        const double numbers[] = {r->train_loss, r->train_accuracy, r->val_loss, r->val_accuracy};
        pl_str_addf(&s, "%.0f", r->epoch);
        for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) {
            pl_str_add(&s, ",");
            pl_csv_add_number(&s, numbers[k]);
        }
        if (isnan(r->lr))
            pl_str_add(&s, ",");
        else
            pl_str_addf(&s, ",%.7g", r->lr); /* a float's digits: 0.001, not 0.00100000005 */
        pl_str_addf(&s, ",%.3f,%.1f\n", r->seconds, r->images_per_second);
    }
    kn_status rc = pl_write_file(path, s.text, s.size, e);
    pl_str_clear(&s);
    return rc;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double pl_epochs_speed(const pl_epoch *rows, int count)
{
    if (count <= 0)
        return 0;
    int first = count > 1 ? 1 : 0, n = count - first;
    double *speed = malloc((size_t)n * sizeof *speed);
    if (!speed)
        return 0;
    for (int i = 0; i < n; i++)
        speed[i] = rows[first + i].images_per_second;
    qsort(speed, (size_t)n, sizeof *speed, by_value);
    double median = n % 2 ? speed[n / 2] : 0.5 * (speed[n / 2 - 1] + speed[n / 2]);
    free(speed);
    return median;
}

double pl_epochs_seconds(const pl_epoch *rows, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += rows[i].seconds;
    return sum;
}
