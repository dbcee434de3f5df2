#include "audit/explore.h"

#include <stdlib.h>
#include <string.h>

#include "data/source.h"
#include "data/tables.h"
#include "util/digest.h"
#include "util/interrupt.h"
#include "util/log.h"

enum { HASH_CHARS = 40, NAMED_AT_MOST = 5 };

typedef struct work {
    const pl_run_spec *spec;
    pl_exploration *out;
    pl_source *source;
    pl_labels labels;
    size_t *picture; /* per image: its number in the source */
    size_t *row;     /* per image: its row of the label table */
    uint8_t *label, *side;
    int32_t *partition, *person;
} work;

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

static const char *image_name(const work *w, size_t image)
{
    return pl_source_name(w->source, w->picture[image]);
}

/* Pairs pictures with rows of the label table, in the order of names, as ingest does. */
static kn_status match_labels(work *w, kn_error *e)
{
    pl_exploration *x = w->out;
    KN_TRY(pl_labels_read(w->spec->data.labels, &w->labels, e));
    KN_TRY(pl_labels_column(&w->labels, w->spec->data.target, &x->target_column, e));
    KN_TRY(pl_source_open(w->spec->data.images, &w->source, e));
    x->pictures = pl_source_count(w->source);
    w->picture = zeroed(x->pictures, sizeof *w->picture);
    w->row = zeroed(x->pictures, sizeof *w->row);
    size_t limit = w->spec->data.limit > 0 ? (size_t)w->spec->data.limit : SIZE_MAX, labelled = 0;
    for (size_t i = 0; i < x->pictures; i++) {
        ptrdiff_t row = pl_names_find(&w->labels.names, pl_source_name(w->source, i));
        if (row < 0) {
            x->unlabelled++;
            continue;
        }
        labelled++;
        if (x->images < limit) {
            w->picture[x->images] = i;
            w->row[x->images++] = (size_t)row;
        }
    }
    x->labels_without_picture = w->labels.names.count - labelled;
    if (x->images == 0)
        return kn_fail(e, KN_EDATA, "no picture of %s has a row in %s", w->spec->data.images,
                       w->spec->data.labels);
    return KN_OK;
}

static void count_columns(work *w)
{
    pl_exploration *x = w->out;
    x->columns = w->labels.columns;
    x->column = zeroed(x->columns, sizeof *x->column);
    x->positive = zeroed(x->columns, sizeof *x->positive);
    w->label = zeroed(x->images, 1);
    for (size_t c = 0; c < x->columns; c++)
        x->column[c] = pl_strdup(w->labels.column[c]);
    for (size_t i = 0; i < x->images; i++) {
        const int8_t *value = w->labels.value + w->row[i] * x->columns;
        for (size_t c = 0; c < x->columns; c++)
            x->positive[c] += value[c] == 1;
        w->label[i] = value[x->target_column] == 1;
    }
}

/* The number of each image in a table, -1 where it has none; *missing counts those, their first
 * names go to `first`. */
static int32_t *look_up(const work *w, const pl_numbers *table, size_t *missing, pl_str *first)
{
    int32_t *number = zeroed(w->out->images, sizeof *number);
    *missing = 0;
    for (size_t i = 0; i < w->out->images; i++) {
        ptrdiff_t row = pl_names_find(&table->names, image_name(w, i));
        number[i] = row < 0 ? -1 : table->value[row];
        if (row < 0 && (*missing)++ < NAMED_AT_MOST)
            pl_str_addf(first, "%s%s", *missing > 1 ? ", " : "", image_name(w, i));
    }
    return number;
}

static kn_status read_number(work *w, const char *path, bool partition, bool required,
                             int32_t **number, size_t *missing, kn_error *e)
{
    pl_numbers table;
    pl_str first;
    KN_TRY(partition ? pl_partition_read(path, &table, e) : pl_identity_read(path, &table, e));
    pl_str_init(&first);
    *number = look_up(w, &table, missing, &first);
    kn_status rc = KN_OK;
    if (*missing > 0 && required)
        rc = kn_fail(e, KN_EDATA,
                     "%s: %zu of %zu images have no row: %s%s; another split.method needs no such "
                     "table",
                     path, *missing, w->out->images, first.text,
                     *missing > NAMED_AT_MOST ? ", ..." : "");
    pl_str_clear(&first);
    pl_numbers_clear(&table);
    return rc;
}

static kn_status assign_sides(work *w, kn_error *e)
{
    pl_exploration *x = w->out;
    const pl_data_spec *data = &w->spec->data;
    size_t missing;
    if (w->spec->split.method == PL_SPLIT_OFFICIAL)
        KN_TRY(read_number(w, data->partition, true, true, &w->partition, &missing, e));
    if (data->identity) {
        x->has_identity = true;
        KN_TRY(read_number(w, data->identity, false, w->spec->split.method == PL_SPLIT_IDENTITY,
                           &w->person, &x->images_without_identity, e));
    }
    w->side = zeroed(x->images, 1);
    const pl_split_input in = {x->images, w->label, w->partition, w->person};
    KN_TRY(pl_split_assign(&w->spec->split, &in, w->side, e));
    pl_split_count(&in, w->side, x->counts);
    return KN_OK;
}

typedef struct person {
    int32_t id;
    uint8_t side;
} person;

static int by_person(const void *a, const void *b)
{
    const person *p = a, *q = b;
    return (p->id > q->id) - (p->id < q->id);
}

