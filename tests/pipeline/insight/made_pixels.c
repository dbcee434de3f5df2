#include "pipeline/insight/made_pixels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/store.h"
#include "io/npy.h"
#include "tst.h"
#include "util/fs.h"

enum { TRAIN = 30, VAL = 10 };

static pl_digest key_of(const char *stage, int channels)
{
    char text[64];
    snprintf(text, sizeof text, "%s %d", stage, channels);
    return pl_digest_text(text);
}

static void add_entry(pl_store *s, const char *stage, int channels,
                      void (*fill)(const char *, int, int), int names)
{
    pl_digest key = key_of(stage, channels);
    pl_making m;
    bool exists = false;
    TST_OK(pl_store_begin(s, stage, &key, &exists, &m, e));
    CU_ASSERT_FALSE_FATAL(exists);
    fill(m.out_dir, channels, names);
    TST_OK(pl_store_commit(s, &m, NULL, e));
}

static void write_npy(const char *dir, const char *name, pl_npy_type type, int rank,
                      const int64_t *dim, const void *data)
{
    char *path = pl_path_join(dir, name);
    TST_OK(pl_npy_write(path, type, rank, dim, data, e));
    free(path);
}

static void fill_ingest(const char *dir, int channels, int names)
{
    static uint8_t x[MADE_IMAGES * MADE_WIDTH * MADE_HEIGHT * 3];
    uint8_t y[MADE_IMAGES], *at = x;
    const int64_t dim[4] = {MADE_IMAGES, MADE_HEIGHT, MADE_WIDTH, channels};
    pl_str csv;
    pl_str_init(&csv);
    pl_str_add(&csv, "image\n");
    for (int i = 0; i < MADE_IMAGES; i++) {
        y[i] = i % 3 == 0;
        if (i < names)
            pl_str_addf(&csv, "%06d.jpg\n", i);
        for (int v = 0; v < MADE_HEIGHT; v++)
            for (int u = 0; u < MADE_WIDTH; u++)
                for (int k = 0; k < channels; k++)
                    *at++ = (uint8_t)((i * 37 + v * 91 + u * 13 + k * 53 + i * u * v * 7) % 256);
    }
    write_npy(dir, "X.npy", PL_NPY_U1, 4, dim, x);
    write_npy(dir, "y.npy", PL_NPY_U1, 1, dim, y);
    char *path = pl_path_join(dir, "names.csv");
    tst_write(path, csv.text, csv.size);
    free(path);
    pl_str_clear(&csv);
}

static void fill_split(const char *dir, int channels, int names)
{
    uint32_t index[MADE_IMAGES];
    const struct {
        const char *name;
        int from;
        int64_t count;
    } sides[] = {{"train.npy", 0, TRAIN},
                 {"val.npy", TRAIN, VAL},
                 {"test.npy", TRAIN + VAL, MADE_IMAGES - TRAIN - VAL}};
    (void)channels;
    (void)names;
    for (uint32_t i = 0; i < MADE_IMAGES; i++)
        index[i] = i;
    for (size_t k = 0; k < 3; k++)
        write_npy(dir, sides[k].name, PL_NPY_U4, 1, &sides[k].count, index + sides[k].from);
}

void made_cache(const made_study *m, int channels, int names)
{
    pl_store *s = NULL;
    TST_OK(pl_store_open(m->cache, &s, e));
    add_entry(s, "ingest", channels, fill_ingest, names);
    add_entry(s, "split", channels, fill_split, names);
    pl_store_close(s);
}

static void init_images(made_study *m)
{
    pl_image_set *set = &m->images;
    for (int i = TRAIN; i < MADE_IMAGES; i++) {
        size_t at = set->count++;
        snprintf(m->text[at], sizeof m->text[at], "%06d.jpg", i);
        m->name[at] = m->text[at];
        m->label[at] = i % 3 == 0;
        m->side[at] = i < TRAIN + VAL ? PL_SIDE_VAL : PL_SIDE_TEST;
        m->probability[0][at] = ((float)((i * 29) % 100) + 0.5f) / 100;
        m->probability[1][at] = m->probability[0][at];
        set->on_side[m->side[at]]++;
    }
    set->name = m->name;
    set->label = m->label;
    set->side = m->side;
}

void made_study_init(made_study *m, int channels)
{
    memset(m, 0, sizeof *m);
    snprintf(m->dir, sizeof m->dir, "%s", tst_dir());
    snprintf(m->cache, sizeof m->cache, "%s", tst_path("cache"));
    init_images(m);
    for (int r = 0; r < 2; r++) {
        m->run[r].id = r ? "b00000000001" : "a00000000001";
        m->run[r].status = "done";
        m->run[r].done = true;
        m->run[r].manifest =
            json_pack("{s:{s:s,s:s},s:{s:s}}", "keys", "ingest", key_of("ingest", channels).hex,
                      "split", key_of("split", channels).hex, "spec", "data.target", "Male");
        for (int k = 0; k < PL_METRIC_COUNT; k++)
            m->run[r].metric[k] = (double)NAN;
        m->run[r].metric[PL_VAL_ACCURACY] = 0.5 + 0.1 * r;
        m->of_group[r] = r;
    }
    m->answers[0] = (pl_answers){&m->images, m->probability[0]};
    m->group = (pl_report_group){.name = "all", .run = m->of_group, .run_count = 2, .done = 2};
    m->d = (pl_study_data){.dir = m->dir,
                           .name = m->dir,
                           .run = m->run,
                           .run_count = 2,
                           .group = &m->group,
                           .group_count = 1};
    m->a = (pl_study_answers){.run = m->answers, .run_count = 2};
}

void made_study_clear(made_study *m)
{
    for (int r = 0; r < 2; r++)
        json_decref(m->run[r].manifest);
}
