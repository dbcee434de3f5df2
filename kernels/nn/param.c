#include "nn/param.h"

#include <stdbool.h>
#include <string.h>

/* The member lies at a byte offset known from offsetof, so its type fits; memcpy keeps the
 * alignment question away. */
static void write_member(void *config, size_t offset, const void *value, size_t size)
{
    memcpy((char *)config + offset, value, size);
}

void kn_param_defaults(const kn_param *table, size_t count, void *config)
{
    for (size_t i = 0; i < count; i++) {
        const kn_param *p = &table[i];
        int whole[2] = {(int)p->value, (int)p->value};
        float real = (float)p->value;
        bool flag = p->value > 0;
        switch (p->type) {
        case KN_PARAM_INT:
        case KN_PARAM_CHOICE:
            write_member(config, p->offset, whole, sizeof whole[0]);
            break;
        case KN_PARAM_REAL:
            write_member(config, p->offset, &real, sizeof real);
            break;
        case KN_PARAM_BOOL:
            write_member(config, p->offset, &flag, sizeof flag);
            break;
        case KN_PARAM_PAIR:
            write_member(config, p->offset, whole, sizeof whole);
            break;
        }
    }
}
