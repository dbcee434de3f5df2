#include "compare/compare_images.h"

#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "util/fs.h"
#include "util/str.h"

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

/* A run's test images in order of names. */
typedef struct view {
    const pl_image_set *set;
    const char *run; /* what it is called in messages */
    size_t *at;      /* [count], rows of set */
    size_t count, next;
} view;

typedef struct named {
    const char *name;
    size_t row;
} named;

static int by_name(const void *a, const void *b)
{
    const named *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

static view view_of(const pl_image_set *set, const char *run)
{
    named *n = zeroed(set->count, sizeof *n);
    view v = {set, run, zeroed(set->count, sizeof *v.at), 0, 0};
    for (size_t i = 0; i < set->count; i++)
        if (set->side[i] == PL_SIDE_TEST)
            n[v.count++] = (named){set->name[i], i};
    qsort(n, v.count, sizeof *n, by_name);
    for (size_t i = 0; i < v.count; i++)
        v.at[i] = n[i].row;
    free(n);
    return v;
}

/* Whether the view has this image, moving on to it. */
static bool move_to(view *v, const char *name)
{
    int order = 1;
    while (v->next < v->count && (order = strcmp(v->set->name[v->at[v->next]], name)) < 0)
        v->next++;
    return v->next < v->count && order == 0;
}

typedef struct matching {
    const pl_compare_side *side;
    const char *target;
    pl_answers *answer[2]; /* [side][run] */
    view *view;            /* one per image set */
    size_t views;
    size_t *of[2]; /* [side][run]: its view */
} matching;

static char *run_name(const pl_compare_side *s, int run)
{
    return s->group ? pl_format("%s, run %s", s->name, s->run[run].id) : pl_strdup(s->name);
}

static kn_status read_attributes(const pl_compare_side *s, int run, pl_image_set *set, kn_error *e)
{
    json_t *manifest = NULL;
    char *path = pl_path_join(s->run[run].dir, "manifest.json");
    kn_status rc = pl_exists(path) ? pl_json_read(path, &manifest, e) : KN_OK;
    free(path);
    if (rc == KN_OK) {
        pl_data_id_of(manifest, set->data_id);
        rc = pl_attributes_read(s->study_dir, set->data_id, set->name, set->count, &set->attributes,
                                e);
    }
    json_decref(manifest);
    return rc;
}

static kn_status read_run(matching *m, int side, int run, pl_image_sets *sets, kn_error *e)
{
    const pl_compare_side *s = &m->side[side];
    pl_answers *a = &m->answer[side][run];
    size_t before = sets->count, k = 0;
    char *path = pl_path_join(s->run[run].dir, "predictions.csv");
    kn_status rc = pl_answers_read(sets, path, m->target, a, e);
    free(path);
    KN_TRY(rc);
    while (sets->set[k] != a->images)
        k++;
    m->of[side][run] = k;
    if (sets->count == before)
        return KN_OK;
    m->view = realloc(m->view, sets->count * sizeof *m->view);
    if (!m->view)
        abort();
    m->view[m->views++] = view_of(a->images, run_name(s, run));
    return read_attributes(s, run, sets->set[before], e);
}

static void free_matching(matching *m)
{
    for (int side = 0; side < 2; side++) {
        for (int k = 0; m->answer[side] && k < m->side[side].runs; k++)
            pl_answers_clear(&m->answer[side][k]);
        free(m->answer[side]);
        free(m->of[side]);
    }
    for (size_t k = 0; k < m->views; k++) {
        free((void *)(uintptr_t)m->view[k].run);
        free(m->view[k].at);
    }
    free(m->view);
}

static void make_room(const pl_compare_side *side, size_t most, pl_common_images *c)
{
    c->name = zeroed(most, sizeof *c->name);
    c->label = zeroed(most, 1);
    c->row = zeroed(most, sizeof *c->row);
    for (int s = 0; s < 2; s++) {
        c->runs[s] = side[s].runs;
        c->p[s] = zeroed((size_t)side[s].runs, sizeof *c->p[s]);
        c->right[s] = zeroed((size_t)side[s].runs, sizeof *c->right[s]);
        c->share[s] = zeroed(most, sizeof *c->share[s]);
        c->mean_p[s] = zeroed(most, sizeof *c->mean_p[s]);
        for (int k = 0; k < side[s].runs; k++) {
            c->p[s][k] = zeroed(most, sizeof *c->p[s][k]);
            c->right[s][k] = zeroed(most, 1);
        }
    }
}

/* The views stand at one image that all have. */
static kn_status add_image(matching *m, pl_common_images *c, kn_error *e)
{
    const view *first = &m->view[0];
    size_t row = first->at[first->next], n = c->count;
    for (size_t k = 1; k < m->views; k++) {
        const view *v = &m->view[k];
        if (v->set->label[v->at[v->next]] != first->set->label[row])
            return kn_fail(e, KN_EDATA,
                           "%s is labelled %d in %s and %d in %s: they have different targets",
                           first->set->name[row], first->set->label[row], first->run,
                           v->set->label[v->at[v->next]], v->run);
    }
    c->name[n] = first->set->name[row];
    c->label[n] = first->set->label[row];
    for (int s = 0; s < 2; s++) {
        double right = 0.0, p = 0.0;
        for (int k = 0; k < c->runs[s]; k++) {
            const view *v = &m->view[m->of[s][k]];
            size_t at = v->at[v->next];
            c->p[s][k][n] = m->answer[s][k].probability[at];
            c->right[s][k][n] = (uint8_t)pl_is_right(&m->answer[s][k], at);
            right += c->right[s][k][n];
            p += (double)c->p[s][k][n];
        }
        c->share[s][n] = (float)(right / c->runs[s]);
        c->mean_p[s][n] = (float)(p / c->runs[s]);
    }
    c->count++;
    return KN_OK;
}

static kn_status match(matching *m, pl_common_images *c, kn_error *e)
{
    view *first = &m->view[0];
    const view *second = &m->view[m->of[1][0]];
    const pl_attributes *a = NULL;
    size_t from = 0;
    for (size_t k = m->views; k-- > 0;)
        if (m->view[k].set->attributes.columns) {
            a = &m->view[k].set->attributes;
            from = k;
        }
    for (; first->next < first->count; first->next++) {
        bool all = true;
        for (size_t k = 1; k < m->views; k++)
            all = move_to(&m->view[k], first->set->name[first->at[first->next]]) && all;
        if (!all)
            continue;
        c->row[c->count] = m->view[from].at[m->view[from].next];
        KN_TRY(add_image(m, c, e));
    }
    c->attributes = a;
    c->alone[0] = first->count - c->count;
    c->alone[1] = second->count - c->count;
    if (c->count == 0)
        return kn_fail(e, KN_EDATA,
                       "%s and %s have no test image in common (%zu and %zu test images)",
                       m->side[0].name, m->side[1].name, first->count, second->count);
    return KN_OK;
}

kn_status pl_common_images_read(const pl_compare_side *side, const char *target,
                                pl_common_images *out, kn_error *e)
{
    matching m = {.side = side, .target = target};
    kn_status rc = KN_OK;
    *out = (pl_common_images){.count = 0};
    for (int s = 0; s < 2; s++) {
        m.answer[s] = zeroed((size_t)side[s].runs, sizeof *m.answer[s]);
        m.of[s] = zeroed((size_t)side[s].runs, sizeof *m.of[s]);
    }
    for (int s = 0; s < 2; s++)
        for (int k = 0; k < side[s].runs; k++)
            KN_TRY_TO(rc, cleanup, read_run(&m, s, k, &out->sets, e));
    make_room(side, m.view[0].count, out);
    rc = match(&m, out, e);
cleanup:
    free_matching(&m);
    if (rc != KN_OK)
        pl_common_images_clear(out);
    return rc;
}

void pl_common_images_clear(pl_common_images *c)
{
    for (int s = 0; s < 2; s++) {
        for (int k = 0; c->p[s] && k < c->runs[s]; k++) {
            free(c->p[s][k]);
            free(c->right[s][k]);
        }
        free(c->p[s]);
        free(c->right[s]);
        free(c->share[s]);
        free(c->mean_p[s]);
    }
    free(c->name);
    free(c->label);
    free(c->row);
    pl_image_sets_clear(&c->sets);
    *c = (pl_common_images){.count = 0};
}
