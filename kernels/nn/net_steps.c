#include "nn/net_steps.h"

static const kn_layer *layer_at(const kn_plan *p, int step)
{
    return kn_net_layer(p->net, p->step[step]);
}

/* Value v under whatever views lie over it. */
static int beneath_views(const kn_net *net, int v)
{
    while (v > 0 && kn_net_layer(net, v - 1)->kind->is_view)
        v--;
    return v;
}

static void list_bridges(kn_plan *p)
{
    for (int i = 0; i < kn_net_layer_count(p->net); i++) {
        const kn_layer *l = kn_net_layer(p->net, i);
        p->bridged[i] = l->kind->bridges ? beneath_views(p->net, l->source + 1) : -1;
    }
    /* on the way back the last layer comes first */
    for (int i = kn_net_layer_count(p->net) - 1; i >= 0; i--) {
        p->bridge_first[i] = p->bridged[i] >= 0;
        for (int later = i + 1; later < kn_net_layer_count(p->net); later++)
            if (p->bridged[later] == p->bridged[i])
                p->bridge_first[i] = false;
    }
}

bool kn_steps_is_bridged(const kn_plan *p, int v)
{
    for (int i = 0; i < kn_net_layer_count(p->net); i++)
        if (p->bridged[i] == v)
            return true;
    return false;
}

bool kn_steps_bridge_learns(const kn_plan *p, int v)
{
    /* the step after it hands its gradient on */
    int reader = 0;
    while (reader < p->steps && p->step[reader] < v)
        reader++;
    return kn_steps_is_bridged(p, v) && reader > p->last_backward;
}

/* Steps from..to as segments. */
static kn_run cut(kn_plan *p, int from, int to)
{
    kn_run run = {p->segments, p->segments - 1};
    for (int s = from; s <= to; s++) {
        kn_granule g = layer_at(p, s)->granule;
        kn_segment *open = run.last >= run.first ? &p->segment[run.last] : NULL;
        if (open && open->granule == KN_GRANULE_IMAGE && g == KN_GRANULE_IMAGE)
            open->last = s;
        else
            p->segment[++run.last] = (kn_segment){s, s, g};
    }
    p->segments = run.last + 1;
    return run;
}

/* Backward of a phase begins with the batch layer of the next one. */
static void list_phases(kn_plan *p)
{
    p->phase[p->phases++].batch_step = -1;
    for (int s = 0; p->training && s < p->steps; s++)
        if (layer_at(p, s)->gather_size > 0)
            p->phase[p->phases++].batch_step = s;
    for (int f = 0; f < p->phases; f++) {
        bool is_last = f == p->phases - 1;
        int from = p->phase[f].batch_step, next = is_last ? p->steps : p->phase[f + 1].batch_step;
        p->phase[f].forward = cut(p, from < 0 ? 0 : from, next - 1);
    }
    if (p->phases == 1) {
        p->phase[0].backward = p->phase[0].forward;
        return;
    }
    for (int f = 0; f < p->phases; f++) {
        bool is_last = f == p->phases - 1;
        p->phase[f].backward =
            cut(p, p->phase[f].batch_step + 1, is_last ? p->steps - 1 : p->phase[f + 1].batch_step);
    }
}

void kn_steps_list(kn_plan *p)
{
    for (int i = 0; i < kn_net_layer_count(p->net); i++)
        if (!kn_net_layer(p->net, i)->kind->is_view)
            p->step[p->steps++] = i;
    list_bridges(p);
    p->from_pixels = layer_at(p, 0)->takes_pixels && !kn_steps_is_bridged(p, 0);
    p->last_backward = 0;
    while (layer_at(p, p->last_backward)->tensors == 0)
        p->last_backward++;
    list_phases(p);
    p->from_pixels &= p->phases == 1; /* the rows of a chunk do not outlive a phase */
}
