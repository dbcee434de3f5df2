#define _GNU_SOURCE
#include "fault/night.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io/csv.h"
#include "tst.h"
#include "util/digest.h"
#include "util/fs.h"
#include "util/str.h"

void night_write(void)
{
    char *command = pl_format("'%s' -q faces data --images 150 --seed 1", tst_facet());
    CU_ASSERT_EQUAL_FATAL(tst_shell(tst_dir(), command, NULL, NULL), 0);
    free(command);
    tst_write_text(tst_path("night.yaml"),
                   "data: {images: data/img_align_celeba.zip, labels: data/list_attr_celeba.csv, "
                   "partition: data/list_eval_partition.csv, image: {size: 24}}\n"
                   "model: {type: cnn, filters: [8], units: [16], dropout: 0.2}\n"
                   "train: {epochs: 4, batch: 16}\n"
                   "sweep: {seeds: [1, 2]}\n");
    /* older than the clock's grain, so that the first command remembers the digests */
    nanosleep(&(struct timespec){0, 100000000}, NULL);
}

static void set_faults(const night_order *o)
{
    setenv("FACET_FAULT", o->fault ? o->fault : "any:1000000000:EIO", 1); /* checkpoints, too */
    if (o->traced) {
        setenv("FACET_FAULT_TRACE", tst_path("%s.trace", o->root), 1);
        setenv("FACET_FAULT_KEEP", tst_path("%s.keep", o->root), 1);
    }
}

