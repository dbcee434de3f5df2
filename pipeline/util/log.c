#include "util/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/log_line.h"
#include "util/str.h"

static struct {
    pl_log_options options;
    bool terminal, color, ready;
    bool bar; /* a bar stands on the current line */
} logger;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static bool is_terminal(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) && (!term || !pl_starts_with(term, "dumb"));
}

void pl_log_init(pl_log_options options)
{
    logger.options = options;
    logger.terminal = is_terminal(STDERR_FILENO);
    logger.ready = true;
    logger.color = pl_log_colors(STDERR_FILENO);
}

static void ensure(void)
{
    if (!logger.ready)
        pl_log_init((pl_log_options){.level = PL_NORMAL, .color = -1});
}

bool pl_log_colors(int fd)
{
    const char *no_color = getenv("NO_COLOR");
    ensure();
    if (logger.options.color >= 0)
        return logger.options.color > 0;
    return is_terminal(fd) && !(no_color && *no_color);
}

bool pl_log_is_terminal(void)
{
    ensure();
    return logger.terminal;
}

void pl_log_plain(void)
{
    ensure();
    logger.terminal = false;
    logger.bar = false;
}

pl_level pl_log_level(void)
{
    ensure();
    return logger.options.level;
}

/* One write per line, so that lines of several threads and processes do not mix. */
static void put(const char *text, size_t size)
{
    while (size > 0) {
        ssize_t n = write(STDERR_FILENO, text, size);
        if (n <= 0)
            return;
        text += n;
        size -= (size_t)n;
    }
}

static void wipe_bar(pl_str *s)
{
    if (logger.bar)
        pl_str_add(s, "\r\033[K");
    logger.bar = false;
}

KN_PRINTF(3, 0)
static void line(const char *color, const char *head, const char *fmt, va_list args)
{
    pl_str s;
    pl_str_init(&s);
    pthread_mutex_lock(&mutex);
    wipe_bar(&s);
    if (*head && logger.color)
        pl_str_addf(&s, "\033[%sm%s\033[0m", color, head);
    else
        pl_str_add(&s, head);
    pl_str_addv(&s, fmt, args);
    pl_str_add(&s, "\n");
    put(s.text, s.size);
    pthread_mutex_unlock(&mutex);
    pl_str_clear(&s);
}

void pl_log_bar(const char *text)
{
    pl_str s;
    pl_str_init(&s);
    pthread_mutex_lock(&mutex);
    wipe_bar(&s);
    if (*text) {
        pl_str_add(&s, text);
        logger.bar = true;
    }
    put(s.text, s.size);
    pthread_mutex_unlock(&mutex);
    pl_str_clear(&s);
}

void pl_info(const char *fmt, ...)
{
    ensure();
    if (logger.options.level == PL_QUIET)
        return;
    va_list args;
    va_start(args, fmt);
    line("0", "", fmt, args);
    va_end(args);
}

void pl_verbose(const char *fmt, ...)
{
    ensure();
    if (logger.options.level != PL_VERBOSE)
        return;
    va_list args;
    va_start(args, fmt);
    line("0", "", fmt, args);
    va_end(args);
}

void pl_warn(const char *fmt, ...)
{
    ensure();
    va_list args;
    va_start(args, fmt);
    line("33", "facet: warning: ", fmt, args);
    va_end(args);
}

void pl_error(const char *fmt, ...)
{
    ensure();
    va_list args;
    va_start(args, fmt);
    line("31", "facet: ", fmt, args);
    va_end(args);
}
