/* evaluate: the trained model on validation and test images -> metrics.json, predictions.csv: of several targets the
 * means and each by name, and a row per image and target. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "io/json.h"
#include "stages/dataset.h"
#include "stages/model_file.h"
#include "stages/scores.h"
#include "stages/stage.h"
#include "stages/views.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/interrupt.h"

typedef struct evaluation {
    const pl_stage_job *job;
    pl_dataset data;
    pl_csv names; /* row i + 1 is image i */
    pl_model model;
    kn_trainer *trainer;
    kn_view view[PL_VIEWS_MAX];
    int views;
    json_t *metrics;
    pl_str predictions;
} evaluation;

static void add_rows(evaluation *v, const char *side, const kn_batch *batch, const uint8_t *label,
                     const float *p)
{
    const pl_targets *targets = &v->model.spec.data.target;
    size_t several = (size_t)targets->count;
    for (size_t i = 0; i < batch->count * several; i++) {
        pl_csv_add(&v->predictions, pl_csv_get(&v->names, batch->index[i / several] + 1, 0));
        pl_str_addf(&v->predictions, ",%s,", side);
        if (several > 1) {
            pl_csv_add(&v->predictions, targets->name[i % several]);
            pl_str_add(&v->predictions, ",");
        }
        if (label[i] != KN_LABEL_MISSING)
            pl_str_addf(&v->predictions, "%d", label[i]);
        pl_str_addf(&v->predictions, ",%.9g\n", (double)p[i]);
    }
}

/* The scores of a side as they stand in the metrics; NULL where memory is out. *all: of the one target, or the means. */
static json_t *scores_of(const evaluation *v, size_t count, const uint8_t *label, const float *p,
                         pl_scores *all)
{
    const pl_targets *targets = &v->model.spec.data.target;
    size_t several = (size_t)targets->count;
    pl_scores each[KN_TARGETS_MAX];
    for (size_t k = 0; k < several; k++)
        if (pl_scores_compute_target(count, several, k, label, p, &each[k]) != 0)
            return NULL;
    *all = several == 1 ? each[0] : pl_scores_mean(each, several);
    return several == 1 ? pl_scores_json(all)
                        : pl_scores_json_several(each, targets->name, several, count);
}

/* Scores of one side into the metrics, and its rows into the predictions. */
static kn_status add_scores(evaluation *v, const char *side, const kn_batch *batch, const float *p,
                            const kn_step_result *r, double seconds, kn_error *e)
{
    pl_scores scores;
    size_t targets = v->data.targets;
    uint8_t *label = malloc(batch->count * targets);
    if (!label)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu labels", batch->count * targets);
    for (size_t i = 0; i < batch->count; i++)
        memcpy(label + i * targets, batch->label + batch->index[i] * targets, targets);
    json_t *object = scores_of(v, batch->count, label, p, &scores);
    add_rows(v, side, batch, label, p);
    free(label);
    if (!object)
        return kn_fail(e, KN_ENOMEM, "no memory for the scores of %zu images", batch->count);
    double log_loss = r->loss / (double)batch->count;
    json_object_set_new(object, "log_loss", json_real(log_loss));
    json_object_set_new(object, "loss", json_real(log_loss + r->penalty));
    json_object_set_new(v->metrics, side, object);
    fprintf(v->job->log, "%s: accuracy %.4f on %zu images", side, scores.accuracy, batch->count);
    if (targets > 1)
        fprintf(v->job->log, ", the mean of %zu targets,", targets);
    fprintf(v->job->log, " (majority %.4f), forward passes %.3f s, %.0f images/s", scores.majority,
            seconds, seconds > 0 ? (double)batch->count / seconds : 0);
    if (v->views > 0)
        fprintf(v->job->log, ", each seen %d times", v->views);
    fprintf(v->job->log, "\n");
    return KN_OK;
}

