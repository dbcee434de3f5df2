#include "audit/audit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit_summary.h"
#include "io/json.h"
#include "run/run_key.h"
#include "util/clock.h"
#include "util/fs.h"

const char *const pl_audit_files[] = {"attributes.csv", "attribute_counts.csv", "audit.json",
                                      "balance.csv",    "correlations.csv",     "drift.csv",
                                      "identical.csv",  "left_out.csv",         "near_pairs.csv",
                                      "people.csv",     "training.json",        NULL};

/* For keys and messages; it runs in no plan. */
static const pl_stage audit_stage = {.name = "audit", .version = PL_AUDIT_VERSION};

static const struct {
    bool of_split;
    const char *file;
} inputs[] = {{false, "X.npy"},        {false, "y.npy"},       {false, "names.csv"},
              {false, "columns.csv"},  {false, "ingest.json"}, {false, "attributes.npy"},
              {false, "pictures.npy"}, {false, "digests.npy"}, {true, "train.npy"},
              {true, "val.npy"},       {true, "test.npy"}};

enum { INPUTS = sizeof inputs / sizeof inputs[0] };

static const char *input_digest(const pl_entry *ingest, const pl_entry *split, int i)
{
    return pl_entry_digest(inputs[i].of_split ? split : ingest, inputs[i].file);
}

bool pl_audit_can(const pl_entry *ingest, const pl_entry *split)
{
    bool can = true;
    for (int i = 0; i < INPUTS; i++)
        can = can && input_digest(ingest, split, i);
    return can;
}

/* The parts of the key, as run/run_key.h has them for stages. */
static kn_status key_parts(pl_store *store, const pl_audit_input *in, json_t **out, kn_error *e)
{
    json_t *digests = json_object(), *sources = json_object();
    for (int i = 0; i < INPUTS; i++) {
        const char *digest = input_digest(in->ingest, in->split, i);
        char *name = pl_format("%s/%s", inputs[i].of_split ? "split" : "ingest", inputs[i].file);
        json_object_set_new(digests, name, json_string(digest ? digest : ""));
        free(name);
    }
    pl_digest identity;
    kn_status rc = in->identity ? pl_store_source_digest(store, in->identity, &identity, e) : KN_OK;
    if (rc == KN_OK && in->identity)
        json_object_set_new(sources, "data.identity", json_string(identity.hex));
    json_t *parts = json_object();
    json_object_set_new(parts, "version", json_integer(PL_AUDIT_VERSION));
    json_object_set_new(parts, "parameters", json_object());
    json_object_set_new(parts, "sources", sources);
    json_object_set_new(parts, "inputs", digests);
    *out = parts;
    if (rc != KN_OK) {
        json_decref(parts);
        *out = NULL;
    }
    return rc;
}

static kn_status read_parts(const pl_audit_input *in, const pl_audit_tools *tools,
                            pl_audit_parts *a, kn_error *e)
{
    KN_TRY(pl_audit_data_open(in->ingest->dir, in->split->dir, in->identity, &a->data, e));
    KN_TRY(pl_audit_pixels_read(&a->data, tools->pool, tools->deadline, &a->pixels, e));
    KN_TRY(pl_audit_pairs_find(&a->data, &a->pixels, tools->pool, tools->deadline, &a->pairs, e));
    pl_audit_people_find(&a->data, &a->people);
    pl_audit_columns_count(&a->data, &a->columns);
    pl_audit_drift_find(&a->data, &a->pixels, &a->columns, &a->drift);
    return KN_OK;
}

static void clear_parts(pl_audit_parts *a)
{
    pl_audit_drift_clear(&a->drift);
    pl_audit_columns_clear(&a->columns);
    pl_audit_people_clear(&a->people);
    pl_audit_pairs_clear(&a->pairs);
    pl_audit_pixels_clear(&a->pixels);
    pl_audit_data_close(&a->data);
}

/* image,reason: those that ingest names. */
static void left_out_csv(const pl_audit_data *d, pl_str *s)
{
    size_t i;
    json_t *item;
    pl_str_add(s, "image,reason\n");
    json_array_foreach(json_object_get(d->ingest, "broken_images"), i, item)
    {
        pl_csv_add(s, json_string_value(json_object_get(item, "image")));
        pl_str_add(s, ",");
        pl_csv_add(s, json_string_value(json_object_get(item, "reason")));
        pl_str_add(s, "\n");
    }
    json_array_foreach(json_object_get(d->ingest, "unlabelled_images"), i, item)
    {
        pl_csv_add(s, json_string_value(item));
        pl_str_add(s, ",no row in the label table\n");
    }
}

