#include "spec/digest_table.h"

#include <stdlib.h>
#include <string.h>

#include "spec/spec_mem.h"

void pl_digest_table_init(pl_digest_table *t, kn_arena *arena)
{
    *t = (pl_digest_table){.arena = arena};
}

/* Where the digest is, or the free place for it. The first 32 bits of SHA-256 spread evenly. */
static int slot(const pl_digest_table *t, const pl_digest *d)
{
    char head[9];
    memcpy(head, d->hex, 8);
    head[8] = '\0';
    unsigned long at = strtoul(head, NULL, 16);
    int i = (int)(at & (unsigned long)(t->room - 1));
    while (t->index[i] >= 0 && strcmp(t->digest[i].hex, d->hex) != 0)
        i = (i + 1) & (t->room - 1);
    return i;
}

static void grow(pl_digest_table *t)
{
    pl_digest_table old = *t;
    t->room = old.room ? old.room * 2 : 64;
    t->digest = pl_spec_alloc(t->arena, (size_t)t->room, sizeof *t->digest);
    t->index = pl_spec_alloc(t->arena, (size_t)t->room, sizeof *t->index);
    for (int i = 0; i < t->room; i++)
        t->index[i] = -1;
    for (int i = 0; i < old.room; i++)
        if (old.index[i] >= 0) {
            int at = slot(t, &old.digest[i]);
            t->digest[at] = old.digest[i];
            t->index[at] = old.index[i];
        }
}

int pl_digest_table_add(pl_digest_table *t, const char *text, bool *is_new)
{
    if (2 * (t->count + 1) > t->room)
        grow(t);
    pl_digest d = pl_digest_text(text);
    int at = slot(t, &d);
    bool fresh = t->index[at] < 0;
    if (fresh) {
        t->digest[at] = d;
        t->index[at] = t->count++;
    }
    if (is_new)
        *is_new = fresh;
    return t->index[at];
}
