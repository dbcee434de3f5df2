#include "insight/sheets_maps.h"

#include <stdlib.h>
#include <string.h>

#include "draw/heat.h"
#include "insight/explain.h"
#include "util/fs.h"

enum { COLUMNS = 6, TILES = 3 /* of a picture: itself and two maps */, MADE = 3 };

static const size_t ROOM = (size_t)PL_SHEET_SIDE * PL_SHEET_SIDE * 3;

/* Grad-CAM where the model can have it, else gradient times input; and occlusion, in steps of half a square, which a thumbnail does
 * not tell from finer ones. */
static kn_status open_model(const pl_sheet_request *q, const char *dir, kn_pool *pool,
                            pl_explainer *out, kn_error *e)
{
    const pl_pixels *p = q->pixels;
    pl_explain_options options = {.cls = -1};
    options.patch = pl_occlusion_patch((kn_shape){p->height, p->width, p->channels});
    options.stride = options.patch > 1 ? options.patch / 2 : 1;
    options.map[PL_MAP_GRADCAM] = options.map[PL_MAP_OCCLUSION] = true;
    kn_error why = {KN_OK, ""};
    kn_status rc = pl_explainer_open(dir, pool, &options, out, &why);
    if (rc != KN_EUSAGE)
        return rc == KN_OK ? KN_OK : kn_fail(e, rc, "%s", why.text);
    options.map[PL_MAP_GRADCAM] = false;
    options.map[PL_MAP_INPUT] = true;
    return pl_explainer_open(dir, pool, &options, out, e);
}

typedef struct making {
    const pl_sheet_request *q;
    pl_explainer model;
    pl_sheet sheet;
    uint8_t *full; /* [h,w,3] */
    uint8_t *small;
    pl_tile *tile;
    char **made;
    size_t count;
} making;

/* The picture in m->full, shrunk to a tile. */
static kn_status add_tile(making *m, const char *const line[3], kn_error *e)
{
    const pl_pixels *p = m->q->pixels;
    uint8_t *out = m->small + m->count * ROOM;
    m->tile[m->count++] = (pl_tile){.x = out, .line = {line[0], line[1], line[2]}};
    return pl_shrink(m->full, p->width, p->height, 3, out, &m->sheet.width, &m->sheet.height, e);
}

static kn_status add_map(making *m, const pl_explained *r, pl_map_kind kind, const char *words,
                         const uint8_t *x, kn_error *e)
{
    static const char *const name[PL_MAPS] = {"Grad-CAM", "gradient x input", "occlusion"};
    const pl_pixels *p = m->q->pixels;
    const pl_pixel_map *map = &r->map[kind];
    double most = map->most > 0 ? map->most : 1;
    pl_heat_overlay(kind == PL_MAP_GRADCAM ? PL_HEAT_EVEN : PL_HEAT_SIGNED, map->v, p->width,
                    p->height, most, x, p->channels, m->full);
    const char *const line[3] = {name[kind], words, map->most > 0 ? NULL : "nothing"};
    return add_tile(m, line, e);
}

/* Of the class that was answered. */
static kn_status add_maps(making *m, const pl_explained *r, const uint8_t *x, char **made,
                          kn_error *e)
{
    char *is = pl_label_text(m->q->target, r->cls);
    pl_map_kind first = r->map[PL_MAP_GRADCAM].v ? PL_MAP_GRADCAM : PL_MAP_INPUT;
    *made = pl_format("for %s", is);
    free(is);
    KN_TRY(add_map(m, r, first, *made, x, e));
    return add_map(m, r, PL_MAP_OCCLUSION, *made, x, e);
}

/* A picture and its maps. */
static kn_status add_picture(making *m, size_t image, bool *whole, kn_error *e)
{
    const pl_pixels *p = m->q->pixels;
    const pl_answers *a = m->q->answers;
    const uint8_t *x = pl_pixels_of(p, a->images->name[image]);
    pl_explained r;
    if (!x) {
        *whole = false;
        return KN_OK;
    }
    kn_error why = {KN_OK, ""};
    kn_status rc = pl_explain(&m->model, x, &r, &why);
    if (rc == KN_ENUMERIC) {
        *whole = false;
        return KN_OK;
    }
    if (rc != KN_OK)
        return kn_fail(e, rc, "%s", why.text);
    char **made = m->made + MADE * (m->count / TILES);
    made[0] = pl_answer_text(m->q->target, a->probability[image]);
    made[1] = pl_truth_text(m->q->target, a->images->label[image]);
    const char *const line[3] = {a->images->name[image], made[0], made[1]};
    pl_heat_enlarge(x, p->width, p->height, p->channels, 1, m->full);
    rc = add_tile(m, line, e);
    if (rc == KN_OK)
        rc = add_maps(m, &r, x, &made[2], e);
    pl_explained_clear(&r);
    return rc;
}

static kn_status fill(making *m, const pl_choice choice[2], pl_str *png, bool *whole, kn_error *e)
{
    pl_band band[2];
    char *title[2] = {NULL, NULL};
    kn_status rc = KN_OK;
    for (int k = 0; k < 2 && rc == KN_OK && *whole; k++) {
        size_t first = m->count;
        for (size_t i = 0; i < choice[k].count && rc == KN_OK && *whole; i++)
            rc = add_picture(m, choice[k].image[i], whole, e);
        char *is = pl_label_text(m->q->target, k), *other = pl_label_text(m->q->target, !k);
        title[k] = pl_format("truly %s, answered %s: where the answer comes from", is, other);
        band[k] = (pl_band){title[k], m->tile + first, m->count - first};
        free(is);
        free(other);
    }
    if (rc == KN_OK && *whole) {
        m->sheet.band = band;
        m->sheet.bands = 2;
        rc = pl_sheet_png(&m->sheet, png, e);
    }
    free(title[0]);
    free(title[1]);
    return rc;
}

static kn_status draw(making *m, const pl_choice choice[2], pl_str *png, bool *whole, kn_error *e)
{
    const pl_pixels *p = m->q->pixels;
    size_t all = choice[0].count + choice[1].count;
    m->full = malloc((size_t)p->width * (size_t)p->height * 3);
    m->small = malloc(TILES * all * ROOM + 1);
    m->tile = calloc(TILES * all + 1, sizeof *m->tile);
    m->made = calloc(MADE * all + 1, sizeof *m->made);
    if (!m->full || !m->small || !m->tile || !m->made)
        abort();
    m->sheet = (pl_sheet){
        .width = 1, .height = 1, .channels = 3, .columns = COLUMNS, .named = true, .small = true};
    kn_status rc = fill(m, choice, png, whole, e);
    for (size_t i = 0; i < MADE * all; i++)
        free(m->made[i]);
    free(m->made);
    free(m->tile);
    free(m->small);
    free(m->full);
    return rc;
}

kn_status pl_sheet_draw_maps(const pl_sheet_request *q, const pl_choice choice[2], pl_str *png,
                             bool *whole, kn_error *e)
{
    char *dir = pl_format("%s/runs/%s", q->study_dir, q->run_id);
    char *model = pl_path_join(dir, "model.safetensors");
    making m = {.q = q};
    kn_status rc = KN_OK;
    *whole = q->pool && pl_exists(model);
    if (*whole)
        rc = open_model(q, dir, q->pool, &m.model, e);
    if (*whole && rc == KN_OK) {
        rc = draw(&m, choice, png, whole, e);
        pl_explainer_close(&m.model);
    }
    free(model);
    free(dir);
    return rc;
}
