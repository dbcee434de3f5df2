/* facet summary SPEC|RUN: layers, output shapes, parameters, MFLOP of one image. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "data/tables.h"
#include "io/json.h"
#include "run/run_ref.h"
#include "spec/spec.h"
#include "stages/model_file.h"
#include "util/fs.h"
#include "util/str.h"

static const char *shape_text(const kn_summary_row *r, char *out, size_t size)
{
    if (r->out_rank == 3)
        snprintf(out, size, "%d x %d x %d", r->out.h, r->out.w, r->out.c);
    else if (r->out_rank == 2)
        snprintf(out, size, "%d x %d", r->out.w, r->out.c);
    else
        snprintf(out, size, "%d", r->out.c);
    return out;
}

static void print_text(const char *title, const kn_net *net)
{
    char shape[64], count[32];
    kn_summary_row input = {.out = kn_net_input(net), .out_rank = 3};
    printf("%s\n%-20s %-12s %16s %14s %12s\n", title, "layer", "kind", "output", "parameters",
           "MFLOP");
    printf("%-20s %-12s %16s\n", "input", "pixels / 255", shape_text(&input, shape, sizeof shape));
    for (int i = 0; i < kn_net_summary_rows(net); i++) {
        kn_summary_row r = kn_net_summary(net, i);
        printf("%-20s %-12s %16s %14s %12.3f\n", r.name, r.kind,
               shape_text(&r, shape, sizeof shape),
               pl_human_count((long long)r.params, count, sizeof count), 2e-6 * r.macs);
    }
    printf("%-20s %-12s %16s %14s %12.3f\n", "total", kn_output_names[kn_net_output(net)], "",
           pl_human_count((long long)kn_net_params(net), count, sizeof count),
           2e-6 * kn_net_macs(net));
}

static json_t *shape_json(const kn_summary_row *r)
{
    if (r->out_rank == 3)
        return json_pack("[i,i,i]", r->out.h, r->out.w, r->out.c);
    return r->out_rank == 2 ? json_pack("[i,i]", r->out.w, r->out.c) : json_pack("[i]", r->out.c);
}

static json_t *as_json(const char *title, const kn_net *net)
{
    json_t *layers = json_array();
    for (int i = 0; i < kn_net_summary_rows(net); i++) {
        kn_summary_row r = kn_net_summary(net, i);
        json_array_append_new(layers, json_pack("{s:s, s:s, s:o, s:I, s:f}", "name", r.name, "kind",
                                                r.kind, "output", shape_json(&r), "parameters",
                                                (json_int_t)r.params, "mflop", 2e-6 * r.macs));
    }
    kn_summary_row input = {.out = kn_net_input(net), .out_rank = 3};
    return json_pack("{s:s, s:o, s:s, s:o, s:I, s:f}", "model", title, "input", shape_json(&input),
                     "output", kn_output_names[kn_net_output(net)], "layers", layers, "parameters",
                     (json_int_t)kn_net_params(net), "mflop", 2e-6 * kn_net_macs(net));
}

/* One net, printed or appended. */
static void show(const pl_global *g, json_t *list, int index, const char *title, const kn_net *net)
{
    if (g->json)
        json_array_append_new(list, as_json(title, net));
    else {
        if (index > 0)
            printf("\n");
        print_text(title, net);
    }
}

/* Everything a net depends on: what two runs must share to have the same summary. */
static char *net_identity(const kn_net *net)
{
    pl_str s;
    pl_str_init(&s);
    kn_shape in = kn_net_input(net);
    pl_str_addf(&s, "%d %d %d %d\n", in.h, in.w, in.c, (int)kn_net_output(net));
    for (int i = 0; i < kn_net_summary_rows(net); i++) {
        kn_summary_row r = kn_net_summary(net, i);
        pl_str_addf(&s, "%s %d %d %d %zu %.0f\n", r.kind, r.out.h, r.out.w, r.out.c, r.params,
                    r.macs);
    }
    return pl_str_take(&s);
}

