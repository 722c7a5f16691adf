/*
 * health.c - what is wrong, as a front end knows it: the engine itself can say nothing while it is away.
 * Place: front; under /readyz and status.get.
 */
#include "base/clock.h"
#include "front/parts.h"

static int64_t silent_ms(const struct front *f)
{
	int64_t last = f->pulsed_at > f->welcomed_at ? f->pulsed_at : f->welcomed_at;

	return clock_mono().ms - last;
}

/* To have been welcomed counts as a heartbeat. */
bool front_engine_silent(const struct front *f)
{
	return f->ready && front_connected(f) && silent_ms(f) >= PULSE_FRESH_MS;
}

static const char *engine_away(const struct front *f, struct arena *a)
{
	bool english = text_eq(f->options->language, "en");

	if (!front_connected(f))
		return arena_text(a,
		    english
			? "the engine is not there; commands wait for it, the supervisor is starting it again"
			: "引擎不在，命令等它回来，正在重新启动");
	if (!front_engine_silent(f))
		return NULL;
	return arena_printf(a,
	    english ? "the engine has shown no heartbeat for %lld s" : "引擎 %lld 秒没有心跳",
	    (long long)silent_ms(f) / 1000);
}

const struct trouble *front_troubles(const struct front *f, struct arena *a, size_t *n)
{
	const struct pulse *p = front_pulse(f);
	struct trouble *v = arena_new_array(a, struct trouble, TROUBLES_MOST + 1);
	const char *away = engine_away(f, a);

	*n = 0;
	if (away)
		v[(*n)++] = (struct trouble){
		    front_connected(f) ? "engine-silent" : "engine-away", away, .unready = true};
	for (size_t i = 0; p && i < p->n_troubles; i++)
		v[(*n)++] = p->troubles[i];
	return v;
}
