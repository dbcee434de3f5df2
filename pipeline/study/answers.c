#include "study/answers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "study/answers_pick.h"
#include "study/run_files.h"
#include "util/fs.h"
#include "util/str.h"

enum { MAX_BYTES = 1 << 30 };
static const char head[] = "image,split,label,probability\n";

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

/* A probability and what ends it. */
static bool take_number(const char **at, float *out)
{
    char *end;
    double v = strtod(*at, &end);
    if (end == *at || !(v >= 0.0 && v <= 1.0))
        return false;
    *out = (float)v;
    *at = end;
    return true;
}

/* The file's rows against those of a set that is there: false where one differs. */
static bool fits(const pl_image_set *set, const char *text, size_t size, float *probability)
{
    const char *at = text + sizeof head - 1, *end = text + size;
    if (size < sizeof head - 1 || memcmp(text, head, sizeof head - 1) != 0)
        return false;
    for (size_t i = 0; i < set->count; i++) {
        size_t n = set->at[i + 1] - set->at[i];
        if ((size_t)(end - at) < n || memcmp(at, set->text + set->at[i], n) != 0)
            return false;
        at += n;
        if (!take_number(&at, &probability[i]) || *at != '\n')
            return false;
        at++;
    }
    return at == end;
}

static kn_status take_row(const char *path, const pl_csv *c, size_t row, const size_t column[4],
                          pl_image_set *set, float *probability, pl_str *text, kn_error *e)
{
    const char *side = pl_csv_get(c, row, column[1]), *label = pl_csv_get(c, row, column[2]);
    const char *p = pl_csv_get(c, row, column[3]), *at = p;
    size_t i = set->count;
    bool test = strcmp(side, pl_side_names[PL_SIDE_TEST]) == 0;
    if (!take_number(&at, &probability[i]) || *at)
        return kn_fail(e, KN_EFORMAT, "%s:%d: probability: \"%s\" is not in 0..1", path,
                       c->line[row], p);
    if (strcmp(label, "0") != 0 && strcmp(label, "1") != 0)
        return kn_fail(e, KN_EFORMAT, "%s:%d: label: \"%s\" is not 0 or 1", path, c->line[row],
                       label);
    if (!test && strcmp(side, pl_side_names[PL_SIDE_VAL]) != 0)
        return kn_fail(e, KN_EFORMAT, "%s:%d: split: \"%s\" is not val or test", path, c->line[row],
                       side);
    set->label[i] = label[0] == '1';
    set->side[i] = test ? PL_SIDE_TEST : PL_SIDE_VAL;
    set->on_side[set->side[i]]++;
    set->at[i] = text->size;
    pl_csv_add(text, pl_csv_get(c, row, column[0]));
    pl_str_addf(text, ",%s,%s,", side, label);
    set->count++;
    return KN_OK;
}

/* The names again from the rows' text: unquoted by the CSV reader. */
static void copy_names(pl_image_set *set, const pl_csv *c, size_t column)
{
    size_t bytes = 0;
    for (size_t i = 0; i < set->count; i++)
        bytes += strlen(pl_csv_get(c, i + 1, column)) + 1;
    char *names = zeroed(bytes, 1);
    set->name = zeroed(set->count + 1, sizeof *set->name);
    set->name[set->count] = names; /* owns them */
    for (size_t i = 0; i < set->count; i++) {
        size_t n = strlen(pl_csv_get(c, i + 1, column)) + 1;
        memcpy(names, pl_csv_get(c, i + 1, column), n);
        set->name[i] = names;
        names += n;
    }
}

static void free_set(pl_image_set *set)
{
    if (set->name)
        free((void *)(uintptr_t)set->name[set->count]);
    free(set->name);
    free(set->label);
    free(set->side);
    free(set->text);
    free(set->at);
    pl_attributes_clear(&set->attributes);
    free(set);
}

static kn_status new_set(pl_image_sets *sets, const char *path, const char *file, size_t size,
                         pl_answers *out, kn_error *e)
{
    static const char *const names[4] = {"image", "split", "label", "probability"};
    pl_csv c;
    size_t column[4];
    kn_status rc;
    KN_TRY(pl_csv_parse(path, file, size, &c, e));
    size_t rows = c.rows ? c.rows - 1 : 0;
    pl_image_set *set = zeroed(1, sizeof *set);
    pl_str text;
    pl_str_init(&text);
    set->label = zeroed(rows, 1);
    set->side = zeroed(rows, 1);
    set->at = zeroed(rows + 1, sizeof *set->at);
    float *probability = zeroed(rows, sizeof *probability);
    KN_TRY_TO(rc, cleanup, pl_csv_columns(path, &c, names, 4, column, e));
    for (size_t row = 1; row < c.rows; row++)
        KN_TRY_TO(rc, cleanup, take_row(path, &c, row, column, set, probability, &text, e));
    set->at[set->count] = text.size;
    set->text = pl_str_take(&text);
    copy_names(set, &c, column[0]);
    sets->set = realloc(sets->set, (sets->count + 1) * sizeof(*sets->set));
    if (!sets->set)
        abort();
    sets->set[sets->count++] = set;
    *out = (pl_answers){set, probability};
    pl_csv_clear(&c);
    return KN_OK;
cleanup:
    free(probability);
    free_set(set);
    pl_str_clear(&text);
    pl_csv_clear(&c);
    return rc;
}

