#include "report/figures.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/interrupt.h"
#include "util/room.h"

enum { MAX_PIXELS = 32000, MAX_FIGURE_BYTES = 1 << 26 };

void pl_figures_init(pl_figures *f)
{
    pl_str_init(&f->script);
    f->name = NULL;
    f->count = 0;
}

void pl_figures_clear(pl_figures *f)
{
    pl_str_clear(&f->script);
    free(f->name);
    f->name = NULL;
    f->count = 0;
}

void pl_figures_add(pl_figures *f, const char *name, int width, int height, const char *body)
{
    f->name = realloc(f->name, (f->count + 1) * sizeof *f->name);
    if (!f->name)
        abort();
    snprintf(f->name[f->count], PL_FIGURE_NAME, "%s", name);
    int scale = width * 2 <= MAX_PIXELS && height * 2 <= MAX_PIXELS ? 2 : 1;
    pl_str_addf(
        &f->script,
        "reset\nset encoding utf8\n"
        "set terminal svg size %d,%d noenhanced font 'DejaVu Sans,12' background '#ffffff'\n"
        "set output '%s.svg'\n%s\nunset output\n",
        width, height, f->name[f->count], body);
    pl_str_addf(&f->script,
                "reset\nset encoding utf8\n"
                "set terminal pngcairo size %d,%d noenhanced font 'DejaVu Sans,9' fontscale %d "
                "linewidth %d pointscale %d background '#ffffff'\n"
                "set output '%s.png'\n%s\nunset output\n",
                width * scale, height * scale, scale, scale, scale, f->name[f->count], body);
    f->count++;
}

/* In the child: gnuplot in `dir`, script as its input, its complaints into `errors`. Exit status
 * 127: not installed. It dies with its parent; the terminal's Ctrl-C goes to the parent alone. */
static void become_gnuplot(const char *dir, int script, int errors, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(126);
    setpgid(0, 0);
    int null = open("/dev/null", O_WRONLY);
    if (null < 0 || dup2(script, 0) < 0 || dup2(null, 1) < 0 || dup2(errors, 2) < 0 ||
        chdir(dir) != 0)
        _exit(126);
    setenv("LC_ALL", "C", 1);
    execlp("gnuplot", "gnuplot", "-d", "-", (char *)NULL);
    _exit(errno == ENOENT ? 127 : 126);
}

/* The first line gnuplot wrote that says what is wrong. */
static void first_complaint(FILE *errors, char *out, size_t size)
{
    char line[512];
    out[0] = '\0';
    rewind(errors);
    while (fgets(line, sizeof line, errors)) {
        line[strcspn(line, "\n")] = '\0';
        if (strstr(line, "line ") && !strstr(line, "warning") && !strstr(line, "Warning"))
            snprintf(out, size, "%s", line);
    }
}

/* Waits until it ends, or ends it when a signal asks facet to stop. */
static kn_status wait_for(pid_t child, int *state, kn_error *e)
{
    const struct timespec nap = {0, 2 * 1000 * 1000};
    for (;;) {
        pid_t ended = waitpid(child, state, WNOHANG);
        if (ended == child)
            return KN_OK;
        if (ended < 0 && errno != EINTR)
            return kn_fail_errno(e, KN_EIO, "gnuplot: waiting for it");
        if (pl_interrupted()) {
            kill(child, SIGKILL);
            waitpid(child, state, 0);
            return kn_fail(e, KN_EINTERRUPTED,
                           "interrupted while the figures were drawn; the same command draws them");
        }
        nanosleep(&nap, NULL);
    }
}

static kn_status run_gnuplot(const char *dir, FILE *script, FILE *errors, kn_error *e)
{
    pid_t parent = getpid(), child = fork();
    if (child < 0)
        return kn_fail_errno(e, KN_EIO, "gnuplot: cannot start a process");
    if (child == 0)
        become_gnuplot(dir, fileno(script), fileno(errors), parent);
    int state = 0;
    KN_TRY(wait_for(child, &state, e));
    if (WIFEXITED(state) && WEXITSTATUS(state) == 127)
        return kn_fail(e, KN_EIO,
                       "gnuplot is not installed, so there are no plots: install the package "
                       "gnuplot-nox (apt-get install gnuplot-nox)");
    if (WIFEXITED(state) && WEXITSTATUS(state) == 0)
        return KN_OK;
    char said[512];
    first_complaint(errors, said, sizeof said);
    return kn_fail(e, KN_EIO, "gnuplot ended with %s %d while drawing into %s%s%s",
                   WIFEXITED(state) ? "status" : "signal",
                   WIFEXITED(state) ? WEXITSTATUS(state) : WTERMSIG(state), dir,
                   said[0] ? ": " : "", said);
}

