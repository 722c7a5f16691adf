/*
 * fix.c - check --fix; see fix.h. Place: ctl.
 *
 * A mend never changes the number of lines, so the diff compares line by line. What goes to standard output
 * is a unified diff that `patch` takes, but for a file of another encoding, whose old lines are shown as
 * UTF-8. What is said beside it goes to standard error.
 */
#include "ctl/fix.h"
#include "base/arena.h"
#include "ctl/rewrite.h"
#include "mechanism/fix.h"
#include "mechanism/yaml.h"

#include <dirent.h>
#include <stdio.h>

#define CONTEXT 3
#define FILES_MAX (MECHANISM_FILES + 1)

/* -- the diff ------------------------------------------------------------------------------------ */

struct file_lines {
	const struct str *v; /* with their ends */
	int n;
};

static struct file_lines lines_of(struct arena *a, struct str s)
{
	int n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	struct str *v = arena_new_array(a, struct str, (size_t)n + 2);
	for (n = 0; s.n > 0; n++) {
		const char *end = memchr(s.p, '\n', s.n);
		v[n] = (struct str){s.p, end ? (size_t)(end + 1 - s.p) : s.n};
		s = (struct str){s.p + v[n].n, s.n - v[n].n};
	}
	return (struct file_lines){v, n};
}

static void print_line(char sign, struct str line)
{
	printf("%c%.*s", sign, (int)line.n, line.p);
	if (line.n == 0 || line.p[line.n - 1] != '\n')
		printf("\n\\ No newline at end of file\n");
}

/* The first line from `from` on that differs; n: none does. */
static int next_change(const struct file_lines *old, const struct file_lines *new, int from)
{
	while (from < new->n && str_eq(old->v[from], new->v[from]))
		from++;
	return from;
}

/* Where the run of changes that begins there ends: one that is near joins it. */
static int end_of_hunk(const struct file_lines *old, const struct file_lines *new, int at)
{
	int end = at + 1, next;

	while ((next = next_change(old, new, end)) < new->n && next <= end + 2 * CONTEXT)
		end = next + 1;
	return end;
}

static void print_hunk(const struct file_lines *old, const struct file_lines *new, int from, int to)
{
	int first = from > CONTEXT ? from - CONTEXT : 0, last = to + CONTEXT < new->n ? to + CONTEXT : new->n;

	printf("@@ -%d,%d +%d,%d @@\n", first + 1, last - first, first + 1, last - first);
	for (int i = first, end; i < last; i = end) {
		end = i;
		if (str_eq(old->v[i], new->v[i])) {
			print_line(' ', new->v[end++]);
			continue;
		}
		while (end < last && !str_eq(old->v[end], new->v[end]))
			print_line('-', old->v[end++]);
		for (int k = i; k < end; k++)
			print_line('+', new->v[k]);
	}
}

static void print_diff(struct arena *a, const struct fixed_file *f)
{
	struct file_lines old = lines_of(a, f->readable), new = lines_of(a, f->after);

	if (next_change(&old, &new, 0) < new.n) /* else only its encoding is another */
		printf("--- a/%s\n+++ b/%s\n", f->name, f->name);
	for (int at = next_change(&old, &new, 0), end; at < new.n; at = next_change(&old, &new, end)) {
		end = end_of_hunk(&old, &new, at);
		print_hunk(&old, &new, at, end);
	}
}

static bool changed(const struct fixed_file *f)
{
	return !str_eq(f->before, f->after);
}

static void tell(struct ctl *ctl, const struct fixed_file *f)
{
	fprintf(stderr, "%s:", f->name);
	for (int i = 0; i < FIX_KINDS; i++)
		if (f->done[i])
			fprintf(stderr, ctl->english ? " %s (%d)" : " %s(%d 处)", both_said(&fix_words[i]),
			    f->done[i]);
	fputc('\n', stderr);
	if (!ctl->json)
		print_diff(ctl->arena, f);
}

/* -- the folder ----------------------------------------------------------------------------------- */

static int read_files(struct ctl *ctl, const char *folder, struct fixed_file files[FILES_MAX])
{
	struct problems quiet;
	struct dirent *one;
	DIR *dir = opendir(folder);
	int n = 0;

	problems_init(&quiet, ctl->english);
	while (dir && n < FILES_MAX && (one = readdir(dir))) {
		const char *path = arena_printf(ctl->arena, "%s/%s", folder, one->d_name);
		if (!mechanism_has_file(one->d_name) && strcmp(one->d_name, "routing-tests.yaml") != 0)
			continue;
		files[n] = (struct fixed_file){.name = arena_text(ctl->arena, one->d_name)};
		n += yaml_slurp(ctl->arena, path, YAML_LONG_FILE_MAX, &files[n].before, &quiet);
	}
	if (dir)
		closedir(dir);
	problems_free(&quiet);
	return n;
}

static bool write_all(struct ctl *ctl, const char *folder, const struct fixed_file *files, int n)
{
	bool well = true;

	for (int i = 0; i < n && well; i++)
		if (changed(&files[i]))
			well = ctl_replace_file(ctl, arena_printf(ctl->arena, "%s/%s", folder, files[i].name),
			    files[i].after);
	return well;
}

bool fix_folder(struct ctl *ctl, const char *folder, bool yes)
{
	struct options *o = folder ? NULL : ctl_options_found(ctl);
	struct fixed_file files[FILES_MAX];
	int n, mended = 0;

	if (!folder && !o)
		return false;
	folder = folder ? folder : o->mechanism;
	n = read_files(ctl, folder, files);
	fix_files(ctl->arena, files, n);
	for (int i = 0; i < n; i++)
		if (changed(&files[i])) {
			tell(ctl, &files[i]);
			mended++;
		}
	return !mended ||
	    (ctl_agreed(ctl, yes,
		 arena_printf(ctl->arena, ctl->english ? "%d files" : "%d 个文件", mended)) &&
		write_all(ctl, folder, files, n));
}