/* The net of a run; the label table says how many targets `all` are. */
static kn_status make_net(const pl_run_spec *run, kn_arena *arena, kn_net **net, kn_error *e)
{
    pl_run_spec spec = *run;
    pl_labels table;
    kn_net_desc desc;
    bool all = spec.data.target.count == 0;
    if (all) {
        KN_TRY(pl_labels_read_gaps(spec.data.labels, &table, e));
        spec.data.target.count = (int)table.columns;
        pl_labels_clear(&table);
    }
    KN_TRY(pl_spec_net(&spec, arena, &desc, e));
    desc.precision = KN_PRECISION_F32; /* shapes are those of any machine */
    return kn_net_new(&desc, net, e);
}

static kn_status show_study(const pl_global *g, const pl_study *study, json_t *list, kn_error *e)
{
    char **seen = calloc((size_t)study->run_count + 1, sizeof *seen);
    if (!seen)
        return kn_fail(e, KN_ENOMEM, "no memory for %d runs", study->run_count);
    int shown = 0;
    kn_status rc = KN_OK;
    for (int i = 0; i < study->run_count && rc == KN_OK; i++) {
        kn_arena arena;
        kn_arena_init(&arena);
        kn_net *net = NULL;
        rc = make_net(&study->runs[i].spec, &arena, &net, e);
        if (rc == KN_OK) {
            char *identity = net_identity(net);
            bool known = false;
            for (int k = 0; k < shown && !known; k++)
                known = strcmp(seen[k], identity) == 0;
            if (known)
                free(identity);
            else {
                show(g, list, shown, study->runs[i].group_label, net);
                seen[shown++] = identity;
            }
        }
        kn_net_free(net);
        kn_arena_clear(&arena);
    }
    for (int k = 0; k < shown; k++)
        free(seen[k]);
    free(seen);
    return rc;
}

static kn_status show_run(const pl_global *g, const char *ref, json_t *list, kn_error *e)
{
    char *dir;
    KN_TRY(pl_run_ref_find(g->results, ref, &dir, e));
    char *path = pl_path_join(dir, "model.safetensors");
    pl_model model;
    kn_status rc = pl_model_load(path, &model, e);
    if (rc == KN_OK) {
        show(g, list, 0, ref, model.net);
        pl_model_clear(&model);
    }
    free(path);
    free(dir);
    return rc;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--json", NULL};
    for (int i = 1; i < argc; i++)
        if (argv[i][0] == '-')
            return pl_unknown_option(&pl_command_summary, argv[i], known, e);
    if (argc != 2)
        return kn_fail(e, KN_EUSAGE, "facet summary takes one SPEC or RUN (facet summary --help)");
    json_t *list = json_array();
    kn_status rc;
    if (pl_ends_with(argv[1], ".yaml") || pl_ends_with(argv[1], ".yml")) {
        pl_study study;
        rc = pl_study_load(argv[1], NULL, 0, &study, e);
        if (rc == KN_OK) {
            rc = show_study(g, &study, list, e);
            pl_study_clear(&study);
        }
    } else
        rc = show_run(g, argv[1], list, e);
    if (rc == KN_OK && g->json) {
        char *text = pl_json_text(list);
        fputs(text, stdout);
        free(text);
    }
    json_decref(list);
    return rc;
}

const pl_command pl_command_summary = {
    .name = "summary",
    .usage = "summary SPEC|RUN [--json]",
    .summary = "layers, output shapes, parameters, MFLOP per image",
    .help = "For a spec, every different network its runs train; for a finished run (STUDY/RUN-ID, "
            "a prefix\n"
            "of the id, or its folder), the network in its model file. Shapes are height x width x "
            "channels,\n"
            "steps x features, or units. MFLOP counts a multiply-add as two, forward pass of one "
            "image.\n\n"
            "  --json   the same as JSON\n",
    .run = run,
};
