/* train: pixels, labels and index vectors -> model.safetensors, epochs.csv, train.json. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "stages/dataset.h"
#include "stages/model_file.h"
#include "stages/stage.h"
#include "stages/train.h"
#include "util/fs.h"

void pl_train_result_clear(pl_train_result *r)
{
    free(r->rows);
    r->rows = NULL;
}

/* Keras and scikit-learn's "balanced": n / (2 n_class). */
static void resolve_class_weight(const pl_train_spec *spec, const kn_batch *train, float weight[2])
{
    weight[0] = weight[1] = 1;
    if (spec->class_weight == PL_WEIGHT_GIVEN)
        memcpy(weight, spec->weight, 2 * sizeof *weight);
    if (spec->class_weight != PL_WEIGHT_BALANCED)
        return;
    size_t count[2] = {0, 0};
    for (size_t i = 0; i < train->count; i++)
        count[train->label[train->index[i]]]++;
    for (int c = 0; c < 2; c++)
        weight[c] = count[c] ? (float)((double)train->count / (2.0 * (double)count[c])) : 1;
}

static kn_status write_summary(const pl_train_task *task, const pl_train_result *r, kn_error *e)
{
    const pl_epoch *last = &r->rows[r->final_row];
    json_t *root =
        json_pack("{s:f, s:i, s:b, s:b, s:f, s:f, s:I, s:f, s:f, s:I}", "epochs",
                  r->rows[r->row_count - 1].epoch, "best_epoch", (int)last->epoch, "stopped_early",
                  r->stopped_early, "converged", r->converged, "train_seconds",
                  pl_epochs_seconds(r->rows, r->row_count), "images_per_second",
                  pl_epochs_speed(r->rows, r->row_count), "params",
                  (json_int_t)kn_net_params(task->net), "train_accuracy", last->train_accuracy,
                  "train_loss", last->train_loss, "train_images", (json_int_t)task->train.count);
    if (!root)
        return kn_fail(e, KN_EINTERNAL, "cannot put train.json together");
    char *path = pl_path_join(task->job->out, "train.json");
    kn_status rc = pl_json_write(path, root, e);
    free(path);
    json_decref(root);
    return rc;
}

static kn_status write_outputs(const pl_train_task *task, const float *block,
                               const pl_train_result *r, kn_error *e)
{
    char *model = pl_path_join(task->job->out, "model.safetensors");
    char *epochs = pl_path_join(task->job->out, "epochs.csv");
    kn_status rc = pl_model_save(model, &task->spec, task->net, block, e);
    if (rc == KN_OK)
        rc = pl_epochs_write(epochs, r->rows, r->row_count, e);
    if (rc == KN_OK)
        rc = write_summary(task, r, e);
    free(model);
    free(epochs);
    return rc;
}

static kn_status train(pl_train_task *task, kn_error *e)
{
    kn_arena arena;
    kn_arena_init(&arena);
    kn_net_desc desc;
    kn_net *net = NULL;
    float *block = NULL;
    pl_train_result result = {.rows = NULL};
    const pl_run_spec *spec = &task->spec;
    kn_status rc;
    task->spec = *task->job->spec;
    KN_TRY_TO(rc, cleanup,
              pl_dataset_targets(task->job->dir[PL_INGEST], &task->job->spec->data, &arena,
                                 &task->spec.data.target, e));
    KN_TRY_TO(rc, cleanup, pl_spec_net(spec, &arena, &desc, e));
    KN_TRY_TO(rc, cleanup, kn_net_new(&desc, &net, e));
    KN_TRY_TO(rc, cleanup, pl_dataset_check_net(task->data, net, e));
    task->net = net;
    block = kn_arena_alloc(&arena, kn_net_block_floats(net), sizeof *block);
    if (!block) {
        rc = kn_fail(e, KN_ENOMEM, "no memory for %zu parameters", kn_net_params(net));
        goto cleanup;
    }
    fprintf(task->job->log, "train %s: %zu images, %zu for validation, %zu parameters\n",
            task->job->title, task->train.count, task->val.count, kn_net_params(net));
    if (kn_net_targets(net) > 1)
        fprintf(task->job->log, "%d targets: accuracy is over the labels of all of them\n",
                kn_net_targets(net));
    if (spec->model.type == PL_MODEL_LOGREG && spec->model.solver == PL_SOLVER_LBFGS)
        rc = pl_train_lbfgs(task, block, &result, e);
    else
        rc = pl_train_epochs(task, block, &result, e);
    if (rc == KN_OK)
        rc = write_outputs(task, block, &result, e);
cleanup:
    pl_train_result_clear(&result);
    kn_net_free(net);
    kn_arena_clear(&arena);
    return rc;
}

static kn_status run(const pl_stage_job *jobs, int count, kn_error *e)
{
    (void)count;
    const pl_stage_job *job = &jobs[0];
    pl_dataset data;
    pl_npy side[2];
    KN_TRY(pl_dataset_open(job->dir[PL_INGEST], &data, e));
    kn_status rc = pl_side_open(job->dir[PL_SPLIT], "train", &data, &side[0], e);
    if (rc == KN_OK) {
        rc = pl_side_open(job->dir[PL_SPLIT], "val", &data, &side[1], e);
        if (rc == KN_OK) {
            pl_train_task task = {.job = job,
                                  .data = &data,
                                  .train = pl_side_batch(&data, &side[0]),
                                  .val = pl_side_batch(&data, &side[1])};
            resolve_class_weight(&job->spec->train, &task.train, task.class_weight);
            rc = task.train.count > 0 ? train(&task, e)
                                      : kn_fail(e, KN_EDATA, "the split has no training images");
            pl_npy_close(&side[1]);
        }
        pl_npy_close(&side[0]);
    }
    pl_dataset_close(&data);
    return rc;
}

/* The trainer's; of an lbfgs fit the memory of its ten steps and of a number per image. */
static double bytes(const pl_run_spec *spec, int threads)
{
    enum { LBFGS_VECTORS = 24 };
    kn_arena arena;
    kn_net_desc desc;
    kn_net *net = NULL;
    double sum = 0;
    kn_arena_init(&arena);
    if (pl_spec_net(spec, &arena, &desc, NULL) == KN_OK && kn_net_new(&desc, &net, NULL) == KN_OK) {
        bool lbfgs = spec->model.type == PL_MODEL_LOGREG && spec->model.solver == PL_SOLVER_LBFGS;
        const kn_trainer_options options =
            pl_train_options(spec, lbfgs ? 0 : (size_t)spec->train.batch);
        sum = (double)kn_trainer_bytes(net, threads, &options);
        if (lbfgs)
            sum += LBFGS_VECTORS * sizeof(double) * (double)kn_net_params(net);
    }
    kn_net_free(net);
    kn_arena_clear(&arena);
    return sum;
}

static const pl_stage_input inputs[] = {
    {.stage = PL_INGEST, .file = "X.npy"},
    {.stage = PL_INGEST, .file = "y.npy"},
    {.stage = PL_INGEST, .file = "targets.csv", .optional = true},
    {.stage = PL_SPLIT, .file = "train.npy"},
    {.stage = PL_SPLIT, .file = "val.npy"},
};

const pl_stage pl_stage_train = {
    .name = "train",
    .version = 4,
    .numeric = true,
    .keys = PL_KEY_TRAIN,
    .inputs = inputs,
    .input_count = sizeof inputs / sizeof inputs[0],
    .bytes = bytes,
    .run = run,
};
