#define _GNU_SOURCE
#include "util/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/str.h"
#include "util/sys.h"

enum { MAX_RULES = 8, ANY = PL_SYS_KINDS };

typedef enum action { ERROR, SHORT, TEAR, KILL, KILL_AFTER, KILL_ALL, SIGNAL } action;

static const struct {
    const char *name;
    action action;
    int number; /* errno or signal */
} actions[] = {
    {"ENOSPC", ERROR, ENOSPC}, {"EDQUOT", ERROR, EDQUOT},     {"EIO", ERROR, EIO},
    {"EROFS", ERROR, EROFS},   {"EACCES", ERROR, EACCES},     {"EMFILE", ERROR, EMFILE},
    {"ENOMEM", ERROR, ENOMEM}, {"short", SHORT, 0},           {"tear", TEAR, 0},
    {"kill", KILL, 0},         {"kill-after", KILL_AFTER, 0}, {"kill-all", KILL_ALL, 0},
    {"term", SIGNAL, SIGTERM}, {"int", SIGNAL, SIGINT},
};

typedef struct rule {
    int kind;
    char *part; /* heap; "" for every path */
    long first, times;
    action action;
    int number;
} rule;

/* Shared by the processes of the command. */
typedef struct counters {
    atomic_long calls, matched[MAX_RULES];
} counters;

static struct {
    rule rule[MAX_RULES];
    int rules;
    int trace; /* descriptor; -1: none */
    const char *keep;
    pid_t first;
    counters *count;
} fault = {.trace = -1};

static bool parse_number(const char *text, long least, long *out)
{
    char *end;
    errno = 0;
    *out = strtol(text, &end, 10);
    return end != text && *end == '\0' && errno == 0 && *out >= least;
}

/* KIND[@PART]:N:ACTION[:TIMES]; takes the text apart. */
static bool parse_rule(char *text, rule *r)
{
    char *field[4] = {text, NULL, NULL, NULL};
    for (int i = 1; i < 4; i++) {
        field[i] = field[i - 1] ? strchr(field[i - 1], ':') : NULL;
        if (field[i])
            *field[i]++ = '\0';
    }
    if (!field[2] || (field[3] && strchr(field[3], ':')))
        return false;
    char *at = strchr(text, '@');
    if (at)
        *at++ = '\0';
    *r = (rule){.kind = -1, .times = 1};
    for (int k = 0; k < PL_SYS_KINDS; k++)
        if (strcmp(text, pl_sys_name((pl_sys_kind)k)) == 0)
            r->kind = k;
    if (strcmp(text, "any") == 0)
        r->kind = ANY;
    bool known = false;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (strcmp(field[2], actions[i].name) == 0) {
            r->action = actions[i].action;
            r->number = actions[i].number;
            known = true;
        }
    if (field[3] && strcmp(field[3], "*") == 0)
        r->times = -1;
    else if (field[3] && !parse_number(field[3], 1, &r->times))
        return false;
    if (!known || r->kind < 0 || !parse_number(field[1], 1, &r->first))
        return false;
    r->part = pl_strdup(at ? at : "");
    return true;
}

static kn_status parse_rules(const char *text, kn_error *e)
{
    char *copy = pl_strdup(text), *rest = copy, *one;
    kn_status rc = KN_OK;
    while (rc == KN_OK && (one = strsep(&rest, ";")) != NULL) {
        char *shown = pl_strdup(one);
        if (fault.rules == MAX_RULES)
            rc = kn_fail(e, KN_EUSAGE, "FACET_FAULT has more than %d rules", MAX_RULES);
        else if (!parse_rule(one, &fault.rule[fault.rules]))
            rc = kn_fail(e, KN_EUSAGE,
                         "FACET_FAULT: '%s' is not KIND[@PART]:N:ACTION[:TIMES] "
                         "(pipeline/util/fault.h)",
                         shown);
        else
            fault.rules++;
        free(shown);
    }
    free(copy);
    return rc;
}

