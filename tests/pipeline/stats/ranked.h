/* Tied scores of two correlated classifiers; scripts/oracle/ranking.py makes the same. */
#ifndef TST_RANKED_H
#define TST_RANKED_H

#include <stdint.h>

enum { RANKED = 200 };

static inline void ranked_make(float p[RANKED], float q[RANKED], uint8_t label[RANKED])
{
    for (int i = 0; i < RANKED; i++) {
        int pp = i * 37 % 101, qq = (pp * 3 + i * 29 % 101) / 4;
        label[i] = (i * 61 % 89) * 1000 < 88 * (150 + 7 * pp);
        p[i] = (float)pp / 100.0f;
        q[i] = (float)qq / 100.0f;
    }
}

#endif
