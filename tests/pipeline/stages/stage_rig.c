#include "stage_rig.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/npy.h"
#include "tst.h"
#include "util/fs.h"
#include "util/log.h"

/* Every bit of the result depends on every bit of both. */
static uint32_t mix(uint32_t a, uint32_t b)
{
    uint32_t z = a * 0x9E3779B9u + b * 0x85EBCA6Bu + 1u;
    z ^= z >> 16;
    z *= 0x7FEB352Du;
    z ^= z >> 15;
    z *= 0x846CA68Bu;
    z ^= z >> 16;
    return z;
}

/* What the picture shows. */
static uint8_t kind(uint32_t image)
{
    return mix(image, 100000) % 100 < 40;
}

uint8_t stage_rig_label(uint32_t image)
{
    return mix(image, 300000) % 100 < 8 ? !kind(image) : kind(image);
}

uint8_t stage_rig_pixel(uint32_t image, uint32_t pixel)
{
    uint32_t noise = mix(image, pixel) & 255, bright = mix(image, 200000) & 255;
    uint32_t bump = pixel / 4 % 2 == kind(image) ? 255 : 0;
    return (uint8_t)((12 * noise + 5 * bright + 3 * bump) / 20);
}

uint32_t stage_rig_image(const stage_rig *r, int side, int j)
{
    int before = 0;
    for (int s = 0; s < side; s++)
        before += r->side[s];
    return (uint32_t)((37 * (before + j) + 11) % r->count);
}

static void write_npy(const char *dir, const char *name, pl_npy_type type, int rank,
                      const int64_t *dim, const void *data)
{
    char *path = pl_path_join(dir, name);
    TST_OK(pl_npy_write(path, type, rank, dim, data, e));
    free(path);
}

static void write_ingest(const stage_rig *r, int size)
{
    size_t pixels = (size_t)(size * size), n = (size_t)r->count;
    uint8_t *x = malloc(n * pixels), *y = malloc(n);
    CU_ASSERT_TRUE_FATAL(x && y);
    pl_str names;
    pl_str_init(&names);
    pl_str_add(&names, "image\n");
    for (size_t i = 0; i < n; i++) {
        y[i] = stage_rig_label((uint32_t)i);
        for (size_t k = 0; k < pixels; k++)
            x[i * pixels + k] = stage_rig_pixel((uint32_t)i, (uint32_t)k);
        pl_str_addf(&names, "%06zu.jpg\n", i + 1);
    }
    write_npy(r->ingest, "X.npy", PL_NPY_U1, 4, (const int64_t[]){r->count, size, size, 1}, x);
    write_npy(r->ingest, "y.npy", PL_NPY_U1, 1, (const int64_t[]){r->count}, y);
    char *path = pl_path_join(r->ingest, "names.csv");
    tst_write_text(path, names.text);
    free(path);
    pl_str_clear(&names);
    free(x);
    free(y);
}

static void write_split(const stage_rig *r)
{
    static const char *const file[] = {"train.npy", "val.npy", "test.npy"};
    for (int s = 0; s < 3; s++) {
        uint32_t *index = malloc(((size_t)r->side[s] + 1) * sizeof *index);
        CU_ASSERT_PTR_NOT_NULL_FATAL(index);
        for (int j = 0; j < r->side[s]; j++)
            index[j] = stage_rig_image(r, s, j);
        write_npy(r->split, file[s], PL_NPY_U4, 1, (const int64_t[]){r->side[s]}, index);
        free(index);
    }
}

void stage_rig_init(stage_rig *r, int size, int train, int val, int test)
{
    *r = (stage_rig){.size = size, .count = train + val + test, .side = {train, val, test}};
    pl_log_init((pl_log_options){.level = PL_QUIET, .color = 0});
    kn_arena_init(&r->arena);
    r->ingest = pl_strdup(tst_path("ingest"));
    r->split = pl_strdup(tst_path("split"));
    TST_OK(pl_make_dirs(r->ingest, e));
    TST_OK(pl_make_dirs(r->split, e));
    CU_ASSERT_NOT_EQUAL_FATAL(r->count % 37, 0);
    write_ingest(r, size);
    write_split(r);
    stage_rig_threads(r, 1);
}

