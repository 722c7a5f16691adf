/*
 * archive.c - liandongctl archive: a closed year as a file that list, show, report and verify read with --store.
 * Place: the command line. What is in the file: store/archive.h. The store itself is not changed, but by --remove
 * (removal.h).
 */
#include "ctl/ctl.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/time.h"
#include "ctl/removal.h"

#include <stdio.h>
#include <unistd.h>

/* The year's first instant and that of the next; false: it is none. */
static bool year_of(const char *text, struct archive *out)
{
	uint64_t year;

	if (!str_uint(str_of(text), &year) || year < 2000 || year > 2999)
		return false;
	*out = (struct archive){.year = (int)year, .made_at = clock_wall().ms};
	out->from = day_start(date_day((struct date){(int)year, 1, 1}));
	out->to = day_start(date_day((struct date){(int)year + 1, 1, 1}));
	return true;
}

static int say_open(const struct ctl *ctl, const struct archiving *found, const char *why)
{
	fprintf(stderr, "%s:", why);
	for (int64_t i = 0; i < found->open && i < ARCHIVE_OPEN_SAID; i++)
		fprintf(stderr, " %s", found->numbers[i]);
	fputs(found->open > ARCHIVE_OPEN_SAID ? " …\n" : "\n", stderr);
	return ctl_fail(ctl->english
		? "an archive is of a year whose incidents have all ended, with nothing undecided"
		: "存档须全年的警情都已了结,没有待决的申请和待核的事项;先办结,再存档");
}

/* What was written proves itself, by the same code as any store. */
static int prove(struct ctl *ctl, const char *file, struct archive *out)
{
	struct audit_result result;
	char why[512];
	struct reads *r = reads_open(file, why, sizeof why);
	int found = r && archive_read(r, out)
	    ? audit_verify(r, &result, ctl->english, why, sizeof why, NULL, NULL)
	    : -1;

	if (found != 0)
		ctl_fail("%s: %s", file, why);
	if (found == 0 && !ctl_photos_copy(ctl, r, ctl->options->store, file))
		found = -1;
	reads_close(r);
	return found == 0 ? EXIT_DONE : EXIT_REFUSED;
}

static int write_year(struct ctl *ctl, const struct archive *what, const char *file)
{
	struct archiving found;
	struct archive made = {0};
	char why[512] = "";

	if (access(file, F_OK) == 0)
		return ctl_fail(ctl->english ? "%s is there already: choose another name"
					     : "%s 已存在,请另取名字",
		    file);
	if (!archive_write(ctl->options->store, what, file, ctl->english, &found, why, sizeof why))
		return found.open ? say_open(ctl, &found, why) : ctl_fail("%s", why);
	if (prove(ctl, file, &made) != EXIT_DONE)
		return EXIT_REFUSED;
	if (ctl->json) {
		json_t *tree = json_pack("{s:s,s:i,s:I}", "file", file, "year", made.year, "incidents",
		    (json_int_t)made.incidents);

		ctl_print_json(tree);
		json_decref(tree);
		return EXIT_DONE;
	}
	printf(ctl->english ? "%s: %d, %lld incidents\n" : "%s:%d 年,%lld 件警情\n", file, made.year,
	    (long long)made.incidents);
	return EXIT_DONE;
}

int ctl_archive(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "-o"}, {.name = "--remove"}, {.name = "--yes", .flag = true}};
	struct archive what;

	argc = ctl_parse(ctl, argc, argv, o, 3);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc == 0 && !o[0].value && !o[1].value)
		return ctl_options(ctl) ? ctl_archive_list(ctl) : EXIT_REFUSED;
	if (argc != 1 || !year_of(argv[0], &what))
		return ctl_usage(ctl, say("需要年份,如 2025", "a year is expected, such as 2025"));
	if (!o[1].value && what.to > what.made_at)
		return ctl_fail(ctl->english ? "%d is not over yet" : "%d 年还没有过完", what.year);
	if (!ctl_options(ctl))
		return EXIT_REFUSED;
	if (o[1].value)
		return ctl_archive_remove(ctl, &what, o[1].value, o[2].value);
	return write_year(ctl, &what,
	    o[0].value ? o[0].value : arena_printf(ctl->arena, "liandong-%d.db", what.year));
}
