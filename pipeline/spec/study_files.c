/* What a study needs of this machine: its data files and its arithmetic. Declared in spec.h. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cpu.h"
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

kn_status pl_study_check_machine(const pl_study *s, kn_error *e)
{
    for (int i = 0; i < s->run_count; i++)
        if (s->runs[i].spec.train.precision == KN_PRECISION_BF16 && kn_bf16_require(e) != KN_OK)
            return kn_prepend(e, "%s: %s: ", s->path, s->runs[i].label);
    return KN_OK;
}
