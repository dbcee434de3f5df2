#include "pipeline/audit/audit_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/npy.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

void audit_fixture_init(audit_fixture *f)
{
    memset(f, 0, sizeof *f);
    for (int i = 0; i < FIXTURE_IMAGES; i++) {
        const bool has[FIXTURE_COLUMNS] = {i * 7 % 10 < 4, i % 3 == 0,
                                           (i * 7 % 10 < 4) != (i % 9 == 0), true};
        for (int y = 0; y < FIXTURE_H; y++)
            for (int x = 0; x < FIXTURE_W; x++)
                f->x[i][y][x] = (uint8_t)((y * (i % 7 + 1) * 5 + x * (i % 11 + 2) * 3 +
                                           y * x * (i % 5) / 8 + i * 13) %
                                          256);
        for (int k = 0; k < FIXTURE_COLUMNS; k++)
            f->attributes[i][k] = has[k] ? 1 : -1;
        f->y[i] = has[1];
        f->side[i] = i % 5 == 3 ? 1 : i % 5 == 4 ? 2 : 0;
        f->files[i][0] = (uint32_t)(100 + i % 7);
        f->files[i][1] = (uint32_t)(120 + i * i % 11);
        f->files[i][2] = (uint32_t)(1000 + i * 137 % 977);
        f->digests[i][15] = (uint8_t)i;
    }
}

void audit_fixture_copy(audit_fixture *f, int from, int to, bool bytes)
{
    memcpy(f->x[to], f->x[from], sizeof f->x[to]);
    if (bytes)
        memcpy(f->digests[to], f->digests[from], sizeof f->digests[to]);
    for (int y = 0; y < FIXTURE_H && !bytes; y++)
        for (int x = 0; x < FIXTURE_W; x++)
            f->x[to][y][x] = (uint8_t)(20 + f->x[from][y][x] * 8 / 10);
}

static void write_array(const char *path, pl_npy_type type, int rank, int64_t columns, int64_t rows,
                        const void *data)
{
    const int64_t plain[] = {rows, columns};
    const int64_t pixels[] = {rows, FIXTURE_H, FIXTURE_W, 1};
    TST_OK(pl_npy_write(path, type, rank, rank == 4 ? pixels : plain, data, e));
}

void audit_fixture_write(audit_fixture *f)
{
    static const char *const sides[] = {"train", "val", "test"};
    pl_str names;
    TST_OK(pl_make_dirs(tst_path("ingest"), e));
    TST_OK(pl_make_dirs(tst_path("split"), e));
    write_array(tst_path("ingest/X.npy"), PL_NPY_U1, 4, 0, FIXTURE_IMAGES, f->x);
    write_array(tst_path("ingest/y.npy"), PL_NPY_U1, 1, 0, FIXTURE_IMAGES, f->y);
    write_array(tst_path("ingest/attributes.npy"), PL_NPY_I1, 2, FIXTURE_COLUMNS, FIXTURE_IMAGES,
                f->attributes);
    write_array(tst_path("ingest/pictures.npy"), PL_NPY_U4, 2, 3, FIXTURE_IMAGES, f->files);
    write_array(tst_path("ingest/digests.npy"), PL_NPY_U1, 2, 16, FIXTURE_IMAGES, f->digests);
    pl_str_init(&names);
    pl_str_add(&names, "image\n");
    for (int i = 0; i < FIXTURE_IMAGES; i++)
        pl_str_addf(&names, "%03d.jpg\n", i);
    tst_write_text(tst_path("ingest/names.csv"), names.text);
    pl_str_clear(&names);
    tst_write_text(tst_path("ingest/columns.csv"), "attribute\nHat\nMale\nYoung\nAlways\n");
    tst_write_text(
        tst_path("ingest/ingest.json"),
        "{\"target\": \"Male\", \"images\": 60, \"pictures\": 63, \"broken\": 1, "
        "\"unlabelled\": 2, \"labels_without_image\": 0, \"broken_images\": [{\"image\": "
        "\"a,b.jpg\", \"reason\": \"the file is empty\"}], \"unlabelled_images\": "
        "[\"x.jpg\", \"y.jpg\"]}");
    for (int s = 0; s < 3; s++) {
        uint32_t index[FIXTURE_IMAGES];
        int64_t n = 0;
        for (int i = 0; i < FIXTURE_IMAGES; i++)
            if (f->side[i] == s)
                index[n++] = (uint32_t)i;
        write_array(tst_path("split/%s.npy", sides[s]), PL_NPY_U4, 1, 0, n, index);
    }
    snprintf(f->dir[0], sizeof f->dir[0], "%s", tst_path("ingest"));
    snprintf(f->dir[1], sizeof f->dir[1], "%s", tst_path("split"));
    f->ingest.dir = f->dir[0];
    f->split.dir = f->dir[1];
    f->input.ingest = &f->ingest;
    f->input.split = &f->split;
}

void audit_fixture_audit(const audit_fixture *f, const char *name, int threads)
{
    pl_audit_tools tools = {.pool = NULL};
    TST_OK(kn_pool_new(threads, &tools.pool, e));
    TST_OK(pl_make_dirs(tst_path("%s", name), e));
    TST_OK(pl_audit_write(&f->input, &tools, tst_path("%s", name), e));
    kn_pool_free(tools.pool);
}
