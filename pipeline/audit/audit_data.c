#include "audit/audit_data.h"

#include <stdlib.h>
#include <string.h>

#include "data/tables.h"
#include "io/json.h"
#include "stages/dataset.h"
#include "util/fs.h"
#include "util/str.h"

enum { FILE_FACTS = 3, DIGEST_BYTES = 16 };

static kn_status open_array(const char *dir, const char *name, pl_npy_type type, int rank,
                            size_t rows, pl_npy *out, kn_error *e)
{
    char *path = pl_path_join(dir, name);
    kn_status rc = pl_npy_open(path, out, e);
    if (rc == KN_OK && (out->type != type || out->rank != rank ||
                        (rows != SIZE_MAX && out->dim[0] != (int64_t)rows)))
        rc = kn_fail(e, KN_EFORMAT,
                     "%s: not the kind of array expected here, or not of as many images", path);
    free(path);
    return rc;
}

static kn_status open_arrays(const char *dir, pl_audit_data *d, kn_error *e)
{
    KN_TRY(open_array(dir, "X.npy", PL_NPY_U1, 4, SIZE_MAX, &d->x, e));
    d->count = (size_t)d->x.dim[0];
    d->h = (int)d->x.dim[1];
    d->w = (int)d->x.dim[2];
    d->c = (int)d->x.dim[3];
    KN_TRY(pl_labels_open(dir, &d->y, &d->labels, e));
    if (d->y.dim[0] != (int64_t)d->count)
        return kn_fail(e, KN_EFORMAT,
                       "%s/y.npy: not the kind of array expected here, or not of as many images",
                       dir);
    KN_TRY(open_array(dir, "attributes.npy", PL_NPY_I1, 2, d->count, &d->attributes, e));
    KN_TRY(open_array(dir, "pictures.npy", PL_NPY_U4, 2, d->count, &d->files, e));
    KN_TRY(open_array(dir, "digests.npy", PL_NPY_U1, 2, d->count, &d->digests, e));
    d->columns = (size_t)d->attributes.dim[1];
    if (d->count == 0 || d->files.dim[1] != FILE_FACTS || d->digests.dim[1] != DIGEST_BYTES)
        return kn_fail(e, KN_EFORMAT, "%s: pictures.npy or digests.npy does not fit X.npy", dir);
    return KN_OK;
}

static kn_status read_columns(const char *dir, pl_audit_data *d, kn_error *e)
{
    pl_csv csv;
    char *path = pl_path_join(dir, "columns.csv");
    kn_status rc = pl_csv_read(path, &csv, e);
    if (rc == KN_OK) {
        d->column = calloc(d->columns + 1, sizeof *d->column);
        if (!d->column)
            abort();
        if (csv.rows != d->columns + 1)
            rc = kn_fail(e, KN_EFORMAT, "%s has %zu names, attributes.npy %zu columns", path,
                         csv.rows ? csv.rows - 1 : 0, d->columns);
        for (size_t k = 0; rc == KN_OK && k < d->columns; k++)
            d->column[k] = pl_strdup(pl_csv_get(&csv, k + 1, 0));
        pl_csv_clear(&csv);
    }
    free(path);
    return rc;
}

/* The target is the column that ingest.json names; where its name is no UTF-8 text, and so is not there as it is, the one that is
 * like y. */
static kn_status find_target(pl_audit_data *d, const char *dir, kn_error *e)
{
    const char *name = json_string_value(json_object_get(d->ingest, "target"));
    for (d->target = 0; d->target < d->columns; d->target++)
        if (name && strcmp(d->column[d->target], name) == 0)
            break;
    for (size_t k = 0; d->target == d->columns && k < d->columns; k++) {
        bool same = true;
        for (size_t i = 0; same && i < d->count; i++)
            same = (pl_audit_value(d, i, k) == 1) == (pl_audit_label(d, i) == 1);
        if (same)
            d->target = k;
    }
    if (d->target == d->columns)
        return kn_fail(e, KN_EFORMAT, "%s: no column of columns.csv is the target '%s'", dir,
                       name ? name : "");
    d->target_name = d->column[d->target];
    return KN_OK;
}

