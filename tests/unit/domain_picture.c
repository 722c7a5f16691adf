/*
 * domain_picture.c - pictures of strangers: what is kept of them and what is refused. The files are made by hand, byte by byte.
 */
#include "unit.h"
#include "base/arena.h"
#include "domain/command.h"
#include "domain/picture.h"

struct made {
	struct buf b;
};

static void put(struct made *m, const void *p, size_t n)
{
	buf_add(&m->b, p, n);
}
#define PUT(m, lit) put(m, lit, sizeof(lit) - 1)

static void be32(struct made *m, uint32_t v)
{
	for (int i = 3; i >= 0; i--)
		buf_u8(&m->b, (uint8_t)(v >> 8 * i));
}

static void fill(struct made *m, char c, size_t n)
{
	while (n--)
		buf_char(&m->b, c);
}

/* What was refused says why; what was taken is taken again as it is. */
static enum picture_type clean(struct made *m, struct buf *out, struct refusal *why)
{
	struct arena *a = arena_new();
	enum picture_type type;
	struct buf again = {0};
	struct refusal none;

	buf_reset(out);
	*why = (struct refusal){0};
	type = picture_clean(buf_view(&m->b), out, a, why);
	if (type) {
		assert_int_equal(picture_clean(buf_view(out), &again, a, &none), type);
		assert_true(str_eq(buf_view(&again), buf_view(out)));
	} else {
		assert_int_equal(why->code, ERROR_PARAMS);
		assert_string_equal(why->field, "image");
		assert_non_null(why->zh);
		assert_non_null(why->en);
	}
	buf_free(&again);
	arena_free(a);
	return type;
}

static void taken_as(struct made *m, enum picture_type type, struct str wanted)
{
	struct buf out = {0};
	struct refusal why;

	assert_int_equal(clean(m, &out, &why), type);
	assert_int_equal(out.n, wanted.n);
	assert_true(str_eq(buf_view(&out), wanted));
	buf_free(&out);
	buf_free(&m->b);
}

static void refused(struct made *m)
{
	struct buf out = {0};
	struct refusal why;

	assert_int_equal(clean(m, &out, &why), PICTURE_NONE);
	buf_free(&out);
	buf_free(&m->b);
}

/* -- JPEG ----------------------------------------------------------------------------------- */

/* Each begins behind the one before: SOI, tables, a frame of 16 by 8 in three parts, a scan, its pixels, the end. */
static void table_q(struct made *m)
{
	PUT(m, "\xff\xdb\x00\x43\x00");
	fill(m, 1, 64);
}

static void table_h(struct made *m)
{
	PUT(m, "\xff\xc4\x00\x14\x00\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05");
}

static void frame(struct made *m, char kind, unsigned width, unsigned height)
{
	char head[] = {(char)0xff, kind, 0, 17, 8, (char)(height >> 8), (char)height, (char)(width >> 8),
	    (char)width, 3};

	put(m, head, sizeof head);
	PUT(m, "\x01\x22\x00\x02\x11\x00\x03\x11\x00");
}

static void scan(struct made *m)
{
	PUT(m, "\xff\xda\x00\x0c\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00");
	PUT(m, "\x12\x34\xff\x00\x56\xff\xd0\x78"); /* a stuffed byte and a restart among the pixels */
}

static struct made plain_jpeg(char kind, int scans)
{
	struct made m = {{0}};

	PUT(&m, "\xff\xd8");
	table_q(&m);
	frame(&m, kind, 16, 8);
	table_h(&m);
	for (int i = 0; i < scans; i++)
		scan(&m);
	PUT(&m, "\xff\xd9");
	return m;
}

static void a_jpeg_is_kept_as_it_is(void **state)
{
	struct made m = plain_jpeg((char)0xc0, 1), same = plain_jpeg((char)0xc0, 1);

	(void)state;
	taken_as(&m, PICTURE_JPEG, buf_view(&same.b));
	buf_free(&same.b);
}

