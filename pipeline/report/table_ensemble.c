#include "report/table_ensemble.h"

#include <math.h>

#include "draw/escape.h"

double pl_table_ensemble_value(const pl_table *t, const pl_ensemble *r, pl_table_column id)
{
    const pl_ensemble_scores *val = &r->of[PL_SIDE_VAL], *test = &r->of[PL_SIDE_TEST];
    switch (id) {
    case PL_COLUMN_PARAMS:
        return r->parameters;
    case PL_COLUMN_VAL_ACCURACY:
    case PL_COLUMN_VAL_ACCURACY_MEAN:
        return val->accuracy;
    case PL_COLUMN_TEST_ACCURACY:
    case PL_COLUMN_TEST_ACCURACY_MEAN:
        return test->accuracy;
    case PL_COLUMN_TEST_WILSON:
        return isnan(r->wilson.low) ? (double)NAN : test->accuracy;
    case PL_COLUMN_TEST_LOSS:
    case PL_COLUMN_TEST_LOSS_MEAN:
        return test->log_loss;
    case PL_COLUMN_TEST_IMAGES:
        return test->images > 0 ? (double)test->images : (double)NAN;
    case PL_COLUMN_TEST_AUC:
        return test->auc;
    case PL_COLUMN_BALANCED_ACCURACY:
        return test->balanced_accuracy;
    case PL_COLUMN_SECONDS:
        return r->models * t->d->group[r->group].summary[PL_TRAIN_SECONDS].mean;
    default:
        return (double)NAN;
    }
}

static void add_wilson(pl_interval w, pl_str *s)
{
    char low[PL_NUMBER_TEXT], high[PL_NUMBER_TEXT];
    pl_str_addf(s, "%s to %s", pl_percent_text(w.low, low), pl_percent_text(w.high, high));
}

void pl_table_ensemble_text(const pl_table *t, const pl_ensemble *r, pl_table_column id, pl_str *s)
{
    double value = pl_table_ensemble_value(t, r, id);
    char text[PL_NUMBER_TEXT];
    if (id == PL_COLUMN_GROUP)
        pl_str_add(s, t->d->group[r->group].label);
    if (isnan(value))
        return;
    switch (id) {
    case PL_COLUMN_TEST_WILSON:
        add_wilson(r->wilson, s);
        break;
    case PL_COLUMN_TEST_LOSS:
    case PL_COLUMN_TEST_LOSS_MEAN:
    case PL_COLUMN_TEST_AUC:
        pl_str_add(s, pl_number_text(value, text));
        break;
    case PL_COLUMN_SECONDS:
        pl_str_add(s, pl_human_seconds(value, text, sizeof text));
        break;
    case PL_COLUMN_PARAMS:
    case PL_COLUMN_TEST_IMAGES:
        pl_str_add(s, pl_human_count(llround(value), text, sizeof text));
        break;
    default: /* accuracies */
        pl_str_add(s, pl_percent_text(value, text));
        break;
    }
}
