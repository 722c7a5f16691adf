/*
 * evaluate.c - liandongctl route evaluate: how often texts whose answer is known go to the right unit, by the files
 * as they are. Offline.
 */
#include "ctl/ctl.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "text/cache.h"
#include "text/evaluate.h"
#include "text/examples.h"

#include <stdio.h>
#include <stdlib.h>

#define WRITERS_MOST 64
#define MISTAKES_SHOWN 20
#define CATEGORIES_SHOWN 15
#define LEAST_OF_CATEGORY 5 /* a category of fewer cases is not called weak */

/* A model that is trained now, of `bytes`, which the caller frees after it. NULL: there is nothing to learn from. */
static struct text_model *ctl_trained(const struct mechanism *m, const char *without, struct buf *bytes)
{
	struct arena *a = arena_new();

	text_train(text_examples_of(m, without, a), bytes, NULL, NULL, NULL, NULL);
	arena_free(a);
	return bytes->n ? text_model_new(buf_view(bytes)) : NULL;
}

/* Each writer's cases by a model that has seen none of that writer's. */
static int leave_out(const struct mechanism *m, struct text_scores *each, const char **writers,
    struct text_scores *all)
{
	int n = 0;

	for (int i = 0; i < m->n_cases; i++) {
		const char *writer = m->cases[i].writer;
		int k = 0;

		while (k < n && !text_eq(writers[k], writer))
			k++;
		if (writer && k == n && n < WRITERS_MOST)
			writers[n++] = writer;
	}
	for (int k = 0; k < n; k++) {
		struct buf bytes = {0};
		struct text_model *model = ctl_trained(m, writers[k], &bytes);

		text_scores_init(&each[k], m);
		text_evaluate(m, model, m->cases, m->n_cases, writers[k], &each[k]);
		text_evaluate(m, model, m->cases, m->n_cases, writers[k], all);
		text_model_free(model);
		buf_free(&bytes);
	}
	return n;
}

/* -- for programs --------------------------------------------------------------------------- */

/* A share of one, to thousandths. */
static void share(struct json *j, const char *key, int part, int of)
{
	char text[16];
	int p = of ? (part * 1000 + of / 2) / of : 0;

	snprintf(text, sizeof text, "%d.%03d", p / 1000, p % 1000);
	json_raw(j, key, str_of(text));
}

static void scores_json(struct json *j, const struct text_scores *s)
{
	json_int(j, "cases", s->n);
	share(j, "lead", s->lead, s->n);
	share(j, "category", s->category, s->n);
	share(j, "asked", s->asked, s->n);
	share(j, "lead_or_asked", s->lead_or_asked, s->n);
	share(j, "model_lead", s->model_lead, s->n);
	share(j, "rules_lead", s->rules_lead, s->n);
	share(j, "danger_found", s->found, s->dangers);
	share(j, "danger_false", s->alarmed, s->calm);
}

static void calibration_json(struct json *j, const struct text_scores *s)
{
	json_list(j, "calibration");
	for (int b = 0; b < EVALUATE_BANDS; b++) {
		json_begin(j, NULL);
		share(j, "from", b, EVALUATE_BANDS);
		json_int(j, "cases", s->band[b]);
		share(j, "right", s->band_right[b], s->band[b]);
		json_end(j);
	}
	json_close(j);
}

static void all_json(struct json *j, const struct mechanism *m, const struct text_scores *s)
{
	scores_json(j, s);
	calibration_json(j, s);
	json_list(j, "categories");
	for (int i = 0; i < m->n_categories; i++) {
		if (!s->of[i])
			continue;
		json_begin(j, NULL);
		json_text(j, "category", m->categories[i].code);
		json_int(j, "cases", s->of[i]);
		share(j, "lead", s->of_lead[i], s->of[i]);
		json_end(j);
	}
	json_close(j);
	json_list(j, "confusions");
	for (int i = 0; i < s->n_mistaken; i++) {
		json_begin(j, NULL);
		json_text(j, "category", s->mistaken[i].category->code);
		json_text(j, "taken_for", s->mistaken[i].taken ? s->mistaken[i].taken->code : "");
		json_int(j, "cases", s->mistaken[i].n);
		json_end(j);
	}
	json_close(j);
}

/* -- for people ----------------------------------------------------------------------------- */

static double percent(int part, int of)
{
	return of ? 100.0 * part / of : 0;
}

static void print_scores(const char *name, const struct text_scores *s)
{
	printf(say("%-10s %5d 例  主办 %.1f%%,连同请报警台确认 %.1f%%(确认 %.1f%%)  类别 %.1f%%  只用模型 "
		   "%.1f%%,只用规则 %.1f%%\n",
		   "%-10s %5d cases  lead %.1f%%, with those that the desk is asked about %.1f%% (asked "
		   "%.1f%%)  "
		   "category %.1f%%  model alone %.1f%%, rules alone %.1f%%\n"),
	    name, s->n, percent(s->lead, s->n), percent(s->lead_or_asked, s->n), percent(s->asked, s->n),
	    percent(s->category, s->n), percent(s->model_lead, s->n), percent(s->rules_lead, s->n));
}

