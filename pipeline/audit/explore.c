#include "audit/explore.h"

#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/audit_figures.h"
#include "audit/augment_sheet.h"
#include "run/make_node.h"
#include "util/fs.h"

/* Brings a node of the first run into the cache. */
static kn_status have(pl_plan *plan, pl_stage_id stage, const pl_node_tools *tools, kn_error *e)
{
    int node = plan->run[0].node[stage];
    KN_TRY(pl_plan_look_up(plan, node, e));
    return plan->node[node].state == PL_NODE_HIT ? KN_OK
                                                 : pl_make_nodes(plan, &node, 1, tools, NULL, e);
}

/* The pixels and the sides of the first run. */
static kn_status have_data(pl_plan *plan, const pl_node_tools *tools, kn_error *e)
{
    KN_TRY(have(plan, PL_INGEST, tools, e));
    return have(plan, PL_SPLIT, tools, e);
}

static kn_status make(pl_plan *plan, int threads, pl_entry *audit, kn_error *e)
{
    pl_node_tools tools = {.threads = threads, .jobs = 1};
    KN_TRY(kn_pool_new(threads, &tools.pool, e));
    kn_status rc = have_data(plan, &tools, e);
    if (rc == KN_OK) {
        const pl_audit_input in = {.ingest = &plan->node[plan->run[0].node[PL_INGEST]].entry,
                                   .split = &plan->node[plan->run[0].node[PL_SPLIT]].entry,
                                   .study = plan->study->name,
                                   .identity = plan->study->runs[0].spec.data.identity};
        const pl_audit_tools with = {.pool = tools.pool};
        rc = pl_audit_make(plan->store, &in, &with, audit, e);
    }
    kn_pool_free(tools.pool);
    return rc;
}

/* The study with one of its runs alone. Borrows everything; the plan of one run costs the same for any sweep. */
static pl_study study_of_run(const pl_study *study, int run)
{
    pl_study one = *study;
    one.runs += run;
    one.run_count = 1;
    return one;
}

kn_status pl_explore(const pl_study *study, pl_store *store, const char *results, int threads,
                     pl_entry *audit, kn_error *e)
{
    const pl_study first = study_of_run(study, 0);
    pl_plan plan;
    KN_TRY(pl_plan_make(&first, pl_stages, store, results, &plan, e));
    kn_status rc = make(&plan, threads, audit, e);
    pl_plan_clear(&plan);
    return rc;
}

static kn_status draw_sheet(pl_plan *plan, int threads, pl_explore_sheet *sheet, kn_error *e)
{
    pl_node_tools tools = {.threads = threads, .jobs = 1};
    const pl_study *study = plan->study;
    char *dir = pl_path_dir(sheet->path);
    kn_status rc = kn_pool_new(threads, &tools.pool, e);
    if (rc == KN_OK)
        rc = have_data(plan, &tools, e);
    if (rc == KN_OK)
        rc = pl_make_dirs(dir, e);
    if (rc == KN_OK)
        rc = pl_augment_sheet_write(&study->runs[0].spec, study->name,
                                    plan->node[plan->run[0].node[PL_INGEST]].entry.dir,
                                    plan->node[plan->run[0].node[PL_SPLIT]].entry.dir,
                                    sheet->images, sheet->path, &sheet->shown, e);
    kn_pool_free(tools.pool);
    free(dir);
    return rc;
}

kn_status pl_explore_augment(const pl_study *study, pl_store *store, const char *results,
                             int threads, pl_explore_sheet *sheet, kn_error *e)
{
    int run = 0;
    pl_plan plan;
    while (run < study->run_count && !kn_augment_does(&study->runs[run].spec.augment))
        run++;
    if (run == study->run_count)
        return kn_fail(e, KN_EUSAGE,
                       "%s: nothing changes the training images; augment says how, as in augment: "
                       "{flip: 0.5, shift: 0.1}",
                       study->path);
    const pl_study with = study_of_run(study, run);
    KN_TRY(pl_plan_make(&with, pl_stages, store, results, &plan, e));
    kn_status rc = draw_sheet(&plan, threads, sheet, e);
    if (rc == KN_OK)
        pl_augment_words(&with.runs[0].spec, &sheet->words);
    pl_plan_clear(&plan);
    return rc;
}

/* Files of the audit and their names in explore/. */
static const struct {
    const char *file, *as;
    bool pairs;
} tables[] = {{"attribute_counts.csv", "attributes.csv", false},
              {"balance.csv", "balance.csv", false},
              {"correlations.csv", "correlations.csv", false},
              {"drift.csv", "drift.csv", false},
              {"identical.csv", "duplicates.csv", true},
              {"near_pairs.csv", "near_pairs.csv", true},
              {"people.csv", "people.csv", false},
              {"left_out.csv", "left_out.csv", false}};

static kn_status copy_table(const char *from_dir, const char *file, const char *to_dir,
                            const char *as, kn_error *e)
{
    char *from = pl_path_join(from_dir, file), *to = pl_path_join(to_dir, as), *text = NULL;
    size_t size;
    kn_status rc = pl_read_file(from, SIZE_MAX / 2, &text, &size, e);
    if (rc == KN_OK)
        rc = pl_write_file_if_changed(to, text, size, e);
    free(text);
    free(from);
    free(to);
    return rc;
}

kn_status pl_explore_write(const pl_audit_view *v, const pl_entry *audit, bool pairs,
                           const char *dir, int threads, kn_error *e)
{
    pl_figures f;
    KN_TRY(pl_make_dirs(dir, e));
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (pairs || !tables[i].pairs)
            KN_TRY(copy_table(audit->dir, tables[i].file, dir, tables[i].as, e));
    pl_figures_init(&f);
    const pl_audit_figures_style style = {.prefix = "", .source = NULL, .csv = false};
    pl_audit_figures_add(v, &style, &f);
    kn_status rc = pl_figures_draw(&f, dir, threads, e);
    pl_figures_clear(&f);
    return rc;
}
