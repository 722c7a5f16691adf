/* plain.c - the transport that leaves the bytes as they are. */
#include "base/log.h"
#include "wire/transport.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static enum transport_says says(ssize_t n, size_t *did, enum transport_says wait)
{
	if (n > 0) {
		*did = (size_t)n;
		return TRANSPORT_DONE;
	}
	if (n == 0)
		return TRANSPORT_END;
	return errno == EAGAIN || errno == EWOULDBLOCK ? wait : TRANSPORT_ERROR;
}

static enum transport_says handshake(struct transport *t)
{
	(void)t;
	return TRANSPORT_DONE;
}

static enum transport_says plain_read(struct transport *t, void *bytes, size_t n, size_t *did)
{
	ssize_t got;

	do
		got = recv(t->fd, bytes, n, MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	return says(got, did, TRANSPORT_WANT_READ);
}

static enum transport_says plain_write(struct transport *t, const void *bytes, size_t n, size_t *did)
{
	ssize_t put;

	do
		put = send(t->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (put < 0 && errno == EINTR);
	return says(put, did, TRANSPORT_WANT_WRITE);
}

static size_t pending(const struct transport *t)
{
	(void)t;
	return 0;
}

static enum transport_says plain_shutdown(struct transport *t)
{
	shutdown(t->fd, SHUT_WR); /* where it fails the peer has gone, and reading tells so */
	return TRANSPORT_DONE;
}

static void plain_free(struct transport *t)
{
	close(t->fd);
	free(t);
}

static const struct transport_kind kind = {
    .handshake = handshake,
    .read = plain_read,
    .write = plain_write,
    .pending = pending,
    .shutdown = plain_shutdown,
    .free = plain_free,
};

struct transport *transport_plain(int fd)
{
	struct transport *t = xalloc(sizeof(*t));

	*t = (struct transport){.kind = &kind, .fd = fd};
	return t;
}
