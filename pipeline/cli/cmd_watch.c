/* facet watch: curves on the terminal while training. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/terminal.h"
#include "run/study_status.h"
#include "study/studies.h"
#include "study/watch.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/log.h"

static const double SECONDS = 0.5; /* between frames */

enum { PIPE_WIDTH = 100, PIPE_HEIGHT = 24 };

typedef struct watch_args {
    const char *study, *run; /* NULL: chosen */
    bool once, ascii;
} watch_args;

static kn_status take_args(int argc, char **argv, watch_args *a, kn_error *e)
{
    static const char *const known[] = {"--run", "--once", "--ascii", NULL};
    for (int i = 1; i < argc; i++) {
        bool bad = false;
        const char *value = NULL;
        if (pl_flag(argv[i], "--once"))
            a->once = true;
        else if (pl_flag(argv[i], "--ascii"))
            a->ascii = true;
        else if ((value = pl_option(argc, argv, &i, "--run", &bad, e)))
            a->run = value;
        else if (!bad && argv[i][0] == '-')
            return pl_unknown_option(&pl_command_watch, argv[i], known, e);
        else if (!bad && a->study)
            return kn_fail(e, KN_EUSAGE, "facet watch takes one study, not '%s' and '%s'", a->study,
                           argv[i]);
        else if (!bad)
            a->study = argv[i];
        if (bad)
            return KN_EUSAGE;
    }
    return KN_OK;
}

/* The study that is run now, else the one whose table changed last; heap. */
static kn_status find_latest(const char *results, char **dir, kn_error *e)
{
    char **names = NULL;
    time_t latest = 0;
    bool found_running = false;
    KN_TRY(pl_studies_list(results, &names, e));
    for (char **n = names; *n; n++) {
        struct stat st;
        char *its = pl_path_join(results, *n), *table = pl_path_join(its, "runs.csv");
        char *live = pl_path_join(its, ".live");
        bool running = pl_is_dir(live), newer = stat(table, &st) == 0 && st.st_mtime >= latest;
        if ((running && !found_running) || (running == found_running && newer)) {
            free(*dir);
            *dir = pl_strdup(its);
            latest = st.st_mtime;
            found_running = running;
        }
        free(its);
        free(table);
        free(live);
    }
    pl_free_names(names);
    return *dir ? KN_OK : kn_fail(e, KN_EUSAGE, "%s holds no study to watch", results);
}

/* Sleeps that long, or until a signal asks to leave. */
static void nap(double seconds)
{
    const struct timespec step = {0, 20 * 1000 * 1000};
    for (double until = pl_now() + seconds; pl_now() < until && !pl_interrupted();)
        nanosleep(&step, NULL);
}

/* Where the frames go: the other screen of a terminal, without its cursor, and back. */
static void enter(void)
{
    fputs("\033[?1049h\033[?25l", stdout);
}

static void leave(void)
{
    fputs("\033[?25h\033[?1049l", stdout);
    fflush(stdout);
}

static void put_frame(const char *frame)
{
    fputs("\033[H", stdout);
    for (; *frame; frame++) {
        if (*frame == '\n')
            fputs("\033[K", stdout); /* what an earlier frame had further right */
        fputc(*frame, stdout);
    }
    fputs("\033[J", stdout);
    fflush(stdout);
}

static pl_watch_look look_of(const watch_args *a)
{
    pl_watch_look look = {PIPE_WIDTH, PIPE_HEIGHT, pl_terminal_has_unicode() && !a->ascii,
                          pl_log_colors(STDOUT_FILENO)};
    if (pl_terminal_size(&look.width, &look.height)) {
        look.width -= look.width > 1; /* a full last column makes some terminals wrap */
        look.height -= look.height > 1;
    }
    return look;
}

/* One frame as it would be now. */
static kn_status make_frame(const char *dir, pl_status *s, const watch_args *a, char *follow,
                            bool *running, pl_str *frame, kn_error *e)
{
    json_t *status = NULL;
    pl_watch_look look = look_of(a);
    KN_TRY(pl_status_look(s, &status, e));
    pl_str_reset(frame);
    kn_status rc = pl_watch_frame(dir, status, a->run, follow, &look, frame, e);
    *running = json_is_true(json_object_get(status, "running"));
    json_decref(status);
    return rc;
}

/* Frames until nobody runs the study or a signal comes; the last one stays on the terminal. */
static kn_status watch(const char *dir, pl_status *s, const watch_args *a, kn_error *e)
{
    size_t width, height;
    char follow[64] = "";
    bool running = true, live = !a->once && pl_terminal_size(&width, &height), entered = false;
    pl_str frame;
    pl_str_init(&frame);
    kn_status rc = make_frame(dir, s, a, follow, &running, &frame, e);
    while (rc == KN_OK && live && running && !pl_interrupted()) {
        if (!entered)
            enter();
        entered = true;
        put_frame(frame.text);
        nap(SECONDS);
        rc = make_frame(dir, s, a, follow, &running, &frame, e);
    }
    if (entered)
        leave();
    if (rc == KN_OK)
        fputs(frame.text, stdout);
    pl_str_clear(&frame);
    return rc;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    watch_args a = {.study = NULL};
    char *dir = NULL;
    pl_status *s = NULL;
    KN_TRY(take_args(argc, argv, &a, e));
    kn_status rc =
        a.study ? pl_studies_find(g->results, a.study, &dir, e) : find_latest(g->results, &dir, e);
    if (rc == KN_OK)
        rc = pl_status_open(g->results, a.study ? a.study : pl_path_base(dir), g->cache, &s, e);
    if (rc == KN_OK)
        rc = watch(dir, s, &a, e);
    pl_status_close(s);
    free(dir);
    return rc;
}

const pl_command pl_command_watch = {
    .name = "watch",
    .usage = "watch [STUDY] [--run ID] [--once] [--ascii]",
    .summary = "curves on the terminal while a study trains",
    .help =
        "Draws accuracy and loss of training and validation after each epoch of the run that is\n"
        "trained now, and how the study stands, twice a second until nobody runs it; Ctrl-C "
        "leaves.\n"
        "The last picture stays. A study that is not running is drawn once: the run watched last, "
        "or\n"
        "the best one. Without STUDY: the study that is running, else the one that changed last.\n"
        "Curves of a run on another machine are drawn once it is done, or where its cache is seen "
        "by\n"
        "the same path.\n\n"
        "  --run ID   this run (a prefix of its id) instead of the one that is trained now\n"
        "  --once     one picture, as always where the output is no terminal\n"
        "  --ascii    no braille characters; the default without a UTF-8 locale and on TERM=dumb\n"
        "             and TERM=linux\n",
    .run = run,
};
