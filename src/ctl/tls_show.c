/*
 * tls_show.c - liandongctl tls show, and how certificates are told of: what a folder's authority has issued, or one
 * file of any maker; and what is to be done with what was issued.
 */
#include "ctl/tls.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/time.h"

#include <stdio.h>
#include <sys/stat.h>

const char *tls_day(struct arena *a, int64_t ms)
{
	struct date d = day_date(local_day(ms));

	return arena_printf(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

const char *tls_kind(enum pki_kind kind)
{
	static const struct both kinds[] = {
	    {"其他", "other"}, {"CA", "authority"}, {"服务器", "server"}, {"客户端", "client"}};

	return both_said(&kinds[kind]);
}

const char *tls_plain_names(struct arena *a, const char *names)
{
	const char *text = "";

	for (struct str one; (one = list_next(&names)).n;) {
		bool kind = str_starts(one, STR("DNS:")) || str_starts(one, STR("IP:"));
		size_t from = kind ? (size_t)(strchr(one.p, ':') + 1 - one.p) : 0;
		text =
		    arena_printf(a, "%s%s%.*s", text, *text ? ", " : "", (int)(one.n - from), one.p + from);
	}
	return text;
}

/* -- states --------------------------------------------------------------------------------- */

static const struct {
	const char *word, *zh, *en;
} states[] = {
    {"valid", "有效", "valid"},
    {"expires-soon", "即将到期", "expires soon"},
    {"expired", "已过期", "expired"},
    {"not-yet-valid", "还没有生效", "not yet valid"},
    {"revoked", "已吊销", "revoked"},
};
enum { VALID, SOON, EXPIRED, NOT_YET, REVOKED };

static int state_of(const struct ca_issued *c)
{
	int64_t now = clock_wall().ms;

	if (c->revoked)
		return REVOKED;
	if (now >= c->info.until_ms)
		return EXPIRED;
	if (now < c->info.from_ms)
		return NOT_YET;
	return c->info.until_ms - now <= EXPIRES_SOON_DAYS * DAY_MS ? SOON : VALID;
}

static const char *state_text(const struct ctl *ctl, const struct ca_issued *c)
{
	int state = state_of(c);

	return ctl->english ? states[state].en : states[state].zh;
}

static void put_instant(json_t *o, const char *key, int64_t ms)
{
	char text[TIME_TEXT_MAX];

	json_object_set_new(o, key, json_string(time_rfc3339(ms, text)));
}

json_t *tls_json(struct ctl *ctl, const struct ca_issued *c)
{
	static const char *const kinds[] = {"other", "authority", "server", "client"};
	json_t *o = json_object();
	const char *names = c->info.names;

	(void)ctl;
	if (c->holder)
		json_object_set_new(o, "name", json_string(c->holder));
	json_object_set_new(o, "kind", json_string(kinds[c->info.kind]));
	json_object_set_new(o, "state", json_string(states[state_of(c)].word));
	json_object_set_new(o, "organisation", json_string(c->info.organisation));
	json_object_set_new(o, "common_name", json_string(c->info.common_name));
	json_object_set_new(o, "issuer", json_string(c->info.issuer));
	json_object_set_new(o, "names", ctl_codes(names));
	put_instant(o, "from", c->info.from_ms);
	put_instant(o, "until", c->info.until_ms);
	json_object_set_new(o, "serial", json_string(c->info.serial));
	json_object_set_new(o, "sha256", json_string(c->info.fingerprint));
	if (c->revoked)
		put_instant(o, "revoked_at", c->revoked_ms);
	return o;
}

/* -- tls show ------------------------------------------------------------------------------- */

static int show_folder(struct ctl *ctl, const char *path)
{
	static const struct both heads[] = {{"名称", "name"}, {"用途", "use"}, {"状态", "state"},
	    {"有效期到", "until"}, {"给", "for"}, {"序列号", "serial"}, {"指纹 SHA-256", "SHA-256"}};
	struct ca_folder f;
	struct table t;
	int n;

	if (!ca_open(&f, ctl, path)) {
		ca_close(&f);
		return EXIT_REFUSED;
	}
	struct ca_issued *all = ca_issued_all(&f, &n);
	json_t *list = json_array();
	table_init(&t, ctl->arena, heads, 7);
	for (int i = 0; i < n; i++) {
		const struct ca_issued *c = &all[i];
		const char *cells[] = {c->holder, tls_kind(c->info.kind), state_text(ctl, c),
		    tls_day(ctl->arena, c->info.until_ms),
		    *c->info.names ? tls_plain_names(ctl->arena, c->info.names) : c->info.common_name,
		    c->info.serial, c->info.fingerprint};
		table_row(&t, cells);
		json_array_append_new(list, tls_json(ctl, c));
	}
	json_t *tree = json_pack("{s:s, s:o}", "folder", f.path, "certificates", list);
	ca_close(&f);
	return ctl_show_list(ctl, tree, &t);
}

static int show_file(struct ctl *ctl, const char *path)
{
	struct ca_folder here = {.ctl = ctl, .path = *path == '/' ? "" : ".", .lock = -1};
	struct ca_issued c = {0};
	struct str text = ca_read(&here, NULL, path + (*path == '/'), true);
	struct arena *a = ctl->arena;
	bool en = ctl->english;

	if (!text.p)
		return EXIT_REFUSED;
	if (!pki_read(a, text, &c.info))
		return ctl_fail(en ? "%s holds no certificate (PEM)" : "%s 里没有证书(PEM)", path);
	if (ctl->json) {
		json_t *tree = tls_json(ctl, &c);
		ctl_print_json(tree);
		json_decref(tree);
		return EXIT_DONE;
	}
	printf("%s  %s%s\n", en ? "use:       " : "用途    ", tls_kind(c.info.kind),
	    c.info.signed_itself ? en ? ", signed by itself" : ",自签名" : "");
	printf("%s  %s %s\n", en ? "subject:   " : "持有者  ", c.info.organisation, c.info.common_name);
	printf("%s  %s\n", en ? "for:       " : "给      ", tls_plain_names(a, c.info.names));
	printf("%s  %s\n", en ? "issuer:    " : "签发者  ", c.info.issuer);
	printf("%s  %s .. %s, %s\n", en ? "valid:     " : "有效期  ", tls_day(a, c.info.from_ms),
	    tls_day(a, c.info.until_ms), state_text(ctl, &c));
	printf("%s  %s\n", en ? "serial:    " : "序列号  ", c.info.serial);
	printf("%s  %s\n", en ? "SHA-256:   " : "SHA-256 ", c.info.fingerprint);
	return EXIT_DONE;
}

int ctl_tls_show(struct ctl *ctl, int argc, char **argv)
{
	struct stat st;

	argc = ctl_parse(ctl, argc, argv, NULL, 0);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1)
		return ctl_usage(ctl,
		    ctl->english ? "a folder or a file is needed" : "需要一个文件夹或证书文件");
	return stat(argv[0], &st) == 0 && S_ISDIR(st.st_mode) ? show_folder(ctl, argv[0])
							      : show_file(ctl, argv[0]);
}

/* -- what to do with it --------------------------------------------------------------------- */

static void print_section(const char *section, const char *folder, bool clients)
{
	printf("%s:\n  certificate: %s/cert.pem\n  key: %s/key.pem\n", section, folder, folder);
	if (clients)
		printf("  client_ca: %s/ca.pem\n  client_crl: %s/crl.pem\n  client_certificate: optional\n",
		    folder, folder);
}

void tls_say_server(const struct ca_folder *f)
{
	const char *folder = ca_path(f, NULL, CA_SERVER);

	printf(say("服务器:把 %s 交给运行 liandongd 的账户,例如\n"
		   "    cp -r %s /etc/liandong/tls && chown -R liandong: /etc/liandong/tls\n"
		   "liandong.yaml 里写(放到了 /etc/liandong/tls 就写那里):\n\n",
		   "Server: give %s to the account that liandongd runs as, such as\n"
		   "    cp -r %s /etc/liandong/tls && chown -R liandong: /etc/liandong/tls\n"
		   "and write into liandong.yaml (with /etc/liandong/tls, if it lies there):\n\n"),
	    folder, folder);
	print_section("tls_console", folder, true);
	print_section("tls_http", folder, false);
}

void tls_say_client(const struct ca_folder *f, const char *name)
{
	const char *folder = ca_path(f, NULL, name);

	printf(say("\n客户端 %s:把 %s 整个放到它的机器上,作 ~/.config/liandong。账号凭证书登录,不用令牌:\n"
		   "    liandongctl account add %s --role 角色 --certificate %s%s\n",
		   "\nClient %s: %s goes to its machine as ~/.config/liandong. Its account logs in by the "
		   "certificate, without a token:\n    liandongctl account add %s --role … --certificate "
		   "%s%s\n"),
	    name, folder, name, PKI_ACCOUNT, name);
}
