/* The small files of an ingest: labels, names, counts; and its log. */
#include <stdlib.h>
#include <string.h>

#include "data/ingest_state.h"
#include "io/csv.h"
#include "io/json.h"
#include "util/fs.h"
#include "util/str.h"

static const int8_t *values_of(const pl_ingest *g, size_t row)
{
    return g->labels.value + (size_t)g->row[g->kept[row]] * g->labels.columns;
}

static uint8_t label_of(int8_t value)
{
    return value == 0 ? PL_INGEST_UNKNOWN : value == 1;
}

static const char *target_name(const pl_ingest *g, size_t k)
{
    return g->labels.column[g->target[k]];
}

static kn_status write_labels(const pl_ingest *g, const char *dir, kn_error *e)
{
    size_t rows = (size_t)g->counts.images, columns = g->labels.columns;
    const int64_t dim[] = {(int64_t)rows, (int64_t)columns};
    const int64_t y_dim[] = {(int64_t)rows, (int64_t)g->targets};
    char *y_path = pl_path_join(dir, "y.npy"), *a_path = pl_path_join(dir, "attributes.npy");
    uint8_t *y = malloc(rows * g->targets);
    int8_t *a = malloc(rows * columns);
    kn_status rc = KN_OK;
    if (!y || !a) {
        rc = kn_fail(e, KN_ENOMEM, "out of memory for the labels of %zu images", rows);
        goto cleanup;
    }
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k < g->targets; k++)
            y[i * g->targets + k] = label_of(values_of(g, i)[g->target[k]]);
        memcpy(a + i * columns, values_of(g, i), columns);
    }
    KN_TRY_TO(rc, cleanup, pl_npy_write(y_path, PL_NPY_U1, g->targets > 1 ? 2 : 1, y_dim, y, e));
    KN_TRY_TO(rc, cleanup, pl_npy_write(a_path, PL_NPY_I1, 2, dim, a, e));
cleanup:
    free(y);
    free(a);
    free(y_path);
    free(a_path);
    return rc;
}

static kn_status write_files(const pl_ingest *g, const char *dir, kn_error *e)
{
    size_t rows = (size_t)g->counts.images;
    const int64_t facts_dim[] = {(int64_t)rows, 3},
                  digest_dim[] = {(int64_t)rows, PL_INGEST_DIGEST};
    char *facts_path = pl_path_join(dir, "pictures.npy");
    char *digest_path = pl_path_join(dir, "digests.npy");
    uint32_t *facts = malloc(rows * sizeof g->file->facts);
    uint8_t *digest = malloc(rows * PL_INGEST_DIGEST);
    kn_status rc = KN_OK;
    if (!facts || !digest) {
        rc = kn_fail(e, KN_ENOMEM, "out of memory for the files of %zu images", rows);
        goto cleanup;
    }
    for (size_t i = 0; i < rows; i++) {
        const pl_ingest_file *file = &g->file[g->slot[g->kept[i]]];
        memcpy(facts + 3 * i, file->facts, sizeof file->facts);
        memcpy(digest + PL_INGEST_DIGEST * i, file->digest, PL_INGEST_DIGEST);
    }
    KN_TRY_TO(rc, cleanup, pl_npy_write(facts_path, PL_NPY_U4, 2, facts_dim, facts, e));
    KN_TRY_TO(rc, cleanup, pl_npy_write(digest_path, PL_NPY_U1, 2, digest_dim, digest, e));
cleanup:
    free(facts);
    free(digest);
    free(facts_path);
    free(digest_path);
    return rc;
}

static kn_status write_text(const char *dir, const char *name, const pl_str *s, kn_error *e)
{
    char *path = pl_path_join(dir, name);
    kn_status rc = pl_write_file(path, s->text, s->size, e);
    free(path);
    return rc;
}

static kn_status write_names(const pl_ingest *g, const char *dir, kn_error *e)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_add(&s, "image\n");
    for (size_t i = 0; i < (size_t)g->counts.images; i++) {
        pl_csv_add(&s, pl_source_name(g->source, g->kept[i]));
        pl_str_add(&s, "\n");
    }
    kn_status rc = write_text(dir, "names.csv", &s, e);
    pl_str_reset(&s);
    pl_str_add(&s, "attribute\n");
    for (size_t i = 0; i < g->labels.columns; i++) {
        pl_csv_add(&s, g->labels.column[i]);
        pl_str_add(&s, "\n");
    }
    if (rc == KN_OK)
        rc = write_text(dir, "columns.csv", &s, e);
    pl_str_clear(&s);
    return rc;
}