/* What is about to be lost stays under a second name; a folder cannot, and need not. */
static void keep(const pl_sys_call *call, long number)
{
    char *name = pl_format("%s/%ld", fault.keep, number);
    if (call->kind == PL_SYS_RENAME || call->kind == PL_SYS_UNLINK)
        (void)!link(call->to ? call->to : call->path, name);
    free(name);
}

/* The inode of what a call touches: the file of a descriptor, else the folder that gains or loses a
 * name; 0 where there is none. */
static unsigned long long inode_of(const pl_sys_call *call)
{
    struct stat st = {.st_ino = 0};
    if (call->fd >= 0) {
        fstat(call->fd, &st);
    } else {
        char *dir = pl_path_dir(call->to ? call->to : call->path);
        if (stat(dir, &st) != 0)
            st.st_ino = 0;
        free(dir);
    }
    return (unsigned long long)st.st_ino;
}

/* One write, so that lines of several processes stay whole. */
static void trace(const pl_sys_call *call, long number)
{
    const char *more = call->to ? call->to : "";
    struct stat st;
    if (call->kind == PL_SYS_OPEN || call->kind == PL_SYS_MKDIR)
        more = lstat(call->path, &st) == 0 ? "old" : "new";
    char *line = pl_format("%ld\t%ld\t%s\t%llu\t%s\t%s\n", number, (long)getpid(),
                           pl_sys_name(call->kind), inode_of(call), call->path, more);
    (void)!write(fault.trace, line, strlen(line));
    free(line);
}

static bool strikes(int i, const pl_sys_call *call)
{
    const rule *r = &fault.rule[i];
    if ((r->kind != ANY && r->kind != (int)call->kind) ||
        (*r->part && !strstr(call->path, r->part) && !(call->to && strstr(call->to, r->part))))
        return false;
    long n = atomic_fetch_add(&fault.count->matched[i], 1) + 1;
    return n >= r->first && (r->times < 0 || n < r->first + r->times);
}

static pl_sys_verdict on_call(void *context, const pl_sys_call *call, int *error)
{
    (void)context;
    int saved = errno;
    pl_sys_verdict verdict = PL_SYS_GO;
    long number = atomic_fetch_add(&fault.count->calls, 1) + 1;
    if (fault.keep)
        keep(call, number);
    if (fault.trace >= 0)
        trace(call, number);
    for (int i = 0; i < fault.rules; i++) {
        static const pl_sys_verdict verdicts[] = {[ERROR] = PL_SYS_FAIL,
                                                  [SHORT] = PL_SYS_SHORT,
                                                  [TEAR] = PL_SYS_TEAR,
                                                  [KILL] = PL_SYS_KILL_BEFORE,
                                                  [KILL_AFTER] = PL_SYS_KILL_AFTER,
                                                  [KILL_ALL] = PL_SYS_KILL_BEFORE,
                                                  [SIGNAL] = PL_SYS_GO};
        const rule *r = &fault.rule[i];
        if (!strikes(i, call))
            continue;
        verdict = verdicts[r->action];
        *error = r->number;
        if (r->action == KILL_ALL)
            kill(fault.first, SIGKILL);
        if (r->action == SIGNAL)
            kill(fault.first, r->number);
    }
    errno = saved;
    return verdict;
}

kn_status pl_fault_init(kn_error *e)
{
    const char *rules = getenv("FACET_FAULT"), *file = getenv("FACET_FAULT_TRACE");
    fault.keep = getenv("FACET_FAULT_KEEP");
    if (!rules && !file && !fault.keep)
        return KN_OK;
    if (rules)
        KN_TRY(parse_rules(rules, e));
    if (file) {
        fault.trace = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (fault.trace < 0)
            return kn_fail_errno(e, KN_EUSAGE, "FACET_FAULT_TRACE: cannot write '%s'", file);
    }
    void *shared =
        mmap(NULL, sizeof *fault.count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return kn_fail_errno(e, KN_ENOMEM, "FACET_FAULT: no memory for its counters");
    fault.count = shared;
    fault.first = getpid();
    pl_sys_set_hook(on_call, NULL);
    return KN_OK;
}

bool pl_fault_is_set(void)
{
    return fault.count != NULL;
}