static void print_calibration(const struct text_scores *s)
{
	puts(say("\n把握          例数   类别判对", "\nconfidence    cases  category right"));
	for (int b = 0; b < EVALUATE_BANDS; b++)
		if (s->band[b])
			printf(say("%3d%% 至 %3d%%  %5d   %.1f%%\n", "%3d%% to %3d%%  %5d   %.1f%%\n"),
			    b * 10, b * 10 + 10, s->band[b], percent(s->band_right[b], s->band[b]));
}

/* Those whose leads are wrong most often. */
static void print_weakest(const struct mechanism *m, const struct text_scores *s)
{
	bool shown[4096] = {false};

	puts(say("\n主办最常判错的类别", "\ncategories whose leads are wrong most often"));
	for (int row = 0; row < CATEGORIES_SHOWN; row++) {
		int worst = -1;

		for (int i = 0; i < m->n_categories && i < 4096; i++)
			if (!shown[i] && s->of[i] >= LEAST_OF_CATEGORY && s->of_lead[i] < s->of[i] &&
			    (worst < 0 ||
				(int64_t)s->of_lead[i] * s->of[worst] <
				    (int64_t)s->of_lead[worst] * s->of[i]))
				worst = i;
		if (worst < 0)
			return;
		shown[worst] = true;
		printf(say("%s %s  %d 例,判对 %.1f%%\n", "%s %s  %d cases, %.1f%% right\n"),
		    m->categories[worst].code, m->categories[worst].name, s->of[worst],
		    percent(s->of_lead[worst], s->of[worst]));
	}
}

static void print_all(const struct mechanism *m, const struct text_scores *s)
{
	print_scores(say("合计", "all"), s);
	printf(say("危急:%d 例中提示 %.1f%%;不危急的 %d 例中误报 %.1f%%\n",
		   "critical: of %d cases %.1f%% were pointed out; of %d others %.1f%% in error\n"),
	    s->dangers, percent(s->found, s->dangers), s->calm, percent(s->alarmed, s->calm));
	print_calibration(s);
	print_weakest(m, s);
	puts(say("\n最常混淆(应为 → 判为)", "\nmost often confused (should be → judged)"));
	for (int i = 0; i < s->n_mistaken && i < MISTAKES_SHOWN; i++) {
		const struct text_mistaken *x = &s->mistaken[i];
		printf("%3d  %s %s → %s %s\n", x->n, x->category->code, x->category->name,
		    x->taken ? x->taken->code : "",
		    x->taken ? x->taken->name : say("没有类别", "no category"));
	}
}

/* -- the command ---------------------------------------------------------------------------- */

static void evaluate_and_print(const struct ctl *ctl, const struct mechanism *m, bool by_writer,
    struct text_model *model)
{
	struct text_scores all, *each = xalloc(WRITERS_MOST * sizeof *each);
	const char *writers[WRITERS_MOST];
	struct buf out = {0};
	struct json j = json_to(&out);
	int n = 0;

	text_scores_init(&all, m);
	if (by_writer)
		n = leave_out(m, each, writers, &all);
	else
		text_evaluate(m, model, m->cases, m->n_cases, NULL, &all);
	text_scores_sort(&all);
	json_begin(&j, NULL);
	json_list(&j, "writers");
	for (int k = 0; k < n; k++) {
		if (!ctl->json)
			print_scores(writers[k], &each[k]);
		json_begin(&j, NULL);
		json_text(&j, "writer", writers[k]);
		scores_json(&j, &each[k]);
		json_end(&j);
		text_scores_free(&each[k]);
	}
	json_close(&j);
	all_json(&j, m, &all);
	json_end(&j);
	if (ctl->json)
		printf("%.*s\n", (int)out.n, out.p);
	else
		print_all(m, &all);
	buf_free(&out);
	text_scores_free(&all);
	free(each);
}

/* The file's cases take the place of the mechanism's own, once the model has learned from these. */
static bool read_cases(struct ctl *ctl, struct mechanism *m, const char *path)
{
	struct problems p;
	struct buf said = {0};
	bool good;

	problems_init(&p, ctl->english);
	good = mechanism_read_cases(m, path, &p);
	problems_print(&p, &said);
	fprintf(stderr, "%.*s", (int)said.n, said.n ? said.p : "");
	buf_free(&said);
	problems_free(&p);
	return good;
}

int ctl_route_evaluate(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--leave-out-writer", .flag = true}};
	struct text_model *model = NULL;
	struct buf bytes = {0};
	bool by_writer, good = true;

	argc = ctl_parse(ctl, argc, argv, o, 1);
	if (argc < 0)
		return EXIT_USAGE;
	by_writer = o[0].value;
	if (argc > 1 || (argc == 0 && !by_writer))
		return ctl_usage(ctl,
		    say("需要一个标好类别的文件(JSONL),或者 --leave-out-writer",
			"a file with categories (JSONL) is expected, or --leave-out-writer"));
	struct mechanism *m = ctl_mechanism(ctl);
	if (!m)
		return EXIT_REFUSED;
	if (!by_writer)
		model = ctl_trained(m, NULL, &bytes);
	if (argc == 1)
		good = read_cases(ctl, m, argv[0]);
	if (good && m->n_cases == 0)
		ctl_fail(ctl->english ? "there are no cases" : "没有样例可量");
	else if (good)
		evaluate_and_print(ctl, m, by_writer, model);
	good = good && m->n_cases > 0;
	text_model_free(model);
	buf_free(&bytes);
	mechanism_release(m);
	return good ? EXIT_DONE : EXIT_REFUSED;
}
