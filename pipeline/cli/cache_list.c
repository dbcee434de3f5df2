/* facet cache list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cache_commands.h"
#include "io/json.h"
#include "util/fs.h"
#include "util/str.h"

static json_t *read_info(const pl_entry_row *row)
{
    char *path = pl_path_join(row->dir, "entry.json");
    json_t *info = NULL;
    pl_json_read(path, &info, NULL); /* gone or torn: nothing is known of it */
    free(path);
    return info;
}

static const char *text_in(const json_t *info, const char *key)
{
    const char *text = json_string_value(json_object_get(info, key));
    return text ? text : "?";
}

void pl_cache_print_row(const pl_entry_row *row)
{
    char size[32], when[24] = "";
    time_t used = (time_t)row->last_used;
    struct tm parts;
    json_t *info = read_info(row);
    if (gmtime_r(&used, &parts))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M", &parts);
    printf("%-9s %.12s %9s  %s  %s: %s\n", row->stage, row->key,
           pl_human_bytes((double)row->bytes, size, sizeof size), when, text_in(info, "study"),
           text_in(info, "label"));
    json_decref(info);
}

json_t *pl_cache_row_json(const pl_entry_row *row)
{
    json_t *info = read_info(row);
    json_t *object = json_pack("{s:s,s:s,s:s,s:I,s:I,s:s,s:s}", "stage", row->stage, "key",
                               row->key, "dir", row->dir, "bytes", (json_int_t)row->bytes,
                               "last_used", (json_int_t)row->last_used, "study",
                               text_in(info, "study"), "label", text_in(info, "label"));
    json_decref(info);
    return object;
}

void pl_cache_print_json(json_t *value)
{
    char *text = pl_json_text(value);
    fputs(text, stdout);
    free(text);
    json_decref(value);
}

typedef struct stage_sum {
    const char *stage;
    size_t entries;
    uint64_t bytes;
} stage_sum;

/* In the order of the pipeline, which is the order of their making, other names after it. */
static int stage_order(const char *stage)
{
    static const char *const order[] = {"ingest", "split", "train", "evaluate"};
    for (int i = 0; i < 4; i++)
        if (strcmp(stage, order[i]) == 0)
            return i;
    return 4;
}

static int by_stage(const void *a, const void *b)
{
    const stage_sum *x = a, *y = b;
    int i = stage_order(x->stage), k = stage_order(y->stage);
    return i != k ? i - k : strcmp(x->stage, y->stage);
}

/* Heap. Borrows names from the rows. */
static stage_sum *sum_stages(const pl_entry_row *rows, size_t count, size_t *stages)
{
    stage_sum *sum = NULL;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < n && strcmp(sum[k].stage, rows[i].stage) != 0)
            k++;
        if (k == n) {
            sum = realloc(sum, (n + 1) * sizeof *sum);
            if (!sum)
                abort();
            sum[n++] = (stage_sum){.stage = rows[i].stage};
        }
        sum[k].entries++;
        sum[k].bytes += rows[i].bytes;
    }
    if (n > 0)
        qsort(sum, n, sizeof *sum, by_stage);
    *stages = n;
    return sum;
}

static void print_text(const pl_store *store, const pl_entry_row *rows, size_t count,
                       const stage_sum *sum, size_t stages, uint64_t bytes)
{
    char size[32];
    for (size_t i = 0; i < count; i++)
        pl_cache_print_row(&rows[i]);
    for (size_t k = 0; k < stages; k++)
        printf("%s%-9s %6zu entr%s %9s\n", k == 0 ? "\n" : "", sum[k].stage, sum[k].entries,
               sum[k].entries == 1 ? "y  " : "ies",
               pl_human_bytes((double)sum[k].bytes, size, sizeof size));
    printf("%zu entr%s, %s in %s\n", count, count == 1 ? "y" : "ies",
           pl_human_bytes((double)bytes, size, sizeof size), pl_store_dir(store));
}

static void print_json(const pl_store *store, const pl_entry_row *rows, size_t count,
                       const stage_sum *sum, size_t stages, uint64_t bytes)
{
    json_t *entries = json_array(), *totals = json_object();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(entries, pl_cache_row_json(&rows[i]));
    for (size_t k = 0; k < stages; k++)
        json_object_set_new(totals, sum[k].stage,
                            json_pack("{s:I,s:I}", "entries", (json_int_t)sum[k].entries, "bytes",
                                      (json_int_t)sum[k].bytes));
    pl_cache_print_json(json_pack("{s:s,s:o,s:o,s:I}", "dir", pl_store_dir(store), "entries",
                                  entries, "stages", totals, "bytes", (json_int_t)bytes));
}

kn_status pl_cache_list(const pl_global *g, pl_store *store, int argc, char **argv, kn_error *e)
{
    pl_entry_row *rows = NULL;
    size_t count = 0, stages = 0;
    uint64_t bytes = 0;
    if (argc > 2)
        return pl_unknown_option(&pl_command_cache, argv[2], NULL, e);
    KN_TRY(pl_store_list(store, &rows, &count, e));
    pl_entry_rows_by_use(rows, count);
    stage_sum *sum = sum_stages(rows, count, &stages);
    for (size_t i = 0; i < count; i++)
        bytes += rows[i].bytes;
    (g->json ? print_json : print_text)(store, rows, count, sum, stages, bytes);
    free(sum);
    pl_store_list_free(rows, count);
    return KN_OK;
}
