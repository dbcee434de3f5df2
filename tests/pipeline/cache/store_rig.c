#define _GNU_SOURCE
#include "pipeline/cache/store_rig.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tst.h"
#include "util/fs.h"
#include "util/log.h"
#include "util/str.h"

pl_store *rig_open(void)
{
    pl_store *s = NULL;
    pl_log_init((pl_log_options){PL_QUIET, 0});
    TST_OK(pl_store_open(tst_path("cache"), &s, e));
    return s;
}

void rig_make(pl_store *s, const pl_digest *key, const char *text)
{
    pl_making m;
    bool exists = true;
    TST_OK(pl_store_begin(s, "train", key, &exists, &m, e));
    CU_ASSERT_FALSE_FATAL(exists);
    char *path = pl_path_join(m.out_dir, "model.bin");
    tst_write_text(path, text);
    free(path);
    path = pl_path_join(m.out_dir, "log.txt");
    tst_write_text(path, "epoch 1\n");
    free(path);
    json_t *info = json_pack("{s:s,s:s}", "study", "one", "label", "lr=0.1");
    TST_OK(pl_store_commit(s, &m, info, e));
    json_decref(info);
}

bool rig_find(pl_store *s, const pl_digest *key, bool deep, char **dir)
{
    pl_entry entry;
    bool found = false;
    TST_OK(pl_store_find(s, "train", key, deep, &found, &entry, e));
    if (dir)
        *dir = found ? pl_strdup(entry.dir) : NULL;
    pl_entry_clear(&entry);
    return found;
}

const char *rig_file(const pl_digest *key, const char *name)
{
    return tst_path("cache/train/%.2s/%s/%s", key->hex, key->hex, name);
}

bool rig_has(const pl_digest *key)
{
    return pl_exists(rig_file(key, "entry.json"));
}

void rig_set_use(const pl_digest *key, long long when)
{
    const struct timespec times[2] = {{(time_t)when, 0}, {(time_t)when, 0}};
    CU_ASSERT_EQUAL(utimensat(AT_FDCWD, rig_file(key, "entry.json"), times, 0), 0);
}

static bool shell(char *command)
{
    bool good = tst_shell(NULL, command, NULL, NULL) == 0;
    free(command);
    return good;
}

bool rig_mount(const char *dir)
{
    TST_OK(pl_make_dirs(dir, e));
    return shell(pl_format("mount -t tmpfs -o size=4m none '%s' 2>/dev/null", dir));
}

void rig_remount(const char *dir, const char *how)
{
    CU_ASSERT_TRUE_FATAL(shell(pl_format("mount -o 'remount,%s' '%s'", how, dir)));
}

void rig_unmount(const char *dir)
{
    CU_ASSERT_TRUE(shell(pl_format("umount '%s'", dir)));
}
