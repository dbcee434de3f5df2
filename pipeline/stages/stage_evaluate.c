/* evaluate: the trained model on validation and test images -> metrics.json, predictions.csv. */
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

/* Scores of one side into the metrics, and its rows into the predictions. */
static kn_status add_scores(evaluation *v, const char *side, const kn_batch *batch, const float *p,
                            const kn_step_result *r, double seconds, kn_error *e)
{
    pl_scores scores;
    uint8_t *label = malloc(batch->count);
    if (!label)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu labels", batch->count);
    for (size_t i = 0; i < batch->count; i++)
        label[i] = batch->label[batch->index[i]];
    int failed = pl_scores_compute(batch->count, label, p, &scores);
    for (size_t i = 0; i < batch->count; i++) {
        pl_csv_add(&v->predictions, pl_csv_get(&v->names, batch->index[i] + 1, 0));
        pl_str_addf(&v->predictions, ",%s,%d,%.9g\n", side, label[i], (double)p[i]);
    }
    free(label);
    json_t *object = failed ? NULL : pl_scores_json(&scores);
    if (!object)
        return kn_fail(e, KN_ENOMEM, "no memory for the scores of %zu images", batch->count);
    double log_loss = r->loss / (double)batch->count;
    json_object_set_new(object, "log_loss", json_real(log_loss));
    json_object_set_new(object, "loss", json_real(log_loss + r->penalty));
    json_object_set_new(v->metrics, side, object);
    fprintf(v->job->log,
            "%s: accuracy %.4f on %zu images (majority %.4f), forward passes %.3f s, %.0f "
            "images/s",
            side, scores.accuracy, batch->count, scores.majority, seconds,
            seconds > 0 ? (double)batch->count / seconds : 0);
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
    float *p = malloc((batch.count ? batch.count : 1) * sizeof *p);
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
    KN_TRY(pl_dataset_check_shape(&v->data, kn_net_input(v->model.net), e));
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
    pl_str_add(&v.predictions, "image,split,label,probability\n");
    kn_status rc;
    KN_TRY_TO(rc, cleanup, open_all(&v, e));
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
    {PL_INGEST, "X.npy"},  {PL_INGEST, "y.npy"},   {PL_INGEST, "names.csv"},
    {PL_SPLIT, "val.npy"}, {PL_SPLIT, "test.npy"}, {PL_TRAIN, "model.safetensors"},
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
