/*
 * cache.h - trained models as files, which processes map and share. A file is named by what it was trained on;
 * one that is missing or damaged is made again, and nothing waits for it.
 */
#ifndef TEXT_CACHE_H
#define TEXT_CACHE_H
#include "text/model.h"
#include "text/train.h"

/* Where models are kept: the folder of the store's file. In the arena. */
const char *text_cache_folder(const char *store, struct arena *a);
/* Is there a file of that model in the folder? It may be damaged. */
bool text_cache_has(const char *folder, const unsigned char source[DIGEST_LEN]);
/* A model that is mapped, freed by text_cache_close. NULL: there is none, or it is damaged and was removed. */
struct text_model *text_cache_open(const char *folder, const unsigned char source[DIGEST_LEN]);
/* NULL is permitted; of models of text_model_new, too. */
void text_cache_close(struct text_model *m);
/* Trains and puts the file there, whole or not at all; older ones but for the newest few are removed. Takes
 * seconds. False, errno says why: it could not be written. */
bool text_cache_make(const char *folder, const struct text_examples *x);

#endif
