#include "spec/sweep_limits.h"

#include <string.h>

static const char section[] = "sweep.halving";

static bool read_whole(pl_resolver *r, const pl_bindings *b, const char *name, int *out)
{
    int index = pl_key_find(name);
    const pl_key *key = &pl_keys[index];
    int64_t value;
    if (!pl_read_int(r->reader.diags, name, pl_resolve_node(r, b, index), key->min, key->max,
                     &value))
        return false;
    *out = (int)value;
    return true;
}

static void read_halving(pl_resolver *r, const pl_bindings *b, pl_halving *out)
{
    int metric = pl_key_find("sweep.halving.metric"), choice = 0;
    pl_read_choice(r->reader.diags, pl_keys[metric].name, pl_resolve_node(r, b, metric),
                   pl_keys[metric].choices, &choice);
    out->on = true;
    out->metric = (pl_monitor)choice;
    read_whole(r, b, "sweep.halving.factor", &out->factor);
    read_whole(r, b, "sweep.halving.min_epochs", &out->min_epochs);
}

void pl_limits_read(pl_resolver *r, const pl_bindings *b, pl_study *out)
{
    int budget = pl_key_find("sweep.budget");
    const pl_key *key = &pl_keys[budget];
    const pl_node *node = b->key[budget].value;
    if (pl_section_given(b, section))
        read_halving(r, b, &out->halving);
    if (node)
        pl_read_duration(r->reader.diags, key->name, node, key->min, key->max, &out->budget);
}

/* True where the run trains by epochs; reported where it does not. */
static bool check_epochs(pl_resolver *r, pl_pos pos, const pl_run *run)
{
    const pl_effect *lacks = pl_key_lacks(&pl_keys[pl_key_find("train.epochs")], &run->spec);
    if (!lacks)
        return true;
    pl_diags_add(r->reader.diags, pos, section, NULL,
                 "logreg with model.solver lbfgs has no epochs to be stopped at; take it out of "
                 "this sweep, or set model.solver to adam");
    return false;
}

/* The official split's validation images are known only when its table is read. */
static bool check_validation(pl_resolver *r, pl_pos pos, const pl_run *run, const char *metric)
{
    const pl_split_spec *split = &run->spec.split;
    if (split->method == PL_SPLIT_OFFICIAL || split->ratios[1] > 0 || split->validation_split > 0)
        return true;
    pl_diags_add(r->reader.diags, pos, section, NULL,
                 "split.ratios leaves no validation images to measure %s on; give val a share, as "
                 "in [0.8, 0.1, 0.1], or set split.validation_split",
                 metric);
    return false;
}

void pl_halving_check(pl_resolver *r, const pl_bindings *b, const pl_study *s)
{
    if (!s->halving.on)
        return;
    const pl_bound *least = &b->key[pl_key_find("sweep.halving.min_epochs")];
    const pl_key *metric = &pl_keys[pl_key_find("sweep.halving.metric")];
    pl_pos pos = pl_section_pos(b, section, r->main);
    bool ok = true;
    int most = 0;
    if (s->group_count < 2) {
        pl_diags_add(r->reader.diags, pos, section, NULL,
                     "one group alone has none to be compared with; sweep a key beside the seeds, "
                     "or leave halving out");
        return;
    }
    for (int i = 0; i < s->run_count; i++) {
        ok = check_epochs(r, pos, &s->runs[i]) && ok;
        ok = check_validation(r, pos, &s->runs[i], metric->choices[s->halving.metric]) && ok;
        if (s->runs[i].spec.train.epochs > most)
            most = s->runs[i].spec.train.epochs;
    }
    if (ok && most <= s->halving.min_epochs)
        pl_diags_add(r->reader.diags, least->value ? least->value->pos : pos,
                     "sweep.halving.min_epochs", NULL,
                     "%d is not below train.epochs (%d at most), so no run would be stopped; train "
                     "for more epochs, or leave halving out",
                     s->halving.min_epochs, most);
}
