#include "stages/views.h"

int pl_views_of(const pl_evaluate_spec *spec, kn_view view[PL_VIEWS_MAX])
{
    static const float direction[][2] = {{0, 0}, {-1, 0}, {1, 0}, {0, -1}, {0, 1}};
    int places = spec->shift > 0 ? 5 : 1, count = 0;
    for (int mirror = 0; mirror <= (spec->flip ? 1 : 0); mirror++)
        for (int i = 0; i < places; i++)
            view[count++] = (kn_view){.mirror = mirror,
                                      .dx = direction[i][0] * spec->shift,
                                      .dy = direction[i][1] * spec->shift};
    return count > 1 ? count : 0;
}
