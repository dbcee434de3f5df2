/* The data files of a study, declared in spec.h. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "spec/diag.h"
#include "spec/schema.h"
#include "spec/spec_mem.h"
#include "spec/yaml_tree.h"

kn_status pl_study_check_files(const pl_study *s, kn_error *e)
{
    kn_arena arena;
    pl_diags diags;
    kn_arena_init(&arena);
    pl_diags_init(&diags, &arena);
    for (int i = 0; i < s->file_count; i++) {
        const pl_file_use *use = &s->files[i];
        struct stat st;
        bool folder_is_fine = use->key->offset == offsetof(pl_run_spec, data.images);
        if (stat(use->path, &st) != 0)
            pl_diags_add(&diags, use->node->pos, use->key->name, NULL, "%s: %s", use->path,
                         errno == ENOENT || errno == ENOTDIR ? "there is no such file"
                                                             : strerror(errno));
        else if (S_ISDIR(st.st_mode) && !folder_is_fine)
            pl_diags_add(&diags, use->node->pos, use->key->name, NULL,
                         "%s: this is a folder; a table (.csv or .txt) is expected", use->path);
    }
    kn_status rc = pl_diags_fail(&diags, e);
    kn_arena_clear(&arena);
    return rc;
}
