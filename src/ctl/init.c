/*
 * init.c - liandongctl mechanism init: a small mechanism of a new city, valid from the first minute, to start
 * from. Its files are compiled in (config/new-city; limits and calendar are the shipped ones). A folder that
 * holds any of them is left as it is.
 */
#include "base/arena.h"
#include "base/reason.h"
#include "base/buf.h"
#include "ctl/ctl.h"
#include "ctl/rewrite.h"
#include "new_city.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_OF(name, text) {name, text},
static const struct {
	const char *name, *text;
} files[] = {NEW_CITY_LIST(FILE_OF)};
#define N_FILES (sizeof(files) / sizeof(files[0]))

#define CITY "@CITY@"
#define SCHEMA "$schema=../schema/"
#define SCHEMA_FOLDER LIANDONG_PREFIX "/share/liandong/schema"

/* Every `what` in the text becomes `with`. */
static const char *replaced(struct arena *a, const char *text, const char *what, const char *with)
{
	struct buf out = {0};

	for (const char *at; (at = strstr(text, what)); text = at + strlen(what)) {
		buf_add(&out, text, (size_t)(at - text));
		buf_text(&out, with);
	}
	buf_text(&out, text);
	const char *done = arena_str(a, buf_view(&out));
	buf_free(&out);
	return done;
}

static bool folder_is_free(struct ctl *ctl, const char *folder)
{
	if (mkdir(folder, 0755) < 0 && errno != EEXIST) {
		ctl_fail(ctl->english ? "%s cannot be made: %s" : "建不了文件夹 %s:%s", folder,
		    system_reason(errno, ctl->english));
		return false;
	}
	for (size_t i = 0; i < N_FILES; i++) {
		const char *path = arena_printf(ctl->arena, "%s/%s", folder, files[i].name);
		if (access(path, F_OK) == 0) {
			ctl_fail(ctl->english ? "%s is there already: choose an empty folder"
					      : "%s 已经有了:请换一个空的文件夹",
			    path);
			return false;
		}
	}
	return true;
}

static bool write_files(struct ctl *ctl, const char *folder, const char *city)
{
	bool installed = access(SCHEMA_FOLDER, F_OK) == 0, well = true;

	for (size_t i = 0; i < N_FILES && well; i++) {
		const char *text = replaced(ctl->arena, files[i].text, CITY, city);
		if (installed)
			text = replaced(ctl->arena, text, SCHEMA, "$schema=" SCHEMA_FOLDER "/");
		well = ctl_replace_file(ctl, arena_printf(ctl->arena, "%s/%s", folder, files[i].name),
		    str_of(text));
	}
	return well;
}

/* It stands inside quotes in the files. */
static bool is_name(const char *city)
{
	size_t n = strlen(city);

	return n > 0 && n <= 60 && !strpbrk(city, "\"\\\n\r\t#:@");
}

int ctl_mechanism_init(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--name"}};
	const char *city;

	argc = ctl_parse(ctl, argc, argv, o, 1);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "一个文件夹", "a folder");
	city = o[0].value ? o[0].value : ctl->english ? "City" : "某某市";
	if (!is_name(city))
		return ctl_usage(ctl,
		    say("--name 应是城市的名称,如 某某市", "--name takes the name of the city"));
	if (!folder_is_free(ctl, argv[0]) || !write_files(ctl, argv[0], city))
		return EXIT_REFUSED;
	printf(ctl->english ? "%zu files in %s. Next: liandongctl check %s\n"
			    : "%2$s 里写了 %1$zu 个文件。接下来:liandongctl check %3$s;怎样到能用见 "
			      "docs/CONFIGURATION.md 的“从新机制到上线”\n",
	    N_FILES, argv[0], argv[0]);
	return EXIT_DONE;
}
