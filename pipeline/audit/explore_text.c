/* What `facet explore` says, declared in explore.h. */
#include <stdlib.h>

#include "io/json.h"
#include "draw/escape.h"
#include "audit/explore.h"

static const char *count(size_t n, char *buffer)
{
    return pl_human_count((long long)n, buffer, PL_NUMBER_TEXT);
}

static double percent(size_t part, size_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

static void add_pictures(const pl_exploration *x, pl_str *s)
{
    char a[PL_NUMBER_TEXT];
    pl_str_addf(s, "%s images", count(x->images, a));
    pl_str_addf(s, " of %s pictures", count(x->pictures, a));
    if (x->unlabelled)
        pl_str_addf(s, "; %s pictures have no label", count(x->unlabelled, a));
    if (x->labels_without_picture)
        pl_str_addf(s, "; %s labels have no picture", count(x->labels_without_picture, a));
    pl_str_add(s, "\n\n");
}

static void add_attributes(const pl_exploration *x, pl_str *s)
{
    char a[PL_NUMBER_TEXT];
    size_t *order = pl_exploration_order(x), width = 9;
    for (size_t c = 0; c < x->columns; c++)
        width = pl_text_width(x->column[c]) > width ? pl_text_width(x->column[c]) : width;
    pl_str_addf(s, "%-*s  %10s  %8s\n", (int)width, "attribute", "images", "share");
    for (size_t i = 0; i < x->columns; i++) {
        size_t c = order[i];
        pl_str_addf(s, "%s%*s", x->column[c], (int)(width - pl_text_width(x->column[c])), "");
        pl_str_addf(s, "  %10s  %6.2f %%%s\n", count(x->positive[c], a),
                    percent(x->positive[c], x->images), c == x->target_column ? "  (target)" : "");
    }
    free(order);
}

static void add_balance(const pl_exploration *x, pl_str *s)
{
    char a[3][PL_NUMBER_TEXT];
    pl_str_addf(s, "\n%-6s  %10s  %10s  %10s  share of %s\n", "side", "images", "with it",
                "without", x->target);
    for (int k = 0; k < PL_SIDES; k++) {
        size_t n = x->counts[k][0] + x->counts[k][1];
        pl_str_addf(s, "%-6s  %10s  %10s  %10s  %6.2f %%\n", pl_side_names[k], count(n, a[0]),
                    count(x->counts[k][1], a[1]), count(x->counts[k][0], a[2]),
                    percent(x->counts[k][1], n));
    }
}

static void add_audit(const pl_exploration *x, pl_str *s)
{
    char a[PL_NUMBER_TEXT];
    pl_str_add(s, "\nsplit audit\n");
    if (x->has_identity) {
        pl_str_addf(s, "  people      %s", count(x->people, a));
        pl_str_addf(s, ", %s of them on more than one side", count(x->people_on_two_sides, a));
        if (x->images_without_identity)
            pl_str_addf(s, "; %s images of unknown people", count(x->images_without_identity, a));
        pl_str_add(s, "\n");
    } else {
        pl_str_add(s, "  people      unknown: the spec names no data.identity\n");
    }
    if (!x->hashed) {
        pl_str_add(s, "  duplicates  not looked for (--no-duplicates)\n");
        return;
    }
    if (x->sets == 0) {
        pl_str_add(s, "  duplicates  none: no two images have the same bytes\n");
        return;
    }
    pl_str_addf(s, "  duplicates  %s images", count(x->duplicates, a));
    pl_str_addf(s, " in %s sets of the same bytes", count(x->sets, a));
    pl_str_addf(s, "; %s sets lie on more than one side", count(x->sets_on_two_sides, a));
    pl_str_addf(s, ", %s have two labels\n", count(x->sets_of_two_labels, a));
}

void pl_exploration_text(const pl_exploration *x, pl_str *s)
{
    add_pictures(x, s);
    add_attributes(x, s);
    add_balance(x, s);
    add_audit(x, s);
}

void pl_exploration_json(const pl_exploration *x, pl_str *s)
{
    json_t *root =
        json_pack("{s:s, s:I, s:I, s:I, s:I}", "target", x->target, "images", (json_int_t)x->images,
                  "pictures", (json_int_t)x->pictures, "unlabelled", (json_int_t)x->unlabelled,
                  "labels_without_picture", (json_int_t)x->labels_without_picture);
    json_t *attributes = json_object(), *sides = json_object();
    for (size_t c = 0; c < x->columns; c++)
        json_object_set_new(attributes, x->column[c], json_integer((json_int_t)x->positive[c]));
    for (int k = 0; k < PL_SIDES; k++)
        json_object_set_new(sides, pl_side_names[k],
                            json_pack("{s:I, s:I}", "positive", (json_int_t)x->counts[k][1],
                                      "negative", (json_int_t)x->counts[k][0]));
    json_object_set_new(root, "attributes", attributes);
    json_object_set_new(root, "sides", sides);
    if (x->has_identity)
        json_object_set_new(root, "people",
                            json_pack("{s:I, s:I, s:I}", "people", (json_int_t)x->people,
                                      "on_two_sides", (json_int_t)x->people_on_two_sides,
                                      "images_without", (json_int_t)x->images_without_identity));
    if (x->hashed)
        json_object_set_new(root, "duplicates",
                            json_pack("{s:I, s:I, s:I, s:I}", "images", (json_int_t)x->duplicates,
                                      "sets", (json_int_t)x->sets, "sets_on_two_sides",
                                      (json_int_t)x->sets_on_two_sides, "sets_of_two_labels",
                                      (json_int_t)x->sets_of_two_labels));
    char *text = pl_json_text(root);
    if (!text)
        abort();
    pl_str_add(s, text);
    free(text);
    json_decref(root);
}
