/* Logistic regression by liblbfgs, minimising scikit-learn's objective as it scales it (the bias is
 * free):
 *
 *   F(w, b) = f(w, b) / (C n),   f = w'w / 2 + C sum loss      (ops/logreg/logreg.h)
 *
 * It stops like scikit-learn's lbfgs: after max_iter iterations, or when no entry of the gradient
 * of F exceeds tol. The whole fit is one unit: interrupted, it starts again. */
#include <lbfgs.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ops/logreg/logreg.h"
#include "stages/train.h"
#include "util/clock.h"
#include "util/interrupt.h"
#include "util/log.h"

/* above every code of lbfgs.h */
enum { STOP_CONVERGED = 101, STOP_INTERRUPTED, STOP_FAILED };

enum { MEMORY = 10, LINE_SEARCH_STEPS = 50 };

typedef struct fit {
    const pl_train_task *task;
    const pl_model_spec *model;
    kn_logreg_data data;
    kn_trainer *trainer; /* for accuracies on the way */
    void *scratch;
    pl_train_result *result;
    pl_progress *progress;
    double scale; /* 1 / (C n) */
    double began, row_began;
    int row_room, iterations, next_row;
    kn_error *e;
} fit;

static lbfgsfloatval_t evaluate(void *instance, const lbfgsfloatval_t *w, lbfgsfloatval_t *g,
                                const int n, const lbfgsfloatval_t step)
{
    (void)step;
    fit *f = instance;
    double value =
        kn_logreg_value_grad(&f->data, f->model->c, w, g, f->task->job->pool, f->scratch);
    for (int i = 0; i < n; i++)
        g[i] *= f->scale;
    return value * f->scale;
}

/* Weights into the net's block: the output layer's kernel [features, 1] and bias. */
static void to_block(const fit *f, const double *w, float *block)
{
    kn_tensor kernel = kn_net_tensor(f->task->net, 0, block);
    kn_tensor bias = kn_net_tensor(f->task->net, 1, block);
    for (size_t i = 0; i < f->data.features; i++)
        kernel.data[i] = (float)w[i];
    bias.data[0] = (float)w[f->data.features];
}

/* Loss here is the mean log loss, without the penalty. */
static kn_status add_row(fit *f, const double *w, kn_error *e)
{
    to_block(f, w, kn_trainer_params(f->trainer));
    pl_epoch row = {.epoch = f->iterations,
                    .lr = (double)NAN,
                    .val_loss = (double)NAN,
                    .val_accuracy = (double)NAN};
    double now = pl_now();
    if (now > f->began)
        row.images_per_second = (double)f->iterations * (double)f->data.rows / (now - f->began);
    row.seconds = now - f->row_began;
    kn_step_result r;
    KN_TRY(kn_trainer_predict(f->trainer, &f->task->train, NULL, &r, e));
    row.train_loss = r.loss / (double)f->data.rows;
    row.train_accuracy = (double)r.correct / (double)f->data.rows;
    size_t val = f->task->val.count;
    if (val > 0) {
        KN_TRY(kn_trainer_predict(f->trainer, &f->task->val, NULL, &r, e));
        row.val_loss = r.loss / (double)val;
        row.val_accuracy = (double)r.correct / (double)val;
    }
    pl_train_result *out = f->result;
    if (out->row_count < f->row_room)
        out->rows[out->row_count++] = row;
    /* the look at the accuracies is not training time */
    f->began += pl_now() - now;
    f->row_began = pl_now();
    fprintf(f->task->job->log, "iteration %d: log loss %.6f accuracy %.4f", f->iterations,
            row.train_loss, row.train_accuracy);
    if (val > 0)
        fprintf(f->task->job->log, " val_loss %.6f val_accuracy %.4f", row.val_loss,
                row.val_accuracy);
    fprintf(f->task->job->log, "\n");
    return KN_OK;
}

static int watch(void *instance, const lbfgsfloatval_t *w, const lbfgsfloatval_t *g,
                 const lbfgsfloatval_t value, const lbfgsfloatval_t wnorm,
                 const lbfgsfloatval_t gnorm, const lbfgsfloatval_t step, int n, int k, int ls)
{
    (void)wnorm;
    (void)gnorm;
    (void)step;
    (void)ls;
    fit *f = instance;
    f->iterations = k;
    if (!isfinite(value)) {
        kn_fail(f->e, KN_ENUMERIC, "iteration %d: the objective is not finite", k);
        return STOP_FAILED;
    }
    pl_progress_note(f->progress, "iteration %d, objective %.6f", k, value);
    pl_progress_update(f->progress, k);
    double top = 0;
    for (int i = 0; i < n; i++)
        top = fmax(top, fabs(g[i]));
    if (top <= f->model->tol)
        return STOP_CONVERGED;
    if (pl_interrupted())
        return STOP_INTERRUPTED;
    if (k == f->next_row) {
        f->next_row *= 2;
        if (add_row(f, w, f->e) != KN_OK)
            return STOP_FAILED;
    }
    return 0;
}

