/* Loading a study, declared in spec.h: sources, sweep, then every run typed and checked. */
#include <stdlib.h>
#include <string.h>

#include "spec/net_check.h"
#include "spec/report_spec_read.h"
#include "spec/resolve.h"
#include "spec/run_table.h"
#include "spec/source_file.h"
#include "spec/spec_mem.h"
#include "spec/study_label.h"
#include "spec/sweep.h"
#include "spec/sweep_limits.h"
#include "spec/target_list.h"
#include "util/fs.h"

/* After an error this many runs are still looked at for others: each run of a large sweep would say
 * the same. */
enum { RUNS_AFTER_ERROR = 1000 };

typedef struct loader {
    pl_study *out;
    kn_arena *arena;
    pl_diags diags;
    const pl_source *main;
    pl_bindings bindings;
    pl_resolver resolver;
    pl_sweep sweep;
    pl_run_table seen, groups; /* runs that are equal; runs that are equal but for the seed */
    pl_net_check nets;
    pl_targets_reported targets;
    pl_run *runs; /* room for every point */
    int file_room;
    bool cut; /* not every run was looked at */
} loader;

static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

/* The name is a folder in results: letters, digits, '.', '_' and '-', not begun by '.' or '-'. */
static void read_name(loader *l)
{
    enum { MAX_NAME = 100 };
    int index = pl_key_find("name");
    const pl_node *node = l->bindings.key[index].value;
    if (!node) {
        char *stem = pl_path_stem(l->main->name);
        for (char *p = stem; *p; p++)
            if (!name_char(*p) || (p == stem && (*p == '.' || *p == '-')))
                *p = '_';
        l->out->name = pl_spec_strdup(l->arena, *stem ? stem : "study");
        free(stem);
        return;
    }
    bool ok = node->kind == PL_NODE_SCALAR && node->text[0] != '.' && node->text[0] != '-' &&
              node->text[0] != '\0' && strlen(node->text) <= MAX_NAME;
    for (const char *p = ok ? node->text : ""; *p; p++)
        ok = ok && name_char(*p);
    if (!ok)
        pl_diags_add(&l->diags, node->pos, "name", NULL,
                     "%s names no folder; up to %d letters, digits, '.', '_' and '-', begun by a "
                     "letter, a digit or '_'",
                     pl_node_describe(node, l->arena), MAX_NAME);
    l->out->name = node->kind == PL_NODE_SCALAR ? node->text : "";
}

/* Remembers where each data path was given, once, for pl_study_check_files. */
static void note_files(loader *l, const pl_bindings *b, const pl_run_spec *spec)
{
    for (int i = 0; i < pl_key_count; i++) {
        const pl_node *node = b->key[i].value;
        if (pl_keys[i].type != PL_TYPE_PATH || !node)
            continue;
        bool known = false;
        for (int f = 0; f < l->out->file_count && !known; f++)
            known = l->out->files[f].node == node && l->out->files[f].key == &pl_keys[i];
        if (known)
            continue;
        const char *path;
        memcpy(&path, (const char *)spec + pl_keys[i].offset, sizeof path);
        pl_file_use *files =
            pl_spec_grow(l->arena, l->out->files, l->out->file_count, &l->file_room, sizeof *files);
        files[l->out->file_count++] = (pl_file_use){&pl_keys[i], node, path};
        l->out->files = files;
    }
}

/* A run is what its parameters and files say, wherever it has them from (model.preset). What is no
 * parameter (train.checkpoint) is the same in all runs of a study. */
static bool tells_runs_apart(const pl_key *key)
{
    return pl_key_sweepable(key) && key->stages != PL_KEY_ORIGIN;
}

static bool tells_groups_apart(const pl_key *key)
{
    return tells_runs_apart(key) && key->offset != offsetof(pl_run_spec, train.seed);
}

/* Keeps the run where it is the first of its kind; false where it equals one before it. */
static bool keep_run(loader *l, const pl_run_spec *spec)
{
    int index = l->out->run_count;
    pl_run *run = &l->runs[index];
    *run = (pl_run){.spec = *spec};
    if (pl_run_table_add(&l->seen, l->runs, index) != index)
        return false;
    int first = pl_run_table_add(&l->groups, l->runs, index);
    run->group = first == index ? l->out->group_count++ : l->runs[first].group;
    l->out->run_count++;
    return true;
}

