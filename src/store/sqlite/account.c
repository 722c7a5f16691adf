/*
 * account.c - accounts and the mechanism's files as rows, for the engine and the readers alike.
 */
#include "local.h"
#include "base/array.h"
#include "base/log.h"

static bool read_account(sqlite3_stmt *st, struct arena *a, struct account *out)
{
	*out = (struct account){
	    .name = column_text(st, 0, a),
	    .role = (enum account_role)sqlite3_column_int(st, 1),
	    .unit = column_text(st, 2, a),
	    .commands = column_text(st, 3, a),
	    .made_at = sqlite3_column_int64(st, 5),
	    .revoked_at = sqlite3_column_int64(st, 6),
	    .certificate = column_text(st, 7, a),
	};
	return column_digest(st, 4, &out->token) && out->name && out->role < ROLES;
}

int accounts_read(struct sql *q, struct arena *a, struct account **out, size_t *n)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_ACCOUNT_ALL);
	size_t cap = 0;
	int rc;

	*out = NULL;
	*n = 0;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		ARRAY_ROOM(a, *out, *n, cap);
		if (read_account(st, a, &(*out)[*n]))
			++*n;
	}
	return sql_end(st, rc);
}

static int read_one(struct sql *q, struct arena *a, enum statement id, const struct digest *token,
    struct account **out)
{
	sqlite3_stmt *st = sql_use(q, id);
	int rc;

	*out = NULL;
	bind_blob(st, 1, token->b, DIGEST_LEN);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct account *who = arena_alloc(a, sizeof *who);

		if (read_account(st, a, who) && digest_eq(&who->token, token))
			*out = who;
	}
	return sql_end(st, rc);
}

int account_read(struct sql *q, struct arena *a, const struct digest *token, struct account **out)
{
	return read_one(q, a, STATEMENT_ACCOUNT_BY_TOKEN, token, out);
}

int account_was(struct sql *q, struct arena *a, const struct digest *token, struct account **out)
{
	return read_one(q, a, STATEMENT_ACCOUNT_WAS, token, out);
}

/* It may be a revoked one, where no other has the name. */
int account_certified(struct sql *q, struct arena *a, const char *certificate, struct account **out)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_ACCOUNT_BY_CERTIFICATE);
	int rc;

	*out = NULL;
	bind_text(st, 1, certificate);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct account *who = arena_alloc(a, sizeof *who);

		if (read_account(st, a, who))
			*out = who;
	}
	return sql_end(st, rc);
}

/* A token is text without a NUL, so none begins as this does. */
struct digest account_certificate_token(const char *certificate, const char *account, int64_t made_at)
{
	struct str parts[] = {{"\0certificate", 12}, str_of(certificate), {"", 1}, str_of(account),
	    {(const char *)&made_at, sizeof made_at}};

	return digest_parts(parts, sizeof parts / sizeof *parts);
}

int account_named(struct sql *q, struct arena *a, const char *name, struct account **out)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_ACCOUNT_BY_NAME);
	int rc;

	*out = NULL;
	bind_text(st, 1, name);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct account *who = arena_alloc(a, sizeof *who);

		if (read_account(st, a, who))
			*out = who;
	}
	return sql_end(st, rc);
}

/* A revision with a file whose bytes are not those that were stored is not kept any more: a mechanism
 * that a disk or a hand has changed does not come into force. */
int files_read(struct sql *q, struct arena *a, const char *revision, struct mechanism_file *out, int most,
    int *n)
{
	sqlite3_stmt *st = sql_use(q, STATEMENT_FILE_OF);
	int rc;

	*n = 0;
	bind_text(st, 1, revision);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && *n < most) {
		struct str bytes = column_blob(st, 1);
		struct digest stored, found = digest_of(bytes);

		if (!column_digest(st, 2, &stored) || !digest_eq(&stored, &found)) {
			log_alarm("stored file changed", "revision=%s name=%s", revision,
			    (const char *)sqlite3_column_text(st, 0));
			*n = 0;
			rc = SQLITE_DONE;
			break;
		}
		out[*n].name = column_text(st, 0, a);
		out[*n].bytes = (struct str){arena_str(a, bytes), bytes.n};
		++*n;
	}
	rc = sql_end(st, rc);
	sql_forget_pages(q);
	return rc;
}
