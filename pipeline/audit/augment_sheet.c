#include "audit/augment_sheet.h"

#include <stdlib.h>
#include <string.h>

#include "draw/sheet.h"
#include "io/csv.h"
#include "stages/dataset.h"
#include "stages/split.h"
#include "util/fs.h"

enum { COLUMNS = 1 + PL_AUGMENT_EPOCHS };

typedef struct drawing {
    const pl_run_spec *spec;
    pl_dataset data;
    pl_npy side;
    pl_csv names; /* row i + 1 is image i */
    int rows;
    size_t bytes; /* of an image */
    uint8_t *x;   /* [rows, PL_AUGMENT_EPOCHS, bytes] */
    pl_tile *tile;
    char *epoch[PL_AUGMENT_EPOCHS];
} drawing;

void pl_augment_words(const pl_run_spec *spec, pl_str *out)
{
    static const char section[] = "augment.";
    const char *comma = "";
    pl_str all;
    pl_str_init(&all);
    pl_spec_canonical(spec, PL_KEY_TRAIN, &all);
    for (const char *line = all.text; *line; line += strcspn(line, "\n") + 1) {
        int key = (int)strcspn(line, "="), end = (int)strcspn(line, "\n");
        if (!pl_starts_with(line, section))
            continue;
        int head = (int)sizeof section - 1;
        pl_str_addf(out, "%s%.*s %.*s", comma, key - head, line + head, end - key - 1,
                    line + key + 1);
        comma = ", ";
    }
    pl_str_clear(&all);
}

static kn_status make_room(drawing *d, void **scratch, kn_error *e)
{
    size_t rows = (size_t)d->rows;
    d->x = malloc(rows * PL_AUGMENT_EPOCHS * d->bytes + 1);
    d->tile = calloc(rows * COLUMNS + 1, sizeof *d->tile);
    *scratch = malloc(kn_augment_scratch(d->data.shape));
    return d->x && d->tile && *scratch
               ? KN_OK
               : kn_fail(e, KN_ENOMEM, "no memory for a sheet of %d images", d->rows * COLUMNS);
}

static void fill(drawing *d, void *scratch)
{
    const kn_batch train = pl_side_batch(&d->data, &d->side);
    for (int k = 0; k < PL_AUGMENT_EPOCHS; k++)
        d->epoch[k] = pl_format("epoch %d", k + 1);
    for (size_t i = 0; i < (size_t)d->rows; i++) {
        uint32_t image = train.index[i * train.count / (size_t)d->rows];
        const uint8_t *x = train.x + image * d->bytes;
        pl_tile *tile = d->tile + i * COLUMNS;
        tile[0] = (pl_tile){.x = x, .line = {pl_csv_get(&d->names, image + 1, 0)}};
        for (size_t k = 0; k < PL_AUGMENT_EPOCHS; k++) {
            uint8_t *y = d->x + (i * PL_AUGMENT_EPOCHS + k) * d->bytes;
            kn_augment_apply(&d->spec->augment, d->data.shape, d->spec->train.seed, k, image, x, y,
                             scratch);
            tile[k + 1] = (pl_tile){.x = y, .line = {d->epoch[k]}};
        }
    }
}

static char *title_of(const drawing *d, const char *study)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_addf(&s, "Training images of %s under augment: ", study);
    pl_augment_words(d->spec, &s);
    pl_str_addf(&s, ". First as they are, then as the epochs of seed %llu see them.",
                (unsigned long long)d->spec->train.seed);
    return pl_str_take(&s);
}

static kn_status draw(const drawing *d, const char *study, const char *path, kn_error *e)
{
    char *title = title_of(d, study);
    const pl_band band = {title, d->tile, (size_t)d->rows * COLUMNS};
    const pl_sheet sheet = {.width = d->data.shape.w,
                            .height = d->data.shape.h,
                            .channels = d->data.shape.c,
                            .columns = COLUMNS,
                            .named = true,
                            .band = &band,
                            .bands = 1};
    kn_status rc = pl_sheet_write(path, &sheet, e);
    free(title);
    return rc;
}

static kn_status read_names(drawing *d, const char *ingest_dir, kn_error *e)
{
    char *path = pl_path_join(ingest_dir, "names.csv");
    kn_status rc = pl_csv_read(path, &d->names, e);
    if (rc == KN_OK && d->names.rows != d->data.count + 1)
        rc = kn_fail(e, KN_EFORMAT, "%s: %zu names for %zu images", path,
                     d->names.rows ? d->names.rows - 1 : 0, d->data.count);
    free(path);
    return rc;
}

/* Pixels and side are open. */
static kn_status make(drawing *d, const char *study, const char *ingest_dir, const char *path,
                      kn_error *e)
{
    void *scratch = NULL;
    kn_status rc = read_names(d, ingest_dir, e);
    if (rc == KN_OK)
        rc = make_room(d, &scratch, e);
    if (rc == KN_OK) {
        fill(d, scratch);
        rc = draw(d, study, path, e);
    }
    for (int k = 0; k < PL_AUGMENT_EPOCHS; k++)
        free(d->epoch[k]);
    free(scratch);
    free(d->tile);
    free(d->x);
    pl_csv_clear(&d->names);
    return rc;
}

kn_status pl_augment_sheet_write(const pl_run_spec *spec, const char *study, const char *ingest_dir,
                                 const char *split_dir, int images, const char *path, int *shown,
                                 kn_error *e)
{
    drawing d = {.spec = spec};
    KN_TRY(pl_dataset_open(ingest_dir, &d.data, e));
    kn_status rc = pl_side_open(split_dir, pl_side_names[PL_SIDE_TRAIN], &d.data, &d.side, e);
    if (rc == KN_OK) {
        int64_t count = d.side.dim[0];
        *shown = d.rows = count < images ? (int)count : images;
        d.bytes = kn_shape_size(d.data.shape);
        rc = make(&d, study, ingest_dir, path, e);
        pl_npy_close(&d.side);
    }
    pl_dataset_close(&d.data);
    return rc;
}