static void load_runs(loader *l)
{
    int excluded = 0;
    l->runs = pl_spec_alloc(l->arena, (size_t)l->sweep.count, sizeof *l->runs);
    for (int i = 0; i < l->sweep.count; i++) {
        pl_bindings b;
        pl_run_spec spec;
        if (l->diags.count > 0 && i >= RUNS_AFTER_ERROR) {
            l->cut = true;
            return;
        }
        pl_sweep_bind(&l->resolver, &l->bindings, &l->sweep.points[i], &b);
        bool ok = pl_resolve(&l->resolver, &b, &spec);
        note_files(l, &b, &spec);
        if (!ok)
            continue;
        if (pl_sweep_excluded(&l->sweep, &spec)) {
            excluded++;
            continue;
        }
        pl_resolve_effects(&l->resolver, &b, &spec);
        bool fits = pl_targets_check(&l->resolver, &b, &spec, &l->targets);
        if (keep_run(l, &spec) && fits)
            pl_net_check_run(&l->nets, &b, l->main, l->runs, l->out->run_count - 1);
    }
    if (excluded == l->sweep.count && l->diags.count == 0) {
        pl_pos pos = l->bindings.key[pl_key_find("sweep.exclude")].key;
        pl_diags_add(&l->diags, pos, "sweep.exclude", NULL, "no run is left of %d", excluded);
    }
}

/* report.target chooses among several: with one target in every run there is nothing to choose. */
static void check_report_target(loader *l)
{
    bool several = false;
    for (int i = 0; i < l->out->run_count; i++)
        several = several || l->runs[i].spec.data.target.count != 1;
    if (l->out->report.target && !several)
        pl_diags_add(&l->diags, l->bindings.key[pl_key_find("report.target")].key, "report.target",
                     NULL, "has no effect: every run tells one attribute");
}

static kn_status load(loader *l, const char *path, const char *const *set, int set_count,
                      kn_error *e)
{
    pl_study *s = l->out;
    KN_TRY(pl_sources_bind(path, set, set_count, l->arena, &l->diags, &l->bindings, &l->main, e));
    s->path = l->main->name;
    s->dir = l->main->dir;
    pl_resolver_init(&l->resolver, l->arena, &l->diags, l->main);
    if (!l->bindings.broken) {
        read_name(l);
        pl_limits_read(&l->resolver, &l->bindings, s);
        pl_report_spec_read(l->arena, &l->diags, &l->bindings, &s->report);
        if (pl_sweep_expand(&l->resolver, &l->bindings, &l->sweep))
            load_runs(l);
        if (!l->cut)
            pl_resolve_report_idle(&l->resolver);
    }
    s->runs = l->runs;
    if (l->diags.count == 0)
        check_report_target(l);
    if (l->diags.count == 0)
        pl_halving_check(&l->resolver, &l->bindings, s);
    KN_TRY(pl_diags_fail(&l->diags, e));
    s->axis = l->sweep.axis;
    s->axis_count = l->sweep.axis_count;
    pl_study_label(s, l->runs, l->sweep.seeds);
    return KN_OK;
}

kn_status pl_study_load(const char *path, const char *const *set, int set_count, pl_study *out,
                        kn_error *e)
{
    memset(out, 0, sizeof *out);
    kn_arena_init(&out->arena);
    loader *l = calloc(1, sizeof *l);
    if (!l)
        abort();
    l->out = out;
    l->arena = &out->arena;
    pl_diags_init(&l->diags, l->arena);
    pl_run_table_init(&l->seen, tells_runs_apart);
    pl_run_table_init(&l->groups, tells_groups_apart);
    pl_net_check_init(&l->nets, l->arena, &l->diags);
    kn_status rc = load(l, path, set, set_count, e);
    pl_net_check_clear(&l->nets);
    pl_run_table_clear(&l->groups);
    pl_run_table_clear(&l->seen);
    free(l);
    if (rc != KN_OK)
        pl_study_clear(out);
    return rc;
}

void pl_study_clear(pl_study *s)
{
    kn_arena_clear(&s->arena);
    memset(s, 0, sizeof *s);
}
