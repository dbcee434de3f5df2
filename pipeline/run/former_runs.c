#include "run/former_runs.h"

#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "util/fs.h"
#include "util/hash_index.h"
#include "util/log.h"

enum { NAMED = 5 };

static void say(const pl_csv *table, const pl_plan *plan, const pl_hash_index *ids)
{
    pl_str names;
    int count = 0;
    pl_str_init(&names);
    for (size_t r = 1; r < table->rows; r++) {
        const char *id = pl_csv_get(table, r, 0);
        if (pl_hash_index_get(ids, pl_hash_text(PL_HASH_START, id)) >= 0)
            continue;
        if (count++ < NAMED)
            pl_str_addf(&names, "%s%s (%s)", count > 1 ? ", " : "", id, pl_csv_get(table, r, 1));
    }
    if (count > 0)
        pl_info(
            "the spec has changed: %d of the %zu run%s in the table %s no longer of the study, and "
            "stay in %s/runs: %s%s",
            count, table->rows - 1, table->rows == 2 ? "" : "s", count == 1 ? "is" : "are",
            plan->study_dir, names.text, count > NAMED ? ", ..." : "");
    pl_str_clear(&names);
}

void pl_former_runs_say(const pl_plan *plan)
{
    char *path = pl_path_join(plan->study_dir, "runs.csv");
    pl_csv table;
    if (pl_exists(path) && pl_csv_read(path, &table, NULL) == KN_OK) {
        pl_hash_index ids = {.key = NULL};
        for (int r = 0; r < plan->study->run_count; r++)
            pl_hash_index_put(&ids, pl_hash_text(PL_HASH_START, plan->run[r].id), r);
        if (table.rows > 1 && pl_csv_fields(&table, 0) > 1)
            say(&table, plan, &ids);
        pl_hash_index_clear(&ids);
        pl_csv_clear(&table);
    }
    free(path);
}
