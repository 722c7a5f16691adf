/*
 * cache.h - trained models as files, which processes map and share. A file is named by what it was trained on;
 * one that is missing or damaged is made again, and nothing that serves waits for it.
 */
#ifndef TEXT_CACHE_H
#define TEXT_CACHE_H
#include "domain/routing.h"
#include "text/model.h"
#include "text/train.h"

/* Where models are kept: the folder texts beside the store's file. In the arena. */
const char *text_cache_folder(const char *store, struct arena *a);
#define TEXT_FOLDER "texts"
/* Makes the folder, where it is not there yet, for processes that may not make it. */
void text_cache_begin(const char *folder);
/* Is there a file of that model in the folder? It may be damaged. */
bool text_cache_has(const char *folder, const unsigned char source[DIGEST_LEN]);
/* For the one who has models made: is it there and whole? Marks it as in use, so that it is kept. */
bool text_cache_look(const char *folder, const unsigned char source[DIGEST_LEN]);
/* A model that is mapped, freed by text_cache_close; nothing is written. NULL: there is none, or it is damaged. */
struct text_model *text_cache_open(const char *folder, const unsigned char source[DIGEST_LEN]);
/* NULL is permitted. */
void text_cache_close(struct text_model *m);
/* Trains and puts the file there, whole or not at all; older ones but for the newest few are removed. Takes
 * seconds. False, errno says why: it could not be written. */
bool text_cache_make(const char *folder, const struct text_examples *x, text_progress *progress, void *arg);

/* How a mechanism comes by its model. */
struct text_wish {
	const char *folder;      /* where a file may be; NULL: nowhere */
	bool trains;             /* a model without a file is trained now, which takes seconds */
	bool keeps;              /* what was trained is put there */
	text_progress *progress; /* of training; may be NULL */
	void *arg;
};
/* What becomes of a mechanism's texts. */
struct text_decider {
	struct text_model *model;    /* NULL: rules and keywords alone decide, or it is missing */
	bool missing;                /* there is something to learn, and no file of it */
	bool failed;                 /* too many categories, or what was trained is no model */
	struct text_quality quality; /* of what was trained now; held 0: it was not trained */
};
/* The model of that mechanism, whose cases are at hand where it is to be trained. The quality's lists are in the
 * arena. Freed by text_decider_free. */
struct text_decider text_decider_of(const struct mechanism *m, const struct text_wish *wish, struct arena *a);
void text_decider_free(struct text_decider *d);
/* Asks it about the query's description, as front ends do before a report goes to the engine. */
void text_decider_ask(const struct text_decider *d, struct route_query *q);

#endif
