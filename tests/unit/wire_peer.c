/* wire_peer.c - frames between processes: split at every byte, corked, refused, gone exactly once. */
#include "unit.h"
#include "wire/peer.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct seen {
	struct buf text; /* "NAME:body " of each frame */
	int gone;
	struct peer *close_at_first, *pause_at_first;
	size_t bytes;
};

static struct event_base *base;
static int far; /* the other side, a plain socket */
static struct seen seen;

static void on_message(void *arg, struct peer *p, enum message what, const struct str *body)
{
	struct seen *s = arg;

	if (!body) {
		s->gone++;
		return;
	}
	s->bytes += body->n;
	if (body->n < 100)
		buf_printf(&s->text, "%s:%.*s ", message_names[what], (int)body->n, body->p);
	if (s->close_at_first == p)
		peer_close(p);
	if (s->pause_at_first == p)
		peer_pause(p, true);
}

static struct peer *start(void)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	base = event_base_new();
	buf_free(&seen.text);
	seen = (struct seen){0};
	far = pair[1];
	return peer_new(base, pair[0], on_message, &seen);
}

static void finish(void)
{
	if (far >= 0)
		close(far);
	buf_free(&seen.text);
	event_base_free(base);
}

static void turn(void)
{
	event_base_loop(base, EVLOOP_NONBLOCK);
}

static bool saw(const char *text)
{
	return str_is(buf_view(&seen.text), text);
}

static void frame(struct buf *b, uint32_t len, uint16_t what, uint16_t format, const char *body)
{
	buf_u32(b, len);
	buf_u16(b, what);
	buf_u16(b, format);
	buf_text(b, body);
}

static void say(struct buf *b)
{
	assert_int_equal(write(far, b->p, b->n), b->n);
	buf_free(b);
}

static void a_frame_split_at_every_byte(void **state)
{
	struct peer *p = start();
	struct buf b = {0};

	(void)state;
	frame(&b, 5, MESSAGE_REPLY, 1, "hello");
	frame(&b, 0, MESSAGE_PULSE, 1, "");
	for (size_t cut = 0; cut < b.n; cut++) {
		buf_reset(&seen.text);
		assert_int_equal(write(far, b.p, cut), cut);
		turn();
		assert_int_equal(write(far, b.p + cut, b.n - cut), b.n - cut);
		turn();
		assert_true(saw("REPLY:hello PULSE: "));
	}
	buf_free(&b);
	peer_close(p);
	assert_int_equal(seen.gone, 0);
	finish();
}

static void a_turns_frames_leave_in_one_write(void **state)
{
	struct peer *p = start();
	char got[64];

	(void)state;
	peer_send(p, MESSAGE_COMMAND, STR("ab"));
	peer_send(p, MESSAGE_COMMAND, STR("c"));
	assert_int_equal(read(far, got, sizeof(got)), -1); /* corked */
	assert_int_equal(peer_pending(p), 8 + 2 + 8 + 1);
	turn();
	assert_int_equal(read(far, got, sizeof(got)), 19);
	assert_memory_equal(got, "\2\0\0\0\2\0\1\0ab\1\0\0\0\2\0\1\0c", 19);
	assert_int_equal(peer_pending(p), 0);
	peer_close(p);
	finish();
}

/* More than the kernel takes at once: the rest follows as the other side reads. */
static void partial_writes_go_on(void **state)
{
	struct peer *p = start();
	size_t size = 600 * 1000, total = 0;
	char *big = malloc(size), *got = malloc(65536);

	(void)state;
	memset(big, 'x', size);
	for (int i = 0; i < 3; i++)
		peer_send(p, MESSAGE_EVENTS, (struct str){big, size});
	turn();
	assert_true(peer_pending(p) > 0);
	while (total < 3 * (size + 8)) {
		ssize_t n = read(far, got, 65536);

		assert_true(n > 0 || errno == EAGAIN);
		total += n > 0 ? (size_t)n : 0;
		if (total % (size + 8) > 8 && n > 0)
			assert_int_equal(got[n - 1], 'x');
		turn();
	}
	assert_int_equal(peer_pending(p), 0);
	assert_int_equal(read(far, got, 65536), -1);
	free(big);
	free(got);
	peer_close(p);
	finish();
}

static void refuses(uint32_t len, uint16_t what, uint16_t format)
{
	struct peer *p = start();
	struct buf b = {0};

	(void)p;
	frame(&b, 2, MESSAGE_REPLY, 1, "ok");
	frame(&b, len, what, format, "");
	say(&b);
	turn();
	turn();
	assert_true(saw("REPLY:ok "));
	assert_int_equal(seen.gone, 1);
	finish();
}

static void bad_frames_end_it(void **state)
{
	(void)state;
	refuses(PEER_BODY_MAX + 1, MESSAGE_REPLY, 1);
	refuses(UINT32_MAX, MESSAGE_REPLY, 1);
	refuses(0, MESSAGES, 1);
	refuses(0, MESSAGE_REPLY, 2);
	refuses(0, MESSAGE_REPLY, 0);
}

