#define _GNU_SOURCE
#include "cli/notify.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/log.h"
#include "util/str.h"

static void set_number(const char *name, int value)
{
    char *text = pl_format("%d", value);
    setenv(name, text, 1);
    free(text);
}

static _Noreturn void be_command(const char *command, const pl_notice *n, int in)
{
    setenv("FACET_STUDY", n->study, 1);
    setenv("FACET_STATUS", n->status, 1);
    set_number("FACET_RUNS", n->runs);
    set_number("FACET_DONE", n->done);
    set_number("FACET_FAILED", n->failed);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    if (dup2(in, STDIN_FILENO) >= 0)
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

/* A file rather than a pipe: the command need not read it. */
static FILE *text_file(const char *text)
{
    FILE *f = tmpfile();
    if (f && (fputs(text, f) < 0 || fflush(f) != 0 || fseek(f, 0, SEEK_SET) != 0)) {
        fclose(f);
        f = NULL;
    }
    return f;
}

void pl_notify(const char *command, const pl_notice *notice)
{
    FILE *text = text_file(notice->text ? notice->text : "");
    int st = 0;
    if (!text) {
        pl_warn("--notify: no room for the summary: %s", strerror(errno));
        return;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        be_command(command, notice, fileno(text));
    while (pid > 0 && waitpid(pid, &st, 0) < 0 && errno == EINTR)
        ;
    if (pid < 0)
        pl_warn("--notify: cannot start a process: %s", strerror(errno));
    else if (WIFSIGNALED(st))
        pl_warn("--notify: '%s' was ended by signal %d", command, WTERMSIG(st));
    else if (WEXITSTATUS(st) != 0)
        pl_warn("--notify: '%s' ended with exit status %d", command, WEXITSTATUS(st));
    fclose(text);
}
