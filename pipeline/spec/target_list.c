#include "spec/target_list.h"

#include <string.h>

#include "spec/spec_mem.h"
#include "spec/yaml_scalar.h"

static const char word_all[] = "all";

static bool is_name(const pl_node *node)
{
    return node->kind == PL_NODE_SCALAR && node->text[0] != '\0';
}

static bool read_item(pl_reader *r, const pl_key *key, const pl_node *list, int i)
{
    const pl_node *item = list->item[i];
    if (!is_name(item)) {
        pl_diags_add(r->diags, item->pos, key->name, NULL,
                     "expected the name of a column, found %s", pl_node_describe(item, r->arena));
        return false;
    }
    for (int k = 0; k < i; k++)
        if (is_name(list->item[k]) && strcmp(list->item[k]->text, item->text) == 0) {
            pl_diags_add(r->diags, item->pos, key->name, NULL, "'%s' is named twice", item->text);
            return false;
        }
    return true;
}

static bool read_list(pl_reader *r, const pl_key *key, const pl_node *node, pl_targets *out)
{
    bool ok = node->count > 0 && node->count <= KN_TARGETS_MAX;
    if (!ok)
        pl_diags_add(r->diags, node->pos, key->name, NULL,
                     "%d names; a model tells 1 to %d attributes", node->count, KN_TARGETS_MAX);
    for (int i = 0; i < node->count && i < KN_TARGETS_MAX; i++)
        ok = read_item(r, key, node, i) && ok;
    if (!ok)
        return false;
    const char **name = pl_spec_alloc(r->arena, (size_t)node->count, sizeof *name);
    for (int i = 0; i < node->count; i++)
        name[i] = node->item[i]->text;
    *out = (pl_targets){name, node->count};
    return true;
}

bool pl_targets_read(pl_reader *r, const pl_key *key, const pl_node *node, pl_targets *out)
{
    if (node->kind == PL_NODE_LIST)
        return read_list(r, key, node, out);
    if (!is_name(node)) {
        pl_diags_add(r->diags, node->pos, key->name, NULL,
                     "expected the name of a column, a list of them or all, found %s",
                     pl_node_describe(node, r->arena));
        return false;
    }
    if (node->plain && strcmp(node->text, word_all) == 0) {
        *out = (pl_targets){NULL, 0};
        return true;
    }
    const char **name = pl_spec_alloc(r->arena, 1, sizeof *name);
    name[0] = node->text;
    *out = (pl_targets){name, 1};
    return true;
}

void pl_targets_text(const pl_targets *t, pl_str *out)
{
    if (t->count == 0)
        pl_str_add(out, word_all);
    if (t->count == 1 && strcmp(t->name[0], word_all) == 0) {
        pl_str_addf(out, "\"%s\"", word_all);
        return;
    }
    pl_str_add(out, t->count > 1 ? "[" : "");
    for (int i = 0; i < t->count; i++) {
        pl_str_add(out, i ? ", " : "");
        pl_scalar_add_text(out, t->name[i]);
    }
    pl_str_add(out, t->count > 1 ? "]" : "");
}

static const char *tells(const pl_run_spec *spec, kn_arena *arena)
{
    return spec->data.target.count == 0
               ? "data.target: all"
               : pl_spec_textf(arena, "a data.target of %d names", spec->data.target.count);
}

/* At the key where it is given, else at data.target. */
static void refuse(pl_resolver *r, const pl_bindings *b, const char *name, const char *sentence)
{
    int key = pl_key_find(name), target = pl_key_find("data.target");
    pl_pos pos = b->key[key].value ? b->key[key].value->pos
                                   : pl_bound_pos(b, b->key[target].value ? target : key, r->main);
    pl_diags_add(r->reader.diags, pos, name, NULL, "%s", sentence);
}

bool pl_targets_check(pl_resolver *r, const pl_bindings *b, const pl_run_spec *spec,
                      pl_targets_reported *reported)
{
    kn_arena *arena = r->reader.arena;
    bool logreg = spec->model.type == PL_MODEL_LOGREG;
    bool lbfgs = logreg && spec->model.solver == PL_SOLVER_LBFGS;
    bool output = !logreg && spec->model.output != KN_OUTPUT_SIGMOID;
    bool weight = spec->train.class_weight != PL_WEIGHT_NONE;
    if (spec->data.target.count == 1 || !(lbfgs || output || weight))
        return true;
    if (lbfgs && !reported->solver)
        refuse(r, b, "model.solver",
               pl_spec_textf(arena,
                             "lbfgs fits one target, not %s; set model.solver: adam (and its "
                             "train.epochs), or a target each in a sweep",
                             tells(spec, arena)));
    if (output && !reported->output)
        refuse(r, b, "model.output",
               pl_spec_textf(arena, "%s tells one target, not %s; set model.output: sigmoid",
                             kn_output_names[spec->model.output], tells(spec, arena)));
    if (weight && !reported->weight)
        refuse(r, b, "train.class_weight",
               pl_spec_textf(arena,
                             "weights are of the two classes of one target, not of %s; leave "
                             "train.class_weight at none",
                             tells(spec, arena)));
    reported->solver |= lbfgs;
    reported->output |= output;
    reported->weight |= weight;
    return false;
}
