#include "fault/store_work.h"

#include <stdlib.h>
#include <string.h>

#include "tst.h"
#include "util/fs.h"

static const char *const contents[] = {"weights of a model", "epoch,train_loss\n1,0.5\n"};
static const char *const names[] = {"model.bin", "epochs.csv"};

static int write_text(const char *dir, const char *name, const char *text)
{
    char *path = pl_path_join(dir, name);
    kn_status rc = pl_write_file(path, text, strlen(text), NULL);
    free(path);
    return rc == KN_OK ? 0 : 1;
}

int store_work_make(void *context)
{
    const char *dir = context;
    pl_store *s = NULL;
    pl_making m;
    bool exists = false;
    pl_digest key = pl_digest_text("key"), source;
    if (pl_store_open(dir, &s, NULL) != KN_OK)
        return 1;
    if (pl_store_source_digest(s, "/proc/self/exe", &source, NULL) != KN_OK)
        return 2;
    if (pl_store_begin(s, "train", &key, &exists, &m, NULL) != KN_OK)
        return 3;
    if (!exists) {
        for (int i = 0; i < 2; i++)
            if (write_text(m.out_dir, names[i], contents[i]) != 0)
                return 4;
        if (pl_store_commit(s, &m, NULL, NULL) != KN_OK)
            return 5;
    }
    pl_store_close(s);
    return 0;
}

bool store_work_is_whole(pl_store *s, bool *found)
{
    pl_digest key = pl_digest_text("key");
    pl_entry entry;
    TST_OK(pl_store_find(s, "train", &key, true, found, &entry, e));
    bool whole = true;
    for (int i = 0; *found && i < 2; i++) {
        char *path = pl_path_join(entry.dir, names[i]);
        char *text = tst_read(path, NULL);
        whole = whole && text && strcmp(text, contents[i]) == 0;
        free(text);
        free(path);
    }
    pl_entry_clear(&entry);
    return whole;
}
