/* facet predict: probability of the target for pictures from anywhere. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/predict_args.h"
#include "cli/predict_outside.h"
#include "cli/predict_sheet.h"
#include "cli/predict_sure.h"
#include "cli/side_models.h"
#include "compare/compare_side.h"
#include "insight/pixels_far.h"
#include "io/json.h"
#include "run/predict.h"
#include "study/attributes.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/log.h"

/* Whether every target is told: rows then name theirs. */
static bool tells_all(const pl_predictions *p, const pl_predict_args *a)
{
    return p->targets > 1 && !a->target;
}

static int widest(const char *head, int width, const char *text)
{
    int least = (int)strlen(head), own = (int)strlen(text);
    width = width > least ? width : least;
    return own > width ? own : width;
}

static void print_row(const pl_predictions *p, size_t at)
{
    const char *label = pl_prediction_label(p, at);
    if (p->answer[at] == PL_NO_FACE)
        printf("  %11s  %5s", "", label);
    else
        printf("  %11.4f  %5s", (double)p->probability[at], label);
    if (p->truth && p->truth[at] >= 0)
        printf("  %5d%s", p->truth[at], pl_prediction_wrong(p, at) ? "  wrong" : "");
    printf("\n");
}

static void print_table(const pl_predictions *p, bool all)
{
    const pl_targets *targets = &p->model->spec.data.target;
    int width = (int)strlen("image"), named = (int)strlen("target");
    for (size_t i = 0; i < p->count; i++)
        width = widest("image", width, p->item[i].name);
    for (int k = 0; k < targets->count; k++)
        named = widest("target", named, targets->name[k]);
    printf("%-*s", width, "image");
    if (all)
        printf("  %-*s", named, "target");
    printf("  probability  label%s\n", p->truth ? "  truth" : "");
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = all ? 0 : p->target; k < (all ? p->targets : p->target + 1); k++) {
            printf("%-*s", width, p->item[i].name);
            if (all)
                printf("  %-*s", named, targets->name[k]);
            print_row(p, pl_prediction_at(p, i, k));
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

static void print_accuracy(const pl_scores *scores)
{
    printf("accuracy %.2f %% on %zu labelled picture%s (always the commoner label: %.2f %%)\n",
           100 * scores->accuracy, scores->count, scores->count == 1 ? "" : "s",
           100 * scores->majority);
}

/* How many pictures are said to be 1. */
static size_t count_ones(const pl_predictions *p, size_t target)
{
    size_t ones = 0;
    for (size_t i = 0; i < p->count; i++)
        ones += strcmp(pl_prediction_label(p, pl_prediction_at(p, i, target)), "1") == 0;
    return ones;
}

/* Of several targets a line each, and with labels the mean. */
static kn_status print_targets(const pl_predictions *p, kn_error *e)
{
    const pl_targets *targets = &p->model->spec.data.target;
    pl_scores each[KN_TARGETS_MAX];
    size_t scored = 0;
    int named = 0;
    for (int k = 0; k < targets->count; k++)
        named = widest("", named, targets->name[k]);
    printf("%zu picture%s, %zu targets\n", p->count, p->count == 1 ? "" : "s", p->targets);
    for (size_t k = 0; k < p->targets; k++) {
        printf("%-*s  %zu predicted", named, targets->name[k], count_ones(p, k));
        if (p->truth)
            KN_TRY(pl_predictions_score(p, k, &each[scored], e));
        if (p->truth && each[scored].count > 0) {
            printf(", ");
            print_accuracy(&each[scored++]);
        } else
            printf("%s\n", p->truth ? ", no labels" : "");
    }
    if (scored > 0) {
        pl_scores mean = pl_scores_mean(each, scored);
        printf("mean of %zu targets: accuracy %.2f %%", scored, 100 * mean.accuracy);
        if (!isnan(mean.balanced_accuracy))
            printf(", balanced %.2f %%", 100 * mean.balanced_accuracy);
        printf(" (always the commoner label: %.2f %%)\n", 100 * mean.majority);
    }
    return KN_OK;
}

static kn_status print_summary(const pl_predictions *p, bool all, const pl_scores *scores,
                               kn_error *e)
{
    if (all)
        return print_targets(p, e);
    printf("%zu picture%s, %zu predicted %s\n", p->count, p->count == 1 ? "" : "s",
           count_ones(p, p->target), pl_predictions_target(p));
    if (p->truth && scores->count > 0)
        print_accuracy(scores);
    return KN_OK;
}

static json_t *answer_json(const pl_predictions *p, size_t at)
{
    json_t *o = json_object();
    bool answered = p->answer[at] == PL_ANSWERED, none = p->answer[at] == PL_NO_FACE;
    json_object_set_new(o, "probability",
                        none ? json_null() : json_real((double)p->probability[at]));
    json_object_set_new(o, "label",
                        answered ? json_integer(p->probability[at] > 0.5f)
                                 : json_string(pl_prediction_label(p, at)));
    if (p->truth && p->truth[at] >= 0)
        json_object_set_new(o, "truth", json_integer(p->truth[at]));
    return o;
}

/* Of several targets a picture's answers stand under their names. */
static json_t *picture_json(const pl_predictions *p, size_t i, bool all)
{
    const pl_targets *targets = &p->model->spec.data.target;
    json_t *o = all ? json_object() : answer_json(p, pl_prediction_at(p, i, p->target));
    if (all) {
        json_t *answers = json_object();
        for (size_t k = 0; k < p->targets; k++)
            json_object_set_new(answers, targets->name[k],
                                answer_json(p, pl_prediction_at(p, i, k)));
        json_object_set_new(o, "answers", answers);
    }
    json_object_set_new(o, "image", json_string(p->item[i].name));
    json_object_set_new(o, "far", p->item[i].far ? json_string(p->item[i].far) : json_null());
    pl_predict_outside_json(p, &p->item[i], o);
    return o;
}

/* Of a target's scores: pictures without a label, and labelled ones without an answer. */
static void count_unscored(const pl_predictions *p, size_t target, size_t scored, json_t *scores)
{
    size_t labelled = 0;
    for (size_t i = 0; i < p->count; i++)
        labelled += p->truth[pl_prediction_at(p, i, target)] >= 0;
    json_object_set_new(scores, "unknown", json_integer((json_int_t)(p->count - labelled)));
    json_object_set_new(scores, "unanswered", json_integer((json_int_t)(labelled - scored)));
}

static kn_status all_scores_json(const pl_predictions *p, json_t **out, kn_error *e)
{
    pl_scores each[KN_TARGETS_MAX];
    for (size_t k = 0; k < p->targets; k++)
        KN_TRY(pl_predictions_score(p, k, &each[k], e));
    *out = pl_scores_json_several(each, p->model->spec.data.target.name, p->targets, p->count);
    json_t *by_name = json_object_get(*out, "targets");
    for (size_t k = 0; k < p->targets; k++) {
        json_t *name = pl_json_string(p->model->spec.data.target.name[k]);
        count_unscored(p, k, each[k].count, json_object_get(by_name, json_string_value(name)));
        json_decref(name);
    }
    return KN_OK;
}

static kn_status print_json(const pl_predictions *p, bool all, const pl_scores *scores,
                            const pl_predict_sure *sure, kn_error *e)
{
    json_t *pictures = json_array(), *bad = json_array(), *told = NULL;
    for (size_t i = 0; i < p->count; i++)
        json_array_append_new(pictures, picture_json(p, i, all));
    for (size_t i = 0; i < p->bad_count; i++)
        json_array_append_new(bad, json_string(p->bad[i]));
    json_t *root = json_pack("{s:s, s:o, s:o}", "target", pl_predictions_target(p), "pictures",
                             pictures, "unreadable", bad);
    if (all) {
        json_object_del(root, "target");
        json_t *names = json_array();
        for (size_t k = 0; k < p->targets; k++)
            json_array_append_new(names, json_string(p->model->spec.data.target.name[k]));
        json_object_set_new(root, "targets", names);
    }
    kn_status rc = KN_OK;
    if (p->truth && all)
        rc = all_scores_json(p, &told, e);
    else if (p->truth)
        told = pl_scores_json(scores);
    if (told)
        json_object_set_new(root, "scores", told);
    if (p->models > 1)
        json_object_set_new(root, "models", json_integer((json_int_t)p->models));
    json_t *worth = pl_predict_sure_json(sure, p);
    if (worth)
        json_object_set_new(root, "confidence", worth);
    char *text = rc == KN_OK ? pl_json_text(root) : NULL;
    if (text)
        fputs(text, stdout);
    free(text);
    json_decref(root);
    return rc;
}

/* How each picture is far from the training pictures, where the run's study knows of them. words: [count], heap strings. */
static kn_status look_far(pl_predictions *p, const char *run_dir, char **words, kn_error *e)
{
    const pl_data_spec *d = &p->model->spec.data;
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
                        const pl_predict_sure *sure, pl_predictions *p, char **words, kn_error *e)
{
    pl_scores scores = {0};
    bool all = tells_all(p, a);
    pl_predict_sure_judge(sure, p);
    KN_TRY(look_far(p, dir, words, e));
    if (a->labels) {
        KN_TRY(pl_predictions_label(p, a->labels, e));
        KN_TRY(pl_predictions_score(p, p->target, &scores, e));
    }
    if (a->csv)
        KN_TRY(pl_predictions_write(p, all, a->csv, e));
    if (a->sheet)
        KN_TRY(pl_predict_sheet_write(p, p->models > 1 ? a->run : pl_path_base(dir),
                                      (const char *const *)words, a->sheet, e));
    if (g->json)
        return print_json(p, all, &scores, sure, e);
    if (!a->csv) {
        print_table(p, all);
        pl_predict_outside_frames(p);
        print_far(p);
    }
    KN_TRY(print_summary(p, all, &scores, e));
    pl_predict_outside_summary(p);
    pl_predict_sure_summary(sure, p);
    return KN_OK;
}

static kn_status predict(const pl_global *g, const pl_predict_args *a, const pl_compare_side *side,
                         pl_predictions *p, kn_error *e)
{
    const char *dir = side->run[0].dir;
    pl_predict_outside outside = {.framer = NULL};
    pl_predict_sure sure = {.asked = false};
    char **words = NULL;
    p->framing = a->framing;
    kn_status rc = a->target ? pl_predictions_look(p, a->target, e) : KN_OK;
    if (rc == KN_OK)
        rc = pl_predict_sure_open(a, side, p, &sure, e);
    if (rc == KN_OK)
        rc = pl_predict_outside_open(g, a, dir, p, &outside, e);
    if (rc == KN_OK)
        rc = add_all(p, a, e);
    if (rc == KN_OK && !(words = calloc(p->count + 1, sizeof *words)))
        rc = kn_fail(e, KN_ENOMEM, "no memory for notes on %zu pictures", p->count);
    if (rc == KN_OK)
        rc = answer(g, a, dir, &sure, p, words, e);
    for (size_t i = 0; words && i < p->count; i++)
        free(words[i]);
    free(words);
    pl_predict_sure_close(&sure);
    pl_predict_outside_close(&outside);
    return rc;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    pl_predict_args a = {.path = calloc((size_t)argc, sizeof *a.path)};
    pl_compare_side side = {.runs = 0};
    kn_pool *pool = NULL;
    pl_predictions p;
    kn_status rc = a.path ? KN_OK : kn_fail(e, KN_ENOMEM, "no memory for %d words", argc);
    if (rc == KN_OK)
        rc = pl_predict_args_read(&a, argc, argv, e);
    if (rc == KN_OK)
        rc = pl_compare_side_find(g->results, a.run, false, &side, e);
    if (rc == KN_OK)
        rc = kn_pool_new(g->threads, &pool, e);
    if (rc == KN_OK)
        rc = pl_side_models_open(&side, pool, &p, e);
    if (rc == KN_OK) {
        if (side.runs > 1)
            pl_info("mean of %d models, the seeds of %s: %d times the time and parameters of one",
                    side.runs, side.name, side.runs);
        rc = predict(g, &a, &side, &p, e);
        pl_predictions_close(&p);
    }
    kn_pool_free(pool);
    pl_compare_side_clear(&side);
    free(a.path);
    return rc;
}

const pl_command pl_command_predict = {
    .name = "predict",
    .usage = "predict RUN PATH... [--target NAME] [--labels FILE] [--csv FILE] [--sheet FILE] "
             "[--crop CROP] [--rotate ANGLE] [--mirror] [--align] [--all] [--frame S,X,Y[,A]] "
             "[--calibrated] [--abstain P] [--coverage C] [--json]",
    .summary = "probability of the target for pictures from anywhere",
    .help = pl_predict_help,
    .run = run,
};
