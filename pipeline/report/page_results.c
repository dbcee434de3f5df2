#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "report/page_curves.h"
#include "report/page_parts.h"
#include "report/page_source.h"
#include "report/plot_bodies.h"
#include "report/table.h"

/* The columns that name a group: its swept keys, or its name where nothing is swept. */
static void add_name_columns(const pl_study_data *d, pl_doc *doc)
{
    if (d->axis_count == 0)
        pl_doc_column(doc, "group", false, NULL);
    for (int a = 0; a < d->axis_count; a++) {
        const char *name = pl_axis_short(d, a);
        char *help = strcmp(name, d->axis[a]) != 0 ? pl_format("the key `%s`", d->axis[a]) : NULL;
        pl_doc_column(doc, name, false, help);
        free(help);
    }
}

/* The cells, the first linked to the group's own section where it has one. */
static void add_names(const pl_study_data *d, const pl_drawn *drawn, int group, pl_doc *doc)
{
    const pl_report_group *g = &d->group[group];
    char id[PL_GROUP_ID];
    for (int a = 0; a < d->axis_count || a == 0; a++) {
        const char *text = d->axis_count ? g->value[a] : g->label;
        pl_doc_cell(doc, text, (double)NAN, PL_CELL_HEAD);
        if (a == 0 && text[0] && drawn->group[group])
            pl_doc_cell_link(doc, pl_page_group_id(group, id));
    }
}

void pl_page_overall(const pl_study_data *d, pl_doc *doc)
{
    if (pl_study_has_progress(d)) {
        char *data = pl_page_progress_json(d);
        pl_doc_figure(doc, "progress",
                      "Validation accuracy after each epoch, the mean over the seeds of a group; "
                      "the lines of groups that "
                      "were stopped end there.",
                      "Lines of validation accuracy against epoch, one per group.", data);
        free(data);
    }
}

void pl_page_cost(const pl_study_data *d, const pl_drawn *drawn, pl_doc *doc)
{
    char text[PL_NUMBER_TEXT];
    char *source = pl_page_source(d, -1), *caption = pl_format("Cost per group: %s.", source);
    pl_doc_heading(doc, 2, "cost", "Cost");
    pl_doc_text(doc, PL_TONE_SOFT,
                "Means over the seeds, on the machines the runs were made on. Images/s count "
                "training steps only.");
    pl_doc_table(doc, "table-cost", caption, true);
    add_name_columns(d, doc);
    pl_doc_column(doc, "parameters", true, NULL);
    pl_doc_column(doc, "training time", true, "filtered and sorted in seconds");
    pl_doc_column(doc, "images/s", true, NULL);
    for (int i = 0; i < d->group_count; i++) {
        const pl_report_group *g = &d->group[i];
        double seconds = g->summary[PL_TRAIN_SECONDS].mean;
        double speed = g->summary[PL_IMAGES_PER_SECOND].mean;
        long long params = strtoll(d->run[g->run[0]].params, NULL, 10);
        add_names(d, drawn, i, doc);
        pl_doc_cell(doc, params > 0 ? pl_human_count(params, text, sizeof text) : "-",
                    params > 0 ? (double)params : (double)NAN, 0);
        pl_doc_cell(doc, isnan(seconds) ? "-" : pl_human_seconds(seconds, text, sizeof text),
                    seconds, 0);
        pl_doc_cell(doc, isnan(speed) ? "-" : pl_human_count(llround(speed), text, sizeof text),
                    speed, 0);
    }
    pl_doc_table_end(doc);
    free(caption);
    free(source);
}
