/*
 * tls_files.c - a listener's certificate, key, CA and CRL: read from their files by the supervisor (and by
 * `check`), tried, and handed down as a sealed descriptor to the processes that serve.
 *
 * Place: wire. A process that is handed them opens no file, so it may live in a chroot, and a file that is
 * half written later does not reach it. Of a listener that it does not serve a process gets the dates and no
 * secret. A key lies in memory of its own size, never in a buffer that grows, and is overwritten.
 */
#include "base/log.h"
#include "base/reason.h"
#include "base/time.h"
#include "mechanism/options.h"
#include "wire/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAPER_MOST ((size_t)1024 * 1024) /* bytes of a file */
#define PASSED_MOST ((size_t)TLS_LISTENERS * TLS_PAPERS * PAPER_MOST)
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

const char *const tls_paper_names[TLS_PAPERS] = {
    [TLS_CERTIFICATE] = "certificate",
    [TLS_KEY] = "key",
    [TLS_CLIENT_CA] = "client_ca",
    [TLS_CLIENT_CRL] = "client_crl",
};

const char *const tls_listener_names[TLS_LISTENERS] = {"console", "http"};

const struct tls_files *tls_files_of(const struct options *o, const char *listener)
{
	return strcmp(listener, "console") == 0 ? &o->tls_console : &o->tls_http;
}

void tls_credentials_free(struct tls_credentials *c)
{
	for (int i = 0; i < TLS_PAPERS; i++) {
		char *p = (char *)(uintptr_t)c->pem[i].p;

		if (p && i == TLS_KEY)
			explicit_bzero(p, c->pem[i].n);
		free(p);
	}
	*c = (struct tls_credentials){0};
}

/* ---- reading files ---- */

struct reading_papers {
	const struct tls_files *files;
	const char *listener;
	bool english;
	struct buf *why;
};

static const char *file_of(const struct tls_files *f, enum tls_paper paper)
{
	const char *const files[TLS_PAPERS] = {f->certificate, f->key, f->client_ca, f->client_crl};

	return files[paper];
}

/* "tls_http.key:/etc/…/key.pem:" and what is wrong. */
static bool wrong(const struct reading_papers *r, enum tls_paper paper, const char *zh, const char *en,
    const char *detail)
{
	buf_printf(r->why, r->english ? "tls_%s.%s: %s: %s%s%s%s" : "tls_%s.%s:%s:%s%s%s%s", r->listener,
	    tls_paper_names[paper], file_of(r->files, paper), r->english ? en : zh, *detail ? " (" : "",
	    detail, *detail ? ")" : "");
	return false;
}

/* A key that others on this machine can read is none. */
static bool is_private(const struct reading_papers *r, const struct stat *st)
{
	char mode[16];

	if ((st->st_mode & 077) == 0)
		return true;
	snprintf(mode, sizeof(mode), "%04o", (unsigned)(st->st_mode & 07777));
	return wrong(r, TLS_KEY, "别的用户读得到这把私钥;请改成 0600:chmod 600",
	    "other users can read this key; expected mode 0600: chmod 600", mode);
}

static bool read_all(int fd, char *to, size_t n)
{
	while (n > 0) {
		ssize_t got = read(fd, to, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		n -= (size_t)got;
	}
	return true;
}

static bool read_open(const struct reading_papers *r, enum tls_paper paper, int fd, struct str *out)
{
	struct stat st;
	char *p;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < 1 || (size_t)st.st_size > PAPER_MOST)
		return wrong(r, paper, "应为 1 MiB 以内的普通文件,不是空的",
		    "expected a regular file of at most 1 MiB that is not empty", "");
	if (paper == TLS_KEY && !is_private(r, &st))
		return false;
	p = xalloc((size_t)st.st_size);
	*out = (struct str){p, (size_t)st.st_size};
	if (!read_all(fd, p, out->n))
		return wrong(r, paper, "读不了这个文件", "cannot read this file", "");
	return true;
}