static void a_progressive_one_with_filling_too(void **state)
{
	struct made m = {{0}}, wanted = plain_jpeg((char)0xc2, 10), one = plain_jpeg((char)0xc2, 10);

	(void)state;
	put(&m, one.b.p, 2);
	PUT(&m, "\xff\xff\xff"); /* bytes that may stand before a marker */
	put(&m, one.b.p + 2, one.b.n - 2);
	taken_as(&m, PICTURE_JPEG, buf_view(&wanted.b));
	buf_free(&one.b);
	buf_free(&wanted.b);
}

/* EXIF with a place, a thumbnail behind it and a text; only which way up it was held stays, in 36 bytes. */
static void where_and_when_it_was_taken_is_left_out(void **state)
{
	static const char up[] = "\xff\xe1\x00\x22"
				 "Exif\0\0MM\x00\x2a\x00\x00\x00\x08\x00\x01"
				 "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00";
	struct made m = {{0}}, wanted = {{0}}, rest = plain_jpeg((char)0xc0, 1);

	(void)state;
	PUT(&m, "\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00");
	/* little-endian, two entries: which way up is 6; GPS at 38 */
	PUT(&m,
	    "\xff\xe1\x00\x42"
	    "Exif\0\0II\x2a\x00\x08\x00\x00\x00\x02\x00"
	    "\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00"
	    "\x25\x88\x04\x00\x01\x00\x00\x00\x26\x00\x00\x00\x00\x00\x00\x00"
	    "N\0"
	    "25.290000N117.42E*");
	PUT(&m, "\xff\xed\x00\x0aPhotoshp\xff\xfe\x00\x08secret");
	put(&m, rest.b.p + 2, rest.b.n - 2);
	PUT(&m, "PK\x03\x04 and an archive behind the end");
	PUT(&wanted, "\xff\xd8");
	put(&wanted, up, sizeof up - 1);
	put(&wanted, rest.b.p + 2, rest.b.n - 2);
	taken_as(&m, PICTURE_JPEG, buf_view(&wanted.b));
	buf_free(&wanted.b);
	buf_free(&rest.b);
}

/* Its table would lie behind its end; its entries run out. */
static void an_exif_that_lies_says_nothing(void **state)
{
	struct made m = {{0}}, rest = plain_jpeg((char)0xc0, 1), same = plain_jpeg((char)0xc0, 1);

	(void)state;
	PUT(&m,
	    "\xff\xd8\xff\xe1\x00\x12"
	    "Exif\0\0MM\x00\x2a\xff\xff\xff\xff\x00\x00");
	PUT(&m,
	    "\xff\xe1\x00\x14"
	    "Exif\0\0MM\x00\x2a\x00\x00\x00\x08\xff\xff\x01\x12");
	put(&m, rest.b.p + 2, rest.b.n - 2);
	taken_as(&m, PICTURE_JPEG, buf_view(&same.b));
	buf_free(&rest.b);
	buf_free(&same.b);
}

static void what_adobe_says_of_colours_stays(void **state)
{
	struct made m = {{0}}, wanted = {{0}}, rest = plain_jpeg((char)0xc0, 1);

	(void)state;
	PUT(&m,
	    "\xff\xd8\xff\xee\x00\x0e"
	    "Adobe\x00\x64\x00\x00\x00\x00\x00\xff\xee\x00\x04xx");
	put(&m, rest.b.p + 2, rest.b.n - 2);
	PUT(&wanted,
	    "\xff\xd8\xff\xee\x00\x0e"
	    "Adobe\x00\x64\x00\x00\x00\x00\x00");
	put(&wanted, rest.b.p + 2, rest.b.n - 2);
	taken_as(&m, PICTURE_JPEG, buf_view(&wanted.b));
	buf_free(&wanted.b);
	buf_free(&rest.b);
}

