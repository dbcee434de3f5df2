/* What run_show.h tells, in words. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stages/stage.h"
#include "study/run_show.h"

static const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static double number_in(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static bool is_there(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return value && !json_is_null(value);
}

static void add_head(const json_t *o, pl_str *s)
{
    const json_t *made = json_object_get(o, "made");
    pl_str_addf(s, "%s/%s  %s\n%s", text_in(o, "study"), text_in(o, "run"), text_in(o, "group"),
                text_in(o, "status"));
    if (*text_in(o, "why"))
        pl_str_addf(s, ": %s", text_in(o, "why"));
    if (*text_in(made, "host"))
        pl_str_addf(s, "\nmade on %s by facet %s, %lld threads, %s, %s (%s); written %s",
                    text_in(made, "host"), text_in(made, "facet"),
                    (long long)json_integer_value(json_object_get(made, "threads")),
                    text_in(made, "isa"), text_in(made, "blas"), text_in(made, "cpu"),
                    text_in(made, "written"));
    pl_str_add(s, "\n");
}

static void add_spec(const json_t *o, pl_str *s)
{
    const json_t *spec = json_object_get(o, "spec"), *swept = json_object_get(o, "swept");
    const char *key;
    json_t *value;
    int width = 0;
    json_object_foreach((json_t *)(uintptr_t)spec, key, value)
    {
        width = (int)strlen(key) > width ? (int)strlen(key) : width;
    }
    if (width == 0) {
        pl_str_add(s, "\nEvery key has its default.\n");
        return;
    }
    pl_str_add(s, "\nDiffers from the defaults:\n");
    json_object_foreach((json_t *)(uintptr_t)spec, key, value)
    {
        pl_str_addf(s, "  %-*s  %s%s\n", width, key, json_string_value(value),
                    json_object_get(swept, key) ? "  (swept)" : "");
    }
}

/* A share as a cell of percent, or as many blanks. */
static void add_share(const json_t *o, const char *key, pl_str *s)
{
    if (is_there(o, key))
        pl_str_addf(s, "  %8.2f", 100 * number_in(o, key));
    else
        pl_str_addf(s, "  %8s", "");
}

static void add_side(const char *name, const json_t *side, pl_str *s)
{
    char images[32], interval[48] = "";
    if (!json_is_object(side))
        return;
    pl_human_count(json_integer_value(json_object_get(side, "images")), images, sizeof images);
    pl_str_addf(s, "  %-10s  %9s", name, images);
    add_share(side, "accuracy", s);
    if (is_there(side, "low"))
        snprintf(interval, sizeof interval, "%.2f to %.2f", 100 * number_in(side, "low"),
                 100 * number_in(side, "high"));
    pl_str_addf(s, "  %-15s", interval);
    add_share(side, "recall_0", s);
    add_share(side, "recall_1", s);
    if (is_there(side, "auc"))
        pl_str_addf(s, "  %6.4f", number_in(side, "auc"));
    if (is_there(side, "loss"))
        pl_str_addf(s, "  %6.4f", number_in(side, "loss"));
    while (s->size > 0 && s->text[s->size - 1] == ' ')
        s->text[--s->size] = '\0';
    pl_str_add(s, "\n");
}

static void add_confusion(const char *title, const char *target, const json_t *side, pl_str *s)
{
    const json_t *rows = json_object_get(side, "confusion");
    if (!json_is_array(rows))
        return;
    char *name[2] = {*target ? pl_format("not %s", target) : pl_strdup("0"),
                     pl_strdup(*target ? target : "1")};
    int width = (int)strlen(name[0]), cell = width + 10 > 18 ? width + 10 : 18;
    pl_str_addf(s, "\nConfusion matrix, %s images (share of the row):\n  %*s", title, width + 7,
                "");
    for (int k = 0; k < 2; k++) {
        char *head = pl_format("predicted %s", name[k]);
        pl_str_addf(s, "  %*s", cell, head);
        free(head);
    }
    for (size_t i = 0; i < 2; i++) {
        double n[2], all;
        for (size_t k = 0; k < 2; k++)
            n[k] = json_number_value(json_array_get(json_array_get(rows, i), k));
        all = n[0] + n[1];
        pl_str_addf(s, "\n  actual %-*s", width, name[i]);
        for (int k = 0; k < 2; k++) {
            char count[32];
            char *text =
                pl_format("%s (%6.2f %%)", pl_human_count((long long)n[k], count, sizeof count),
                          all > 0 ? 100 * n[k] / all : 0.0);
            pl_str_addf(s, "  %*s", cell, text);
            free(text);
        }
    }
    pl_str_add(s, "\n");
    free(name[0]);
    free(name[1]);
}