static void the_largest_body_passes(void **state)
{
	struct peer *p = start();
	char *big = calloc(1, PEER_BODY_MAX);
	struct buf b = {0};
	size_t at = 0;

	(void)state;
	frame(&b, PEER_BODY_MAX, MESSAGE_EVENTS, 1, "");
	buf_add(&b, big, PEER_BODY_MAX);
	while (at < b.n) {
		ssize_t n = write(far, b.p + at, b.n - at);

		at += n > 0 ? (size_t)n : 0;
		turn();
	}
	turn();
	assert_int_equal(seen.bytes, PEER_BODY_MAX);
	assert_int_equal(seen.gone, 0);
	buf_free(&b);
	free(big);
	peer_close(p);
	finish();
}

static void gone_exactly_once(void **state)
{
	struct buf b = {0};

	(void)state;
	start();
	frame(&b, 2, MESSAGE_REPLY, 1, "ok");
	say(&b);
	close(far);
	far = -1;
	for (int i = 0; i < 3; i++)
		turn();
	assert_true(saw("REPLY:ok ")); /* what was said before it went is heard */
	assert_int_equal(seen.gone, 1);
	finish();
}

static void gone_by_a_failed_write_is_told_by_the_loop(void **state)
{
	struct peer *p = start();
	struct buf b = {0};

	(void)state;
	frame(&b, 2, MESSAGE_REPLY, 1, "ok");
	say(&b);
	close(far);
	far = -1;
	peer_send(p, MESSAGE_COMMAND, STR("x"));
	peer_flush(p);
	peer_send(p, MESSAGE_COMMAND, STR("y")); /* still allowed, goes nowhere */
	assert_int_equal(seen.gone, 0);
	for (int i = 0; i < 3; i++)
		turn();
	assert_true(saw("REPLY:ok "));
	assert_int_equal(seen.gone, 1);
	finish();
}

/* Two replies come in one piece, and the other side is gone. */
static void say_two_and_go(void)
{
	struct buf b = {0};

	frame(&b, 1, MESSAGE_REPLY, 1, "a");
	frame(&b, 1, MESSAGE_REPLY, 1, "b");
	say(&b);
	close(far);
	far = -1;
	for (int i = 0; i < 3; i++)
		turn();
}

static void closed_inside_its_own_callback(void **state)
{
	struct peer *p = start();

	(void)state;
	seen.close_at_first = p;
	say_two_and_go();
	assert_true(saw("REPLY:a "));
	assert_int_equal(seen.gone, 0);
	finish();
}

static void a_pause_keeps_the_rest(void **state)
{
	struct peer *p = start();

	(void)state;
	seen.pause_at_first = p;
	say_two_and_go();
	assert_true(saw("REPLY:a "));
	assert_int_equal(seen.gone, 0);
	seen.pause_at_first = NULL;
	peer_pause(p, false);
	for (int i = 0; i < 3; i++)
		turn();
	assert_true(saw("REPLY:a REPLY:b "));
	assert_int_equal(seen.gone, 1);
	finish();
}

/* -- Unix sockets --------------------------------------------------------------------------- */

static char folder[64];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/liandong-peer-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static void listens(const char *path)
{
	struct stat st;
	int fd = unix_listen(path, 0600, 8), a, b;

	assert_true(fd >= 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	a = unix_connect(path);
	assert_true(a >= 0);
	b = accept(fd, NULL, NULL);
	assert_true(b >= 0);
	errno = 0;
	assert_int_equal(unix_listen(path, 0600, 8), -1); /* in use */
	assert_int_equal(errno, EADDRINUSE);
	close(a);
	close(b);
	close(fd);
	fd = unix_listen(path, 0600, 8); /* what a killed daemon left */
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(unix_connect(path), -1);
	assert_int_equal(errno, ECONNREFUSED);
	unlink(path);
}

static void listens_on_short_and_long_paths(void **state)
{
	char path[512], deep[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/s", folder);
	listens(path);
	snprintf(deep, sizeof(deep), "%s/%0*d", folder, 150, 7);
	assert_int_equal(mkdir(deep, 0700), 0);
	snprintf(path, sizeof(path), "%s/control.sock", deep);
	assert_true(strlen(path) > 108);
	listens(path);
	rmdir(deep);
}

static void never_removes_what_is_no_socket(void **state)
{
	char path[128];
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/file", folder);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(unix_listen(path, 0600, 8), -1);
	assert_int_equal(errno, EEXIST);
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_frame_split_at_every_byte),
	    cmocka_unit_test(a_turns_frames_leave_in_one_write),
	    cmocka_unit_test(partial_writes_go_on),
	    cmocka_unit_test(bad_frames_end_it),
	    cmocka_unit_test(the_largest_body_passes),
	    cmocka_unit_test(gone_exactly_once),
	    cmocka_unit_test(gone_by_a_failed_write_is_told_by_the_loop),
	    cmocka_unit_test(closed_inside_its_own_callback),
	    cmocka_unit_test(a_pause_keeps_the_rest),
	    cmocka_unit_test(listens_on_short_and_long_paths),
	    cmocka_unit_test(never_removes_what_is_no_socket),
	};

	return cmocka_run_group_tests(tests, make_folder, NULL);
}
