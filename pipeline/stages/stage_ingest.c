/* ingest: pictures and label table -> X.npy, y.npy, of several targets targets.csv, names.csv, attributes.npy, columns.csv,
 * pictures.npy, digests.npy, ingest.json. All sizes that miss are made in one pass over the pictures. */
#include <stdlib.h>
#include <string.h>

#include "data/ingest.h"
#include "stages/stage.h"

static int sources(const pl_run_spec *spec, const char *path[4])
{
    path[0] = spec->data.images;
    path[1] = spec->data.labels;
    return 2;
}

static bool same_targets(const pl_targets *a, const pl_targets *b)
{
    bool same = a->count == b->count;
    for (int i = 0; same && i < a->count; i++)
        same = strcmp(a->name[i], b->name[i]) == 0;
    return same;
}

/* Whether one pass serves both: only size, channels and filter may differ. */
static bool one_pass(const pl_data_spec *a, const pl_data_spec *b)
{
    return strcmp(a->images, b->images) == 0 && strcmp(a->labels, b->labels) == 0 &&
           same_targets(&a->target, &b->target) && a->max_bad == b->max_bad && a->limit == b->limit;
}

static kn_status pass(const pl_stage_job *jobs, int count, kn_error *e)
{
    const pl_data_spec *data = &jobs[0].spec->data;
    pl_ingest_output *outputs = calloc((size_t)count, sizeof *outputs);
    if (!outputs)
        return kn_fail(e, KN_ENOMEM, "no memory for %d outputs", count);
    for (int i = 0; i < count; i++) {
        const pl_data_spec *d = &jobs[i].spec->data;
        outputs[i] = (pl_ingest_output){.w = d->width,
                                        .h = d->height,
                                        .channels = d->channels,
                                        .filter = d->filter,
                                        .dir = jobs[i].out};
        fprintf(jobs[0].log, "ingest %s: %d x %d, %d channel%s, filter %s\n", data->images,
                d->width, d->height, d->channels, d->channels == 1 ? "" : "s",
                kn_filter_names[d->filter]);
    }
    pl_progress *progress = pl_progress_new("ingest", "images", 0);
    const pl_ingest_request request = {.images = data->images,
                                       .labels = data->labels,
                                       .target = data->target.name,
                                       .targets = data->target.count,
                                       .outputs = outputs,
                                       .output_count = count,
                                       .max_bad = data->max_bad,
                                       .limit = data->limit,
                                       .pool = jobs[0].pool,
                                       .progress = progress,
                                       .log = jobs[0].log};
    pl_ingest_counts counts;
    kn_status rc = pl_ingest_run(&request, &counts, e);
    pl_progress_end(progress);
    free(outputs);
    if (rc != KN_OK)
        return rc;
    fprintf(jobs[0].log,
            "%lld images; of %lld pictures %lld unlabelled, %lld broken; %lld labels without a "
            "picture\n",
            (long long)counts.images, (long long)counts.pictures, (long long)counts.unlabelled,
            (long long)counts.broken, (long long)counts.labels_without_image);
    if (counts.unknown > 0)
        pl_info(
            "ingest: %lld labels of several targets are not known and count nothing (the log has "
            "them by target)",
            (long long)counts.unknown);
    if (counts.broken + counts.unlabelled > 0)
        pl_warn("ingest: %lld broken and %lld unlabelled pictures are left out (named in the log "
                "and the report)",
                (long long)counts.broken, (long long)counts.unlabelled);
    return KN_OK;
}

/* Jobs of equal sources may still differ in target, limit or max_bad: a pass for each such group.
 */
static kn_status run(const pl_stage_job *jobs, int count, kn_error *e)
{
    pl_stage_job *group = calloc((size_t)count, sizeof *group);
    kn_status rc = group ? KN_OK : kn_fail(e, KN_ENOMEM, "no memory for %d jobs", count);
    for (int i = 0; i < count && rc == KN_OK; i++) {
        int n = 0;
        bool taken = false;
        for (int k = 0; k < i; k++)
            taken = taken || one_pass(&jobs[k].spec->data, &jobs[i].spec->data);
        for (int k = i; k < count && !taken; k++)
            if (one_pass(&jobs[k].spec->data, &jobs[i].spec->data))
                group[n++] = jobs[k];
        if (n > 0)
            rc = pass(group, n, e);
    }
    free(group);
    return rc;
}

const pl_stage pl_stage_ingest = {
    .name = "ingest",
    .version = 2,
    .keys = PL_KEY_INGEST,
    .sources = sources,
    .joint = true,
    .run = run,
};