static void become_facet(const night_order *o, const char *facet)
{
    const char *said = tst_path("%s.said", o->root);
    char jobs[16];
    snprintf(jobs, sizeof jobs, "%d", o->jobs);
    set_faults(o);
    int nothing = open("/dev/null", O_RDWR);
    int err = open(said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (nothing < 0 || err < 0 || chdir(tst_dir()) != 0 || dup2(nothing, 0) < 0 ||
        dup2(nothing, 1) < 0 || dup2(err, 2) < 0)
        _exit(126);
    char *cache = o->cache ? pl_strdup(o->cache) : pl_format("%s/cache", o->root),
         *results = pl_format("%s/results", o->root);
    execl(facet, "facet", "-q", "run", "night.yaml", "--threads", "2", "--cache", cache,
          "--results", results, "--jobs", jobs, o->wait ? "--wait" : (char *)NULL, o->wait,
          (char *)NULL);
    _exit(127);
}

night_run night_start(const night_order *order)
{
    int ends[2];
    const char *facet = tst_facet();
    TST_OK(pl_make_dirs(tst_path("%s", order->root), e));
    if (order->traced) {
        unlink(tst_path("%s.trace", order->root));
        TST_OK(pl_remove_tree(tst_path("%s.keep", order->root), e));
        TST_OK(pl_make_dirs(tst_path("%s.keep", order->root), e));
    }
    unlink(tst_path("%s.said", order->root));
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        become_facet(order, facet);
    CU_ASSERT_FATAL(pid > 0);
    close(ends[1]);
    return (night_run){.pid = pid, .alive = ends[0], .root = order->root};
}

bool night_runs(const night_run *run)
{
    siginfo_t ended = {.si_pid = 0};
    return waitid(P_PID, (id_t)run->pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           ended.si_pid == 0;
}

int night_end(night_run *run)
{
    int st = 0;
    char byte;
    CU_ASSERT_EQUAL_FATAL(waitpid(run->pid, &st, 0), run->pid);
    while (read(run->alive, &byte, 1) > 0)
        continue;
    close(run->alive);
    return WIFEXITED(st) ? WEXITSTATUS(st) : -WTERMSIG(st);
}

int night_make(const night_order *order)
{
    night_run run = night_start(order);
    return night_end(&run);
}

/* Children of a process, from /proc; at most `room`. */
static int children_of(pid_t pid, pid_t *out, int room)
{
    char *path = pl_format("/proc/%ld/task/%ld/children", (long)pid, (long)pid);
    char *text = tst_read(path, NULL);
    int count = 0;
    for (char *p = text, *end = NULL; p && count < room; p = end) {
        long child = strtol(p, &end, 10);
        if (end == p)
            break;
        out[count++] = (pid_t)child;
    }
    free(text);
    free(path);
    return count;
}

void night_kill_all(const night_run *run)
{
    pid_t child[16];
    int count = children_of(run->pid, child, 16);
    kill(run->pid, SIGKILL);
    for (int i = 0; i < count; i++)
        kill(child[i], SIGKILL);
}

bool night_kill_child(const night_run *run, kn_rng *rng)
{
    pid_t child[16];
    int count = children_of(run->pid, child, 16);
    if (count > 0)
        kill(child[kn_rng_below(rng, (uint32_t)count)], SIGKILL);
    return count > 0;
}

char *night_said(const char *root)
{
    char *text = tst_read(tst_path("%s.said", root), NULL);
    return text ? text : pl_strdup("");
}

int night_calls(const char *root)
{
    CU_ASSERT_EQUAL(night_make(&(const night_order){.root = root, .jobs = 1, .traced = true}), 0);
    char *text = tst_read(tst_path("%s.trace", root), NULL);
    int lines = 0;
    for (const char *p = text; p && *p; p++)
        lines += *p == '\n';
    free(text);
    return lines;
}

/* Files that hold wall times, or are no result. */
static bool is_compared(const char *name)
{
    static const char *const others[] = {"manifest.json", "log.txt",      "report.html",
                                         "report.md",     "cost.csv",     ".lock",
                                         ".reported",     ".report.lock", NULL};
    for (int i = 0; others[i]; i++)
        if (strcmp(name, others[i]) == 0)
            return false;
    return true;
}

static void add_table(pl_str *s, const char *path)
{
    static const char *const times[] = {"seconds", "train_seconds", "images_per_second"};
    pl_csv t;
    kn_error why = {KN_OK, ""};
    if (pl_csv_read(path, &t, &why) != KN_OK) {
        pl_str_addf(s, "%s\n", why.text);
        return;
    }
    for (size_t r = 0; r < t.rows; r++) {
        pl_str_add(s, "  ");
        for (size_t c = 0; c < pl_csv_fields(&t, r); c++) {
            bool time = false;
            for (size_t i = 0; i < sizeof times / sizeof *times && c < pl_csv_fields(&t, 0); i++)
                time = time || strcmp(pl_csv_get(&t, 0, c), times[i]) == 0;
            pl_str_addf(s, "%s,", time ? "" : pl_csv_get(&t, r, c));
        }
        pl_str_add(s, "\n");
    }
    pl_csv_clear(&t);
}

static void add_tree(pl_str *s, const char *dir, const char *under)
{
    char **names = NULL;
    size_t count = 0;
    if (pl_list_dir(dir, &names, &count, NULL) != KN_OK)
        return;
    for (size_t i = 0; i < count; i++) {
        char *path = pl_path_join(dir, names[i]);
        char *name = *under ? pl_format("%s/%s", under, names[i]) : pl_strdup(names[i]);
        pl_digest digest;
        if (pl_is_dir(path)) {
            add_tree(s, path, name);
        } else if (is_compared(names[i])) {
            bool timed = strcmp(names[i], "runs.csv") == 0 || strcmp(names[i], "epochs.csv") == 0;
            bool good = !timed && pl_digest_file(path, &digest, NULL) == KN_OK;
            pl_str_addf(s, "%s %s\n", name, good ? digest.hex : "");
            if (timed)
                add_table(s, path);
        }
        free(name);
        free(path);
    }
    pl_free_names(names);
}

char *night_bytes(const char *root)
{
    pl_str s;
    pl_str_init(&s);
    add_tree(&s, tst_path("%s/results/night", root), "");
    return pl_str_take(&s);
}

/* Prints the first line that is not the same. */
static bool same_lines(const char *got, const char *want, const char *what)
{
    if (strcmp(got, want) == 0)
        return true;
    const char *g = got, *w = want;
    for (size_t n; n = strcspn(g, "\n"), *g && strncmp(g, w, n + 1) == 0;) {
        g += n + 1;
        w += n + 1;
    }
    tst_note("%s: differs\n      got  %.*s\n      want %.*s", what, (int)strcspn(g, "\n"), g,
             (int)strcspn(w, "\n"), w);
    return false;
}

bool night_holds(const char *got, const char *want, const char *what)
{
    for (const char *w = want; *w; w += strcspn(w, "\n") + 1) {
        char *line = pl_format("%.*s\n", (int)strcspn(w, "\n"), w);
        bool there = strstr(got, line) != NULL;
        if (!there)
            tst_note("%s: it was done, and now there is no %s", what, line);
        free(line);
        CU_ASSERT_TRUE(there);
        if (!there)
            return false;
    }
    return true;
}

bool night_recovers(const char *root, int jobs, const char *want, const char *what)
{
    int rc = -1;
    for (int tries = 0; tries < 3 && rc != 0; tries++)
        rc = night_make(&(const night_order){.root = root, .jobs = jobs, .wait = "0"});
    char *said = night_said(root), *got = night_bytes(root);
    if (rc != 0)
        tst_note("%s: afterwards exit status %d: %s", what, rc, said);
    bool good = rc == 0 && same_lines(got, want, what);
    CU_ASSERT_TRUE(good);
    free(got);
    free(said);
    night_remove(root);
    return good;
}

void night_remove(const char *root)
{
    TST_OK(pl_remove_tree(tst_path("%s", root), e));
}

double night_seconds(double share)
{
    const char *set = getenv("FACET_FAULT_SECONDS");
    double all = set && *set ? strtod(set, NULL) : 12;
    return share * (all > 0 ? all : 12);
}

uint64_t night_seed(void)
{
    const char *set = getenv("FACET_FAULT_SEED");
    uint64_t seed = set && *set ? strtoull(set, NULL, 10) : (uint64_t)time(NULL);
    tst_note("FACET_FAULT_SEED=%llu", (unsigned long long)seed);
    return seed;
}
