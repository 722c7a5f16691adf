/*
 * ctl_heads.c - heads that were kept elsewhere: the line as it is written and read, and what a file of them says of
 * a store that is whole, was cut, was set back and went on.
 */
#include "ctl/heads.h"
#include "store_fixture.h"

#include <string.h>

static struct kept_head one(void)
{
	struct kept_head h = {.at = T0, .seq = 57, .store = "0123456789abcdef"};

	for (size_t i = 0; i < sizeof h.hash.b; i++)
		h.hash.b[i] = (unsigned char)i;
	return h;
}

/* printf '%s' 'liandong-head 2026-…1f' | sha256sum */
#define LINE                                                                                                 \
	"liandong-head 2026-03-02T08:00:00+08:00 0123456789abcdef 57 "                                       \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f "

static void a_line_is_read_as_it_was_written(void **state)
{
	struct kept_head h = one(), back;
	char text[HEAD_TEXT_MAX], in_log[2 * HEAD_TEXT_MAX];

	(void)state;
	head_write_line(&h, text);
	assert_int_equal(strncmp(text, LINE, strlen(LINE)), 0);
	assert_int_equal(strlen(text), strlen(LINE) + 16);
	assert_int_equal(head_read_line(str_of(text), &back), LINE_HEAD);
	assert_int_equal(back.at, T0);
	assert_int_equal(back.seq, 57);
	assert_string_equal(back.store, h.store);
	assert_true(digest_eq(&back.hash, &h.hash));
	snprintf(in_log, sizeof in_log, "Mar  2 08:00:00 host liandong[12]: %s\r\n", text);
	assert_int_equal(head_read_line(str_of(in_log), &back), LINE_HEAD);
}

static void any_changed_byte_damages_it(void **state)
{
	struct kept_head h = one(), back;
	char text[HEAD_TEXT_MAX];
	size_t n;

	(void)state;
	n = strlen(head_write_line(&h, text));
	for (size_t i = 0; i < n; i++) {
		text[i] ^= 1;
		assert_int_equal(head_read_line((struct str){text, n}, &back), LINE_DAMAGED);
		text[i] ^= 1;
	}
	for (size_t i = 1; i < n; i++)
		assert_int_equal(head_read_line((struct str){text, i}, &back), LINE_DAMAGED);
	assert_int_equal(head_read_line(STR("  \n"), &back), LINE_NOTHING);
	assert_int_equal(head_read_line(STR("# begun 2026-03-02\n"), &back), LINE_NOTHING);
}

/* -- files ---------------------------------------------------------------------------------------- */

static char *file_of(struct fixture *f)
{
	return arena_printf(f->a, "%s/heads", f->folder);
}

static void add_text(struct fixture *f, const char *text)
{
	FILE *out = fopen(file_of(f), "ae");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static void add_head(struct fixture *f, const char *store)
{
	struct store_head now = store_head(f->s);
	struct kept_head h = {.at = T0, .seq = now.seq, .hash = now.hash};
	char text[HEAD_TEXT_MAX];

	snprintf(h.store, sizeof h.store, "%s", store);
	add_text(f, head_write_line(&h, text));
	add_text(f, "\n");
}

static struct heads_proof proven(struct fixture *f)
{
	struct reads *r = open_reads(f);
	struct heads_proof out;

	assert_true(heads_prove(r, store_id(f->s), store_head(f->s).seq, file_of(f), &out));
	reads_close(r);
	return out;
}

static void a_whole_store_holds_all_of_them(void **state)
{
	struct fixture *f = *state;
	struct heads_proof p;

	open_store(f);
	add_head(f, store_id(f->s)); /* seq 0: what the chain begins with */
	saved_incident(f, "one");    /* 4 events */
	add_head(f, store_id(f->s));
	add_head(f, "fedcba9876543210");
	add_text(f, "liandong-head 2026-03-02T08:00:00+08:00 torn\n\n# so far\n");
	saved_incident(f, "two");
	add_head(f, store_id(f->s));
	p = proven(f);
	assert_int_equal(p.fault, HEAD_HOLDS);
	assert_int_equal(p.held, 3);
	assert_int_equal(p.held_seq, 8);
	assert_int_equal(p.others, 1);
	assert_int_equal(p.damaged, 1);
	assert_int_equal(p.damaged_line, 4);
}

/* A copy from before the second incident is put back. */
static void set_back(struct fixture *f)
{
	char command[512];

	store_close(f->s);
	f->s = NULL;
	snprintf(command, sizeof command, "cp %s.old %s && rm -f %s.head %s-wal %s-shm", f->path, f->path,
	    f->path, f->path, f->path);
	assert_int_equal(system(command), 0);
	open_store(f);
}

static void copy_aside(struct fixture *f)
{
	char command[200];

	store_close(f->s);
	snprintf(command, sizeof command, "cp %s %s.old", f->path, f->path);
	assert_int_equal(system(command), 0);
	open_store(f);
}

static void one_that_was_set_back_is_found(void **state)
{
	struct fixture *f = *state;
	struct heads_proof p;

	open_store(f);
	saved_incident(f, "one");
	copy_aside(f);
	add_head(f, store_id(f->s)); /* line 1, seq 4 */
	saved_incident(f, "two");
	add_head(f, store_id(f->s)); /* line 2, seq 8 */
	set_back(f);
	p = proven(f);
	assert_int_equal(p.fault, HEAD_BEYOND);
	assert_int_equal(p.fault_line, 2);
	assert_int_equal(p.fault_head.seq, 8);
	assert_int_equal(p.held_seq, 4);
	saved_incident(f, "other"); /* it goes on otherwise, as far and further */
	p = proven(f);
	assert_int_equal(p.fault, HEAD_DIFFERS);
	assert_int_equal(p.fault_line, 2);
	assert_int_equal(p.held_seq, 4);
	assert_int_equal(verified(f, &(struct audit_result){0}), 0); /* by itself it is whole */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_is_read_as_it_was_written),
	    cmocka_unit_test(any_changed_byte_damages_it),
	    cmocka_unit_test_setup_teardown(a_whole_store_holds_all_of_them, fixture_up, fixture_down),
	    cmocka_unit_test_setup_teardown(one_that_was_set_back_is_found, fixture_up, fixture_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