/* Wherever it is cut, and whichever byte of its structure is another one, nothing is read behind it. */
static void a_jpeg_cut_anywhere_is_refused(void **state)
{
	struct made whole = plain_jpeg((char)0xc2, 2);

	(void)state;
	for (size_t n = 0; n < whole.b.n; n++) {
		struct made m = {{0}};

		put(&m, whole.b.p, n);
		refused(&m);
	}
	for (size_t at = 0; at < whole.b.n; at++) {
		struct made m = {{0}};
		struct buf out = {0};
		struct refusal why;

		put(&m, whole.b.p, whole.b.n);
		m.b.p[at] ^= 0x5a;
		clean(&m, &out, &why);
		buf_free(&out);
		buf_free(&m.b);
	}
	buf_free(&whole.b);
}

static void a_jpeg_that_is_too_much_is_refused(void **state)
{
	struct made m = {{0}};

	(void)state;
	PUT(&m, "\xff\xd8"); /* 65,535 pixels each way */
	table_q(&m);
	frame(&m, (char)0xc0, 65535, 65535);
	scan(&m);
	PUT(&m, "\xff\xd9");
	refused(&m);
	m = plain_jpeg((char)0xc2, PICTURE_SCANS + 1); /* a pass over all pixels each */
	refused(&m);
	m = plain_jpeg((char)0xc0, 4); /* of three parts there are three scans at most */
	refused(&m);
	m = plain_jpeg((char)0xc9, 1); /* arithmetic coding */
	refused(&m);
	m = plain_jpeg((char)0xc0, 0); /* no image */
	refused(&m);
	m = (struct made){{0}};
	PUT(&m, "\xff\xd8"); /* two frames */
	frame(&m, (char)0xc0, 16, 8);
	frame(&m, (char)0xc0, 16, 8);
	scan(&m);
	PUT(&m, "\xff\xd9");
	refused(&m);
	m = (struct made){{0}};
	PUT(&m, "\xff\xd8"); /* height 0: said later */
	frame(&m, (char)0xc0, 16, 0);
	scan(&m);
	PUT(&m, "\xff\xd9");
	refused(&m);
}

/* -- PNG ------------------------------------------------------------------------------------ */

/* The CRC bit by bit, other than the program does it. */
static uint32_t crc(const unsigned char *p, size_t n)
{
	uint32_t c = 0xffffffff;

	for (size_t i = 0; i < n; i++) {
		c ^= p[i];
		for (int k = 0; k < 8; k++)
			c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
	}
	return ~c;
}

static void chunk(struct made *m, const char *name, const void *p, size_t n)
{
	size_t at;

	be32(m, (uint32_t)n);
	at = m->b.n;
	put(m, name, 4);
	put(m, p, n);
	be32(m, crc((const unsigned char *)m->b.p + at, n + 4));
}
#define CHUNK(m, name, lit) chunk(m, name, lit, sizeof(lit) - 1)

static struct made begun_png(const char header[14])
{
	struct made m = {{0}};

	PUT(&m, "\x89PNG\r\n\x1a\n");
	chunk(&m, "IHDR", header, 13);
	return m;
}
#define HEADER_RGB "\0\0\0\x10\0\0\0\x08\x08\x02\0\0\0"
#define HEADER_PALETTE "\0\0\0\x10\0\0\0\x08\x08\x03\0\0\0"

static void a_png_keeps_what_shows_it(void **state)
{
	struct made m = begun_png(HEADER_PALETTE), wanted = begun_png(HEADER_PALETTE);

	(void)state;
	CHUNK(&m, "tEXt", "Comment\0where I live");
	CHUNK(&m, "eXIf", "MM\0*GPS");
	CHUNK(&m, "PLTE", "\1\2\3\4\5\6");
	CHUNK(&m, "tRNS", "\0");
	CHUNK(&m, "acTL", "\0\0\0\2\0\0\0\0"); /* moving pictures */
	CHUNK(&m, "IDAT", "first");
	CHUNK(&m, "IDAT", "second");
	CHUNK(&m, "tIME", "\7\352\1\1\0\0\0");
	CHUNK(&m, "IEND", "");
	PUT(&m, "<script>behind the end</script>");
	CHUNK(&wanted, "PLTE", "\1\2\3\4\5\6");
	CHUNK(&wanted, "tRNS", "\0");
	CHUNK(&wanted, "IDAT", "first");
	CHUNK(&wanted, "IDAT", "second");
	CHUNK(&wanted, "IEND", "");
	taken_as(&m, PICTURE_PNG, buf_view(&wanted.b));
	buf_free(&wanted.b);
}

