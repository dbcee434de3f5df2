/* Removing entries: what was not used for longest first, nothing that a study needs. */
#define _GNU_SOURCE
#include "cache/store_gc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cache/store_private.h"
#include "util/interrupt.h"
#include "util/log.h"

static const int64_t WORK_SECONDS = 30 * 24 * 3600;

enum { LONG_WORK = 1000 }; /* entries, from which on progress is shown */

typedef struct collector {
    pl_store *store;
    const pl_gc_options *options;
    pl_gc *out;
    pl_entry_row *row; /* by use */
    size_t rows;
    pl_uses uses;
} collector;

typedef enum outcome { REMOVED, NEEDED, BUSY } outcome;

/* The time of entry.json; 0 where the entry is gone. */
static int64_t used_now(const pl_entry_row *row)
{
    char *path = pl_path_join(row->dir, "entry.json");
    struct stat st;
    int64_t ns = stat(path, &st) == 0 ? pl_store_ns(st.st_mtim) : 0;
    free(path);
    return ns;
}

static void tell(const collector *c, const pl_entry_row *row)
{
    if (c->options->removing)
        c->options->removing(c->options->context, row);
}

static void note_need(pl_gc *g, const pl_uses_study *study, uint64_t bytes)
{
    size_t at = 0;
    while (at < g->needs && strcmp(g->need[at].dir, study->dir) != 0)
        at++;
    if (at == g->needs) {
        g->need = realloc(g->need, (g->needs + 1) * sizeof *g->need);
        if (!g->need)
            abort();
        g->need[g->needs++] = (pl_gc_need){.study = pl_strdup(study->name),
                                           .dir = pl_strdup(study->dir),
                                           .running = study->running};
    }
    g->need[at].entries++;
    g->need[at].bytes += bytes;
}

/* Takes the entry out of sight under both locks: that of the studies, so that one that begins now
 * either is seen here or does not find the entry, and that of the key. What is renamed is nobody's. */
static kn_status take_out(collector *c, const pl_entry_row *row, int key_lock, const char *tmp,
                          outcome *result, kn_error *e)
{
    int lock = -1;
    *result = BUSY;
    KN_TRY(pl_uses_lock(c->store, &lock, e));
    if (pl_uses_changes(lock) != c->uses.changes) {
        pl_lock_close(lock); /* reading takes it */
        pl_uses_clear(&c->uses);
        KN_TRY(pl_uses_read(c->store, &c->uses, e));
        KN_TRY(pl_uses_lock(c->store, &lock, e));
        if (pl_uses_changes(lock) != c->uses.changes) {
            pl_lock_close(lock); /* changing by the moment: this entry stays */
            return KN_OK;
        }
    }
    kn_status rc = KN_OK;
    if (pl_uses_find(&c->uses, row->key, row->used_ns))
        *result = NEEDED;
    else if (key_lock >= 0 && used_now(row) == row->used_ns) {
        tell(c, row);
        rc = pl_rename(row->dir, tmp, e);
        *result = REMOVED;
    }
    pl_lock_close(lock);
    return rc;
}

static kn_status remove_entry(collector *c, const pl_entry_row *row, outcome *result, kn_error *e)
{
    char *lock_path = pl_store_lock_path(c->store, row->key);
    char *tmp = pl_store_tmp_dir(c->store, row->stage, row->key);
    int key_lock = -1;
    kn_status rc = KN_OK;
    KN_TRY_TO(rc, cleanup, pl_lock_open(lock_path, true, &key_lock, e));
    if (key_lock >= 0)
        KN_TRY_TO(rc, cleanup, pl_remove_tree(tmp, e));
    KN_TRY_TO(rc, cleanup, take_out(c, row, key_lock, tmp, result, e));
    if (*result == REMOVED)
        rc = pl_remove_tree(tmp, e);
cleanup:
    pl_lock_remove(lock_path, key_lock);
    free(tmp);
    free(lock_path);
    return rc;
}

static kn_status consider(collector *c, const pl_entry_row *row, kn_error *e)
{
    pl_gc *g = c->out;
    outcome result = NEEDED;
    const pl_uses_study *study = pl_uses_find(&c->uses, row->key, row->used_ns);
    if (!study && c->options->dry_run) {
        result = pl_store_is_idle(c->store, row->key) ? REMOVED : BUSY;
        if (result == REMOVED)
            tell(c, row);
    } else if (!study)
        KN_TRY(remove_entry(c, row, &result, e));
    if (result == NEEDED)
        study = pl_uses_find(&c->uses, row->key, row->used_ns);
    if (study)
        note_need(g, study, row->bytes);
    g->busy += result == BUSY;
    if (result != REMOVED)
        return KN_OK;
    g->entries++;
    g->bytes += row->bytes;
    g->kept_entries--;
    g->kept_bytes -= row->bytes;
    return KN_OK;
}

static kn_status collect(collector *c, kn_error *e)
{
    const pl_gc_options *o = c->options;
    pl_gc *g = c->out;
    int64_t now = (int64_t)time(NULL);
    kn_status rc = KN_OK;
    pl_progress *progress =
        c->rows >= LONG_WORK ? pl_progress_new("gc", "entries", (double)c->rows) : NULL;
    for (size_t i = 0; i < c->rows && rc == KN_OK; i++) {
        const pl_entry_row *row = &c->row[i];
        bool old = o->older > 0 && now - row->last_used > o->older;
        if (!old && g->kept_bytes <= o->max_bytes)
            break; /* the next ones were used later */
        rc = pl_interrupt_check(e);
        if (rc == KN_OK)
            rc = consider(c, row, e);
        pl_progress_update(progress, (double)i + 1);
    }
    pl_progress_end(progress);
    g->over = g->kept_bytes > o->max_bytes ? g->kept_bytes - o->max_bytes : 0;
    return rc;
}

static kn_status sweep(collector *c, kn_error *e)
{
    const pl_gc_options *o = c->options;
    const pl_entry_row **by_key = pl_rows_by_key(c->row, c->rows);
    pl_sweep sweep = {.by_key = by_key,
                      .count = c->rows,
                      .uses = &c->uses,
                      .work_seconds = o->older > 0 ? o->older : WORK_SECONDS,
                      .work = o->work,
                      .bad = true,
                      .dry_run = o->dry_run};
    kn_status rc = pl_store_sweep(c->store, &sweep, e);
    c->out->leftovers = sweep.leftovers;
    c->out->bytes += sweep.bytes;
    free(by_key);
    return rc;
}

kn_status pl_store_gc(pl_store *s, const pl_gc_options *options, pl_gc *out, kn_error *e)
{
    *out = (pl_gc){0};
    collector c = {.store = s, .options = options, .out = out};
    kn_status rc = KN_OK;
    KN_TRY_TO(rc, cleanup, pl_uses_read(s, &c.uses, e));
    KN_TRY_TO(rc, cleanup, pl_store_list(s, &c.row, &c.rows, e));
    pl_entry_rows_by_use(c.row, c.rows);
    out->kept_entries = c.rows;
    for (size_t i = 0; i < c.rows; i++)
        out->kept_bytes += c.row[i].bytes;
    KN_TRY_TO(rc, cleanup, sweep(&c, e));
    rc = collect(&c, e);
cleanup:
    pl_uses_clear(&c.uses);
    pl_store_list_free(c.row, c.rows);
    return rc;
}

void pl_gc_clear(pl_gc *g)
{
    for (size_t i = 0; i < g->needs; i++) {
        free(g->need[i].study);
        free(g->need[i].dir);
    }
    free(g->need);
    *g = (pl_gc){0};
}
