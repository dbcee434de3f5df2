/* ensembles.csv, declared in ensembles.h. */
#include "compare/ensembles.h"

#include "io/csv.h"

static void add_numbers(const double *v, size_t count, pl_str *s)
{
    for (size_t k = 0; k < count; k++) {
        pl_str_add(s, ",");
        pl_csv_add_number(s, v[k]);
    }
}

static void add_images(long long n, pl_str *s)
{
    pl_str_add(s, ",");
    if (n > 0)
        pl_str_addf(s, "%lld", n);
}

static void add_sides(const pl_ensemble *r, pl_str *s)
{
    const pl_ensemble_scores *val = &r->of[PL_SIDE_VAL], *test = &r->of[PL_SIDE_TEST];
    const pl_ensemble_scores *one_val = &r->single[PL_SIDE_VAL];
    const pl_ensemble_scores *one_test = &r->single[PL_SIDE_TEST];
    add_images(val->images, s);
    add_numbers((const double[]){val->accuracy, val->log_loss, val->auc}, 3, s);
    add_images(test->images, s);
    add_numbers((const double[]){test->accuracy, r->wilson.low, r->wilson.high,
                                 test->balanced_accuracy, test->log_loss, test->auc},
                6, s);
    add_numbers(
        (const double[]){one_val->accuracy, one_test->accuracy, one_test->log_loss, one_test->auc},
        4, s);
}

static void add_gain(const pl_boot *gain, pl_str *s)
{
    add_numbers((const double[]){gain->difference, gain->low, gain->high, gain->p}, 4, s);
}

void pl_ensembles_csv(const pl_study_data *d, const pl_ensembles *e, pl_str *csv)
{
    pl_str_add(
        csv,
        "group,kind,attribute,models,left_out,passes,parameters,val_images,val_accuracy,val_loss,"
        "val_auc,test_images,test_accuracy,test_wilson_low,test_wilson_high,"
        "test_balanced_accuracy,test_loss,test_auc,single_val_accuracy,single_test_accuracy,"
        "single_test_loss,single_test_auc,gain,gain_low,gain_high,gain_p,best_run,"
        "best_test_accuracy,gain_over_best,gain_over_best_low,gain_over_best_high,"
        "gain_over_best_p\n");
    for (int i = 0; i < e->count; i++) {
        const pl_ensemble *r = &e->row[i];
        pl_csv_add(csv, d->group[r->group].name);
        pl_str_addf(csv, ",%s,", r->attribute ? "attribute" : "group");
        pl_csv_add(csv, r->attribute ? r->attribute : "");
        pl_str_addf(csv, ",%d,%d,%d", r->models, r->not_done + r->other_images + r->unanswered,
                    r->passes);
        add_numbers(&r->parameters, 1, csv);
        add_sides(r, csv);
        add_gain(&r->gain, csv);
        pl_str_addf(csv, ",%s", r->best < 0 ? "" : d->run[r->best].id);
        add_numbers(&r->best_accuracy, 1, csv);
        add_gain(&r->gain_over_best, csv);
        pl_str_add(csv, "\n");
    }
}
