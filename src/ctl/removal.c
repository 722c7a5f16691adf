/*
 * removal.c - see removal.h. Place: the command line. What goes and what stays: store/removal.h.
 */
#include "ctl/removal.h"
#include "base/arena.h"
#include "base/reason.h"
#include "base/time.h"
#include "ctl/rewrite.h"
#include "store/report.h"
#include "store/photos.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool removal_file_digest(struct ctl *ctl, const char *file, struct digest *out)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *all = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0)
		all = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd >= 0)
		close(fd);
	if (all == MAP_FAILED)
		return ctl_fail("%s: %s", file, system_reason(errno, ctl->english)) == EXIT_DONE;
	*out = digest_of((struct str){all, (size_t)st.st_size});
	munmap(all, (size_t)st.st_size);
	return true;
}

/* -- the years ------------------------------------------------------------------------------------- */

static json_t *year_json(struct ctl *ctl, const struct removal_year *y, int done)
{
	char hex[DIGEST_HEX], at[TIME_TEXT_MAX];

	(void)ctl;
	return json_pack("{s:i,s:s,s:s,s:I,s:I,s:s,s:i}", "year", y->year, "file", y->file, "sha256",
	    digest_hex(&y->sha256, hex), "incidents", (json_int_t)y->incidents, "rows", (json_int_t)y->rows,
	    "at", time_rfc3339(y->at, at), "percent", done);
}

static void year_row(struct ctl *ctl, struct table *t, const struct removal_year *y, int done)
{
	char at[TIME_TEXT_MAX], hex[DIGEST_HEX];
	const char *cells[] = {arena_printf(ctl->arena, "%d", y->year), y->file,
	    arena_printf(ctl->arena, "%lld", (long long)y->incidents), ctl_when(ctl, time_rfc3339(y->at, at)),
	    done == 100 ? (ctl->english ? "done" : "已移出") : arena_printf(ctl->arena, "%d%%", done),
	    arena_printf(ctl->arena, "%.16s…", digest_hex(&y->sha256, hex))};

	table_row(t, cells);
}

static int64_t last_incident(struct ctl *ctl, struct reads *r)
{
	struct want_page page = {.filter = {.state = -1, .limit = 1}};
	struct reads_wants w = {.page = &page};

	return reads_wait(r, ctl->arena, &w) == STORE_OK && page.n ? page.v[0]->id : 0;
}

static int list_years(struct ctl *ctl, struct reads *r)
{
	static const struct both heads[] = {{"年份", "year"}, {"存档", "archive"}, {"警情", "incidents"},
	    {"登记", "recorded"}, {"进度", "progress"}, {"SHA-256", "SHA-256"}};
	struct removal_year *years;
	struct report_snapshot s;
	struct table t;
	json_t *list = json_array();
	int64_t incidents = last_incident(ctl, r);
	int n = removal_years(r, ctl->arena, &years);

	if (n < 0 || report_begin(r, &s) != STORE_OK)
		return ctl_fail(ctl->english ? "the store cannot be read" : "数据库读不出来");
	report_end(r);
	table_init(&t, ctl->arena, heads, 6);
	for (int i = 0; i < n; i++) {
		int done = removal_percent(&years[i], incidents, s.seq);

		year_row(ctl, &t, &years[i], done);
		json_array_append_new(list, year_json(ctl, &years[i], done));
	}
	return ctl_show_list(ctl, json_pack("{s:o}", "years", list), &t);
}

int ctl_archive_list(struct ctl *ctl)
{
	char why[512];
	struct reads *r = reads_open(ctl->options->store, why, sizeof why);
	int code = r ? list_years(ctl, r) : ctl_fail("%s", why);

	reads_close(r);
	return code;
}

/* -- the proof ---------------------------------------------------------------------------------------- */

static void on_difference(void *arg, const char *number, const struct difference *d)
{
	const struct ctl *ctl = arg;

	fprintf(stderr, ctl->english ? "%s: %s differs from the events\n" : "%s:%s 与事件不符\n",
	    number ? number : "?", d->field);
}

/* What the file is, proven by itself, and what of it would leave a store. */
static int prove_file(struct ctl *ctl, const char *file, struct archive *what, struct removal_count *count)
{
	struct audit_result result;
	char why[512] = "", beside[PATH_MAX];
	struct reads *r = reads_open(file, why, sizeof why);
	bool whole = r && archive_read(r, what) && what->year &&
	    audit_verify(r, &result, ctl->english, why, sizeof why, NULL, NULL) == 0 &&
	    audit_records(r, ctl->english, why, sizeof why, on_difference, NULL, ctl) == 0;

	if (whole) {
		photos_beside(file, beside, sizeof beside);
		whole = ctl_photos_whole(ctl, r, beside);
	}
	if (whole) {
		*count = (struct removal_count){.from = what->from, .to = what->to};
		whole = removal_count(r, count);
	}
	reads_close(r);
	if (whole)
		return EXIT_DONE;
	if (*why)
		return ctl_fail("%s: %s", file, why);
	return ctl_fail(ctl->english ? "%s is no whole archive of a year" : "%s 不是完整的年度存档", file);
}

