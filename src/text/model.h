/*
 * model.h - a trained model of texts: what categories a description may be, in integers.
 *
 * A model is one piece of memory, a file that processes map and share. For each gram that it knows it has how rare
 * it is and a row of weights, one byte for each category. The score of a category is the
 * sum of the weights of the grams, each times how often it occurs (1 + ln n) and how rare it is, over the length of
 * that vector. Probabilities are the softmax of these scores, times a factor that was fitted on examples that the
 * model had not seen; the danger is the sum of those of the categories that are P1. Everything is integer arithmetic: every machine answers the same.
 */
#ifndef TEXT_MODEL_H
#define TEXT_MODEL_H
#include "base/digest.h"
#include "domain/proposal.h"
#include "text/grams.h"

/* No model is larger. */
#define TEXT_MODEL_MAX ((size_t)8 * 1024 * 1024)
#define TEXT_CATEGORIES_MOST 2000

struct text_header {
	char magic[8];
	uint32_t order; /* of bytes: little-endian, as all numbers are in a file */
	uint32_t grams, categories, stride, table;
	uint32_t factor;                  /* of scores, 1/65536: t of softmax(t · score) */
	unsigned char source[DIGEST_LEN]; /* of the examples (examples.h) */
	unsigned char digest[DIGEST_LEN]; /* of all that follows the header */
};

/* Behind the header, one after the other: codes, scales, biases, dangers [categories], the table of
 * grams [table], how rare each is [grams], rows [grams][stride]. */
struct text_parts {
	char (*codes)[PROPOSED_CODE];
	uint32_t *scale;  /* of a row's byte, 1/2²⁴ */
	int32_t *bias;    /* 1/65536 */
	uint8_t *danger;  /* 1: the category is P1 */
	uint64_t *table;  /* gram << 22 | its number + 1; 0 is free; open addressing */
	uint16_t *rarity; /* 1/4096 */
	int8_t *rows;
};
/* How many bytes a model of this header has; *parts are its places in them. */
size_t text_layout(const struct text_header *h, void *bytes, struct text_parts *parts);
/* Turns the numbers of a header, and of what follows it, between a file's order of bytes and this machine's: on most
 * machines there is nothing to do. The layout is made with a header in this machine's. */
void text_turn_header(struct text_header *h);
void text_turn(const struct text_header *h, const struct text_parts *parts);
/* Where the search for a gram begins in a table of 2ⁿ places. */
uint32_t text_place(gram g, uint32_t table);
#define TEXT_MAGIC "ldtext\2"
#define TEXT_ORDER UINT32_C(0x01020304)
#define TEXT_GRAM_BITS 22
/* 1 + ln n, 1/1024; above 16 in steps of an eighth. */
uint32_t text_weight_of(unsigned n);

/* A model that is used: the bytes, and room to count in. One at a time may ask it. */
struct text_model;
/* NULL: the bytes, which stay as long as the model does, are not a whole model that this program understands. */
struct text_model *text_model_new(struct str bytes);
void text_model_free(struct text_model *m);
/* The bytes that it was made with. */
struct str text_model_bytes(const struct text_model *m);
/* Of the examples that it was trained on. */
const unsigned char *text_model_source(const struct text_model *m);

/* What the model makes of a description; NULL and what it knows no part of make n 0. */
void text_propose(struct text_model *m, const char *description, struct proposal *out);

#define TEXT_REASONS 3
/* The parts of the description, as they stand there, that speak most for this category against the other
 * proposed; texts in the arena. Returns how many, at most TEXT_REASONS. */
struct arena;
int text_reasons(struct text_model *m, const char *description, const char *code, struct arena *a,
    const char *reasons[TEXT_REASONS]);

#endif
