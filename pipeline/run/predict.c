#include "run/predict.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "data/images.h"
#include "data/tables.h"
#include "io/csv.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/log.h"

/* The model file does not know how images are evaluated; the run's manifest does. One that cannot be read, or was made
 * before evaluation had keys, says nothing. */
static int read_views(const char *run_dir, kn_view view[PL_VIEWS_MAX])
{
    char *path = pl_path_join(run_dir, "manifest.json");
    json_t *manifest = json_load_file(path, 0, NULL), *value;
    const char *key;
    pl_run_spec spec;
    pl_str text;
    kn_arena arena;
    kn_arena_init(&arena);
    pl_str_init(&text);
    json_object_foreach(json_object_get(manifest, "spec"), key, value)
    {
        if (json_is_string(value))
            pl_str_addf(&text, "%s=%s\n", key, json_string_value(value));
    }
    bool known = pl_spec_from_canonical(text.text, &arena, &spec, NULL) == KN_OK;
    int views = known ? pl_views_of(&spec.evaluate, view) : 0;
    pl_str_clear(&text);
    kn_arena_clear(&arena);
    json_decref(manifest);
    free(path);
    return views;
}

kn_status pl_predictions_open(const char *run_dir, kn_pool *pool, pl_predictions *out, kn_error *e)
{
    *out = (pl_predictions){.pool = pool};
    char *path = pl_path_join(run_dir, "model.safetensors");
    kn_status rc = pl_model_load(path, &out->model, e);
    free(path);
    KN_TRY(rc);
    KN_TRY_TO(rc, fail, pl_model_fold(&out->model, e));
    out->views = read_views(run_dir, out->view);
    if (out->views > 0)
        pl_info("every picture is seen %d times (evaluate.tta)", out->views);
    const kn_trainer_options inference = {.batch_max = 0,
                                          .class_weight = {1, 1},
                                          .views = out->view,
                                          .view_count = out->views,
                                          .cancelled = pl_interrupt_asked};
    KN_TRY_TO(rc, fail, kn_trainer_new(out->model.net, pool, &inference, &out->trainer, e));
    memcpy(kn_trainer_params(out->trainer), out->model.block,
           kn_net_block_floats(out->model.net) * sizeof(float));
    return KN_OK;
fail:
    pl_model_clear(&out->model);
    return rc;
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
    free(p->bad);
    free(p->x);
    kn_trainer_free(p->trainer);
    pl_model_clear(&p->model);
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
    if (!item || !x)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu pictures", count);
    return KN_OK;
}

/* What was seen of a reframed picture, behind what the model says of it. */
static void add_seen(pl_predicted *item, const pl_seen *seen, const pl_predicted *before)
{
    item->seen = *seen;
    if (seen->score < 0.5)
        item->answer = PL_NO_FACE;
    if (before && strcmp(before->name, item->name) == 0)
        item->face = before->face + 1;
}

static kn_status predict(pl_predictions *p, const pl_images *images, const pl_seen *seen,
                         kn_error *e)
{
    size_t n = images->count, row = (size_t)images->w * (size_t)images->h * (size_t)images->c;
    KN_TRY(make_room(p, images, e));
    uint32_t *index = malloc(n * sizeof *index);
    float *probability = malloc(n * sizeof *probability);
    kn_status rc = KN_OK;
    if (!index || !probability)
        rc = kn_fail(e, KN_ENOMEM, "no memory for %zu pictures", n);
    for (size_t i = 0; rc == KN_OK && i < n; i++)
        index[i] = (uint32_t)i;
    const kn_batch batch = {.x = images->x, .index = index, .count = n};
    if (rc == KN_OK)
        rc = kn_trainer_predict(p->trainer, &batch, probability, NULL, e);
    if (rc == KN_OK) {
        memcpy(p->x + p->count * row, images->x, n * row);
        for (size_t i = 0; i < n; i++)
            p->item[p->count++] = (pl_predicted){.name = pl_strdup(images->name[i]),
                                                 .probability = probability[i],
                                                 .label = probability[i] > 0.5f,
                                                 .truth = -1,
                                                 .w = images->size[i][0],
                                                 .h = images->size[i][1]};
        for (size_t i = 0; seen && i < n; i++)
            add_seen(&p->item[p->count - n + i], &seen[i],
                     i > 0 ? &p->item[p->count - n + i - 1] : NULL);
    }
    free(index);
    free(probability);
    return rc;
}