static const struct removal_year *year_of(struct reads *r, struct arena *a, int year)
{
	struct removal_year *years;
	int n = removal_years(r, a, &years);

	for (int i = 0; i < n; i++)
		if (years[i].year == year)
			return &years[i];
	return NULL;
}

int removal_prove(struct ctl *ctl, struct reads *store, const char *file)
{
	struct archive what = {0};
	struct removal_count count;
	struct digest sha256, content;
	const struct removal_year *y;

	if (prove_file(ctl, file, &what, &count) != EXIT_DONE || !removal_file_digest(ctl, file, &sha256))
		return EXIT_REFUSED;
	y = year_of(store, ctl->arena, what.year);
	content = removal_content(&count);
	if (!y)
		return ctl_fail(ctl->english ? "%d has not left this store" : "%d 年没有移出这个库",
		    what.year);
	if (!digest_eq(&content, &y->content))
		return ctl_fail(ctl->english ? "%s does not hold what left this store with %d"
					     : "%s 里的记录不是这个库移出的 %d 年的记录",
		    file, what.year);
	if (!digest_eq(&sha256, &y->sha256))
		return ctl_fail(ctl->english
			? "%s holds the records of %d, and is not the file that was recorded: %s"
			: "%s 的记录与移出的 %d 年相符,但文件不是登记的那个 %s",
		    file, what.year, y->file);
	if (!ctl->json)
		printf(ctl->english ? "%s: %d, %lld incidents, every row is proven\n"
				    : "%s:%d 年,%lld 件警情,逐条记录与链相符\n",
		    file, what.year, (long long)count.incidents);
	return EXIT_DONE;
}

/* -- the removal ---------------------------------------------------------------------------------------- */

static bool store_ids(const char *file, char out[17])
{
	char why[512];
	struct report_snapshot s;
	struct reads *r = reads_open(file, why, sizeof why);
	bool read = r && report_begin(r, &s) == STORE_OK;

	if (read) {
		memcpy(out, s.store, 17);
		report_end(r);
	}
	reads_close(r);
	return read;
}

static bool fits(struct ctl *ctl, const struct archive *asked, const struct archive *what,
    const struct removal_count *c, const char *file)
{
	char of_file[17], of_store[17];

	if (what->year != asked->year)
		return ctl_fail(ctl->english ? "%s is the archive of %d, not of %d"
					     : "%s 是 %d 年的存档,不是 %d 年的",
			   file, what->year, asked->year) == EXIT_DONE;
	if (!store_ids(file, of_file) || !store_ids(ctl->options->store, of_store) ||
	    strcmp(of_file, of_store) != 0)
		return ctl_fail(ctl->english ? "%s is of another store" : "%s 是另一个库的存档", file) ==
		    EXIT_DONE;
	if (c->personal)
		return ctl_fail(ctl->english ? "%s was made before the personal data of %lld incidents were "
					       "erased: make it anew"
					     : "%s 里还有 %lld 件的个人信息:等到期删除之后重新存档",
			   file, (long long)c->personal) == EXIT_DONE;
	return true;
}

static int ask_daemon(struct ctl *ctl, const struct archive *what, const char *file,
    const struct digest *sha256, const struct digest *content)
{
	char hex[DIGEST_HEX], of_content[DIGEST_HEX];
	const char *slash = strrchr(file, '/');
	json_t *r = ctl_call(ctl, "store.archive",
	    json_pack("{s:i,s:s,s:s,s:s}", "year", what->year, "file", slash ? slash + 1 : file, "sha256",
		digest_hex(sha256, hex), "content_sha256", digest_hex(content, of_content)));

	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		printf(ctl->english ? "%d leaves the store, a part at a time; liandongctl archive shows how "
				      "far it has come\n"
				    : "%d 年开始移出库,分段进行,不影响接报;进度见 liandongctl archive\n",
		    what->year);
	json_decref(r);
	return EXIT_DONE;
}

int ctl_archive_remove(struct ctl *ctl, const struct archive *asked, const char *file, bool yes)
{
	struct archive what = {0};
	struct removal_count count;
	struct digest sha256, content;

	if (prove_file(ctl, file, &what, &count) != EXIT_DONE || !fits(ctl, asked, &what, &count, file) ||
	    !removal_file_digest(ctl, file, &sha256))
		return EXIT_REFUSED;
	content = removal_content(&count);
	if (!ctl->json)
		printf(ctl->english
			? "%d: %lld of %lld incidents leave the store, with the data of %lld rows; what has "
			  "a "
			  "finding, a request or another year's dispatch stays. Keep %s: it is the only copy "
			  "then\n"
			: "%d 年:%lld 件(全年 %lld 件)移出库,%lld 条记录只留散列值;有考评事项、有申请、"
			  "归入别件或跨年的留在库里。请保管好 %s:移出后只有它一份\n",
		    what.year, (long long)count.incidents, (long long)what.incidents, (long long)count.rows,
		    file);
	fflush(stdout);
	if (!ctl_agreed(ctl, yes, ctl->options->store))
		return EXIT_REFUSED;
	return ask_daemon(ctl, &what, file, &sha256, &content);
}
