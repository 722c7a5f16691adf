/*
 * store_photos.c - the files of photos: kept whole under their digest, never anywhere else; what no dispatch has is swept, and
 * nothing that one has.
 */
#include "unit.h"
#include "base/arena.h"
#include "domain/photo.h"
#include "store/photos.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fix {
	char folder[64], store[80], other[80];
	struct arena *a;
	char digest[3][DIGEST_HEX];
	struct incident inc;
	struct dispatch d;
};

static const struct str pictures[3] = {{"one", 3}, {"two", 3}, {"three", 5}};

static int setup(void **state)
{
	static struct fix f;

	f = (struct fix){.a = arena_new()};
	snprintf(f.folder, sizeof f.folder, "/tmp/liandong-photos-XXXXXX");
	if (!mkdtemp(f.folder))
		return -1;
	snprintf(f.store, sizeof f.store, "%s/s.db", f.folder);
	snprintf(f.other, sizeof f.other, "%s/backup", f.folder);
	for (int i = 0; i < 3; i++) {
		struct digest d = digest_of(pictures[i]);

		digest_hex(&d, f.digest[i]);
	}
	f.inc = (struct incident){.number = "N-1", .dispatches = &f.d, .n_dispatches = 1};
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	photos_erase(f->store, "N-1");
	photos_erase(f->store, "N-2");
	photos_erase(f->other, "N-1");
	photos_swept_not(f->store);
	rmdir(arena_printf(f->a, "%s" PHOTOS_FOLDER, f->store));
	rmdir(arena_printf(f->a, "%s" PHOTOS_FOLDER, f->other));
	rmdir(f->folder);
	arena_free(f->a);
	return 0;
}

static const char *file_of(struct fix *f, const char *number, int i)
{
	char path[PATH_MAX];

	assert_true(photos_path(f->store, number, f->digest[i], path, sizeof path));
	return arena_text(f->a, path);
}

static bool there(struct fix *f, const char *number, int i)
{
	struct buf b = {0};
	bool found = photos_get(f->store, number, f->digest[i], &b);

	assert_true(!found || str_eq(buf_view(&b), pictures[i]));
	assert_true(found || b.n == 0);
	buf_free(&b);
	return found;
}

static void have(struct fix *f, int i)
{
	struct photo p = {
	    .step = PHOTO_ARRIVED, .at = 1000, .type = PICTURE_JPEG, .bytes = (int64_t)pictures[i].n};

	memcpy(p.digest, f->digest[i], sizeof p.digest);
	f->d.photos = photo_append(f->a, f->d.photos, &p);
}

