/* Training by epochs of batches. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "stages/checkpoint.h"
#include "stages/train.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/log.h"

/* Streams of the run's seed; nn uses small numbers for weights and dropout. */
static const uint64_t SHUFFLE_STREAM = (uint64_t)1 << 40;

/* The end of an epoch is saved, but for epochs so short that it would cost more than this part of the time. How
 * long a save takes is known from the last one; before that a disk is assumed that needs a moment to
 * begin, and writes so many bytes a second. */
static const double SAVE_PART = 0.01, SAVE_BEGIN_SECONDS = 2e-3, SAVE_SPEED = 2e8;

typedef struct loop {
    const pl_train_task *task;
    const pl_train_spec *spec;
    kn_trainer *trainer;
    kn_schedule schedule;
    pl_train_state state;
    uint32_t *order; /* the epoch's order of images */
    size_t block_floats;
    char *checkpoint; /* path */
    char *identity;
    pl_progress *progress;
    kn_profile *profile; /* NULL: not wanted */
    double first_step;   /* seconds after the start of the process */
    double saved_at, save_seconds;
    double epoch_began, spent_before; /* clock of this attempt */
} loop;

static void fill_order(loop *l)
{
    const kn_batch *train = &l->task->train;
    memcpy(l->order, train->index, train->count * sizeof *l->order);
    if (!l->spec->shuffle)
        return;
    kn_rng rng;
    kn_rng_init(&rng, l->spec->seed, SHUFFLE_STREAM + (uint64_t)l->state.epoch);
    kn_rng_shuffle(&rng, l->order, train->count);
}

static kn_status save(loop *l, kn_error *e)
{
    double began = pl_now();
    l->state.epoch_seconds = l->spent_before + (began - l->epoch_began);
    kn_status rc =
        pl_checkpoint_save(l->checkpoint, l->identity, &l->state, l->trainer, l->block_floats, e);
    l->saved_at = pl_now();
    l->save_seconds = l->saved_at - began;
    return rc;
}

static bool save_is_cheap(const loop *l)
{
    return pl_fault_is_set() || l->save_seconds < SAVE_PART * (pl_now() - l->saved_at);
}

static kn_status leave(loop *l, kn_error *e)
{
    KN_TRY(save(l, e));
    fprintf(l->task->job->log, "interrupted in epoch %lld after %lld images; state saved\n",
            (long long)l->state.epoch + 1, (long long)l->state.position);
    return kn_fail(e, KN_EINTERRUPTED, "interrupted");
}

/* Saves and tells so where a signal has come. */
static kn_status stop_if_asked(loop *l, kn_error *e)
{
    return pl_interrupted() ? leave(l, e) : KN_OK;
}

static double images_seen(const loop *l)
{
    return (double)l->state.epoch * (double)l->task->train.count + (double)l->state.position;
}

/* Of the labels that are known; NaN where none is. */
static double share(double correct, double judged)
{
    return judged > 0 ? correct / judged : (double)NAN;
}

static kn_status run_batches(loop *l, kn_error *e)
{
    pl_train_state *s = &l->state;
    const kn_batch *train = &l->task->train;
    size_t batch = (size_t)l->spec->batch;
    while ((size_t)s->position < train->count) {
        KN_TRY(stop_if_asked(l, e));
        size_t left = train->count - (size_t)s->position;
        kn_batch b = *train;
        b.index = l->order + s->position;
        b.count = left < batch ? left : batch;
        b.epoch = (uint64_t)s->epoch;
        float lr = kn_schedule_lr(&l->schedule, &s->plateau, kn_trainer_steps(l->trainer));
        double began = pl_now();
        kn_step_result r;
        kn_status rc = kn_trainer_step(l->trainer, &b, lr, &r, e);
        if (rc == KN_EINTERRUPTED)
            return leave(l, e);
        if (rc != KN_OK)
            return kn_prepend(e, "epoch %lld, batch %lld: ", (long long)s->epoch + 1,
                              (long long)(s->position / (int64_t)batch) + 1);
        s->step_seconds += pl_now() - began;
        s->loss_sum += r.loss + r.penalty * (double)b.count;
        s->correct_sum += (double)r.correct;
        s->judged_sum += (double)r.judged;
        s->position += (int64_t)b.count;
        pl_progress_update(l->progress, images_seen(l));
        if (pl_now() - l->saved_at > l->spec->checkpoint && save_is_cheap(l))
            KN_TRY(save(l, e));
    }
    return KN_OK;
}

