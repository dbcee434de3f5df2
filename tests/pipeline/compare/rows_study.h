/* A study known by its runs.csv alone, row by row. */
#ifndef TESTS_ROWS_STUDY_H
#define TESTS_ROWS_STUDY_H

#include "study/study_data.h"
#include "tst.h"
#include "util/str.h"

/* axes: "train.lr,model.type"; each row: group, seed, the axes' values, test accuracy ("": not done), seconds. */
static inline void rows_study_read(const char *axes, const char *const (*row)[5], int rows,
                                    pl_study_data *out)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_addf(&s,
                "run,group,status,seed,%s,model,size,params,epochs,train_accuracy,val_accuracy,"
                "test_accuracy,test_loss,test_auc,model_digest,train_seconds,images_per_second\n",
                axes);
    for (int i = 0; i < rows; i++)
        pl_str_addf(&s, "%012d,%s,%s,%s,%s,cnn,50x50,9,1,,,%s,,,,%s,\n", i, row[i][0],
                    row[i][3][0] ? "done" : "pending", row[i][1], row[i][2], row[i][3], row[i][4]);
    tst_write_text(tst_path("runs.csv"), s.text);
    pl_str_clear(&s);
    TST_OK(pl_study_rows_read(tst_dir(), out, e));
}

#endif
