/* `facet watch` on a terminal of its own: frames on the other screen, and the terminal as it was after Ctrl-C. */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

enum { MOST_MS = 20000 };

/* In the child: the terminal becomes its own, then facet. */
static void become_watch(const char *terminal)
{
    setsid();
    int fd = open(terminal, O_RDWR); /* the session's first one: its controlling terminal */
    if (fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
        _exit(99);
    setenv("TERM", "xterm", 1);
    execl(tst_facet(), "facet", "watch", "s", "--results", tst_dir(), "--cache", tst_path("cache"),
          (char *)NULL);
    _exit(98);
}

/* Reads until the text holds `wanted` (NULL: until the end). False: in time it did not come. */
static bool read_until(int fd, const char *wanted, pl_str *text)
{
    char bytes[4096];
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (!wanted || !strstr(text->text, wanted)) {
        if (poll(&p, 1, MOST_MS) <= 0)
            return false;
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n <= 0)
            return !wanted;
        pl_str_add_bytes(text, bytes, (size_t)n);
    }
    return true;
}

static void test_ctrl_c_leaves_the_terminal_clean(void)
{
    int lock = -1, state = 0, terminal = posix_openpt(O_RDWR | O_NOCTTY);
    pl_str text;
    pl_str_init(&text);
    CU_ASSERT_FATAL(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    TST_OK(pl_make_dirs(tst_path("s/runs"), e));
    tst_write_text(tst_path("s/runs.csv"),
                   "run,group,status,seed,model\naaaa00000001,s,pending,1,cnn\n");
    TST_OK(pl_lock_open(tst_path("s/.lock"), true, &lock, e)); /* somebody runs it */
    CU_ASSERT_FATAL(lock >= 0);
    pid_t pid = fork();
    if (pid == 0)
        become_watch(ptsname(terminal));
    CU_ASSERT_FATAL(pid > 0);
    CU_ASSERT(read_until(terminal, "0 of 1 runs done", &text));
    CU_ASSERT(pl_starts_with(text.text, "\033[?1049h\033[?25l"));
    CU_ASSERT_EQUAL(write(terminal, "\003", 1), 1); /* Ctrl-C */
    CU_ASSERT(read_until(terminal, NULL, &text));
    CU_ASSERT_EQUAL(waitpid(pid, &state, 0), pid);
    CU_ASSERT(WIFEXITED(state) && WEXITSTATUS(state) == 0);
    const char *left = strstr(text.text, "\033[?25h\033[?1049l");
    CU_ASSERT_FATAL(left != NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(left, "0 of 1 runs done")); /* the last picture stays */
    CU_ASSERT_PTR_NULL(strstr(left + strlen("\033[?25h\033[?1049l"), "\033[?"));
    pl_lock_close(lock);
    close(terminal);
    pl_str_clear(&text);
}

const tst_case tst_cli_watch_terminal[] = {TST(test_ctrl_c_leaves_the_terminal_clean), TST_END};
