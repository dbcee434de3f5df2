/* Progress of one long work, declared in log.h. */
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/log.h"
#include "util/log_line.h"
#include "util/str.h"

static const double BAR_SECONDS = 0.1, LINE_SECONDS = 10.0, OBSERVE_SECONDS = 1.0;

static void (*observer)(void *context, const pl_progress_state *state);
static void *observer_context;

void pl_progress_observe(void (*told)(void *context, const pl_progress_state *state), void *context)
{
    observer = told;
    observer_context = context;
}

struct pl_progress {
    pthread_mutex_t mutex;
    char *title, *unit, *note;
    double total, done, from;
    double begun, shown, observed;
};

pl_progress *pl_progress_new(const char *title, const char *unit, double total)
{
    pl_progress *p = malloc(sizeof *p);
    if (!p)
        abort();
    *p = (pl_progress){.title = pl_strdup(title),
                       .unit = pl_strdup(unit),
                       .note = pl_strdup(""),
                       .total = total,
                       .begun = pl_now()};
    p->shown = p->begun;
    pthread_mutex_init(&p->mutex, NULL);
    return p;
}

void pl_progress_note(pl_progress *p, const char *fmt, ...)
{
    if (!p)
        return;
    pl_str s;
    pl_str_init(&s);
    va_list args;
    va_start(args, fmt);
    pl_str_addv(&s, fmt, args);
    va_end(args);
    pthread_mutex_lock(&p->mutex);
    free(p->note);
    p->note = s.text;
    pthread_mutex_unlock(&p->mutex);
}

static void add_rate(pl_str *s, const pl_progress *p, double seconds)
{
    char text[48];
    double rate = seconds > 0.0 ? (p->done - p->from) / seconds : 0.0;
    if (rate >= 10.0)
        pl_str_addf(s, "  %s %s/s", pl_human_count((long long)rate, text, sizeof text), p->unit);
    else
        pl_str_addf(s, "  %.2f %s/s", rate, p->unit);
}

/* "title  note  62%  1,840 images/s  12 s left", or at the end "... in 35 s". */
static void describe(const pl_progress *p, double now, bool ended, pl_str *s)
{
    char text[48];
    double seconds = now - p->begun;
    pl_str_add(s, p->title);
    if (*p->note)
        pl_str_addf(s, "  %s", p->note);
    if (!ended && p->total > 0.0)
        pl_str_addf(s, "  %d%%", (int)(100.0 * (p->done < p->total ? p->done / p->total : 1.0)));
    double done = p->done - p->from;
    if (done > 0.0)
        add_rate(s, p, seconds);
    if (ended)
        pl_str_addf(s, "  in %s", pl_human_seconds(seconds, text, sizeof text));
    else if (done > 0.0 && p->total > p->done)
        pl_str_addf(s, "  %s left",
                    pl_human_seconds(seconds * (p->total - p->done) / done, text, sizeof text));
}

static size_t terminal_columns(void)
{
    struct winsize w;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 1)
        return w.ws_col;
    return 80;
}

static void draw_bar(const pl_progress *p, double now)
{
    enum { CELLS = 20 };
    pl_str s;
    pl_str_init(&s);
    if (p->total > 0.0) {
        double part = p->done < p->total ? p->done / p->total : 1.0;
        int full = (int)(part * CELLS);
        pl_str_add(&s, "[");
        for (int i = 0; i < CELLS; i++)
            pl_str_add(&s, i < full ? "#" : ".");
        pl_str_add(&s, "] ");
    }
    describe(p, now, false, &s);
    size_t columns = terminal_columns();
    if (s.size >= columns)
        s.text[columns - 1] = '\0';
    pl_log_bar(s.text);
    pl_str_clear(&s);
}

static void show(pl_progress *p, double now, bool ended)
{
    p->shown = now;
    if (!ended && pl_log_is_terminal()) {
        draw_bar(p, now);
        return;
    }
    pl_str s;
    pl_str_init(&s);
    describe(p, now, ended, &s);
    pl_info("%s", s.text);
    pl_str_clear(&s);
}

void pl_progress_from(pl_progress *p, double done)
{
    p->from = p->done = done;
}

void pl_progress_update(pl_progress *p, double done)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->mutex);
    if (done > p->done)
        p->done = done;
    double now = pl_now();
    double wait = pl_log_is_terminal() ? BAR_SECONDS : LINE_SECONDS;
    if (pl_log_level() != PL_QUIET && now - p->shown >= wait)
        show(p, now, false);
    if (observer && now - p->observed >= OBSERVE_SECONDS) {
        p->observed = now;
        const pl_progress_state state = {p->title, p->note, p->unit,       p->done,
                                         p->total, p->from, now - p->begun};
        observer(observer_context, &state);
    }
    pthread_mutex_unlock(&p->mutex);
}

void pl_progress_end(pl_progress *p)
{
    if (!p)
        return;
    if (pl_log_is_terminal() && pl_log_level() != PL_QUIET)
        pl_log_bar("");
    if (p->done > p->from) /* a work that failed at once has nothing to tell */
        show(p, pl_now(), true);
    pthread_mutex_destroy(&p->mutex);
    free(p->title);
    free(p->unit);
    free(p->note);
    free(p);
}