/* The text of a csv file of pl_audit_files. */
static void csv_text(const pl_audit_parts *a, const char *file, pl_str *s)
{
    const pl_audit_data *d = &a->data;
    if (strcmp(file, "attributes.csv") == 0)
        pl_audit_attributes_csv(d, s);
    else if (strcmp(file, "attribute_counts.csv") == 0)
        pl_audit_counts_csv(d, &a->columns, s);
    else if (strcmp(file, "balance.csv") == 0)
        pl_audit_balance_csv(d, &a->columns, s);
    else if (strcmp(file, "correlations.csv") == 0)
        pl_audit_correlations_csv(d, &a->columns, s);
    else if (strcmp(file, "drift.csv") == 0)
        pl_audit_drift_csv(&a->drift, s);
    else if (strcmp(file, "identical.csv") == 0)
        pl_audit_identical_csv(d, &a->pairs, s);
    else if (strcmp(file, "left_out.csv") == 0)
        left_out_csv(d, s);
    else if (strcmp(file, "near_pairs.csv") == 0)
        pl_audit_near_csv(d, &a->pairs, s);
    else if (strcmp(file, "people.csv") == 0)
        pl_audit_people_csv(&a->people, s);
}

static kn_status write_one(const pl_audit_parts *a, const char *dir, const char *file, kn_error *e)
{
    char *path = pl_path_join(dir, file);
    kn_status rc;
    if (pl_ends_with(file, ".json")) {
        json_t *value = strcmp(file, "audit.json") == 0
                            ? pl_audit_summary(a)
                            : pl_audit_training_json(&a->data, &a->pixels);
        rc = pl_json_write(path, value, e);
        json_decref(value);
    } else {
        pl_str s;
        pl_str_init(&s);
        csv_text(a, file, &s);
        rc = pl_write_file(path, s.text, s.size, e);
        pl_str_clear(&s);
    }
    free(path);
    return rc;
}

kn_status pl_audit_write(const pl_audit_input *in, const pl_audit_tools *tools, const char *dir,
                         kn_error *e)
{
    pl_audit_parts a;
    memset(&a, 0, sizeof a);
    kn_status rc = read_parts(in, tools, &a, e);
    for (int i = 0; pl_audit_files[i] && rc == KN_OK; i++)
        rc = write_one(&a, dir, pl_audit_files[i], e);
    clear_parts(&a);
    return rc;
}

static kn_status key_of(pl_store *store, const pl_audit_input *in, json_t **parts, pl_digest *key,
                        kn_error *e)
{
    KN_TRY(key_parts(store, in, parts, e));
    *key = pl_key_of(&audit_stage, *parts);
    return KN_OK;
}

kn_status pl_audit_find(pl_store *store, const pl_audit_input *in, bool *found, pl_entry *out,
                        kn_error *e)
{
    json_t *parts;
    pl_digest key;
    *found = false;
    KN_TRY(key_of(store, in, &parts, &key, e));
    json_decref(parts);
    return pl_store_find(store, audit_stage.name, &key, false, found, out, e);
}

static kn_status make(pl_store *store, const pl_audit_input *in, const pl_audit_tools *tools,
                      json_t *parts, const pl_digest *key, kn_error *e)
{
    pl_making making;
    bool exists = false;
    KN_TRY(pl_store_begin(store, audit_stage.name, key, &exists, &making, e));
    if (exists)
        return KN_OK;
    char host[128] = "", now[PL_TIME_TEXT];
    double began = pl_now();
    kn_status rc = pl_audit_write(in, tools, making.out_dir, e);
    if (rc == KN_OK) {
        gethostname(host, sizeof host - 1);
        pl_time_text(now);
        if (in->study) {
            json_object_set_new(parts, "study", json_string(in->study));
            json_object_set_new(parts, "label", json_string(in->study));
        }
        json_object_set_new(parts, "seconds", json_real(pl_now() - began));
        json_object_set_new(parts, "made", json_string(now));
        json_object_set_new(parts, "host", json_string(host));
        rc = pl_store_commit(store, &making, parts, e);
    }
    pl_store_abort(store, &making);
    return rc;
}

kn_status pl_audit_make(pl_store *store, const pl_audit_input *in, const pl_audit_tools *tools,
                        pl_entry *out, kn_error *e)
{
    json_t *parts = NULL;
    pl_digest key;
    bool found = false;
    KN_TRY(key_of(store, in, &parts, &key, e));
    kn_status rc = pl_store_find(store, audit_stage.name, &key, false, &found, out, e);
    if (rc == KN_OK && !found) {
        rc = make(store, in, tools, parts, &key, e);
        if (rc == KN_OK)
            rc = pl_store_find(store, audit_stage.name, &key, false, &found, out, e);
        if (rc == KN_OK && !found)
            rc = kn_fail(e, KN_EIO, "the cache lost an entry that was just made: audit %.12s",
                         key.hex);
    }
    json_decref(parts);
    return rc;
}
