/* A comparison for people, declared in compare.h. */
#include <math.h>

#include "compare/compare.h"
#include "draw/escape.h"

enum { SLICES_SHOWN = 12, SLICE_NAME = 26 };

static const char *count_text(size_t n, char out[32])
{
    return pl_human_count((long long)n, out, 32);
}

/* "exact p = 0.219"; "not known" for NaN. */
static void add_p(pl_str *s, const char *what, double p)
{
    if (isnan(p))
        pl_str_addf(s, "%s not known", what);
    else
        pl_str_addf(s, "%s = %.3g", what, p);
}

static void add_interval(pl_str *s, double low, double high)
{
    if (isnan(low))
        pl_str_add(s, "no interval");
    else
        pl_str_addf(s, "95 %% interval %+.2f to %+.2f", 100 * low, 100 * high);
}

static void add_side(const pl_comparison *c, int side, pl_str *s)
{
    const pl_compare_side *x = &c->side[side];
    pl_str_addf(s, "%-11s %s", side ? "second" : "first", x->name);
    if (x->group) {
        pl_str_addf(s, " (%d run%s", x->runs, x->runs == 1 ? "" : "s");
        for (int k = 0; k < x->runs; k++)
            if (x->run[k].seed[0])
                pl_str_addf(s, "%s%s", k == 0 ? x->runs == 1 ? ", seed " : ", seeds " : ", ",
                            x->run[k].seed);
        pl_str_add(s, ")");
    }
    pl_str_add(s, "\n");
}

static void add_accuracy(const pl_comparison *c, int side, pl_str *s)
{
    pl_str_addf(s, "%.2f %%", 100 * c->accuracy[side]);
    if (!isnan(c->wilson[side].low))
        pl_str_addf(s, " (%.2f to %.2f)", 100 * c->wilson[side].low, 100 * c->wilson[side].high);
    else if (!isnan(c->seeds[side].low))
        pl_str_addf(s, " (±%.2f over seeds)", 100 * (c->seeds[side].high - c->seeds[side].mean));
}

static void add_head(const pl_comparison *c, pl_str *s)
{
    char n[3][32];
    add_side(c, 0, s);
    add_side(c, 1, s);
    pl_str_addf(s, "\non %s common test images", count_text(c->images.count, n[0]));
    if (c->images.alone[0] + c->images.alone[1])
        pl_str_addf(s, " (%s more in the first, %s more in the second)",
                    count_text(c->images.alone[0], n[1]), count_text(c->images.alone[1], n[2]));
    pl_str_add(s, ":\n  accuracy    ");
    add_accuracy(c, 0, s);
    pl_str_add(s, " and ");
    add_accuracy(c, 1, s);
    pl_str_addf(s, "\n  difference  %+.2f points\n", 100 * c->difference);
}

static void add_boot(const pl_comparison *c, pl_str *s)
{
    char n[32];
    add_interval(s, c->boot.low, c->boot.high);
    pl_str_addf(s, " (paired bootstrap, %s samples), ", count_text(PL_COMPARE_SAMPLES, n));
    if (c->boot.p <= 2.0 / PL_COMPARE_SAMPLES) /* no resample on the other side of 0 */
        pl_str_addf(s, "p < %.1g\n", 2.0 / PL_COMPARE_SAMPLES);
    else
        pl_str_addf(s, "p = %.3g\n", c->boot.p);
}

static void add_runs(const pl_comparison *c, pl_str *s)
{
    const pl_seed_pair *p = &c->pair[0];
    char n[4][32];
    pl_str_add(s, "              ");
    add_interval(s, p->paired.low, p->paired.high);
    pl_str_add(s, " (Agresti and Min)\n              ");
    add_boot(c, s);
    pl_str_addf(s,
                "\n                 second right  second wrong\n"
                "  first right %15s %13s\n  first wrong %15s %13s\n",
                pl_human_count(p->pairs.both, n[0], sizeof n[0]),
                pl_human_count(p->pairs.first, n[1], sizeof n[1]),
                pl_human_count(p->pairs.second, n[2], sizeof n[2]),
                pl_human_count(p->pairs.neither, n[3], sizeof n[3]));
    pl_str_add(s, "  McNemar     ");
    add_p(s, "exact p", p->paired.exact_p);
    add_p(s, ", mid-p", p->paired.mid_p);
    pl_str_add(s, "\n");
    if (isnan(p->auc.difference))
        return;
    pl_str_addf(s, "  AUC         %.4f and %.4f, difference %+.4f", p->auc.auc[0], p->auc.auc[1],
                p->auc.difference);
    if (!isnan(p->auc.low))
        pl_str_addf(s, ", 95 %% interval %+.4f to %+.4f", p->auc.low, p->auc.high);
    add_p(s, " (DeLong), p", p->auc.p);
    pl_str_add(s, "\n");
}

