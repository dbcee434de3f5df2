#define _GNU_SOURCE
#include "util/subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/str.h"

/* Both streams are read as they come: a program that fills one pipe while the other is waited for
 * would never end. */
static void read_both(const int fd[2], pl_str text[2])
{
    struct pollfd at[2] = {{.fd = fd[0], .events = POLLIN}, {.fd = fd[1], .events = POLLIN}};
    char buffer[4096];
    for (int open = 2; open > 0;) {
        if (poll(at, 2, -1) < 0 && errno != EINTR)
            return;
        for (int i = 0; i < 2; i++) {
            if (at[i].fd < 0 || !at[i].revents)
                continue;
            ssize_t n = read(at[i].fd, buffer, sizeof buffer);
            if (n > 0) {
                pl_str_add_bytes(&text[i], buffer, (size_t)n);
            } else if (n == 0 || errno != EINTR) {
                at[i].fd = -1; /* poll leaves it out */
                open--;
            }
        }
    }
}

static int wait_for(pid_t pid)
{
    int st = 0;
    while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
}

/* An error number; 0: started. */
static int start(const char *const *argv, const int out[2], const int err[2], pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed)
        return failed;
    failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    char *const *words;
    memcpy(&words, &argv, sizeof words); /* posix_spawn takes them without const, and leaves them */
    if (!failed)
        failed = posix_spawnp(pid, argv[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

kn_status pl_subprocess_run(const char *const *argv, pl_subprocess *p, kn_error *e)
{
    int out[2], err[2];
    pid_t pid = -1;
    *p = (pl_subprocess){.found = true};
    if (pipe2(out, O_CLOEXEC) != 0)
        return kn_fail_errno(e, KN_EIO, "%s: cannot make a pipe", argv[0]);
    if (pipe2(err, O_CLOEXEC) != 0) {
        close(out[0]);
        close(out[1]);
        return kn_fail_errno(e, KN_EIO, "%s: cannot make a pipe", argv[0]);
    }
    int failed = start(argv, out, err, &pid);
    close(out[1]);
    close(err[1]);
    pl_str text[2];
    pl_str_init(&text[0]);
    pl_str_init(&text[1]);
    if (!failed) {
        read_both((const int[]){out[0], err[0]}, text);
        p->exit_code = wait_for(pid);
    }
    close(out[0]);
    close(err[0]);
    p->out = pl_str_take(&text[0]);
    p->err = pl_str_take(&text[1]);
    p->found = failed != ENOENT;
    if (!failed || failed == ENOENT)
        return KN_OK;
    pl_subprocess_clear(p);
    errno = failed;
    return kn_fail_errno(e, KN_EIO, "%s: cannot be started", argv[0]);
}

void pl_subprocess_clear(pl_subprocess *p)
{
    free(p->out);
    free(p->err);
    *p = (pl_subprocess){.found = false};
}

char *pl_subprocess_complaint(const pl_subprocess *p)
{
    const char *text = p->err && *p->err ? p->err : p->out ? p->out : "";
    return pl_format("%.*s", (int)strcspn(text, "\n"), text);
}
