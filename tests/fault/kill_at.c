#include "fault/kill_at.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tst.h"
#include "util/sys.h"

static pl_sys_verdict count_down(void *context, const pl_sys_call *call, int *error)
{
    int *left = context;
    (void)call;
    (void)error;
    return --*left == 0 ? PL_SYS_KILL_BEFORE : PL_SYS_GO;
}

fault_end fault_kill_at(int n, int (*work)(void *context), void *context, int *result)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        pl_sys_set_hook(count_down, &n);
        _exit(work(context));
    }
    int st = 0;
    CU_ASSERT_FATAL(pid > 0 && waitpid(pid, &st, 0) == pid);
    if (WIFSIGNALED(st))
        return FAULT_KILLED;
    *result = WEXITSTATUS(st);
    return FAULT_FINISHED;
}
