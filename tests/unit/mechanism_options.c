/*
 * mechanism_options.c - liandong.yaml: defaults, every option, what is refused, and where paths
 * lead.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "mechanism/options.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/liandong-options-XXXXXX";
static char file[96];

static int make_folder(void **state)
{
	char conf[64];

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(conf, sizeof(conf), "%s/conf", folder);
	snprintf(file, sizeof(file), "%s/liandong.yaml", conf);
	return mkdir(conf, 0700);
}

static int remove_folder(void **state)
{
	char conf[64];

	(void)state;
	unlink(file);
	snprintf(conf, sizeof(conf), "%s/conf", folder);
	rmdir(conf);
	return rmdir(folder);
}

static struct options *load(const char *text, struct problems *p, bool english)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
	problems_init(p, english);
	return options_load(file, p);
}

static void under(char *out, size_t n, const char *rest)
{
	snprintf(out, n, "%s/%s", folder, rest);
}

/* In /etc/liandong an empty file starts the daemon where a system keeps such things. */
static void an_empty_installed_file_uses_the_systems_places(void **state)
{
	struct problems p;
	struct options *o;

	(void)state;
	options_free(load("", &p, false));
	problems_free(&p);
	problems_init(&p, false);
	o = options_load_copy("/etc/liandong/liandong.yaml", file, &p);
	assert_non_null(o);
	assert_string_equal(o->mechanism, "/etc/liandong/zhangping");
	assert_string_equal(o->store, "/var/lib/liandong/liandong.db");
	assert_string_equal(o->listen_control, "/run/liandong/control.sock");
	options_free(o);
	o = options_load_copy("/etc/liandong/test/liandong.yaml", file, &p);
	assert_string_equal(o->store, "/etc/liandong/var/liandong.db");
	options_free(o);
	problems_free(&p);
}

static void an_empty_file_is_all_defaults(void **state)
{
	struct problems p;
	struct options *o = load("", &p, false);
	char want[128];

	(void)state;
	assert_non_null(o);
	assert_int_equal(p.n, 0);
	assert_string_equal(o->file, file);
	assert_string_equal(o->listen_console, "127.0.0.1:7110");
	assert_string_equal(o->listen_http, "127.0.0.1:8110");
	under(want, sizeof(want), "var/control.sock");
	assert_string_equal(o->listen_control, want);
	under(want, sizeof(want), "conf/zhangping");
	assert_string_equal(o->mechanism, want);
	under(want, sizeof(want), "var/liandong.db");
	assert_string_equal(o->store, want);
	assert_int_equal(o->workers_intake, 1);
	assert_int_equal(o->workers_api, 1);
	assert_null(o->hosts);
	assert_string_equal(o->language, "zh");
	assert_false(o->insecure);
	assert_false(o->training);
	assert_int_equal(o->line_max, 65536);
	assert_int_equal(o->connections_max, 16384);
	assert_int_equal(o->connections_per_address, 64);
	assert_int_equal(o->body_max, 65536);
	assert_int_equal(o->output_soft, 65536);
	assert_int_equal(o->output_hard, 1048576);
	assert_int_equal(o->requests_per_second, 500);
	assert_int_equal(o->requests_burst, 1000);
	assert_null(o->listen_redirect);
	assert_null(o->tls_console.certificate);
	assert_null(o->tls_console.key);
	assert_null(o->tls_http.certificate);
	assert_string_equal(o->tls_http.client_certificate, "none");
	assert_int_equal(o->handshakes, 64);
	assert_int_equal(o->handshakes_per_address, 20);
	assert_int_equal(o->handshake_ms, 5 * SECOND_MS);
	assert_int_equal(o->ring_bytes, 16777216);
	assert_int_equal(o->unauthenticated_ms, 5 * SECOND_MS);
	assert_int_equal(o->idle_ms, 15 * SECOND_MS);
	assert_int_equal(o->header_ms, 10 * SECOND_MS);
	assert_int_equal(o->body_ms, 30 * SECOND_MS);
	assert_int_equal(o->hold_ms, 10 * SECOND_MS);
	assert_int_equal(o->drain_ms, 20 * SECOND_MS);
	assert_int_equal(o->floor_bytes, INT64_C(512) << 20);
	assert_int_equal(o->ballast_bytes, INT64_C(128) << 20);
	assert_null(o->backup_folder);
	assert_string_equal(o->backup_at, "03:00");
	assert_int_equal(o->backup_every_ms, 24 * HOUR_MS);
	assert_int_equal(o->backup_keep, 14);
	assert_int_equal(o->backup_keep_days, 0);
	options_free(o);
	problems_free(&p);
}

