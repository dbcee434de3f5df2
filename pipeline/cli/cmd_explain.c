/* facet explain: where in a picture a model's answer comes from. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "data/images.h"
#include "insight/explain_files.h"
#include "insight/explain_sheet.h"
#include "io/json.h"
#include "run/run_ref.h"
#include "util/fs.h"
#include "util/log.h"

enum { MOST = 64, MOST_LIMIT = 10000 };

typedef struct explain_args {
    const char *run, *out;
    char **path; /* borrowed words */
    int paths;
    long most;
    bool csv;
    pl_explain_options options;
} explain_args;

/* The pictures of all paths. */
typedef struct loaded {
    pl_images *set; /* [sets] */
    int sets;
    uint8_t *x;
    const char **name;
    pl_explained *explained;
    size_t count;
} loaded;

static kn_status parse_method(const char *text, pl_explain_options *o, kn_error *e)
{
    if (strcmp(text, "both") == 0)
        return KN_OK;
    while (true) {
        size_t n = strcspn(text, ",");
        bool known = false;
        for (int k = 0; k < PL_MAPS; k++) {
            const char *name = pl_map_name((pl_map_kind)k);
            if (strlen(name) == n && strncmp(name, text, n) == 0)
                known = o->map[k] = true;
        }
        if (!known)
            return kn_fail(e, KN_EUSAGE,
                           "--method takes gradcam, input, occlusion, several of them with commas, "
                           "or both, not '%.*s'",
                           (int)n, text);
        if (!text[n])
            return KN_OK;
        text += n + 1;
    }
}

static kn_status parse_number(const char *name, const char *text, long min, long max, int *out,
                              kn_error *e)
{
    long v = 0;
    KN_TRY(pl_parse_int(name, text, min, max, &v, e));
    *out = (int)v;
    return KN_OK;
}

static kn_status take_option(explain_args *a, int option, const char *value, kn_error *e)
{
    pl_explain_options *o = &a->options;
    switch (option) {
    case 0:
        return parse_method(value, o, e);
    case 1:
        o->layer = value;
        return KN_OK;
    case 2:
        return parse_number("--patch", value, 1, 65536, &o->patch, e);
    case 3:
        return parse_number("--stride", value, 1, 65536, &o->stride, e);
    case 4:
        return parse_number("--class", value, 0, 1, &o->cls, e);
    case 5:
        o->target = value;
        return KN_OK;
    case 6:
        return pl_parse_int("--most", value, 1, MOST_LIMIT, &a->most, e);
    default:
        a->out = value;
        return KN_OK;
    }
}

static kn_status parse(explain_args *a, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--method", "--layer",  "--patch", "--stride",
                                        "--class",  "--target", "--most",  "--out",
                                        "--csv",    "--json",   NULL};
    enum { VALUES = 8 };
    for (int i = 1; i < argc; i++) {
        bool bad = false, taken = pl_flag(argv[i], "--csv");
        a->csv |= taken;
        for (int k = 0; k < VALUES && !taken; k++) {
            const char *value = pl_option(argc, argv, &i, known[k], &bad, e);
            if (bad)
                return KN_EUSAGE;
            taken = value != NULL;
            if (taken)
                KN_TRY(take_option(a, k, value, e));
        }
        if (taken)
            continue;
        if (argv[i][0] == '-' && argv[i][1])
            return pl_unknown_option(&pl_command_explain, argv[i], known, e);
        if (!a->run)
            a->run = argv[i];
        else
            a->path[a->paths++] = argv[i];
    }
    if (a->paths == 0)
        return kn_fail(e, KN_EUSAGE,
                       "facet explain needs a run and pictures (facet explain --help)");
    if (a->csv && pl_ends_with(a->out, ".png"))
        return kn_fail(e, KN_EUSAGE,
                       "--csv writes several files: give a folder, --out DIR, instead of '%s'",
                       a->out);
    return KN_OK;
}

