#include "tst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/cpu.h"
#include "base/pool.h"
#include "base/size.h"

enum { TASKS = 1000 };

typedef struct marks {
    int count[TASKS];
    int worker[TASKS];
} marks;

static void mark(void *context, size_t task, int worker)
{
    marks *m = context;
    m->count[task]++;
    m->worker[task] = worker;
}

static void test_every_task_runs_once(void)
{
    for (int threads = 1; threads <= 7; threads += 2) {
        kn_pool *pool;
        TST_OK(kn_pool_new(threads, &pool, e));
        CU_ASSERT_EQUAL(kn_pool_size(pool), threads);
        for (int repeat = 0; repeat < 50; repeat++) {
            marks m;
            memset(&m, 0, sizeof m);
            kn_pool_run(pool, TASKS, mark, &m);
            for (int t = 0; t < TASKS; t++) {
                CU_ASSERT_EQUAL(m.count[t], 1);
                CU_ASSERT_TRUE(m.worker[t] >= 0 && m.worker[t] < threads);
            }
        }
        kn_pool_run(pool, 0, mark, NULL);
        kn_pool_free(pool);
    }
}

static void pause_us(long us)
{
    struct timespec t = {us / 1000000, us % 1000000 * 1000};
    nanosleep(&t, NULL);
}

/* Task 0 goes on until long after the others have gone to sleep over it. */
static void slow_first(void *context, size_t task, int worker)
{
    if (task == 0)
        pause_us(2000);
    mark(context, task, worker);
}

