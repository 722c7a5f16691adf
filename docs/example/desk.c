/*
 * desk.c - the smallest desk: reports one incident and prints what becomes of it.
 *
 *     cc desk.c $(pkg-config --cflags --libs liandong) -o desk
 *     ./desk 127.0.0.1:7110 TOKEN 350881202607100800010001 350881001 '解放路12号' '路面水管爆裂' [EVENTS]
 *
 * It needs no event loop, but fits any: wait for liandong_fd(), then call liandong_process().
 */
#include <liandong/client.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int left = 10; /* events to print before it ends */

static void on_event(void *arg, const struct liandong_event *e)
{
	printf("%lld %s %s\n", (long long)e->seq, e->type, e->dispatch ? e->dispatch : (const char *)arg);
	left--;
}

static void on_reply(void *arg, const struct liandong_reply *r)
{
	printf("%s: %s\n", (const char *)arg, r->ok ? r->result : r->message);
	if (!r->ok)
		exit(1);
}

int main(int argc, char **argv)
{
	char now[32], incident[2048], why[200];
	time_t t = time(NULL);
	if (argc < 7)
		return 2;
	struct liandong_options o = {
	    .address = argv[1], .token = argv[2], .events = true, .on_event = on_event, .arg = argv[3]};
	struct liandong *desk = liandong_open(&o, why, sizeof why);
	if (!desk)
		return fprintf(stderr, "%s\n", why) > 0;
	if (argc > 7)
		left = (int)strtol(argv[7], NULL, 10);
	strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime(&t));
	snprintf(incident, sizeof incident, /* real texts want their quotes escaped */
	    "{\"number\":\"%s\",\"received_at\":\"%s\",\"area\":\"%s\","
	    "\"address\":\"%s\",\"description\":\"%s\"}",
	    argv[3], now, argv[4], argv[5], argv[6]);
	liandong_report(desk, incident, on_reply, argv[3]); /* sent again until it is answered */
	while (liandong_process(desk) && left > 0) {
		struct pollfd p = {.fd = liandong_fd(desk), .events = liandong_wants(desk)};
		fflush(stdout);
		poll(&p, p.fd >= 0, liandong_timeout(desk));
	}
	fprintf(stderr, "%s", left > 0 ? liandong_error(desk) : "");
	liandong_close(desk);
	return left > 0;
}
