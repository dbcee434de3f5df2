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

/* Bit i of a column's words: image i has it. */
static uint64_t *pack(const pl_audit_data *d, size_t words)
{
    uint64_t *bits = must(calloc(d->columns * words + 1, sizeof *bits));
    for (size_t i = 0; i < d->count; i++)
        for (size_t k = 0; k < d->columns; k++)
            if (pl_audit_value(d, i, k) == 1)
                bits[k * words + i / 64] |= 1ull << i % 64;
    return bits;
}

static long long both(const uint64_t *a, const uint64_t *b, size_t words)
{
    long long n = 0;
    for (size_t i = 0; i < words; i++)
        n += __builtin_popcountll(a[i] & b[i]);
    return n;
}

void pl_audit_columns_count(const pl_audit_data *d, pl_audit_columns *out)
{
    size_t words = (d->count + 63) / 64, columns = d->columns;
    out->columns = columns;
    out->positive = must(calloc(columns + 1, sizeof *out->positive));
    out->phi = must(calloc(columns * columns + 1, sizeof *out->phi));
    for (size_t i = 0; i < d->count; i++)
        for (size_t k = 0; k < columns; k++)
            out->positive[k][d->side[i]] += pl_audit_value(d, i, k) == 1;
    uint64_t *bits = pack(d, words);
    for (size_t a = 0; a < columns; a++)
        for (size_t b = 0; b <= a; b++) {
            long long n11 = both(bits + a * words, bits + b * words, words);
            long long n10 = (long long)pl_audit_positive(out, a) - n11;
            long long n01 = (long long)pl_audit_positive(out, b) - n11;
            double phi = pl_phi(n11, n10, n01, (long long)d->count - n11 - n10 - n01);
            out->phi[a * columns + b] = out->phi[b * columns + a] = phi;
        }
    free(bits);
}

void pl_audit_columns_clear(pl_audit_columns *c)
{
    free(c->positive);
    free(c->phi);
    memset(c, 0, sizeof *c);
}

size_t pl_audit_positive(const pl_audit_columns *c, size_t column)
{
    size_t n = 0;
    for (int s = 0; s < PL_SIDES; s++)
        n += c->positive[column][s];
    return n;
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
        add_share(s, d->count, pl_audit_positive(c, a));
        for (int k = 0; k < PL_SIDES; k++)
            add_share(s, d->on_side[k], c->positive[a][k]);
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
        size_t n = d->on_side[k], positive = c->positive[d->target][k];
        pl_str_addf(s, "%s,%zu,%zu,%zu,", pl_side_names[k], n, positive, n - positive);
        pl_csv_add_number(s, n ? (double)positive / (double)n : 0);
        pl_str_add(s, "\n");
    }
}
