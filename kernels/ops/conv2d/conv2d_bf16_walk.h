/* Rows of tiles as pixels: places that follow each other over images of `rows` by `pitch`, of which the first
 * `out_rows` by `out_columns` exist. */
#ifndef KN_OPS_CONV2D_BF16_WALK_H
#define KN_OPS_CONV2D_BF16_WALK_H

#include <stdbool.h>
#include <stddef.h>

typedef struct kn_bf16_walk {
    int images, rows, pitch, out_rows, out_columns;
} kn_bf16_walk;

/* Places of one row of one image that exist: row `at` of the block on. */
typedef struct kn_bf16_run {
    int at, length;
    int image, row, column; /* of the first */
    int next, left, places; /* of the walk: where it goes on, how many, where it began */
} kn_bf16_run;

/* Places first..first+count-1. */
static inline kn_bf16_run kn_bf16_walk_begin(const kn_bf16_walk *w, size_t first, int count)
{
    const size_t pitch = (size_t)w->pitch, row = first / pitch;
    return (kn_bf16_run){.image = (int)(row / (size_t)w->rows),
                         .row = (int)(row % (size_t)w->rows),
                         .next = (int)(first % pitch),
                         .left = count};
}

/* The next run; false at the end. */
static inline bool kn_bf16_walk_next(const kn_bf16_walk *w, kn_bf16_run *r)
{
    while (r->left > 0 && r->image < w->images) {
        if (r->next == w->pitch) {
            r->next = 0;
            if (++r->row == w->rows) {
                r->row = 0;
                r->image++;
            }
            continue;
        }
        const int here = w->pitch - r->next, n = here < r->left ? here : r->left;
        const int exist = w->out_columns - r->next;
        r->at = r->places;
        r->column = r->next;
        r->length = exist < n ? exist : n;
        r->places += n;
        r->next += n;
        r->left -= n;
        if (r->length > 0 && r->row < w->out_rows)
            return true;
    }
    return false;
}

#endif
