#include "base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void mark_cut(char *text, size_t size)
{
    memcpy(text + size - 4, "...", 4);
}

static KN_PRINTF(3, 0) kn_status
    fail_v(kn_error *e, kn_status status, const char *fmt, va_list args)
{
    if (e) {
        e->status = status;
        int n = vsnprintf(e->text, sizeof e->text, fmt, args);
        if (n < 0)
            e->text[0] = '\0';
        else if ((size_t)n >= sizeof e->text)
            mark_cut(e->text, sizeof e->text);
    }
    return status;
}

kn_status kn_fail(kn_error *e, kn_status status, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fail_v(e, status, fmt, args);
    va_end(args);
    return status;
}

kn_status kn_fail_errno(kn_error *e, kn_status status, const char *fmt, ...)
{
    int saved = errno;
    va_list args;
    va_start(args, fmt);
    fail_v(e, status, fmt, args);
    va_end(args);
    if (e) {
        size_t used = strlen(e->text);
        int n = snprintf(e->text + used, sizeof e->text - used, ": %s", strerror(saved));
        if (n > 0 && (size_t)n >= sizeof e->text - used)
            mark_cut(e->text, sizeof e->text);
    }
    return status;
}

kn_status kn_prepend(kn_error *e, const char *fmt, ...)
{
    if (!e)
        return KN_EINTERNAL;
    char head[KN_ERROR_TEXT];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(head, sizeof head, fmt, args);
    va_end(args);
    if (n <= 0)
        return e->status;
    size_t keep = strlen(head);
    size_t have = strlen(e->text);
    size_t room = sizeof e->text - 1 - keep;
    size_t moved = have < room ? have : room;
    memmove(e->text + keep, e->text, moved);
    memcpy(e->text, head, keep);
    e->text[keep + moved] = '\0';
    if (moved < have)
        mark_cut(e->text, sizeof e->text);
    return e->status;
}

const char *kn_status_text(kn_status status)
{
    switch (status) {
#define KN_STATUS_CASE(name, text, exit_code)                                                      \
    case name:                                                                                     \
        return text;
        KN_STATUS_LIST(KN_STATUS_CASE)
#undef KN_STATUS_CASE
    }
    return "unknown status";
}

int kn_status_exit_code(kn_status status)
{
    switch (status) {
#define KN_STATUS_CASE(name, text, exit_code)                                                      \
    case name:                                                                                     \
        return exit_code;
        KN_STATUS_LIST(KN_STATUS_CASE)
#undef KN_STATUS_CASE
    }
    return 3;
}
