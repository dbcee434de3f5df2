#include "insight/explain_files.h"

#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "io/npy.h"
#include "util/fs.h"
#include "util/str.h"

static kn_shape shape_of(const pl_explanations *all)
{
    return kn_net_input(all->explainer->predictions.model->net);
}

static kn_status write_array(const char *dir, const char *name, pl_npy_type type, int rank,
                             const int64_t *dim, const void *data, kn_error *e)
{
    char *file = pl_format("%s.npy", name), *path = pl_path_join(dir, file);
    kn_status rc = pl_npy_write(path, type, rank, dim, data, e);
    free(path);
    free(file);
    return rc;
}

static kn_status write_table(const char *dir, const char *name, const pl_str *s, kn_error *e)
{
    char *file = pl_format("%s.csv", name), *path = pl_path_join(dir, file);
    kn_status rc = pl_write_file_if_changed(path, s->text, s->size, e);
    free(path);
    free(file);
    return rc;
}

static kn_status write_map(const pl_explanations *all, const char *dir, int kind, kn_error *e)
{
    kn_shape s = shape_of(all);
    size_t n = (size_t)s.h * (size_t)s.w;
    const int64_t dim[] = {(int64_t)all->count, s.h, s.w};
    float *v = malloc((all->count * n + 1) * sizeof *v);
    if (!v)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu maps", all->count);
    for (size_t i = 0; i < all->count; i++)
        memcpy(v + i * n, all->explained[i].map[kind].v, n * sizeof *v);
    kn_status rc = write_array(dir, pl_map_name((pl_map_kind)kind), PL_NPY_F4, 3, dim, v, e);
    free(v);
    return rc;
}

static kn_status write_map_csv(const pl_explanations *all, const char *dir, int kind, kn_error *e)
{
    kn_shape s = shape_of(all);
    pl_str text, name;
    pl_str_init(&text);
    pl_str_init(&name);
    pl_str_add(&text, "image,x,y,value\n");
    for (size_t i = 0; i < all->count; i++) {
        pl_str_reset(&name);
        pl_csv_add(&name, all->name[i]);
        for (int p = 0; p < s.h * s.w; p++)
            pl_str_addf(&text, "%s,%d,%d,%.9g\n", name.text, p % s.w, p / s.w,
                        (double)all->explained[i].map[kind].v[p]);
    }
    kn_status rc = write_table(dir, pl_map_name((pl_map_kind)kind), &text, e);
    pl_str_clear(&text);
    pl_str_clear(&name);
    return rc;
}

static void add_row(const pl_explanations *all, const pl_explained *r, pl_str *s)
{
    const bool *wanted = all->explainer->options.map;
    pl_str_addf(s, ",%d,%.9g,%d", r->cls, (double)r->probability, r->label);
    for (int k = 0; k < PL_MAPS; k++)
        if (wanted[k])
            pl_str_addf(s, ",%.9g,%d,%d", r->map[k].strongest, r->map[k].x, r->map[k].y);
    if (wanted[PL_MAP_OCCLUSION])
        pl_str_addf(s, ",%d,%d,%.9g", r->patch_x, r->patch_y, (double)r->covered);
    pl_str_add(s, "\n");
}

static kn_status write_overview(const pl_explanations *all, const char *dir, kn_error *e)
{
    const bool *wanted = all->explainer->options.map;
    pl_str s;
    pl_str_init(&s);
    pl_str_add(&s, "image,class,probability,label");
    for (int k = 0; k < PL_MAPS; k++) {
        const char *name = pl_map_name((pl_map_kind)k);
        if (wanted[k])
            pl_str_addf(&s, ",%s_strongest,%s_x,%s_y", name, name, name);
    }
    pl_str_add(&s, wanted[PL_MAP_OCCLUSION] ? ",square_x,square_y,covered\n" : "\n");
    for (size_t i = 0; i < all->count; i++) {
        pl_csv_add(&s, all->name[i]);
        add_row(all, &all->explained[i], &s);
    }
    kn_status rc = write_table(dir, "maps", &s, e);
    pl_str_clear(&s);
    return rc;
}

kn_status pl_explain_write(const pl_explanations *all, const char *dir, bool with_csv, kn_error *e)
{
    kn_shape s = shape_of(all);
    const int64_t dim[] = {(int64_t)all->count, s.h, s.w, s.c};
    KN_TRY(pl_make_dirs(dir, e));
    KN_TRY(write_array(dir, "pictures", PL_NPY_U1, 4, dim, all->x, e));
    for (int k = 0; k < PL_MAPS; k++) {
        if (!all->explainer->options.map[k])
            continue;
        KN_TRY(write_map(all, dir, k, e));
        if (with_csv)
            KN_TRY(write_map_csv(all, dir, k, e));
    }
    return write_overview(all, dir, e);
}
