/* Telling someone that a study has ended. */
#ifndef PL_CLI_NOTIFY_H
#define PL_CLI_NOTIFY_H

typedef struct pl_notice {
    const char *study, *status; /* done, failed, stopped, interrupted, error */
    int runs, done, failed;
    const char *text; /* for its stdin */
} pl_notice;

/* Runs the command by /bin/sh and waits for it; one that fails is warned of, and fails nothing. */
void pl_notify(const char *command, const pl_notice *notice);

#endif
