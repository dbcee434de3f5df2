#define _XOPEN_SOURCE 700
#include "tst.h"

#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tst_run.h"

static int skipped;
static char folder[512];

int tst_skipped_count(void)
{
    return skipped;
}

void tst_skip(const char *fmt, ...)
{
    skipped++;
    va_list args;
    va_start(args, fmt);
    printf("\n    SKIPPED: ");
    vprintf(fmt, args);
    printf(" ");
    va_end(args);
    CU_PASS("skipped");
}

void tst_note(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    printf("\n    ");
    vprintf(fmt, args);
    printf(" ");
    fflush(stdout);
    va_end(args);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)ftw;
    (void)st;
    if (kind == FTW_DNR)
        chmod(path, 0700);
    return remove(path);
}

const char *tst_dir(void)
{
    if (folder[0] == '\0') {
        const char *base = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/facet-test-XXXXXX", base && *base ? base : "/tmp");
        if (!mkdtemp(folder)) {
            perror(folder);
            abort();
        }
    }
    return folder;
}

void tst_dir_remove(void)
{
    if (folder[0] != '\0')
        nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    folder[0] = '\0';
}

const char *tst_path(const char *fmt, ...)
{
    static char ring[16][1024];
    static int next;
    char *out = ring[next++ % 16];
    int used = snprintf(out, sizeof ring[0], "%s/", tst_dir());
    va_list args;
    va_start(args, fmt);
    vsnprintf(out + used, sizeof ring[0] - (size_t)used, fmt, args);
    va_end(args);
    return out;
}

void tst_write(const char *path, const void *bytes, size_t size)
{
    FILE *f = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    size_t wrote = fwrite(bytes, 1, size, f);
    CU_ASSERT_EQUAL(wrote, size);
    CU_ASSERT_EQUAL(fclose(f), 0);
}

void tst_write_text(const char *path, const char *text)
{
    tst_write(path, text, strlen(text));
}

char *tst_read(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    size_t used = 0, room = 4096;
    char *text = malloc(room);
    while (text) {
        used += fread(text + used, 1, room - used - 1, f);
        if (used < room - 1)
            break;
        room *= 2;
        char *more = realloc(text, room);
        if (!more)
            free(text);
        text = more;
    }
    fclose(f);
    if (text)
        text[used] = '\0';
    if (size)
        *size = used;
    return text;
}

const char *tst_faces(void)
{
    const char *dir = getenv("FACET_FACES");
    struct stat st;
    return dir && *dir && stat(dir, &st) == 0 ? dir : NULL;
}

const char *tst_facet(void)
{
    static char path[4096];
    const char *name = getenv("FACET");
    if (!realpath(name && *name ? name : "build/facet", path)) {
        fprintf(stderr, "no program at %s: run `make` first\n", name ? name : "build/facet");
        abort();
    }
    return path;
}

int tst_shell(const char *dir, const char *command, char **out, char **err)
{
    const char *out_path = tst_path(".stdout");
    const char *err_path = tst_path(".stderr");
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        int fd_in = open("/dev/null", O_RDONLY);
        int fd_out = open(out_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        int fd_err = open(err_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (fd_in < 0 || fd_out < 0 || fd_err < 0 || dup2(fd_in, 0) < 0 || dup2(fd_out, 1) < 0 ||
            dup2(fd_err, 2) < 0 || (dir && chdir(dir) != 0))
            _exit(126);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    CU_ASSERT_TRUE_FATAL(child > 0);
    CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
    if (out)
        *out = tst_read(out_path, NULL);
    if (err)
        *err = tst_read(err_path, NULL);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool tst_near(double got, double want, double atol, double rtol)
{
    if (isnan(want))
        return isnan(got);
    if (isinf(want))
        return isinf(got) && signbit(got) == signbit(want);
    return fabs(got - want) <= atol + rtol * fabs(want);
}

bool tst_near_f32(const float *got, const float *want, size_t n, double atol, double rtol)
{
    for (size_t i = 0; i < n; i++)
        if (!tst_near((double)got[i], (double)want[i], atol, rtol)) {
            tst_note("[%zu of %zu]: got %.9g, want %.9g", i, n, (double)got[i], (double)want[i]);
            return false;
        }
    return true;
}

bool tst_near_f64(const float *got, const double *want, size_t n, double atol, double rtol)
{
    for (size_t i = 0; i < n; i++)
        if (!tst_near((double)got[i], want[i], atol, rtol)) {
            tst_note("[%zu of %zu]: got %.9g, want %.9g", i, n, (double)got[i], want[i]);
            return false;
        }
    return true;
}

enum { GUARD_FLOATS = 32 };

tst_guard tst_guard_new(size_t n, size_t offset)
{
    tst_guard g = {.n = n, .before = GUARD_FLOATS + offset, .after = GUARD_FLOATS};
    size_t bytes = (g.before + n + g.after) * sizeof(float);
    g.base = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!g.base)
        abort();
    memset(g.base, 0xff, bytes);
    g.data = (float *)g.base + g.before;
    return g;
}

static bool all_ones(const void *bytes, size_t n)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < n; i++)
        if (b[i] != 0xff)
            return false;
    return true;
}

bool tst_guard_ok(const tst_guard *g)
{
    return all_ones(g->base, g->before * sizeof(float)) &&
           all_ones(g->data + g->n, g->after * sizeof(float));
}

void tst_guard_free(tst_guard *g)
{
    free(g->base);
    g->base = NULL;
}

void tst_text_equal(const char *got, const char *want, const char *file, int line)
{
    bool same = got && want && strcmp(got, want) == 0;
    if (!same)
        tst_note("%s:%d:\n--- got\n%s\n--- want\n%s\n---", file, line, got ? got : "(null)",
                 want ? want : "(null)");
    CU_ASSERT_TRUE(same);
}
