/* facet predict: probability of the target for pictures from anywhere. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "io/json.h"
#include "draw/sheet.h"
#include "run/predict.h"
#include "run/run_ref.h"
#include "util/interrupt.h"
#include "util/log.h"

typedef struct predict_args {
    const char *run, *labels, *csv, *sheet;
    char **path; /* borrowed words */
    int paths;
} predict_args;

static kn_status parse(predict_args *a, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--labels", "--csv", "--sheet", "--json", NULL};
    for (int i = 1; i < argc; i++) {
        const char **const target[] = {&a->labels, &a->csv, &a->sheet};
        bool bad = false, taken = false;
        for (int k = 0; k < 3 && !taken && !bad; k++) {
            const char *value = pl_option(argc, argv, &i, known[k], &bad, e);
            taken = value != NULL;
            if (taken)
                *target[k] = value;
        }
        if (bad)
            return KN_EUSAGE;
        if (taken)
            continue;
        if (argv[i][0] == '-' && argv[i][1])
            return pl_unknown_option(&pl_command_predict, argv[i], known, e);
        if (!a->run)
            a->run = argv[i];
        else
            a->path[a->paths++] = argv[i];
    }
    if (a->paths == 0)
        return kn_fail(e, KN_EUSAGE,
                       "facet predict needs a run and pictures (facet predict --help)");
    return KN_OK;
}

static void print_table(const pl_predictions *p)
{
    int width = (int)strlen("image");
    for (size_t i = 0; i < p->count; i++)
        if ((int)strlen(p->item[i].name) > width)
            width = (int)strlen(p->item[i].name);
    printf("%-*s  probability  label%s\n", width, "image", p->known > 0 ? "  truth" : "");
    for (size_t i = 0; i < p->count; i++) {
        const pl_predicted *item = &p->item[i];
        printf("%-*s  %11.4f  %5d", width, item->name, (double)item->probability, item->label);
        if (item->truth >= 0)
            printf("  %5d%s", item->truth, item->truth == item->label ? "" : "  wrong");
        printf("\n");
    }
}

static void print_summary(const pl_predictions *p, const pl_scores *scores)
{
    size_t ones = 0;
    for (size_t i = 0; i < p->count; i++)
        ones += p->item[i].label == 1;
    printf("%zu picture%s, %zu predicted %s\n", p->count, p->count == 1 ? "" : "s", ones,
           p->model.spec.data.target);
    if (p->known > 0)
        printf("accuracy %.2f %% on %zu labelled picture%s (always the commoner label: %.2f %%)\n",
               100 * scores->accuracy, p->known, p->known == 1 ? "" : "s", 100 * scores->majority);
}

static void print_json(const pl_predictions *p, const pl_scores *scores)
{
    json_t *pictures = json_array(), *bad = json_array();
    for (size_t i = 0; i < p->count; i++) {
        const pl_predicted *item = &p->item[i];
        json_t *object = json_pack("{s:s, s:f, s:i}", "image", item->name, "probability",
                                   (double)item->probability, "label", item->label);
        if (item->truth >= 0)
            json_object_set_new(object, "truth", json_integer(item->truth));
        json_array_append_new(pictures, object);
    }
    for (size_t i = 0; i < p->bad_count; i++)
        json_array_append_new(bad, json_string(p->bad[i]));
    json_t *root = json_pack("{s:s, s:o, s:o}", "target", p->model.spec.data.target, "pictures",
                             pictures, "unreadable", bad);
    if (p->known > 0)
        json_object_set_new(root, "scores", pl_scores_json(scores));
    char *text = pl_json_text(root);
    fputs(text, stdout);
    free(text);
    json_decref(root);
}