static kn_status evaluate_side(evaluation *v, const char *side, kn_error *e)
{
    pl_npy index;
    KN_TRY(pl_side_open(v->job->dir[PL_SPLIT], side, &v->data, &index, e));
    kn_batch batch = pl_side_batch(&v->data, &index);
    kn_status rc = KN_OK;
    float *p = malloc((batch.count ? batch.count : 1) * v->data.targets * sizeof *p);
    if (!p) {
        rc = kn_fail(e, KN_ENOMEM, "no memory for %zu probabilities", batch.count);
    } else if (batch.count > 0) {
        kn_step_result r;
        double began = pl_now();
        rc = kn_trainer_predict(v->trainer, &batch, p, &r, e);
        double seconds = pl_now() - began;
        if (rc == KN_OK)
            rc = add_scores(v, side, &batch, p, &r, seconds, e);
        else
            kn_prepend(e, "%s images: ", side);
    }
    free(p);
    pl_npy_close(&index);
    return rc;
}

static kn_status open_all(evaluation *v, kn_error *e)
{
    const pl_stage_job *job = v->job;
    char *model = pl_path_join(job->dir[PL_TRAIN], "model.safetensors");
    char *names = pl_path_join(job->dir[PL_INGEST], "names.csv");
    kn_status rc = pl_model_load(model, &v->model, e);
    if (rc == KN_OK)
        rc = pl_model_fold(&v->model, e);
    if (rc == KN_OK)
        rc = pl_dataset_open(job->dir[PL_INGEST], &v->data, e);
    if (rc == KN_OK)
        rc = pl_csv_read(names, &v->names, e);
    if (rc == KN_OK && v->names.rows != v->data.count + 1)
        rc = kn_fail(e, KN_EFORMAT, "%s: %zu names for %zu images", names,
                     v->names.rows ? v->names.rows - 1 : 0, v->data.count);
    free(model);
    free(names);
    KN_TRY(rc);
    KN_TRY(pl_dataset_check_net(&v->data, v->model.net, e));
    v->views = pl_views_of(&job->spec->evaluate, v->view);
    const kn_trainer_options inference = {.batch_max = 0,
                                          .class_weight = {1, 1},
                                          .views = v->view,
                                          .view_count = v->views,
                                          .cancelled = pl_interrupt_asked};
    KN_TRY(kn_trainer_new(v->model.net, job->pool, &inference, &v->trainer, e));
    memcpy(kn_trainer_params(v->trainer), v->model.block,
           kn_net_block_floats(v->model.net) * sizeof(float));
    return KN_OK;
}

static kn_status write_outputs(const evaluation *v, kn_error *e)
{
    char *metrics = pl_path_join(v->job->out, "metrics.json");
    char *predictions = pl_path_join(v->job->out, "predictions.csv");
    kn_status rc = pl_json_write(metrics, v->metrics, e);
    if (rc == KN_OK)
        rc = pl_write_file(predictions, v->predictions.text, v->predictions.size, e);
    free(metrics);
    free(predictions);
    return rc;
}

static kn_status run(const pl_stage_job *jobs, int count, kn_error *e)
{
    (void)count;
    evaluation v = {.job = &jobs[0], .metrics = json_object()};
    pl_str_init(&v.predictions);
    kn_status rc;
    KN_TRY_TO(rc, cleanup, open_all(&v, e));
    pl_str_add(&v.predictions, v.data.targets > 1 ? "image,split,target,label,probability\n"
                                                  : "image,split,label,probability\n");
    static const char *const sides[] = {"val", "test"};
    for (int i = 0; i < 2; i++) {
        KN_TRY_TO(rc, cleanup, pl_interrupt_check(e));
        KN_TRY_TO(rc, cleanup, evaluate_side(&v, sides[i], e));
    }
    rc = write_outputs(&v, e);
cleanup:
    kn_trainer_free(v.trainer);
    pl_csv_clear(&v.names);
    pl_dataset_close(&v.data);
    pl_model_clear(&v.model);
    pl_str_clear(&v.predictions);
    json_decref(v.metrics);
    return rc;
}

static const pl_stage_input inputs[] = {
    {.stage = PL_INGEST, .file = "X.npy"},     {.stage = PL_INGEST, .file = "y.npy"},
    {.stage = PL_INGEST, .file = "names.csv"}, {.stage = PL_SPLIT, .file = "val.npy"},
    {.stage = PL_SPLIT, .file = "test.npy"},   {.stage = PL_TRAIN, .file = "model.safetensors"},
};

const pl_stage pl_stage_evaluate = {
    .name = "evaluate",
    .version = 3,
    .numeric = true,
    .keys = PL_KEY_EVALUATE,
    .inputs = inputs,
    .input_count = sizeof inputs / sizeof inputs[0],
    .run = run,
};
