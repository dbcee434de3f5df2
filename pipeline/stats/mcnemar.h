/* Two classifiers on the same things. */
#ifndef PL_STATS_MCNEMAR_H
#define PL_STATS_MCNEMAR_H

/* Two classifiers on the same things: how many both get right, only the first, only the second,
 * neither. */
typedef struct pl_pairs {
    long long both, first, second, neither;
} pl_pairs;

typedef struct pl_paired {
    double accuracy[2];
    double difference; /* accuracy[0] - accuracy[1] */
    double low, high;  /* 95 % interval of the difference: Agresti and Min 2005 (Wald after adding
                          1/2 to each cell) */
    double exact_p;    /* McNemar's test, exact, two-sided: binomial(first + second, 1/2) */
    double mid_p;      /* its mid-p form (Fagerland, Lydersen, Laake 2013): less conservative */
} pl_paired;

/* Where all counts are 0, all is NaN. */
pl_paired pl_compare_pairs(const pl_pairs *c);

#endif