static void audit_people(work *w)
{
    pl_exploration *x = w->out;
    person *p = zeroed(x->images, sizeof *p);
    size_t n = 0;
    for (size_t i = 0; i < x->images; i++) {
        if (w->person[i] >= 0)
            p[n++] = (person){w->person[i], w->side[i]};
    }
    qsort(p, n, sizeof *p, by_person);
    for (size_t i = 0; i < n;) {
        size_t k = i;
        bool two = false;
        for (; k < n && p[k].id == p[i].id; k++)
            two = two || p[k].side != p[i].side;
        x->people++;
        x->people_on_two_sides += two;
        i = k;
    }
    free(p);
}

typedef struct hashed {
    char hash[HASH_CHARS + 1];
    size_t image;
} hashed;

static int by_hash(const void *a, const void *b)
{
    const hashed *p = a, *q = b;
    int order = strcmp(p->hash, q->hash);
    return order ? order : (p->image > q->image) - (p->image < q->image);
}

static int by_first_image(const void *a, const void *b)
{
    const hashed *p = a, *q = b;
    return (p->image > q->image) - (p->image < q->image);
}

/* Hashes the bytes of every image; *count of them could be read. */
static kn_status hash_all(work *w, hashed *list, size_t *count, kn_error *e)
{
    size_t *image = zeroed(w->out->pictures, sizeof *image); /* image + 1 of a picture, 0: none */
    for (size_t i = 0; i < w->out->images; i++)
        image[w->picture[i]] = i + 1;
    pl_progress *progress = pl_progress_new("explore", "pictures", (double)w->out->pictures);
    kn_status rc = KN_OK;
    bool end = false;
    *count = 0;
    for (size_t seen = 0; rc == KN_OK && !end; seen++) {
        pl_picture p;
        pl_progress_update(progress, (double)seen);
        if ((rc = pl_interrupt_check(e)) != KN_OK ||
            (rc = pl_source_next(w->source, &p, &end, e)) != KN_OK || end)
            break;
        if (p.bytes && image[p.index]) {
            pl_digest d = pl_digest_bytes(p.bytes, p.size);
            memcpy(list[*count].hash, d.hex, HASH_CHARS);
            list[(*count)++].image = image[p.index] - 1;
        }
        free(p.bytes);
    }
    pl_progress_end(progress);
    free(image);
    return rc;
}

static void add_set(work *w, const hashed *member, size_t n)
{
    pl_exploration *x = w->out;
    bool two_sides = false, two_labels = false;
    for (size_t k = 0; k < n; k++) {
        size_t image = member[k].image, first = member[0].image;
        two_sides = two_sides || w->side[image] != w->side[first];
        two_labels = two_labels || w->label[image] != w->label[first];
        x->duplicate[x->duplicates++] = (pl_duplicate){x->sets, pl_strdup(image_name(w, image)),
                                                       w->side[image], w->label[image]};
    }
    x->sets++;
    x->sets_on_two_sides += two_sides;
    x->sets_of_two_labels += two_labels;
}

/* Sets in the order of their first image. */
static kn_status audit_duplicates(work *w, kn_error *e)
{
    pl_exploration *x = w->out;
    hashed *list = zeroed(x->images, sizeof *list), *first = zeroed(x->images, sizeof *first);
    size_t n, sets = 0;
    kn_status rc;
    KN_TRY_TO(rc, cleanup, hash_all(w, list, &n, e));
    qsort(list, n, sizeof *list, by_hash);
    for (size_t i = 0; i + 1 < n; i++) {
        bool starts = i == 0 || strcmp(list[i - 1].hash, list[i].hash) != 0;
        if (starts && strcmp(list[i].hash, list[i + 1].hash) == 0)
            first[sets++] = list[i];
    }
    qsort(first, sets, sizeof *first, by_first_image);
    x->duplicate = zeroed(n, sizeof *x->duplicate);
    for (size_t s = 0; s < sets; s++) {
        const hashed *at = bsearch(&first[s], list, n, sizeof *list, by_hash);
        size_t k = 1;
        while (at + k < list + n && strcmp(at[k].hash, at->hash) == 0)
            k++;
        add_set(w, at, k);
    }
    x->hashed = true;
cleanup:
    free(list);
    free(first);
    return rc;
}

kn_status pl_explore(const pl_run_spec *spec, bool hash, pl_exploration *out, kn_error *e)
{
    work w = {.spec = spec, .out = out};
    kn_status rc;
    memset(out, 0, sizeof *out);
    out->target = pl_strdup(spec->data.target);
    KN_TRY_TO(rc, cleanup, match_labels(&w, e));
    count_columns(&w);
    KN_TRY_TO(rc, cleanup, assign_sides(&w, e));
    if (out->has_identity)
        audit_people(&w);
    if (hash)
        rc = audit_duplicates(&w, e);
cleanup:
    pl_source_close(w.source);
    pl_labels_clear(&w.labels);
    free(w.picture);
    free(w.row);
    free(w.label);
    free(w.side);
    free(w.partition);
    free(w.person);
    if (rc != KN_OK)
        pl_exploration_clear(out);
    return rc;
}

void pl_exploration_clear(pl_exploration *x)
{
    for (size_t i = 0; i < x->columns; i++)
        free(x->column[i]);
    for (size_t i = 0; i < x->duplicates; i++)
        free(x->duplicate[i].image);
    free(x->column);
    free(x->positive);
    free(x->duplicate);
    free(x->target);
    memset(x, 0, sizeof *x);
}

size_t *pl_exploration_order(const pl_exploration *x)
{
    size_t *order = zeroed(x->columns, sizeof *order);
    for (size_t c = 0; c < x->columns; c++) {
        size_t at = c;
        for (; at > 0 && x->positive[order[at - 1]] < x->positive[c]; at--)
            order[at] = order[at - 1];
        order[at] = c;
    }
    return order;
}
