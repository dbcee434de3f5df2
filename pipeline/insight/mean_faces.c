#include "insight/mean_faces.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "util/fs.h"

enum { TILES = 8, MAX_CSV = 1 << 16 };

void pl_mean_picture(const pl_pixel_sums *s, uint8_t *x)
{
    for (size_t k = 0; k < s->size; k++)
        x[k] = (uint8_t)((s->sum[k] + s->count / 2) / s->count);
}

static double mean_at(const pl_pixel_sums *s, size_t k)
{
    return (double)s->sum[k] / (double)s->count;
}

double pl_difference_picture(const pl_pixel_sums *a, const pl_pixel_sums *b, uint8_t *x)
{
    double most = 0;
    for (size_t k = 0; k < a->size; k++)
        most = fmax(most, fabs(mean_at(b, k) - mean_at(a, k)));
    double factor = most > 0 ? 127 / most : 1;
    for (size_t k = 0; k < a->size; k++)
        x[k] = (uint8_t)floor(128.5 + factor * (mean_at(b, k) - mean_at(a, k)));
    return factor;
}

/* var = E v^2 - (E v)^2 */
static double deviation(const pl_pixel_sums *a, const pl_pixel_sums *b, size_t k)
{
    double n = (double)(a->count + b->count), mean = (double)(a->sum[k] + b->sum[k]) / n;
    double v = (double)(a->square[k] + b->square[k]) / n - mean * mean;
    return v > 0 ? sqrt(v) : 0;
}

double pl_spread_picture(const pl_pixel_sums *a, const pl_pixel_sums *b, uint8_t *x)
{
    double most = 0;
    for (size_t k = 0; k < a->size; k++)
        most = fmax(most, deviation(a, b, k));
    double factor = most > 0 ? 255 / most : 1;
    for (size_t k = 0; k < a->size; k++)
        x[k] = (uint8_t)floor(0.5 + factor * deviation(a, b, k));
    return factor;
}

pl_place pl_difference_place(const pl_pixel_sums *a, const pl_pixel_sums *b, int width,
                             int channels)
{
    size_t c = (size_t)channels, w = (size_t)width, best = 0;
    double most = 0;
    for (size_t i = 0; i < a->size / c; i++) {
        double d = 0;
        for (size_t k = 0; k < c; k++)
            d += mean_at(b, i * c + k) - mean_at(a, i * c + k);
        if (fabs(d) > fabs(most)) {
            most = d;
            best = i;
        }
    }
    double h = (double)(a->size / c / w);
    return (pl_place){((double)(best % w) + 0.5) / width, ((double)(best / w) + 0.5) / h, most > 0};
}

/* Sums over the images of that true label that are answered wrongly. */
static void sum_errors(const pl_sheet_request *q, int label, kn_pool *pool, pl_pixel_sums *out)
{
    const pl_image_set *set = q->answers->images;
    pl_choice c = pl_sheet_choose(PL_SHEET_ERRORS, q->answers, pl_side_shown(set), label, q->run_id,
                                  set->count);
    uint32_t *index = malloc((c.count + 1) * sizeof *index);
    size_t n = 0;
    if (!index)
        abort();
    for (size_t i = 0; i < c.count; i++) {
        ptrdiff_t at = pl_names_find(&q->pixels->names, set->name[c.image[i]]);
        if (at >= 0)
            index[n++] = (uint32_t)at;
    }
    pl_pixel_sums_make(q->pixels, index, n, pool, out);
    free(index);
    pl_choice_clear(&c);
}

/* The sheet in the making: tiles of two bands, what they show, and the rows of the csv. */
typedef struct making {
    const pl_sheet_request *q;
    pl_tile tile[TILES];
    size_t count, first_band;
    int width, height; /* as shown */
    uint8_t *full;     /* one picture at its own size */
    uint8_t *small;    /* [TILES] pictures as shown */
    char *line[TILES][2];
    pl_str csv;
} making;

