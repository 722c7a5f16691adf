/*
 * revoked.c - which tokens were revoked, which sessions ended, and which codes were used, in a second place.
 *
 * A backup holds the accounts as they were. A token that was revoked since, because it had leaked, would be
 * live again after a restore, and nothing in the backup could say so. So each revocation is appended to
 * PATH.revoked, a line of the token's SHA-256 and the instant, and every opening revokes the tokens listed
 * there. A session that was ended and a code that was used stand there in the same way. A person who restores a backup keeps that file beside it; if it is lost, the accounts are to be
 * looked through by hand (docs/OPERATIONS.md).
 */
#include "local.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define LINE 128

static char *revoked_name(const char *path, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%.*s.revoked", PATH_MAX - 16, path);
	return out;
}

bool revoked_note(const char *path, const struct digest *token, int64_t at)
{
	char name[PATH_MAX], hex[DIGEST_HEX], line[LINE];
	int n = snprintf(line, sizeof line, "%s %lld\n", digest_hex(token, hex), (long long)at);
	int fd = open(revoked_name(path, name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool done = fd >= 0 && write(fd, line, (size_t)n) == n && fdatasync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

void revoked_add(const struct store *s, const struct digest *token, int64_t at)
{
	if (!revoked_note(s->path, token, at))
		log_alarm("revocation not noted", "file=%s.revoked error=%s", s->path, strerror(errno));
}

/* The next token that is noted; false: no more. */
static bool next_noted(FILE *f, struct digest *token, int64_t *at)
{
	char line[LINE], hex[DIGEST_HEX];
	long long instant;

	while (fgets(line, sizeof line, f)) {
		if (sscanf(line, "%64s %lld", hex, &instant) != 2 || instant <= 0 ||
		    !digest_from_hex(str_of(hex), token))
			continue;
		*at = instant;
		return true;
	}
	return false;
}

bool revoked_has(const char *path, const struct digest *token)
{
	char name[PATH_MAX];
	FILE *f = fopen(revoked_name(path, name), "re");
	struct digest one;
	int64_t at;
	bool found = false;

	while (f && !found && next_noted(f, &one, &at))
		found = digest_eq(&one, token);
	if (f)
		fclose(f);
	return found;
}

int64_t revoked_live(const char *path, struct sql *q)
{
	char name[PATH_MAX];
	FILE *f = fopen(revoked_name(path, name), "re");
	struct arena *a = arena_new();
	struct account *live;
	struct digest token;
	int64_t at, n = 0;

	while (f && next_noted(f, &token, &at))
		n += account_read(q, a, &token, &live) == SQLITE_OK && live;
	arena_free(a);
	if (f)
		fclose(f);
	return n;
}

static int revoke_token(struct store *s, const struct digest *token, int64_t at)
{
	sqlite3_stmt *st = sql_use(&s->q, STATEMENT_ACCOUNT_REVOKE);

	bind_blob(st, 1, token->b, DIGEST_LEN);
	sqlite3_bind_int64(st, 2, at);
	return sql_run(&s->q, STATEMENT_ACCOUNT_REVOKE);
}

int revoked_apply(struct store *s)
{
	char name[PATH_MAX];
	FILE *f = fopen(revoked_name(s->path, name), "re");
	int rc = SQLITE_OK, again = 0, gone = 0;
	struct digest token;
	int64_t at;

	while (f && rc == SQLITE_OK && next_noted(f, &token, &at)) {
		rc = revoke_token(s, &token, at);
		again += rc == SQLITE_OK ? sqlite3_changes(s->q.db) : 0;
		if (rc == SQLITE_OK)
			rc = secret_gone(&s->q, &token, &gone);
		again += gone;
	}
	if (f)
		fclose(f);
	if (again)
		log_alarm("tokens revoked again", "n=%d reason=restored-backup file=%s", again, name);
	return rc;
}
