/* facet status: a study seen from another terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "io/json.h"
#include "run/study_status.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/interrupt.h"

/* Every study of the results folder where none is named. */
static kn_status list_studies(const char *results, char ***names, kn_error *e)
{
    size_t count = 0, kept = 0;
    if (!pl_is_dir(results))
        return kn_fail(e, KN_EUSAGE, "there is no results folder '%s'; --results names another",
                       results);
    KN_TRY(pl_list_dir(results, names, &count, e));
    for (size_t i = 0; i < count; i++) {
        char *table = pl_format("%s/%s/runs.csv", results, (*names)[i]);
        if (pl_exists(table))
            (*names)[kept++] = (*names)[i];
        else
            free((*names)[i]);
        free(table);
    }
    (*names)[kept] = NULL;
    return KN_OK;
}

/* One look at a study, printed or appended. */
static kn_status show(const pl_global *g, pl_status *s, json_t *all, kn_error *e)
{
    json_t *status = NULL;
    KN_TRY(pl_status_look(s, &status, e));
    if (g->json) {
        json_array_append(all, status);
    } else {
        pl_str text;
        pl_str_init(&text);
        pl_status_text(status, &text);
        fputs(text.text, stdout);
        pl_str_clear(&text);
    }
    json_decref(status);
    return KN_OK;
}

static kn_status show_all(const pl_global *g, char **names, json_t *all, kn_error *e)
{
    kn_status rc = KN_OK;
    for (char **n = names; *n && rc == KN_OK; n++) {
        pl_status *s = NULL;
        rc = pl_status_open(g->results, *n, g->cache, &s, e);
        if (rc == KN_OK)
            rc = show(g, s, all, e);
        pl_status_close(s);
    }
    return rc;
}

/* Sleeps that long, or until a signal asks to leave. */
static void nap(double seconds)
{
    const struct timespec step = {0, 50 * 1000 * 1000};
    for (double until = pl_now() + seconds; pl_now() < until && !pl_interrupted();)
        nanosleep(&step, NULL);
}

/* Draws the study anew until nobody runs it any more, or a signal comes. On a terminal in place;
 * elsewhere one look below the other. */
static kn_status watch(const pl_global *g, const char *name, kn_error *e)
{
    static const double SECONDS = 2;
    pl_status *s = NULL;
    bool running = true, terminal = isatty(STDOUT_FILENO);
    KN_TRY(pl_status_open(g->results, name, g->cache, &s, e));
    kn_status rc = KN_OK;
    for (bool first = true; rc == KN_OK && running && !pl_interrupted(); first = false) {
        json_t *status = NULL;
        pl_str text;
        if (!first)
            nap(SECONDS);
        rc = pl_status_look(s, &status, e);
        if (rc != KN_OK)
            break;
        pl_str_init(&text);
        pl_status_text(status, &text);
        printf("%s%s", terminal ? "\033[H\033[J" : first ? "" : "\n", text.text);
        fflush(stdout);
        running = json_is_true(json_object_get(status, "running"));
        pl_str_clear(&text);
        json_decref(status);
    }
    pl_status_close(s);
    return rc;
}

static kn_status print_all(const pl_global *g, char **names, kn_error *e)
{
    json_t *all = json_array();
    kn_status rc = show_all(g, names, all, e);
    if (rc == KN_OK && g->json) {
        char *text = pl_json_text(all);
        fputs(text, stdout);
        free(text);
    } else if (rc == KN_OK && !*names) {
        printf("no studies in %s\n", g->results);
    }
    json_decref(all);
    return rc;
}

/* The studies named, as words of argv, NULL-terminated. */
static kn_status take_args(int argc, char **argv, char **names, bool *watching, kn_error *e)
{
    static const char *const known[] = {"--watch", "--json", NULL};
    int count = 0;
    for (int i = 1; i < argc; i++)
        if (pl_flag(argv[i], "--watch"))
            *watching = true;
        else if (argv[i][0] == '-')
            return pl_unknown_option(&pl_command_status, argv[i], known, e);
        else
            names[count++] = argv[i];
    names[count] = NULL;
    if (*watching && count != 1)
        return kn_fail(e, KN_EUSAGE, "--watch draws one study: name it (facet status --help)");
    return KN_OK;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    char **names = calloc((size_t)argc + 1, sizeof *names), **listed = NULL;
    bool watching = false;
    if (!names)
        return kn_fail(e, KN_ENOMEM, "no memory for %d words", argc);
    kn_status rc = take_args(argc, argv, names, &watching, e);
    if (rc == KN_OK && watching && g->json)
        rc = kn_fail(e, KN_EUSAGE, "--watch draws for people; --json prints one look");
    if (rc == KN_OK && watching)
        rc = watch(g, names[0], e);
    else if (rc == KN_OK && !*names && (rc = list_studies(g->results, &listed, e)) == KN_OK)
        rc = print_all(g, listed, e);
    else if (rc == KN_OK)
        rc = print_all(g, names, e);
    pl_free_names(listed);
    free(names);
    return rc;
}

const pl_command pl_command_status = {
    .name = "status",
    .usage = "status [STUDY]... [--watch] [--json]",
    .summary = "a study seen from another terminal: done, running, failed, time left",
    .help =
        "Counts the runs by status; what is worked on now, with epoch, share and speed, stages "
        "that\n"
        "runs share too; what waits for room on the disk; the time left, by what like work took.\n"
        "Works while another process or machine runs the study. Without STUDY: every study there "
        "is.\n"
        "STUDY is a name in the results folder or such a folder.\n\n"
        "  --watch   draws it anew every 2 seconds until nobody runs it; Ctrl-C leaves\n"
        "  --json    the same as an array of objects, with every failure\n",
    .run = run,
};
