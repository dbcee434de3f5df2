#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cpu.h"
#include "bench/bench.h"
#include "ops/gemm/gemm.h"
#include "ops/gemm/gemm_core.h"
#include "ops/probe/probe.h"

#define BENCH(symbol) extern const bench symbol;
#include "bench/benches.def"
#undef BENCH

static const bench *const benches[] = {
#define BENCH(symbol) &symbol,
#include "bench/benches.def"
#undef BENCH
};

enum { BENCHES = sizeof benches / sizeof *benches, SAMPLES = 201, SAMPLES_MIN = 21 };

static struct {
    bool json;
    int rows;
    kn_peaks peaks;             /* of one core */
    const char *name, *problem; /* of the bench that runs */
} state;

double bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double bench_peak(void)
{
    return state.peaks.flops;
}

bool bench_prints_text(void)
{
    return !state.json;
}

static kn_status measure_peaks(kn_error *e)
{
    kn_pool *pool = NULL;
    KN_TRY(kn_pool_new(1, &pool, e));
    kn_status rc = kn_probe_peaks(pool, &state.peaks, e);
    kn_pool_free(pool);
    return rc;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Seconds per item: `repeat` items a sample, from `*item` on. */
static double sample(const bench_row *row, size_t repeat, size_t *item)
{
    double start = bench_now();
    for (size_t i = 0; i < repeat; i++)
        row->step(row->context, (*item)++);
    return (bench_now() - start) / (double)repeat;
}

/* Of the samples in order. Spread: how far the 90th percentile lies above the least, as a share. */
typedef struct times {
    double min, median, spread;
} times;

static void print_json(const bench_row *row, const times *t)
{
    double rate = row->flop / t->min;
    printf(
        "%s\n    {\"bench\": \"%s\", \"problem\": \"%s\", \"pass\": \"%s\", \"variant\": \"%s\", "
        "\"min_us\": %.3f, \"median_us\": %.3f, \"spread\": %.4f, \"gflops\": %.2f, "
        "\"share_of_peak\": %.4f, \"share_of_mark\": %.4f, \"gbytes_per_s\": %.2f, "
        "\"images_per_s\": %.1f}",
        state.rows++ ? "," : "", state.name, state.problem, row->pass, row->variant, t->min * 1e6,
        t->median * 1e6, t->spread, rate * 1e-9, rate / bench_peak(),
        row->mark.best > 0 ? rate / row->mark.best : 0.0, row->bytes / t->min * 1e-9,
        row->images / t->min);
}

static void print_text(const bench_row *row, const times *t)
{
    double rate = row->flop / t->min, bytes = row->bytes / t->min;
    if (state.rows++ == 0)
        printf("%-7s %-28s %-14s %-20s %10s %10s %7s %9s %7s\n", "bench", "problem", "pass",
               "variant", "min us", "median us", "spread", "GFLOP/s", "of peak");
    printf("%-7s %-28s %-14s %-20s %10.1f %10.1f %5.0f %% ", state.name, state.problem, row->pass,
           row->variant, t->min * 1e6, t->median * 1e6, 100 * t->spread);
    if (row->flop > 0)
        printf("%9.1f %5.0f %%", rate * 1e-9, 100 * rate / bench_peak());
    else if (row->bytes > 0)
        printf("%9.2f GB/s, %.0f %% of reads", bytes * 1e-9, 100 * bytes / state.peaks.reads);
    else
        printf("%9s %7s", "-", "-");
    if (row->images > 0)
        printf(" %8.0f images/s", row->images / t->min);
    if (row->mark.best > 0)
        printf(" %5.0f %% of conv (median %.0f %%)", 100 * rate / row->mark.best,
               100 * row->flop / t->median / row->mark.median);
    printf("\n");
}

static void print_head(void)
{
    char cpu[128];
    kn_cpu_model(cpu, sizeof cpu);
    const char *isa = kn_isa_name(kn_isa_get());
    double gflops = state.peaks.flops * 1e-9, reads = state.peaks.reads * 1e-9;
    if (state.json)
        printf("{\n  \"machine\": {\"cpu\": \"%s\", \"cores\": %d, \"isa\": \"%s\", \"blas_core\": "
               "\"%s\", \"core_gflops\": %.1f, \"core_read_gbytes_per_s\": %.1f},\n  \"rows\": [",
               cpu, kn_cpu_count(), isa, kn_gemm_core(), gflops, reads);
    else
        printf("%s, %d cores, %s, BLAS core %s; measured on one core: %.1f GFLOP/s of FMAs, %.1f "
               "GB/s of "
               "reads, fp32\n\n",
               cpu, kn_cpu_count(), isa, kn_gemm_core(), gflops, reads);
}

bench_rate bench_time(const bench_row *row)
{
    double seconds[SAMPLES];
    size_t item = 0, repeat = 1;
    while (sample(row, repeat, &item) * (double)repeat < 0.25 / SAMPLES)
        repeat *= 2;
    size_t samples = 0;
    double start = bench_now();
    while (samples < SAMPLES && (samples < SAMPLES_MIN || bench_now() - start < 0.4))
        seconds[samples++] = sample(row, repeat, &item);
    qsort(seconds, samples, sizeof *seconds, by_value);
    const times t = {seconds[0], seconds[samples / 2], seconds[samples * 9 / 10] / seconds[0] - 1};
    if (state.json)
        print_json(row, &t);
    else
        print_text(row, &t);
    fflush(stdout);
    return (bench_rate){row->flop / t.min, row->flop / t.median};
}

static bool run(const bench *b, const char *problem)
{
    kn_error e = {KN_OK, ""};
    state.name = b->name;
    state.problem = problem;
    if (b->run(problem, &e) == KN_OK)
        return true;
    fprintf(stderr, "%s %s: %s\n", b->name, problem, e.text);
    return false;
}

static bool run_list(const bench *b)
{
    bool ok = true;
    for (int i = 0; b->problems[i]; i++)
        ok = run(b, b->problems[i]) && ok;
    return ok;
}

static const bench *find(const char *name)
{
    for (int i = 0; i < BENCHES; i++)
        if (strcmp(benches[i]->name, name) == 0)
            return benches[i];
    return NULL;
}

static int usage(void)
{
    fprintf(stderr, "usage: facet_bench [--json] [BENCH [PROBLEM...]]\n");
    for (int i = 0; i < BENCHES; i++)
        fprintf(stderr, "  %-8s %s\n", benches[i]->name, benches[i]->help);
    return 2;
}

int main(int argc, char **argv)
{
    kn_gemm_core_lift(argv);
    bool ok = true;
    int at = 1;
    if (at < argc && strcmp(argv[at], "--json") == 0) {
        state.json = true;
        at++;
    }
    const bench *one = at < argc ? find(argv[at]) : NULL;
    if (at < argc && !one)
        return usage();
    kn_error e = {KN_OK, ""};
    kn_gemm_init();
    if (measure_peaks(&e) != KN_OK) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    print_head();
    for (int i = 0; !one && i < BENCHES; i++)
        ok = run_list(benches[i]) && ok;
    if (one && at + 1 == argc)
        ok = run_list(one);
    for (int i = at + 1; i < argc; i++)
        ok = run(one, argv[i]) && ok;
    if (state.json)
        printf("\n  ]\n}\n");
    return ok ? 0 : 1;
}
