#include "audit/audit_columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/phi.h"

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* Bit i of a column's words: image i has it, and whether that is known. */
typedef struct packed {
    uint64_t *has, *known; /* [columns, words] */
    size_t words;
} packed;

static packed pack(const pl_audit_data *d)
{
    packed p = {.words = (d->count + 63) / 64};
    p.has = must(calloc(d->columns * p.words + 1, sizeof *p.has));
    p.known = must(calloc(d->columns * p.words + 1, sizeof *p.known));
    for (size_t i = 0; i < d->count; i++)
        for (size_t k = 0; k < d->columns; k++) {
            uint64_t bit = 1ull << i % 64;
            int8_t value = pl_audit_value(d, i, k);
            p.has[k * p.words + i / 64] |= value == 1 ? bit : 0;
            p.known[k * p.words + i / 64] |= value != 0 ? bit : 0;
        }
    return p;
}

static long long both(const uint64_t *a, const uint64_t *b, size_t words)
{
    long long n = 0;
    for (size_t i = 0; i < words; i++)
        n += __builtin_popcountll(a[i] & b[i]);
    return n;
}

/* Over the images that both columns are known of. */
static double phi_of(const packed *p, size_t a, size_t b)
{
    size_t w = p->words;
    const uint64_t *has_a = p->has + a * w, *has_b = p->has + b * w;
    const uint64_t *known_a = p->known + a * w, *known_b = p->known + b * w;
    long long n11 = both(has_a, has_b, w), n10 = both(has_a, known_b, w) - n11;
    long long n01 = both(known_a, has_b, w) - n11;
    return pl_phi(n11, n10, n01, both(known_a, known_b, w) - n11 - n10 - n01);
}

void pl_audit_columns_count(const pl_audit_data *d, pl_audit_columns *out)
{
    size_t columns = d->columns;
    out->columns = columns;
    out->positive = must(calloc(columns + 1, sizeof *out->positive));
    out->known = must(calloc(columns + 1, sizeof *out->known));
    out->phi = must(calloc(columns * columns + 1, sizeof *out->phi));
    for (size_t i = 0; i < d->count; i++)
        for (size_t k = 0; k < columns; k++) {
            out->positive[k][d->side[i]] += pl_audit_value(d, i, k) == 1;
            out->known[k][d->side[i]] += pl_audit_value(d, i, k) != 0;
        }
    packed p = pack(d);
    for (size_t a = 0; a < columns; a++)
        for (size_t b = 0; b <= a; b++)
            out->phi[a * columns + b] = out->phi[b * columns + a] = phi_of(&p, a, b);
    free(p.has);
    free(p.known);
}

void pl_audit_columns_clear(pl_audit_columns *c)
{
    free(c->positive);
    free(c->known);
    free(c->phi);
    memset(c, 0, sizeof *c);
}

static size_t on_all_sides(const size_t on_side[PL_SIDES])
{
    size_t n = 0;
    for (int s = 0; s < PL_SIDES; s++)
        n += on_side[s];
    return n;
}

size_t pl_audit_positive(const pl_audit_columns *c, size_t column)
{
    return on_all_sides(c->positive[column]);
}

size_t pl_audit_known(const pl_audit_columns *c, size_t column)
{
    return on_all_sides(c->known[column]);
}

/* ",IMAGES,POSITIVE,SHARE" */
static void add_share(pl_str *s, size_t images, size_t positive)
{
    pl_str_addf(s, ",%zu,%zu,", images, positive);
    pl_csv_add_number(s, images ? (double)positive / (double)images : (double)NAN);
}

static const char *value_text(int8_t value)
{
    return value == 0 ? "," : value == 1 ? ",1" : ",-1";
}

void pl_audit_attributes_csv(const pl_audit_data *d, pl_str *s)
{
    pl_str_add(s, "image,side");
    for (size_t k = 0; k < d->columns; k++) {
        pl_str_add(s, ",");
        pl_csv_add(s, d->column[k]);
    }
    pl_str_add(s, "\n");
    for (size_t i = 0; i < d->count; i++) {
        if (d->side[i] == PL_SIDE_TRAIN)
            continue;
        pl_csv_add(s, pl_audit_name(d, i));
        pl_str_addf(s, ",%s", pl_side_names[d->side[i]]);
        for (size_t k = 0; k < d->columns; k++)
            pl_str_add(s, value_text(pl_audit_value(d, i, k)));
        pl_str_add(s, "\n");
    }
}

void pl_audit_counts_csv(const pl_audit_data *d, const pl_audit_columns *c, pl_str *s)
{
    pl_str_add(s, "attribute,images,positive,share");
    for (int k = 0; k < PL_SIDES; k++)
        pl_str_addf(s, ",%s_images,%s_positive,%s_share", pl_side_names[k], pl_side_names[k],
                    pl_side_names[k]);
    pl_str_add(s, "\n");
    for (size_t a = 0; a < c->columns; a++) {
        pl_csv_add(s, d->column[a]);
        add_share(s, pl_audit_known(c, a), pl_audit_positive(c, a));
        for (int k = 0; k < PL_SIDES; k++)
            add_share(s, c->known[a][k], c->positive[a][k]);
        pl_str_add(s, "\n");
    }
}

void pl_audit_correlations_csv(const pl_audit_data *d, const pl_audit_columns *c, pl_str *s)
{
    pl_str_add(s, "attribute");
    for (size_t a = 0; a < c->columns; a++) {
        pl_str_add(s, ",");
        pl_csv_add(s, d->column[a]);
    }
    pl_str_add(s, "\n");
    for (size_t a = 0; a < c->columns; a++) {
        pl_csv_add(s, d->column[a]);
        for (size_t b = 0; b < c->columns; b++) {
            pl_str_add(s, ",");
            pl_csv_add_number(s, c->phi[a * c->columns + b]);
        }
        pl_str_add(s, "\n");
    }
}

void pl_audit_balance_csv(const pl_audit_data *d, const pl_audit_columns *c, pl_str *s)
{
    pl_str_add(s, "side,images,positive,negative,share\n");
    for (int k = 0; k < PL_SIDES; k++) {
        size_t n = c->known[d->target][k], positive = c->positive[d->target][k];
        pl_str_addf(s, "%s,%zu,%zu,%zu,", pl_side_names[k], n, positive, n - positive);
        pl_csv_add_number(s, n ? (double)positive / (double)n : 0);
        pl_str_add(s, "\n");
    }
}
