#include "audit/audit_pairs.h"

#include <stdlib.h>
#include <string.h>

#include "audit/picture_hash.h"
#include "util/log.h"

enum { DIGEST_BYTES = 16 };

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

typedef struct digested {
    uint8_t digest[DIGEST_BYTES];
    uint32_t image;
} digested;

static int by_digest(const void *a, const void *b)
{
    const digested *p = a, *q = b;
    int order = memcmp(p->digest, q->digest, DIGEST_BYTES);
    return order ? order : (p->image > q->image) - (p->image < q->image);
}

typedef struct range {
    uint32_t first; /* image */
    size_t at, n;   /* in the sorted list */
} range;

static int by_first(const void *a, const void *b)
{
    const range *p = a, *q = b;
    return (p->first > q->first) - (p->first < q->first);
}

/* Of n images so many pairs are made of two different ones, given how many there are of each kind. */
static size_t mixed_pairs(const size_t *of_kind, int kinds, size_t n)
{
    size_t all = n * (n - 1) / 2;
    for (int k = 0; k < kinds; k++)
        all -= of_kind[k] ? of_kind[k] * (of_kind[k] - 1) / 2 : 0;
    return all;
}

/* A label that is not known contradicts none. */
static bool contradict(const pl_audit_data *d, uint32_t first, uint32_t second)
{
    int a = pl_audit_label(d, first), b = pl_audit_label(d, second);
    return a >= 0 && b >= 0 && a != b;
}

static const char *label_text(int label)
{
    return label < 0 ? "" : label ? "1" : "0";
}

static void add_set(const pl_audit_data *d, pl_audit_pairs *out, const digested *list, size_t n)
{
    size_t on_side[PL_SIDES] = {0}, of_label[2] = {0};
    out->start[out->sets++] = (uint32_t)out->members;
    for (size_t i = 0; i < n; i++) {
        out->member[out->members++] = list[i].image;
        on_side[d->side[list[i].image]]++;
        int label = pl_audit_label(d, list[i].image);
        if (label >= 0)
            of_label[label]++;
    }
    size_t two_sides = mixed_pairs(on_side, PL_SIDES, n);
    size_t two_labels = mixed_pairs(of_label, 2, of_label[0] + of_label[1]);
    out->identical += n * (n - 1) / 2;
    out->identical_on_two_sides += two_sides;
    out->contradicting += two_labels;
    out->sets_on_two_sides += two_sides > 0;
    out->sets_of_two_labels += two_labels > 0;
}

static void find_identical(const pl_audit_data *d, pl_audit_pairs *out)
{
    digested *list = must(malloc(d->count * sizeof *list));
    range *set = must(malloc(d->count * sizeof *set));
    size_t sets = 0, members = 0;
    for (size_t i = 0; i < d->count; i++) {
        memcpy(list[i].digest, (const uint8_t *)d->digests.data + DIGEST_BYTES * i, DIGEST_BYTES);
        list[i].image = (uint32_t)i;
    }
    qsort(list, d->count, sizeof *list, by_digest);
    for (size_t i = 0, n; i < d->count; i += n) {
        for (n = 1; i + n < d->count; n++)
            if (memcmp(list[i].digest, list[i + n].digest, DIGEST_BYTES) != 0)
                break;
        if (n > 1) {
            set[sets++] = (range){list[i].image, i, n};
            members += n;
        }
    }
    if (sets > 1)
        qsort(set, sets, sizeof *set, by_first);
    out->member = must(malloc((members + 1) * sizeof *out->member));
    out->start = must(malloc((sets + 1) * sizeof *out->start));
    for (size_t s = 0; s < sets; s++)
        add_set(d, out, list + set[s].at, set[s].n);
    out->start[sets] = (uint32_t)members;
    free(list);
    free(set);
}

/* What a thread remembers of the picture it compares with others. */
typedef struct memory {
    size_t image;
    pl_cells cells;
    bool known;
} memory;

typedef struct confirming {
    const pl_audit_data *d;
    const pl_cells *common; /* NULL: too few pictures to tell what they share from what they are */
    memory *memory;         /* [workers] */
} confirming;

static void cells_of(const pl_audit_data *d, size_t image, pl_cells *out)
{
    size_t bytes = (size_t)d->w * (size_t)d->h * (size_t)d->c;
    pl_cells_of((const uint8_t *)d->x.data + image * bytes, d->w, d->h, d->c, out);
}

static bool confirm(void *context, size_t first, size_t second, bool mirrored, int worker,
                    double *correlation)
{
    confirming *c = context;
    memory *m = &c->memory[worker];
    const uint8_t *digest = c->d->digests.data;
    if (memcmp(digest + DIGEST_BYTES * first, digest + DIGEST_BYTES * second, DIGEST_BYTES) == 0)
        return false;
    if (!m->known || m->image != first) {
        cells_of(c->d, first, &m->cells);
        m->image = first;
        m->known = true;
    }
    pl_cells other;
    cells_of(c->d, second, &other);
    *correlation = pl_cells_likeness(&m->cells, &other, mirrored, c->common);
    bool small = c->d->w < PL_CELLS_SIDE || c->d->h < PL_CELLS_SIDE;
    return *correlation >= (small ? PL_NEAR_CORRELATION_SMALL : PL_NEAR_CORRELATION);
}

