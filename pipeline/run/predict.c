#include "run/predict.h"

#include <stdlib.h>
#include <string.h>

#include "data/images.h"
#include "data/tables.h"
#include "io/csv.h"
#include "stats/mean.h"
#include "util/fs.h"
#include "util/log.h"

/* Whether a model can stand beside the first: it takes the same pictures and tells the same targets. */
static bool fits_first(const pl_predictions *p, const pl_model *model)
{
    const pl_data_spec *a = &p->model->spec.data, *b = &model->spec.data;
    bool same = a->width == b->width && a->height == b->height && a->channels == b->channels &&
                a->filter == b->filter && a->target.count == b->target.count;
    for (int k = 0; same && k < a->target.count; k++)
        same = strcmp(a->target.name[k], b->target.name[k]) == 0;
    return same;
}

kn_status pl_predictions_open(const char *const *run_dir, size_t runs, kn_pool *pool,
                              pl_predictions *out, kn_error *e)
{
    kn_status rc = KN_OK;
    *out = (pl_predictions){.pool = pool, .by = calloc(runs, sizeof *out->by)};
    if (!out->by)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu models", runs);
    out->model = &out->by[0].model;
    for (size_t k = 0; k < runs; k++) {
        KN_TRY_TO(rc, fail, pl_predictor_open(run_dir[k], pool, &out->by[k], e));
        out->models++;
        if (!fits_first(out, &out->by[k].model)) {
            rc = kn_fail(e, KN_EDATA,
                         "%s and %s have no mean: they take other pictures or tell other targets",
                         run_dir[0], run_dir[k]);
            goto fail;
        }
    }
    if (out->by[0].views > 0)
        pl_info("every picture is seen %d times (evaluate.tta)", out->by[0].views);
    out->targets = (size_t)kn_net_targets(out->model->net);
    return KN_OK;
fail:
    pl_predictions_close(out);
    return rc;
}

kn_status pl_targets_find(const pl_targets *targets, const char *name, size_t *index, kn_error *e)
{
    for (int i = 0; i < targets->count; i++)
        if (strcmp(targets->name[i], name) == 0) {
            *index = (size_t)i;
            return KN_OK;
        }
    const char *near = pl_nearest(name, targets->name, (size_t)targets->count);
    pl_str s;
    pl_str_init(&s);
    for (int i = 0; i < targets->count; i++)
        pl_str_addf(&s, "%s%s", i ? ", " : "", targets->name[i]);
    if (near)
        kn_fail(e, KN_EUSAGE, "the model does not tell '%s'; did you mean '%s'? It tells: %s", name,
                near, s.text);
    else
        kn_fail(e, KN_EUSAGE, "the model does not tell '%s'; it tells: %s", name, s.text);
    pl_str_clear(&s);
    return KN_EUSAGE;
}

kn_status pl_predictions_look(pl_predictions *p, const char *target, kn_error *e)
{
    return pl_targets_find(&p->model->spec.data.target, target, &p->target, e);
}

const char *pl_predictions_target(const pl_predictions *p)
{
    return p->model->spec.data.target.name[p->target];
}

void pl_predictions_close(pl_predictions *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->item[i].name);
        free(p->item[i].far);
    }
    for (size_t i = 0; i < p->bad_count; i++)
        free(p->bad[i]);
    free(p->item);
    free(p->probability);
    free(p->answer);
    free(p->truth);
    free(p->bad);
    free(p->x);
    for (size_t k = 0; k < p->models; k++)
        pl_predictor_close(&p->by[k]);
    free(p->by);
    *p = (pl_predictions){0};
}

/* Takes the text. */
static kn_status add_bad(pl_predictions *p, char *text, kn_error *e)
{
    char **more = realloc(p->bad, (p->bad_count + 1) * sizeof *more);
    if (!more) {
        free(text);
        return kn_fail(e, KN_ENOMEM, "no memory for the names of unreadable pictures");
    }
    p->bad = more;
    p->bad[p->bad_count++] = text;
    return KN_OK;
}

static kn_status make_room(pl_predictions *p, const pl_images *images, kn_error *e)
{
    size_t count = p->count + images->count;
    size_t row = (size_t)images->w * (size_t)images->h * (size_t)images->c;
    pl_predicted *item = realloc(p->item, count * sizeof *item);
    if (item)
        p->item = item;
    uint8_t *x = realloc(p->x, count * row);
    if (x)
        p->x = x;
    float *probability = realloc(p->probability, count * p->targets * sizeof *probability);
    if (probability)
        p->probability = probability;
    pl_answer *answer = realloc(p->answer, count * p->targets * sizeof *answer);
    if (answer)
        p->answer = answer;
    if (!item || !x || !probability || !answer)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu pictures", count);
    return KN_OK;
}

