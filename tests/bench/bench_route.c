/*
 * bench_route.c - S10: microseconds of CPU to route one incident with 10,000 rules and 20,000 keywords.
 *
 * The table is generated: rules of two keywords, half of them also bound to a category, a zone, an
 * area or a time; the keywords are random Chinese words of two to five characters, and the texts
 * are reports of some 80 characters, most of them with a few of the keywords in them. Prints one
 * line; compared with routing_explain's slow walk on a sample, so that speed is never bought with a
 * wrong answer.
 */
#include "base/arena.h"
#include "base/time.h"
#include "domain/routing.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define N_RULES 10000
#define N_KEYWORDS 20000
#define N_CATEGORIES 1000
#define N_UNITS 45
#define N_AREAS 16
#define N_TEXTS 1000
#define ROUNDS 200

static uint64_t seed = 1;

static unsigned random_below(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % n;
}

/* One of 2,000 common characters' worth of code points, as UTF-8. */
static size_t put_character(char *out)
{
	unsigned c = 0x4E00 + random_below(2000) * 7;

	out[0] = (char)(0xE0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3F));
	out[2] = (char)(0x80 | (c & 0x3F));
	return 3;
}

static const char *random_word(struct arena *a, unsigned characters)
{
	char text[512];
	size_t n = 0;

	for (unsigned i = 0; i < characters; i++)
		n += put_character(text + n);
	text[n] = '\0';
	return arena_text(a, text);
}

static void make_rule(struct mechanism *m, struct rule *r, const char **words, int i)
{
	r->id = arena_printf(m->arena, "rule-%d", i);
	r->keywords = words + 2 * i;
	r->n_keywords = 2;
	r->has_lead = true;
	r->lead = &m->units[random_below(N_UNITS)];
	switch (random_below(8)) {
	case 0:
		r->category = &m->categories[random_below(N_CATEGORIES)].code;
		r->n_category = 1;
		break;
	case 1:
		r->has_zone = true;
		r->zone = ZONE_OUTSIDE;
		break;
	case 2:
		r->area = arena_new_array(m->arena, const struct area *, 1);
		r->area[0] = &m->areas[random_below(N_AREAS)];
		r->n_area = 1;
		break;
	case 3:
		r->between = (struct span){22 * 60, 6 * 60};
		break;
	default:
		break;
	}
}

static struct mechanism make(struct rule *rules, struct rule *otherwise, const char **words)
{
	struct mechanism m = {.arena = arena_new()};

	m.units = arena_new_array(m.arena, struct unit, N_UNITS);
	m.areas = arena_new_array(m.arena, struct area, N_AREAS);
	m.categories = arena_new_array(m.arena, struct category, N_CATEGORIES);
	m.n_units = N_UNITS;
	m.n_areas = N_AREAS;
	m.n_categories = N_CATEGORIES;
	for (int i = 0; i < N_UNITS; i++)
		m.units[i].id = arena_printf(m.arena, "unit-%d", i);
	for (int i = 0; i < N_AREAS; i++)
		m.areas[i] = (struct area){.code = arena_printf(m.arena, "%d", 350881000 + i),
		    .name = "乡镇",
		    .zone = i < 2 ? ZONE_CITY : ZONE_OUTSIDE,
		    .township = &m.units[i]};
	for (int i = 0; i < N_CATEGORIES; i++)
		m.categories[i] = (struct category){.code = arena_printf(m.arena, "%d", 600000 + i),
		    .name = "类别",
		    .priority = P3,
		    .lead = &m.units[i % N_UNITS]};
	for (int i = 0; i < N_KEYWORDS; i++)
		words[i] = random_word(m.arena, 2 + random_below(4));
	for (int i = 0; i < N_RULES; i++)
		make_rule(&m, &rules[i], words, i);
	*otherwise = (struct rule){.id = "otherwise", .has_lead = true, .lead = &m.units[0]};
	m.routing = (struct routing){rules, N_RULES, otherwise, 1, NULL};
	mechanism_index(&m);
	return m;
}

static const char *make_text(struct mechanism *m, const char **words)
{
	char text[1024] = "";

	for (int i = 0; i < 4; i++) {
		strcat(text, random_word(m->arena, 17));
		if (random_below(2))
			strcat(text, words[random_below(N_KEYWORDS)]);
	}
	return arena_text(m->arena, text);
}

static void hear(void *arg, const struct rule *rule, bool matched, const char *condition)
{
	(void)rule;
	(void)condition;
	*(int *)arg += matched;
}

static void check(const struct mechanism *m, const struct route_query *q)
{
	struct route fast, told;
	int heard = 0;

	routing_decide(m, q, &fast);
	routing_explain(m, q, &told, hear, &heard);
	if (strcmp(fast.rule, told.rule) != 0 || fast.n_units != told.n_units) {
		fprintf(stderr, "the index and the table disagree: %s, %s\n", fast.rule, told.rule);
		exit(1);
	}
}

/* Of this process, so that what else the machine does counts little. */
static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int main(void)
{
	static struct rule rules[N_RULES], otherwise;
	static const char *words[N_KEYWORDS];
	static struct route_query q[N_TEXTS];
	struct mechanism m = make(rules, &otherwise, words);
	size_t before = arena_size(m.arena), size;
	struct route out;
	double from, us, build_ms;
	int matched = 0;

	from = cpu_us();
	routing_compile(&m);
	build_ms = (cpu_us() - from) / 1e3;
	size = arena_size(m.arena) - before;
	for (int i = 0; i < N_TEXTS; i++) {
		q[i] = (struct route_query){.at = INT64_C(1780000000000) + i * MINUTE_MS,
		    .category = random_below(2) ? m.categories[random_below(N_CATEGORIES)].code : NULL,
		    .area = m.areas[random_below(N_AREAS)].code,
		    .address = random_word(m.arena, 14),
		    .description = make_text(&m, words)};
		check(&m, &q[i]);
	}
	from = cpu_us();
	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < N_TEXTS; i++) {
			routing_decide(&m, &q[i], &out);
			matched += out.rule[0] == 'r';
		}
	us = (cpu_us() - from) / (ROUNDS * N_TEXTS);
	printf("S10 routing: %.2f us an incident, %d rules, %d keywords, %.0f %% by a rule, "
	       "index %.1f MiB built in %.0f ms\n",
	    us, N_RULES, N_KEYWORDS, 100.0 * matched / (ROUNDS * N_TEXTS), (double)size / 1048576, build_ms);
	arena_free(m.arena);
	return 0;
}
