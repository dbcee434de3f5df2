/* split: labels, names and the partition or identity table -> train.npy, val.npy, test.npy (u4 row
 * numbers of X, ascending), split.json. Every image is on exactly one side. Of several targets the counts are
 * the first's. */
#include <jansson.h>
#include <stdlib.h>

#include "data/tables.h"
#include "io/csv.h"
#include "io/json.h"
#include "stages/dataset.h"
#include "stages/split.h"
#include "stages/stage.h"
#include "util/fs.h"
#include "util/log.h"
#include "util/str.h"

enum { NAMED_AT_MOST = 5 };

typedef struct work {
    const pl_stage_job *job;
    pl_npy y;
    size_t targets;
    pl_targets target; /* their names */
    kn_arena arena;    /* of them */
    pl_csv names;      /* row i + 1 is image i */
    size_t count;
    int32_t *number;     /* partition or person per image */
    size_t table_rows;   /* of the partition or identity table */
    size_t table_unused; /* its rows without an image */
    uint8_t *side;
} work;

static int sources(const pl_run_spec *spec, const char *path[4])
{
    if (spec->split.method == PL_SPLIT_OFFICIAL)
        path[0] = spec->data.partition;
    else if (spec->split.method == PL_SPLIT_IDENTITY)
        path[0] = spec->data.identity;
    else
        return 0;
    return 1;
}

/* Looks every image up in the table; images it does not name are an error that names the first
 * ones. */
static kn_status look_up(work *w, const char *path, const pl_numbers *table, kn_error *e)
{
    size_t missing = 0;
    pl_str first;
    pl_str_init(&first);
    for (size_t i = 0; i < w->count; i++) {
        const char *name = pl_csv_get(&w->names, i + 1, 0);
        ptrdiff_t row = pl_names_find(&table->names, name);
        if (row >= 0)
            w->number[i] = table->value[row];
        else if (missing++ < NAMED_AT_MOST)
            pl_str_addf(&first, "%s%s", missing > 1 ? ", " : "", name);
    }
    kn_status rc = KN_OK;
    if (missing > 0)
        rc = kn_fail(
            e, KN_EDATA,
            "%s: %zu of %zu images have no row: %s%s; another split.method needs no such table",
            path, missing, w->count, first.text, missing > NAMED_AT_MOST ? ", ..." : "");
    pl_str_clear(&first);
    w->table_rows = table->names.count;
    w->table_unused = w->table_rows - (w->count - missing);
    return rc;
}

static kn_status read_table(work *w, kn_error *e)
{
    const pl_run_spec *spec = w->job->spec;
    const char *path[4];
    if (sources(spec, path) == 0)
        return KN_OK;
    w->number = malloc((w->count ? w->count : 1) * sizeof *w->number);
    if (!w->number)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu images", w->count);
    pl_numbers table;
    KN_TRY(spec->split.method == PL_SPLIT_OFFICIAL ? pl_partition_read(path[0], &table, e)
                                                   : pl_identity_read(path[0], &table, e));
    kn_status rc = look_up(w, path[0], &table, e);
    pl_numbers_clear(&table);
    if (rc == KN_OK && w->table_unused > 0)
        fprintf(w->job->log, "%s: %zu of %zu rows have no image here\n", path[0], w->table_unused,
                w->table_rows);
    return rc;
}

static kn_status write_side(const work *w, int s, kn_error *e)
{
    uint32_t *index = malloc((w->count ? w->count : 1) * sizeof *index);
    if (!index)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu images", w->count);
    int64_t n = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->side[i] == s)
            index[n++] = (uint32_t)i;
    char *name = pl_format("%s.npy", pl_side_names[s]);
    char *path = pl_path_join(w->job->out, name);
    kn_status rc = pl_npy_write(path, PL_NPY_U4, 1, &n, index, e);
    free(path);
    free(name);
    free(index);
    return rc;
}

static size_t images_of(const size_t counts[PL_LABELS])
{
    return counts[0] + counts[1] + counts[PL_LABEL_UNKNOWN];
}

static kn_status write_summary(const work *w, size_t counts[PL_SIDES][PL_LABELS], kn_error *e)
{
    json_t *root = json_object();
    for (int s = 0; s < PL_SIDES; s++)
        json_object_set_new(root, pl_side_names[s],
                            json_pack("{s:I, s:[I,I]}", "images", (json_int_t)images_of(counts[s]),
                                      "by_label", (json_int_t)counts[s][0],
                                      (json_int_t)counts[s][1]));
    json_object_set_new(root, "images", json_integer((json_int_t)w->count));
    json_object_set_new(root, "table_rows_without_image",
                        json_integer((json_int_t)w->table_unused));
    char *path = pl_path_join(w->job->out, "split.json");
    kn_status rc = pl_json_write(path, root, e);
    free(path);
    json_decref(root);
    return rc;
}