/* What was seen of the last picture, which was reframed. */
static void add_seen(pl_predictions *p, const pl_seen *seen, bool same_picture)
{
    size_t image = p->count - 1;
    pl_predicted *item = &p->item[image];
    item->seen = *seen;
    item->face = same_picture ? item[-1].face + 1 : 0;
    for (size_t k = 0; seen->score < 0.5 && k < p->targets; k++)
        p->answer[pl_prediction_at(p, image, k)] = PL_NO_FACE;
}

/* mean[i] of the images, [count, targets]: the mean over the models. */
static kn_status ask_all(const pl_predictions *p, const pl_images *images, float *mean, kn_error *e)
{
    size_t n = images->count, answers = n * p->targets;
    uint32_t *index = malloc(n * sizeof *index);
    float *each = malloc(p->models * answers * sizeof *each);
    const float **of = malloc(p->models * sizeof(*of));
    kn_status rc = KN_OK;
    if (!index || !each || !of)
        rc = kn_fail(e, KN_ENOMEM, "no memory for %zu answers to %zu pictures", p->models, n);
    for (size_t i = 0; rc == KN_OK && i < n; i++)
        index[i] = (uint32_t)i;
    const kn_batch batch = {.x = images->x, .index = index, .count = n};
    for (size_t k = 0; rc == KN_OK && k < p->models; k++) {
        of[k] = each + k * answers;
        rc = kn_trainer_predict(p->by[k].trainer, &batch, each + k * answers, NULL, e);
    }
    if (rc == KN_OK)
        pl_average(of, p->models, answers, mean);
    free(index);
    free(each);
    free(of);
    return rc;
}

static kn_status predict(pl_predictions *p, const pl_images *images, const pl_seen *seen,
                         kn_error *e)
{
    size_t n = images->count, row = (size_t)images->w * (size_t)images->h * (size_t)images->c;
    KN_TRY(make_room(p, images, e));
    KN_TRY(ask_all(p, images, p->probability + p->count * p->targets, e));
    memcpy(p->x + p->count * row, images->x, n * row);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < p->targets; k++)
            p->answer[pl_prediction_at(p, p->count, k)] = PL_ANSWERED;
        p->item[p->count++] = (pl_predicted){
            .name = pl_strdup(images->name[i]), .w = images->size[i][0], .h = images->size[i][1]};
        if (seen)
            add_seen(p, &seen[i], i > 0 && strcmp(images->name[i - 1], images->name[i]) == 0);
    }
    return KN_OK;
}

kn_status pl_predictions_add(pl_predictions *p, const char *path, kn_error *e)
{
    const pl_data_spec *d = &p->model->spec.data;
    pl_images images;
    kn_error why = {KN_OK, ""};
    const pl_fit_target target = {d->width, d->height, d->channels, d->filter};
    pl_seen *seen = NULL;
    kn_status rc =
        p->reframe ? pl_outside_load(path, &p->framing, p->reframe, p->pool, &images, &seen, &why)
                   : pl_images_load_framed(path, &target, &p->framing, p->pool, &images, &why);
    if (rc == KN_ENOMEM || rc == KN_EINTERRUPTED)
        return kn_fail(e, rc, "%s", why.text);
    if (rc != KN_OK) {
        bool named = strstr(why.text, path) != NULL;
        return add_bad(p, named ? pl_strdup(why.text) : pl_format("%s: %s", path, why.text), e);
    }
    rc = predict(p, &images, seen, e);
    for (size_t i = 0; rc == KN_OK && i < images.bad_count; i++)
        rc = add_bad(p, pl_strdup(images.bad[i]), e);
    pl_images_clear(&images);
    free(seen);
    return rc;
}

/* The truths of one target, from a column of the table. */
static void take_truths(pl_predictions *p, const pl_labels *table, size_t target, size_t column)
{
    for (size_t i = 0; i < p->count; i++) {
        ptrdiff_t row = pl_names_find(&table->names, p->item[i].name);
        int8_t value = row < 0 ? 0 : table->value[(size_t)row * table->columns + column];
        p->truth[pl_prediction_at(p, i, target)] = value ? value > 0 : -1;
    }
}

