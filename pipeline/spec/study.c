/* Loading a study, declared in spec.h: sources, sweep, then every run typed and checked. */
#include <stdlib.h>
#include <string.h>

#include "spec/digest_table.h"
#include "spec/net_check.h"
#include "spec/resolve.h"
#include "spec/source_file.h"
#include "spec/spec_mem.h"
#include "spec/study_label.h"
#include "spec/sweep.h"
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
    pl_digest_table seen, groups;
    pl_net_check nets;
    pl_run *runs;
    int run_room;
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

static void identity(const pl_run_spec *spec, bool with_seed, pl_str *out)
{
    pl_run_spec copy = *spec;
    if (!with_seed)
        copy.train.seed = 0;
    pl_str_reset(out);
    pl_spec_canonical(&copy, PL_KEY_ALL, out);
    for (int i = 0; i < pl_key_count; i++)
        if (pl_keys[i].type == PL_TYPE_PATH) {
            pl_value_text(&pl_keys[i], spec, out);
            pl_str_add(out, "\n");
        }
}

static void keep_run(loader *l, const pl_run_spec *spec)
{
    bool fresh;
    pl_str text;
    pl_str_init(&text);
    identity(spec, true, &text);
    pl_digest_table_add(&l->seen, text.text, &fresh);
    if (fresh) {
        identity(spec, false, &text);
        l->runs = pl_spec_grow(l->arena, l->runs, l->out->run_count, &l->run_room, sizeof *l->runs);
        l->runs[l->out->run_count++] =
            (pl_run){.spec = *spec, .group = pl_digest_table_add(&l->groups, text.text, NULL)};
    }
    pl_str_clear(&text);
}

static void load_runs(loader *l)
{
    int excluded = 0;
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
        if (pl_sweep_excluded(&l->resolver, &b, &spec)) {
            excluded++;
            continue;
        }
        pl_resolve_effects(&l->resolver, &b, &spec);
        pl_net_check_run(&l->nets, &b, l->main, &spec);
        keep_run(l, &spec);
    }
    if (excluded == l->sweep.count && l->diags.count == 0) {
        pl_pos pos = l->bindings.key[pl_key_find("sweep.exclude")].key;
        pl_diags_add(&l->diags, pos, "sweep.exclude", NULL, "no run is left of %d", excluded);
    }
}

static kn_status load(loader *l, const char *path, const char *const *set, int set_count,
                      kn_error *e)
{
    pl_study *s = l->out;
    KN_TRY(pl_sources_bind(path, set, set_count, l->arena, &l->diags, &l->bindings, &l->main, e));
    s->path = l->main->name;
    s->dir = l->main->dir;
    pl_resolver_init(&l->resolver, l->arena, &l->diags, l->main);
    pl_digest_table_init(&l->seen, l->arena);
    pl_digest_table_init(&l->groups, l->arena);
    pl_net_check_init(&l->nets, l->arena, &l->diags);
    if (!l->bindings.broken) {
        read_name(l);
        if (pl_sweep_expand(&l->resolver, &l->bindings, &l->sweep))
            load_runs(l);
        if (!l->cut)
            pl_resolve_report_idle(&l->resolver);
    }
    KN_TRY(pl_diags_fail(&l->diags, e));
    s->axis = l->sweep.axis;
    s->axis_count = l->sweep.axis_count;
    s->group_count = l->groups.count;
    pl_study_label(s, l->runs, l->sweep.seeds);
    s->runs = l->runs;
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
    kn_status rc = load(l, path, set, set_count, e);
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
