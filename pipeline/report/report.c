#include "report/report.h"

#include <stdlib.h>

#include "base/cpu.h"
#include "compare/effects_section.h"
#include "compare/ensembles_section.h"
#include "compare/overfitting.h"
#include "compare/told_section.h"
#include "insight/labels.h"
#include "insight/scores_run.h"
#include "insight/slices.h"
#include "report/doc_html.h"
#include "report/doc_md.h"
#include "report/gather.h"
#include "report/made_files.h"
#include "report/plots.h"
#include "report/sections.h"
#include "report/table.h"
#include "run/study_folder.h"
#include "util/fs.h"

/* Bytes that figures and pictures may take in the page. That of a study of many runs, where only the edges are drawn, stays
 * below 5 MB with its tables. */
enum { ROOM = 24000000, ROOM_LARGE = 4000000 };

static kn_status write_text(const char *dir, const char *name, const pl_str *text, kn_error *e)
{
    char *path = pl_path_join(dir, name);
    kn_status rc = pl_write_file_if_changed(path, text->text, text->size, e);
    free(path);
    return rc;
}

static void make_cost(const pl_table *t, pl_str *s)
{
    pl_cost_csv(t->d, s);
}

static void make_overfitting(const pl_table *t, pl_str *s)
{
    pl_overfitting_csv(t->d, s);
}

static kn_status write_tables(const pl_table *t, kn_error *e)
{
    static const struct {
        const char *name;
        void (*make)(const pl_table *, pl_str *);
    } tables[] = {{"table.csv", pl_table_csv},
                  {"table.md", pl_table_md},
                  {"table.tex", pl_table_tex},
                  {"cost.csv", make_cost},
                  {"overfitting.csv", make_overfitting}};
    kn_status rc = KN_OK;
    pl_str s;
    pl_str_init(&s);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && rc == KN_OK; i++) {
        pl_str_reset(&s);
        tables[i].make(t, &s);
        rc = write_text(t->d->dir, tables[i].name, &s, e);
    }
    pl_str_clear(&s);
    return rc;
}

/* ensembles.csv; an earlier one goes where there are no averages, or none are wanted. */
static kn_status write_ensembles(const pl_table *t, kn_error *e)
{
    pl_str s;
    pl_str_init(&s);
    pl_ensembles_csv(t->d, t->ensembles, &s);
    char *path = pl_path_join(t->d->dir, "ensembles.csv");
    kn_status rc = KN_OK;
    if (t->ensembles->count > 0)
        rc = pl_write_file_if_changed(path, s.text, s.size, e);
    else if (pl_exists(path))
        rc = pl_remove_tree(path, e);
    free(path);
    pl_str_clear(&s);
    return rc;
}

/* The numbers of the sections that look into answers, one file each. */
static kn_status write_answer_tables(const pl_study_data *d, const pl_study_answers *answers,
                                     kn_error *e)
{
    pl_doubts doubts;
    pl_str s;
    kn_status rc;
    pl_str_init(&s);
    pl_scores_csv(d, answers, &s);
    KN_TRY_TO(rc, cleanup, write_text(d->dir, "scores.csv", &s, e));
    pl_str_reset(&s);
    pl_slices_csv(d, answers, &s);
    KN_TRY_TO(rc, cleanup, write_text(d->dir, "slices.csv", &s, e));
    pl_str_reset(&s);
    pl_doubts_of(d, answers, &doubts);
    pl_label_errors_csv(&doubts, &s);
    pl_doubts_clear(&doubts);
    KN_TRY_TO(rc, cleanup, write_text(d->dir, "label_errors.csv", &s, e));
    KN_TRY_TO(rc, cleanup, pl_told_write(d, e));
    rc = pl_effects_write(d, e);
cleanup:
    pl_str_clear(&s);
    return rc;
}

/* The sections, the figures they ask for, then the document in both its forms. Only the page needs the drawn figures. */
static kn_status write_document(const pl_report_context *c, int threads, kn_error *e)
{
    const char *dir = c->data->dir;
    char *plots = pl_path_join(dir, "plots");
    bool large = c->data->run_count > PL_DRAWN_ALL_RUNS && !c->drawn->all;
    pl_made_files made;
    pl_str text;
    pl_str_init(&text);
    kn_status rc = pl_report_sections(c, e);
    pl_made_files_of(c->doc, c->figures, &made);
    if (rc != KN_OK)
        goto cleanup;
    pl_doc_md(c->doc, &text);
    KN_TRY_TO(rc, cleanup, write_text(dir, "report.md", &text, e));
    KN_TRY_TO(rc, cleanup, pl_made_files_begin(dir, &made, e));
    KN_TRY_TO(rc, cleanup, pl_figures_draw(c->figures, plots, threads, e));
    pl_str_reset(&text);
    KN_TRY_TO(rc, cleanup,
              pl_doc_html(c->doc, c->data->name, dir, large ? ROOM_LARGE : ROOM, &text, e));
    KN_TRY_TO(rc, cleanup, write_text(dir, "report.html", &text, e));
    KN_TRY_TO(rc, cleanup, pl_figures_prune(c->figures, plots, pl_plot_heads, e));
    rc = pl_made_files_end(dir, &made, e);
cleanup:
    pl_made_files_clear(&made);
    pl_str_clear(&text);
    free(plots);
    return rc;
}

