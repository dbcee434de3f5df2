/* What `facet explore` writes, declared in explore.h. */
#include <stdlib.h>

#include "io/csv.h"
#include "draw/escape.h"
#include "audit/explore.h"
#include "draw/figures.h"
#include "util/fs.h"

enum { WIDTH = 900, BAR_HEIGHT = 20, FRAME = 110, BALANCE_HEIGHT = 300 };

static double share(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 0.0;
}

static void attributes_csv(const pl_exploration *x, pl_str *s)
{
    pl_str_add(s, "attribute,images,positive,share\n");
    for (size_t c = 0; c < x->columns; c++) {
        pl_csv_add(s, x->column[c]);
        pl_str_addf(s, ",%zu,%zu,", x->images, x->positive[c]);
        pl_csv_add_number(s, share(x->positive[c], x->images));
        pl_str_add(s, "\n");
    }
}

static void balance_csv(const pl_exploration *x, pl_str *s)
{
    pl_str_add(s, "side,images,positive,negative,share\n");
    for (int k = 0; k < PL_SIDES; k++) {
        size_t n = x->counts[k][0] + x->counts[k][1];
        pl_str_addf(s, "%s,%zu,%zu,%zu,", pl_side_names[k], n, x->counts[k][1], x->counts[k][0]);
        pl_csv_add_number(s, share(x->counts[k][1], n));
        pl_str_add(s, "\n");
    }
}

static void duplicates_csv(const pl_exploration *x, pl_str *s)
{
    pl_str_add(s, "set,image,side,label\n");
    for (size_t i = 0; i < x->duplicates; i++) {
        const pl_duplicate *d = &x->duplicate[i];
        pl_str_addf(s, "%zu,", d->set + 1);
        pl_csv_add(s, d->image);
        pl_str_addf(s, ",%s,%d\n", pl_side_names[d->side], d->label);
    }
}

/* Horizontal bars, commonest on top, the target in its own colour. */
static int attributes_figure(const pl_exploration *x, pl_str *s)
{
    char n[32];
    size_t *order = pl_exploration_order(x), width = 0;
    for (int target = 0; target < 2; target++) {
        pl_str_addf(s, "$bars%d << EOD\n", target);
        for (size_t i = 0; i < x->columns; i++) {
            if ((order[i] == x->target_column) == (target == 1))
                pl_str_addf(s, "%.9g %zu\n", 100 * share(x->positive[order[i]], x->images), i + 1);
        }
        pl_str_add(s, "EOD\n");
    }
    for (size_t i = 0; i < x->columns; i++) {
        const char *name = x->column[order[i]];
        size_t chars = pl_text_width(name) < 30 ? pl_text_width(name) : 30;
        width = chars > width ? chars : width;
        pl_str_add(s, "set label ");
        pl_add_gnuplot(s, name, 30);
        pl_str_addf(s, " at graph 0, first %zu right offset character -1,0\n", i + 1);
        double percent = 100 * share(x->positive[order[i]], x->images);
        pl_str_addf(s, "set label '%s (%.1f %%)' at %.9g,%zu left offset character 0.5,0\n",
                    pl_human_count((long long)x->positive[order[i]], n, sizeof n), percent, percent,
                    i + 1);
    }
    pl_str_addf(
        s,
        "set lmargin at screen %.4f\nset xrange [0:118]\nset yrange [%zu.5:0.5] noreverse\n"
        "unset key\nset border 1\nunset ytics\nset xtics nomirror (0, 20, 40, 60, 80, 100)\n"
        "set grid xtics lc rgb '" PL_COLOR_GRID "' lt 1\nset style fill solid 1.0 noborder\n"
        "set title 'How often each attribute is set (red: the target)'\n"
        "set xlabel 'share of the %s images (%%)'\n"
        "plot $bars0 using ($1/2):2:($1/2):(0.36) with boxxyerror lc rgb '" PL_COLOR_TRAIN
        "', $bars1 using ($1/2):2:($1/2):(0.36) with boxxyerror lc rgb '" PL_COLOR_VAL "'\n",
        (20 + 7.4 * (double)width) / WIDTH, x->columns,
        pl_human_count((long long)x->images, n, sizeof n));
    free(order);
    return FRAME + (int)x->columns * BAR_HEIGHT;
}

