#include "run/cost_log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/hash_index.h"
#include "util/sys.h"

enum { FIELDS = 11, MAX_LINE = 256, MAX_FILE = 64 << 20 };

static unsigned check_of(const char *text, size_t size)
{
    uint64_t h = pl_hash_bytes(PL_HASH_START, text, size);
    return (unsigned)((h ^ (h >> 32)) & 0xffffffffu);
}

void pl_cost_line_text(const pl_cost_line *l, pl_str *out)
{
    char text[MAX_LINE];
    int size = snprintf(text, sizeof text,
                        "1\t%s\t%s\t%016" PRIx64 "\t%016" PRIx64 "\t%.9g\t%d\t%d\t%.6g\t%.0f\t",
                        pl_stages[l->stage]->name, l->kind, l->work_class, l->machine, l->work,
                        l->threads, l->jobs, l->seconds, l->bytes);
    pl_str_addf(out, "%s%08x\n", text, check_of(text, (size_t)size));
}

static bool parse_hex(const char *text, size_t digits, uint64_t *out)
{
    char *end = NULL;
    *out = strtoull(text, &end, 16);
    return strlen(text) == digits && *end == '\0' && *text != '-' && *text != '+' && *text != ' ';
}

static bool parse_number(const char *text, double min, double max, double *out)
{
    char *end = NULL;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*out) && *out >= min && *out <= max;
}

static bool parse_stage(const char *text, pl_stage_id *out)
{
    for (int s = 0; s < PL_STAGE_COUNT; s++)
        if (strcmp(pl_stages[s]->name, text) == 0) {
            *out = (pl_stage_id)s;
            return true;
        }
    return false;
}

bool pl_cost_line_parse(const char *text, size_t size, pl_cost_line *out)
{
    char copy[MAX_LINE];
    char *field[FIELDS];
    int fields = 0;
    if (size >= sizeof copy || memchr(text, '\0', size))
        return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    for (char *p = copy; p && fields < FIELDS; fields++) {
        field[fields] = p;
        p = strchr(p, '\t');
        if (p)
            *p++ = '\0';
    }
    uint64_t check = 0;
    double threads, jobs;
    *out = (pl_cost_line){.kind = ""};
    if (fields != FIELDS || strcmp(field[0], "1") != 0 || !parse_hex(field[10], 8, &check) ||
        check != check_of(text, (size_t)(field[10] - copy)) || strlen(field[2]) >= sizeof out->kind)
        return false;
    strcpy(out->kind, field[2]);
    bool good = parse_stage(field[1], &out->stage) && parse_hex(field[3], 16, &out->work_class) &&
                parse_hex(field[4], 16, &out->machine) &&
                parse_number(field[5], 0, 1e30, &out->work) &&
                parse_number(field[6], 1, 1e5, &threads) && parse_number(field[7], 1, 1e5, &jobs) &&
                parse_number(field[8], 0, 1e9, &out->seconds) &&
                parse_number(field[9], 0, 1e18, &out->bytes);
    if (good) {
        out->threads = (int)threads;
        out->jobs = (int)jobs;
    }
    return good;
}

void pl_cost_log_init(pl_cost_log *log, const char *cache_dir)
{
    *log = (pl_cost_log){.path = pl_path_join(cache_dir, "times.tsv")};
}

void pl_cost_log_clear(pl_cost_log *log)
{
    free(log->path);
    *log = (pl_cost_log){.path = NULL};
}

/* Bytes from `from` to the end of the file, heap; NULL where there are none. */
static char *read_from(int fd, off_t from, off_t to, size_t *size)
{
    char *text = to > from && to - from <= MAX_FILE ? malloc((size_t)(to - from)) : NULL;
    *size = 0;
    while (text && *size < (size_t)(to - from)) {
        ssize_t got = pread(fd, text + *size, (size_t)(to - from) - *size, from + (off_t)*size);
        if (got <= 0)
            break;
        *size += (size_t)got;
    }
    return text;
}

/* Gives the good lines of a text to the reader; bytes up to the end of the last whole line. */
static size_t take_lines(const char *text, size_t size, const pl_cost_reader *reader)
{
    size_t used = 0;
    for (const char *stop; used < size; used = (size_t)(stop + 1 - text)) {
        pl_cost_line line;
        stop = memchr(text + used, '\n', size - used);
        if (!stop)
            break;
        if (pl_cost_line_parse(text + used, (size_t)(stop - text) - used, &line))
            reader->take(reader->context, &line);
    }
    return used;
}

void pl_cost_log_read(pl_cost_log *log, const pl_cost_reader *reader)
{
    struct stat st;
    int fd = open(log->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0) {
        bool same = st.st_dev == log->device && st.st_ino == log->inode && st.st_size >= log->read;
        if (!same && log->read > 0)
            reader->forget(reader->context);
        if (!same)
            log->read = 0;
        log->device = st.st_dev;
        log->inode = st.st_ino;
        size_t size = 0;
        char *text = read_from(fd, log->read, st.st_size, &size);
        if (text)
            log->read += (off_t)take_lines(text, size, reader);
        free(text);
    }
    close(fd);
}

/* Ends a line that another process left torn, so that this one stands by itself. */
bool pl_cost_log_append(const pl_cost_log *log, const pl_cost_line *line)
{
    struct stat st;
    char last = '\n';
    int fd = pl_sys_open(log->path, O_RDWR | O_APPEND | O_CREAT);
    if (fd < 0)
        return false;
    if (fstat(fd, &st) == 0 && st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) != 1)
        last = '\n';
    pl_str text;
    pl_str_init(&text);
    if (last != '\n')
        pl_str_add(&text, "\n");
    pl_cost_line_text(line, &text);
    bool written = pl_sys_write(fd, log->path, text.text, text.size) == (ssize_t)text.size;
    pl_str_clear(&text);
    pl_sys_close(fd, log->path);
    return written;
}

/* The good lines of a file in the order they were added. */
typedef struct kept {
    pl_cost_line *line;
    size_t count, room;
} kept;

static void keep_line(void *context, const pl_cost_line *line)
{
    kept *k = context;
    if (k->count == k->room) {
        k->room = k->room ? 2 * k->room : 1024;
        k->line = realloc(k->line, k->room * sizeof *k->line);
        if (!k->line)
            abort();
    }
    k->line[k->count++] = *line;
}

static void keep_nothing(void *context)
{
    ((kept *)context)->count = 0;
}

void pl_cost_log_compact(const pl_cost_log *log, size_t max_bytes, size_t keep)
{
    struct stat st;
    if (stat(log->path, &st) != 0 || (size_t)st.st_size <= max_bytes)
        return;
    int lock = -1;
    char *lock_path = pl_format("%s.lock", log->path);
    bool mine = pl_lock_open(lock_path, true, &lock, NULL) == KN_OK && lock >= 0;
    if (mine && stat(log->path, &st) == 0 && (size_t)st.st_size > max_bytes) {
        kept all = {.line = NULL};
        pl_cost_log copy = {.path = log->path};
        pl_cost_log_read(&copy, &(pl_cost_reader){&all, keep_line, keep_nothing});
        pl_str text;
        pl_str_init(&text);
        for (size_t i = all.count > keep ? all.count - keep : 0; i < all.count; i++)
            pl_cost_line_text(&all.line[i], &text);
        (void)pl_write_file(log->path, text.text, text.size, NULL); /* the next one tries again */
        pl_str_clear(&text);
        free(all.line);
    }
    if (mine)
        pl_lock_close(lock);
    free(lock_path);
}
