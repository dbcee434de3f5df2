#include "audit/audit_summary.h"

#include <math.h>
#include <stdlib.h>

#include "audit/audit.h"
#include "io/json.h"
#include "util/str.h"

static const char *const side_words[PL_SIDES] = {"training", "validation", "test"};

static json_t *number(size_t n)
{
    return json_integer((json_int_t)n);
}

static size_t ingest_count(const pl_audit_parts *a, const char *member)
{
    return (size_t)json_integer_value(json_object_get(a->data.ingest, member));
}

static const char *count_text(size_t n, char buffer[32])
{
    return pl_human_count((long long)n, buffer, 32);
}

static void say(json_t *findings, pl_str *s)
{
    json_array_append_new(findings, pl_json_string(s->text));
    pl_str_reset(s);
}

static void say_people(const pl_audit_parts *a, json_t *findings, pl_str *s)
{
    char n[32], m[32];
    if (a->people.on_two_sides == 0)
        return;
    pl_str_addf(
        s,
        "%s of %s people %s on more than one side of the split: the model meets people in the test "
        "that it was trained on",
        count_text(a->people.on_two_sides, n), count_text(a->people.people, m),
        a->people.on_two_sides == 1 ? "is" : "are");
    say(findings, s);
}

static void say_pairs(json_t *findings, pl_str *s, size_t pairs, size_t on_two_sides,
                      const char *what)
{
    char n[32], m[32];
    if (pairs == 0)
        return;
    pl_str_addf(s, "%s pair%s of pictures %s", count_text(pairs, n), pairs == 1 ? "" : "s", what);
    if (on_two_sides > 0)
        pl_str_addf(s, ", %s of them on two sides of the split", count_text(on_two_sides, m));
    else
        pl_str_add(s, pairs == 1 ? ", on one side" : ", each on one side");
    say(findings, s);
}

static void say_seen(const pl_audit_parts *a, json_t *findings, pl_str *s)
{
    char n[32], m[32];
    for (int side = PL_SIDE_TEST; side >= PL_SIDE_VAL; side--) {
        size_t seen = a->pairs.seen[side], all = a->data.on_side[side];
        if (seen == 0)
            continue;
        pl_str_addf(
            s,
            "%s of %s %s images (%.2f %%) %s there in training too, as the same file or photograph",
            count_text(seen, n), count_text(all, m), side_words[side],
            100 * (double)seen / (double)all, seen == 1 ? "is" : "are");
        say(findings, s);
    }
}

static void say_contradicting(const pl_audit_parts *a, json_t *findings, pl_str *s)
{
    char n[32];
    if (a->pairs.contradicting == 0)
        return;
    pl_str_addf(s, "%s of these pairs %s labels that contradict each other: %s and not",
                count_text(a->pairs.contradicting, n), a->pairs.contradicting == 1 ? "has" : "have",
                a->data.target_name);
    say(findings, s);
}

static void say_unknown(const pl_audit_parts *a, json_t *findings, pl_str *s)
{
    const json_t *each = json_object_get(a->data.ingest, "unknown");
    long long unknown = 0;
    size_t targets = 0;
    char n[32], m[32];
    for (size_t k = 0; k < json_array_size(each); k++) {
        long long its = json_integer_value(json_array_get(each, k));
        unknown += its;
        targets += its > 0;
    }
    if (unknown == 0)
        return;
    pl_str_addf(s, "%s labels of %s of the targets are not known and count nothing",
                pl_human_count(unknown, n, sizeof n), count_text(targets, m));
    say(findings, s);
}

static void say_left_out(const pl_audit_parts *a, json_t *findings, pl_str *s)
{
    char n[32];
    size_t broken = ingest_count(a, "broken"), unlabelled = ingest_count(a, "unlabelled");
    size_t alone = ingest_count(a, "labels_without_image");
    if (broken > 0) {
        pl_str_addf(s, "%s broken picture%s left out", count_text(broken, n),
                    broken == 1 ? " is" : "s are");
        say(findings, s);
    }
    if (unlabelled > 0) {
        pl_str_addf(s, "%s picture%s no row in the label table and %s left out",
                    count_text(unlabelled, n), unlabelled == 1 ? " has" : "s have",
                    unlabelled == 1 ? "is" : "are");
        say(findings, s);
    }
    if (alone > 0) {
        pl_str_addf(s, "%s row%s of the label table %s no picture", count_text(alone, n),
                    alone == 1 ? "" : "s", alone == 1 ? "has" : "have");
        say(findings, s);
    }
    if (a->people.unknown > 0) {
        pl_str_addf(s, "%s image%s of nobody that the identity table knows",
                    count_text(a->people.unknown, n), a->people.unknown == 1 ? " is" : "s are");
        say(findings, s);
    }
    if (a->pairs.cut) {
        pl_str_addf(s, "a picture had more than %d near-identical ones; only so many are listed",
                    PL_NEAR_AT_MOST);
        say(findings, s);
    }
}

static void say_drift(const pl_audit_parts *a, json_t *findings, pl_str *s)
{
    for (size_t i = 0; i < a->drift.count; i++) {
        const pl_drift_row *r = &a->drift.row[i];
        if (!r->told)
            continue;
        double train = r->mean - r->difference;
        if (r->is_share)
            pl_str_addf(s,
                        "%s: %.2f %% of the %s images, %.2f %% of those of training (difference "
                        "%+.2f points, 95 %% "
                        "interval %+.2f to %+.2f)",
                        r->name, 100 * r->mean, side_words[r->side], 100 * train,
                        100 * r->difference, 100 * r->low, 100 * r->high);
        else
            pl_str_addf(s,
                        "%s of the %s images is not that of training: mean %.4g and %.4g, the "
                        "distributions %.3f apart "
                        "(Kolmogorov-Smirnov, p = %.2g)",
                        r->name, side_words[r->side], r->mean, train, r->distance, r->p);
        say(findings, s);
    }
}

