/*
 * mode.c - which emergency modes hold where. Place: domain; pure. A city declares some in a year, so
 * that all are looked at each time.
 */
#include "domain/mode.h"

int64_t mode_end(const struct mode *mode)
{
	return mode->ended ? mode->ended : mode->until;
}

bool mode_holds(const struct mode *mode, int64_t at)
{
	return mode->from <= at && at < mode_end(mode);
}

bool mode_concerns(const struct mode *mode, const struct mechanism *m, const char *area)
{
	if (!mode->areas)
		return true;
	for (const struct area *one = mechanism_area(m, area); one; one = one->parent)
		if (list_has(mode->areas, one->code))
			return true;
	return false;
}

const struct mode_rule *mode_rule_of(const struct mode *mode, const struct mechanism *m)
{
	return mechanism_mode(m, mode->name);
}

/* The rule of the kth mode if it holds there and then. */
static const struct mode_rule *rule_at(const struct circumstances *c, size_t k, const struct mechanism *m,
    int64_t at, const char *area)
{
	const struct mode *mode = &c->modes[k];

	return mode_holds(mode, at) && mode_concerns(mode, m, area) ? mode_rule_of(mode, m) : NULL;
}

bool modes_silent(const struct circumstances *c, const struct mechanism *m, int64_t at, const char *area,
    enum priority priority)
{
	for (size_t k = 0; k < c->n_modes; k++) {
		const struct mode_rule *rule = rule_at(c, k, m, at, area);
		if (rule && rule->silent & 1u << priority)
			return true;
	}
	return false;
}

int64_t modes_batch_ms(const struct circumstances *c, const struct mechanism *m, int64_t at, const char *area,
    enum priority priority)
{
	int64_t most = 0;

	for (size_t k = 0; k < c->n_modes; k++) {
		const struct mode_rule *rule = rule_at(c, k, m, at, area);
		if (rule && rule->batch_ms[priority] > most)
			most = rule->batch_ms[priority];
	}
	return most;
}