static kn_status open_inputs(work *w, kn_error *e)
{
    const char *ingest = w->job->dir[PL_INGEST];
    char *y = pl_path_join(ingest, "y.npy"), *names = pl_path_join(ingest, "names.csv");
    kn_status rc = pl_labels_open(ingest, &w->y, &w->targets, e);
    if (rc == KN_OK)
        rc = pl_dataset_targets(ingest, &w->job->spec->data, &w->arena, &w->target, e);
    if (rc == KN_OK)
        rc = pl_csv_read(names, &w->names, e);
    if (rc == KN_OK &&
        ((size_t)w->target.count != w->targets || w->names.rows != (size_t)w->y.dim[0] + 1))
        rc = kn_fail(e, KN_EFORMAT, "%s does not fit %s", names, y);
    free(y);
    free(names);
    KN_TRY(rc);
    w->count = (size_t)w->y.dim[0];
    return KN_OK;
}

/* Of several targets one that has a single class in training cannot be learnt, which the others need not suffer for; with none that
 * can, there is nothing to train. */
static kn_status check_classes(const work *w, kn_error *e)
{
    const uint8_t *label = w->y.data;
    size_t idle = 0;
    for (size_t k = 0; k < w->targets; k++) {
        bool has[2] = {false, false};
        for (size_t i = 0; i < w->count; i++)
            if (w->side[i] == PL_SIDE_TRAIN && label[i * w->targets + k] <= 1)
                has[label[i * w->targets + k]] = true;
        if (has[0] && has[1])
            continue;
        idle++;
        const char *what = has[0] ? "= 1" : has[1] ? "= 0" : "known";
        fprintf(w->job->log, "no training image has %s %s\n", w->target.name[k], what);
        pl_warn("split: no training image has '%s' %s: it cannot be learnt", w->target.name[k],
                what);
    }
    if (idle < w->targets)
        return KN_OK;
    return kn_fail(
        e, KN_EDATA,
        "split: none of the %zu targets has both classes in training; a classifier needs "
        "both",
        w->targets);
}

static kn_status split(work *w, kn_error *e)
{
    const pl_run_spec *spec = w->job->spec;
    KN_TRY(open_inputs(w, e));
    KN_TRY(read_table(w, e));
    w->side = malloc(w->count ? w->count : 1);
    if (!w->side)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu images", w->count);
    const pl_split_input in = {.count = w->count,
                               .label = w->y.data,
                               .targets = w->targets,
                               .partition = w->number,
                               .identity = w->number};
    KN_TRY(pl_split_assign(&spec->split, &in, w->side, e));
    size_t counts[PL_SIDES][PL_LABELS];
    pl_split_count(&in, w->side, counts);
    const char *first = w->target.name[0];
    KN_TRY(pl_split_check(&spec->split, counts, w->targets == 1 ? first : NULL, e));
    if (w->targets > 1)
        KN_TRY(check_classes(w, e));
    for (int s = 0; s < PL_SIDES; s++) {
        KN_TRY(write_side(w, s, e));
        fprintf(w->job->log, "split %s: %zu images, %zu with %s\n", pl_side_names[s],
                images_of(counts[s]), counts[s][1], first);
    }
    return write_summary(w, counts, e);
}

static kn_status run(const pl_stage_job *jobs, int count, kn_error *e)
{
    (void)count;
    work w = {.job = &jobs[0]};
    kn_arena_init(&w.arena);
    kn_status rc = split(&w, e);
    free(w.number);
    free(w.side);
    pl_csv_clear(&w.names);
    pl_npy_close(&w.y);
    kn_arena_clear(&w.arena);
    return rc;
}

static const pl_stage_input inputs[] = {
    {.stage = PL_INGEST, .file = "y.npy"},
    {.stage = PL_INGEST, .file = "names.csv"},
};

const pl_stage pl_stage_split = {
    .name = "split",
    .version = 1,
    .keys = PL_KEY_SPLIT,
    .inputs = inputs,
    .input_count = sizeof inputs / sizeof inputs[0],
    .sources = sources,
    .run = run,
};
