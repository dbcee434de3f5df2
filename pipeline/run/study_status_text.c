/* A look at a study in words. */
#include <string.h>

#include "run/launcher_queue.h"
#include "run/study_status.h"

enum { FAILURES = 20 }; /* told one by one */

static int integer(const json_t *o, const char *key)
{
    return (int)json_integer_value(json_object_get(o, key));
}

static double number(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

static void add_counts(const json_t *s, pl_str *out)
{
    static const struct {
        const char *key, *words;
    } counts[] = {
        {"active", "running"},  {"failed", "failed"},           {"halted", "stopped by halving"},
        {"stopped", "stopped"}, {"interrupted", "interrupted"}, {"pending", "pending"}};
    char text[48];
    const json_t *left = json_object_get(s, "seconds_left");
    pl_str_addf(out, "%s: %d of %d runs done", text_of(s, "study"), integer(s, "done"),
                integer(s, "runs"));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (integer(s, counts[i].key) > 0)
            pl_str_addf(out, ", %d %s", integer(s, counts[i].key), counts[i].words);
    if (json_is_real(left) && integer(s, "left") > 0)
        pl_str_addf(out, ", about %s left",
                    pl_human_seconds(json_real_value(left), text, sizeof text));
    pl_str_add(out, "\n");
}

static void add_work(const json_t *now, pl_str *out)
{
    char text[48];
    const char *run = text_of(now, "run");
    double total = number(now, "total"), rate = number(now, "rate");
    pl_str_addf(out, "  running %.12s  %s", *run ? run : "shared", text_of(now, "title"));
    if (*text_of(now, "note"))
        pl_str_addf(out, "  %s", text_of(now, "note"));
    if (total > 0)
        pl_str_addf(out, "  %.0f%%", 100 * number(now, "done") / total);
    if (rate >= 10)
        pl_str_addf(out, "  %s %s/s", pl_human_count((long long)rate, text, sizeof text),
                    text_of(now, "unit"));
    else if (rate > 0)
        pl_str_addf(out, "  %.2f %s/s", rate, text_of(now, "unit"));
    if (json_is_real(json_object_get(now, "seconds_left")))
        pl_str_addf(out, "  %s left",
                    pl_human_seconds(number(now, "seconds_left"), text, sizeof text));
    if (integer(now, "age") >= 30)
        pl_str_addf(out, "  (%s ago, on %s)",
                    pl_human_seconds(integer(now, "age"), text, sizeof text), text_of(now, "host"));
    pl_str_add(out, "\n");
}

static void add_failures(const json_t *failures, pl_str *out)
{
    size_t count = json_array_size(failures);
    const char *last = "";
    for (size_t i = 0; i < count && i < FAILURES; i++) {
        const json_t *item = json_array_get(failures, i);
        const char *error = text_of(item, "error");
        pl_str_addf(out, "  failed  %.12s  %s: %s\n", text_of(item, "run"), text_of(item, "group"),
                    i > 0 && strcmp(error, last) == 0 ? "the same" : error);
        last = error;
    }
    if (count > FAILURES)
        pl_str_addf(out, "  failed  and %zu more; --json lists all\n", count - FAILURES);
}

void pl_status_text(const json_t *s, pl_str *out)
{
    const json_t *now = json_object_get(s, "now"), *queue = json_object_get(s, "queue");
    add_counts(s, out);
    if (*text_of(s, "who"))
        pl_str_addf(out, "run by %s\n", text_of(s, "who"));
    else if (integer(s, "left") > 0 && !json_is_true(json_object_get(s, "running")) &&
             json_is_true(json_object_get(queue, "known")))
        pl_str_add(out, "nobody runs it now\n");
    pl_queue_text(queue, out);
    if (*text_of(s, "paused"))
        pl_str_addf(out, "paused: %s\n", text_of(s, "paused"));
    for (size_t i = 0; i < json_array_size(now); i++)
        add_work(json_array_get(now, i), out);
    add_failures(json_object_get(s, "failures"), out);
}