/* A tile of m->full. name is taken; factor 0: a mean; place NULL: no difference. */
static kn_status add_tile(making *m, char *name, size_t images, double factor,
                          const pl_place *place, kn_error *e)
{
    const pl_pixels *p = m->q->pixels;
    size_t i = m->count++;
    uint8_t *out = m->small + i * (size_t)PL_SHEET_SIDE * (size_t)PL_SHEET_SIDE * 3;
    char n[32];
    m->line[i][0] = name;
    if (factor > 0)
        m->line[i][1] = pl_format("times %.3g", factor);
    else
        m->line[i][1] = pl_format("%s image%s", pl_human_count((long long)images, n, sizeof n),
                                  images == 1 ? "" : "s");
    pl_csv_add(&m->csv, name);
    pl_str_addf(&m->csv, ",%zu,", images);
    pl_csv_add_number(&m->csv, factor > 0 ? factor : 1);
    if (place)
        pl_str_addf(&m->csv, ",%.9g,%.9g,%d\n", place->x, place->y, place->brighter ? 1 : -1);
    else
        pl_str_add(&m->csv, ",,,\n");
    m->tile[i] = (pl_tile){.x = out, .line = {m->line[i][0], m->line[i][1]}};
    return pl_shrink(m->full, p->width, p->height, p->channels, out, &m->width, &m->height, e);
}

static pl_place place_of(const making *m, const pl_pixel_sums *a, const pl_pixel_sums *b)
{
    return pl_difference_place(a, b, m->q->pixels->width, m->q->pixels->channels);
}

static kn_status add_train(making *m, const pl_pixel_sums *train, kn_error *e)
{
    for (int k = 0; k < 2; k++) {
        if (train[k].count == 0)
            return KN_OK;
        pl_mean_picture(&train[k], m->full);
        KN_TRY(add_tile(m, pl_label_text(m->q->target, k), train[k].count, 0, NULL, e));
    }
    size_t both = train[0].count + train[1].count;
    double factor = pl_difference_picture(&train[0], &train[1], m->full);
    pl_place place = place_of(m, &train[0], &train[1]);
    KN_TRY(add_tile(m, pl_strdup("difference"), both, factor, &place, e));
    factor = pl_spread_picture(&train[0], &train[1], m->full);
    return add_tile(m, pl_strdup("spread"), both, factor, NULL, e);
}

static kn_status add_errors(making *m, const pl_pixel_sums *train, const pl_pixel_sums errors[2],
                            kn_error *e)
{
    m->first_band = m->count;
    for (int k = 0; k < 2; k++) {
        if (errors[k].count == 0 || train[k].count == 0)
            continue;
        char *is = pl_label_text(m->q->target, k);
        pl_mean_picture(&errors[k], m->full);
        kn_status rc = add_tile(m, pl_format("wrong: %s", is), errors[k].count, 0, NULL, e);
        double factor = pl_difference_picture(&train[k], &errors[k], m->full);
        pl_place place = place_of(m, &train[k], &errors[k]);
        if (rc == KN_OK)
            rc = add_tile(m, pl_format("wrong minus %s", is), errors[k].count, factor, &place, e);
        free(is);
        KN_TRY(rc);
    }
    return KN_OK;
}

static kn_status write_sheet(const making *m, const char *stem, kn_error *e)
{
    char *png = pl_format("%s.png", stem), *csv = pl_format("%s.csv", stem);
    const pl_band band[2] = {{"mean face of each class, training images", m->tile, m->first_band},
                             {"mean face of the errors, and how it differs from its true class",
                              m->tile + m->first_band, m->count - m->first_band}};
    const pl_sheet sheet = {.width = m->width,
                            .height = m->height,
                            .channels = m->q->pixels->channels,
                            .columns = 4,
                            .band = band,
                            .bands = m->count > m->first_band ? 2 : 1};
    kn_status rc = pl_sheet_write(png, &sheet, e);
    if (rc == KN_OK)
        rc = pl_write_file_if_changed(csv, m->csv.text, m->csv.size, e);
    free(png);
    free(csv);
    return rc;
}

