#include "report/sections.h"

#include "audit/audit_section.h"
#include "compare/effects_section.h"
#include "compare/ensembles_section.h"
#include "compare/pareto.h"
#include "compare/told_section.h"
#include "insight/labels.h"
#include "insight/robust_section.h"
#include "insight/scores.h"
#include "insight/sheets_section.h"
#include "insight/slices.h"
#include "report/comparison.h"
#include "insight/weights_section.h"
#include "report/page_parts.h"
#include "report/plots.h"

static kn_status summary(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_page_summary(c->data, c->doc);
    return KN_OK;
}

static kn_status overview(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_page_overview(c->data, c->doc);
    return KN_OK;
}

static kn_status results(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_table_section(c->table, c->drawn, c->doc);
    return KN_OK;
}

static kn_status lint(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_lint_section(c->lint, c->doc);
    return KN_OK;
}

static kn_status comparison(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_comparison_section(c->table, c->doc, c->figures);
    return KN_OK;
}

/* Every figure made from the study's tables alone, those of groups too, and here those of the study as a whole. */
static kn_status overall(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_plots_add(c->data, c->drawn, pl_study_target(c->data), c->figures);
    pl_page_overall(c->data, c->doc);
    return KN_OK;
}

static kn_status classes(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_classes_section(c->data, c->answers, c->doc, c->figures);
    return KN_OK;
}

static kn_status ensembles(const pl_report_context *c, kn_error *e)
{
    (void)e;
    if (c->table->spec->ensemble != PL_ENSEMBLE_NONE)
        pl_ensembles_section(c->data, c->table->ensembles, c->doc);
    return KN_OK;
}

static kn_status told(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_told_section(c->data, c->drawn, c->doc, c->figures);
    return KN_OK;
}

static kn_status effects(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_effects_section(c->data, c->doc, c->figures);
    return KN_OK;
}

static kn_status pareto(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_pareto_section(c->data, c->doc, c->figures);
    return KN_OK;
}

static kn_status robust(const pl_report_context *c, kn_error *e)
{
    return pl_robust_section(c->data, c->doc, c->figures, e);
}

static kn_status label_errors(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_label_errors_section(c->data, c->answers, c->doc, c->figures);
    return KN_OK;
}

static kn_status audit(const pl_report_context *c, kn_error *e)
{
    return pl_audit_section(c->data->dir, c->doc, c->figures, e);
}

static kn_status failures(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_page_failures(c->data, c->doc);
    return KN_OK;
}

static kn_status cost(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_page_cost(c->data, c->drawn, c->doc);
    return KN_OK;
}

static kn_status data(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_page_data(c->data, c->doc);
    return KN_OK;
}

static kn_status identity(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_page_identity(c->data, c->doc);
    return KN_OK;
}

static kn_status spec(const pl_report_context *c, kn_error *e)
{
    (void)e;
    pl_page_spec(c->data, c->doc);
    return KN_OK;
}

static kn_status group_head(const pl_report_context *c, int group, kn_error *e)
{
    (void)e;
    pl_page_group_head(c->data, group, c->doc);
    return KN_OK;
}

static kn_status group_runs(const pl_report_context *c, int group, kn_error *e)
{
    (void)e;
    pl_page_group_runs(c->data, c->drawn, group, c->doc);
    return KN_OK;
}

static kn_status group_scores(const pl_report_context *c, int group, kn_error *e)
{
    (void)e;
    pl_group_scores_section(c->data, c->answers, group, c->doc, c->figures);
    return KN_OK;
}

static kn_status group_slices(const pl_report_context *c, int group, kn_error *e)
{
    (void)e;
    pl_group_slices_section(c->data, c->answers, group, c->doc, c->figures);
    return KN_OK;
}

static kn_status group_pictures(const pl_report_context *c, int group, kn_error *e)
{
    return pl_group_pictures_section(c->data, c->answers, group, c->shelf, c->doc, e);
}

static kn_status group_weights(const pl_report_context *c, int group, kn_error *e)
{
    return pl_group_weights_section(c->data, group, c->doc, e);
}

/* The parts of a group's section, in their order: curves and confusion, its runs, what looks into its answers. */
static kn_status (*const of_group[])(const pl_report_context *, int, kn_error *) = {
    group_head, group_runs, group_scores, group_slices, group_pictures, group_weights,
};

static kn_status groups(const pl_report_context *c, kn_error *e)
{
    pl_page_groups_head(c->data, c->drawn, c->doc);
    for (int g = 0; g < c->data->group_count; g++) {
        for (size_t k = 0; c->drawn->group[g] && k < sizeof of_group / sizeof of_group[0]; k++)
            KN_TRY(of_group[k](c, g, e));
    }
    return KN_OK;
}

/* The order of the report: what came out, what to beware of, then how it came about. */
static kn_status (*const in_order[])(const pl_report_context *, kn_error *) = {
    summary, lint,     overview, results, comparison,   overall, ensembles, told, effects,  pareto,
    classes, failures, groups,   robust,  label_errors, audit,   cost,      data, identity, spec,
};

kn_status pl_report_sections(const pl_report_context *c, kn_error *e)
{
    for (size_t k = 0; k < sizeof in_order / sizeof in_order[0]; k++)
        KN_TRY(in_order[k](c, e));
    return KN_OK;
}
