/* Learning rate as a function of the step, and on-plateau reduction as a small state machine.
 *
 *   constant      lr
 *   step          lr * gamma^floor(epoch / every)
 *   exponential   lr * gamma^epoch            (epoch counted from 0; changes at epoch boundaries)
 *   cosine        lr_min + (lr - lr_min) (1 + cos(pi t / T)) / 2, t in steps after warm-up,
 *                 T the steps left
 *   plateau       lr * factor after `patience` epochs without improvement of val_loss
 *                 (Keras ReduceLROnPlateau)
 *   onecycle      PyTorch OneCycleLR with cosine phases, of the rate alone: from lr / div_factor up
 *                 to lr at step pct_start T - 1, then down to lr / div_factor / final_div_factor at
 *                 step T - 1, T the steps of the run
 *   restarts      PyTorch CosineAnnealingWarmRestarts (SGDR, Loshchilov and Hutter 2017): cosine
 *                 from lr to lr_min over `period` epochs after warm-up, then over mult times as
 *                 many, and so on
 *
 * Warm-up: linear up to lr over the first warmup_epochs epochs, before any of them but onecycle,
 * which has its own. */
#ifndef KN_NN_SCHEDULE_H
#define KN_NN_SCHEDULE_H

#include <stdint.h>

typedef enum kn_schedule_kind {
    KN_SCHEDULE_CONSTANT,
    KN_SCHEDULE_STEP,
    KN_SCHEDULE_EXPONENTIAL,
    KN_SCHEDULE_COSINE,
    KN_SCHEDULE_PLATEAU,
    KN_SCHEDULE_ONECYCLE,
    KN_SCHEDULE_RESTARTS,
    KN_SCHEDULE_COUNT
} kn_schedule_kind;

extern const char *const kn_schedule_names[]; /* "constant", "step", ..., NULL */

typedef struct kn_schedule {
    kn_schedule_kind kind;
    double lr, lr_min;
    double gamma;                        /* step, exponential */
    int every;                           /* step: epochs */
    double factor;                       /* plateau: 0.1 */
    int patience;                        /* plateau: 10 */
    double min_delta;                    /* plateau: 0.0001 */
    double warmup_epochs;                /* 0: none */
    double pct_start;                    /* onecycle: share of the steps that go up, 0..1; 0.3 */
    double div_factor, final_div_factor; /* onecycle: 25, 1e4 */
    int period, mult; /* restarts: epochs of the first cosine; factor, both from 1 on */
    int64_t steps_per_epoch, epochs;
} kn_schedule;

/* State of the plateau schedule; part of every checkpoint. */
typedef struct kn_plateau {
    double best, scale; /* scale multiplies lr */
    int wait;
} kn_plateau;
void kn_plateau_init(kn_plateau *p);

/* The rate of the step (counted from 0 over the whole run); p is read for plateau alone. */
float kn_schedule_lr(const kn_schedule *s, const kn_plateau *p, int64_t step);

/* Tells the plateau schedule the monitored loss at the end of an epoch; a no-op for other kinds. */
void kn_plateau_update(const kn_schedule *s, kn_plateau *p, double val_loss);

#endif