/* The pictures of one path join; what cannot be read is named. */
static kn_status load_path(const pl_explainer *x, const char *path, loaded *p, bool only,
                           kn_error *e)
{
    const pl_data_spec *d = &x->predictions.model->spec.data;
    pl_images *images = &p->set[p->sets];
    kn_error why = {KN_OK, ""};
    kn_status rc = pl_images_load(path, d->width, d->height, d->channels, d->filter,
                                  x->predictions.pool, images, &why);
    if (rc != KN_OK && (only || rc == KN_ENOMEM || rc == KN_EINTERRUPTED))
        return kn_fail(e, rc, "%s", why.text);
    if (rc != KN_OK) {
        pl_warn("left out: %s", why.text);
        return KN_OK;
    }
    for (size_t i = 0; i < images->bad_count; i++)
        pl_warn("left out: %s", images->bad[i]);
    p->count += images->count;
    p->sets++;
    return KN_OK;
}

/* The first `most` pictures of all sets as one array. */
static kn_status gather(const pl_explainer *x, loaded *p, size_t most, kn_error *e)
{
    size_t row = kn_shape_size(kn_net_input(x->predictions.model->net)), n = 0;
    if (p->count > most) {
        pl_warn("the first %zu of %zu pictures are explained (--most %zu: all of them)", most,
                p->count, p->count);
        p->count = most;
    }
    p->x = malloc(p->count * row);
    p->name = calloc(p->count, sizeof *p->name);
    p->explained = calloc(p->count, sizeof *p->explained);
    if (!p->x || !p->name || !p->explained)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu pictures", p->count);
    for (int s = 0; s < p->sets; s++)
        for (size_t i = 0; i < p->set[s].count && n < p->count; i++, n++) {
            memcpy(p->x + n * row, p->set[s].x + i * row, row);
            p->name[n] = p->set[s].name[i];
        }
    return KN_OK;
}

static kn_status load(const pl_explainer *x, const explain_args *a, loaded *p, kn_error *e)
{
    p->set = calloc((size_t)a->paths, sizeof *p->set);
    if (!p->set)
        return kn_fail(e, KN_ENOMEM, "no memory for %d paths", a->paths);
    for (int i = 0; i < a->paths; i++)
        KN_TRY(load_path(x, a->path[i], p, a->paths == 1, e));
    if (p->count == 0)
        return kn_fail(e, KN_EDATA, "no picture could be read");
    return gather(x, p, (size_t)a->most, e);
}

static void clear_loaded(loaded *p)
{
    for (size_t i = 0; p->explained && i < p->count; i++)
        pl_explained_clear(&p->explained[i]);
    for (int s = 0; s < p->sets; s++)
        pl_images_clear(&p->set[s]);
    free(p->set);
    free(p->x);
    free(p->name);
    free(p->explained);
}

/* "(24, 31)", or "-" where nothing argues for the class. */
static void place_text(const pl_pixel_map *m, char *out, size_t size)
{
    if (m->strongest > 0)
        snprintf(out, size, "(%d, %d)", m->x, m->y);
    else
        snprintf(out, size, "-");
}

static void print_row(const pl_explained *r)
{
    char place[40];
    printf("  %11.4f  %5d  %5d", (double)r->probability, r->label, r->cls);
    for (int k = 0; k < PL_MAPS; k++)
        if (r->map[k].v) {
            place_text(&r->map[k], place, sizeof place);
            printf("  %10s", place);
        }
    if (r->map[PL_MAP_OCCLUSION].v)
        printf("  %7.4f", (double)r->covered);
    printf("\n");
}