static kn_status draw_into(const pl_figures *f, const char *dir, kn_error *e)
{
    FILE *script = tmpfile(), *errors = tmpfile();
    kn_status rc = KN_OK;
    if (!script || !errors) {
        rc = kn_fail_errno(e, KN_EIO, "gnuplot: cannot make a temporary file for its script");
        goto cleanup;
    }
    if (fwrite(f->script.text, 1, f->script.size, script) != f->script.size ||
        fflush(script) != 0) {
        rc = kn_fail_errno(e, KN_EIO, "gnuplot: cannot write its script");
        goto cleanup;
    }
    rewind(script);
    rc = run_gnuplot(dir, script, errors, e);
cleanup:
    if (script)
        fclose(script);
    if (errors)
        fclose(errors);
    return rc;
}

/* The last bytes of a whole file of each kind. */
static bool is_whole(const char *bytes, size_t size, bool png)
{
    static const char svg_end[] = "</svg>", png_end[] = "IEND\xae\x42\x60\x82";
    enum { PNG_END = sizeof png_end - 1, SVG_END = sizeof svg_end - 1 };
    if (png)
        return size > PNG_END && memcmp(bytes + size - PNG_END, png_end, PNG_END) == 0;
    while (size > 0 && isspace((unsigned char)bytes[size - 1]))
        size--;
    return size > SVG_END && memcmp(bytes + size - SVG_END, svg_end, SVG_END) == 0;
}

/* Moves the drawn files over, leaving alone those that did not change. *cut: one is not whole, which
 * gnuplot does not tell of when the disk is full. */
static kn_status take_files(const pl_figures *f, const char *from, const char *to, bool *cut,
                            kn_error *e)
{
    static const char *const ending[2] = {"svg", "png"};
    for (size_t i = 0; i < 2 * f->count; i++) {
        char *source = pl_format("%s/%s.%s", from, f->name[i / 2], ending[i % 2]);
        char *target = pl_format("%s/%s.%s", to, f->name[i / 2], ending[i % 2]);
        char *bytes = NULL;
        size_t size;
        kn_status rc = pl_read_file(source, MAX_FIGURE_BYTES, &bytes, &size, e);
        *cut = rc == KN_OK && !is_whole(bytes, size, i % 2 == 1);
        if (rc == KN_OK && !*cut)
            rc = pl_write_file_if_changed(target, bytes, size, e);
        free(bytes);
        free(source);
        free(target);
        if (rc != KN_OK || *cut)
            return rc;
    }
    return KN_OK;
}

kn_status pl_figures_draw(const pl_figures *f, const char *dir, kn_error *e)
{
    if (f->count == 0)
        return KN_OK;
    KN_TRY(pl_make_dirs(dir, e));
    char *work = pl_format("%s/.drawing.tmp%ld.0", dir, (long)getpid());
    pl_room room = {0};
    kn_status rc;
    KN_TRY_TO(rc, cleanup, pl_make_dirs(work, e));
    bool cut;
    do {
        cut = false;
        KN_TRY_TO(rc, cleanup, draw_into(f, work, e));
        rc = take_files(f, work, dir, &cut, e);
        if (cut) {
            errno = ENOSPC;
            rc = pl_room_again(&room, dir, e, "gnuplot left a figure of '%s' unfinished", dir);
        }
    } while (cut && rc == KN_OK);
    pl_room_found(&room);
cleanup:
    pl_remove_tree(work, NULL);
    free(work);
    return rc;
}

static bool is_stale(const pl_figures *f, const char *file, const char *const *heads)
{
    if (!pl_ends_with(file, ".svg") && !pl_ends_with(file, ".png"))
        return false;
    bool ours = false;
    for (; *heads; heads++)
        ours = ours || pl_starts_with(file, *heads);
    for (size_t i = 0; ours && i < f->count; i++) {
        size_t n = strlen(f->name[i]);
        if (strlen(file) == n + 4 && strncmp(file, f->name[i], n) == 0)
            return false;
    }
    return ours;
}

kn_status pl_figures_prune(const pl_figures *f, const char *dir, const char *const *heads,
                           kn_error *e)
{
    char **names;
    size_t count;
    if (!pl_is_dir(dir))
        return KN_OK;
    KN_TRY(pl_list_dir(dir, &names, &count, e));
    kn_status rc = KN_OK;
    for (size_t i = 0; i < count && rc == KN_OK; i++) {
        if (!is_stale(f, names[i], heads))
            continue;
        char *path = pl_path_join(dir, names[i]);
        rc = pl_remove_tree(path, e);
        free(path);
    }
    pl_free_names(names);
    return rc;
}
