#include "util/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

static atomic_int asked; /* set in a signal handler, read by every thread */
static bool once;        /* later signals change nothing */
static int polls_left;   /* 0 but in tests */

static void on_signal(int number)
{
    if (asked && !once) {
        signal(number, SIG_DFL);
        raise(number);
    }
    asked = 1;
}

void pl_interrupt_init(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction hangup; /* nohup ignores it, and so it stays */
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler == SIG_DFL)
        sigaction(SIGHUP, &action, NULL);
}

void pl_interrupt_once(void)
{
    once = true;
}

bool pl_interrupt_asked(void)
{
    return asked != 0;
}

bool pl_interrupted(void)
{
    if (polls_left > 0 && --polls_left == 0)
        asked = 1;
    return asked != 0;
}

kn_status pl_interrupt_check(kn_error *e)
{
    return asked ? kn_fail(e, KN_EINTERRUPTED, "interrupted") : KN_OK;
}

void pl_interrupt_set(bool on)
{
    asked = on;
    polls_left = 0;
}

void pl_interrupt_at(int poll)
{
    asked = 0;
    polls_left = poll;
}
