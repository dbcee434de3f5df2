#include "tst.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/log.h"

static int saved_stderr;

static void capture(void)
{
    int fd = open(tst_path("err"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    saved_stderr = dup(STDERR_FILENO);
    dup2(fd, STDERR_FILENO);
    close(fd);
}

static char *captured(void)
{
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    pl_log_init((pl_log_options){.level = PL_NORMAL, .color = -1});
    return tst_read(tst_path("err"), NULL);
}

static void say_all(pl_level level, int color)
{
    pl_log_init((pl_log_options){.level = level, .color = color});
    pl_info("info %d", 1);
    pl_verbose("verbose");
    pl_warn("odd");
    pl_error("bad");
}

static void test_levels(void)
{
    capture();
    say_all(PL_QUIET, 0);
    say_all(PL_VERBOSE, 0);
    say_all(PL_NORMAL, 1);
    char *text = captured();
    TST_TEXT(text, "facet: warning: odd\nfacet: bad\n"
                   "info 1\nverbose\nfacet: warning: odd\nfacet: bad\n"
                   "info 1\n\033[33mfacet: warning: \033[0modd\n\033[31mfacet: \033[0mbad\n");
    free(text);
}

static void test_progress_without_a_terminal_is_one_line(void)
{
    capture();
    pl_log_init((pl_log_options){.level = PL_NORMAL, .color = 0});
    pl_progress *p = pl_progress_new("ingest", "images", 10.0);
    for (int i = 0; i <= 10; i++)
        pl_progress_update(p, i);
    pl_progress_note(p, "%d pictures", 10);
    pl_progress_end(p);
    pl_progress_end(NULL);
    pl_progress_update(NULL, 1.0);
    char *text = captured();
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_EQUAL(strncmp(text, "ingest  10 pictures  ", 21), 0);
    CU_ASSERT_PTR_EQUAL(strchr(text, '\n'), text + strlen(text) - 1);
    free(text);
}

const tst_case tst_util_log[] = {
    TST(test_levels),
    TST(test_progress_without_a_terminal_is_one_line),
    TST_END,
};