static void tell(const pl_study_data *d, const pl_lint *lint, size_t figures, pl_str *said)
{
    pl_str_addf(said, "%s/table.csv .md .tex: %d group%s\n%s/cost.csv\n", d->dir, d->group_count,
                d->group_count == 1 ? "" : "s", d->dir);
    pl_str_addf(said,
                "%s/plots: %zu figure%s, each as .svg, .png, .pdf and .csv\n%s/report.html .md\n",
                d->dir, figures, figures == 1 ? "" : "s", d->dir);
    if (pl_mixed_note(d, said))
        pl_str_add(said, "\n");
    pl_lint_text(lint, said);
}

/* Everything between the study read and the files written. */
typedef struct making {
    pl_study_answers answers;
    pl_marks marks;
    pl_ensembles ensembles;
    pl_lint lint;
    pl_report_spec spec;
    kn_arena arena; /* of spec */
    pl_drawn drawn;
    pl_doc doc;
    pl_figures figures;
    pl_shelf shelf;
    kn_pool *pool;
} making;

static void making_clear(making *m)
{
    pl_shelf_clear(&m->shelf);
    pl_figures_clear(&m->figures);
    pl_doc_clear(&m->doc);
    pl_drawn_clear(&m->drawn);
    pl_lint_clear(&m->lint);
    pl_ensembles_clear(&m->ensembles);
    pl_marks_clear(&m->marks);
    kn_arena_clear(&m->arena);
    pl_study_answers_clear(&m->answers);
    kn_pool_free(m->pool);
}

static kn_status making_begin(making *m, const pl_study_data *d, const pl_report_options *options,
                              kn_error *e)
{
    *m = (making){.marks = {.best = -1}};
    kn_arena_init(&m->arena);
    pl_doc_init(&m->doc);
    pl_figures_init(&m->figures);
    pl_drawn_choose(d, options->all_plots, &m->drawn);
    char *yaml = pl_path_join(d->dir, "study.yaml");
    kn_status rc = pl_report_spec_load(yaml, &m->arena, &m->spec, e);
    free(yaml);
    KN_TRY(rc);
    KN_TRY(kn_pool_new(options->threads > 0 ? options->threads : kn_cpu_count(), &m->pool, e));
    pl_shelf_init(&m->shelf, options->cache, m->pool);
    KN_TRY(pl_study_answers_read(d, &m->answers, e));
    pl_marks_make(d, &m->answers, &m->marks);
    if (m->spec.ensemble != PL_ENSEMBLE_NONE)
        KN_TRY(pl_ensembles_make(d, &m->answers, &m->ensembles, e));
    pl_lint_make(d, &m->marks, &m->lint);
    return KN_OK;
}

/* Tables first: they are there where gnuplot is not. */
static kn_status make_all(const pl_study_data *d, const pl_report_options *options, pl_str *said,
                          kn_error *e)
{
    making m;
    kn_status rc;
    const pl_table table = {d, &m.marks, &m.spec, &m.ensembles};
    const pl_report_context context = {.data = d,
                                       .answers = &m.answers,
                                       .table = &table,
                                       .lint = &m.lint,
                                       .drawn = &m.drawn,
                                       .shelf = &m.shelf,
                                       .doc = &m.doc,
                                       .figures = &m.figures};
    KN_TRY_TO(rc, cleanup, making_begin(&m, d, options, e));
    KN_TRY_TO(rc, cleanup, write_tables(&table, e));
    KN_TRY_TO(rc, cleanup, write_answer_tables(d, &m.answers, e));
    KN_TRY_TO(rc, cleanup, write_ensembles(&table, e));
    rc = write_document(&context, options->threads, e);
    if (rc == KN_OK && said)
        tell(d, &m.lint, m.figures.count, said);
cleanup:
    making_clear(&m);
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
    pl_study_folder_sweep(study_dir);
    pl_study_data d;
    kn_status read = pl_study_data_read(study_dir, &d, e);
    if (read != KN_OK) {
        pl_lock_close(lock);
        return read;
    }
    kn_status rc;
    KN_TRY_TO(rc, cleanup, pl_gather(&d, options.cache, options.threads, options.gather_until, e));
    rc = make_all(&d, &options, said, e);
cleanup:
    pl_study_data_clear(&d);
    pl_lock_close(lock);
    return rc;
}
