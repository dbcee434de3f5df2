#include "report/report.h"

#include <stdlib.h>

#include "report/page.h"
#include "report/page_parts.h"
#include "report/plots.h"
#include "study/study_data.h"
#include "report/table.h"
#include "util/fs.h"

static kn_status write_text(const char *dir, const char *name, const pl_str *text, kn_error *e)
{
    char *path = pl_path_join(dir, name);
    kn_status rc = pl_write_file_if_changed(path, text->text, text->size, e);
    free(path);
    return rc;
}

static kn_status write_tables(const pl_study_data *d, kn_error *e)
{
    static const struct {
        const char *name;
        void (*make)(const pl_study_data *, pl_str *);
    } tables[] = {{"table.csv", pl_table_csv},
                  {"table.md", pl_table_md},
                  {"table.tex", pl_table_tex},
                  {"cost.csv", pl_cost_csv}};
    kn_status rc = KN_OK;
    pl_str s;
    pl_str_init(&s);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && rc == KN_OK; i++) {
        pl_str_reset(&s);
        tables[i].make(d, &s);
        rc = write_text(d->dir, tables[i].name, &s, e);
    }
    pl_str_clear(&s);
    return rc;
}

static kn_status write_plots_and_page(const pl_study_data *d, const pl_drawn *drawn, int threads,
                                      size_t *figures, kn_error *e)
{
    char *plots = pl_path_join(d->dir, "plots");
    pl_figures f;
    pl_str page;
    kn_status rc;
    pl_figures_init(&f);
    pl_str_init(&page);
    pl_plots_add(d, drawn, pl_study_target(d), &f);
    *figures = f.count;
    KN_TRY_TO(rc, cleanup, pl_figures_draw(&f, plots, threads, e));
    KN_TRY_TO(rc, cleanup, pl_figures_prune(&f, plots, pl_plot_heads, e));
    KN_TRY_TO(rc, cleanup, pl_page_write(d, plots, drawn, &page, e));
    rc = write_text(d->dir, "report.html", &page, e);
cleanup:
    pl_str_clear(&page);
    pl_figures_clear(&f);
    free(plots);
    return rc;
}

kn_status pl_report_write(const char *study_dir, pl_report_options options, pl_str *said,
                          kn_error *e)
{
    /* One report of a study at a time, from reading to writing: the last one read last. */
    int lock = -1;
    char *lock_path = pl_path_join(study_dir, ".report.lock");
    kn_status locked = pl_is_dir(study_dir) ? pl_lock_wait(lock_path, &lock, e) : KN_OK;
    free(lock_path);
    KN_TRY(locked);
    pl_study_data d;
    kn_status read = pl_study_data_read(study_dir, &d, e);
    if (read != KN_OK) {
        pl_lock_close(lock);
        return read;
    }
    pl_drawn drawn;
    pl_drawn_choose(&d, options.all_plots, &drawn);
    size_t figures = 0;
    kn_status rc;
    KN_TRY_TO(rc, cleanup, write_tables(&d, e));
    KN_TRY_TO(rc, cleanup, write_plots_and_page(&d, &drawn, options.threads, &figures, e));
    if (said) {
        pl_str_addf(said, "%s/table.csv .md .tex: %d group%s\n%s/cost.csv\n", d.dir, d.group_count,
                    d.group_count == 1 ? "" : "s", d.dir);
        pl_str_addf(said, "%s/plots: %zu figure%s, each as .svg and .png\n%s/report.html\n", d.dir,
                    figures, figures == 1 ? "" : "s", d.dir);
        if (pl_mixed_note(&d, said))
            pl_str_add(said, "\n");
    }
cleanup:
    pl_drawn_clear(&drawn);
    pl_study_data_clear(&d);
    pl_lock_close(lock);
    return rc;
}