static kn_status read_tables(const char *dir, pl_audit_data *d, kn_error *e)
{
    char *names = pl_path_join(dir, "names.csv"), *ingest = pl_path_join(dir, "ingest.json");
    kn_status rc = pl_csv_read(names, &d->names, e);
    if (rc == KN_OK && d->names.rows != d->count + 1)
        rc = kn_fail(e, KN_EFORMAT, "%s does not fit X.npy", names);
    if (rc == KN_OK)
        rc = pl_json_read(ingest, &d->ingest, e);
    free(names);
    free(ingest);
    KN_TRY(rc);
    KN_TRY(read_columns(dir, d, e));
    return find_target(d, dir, e);
}

static kn_status read_sides(const char *dir, pl_audit_data *d, kn_error *e)
{
    d->side = malloc(d->count);
    if (!d->side)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu images", d->count);
    memset(d->side, PL_SIDES, d->count);
    size_t assigned = 0;
    kn_status rc = KN_OK;
    for (int s = 0; s < PL_SIDES && rc == KN_OK; s++) {
        char *name = pl_format("%s.npy", pl_side_names[s]);
        pl_npy index = {.fd = -1};
        rc = open_array(dir, name, PL_NPY_U4, 1, SIZE_MAX, &index, e);
        d->on_side[s] = rc == KN_OK ? (size_t)index.dim[0] : 0;
        for (size_t i = 0; rc == KN_OK && i < d->on_side[s]; i++) {
            uint32_t image = ((const uint32_t *)index.data)[i];
            if (image >= d->count || d->side[image] != PL_SIDES)
                rc = kn_fail(e, KN_EFORMAT, "%s/%s names image %u twice, or there is none", dir,
                             name, image);
            else
                d->side[image] = (uint8_t)s;
            assigned += rc == KN_OK;
        }
        pl_npy_close(&index);
        free(name);
    }
    if (rc == KN_OK && assigned != d->count)
        rc = kn_fail(e, KN_EFORMAT, "%s: %zu of %zu images are on no side", dir,
                     d->count - assigned, d->count);
    return rc;
}

static kn_status read_people(const char *path, pl_audit_data *d, kn_error *e)
{
    pl_numbers table;
    if (!path)
        return KN_OK;
    KN_TRY(pl_identity_read(path, &table, e));
    d->person = malloc(d->count * sizeof *d->person);
    if (!d->person)
        abort();
    for (size_t i = 0; i < d->count; i++) {
        ptrdiff_t row = pl_names_find(&table.names, pl_audit_name(d, i));
        d->person[i] = row < 0 ? -1 : table.value[row];
    }
    pl_numbers_clear(&table);
    return KN_OK;
}

kn_status pl_audit_data_open(const char *ingest_dir, const char *split_dir, const char *identity,
                             pl_audit_data *out, kn_error *e)
{
    memset(out, 0, sizeof *out);
    kn_status rc = open_arrays(ingest_dir, out, e);
    if (rc == KN_OK)
        rc = read_tables(ingest_dir, out, e);
    if (rc == KN_OK)
        rc = read_sides(split_dir, out, e);
    if (rc == KN_OK)
        rc = read_people(identity, out, e);
    if (rc != KN_OK)
        pl_audit_data_close(out);
    return rc;
}

void pl_audit_data_close(pl_audit_data *d)
{
    pl_npy *const array[] = {&d->x, &d->y, &d->attributes, &d->files, &d->digests};
    for (size_t i = 0; i < sizeof array / sizeof *array; i++)
        if (array[i]->map)
            pl_npy_close(array[i]);
    for (size_t k = 0; d->column && k < d->columns; k++)
        free(d->column[k]);
    free(d->column);
    pl_csv_clear(&d->names);
    free(d->side);
    free(d->person);
    json_decref(d->ingest);
    memset(d, 0, sizeof *d);
}
