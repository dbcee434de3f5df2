#include "spec/source_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "spec/spec_mem.h"
#include "util/fs.h"

enum {
    MAX_SPEC_BYTES = 64 << 20, /* the study.yaml of PL_MAX_RUNS runs, with room to spare */
    MAX_BASES = 16,
    ORDER_OF_OVERRIDES = 1000 /* behind every file */
};

typedef struct chain {
    kn_arena *arena;
    pl_diags *diags;
    pl_bindings *b;
    const pl_source *source[MAX_BASES];
    dev_t device[MAX_BASES];
    ino_t inode[MAX_BASES];
    int count;
} chain;

static pl_source *read_source(chain *c, const char *path, kn_error *e)
{
    char *text = NULL, *dir = pl_path_dir(path);
    size_t size = 0;
    pl_source *source = pl_spec_alloc(c->arena, 1, sizeof *source);
    source->name = pl_spec_strdup(c->arena, path);
    source->dir = pl_spec_strdup(c->arena, dir);
    source->order = c->count;
    free(dir);
    if (pl_read_file(path, MAX_SPEC_BYTES, &text, &size, e) != KN_OK)
        return NULL;
    source->text = pl_spec_strndup(c->arena, text, size);
    source->size = size;
    free(text);
    return source;
}

/* Why a path is no spec file; NULL where it may be one. */
static const char *unreadable(const char *path, struct stat *st)
{
    if (stat(path, st) != 0)
        return errno == ENOENT || errno == ENOTDIR ? "there is no such file" : strerror(errno);
    if (S_ISDIR(st->st_mode))
        return "this is a folder, not a spec";
    return NULL;
}

/* Where in the chain the file already is, or -1. */
static int in_chain(const chain *c, const struct stat *st)
{
    for (int i = 0; i < c->count; i++)
        if (c->device[i] == st->st_dev && c->inode[i] == st->st_ino)
            return i;
    return -1;
}

static kn_status bind_file(chain *c, const char *path, const struct stat *st, kn_error *e);

static kn_status bind_base(chain *c, const pl_source *from, const pl_map_entry *base, kn_error *e)
{
    const pl_node *value = base->value;
    if (pl_node_is_null(value))
        return KN_OK;
    if (value->kind != PL_NODE_SCALAR) {
        pl_diags_add(c->diags, value->pos, "base", NULL, "expected the path of a spec, found %s",
                     pl_node_describe(value, c->arena));
        return KN_OK;
    }
    char *joined =
        strcmp(from->dir, ".") == 0 ? strdup(value->text) : pl_path_join(from->dir, value->text);
    if (!joined)
        abort();
    const char *path = pl_spec_strdup(c->arena, joined);
    free(joined);
    struct stat st;
    const char *why = unreadable(path, &st);
    int before = why ? -1 : in_chain(c, &st);
    c->b->broken = c->b->broken || why || before >= 0 || c->count == MAX_BASES;
    if (why) {
        pl_diags_add(c->diags, value->pos, "base", NULL, "%s: %s", path, why);
    } else if (before >= 0) {
        pl_str round;
        pl_str_init(&round);
        for (int i = before; i < c->count; i++)
            pl_str_addf(&round, "%s -> ", c->source[i]->name);
        pl_diags_add(c->diags, value->pos, "base", NULL, "the bases go in a circle: %s%s",
                     round.text, c->source[before]->name);
        pl_str_clear(&round);
    } else if (c->count == MAX_BASES) {
        pl_diags_add(c->diags, value->pos, "base", NULL, "more than %d specs in a row", MAX_BASES);
    } else {
        return bind_file(c, path, &st, e);
    }
    return KN_OK;
}

/* The name of a study is its own: it is not inherited. */
static void forget_study_keys(pl_bindings *b)
{
    b->key[pl_key_find("name")].value = NULL;
    b->key[pl_key_find("base")].value = NULL;
}

static kn_status bind_file(chain *c, const char *path, const struct stat *st, kn_error *e)
{
    pl_source *source = read_source(c, path, e);
    if (!source)
        return KN_EUSAGE;
    c->device[c->count] = st->st_dev;
    c->inode[c->count] = st->st_ino;
    c->source[c->count++] = source;
    int before = c->diags->count;
    pl_node *root = pl_yaml_parse(source, c->arena, c->diags);
    c->b->broken = c->b->broken || !root || root->kind != PL_NODE_MAP;
    if (c->diags->count > before && !root)
        return KN_OK;
    if (!root || pl_node_is_null(root)) {
        pl_diags_add(
            c->diags, (pl_pos){source, 0, 0}, NULL, NULL,
            "the spec is empty; it needs at least data.images, data.labels and model.type");
        return KN_OK;
    }
    if (root->kind != PL_NODE_MAP) {
        pl_diags_add(c->diags, root->pos, NULL, NULL, "a spec is a map of keys, found %s",
                     pl_node_describe(root, c->arena));
        return KN_OK;
    }
    for (int i = 0; i < root->count; i++)
        if (strcmp(root->entry[i].key, "base") == 0)
            KN_TRY(bind_base(c, source, &root->entry[i], e));
    forget_study_keys(c->b);
    pl_bind_map(c->b, root, "", c->arena, c->diags);
    return KN_OK;
}

/* "train.lr=0.01": the value is YAML; paths in it start at the spec's folder, as in the spec. */
static void bind_override(chain *c, const char *word, int index)
{
    pl_source *source = pl_spec_alloc(c->arena, 1, sizeof *source);
    size_t key = strcspn(word, "=");
    const char *name = pl_spec_strndup(c->arena, word, key);
    *source = (pl_source){.name = pl_spec_textf(c->arena, "--set %s", name),
                          .dir = c->source[0]->dir,
                          .text = "",
                          .order = ORDER_OF_OVERRIDES + index,
                          .override = true};
    pl_pos pos = {source, 0, 0};
    if (word[key] != '=') {
        pl_diags_add(c->diags, pos, NULL, NULL, "a value is missing; write --set KEY=VALUE");
        return;
    }
    source->text = pl_spec_strdup(c->arena, word + key + 1);
    source->size = strlen(source->text);
    int before = c->diags->count;
    pl_node *value = pl_yaml_parse(source, c->arena, c->diags);
    if (c->diags->count > before) {
        c->b->broken = true;
        return;
    }
    if (!value) {
        value = pl_spec_alloc(c->arena, 1, sizeof *value);
        *value = (pl_node){.kind = PL_NODE_SCALAR, .pos = pos, .text = "", .plain = true};
    }
    if (strcmp(name, "base") == 0)
        pl_diags_add(c->diags, pos, NULL, NULL, "a base can only be given in the file");
    else
        pl_bind(c->b, name, pos, value, c->arena, c->diags);
}

kn_status pl_sources_bind(const char *path, const char *const *set, int set_count, kn_arena *arena,
                          pl_diags *diags, pl_bindings *b, const pl_source **main, kn_error *e)
{
    chain c = {.arena = arena, .diags = diags, .b = b};
    struct stat st;
    const char *why = unreadable(path, &st);
    memset(b, 0, sizeof *b);
    if (why)
        return kn_fail(e, KN_EUSAGE, "%s: %s", path, why);
    kn_status rc = bind_file(&c, path, &st, e);
    if (rc != KN_OK)
        return rc;
    *main = c.source[0];
    for (int i = 0; i < set_count; i++)
        bind_override(&c, set[i], i);
    return KN_OK;
}