/* Of several targets their names in order: what training must know beside y. */
static kn_status write_targets(const pl_ingest *g, const char *dir, kn_error *e)
{
    pl_str s;
    if (g->targets == 1)
        return KN_OK;
    pl_str_init(&s);
    pl_str_add(&s, "target\n");
    for (size_t k = 0; k < g->targets; k++) {
        pl_csv_add(&s, target_name(g, k));
        pl_str_add(&s, "\n");
    }
    kn_status rc = write_text(dir, "targets.csv", &s, e);
    pl_str_clear(&s);
    return rc;
}

static json_t *broken_json(const pl_ingest *g)
{
    json_t *list = json_array();
    for (size_t i = 0; i < (size_t)g->counts.broken && i < PL_INGEST_NAMED; i++) {
        json_t *item = json_object();
        json_object_set_new(item, "image",
                            pl_json_string(pl_source_name(g->source, g->broken[i].index)));
        json_object_set_new(item, "reason", pl_json_string(g->broken[i].reason));
        json_array_append_new(list, item);
    }
    return list;
}

static json_t *unlabelled_json(const pl_ingest *g)
{
    json_t *list = json_array();
    for (size_t i = 0; i < g->pictures && json_array_size(list) < PL_INGEST_NAMED; i++)
        if (g->row[i] < 0)
            json_array_append_new(list, pl_json_string(pl_source_name(g->source, i)));
    return list;
}

static void add_targets(const pl_ingest *g, json_t *root)
{
    json_t *names = json_array(), *unknown = json_array();
    for (size_t k = 0; k < g->targets; k++) {
        json_array_append_new(names, pl_json_string(target_name(g, k)));
        json_array_append_new(unknown, json_integer(g->unknown[k]));
    }
    json_object_set_new(root, "targets", names);
    json_object_set_new(root, "unknown", unknown);
}

static kn_status write_counts(const pl_ingest *g, const char *dir, kn_error *e)
{
    const pl_ingest_counts *c = &g->counts;
    json_t *root = json_object();
    json_object_set_new(root, "target", pl_json_string(target_name(g, 0)));
    if (g->targets > 1)
        add_targets(g, root);
    json_object_set_new(root, "images", json_integer(c->images));
    json_object_set_new(root, "positives", json_integer(c->positives));
    json_object_set_new(root, "pictures", json_integer(c->pictures));
    json_object_set_new(root, "unlabelled", json_integer(c->unlabelled));
    json_object_set_new(root, "unlabelled_images", unlabelled_json(g));
    json_object_set_new(root, "broken", json_integer(c->broken));
    json_object_set_new(root, "broken_images", broken_json(g));
    json_object_set_new(root, "labels_without_image", json_integer(c->labels_without_image));
    json_object_set_new(root, "bytes_read", json_integer(c->bytes_read));
    char *path = pl_path_join(dir, "ingest.json");
    kn_status rc = pl_json_write(path, root, e);
    free(path);
    json_decref(root);
    return rc;
}

kn_status pl_ingest_write_tables(const pl_ingest *g, const char *dir, kn_error *e)
{
    KN_TRY(write_labels(g, dir, e));
    KN_TRY(write_names(g, dir, e));
    KN_TRY(write_targets(g, dir, e));
    KN_TRY(write_files(g, dir, e));
    return write_counts(g, dir, e);
}

void pl_ingest_write_log(const pl_ingest *g, FILE *log)
{
    const pl_ingest_counts *c = &g->counts;
    fprintf(log, "pictures: %lld, without a label: %lld, broken: %lld, used: %lld\n",
            (long long)c->pictures, (long long)c->unlabelled, (long long)c->broken,
            (long long)c->images);
    fprintf(log, "labels without a picture: %lld\n", (long long)c->labels_without_image);
    for (size_t k = 0; g->targets > 1 && k < g->targets; k++)
        if (g->unknown[k] > 0)
            fprintf(log, "%s: %lld of %lld labels are not known\n", target_name(g, k),
                    (long long)g->unknown[k], (long long)c->images);
    for (size_t i = 0; i < (size_t)c->broken && i < PL_INGEST_NAMED; i++)
        fprintf(log, "broken: %s: %s\n", pl_source_path(g->source, g->broken[i].index),
                g->broken[i].reason);
    size_t named = 0;
    for (size_t i = 0; g->row && i < g->pictures && named < PL_INGEST_NAMED; i++)
        if (g->row[i] < 0) {
            fprintf(log, "no label: %s\n", pl_source_path(g->source, i));
            named++;
        }
}
