/*
 * post.c - libcurl's multi interface on libevent. See post.h.
 *
 * Whether anything of a request was written decides whether it may be sent again, so each has a connection of its own:
 * libcurl repeats a request by itself where a connection that it used before turns out to be dead. Names are resolved
 * by threads that libcurl starts; what takes too long there is left behind (CURLOPT_QUICK_EXIT). A mail has a thread for
 * itself: libcurl waits without its loop for what a mail server says of the end of a mail.
 * Times of the network are the machine's, also where the wall clock is manual.
 */
#include "channel/post.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/thread.h"
#include "base/url.h"

#include <assert.h>
#include <curl/curl.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <stdlib.h>

#define HEADERS_MOST ((size_t)32 << 10)

struct post {
	struct poster *poster;
	struct post *next, **link; /* in the poster's list */
	CURL *easy;                /* NULL: it ends before it began */
	struct curl_slist *headers, *to;
	struct arena *arena; /* the request's copy */
	struct channel_request request;
	struct buf answer;
	size_t header_bytes, uploaded;
	bool forbidden, permitted, too_large; /* of the addresses of its name: one is not allowed, one is */
	int64_t retry_after_ms, began_us;
	const char *reason; /* of one that ends before it began */
	/* A mail: its thread has easy, answer and uploaded until it says over `ended` that it has ended. */
	pthread_t thread;
	struct event *ended; /* NULL: no mail */
	int ended_fd;
	CURLcode code;
	atomic_bool given_up; /* it is to end soon */
	post_done *done;      /* NULL: it was cancelled */
	void *arg;
};

struct poster {
	struct event_base *base;
	const struct post_rules *rules;
	CURLM *multi;
	struct event *timer, *soon;
	struct post *posts;
	int n;
};

/* A descriptor that libcurl wants to hear of. */
struct post_watch {
	struct poster *poster;
	struct event *event;
};

static void finish(struct post *p, const struct channel_answer *answer);

/* -- how it ended ------------------------------------------------------------------------------------------ */

static const struct {
	CURLcode code;
	const char *reason;
} reasons[] = {
    {CURLE_COULDNT_RESOLVE_HOST, "name-unknown"},
    {CURLE_COULDNT_CONNECT, "no-connection"},
    {CURLE_OPERATION_TIMEDOUT, "too-slow"},
    {CURLE_PEER_FAILED_VERIFICATION, "tls-certificate"},
    {CURLE_SSL_CONNECT_ERROR, "tls"},
    {CURLE_SSL_CACERT_BADFILE, "tls-authorities"},
    {CURLE_USE_SSL_FAILED, "tls-not-offered"},
    {CURLE_GOT_NOTHING, "no-answer"},
    {CURLE_PARTIAL_FILE, "answer-cut"},
    {CURLE_RECV_ERROR, "answer-cut"},
    {CURLE_SEND_ERROR, "connection-lost"},
    {CURLE_UNSUPPORTED_PROTOCOL, "not-http"},
    {CURLE_WEIRD_SERVER_REPLY, "not-http"},
    {CURLE_LOGIN_DENIED, "login-denied"},
};

/* Where an allowed address was tried, it is that which is down: it is tried again soon. */
static bool nowhere_to_go(const struct post *p, CURLcode code)
{
	return p->forbidden && !p->permitted && code == CURLE_COULDNT_CONNECT;
}

static const char *reason_of(const struct post *p, CURLcode code)
{
	if (p->too_large)
		return "answer-too-large";
	if (nowhere_to_go(p, code))
		return "address-forbidden";
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].code == code)
			return reasons[i].reason;
	return "failed";
}

/* Was so much written that the provider may have taken it? */
static bool was_written(const struct post *p)
{
	long bytes = 0;

	if (p->request.to[0])
		return p->uploaded == p->request.body.n;
	curl_easy_getinfo(p->easy, CURLINFO_REQUEST_SIZE, &bytes);
	return bytes > 0;
}

static enum post_end end_of(const struct post *p, CURLcode code, long status)
{
	if (code == CURLE_OK || (p->request.to[0] && status >= 400))
		return POST_ANSWERED;
	if (was_written(p))
		return POST_UNKNOWN;
	return nowhere_to_go(p, code) ? POST_FORBIDDEN : POST_REFUSED;
}

