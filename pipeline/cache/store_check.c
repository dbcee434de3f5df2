/* Reading every file of the store, and repairing what can be. */
#define _GNU_SOURCE
#include "cache/store_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache/store_memory.h"
#include "cache/store_private.h"
#include "util/interrupt.h"
#include "util/log.h"

enum { READ_BLOCK = 1 << 20 };

static const double LONG_WORK = 256e6; /* bytes, from which on progress is shown */

typedef struct checker {
    pl_store *store;
    const pl_check_options *options;
    pl_check *out;
    pl_progress *progress;
    char *block;
    uint64_t read; /* bytes of files */
} checker;

/* As pl_digest_file, but tells how far it is and ends on a signal. */
static kn_status read_file(void *context, const char *path, pl_digest *out, kn_error *e)
{
    checker *c = context;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return kn_fail_errno(e, KN_EIO, "cannot open '%s'", path);
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    pl_hasher *h = pl_hasher_new();
    kn_status rc = KN_OK;
    ssize_t n = 0;
    while (rc == KN_OK && ((n = read(fd, c->block, READ_BLOCK)) > 0 || (n < 0 && errno == EINTR))) {
        if (n > 0)
            pl_hasher_add(h, c->block, (size_t)n);
        c->read += n > 0 ? (uint64_t)n : 0;
        pl_progress_update(c->progress, (double)c->read / 1e6);
        rc = pl_interrupted() ? pl_interrupt_check(e) : KN_OK;
    }
    if (rc == KN_OK && n < 0)
        rc = kn_fail_errno(e, KN_EIO, "cannot read '%s'", path);
    *out = pl_hasher_end(h);
    close(fd);
    return rc;
}

static const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void tell(checker *c, const pl_damage *damage)
{
    c->out->repaired += damage->repaired;
    if (c->options->damaged)
        c->options->damaged(c->options->context, damage);
}

/* *gone: a process removed or set aside the entry since the listing. */
static kn_status check_entry(checker *c, const pl_entry_row *row, kn_error *e)
{
    const pl_check_options *o = c->options;
    const pl_judge judge = {.content = !o->quick   ? PL_JUDGE_ALL
                                       : o->repair ? PL_JUDGE_MOVED
                                                   : PL_JUDGE_STAMPS,
                            .read = read_file,
                            .context = c};
    kn_error why = {KN_OK, ""};
    json_t *info = NULL;
    bool moved = false;
    kn_status rc = pl_entry_judge(row->dir, row->key, &judge, &info, &moved, &why);
    if (rc == KN_EINTERRUPTED) {
        kn_fail(e, rc, "%s", why.text);
    } else if (rc != KN_OK) {
        rc = KN_OK;
        if (!pl_is_dir(row->dir))
            goto cleanup; /* removed since it was listed */
        pl_damage damage = {.row = row,
                            .file = "",
                            .study = text_in(info, "study"),
                            .label = text_in(info, "label"),
                            .why = why.text};
        if (o->repair) {
            pl_aside aside = pl_store_set_aside(c->store, row->stage, row->key, false);
            damage.repaired = aside == PL_ASIDE_DONE;
            damage.busy = aside == PL_ASIDE_BUSY;
        }
        c->out->damaged++;
        tell(c, &damage);
    } else if (moved) {
        c->out->moved++;
        if (o->repair)
            rc = pl_entry_restamp(row->dir, info, true, e);
    }
cleanup:
    if (rc == KN_OK)
        c->out->entries++;
    json_decref(info);
    return rc;
}

static kn_status check_entries(checker *c, const pl_entry_row *rows, size_t count, kn_error *e)
{
    uint64_t bytes = 0, before = 0;
    for (size_t i = 0; i < count; i++)
        bytes += rows[i].bytes;
    if ((double)bytes >= LONG_WORK)
        c->progress = pl_progress_new("verify", "MB", (double)bytes / 1e6);
    kn_status rc = KN_OK;
    for (size_t i = 0; i < count && rc == KN_OK; i++) {
        rc = pl_interrupt_check(e);
        if (rc == KN_OK)
            rc = check_entry(c, &rows[i], e);
        before += rows[i].bytes;
        c->read = before;
        pl_progress_update(c->progress, (double)before / 1e6);
    }
    pl_progress_end(c->progress);
    c->out->bytes = before;
    return rc;
}

/* digests.json, times.tsv, and the files of folders/ and studies/. */
static kn_status check_memory(checker *c, kn_error *e)
{
    pl_memory_file *file = NULL;
    size_t count = 0;
    KN_TRY(pl_memory_list(c->store, &file, &count, e));
    kn_status rc = KN_OK;
    for (size_t i = 0; i < count && rc == KN_OK; i++) {
        kn_error why = {KN_OK, ""};
        bool torn = false;
        rc = pl_memory_check(&file[i], c->options->repair, &torn, &why, e);
        if (rc == KN_OK && torn) {
            const pl_damage damage = {.file = file[i].name,
                                      .study = "",
                                      .label = "",
                                      .why = why.text,
                                      .repaired = c->options->repair};
            c->out->files++;
            tell(c, &damage);
        }
    }
    pl_memory_list_free(file, count);
    return rc;
}

static kn_status check_leftovers(checker *c, const pl_entry_row *rows, size_t count, kn_error *e)
{
    pl_uses uses;
    KN_TRY(pl_uses_read(c->store, &uses, e));
    const pl_entry_row **by_key = pl_rows_by_key(rows, count);
    pl_sweep sweep = {.by_key = by_key,
                      .count = count,
                      .uses = &uses,
                      .work_seconds = INT64_MAX,
                      .dry_run = !c->options->repair};
    kn_status rc = pl_store_sweep(c->store, &sweep, e);
    c->out->leftovers = sweep.leftovers;
    for (size_t i = 0; i < count && c->options->repair; i++)
        pl_remove_leftovers(rows[i].dir); /* of a process killed while it wrote entry.json again */
    free(by_key);
    pl_uses_clear(&uses);
    return rc;
}

kn_status pl_store_check(pl_store *s, const pl_check_options *options, pl_check *out, kn_error *e)
{
    *out = (pl_check){0};
    checker c = {.store = s, .options = options, .out = out, .block = malloc(READ_BLOCK)};
    pl_entry_row *rows = NULL;
    size_t count = 0;
    if (!c.block)
        return kn_fail(e, KN_ENOMEM, "no memory to read files");
    kn_status rc = pl_store_rows(s, true, &rows, &count, e);
    if (rc == KN_OK)
        rc = check_memory(&c, e);
    if (rc == KN_OK)
        rc = check_entries(&c, rows, count, e);
    if (rc == KN_OK)
        rc = check_leftovers(&c, rows, count, e);
    pl_store_list_free(rows, count);
    free(c.block);
    return rc;
}
