#include "insight/explain.h"

#include <stdlib.h>

#include "draw/heat.h"
#include "insight/gradcam.h"
#include "util/interrupt.h"
#include "util/str.h"

const char *pl_map_name(pl_map_kind kind)
{
    static const char *const names[PL_MAPS] = {"gradcam", "input", "occlusion"};
    return names[kind];
}

static bool has_convolution(const kn_net *net)
{
    int layer;
    return kn_attribution_find(net, NULL, &layer, NULL) == KN_OK;
}

static void choose_maps(pl_explain_options *o, bool convolution)
{
    for (int k = 0; k < PL_MAPS; k++)
        if (o->map[k])
            return;
    o->map[convolution ? PL_MAP_GRADCAM : PL_MAP_INPUT] = o->map[PL_MAP_OCCLUSION] = true;
}

static kn_status find_layer(pl_explainer *x, bool convolution, kn_error *e)
{
    pl_explain_options *o = &x->options;
    x->layer = -1;
    if ((o->map[PL_MAP_GRADCAM] || o->layer) && !convolution)
        return kn_fail(e, KN_EUSAGE,
                       "the model has no convolution, which Grad-CAM looks at; gradient times "
                       "input (--method input) and occlusion work for every model");
    if (!o->map[PL_MAP_GRADCAM])
        return KN_OK;
    return kn_attribution_find(x->predictions.model->net, o->layer, &x->layer, e);
}

/* Squares and layer, so that nothing is left to fail picture by picture. */
static kn_status settle(pl_explainer *x, kn_error *e)
{
    pl_explain_options *o = &x->options;
    const kn_net *net = x->predictions.model->net;
    bool convolution = has_convolution(net);
    choose_maps(o, convolution);
    KN_TRY(find_layer(x, convolution, e));
    o->patch = o->patch ? o->patch : pl_occlusion_patch(kn_net_input(net));
    o->stride = o->stride ? o->stride : pl_occlusion_stride(o->patch);
    return pl_occlusion_check(kn_net_input(net), o->patch, o->stride, e);
}

kn_status pl_explainer_open(const char *run_dir, kn_pool *pool, const pl_explain_options *options,
                            pl_explainer *out, kn_error *e)
{
    *out = (pl_explainer){.options = *options};
    KN_TRY(pl_predictions_open(&run_dir, 1, pool, &out->predictions, e));
    const pl_model *m = out->predictions.model;
    kn_status rc = KN_OK;
    if (options->target)
        rc = pl_predictions_look(&out->predictions, options->target, e);
    if (rc == KN_OK)
        rc = settle(out, e);
    if (rc == KN_OK)
        rc = kn_attribution_new(m->net, m->block, &out->attribution, e);
    if (rc != KN_OK)
        pl_explainer_close(out);
    return rc;
}

void pl_explainer_close(pl_explainer *x)
{
    kn_attribution_free(x->attribution);
    pl_predictions_close(&x->predictions);
    *x = (pl_explainer){0};
}

static void find_strongest(pl_pixel_map *m, kn_shape s)
{
    size_t best = 0, n = (size_t)s.h * (size_t)s.w;
    for (size_t i = 1; i < n; i++)
        if (m->v[i] > m->v[best])
            best = i;
    m->strongest = (double)m->v[best];
    m->x = (int)(best % (size_t)s.w);
    m->y = (int)(best / (size_t)s.w);
    m->most = pl_heat_most(m->v, n);
}

/* The gradient's maps; the picture has run. */
static kn_status read_gradient(pl_explainer *x, pl_explained *r, kn_error *e)
{
    const kn_net *net = x->predictions.model->net;
    if (r->map[PL_MAP_GRADCAM].v)
        KN_TRY(pl_gradcam(x->attribution, net, x->layer, r->cls, r->map[PL_MAP_GRADCAM].v, e));
    if (r->map[PL_MAP_INPUT].v)
        KN_TRY(pl_input_map(x->attribution, net, r->cls, r->map[PL_MAP_INPUT].v, e));
    return KN_OK;
}

static kn_status predict(pl_explainer *x, const uint8_t *pixels, pl_explained *r, kn_error *e)
{
    const uint32_t first = 0;
    const kn_batch one = {.x = pixels, .index = &first, .count = 1};
    float p[KN_TARGETS_MAX];
    KN_TRY(kn_trainer_predict(x->predictions.by[0].trainer, &one, p, NULL, e));
    r->probability = p[x->predictions.target];
    r->label = r->probability > 0.5f;
    r->cls = x->options.cls < 0 ? r->label : x->options.cls;
    return KN_OK;
}

static kn_status occlude(pl_explainer *x, const uint8_t *pixels, pl_explained *r, kn_error *e)
{
    pl_occlusion o;
    KN_TRY(pl_occlude(x->predictions.by[0].trainer, pixels, kn_net_input(x->predictions.model->net),
                      (int)x->predictions.targets, (int)x->predictions.target, x->options.patch,
                      x->options.stride, &o, e));
    pl_occlusion_map(&o, r->cls, r->map[PL_MAP_OCCLUSION].v);
    size_t best = pl_occlusion_strongest(&o, r->cls);
    r->patch_x = o.x[best % (size_t)o.nx];
    r->patch_y = o.y[best / (size_t)o.nx];
    r->covered = o.covered[best];
    pl_occlusion_clear(&o);
    return KN_OK;
}

static kn_status make_room(const pl_explainer *x, kn_shape s, pl_explained *r, kn_error *e)
{
    for (int k = 0; k < PL_MAPS; k++) {
        if (!x->options.map[k])
            continue;
        r->map[k].v = malloc((size_t)s.h * (size_t)s.w * sizeof(float));
        if (!r->map[k].v)
            return kn_fail(e, KN_ENOMEM, "no memory for a map of %d x %d", s.w, s.h);
    }
    return KN_OK;
}

kn_status pl_explain(pl_explainer *x, const uint8_t *pixels, pl_explained *out, kn_error *e)
{
    kn_shape s = kn_net_input(x->predictions.model->net);
    *out = (pl_explained){0};
    kn_status rc;
    KN_TRY_TO(rc, done, pl_interrupt_check(e));
    KN_TRY_TO(rc, done, make_room(x, s, out, e));
    KN_TRY_TO(rc, done, predict(x, pixels, out, e));
    if (x->options.map[PL_MAP_GRADCAM] || x->options.map[PL_MAP_INPUT]) {
        kn_attribution_run(x->attribution, pixels, (int)x->predictions.target);
        KN_TRY_TO(rc, done, read_gradient(x, out, e));
    }
    if (x->options.map[PL_MAP_OCCLUSION])
        KN_TRY_TO(rc, done, occlude(x, pixels, out, e));
    for (int k = 0; k < PL_MAPS; k++)
        if (out->map[k].v)
            find_strongest(&out->map[k], s);
done:
    if (rc != KN_OK)
        pl_explained_clear(out);
    return rc;
}

void pl_explained_clear(pl_explained *r)
{
    for (int k = 0; k < PL_MAPS; k++)
        free(r->map[k].v);
    *r = (pl_explained){0};
}

char *pl_class_name(const pl_explainer *x, int cls)
{
    const char *target = pl_predictions_target(&x->predictions);
    return cls ? pl_strdup(target) : pl_format("not %s", target);
}
