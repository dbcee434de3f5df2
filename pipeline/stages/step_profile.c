#include "stages/step_profile.h"

#include <stdlib.h>

#include "base/cpu.h"
#include "util/fs.h"

void pl_profile_init(pl_profile *p)
{
    *p = (pl_profile){.measured = false};
    pl_str_init(&p->table);
    pl_str_init(&p->csv);
}

void pl_profile_clear(pl_profile *p)
{
    pl_str_clear(&p->table);
    pl_str_clear(&p->csv);
}

/* The steps as a whole: the threads' time, all of it. */
static kn_profile_row whole(const kn_profile_sum *sum)
{
    return (kn_profile_row){.layer = "",
                            .part = "step",
                            .calls = sum->steps,
                            .seconds = sum->seconds * sum->workers,
                            .flop = sum->flop};
}

static double share(double part, double all)
{
    return all > 0 ? part / all : 0;
}

static void csv_row(const kn_profile_row *r, const kn_profile_sum *sum, const kn_peaks *peaks,
                    pl_str *out)
{
    double rate = share(r->flop, r->seconds);
    pl_str_addf(out, "%s,%s,%llu,%.6f,%.4f,", r->layer, r->part, (unsigned long long)r->calls,
                r->seconds, share(r->seconds, sum->seconds * sum->workers));
    if (r->flop > 0)
        pl_str_addf(out, "%.2f,%.4f", rate * 1e-9, rate * sum->workers / peaks->flops);
    else
        pl_str_add(out, ",");
    pl_str_add(out, "\n");
}

void pl_profile_csv(const kn_profile *steps, const kn_peaks *peaks, pl_str *out)
{
    kn_profile_sum sum = kn_profile_total(steps);
    pl_str_add(out, "layer,part,calls,seconds,share,gflops,share_of_peak\n");
    for (int i = 0; i < kn_profile_rows(steps); i++) {
        kn_profile_row row = kn_profile_get(steps, i);
        csv_row(&row, &sum, peaks, out);
    }
    kn_profile_row row = whole(&sum);
    csv_row(&row, &sum, peaks, out);
}

static void table_row(const kn_profile_row *r, const kn_profile_sum *sum, const kn_peaks *peaks,
                      pl_str *out)
{
    double rate = share(r->flop, r->seconds);
    pl_str_addf(out, "%-12s %-10s %10llu %10.3f %6.1f %%", r->layer, r->part,
                (unsigned long long)r->calls, r->seconds,
                100 * share(r->seconds, sum->seconds * sum->workers));
    if (r->flop > 0)
        pl_str_addf(out, " %9.1f %5.0f %%", rate * 1e-9, 100 * rate * sum->workers / peaks->flops);
    pl_str_add(out, "\n");
}

void pl_profile_table(const kn_profile *steps, const kn_peaks *peaks, pl_str *out)
{
    kn_profile_sum sum = kn_profile_total(steps);
    pl_str_addf(out, "%-12s %-10s %10s %10s %8s %9s %7s\n", "layer", "part", "calls", "seconds",
                "share", "GFLOP/s", "of peak");
    for (int i = 0; i < kn_profile_rows(steps); i++) {
        kn_profile_row row = kn_profile_get(steps, i);
        table_row(&row, &sum, peaks, out);
    }
    kn_profile_row row = whole(&sum);
    table_row(&row, &sum, peaks, out);
    pl_str_addf(out,
                "seconds: of %d thread%s together; GFLOP/s: of one thread at work, dense "
                "arithmetic, beside a peak of %.1f (%s); memory reads: %.1f GB/s\n",
                sum.workers, sum.workers == 1 ? "" : "s", peaks->flops * 1e-9 / sum.workers,
                kn_isa_name(kn_isa_get()), peaks->reads * 1e-9);
}

kn_status pl_profile_add(pl_profile *p, const char *title, const kn_profile *steps,
                         double first_step, kn_pool *pool, kn_error *e)
{
    kn_profile_sum sum = kn_profile_total(steps);
    char count[32];
    if (!p->measured)
        KN_TRY(kn_probe_peaks(pool, &p->peaks, e));
    p->measured = true;
    pl_str_addf(&p->table, "profile of %s: %llu steps, ", title, (unsigned long long)sum.steps);
    pl_str_addf(&p->table, "%s images in %.3f s",
                pl_human_count((long long)sum.images, count, sizeof count), sum.seconds);
    pl_str_addf(
        &p->table, ", %s images/s; the first began %.2f s after the start\n",
        pl_human_count((long long)share((double)sum.images, sum.seconds), count, sizeof count),
        first_step);
    pl_profile_table(steps, &p->peaks, &p->table);
    pl_str_reset(&p->csv);
    pl_profile_csv(steps, &p->peaks, &p->csv);
    return KN_OK;
}

kn_status pl_profile_write(pl_profile *p, const char *dir, kn_error *e)
{
    if (p->csv.size == 0)
        return KN_OK;
    char *path = pl_path_join(dir, "profile.csv");
    kn_status rc = pl_write_file(path, p->csv.text, p->csv.size, e);
    free(path);
    pl_str_reset(&p->csv);
    return rc;
}