static void print_table(const pl_explanations *all)
{
    int width = (int)strlen("image");
    for (size_t i = 0; i < all->count; i++)
        if ((int)strlen(all->name[i]) > width)
            width = (int)strlen(all->name[i]);
    printf("%-*s  probability  label  class", width, "image");
    for (int k = 0; k < PL_MAPS; k++)
        if (all->explainer->options.map[k])
            printf("  %10s", pl_map_name((pl_map_kind)k));
    printf("%s\n", all->explainer->options.map[PL_MAP_OCCLUSION] ? "  covered" : "");
    for (size_t i = 0; i < all->count; i++) {
        printf("%-*s", width, all->name[i]);
        print_row(&all->explained[i]);
    }
}

static bool any_empty(const pl_explanations *all)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->explained[i].map[PL_MAP_GRADCAM].most <= 0)
            return true;
    return false;
}

/* What the columns of the table are. */
static void print_legend(const pl_explanations *all)
{
    const pl_explainer *x = all->explainer;
    const pl_explain_options *o = &x->options;
    kn_shape s = kn_net_input(x->predictions.model->net);
    printf("probability of %s; where the maps are strongest, from the upper left of %dx%d pixels\n",
           pl_predictions_target(&x->predictions), s.w, s.h);
    if (o->map[PL_MAP_GRADCAM])
        printf("gradcam: of %s%s\n", kn_net_layer(x->predictions.model->net, x->layer)->name,
               any_empty(all) ? "; -: empty, nothing there argues for the class (--class takes the "
                                "other one)"
                              : "");
    if (o->map[PL_MAP_OCCLUSION])
        printf("occlusion: squares of %dx%d in the picture's mean colour, in steps of %d; covered: "
               "the probability under the square that takes most\n",
               o->patch, o->patch, o->stride);
}

static json_t *picture_json(const char *name, const pl_explained *r)
{
    json_t *o = json_pack("{s:s, s:f, s:i, s:i}", "image", name, "probability",
                          (double)r->probability, "label", r->label, "class", r->cls);
    for (int k = 0; k < PL_MAPS; k++) {
        const pl_pixel_map *m = &r->map[k];
        if (m->v)
            json_object_set_new(
                o, pl_map_name((pl_map_kind)k),
                json_pack("{s:f, s:i, s:i}", "strongest", m->strongest, "x", m->x, "y", m->y));
    }
    if (r->map[PL_MAP_OCCLUSION].v)
        json_object_set_new(o, "covered",
                            json_pack("{s:i, s:i, s:f}", "x", r->patch_x, "y", r->patch_y,
                                      "probability", (double)r->covered));
    return o;
}

static void print_json(const pl_explanations *all)
{
    const pl_explainer *x = all->explainer;
    json_t *pictures = json_array();
    for (size_t i = 0; i < all->count; i++)
        json_array_append_new(pictures, picture_json(all->name[i], &all->explained[i]));
    json_t *root = json_pack("{s:s, s:s, s:o}", "run", all->run, "target",
                             pl_predictions_target(&x->predictions), "pictures", pictures);
    if (x->options.map[PL_MAP_GRADCAM])
        json_object_set_new(root, "layer",
                            json_string(kn_net_layer(x->predictions.model->net, x->layer)->name));
    if (x->options.map[PL_MAP_OCCLUSION])
        json_object_set_new(
            root, "square",
            json_pack("{s:i, s:i}", "side", x->options.patch, "stride", x->options.stride));
    char *text = pl_json_text(root);
    fputs(text, stdout);
    free(text);
    json_decref(root);
}

/* The sheet, and in a folder the maps beside it. */
static kn_status write_out(const explain_args *a, const pl_explanations *all, kn_error *e)
{
    bool folder = !pl_ends_with(a->out, ".png");
    char *path = folder ? pl_path_join(a->out, "sheet.png") : pl_strdup(a->out);
    pl_str png;
    pl_str_init(&png);
    kn_status rc = pl_explain_sheet(all, &png, e);
    if (rc == KN_OK && folder)
        rc = pl_explain_write(all, a->out, a->csv, e);
    if (rc == KN_OK)
        rc = pl_write_file_if_changed(path, png.text, png.size, e);
    if (rc == KN_OK)
        pl_info("%s", folder ? a->out : path);
    pl_str_clear(&png);
    free(path);
    return rc;
}

