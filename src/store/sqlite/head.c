/*
 * head.c - the journal's head in a second place.
 *
 * PATH.head holds one line: the store's id, the seq and hash of a row, and the beginning of a SHA-256
 * over these three, so that a damaged line is told from one that differs. It is written beside the
 * database every other second (space.c) while there is something new, and so is at most 5 s behind. What it names has been written
 * back from the WAL before, so that a WAL that is cut, lost or damaged costs no record that is older.
 *
 * Why: SQLite ends its recovery at the first frame of the WAL whose checksum is wrong, and takes an older
 * file for a whole one. Records that were answered are then missing, and nothing within the database says
 * so. At an opening the row that PATH.head names must be there, with that hash.
 */
#include "local.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define HEAD_LINE 160
#define SUM_LEN 16 /* hex digits of the SHA-256 */

static char *head_name(const struct store *s, const char *suffix, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%.*s.head%s", PATH_MAX - 16, s->path, suffix);
	return out;
}

/* "ID SEQ HASH", and its sum. */
static void write_line(const char *id, int64_t seq, const struct digest *hash, char out[HEAD_LINE])
{
	char hex[DIGEST_HEX], sum_hex[DIGEST_HEX];
	struct digest sum;
	int n = snprintf(out, HEAD_LINE, "%s %lld %s", id, (long long)seq, digest_hex(hash, hex));

	sum = digest_of((struct str){out, (size_t)n});
	snprintf(out + n, (size_t)(HEAD_LINE - n), " %.*s\n", SUM_LEN, digest_hex(&sum, sum_hex));
}

bool head_write(struct store *s)
{
	char name[PATH_MAX], draft[PATH_MAX], line[HEAD_LINE];
	int fd;
	bool ok;

	if (s->meta.seq == s->head_seq)
		return true;
	s->head_us = clock_mono_us();
	write_line(s->meta.store, s->meta.seq, &s->meta.hash, line);
	fd = open(head_name(s, ".tmp", draft), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	ok = fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line) && fdatasync(fd) == 0;
	if (fd >= 0)
		close(fd);
	ok = ok && rename(draft, head_name(s, "", name)) == 0;
	if (ok)
		s->head_seq = s->meta.seq;
	else
		log_warn("head not written", "file=%s error=%s", name, strerror(errno));
	return ok;
}

struct head_line {
	char id[17];
	int64_t seq;
	struct digest hash;
};

/* Found, not there, or there and damaged. */
enum head_found { FOUND, ABSENT, DAMAGED };

static enum head_found read_head(const struct store *s, struct head_line *out)
{
	char name[PATH_MAX], line[HEAD_LINE] = "", again[HEAD_LINE], hex[DIGEST_HEX];
	long long seq;
	int fd = open(head_name(s, "", name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got;

	if (fd < 0)
		return errno == ENOENT ? ABSENT : DAMAGED;
	got = read(fd, line, sizeof line - 1);
	close(fd);
	if (got <= 0 || sscanf(line, "%16s %lld %64s", out->id, &seq, hex) != 3 || seq < 0 ||
	    !digest_from_hex(str_of(hex), &out->hash))
		return DAMAGED;
	out->seq = seq;
	write_line(out->id, out->seq, &out->hash, again);
	return strcmp(line, again) == 0 ? FOUND : DAMAGED;
}

/* Is there a row that ends at the head's seq, with its hash? */
static bool holds(struct store *s, const struct head_line *head)
{
	struct digest first = journal_genesis(s->meta.store);
	struct journal_row row = {0};
	sqlite3_stmt *st;
	bool same;

	if (head->seq == 0)
		return digest_eq(&first, &head->hash);
	st = sql_use(&s->q, STATEMENT_JOURNAL_ROW);
	sqlite3_bind_int64(st, 1, head->seq);
	same = sqlite3_step(st) == SQLITE_ROW && journal_read(st, &row) && digest_eq(&row.hash, &head->hash);
	sqlite3_reset(st);
	return same;
}

bool head_check(struct store *s, const struct sayer *say)
{
	struct head_line head;
	char name[PATH_MAX];
	enum head_found found = read_head(s, &head);

	s->head_seq = -1;
	head_name(s, "", name);
	if (found == DAMAGED)
		log_alarm("head unreadable", "file=%s", name);
	if (found != FOUND || (strcmp(head.id, s->meta.store) == 0 && holds(s, &head)))
		return true;
	if (strcmp(head.id, s->meta.store) != 0)
		say(say,
		    "%s 属于另一个数据库（%s），现在的是 %s：旧库的文件没有全部移走，或数据库被换掉了；"
		    "请把旧库的文件移到别处保存，再启动",
		    "%s belongs to another store (%s), this one is %s: files of an old store were left here, "
		    "or "
		    "the store was replaced; move the old store's files elsewhere, keep them, and start "
		    "again",
		    name, head.id, s->meta.store);
	else
		say(say,
		    "数据库 %s 到第 %lld 条为止，而已经答复过的至少到第 %lld "
		    "条（%s）：有记录不见了，没有启动。"
		    "请先把 %s* "
		    "全部拷到别处；若有较新的文件（.1、.2…、-wal），放回原处再启动；若是恢复了备份、"
		    "或确实找不回来，移走 %s 再启动，请接警台把其后的警情原样重报",
		    "the store %s ends at seq %lld, but at least seq %lld was answered (%s): records are "
		    "missing, "
		    "not started. Copy all of %s* elsewhere first; if there is a newer file (.1, .2, -wal), "
		    "put it "
		    "back and start; if a backup was restored, or they cannot be found, move %s away, start, "
		    "and "
		    "have the desk report again what came later",
		    s->file, (long long)s->meta.seq, (long long)head.seq, name, s->path, name);
	return false;
}