static kn_status look_up(pl_predictions *p, const pl_labels *table, kn_error *e)
{
    const pl_targets *targets = &p->model->spec.data.target;
    size_t column;
    p->truth = malloc(p->count * p->targets + 1);
    if (!p->truth)
        return kn_fail(e, KN_ENOMEM, "no memory for the labels of %zu pictures", p->count);
    memset(p->truth, -1, p->count * p->targets);
    KN_TRY(pl_labels_column(table, targets->name[p->target], &column, e));
    for (size_t k = 0; k < p->targets; k++)
        if (pl_labels_column(table, targets->name[k], &column, NULL) == KN_OK)
            take_truths(p, table, k, column);
    for (size_t i = 0; i < p->count; i++)
        p->known += p->truth[pl_prediction_at(p, i, p->target)] >= 0;
    return KN_OK;
}

kn_status pl_predictions_label(pl_predictions *p, const char *labels, kn_error *e)
{
    pl_labels table;
    KN_TRY(p->targets == 1 ? pl_labels_read(labels, &table, e)
                           : pl_labels_read_gaps(labels, &table, e));
    kn_status rc = look_up(p, &table, e);
    if (rc == KN_OK && p->known == 0)
        rc = kn_fail(e, KN_EDATA, "%s names none of the %zu pictures", labels, p->count);
    pl_labels_clear(&table);
    return rc;
}

kn_status pl_predictions_score(const pl_predictions *p, size_t target, pl_scores *out, kn_error *e)
{
    uint8_t *label = malloc(p->count + 1);
    float *probability = malloc((p->count + 1) * sizeof *probability);
    kn_status rc = KN_OK;
    size_t n = 0;
    for (size_t i = 0; label && probability && i < p->count; i++) {
        size_t at = pl_prediction_at(p, i, target);
        if (p->truth[at] < 0 || p->answer[at] != PL_ANSWERED)
            continue;
        label[n] = (uint8_t)p->truth[at];
        probability[n++] = p->probability[at];
    }
    if (!label || !probability || pl_scores_compute(n, label, probability, out) != 0)
        rc = kn_fail(e, KN_ENOMEM, "no memory for the scores of %zu pictures", p->count);
    free(label);
    free(probability);
    return rc;
}

const char *pl_prediction_label(const pl_predictions *p, size_t at)
{
    static const char *const unanswered[] = {[PL_UNSURE] = "unsure", [PL_NO_FACE] = "none"};
    if (p->answer[at] != PL_ANSWERED)
        return unanswered[p->answer[at]];
    return p->probability[at] > 0.5f ? "1" : "0";
}

bool pl_prediction_wrong(const pl_predictions *p, size_t at)
{
    return p->truth && p->truth[at] >= 0 && p->answer[at] == PL_ANSWERED &&
           p->truth[at] != (p->probability[at] > 0.5f);
}

static void add_frame(const pl_predictions *p, const pl_predicted *item, pl_str *s)
{
    const pl_seen *seen = &item->seen;
    if (p->reframe->all)
        pl_str_addf(s, ",%d", item->face);
    pl_str_add(s, ",");
    pl_csv_add_number(s, seen->score);
    pl_str_addf(s, ",%.4f,%.4f,%.4f,%.2f", seen->frame.scale, seen->frame.dx, seen->frame.dy,
                seen->frame.angle);
}

static void add_row(const pl_predictions *p, size_t image, size_t target, bool named, pl_str *s)
{
    const pl_predicted *item = &p->item[image];
    size_t at = pl_prediction_at(p, image, target);
    pl_csv_add(s, item->name);
    pl_str_add(s, ",");
    if (named) {
        pl_csv_add(s, p->model->spec.data.target.name[target]);
        pl_str_add(s, ",");
    }
    if (p->answer[at] != PL_NO_FACE)
        pl_csv_add_number(s, (double)p->probability[at]);
    pl_str_addf(s, ",%s", pl_prediction_label(p, at));
    if (p->truth)
        pl_str_add(s, p->truth[at] < 0 ? "," : p->truth[at] ? ",1" : ",0");
    pl_str_add(s, ",");
    pl_csv_add(s, item->far ? item->far : "");
    if (p->reframe)
        add_frame(p, item, s);
    pl_str_add(s, "\n");
}

kn_status pl_predictions_write(const pl_predictions *p, bool all, const char *path, kn_error *e)
{
    bool named = all && p->targets > 1;
    pl_str s;
    pl_str_init(&s);
    pl_str_addf(&s, "image,%sprobability,label%s,far", named ? "target," : "",
                p->truth ? ",truth" : "");
    if (p->reframe)
        pl_str_addf(&s, "%s,frame_score,frame_scale,frame_dx,frame_dy,frame_angle",
                    p->reframe->all ? ",face" : "");
    pl_str_add(&s, "\n");
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = named ? 0 : p->target; k < (named ? p->targets : p->target + 1); k++)
            add_row(p, i, k, named, &s);
    kn_status rc = pl_write_file(path, s.text, s.size, e);
    pl_str_clear(&s);
    return rc;
}
