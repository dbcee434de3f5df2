/* CACHE/times.tsv: what earlier work cost, a line per entry that was made.
 *
 *   1 <tab> stage kind class machine work threads jobs seconds bytes check     (tabs between all)
 *
 * 1 is the form's version; kind is of the model; class and machine are 16 hex digits; jobs counts
 * what ran side by side; bytes is the peak of private memory, 0 where not known; check is 8 hex
 * digits over the line up to it. Text, append-only, never fsynced: a line is added by one write with
 * O_APPEND, and one that was torn, damaged or is of another version is skipped. The file is a memory
 * and no record: losing it costs estimates, nothing else. */
#ifndef PL_RUN_COST_LOG_H
#define PL_RUN_COST_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "stages/stage.h"
#include "util/str.h"

typedef struct pl_cost_line {
    pl_stage_id stage;
    char kind[8];
    uint64_t work_class, machine;
    double work;
    int threads, jobs;
    double seconds, bytes;
} pl_cost_line;

/* Appends the line with its newline. */
void pl_cost_line_text(const pl_cost_line *line, pl_str *out);

/* False for everything that is not such a line, whole; size is without the newline. */
bool pl_cost_line_parse(const char *text, size_t size, pl_cost_line *out);

/* The file, and how far it was read. */
typedef struct pl_cost_log {
    char *path;
    dev_t device;
    ino_t inode;
    off_t read;
} pl_cost_log;

void pl_cost_log_init(pl_cost_log *log, const char *cache_dir);
void pl_cost_log_clear(pl_cost_log *log);

/* Who reads: `take` gets each good line that is new; `forget` is called before them where the file
 * was replaced by a shorter one, which is then read from its start. */
typedef struct pl_cost_reader {
    void *context;
    void (*take)(void *context, const pl_cost_line *line);
    void (*forget)(void *context);
} pl_cost_reader;
void pl_cost_log_read(pl_cost_log *log, const pl_cost_reader *reader);

/* False where the file cannot be written. Makes no folder. */
bool pl_cost_log_append(const pl_cost_log *log, const pl_cost_line *line);

/* Where the file is larger than max_bytes: replaces it by its newest `keep` good lines, whole or not
 * at all, unless another process is doing so. A line that is added in that moment may be lost. */
void pl_cost_log_compact(const pl_cost_log *log, size_t max_bytes, size_t keep);

#endif