/* KN_OK for every end that leaves usable weights. */
static kn_status judge(fit *f, int code, kn_error *e)
{
    switch (code) {
    case STOP_CONVERGED:
    case LBFGS_SUCCESS:
    case LBFGS_ALREADY_MINIMIZED:
        f->result->converged = true;
        return KN_OK;
    case LBFGSERR_MAXIMUMITERATION:
        return KN_OK;
    case STOP_INTERRUPTED:
        return pl_interrupt_check(e);
    case STOP_FAILED:
        return e ? e->status : KN_ENUMERIC;
    case LBFGSERR_OUTOFMEMORY:
        return kn_fail(e, KN_ENOMEM, "no memory for L-BFGS over %zu weights", f->data.features);
    case LBFGSERR_ROUNDING_ERROR:
    case LBFGSERR_MINIMUMSTEP:
    case LBFGSERR_WIDTHTOOSMALL:
    case LBFGSERR_MAXIMUMLINESEARCH:
    case LBFGSERR_INCREASEGRADIENT:
        /* the line search can gain nothing more: as close as this arithmetic comes */
        fprintf(f->task->job->log, "the line search ended at iteration %d (code %d)\n",
                f->iterations, code);
        return KN_OK;
    default:
        return kn_fail(e, KN_EINTERNAL, "L-BFGS ended with code %d at iteration %d", code,
                       f->iterations);
    }
}

static kn_status prepare(fit *f, const pl_train_task *task, pl_train_result *result, kn_error *e)
{
    const kn_shape in = kn_net_input(task->net);
    f->task = task;
    f->model = &task->job->spec->model;
    f->result = result;
    f->e = e;
    f->next_row = 1;
    f->data = (kn_logreg_data){.x = task->train.x,
                               .label = task->train.label,
                               .index = task->train.index,
                               .rows = task->train.count,
                               .features = kn_shape_size(in),
                               .weight = {task->class_weight[0], task->class_weight[1]}};
    f->scale = 1.0 / (f->model->c * (double)f->data.rows);
    f->row_room = 64; /* powers of two and the end */
    result->rows = calloc((size_t)f->row_room, sizeof *result->rows);
    f->scratch = malloc(kn_logreg_scratch_bytes(&f->data));
    if (!result->rows || !f->scratch)
        return kn_fail(e, KN_ENOMEM, "no memory for L-BFGS over %zu weights", f->data.features);
    const kn_trainer_options inference = {
        .batch_max = 0, .class_weight = {1, 1}, .cancelled = pl_interrupt_asked};
    return kn_trainer_new(task->net, task->job->pool, &inference, &f->trainer, e);
}

static kn_status minimise(fit *f, double *w, kn_error *e)
{
    lbfgs_parameter_t p;
    lbfgs_parameter_init(&p);
    p.m = MEMORY;
    p.max_iterations = f->model->max_iter;
    p.max_linesearch = LINE_SEARCH_STEPS;
    p.epsilon = 0; /* watch() decides */
    p.ftol = 1e-3; /* the Wolfe constants of SciPy's L-BFGS-B */
    p.gtol = 0.9;
    f->began = f->row_began = pl_now();
    int code = lbfgs((int)f->data.features + 1, w, NULL, evaluate, watch, f, &p);
    KN_TRY(judge(f, code, e));
    pl_train_result *r = f->result;
    if (r->row_count == 0 || r->rows[r->row_count - 1].epoch < f->iterations)
        KN_TRY(add_row(f, w, e));
    r->final_row = r->row_count - 1;
    return KN_OK;
}

kn_status pl_train_lbfgs(const pl_train_task *task, float *block, pl_train_result *result,
                         kn_error *e)
{
    fit f = {.task = NULL};
    double *w = NULL;
    kn_status rc;
    KN_TRY_TO(rc, cleanup, prepare(&f, task, result, e));
    w = lbfgs_malloc((int)f.data.features + 1);
    if (!w) {
        rc = kn_fail(e, KN_ENOMEM, "no memory for %zu weights", f.data.features);
        goto cleanup;
    }
    memset(w, 0, (f.data.features + 1) * sizeof *w);
    f.progress = pl_progress_new(task->job->title, "iterations", f.model->max_iter);
    KN_TRY_TO(rc, cleanup, minimise(&f, w, e));
    memset(block, 0, kn_net_block_floats(task->net) * sizeof *block);
    to_block(&f, w, block);
cleanup:
    pl_progress_end(f.progress);
    lbfgs_free(w);
    kn_trainer_free(f.trainer);
    free(f.scratch);
    return rc;
}
