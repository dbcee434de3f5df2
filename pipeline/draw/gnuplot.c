#include "draw/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/interrupt.h"

enum { NOT_INSTALLED = 127, CANNOT_START = 126, COMPLAINT = 512 };

typedef struct child {
    pid_t pid; /* 0: none */
    FILE *errors;
} child;

/* In the child: gnuplot in `dir`, script as its input, its complaints into `errors`. It dies with
 * its parent; the terminal's Ctrl-C goes to the parent alone. */
static void become_gnuplot(const char *dir, int script, int errors, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(CANNOT_START);
    setpgid(0, 0);
    int null = open("/dev/null", O_WRONLY);
    if (null < 0 || dup2(script, 0) < 0 || dup2(null, 1) < 0 || dup2(errors, 2) < 0 ||
        chdir(dir) != 0)
        _exit(CANNOT_START);
    setenv("LC_ALL", "C", 1);
    setenv("TZ", "UTC0", 1);                     /* the PDF's time has a fixed length then */
    setenv("SOURCE_DATE_EPOCH", "946684800", 1); /* 2000-01-01, where cairo heeds it */
    execlp("gnuplot", "gnuplot", "-d", "-", (char *)NULL);
    _exit(errno == ENOENT ? NOT_INSTALLED : CANNOT_START);
}

static void drop(child *c)
{
    if (c->errors)
        fclose(c->errors);
    *c = (child){0, NULL};
}

static kn_status start(const char *dir, const pl_gnuplot_part *part, child *c, kn_error *e)
{
    FILE *script = tmpfile();
    kn_status rc = KN_OK;
    c->errors = tmpfile();
    if (!script || !c->errors) {
        rc = kn_fail_errno(e, KN_EIO, "gnuplot: cannot make a temporary file for its script");
        goto cleanup;
    }
    if (fwrite(part->script, 1, part->size, script) != part->size || fflush(script) != 0) {
        rc = kn_fail_errno(e, KN_EIO, "gnuplot: cannot write its script");
        goto cleanup;
    }
    rewind(script);
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        rc = kn_fail_errno(e, KN_EIO, "gnuplot: cannot start a process");
    else if (pid == 0)
        become_gnuplot(dir, fileno(script), fileno(c->errors), parent);
    else
        c->pid = pid;
cleanup:
    if (script)
        fclose(script);
    if (rc != KN_OK)
        drop(c);
    return rc;
}

/* The last line gnuplot wrote that says what is wrong. */
static void find_complaint(FILE *errors, char out[COMPLAINT])
{
    char line[COMPLAINT];
    out[0] = '\0';
    rewind(errors);
    while (fgets(line, sizeof line, errors)) {
        line[strcspn(line, "\n")] = '\0';
        if (strstr(line, "line ") && !strstr(line, "warning") && !strstr(line, "Warning"))
            snprintf(out, COMPLAINT, "%s", line);
    }
}

static kn_status judge(const child *c, int state, const char *dir, kn_error *e)
{
    char said[COMPLAINT];
    bool exited = WIFEXITED(state);
    if (exited && WEXITSTATUS(state) == 0)
        return KN_OK;
    if (exited && WEXITSTATUS(state) == NOT_INSTALLED)
        return kn_fail(e, KN_EIO,
                       "gnuplot is not installed, so there are no plots: install the package "
                       "gnuplot-nox (apt-get install gnuplot-nox)");
    find_complaint(c->errors, said);
    if (strstr(said, "terminal type"))
        return kn_fail(
            e, KN_EIO,
            "this gnuplot lacks one of the terminals svg, pngcairo and pdfcairo, so there are "
            "no plots: install the package gnuplot-nox (apt-get install gnuplot-nox)");
    return kn_fail(e, KN_EIO, "gnuplot ended with %s %d while drawing into %s%s%s",
                   exited ? "status" : "signal", exited ? WEXITSTATUS(state) : WTERMSIG(state), dir,
                   said[0] ? ": " : "", said);
}

/* Looks whether it ended, without waiting; it is dropped then. */
static kn_status look(child *c, const char *dir, kn_error *e)
{
    int state = 0;
    pid_t ended = c->pid ? waitpid(c->pid, &state, WNOHANG) : 0;
    if (ended == 0 || (ended < 0 && errno == EINTR))
        return KN_OK;
    kn_status rc =
        ended < 0 ? kn_fail_errno(e, KN_EIO, "gnuplot: waiting for it") : judge(c, state, dir, e);
    drop(c);
    return rc;
}

static void end_all(child *children, int count)
{
    for (int k = 0; k < count; k++) {
        if (children[k].pid) {
            kill(children[k].pid, SIGKILL);
            waitpid(children[k].pid, NULL, 0);
            drop(&children[k]);
        }
    }
}

kn_status pl_gnuplot_run(const char *dir, const pl_gnuplot_part *parts, size_t count, int at_once,
                         kn_error *e)
{
    const struct timespec nap = {0, 2 * 1000 * 1000};
    child *children = calloc((size_t)at_once, sizeof *children);
    if (!children)
        return kn_fail(e, KN_ENOMEM, "gnuplot: no memory for %d processes", at_once);
    size_t next = 0;
    kn_status rc = KN_OK;
    for (int running = 1; running > 0 && rc == KN_OK;) {
        running = 0;
        for (int k = 0; k < at_once && rc == KN_OK; k++) {
            rc = look(&children[k], dir, e);
            if (rc == KN_OK && !children[k].pid && next < count)
                rc = start(dir, &parts[next++], &children[k], e);
            running += children[k].pid != 0;
        }
        if (rc == KN_OK && running > 0 && pl_interrupted())
            rc = kn_fail(e, KN_EINTERRUPTED,
                         "interrupted while the figures were drawn; the same command draws them");
        if (rc == KN_OK && running > 0)
            nanosleep(&nap, NULL);
    }
    end_all(children, at_once);
    free(children);
    return rc;
}
