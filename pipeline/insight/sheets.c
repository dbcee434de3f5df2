#include "insight/sheets.h"

#include <stdlib.h>
#include <string.h>

#include "image/resize.h"
#include "insight/sheets_maps.h"
#include "io/csv.h"
#include "util/fs.h"

enum { MAX_CSV = 1 << 20, LINES_MADE = 2 };

/* Pictures of each label, and the bytes above which a sheet shows fewer: six groups with all their sheets and mean faces (95 KB at
 * 100x100 rgb) then add less than 3 MB of base64 to a page. */
static const size_t most_of[PL_SHEETS] = {12, 6, 6, 2},
                    bytes_of[PL_SHEETS] = {110000, 45000, 45000, 75000};

char *pl_label_text(const char *target, int label)
{
    return pl_format("%s%s", label ? "" : "not ", target);
}

char *pl_answer_text(const char *target, float probability)
{
    bool yes = probability > 0.5f;
    double percent = 100 * (yes ? (double)probability : 1 - (double)probability);
    bool nearly = percent >= 99.5 && percent < 100;
    return pl_format("%s%s %s%.0f %%", yes ? "" : "not ", target, nearly ? "> " : "",
                     nearly ? 99 : percent);
}

char *pl_truth_text(const char *target, int label)
{
    return pl_format("truth: %s%s", label ? "" : "not ", target);
}

kn_status pl_shrink(const uint8_t *x, int w, int h, int c, uint8_t *out, int *new_w, int *new_h,
                    kn_error *e)
{
    int side = w > h ? w : h;
    *new_w = side > PL_SHEET_SIDE ? (w * PL_SHEET_SIDE + side / 2) / side : w;
    *new_h = side > PL_SHEET_SIDE ? (h * PL_SHEET_SIDE + side / 2) / side : h;
    *new_w = *new_w > 0 ? *new_w : 1;
    *new_h = *new_h > 0 ? *new_h : 1;
    kn_resize *r = NULL;
    KN_TRY(kn_resize_new(KN_FILTER_TRIANGLE, w, h, *new_w, *new_h, c, &r, e));
    void *scratch = malloc(kn_resize_scratch_bytes(r) + 1);
    if (!scratch)
        abort();
    kn_resize_run(r, x, (size_t)w * (size_t)c, out, scratch);
    free(scratch);
    kn_resize_free(r);
    return KN_OK;
}

static char *title_of(const pl_sheet_request *q, pl_sheet_kind kind, int label, const pl_choice *c)
{
    char *is = pl_label_text(q->target, label), *other = pl_label_text(q->target, !label), *text;
    bool some = c->count < c->all;
    if (kind == PL_SHEET_ERRORS)
        text = pl_format("truly %s, answered %s: %zu%s", is, other, c->all,
                         some ? ", the surest first" : "");
    else if (kind == PL_SHEET_UNCERTAIN)
        text = pl_format("truly %s, least certain", is);
    else
        text = pl_format("truly %s, answered rightly: %zu%s", is, c->all,
                         some ? ", some at random" : "");
    free(is);
    free(other);
    return text;
}

/* The tiles of one label; pixels are borrowed or, where they had to be shrunk, put into `small`. */
static kn_status fill_band(const pl_sheet_request *q, pl_sheet_kind kind, const pl_choice *c,
                           pl_sheet *sheet, pl_tile *tile, uint8_t *small, char **made, bool *whole,
                           kn_error *e)
{
    const pl_pixels *p = q->pixels;
    const pl_answers *a = q->answers;
    for (size_t i = 0; i < c->count; i++) {
        size_t image = c->image[i];
        const uint8_t *x = pl_pixels_of(p, a->images->name[image]);
        if (!x) {
            *whole = false;
            return KN_OK;
        }
        uint8_t *out =
            small + i * (size_t)PL_SHEET_SIDE * (size_t)PL_SHEET_SIDE * (size_t)p->channels;
        KN_TRY(
            pl_shrink(x, p->width, p->height, p->channels, out, &sheet->width, &sheet->height, e));
        float prob = a->probability[image];
        made[LINES_MADE * i] = pl_answer_text(q->target, prob);
        made[LINES_MADE * i + 1] = pl_truth_text(q->target, a->images->label[image]);
        tile[i] = (pl_tile){
            .x = out,
            .line = {a->images->name[image], made[LINES_MADE * i], made[LINES_MADE * i + 1]},
            .bar = prob,
            .marked = kind != PL_SHEET_ERRORS && !pl_is_right(a, image)};
    }
    return KN_OK;
}