void stage_rig_clear(stage_rig *r)
{
    kn_pool_free(r->pool);
    kn_arena_clear(&r->arena);
    free(r->ingest);
    free(r->split);
    pl_log_init((pl_log_options){.level = PL_NORMAL, .color = -1});
}

void stage_rig_spec(stage_rig *r, const char *canonical)
{
    TST_OK(pl_spec_from_canonical(canonical, &r->arena, &r->spec, e));
    r->spec.data.width = r->spec.data.height = r->size;
}

void stage_rig_threads(stage_rig *r, int threads)
{
    kn_pool_free(r->pool);
    TST_OK(kn_pool_new(threads, &r->pool, e));
}

const char *stage_rig_path(const char *name, const char *file)
{
    return tst_path("%s/%s", name, file);
}

char *stage_rig_text(const char *name, const char *file)
{
    return tst_read(stage_rig_path(name, file), NULL);
}

static void make_folder(const char *path)
{
    TST_OK(pl_make_dirs(path, e));
}

static void fresh_folder(const char *path)
{
    TST_OK(pl_remove_tree(path, e));
    make_folder(path);
}

static kn_status run_stage(stage_rig *r, const pl_stage *stage, const char *name, kn_error *e)
{
    char *out = pl_strdup(stage_rig_path(name, stage->name));
    char *work = pl_strdup(stage_rig_path(name, "work"));
    char *train = pl_strdup(stage_rig_path(name, "train"));
    fresh_folder(out);
    make_folder(work);
    FILE *log = fopen(stage_rig_path(name, "log.txt"), "a");
    CU_ASSERT_PTR_NOT_NULL_FATAL(log);
    const pl_stage_job job = {.spec = &r->spec,
                              .dir = {r->ingest, r->split, train, NULL},
                              .out = out,
                              .work = work,
                              .title = name,
                              .pool = r->pool,
                              .log = log};
    kn_status rc = stage->run(&job, 1, e);
    fclose(log);
    free(out);
    free(work);
    free(train);
    return rc;
}

kn_status stage_rig_train(stage_rig *r, const char *name, kn_error *e)
{
    return run_stage(r, &pl_stage_train, name, e);
}

kn_status stage_rig_evaluate(stage_rig *r, const char *name, kn_error *e)
{
    return run_stage(r, &pl_stage_evaluate, name, e);
}

char *stage_rig_epochs(const char *name)
{
    char *text = stage_rig_text(name, "train/epochs.csv");
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    pl_str s;
    pl_str_init(&s);
    for (const char *line = text; *line;) {
        size_t n = strcspn(line, "\n"), keep = n;
        for (int column = 0; column < 2; column++)
            while (keep > 0 && line[--keep] != ',')
                ;
        pl_str_add_bytes(&s, line, keep);
        pl_str_add(&s, "\n");
        line += n + (line[n] == '\n');
    }
    free(text);
    return pl_str_take(&s);
}

bool stage_rig_same(const char *a, const char *b)
{
    size_t na = 0, nb = 0;
    char *model_a = tst_read(stage_rig_path(a, "train/model.safetensors"), &na);
    char *model_b = tst_read(stage_rig_path(b, "train/model.safetensors"), &nb);
    char *epochs_a = stage_rig_epochs(a), *epochs_b = stage_rig_epochs(b);
    bool same_model = model_a && model_b && na == nb && memcmp(model_a, model_b, na) == 0;
    bool same_epochs = strcmp(epochs_a, epochs_b) == 0;
    free(model_a);
    free(model_b);
    free(epochs_a);
    free(epochs_b);
    return same_model && same_epochs;
}

static int saved_stderr = -1;

void stage_rig_stderr_begin(void)
{
    int fd = open(tst_path("stderr.txt"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CU_ASSERT_TRUE_FATAL(fd >= 0);
    fflush(stderr);
    saved_stderr = dup(STDERR_FILENO);
    dup2(fd, STDERR_FILENO);
    close(fd);
}

char *stage_rig_stderr_end(void)
{
    fflush(stderr);
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    return tst_read(tst_path("stderr.txt"), NULL);
}
