/* facet doctor: the machine, the libraries, and what is wrong with them. */
#define _GNU_SOURCE
#include <archive.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <webp/decode.h>
#include <yaml.h>

#include "base/cpu.h"
#include "cli/cli.h"
#include "cli/program.h"
#include "ops/gemm/gemm_core.h"
#include "util/fs.h"
#include "util/str.h"

enum { MAX_PROBLEMS = 8, MAX_ROWS = 24 };

typedef struct findings {
    struct {
        const char *key;
        char *value;
    } row[MAX_ROWS];
    int rows;
    char *problem[MAX_PROBLEMS];
    int problems;
} findings;

static void add(findings *f, const char *key, char *value)
{
    if (f->rows < MAX_ROWS) {
        f->row[f->rows].key = key;
        f->row[f->rows++].value = value;
    } else
        free(value);
}

static void blame(findings *f, char *sentence)
{
    if (f->problems < MAX_PROBLEMS)
        f->problem[f->problems++] = sentence;
    else
        free(sentence);
}

static void look_at_cpu(findings *f, const pl_global *g)
{
    char model[128];
    kn_cpu_model(model, sizeof model);
    add(f, "cpu", pl_strdup(model));
    add(f, "cores", pl_format("%d usable, %d in use", kn_cpu_count(), g->threads));
    kn_isa isa = kn_isa_get(), top = kn_isa_detect();
    add(f, "instruction set", pl_strdup(kn_isa_name(isa)));
    if (isa < top)
        blame(f, pl_format("FACET_ISA forces %s; this machine has %s", kn_isa_name(isa),
                           kn_isa_name(top)));
    kn_bf16 bf16 = kn_bf16_get(), most = kn_bf16_detect();
    add(f, "bf16", pl_strdup(kn_bf16_name(bf16)));
    if (bf16 < most)
        blame(f, pl_format("FACET_BF16 forces %s; this machine has %s", kn_bf16_name(bf16),
                           kn_bf16_name(most)));
    if (g->threads > kn_cpu_count())
        blame(f, pl_format("--threads %d is more than the %d cores", g->threads, kn_cpu_count()));
}

static void look_at_blas(findings *f)
{
    add(f, "blas", pl_format("%s, core %s", kn_gemm_version(), kn_gemm_core()));
    if (!kn_gemm_core_is_low())
        return;
    const char *forced = getenv("OPENBLAS_CORETYPE");
    if (forced && *forced)
        blame(f,
              pl_format("OPENBLAS_CORETYPE=%s keeps OpenBLAS below what the CPU can do; unset it",
                        forced));
    else
        blame(f,
              pl_format(
                  "OpenBLAS uses its %s kernels, below what the CPU can do; a newer OpenBLAS may "
                  "know this CPU",
                  kn_gemm_core()));
}

static void look_at_libraries(findings *f)
{
    int major, minor, patch, webp = WebPGetDecoderVersion();
    yaml_get_version(&major, &minor, &patch);
    add(f, "libyaml", pl_format("%d.%d.%d", major, minor, patch));
    add(f, "libarchive", pl_strdup(archive_version_details()));
    add(f, "libpng", pl_strdup(png_get_libpng_ver(NULL)));
    add(f, "libwebp", pl_format("%d.%d.%d", webp >> 16, (webp >> 8) & 255, webp & 255));
    add(f, "libcrypto", pl_strdup(OpenSSL_version(OPENSSL_VERSION)));
    add(f, "jansson", pl_strdup(JANSSON_VERSION));
    FILE *p = popen("gnuplot --version 2>/dev/null", "re");
    char line[128] = "";
    if (p) {
        if (!fgets(line, sizeof line, p))
            line[0] = '\0';
        pclose(p);
    }
    line[strcspn(line, "\n")] = '\0';
    add(f, "gnuplot", pl_strdup(line[0] ? line : "not found"));
    if (!line[0])
        blame(f, pl_strdup("gnuplot is missing: no plots; apt-get install gnuplot-nox"));
}

static void look_at_disk(findings *f, const char *key, const char *dir)
{
    char room[32];
    uint64_t left = pl_disk_free(dir);
    add(f, key, pl_format("%s, %s free", dir, pl_human_bytes((double)left, room, sizeof room)));
    if (left < (uint64_t)1 << 30)
        blame(f, pl_format("only %s free for %s", room, dir));
}

static void look_at_memory(findings *f)
{
    struct sysinfo si;
    char total[32];
    if (sysinfo(&si) == 0)
        add(f, "memory",
            pl_strdup(
                pl_human_bytes((double)si.totalram * (double)si.mem_unit, total, sizeof total)));
}

static void print_text(const findings *f)
{
    for (int i = 0; i < f->rows; i++)
        printf("%-16s %s\n", f->row[i].key, f->row[i].value);
    for (int i = 0; i < f->problems; i++)
        printf("%s%s\n", i == 0 ? "\nto look at:\n  " : "  ", f->problem[i]);
    if (f->problems == 0)
        printf("\nall is well\n");
}

static void print_json(const findings *f)
{
    json_t *root = json_object(), *problems = json_array();
    for (int i = 0; i < f->rows; i++)
        json_object_set_new(root, f->row[i].key, json_string(f->row[i].value));
    for (int i = 0; i < f->problems; i++)
        json_array_append_new(problems, json_string(f->problem[i]));
    json_object_set_new(root, "problems", problems);
    json_dumpf(root, stdout, JSON_INDENT(2));
    printf("\n");
    json_decref(root);
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    if (argc > 1)
        return pl_unknown_option(&pl_command_doctor, argv[1], NULL, e);
    findings f = {.rows = 0};
    add(&f, "facet", pl_strdup(PL_VERSION));
    look_at_cpu(&f, g);
    look_at_memory(&f);
    look_at_blas(&f);
    look_at_libraries(&f);
    look_at_disk(&f, "cache", g->cache);
    look_at_disk(&f, "results", g->results);
    if (g->json)
        print_json(&f);
    else
        print_text(&f);
    for (int i = 0; i < f.rows; i++)
        free(f.row[i].value);
    for (int i = 0; i < f.problems; i++)
        free(f.problem[i]);
    return KN_OK;
}

const pl_command pl_command_doctor = {
    .name = "doctor",
    .usage = "doctor [--json]",
    .summary = "CPU, instruction set, BLAS core, libraries, disk, and what is wrong with them",
    .help =
        "Prints what facet sees of this machine and, at the end, what to look at. Exit status 0.\n",
    .run = run,
};
