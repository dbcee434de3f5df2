#include "stages/split.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

const char *const pl_side_names[PL_SIDES] = {"train", "val", "test"};

/* Stream of split.seed for the shuffle of images of class c (random: 0) and of persons. */
enum { STREAM_CLASS = 0, STREAM_PERSON = 8 };

int pl_split_label(const pl_split_input *in, size_t image)
{
    uint8_t label = in->label[image * in->targets];
    return label <= 1 ? label : PL_LABEL_UNKNOWN;
}

/* Cuts n shuffled items by the ratios: rounded cumulative counts, so nothing is lost. */
static void cut(const double ratios[3], size_t n, size_t end[PL_SIDES])
{
    double total = ratios[0] + ratios[1] + ratios[2], sum = 0;
    for (int s = 0; s < PL_SIDES; s++) {
        sum += ratios[s];
        end[s] = (size_t)((double)n * (sum / total) + 0.5);
    }
    end[PL_SIDES - 1] = n;
}

/* Shuffles the images that `wanted` accepts (label, or -1 for all) and deals them out. */
static kn_status deal(const pl_split_spec *spec, const pl_split_input *in, int wanted,
                      uint8_t *side, kn_error *e)
{
    uint32_t *items = malloc((in->count ? in->count : 1) * sizeof *items);
    if (!items)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu images", in->count);
    size_t n = 0;
    for (size_t i = 0; i < in->count; i++)
        if (wanted < 0 || pl_split_label(in, i) == wanted)
            items[n++] = (uint32_t)i;
    kn_rng rng;
    kn_rng_init(&rng, spec->seed, STREAM_CLASS + (uint64_t)(wanted + 1));
    kn_rng_shuffle(&rng, items, n);
    size_t end[PL_SIDES], i = 0;
    cut(spec->ratios, n, end);
    for (int s = 0; s < PL_SIDES; s++)
        for (; i < end[s]; i++)
            side[items[i]] = (uint8_t)s;
    free(items);
    return KN_OK;
}

typedef struct person {
    int32_t id;
    uint32_t order; /* random */
    size_t images;
    uint8_t side;
} person;

static int by_id(const void *a, const void *b)
{
    int32_t x = ((const person *)a)->id, y = ((const person *)b)->id;
    return (x > y) - (x < y);
}

static int by_order(const void *a, const void *b)
{
    const person *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return by_id(a, b);
}

/* Persons with their counts, sorted by id; returns how many. `list` has room for every image. */
static size_t count_persons(const pl_split_input *in, person *list)
{
    for (size_t i = 0; i < in->count; i++)
        list[i] = (person){.id = in->identity[i], .images = 1};
    qsort(list, in->count, sizeof *list, by_id);
    size_t n = 0;
    for (size_t i = 0; i < in->count; i++) {
        if (n > 0 && list[n - 1].id == list[i].id)
            list[n - 1].images++;
        else
            list[n++] = list[i];
    }
    return n;
}

/* The side that lacks most images. */
static int furthest_behind(const double want[PL_SIDES], const double have[PL_SIDES])
{
    int best = 0;
    for (int s = 1; s < PL_SIDES; s++)
        if (want[s] - have[s] > want[best] - have[best])
            best = s;
    return best;
}

static kn_status deal_persons(const pl_split_spec *spec, const pl_split_input *in, uint8_t *side,
                              kn_error *e)
{
    person *list = malloc((in->count ? in->count : 1) * sizeof *list);
    if (!list)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu persons", in->count);
    size_t n = count_persons(in, list);
    kn_rng rng;
    kn_rng_init(&rng, spec->seed, STREAM_PERSON);
    for (size_t i = 0; i < n; i++)
        list[i].order = kn_rng_u32(&rng);
    qsort(list, n, sizeof *list, by_order);
    double total = spec->ratios[0] + spec->ratios[1] + spec->ratios[2];
    double have[PL_SIDES] = {0, 0, 0}, want[PL_SIDES];
    for (int s = 0; s < PL_SIDES; s++)
        want[s] = (double)in->count * spec->ratios[s] / total;
    for (size_t i = 0; i < n; i++) {
        int s = furthest_behind(want, have);
        list[i].side = (uint8_t)s;
        have[s] += (double)list[i].images;
    }
    qsort(list, n, sizeof *list, by_id);
    for (size_t i = 0; i < in->count; i++) {
        const person key = {.id = in->identity[i]};
        const person *p = bsearch(&key, list, n, sizeof *list, by_id);
        side[i] = p->side;
    }
    free(list);
    return KN_OK;
}

static void split_validation(double fraction, size_t count, uint8_t *side)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += side[i] != PL_SIDE_TEST;
    size_t first_val = (size_t)((double)n * (1.0 - fraction)),
           seen = 0; /* Keras: int(n * (1 - f)) */
    for (size_t i = 0; i < count; i++)
        if (side[i] != PL_SIDE_TEST)
            side[i] = seen++ < first_val ? PL_SIDE_TRAIN : PL_SIDE_VAL;
}

kn_status pl_split_assign(const pl_split_spec *spec, const pl_split_input *in, uint8_t *side,
                          kn_error *e)
{
    switch (spec->method) {
    case PL_SPLIT_OFFICIAL:
        for (size_t i = 0; i < in->count; i++)
            side[i] = (uint8_t)in->partition[i];
        break;
    case PL_SPLIT_RANDOM:
        KN_TRY(deal(spec, in, -1, side, e));
        break;
    case PL_SPLIT_STRATIFIED:
        for (int label = 0; label < PL_LABELS; label++)
            KN_TRY(deal(spec, in, label, side, e));
        break;
    case PL_SPLIT_IDENTITY:
        KN_TRY(deal_persons(spec, in, side, e));
        break;
    }
    if (spec->validation_split > 0)
        split_validation(spec->validation_split, in->count, side);
    return KN_OK;
}

void pl_split_count(const pl_split_input *in, const uint8_t *side,
                    size_t counts[PL_SIDES][PL_LABELS])
{
    memset(counts, 0, PL_SIDES * sizeof counts[0]);
    for (size_t i = 0; i < in->count; i++)
        counts[side[i]][pl_split_label(in, i)]++;
}

static size_t images_of(const size_t counts[PL_LABELS])
{
    return counts[0] + counts[1] + counts[PL_LABEL_UNKNOWN];
}

kn_status pl_split_check(const pl_split_spec *spec, size_t counts[PL_SIDES][PL_LABELS],
                         const char *target, kn_error *e)
{
    const size_t *train = counts[PL_SIDE_TRAIN];
    if (images_of(train) == 0)
        return kn_fail(e, KN_EDATA, "split: no image is left for training; give more images or %s",
                       spec->method == PL_SPLIT_OFFICIAL ? "another partition table"
                                                         : "other split.ratios");
    if (target && (train[0] == 0 || train[1] == 0))
        return kn_fail(e, KN_EDATA,
                       "split: all %zu training images have '%s' = %d; a classifier needs both "
                       "classes in training",
                       train[0] + train[1], target, train[0] == 0);
    for (int s = PL_SIDE_VAL; s < PL_SIDES; s++) {
        bool asked = spec->method != PL_SPLIT_OFFICIAL && spec->ratios[s] > 0;
        if (s == PL_SIDE_VAL && spec->validation_split > 0)
            asked = true;
        if (asked && images_of(counts[s]) == 0)
            return kn_fail(
                e, KN_EDATA,
                "split: the %s side is empty; give more images or a larger share of split.ratios",
                pl_side_names[s]);
    }
    return KN_OK;
}
