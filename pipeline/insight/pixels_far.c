#include "insight/pixels_far.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/fs.h"

static const struct {
    const char *name, *says, *less, *more;
    bool octaves;
    double step; /* the least that counts as outside */
} measures[PL_FAR_COUNT] = {
    [PL_FAR_WIDTH] = {"width", "width", "smaller", "larger", true, 1},
    [PL_FAR_HEIGHT] = {"height", "height", "smaller", "larger", true, 1},
    [PL_FAR_ASPECT] = {"aspect", "width to height", "narrower", "wider", true, 0.15},
    [PL_FAR_BRIGHTNESS] = {"brightness", "brightness", "darker", "brighter", false, 0.02},
    [PL_FAR_CONTRAST] = {"contrast", "contrast", "flatter", "more contrasty", false, 0.02},
    [PL_FAR_SHARPNESS] = {"sharpness", "sharpness", "blurrier", "sharper", true, 0.15},
    [PL_FAR_SATURATION] = {"saturation", "saturation", "paler", "more colourful", false, 0.02},
};

enum { MAX_BYTES = 1 << 20 };

static kn_status take_range(const char *path, const char *name, const json_t *object,
                            pl_far_range *out, kn_error *e)
{
    const struct {
        const char *key;
        double *value;
    } parts[] = {{"q01", &out->q01}, {"q99", &out->q99}, {"min", &out->min}, {"max", &out->max}};
    if (!object)
        return KN_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const json_t *v = json_object_get(object, parts[i].key);
        if (!json_is_number(v))
            return kn_fail(e, KN_EFORMAT, "%s: %s: %s is not a number", path, name, parts[i].key);
        *parts[i].value = json_number_value(v);
    }
    return KN_OK;
}

/* Measures of pixels stand under "at", by size, or at the top beside the size they were taken at. */
static const json_t *pixels_of(const json_t *root, int width, int height, int channels)
{
    char *size = pl_format("%dx%dx%d", width, height, channels);
    const json_t *at = json_object_get(root, "at"), *own = json_object_get(at, size);
    const char *only = json_string_value(json_object_get(root, "size"));
    if (!at && (!only || strcmp(only, size) == 0))
        own = root;
    free(size);
    return own;
}

static kn_status take_ranges(const char *path, const json_t *root, const json_t *pixels,
                             pl_training_facts *out, kn_error *e)
{
    if (!json_is_object(root))
        return kn_fail(e, KN_EFORMAT, "%s: not a JSON object", path);
    for (int k = 0; k < PL_FAR_COUNT; k++) {
        const json_t *where = k <= PL_FAR_ASPECT ? root : pixels;
        KN_TRY(take_range(path, measures[k].name, json_object_get(where, measures[k].name),
                          &out->range[k], e));
    }
    return KN_OK;
}

kn_status pl_training_facts_read(const char *study_dir, const char *data_id, int width, int height,
                                 int channels, bool *found, pl_training_facts *out, kn_error *e)
{
    char *path = pl_format("%s/data/%s/training.json", study_dir, data_id), *text = NULL;
    size_t size;
    json_t *root = NULL;
    kn_status rc = KN_OK;
    const double unknown = (double)NAN;
    *found = data_id[0] && pl_exists(path);
    for (int k = 0; k < PL_FAR_COUNT; k++)
        out->range[k] = (pl_far_range){unknown, unknown, unknown, unknown};
    if (*found)
        rc = pl_read_file(path, MAX_BYTES, &text, &size, e);
    if (*found && rc == KN_OK) {
        root = json_loads(text, 0, NULL);
        rc = take_ranges(path, root, pixels_of(root, width, height, channels), out, e);
    }
    json_decref(root);
    free(text);
    free(path);
    return rc;
}

pl_far_measured pl_far_measure_of(const pl_facts *facts, int w, int h)
{
    return (pl_far_measured){{[PL_FAR_WIDTH] = w,
                              [PL_FAR_HEIGHT] = h,
                              [PL_FAR_ASPECT] = (double)w / h,
                              [PL_FAR_BRIGHTNESS] = facts->brightness,
                              [PL_FAR_CONTRAST] = facts->contrast,
                              [PL_FAR_SHARPNESS] = facts->sharpness,
                              [PL_FAR_SATURATION] = facts->saturation}};
}

/* -1 below, 1 above, 0 within or not known. */
static int side_of(const pl_training_facts *t, const pl_far_measured *m, int k)
{
    const pl_far_range *r = &t->range[k];
    double v = m->value[k], low = r->q01, high = r->q99;
    if (isnan(v) || isnan(low) || isnan(high))
        return 0;
    if (measures[k].octaves) {
        const double least = 1e-9; /* a picture of one colour has no sharpness */
        v = log2(v > least ? v : least);
        low = log2(low > least ? low : least);
        high = log2(high > least ? high : least);
    }
    double quarter = (high - low) / 4;
    double margin = quarter > measures[k].step ? quarter : measures[k].step;
    return v < low - margin ? -1 : v > high + margin ? 1 : 0;
}

static void add_range(pl_str *s, const pl_far_range *r, bool whole)
{
    int digits = whole ? 9 : 3;
    pl_str_addf(s, "%.*g", digits, r->q01);
    if (r->q01 < r->q99)
        pl_str_addf(s, " to %.*g", digits, r->q99);
}

static void tell(const pl_training_facts *t, const pl_far_measured *m, int k, int side, int count,
                 pl_str *note, pl_str *words)
{
    const pl_far_range *r = &t->range[k];
    const char *word = side < 0 ? measures[k].less : measures[k].more;
    bool every = side < 0 ? m->value[k] < r->min : m->value[k] > r->max;
    pl_str_addf(note, "%s%s than %s (", count ? "; " : "", word,
                every ? "every training picture" : "99 % of the training pictures");
    if (k == PL_FAR_WIDTH) {
        pl_str_addf(note, "size %.0f x %.0f; theirs ", m->value[k], m->value[PL_FAR_HEIGHT]);
        add_range(note, r, true);
        pl_str_add(note, " x ");
        add_range(note, &t->range[PL_FAR_HEIGHT], true);
    } else {
        pl_str_addf(note, "%s %.3g; theirs ", measures[k].says, m->value[k]);
        add_range(note, r, false);
    }
    pl_str_add(note, ")");
    if (words && count == 0)
        pl_str_add(words, word);
}

int pl_far_note(const pl_training_facts *t, const pl_far_measured *m, pl_str *note, pl_str *words)
{
    int count = 0;
    for (int k = 0; k < PL_FAR_COUNT; k++) {
        int side = side_of(t, m, k);
        if (k == PL_FAR_HEIGHT || (k == PL_FAR_WIDTH && side_of(t, m, PL_FAR_HEIGHT) != side))
            continue;
        if (side != 0)
            tell(t, m, k, side, count++, note, words);
    }
    if (words && count > 1)
        pl_str_addf(words, ", +%d", count - 1);
    return count;
}
