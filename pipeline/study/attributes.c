#include "study/attributes.h"

#include <stdlib.h>
#include <string.h>

#include "data/name_index.h"
#include "io/csv.h"
#include "util/fs.h"
#include "util/str.h"

void pl_data_id_of(const json_t *manifest, char out[PL_DATA_ID])
{
    const char *key =
        json_string_value(json_object_get(json_object_get(manifest, "keys"), "split"));
    out[0] = '\0';
    if (key && strlen(key) >= PL_DATA_ID - 1) {
        memcpy(out, key, PL_DATA_ID - 1);
        out[PL_DATA_ID - 1] = '\0';
    }
}

typedef struct reading {
    const char *path;
    pl_names rows; /* of the images asked for */
    pl_attributes *out;
    size_t count;
} reading;

static kn_status read_head(reading *r, const char *const *field, size_t fields, int line,
                           kn_error *e)
{
    pl_attributes *a = r->out;
    if (fields < 3 || strcmp(field[0], "image") != 0 || strcmp(field[1], "side") != 0)
        return kn_fail(e, KN_EFORMAT, "%s:%d: the header is not image,side and attributes", r->path,
                       line);
    a->column = calloc(fields, sizeof *a->column);
    a->value = calloc(r->count * (fields - 2) + 1, 1);
    if (!a->column || !a->value)
        return kn_fail(e, KN_ENOMEM, "%s: no memory for the attributes of %zu images", r->path,
                       r->count);
    for (size_t k = 2; k < fields; k++)
        a->column[a->columns++] = pl_strdup(field[k]);
    return KN_OK;
}

static kn_status read_row(void *context, const char *const *field, size_t fields, int line,
                          kn_error *e)
{
    reading *r = context;
    pl_attributes *a = r->out;
    if (!a->column)
        return read_head(r, field, fields, line, e);
    if (fields != a->columns + 2)
        return kn_fail(e, KN_EFORMAT, "%s:%d: %zu fields, the header has %zu", r->path, line,
                       fields, a->columns + 2);
    ptrdiff_t row = pl_names_find(&r->rows, field[0]);
    for (size_t k = 0; row >= 0 && k < a->columns; k++) {
        const char *text = field[k + 2];
        int8_t v = strcmp(text, "1") == 0 ? 1 : strcmp(text, "-1") == 0 ? -1 : 0;
        if (v == 0 && text[0])
            return kn_fail(e, KN_EFORMAT, "%s:%d: %s: \"%s\" is not 1, -1 or empty", r->path, line,
                           a->column[k], text);
        a->value[(size_t)row * a->columns + k] = v;
    }
    return KN_OK;
}

kn_status pl_attributes_read(const char *study_dir, const char *data_id, const char *const *name,
                             size_t count, pl_attributes *out, kn_error *e)
{
    *out = (pl_attributes){0, NULL, NULL};
    char *path = pl_format("%s/data/%s/attributes.csv", study_dir, data_id);
    kn_status rc = KN_OK;
    if (data_id[0] && pl_exists(path)) {
        reading r = {.path = path, .out = out, .count = count};
        pl_names_init(&r.rows);
        for (size_t i = 0; i < count; i++)
            pl_names_add(&r.rows, name[i]);
        rc = pl_csv_each(path, read_row, &r, e);
        pl_names_clear(&r.rows);
        if (rc != KN_OK)
            pl_attributes_clear(out);
    }
    free(path);
    return rc;
}

void pl_attributes_clear(pl_attributes *a)
{
    for (size_t k = 0; k < a->columns; k++)
        free(a->column[k]);
    free(a->column);
    free(a->value);
    *a = (pl_attributes){0, NULL, NULL};
}