/* The text of a run that tells one attribute. */
static kn_status read_text(pl_image_sets *sets, const char *path, const char *text, size_t size,
                           pl_answers *out, kn_error *e)
{
    for (size_t k = sets->count; k-- > 0;) {
        pl_image_set *set = sets->set[k];
        float *probability = zeroed(set->count, sizeof *probability);
        if (fits(set, text, size, probability)) {
            *out = (pl_answers){set, probability};
            return KN_OK;
        }
        free(probability);
    }
    return new_set(sets, path, text, size, out, e);
}

kn_status pl_answers_read(pl_image_sets *sets, const char *path, const char *target,
                          pl_answers *out, kn_error *e)
{
    char *text;
    size_t size;
    *out = (pl_answers){NULL, NULL};
    KN_TRY(pl_read_file(path, MAX_BYTES, &text, &size, e));
    kn_status rc = pl_answers_pick(path, target, &text, &size, e);
    if (rc == KN_OK)
        rc = read_text(sets, path, text, size, out, e);
    free(text);
    return rc;
}

kn_status pl_answers_read_all(pl_image_sets *sets, const char *path, pl_answers **out,
                              size_t *count, kn_error *e)
{
    char *text;
    pl_str *part;
    size_t size, parts;
    *out = NULL;
    *count = 0;
    KN_TRY(pl_read_file(path, MAX_BYTES, &text, &size, e));
    kn_status rc = pl_answers_split(path, text, size, &part, &parts, e);
    size_t targets = parts ? parts : 1;
    pl_answers *all = zeroed(targets, sizeof *all);
    if (rc == KN_OK && parts == 0)
        rc = read_text(sets, path, text, size, &all[0], e);
    for (size_t k = 0; k < parts; k++) {
        if (rc == KN_OK)
            rc = read_text(sets, path, part[k].text, part[k].size, &all[k], e);
        pl_str_clear(&part[k]);
    }
    free(part);
    free(text);
    if (rc == KN_OK) {
        *out = all;
        *count = targets;
        return KN_OK;
    }
    for (size_t k = 0; k < targets; k++)
        pl_answers_clear(&all[k]);
    free(all);
    return rc;
}

void pl_answers_clear(pl_answers *a)
{
    free(a->probability);
    *a = (pl_answers){NULL, NULL};
}

void pl_image_sets_clear(pl_image_sets *sets)
{
    for (size_t k = 0; k < sets->count; k++)
        free_set(sets->set[k]);
    free(sets->set);
    *sets = (pl_image_sets){NULL, 0};
}

static kn_status read_run(const pl_study_data *d, int run, pl_study_answers *out, kn_error *e)
{
    const pl_report_run *r = &d->run[run];
    char *path = pl_format("%s/runs/%s/predictions.csv", d->dir, r->id);
    size_t before = out->sets.count;
    kn_status rc = r->done && pl_exists(path) && !(d->target && !pl_run_tells(r, d->target))
                       ? pl_answers_read(&out->sets, path, d->target, &out->run[run], e)
                       : KN_OK;
    free(path);
    if (rc != KN_OK || out->sets.count == before)
        return rc;
    pl_image_set *set = out->sets.set[before];
    pl_data_id_of(r->manifest, set->data_id);
    return pl_attributes_read(d->dir, set->data_id, set->name, set->count, &set->attributes, e);
}

kn_status pl_study_answers_read(const pl_study_data *d, pl_study_answers *out, kn_error *e)
{
    *out = (pl_study_answers){.run_count = d->run_count};
    out->run = zeroed((size_t)d->run_count, sizeof *out->run);
    kn_status rc = KN_OK;
    for (int i = 0; i < d->run_count && rc == KN_OK; i++)
        rc = read_run(d, i, out, e);
    if (rc != KN_OK)
        pl_study_answers_clear(out);
    return rc;
}

void pl_study_answers_clear(pl_study_answers *a)
{
    for (int i = 0; i < a->run_count; i++)
        pl_answers_clear(&a->run[i]);
    free(a->run);
    pl_image_sets_clear(&a->sets);
    *a = (pl_study_answers){.run = NULL};
}
