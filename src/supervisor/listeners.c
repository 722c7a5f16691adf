/*
 * listeners.c - addresses checked, sockets opened or taken from socket activation.
 *
 * Place: supervisor. Every refusal is one sentence that names the address, the option it comes from
 * and what to do. Listeners are non-blocking, close-on-exec and handed down by number (worker.c).
 */
#include "supervisor/listeners.h"
#include "base/log.h"
#include "base/reason.h"
#include "base/unix.h"
#include "supervisor/sandbox.h"
#include "wire/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 4096
#define ACTIVATION_FIRST_FD 3
#define IN_USE_TRIES 50
#define IN_USE_EVERY_NS (20 * 1000 * 1000)

static bool english(const struct options *o)
{
	return text_eq(o->language, "en");
}

/* -- addresses ------------------------------------------------------------------------------ */

struct listen_address {
	struct sockaddr_storage sa;
	socklen_t len;
};

/* Splits host:port or [host]:port; false where it is neither. */
static bool split(const char *text, char host[NI_MAXHOST], char port[8])
{
	const char *colon = strrchr(text, ':');
	bool bracket = *text == '[';
	size_t n;
	uint64_t number;

	if (!colon || (bracket && (colon == text || colon[-1] != ']')))
		return false;
	n = (size_t)(colon - text) - (bracket ? 2 : 0);
	if (n == 0 || n >= NI_MAXHOST || !str_uint(str_of(colon + 1), &number) || number > 65535)
		return false;
	snprintf(host, NI_MAXHOST, "%.*s", (int)n, text + bracket);
	snprintf(port, 8, "%d", (int)number);
	return bracket || !strchr(host, ':');
}

static bool resolve(const char *text, struct listen_address *out)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found;
	char host[NI_MAXHOST], port[8];

	if (!split(text, host, port))
		return false;
	if (strcmp(host, "localhost") == 0)
		snprintf(host, sizeof(host), "127.0.0.1");
	hints.ai_flags |= AI_NUMERICHOST | AI_NUMERICSERV;
	if (getaddrinfo(host, port, &hints, &found) != 0)
		return false;
	memcpy(&out->sa, found->ai_addr, found->ai_addrlen);
	out->len = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