static kn_status explain(const pl_global *g, const explain_args *a, const char *run,
                         pl_explainer *x, loaded *p, kn_error *e)
{
    size_t row = kn_shape_size(kn_net_input(x->predictions.model->net));
    KN_TRY(load(x, a, p, e));
    for (size_t i = 0; i < p->count; i++) {
        kn_status rc = pl_explain(x, p->x + i * row, &p->explained[i], e);
        if (rc != KN_OK)
            return kn_prepend(e, "%s: ", p->name[i]);
    }
    const pl_explanations all = {x, run, p->count, p->x, p->name, p->explained};
    KN_TRY(write_out(a, &all, e));
    if (g->json) {
        print_json(&all);
        return KN_OK;
    }
    print_table(&all);
    print_legend(&all);
    return KN_OK;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    explain_args a = {.path = calloc((size_t)argc, sizeof *a.path),
                      .out = "explain.png",
                      .most = MOST,
                      .options = {.cls = -1}};
    char *dir = NULL;
    kn_pool *pool = NULL;
    pl_explainer x = {0};
    loaded p = {0};
    kn_status rc = a.path ? KN_OK : kn_fail(e, KN_ENOMEM, "no memory for %d words", argc);
    if (rc == KN_OK)
        rc = parse(&a, argc, argv, e);
    if (rc == KN_OK)
        rc = pl_run_ref_find(g->results, a.run, &dir, e);
    if (rc == KN_OK)
        rc = kn_pool_new(g->threads, &pool, e);
    if (rc == KN_OK)
        rc = pl_explainer_open(dir, pool, &a.options, &x, e);
    if (rc == KN_OK) {
        rc = explain(g, &a, pl_path_base(dir), &x, &p, e);
        clear_loaded(&p);
        pl_explainer_close(&x);
    }
    kn_pool_free(pool);
    free(dir);
    free(a.path);
    return rc;
}

const pl_command pl_command_explain = {
    .name = "explain",
    .usage = "explain RUN IMAGE... [--method M] [--layer NAME] [--class 0|1] [--target NAME]\n"
             "       [--patch N] [--stride N] [--most N] [--out FILE.png|DIR] [--csv] [--json]",
    .summary = "where in a picture a model's answer comes from: Grad-CAM, occlusion",
    .help =
        "Draws maps over pictures, as one PNG, and prints where they are strongest. RUN is\n"
        "STUDY/RUN-ID, a prefix of the id, or the run's folder. An IMAGE is a picture, a folder\n"
        "(also nested) or an archive.\n\n"
        "  --method M      gradcam (for models with a convolution), input (gradient times input; "
        "of\n"
        "                  logistic regression weight times pixel), occlusion; several with "
        "commas;\n"
        "                  both (default): gradcam, or input where there is no convolution, and\n"
        "                  occlusion\n"
        "  --layer NAME    the convolution that Grad-CAM looks at, before its pooling (default: "
        "the\n"
        "                  last; facet summary RUN has the names)\n"
        "  --class 0|1     the class that the maps argue for (default: the predicted one)\n"
        "  --target NAME   of a model that tells several attributes the one that is asked "
        "(default:\n"
        "                  the first)\n"
        "  --patch N       occlusion: side of the square in pixels as the model sees them "
        "(default: a\n"
        "                  fifth of the shorter side)\n"
        "  --stride N      occlusion: step of the square (default: a quarter of it)\n"
        "  --most N        so many pictures at most (default 64)\n"
        "  --out PATH      FILE.png: the sheet (default explain.png). A folder: sheet.png, the "
        "maps\n"
        "                  and pictures as .npy, maps.csv\n"
        "  --csv           into that folder also every map as image, x, y, value\n"
        "  --json          what is printed as JSON\n\n"
        "  facet explain demo/3f2a face.jpg --out face.png\n",
    .run = run,
};