static kn_status write_sheet(const pl_predictions *p, const char *path, kn_error *e)
{
    const pl_data_spec *d = &p->model.spec.data;
    const char **name = calloc(p->count, sizeof *name);
    float *probability = calloc(p->count, sizeof *probability);
    int8_t *truth = calloc(p->count, sizeof *truth);
    kn_status rc = KN_OK;
    if (!name || !probability || !truth)
        rc = kn_fail(e, KN_ENOMEM, "no memory for a sheet of %zu pictures", p->count);
    for (size_t i = 0; rc == KN_OK && i < p->count; i++) {
        name[i] = p->item[i].name;
        probability[i] = p->item[i].probability;
        truth[i] = p->item[i].truth;
    }
    const pl_sheet sheet = {.width = d->width,
                            .height = d->height,
                            .channels = d->channels,
                            .count = p->count,
                            .x = p->x,
                            .name = name,
                            .probability = probability,
                            .label = truth};
    if (rc == KN_OK)
        rc = pl_sheet_write(path, &sheet, e);
    free(name);
    free(probability);
    free(truth);
    return rc;
}

/* Every path; what cannot be read is named as it comes. */
static kn_status add_all(pl_predictions *p, const predict_args *a, kn_error *e)
{
    for (int i = 0; i < a->paths; i++) {
        size_t before = p->bad_count;
        KN_TRY(pl_interrupt_check(e));
        KN_TRY(pl_predictions_add(p, a->path[i], e));
        if (p->count == 0 && a->paths == 1)
            return kn_fail(e, KN_EDATA, "%s", p->bad[0]);
        for (size_t k = before; k < p->bad_count; k++)
            pl_warn("left out: %s", p->bad[k]);
    }
    if (p->count == 0)
        return kn_fail(e, KN_EDATA, "no picture could be read");
    return KN_OK;
}

static kn_status predict(const pl_global *g, const predict_args *a, pl_predictions *p, kn_error *e)
{
    pl_scores scores = {0};
    KN_TRY(add_all(p, a, e));
    if (a->labels) {
        KN_TRY(pl_predictions_label(p, a->labels, e));
        KN_TRY(pl_predictions_score(p, &scores, e));
    }
    if (a->csv)
        KN_TRY(pl_predictions_write(p, a->csv, e));
    if (a->sheet)
        KN_TRY(write_sheet(p, a->sheet, e));
    if (g->json) {
        print_json(p, &scores);
        return KN_OK;
    }
    if (!a->csv)
        print_table(p);
    print_summary(p, &scores);
    return KN_OK;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    predict_args a = {.path = calloc((size_t)argc, sizeof *a.path)};
    char *dir = NULL;
    kn_pool *pool = NULL;
    pl_predictions p;
    kn_status rc = a.path ? KN_OK : kn_fail(e, KN_ENOMEM, "no memory for %d words", argc);
    if (rc == KN_OK)
        rc = parse(&a, argc, argv, e);
    if (rc == KN_OK)
        rc = pl_run_ref_find(g->results, a.run, &dir, e);
    if (rc == KN_OK)
        rc = kn_pool_new(g->threads, &pool, e);
    if (rc == KN_OK)
        rc = pl_predictions_open(dir, pool, &p, e);
    if (rc == KN_OK) {
        rc = predict(g, &a, &p, e);
        pl_predictions_close(&p);
    }
    kn_pool_free(pool);
    free(dir);
    free(a.path);
    return rc;
}

const pl_command pl_command_predict = {
    .name = "predict",
    .usage = "predict RUN PATH... [--labels FILE] [--csv FILE] [--sheet FILE] [--json]",
    .summary = "probability of the target for pictures from anywhere",
    .help = "RUN is STUDY/RUN-ID, a prefix of the id, or the run's folder. A PATH is a picture, a\n"
            "folder (also nested) or an archive. The label is 1 where the probability is above "
            "0.5.\n"
            "Pictures that cannot be read are named and left out.\n\n"
            "  --labels FILE   a label table: adds the true label and the accuracy\n"
            "  --csv FILE      writes image, probability, label (and truth) there, instead of the "
            "table\n"
            "  --sheet FILE    writes a contact sheet as PNG: every picture with its probability; "
            "with\n"
            "                  --labels the wrong ones have a red frame\n"
            "  --json          everything as JSON\n",
    .run = run,
};
