/* What `facet explore` says, declared in explore.h. */
#include <math.h>
#include <stdlib.h>

#include "audit/explore.h"
#include "draw/escape.h"
#include "io/json.h"

enum { LISTED = 8 }; /* rows of a list at most; the files have them all */

static const char *count(long long n, char *buffer)
{
    return pl_human_count(n, buffer, PL_NUMBER_TEXT);
}

static double percent(pl_audit_count c)
{
    return c.images ? 100.0 * (double)c.positive / (double)c.images : 0.0;
}

static void add_padded(pl_str *s, const char *text, size_t width)
{
    size_t chars = pl_text_width(text);
    pl_str_addf(s, "%s%*s", text, chars < width ? (int)(width - chars) : 0, "");
}

static void add_pictures(const pl_audit_view *v, pl_str *s)
{
    char a[PL_NUMBER_TEXT];
    long long broken = pl_audit_number(v, "broken"), unlabelled = pl_audit_number(v, "unlabelled");
    long long alone = pl_audit_number(v, "labels_without_picture");
    pl_str_addf(s, "%s images", count(pl_audit_number(v, "images"), a));
    pl_str_addf(s, " of %s pictures", count(pl_audit_number(v, "pictures"), a));
    if (unlabelled > 0)
        pl_str_addf(s, "; %s pictures have no label", count(unlabelled, a));
    if (broken > 0)
        pl_str_addf(s, "; %s pictures are broken", count(broken, a));
    if (alone > 0)
        pl_str_addf(s, "; %s labels have no picture", count(alone, a));
    pl_str_add(s, "\n\n");
}

static size_t name_width(const pl_audit_view *v, size_t least)
{
    for (size_t c = 0; c < v->columns; c++) {
        size_t chars = pl_text_width(pl_audit_column(v, c));
        least = chars > least ? chars : least;
    }
    return least;
}

static void add_attributes(const pl_audit_view *v, pl_str *s)
{
    char a[PL_NUMBER_TEXT];
    size_t *order = pl_audit_by_count(v), width = name_width(v, 9);
    pl_str_addf(s, "%-*s  %10s  %8s  %8s  %8s  %8s  %6s\n", (int)width, "attribute", "images",
                "share", "train", "val", "test", "phi");
    for (size_t i = 0; i < v->columns; i++) {
        size_t c = order[i];
        pl_audit_count all = pl_audit_count_of(v, c, PL_SIDES);
        double phi = pl_audit_phi(v, c, v->target);
        add_padded(s, pl_audit_column(v, c), width);
        pl_str_addf(s, "  %10s  %6.2f %%", count(all.positive, a), percent(all));
        for (int k = 0; k < PL_SIDES; k++)
            pl_str_addf(s, "  %6.2f %%", percent(pl_audit_count_of(v, c, k)));
        if (c == v->target)
            pl_str_add(s, "  target\n");
        else if (isnan(phi))
            pl_str_add(s, "       -\n");
        else
            pl_str_addf(s, "  %+6.3f\n", phi);
    }
    free(order);
}

static void add_balance(const pl_audit_view *v, pl_str *s)
{
    char a[3][PL_NUMBER_TEXT];
    pl_str_addf(s, "\n%-6s  %10s  %10s  %10s  share of %s\n", "side", "images", "with it",
                "without", v->target_name);
    for (int k = 0; k < PL_SIDES; k++) {
        pl_audit_count c = pl_audit_count_of(v, v->target, k);
        pl_str_addf(s, "%-6s  %10s  %10s  %10s  %6.2f %%\n", pl_side_names[k],
                    count(c.images, a[0]), count(c.positive, a[1]),
                    count(c.images - c.positive, a[2]), percent(c));
    }
}

/* The strongest with the target. */
static void add_correlations(const pl_audit_view *v, pl_str *s)
{
    size_t *order = pl_audit_by_phi(v), width = name_width(v, 9);
    if (v->columns > 1)
        pl_str_addf(s, "\ngoes with %s (phi, -1 to 1)\n", v->target_name);
    for (size_t i = 1; i < v->columns && i <= LISTED; i++) {
        double phi = pl_audit_phi(v, v->target, order[i]);
        if (isnan(phi))
            continue;
        pl_str_add(s, "  ");
        add_padded(s, pl_audit_column(v, order[i]), width);
        pl_str_addf(s, "  %+.3f\n", phi);
    }
    free(order);
}

static void add_people(const pl_audit_view *v, pl_str *s)
{
    char a[PL_NUMBER_TEXT];
    long long unknown = pl_audit_number_in(v, "people", "images_without");
    if (pl_audit_number(v, "people_on_two_sides") < 0) {
        pl_str_add(s, "  people      unknown: the spec names no data.identity\n");
        return;
    }
    pl_str_addf(s, "  people      %s", count(pl_audit_number_in(v, "people", "people"), a));
    pl_str_addf(s, ", %s of them on more than one side",
                count(pl_audit_number(v, "people_on_two_sides"), a));
    if (unknown > 0)
        pl_str_addf(s, "; %s images of unknown people", count(unknown, a));
    pl_str_add(s, "\n");
}

