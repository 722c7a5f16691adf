/* base_document.c - HTML and CSV as they are written. */
#include "unit.h"
#include "base/csv.h"
#include "base/html.h"

#include <stdlib.h>

/* The body alone: between the section's begin and its end. */
static char *body(struct buf *out)
{
	static const char begin[] = "<div class=\"Section\">\n", end[] = "</div>\n</body>\n</html>\n";
	char *from, *to;

	buf_char(out, '\0');
	from = strstr(out->p, begin);
	assert_non_null(from);
	from += sizeof begin - 1;
	to = strstr(from, end);
	assert_non_null(to);
	assert_string_equal(to, end);
	*to = '\0';
	return from;
}

static bool has(const struct buf *out, const char *text)
{
	return memmem(out->p, out->n, text, strlen(text)) != NULL;
}

static void escapes_all_text(void **state)
{
	struct buf out = {0};
	struct html h = html_begin(&out, "</title><script>", HTML_PORTRAIT);

	(void)state;
	html_element(&h, "p", NULL, "<script>alert(\"1\" & '2')</script>\a\nx\ty");
	html_open(&h, "a", "title", "\"><b>\n\x01", "class", NULL, NULL);
	html_close(&h, "a");
	html_printf(&h, "%s%d", "<", 3);
	html_end(&h);
	assert_false(has(&out, "<script>"));
	assert_string_equal(body(&out),
	    "<p>&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;<br>x\ty</p>\n"
	    "<a title=\"&quot;&gt;&lt;b&gt; \"></a>\n&lt;3");
	buf_free(&out);
}

static void a_table_has_a_head_that_repeats(void **state)
{
	const char *const heads[] = {"单位", "件数"}, *const cells[] = {"水务", "12"};
	const char *const classes[] = {NULL, "n"};
	struct buf out = {0};
	struct html h = html_begin(&out, "x", HTML_LANDSCAPE);

	(void)state;
	html_table(&h, heads, 2);
	html_row(&h, cells, classes, 2);
	html_table_end(&h);
	html_end(&h);
	assert_true(has(&out, "A4 landscape"));
	assert_false(has(&out, "A4 portrait"));
	assert_string_equal(body(&out),
	    "<table>\n<thead><tr><th>单位</th>\n<th>件数</th>\n</tr></thead>\n<tbody>\n"
	    "<tr><td>水务</td>\n<td class=\"n\">12</td>\n</tr>\n</tbody>\n</table>\n");
	buf_free(&out);
}

static void a_form_leaves_a_line_to_write_on(void **state)
{
	struct buf out = {0};
	struct html h = html_begin(&out, "x", HTML_PORTRAIT);

	(void)state;
	html_line(&h, "单位", "水务");
	html_line(&h, "签字", NULL);
	html_end(&h);
	assert_string_equal(body(&out),
	    "<p>单位 水务</p>\n<p>签字 <span class=\"line\">\u00a0</span>\n</p>\n");
	buf_free(&out);
}

static void csv_is_what_excel_opens(void **state)
{
	const char *const row[] = {"单位", "a,b", "say \"x\"", "two\nlines", " blank", NULL, "plain"};
	struct buf out = {0};
	struct csv c = csv_to(&out);

	(void)state;
	csv_row(&c, row, 7);
	csv_int(&c, -3);
	csv_value(&c, "-3.5%");
	csv_text(&c, "-3.5%");
	csv_text(&c, "=1+1");
	csv_text(&c, "+86");
	csv_text(&c, "@x");
	csv_text(&c, "\tx");
	csv_text(&c, "=\"a\"");
	csv_end_row(&c);
	buf_char(&out, '\0');
	assert_string_equal(out.p,
	    "\xEF\xBB\xBF单位,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\" blank\",,plain\r\n"
	    "-3,-3.5%,'-3.5%,'=1+1,'+86,'@x,'\tx,\"'=\"\"a\"\"\"\r\n");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(escapes_all_text),
	    cmocka_unit_test(a_table_has_a_head_that_repeats),
	    cmocka_unit_test(a_form_leaves_a_line_to_write_on),
	    cmocka_unit_test(csv_is_what_excel_opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