/* A bar per side, split by the target. */
static void balance_figure(const pl_exploration *x, pl_str *s)
{
    static const char *const name[PL_SIDES] = {"train", "validation", "test"};
    char n[32];
    pl_str others;
    pl_str_init(&others);
    pl_str_addf(&others, "not %s", x->target);
    pl_str_add(s, "$yes << EOD\n");
    for (int k = 0; k < PL_SIDES; k++)
        pl_str_addf(s, "%.9g %d\n", 100 * share(x->counts[k][1], x->counts[k][0] + x->counts[k][1]),
                    k + 1);
    pl_str_add(s, "EOD\n");
    for (int k = 0; k < PL_SIDES; k++) {
        size_t all = x->counts[k][0] + x->counts[k][1];
        if (all == 0)
            continue;
        for (int label = 0; label < 2; label++)
            pl_str_addf(s, "set label '%s (%.1f %%)' at %.9g,%d %s front textcolor rgb '#ffffff'\n",
                        pl_human_count((long long)x->counts[k][label], n, sizeof n),
                        100 * share(x->counts[k][label], all), label ? 1.5 : 98.5, k + 1,
                        label ? "left" : "right");
    }
    pl_str_add(s, "set ytics scale 0 (");
    for (int k = 0; k < PL_SIDES; k++)
        pl_str_addf(s, "\"%s\\n%s images\" %d%s", name[k],
                    pl_human_count((long long)(x->counts[k][0] + x->counts[k][1]), n, sizeof n),
                    k + 1, k + 1 < PL_SIDES ? ", " : ")\n");
    pl_str_add(s, "set xrange [0:100]\nset yrange [3.5:0.5] noreverse\nset border 1\n"
                  "set xtics nomirror\nset style fill solid 1.0 noborder\n"
                  "set key tmargin center horizontal width 3\nset xlabel 'share of the side (%)'\n"
                  "plot $yes using ($2==0?NaN:$1/2):2:($1/2):(0.38) with boxxyerror lc rgb "
                  "'" PL_COLOR_TRAIN "' title ");
    pl_add_gnuplot(s, x->target, 40);
    pl_str_add(s,
               ", $yes using (50+$1/2):2:(50-$1/2):(0.38) with boxxyerror lc rgb '#8a6d3b' title ");
    pl_add_gnuplot(s, others.text, 44);
    pl_str_add(s, "\n");
    pl_str_clear(&others);
}

static kn_status write_csvs(const pl_exploration *x, const char *dir, kn_error *e)
{
    static const struct {
        const char *name;
        void (*make)(const pl_exploration *, pl_str *);
    } files[] = {{"attributes.csv", attributes_csv},
                 {"balance.csv", balance_csv},
                 {"duplicates.csv", duplicates_csv}};
    kn_status rc = KN_OK;
    pl_str s;
    pl_str_init(&s);
    for (int i = 0; i < (x->hashed ? 3 : 2) && rc == KN_OK; i++) {
        char *path = pl_path_join(dir, files[i].name);
        pl_str_reset(&s);
        files[i].make(x, &s);
        rc = pl_write_file_if_changed(path, s.text, s.size, e);
        free(path);
    }
    pl_str_clear(&s);
    return rc;
}

kn_status pl_exploration_write(const pl_exploration *x, const char *dir, kn_error *e)
{
    KN_TRY(pl_make_dirs(dir, e));
    KN_TRY(write_csvs(x, dir, e));
    pl_figures f;
    pl_str s;
    pl_figures_init(&f);
    pl_str_init(&s);
    int height = attributes_figure(x, &s);
    pl_figures_add(&f, &(pl_figure){"attributes", WIDTH, height, s.text, NULL, NULL});
    pl_str_reset(&s);
    balance_figure(x, &s);
    pl_figures_add(&f, &(pl_figure){"balance", WIDTH, BALANCE_HEIGHT, s.text, NULL, NULL});
    kn_status rc = pl_figures_draw(&f, dir, 1, e);
    pl_str_clear(&s);
    pl_figures_clear(&f);
    return rc;
}