static bool read_paper(const struct reading_papers *r, enum tls_paper paper, struct str *out)
{
	const char *file = file_of(r->files, paper);
	bool done;
	int fd;

	if (!file)
		return true;
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return wrong(r, paper, "读不了这个文件", "cannot read this file",
		    system_reason(errno, r->english));
	done = read_open(r, paper, fd, out);
	close(fd);
	return done;
}

static enum tls_clients clients_of(const struct tls_files *f)
{
	return strcmp(f->client_certificate, "required") == 0 ? TLS_CLIENTS_REQUIRED
	    : strcmp(f->client_certificate, "optional") == 0  ? TLS_CLIENTS_OPTIONAL
							      : TLS_CLIENTS_NONE;
}

static bool try_them(const struct reading_papers *r, const struct tls_credentials *c)
{
	struct tls_fault fault;

	return tls_context_check(c, &fault) || wrong(r, fault.paper, fault.zh, fault.en, fault.detail);
}

bool tls_credentials_read(const struct tls_files *f, const char *listener, bool english,
    struct tls_credentials *out, struct buf *why)
{
	struct reading_papers r = {f, listener, english, why};

	*out = (struct tls_credentials){.clients = clients_of(f)};
	snprintf(out->listener, sizeof(out->listener), "%s", listener);
	for (int i = 0; i < TLS_PAPERS; i++)
		if (!read_paper(&r, (enum tls_paper)i, &out->pem[i])) {
			tls_credentials_free(out);
			return false;
		}
	if (!try_them(&r, out)) {
		tls_credentials_free(out);
		return false;
	}
	tls_context_dates(out);
	return true;
}

bool tls_credentials_dated(const struct tls_credentials *c, int64_t now, bool english, struct buf *why)
{
	bool over = now >= c->expires;
	char at[TIME_TEXT_MAX];

	if (!over && now >= c->not_before)
		return false;
	time_rfc3339(over ? c->expires : c->not_before, at);
	if (english)
		buf_printf(why, "tls_%s.certificate: %s since %s", c->listener,
		    over ? "expired" : "is not valid yet, but", at);
	else
		buf_printf(why,
		    over ? "tls_%s.certificate:证书已于 %s 到期" : "tls_%s.certificate:证书 %s 起才有效",
		    c->listener, at);
	return true;
}

static const char *as_text(struct buf *b)
{
	buf_char(b, '\0');
	return b->p;
}

static void check_dates(const struct tls_credentials *c, const struct options *o, int64_t now,
    struct problems *p)
{
	struct buf why = {0};

	if (tls_credentials_dated(c, now, p->english, &why))
		problems_add(p, PROBLEM_CERTIFICATE_DATE, o->file, 0, 0, "%s", "%s", as_text(&why));
	else if (c->expires - now < TLS_SOON_MS)
		problems_add(p, PROBLEM_CERTIFICATE_DATE, o->file, 0, 0,
		    "tls_%s.certificate:证书再过 %lld 天到期", "tls_%s.certificate: expires in %lld days",
		    c->listener, (long long)((c->expires - now) / (TLS_SOON_MS / 30)));
	if (c->crl_expires && c->crl_expires <= now)
		problems_add(p, PROBLEM_CERTIFICATE_DATE, o->file, 0, 0,
		    "tls_%s.client_crl:吊销清单已过下次更新的日期,仍照它办;请换上新的",
		    "tls_%s.client_crl: the list is past its next update and still counts; get the new one",
		    c->listener);
	buf_free(&why);
}

void tls_files_check(const struct options *o, int64_t now, struct problems *p)
{
	struct tls_credentials c;

	for (int i = 0; i < TLS_LISTENERS; i++) {
		const char *listener = tls_listener_names[i];
		const struct tls_files *f = tls_files_of(o, listener);
		struct buf why = {0};

		if (f->certificate && tls_credentials_read(f, listener, p->english, &c, &why)) {
			check_dates(&c, o, now, p);
			tls_credentials_free(&c);
		} else if (f->certificate) {
			problems_add(p, PROBLEM_CERTIFICATE, o->file, 0, 0, "%s", "%s", as_text(&why));
		}
		buf_free(&why);
	}
}