static bool is_loopback(const struct sockaddr_storage *sa)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)sa;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)sa;

	if (sa->ss_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

static const char *address_of(const struct options *o, enum listener_id id)
{
	return id == LISTENER_CONSOLE ? o->listen_console
	    : id == LISTENER_HTTP     ? o->listen_http
				      : o->listen_redirect;
}

/* The port that only redirects gives nothing away. */
static bool is_safe(const struct options *o, enum listener_id id)
{
	return o->insecure || id == LISTENER_REDIRECT ||
	    (id == LISTENER_CONSOLE ? &o->tls_console : &o->tls_http)->certificate;
}

static int bad_address(const struct options *o, const char *name, const char *text, struct buf *why)
{
	buf_printf(why,
	    english(o) ? "listen.%s: “%s” is no address; expected IP:port such as "
			 "127.0.0.1:7110 or [::1]:7110"
		       : "listen.%s:“%s”不是地址,应为 IP:端口,如 127.0.0.1:7110 或 [::1]:7110",
	    name, text);
	return EX_CONFIG;
}

static int open_to_others(const struct options *o, const char *name, const char *text, struct buf *why)
{
	buf_printf(why,
	    english(o) ? "listen.%s: %s can be reached from other machines, without TLS; "
			 "give tls_%s a certificate, use 127.0.0.1, or say `insecure: true` if the "
			 "network is trusted"
		       : "listen.%s:%s 可被其他机器访问,而当前没有 TLS;请在 tls_%s 写上证书,或改用 "
			 "127.0.0.1,或在确认网络可信后写明 insecure: true",
	    name, text, name);
	return EX_CONFIG;
}

static const char *const tcp_names[] = {
    [LISTENER_CONSOLE] = "console", [LISTENER_HTTP] = "http", [LISTENER_REDIRECT] = "redirect"};

int listeners_check(const struct options *o, struct buf *why)
{
	for (int i = LISTENER_CONSOLE; i <= LISTENER_REDIRECT; i++) {
		const char *text = address_of(o, (enum listener_id)i);
		struct listen_address a;

		if (!text)
			continue;
		if (!resolve(text, &a))
			return bad_address(o, tcp_names[i], text, why);
		if (!is_safe(o, (enum listener_id)i) && !is_loopback(&a.sa))
			return open_to_others(o, tcp_names[i], text, why);
	}
	return 0;
}

/* -- opening -------------------------------------------------------------------------------- */

/* Refusals to listen: 69 where somebody else is there, 73 where it cannot be made. */
static int refused(const struct options *o, const struct listener *l, int error, struct buf *why)
{
	bool used = error == EADDRINUSE;

	if (used && english(o))
		buf_printf(why,
		    "listen.%s: %s is in use by another program (perhaps another "
		    "liandongd); stop it, or give another address",
		    l->name, l->where);
	else if (used)
		buf_printf(why,
		    "listen.%s:%s 已被其他程序占用(可能已有一个 liandongd 在运行);"
		    "请先停掉它,或换一个地址",
		    l->name, l->where);
	else
		buf_printf(why,
		    english(o) ? "listen.%s: cannot listen on %s: %s" : "listen.%s:无法在 %s 上监听:%s",
		    l->name, l->where, system_reason(error, english(o)));
	return used ? EX_UNAVAILABLE : EX_CANTCREAT;
}

static int tcp_listen(const struct listen_address *a)
{
	int fd = socket(a->sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (a->sa.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&a->sa, a->len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	on = errno;
	close(fd);
	errno = on;
	return -1;
}

bool make_folder_of(const char *file)
{
	char folder[PATH_MAX];
	size_t n = strlen(file);

	if (n >= sizeof(folder))
		return false;
	memcpy(folder, file, n + 1);
	for (char *p = folder + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		if (mkdir(folder, 0700) != 0 && errno != EEXIST)
			return false;
		*p = '/';
	}
	return true;
}

/* The processes of a daemon that was killed may be dying: an address in use is tried for a second. */
static int open_one(const struct options *o, struct listener *l, struct buf *why)
{
	struct timespec pause = {0, IN_USE_EVERY_NS};
	struct listen_address a;

	if (l->given || !l->where)
		return 0;
	if (l->path && !make_folder_of(l->where))
		return refused(o, l, errno, why);
	if (!l->path && !resolve(l->where, &a))
		return bad_address(o, l->name, l->where, why);
	for (int i = 0; i < IN_USE_TRIES; i++) {
		l->fd = l->path ? unix_listen(l->where, 0600, BACKLOG) : tcp_listen(&a);
		if (l->fd >= 0)
			return 0;
		if (errno != EADDRINUSE)
			break;
		nanosleep(&pause, NULL);
	}
	return refused(o, l, errno, why);
}

/* With a port of 0 the kernel chose: the log is where it can be learned. */
static void tell(const struct listener *l)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	char host[NI_MAXHOST], port[8];

	if (!l->where && l->fd < 0)
		return;
	if (l->path || getsockname(l->fd, (struct sockaddr *)&sa, &len) != 0 ||
	    getnameinfo((struct sockaddr *)&sa, len, host, sizeof(host), port, sizeof(port),
		NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		log_info("listening", "name=%s address=%s", l->name, l->where);
	else
		log_info("listening", "name=%s address=%s:%s", l->name, host, port);
}

/* -- socket activation ---------------------------------------------------------------------- */

static bool listens(int fd)
{
	int on = 0, type = 0;
	socklen_t len = sizeof(on);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 && on &&
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM;
}

static int unknown_descriptor(const struct options *o, int fd, const char *name, struct buf *why)
{
	buf_printf(why,
	    english(o) ? "socket activation: descriptor %d is named “%s”; expected a listening "
			 "stream socket with FileDescriptorName= console, http, redirect or control"
		       : "套接字激活:描述符 %d 名为“%s”;应为监听中的流套接字,FileDescriptorName= "
			 "取 console、http、redirect 或 control",
	    fd, name);
	return EX_CONFIG;
}

static int take_one(const struct options *o, struct listeners *l, int fd, const char *name, struct buf *why)
{
	for (int i = 0; i < LISTENERS; i++) {
		struct listener *one = &l->v[i];

		if (i == LISTENER_ENGINE || i == LISTENER_REPORT || one->given || !text_eq(one->name, name) ||
		    !listens(fd))
			continue;
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
		one->fd = fd;
		one->given = true;
		return 0;
	}
	return unknown_descriptor(o, fd, name, why);
}

/* LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES (sd_listen_fds_with_names). */
static int take_activated(const struct options *o, struct listeners *l, struct buf *why)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS"),
		   *names = getenv("LISTEN_FDNAMES");
	uint64_t number, n;
	char name[64];
	int code = 0;

	if (!pid || !fds || !str_uint(str_of(pid), &number) || number != (uint64_t)getpid() ||
	    !str_uint(str_of(fds), &n))
		return 0;
	for (int i = 0; i < (int)n && code == 0; i++) {
		size_t len = names ? strcspn(names, ":") : 0;

		snprintf(name, sizeof(name), "%.*s", (int)len, names ? names : "");
		code = take_one(o, l, ACTIVATION_FIRST_FD + i, name, why);
		names = names && names[len] ? names + len + 1 : NULL;
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return code;
}

/* -- names ---------------------------------------------------------------------------------- */

static bool there(const struct listener *l)
{
	struct stat st;

	return lstat(l->where, &st) == 0 && st.st_dev == l->dev && st.st_ino == l->ino;
}

static void remember(struct listener *l)
{
	struct stat st;

	if (l->path && lstat(l->where, &st) == 0) {
		l->dev = st.st_dev;
		l->ino = st.st_ino;
	}
}

/* -- all ------------------------------------------------------------------------------------ */

static char *beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) + 1 : 0, len = strlen(name);
	char *out = xalloc(n + len + 1);

	memcpy(out, path, n);
	memcpy(out + n, name, len + 1);
	return out;
}

int listeners_open(const struct options *o, struct listeners *l, struct buf *why)
{
	int code;

	l->engine_path = beside(o->listen_control, "engine.sock");
	l->report_path = beside(o->listen_control, "report.sock");
	l->notifier_path = beside(o->listen_control, "notifier.sock");
	l->v[LISTENER_CONSOLE] = (struct listener){.name = "console", .where = o->listen_console, .fd = -1};
	l->v[LISTENER_HTTP] = (struct listener){.name = "http", .where = o->listen_http, .fd = -1};
	l->v[LISTENER_REDIRECT] =
	    (struct listener){.name = "redirect", .where = o->listen_redirect, .fd = -1};
	l->v[LISTENER_CONTROL] =
	    (struct listener){.name = "control", .where = o->listen_control, .fd = -1, .path = true};
	l->v[LISTENER_ENGINE] =
	    (struct listener){.name = "engine", .where = l->engine_path, .fd = -1, .path = true};
	l->v[LISTENER_REPORT] =
	    (struct listener){.name = "report", .where = l->report_path, .fd = -1, .path = true};
	l->v[LISTENER_NOTIFIER] =
	    (struct listener){.name = "notifier", .where = l->notifier_path, .fd = -1, .path = true};
	code = listeners_check(o, why);
	if (code == 0)
		code = take_activated(o, l, why);
	for (int i = 0; i < LISTENERS && code == 0; i++)
		code = open_one(o, &l->v[i], why);
	for (int i = 0; i < LISTENERS && code == 0; i++) {
		remember(&l->v[i]);
		tell(&l->v[i]);
	}
	return code;
}

/* Mode first: afterwards it is another's. */
static void give(const struct listeners *l, enum listener_id id, const struct identity *engine)
{
	const struct listener *one = &l->v[id];

	if (engine->given && one->path && !one->given &&
	    (chmod(one->where, id == LISTENER_CONTROL ? 0600 : 0660) != 0 ||
		chown(one->where, engine->uid, engine->gid) != 0))
		log_warn("socket not given", "path=%s errno=%d", one->where, errno);
}

void listeners_give(const struct listeners *l, const struct identity *engine)
{
	for (int i = 0; i < LISTENERS; i++)
		give(l, (enum listener_id)i, engine);
}

/* -- looking after them --------------------------------------------------------------------- */

bool listener_look(struct listeners *l, enum listener_id id, const struct identity *engine)
{
	struct listener *one = &l->v[id];
	int fd;

	if (one->fd < 0 || !one->path || one->given || there(one)) {
		one->lost = false;
		return false;
	}
	fd = unix_listen(one->where, 0600, BACKLOG);
	if (fd < 0 && !one->lost)
		log_alarm("socket lost", "path=%s error=%s do=\"%s\"", one->where, system_reason(errno, true),
		    errno == EADDRINUSE   ? "another program serves at it: stop it"
			: errno == EEXIST ? "move away what has its name: it is bound again by itself"
					  : "put the folder back: it is bound again by itself");
	one->lost = fd < 0;
	if (fd < 0)
		return false;
	close(one->fd);
	one->fd = fd;
	remember(one);
	give(l, id, engine);
	log_alarm("socket was deleted or replaced", "path=%s now=bound-again", one->where);
	return true;
}

void listeners_close(struct listeners *l)
{
	for (int i = 0; i < LISTENERS; i++) {
		if (l->v[i].fd < 0)
			continue;
		close(l->v[i].fd);
		if (l->v[i].path && !l->v[i].given && there(&l->v[i]))
			unlink(l->v[i].where); /* another's that took its place is not ours */
	}
	free(l->engine_path);
	free(l->report_path);
	free(l->notifier_path);
}

const struct listener *listeners_find(const struct listeners *l, const char *name)
{
	for (int i = 0; name && i < LISTENERS; i++)
		if (text_eq(l->v[i].name, name))
			return &l->v[i];
	return NULL;
}