static kn_status find_near(const pl_audit_data *d, const pl_audit_pixels *p, kn_pool *pool,
                           double deadline, pl_audit_pairs *out, kn_error *e)
{
    const uint64_t *word[KN_HASH_WORDS];
    for (int k = 0; k < KN_HASH_WORDS; k++)
        word[k] = p->word[k];
    confirming c = {.d = d, .common = d->count < PL_NEAR_COMMON ? NULL : &p->common};
    c.memory = must(calloc((size_t)kn_pool_size(pool), sizeof *c.memory));
    pl_near_request q = {.word = word,
                         .count = d->count,
                         .limit = PL_NEAR_BITS,
                         .most = PL_NEAR_AT_MOST,
                         .deadline = deadline,
                         .pool = pool,
                         .confirm = confirm,
                         .context = &c};
    if (d->count >= PL_AUDIT_LONG)
        q.progress = pl_progress_new("audit: pairs", "images", (double)d->count);
    kn_status rc = pl_near_search(&q, &out->near, &out->nears, &out->cut, e);
    pl_progress_end(q.progress);
    free(c.memory);
    for (size_t i = 0; i < out->nears; i++) {
        const pl_near_pair *pair = &out->near[i];
        out->near_on_two_sides += d->side[pair->first] != d->side[pair->second];
        out->contradicting += contradict(d, pair->first, pair->second);
        out->mirrored += pair->mirrored;
    }
    return rc;
}

static void mark(const pl_audit_data *d, bool *seen, uint32_t a, uint32_t b)
{
    if (d->side[a] == PL_SIDE_TRAIN)
        seen[b] = true;
    if (d->side[b] == PL_SIDE_TRAIN)
        seen[a] = true;
}

static void count_seen(const pl_audit_data *d, pl_audit_pairs *p)
{
    bool *seen = must(calloc(d->count, sizeof *seen));
    for (size_t s = 0; s < p->sets; s++) {
        uint32_t trained = p->member[p->start[s]];
        for (uint32_t i = p->start[s]; i < p->start[s + 1]; i++)
            if (d->side[p->member[i]] == PL_SIDE_TRAIN)
                trained = p->member[i];
        for (uint32_t i = p->start[s]; i < p->start[s + 1]; i++)
            if (p->member[i] != trained)
                mark(d, seen, trained, p->member[i]);
    }
    for (size_t i = 0; i < p->nears; i++)
        mark(d, seen, p->near[i].first, p->near[i].second);
    for (size_t i = 0; i < d->count; i++)
        p->seen[d->side[i]] += seen[i];
    free(seen);
}

kn_status pl_audit_pairs_find(const pl_audit_data *d, const pl_audit_pixels *p, kn_pool *pool,
                              double deadline, pl_audit_pairs *out, kn_error *e)
{
    memset(out, 0, sizeof *out);
    find_identical(d, out);
    kn_status rc = find_near(d, p, pool, deadline, out, e);
    if (rc == KN_OK)
        count_seen(d, out);
    else
        pl_audit_pairs_clear(out);
    return rc;
}

void pl_audit_pairs_clear(pl_audit_pairs *p)
{
    free(p->member);
    free(p->start);
    free(p->near);
    memset(p, 0, sizeof *p);
}

void pl_audit_identical_csv(const pl_audit_data *d, const pl_audit_pairs *p, pl_str *s)
{
    pl_str_add(s, "set,image,side,label\n");
    for (size_t set = 0; set < p->sets; set++)
        for (uint32_t i = p->start[set]; i < p->start[set + 1]; i++) {
            uint32_t image = p->member[i];
            pl_str_addf(s, "%zu,", set + 1);
            pl_csv_add(s, pl_audit_name(d, image));
            pl_str_addf(s, ",%s,%s\n", pl_side_names[d->side[image]],
                        label_text(pl_audit_label(d, image)));
        }
}

void pl_audit_near_csv(const pl_audit_data *d, const pl_audit_pairs *p, pl_str *s)
{
    pl_str_add(s, "first,second,sides,labels,mirrored,distance,correlation\n");
    for (size_t i = 0; i < p->nears; i++) {
        const pl_near_pair *pair = &p->near[i];
        uint32_t a = pair->first, b = pair->second;
        pl_csv_add(s, pl_audit_name(d, a));
        pl_str_add(s, ",");
        pl_csv_add(s, pl_audit_name(d, b));
        pl_str_addf(s, ",%s/%s,%s/%s,%d,%u,%.4f\n", pl_side_names[d->side[a]],
                    pl_side_names[d->side[b]], label_text(pl_audit_label(d, a)),
                    label_text(pl_audit_label(d, b)), pair->mirrored, pair->distance,
                    pair->correlation);
    }
}