static void ended(struct post *p, CURLcode code)
{
	struct channel_answer answer = {.body = buf_view(&p->answer)};
	long status = 0;
	curl_off_t after_s = 0;

	curl_easy_getinfo(p->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(p->easy, CURLINFO_RETRY_AFTER, &after_s);
	answer.status = (int)status;
	answer.end = end_of(p, code, status);
	answer.reason = code == CURLE_OK ? NULL : reason_of(p, code);
	answer.retry_after_ms = after_s > 0 && after_s < 86400 ? (int64_t)after_s * 1000 : p->retry_after_ms;
	finish(p, &answer);
}

/* What has ended is told one by one, because a callback may begin others and end some. */
static void tell_ended(struct poster *p)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(p->multi, &left))) {
		struct post *post;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&post);
		ended(post, message->data.result);
	}
}

/* -- libcurl on the loop ----------------------------------------------------------------------------------- */

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct poster *p = arg;
	int running,
	    flags = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);

	curl_multi_socket_action(p->multi, fd, flags, &running);
	tell_ended(p);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct poster *p = arg;
	int running;

	(void)fd;
	(void)what;
	curl_multi_socket_action(p->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	tell_ended(p);
}

static int want_timer(CURLM *multi, long ms, void *arg)
{
	struct poster *p = arg;

	(void)multi;
	if (ms < 0)
		event_del(p->timer);
	else
		loop_after(p->timer, ms);
	return 0;
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *of_socket)
{
	struct poster *p = arg;
	struct post_watch *w = of_socket;
	short kinds =
	    (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));

	(void)easy;
	if (w) {
		event_free(w->event);
		w->event = NULL;
	}
	if (what == CURL_POLL_REMOVE) {
		free(w);
		curl_multi_assign(p->multi, fd, NULL);
		return 0;
	}
	if (!w) {
		w = xalloc(sizeof *w);
		*w = (struct post_watch){.poster = p};
		curl_multi_assign(p->multi, fd, w);
	}
	w->event = loop_event(p->base, fd, kinds, on_socket, p);
	event_add(w->event, NULL);
	return 0;
}

/* -- one exchange ------------------------------------------------------------------------------------------ */

/* The address is the one that is connected to: no other look-up of the name comes between. */
static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct post *p = arg;
	const struct post_rules *rules = p->poster->rules;
	bool allowed = false;

	(void)purpose;
	if (to->family == AF_INET)
		allowed = post_address_allowed(rules, &((struct sockaddr_in *)&to->addr)->sin_addr, 4);
	if (to->family == AF_INET6)
		allowed = post_address_allowed(rules, &((struct sockaddr_in6 *)&to->addr)->sin6_addr, 16);
	if (!allowed) {
		p->forbidden = true;
		return CURL_SOCKET_BAD;
	}
	p->permitted = true;
	return socket(to->family, to->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to->protocol);
}

static size_t answer_most(const struct post *p)
{
	size_t most = p->poster->rules->answer_most;

	return most ? most : POST_ANSWER_MOST;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct post *p = arg;

	if (p->answer.n + size * n > answer_most(p)) {
		p->too_large = true;
		return 0;
	}
	buf_add(&p->answer, bytes, size * n);
	return size * n;
}

