/* From JPEGs in a zip to arrays of 50x50 and 100x100: bare libjpeg-turbo on one core, facet's
 * decoder on one core, and the whole of ingest on all cores. The pictures are drawn faces. */
#include "bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>

#include "base/cpu.h"
#include "data/decode.h"
#include "data/faces.h"
#include "data/ingest.h"
#include "data/source.h"
#include "util/fs.h"
#include "util/str.h"

enum { SAMPLE = 500, SIZES = 2 };

static const char *const target_male[] = {"Male"};

static const int sizes[SIZES] = {50, 100};

typedef struct run {
    int pictures;
    kn_filter filter;
    kn_pool *pool;
    char *dir, *archive, *labels,
        *out[2]; /* out: a folder for the timed arrays, one for the others */
    pl_picture picture[SAMPLE];
    int sample;
    pl_image image, other;
    kn_status status;
} run;

static void decode_bare(const pl_picture *p, pl_image *out)
{
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, p->bytes, (unsigned long)p->size);
    jpeg_read_header(&jpeg, TRUE);
    jpeg.out_color_space = JCS_GRAYSCALE;
    jpeg_start_decompress(&jpeg);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = out->pixels + (size_t)jpeg.output_scanline * jpeg.output_width;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
}

static void step_bare(void *context, size_t item)
{
    run *r = context;
    decode_bare(&r->picture[item % (size_t)r->sample], &r->other);
}

static void step_decode(void *context, size_t item)
{
    run *r = context;
    const pl_picture *p = &r->picture[item % (size_t)r->sample];
    kn_status rc = pl_decode(p->bytes, p->size, 1, &r->image, NULL);
    r->status = r->status == KN_OK ? rc : r->status;
}

static kn_status ingest(const run *r, const char *out, kn_pool *pool, kn_error *e)
{
    char *dir[SIZES];
    pl_ingest_output outputs[SIZES];
    kn_status rc = KN_OK;
    for (int i = 0; i < SIZES; i++) {
        dir[i] = pl_format("%s/%d", out, sizes[i]);
        outputs[i] = (pl_ingest_output){sizes[i], sizes[i], 1, r->filter, dir[i]};
        if (rc == KN_OK)
            rc = pl_make_dirs(dir[i], e);
    }
    const pl_ingest_request request = {.images = r->archive,
                                       .labels = r->labels,
                                       .target = target_male,
                                       .targets = 1,
                                       .outputs = outputs,
                                       .output_count = SIZES,
                                       .pool = pool};
    if (rc == KN_OK)
        rc = pl_ingest_run(&request, NULL, e);
    for (int i = 0; i < SIZES; i++)
        free(dir[i]);
    return rc;
}

static void step_ingest(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_status rc = ingest(r, r->out[0], r->pool, NULL);
    r->status = r->status == KN_OK ? rc : r->status;
}

static kn_status load_sample(run *r, kn_error *e)
{
    pl_source *source = NULL;
    bool end = false;
    KN_TRY(pl_source_open(r->archive, &source, e));
    kn_status rc = KN_OK;
    while (rc == KN_OK && !end && r->sample < SAMPLE) {
        rc = pl_source_next(source, &r->picture[r->sample], &end, e);
        r->sample += rc == KN_OK && !end;
    }
    pl_source_close(source);
    return rc;
}

static kn_status run_init(run *r, kn_error *e)
{
    const char *tmp = getenv("TMPDIR");
    r->dir = pl_format("%s/facet-bench-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(r->dir)) {
        r->dir[0] = '\0';
        return kn_fail_errno(e, KN_EIO, "cannot make a folder for the pictures");
    }
    r->archive = pl_path_join(r->dir, "img_align_celeba.zip");
    r->labels = pl_path_join(r->dir, "list_attr_celeba.csv");
    r->out[0] = pl_path_join(r->dir, "timed");
    r->out[1] = pl_path_join(r->dir, "one");
    KN_TRY(kn_pool_new(kn_cpu_count(), &r->pool, e));
    KN_TRY(pl_faces_write(r->dir, r->pictures, 1, r->pool, NULL, NULL, e));
    return load_sample(r, e);
}