static void backups_are_read(void **state)
{
	struct problems p;
	struct options *o =
	    load("backup: {folder: copies, every: 6h, at: 23:59, keep: 3, keep_days: 30}\n", &p, false);
	char want[128];

	(void)state;
	assert_non_null(o);
	under(want, sizeof(want), "conf/copies");
	assert_string_equal(o->backup_folder, want);
	assert_string_equal(o->backup_at, "23:59");
	assert_int_equal(o->backup_every_ms, 6 * HOUR_MS);
	assert_int_equal(o->backup_keep, 3);
	assert_int_equal(o->backup_keep_days, 30);
	options_free(o);
	problems_free(&p);
}

static void each_option_is_read(void **state)
{
	struct problems p;
	struct options *o = load(
	    "mechanism: /srv/mechanism\nstore: ./db/x.db\nlanguage: en\ninsecure: true\ntraining: true\n"
	    "listen: {console: \"0.0.0.0:1\", http: \"[::]:65535\", redirect: 0.0.0.0:80, control: c.sock}\n"
	    "tls_console: {certificate: /srv/c.pem, key: k.pem}\n"
	    "tls_http: {certificate: tls/c.pem, key: tls/k.pem, client_ca: ca.pem, client_crl: ../crl.pem,\n"
	    "  client_certificate: optional}\n"
	    "http: {hosts: \"110.Example.CN,10.1.2.3,[FD00::1]\"}\n"
	    "workers: {intake: 2, api: 64}\n"
	    "limits: {console_line: 1KiB, connections: 100, connections_per_address: 3, handshakes: 5,\n"
	    "  handshakes_per_address: 6, http_body: 2048,\n"
	    "  output_soft: 4KiB, output_hard: 1GiB, requests_per_second: 0, requests_burst: 7, "
	    "recent_events: 1MiB}\n"
	    "timeouts: {session: 1s, handshake: 500ms, idle: 1m, header: 2s, body: 3s, hold: 4s, drain: "
	    "1m30s}\n"
	    "disk: {free_floor: 0, ballast: 1GiB}\n",
	    &p, false);
	char want[128];

	(void)state;
	assert_non_null(o);
	assert_string_equal(o->mechanism, "/srv/mechanism");
	under(want, sizeof(want), "conf/db/x.db");
	assert_string_equal(o->store, want);
	under(want, sizeof(want), "conf/c.sock");
	assert_string_equal(o->listen_control, want);
	assert_string_equal(o->listen_console, "0.0.0.0:1");
	assert_string_equal(o->listen_http, "[::]:65535");
	assert_string_equal(o->listen_redirect, "0.0.0.0:80");
	assert_string_equal(o->tls_console.certificate, "/srv/c.pem");
	under(want, sizeof(want), "conf/k.pem");
	assert_string_equal(o->tls_console.key, want);
	assert_null(o->tls_console.client_ca);
	assert_null(o->tls_console.client_crl);
	assert_string_equal(o->tls_console.client_certificate, "none");
	under(want, sizeof(want), "conf/tls/c.pem");
	assert_string_equal(o->tls_http.certificate, want);
	under(want, sizeof(want), "conf/tls/k.pem");
	assert_string_equal(o->tls_http.key, want);
	under(want, sizeof(want), "conf/ca.pem");
	assert_string_equal(o->tls_http.client_ca, want);
	under(want, sizeof(want), "crl.pem");
	assert_string_equal(o->tls_http.client_crl, want);
	assert_string_equal(o->tls_http.client_certificate, "optional");
	assert_int_equal(o->handshakes, 5);
	assert_int_equal(o->handshakes_per_address, 6);
	assert_int_equal(o->handshake_ms, 500);
	assert_string_equal(o->hosts, "110.example.cn,10.1.2.3,[fd00::1]");
	assert_string_equal(o->language, "en");
	assert_true(o->insecure);
	assert_true(o->training);
	assert_int_equal(o->workers_intake, 2);
	assert_int_equal(o->workers_api, 64);
	assert_int_equal(o->line_max, 1024);
	assert_int_equal(o->connections_max, 100);
	assert_int_equal(o->connections_per_address, 3);
	assert_int_equal(o->body_max, 2048);
	assert_int_equal(o->output_soft, 4096);
	assert_int_equal(o->output_hard, 1 << 30);
	assert_int_equal(o->requests_per_second, 0);
	assert_int_equal(o->requests_burst, 7);
	assert_int_equal(o->ring_bytes, 1 << 20);
	assert_int_equal(o->unauthenticated_ms, SECOND_MS);
	assert_int_equal(o->idle_ms, MINUTE_MS);
	assert_int_equal(o->header_ms, 2 * SECOND_MS);
	assert_int_equal(o->body_ms, 3 * SECOND_MS);
	assert_int_equal(o->hold_ms, 4 * SECOND_MS);
	assert_int_equal(o->drain_ms, 90 * SECOND_MS);
	assert_int_equal(o->floor_bytes, 0);
	assert_int_equal(o->ballast_bytes, 1 << 30);
	options_free(o);
	problems_free(&p);
}

