#define _GNU_SOURCE
#include "fault/kill_at.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

static bool changes_files(const struct __ptrace_syscall_info *info)
{
    const uint64_t *a = (const uint64_t *)info->entry.args;
    switch (info->entry.nr) {
    case SYS_openat:
        return (a[2] & (O_WRONLY | O_RDWR | O_CREAT)) != 0;
    case SYS_write:
        return a[0] > 2;
    case SYS_mkdirat:
    case SYS_renameat:
    case SYS_renameat2:
    case SYS_unlinkat:
    case SYS_ftruncate:
    case SYS_fsync:
#ifdef SYS_rename
    case SYS_open:
    case SYS_mkdir:
    case SYS_rename:
    case SYS_unlink:
    case SYS_rmdir:
#endif
        return true;
    default:
        return false;
    }
}

static void child(int (*work)(void *context), void *context)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(126);
    raise(SIGSTOP);
    _exit(work(context));
}

fault_end fault_kill_at(int n, int (*work)(void *context), void *context, int *result)
{
    pid_t pid = fork();
    if (pid == 0)
        child(work, context);
    int st = 0;
    if (pid < 0 || waitpid(pid, &st, 0) != pid || !WIFSTOPPED(st))
        return FAULT_UNTRACED;
    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    int changes = 0, signal_number = 0;
    for (;;) {
        ptrace(PTRACE_SYSCALL, pid, NULL, signal_number);
        signal_number = 0;
        if (waitpid(pid, &st, 0) != pid)
            return FAULT_UNTRACED;
        if (WIFEXITED(st)) {
            *result = WEXITSTATUS(st);
            return FAULT_FINISHED;
        }
        if (WIFSIGNALED(st))
            return FAULT_KILLED;
        if (WSTOPSIG(st) != (SIGTRAP | 0x80)) {
            signal_number = WSTOPSIG(st) == SIGTRAP ? 0 : WSTOPSIG(st);
            continue;
        }
        struct __ptrace_syscall_info info = {0};
        ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY && changes_files(&info) && ++changes == n)
            kill(pid, SIGKILL);
    }
}
