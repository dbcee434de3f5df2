#include "audit/near_search.h"

#include <pthread.h>
#include <stdlib.h>

#include "audit/picture_hash.h"
#include "util/clock.h"
#include "util/interrupt.h"

/* A task compares ROWS pictures with all behind them, COLUMNS at a time: their hashes (32 KB) stay in the first cache while
 * the rows pass over them. */
enum { ROWS = 64, COLUMNS = 1024, TASKS_AT_ONCE = 64 };

typedef struct search {
    const pl_near_request *request;
    size_t tasks, first_task;
    kn_near *found; /* [workers][COLUMNS] */
    pthread_mutex_t mutex;
    pl_near_pair *pair;
    size_t count, room;
    bool cut;
} search;

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

static void keep(search *s, const pl_near_pair *pair)
{
    pthread_mutex_lock(&s->mutex);
    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 256;
        s->pair = must(realloc(s->pair, s->room * sizeof *s->pair));
    }
    s->pair[s->count++] = *pair;
    pthread_mutex_unlock(&s->mutex);
}

static bool is_pair_as_it_is(const pl_near_request *q, size_t i, size_t k,
                             const uint64_t own[KN_HASH_WORDS], int worker)
{
    const uint64_t other[KN_HASH_WORDS] = {q->word[0][k], q->word[1][k], q->word[2][k],
                                           q->word[3][k]};
    double correlation;
    return kn_hamming_distance(own, other) <= q->limit &&
           q->confirm(q->context, i, k, false, worker, &correlation);
}

/* Pairs of picture i with those in [from, to). *kept counts the picture's. */
static void compare(search *s, size_t i, size_t from, size_t to, bool mirrored, int worker,
                    size_t *kept)
{
    const pl_near_request *q = s->request;
    uint64_t own[KN_HASH_WORDS], hash[KN_HASH_WORDS];
    for (int k = 0; k < KN_HASH_WORDS; k++)
        hash[k] = own[k] = q->word[k][i];
    if (mirrored)
        pl_hash_mirror(own, hash);
    kn_near *found = s->found + (size_t)worker * COLUMNS;
    size_t n = kn_hamming_near(q->word, from, to, hash, q->limit, found);
    for (size_t k = 0; k < n && *kept <= q->most; k++) {
        pl_near_pair pair = {(uint32_t)i, found[k].index, found[k].distance, mirrored, 0};
        if (mirrored && is_pair_as_it_is(q, i, pair.second, own, worker))
            continue;
        if (!q->confirm(q->context, i, pair.second, mirrored, worker, &pair.correlation))
            continue;
        (*kept)++; /* one more than `most` tells that there are more */
        keep(s, &pair);
    }
}

static void run_task(void *context, size_t task, int worker)
{
    search *s = context;
    size_t count = s->request->count, kept[ROWS] = {0};
    size_t first = (s->first_task + task) * ROWS,
           last = first + ROWS < count ? first + ROWS : count;
    for (size_t at = first; at < count; at += COLUMNS)
        for (size_t i = first; i < last; i++) {
            size_t from = at > i ? at : i + 1, to = at + COLUMNS < count ? at + COLUMNS : count;
            for (int mirrored = 0; mirrored < 2 && from < to; mirrored++)
                compare(s, i, from, to, mirrored, worker, &kept[i - first]);
        }
}

static int by_place(const void *a, const void *b)
{
    const pl_near_pair *p = a, *q = b;
    if (p->first != q->first)
        return p->first < q->first ? -1 : 1;
    return (p->second > q->second) - (p->second < q->second);
}

/* In order, at most `most` of a first picture. */
static void tidy(search *s)
{
    size_t n = 0, of_first = 0;
    if (s->count > 1)
        qsort(s->pair, s->count, sizeof *s->pair, by_place);
    for (size_t i = 0; i < s->count; i++) {
        const pl_near_pair *p = &s->pair[i], *last = n ? &s->pair[n - 1] : NULL;
        of_first = last && last->first == p->first ? of_first + 1 : 1;
        if (of_first > s->request->most)
            s->cut = true;
        else
            s->pair[n++] = *p;
    }
    s->count = n;
}

kn_status pl_near_search(const pl_near_request *request, pl_near_pair **pairs, size_t *count,
                         bool *cut, kn_error *e)
{
    search s = {.request = request, .tasks = (request->count + ROWS - 1) / ROWS};
    size_t workers = (size_t)kn_pool_size(request->pool);
    kn_status rc = KN_OK;
    s.found = must(malloc(workers * COLUMNS * sizeof *s.found));
    pthread_mutex_init(&s.mutex, NULL);
    for (; s.first_task < s.tasks && rc == KN_OK; s.first_task += TASKS_AT_ONCE) {
        size_t left = s.tasks - s.first_task;
        kn_pool_run(request->pool, left < TASKS_AT_ONCE ? left : TASKS_AT_ONCE, run_task, &s);
        double done = (double)(s.first_task + TASKS_AT_ONCE) * ROWS, all = (double)request->count;
        pl_progress_update(request->progress, done < all ? done : all);
        rc = pl_interrupt_check(e);
        if (rc == KN_OK && request->deadline > 0 && pl_now() >= request->deadline)
            rc = kn_fail(e, KN_EPAUSED, "the time is up");
    }
    tidy(&s);
    *pairs = s.pair;
    *count = s.count;
    *cut = s.cut;
    if (rc != KN_OK) {
        free(s.pair);
        *pairs = NULL;
        *count = 0;
    }
    free(s.found);
    pthread_mutex_destroy(&s.mutex);
    return rc;
}