static void is_kept_and_found_by_its_digest_alone(void **state)
{
	struct fix *f = *state;
	struct stat st;

	assert_true(photos_put(f->store, false, "N-1", f->digest[0], pictures[0]));
	assert_true(photos_put(f->store, false, "N-1", f->digest[0], pictures[0])); /* again: the same file */
	assert_true(there(f, "N-1", 0));
	assert_false(there(f, "N-1", 1));
	assert_false(there(f, "N-2", 0));
	assert_int_equal(stat(file_of(f, "N-1", 0), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(photos_put(f->store, true, "N-2", f->digest[1], pictures[1]));
	assert_int_equal(stat(file_of(f, "N-2", 1), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
}

/* A machine that lost its power may have the name and half of the bytes: sent again, it is whole. */
static void half_a_file_is_written_anew(void **state)
{
	struct fix *f = *state;
	FILE *half;

	assert_true(photos_put(f->store, false, "N-1", f->digest[2], pictures[2]));
	half = fopen(file_of(f, "N-1", 2), "w");
	fputs("th", half);
	fclose(half);
	assert_false(there(f, "N-1", 2));
	assert_true(photos_put(f->store, false, "N-1", f->digest[2], pictures[2]));
	assert_true(there(f, "N-1", 2));
}

static void no_name_leads_elsewhere(void **state)
{
	static const char *const bad[] = {"..", ".", "../x", "a/b", "/etc", "N 1", "N-1\n", ".swept"};
	struct fix *f = *state;
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(photos_path(f->store, bad[i], f->digest[0], path, sizeof path));
		assert_false(photos_path(f->store, "N-1", bad[i], path, sizeof path));
		assert_false(photos_put(f->store, false, bad[i], f->digest[0], pictures[0]));
	}
}

static void other_bytes_are_not_shown(void **state)
{
	struct fix *f = *state;
	int fd;

	assert_true(photos_put(f->store, false, "N-1", f->digest[0], pictures[0]));
	fd = open(file_of(f, "N-1", 0), O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(fd, "ONE", 3), 3);
	close(fd);
	assert_false(there(f, "N-1", 0));
	assert_int_equal(unlink(file_of(f, "N-1", 0)), 0);
	assert_int_equal(symlink("/etc/passwd", file_of(f, "N-1", 0)), 0);
	assert_false(there(f, "N-1", 0));
}

static bool owner(void *arg, const char *number, const struct incident **out)
{
	struct fix *f = arg;

	*out = strcmp(number, f->inc.number) == 0 ? &f->inc : NULL;
	return true;
}

static bool unknown(void *arg, const char *number, const struct incident **out)
{
	(void)arg;
	(void)number;
	(void)out;
	return false;
}

static void what_no_dispatch_has_is_swept(void **state)
{
	struct fix *f = *state;

	for (int i = 0; i < 3; i++)
		assert_true(photos_put(f->store, false, "N-1", f->digest[i], pictures[i]));
	assert_true(photos_put(f->store, false, "N-2", f->digest[0], pictures[0]));
	have(f, 0);
	have(f, 2);
	assert_int_equal(photos_sweep(f->store, unknown, f),
	    0); /* a store that cannot be read: nothing goes */
	assert_true(there(f, "N-2", 0));
	assert_int_equal(photos_sweep(f->store, owner, f), 2);
	assert_true(there(f, "N-1", 0));
	assert_false(there(f, "N-1", 1));
	assert_true(there(f, "N-1", 2));
	assert_false(there(f, "N-2", 0));
	/* a folder that has not changed since is not looked at, until it is said that it must be */
	f->d.photos = NULL;
	struct timespec past[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	assert_int_equal(utimensat(AT_FDCWD, arena_printf(f->a, "%s" PHOTOS_FOLDER "/N-1", f->store), past,
			     0),
	    0);
	assert_int_equal(photos_sweep(f->store, owner, f), 0);
	assert_true(there(f, "N-1", 0));
	photos_expire(f->store, "N-1");
	assert_int_equal(photos_sweep(f->store, owner, f), 2);
	assert_false(there(f, "N-1", 0));
}

static void copies_are_made_once_and_say_what_is_missing(void **state)
{
	struct fix *f = *state;
	char beside[PATH_MAX];
	int64_t missing = 0;

	assert_true(photos_put(f->store, false, "N-1", f->digest[0], pictures[0]));
	have(f, 0);
	have(f, 1);
	assert_true(photos_copy(f->store, f->other, "N-1", f->d.photos, &missing));
	assert_int_equal(missing, 1);
	assert_int_equal(photos_missing(f->other, "N-1", f->d.photos), 1);
	photos_beside(arena_printf(f->a, "%s.2", f->store), beside, sizeof beside); /* a later generation */
	assert_string_equal(beside, f->store);
	photos_beside(arena_printf(f->a, "%s/2026-07-10.db", f->folder), beside,
	    sizeof beside); /* a backup */
	assert_string_equal(beside, f->other);
	photos_beside("/nowhere/x.db", beside, sizeof beside);
	assert_string_equal(beside, "/nowhere/x.db");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(is_kept_and_found_by_its_digest_alone, setup, teardown),
	    cmocka_unit_test_setup_teardown(half_a_file_is_written_anew, setup, teardown),
	    cmocka_unit_test_setup_teardown(no_name_leads_elsewhere, setup, teardown),
	    cmocka_unit_test_setup_teardown(other_bytes_are_not_shown, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_no_dispatch_has_is_swept, setup, teardown),
	    cmocka_unit_test_setup_teardown(copies_are_made_once_and_say_what_is_missing, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
