/* pace.c - see pace.h. Place: notice; pure. */
#include "notice/pace.h"

static void go_on(struct pace *p, int64_t now)
{
	int64_t window = now / PACE_WINDOW_MS, tick = now / PACE_TICK_MS;

	if (window != p->window) {
		p->before = window == p->window + 1 ? p->came : 0;
		p->came = 0;
		p->window = window;
	}
	if (tick != p->tick)
		p->dealt = 0;
	p->tick = tick;
}

void pace_came(struct pace *p, int64_t now)
{
	go_on(p, now);
	p->came++;
}

bool pace_busy(struct pace *p, int64_t now)
{
	go_on(p, now);
	return p->came >= PACE_MANY || p->before >= PACE_MANY;
}

int pace_take(struct pace *p, int n, int64_t now)
{
	int most;

	if (!pace_busy(p, now))
		return n;
	most = PACE_FEW - p->dealt;
	n = n < most ? n : most;
	p->dealt += n;
	return n;
}
