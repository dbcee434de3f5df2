#include "insight/weights_section.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "insight/weights.h"
#include "util/fs.h"

/* The run of the group that is shown; NULL: none is done. */
static const pl_report_run *choose(const pl_study_data *d, int group)
{
    const pl_report_group *g = &d->group[group];
    const pl_report_run *best = NULL;
    for (int i = 0; i < g->run_count; i++) {
        const pl_report_run *r = &d->run[g->run[i]];
        if (!r->done)
            continue;
        double mine = r->metric[PL_VAL_ACCURACY];
        if (!best || (!isnan(mine) && !(mine <= best->metric[PL_VAL_ACCURACY])))
            best = r;
    }
    return best;
}

static kn_status write_file(const pl_study_data *d, const char *name, const pl_str *s, kn_error *e)
{
    char *path = pl_path_join(d->dir, name);
    kn_status rc = pl_write_file_if_changed(path, s->text, s->size, e);
    free(path);
    return rc;
}

static kn_status write_files(const pl_study_data *d, const pl_report_run *r, const pl_weights *w,
                             const char *target, const char *name, kn_error *e)
{
    char *folder = pl_path_join(d->dir, "pictures"), *png = pl_format("%s.png", name),
         *csv = pl_format("%s.csv", name);
    pl_str picture, table;
    pl_str_init(&picture);
    pl_str_init(&table);
    kn_status rc = pl_make_dirs(folder, e);
    if (rc == KN_OK)
        rc = pl_weights_sheet(w, r->id, target, &picture, e);
    if (rc == KN_OK)
        rc = write_file(d, png, &picture, e);
    pl_weights_csv(w, &table);
    if (rc == KN_OK)
        rc = write_file(d, csv, &table, e);
    pl_str_clear(&picture);
    pl_str_clear(&table);
    free(folder);
    free(png);
    free(csv);
    return rc;
}

static void add_filters(pl_str *caption, pl_str *alt, const pl_weights *w)
{
    const char *what = w->kind == PL_WEIGHTS_FILTERS ? "filters" : "units";
    if (w->count < w->all)
        pl_str_addf(caption, "The first %d of the %d %s of %s", w->count, w->all, what, w->layer);
    else
        pl_str_addf(caption, "The %d %s of %s", w->all, what, w->layer);
    pl_str_addf(
        caption,
        ", %d x %d pixels each, all on one scale from -%.3g to %.3g: orange above 0, purple "
        "below.",
        w->w, w->h, w->most, w->most);
    pl_str_addf(alt, "A grid of %d %s in two colours.", w->count, what);
}

/* Where the heaviest weight of each sign lies, in shares of the picture. */
static void add_output(pl_str *caption, pl_str *alt, const pl_weights *w, const char *target)
{
    int n = w->w * w->h * w->channels, low = 0, high = 0;
    for (int i = 1; i < n; i++) {
        low = w->v[i] < w->v[low] ? i : low;
        high = w->v[i] > w->v[high] ? i : high;
    }
    pl_str_addf(
        caption,
        "What a brighter pixel adds to the logit of %s, from -%.3g to %.3g: orange argues for "
        "it, purple against it.",
        target, w->most, w->most);
    pl_str_addf(
        alt,
        "The weights as a picture. The largest, %.3g, is %.0f %% from the left and %.0f %% from "
        "the top; the least, %.3g, %.0f %% and %.0f %%.",
        (double)w->v[high], 100.0 * (high / w->channels % w->w + 0.5) / w->w,
        100.0 * (high / w->channels / w->w + 0.5) / w->h, (double)w->v[low],
        100.0 * (low / w->channels % w->w + 0.5) / w->w,
        100.0 * (low / w->channels / w->w + 0.5) / w->h);
}

static kn_status add_picture(const pl_study_data *d, const pl_report_run *r, const pl_weights *w,
                             const char *target, pl_doc *doc, kn_error *e)
{
    char *name = pl_format("pictures/%s-weights", r->id), *file = pl_format("%s.png", name),
         *id = pl_format("weights-%s", r->id);
    pl_str caption, alt;
    pl_str_init(&caption);
    pl_str_init(&alt);
    kn_status rc = write_files(d, r, w, target, name, e);
    if (rc == KN_OK) {
        if (w->kind == PL_WEIGHTS_OUTPUT)
            add_output(&caption, &alt, w, target);
        else
            add_filters(&caption, &alt, w);
        pl_doc_heading(doc, 4, id, "Weights on the pixels");
        pl_str_addf(&caption, " Run %s%s%s.", r->id, *r->seed ? ", seed " : "", r->seed);
        pl_doc_picture(doc, file, caption.text, alt.text);
    }
    pl_str_clear(&caption);
    pl_str_clear(&alt);
    free(name);
    free(file);
    free(id);
    return rc;
}

static kn_status add_model(const pl_study_data *d, const pl_report_run *r, const pl_model *m,
                           pl_doc *doc, kn_error *e)
{
    const pl_targets *targets = &m->spec.data.target;
    const char *wanted = pl_run_target(d, r);
    size_t target = 0;
    pl_weights w;
    for (size_t k = 0; wanted && k < (size_t)targets->count; k++)
        if (strcmp(targets->name[k], wanted) == 0)
            target = k;
    kn_status rc = pl_weights_read(m, target, &w, e);
    if (rc == KN_ENUMERIC)
        return KN_OK;
    if (rc == KN_OK && w.kind != PL_WEIGHTS_NONE)
        rc = add_picture(d, r, &w, targets->name[target], doc, e);
    pl_weights_clear(&w);
    return rc;
}

kn_status pl_group_weights_section(const pl_study_data *d, int group, pl_doc *doc, kn_error *e)
{
    const pl_report_run *r = choose(d, group);
    if (!r)
        return KN_OK;
    char *path = pl_format("%s/runs/%s/model.safetensors", d->dir, r->id);
    pl_model m;
    kn_status rc = KN_OK;
    if (pl_exists(path)) {
        rc = pl_model_load(path, &m, e);
        if (rc == KN_OK) {
            rc = add_model(d, r, &m, doc, e);
            pl_model_clear(&m);
        }
    }
    free(path);
    return rc;
}