/* Feishu says after how many seconds to come again in a header of its own. */
static size_t on_header(char *bytes, size_t size, size_t n, void *arg)
{
	static const struct str reset = {"x-ogw-ratelimit-reset:", 22};
	struct post *p = arg;
	struct str line = {bytes, size * n}, value;
	uint64_t s;

	p->header_bytes += line.n;
	if (p->header_bytes > HEADERS_MOST) {
		p->too_large = true;
		return 0;
	}
	while (line.n > 0 && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	if (line.n <= reset.n || strncasecmp(line.p, reset.p, reset.n) != 0)
		return size * n;
	value = str_trimmed((struct str){line.p + reset.n, line.n - reset.n});
	if (str_uint(value, &s) && s < 86400)
		p->retry_after_ms = (int64_t)s * 1000;
	return size * n;
}

static size_t on_upload(char *bytes, size_t size, size_t n, void *arg)
{
	struct post *p = arg;
	size_t room = size * n, left = p->request.body.n - p->uploaded;

	room = room < left ? room : left;
	memcpy(bytes, p->request.body.p + p->uploaded, room);
	p->uploaded += room;
	return room;
}

static int64_t total_ms(const struct post_rules *rules)
{
	return rules->total_ms > 0 ? rules->total_ms : POST_TOTAL_MS;
}

/* What strangers' servers must not be able to do, and what the environment must not change. */
static void set_rules(struct post *p)
{
	const struct post_rules *rules = p->poster->rules;

	curl_easy_setopt(p->easy, CURLOPT_PROTOCOLS_STR,
	    rules->plain ? "https,http,smtps,smtp" : "https,smtps,smtp");
	curl_easy_setopt(p->easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(p->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(p->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(p->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(p->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(p->easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(p->easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	curl_easy_setopt(p->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(p->easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(p->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)POST_CONNECT_MS);
	curl_easy_setopt(p->easy, CURLOPT_TIMEOUT_MS,
	    (long)(rules->total_ms > 0 ? rules->total_ms : POST_TOTAL_MS));
	curl_easy_setopt(p->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(p->easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(p->easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (rules->ca_file) {
		curl_easy_setopt(p->easy, CURLOPT_CAINFO, rules->ca_file);
		curl_easy_setopt(p->easy, CURLOPT_CAPATH, NULL);
	}
}

static void set_callbacks(struct post *p)
{
	curl_easy_setopt(p->easy, CURLOPT_PRIVATE, p);
	curl_easy_setopt(p->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(p->easy, CURLOPT_OPENSOCKETDATA, p);
	curl_easy_setopt(p->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(p->easy, CURLOPT_WRITEDATA, p);
	curl_easy_setopt(p->easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(p->easy, CURLOPT_HEADERDATA, p);
}

static void set_http(struct post *p)
{
	const struct channel_request *r = &p->request;

	for (int i = 0; i < r->n_headers; i++)
		p->headers = curl_slist_append(p->headers,
		    arena_printf(p->arena, "%s: %s", r->headers[i].name, r->headers[i].text));
	p->headers = curl_slist_append(p->headers, "Expect:");
	p->headers = curl_slist_append(p->headers, "Accept:");
	curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, p->headers);
	curl_easy_setopt(p->easy, CURLOPT_USERAGENT, "liandong");
	if (text_eq(r->method, "GET"))
		return;
	curl_easy_setopt(p->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
	curl_easy_setopt(p->easy, CURLOPT_POSTFIELDS, r->body.p ? r->body.p : "");
	if (!text_eq(r->method, "POST"))
		curl_easy_setopt(p->easy, CURLOPT_CUSTOMREQUEST, r->method);
}

static void set_mail(struct post *p)
{
	const struct channel_request *r = &p->request;

	for (int i = 0; i < r->n_to; i++)
		p->to = curl_slist_append(p->to, arena_printf(p->arena, "<%s>", r->to[i]));
	curl_easy_setopt(p->easy, CURLOPT_MAIL_FROM, arena_printf(p->arena, "<%s>", r->from));
	curl_easy_setopt(p->easy, CURLOPT_MAIL_RCPT, p->to);
	curl_easy_setopt(p->easy, CURLOPT_USE_SSL,
	    (long)(p->poster->rules->plain ? CURLUSESSL_TRY : CURLUSESSL_ALL));
	if (r->user && r->password) {
		curl_easy_setopt(p->easy, CURLOPT_USERNAME, r->user);
		curl_easy_setopt(p->easy, CURLOPT_PASSWORD, r->password);
	}
	curl_easy_setopt(p->easy, CURLOPT_SERVER_RESPONSE_TIMEOUT,
	    (long)((total_ms(p->poster->rules) + 999) / 1000));
	curl_easy_setopt(p->easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(p->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->body.n);
	curl_easy_setopt(p->easy, CURLOPT_READFUNCTION, on_upload);
	curl_easy_setopt(p->easy, CURLOPT_READDATA, p);
}

static struct str copy_bytes(struct arena *a, struct str s)
{
	return (struct str){arena_str(a, s), s.n};
}

static struct channel_request copy(struct arena *a, const struct channel_request *r)
{
	struct channel_request c = {.n_headers = r->n_headers, .n_to = r->n_to};

	c.method = arena_text(a, r->method);
	c.url = arena_text(a, r->url);
	c.body = copy_bytes(a, r->body);
	c.from = arena_text(a, r->from);
	c.user = arena_text(a, r->user);
	c.password = arena_text(a, r->password);
	for (int i = 0; i < r->n_headers; i++)
		c.headers[i] = (struct notice_field){
		    arena_text(a, r->headers[i].name), arena_text(a, r->headers[i].text)};
	for (int i = 0; i < r->n_to; i++)
		c.to[i] = arena_text(a, r->to[i]);
	return c;
}

static void release(struct post *p)
{
	if (p->ended) {
		atomic_store(&p->given_up, true);
		pthread_join(p->thread, NULL);
		event_free(p->ended);
		close(p->ended_fd);
	} else if (p->easy) {
		curl_multi_remove_handle(p->poster->multi, p->easy);
	}
	if (p->easy)
		curl_easy_cleanup(p->easy);
	curl_slist_free_all(p->headers);
	curl_slist_free_all(p->to);
	buf_wipe(&p->answer);
	buf_free(&p->answer);
	arena_wipe(p->arena);
	arena_free(p->arena);
	*p->link = p->next;
	if (p->next)
		p->next->link = p->link;
	p->poster->n--;
	free(p);
}

static void finish(struct post *p, const struct channel_answer *answer)
{
	struct channel_answer told = *answer;
	struct buf bytes = p->answer;
	post_done *done = p->done;
	void *arg = p->arg;

	p->answer = (struct buf){0};
	told.body = buf_view(&bytes);
	told.took_ms = (clock_mono_us() - p->began_us) / 1000;
	release(p); /* first, so that the callback may send again at once */
	if (done)
		done(arg, &told);
	buf_wipe(&bytes);
	buf_free(&bytes);
}

/* Those that may not even begin. */
static void on_soon(evutil_socket_t fd, short what, void *arg)
{
	struct poster *poster = arg;
	struct post *p = poster->posts;

	(void)fd;
	(void)what;
	while (p) {
		if (p->easy) { /* NOLINT(clang-analyzer-unix.Malloc): what ended was unlinked */
			p = p->next;
			continue;
		}
		finish(p, &(struct channel_answer){.end = POST_FORBIDDEN, .reason = "address-forbidden"});
		/* the callback may have changed the list */
		p = poster->posts;
	}
}

static int on_progress(void *arg, curl_off_t down, curl_off_t to_come, curl_off_t up, curl_off_t to_go)
{
	struct post *p = arg;

	(void)down;
	(void)to_come;
	(void)up;
	(void)to_go;
	return atomic_load(&p->given_up);
}

static void *send_mail(void *arg)
{
	struct post *p = arg;

	p->code = curl_easy_perform(p->easy);
	eventfd_write(p->ended_fd, 1);
	return NULL;
}

static void on_mail_ended(evutil_socket_t fd, short what, void *arg)
{
	struct post *p = arg;

	(void)fd;
	(void)what;
	ended(p, p->code);
}

static void begin_mail(struct post *p)
{
	set_mail(p);
	curl_easy_setopt(p->easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(p->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(p->easy, CURLOPT_XFERINFODATA, p);
	p->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->ended_fd < 0)
		fatal("no descriptor is left for a mail");
	p->ended = loop_event(p->poster->base, p->ended_fd, EV_READ, on_mail_ended, p);
	event_add(p->ended, NULL);
	if (!thread_start(&p->thread, send_mail, p))
		fatal("no thread is to be had for a mail");
}

static void begin(struct post *p)
{
	struct url u;

	if (post_target_fault(p->poster->rules, str_of(p->request.url), true) ||
	    url_parse(str_of(p->request.url), &u) != URL_GOOD || u.mail != (p->request.n_to > 0)) {
		loop_soon(p->poster->soon);
		return;
	}
	p->easy = curl_easy_init();
	if (!p->easy)
		fatal("libcurl has no memory");
	curl_easy_setopt(p->easy, CURLOPT_URL, p->request.url);
	set_rules(p);
	set_callbacks(p);
	if (u.mail) {
		begin_mail(p);
		return;
	}
	set_http(p);
	if (curl_multi_add_handle(p->poster->multi, p->easy) != CURLM_OK)
		fatal("libcurl takes no request");
}

struct post *post_send(struct poster *poster, const struct channel_request *r, post_done *done, void *arg)
{
	struct post *p = xalloc(sizeof *p);

	assert(poster->n < POST_UNDER_WAY && "the sender knows how many it has under way");
	*p = (struct post){.poster = poster, .done = done, .arg = arg, .arena = arena_new()};
	p->request = copy(p->arena, r);
	p->began_us = clock_mono_us();
	p->next = poster->posts;
	p->link = &poster->posts;
	if (p->next)
		p->next->link = &p->next;
	poster->posts = p;
	poster->n++;
	begin(p);
	return p;
}

void post_cancel(struct post *p)
{
	if (!p->ended) {
		release(p);
		return;
	}
	p->done = NULL; /* it is released when its thread has ended */
	atomic_store(&p->given_up, true);
}

int poster_under_way(const struct poster *p)
{
	return p->n;
}

struct poster *poster_new(struct event_base *base, const struct post_rules *rules)
{
	struct poster *p = xalloc(sizeof *p);

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		fatal("libcurl cannot begin");
	*p = (struct poster){.base = base, .rules = rules, .multi = curl_multi_init()};
	if (!p->multi)
		fatal("libcurl has no memory");
	p->timer = loop_timer(base, on_timer, p);
	p->soon = loop_event(base, -1, 0, on_soon, p);
	curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p);
	curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
	return p;
}

void poster_free(struct poster *p)
{
	while (p->posts) /* release unlinks it. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		release(p->posts);
	curl_multi_cleanup(p->multi);
	event_free(p->timer);
	event_free(p->soon);
	curl_global_cleanup();
	free(p);
}
