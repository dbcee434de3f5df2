#define _GNU_SOURCE
#include "run/workers.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/interrupt.h"
#include "util/log.h"

typedef struct slot {
    pid_t pid; /* 0: free */
    int item;
} slot;

static void start(const pl_workers *w, int item, slot *s)
{
    pid_t parent = getpid();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(101);
        setpgid(0, 0); /* the terminal's Ctrl-C goes to the parent, which passes it on once */
        pl_log_plain();
        int result = w->work(w->context, item);
        fflush(NULL);
        _exit(result);
    }
    *s = (slot){.pid = pid, .item = item};
}

static int result_of(int st)
{
    return WIFEXITED(st) ? WEXITSTATUS(st) : -WTERMSIG(st);
}

kn_status pl_workers_run(const pl_workers *w, int count, kn_error *e)
{
    const struct timespec nap = {0, 20000000};
    slot *slots = calloc((size_t)count, sizeof *slots);
    bool told = false, more = true;
    kn_status rc = KN_OK;
    if (!slots)
        return kn_fail(e, KN_ENOMEM, "no memory for %d workers", count);
    for (;;) {
        int busy = 0;
        for (int i = 0; i < count; i++) {
            int st = 0;
            if (slots[i].pid > 0 && waitpid(slots[i].pid, &st, WNOHANG) == slots[i].pid) {
                slots[i].pid = 0;
                kn_status ended =
                    w->ended(w->context, slots[i].item, result_of(st), rc == KN_OK ? e : NULL);
                rc = rc == KN_OK ? ended : rc;
            }
            more = more && rc == KN_OK && !pl_interrupted();
            if (slots[i].pid == 0 && more) {
                int item = w->next(w->context);
                more = item >= 0;
                if (more)
                    start(w, item, &slots[i]);
                if (slots[i].pid < 0) {
                    slots[i].pid = 0;
                    rc = kn_fail_errno(e, KN_EIO, "cannot start a process");
                }
            }
            busy += slots[i].pid > 0;
        }
        if (busy == 0 && !more)
            break;
        if ((pl_interrupted() || rc != KN_OK) && !told) {
            for (int i = 0; i < count; i++)
                if (slots[i].pid > 0)
                    kill(slots[i].pid, SIGTERM);
            told = true;
        }
        nanosleep(&nap, NULL);
    }
    free(slots);
    return rc;
}