static void add_duplicates(const pl_audit_view *v, pl_str *s)
{
    char a[PL_NUMBER_TEXT];
    if (pl_audit_number_in(v, "duplicates", "sets") == 0) {
        pl_str_add(s, "  duplicates  none: no two images have the same bytes\n");
        return;
    }
    pl_str_addf(s, "  duplicates  %s images",
                count(pl_audit_number_in(v, "duplicates", "images"), a));
    pl_str_addf(s, " in %s sets of the same bytes",
                count(pl_audit_number_in(v, "duplicates", "sets"), a));
    pl_str_addf(s, "; %s sets lie on more than one side",
                count(pl_audit_number_in(v, "duplicates", "sets_on_two_sides"), a));
    pl_str_addf(s, ", %s have two labels\n",
                count(pl_audit_number_in(v, "duplicates", "sets_of_two_labels"), a));
}

static void add_near(const pl_audit_view *v, pl_str *s)
{
    char a[PL_NUMBER_TEXT];
    long long pairs = pl_audit_number(v, "near_pairs");
    if (pairs == 0) {
        pl_str_add(s, "  near pairs  none: no two images look like one photograph\n");
    } else {
        pl_str_addf(s, "  near pairs  %s of one photograph", count(pairs, a));
        pl_str_addf(s, " (not the same bytes), %s of them on two sides",
                    count(pl_audit_number(v, "near_pairs_on_two_sides"), a));
        if (pl_audit_number(v, "near_pairs_mirrored") > 0)
            pl_str_addf(s, "; %s mirrored", count(pl_audit_number(v, "near_pairs_mirrored"), a));
        pl_str_add(s, "\n");
    }
    pl_str_addf(s, "  labels      %s pairs of either kind contradict each other\n",
                count(pl_audit_number(v, "contradicting_pairs"), a));
}

static void add_left_out(const pl_audit_view *v, pl_str *s)
{
    size_t rows = v->left_out.rows - 1;
    if (rows == 0)
        return;
    pl_str_add(s, "\nleft out\n");
    for (size_t i = 0; i < rows && i < LISTED; i++) {
        pl_str_add(s, "  ");
        pl_add_cut(s, pl_csv_get(&v->left_out, i + 1, 0), 40);
        pl_str_add(s, ": ");
        pl_add_cut(s, pl_csv_get(&v->left_out, i + 1, 1), 110);
        pl_str_add(s, "\n");
    }
    if (rows > LISTED)
        pl_str_addf(s, "  and %zu more in left_out.csv\n", rows - LISTED);
}

static void add_findings(const pl_audit_view *v, pl_str *s)
{
    const json_t *list = json_object_get(v->audit, "findings"), *item;
    size_t i;
    pl_str_addf(s, "\n%s\n",
                json_array_size(list) == 0 ? "nothing to say against the split"
                : pl_audit_is_failing(v)   ? "the split fails the audit"
                                           : "to know");
    json_array_foreach(list, i, item) pl_str_addf(s, "  - %s\n", json_string_value(item));
}

void pl_explore_text(const pl_audit_view *v, bool pairs, pl_str *s)
{
    add_pictures(v, s);
    add_attributes(v, s);
    add_balance(v, s);
    add_correlations(v, s);
    pl_str_add(s, "\nsplit audit\n");
    add_people(v, s);
    if (pairs) {
        add_duplicates(v, s);
        add_near(v, s);
    } else {
        pl_str_add(s, "  duplicates  not shown (--no-duplicates)\n");
    }
    add_left_out(v, s);
    if (pairs)
        add_findings(v, s);
}

void pl_explore_json(const pl_audit_view *v, bool pairs, pl_str *s)
{
    static const char *const of_pairs[] = {"duplicates",
                                           "identical_pairs",
                                           "identical_pairs_on_two_sides",
                                           "near_pairs",
                                           "near_pairs_on_two_sides",
                                           "near_pairs_mirrored",
                                           "near_pairs_cut",
                                           "contradicting_pairs",
                                           "seen_in_training",
                                           "failing",
                                           "findings"};
    json_t *root = json_copy(v->audit);
    for (size_t i = 0; !pairs && i < sizeof of_pairs / sizeof *of_pairs; i++)
        json_object_del(root, of_pairs[i]);
    char *text = pl_json_text(root);
    if (!text)
        abort();
    pl_str_add(s, text);
    free(text);
    json_decref(root);
}
