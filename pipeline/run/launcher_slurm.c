#include "run/launcher_slurm.h"

#include <stdlib.h>
#include <string.h>

#include "util/fs.h"
#include "util/subprocess.h"

enum { SLURM_MAX_ARRAY_SIZE = 1001, MAX_WORDS = 32 }; /* Slurm's default for MaxArraySize */

char **pl_slurm_sbatch_call(const pl_slurm_batch *b, pl_slurm_kind kind, const char *dependency)
{
    char **call = calloc(MAX_WORDS + 1, sizeof *call), **options = pl_slurm_sbatch_words(b, kind);
    int n = 0;
    if (!call)
        abort();
    call[n++] = pl_strdup("sbatch");
    call[n++] = pl_strdup("--parsable");
    if (dependency)
        call[n++] = pl_format("--dependency=%s", dependency);
    for (char **word = options; *word; word++) {
        if (n + 1 >= MAX_WORDS)
            abort();
        call[n++] = *word;
    }
    call[n] = pl_format("%s/%s.sh", b->dir, pl_slurm_kind_name(kind));
    free(options);
    return call;
}

static kn_status not_found(kn_error *e)
{
    return kn_fail(e, KN_EIO,
                   "--launcher slurm: there is no sbatch on PATH; submit from a machine of the "
                   "cluster (a login node), or leave --launcher out to run here");
}

static kn_status read_job(const pl_subprocess *said, const pl_slurm_batch *b, pl_slurm_kind kind,
                          long *job, kn_error *e)
{
    if (!said->found)
        return not_found(e);
    if (said->exit_code != 0) {
        size_t size = strlen(said->err);
        while (size > 0 && said->err[size - 1] == '\n')
            size--;
        return kn_fail(e, KN_EIO, "sbatch refuses the %s job of study '%s': %.*s",
                       pl_slurm_kind_name(kind), b->study, (int)size, said->err);
    }
    char *end = NULL;
    *job = strtol(said->out, &end, 10);
    if (end != said->out && *job > 0 && (*end == '\n' || *end == ';' || *end == '\0'))
        return KN_OK;
    return kn_fail(e, KN_EFORMAT, "sbatch --parsable: '%.*s' is no job id",
                   (int)strcspn(said->out, "\n"), said->out);
}

kn_status pl_slurm_submit(const pl_slurm_batch *b, pl_slurm_kind kind, const char *dependency,
                          long *job, kn_error *e)
{
    char **call = pl_slurm_sbatch_call(b, kind, dependency);
    pl_subprocess said;
    const char *const *words;
    memcpy(&words, &call, sizeof words);
    kn_status rc = pl_subprocess_run(words, &said, e);
    if (rc == KN_OK) {
        rc = read_job(&said, b, kind, job, e);
        pl_subprocess_clear(&said);
    }
    pl_free_names(call);
    return rc;
}

kn_status pl_slurm_check(kn_error *e)
{
    const char *const words[] = {"sbatch", "--version", NULL};
    pl_subprocess said;
    KN_TRY(pl_subprocess_run(words, &said, e));
    kn_status rc = KN_OK;
    char *why = pl_subprocess_complaint(&said);
    if (!said.found)
        rc = not_found(e);
    else if (said.exit_code != 0)
        rc = kn_fail(e, KN_EIO, "sbatch does not work here: %s", why);
    free(why);
    pl_subprocess_clear(&said);
    return rc;
}

void pl_slurm_cancel(long job)
{
    char *id = pl_format("%ld", job);
    const char *const words[] = {"scancel", id, NULL};
    pl_subprocess said;
    if (pl_subprocess_run(words, &said, NULL) == KN_OK)
        pl_subprocess_clear(&said);
    free(id);
}

int pl_slurm_max_tasks(void)
{
    static const char key[] = "\nMaxArraySize";
    const char *const words[] = {"scontrol", "show", "config", NULL};
    pl_subprocess said;
    long size = 0;
    if (pl_subprocess_run(words, &said, NULL) != KN_OK)
        return SLURM_MAX_ARRAY_SIZE;
    const char *at = said.found ? strstr(said.out, key) : NULL;
    if (at && (at = strchr(at, '=')))
        size = strtol(at + 1, NULL, 10);
    pl_subprocess_clear(&said);
    return size > 0 && size <= 4000000 ? (int)size : SLURM_MAX_ARRAY_SIZE;
}