/* ---- handing them down ---- */

static bool write_all(int fd, const void *from, size_t n)
{
	const char *p = from;

	while (n > 0) {
		ssize_t put = write(fd, p, n);

		if (put <= 0)
			return false;
		p += put;
		n -= (size_t)put;
	}
	return true;
}

/* The members that are no papers, then each paper with its length. */
static bool write_one(int fd, const struct tls_credentials *c, bool secrets)
{
	struct buf head = {0};
	bool done;

	buf_bytes(&head, str_of(c->listener));
	buf_u8(&head, (uint8_t)c->clients);
	buf_i64(&head, c->not_before);
	buf_i64(&head, c->expires);
	buf_i64(&head, c->crl_expires);
	buf_bytes(&head, str_of(c->refused));
	done = write_all(fd, head.p, head.n);
	for (int i = 0; i < TLS_PAPERS && done; i++) {
		struct str s = secrets ? c->pem[i] : (struct str){0};

		buf_reset(&head);
		buf_u32(&head, (uint32_t)s.n);
		done = write_all(fd, head.p, head.n) && write_all(fd, s.p, s.n);
	}
	buf_free(&head);
	return done;
}

int tls_credentials_pass(const struct tls_credentials *v, size_t n, const char *whole)
{
	int fd = memfd_create("liandong-tls", MFD_CLOEXEC | MFD_ALLOW_SEALING), saved;

	if (fd < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!write_one(fd, &v[i], whole && strcmp(v[i].listener, whole) == 0))
			goto failed;
	if (fcntl(fd, F_ADD_SEALS, SEALS) == 0)
		return fd;
failed:
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static void take_text(struct reader *r, char *to, size_t room)
{
	struct str s = read_bytes(r);

	r->bad |= s.n >= room;
	snprintf(to, room, "%.*s", r->bad ? 0 : (int)s.n, s.n ? s.p : "");
}

static void take_one(struct reader *r, struct tls_credentials *c)
{
	*c = (struct tls_credentials){0};
	take_text(r, c->listener, sizeof(c->listener));
	c->clients = (enum tls_clients)read_u8(r);
	c->not_before = read_i64(r);
	c->expires = read_i64(r);
	c->crl_expires = read_i64(r);
	take_text(r, c->refused, sizeof(c->refused));
	for (int i = 0; i < TLS_PAPERS; i++) {
		struct str s = read_bytes(r);

		if (s.n)
			c->pem[i] = (struct str){memcpy(xalloc(s.n), s.p, s.n), s.n};
	}
	r->bad |= c->clients > TLS_CLIENTS_REQUIRED;
}

static bool take_all(struct str bytes, struct tls_credentials v[TLS_LISTENERS], size_t *n)
{
	struct reader r = reader_of(bytes);

	*n = 0;
	while (!r.bad && r.p < r.end && *n < TLS_LISTENERS)
		take_one(&r, &v[(*n)++]);
	if (reader_done(&r))
		return true;
	while (*n > 0)
		tls_credentials_free(&v[--*n]);
	return false;
}

bool tls_credentials_take(int fd, struct tls_credentials v[TLS_LISTENERS], size_t *n)
{
	struct stat st = {.st_size = 0};
	bool whole = (fcntl(fd, F_GET_SEALS) & SEALS) == SEALS && fstat(fd, &st) == 0 &&
	    (size_t)st.st_size <= PASSED_MOST,
	     done = false;
	void *p =
	    whole && st.st_size ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;

	*n = 0;
	if (p != MAP_FAILED) {
		done = take_all((struct str){p, (size_t)st.st_size}, v, n);
		munmap(p, (size_t)st.st_size);
	}
	close(fd);
	return done;
}
