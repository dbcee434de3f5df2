/* Pictures of a folder and the folders below it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "data/decode.h"
#include "data/source_list.h"
#include "util/fs.h"

/* The folders being walked, to notice a link that leads back into one of them. */
typedef struct level {
    dev_t device;
    ino_t inode;
    const struct level *above;
} level;

bool pl_file_looks_like_a_picture(const char *path)
{
    uint8_t head[16];
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(head, 1, sizeof head, f) : 0;
    if (f)
        fclose(f);
    return pl_is_picture(head, n);
}

static kn_status walk(pl_source *s, const char *dir, const level *above, kn_error *e);

static kn_status visit(pl_source *s, const char *path, const level *above, kn_error *e)
{
    struct stat st;
    pl_file_kind kind = pl_file_kind_of(path);
    if (stat(path, &st) != 0)
        return kn_fail_errno(e, KN_EIO, "cannot read '%s'", path);
    if (S_ISDIR(st.st_mode)) {
        const char *name = pl_path_base(path);
        level here = {st.st_dev, st.st_ino, above};
        for (const level *l = above; l; l = l->above)
            if (l->device == st.st_dev && l->inode == st.st_ino)
                return KN_OK;
        return name[0] == '.' || kind == PL_FILE_SKIP ? KN_OK : walk(s, path, &here, e);
    }
    if (S_ISREG(st.st_mode) && (kind == PL_FILE_PICTURE ||
                                (kind == PL_FILE_UNKNOWN && pl_file_looks_like_a_picture(path))))
        pl_source_add(s, path, 0);
    return KN_OK;
}

static kn_status walk(pl_source *s, const char *dir, const level *above, kn_error *e)
{
    char **names = NULL;
    size_t count = 0;
    kn_status rc = KN_OK;
    KN_TRY(pl_list_dir(dir, &names, &count, e));
    for (size_t i = 0; i < count && rc == KN_OK; i++) {
        char *path = pl_path_join(dir, names[i]);
        if (pl_file_kind_of(path) != PL_FILE_SKIP || pl_is_dir(path))
            rc = visit(s, path, above, e);
        free(path);
    }
    pl_free_names(names);
    return rc;
}

kn_status pl_folder_list(pl_source *s, kn_error *e)
{
    struct stat st;
    if (stat(s->path, &st) != 0)
        return kn_fail_errno(e, KN_EIO, "cannot open folder '%s'", s->path);
    level here = {st.st_dev, st.st_ino, NULL};
    return walk(s, s->path, &here, e);
}

kn_status pl_folder_read(pl_source *s, pl_picture *out, kn_error *e)
{
    (void)e;
    char *bytes = NULL;
    kn_error why;
    if (pl_read_file(s->items[s->next].path, PL_PICTURE_MAX_BYTES, &bytes, &out->size, &why) !=
        KN_OK)
        snprintf(out->reason, sizeof out->reason, "%.*s", PL_REASON_BYTES - 1, why.text);
    out->bytes = (uint8_t *)bytes;
    return KN_OK;
}