/* A section whose keys are all commented out is no mistake. */
static void an_empty_section_is_none(void **state)
{
	struct problems p;
	struct options *o = load("listen:\n#  http: 1\nworkers: {api: 3}\n", &p, false);

	(void)state;
	assert_non_null(o);
	assert_int_equal(o->workers_api, 3);
	assert_string_equal(o->listen_http, "127.0.0.1:8110");
	options_free(o);
	problems_free(&p);
}

static void ports_may_be_left_to_the_system(void **state)
{
	struct problems p;
	struct options *o = load("listen: {console: 127.0.0.1:0, http: 127.0.0.1:0}\n", &p, false);

	(void)state;
	assert_non_null(o);
	options_free(o);
	problems_free(&p);
}

static void wrong_options_have_their_place(void **state)
{
	static const struct {
		const char *text;
		int line, column;
		const char *part;
	} wrongs[] = {
	    {"lisen: {}\n", 1, 1, "是不是 “listen”"},
	    {"listen: {htttp: 1}\n", 1, 10, "是不是 “http”"},
	    {"listen: []\n", 1, 9, "映射"},
	    {"listen:\n  http: localhost:80\n", 2, 9, "地址和端口"},
	    {"listen:\n  http: 127.0.0.1:65536\n", 2, 9, "地址和端口"},
	    {"listen:\n  http: 127.0.0.1\n", 2, 9, "地址和端口"},
	    {"listen:\n  http: 127.0.0.1:\n", 2, 18, "不能再出现"},
	    {"listen:\n  http: 127.0.0.01:80\n", 2, 9, "地址和端口"},
	    {"listen:\n  http: \"[::1]80\"\n", 2, 9, "地址和端口"},
	    {"listen:\n  http: \"[:1\"\n", 2, 9, "地址和端口"},
	    {"listen:\n  http: \"[]:1\"\n", 2, 9, "地址和端口"},
	    {"http: {hosts: \"a.cn:80\"}\n", 1, 15, "不带端口"},
	    {"http: {hosts: \"a.cn, b.cn\"}\n", 1, 15, "没有空格"},
	    {"http: {hosts: \"http://a.cn\"}\n", 1, 15, "主机名或地址"},
	    {"http: {hosts: \"fd00::1\"}\n", 1, 15, "主机名或地址"},
	    {"listen:\n  http: 0.0.0.0:8110\n", 2, 9, "insecure: true"},
	    {"listen:\n  console: \"[::]:8110\"\n", 2, 12, "insecure: true"},
	    {"listen:\n  http: 127.0.0.1:7110\n", 2, 9, "同一个地址"},
	    {"insecure: true\nlisten:\n  http: 0.0.0.0:7110\n", 3, 9, "listen.console(127.0.0.1:7110)"},
	    {"tls_http: {certificate: a, key: b}\nlisten:\n  redirect: 127.0.0.1:8110\n", 3, 13,
		"listen.http(127.0.0.1:8110)"},
	    {"tls_http: {certificate: a, key: b}\nlisten:\n  redirect: 0.0.0.0:7110\n", 3, 13,
		"listen.console(127.0.0.1:7110)"},
	    {"listen:\n  redirect: here\n", 2, 13, "地址和端口"},
	    {"listen:\n  redirect: 0.0.0.0:80\n", 2, 13, "tls_http 没有写 certificate"},
	    {"tls_console: {certificate: a}\n", 1, 28, "私钥 key"},
	    {"tls_console: {key: a}\n", 1, 14, "没有写 certificate"},
	    {"tls_http: {client_ca: a}\n", 1, 11, "没有写 certificate"},
	    {"tls_http: {client_certificate: required}\n", 1, 11, "没有写 certificate"},
	    {"tls_http: {certificate: a, key: b, client_ca: c}\n", 1, 47, "要一起写"},
	    {"tls_http: {certificate: a, key: b, client_certificate: required}\n", 1, 56, "要一起写"},
	    {"tls_http: {certificate: a, key: b, client_crl: c}\n", 1, 48, "要与 client_ca"},
	    {"tls_http: {certificate: a, key: b, client_certificate: yes}\n", 1, 56,
		"none、optional、required"},
	    {"limits: {handshakes: 0}\n", 1, 22, "1 与 100000 之间"},
	    {"workers: {intake: 0}\n", 1, 19, "1 与 64 之间"},
	    {"workers: {intake: 65}\n", 1, 19, "1 与 64 之间"},
	    {"workers: {intake: \"1\"}\n", 1, 19, "整数"},
	    {"limits: {console_line: 64KB}\n", 1, 24, "KiB"},
	    {"limits: {console_line: 64k}\n", 1, 24, "KiB"},
	    {"limits: {console_line: 2MiB}\n", 1, 24, "1KiB 与 1MiB 之间"},
	    {"limits: {console_line: 99999999999999GiB}\n", 1, 24, "KiB"},
	    {"limits: {output_soft: 2MiB}\n", 1, 1, "output_hard 应大于"},
	    {"limits: {output_hard: 64KiB}\n", 1, 23, "output_hard 应大于"},
	    {"timeouts: {idle: 15}\n", 1, 18, "时长"},
	    {"timeouts: {hold: 11m}\n", 1, 18, "1s 与 10m 之间"},
	    {"timeouts: {hold: 0s}\n", 1, 18, "1s"},
	    {"language: cn\n", 1, 11, "zh、en"},
	    {"language: no\n", 1, 11, "zh、en"},
	    {"insecure: no\n", 1, 11, "true 或 false"},
	    {"insecure: \"true\"\n", 1, 11, "true 或 false"},
	    {"store:\n", 1, 7, "空的"},
	    {"store: 12\n", 1, 8, "加引号"},
	    {"store: a\nstore: b\n", 2, 1, "重复,第 1 行已有"},
	    {"store: &a b\n", 1, 8, "锚点"},
	    {"- store\n", 1, 1, "映射"},
	    {"\tstore: b\n", 1, 1, "Tab"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(wrongs); i++) {
		struct problems p;
		struct options *o = load(wrongs[i].text, &p, false);

		if (o || p.n != 1 || p.v[0].line != wrongs[i].line || p.v[0].column != wrongs[i].column ||
		    !strstr(p.v[0].text, wrongs[i].part) || strcmp(p.v[0].file, file) != 0)
			fail_msg("expected %d:%d \"%s\" for \"%s\", got %d: %s:%d:%d: %s", wrongs[i].line,
			    wrongs[i].column, wrongs[i].part, wrongs[i].text, p.n, p.n ? p.v[0].file : "",
			    p.n ? p.v[0].line : 0, p.n ? p.v[0].column : 0, p.n ? p.v[0].text : "");
		problems_free(&p);
	}
}

/* With a certificate a listener may be reached from elsewhere; the other one still may not. */
static void with_a_certificate_it_may_listen_anywhere(void **state)
{
	struct problems p;
	struct options *o = load("listen: {http: 0.0.0.0:8443, redirect: 0.0.0.0:80}\n"
				 "tls_http: {certificate: a, key: b}\n",
	    &p, false);

	(void)state;
	assert_non_null(o);
	assert_int_equal(p.n, 0);
	options_free(o);
	problems_free(&p);
	o = load("listen: {http: \"[::]:8443\", redirect: 0.0.0.0:8443}\ntls_http: {certificate: a, key: "
		 "b}\n",
	    &p, false);
	assert_non_null(o); /* another kind of address: [::] is of IPv6 alone */
	options_free(o);
	problems_free(&p);
	assert_null(load("listen: {console: 0.0.0.0:7110}\ntls_http: {certificate: a, key: b}\n", &p, false));
	assert_non_null(strstr(p.v[0].text, "tls_console"));
	problems_free(&p);
}

static void all_errors_at_once(void **state)
{
	struct problems p;

	(void)state;
	assert_null(load("lisen: {}\nlanguage: cn\nworkers: {api: 0, intake: x}\n", &p, true));
	assert_int_equal(p.n, 4);
	assert_string_equal(p.v[1].text, "\"cn\" is not one of: zh, en; did you mean \"en\"?");
	problems_free(&p);
}

static void a_missing_file_is_an_error(void **state)
{
	struct problems p;

	(void)state;
	problems_init(&p, true);
	assert_null(options_load("/nonexistent/liandong.yaml", &p));
	assert_int_equal(p.errors, 1);
	assert_string_equal(p.v[0].file, "/nonexistent/liandong.yaml");
	assert_non_null(strstr(p.v[0].text, "No such file"));
	assert_null(options_load("/tmp", &p));
	assert_non_null(strstr(p.v[1].text, "regular file"));
	problems_free(&p);
}

/* A link to the file: paths are relative to where it really stands. */
static void paths_start_where_the_file_is(void **state)
{
	struct problems p;
	struct options *o = load("", &p, false);
	char other[64], want[128];

	(void)state;
	options_free(o);
	snprintf(other, sizeof(other), "%s/link.yaml", folder);
	assert_int_equal(symlink(file, other), 0);
	o = options_load(other, &p);
	assert_int_equal(unlink(other), 0);
	assert_non_null(o);
	under(want, sizeof(want), "conf/zhangping");
	assert_string_equal(o->mechanism, want);
	options_free(o);
	problems_free(&p);
}

/* Every kind of option, and those that a reload takes over left out. */
static void what_needs_a_restart_is_named(void **state)
{
	struct problems p, q;
	struct options *then = load("", &p, false), *now;
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(options_changed(then, then, a), "");
	now = load("mechanism: other\nlanguage: en\n", &q, false);
	assert_non_null(now);
	assert_string_equal(options_changed(then, now, a), "");
	options_free(now);
	problems_free(&q);
	now = load("store: other.db\ninsecure: true\nlisten: {http: '127.0.0.1:9'}\n"
		   "tls_http: {certificate: a, key: b}\n"
		   "limits: {connections: 17}\ntimeouts: {hold: 11s}\n",
	    &q, false);
	assert_non_null(now);
	assert_string_equal(options_changed(then, now, a),
	    "listen.http,tls_http.certificate,tls_http.key,limits.connections,timeouts.hold,store,insecure");
	options_free(now);
	problems_free(&q);
	arena_free(a);
	options_free(then);
	problems_free(&p);
}

/* The shipped file says what the defaults are. Run from the top of the tree. */
static void the_shipped_file_shows_the_defaults(void **state)
{
	struct problems p, q;
	struct options *o = load("", &p, false), *shipped;

	(void)state;
	problems_init(&q, false);
	shipped = options_load("config/liandong.yaml", &q);
	assert_non_null(shipped);
	assert_string_equal(o->listen_console, shipped->listen_console);
	assert_string_equal(o->listen_http, shipped->listen_http);
	assert_string_equal(o->language, shipped->language);
	assert_int_equal(o->insecure, shipped->insecure);
	assert_string_equal(o->sandbox, shipped->sandbox);
	assert_string_equal(o->user_engine, shipped->user_engine);
	assert_string_equal(o->user_report, shipped->user_report);
	/* everything from workers_intake on is numbers, but for language, insecure, sandbox and users */
	assert_int_equal(o->workers_intake, shipped->workers_intake);
	assert_int_equal(o->workers_api, shipped->workers_api);
	assert_memory_equal(&o->line_max, &shipped->line_max,
	    offsetof(struct options, user_engine) - offsetof(struct options, line_max));
	options_free(o);
	options_free(shipped);
	problems_free(&p);
	problems_free(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_installed_file_uses_the_systems_places),
	    cmocka_unit_test(an_empty_file_is_all_defaults),
	    cmocka_unit_test(each_option_is_read),
	    cmocka_unit_test(backups_are_read),
	    cmocka_unit_test(an_empty_section_is_none),
	    cmocka_unit_test(ports_may_be_left_to_the_system),
	    cmocka_unit_test(with_a_certificate_it_may_listen_anywhere),
	    cmocka_unit_test(wrong_options_have_their_place),
	    cmocka_unit_test(all_errors_at_once),
	    cmocka_unit_test(a_missing_file_is_an_error),
	    cmocka_unit_test(paths_start_where_the_file_is),
	    cmocka_unit_test(what_needs_a_restart_is_named),
	    cmocka_unit_test(the_shipped_file_shows_the_defaults),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