static kn_status draw_sheet(const pl_sheet_request *q, pl_sheet_kind kind,
                            const pl_choice choice[2], pl_str *png, bool *whole, kn_error *e)
{
    size_t most = most_of[kind], room = PL_SHEET_SIDE * PL_SHEET_SIDE * 3;
    pl_tile *tile = calloc(2 * most, sizeof *tile);
    uint8_t *small = calloc(2 * most, room);
    char **made = calloc(2 * most * LINES_MADE, sizeof *made);
    pl_band band[2];
    pl_sheet sheet = {.channels = q->pixels->channels, .named = true, .bars = true, .small = true};
    kn_status rc = KN_OK;
    if (!tile || !small || !made)
        abort();
    sheet.width = sheet.height = 1;
    for (int k = 0; k < 2 && rc == KN_OK; k++) {
        rc = fill_band(q, kind, &choice[k], &sheet, tile + most * (size_t)k,
                       small + most * room * (size_t)k, made + most * LINES_MADE * (size_t)k, whole,
                       e);
        band[k] = (pl_band){NULL, tile + most * (size_t)k, choice[k].count};
    }
    if (rc == KN_OK && *whole) {
        char *title[2];
        for (int k = 0; k < 2; k++)
            band[k].title = title[k] = title_of(q, kind, k, &choice[k]);
        sheet.band = band;
        sheet.bands = 2;
        rc = pl_sheet_png(&sheet, png, e);
        free(title[0]);
        free(title[1]);
    }
    for (size_t i = 0; i < 2 * most * LINES_MADE; i++)
        free(made[i]);
    free(made);
    free(small);
    free(tile);
    return rc;
}

static void add_rows(const pl_answers *a, const pl_choice *c, pl_str *s)
{
    for (size_t i = 0; i < c->count; i++) {
        size_t image = c->image[i];
        pl_csv_add(s, a->images->name[image]);
        pl_str_addf(s, ",%d,%.9g\n", a->images->label[image], (double)a->probability[image]);
    }
}

/* The choice of at most `most` of each label, and its rows. */
static void choose(const pl_sheet_request *q, pl_sheet_kind kind, size_t most, pl_choice choice[2],
                   pl_str *csv)
{
    pl_str_reset(csv);
    pl_str_add(csv, "image,label,probability\n");
    for (int k = 0; k < 2; k++) {
        pl_choice_clear(&choice[k]);
        choice[k] = pl_sheet_choose(kind, q->answers, pl_side_shown(q->answers->images), k,
                                    q->run_id, most);
        add_rows(q->answers, &choice[k], csv);
    }
}

/* Fewer and fewer pictures, until the sheet is small enough. */
static kn_status make_new(const pl_sheet_request *q, pl_sheet_kind kind, const char *stem,
                          pl_shown_sheet *out, kn_error *e)
{
    pl_str png, csv;
    char *png_path = pl_format("%s.png", stem), *csv_path = pl_format("%s.csv", stem);
    kn_status rc = KN_OK;
    pl_str_init(&png);
    pl_str_init(&csv);
    out->shown = true;
    for (size_t most = most_of[kind]; most > 0 && rc == KN_OK; most--) {
        pl_str_reset(&png);
        choose(q, kind, most, out->choice, &csv);
        rc = kind == PL_SHEET_MAPS ? pl_sheet_draw_maps(q, out->choice, &png, &out->shown, e)
                                   : draw_sheet(q, kind, out->choice, &png, &out->shown, e);
        if (!out->shown || png.size <= bytes_of[kind])
            break;
    }
    if (rc == KN_OK && out->shown)
        rc = pl_write_file_if_changed(png_path, png.text, png.size, e);
    if (rc == KN_OK && out->shown)
        rc = pl_write_file_if_changed(csv_path, csv.text, csv.size, e);
    pl_str_clear(&png);
    pl_str_clear(&csv);
    free(png_path);
    free(csv_path);
    return rc;
}

/* Whether the sheet that is there shows what would be chosen now. */
static kn_status keep_old(const pl_sheet_request *q, pl_sheet_kind kind, const char *stem,
                          pl_shown_sheet *out, kn_error *e)
{
    char *png_path = pl_format("%s.png", stem), *csv_path = pl_format("%s.csv", stem), *text = NULL;
    size_t size = 0;
    pl_str csv;
    kn_status rc = KN_OK;
    pl_str_init(&csv);
    if (pl_exists(png_path) && pl_exists(csv_path))
        rc = pl_read_file(csv_path, MAX_CSV, &text, &size, e);
    for (size_t most = most_of[kind]; text && most > 0 && !out->shown; most--) {
        choose(q, kind, most, out->choice, &csv);
        out->shown = strcmp(csv.text, text) == 0;
    }
    free(text);
    pl_str_clear(&csv);
    free(png_path);
    free(csv_path);
    return rc;
}

kn_status pl_sheet_make(const pl_sheet_request *q, pl_sheet_kind kind, pl_shown_sheet *out,
                        kn_error *e)
{
    char *dir = pl_path_join(q->study_dir, "pictures");
    char *stem = pl_format("%s/%s-%s", dir, q->run_id, pl_sheet_names[kind]);
    kn_status rc = KN_OK;
    *out =
        (pl_shown_sheet){.path = pl_format("pictures/%s-%s.png", q->run_id, pl_sheet_names[kind])};
    if (q->pixels) {
        rc = pl_make_dirs(dir, e);
        if (rc == KN_OK)
            rc = make_new(q, kind, stem, out, e);
    }
    if (rc == KN_OK && !out->shown)
        rc = keep_old(q, kind, stem, out, e);
    free(stem);
    free(dir);
    if (rc != KN_OK)
        pl_shown_sheet_clear(out);
    return rc;
}

void pl_shown_sheet_clear(pl_shown_sheet *s)
{
    free(s->path);
    for (int k = 0; k < 2; k++)
        pl_choice_clear(&s->choice[k]);
    *s = (pl_shown_sheet){.shown = false};
}