/* From the row of the difference, so that it is the same whether the sheet is new or kept. */
static void take_place(const char *csv, pl_mean_faces *out)
{
    const char *row = strstr(csv, "\ndifference,");
    int sign = 0;
    pl_place *at = &out->most;
    out->known = row && sscanf(row, "\ndifference,%*u,%*f,%lf,%lf,%d", &at->x, &at->y, &sign) == 3;
    at->brighter = sign > 0;
}

static kn_status make_new(const pl_sheet_request *q, pl_shelf *shelf, pl_shelved *item,
                          const char *stem, pl_mean_faces *out, kn_error *e)
{
    const pl_pixel_sums *train = pl_shelf_train(shelf, item);
    pl_pixel_sums errors[2];
    making m = {.q = q, .width = 1, .height = 1};
    kn_status rc;
    pl_str_init(&m.csv);
    pl_str_add(&m.csv, "picture,images,factor,x,y,sign\n");
    m.full = malloc(train[0].size);
    m.small = calloc(TILES, (size_t)PL_SHEET_SIDE * PL_SHEET_SIDE * 3);
    if (!m.full || !m.small)
        abort();
    for (int k = 0; k < 2; k++) {
        sum_errors(q, k, shelf->pool, &errors[k]);
        out->errors[k] = errors[k].count;
    }
    KN_TRY_TO(rc, cleanup, add_train(&m, train, e));
    KN_TRY_TO(rc, cleanup, add_errors(&m, train, errors, e));
    rc = write_sheet(&m, stem, e);
    out->shown = rc == KN_OK;
    take_place(m.csv.text, out);
cleanup:
    for (int k = 0; k < 2; k++)
        pl_pixel_sums_clear(&errors[k]);
    for (size_t i = 0; i < m.count; i++) {
        free(m.line[i][0]);
        free(m.line[i][1]);
    }
    free(m.full);
    free(m.small);
    pl_str_clear(&m.csv);
    return rc;
}

/* Whether the rows that are there name the errors the run has. */
static kn_status keep_old(const pl_sheet_request *q, const char *stem, pl_mean_faces *out,
                          kn_error *e)
{
    char *png = pl_format("%s.png", stem), *csv = pl_format("%s.csv", stem), *text = NULL;
    size_t size = 0;
    kn_status rc = KN_OK;
    if (pl_exists(png) && pl_exists(csv))
        rc = pl_read_file(csv, MAX_CSV, &text, &size, e);
    out->shown = text != NULL;
    if (text)
        take_place(text, out);
    for (int k = 0; k < 2 && text; k++) {
        pl_choice c = pl_sheet_choose(PL_SHEET_ERRORS, q->answers,
                                      pl_side_shown(q->answers->images), k, q->run_id, 0);
        char *is = pl_label_text(q->target, k), *name = pl_format("wrong: %s", is);
        pl_str row;
        pl_str_init(&row);
        pl_csv_add(&row, name);
        pl_str_addf(&row, ",%zu,", c.all);
        out->errors[k] = c.all;
        out->shown = out->shown && (c.all == 0 || strstr(text, row.text) != NULL);
        pl_str_clear(&row);
        pl_choice_clear(&c);
        free(is);
        free(name);
    }
    free(text);
    free(png);
    free(csv);
    return rc;
}

kn_status pl_mean_faces_make(const pl_sheet_request *q, pl_shelf *shelf, pl_shelved *item,
                             pl_mean_faces *out, kn_error *e)
{
    char *dir = pl_path_join(q->study_dir, "pictures");
    char *stem = pl_format("%s/%s-means", dir, q->run_id);
    kn_status rc = KN_OK;
    *out = (pl_mean_faces){.path = pl_format("pictures/%s-means.png", q->run_id)};
    if (item) {
        rc = pl_make_dirs(dir, e);
        if (rc == KN_OK)
            rc = make_new(q, shelf, item, stem, out, e);
    } else {
        rc = keep_old(q, stem, out, e);
    }
    free(stem);
    free(dir);
    if (rc != KN_OK)
        pl_mean_faces_clear(out);
    return rc;
}

void pl_mean_faces_clear(pl_mean_faces *m)
{
    free(m->path);
    *m = (pl_mean_faces){.path = NULL};
}
