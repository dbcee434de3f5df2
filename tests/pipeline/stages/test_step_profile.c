/* The texts of a profile, from laps that are written by hand. */
#include "stages/step_profile.h"

#include <stdlib.h>
#include <string.h>

#include "nn/models.h"
#include "tst.h"
#include "util/fs.h"

/* 2 workers, 4 steps of 10 images in 0.5 s: of 1 s of threads 0.25 s in the dense layer's forward
 * pass of 25 multiply-adds an image, 0.5 s in its gradient. */
static void make(kn_net **net, kn_profile **p)
{
    kn_arena arena;
    kn_arena_init(&arena);
    kn_layer_spec specs[KN_MODEL_MAX_LAYERS];
    kn_net_desc desc = {.input = {5, 5, 1},
                        .layers = specs,
                        .layer_count = kn_model_logreg(&arena, specs),
                        .output = KN_OUTPUT_SIGMOID,
                        .targets = 1};
    TST_OK(kn_net_new(&desc, net, e));
    TST_OK(kn_profile_new(*net, 2, p, e));
    kn_arena_clear(&arena);
    int dense = kn_net_layer_count(*net) - 1;
    for (int w = 0; w < 2; w++) {
        kn_lap *laps = kn_profile_laps(*p, w);
        for (int i = 0; i < 2; i++)
            kn_lap_end(laps, KN_PART_FORWARD, dense, 10, kn_profile_clock());
        kn_lap_end(laps, KN_PART_BATCH_GRAD, dense, 20, kn_profile_clock());
        laps[KN_PART_PREPARE + 4 * dense + 1].nanoseconds = 125000000;
        laps[KN_PART_PREPARE + 4 * dense + 3].nanoseconds = 250000000;
    }
    for (int i = 0; i < 4; i++)
        kn_profile_add_step(*p, 10, 125000000);
}

static const kn_peaks peaks = {.flops = 40000, .reads = 50e9}; /* FLOP/s: 20000 a thread */

static void test_profile_csv(void)
{
    kn_net *net = NULL;
    kn_profile *p = NULL;
    pl_str text;
    make(&net, &p);
    pl_str_init(&text);
    pl_profile_csv(p, &peaks, &text);
    TST_TEXT(text.text, "layer,part,calls,seconds,share,gflops,share_of_peak\n"
                        "dense,forward,4,0.250000,0.2500,0.00,0.4000\n"
                        "dense,batch grad,2,0.500000,0.5000,0.00,0.2000\n"
                        ",waiting,4,0.250000,0.2500,,\n"
                        ",step,4,1.000000,1.0000,0.00,0.2000\n");
    pl_str_clear(&text);
    kn_profile_free(p);
    kn_net_free(net);
}

static void test_profile_table(void)
{
    kn_net *net = NULL;
    kn_profile *p = NULL;
    kn_pool *pool = NULL;
    pl_profile profile;
    make(&net, &p);
    TST_OK(kn_pool_new(1, &pool, e));
    pl_profile_init(&profile);
    profile.peaks = peaks;
    profile.measured = true;
    TST_OK(pl_profile_write(&profile, tst_dir(), e));
    CU_ASSERT_FALSE(pl_exists(tst_path("profile.csv")));
    TST_OK(pl_profile_add(&profile, "x", p, 0.05, pool, e));
    char *end = strstr(profile.table.text, "seconds: of ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(end);
    CU_ASSERT_TRUE(
        pl_starts_with(end, "seconds: of 2 threads together; GFLOP/s: of one thread at work, dense "
                            "arithmetic, beside a peak of 0.0 ("));
    *end = '\0';
    TST_TEXT(profile.table.text,
             "profile of x: 4 steps, 40 images in 0.500 s, 80 images/s; the first began 0.05 s "
             "after the start\n"
             "layer        part            calls    seconds    share   GFLOP/s of peak\n"
             "dense        forward             4      0.250   25.0 %       0.0    40 %\n"
             "dense        batch grad          2      0.500   50.0 %       0.0    20 %\n"
             "             waiting             4      0.250   25.0 %\n"
             "             step                4      1.000  100.0 %       0.0    20 %\n");
    TST_OK(pl_profile_write(&profile, tst_dir(), e));
    char *csv = tst_read(tst_path("profile.csv"), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(csv);
    CU_ASSERT_TRUE(pl_starts_with(csv, "layer,part,calls,"));
    free(csv);
    pl_profile_clear(&profile);
    kn_pool_free(pool);
    kn_profile_free(p);
    kn_net_free(net);
}

static void test_peaks_of_the_machine(void)
{
    kn_pool *pool = NULL;
    kn_peaks p;
    TST_OK(kn_pool_new(1, &pool, e));
    TST_OK(kn_probe_peaks(pool, &p, e));
    CU_ASSERT_TRUE(p.flops > 1e8 && p.flops < 1e13);
    CU_ASSERT_TRUE(p.reads > 1e8 && p.reads < 1e13);
    kn_pool_free(pool);
}

const tst_case tst_stages_step_profile[] = {
    TST(test_profile_csv),
    TST(test_profile_table),
    TST_M(test_peaks_of_the_machine),
    TST_END,
};
