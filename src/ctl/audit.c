/*
 * audit.c - liandongctl audit verify: walks the chain of events in the store, read-only, beside a
 * running daemon or without one. --head SEQ:HASH, as printed in a report or log, proves that nothing
 * up to there was changed since; --heads FILE does it with all that audit head has kept elsewhere.
 */
#include "ctl/ctl.h"
#include "base/digest.h"
#include "base/reason.h"
#include "ctl/heads_said.h"
#include "ctl/removal.h"
#include "store/archive.h"
#include "store/photos.h"
#include "store/report.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static void progress(void *arg, int64_t done, int64_t of)
{
	(void)arg;
	fprintf(stderr, say("\r校验 %lld / %lld", "\rverified %lld of %lld"), (long long)done, (long long)of);
}

#define DIFFERENCES_SAID 50

/* What somebody has changed by hand: rows that are not what their events say. */
struct told {
	struct ctl *ctl;
	int n;
};

static void on_difference(void *arg, const char *number, const struct difference *d)
{
	struct told *told = arg;
	char id[DISPATCH_ID_MAX + 8];
	const char *stored = d->stored ? d->stored : "-", *expected = d->expected ? d->expected : "-";

	if (told->n++ >= DIFFERENCES_SAID)
		return;
	snprintf(id, sizeof id, d->dispatch ? "%s-%02d" : "%s", number ? number : "?", d->dispatch);
	fprintf(stderr, say("%s:%s 库里是 %s,按事件应为 %s\n", "%s: %s is %s, by its events %s\n"), id,
	    d->field, stored, expected);
}

static int check_records(struct ctl *ctl, struct reads *reads, bool bar)
{
	struct told told = {.ctl = ctl};
	char why[512];
	int64_t n =
	    audit_records(reads, ctl->english, why, sizeof why, on_difference, bar ? progress : NULL, &told);

	if (n < 0)
		return ctl_fail("%s", why);
	if (n == 0)
		return EXIT_DONE;
	if (ctl->english)
		return ctl_fail("%lld places differ from the events: the store was changed by hand",
		    (long long)n);
	return ctl_fail(say("有 %lld 处与事件不符:数据库被人改过",
			    "%lld places differ from the events: the database was changed by hand"),
	    (long long)n);
}

/* An archive is said to be one: it proves the incidents of its year and the chain up to their last row. */
static void say_archive(const struct ctl *ctl, struct reads *reads)
{
	struct archive what;

	if (!archive_read(reads, &what) || what.year == 0 || ctl->json)
		return;
	printf(ctl->english ? "archive of %d: %lld incidents\n" : "%d 年的存档:%lld 件警情\n", what.year,
	    (long long)what.incidents);
}

static bool parse_head(const char *text, int64_t *seq, struct digest *hash)
{
	uint64_t n;
	size_t len = strcspn(text, ":");
	if (text[len] != ':' || !str_uint((struct str){text, len}, &n) || n > INT64_MAX)
		return false;
	*seq = (int64_t)n;
	return digest_from_hex(str_of(text + len + 1), hash);
}

static int check_head(const struct ctl *ctl, struct reads *reads, const char *given)
{
	struct digest want, have;
	int64_t seq;
	if (!parse_head(given, &seq, &want))
		return ctl_usage(ctl, say("--head 应为 SEQ:HASH", "--head takes SEQ:HASH"));
	if (!audit_head_at(reads, seq, &have))
		return ctl_fail(say("没有在序号 %lld 结束的记录", "no row ends at seq %lld"), (long long)seq);
	if (!digest_eq(&want, &have))
		return ctl_fail(say("序号 %lld 处的链值与给出的不同:其前的记录被改动过",
				    "the hash at seq %lld is not the one given: what lies before it was "
				    "changed"),
		    (long long)seq);
	return EXIT_DONE;
}

static int check_heads(struct ctl *ctl, struct reads *reads, const char *file)
{
	struct report_snapshot s;
	struct heads_proof proof;
	bool read;

	if (report_begin(reads, &s) != STORE_OK)
		return ctl_fail(ctl->english ? "the store cannot be read" : "数据库读不出来");
	read = heads_prove(reads, s.store, s.seq, file, &proof);
	report_end(reads);
	if (!read)
		return ctl_fail(ctl->english ? "%s cannot be read: %s" : "%s 读不了:%s", file,
		    system_reason(errno, ctl->english));
	return heads_say(ctl, file, &proof);
}

static void print_result(struct ctl *ctl, const struct audit_result *r)
{
	char hex[DIGEST_HEX];
	digest_hex(&r->head, hex);
	if (ctl->json)
		printf("{\"ok\":true,\"rows\":%lld,\"events\":%lld,\"archived\":%lld,\"seq\":%lld,\"head\":"
		       "\"%s\"}\n",
		    (long long)r->rows, (long long)r->events, (long long)r->archived, (long long)r->seq, hex);
	else
		printf(say("事件链完整:%lld 条记录,%lld 个事件\n链头 %lld:%s\n",
			   "the chain is whole: %lld rows, %lld events\nhead %lld:%s\n"),
		    (long long)r->rows, (long long)r->events, (long long)r->seq, hex);
	if (r->archived && !ctl->json)
		printf(ctl->english
			? "%lld rows have their data in archives: prove them with --archive FILE\n"
			: "其中 %lld 条的内容在存档里,逐条核对用 --archive 文件\n",
		    (long long)r->archived);
}

/* By the digests that the records have, which the events have proven. */
static int check_photos(struct ctl *ctl, struct reads *reads, const char *file)
{
	char beside[PATH_MAX];

	photos_beside(file, beside, sizeof beside);
	return ctl_photos_whole(ctl, reads, beside) ? EXIT_DONE : EXIT_REFUSED;
}

int ctl_audit_verify(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {
	    {.name = "--head"}, {.name = "--store"}, {.name = "--heads"}, {.name = "--archive"}};
	struct audit_result result;
	char why[512];
	if (!ctl_parse_options(ctl, argc, argv, o, 4))
		return EXIT_USAGE;
	if (!o[1].value && !ctl_options(ctl))
		return EXIT_REFUSED;
	struct reads *reads = reads_open(o[1].value ? o[1].value : ctl->options->store, why, sizeof why);
	if (!reads)
		return ctl_fail("%s", why);
	bool bar = isatty(2);
	int code = audit_verify(reads, &result, ctl->english, why, sizeof why, bar ? progress : NULL, NULL);
	if (bar)
		fputs("\r\033[K", stderr);
	code = code == 0 ? check_records(ctl, reads, bar) : ctl_fail("%s", why);
	if (code == EXIT_DONE)
		code = check_photos(ctl, reads, o[1].value ? o[1].value : ctl->options->store);
	if (code == EXIT_DONE && o[0].value)
		code = check_head(ctl, reads, o[0].value);
	if (code == EXIT_DONE && o[2].value)
		code = check_heads(ctl, reads, o[2].value);
	if (code == EXIT_DONE && o[3].value)
		code = removal_prove(ctl, reads, o[3].value);
	if (code == EXIT_DONE) {
		say_archive(ctl, reads);
		print_result(ctl, &result);
	}
	reads_close(reads);
	return code;
}