/* Runs that find the workers awake, asleep, and on their way there. */
static void test_runs_after_pauses_of_every_length(void)
{
    for (int threads = 2; threads <= 5; threads += 3) {
        kn_pool *pool;
        TST_OK(kn_pool_new(threads, &pool, e));
        for (long us = 0; us < 400; us += 7) {
            marks m;
            memset(&m, 0, sizeof m);
            if (us > 0)
                pause_us(us);
            kn_pool_run(pool, 4, us % 5 == 0 ? slow_first : mark, &m);
            for (int t = 0; t < 4; t++)
                CU_ASSERT_EQUAL(m.count[t], 1);
        }
        kn_pool_free(pool);
    }
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void test_an_idle_pool_sleeps(void)
{
    kn_pool *pool;
    marks m;
    memset(&m, 0, sizeof m);
    TST_OK(kn_pool_new(2, &pool, e));
    kn_pool_run(pool, TASKS, mark, &m);
    double before = cpu_seconds();
    pause_us(100000);
    CU_ASSERT_TRUE(cpu_seconds() - before < 0.02);
    kn_pool_free(pool);
}

static void test_no_threads_is_an_error(void)
{
    kn_pool *pool;
    TST_FAILS(KN_EUSAGE, "0 threads: at least 1 is needed", kn_pool_new(0, &pool, e));
    kn_pool_free(NULL);
}

static void test_arena_blocks_are_aligned_zeroed_and_do_not_overlap(void)
{
    kn_arena a;
    kn_arena_init(&a);
    unsigned char *last = NULL;
    for (size_t n = 1; n < 300000; n = n * 3 + 1) {
        unsigned char *p = kn_arena_alloc(&a, n, 1);
        CU_ASSERT_PTR_NOT_NULL_FATAL(p);
        CU_ASSERT_EQUAL((uintptr_t)p % KN_ALIGN, 0);
        CU_ASSERT_EQUAL(p[0] | p[n - 1], 0);
        memset(p, 0xee, n);
        CU_ASSERT_PTR_NOT_EQUAL(p, last);
        last = p;
    }
    CU_ASSERT_PTR_NULL(kn_arena_alloc(&a, SIZE_MAX / 2, 3));
    TST_TEXT(kn_arena_strdup(&a, "face"), "face");
    kn_arena_clear(&a);
    CU_ASSERT_PTR_NULL(a.chunks);
}

static void test_sizes_are_checked(void)
{
    size_t out = 5;
    CU_ASSERT_TRUE(kn_size_mul(3, 4, &out));
    CU_ASSERT_EQUAL(out, 12);
    CU_ASSERT_FALSE(kn_size_mul(SIZE_MAX, 2, &out));
    CU_ASSERT_FALSE(kn_size_add(SIZE_MAX, 1, &out));
    CU_ASSERT_EQUAL(out, 12);
    CU_ASSERT_EQUAL(kn_size_round_up(65, 64), 128);
}

static void test_isa_levels_have_names(void)
{
    TST_TEXT(kn_isa_name(KN_ISA_SCALAR), "scalar");
    TST_TEXT(kn_isa_name(KN_ISA_AVX512), "avx512");
    kn_isa now = kn_isa_get();
    CU_ASSERT_EQUAL(kn_isa_force(KN_ISA_SCALAR), KN_ISA_SCALAR);
    CU_ASSERT_EQUAL(kn_isa_force(now), now);
    CU_ASSERT_TRUE(kn_cpu_count() >= 1);
}

static void test_bf16_levels_have_names(void)
{
    TST_TEXT(kn_bf16_name(KN_BF16_NONE), "none");
    TST_TEXT(kn_bf16_name(KN_BF16_AVX512), "avx512");
    TST_TEXT(kn_bf16_name(KN_BF16_AMX), "amx");
    const kn_bf16 now = kn_bf16_get();
    CU_ASSERT_EQUAL(kn_bf16_force(KN_BF16_NONE), KN_BF16_NONE);
    CU_ASSERT_EQUAL(kn_bf16_force(now), now);
    CU_ASSERT_TRUE(now == KN_BF16_NONE || kn_isa_get() == KN_ISA_AVX512);
    kn_error e;
    CU_ASSERT_EQUAL(kn_bf16_require(&e), now == KN_BF16_NONE ? KN_EUSAGE : KN_OK);
}

/* Below AVX-512 there is no bf16, and the sentence says who has seen to it. */
static void test_bf16_needs_avx512(void)
{
    const kn_isa isa = kn_isa_get();
    const kn_bf16 now = kn_bf16_get();
    if (isa < KN_ISA_AVX2)
        return;
    kn_isa_force(KN_ISA_SCALAR);
    CU_ASSERT_EQUAL(kn_bf16_detect(), KN_BF16_NONE);
    CU_ASSERT_EQUAL(kn_bf16_force(KN_BF16_AMX), KN_BF16_NONE);
    TST_FAILS(KN_EUSAGE,
              "FACET_ISA forces scalar, and train.precision: bf16 needs avx512; unset it, or use "
              "fp32",
              kn_bf16_require(e));
    kn_isa_force(isa);
    kn_bf16_force(now);
}

static void test_bf16_wishes_are_checked(void)
{
    const char *set = getenv("FACET_BF16");
    char before[16] = "";
    if (set)
        snprintf(before, sizeof before, "%s", set);
    setenv("FACET_BF16", "amxx", 1);
    TST_FAILS(KN_EUSAGE, "FACET_BF16: 'amxx' is not one of avx512, amx", kn_bf16_check(e));
    setenv("FACET_BF16", "none", 1);
    TST_FAILS(KN_EUSAGE, "FACET_BF16: 'none' is not one of avx512, amx", kn_bf16_check(e));
    setenv("FACET_BF16", "amx", 1);
    if (kn_bf16_detect() == KN_BF16_AVX512)
        TST_FAILS(KN_EUSAGE, "FACET_BF16: this machine has no amx; its highest level is avx512",
                  kn_bf16_check(e));
    else if (kn_bf16_detect() == KN_BF16_AMX)
        TST_OK(kn_bf16_check(e));
    setenv("FACET_BF16", "", 1);
    TST_OK(kn_bf16_check(e));
    if (set)
        setenv("FACET_BF16", before, 1);
    else
        unsetenv("FACET_BF16");
}

const tst_case tst_base_pool[] = {
    TST(test_every_task_runs_once),
    TST(test_runs_after_pauses_of_every_length),
    TST(test_an_idle_pool_sleeps),
    TST(test_no_threads_is_an_error),
    TST(test_arena_blocks_are_aligned_zeroed_and_do_not_overlap),
    TST(test_sizes_are_checked),
    TST(test_isa_levels_have_names),
    TST(test_bf16_levels_have_names),
    TST(test_bf16_needs_avx512),
    TST(test_bf16_wishes_are_checked),
    TST_END,
};
