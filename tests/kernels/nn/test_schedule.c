/* Keras's numbers (CosineDecay, ExponentialDecay with staircase, ReduceLROnPlateau) are made by
 * scripts/oracle/keras_schedules.py, PyTorch's (OneCycleLR, CosineAnnealingWarmRestarts) by
 * scripts/oracle/torch_schedules.py. */
#include "nn/schedule.h"

#include <math.h>

#include "tst.h"

enum { POINTS = 6 };
static const int64_t steps[POINTS] = {0, 9, 10, 25, 39, 40};

static kn_schedule make(kn_schedule_kind kind)
{
    return (kn_schedule){
        .kind = kind, .lr = 0.1, .gamma = 0.5, .every = 2, .steps_per_epoch = 10, .epochs = 4};
}

static void check(const kn_schedule *s, const double want[POINTS])
{
    kn_plateau p;
    kn_plateau_init(&p);
    for (int i = 0; i < POINTS; i++)
        CU_ASSERT_TRUE(tst_near((double)kn_schedule_lr(s, &p, steps[i]), want[i], 0, 1e-6));
}

static void test_constant(void)
{
    kn_schedule s = make(KN_SCHEDULE_CONSTANT);
    check(&s, (const double[POINTS]){0.1, 0.1, 0.1, 0.1, 0.1, 0.1});
}

static void test_step(void)
{
    kn_schedule s = make(KN_SCHEDULE_STEP);
    s.gamma = 0.1;
    check(&s, (const double[POINTS]){0.1, 0.1, 0.1, 0.01, 0.01, 0.001});
}

static void test_exponential(void)
{
    kn_schedule s = make(KN_SCHEDULE_EXPONENTIAL);
    check(&s, (const double[POINTS]){0.1, 0.1, 0.05, 0.025, 0.0125, 0.00625});
}

static void test_cosine(void)
{
    kn_schedule s = make(KN_SCHEDULE_COSINE);
    s.lr_min = 0.01;
    check(&s, (const double[POINTS]){0.1, 0.0892182738, 0.0868198127, 0.0377792418, 0.0101387193,
                                     0.01});
}

