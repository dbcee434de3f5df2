#include "stats/normal.h"

#include <math.h>

double pl_normal_two_sided(double z)
{
    return erfc(fabs(z) / sqrt(2.0));
}