static kn_status validate(loop *l, pl_epoch *row, kn_error *e)
{
    const kn_batch *val = &l->task->val;
    row->val_loss = row->val_accuracy = (double)NAN;
    if (val->count == 0)
        return KN_OK;
    kn_step_result r;
    kn_status rc = kn_trainer_predict(l->trainer, val, NULL, &r, e);
    if (rc == KN_EINTERRUPTED)
        return leave(l, e);
    if (rc != KN_OK)
        return kn_prepend(e, "epoch %lld, validation: ", (long long)l->state.epoch + 1);
    row->val_loss = r.loss / (double)val->count + r.penalty;
    row->val_accuracy = share((double)r.correct, (double)r.judged);
    return KN_OK;
}

/* The weights that are validated and kept. */
static const float *kept_weights(const loop *l)
{
    const float *average = kn_trainer_average(l->trainer);
    return average ? average : kn_trainer_params(l->trainer);
}

/* Keras's EarlyStopping: an improvement by more than min_delta resets the wait; `patience` epochs
 * without one stop. */
static void watch_best(loop *l, const pl_epoch *row)
{
    pl_train_state *s = &l->state;
    const pl_early_stopping *early = &l->spec->early;
    if (!early->on)
        return;
    bool loss = early->monitor == PL_MONITOR_VAL_LOSS;
    double value = loss ? row->val_loss : row->val_accuracy;
    double gain = loss ? s->best - value : value - s->best;
    if (s->best_epoch == 0 || gain > early->min_delta) {
        s->best = value;
        s->best_epoch = s->epoch + 1;
        s->wait = 0;
        if (s->best_weights)
            memcpy(s->best_weights, kept_weights(l), l->block_floats * sizeof(float));
    } else if (++s->wait >= early->patience)
        s->stopped = true;
}

static void end_epoch(loop *l, pl_epoch *row)
{
    pl_train_state *s = &l->state;
    double n = (double)l->task->train.count;
    row->epoch = (double)s->epoch + 1;
    row->train_loss = s->loss_sum / n;
    row->train_accuracy = share(s->correct_sum, s->judged_sum);
    /* of its last step: the same where the run went on from a checkpoint behind that step */
    row->lr = (double)kn_schedule_lr(&l->schedule, &s->plateau, kn_trainer_steps(l->trainer) - 1);
    row->seconds = l->spent_before + (pl_now() - l->epoch_began);
    row->images_per_second = s->step_seconds > 0 ? n / s->step_seconds : 0;
    kn_plateau_update(&l->schedule, &s->plateau, row->val_loss);
    watch_best(l, row);
    s->rows[s->row_count++] = *row;
    fprintf(l->task->job->log, "epoch %.0f: loss %.6f accuracy %.4f", row->epoch, row->train_loss,
            row->train_accuracy);
    if (!isnan(row->val_loss))
        fprintf(l->task->job->log, " val_loss %.6f val_accuracy %.4f", row->val_loss,
                row->val_accuracy);
    fprintf(l->task->job->log, " (%.1f s, %.0f images/s)\n", row->seconds, row->images_per_second);
    fflush(l->task->job->log);
    if (isnan(row->val_accuracy))
        pl_progress_note(l->progress, "epoch %.0f/%d  loss %.4f", row->epoch, l->spec->epochs,
                         row->train_loss);
    else
        pl_progress_note(l->progress, "epoch %.0f/%d  loss %.4f  val %.2f %%", row->epoch,
                         l->spec->epochs, row->train_loss, 100 * row->val_accuracy);
    s->epoch++;
    s->position = 0;
    s->loss_sum = s->correct_sum = s->judged_sum = s->step_seconds = s->epoch_seconds = 0;
}

