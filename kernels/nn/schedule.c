#include "nn/schedule.h"

#include <math.h>
#include <stddef.h>

const char *const kn_schedule_names[] = {"constant", "step",     "exponential", "cosine",
                                         "plateau",  "onecycle", "restarts",    NULL};

static const double pi = 3.14159265358979323846;

void kn_plateau_init(kn_plateau *p)
{
    *p = (kn_plateau){.best = (double)INFINITY, .scale = 1.0};
}

/* Half a cosine from `from` at t = 0 to `to` at t = total; t outside stays at the ends. */
static double cosine(double from, double to, double t, double total)
{
    double part = total > 0 ? t / total : 1.0;
    part = part < 0 ? 0 : part > 1 ? 1 : part;
    return to + (from - to) * 0.5 * (1.0 + cos(pi * part));
}

/* The phases meet at the top, which lies between two steps where pct_start T is no whole number. */
static double onecycle(const kn_schedule *s, double step, double total)
{
    double low = s->lr / s->div_factor, top = s->pct_start * total - 1.0;
    if (step <= top)
        return cosine(low, s->lr, step, top);
    return cosine(s->lr, low / s->final_div_factor, step - top, total - 1.0 - top);
}

/* t counts steps after warm-up. */
static double restarts(const kn_schedule *s, double t)
{
    double period = (double)s->period * (double)s->steps_per_epoch;
    if (s->mult == 1)
        t = fmod(t, period);
    else
        for (; t >= period; period *= s->mult)
            t -= period;
    return cosine(s->lr, s->lr_min, t, period);
}

float kn_schedule_lr(const kn_schedule *s, const kn_plateau *p, int64_t step)
{
    double warmup =
        s->kind == KN_SCHEDULE_ONECYCLE ? 0.0 : s->warmup_epochs * (double)s->steps_per_epoch;
    if ((double)step < warmup)
        return (float)(s->lr * fmin(1.0, (double)(step + 1) / warmup));
    double epoch = s->steps_per_epoch > 0 ? floor((double)step / (double)s->steps_per_epoch) : 0.0;
    double total = (double)s->steps_per_epoch * (double)s->epochs;
    switch (s->kind) {
    case KN_SCHEDULE_STEP:
        return (float)(s->lr * pow(s->gamma, floor(epoch / (s->every > 0 ? s->every : 1))));
    case KN_SCHEDULE_EXPONENTIAL:
        return (float)(s->lr * pow(s->gamma, epoch));
    case KN_SCHEDULE_COSINE:
        return (float)cosine(s->lr, s->lr_min, (double)step - warmup, total - warmup);
    case KN_SCHEDULE_ONECYCLE:
        return (float)onecycle(s, (double)step, total);
    case KN_SCHEDULE_RESTARTS:
        return (float)restarts(s, (double)step - warmup);
    case KN_SCHEDULE_PLATEAU:
        return (float)fmax(s->lr * p->scale, s->lr_min);
    case KN_SCHEDULE_CONSTANT:
    case KN_SCHEDULE_COUNT:
        break;
    }
    return (float)s->lr;
}

/* Keras ReduceLROnPlateau, mode "min": an epoch counts as better when it is below best - min_delta.
 */
void kn_plateau_update(const kn_schedule *s, kn_plateau *p, double val_loss)
{
    if (s->kind != KN_SCHEDULE_PLATEAU)
        return;
    if (val_loss < p->best - s->min_delta) {
        p->best = val_loss;
        p->wait = 0;
        return;
    }
    if (++p->wait < s->patience)
        return;
    p->wait = 0;
    if (s->lr * p->scale > s->lr_min)
        p->scale = fmax(p->scale * s->factor, s->lr > 0 ? s->lr_min / s->lr : 0.0);
}
