/* What the progress bar takes from the logger: the one line that is redrawn. */
#ifndef PL_UTIL_LOG_LINE_H
#define PL_UTIL_LOG_LINE_H

/* Replaces the bar on a terminal by `text` (no newline); "" removes it. Messages wipe it and it
 * comes back with the next call. */
void pl_log_bar(const char *text);

#endif