static void add_pair_row(const char *name, const pl_pairs *p, pl_str *s)
{
    char n[4][32];
    pl_str_addf(s, "  %-8s %11s %11s %11s %11s", name, pl_human_count(p->both, n[0], 32),
                pl_human_count(p->first, n[1], 32), pl_human_count(p->second, n[2], 32),
                pl_human_count(p->neither, n[3], 32));
}

/* The seed of a pair: that of the side that has one. */
static const char *pair_seed(const pl_comparison *c, const pl_seed_pair *p)
{
    const char *a = c->side[0].run[p->run[0]].seed, *b = c->side[1].run[p->run[1]].seed;
    return a[0] ? a : b[0] ? b : "none";
}

static void add_seed_pairs(const pl_comparison *c, pl_str *s)
{
    pl_str_addf(s, "\n  %-8s %11s %11s %11s %11s %10s %8s\n", "seed", "both right", "only first",
                "only second", "neither", "McNemar p", "Holm");
    for (int k = 0; k < c->pairs; k++) {
        const pl_seed_pair *p = &c->pair[k];
        add_pair_row(pair_seed(c, p), &p->pairs, s);
        pl_str_addf(s, " %10.3g %8.3g\n", p->paired.exact_p, p->holm_p);
    }
    if (c->pairs > 1) {
        add_pair_row("all", &c->all, s);
        pl_str_add(s, "  (each image once per pair: no test)\n");
    }
    if (c->auc_by_seed.n > 0) {
        pl_str_addf(s, "  AUC         difference %+.4f", c->auc_by_seed.value);
        if (!isnan(c->auc_by_seed.low))
            pl_str_addf(s, ", 95 %% interval %+.4f to %+.4f (Student t over the pairs)",
                        c->auc_by_seed.low, c->auc_by_seed.high);
        pl_str_add(s, "\n");
    }
}

static void add_groups(const pl_comparison *c, pl_str *s)
{
    char n[3][32];
    pl_str_add(s, "    of images ");
    add_boot(c, s);
    pl_str_add(s, "    of seeds  ");
    if (c->by_seed.n == 0) {
        pl_str_add(s, "no seed in common, so no pairs of runs");
    } else {
        add_interval(s, c->by_seed.low, c->by_seed.high);
        pl_str_addf(s, " (Student t over %d seed-matched pair%s)", c->by_seed.n,
                    c->by_seed.n == 1 ? "" : "s");
        if (!isnan(c->by_seed.p))
            add_p(s, ", p", c->by_seed.p);
    }
    pl_str_addf(s,
                "\n  images      the first right in more of its runs on %s, the second on %s, "
                "alike on %s\n",
                count_text(c->better[0], n[0]), count_text(c->better[1], n[1]),
                count_text(c->alike, n[2]));
    if (c->pairs > 0)
        add_seed_pairs(c, s);
}

static void add_slice(const pl_slice *x, pl_str *s)
{
    char n[32];
    pl_str name;
    pl_str_init(&name);
    pl_add_cut(&name, x->name, SLICE_NAME);
    size_t width = pl_text_width(name.text);
    pl_str_addf(s, "  %s%*s %7s%c", name.text, (int)(SLICE_NAME - width), "", count_text(x->n, n),
                x->small ? '*' : ' ');
    pl_str_clear(&name);
    if (x->n == 0) {
        pl_str_add(s, "  no images\n");
        return;
    }
    pl_str_addf(s, " %7.2f %7.2f %+8.2f   %+7.2f to %+7.2f %10.3g\n", 100 * x->accuracy[0],
                100 * x->accuracy[1], 100 * x->difference, 100 * x->low, 100 * x->high, x->holm_p);
}

static void add_slices(const pl_comparison *c, pl_str *s)
{
    bool small = false;
    size_t shown = c->slices < SLICES_SHOWN ? c->slices : SLICES_SHOWN;
    pl_str_addf(s, "\nwhere they differ most (%%, points; p by %s, Holm over %zu slices):\n",
                c->groups ? "paired bootstrap" : "McNemar's exact test", c->slices);
    pl_str_addf(s, "  %-*s %7s  %7s %7s %8s   %18s %10s\n", (int)SLICE_NAME, "slice", "images",
                "first", "second", "differ", "95 % interval", "p");
    for (size_t k = 0; k < shown; k++) {
        add_slice(&c->slice[k], s);
        small = small || c->slice[k].small;
    }
    if (small)
        pl_str_addf(s, "  * fewer than %d images: little can be told\n", PL_SLICE_SMALL);
    if (shown < c->slices)
        pl_str_addf(s, "  %zu more slices (--json has all)\n", c->slices - shown);
    if (!c->images.attributes)
        pl_str_add(s, "  no attributes of these images are in the study's folder: only the classes "
                      "are looked at\n");
}

void pl_comparison_text(const pl_comparison *c, pl_str *s)
{
    if (c->target)
        pl_str_addf(s, "target: %s%s%s\n", c->target, c->others ? "; " : "",
                    c->others ? c->others : "");
    add_head(c, s);
    if (c->groups)
        add_groups(c, s);
    else
        add_runs(c, s);
    add_slices(c, s);
}
