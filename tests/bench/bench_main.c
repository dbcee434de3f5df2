#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cpu.h"
#include "bench/bench.h"
#include "bench/probe.h"

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
    static double (*const probes[KN_ISA_COUNT])(size_t) = {bench_probe_scalar, bench_probe_avx2,
                                                           bench_probe_avx512};
    static double peak;
    for (int i = 0; peak == 0 || i < 40; i++) {
        if (peak > 0 && i == 0)
            return peak;
        double start = bench_now(), flop = probes[kn_isa_get()](200000);
        double rate = flop / (bench_now() - start);
        peak = rate > peak ? rate : peak;
    }
    return peak;
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

static void print_row(const bench_row *row, double min, double median)
{
    double rate = row->flop / min;
    if (state.json) {
        printf(
            "%s\n  {\"bench\": \"%s\", \"problem\": \"%s\", \"pass\": \"%s\", \"variant\": \"%s\", "
            "\"min_us\": %.3f, \"median_us\": %.3f, \"gflops\": %.2f, \"share_of_peak\": %.4f, "
            "\"gbytes_per_s\": %.2f, \"images_per_s\": %.1f}",
            state.rows++ ? "," : "[", state.name, state.problem, row->pass, row->variant, min * 1e6,
            median * 1e6, rate * 1e-9, rate / bench_peak(), row->bytes / min * 1e-9,
            row->images / min);
        return;
    }
    if (state.rows++ == 0)
        printf("peak of one core: %.1f GFLOP/s (%s)\n\n%-6s %-28s %-12s %-20s %10s %10s %9s %6s\n",
               bench_peak() * 1e-9, kn_isa_name(kn_isa_get()), "bench", "problem", "pass",
               "variant", "min us", "median us", "GFLOP/s", "peak");
    printf("%-6s %-28s %-12s %-20s %10.1f %10.1f ", state.name, state.problem, row->pass,
           row->variant, min * 1e6, median * 1e6);
    if (row->flop > 0)
        printf("%9.1f %5.0f%%", rate * 1e-9, 100 * rate / bench_peak());
    else if (row->bytes > 0)
        printf("%9.2f GB/s", row->bytes / min * 1e-9);
    else
        printf("%9s %6s", "-", "-");
    if (row->images > 0)
        printf(" %8.0f images/s", row->images / min);
    printf("\n");
    fflush(stdout);
}

void bench_time(const bench_row *row)
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
    print_row(row, seconds[0], seconds[samples / 2]);
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
    bool ok = true;
    int at = 1;
    if (at < argc && strcmp(argv[at], "--json") == 0) {
        state.json = true;
        at++;
    }
    const bench *one = at < argc ? find(argv[at]) : NULL;
    if (at < argc && !one)
        return usage();
    for (int i = 0; !one && i < BENCHES; i++)
        ok = run_list(benches[i]) && ok;
    if (one && at + 1 == argc)
        ok = run_list(one);
    for (int i = at + 1; i < argc; i++)
        ok = run(one, argv[i]) && ok;
    if (state.json)
        printf("%s\n]\n", state.rows ? "" : "[");
    return ok ? 0 : 1;
}
