/* facet predict: probability of the target for pictures from anywhere. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/predict_args.h"
#include "cli/predict_outside.h"
#include "cli/predict_sheet.h"
#include "insight/pixels_far.h"
#include "io/json.h"
#include "run/predict.h"
#include "run/run_ref.h"
#include "study/attributes.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/log.h"

static void print_table(const pl_predictions *p)
{
    int width = (int)strlen("image");
    for (size_t i = 0; i < p->count; i++)
        if ((int)strlen(p->item[i].name) > width)
            width = (int)strlen(p->item[i].name);
    printf("%-*s  probability  label%s\n", width, "image", p->known > 0 ? "  truth" : "");
    for (size_t i = 0; i < p->count; i++) {
        const pl_predicted *item = &p->item[i];
        if (item->answer == PL_NO_FACE)
            printf("%-*s  %11s  %5s", width, item->name, "", pl_predicted_label(item));
        else
            printf("%-*s  %11.4f  %5s", width, item->name, (double)item->probability,
                   pl_predicted_label(item));
        if (item->truth >= 0)
            printf("  %5d%s", item->truth,
                   item->answer != PL_ANSWERED || item->truth == item->label ? "" : "  wrong");
        printf("\n");
    }
}

static void print_far(const pl_predictions *p)
{
    bool any = false;
    for (size_t i = 0; i < p->count; i++) {
        const pl_predicted *item = &p->item[i];
        if (!item->far || !item->far[0])
            continue;
        printf("%s  %s: %s\n", any ? "" : "far from the training pictures:\n", item->name,
               item->far);
        any = true;
    }
}

static void print_summary(const pl_predictions *p, const pl_scores *scores)
{
    size_t ones = 0;
    for (size_t i = 0; i < p->count; i++)
        ones += p->item[i].label == 1 && p->item[i].answer == PL_ANSWERED;
    printf("%zu picture%s, %zu predicted %s\n", p->count, p->count == 1 ? "" : "s", ones,
           p->model.spec.data.target);
    if (p->known > 0 && scores->count > 0)
        printf("accuracy %.2f %% on %zu labelled picture%s (always the commoner label: %.2f %%)\n",
               100 * scores->accuracy, scores->count, scores->count == 1 ? "" : "s",
               100 * scores->majority);
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
        json_object_set_new(object, "far", item->far ? json_string(item->far) : json_null());
        pl_predict_outside_json(p, item, object);
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

/* How each picture is far from the training pictures, where the run's study knows of them. words: [count], heap strings. */
static kn_status look_far(pl_predictions *p, const char *run_dir, char **words, kn_error *e)
{
    const pl_data_spec *d = &p->model.spec.data;
    char *runs = pl_path_dir(run_dir), *study = pl_path_dir(runs), id[PL_DATA_ID] = "";
    char *path = pl_path_join(run_dir, "manifest.json");
    json_t *manifest = json_load_file(path, 0, NULL);
    pl_training_facts training;
    bool found = false;
    pl_data_id_of(manifest, id);
    kn_status rc =
        pl_training_facts_read(study, id, d->width, d->height, d->channels, &found, &training, e);
    size_t row = (size_t)d->width * (size_t)d->height * (size_t)d->channels;
    for (size_t i = 0; rc == KN_OK && found && i < p->count; i++) {
        pl_facts facts;
        pl_str note, word;
        pl_picture_facts(p->x + i * row, d->width, d->height, d->channels, &facts);
        pl_far_measured m = pl_far_measure_of(&facts, p->item[i].w, p->item[i].h);
        pl_str_init(&note);
        pl_str_init(&word);
        pl_far_note(&training, &m, &note, &word);
        p->item[i].far = pl_str_take(&note);
        words[i] = pl_str_take(&word);
    }
    json_decref(manifest);
    free(path);
    free(study);
    free(runs);
    return rc;
}

/* Every path; what cannot be read is named as it comes. */
static kn_status add_all(pl_predictions *p, const pl_predict_args *a, kn_error *e)
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

static kn_status answer(const pl_global *g, const pl_predict_args *a, const char *dir,
                        const pl_predict_outside *outside, pl_predictions *p, char **words,
                        kn_error *e)
{
    pl_scores scores = {0};
    pl_predict_outside_judge(a, outside, p);
    KN_TRY(look_far(p, dir, words, e));
    if (a->labels) {
        KN_TRY(pl_predictions_label(p, a->labels, e));
        KN_TRY(pl_predictions_score(p, &scores, e));
    }
    if (a->csv)
        KN_TRY(pl_predictions_write(p, a->csv, e));
    if (a->sheet)
        KN_TRY(
            pl_predict_sheet_write(p, pl_path_base(dir), (const char *const *)words, a->sheet, e));
    if (g->json) {
        print_json(p, &scores);
        return KN_OK;
    }
    if (!a->csv) {
        print_table(p);
        pl_predict_outside_frames(p);
        print_far(p);
    }
    print_summary(p, &scores);
    pl_predict_outside_summary(a, outside, p);
    return KN_OK;
}

static kn_status predict(const pl_global *g, const pl_predict_args *a, const char *dir,
                         pl_predictions *p, kn_error *e)
{
    pl_predict_outside outside;
    char **words = NULL;
    p->framing = a->framing;
    kn_status rc = pl_predict_outside_open(g, a, dir, p, &outside, e);
    if (rc == KN_OK)
        rc = add_all(p, a, e);
    if (rc == KN_OK && !(words = calloc(p->count + 1, sizeof *words)))
        rc = kn_fail(e, KN_ENOMEM, "no memory for notes on %zu pictures", p->count);
    if (rc == KN_OK)
        rc = answer(g, a, dir, &outside, p, words, e);
    for (size_t i = 0; words && i < p->count; i++)
        free(words[i]);
    free(words);
    pl_predict_outside_close(&outside);
    return rc;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    pl_predict_args a = {.path = calloc((size_t)argc, sizeof *a.path)};
    char *dir = NULL;
    kn_pool *pool = NULL;
    pl_predictions p;
    kn_status rc = a.path ? KN_OK : kn_fail(e, KN_ENOMEM, "no memory for %d words", argc);
    if (rc == KN_OK)
        rc = pl_predict_args_read(&a, argc, argv, e);
    if (rc == KN_OK)
        rc = pl_run_ref_find(g->results, a.run, &dir, e);
    if (rc == KN_OK)
        rc = kn_pool_new(g->threads, &pool, e);
    if (rc == KN_OK)
        rc = pl_predictions_open(dir, pool, &p, e);
    if (rc == KN_OK) {
        rc = predict(g, &a, dir, &p, e);
        pl_predictions_close(&p);
    }
    kn_pool_free(pool);
    free(dir);
    free(a.path);
    return rc;
}

const pl_command pl_command_predict = {
    .name = "predict",
    .usage = "predict RUN PATH... [--labels FILE] [--csv FILE] [--sheet FILE] [--crop CROP] "
             "[--rotate ANGLE] [--mirror] [--align] [--all] [--frame S,X,Y[,A]] [--calibrated] "
             "[--abstain P] [--coverage C] [--json]",
    .summary = "probability of the target for pictures from anywhere",
    .help = pl_predict_help,
    .run = run,
};
