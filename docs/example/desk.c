/*
 * desk.c - the smallest desk: reports one incident and prints what becomes of it.
 *
 *     cc desk.c $(pkg-config --cflags --libs liandong) -o desk
 *     ./desk 127.0.0.1:7110 TOKEN 350881202607100800010001 350881001 '解放路12号' '路面水管爆裂' [EVENTS]
 *
 * To a server on another machine it speaks TLS, and trusts it by the system's authorities, or by the file that
 * LIANDONG_CA names (LIANDONG_CERT and LIANDONG_KEY: its own certificate, where the server asks for one).
 *
 * It ends with the answer and EVENTS events behind it (10 where none are given, 0: the answer alone).
 * Where it cannot connect it says so and tries again. It needs no event loop, but fits any: wait for
 * liandong_fd(), then call liandong_process().
 */
#include <liandong/client.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int left; /* the answer, and the events to print before it ends */

static void on_state(void *arg, bool up, const char *detail)
{
	fprintf(stderr, "%s: %s: %s\n", (const char *)arg, up ? "connected" : "not connected", detail);
}

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
	left--;
}

int main(int argc, char **argv)
{
	char now[32], incident[2048], why[600];
	if (argc < 7)
		return fprintf(stderr, "desk HOST:PORT TOKEN NUMBER AREA ADDRESS DESCRIPTION [EVENTS]\n") > 0;
	left = argc > 7 ? 1 + (int)strtol(argv[7], NULL, 10) : 11;
	struct liandong_options o = {.address = argv[1],
	    .token = argv[2],
	    .arg = argv[3],
	    .events = left > 1,
	    .on_event = on_event,
	    .on_state = on_state};
	struct liandong_tls tls = {.size = sizeof tls,
	    .ca_file = getenv("LIANDONG_CA"),
	    .cert_file = getenv("LIANDONG_CERT"),
	    .key_file = getenv("LIANDONG_KEY")};
	struct liandong *desk = liandong_open_tls(&o, tls.ca_file ? &tls : NULL, why, sizeof why);
	if (!desk)
		return fprintf(stderr, "%s\n", why) > 0;
	strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime(&(time_t){time(NULL)}));
	snprintf(incident, sizeof incident, /* real texts want their quotes escaped */
	    "{\"number\":\"%s\",\"received_at\":\"%s\",\"area\":\"%s\",\"address\":\"%s\",\"description\":\"%"
	    "s\"}",
	    argv[3], now, argv[4], argv[5], argv[6]);
	liandong_report(desk, incident, on_reply, argv[3]); /* sent again until it is answered */
	while (liandong_process(desk) && left > 0) {
		struct pollfd p = {.fd = liandong_fd(desk), .events = liandong_wants(desk)};
		poll(&p, p.fd >= 0, liandong_timeout(desk));
	}
	liandong_close(desk);
	return left > 0;
}