/* The epochs so far are for those who compare this run with others. */
static kn_status rest(loop *l, kn_error *e)
{
    char *path = pl_path_join(l->task->job->work, "epochs.csv");
    kn_status rc = save(l, e);
    if (rc == KN_OK)
        rc = pl_epochs_write(path, l->state.rows, l->state.row_count, e);
    free(path);
    KN_TRY(rc);
    fprintf(l->task->job->log, "rests after epoch %lld; state saved\n", (long long)l->state.epoch);
    return kn_fail(e, KN_EPAUSED, "rests after epoch %lld", (long long)l->state.epoch);
}

static bool is_at_limit(const loop *l)
{
    const pl_train_state *s = &l->state;
    int limit = l->task->job->epoch_limit;
    return limit > 0 && s->epoch >= limit && s->epoch < l->spec->epochs && !s->stopped;
}

static kn_status run_epochs(loop *l, kn_error *e)
{
    pl_train_state *s = &l->state;
    l->epoch_began = pl_now();
    l->spent_before = s->epoch_seconds;
    if (is_at_limit(l)) /* by its checkpoint */
        return rest(l, e);
    while (s->epoch < l->spec->epochs && !s->stopped) {
        l->epoch_began = pl_now();
        l->spent_before = s->epoch_seconds;
        fill_order(l);
        KN_TRY(run_batches(l, e));
        KN_TRY(stop_if_asked(l, e));
        pl_epoch row;
        KN_TRY(validate(l, &row, e));
        end_epoch(l, &row);
        l->epoch_began = pl_now();
        l->spent_before = 0;
        if (s->epoch < l->spec->epochs && !s->stopped) {
            if (is_at_limit(l))
                return rest(l, e);
            if (save_is_cheap(l))
                KN_TRY(save(l, e));
        }
    }
    return KN_OK;
}

/* What watches the validation images needs some. */
static kn_status check_validation(const pl_train_task *task, kn_error *e)
{
    const pl_train_spec *spec = &task->job->spec->train;
    bool plateau = spec->schedule.kind == KN_SCHEDULE_PLATEAU;
    if (task->val.count > 0 || !(plateau || spec->early.on))
        return KN_OK;
    return kn_fail(e, KN_EDATA,
                   "%s watches the validation images, but the split has none; give split.ratios or "
                   "split.validation_split a share for them",
                   plateau ? "train.schedule.type plateau" : "train.early_stopping");
}

static kn_status start_profile(loop *l, kn_error *e)
{
    const pl_stage_job *job = l->task->job;
    if (!job->profile)
        return KN_OK;
    KN_TRY(kn_profile_new(l->task->net, kn_pool_size(job->pool), &l->profile, e));
    kn_trainer_set_profile(l->trainer, l->profile);
    l->first_step = pl_process_seconds();
    return KN_OK;
}

kn_trainer_options pl_train_options(const pl_run_spec *run, size_t batch_max)
{
    const pl_train_spec *spec = &run->train;
    return (kn_trainer_options){.batch_max = (int)batch_max,
                                .optimizer = spec->optimizer,
                                .seed = spec->seed,
                                .class_weight = {1, 1},
                                .label_smoothing = spec->label_smoothing,
                                .mixup = spec->mixup,
                                .clip_norm = spec->clip_norm,
                                .average = spec->ema,
                                .augment = kn_augment_does(&run->augment) ? &run->augment : NULL,
                                .cancelled = pl_interrupt_asked};
}

