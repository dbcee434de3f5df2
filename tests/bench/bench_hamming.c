/* Near hashes among n random ones: one against all by the kernel, and all pairs, mirrored ones too, on every core. */
#include "bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/near_search.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "ops/hamming/hamming_impl.h"

enum { LIMIT = 64 };

typedef struct run {
    size_t n;
    uint64_t *word[KN_HASH_WORDS];
    const uint64_t *at[KN_HASH_WORDS];
    kn_near *found;
    const kn_hamming_impl *impl;
} run;

static void hash_of(const run *r, size_t i, uint64_t q[KN_HASH_WORDS])
{
    for (int k = 0; k < KN_HASH_WORDS; k++)
        q[k] = r->word[k][i];
}

static void one(void *context, size_t item)
{
    run *r = context;
    uint64_t q[KN_HASH_WORDS];
    hash_of(r, item % r->n, q);
    r->impl->near(r->at, 0, r->n, q, LIMIT, r->found);
}

static bool any(void *context, size_t first, size_t second, bool mirrored, int worker,
                double *correlation)
{
    (void)context, (void)first, (void)second, (void)mirrored, (void)worker;
    *correlation = 1;
    return true;
}

/* Random hashes, and every hundredth a near copy of the one before. */
static void fill(run *r)
{
    kn_rng g;
    kn_rng_init(&g, 1, 1);
    for (size_t i = 0; i < r->n; i++)
        for (int k = 0; k < KN_HASH_WORDS; k++)
            r->word[k][i] = i % 100 == 99 ? r->word[k][i - 1] ^ 1u << i % 7
                                          : (uint64_t)kn_rng_u32(&g) << 32 | kn_rng_u32(&g);
}

static kn_status verify(run *r, kn_error *e)
{
    size_t part = r->n < 2000 ? r->n : 2000;
    kn_near *want = malloc((part + 1) * sizeof *want);
    kn_status rc = want ? KN_OK : kn_fail(e, KN_ENOMEM, "no memory");
    for (size_t i = 0; i < part && rc == KN_OK; i += 37) {
        uint64_t q[KN_HASH_WORDS];
        hash_of(r, i, q);
        size_t n = kn_hamming_ref.near(r->at, 0, part, q, LIMIT, want);
        if (r->impl->near(r->at, 0, part, q, LIMIT, r->found) != n ||
            memcmp(want, r->found, n * sizeof *want) != 0)
            rc = kn_fail(e, KN_ENUMERIC, "%s and the reference differ for hash %zu", r->impl->name,
                         i);
    }
    free(want);
    return rc;
}

static kn_status all_pairs(const run *r, kn_error *e)
{
    pl_near_request q = {.word = r->at, .count = r->n, .limit = LIMIT, .most = 50, .confirm = any};
    pl_near_pair *pairs;
    size_t count;
    bool cut;
    KN_TRY(kn_pool_new(kn_cpu_count(), &q.pool, e));
    double began = bench_now();
    kn_status rc = pl_near_search(&q, &pairs, &count, &cut, e);
    double seconds = bench_now() - began;
    kn_pool_free(q.pool);
    KN_TRY(rc);
    free(pairs);
    if (count != r->n / 100)
        return kn_fail(e, KN_ENUMERIC, "%zu pairs found, %zu are there", count, r->n / 100);
    if (bench_prints_text())
        printf("  all pairs of %zu, mirrored too, %d threads: %.2f s, %.2f billion pairs/s\n", r->n,
               kn_cpu_count(), seconds, (double)r->n * ((double)r->n - 1) / seconds / 1e9);
    return KN_OK;
}

static kn_status time_variants(run *r, kn_error *e)
{
    for (int i = 0; i < KN_HAMMING_COUNT; i++) {
        r->impl = kn_hamming_impls[i];
        if (!kn_hamming_usable(r->impl))
            continue;
        KN_TRY(verify(r, e));
        bench_time(&(bench_row){.pass = "one against all",
                                .variant = r->impl->name,
                                .bytes = (double)(r->n * KN_HASH_WORDS * sizeof(uint64_t)),
                                .step = one,
                                .context = r});
    }
    return all_pairs(r, e);
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    run r = {.n = 0};
    int end = 0;
    if (sscanf(problem, "n%zu%n", &r.n, &end) != 1 || problem[end] || r.n < 100 || r.n > 10000000)
        return kn_fail(e, KN_EUSAGE, "\"%s\" is not like n200000", problem);
    bool ok = (r.found = malloc(r.n * sizeof *r.found)) != NULL;
    for (int k = 0; k < KN_HASH_WORDS; k++) {
        r.at[k] = r.word[k] = malloc(r.n * sizeof *r.word[k]);
        ok = ok && r.word[k];
    }
    kn_status rc = ok ? KN_OK : kn_fail(e, KN_ENOMEM, "no memory for %zu hashes", r.n);
    if (rc == KN_OK) {
        fill(&r);
        rc = time_variants(&r, e);
    }
    for (int k = 0; k < KN_HASH_WORDS; k++)
        free(r.word[k]);
    free(r.found);
    return rc;
}

static const char *const problems[] = {"n20000", "n200000", NULL};

const bench bench_hamming = {"hamming", "near ones among 256-bit hashes, e.g. n200000", problems,
                             run_problem};