static void run_clear(run *r)
{
    if (r->dir && *r->dir)
        pl_remove_tree(r->dir, NULL);
    for (int i = 0; i < r->sample; i++)
        free(r->picture[i].bytes);
    pl_image_clear(&r->image);
    pl_image_clear(&r->other);
    kn_pool_free(r->pool);
    free(r->archive);
    free(r->labels);
    free(r->out[0]);
    free(r->out[1]);
    free(r->dir);
}

static kn_status same_arrays(const run *r, int size, kn_error *e)
{
    char *text[2] = {NULL, NULL};
    size_t bytes[2] = {0, 0};
    kn_status rc = KN_OK;
    for (int i = 0; i < 2 && rc == KN_OK; i++) {
        char *path = pl_format("%s/%d/X.npy", r->out[i], size);
        rc = pl_read_file(path, (size_t)1 << 32, &text[i], &bytes[i], e);
        free(path);
    }
    if (rc == KN_OK && (bytes[0] != bytes[1] || memcmp(text[0], text[1], bytes[0]) != 0))
        rc = kn_fail(e, KN_ENUMERIC, "%d threads give other pixels at %dx%d than one",
                     kn_pool_size(r->pool), size, size);
    free(text[0]);
    free(text[1]);
    return rc;
}

/* Every picture of the sample as libjpeg-turbo alone decodes it; the arrays as one thread makes
 * them. */
static kn_status verify(run *r, kn_error *e)
{
    for (int i = 0; i < r->sample; i++) {
        const pl_picture *p = &r->picture[i];
        KN_TRY(pl_decode(p->bytes, p->size, 1, &r->image, e));
        KN_TRY(pl_decode(p->bytes, p->size, 1, &r->other, e));
        size_t bytes = (size_t)r->image.w * (size_t)r->image.h;
        memset(r->other.pixels, 0, bytes);
        decode_bare(p, &r->other);
        if (memcmp(r->image.pixels, r->other.pixels, bytes) != 0)
            return kn_fail(e, KN_ENUMERIC, "picture %d is not what libjpeg-turbo decodes", i);
    }
    kn_pool *one = NULL;
    KN_TRY(kn_pool_new(1, &one, e));
    kn_status rc = ingest(r, r->out[1], one, e);
    kn_pool_free(one);
    KN_TRY(rc);
    KN_TRY(ingest(r, r->out[0], r->pool, e));
    for (int i = 0; i < SIZES; i++)
        KN_TRY(same_arrays(r, sizes[i], e));
    return KN_OK;
}

static kn_status time_all(run *r, kn_error *e)
{
    char threads[32];
    snprintf(threads, sizeof threads, "%d threads", kn_pool_size(r->pool));
    const bench_row rows[] = {
        {.pass = "decode", .variant = "libjpeg-turbo alone", .images = 1, .step = step_bare},
        {.pass = "decode", .variant = "one core", .images = 1, .step = step_decode},
        {.pass = "ingest", .variant = threads, .images = r->pictures, .step = step_ingest},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bench_row row = rows[i];
        row.context = r;
        bench_time(&row);
    }
    return r->status == KN_OK ? KN_OK : kn_fail(e, r->status, "a picture could not be read");
}

static kn_status parse(const char *problem, run *r, kn_error *e)
{
    char filter[16] = "";
    int end = 0;
    sscanf(problem, "faces%d/%15[a-z]%n", &r->pictures, filter, &end);
    for (int i = 0; end && !problem[end] && r->pictures > 0 && i < KN_FILTER_COUNT; i++)
        if (strcmp(filter, kn_filter_names[i]) == 0) {
            r->filter = (kn_filter)i;
            return KN_OK;
        }
    return kn_fail(e, KN_EUSAGE, "\"%s\" is not like faces2000/linear", problem);
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    run *r = calloc(1, sizeof *r);
    if (!r)
        return kn_fail(e, KN_ENOMEM, "no memory");
    kn_status rc = parse(problem, r, e);
    if (rc == KN_OK)
        rc = run_init(r, e);
    if (rc == KN_OK)
        rc = verify(r, e);
    if (rc == KN_OK)
        rc = time_all(r, e);
    run_clear(r);
    free(r);
    return rc;
}

static const char *const problems[] = {"faces2000/linear", "faces2000/triangle", NULL};

const bench bench_ingest = {"ingest", "JPEGs in a zip to 50x50 and 100x100, e.g. faces2000/linear",
                            problems, run_problem};
