/* Command-line cases: every tests/cli/cases/NAME.case is a script with the exact stdout, stderr and
 * exit status.
 *
 *   == file conv.yaml          the lines that follow become that file (in the case's own folder)
 *   == run facet spec check conv.yaml
 *   == stdout                  the lines that follow; an absent section means: empty
 *   == stderr
 *   == exit 2                  absent means 0
 *
 * `facet` is the program under test; each case has a folder, a cache and a results folder of its
 * own. In outputs that folder's path reads DIR, and the times of a summary read TIME. TST_GOLDEN_UPDATE=1 rewrites the case files with
 * what came out. */
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

static const char cases_dir[] = "tests/cli/cases";

typedef struct step {
    char *command, *out, *err;
    int exit_code;
} step;

/* Replaces every occurrence of `from`. Takes and gives heap strings. */
static char *replace_all(char *text, const char *from, const char *to)
{
    pl_str s;
    pl_str_init(&s);
    const char *rest = text;
    for (const char *hit; (hit = strstr(rest, from)); rest = hit + strlen(from)) {
        pl_str_add_bytes(&s, rest, (size_t)(hit - rest));
        pl_str_add(&s, to);
    }
    pl_str_add(&s, rest);
    free(text);
    return pl_str_take(&s);
}

/* The times a summary tells, "; 4.4 s (expected 1 min 3 s)", read "; TIME". */
static char *hide_times(char *text)
{
    regex_t times;
    regmatch_t at;
    pl_str s;
    pl_str_init(&s);
    CU_ASSERT_EQUAL_FATAL(regcomp(&times,
                                  "; ([0-9]+ made in )?[0-9][0-9.]* (s|min|h|d)( [0-9]+ (s|min|h))?"
                                  "( \\(expected [^)]*\\))?",
                                  REG_EXTENDED),
                          0);
    const char *rest = text;
    for (; regexec(&times, rest, 1, &at, 0) == 0; rest += at.rm_eo) {
        pl_str_add_bytes(&s, rest, (size_t)at.rm_so);
        pl_str_add(&s, "; TIME");
    }
    pl_str_add(&s, rest);
    regfree(&times);
    free(text);
    return pl_str_take(&s);
}

/* Drops what depends on the machine and not on the program: the warning about the BLAS core. */
static char *drop_machine_lines(char *text)
{
    pl_str s;
    pl_str_init(&s);
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n');
        size_t n = end ? (size_t)(end - line) + 1 : strlen(line);
        if (strncmp(line, "facet: warning: OpenBLAS", 24) != 0)
            pl_str_add_bytes(&s, line, n);
        line += n;
    }
    free(text);
    return pl_str_take(&s);
}

static void run_step(const step *s, step *got)
{
    char *command = pl_format("unset OPENBLAS_CORETYPE FACET_ISA; export NO_COLOR=1 "
                              "FACET_CACHE='%s/cache' PATH='%s/bin':$PATH; %s",
                              tst_dir(), tst_dir(), s->command);
    const char *work = tst_path("work");
    got->exit_code = tst_shell(work, command, &got->out, &got->err);
    got->out = hide_times(replace_all(got->out, tst_dir(), "DIR"));
    got->err = drop_machine_lines(replace_all(got->err, tst_dir(), "DIR"));
    free(command);
}

/* Reads the lines up to the next "== " line; *text moves on. */
static char *take_section(char **text)
{
    char *start = *text, *p = start;
    while (*p && strncmp(p, "== ", 3) != 0) {
        char *end = strchr(p, '\n');
        p = end ? end + 1 : p + strlen(p);
    }
    *text = p;
    char *section = malloc((size_t)(p - start) + 1);
    if (!section)
        abort();
    memcpy(section, start, (size_t)(p - start));
    section[p - start] = '\0';
    return section;
}

static void write_section(pl_str *s, const char *head, const char *body)
{
    if (!*body)
        return;
    pl_str_addf(s, "== %s\n%s", head, body);
    if (body[strlen(body) - 1] != '\n')
        pl_str_add(s, "\n");
}

/* Ends the step in hand: runs it, compares, and appends what came out to `update`. Returns whether
 * it was as expected. */