static kn_status prepare(loop *l, const pl_train_task *task, kn_error *e)
{
    const pl_train_spec *spec = &task->job->spec->train;
    KN_TRY(check_validation(task, e));
    l->task = task;
    l->spec = spec;
    size_t batch =
        (size_t)spec->batch < task->train.count ? (size_t)spec->batch : task->train.count;
    kn_trainer_options options = pl_train_options(task->job->spec, batch);
    memcpy(options.class_weight, task->class_weight, sizeof options.class_weight);
    KN_TRY(kn_trainer_new(task->net, task->job->pool, &options, &l->trainer, e));
    l->block_floats = kn_net_block_floats(task->net);
    l->schedule = spec->schedule;
    l->schedule.lr = spec->lr;
    l->schedule.epochs = spec->epochs;
    l->schedule.steps_per_epoch = ((int64_t)task->train.count + spec->batch - 1) / spec->batch;
    kn_plateau_init(&l->state.plateau);
    l->order = malloc(task->train.count * sizeof *l->order);
    l->state.rows = calloc((size_t)spec->epochs, sizeof *l->state.rows);
    if (!l->order || !l->state.rows)
        return kn_fail(e, KN_ENOMEM, "no memory for %d epochs of %zu images", spec->epochs,
                       task->train.count);
    if (spec->early.on && spec->early.restore) {
        l->state.best_weights = malloc(l->block_floats * sizeof(float));
        if (!l->state.best_weights)
            return kn_fail(e, KN_ENOMEM, "no memory for the weights of the best epoch");
    }
    pl_str identity;
    pl_str_init(&identity);
    pl_spec_canonical(task->job->spec, PL_KEY_ALL, &identity);
    l->identity = pl_str_take(&identity);
    l->checkpoint = pl_path_join(task->job->work, "checkpoint.safetensors");
    bool found;
    KN_TRY(pl_checkpoint_load(l->checkpoint, l->identity, &l->state, spec->epochs, l->trainer,
                              l->block_floats, &found, e));
    if (found) {
        fprintf(task->job->log, "going on from a checkpoint: epoch %lld, image %lld\n",
                (long long)l->state.epoch + 1, (long long)l->state.position);
        pl_verbose("%s: going on from epoch %lld", task->job->title, (long long)l->state.epoch + 1);
    }
    l->saved_at = pl_now();
    l->save_seconds = SAVE_BEGIN_SECONDS + (double)l->block_floats * sizeof(float) *
                                               (1 + kn_trainer_moment_count(l->trainer) +
                                                (kn_trainer_average(l->trainer) != NULL)) /
                                               SAVE_SPEED;
    return KN_OK;
}

static void finish(loop *l, float *block, pl_train_result *result)
{
    pl_train_state *s = &l->state;
    bool restore = s->best_weights && s->best_epoch > 0;
    memcpy(block, restore ? s->best_weights : kept_weights(l), l->block_floats * sizeof(float));
    result->rows = s->rows;
    result->row_count = s->row_count;
    result->final_row = restore ? (int)s->best_epoch - 1 : s->row_count - 1;
    result->stopped_early = s->stopped;
    s->rows = NULL;
}

kn_status pl_train_epochs(const pl_train_task *task, float *block, pl_train_result *result,
                          kn_error *e)
{
    loop l = {.task = NULL};
    kn_status rc;
    KN_TRY_TO(rc, cleanup, prepare(&l, task, e));
    double total = (double)task->train.count * (double)l.spec->epochs;
    l.progress = pl_progress_new(task->job->title, "images", total);
    pl_progress_from(l.progress, images_seen(&l));
    KN_TRY_TO(rc, cleanup, start_profile(&l, e));
    KN_TRY_TO(rc, cleanup, run_epochs(&l, e));
    if (l.profile)
        KN_TRY_TO(rc, cleanup,
                  pl_profile_add(task->job->profile, task->job->title, l.profile, l.first_step,
                                 task->job->pool, e));
    finish(&l, block, result);
cleanup:
    pl_progress_end(l.progress);
    kn_trainer_free(l.trainer);
    kn_profile_free(l.profile);
    free(l.order);
    free(l.state.rows);
    free(l.state.best_weights);
    free(l.identity);
    free(l.checkpoint);
    return rc;
}