kn_status pl_predictions_add(pl_predictions *p, const char *path, kn_error *e)
{
    const pl_data_spec *d = &p->model.spec.data;
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

kn_status pl_predictions_label(pl_predictions *p, const char *labels, kn_error *e)
{
    pl_labels table;
    size_t column = 0;
    KN_TRY(pl_labels_read(labels, &table, e));
    kn_status rc = pl_labels_column(&table, p->model.spec.data.target, &column, e);
    for (size_t i = 0; rc == KN_OK && i < p->count; i++) {
        ptrdiff_t row = pl_names_find(&table.names, p->item[i].name);
        if (row < 0)
            continue;
        p->item[i].truth = table.value[(size_t)row * table.columns + column] > 0;
        p->known++;
    }
    if (rc == KN_OK && p->known == 0)
        rc = kn_fail(e, KN_EDATA, "%s names none of the %zu pictures", labels, p->count);
    pl_labels_clear(&table);
    return rc;
}

kn_status pl_predictions_score(const pl_predictions *p, pl_scores *out, kn_error *e)
{
    uint8_t *label = malloc(p->known + 1);
    float *probability = malloc((p->known + 1) * sizeof *probability);
    kn_status rc = KN_OK;
    size_t n = 0;
    for (size_t i = 0; label && probability && i < p->count; i++)
        if (p->item[i].truth >= 0 && p->item[i].answer == PL_ANSWERED) {
            label[n] = (uint8_t)p->item[i].truth;
            probability[n++] = p->item[i].probability;
        }
    if (!label || !probability || pl_scores_compute(n, label, probability, out) != 0)
        rc = kn_fail(e, KN_ENOMEM, "no memory for the scores of %zu pictures", p->known);
    free(label);
    free(probability);
    return rc;
}

/* The label as csv, table and json have it. */
const char *pl_predicted_label(const pl_predicted *item)
{
    static const char *const unanswered[] = {[PL_UNSURE] = "unsure", [PL_NO_FACE] = "none"};
    return item->answer != PL_ANSWERED ? unanswered[item->answer] : item->label ? "1" : "0";
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

kn_status pl_predictions_write(const pl_predictions *p, const char *path, kn_error *e)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_addf(&s, "image,probability,label%s,far", p->known > 0 ? ",truth" : "");
    if (p->reframe)
        pl_str_addf(&s, "%s,frame_score,frame_scale,frame_dx,frame_dy,frame_angle",
                    p->reframe->all ? ",face" : "");
    pl_str_add(&s, "\n");
    for (size_t i = 0; i < p->count; i++) {
        const pl_predicted *item = &p->item[i];
        pl_csv_add(&s, item->name);
        pl_str_add(&s, ",");
        if (item->answer != PL_NO_FACE)
            pl_csv_add_number(&s, (double)item->probability);
        pl_str_addf(&s, ",%s", pl_predicted_label(item));
        if (p->known > 0)
            pl_str_add(&s, item->truth < 0 ? "," : item->truth ? ",1" : ",0");
        pl_str_add(&s, ",");
        pl_csv_add(&s, item->far ? item->far : "");
        if (p->reframe)
            add_frame(p, item, &s);
        pl_str_add(&s, "\n");
    }
    kn_status rc = pl_write_file(path, s.text, s.size, e);
    pl_str_clear(&s);
    return rc;
}