static bool end_step(step *s, pl_str *update)
{
    if (!s->command)
        return true;
    step got = {.command = s->command};
    run_step(s, &got);
    const char *out = s->out ? s->out : "", *err = s->err ? s->err : "";
    bool same =
        got.exit_code == s->exit_code && strcmp(got.out, out) == 0 && strcmp(got.err, err) == 0;
    if (!same)
        tst_note(
            "$ %s\n--- stdout\n%s--- wanted\n%s--- stderr\n%s--- wanted\n%s--- exit %d, wanted %d",
            s->command, got.out, out, got.err, err, got.exit_code, s->exit_code);
    write_section(update, "stdout", got.out);
    write_section(update, "stderr", got.err);
    if (got.exit_code != 0)
        pl_str_addf(update, "== exit %d\n", got.exit_code);
    free(got.out);
    free(got.err);
    free(s->command);
    free(s->out);
    free(s->err);
    *s = (step){.command = NULL};
    return same;
}

static bool play(char *text, pl_str *update)
{
    bool good = true;
    step s = {.command = NULL};
    char *head = take_section(&text);
    pl_str_add(update, head); /* comments at the top */
    free(head);
    while (*text) {
        char *line = text + 3, *end = strchr(line, '\n');
        if (!end)
            break;
        *end = '\0';
        text = end + 1;
        if (strncmp(line, "exit ", 5) == 0) {
            s.exit_code = atoi(line + 5);
            free(take_section(&text));
        } else if (strcmp(line, "stdout") == 0) {
            free(s.out);
            s.out = take_section(&text);
        } else if (strcmp(line, "stderr") == 0) {
            free(s.err);
            s.err = take_section(&text);
        } else {
            good = end_step(&s, update) && good;
            char *body = take_section(&text);
            pl_str_addf(update, "== %s\n%s", line, body);
            if (strncmp(line, "file ", 5) == 0)
                tst_write_text(tst_path("work/%s", line + 5), body);
            else if (strncmp(line, "run ", 4) == 0)
                s.command = pl_strdup(line + 4);
            else {
                tst_note("unknown section '%s'", line);
                good = false;
            }
            free(body);
        }
    }
    return end_step(&s, update) && good;
}

static bool run_case(const char *path)
{
    char *text = tst_read(path, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    kn_error e;
    if (pl_remove_tree(tst_path("work"), &e) != KN_OK ||
        pl_remove_tree(tst_path("cache"), &e) != KN_OK)
        tst_note("%s", e.text);
    mkdir(tst_path("work"), 0777);
    mkdir(tst_path("bin"), 0777);
    unlink(tst_path("bin/facet"));
    CU_ASSERT_EQUAL(symlink(tst_facet(), tst_path("bin/facet")), 0);
    pl_str update;
    pl_str_init(&update);
    bool good = play(text, &update);
    if (!good && getenv("TST_GOLDEN_UPDATE")) {
        tst_write_text(path, update.text);
        tst_note("%s is rewritten", path);
        good = true;
    }
    pl_str_clear(&update);
    free(text);
    return good;
}

/* Cases of one length: those that start with "slow_" are medium. */
static void run_cases(bool slow)
{
    char **names;
    size_t count;
    TST_OK(pl_list_dir(cases_dir, &names, &count, e));
    for (size_t i = 0; i < count; i++) {
        if (!pl_ends_with(names[i], ".case") || pl_starts_with(names[i], "slow_") != slow)
            continue;
        char *path = pl_path_join(cases_dir, names[i]);
        bool good = run_case(path);
        if (!good)
            tst_note("case %s failed", names[i]);
        CU_ASSERT_TRUE(good);
        free(path);
    }
    pl_free_names(names);
}

static void test_cases(void)
{
    run_cases(false);
}

static void test_slow_cases(void)
{
    run_cases(true);
}

/* The checker itself: a wrong expectation is refused. */
static void test_a_wrong_expectation_is_refused(void)
{
    mkdir(tst_path("work"), 0777);
    mkdir(tst_path("bin"), 0777);
    pl_str update;
    pl_str_init(&update);
    char right[] = "== run echo face; exit 3\n== stdout\nface\n== exit 3\n";
    CU_ASSERT_TRUE(play(right, &update));
    TST_TEXT(update.text, "== run echo face; exit 3\n== stdout\nface\n== exit 3\n");
    char wrong_text[] = "== run echo face\n== stdout\nmask\n";
    CU_ASSERT_FALSE(play(wrong_text, &update));
    char wrong_exit[] = "== run exit 1\n";
    CU_ASSERT_FALSE(play(wrong_exit, &update));
    char wrong_err[] = "== run echo x >&2\n";
    CU_ASSERT_FALSE(play(wrong_err, &update));
    pl_str_clear(&update);
}

const tst_case tst_cli_cases[] = {
    TST(test_a_wrong_expectation_is_refused),
    TST(test_cases),
    TST_M(test_slow_cases),
    TST_END,
};