static void a_png_cut_or_changed_anywhere_is_refused(void **state)
{
	struct made whole = begun_png(HEADER_RGB);

	(void)state;
	CHUNK(&whole, "IDAT", "pixels");
	CHUNK(&whole, "IEND", "");
	for (size_t n = 0; n < whole.b.n; n++) {
		struct made m = {{0}};

		put(&m, whole.b.p, n);
		refused(&m);
	}
	for (size_t at = 0; at < whole.b.n; at++) {
		struct made m = {{0}};

		put(&m, whole.b.p, whole.b.n);
		m.b.p[at] ^= 0x20;
		refused(&m);
	}
	buf_free(&whole.b);
}

static void bad_png(struct made m)
{
	CHUNK(&m, "IDAT", "pixels");
	CHUNK(&m, "IEND", "");
	refused(&m);
}

static void a_png_that_is_too_much_or_wrong_is_refused(void **state)
{
	struct made m = begun_png(HEADER_PALETTE);

	(void)state;
	bad_png(m);                                                     /* no palette */
	bad_png(begun_png("\x7f\xff\xff\xff\0\0\0\x08\x08\x02\0\0\0")); /* 2,147,483,647 wide */
	bad_png(begun_png("\0\0\x27\x10\0\0\x27\x10\x08\x02\0\0\0"));   /* 100 million pixels */
	bad_png(begun_png("\0\0\0\x10\0\0\0\0\x08\x02\0\0\0"));         /* none */
	bad_png(begun_png("\0\0\0\x10\0\0\0\x08\x03\x02\0\0\0"));       /* three bits of colour */
	m = begun_png(HEADER_RGB);
	CHUNK(&m, "ABCD", "a decoder would have to know it");
	bad_png(m);
	m = begun_png(HEADER_RGB);
	CHUNK(&m, "IHDR", HEADER_RGB);
	bad_png(m);
	m = begun_png(HEADER_RGB);
	CHUNK(&m, "IDAT", "pixels");
	CHUNK(&m, "tEXt", "between");
	bad_png(m);
	m = begun_png(HEADER_RGB);
	CHUNK(&m, "IEND", "");
	refused(&m);
}

/* -- neither -------------------------------------------------------------------------------- */

static void others_are_refused(void **state)
{
	static const char *const others[] = {"", "GIF89a", "<svg xmlns='http://www.w3.org/2000/svg'/>",
	    "RIFF....WEBP", "%PDF-1.7", "\x89PNG\r\n", "\xff\xd8"};
	struct made m = {{0}};

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		m = (struct made){{0}};
		put(&m, others[i], strlen(others[i]));
		refused(&m);
	}
	m = plain_jpeg((char)0xc0, 1);
	fill(&m, ' ', (size_t)PICTURE_MOST);
	refused(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_jpeg_is_kept_as_it_is),
	    cmocka_unit_test(a_progressive_one_with_filling_too),
	    cmocka_unit_test(where_and_when_it_was_taken_is_left_out),
	    cmocka_unit_test(an_exif_that_lies_says_nothing),
	    cmocka_unit_test(what_adobe_says_of_colours_stays),
	    cmocka_unit_test(a_jpeg_cut_anywhere_is_refused),
	    cmocka_unit_test(a_jpeg_that_is_too_much_is_refused),
	    cmocka_unit_test(a_png_keeps_what_shows_it),
	    cmocka_unit_test(a_png_cut_or_changed_anywhere_is_refused),
	    cmocka_unit_test(a_png_that_is_too_much_or_wrong_is_refused),
	    cmocka_unit_test(others_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