/* What the drift findings were told from. */
static json_t *drift_json(const pl_drift_table *t)
{
    json_t *list = json_array();
    for (size_t i = 0; i < t->count; i++) {
        const pl_drift_row *r = &t->row[i];
        if (!r->told)
            continue;
        json_t *item = json_object();
        json_object_set_new(item, "measure", pl_json_string(r->name));
        json_object_set_new(item, "side", json_string(pl_side_names[r->side]));
        json_object_set_new(item, "mean", json_real(r->mean));
        json_object_set_new(item, "difference", json_real(r->difference));
        if (!isnan(r->low)) {
            json_object_set_new(item, "low", json_real(r->low));
            json_object_set_new(item, "high", json_real(r->high));
        }
        json_object_set_new(item, "ks_distance", json_real(r->distance));
        json_array_append_new(list, item);
    }
    return list;
}

static void add_counts(const pl_audit_parts *a, json_t *root)
{
    const pl_audit_data *d = &a->data;
    json_t *attributes = json_object(), *sides = json_object();
    for (size_t k = 0; k < d->columns; k++) {
        json_t *name = pl_json_string(d->column[k]); /* as a key, so that it is UTF-8 */
        json_object_set_new(attributes, json_string_value(name),
                            number(pl_audit_positive(&a->columns, k)));
        json_decref(name);
    }
    for (int s = 0; s < PL_SIDES; s++) {
        size_t positive = a->columns.positive[d->target][s];
        json_object_set_new(sides, pl_side_names[s],
                            json_pack("{s:I,s:I}", "positive", (json_int_t)positive, "negative",
                                      (json_int_t)(a->columns.known[d->target][s] - positive)));
    }
    json_object_set_new(root, "version", json_integer(PL_AUDIT_VERSION));
    json_object_set_new(root, "target", pl_json_string(d->target_name));
    json_object_set_new(root, "images", number(d->count));
    json_object_set_new(root, "pictures", number(ingest_count(a, "pictures")));
    json_object_set_new(root, "unlabelled", number(ingest_count(a, "unlabelled")));
    json_object_set_new(root, "broken", number(ingest_count(a, "broken")));
    json_object_set_new(root, "labels_without_picture",
                        number(ingest_count(a, "labels_without_image")));
    json_object_set_new(root, "attributes", attributes);
    json_object_set_new(root, "sides", sides);
}

static void add_people(const pl_audit_parts *a, json_t *root)
{
    if (!a->data.person) {
        json_object_set_new(root, "people_on_two_sides", json_null());
        return;
    }
    json_object_set_new(root, "people",
                        json_pack("{s:I,s:I,s:I}", "people", (json_int_t)a->people.people,
                                  "on_two_sides", (json_int_t)a->people.on_two_sides,
                                  "images_without", (json_int_t)a->people.unknown));
    json_object_set_new(root, "people_on_two_sides", number(a->people.on_two_sides));
}

static void add_pairs(const pl_audit_pairs *p, json_t *root)
{
    json_object_set_new(root, "duplicates",
                        json_pack("{s:I,s:I,s:I,s:I}", "images", (json_int_t)p->members, "sets",
                                  (json_int_t)p->sets, "sets_on_two_sides",
                                  (json_int_t)p->sets_on_two_sides, "sets_of_two_labels",
                                  (json_int_t)p->sets_of_two_labels));
    json_object_set_new(root, "identical_pairs", number(p->identical));
    json_object_set_new(root, "identical_pairs_on_two_sides", number(p->identical_on_two_sides));
    json_object_set_new(root, "near_pairs", number(p->nears));
    json_object_set_new(root, "near_pairs_on_two_sides", number(p->near_on_two_sides));
    json_object_set_new(root, "near_pairs_mirrored", number(p->mirrored));
    json_object_set_new(root, "near_pairs_cut", json_boolean(p->cut));
    json_object_set_new(root, "contradicting_pairs", number(p->contradicting));
    json_object_set_new(root, "seen_in_training",
                        json_pack("{s:I,s:I}", "val", (json_int_t)p->seen[PL_SIDE_VAL], "test",
                                  (json_int_t)p->seen[PL_SIDE_TEST]));
}

json_t *pl_audit_summary(const pl_audit_parts *a)
{
    const pl_audit_pairs *p = &a->pairs;
    json_t *root = json_object(), *findings = json_array();
    pl_str s;
    pl_str_init(&s);
    say_people(a, findings, &s);
    say_pairs(findings, &s, p->identical, p->identical_on_two_sides, "with the same bytes");
    say_pairs(findings, &s, p->nears, p->near_on_two_sides, "of one photograph (near-identical)");
    say_seen(a, findings, &s);
    say_contradicting(a, findings, &s);
    say_unknown(a, findings, &s);
    say_left_out(a, findings, &s);
    say_drift(a, findings, &s);
    pl_str_clear(&s);
    add_counts(a, root);
    add_people(a, root);
    add_pairs(p, root);
    json_object_set_new(root, "drift", drift_json(&a->drift));
    bool failing = a->people.on_two_sides > 0 || p->identical_on_two_sides > 0 ||
                   p->near_on_two_sides > 0 || p->contradicting > 0;
    json_object_set_new(root, "failing", json_boolean(failing));
    json_object_set_new(root, "findings", findings);
    return root;
}