/* Two epochs up to the rate; the cosine then runs over the 20 steps left. */
static void test_warm_up(void)
{
    kn_schedule s = make(KN_SCHEDULE_COSINE);
    kn_plateau p;
    kn_plateau_init(&p);
    s.warmup_epochs = 2;
    static const struct {
        int64_t step;
        double lr;
    } want[] = {{0, 0.005}, {9, 0.05}, {19, 0.1}, {20, 0.1}, {30, 0.05}, {40, 0.0}, {99, 0.0}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        CU_ASSERT_TRUE(
            tst_near((double)kn_schedule_lr(&s, &p, want[i].step), want[i].lr, 1e-9, 1e-6));
    s.warmup_epochs = 0.25;
    CU_ASSERT_TRUE(tst_near((double)kn_schedule_lr(&s, &p, 1), 0.08, 0, 1e-6));
    CU_ASSERT_TRUE(tst_near((double)kn_schedule_lr(&s, &p, 2), 0.1, 0, 1e-6));
}

static void test_plateau(void)
{
    static const double loss[] = {1.0,  0.9,  0.95, 0.89995, 0.8, 0.81, 0.82,
                                  0.83, 0.84, 0.85, 0.86,    0.7, 0.7,  0.7};
    static const double want[] = {0.1,   0.1,  0.1,  0.05, 0.05, 0.05, 0.025,
                                  0.025, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02};
    kn_schedule s = make(KN_SCHEDULE_PLATEAU);
    s.factor = 0.5;
    s.patience = 2;
    s.min_delta = 0.0001;
    s.lr_min = 0.02;
    kn_plateau p;
    kn_plateau_init(&p);
    CU_ASSERT_TRUE(isinf(p.best));
    for (size_t i = 0; i < sizeof loss / sizeof loss[0]; i++) {
        kn_plateau_update(&s, &p, loss[i]);
        CU_ASSERT_TRUE(
            tst_near((double)kn_schedule_lr(&s, &p, (int64_t)(i + 1) * 10), want[i], 0, 1e-6));
    }
    kn_plateau before = p;
    s.kind = KN_SCHEDULE_CONSTANT;
    kn_plateau_update(&s, &p, 0.1);
    CU_ASSERT_EQUAL(p.best, before.best);
}

enum { TORCH_STEPS_PER_EPOCH = 7, TORCH_STEPS_MAX = 42 };

typedef struct torch_case {
    kn_schedule s;
    double lr[TORCH_STEPS_MAX];
} torch_case;

static const torch_case torch_cases[] = {
#include "torch_schedules.inc"
};

static kn_schedule of_torch(const torch_case *c)
{
    kn_schedule s = c->s;
    s.lr = 0.1;
    s.steps_per_epoch = TORCH_STEPS_PER_EPOCH;
    return s;
}

static bool agrees_with_torch(const kn_schedule *s, const double *want)
{
    bool same = true;
    for (int64_t step = 0; step < s->epochs * TORCH_STEPS_PER_EPOCH; step++)
        same = same && tst_near((double)kn_schedule_lr(s, NULL, step), want[step], 1e-9, 1e-6);
    return same;
}

static void test_one_cycle_and_restarts_agree_with_torch(void)
{
    for (size_t i = 0; i < sizeof torch_cases / sizeof *torch_cases; i++) {
        kn_schedule s = of_torch(&torch_cases[i]);
        CU_ASSERT_TRUE(agrees_with_torch(&s, torch_cases[i].lr));
        s.pct_start *= 0.99;
        s.lr_min += 1e-6;
        s.final_div_factor *= 2;
        s.period += 1;
        CU_ASSERT_FALSE(agrees_with_torch(&s, torch_cases[i].lr));
    }
}

/* PyTorch divides by zero where the rise ends at step 0, and knows no step behind the last. */
static void test_ends_of_one_cycle(void)
{
    kn_schedule s = make(KN_SCHEDULE_ONECYCLE);
    s.pct_start = 1.0 / 40;
    s.div_factor = 25;
    s.final_div_factor = 1e4;
    CU_ASSERT_TRUE(tst_near((double)kn_schedule_lr(&s, NULL, 0), 0.1, 0, 1e-6));
    CU_ASSERT_TRUE(tst_near((double)kn_schedule_lr(&s, NULL, 39), 4e-7, 0, 1e-6));
    CU_ASSERT_TRUE(tst_near((double)kn_schedule_lr(&s, NULL, 99), 4e-7, 0, 1e-6));
    s.warmup_epochs = 2; /* it has a rise of its own */
    CU_ASSERT_TRUE(tst_near((double)kn_schedule_lr(&s, NULL, 0), 0.1, 0, 1e-6));
    s = make(KN_SCHEDULE_ONECYCLE);
    s.pct_start = 0.3;
    s.div_factor = s.final_div_factor = 4;
    s.steps_per_epoch = s.epochs = 1;
    CU_ASSERT_TRUE(tst_near((double)kn_schedule_lr(&s, NULL, 0), 0.1 / 16, 0, 1e-6));
}

/* The first cosine begins where warm-up ends. */
static void test_restarts_after_warm_up(void)
{
    kn_schedule s = make(KN_SCHEDULE_RESTARTS);
    s.period = 1;
    s.mult = 2;
    s.warmup_epochs = 0.5;
    static const struct {
        int64_t step;
        double lr;
    } want[] = {{0, 0.02}, {4, 0.1}, {5, 0.1}, {10, 0.05}, {15, 0.1}, {25, 0.05}, {35, 0.1}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        CU_ASSERT_TRUE(
            tst_near((double)kn_schedule_lr(&s, NULL, want[i].step), want[i].lr, 0, 1e-6));
}

const tst_case tst_nn_schedule[] = {
    TST(test_constant),
    TST(test_step),
    TST(test_exponential),
    TST(test_cosine),
    TST(test_warm_up),
    TST(test_plateau),
    TST(test_one_cycle_and_restarts_agree_with_torch),
    TST(test_ends_of_one_cycle),
    TST(test_restarts_after_warm_up),
    TST_END,
};