/* Of several attributes each, in the order of the model. */
static void add_attributes(const json_t *o, const char *side, const json_t *scores, pl_str *s)
{
    const json_t *names = json_object_get(o, "targets"), *each = json_object_get(scores, "targets");
    size_t n = json_array_size(names);
    int width = (int)strlen("mean of 64");
    if (n == 0 || !each)
        return;
    for (size_t k = 0; k < n; k++) {
        int its = (int)strlen(json_string_value(json_array_get(names, k)));
        width = its > width ? its : width;
    }
    pl_str_addf(s, "\n  %-*s  %9s  %8s  %8s  %8s  %6s\n", width, side, "labelled", "acc %",
                "balanced", "commoner", "AUC");
    for (size_t k = 0; k <= n; k++) {
        const char *name = k < n ? json_string_value(json_array_get(names, k)) : NULL;
        const json_t *one = name ? json_object_get(each, name) : scores;
        char *mean = pl_format("mean of %zu", n), labelled[32] = "";
        if (name)
            pl_human_count(json_integer_value(json_object_get(one, "count")), labelled,
                           sizeof labelled);
        pl_str_addf(s, "  %-*s  %9s", width, name ? name : mean, labelled);
        add_share(one, "accuracy", s);
        add_share(one, "balanced_accuracy", s);
        add_share(one, "majority", s);
        if (is_there(one, "auc"))
            pl_str_addf(s, "  %6.4f", number_in(one, "auc"));
        pl_str_add(s, "\n");
        free(mean);
    }
}

static void add_scores(const json_t *o, pl_str *s)
{
    const json_t *scores = json_object_get(o, "scores"), *test = json_object_get(scores, "test");
    const json_t *val = json_object_get(scores, "val");
    if (!json_is_object(test) && !json_is_object(val))
        return;
    const json_t *last = json_is_object(test) ? test : val;
    pl_str_addf(s, "\n  %-10s  %9s  %8s  %-15s  %8s  %8s  %6s  %6s\n", "scores", "images", "acc %",
                "95 % (Wilson)", "recall 0", "recall 1", "AUC", "loss");
    add_side("train", json_object_get(scores, "train"), s);
    add_side("validation", val, s);
    add_side("test", test, s);
    if (json_object_get(o, "targets"))
        pl_str_addf(s, "  means over the labels of %zu attributes\n",
                    json_array_size(json_object_get(o, "targets")));
    pl_str_addf(s, "  always naming the commoner class of the %s images: %.2f %%\n",
                last == test ? "test" : "validation", 100 * number_in(last, "majority"));
    add_attributes(o, last == test ? "test" : "validation", last, s);
    add_confusion(last == test ? "test" : "validation", text_in(o, "target"), last, s);
}

static void add_best(const json_t *t, const char *key, const char *what, bool share, pl_str *s)
{
    const json_t *best = json_object_get(t, key);
    if (!json_is_object(best))
        return;
    double v = number_in(best, "value");
    pl_str_addf(s, "; %s %s %lld", what, text_in(t, "step"),
                (long long)json_integer_value(json_object_get(best, "step")));
    pl_str_addf(s, share ? " (%.2f %%)" : " (%.4f)", share ? 100 * v : v);
}

static void add_training(const json_t *o, pl_str *s)
{
    const json_t *t = json_object_get(o, "training"), *seconds = json_object_get(o, "seconds");
    char text[48];
    if (!json_is_object(t))
        return;
    long long steps = (long long)json_integer_value(json_object_get(t, "steps"));
    pl_str_addf(s, "\nTraining\n  %lld %s%s", steps, text_in(t, "step"), steps == 1 ? "" : "s");
    add_best(t, "best_val_accuracy", "best validation accuracy in", true, s);
    add_best(t, "best_val_loss", "lowest validation loss in", false, s);
    pl_str_add(s, "\n");
    if (is_there(t, "params"))
        pl_str_addf(
            s, "  %s parameters\n",
            pl_human_count(json_integer_value(json_object_get(t, "params")), text, sizeof text));
    if (is_there(t, "seconds")) {
        pl_str_addf(s, "  %s of training",
                    pl_human_seconds(number_in(t, "seconds"), text, sizeof text));
        pl_str_addf(s, ", %s images/s",
                    pl_human_count((long long)(number_in(t, "images_per_second") + 0.5), text,
                                   sizeof text));
        for (int k = 0; k < PL_STAGE_COUNT; k++)
            if (is_there(seconds, pl_stages[k]->name))
                pl_str_addf(
                    s, "%s %s %s", k ? "," : "; stages:", pl_stages[k]->name,
                    pl_human_seconds(number_in(seconds, pl_stages[k]->name), text, sizeof text));
        pl_str_add(s, "\n");
    }
}

static void add_files(const json_t *o, pl_str *s)
{
    const json_t *files = json_object_get(o, "files"), *keys = json_object_get(o, "keys");
    char text[32];
    pl_str_addf(s, "\nFiles%s\n", json_array_size(files) ? "" : ": none yet");
    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *f = json_array_get(files, i);
        pl_str_addf(s, "  %8s  %s\n", pl_human_bytes(number_in(f, "bytes"), text, sizeof text),
                    text_in(f, "path"));
    }
    if (!json_is_object(keys))
        return;
    pl_str_add(s, "\nCache keys\n");
    for (int k = 0; k < PL_STAGE_COUNT; k++)
        if (*text_in(keys, pl_stages[k]->name))
            pl_str_addf(s, "  %-8s  %s\n", pl_stages[k]->name, text_in(keys, pl_stages[k]->name));
}

void pl_run_show_text(const json_t *shown, pl_str *s)
{
    add_head(shown, s);
    add_spec(shown, s);
    add_scores(shown, s);
    add_training(shown, s);
    add_files(shown, s);
}
