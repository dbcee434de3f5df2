#define _GNU_SOURCE
#include "run/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/interrupt.h"
#include "util/log.h"

/* Of a message only the words that were said cross the pipe. */
enum { HEAD = offsetof(pl_worker_end, error.text) };

typedef struct slot {
    pid_t pid; /* 0: free */
    int task, pipe;
    size_t got;
    pl_worker_end end;
} slot;

struct pl_workers {
    slot *slot;
    struct pollfd *poll;
    int most, busy;
};

kn_status pl_workers_new(int most, pl_workers **out, kn_error *e)
{
    pl_workers *w = calloc(1, sizeof *w);
    *out = w;
    if (w) {
        w->slot = calloc((size_t)most, sizeof *w->slot);
        w->poll = calloc((size_t)most, sizeof *w->poll);
        w->most = most;
    }
    if (w && w->slot && w->poll)
        return KN_OK;
    pl_workers_free(w);
    *out = NULL;
    return kn_fail(e, KN_ENOMEM, "no memory for %d workers", most);
}

void pl_workers_free(pl_workers *w)
{
    if (!w)
        return;
    for (int i = 0; w->slot && i < w->most; i++)
        if (w->slot[i].pid > 0) {
            kill(w->slot[i].pid, SIGKILL);
            waitpid(w->slot[i].pid, NULL, 0);
            close(w->slot[i].pipe);
        }
    free(w->slot);
    free(w->poll);
    free(w);
}

int pl_workers_busy(const pl_workers *w)
{
    return w->busy;
}

void pl_workers_signal(const pl_workers *w, int number)
{
    for (int i = 0; i < w->most; i++)
        if (w->slot[i].pid > 0)
            kill(w->slot[i].pid, number);
}

static void tell(int fd, const pl_worker_end *end)
{
    const char *p = (const char *)end;
    size_t left = HEAD + strlen(end->error.text) + 1;
    while (left > 0) {
        ssize_t n = write(fd, p, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        p += n;
        left -= (size_t)n;
    }
}

static _Noreturn void be_worker(pid_t parent, int fd, int task, bool plain, pl_worker_fn *work,
                                void *context)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(101);
    setpgid(0, 0); /* the terminal's Ctrl-C goes to the parent, which passes it on once */
    signal(SIGTTOU, SIG_IGN);
    pl_interrupt_once();
    if (plain)
        pl_log_plain();
    pl_worker_end end = {.task = task};
    work(context, task, &end);
    fflush(NULL);
    tell(fd, &end);
    _exit(0);
}

kn_status pl_workers_start(pl_workers *w, int task, bool plain, pl_worker_fn *work, void *context,
                           kn_error *e)
{
    slot *s = w->slot;
    while (s->pid > 0)
        s++;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return kn_fail_errno(e, KN_EIO, "cannot make a pipe to a worker");
    pid_t parent = getpid();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        be_worker(parent, ends[1], task, plain, work, context);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return kn_fail_errno(e, KN_EIO, "cannot start a process");
    }
    *s = (slot){.pid = pid, .task = task, .pipe = ends[0]};
    w->busy++;
    return KN_OK;
}

static void conclude(pl_workers *w, slot *s, pl_worker_end *end)
{
    int st = 0;
    close(s->pipe);
    while (waitpid(s->pid, &st, 0) < 0 && errno == EINTR)
        ;
    *end = s->end;
    bool whole = s->got > HEAD && memchr(end->error.text, '\0', s->got - HEAD) != NULL;
    if (!whole) {
        *end = (pl_worker_end){.signal = WIFSIGNALED(st) ? WTERMSIG(st) : 0};
        if (end->signal)
            kn_fail(&end->error, KN_EINTERNAL, "its process was ended by signal %d (%s)",
                    end->signal, strsignal(end->signal));
        else
            kn_fail(&end->error, KN_EINTERNAL, "its process ended without a word, exit status %d",
                    WEXITSTATUS(st));
    }
    end->task = s->task;
    s->pid = 0;
    w->busy--;
}

/* True: all of what the worker says is read, and its end of the pipe is closed. */
static bool listen_to(slot *s)
{
    char rest[256];
    for (;;) {
        size_t room = sizeof s->end - s->got;
        ssize_t n =
            room ? read(s->pipe, (char *)&s->end + s->got, room) : read(s->pipe, rest, sizeof rest);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return true;
        s->got += room ? (size_t)n : 0;
        struct pollfd more = {.fd = s->pipe, .events = POLLIN};
        if (poll(&more, 1, 0) <= 0)
            return false;
    }
}

bool pl_workers_wait(pl_workers *w, double seconds, pl_worker_end *end)
{
    for (int i = 0; i < w->most; i++)
        w->poll[i] =
            (struct pollfd){.fd = w->slot[i].pid > 0 ? w->slot[i].pipe : -1, .events = POLLIN};
    if (poll(w->poll, (nfds_t)w->most, seconds > 0 ? (int)(seconds * 1000) : 0) <= 0)
        return false;
    for (int i = 0; i < w->most; i++)
        if (w->poll[i].fd >= 0 && w->poll[i].revents && listen_to(&w->slot[i])) {
            conclude(w, &w->slot[i], end);
            return true;
        }
    return false;
}
