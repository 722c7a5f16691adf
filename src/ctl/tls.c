/*
 * tls.c - liandongctl tls init, issue, renew, revoke: a certificate authority for a city that has none. Offline, without
 * a daemon. What was made is said, and what has to be done with it.
 *
 * A certificate begins an hour ago, for clients whose clock is behind. It never outlives its authority.
 */
#include "ctl/tls.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/time.h"
#include "base/utf8.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>

#define ORGANISATION_MOST 50 /* characters: the authority's name is a little longer, and may have 64 */
#define NAME_MOST 64
#define YEAR_DAYS 365

/* -- what was typed ------------------------------------------------------------------------- */

static bool only(struct str s, const char *characters)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr(characters, s.p[i]))
			return false;
	return s.n > 0;
}

#define LETTERS_DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static const char *one_name(struct arena *a, struct str name)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	const char *text = arena_str(a, name);

	if (inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1)
		return arena_printf(a, "IP:%s", text);
	if (name.n > 253 || name.p[0] == '.' || name.p[0] == '-' || !only(name, LETTERS_DIGITS ".-*") ||
	    only(name, "0123456789."))
		return NULL;
	return arena_printf(a, "DNS:%s", text);
}

const char *tls_names(struct ctl *ctl, const char *list)
{
	const char *names = "";

	for (struct str one; (one = list_next(&list)).n;) {
		const char *name = one_name(ctl->arena, one);
		if (!name) {
			ctl_fail(ctl->english
				? "%.*s is no host name and no address (a name in Chinese is written "
				  "as xn--…)"
				: "%.*s 不是主机名或 IP 地址(中文域名写成 xn--…)",
			    (int)one.n, one.p);
			return NULL;
		}
		names = arena_printf(ctl->arena, "%s%s%s", names, *names ? "," : "", name);
	}
	return names;
}

bool tls_client_name(struct ctl *ctl, struct str name)
{
	static const char *const reserved[] = {CA_NAME, CA_SERVER, "authority", "issued"};
	bool good =
	    name.n <= NAME_MOST && only(name, LETTERS_DIGITS "._-") && name.p[0] != '.' && name.p[0] != '-';

	for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
		good = good && !str_is(name, reserved[i]);
	if (!good)
		ctl_fail(ctl->english
			? "%.*s cannot be a client's name: letters, digits, . _ -, and not %s, %s, "
			  "authority, issued"
			: "%.*s 不能作客户端的名称:用账号名,只含字母、数字和 . _ -,不能是 %s、%s、"
			  "authority、issued",
		    (int)name.n, name.p, CA_NAME, CA_SERVER);
	return good;
}

bool tls_years(struct ctl *ctl, const char *option, const char *text, int otherwise, int *years)
{
	uint64_t n = (uint64_t)otherwise;

	if (text && (!str_uint(str_of(text), &n) || n < 1 || n > YEARS_MOST)) {
		ctl_usage(ctl, ctl->english ? "%s: a number of years from 1 to %d" : "%s 应为年数,1 至 %d",
		    option, YEARS_MOST);
		return false;
	}
	*years = (int)n;
	return true;
}

static bool organisation_fits(struct ctl *ctl, const char *name)
{
	if (*name && utf8_valid(str_of(name), NULL) && utf8_count(str_of(name)) <= ORGANISATION_MOST)
		return true;
	ctl_fail(ctl->english ? "the organisation's name has 1 to %d characters"
			      : "单位名称应有 1 至 %d 个字",
	    ORGANISATION_MOST);
	return false;
}

/* -- making --------------------------------------------------------------------------------- */

struct pki_wish tls_wish(const struct ca_folder *f, enum pki_kind kind, const char *common_name,
    const char *names, int years)
{
	int64_t now = clock_wall().ms;

	return (struct pki_wish){
	    .kind = kind,
	    .organisation = f->info.organisation,
	    .common_name = common_name,
	    .names = names,
	    .from_ms = now - HOUR_MS,
	    .until_ms = now + years * YEAR_DAYS * DAY_MS,
	};
}

static bool not_made(const struct ca_folder *f, const char *why)
{
	ctl_fail(f->ctl->english ? "the certificate cannot be made: %s" : "做不出证书:%s", why);
	return false;
}

static int refused_as(const struct ca_folder *f, const char *why)
{
	not_made(f, why);
	return EXIT_REFUSED;
}

/* Returns the console's port of the liandong.yaml that -c names, or of the one in its usual folder; CONSOLE_PORT if it has none. */
static int console_port(const struct ctl *ctl)
{
	struct problems p;
	uint64_t port = CONSOLE_PORT;

	problems_init(&p, ctl->english);
	struct options *o = access(ctl->config, R_OK) == 0 ? options_load_loosely(ctl->config, &p) : NULL;
	const char *colon = o ? strrchr(o->listen_console, ':') : NULL;
	if (colon)
		str_uint(str_of(colon + 1), &port);
	options_free(o);
	problems_free(&p);
	return (int)port;
}

#define SCHEMA                                                                                               \
	"# yaml-language-server: $schema=" LIANDONG_PREFIX "/share/liandong/schema/client.schema.json\n"

static const char *client_config(const struct ca_folder *f)
{
	struct str server = ca_read(f, CA_SERVER, "cert.pem", false);
	struct pki_info info = {.names = ""};
	const char *first;

	if (server.p)
		pki_read(f->ctl->arena, server, &info);
	first = info.names;
	struct str name = list_next(&first);
	const char *host = name.n ? strchr(name.p, ':') : NULL;
	size_t n = host ? name.n - (size_t)(host + 1 - name.p) : 0;
	bool six = host && memchr(host + 1, ':', n);
	return arena_printf(f->ctl->arena,
	    SCHEMA "%s%sserver: \"%s%.*s%s:%d\"\nca: ca.pem\ncertificate: cert.pem\nkey: key.pem\n%s",
	    say("# liandongctl 的客户端配置:整个文件夹放到 ~/.config/liandong,或用 LIANDONG_CLIENT "
		"指出本文件。\n"
		"# server 的端口是服务器 liandong.yaml 里 listen.console 的端口。\n",
		"# What a client's liandongctl reads: the whole folder goes to ~/.config/liandong, or "
		"LIANDONG_CLIENT names this file.\n"
		"# The port of server is that of listen.console in the server's liandong.yaml.\n"),
	    n ? "" : "# ", six ? "[" : "", n ? (int)n : 4, n ? host + 1 : "HOST", six ? "]" : "",
	    console_port(f->ctl), say_english() ? "language: en\n" : "");
}

bool tls_issue_to(struct ca_folder *f, const struct pki_authority *by, const char *holder,
    const struct pki_wish *wish, struct str key)
{
	struct pki_wish w = *wish;
	const char *why = NULL;
	bool old_key = key.p != NULL;

	if (w.until_ms > f->info.until_ms) {
		w.until_ms = f->info.until_ms;
		fprintf(stderr,
		    f->ctl->english ? "%s: only until the authority ends, %s (tls renew DIR ca)\n"
				    : "%s:只到 CA 到期的 %s(续期:tls renew 文件夹 ca)\n",
		    holder, tls_day(f->ctl->arena, w.until_ms));
	}
	if (!old_key)
		key = pki_key(f->ctl->arena);
	struct str certificate = pki_certificate(f->ctl->arena, &w, key, by, &why);
	if (!certificate.p)
		return not_made(f, why);
	if (!old_key && !ca_write(f, holder, "key.pem", key))
		return false;
	if (w.kind == PKI_SERVER && !ca_write(f, holder, "crl.pem", f->list))
		return false;
	if (w.kind == PKI_CLIENT && !ca_has(f, holder, "client.yaml") &&
	    !ca_write(f, holder, "client.yaml", str_of(client_config(f))))
		return false;
	return ca_hand_out(f, holder, certificate);
}

static bool issue_client(struct ca_folder *f, const struct pki_authority *by, const char *name, int years)
{
	struct pki_wish wish =
	    tls_wish(f, PKI_CLIENT, name, arena_printf(f->ctl->arena, PKI_ACCOUNT "%s", name), years);

	return tls_issue_to(f, by, name, &wish, (struct str){0});
}

/* -- tls init ------------------------------------------------------------------------------- */

struct init_wish {
	const char *organisation, *names, *clients;
	int years, ca_years;
};

/* What was typed at the question; `otherwise` where that is nothing. NULL: the input has ended. */
static const char *ask(struct ctl *ctl, const char *zh, const char *en, const char *otherwise)
{
	char line[512];

	fprintf(stderr, "%s%s%s%s: ", ctl->english ? en : zh, *otherwise ? " [" : "", otherwise,
	    *otherwise ? "]" : "");
	if (!fgets(line, sizeof line, stdin))
		return NULL;
	line[strcspn(line, "\r\n")] = '\0';
	return *line ? arena_text(ctl->arena, line) : otherwise;
}

static bool ask_for(struct ctl *ctl, const char **value, const char *zh, const char *en,
    const char *otherwise)
{
	if (!*value)
		*value = ask(ctl, zh, en, otherwise);
	return *value != NULL;
}

/* What no option has said is asked at a terminal. */
static int init_values(struct ctl *ctl, const struct ctl_option *o, struct init_wish *w)
{
	const char *organisation = o[0].value, *names = o[1].value, *clients = o[2].value,
		   *years = o[3].value, *ca_years = o[4].value;
	char host[256] = "";

	gethostname(host, sizeof host - 1);
	if (isatty(0) && !ctl->json &&
	    !(ask_for(ctl, &organisation, "单位名称,如 某某市公安局", "organisation", "") &&
		ask_for(ctl, &names, "服务器的名称和地址,逗号隔开",
		    "the server's names and addresses, with commas", host) &&
		ask_for(ctl, &clients, "客户端(账号),逗号隔开,可以没有",
		    "clients (accounts), with commas, may be none", "") &&
		ask_for(ctl, &years, "证书有效几年", "years that certificates are good for", "2") &&
		ask_for(ctl, &ca_years, "CA 有效几年", "years that the authority is good for", "10")))
		return EXIT_REFUSED;
	if (!organisation || !names || !*names)
		return ctl_usage(ctl,
		    ctl->english ? "--org and --names are needed"
				 : "需要 --org 单位名称 和 --names 名称,地址");
	w->organisation = organisation;
	w->names = tls_names(ctl, names);
	w->clients = clients ? clients : "";
	if (!tls_years(ctl, "--years", years, YEARS, &w->years) ||
	    !tls_years(ctl, "--ca-years", ca_years, CA_YEARS, &w->ca_years))
		return EXIT_USAGE;
	bool good = w->names && organisation_fits(ctl, w->organisation);
	const char *list = w->clients;
	for (struct str one; good && (one = list_next(&list)).n;)
		good = tls_client_name(ctl, one);
	return good ? EXIT_DONE : EXIT_REFUSED;
}

static bool make_authority(struct ca_folder *f, const struct init_wish *w, struct pki_authority *by)
{
	struct arena *a = f->ctl->arena;
	struct pki_wish wish;
	const char *why = NULL;

	f->info.organisation = w->organisation;
	wish = tls_wish(f, PKI_AUTHORITY, arena_printf(a, say("%s 联动 CA", "%s CA"), w->organisation), NULL,
	    w->ca_years);
	by->key = pki_key(a);
	by->certificate = pki_certificate(a, &wish, by->key, NULL, &why);
	if (!by->certificate.p)
		return not_made(f, why);
	struct str list = pki_revoke(a, by, (struct str){0}, "", clock_wall().ms, &why);
	if (!list.p)
		return not_made(f, why);
	return ca_write(f, "authority", "ca.key", by->key) && ca_hand_out(f, NULL, by->certificate) &&
	    ca_spread(f, (struct str){0}, list);
}

static bool make_all(struct ca_folder *f, const struct init_wish *w)
{
	struct pki_authority by;
	const char *list = w->clients;

	if (!make_authority(f, w, &by))
		return false;
	struct str first = list_next(&(const char *){w->names});
	const char *common = strchr(arena_str(f->ctl->arena, first), ':') + 1;
	struct pki_wish wish =
	    tls_wish(f, PKI_SERVER, strlen(common) <= NAME_MOST ? common : CA_SERVER, w->names, w->years);
	bool good = tls_issue_to(f, &by, CA_SERVER, &wish, (struct str){0});
	for (struct str one; good && (one = list_next(&list)).n;)
		good = issue_client(f, &by, arena_str(f->ctl->arena, one), w->years);
	return good;
}

static int show_made(struct ca_folder *f, const char *clients)
{
	struct ctl *ctl = f->ctl;
	int n;

	if (ctl->json) {
		json_t *list = json_array();
		struct ca_issued *all = ca_issued_all(f, &n);
		for (int i = 0; i < n; i++)
			json_array_append_new(list, tls_json(ctl, &all[i]));
		json_t *tree = json_pack("{s:s, s:o}", "folder", f->path, "certificates", list);
		ctl_print_json(tree);
		json_decref(tree);
		return EXIT_DONE;
	}
	printf(ctl->english ? "Authority \"%s\" in %s, until %s.\n\n" : "CA“%s”在 %s,有效期到 %s。\n\n",
	    f->info.common_name, f->path, tls_day(ctl->arena, f->info.until_ms));
	tls_say_server(f);
	for (struct str one; (one = list_next(&clients)).n;)
		tls_say_client(f, arena_str(ctl->arena, one));
	printf(ctl->english
		? "\n%s can sign a certificate for anybody. Move it to a medium that is kept offline and "
		  "locked "
		  "away, leave none here, and say where it is (--ca-key) when it is needed.\n"
		: "\n%s 能签发任何证书:请移到不联网的介质上,锁好,这台机器上不要留;签发、续期、吊销时用 "
		  "--ca-key "
		  "指出。\n",
	    ca_path(f, "authority", "ca.key"));
	return EXIT_DONE;
}

int ctl_tls_init(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--org"}, {.name = "--names"}, {.name = "--clients"},
	    {.name = "--years"}, {.name = "--ca-years"}};
	struct init_wish w;
	struct ca_folder f;
	int code;

	argc = ctl_parse(ctl, argc, argv, o, 5);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "一个文件夹", "a folder");
	code = init_values(ctl, o, &w);
	if (code != EXIT_DONE)
		return code;
	code = ca_make(&f, ctl, argv[0]) && make_all(&f, &w) ? show_made(&f, w.clients) : EXIT_REFUSED;
	ca_close(&f);
	return code;
}

/* -- tls issue ------------------------------------------------------------------------------ */

struct later_options {
	const char *names, *years, *ca_key;
	bool again; /* --replace, --new-key */
};

/* Does what was asked to the open folder; the holder is argv[1]. */
typedef int later_command(struct ca_folder *f, const struct pki_authority *by, const char *holder,
    const struct later_options *o, int years);

static int later(struct ctl *ctl, int argc, char **argv, struct ctl_option *o, int n_options,
    struct later_options *given, later_command *run)
{
	struct pki_authority by;
	struct ca_folder f;
	int years, code = EXIT_REFUSED;

	argc = ctl_parse(ctl, argc, argv, o, n_options);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 2)
		return ctl_usage(ctl, ctl->english ? "a folder and a name are needed" : "需要文件夹和名称");
	*given = (struct later_options){.ca_key = o[0].value};
	for (int i = 1; i < n_options; i++)
		if (strcmp(o[i].name, "--years") == 0)
			given->years = o[i].value;
		else if (strcmp(o[i].name, "--names") == 0)
			given->names = o[i].value;
		else
			given->again = o[i].value != NULL;
	bool authority = strcmp(argv[1], CA_NAME) == 0;
	if (!tls_years(ctl, "--years", given->years, authority ? CA_YEARS : YEARS, &years))
		return EXIT_USAGE;
	if (ca_open(&f, ctl, argv[0]) && ca_signer(&f, given->ca_key, &by))
		code = run(&f, &by, argv[1], given, years);
	ca_close(&f);
	return code;
}

static int say_issued(struct ca_folder *f, const char *holder)
{
	struct ca_issued c = {.holder = holder};
	struct str text = ca_read(f, strcmp(holder, CA_NAME) == 0 ? NULL : holder,
	    strcmp(holder, CA_NAME) == 0 ? "ca.pem" : "cert.pem", true);

	if (!text.p || !pki_read(f->ctl->arena, text, &c.info))
		return EXIT_REFUSED;
	if (f->ctl->json) {
		json_t *tree = tls_json(f->ctl, &c);
		ctl_print_json(tree);
		json_decref(tree);
	} else {
		printf(f->ctl->english ? "%s: a certificate until %s, SHA-256 %s\n"
				       : "%s:证书有效期到 %s,指纹 SHA-256 %s\n",
		    holder, tls_day(f->ctl->arena, c.info.until_ms), c.info.fingerprint);
	}
	return EXIT_DONE;
}

/* Of the certificate that a holder has; NULL: it has none. */
static const char *serial_of(const struct ca_folder *f, const char *holder)
{
	struct str text = ca_read(f, holder, "cert.pem", false);
	struct pki_info info;

	return text.p && pki_read(f->ctl->arena, text, &info) ? info.serial : NULL;
}

static int issue(struct ca_folder *f, const struct pki_authority *by, const char *holder,
    const struct later_options *o, int years)
{
	struct ctl *ctl = f->ctl;
	const char *names = o->names ? tls_names(ctl, o->names) : NULL;
	bool first_server = o->names && strcmp(holder, CA_SERVER) == 0;

	if ((o->names && !names) || (!first_server && !tls_client_name(ctl, str_of(holder))))
		return EXIT_REFUSED;
	if (ca_has(f, holder, "key.pem") && !o->again)
		return ctl_fail(ctl->english
			? "%s has key and certificate already: tls renew for a longer time, or "
			  "--replace for new ones (the old certificate stays good until tls revoke)"
			: "%s 已经有密钥和证书:延长有效期用 tls renew;要换新的,加 --replace(旧证书在 tls "
			  "revoke 之前仍然有效)",
		    holder);
	const char *before = serial_of(f, holder);
	struct pki_wish wish = tls_wish(f, PKI_SERVER, holder, names, years);
	if (!(names ? tls_issue_to(f, by, holder, &wish, (struct str){0})
		    : issue_client(f, by, holder, years)))
		return EXIT_REFUSED;
	if (say_issued(f, holder) == EXIT_DONE && !names && !ctl->json)
		tls_say_client(f, holder);
	if (before && !ctl->json)
		printf(ctl->english ? "The certificate before is still good. If its key may be known to "
				      "others: tls revoke %s %s\n"
				    : "原来的证书仍然有效;密钥可能被别人知道的,吊销它:tls revoke %s %s\n",
		    f->path, before);
	return EXIT_DONE;
}

int ctl_tls_issue(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--ca-key"}, {.name = "--years"}, {.name = "--names"},
	    {.name = "--replace", .flag = true}};
	struct later_options given;

	return later(ctl, argc, argv, o, 4, &given, issue);
}

/* -- tls renew ------------------------------------------------------------------------------ */

/* The same key and name for some years more: what it has signed stays good. */
static int renew_authority(struct ca_folder *f, const struct pki_authority *by, int years)
{
	struct pki_wish wish = tls_wish(f, PKI_AUTHORITY, f->info.common_name, NULL, years);
	const char *why = NULL;
	struct pki_authority next = {
	    pki_certificate(f->ctl->arena, &wish, by->key, NULL, &why),
	    by->key,
	};

	if (!next.certificate.p)
		return refused_as(f, why);
	if (!ca_hand_out(f, NULL, next.certificate))
		return EXIT_REFUSED;
	struct str list = pki_revoke(f->ctl->arena, &next, f->list, "", clock_wall().ms, &why);
	if (!list.p)
		return refused_as(f, why);
	return ca_spread(f, (struct str){0}, list) ? say_issued(f, CA_NAME) : EXIT_REFUSED;
}

static int renew(struct ca_folder *f, const struct pki_authority *by, const char *holder,
    const struct later_options *o, int years)
{
	struct pki_info old;
	struct str key = {0}, text;

	if (strcmp(holder, CA_NAME) == 0)
		return renew_authority(f, by, years);
	text = ca_read(f, holder, "cert.pem", true);
	if (!text.p)
		return EXIT_REFUSED;
	if (!pki_read(f->ctl->arena, text, &old) || (old.kind != PKI_SERVER && old.kind != PKI_CLIENT))
		return ctl_fail(f->ctl->english ? "%s/cert.pem is no certificate of a server or client"
						: "%s/cert.pem 不是服务器或客户端证书",
		    holder);
	if (!o->again) {
		key = ca_read_key(f, holder);
		if (!key.p)
			return EXIT_REFUSED;
		if (!pki_pair(text, key))
			return ctl_fail(f->ctl->english
				? "%s/key.pem is not the key of cert.pem: --new-key makes one"
				: "%s/key.pem 不是 cert.pem 的密钥:加 --new-key 另做一个",
			    holder);
	}
	struct pki_wish wish = tls_wish(f, old.kind, old.common_name, old.names, years);
	return tls_issue_to(f, by, holder, &wish, key) ? say_issued(f, holder) : EXIT_REFUSED;
}

int ctl_tls_renew(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {
	    {.name = "--ca-key"}, {.name = "--years"}, {.name = "--new-key", .flag = true}};
	struct later_options given;

	return later(ctl, argc, argv, o, 3, &given, renew);
}

/* -- tls revoke ----------------------------------------------------------------------------- */

/* The serials of what is meant, a holder's or one serial's, that are not revoked yet; *known: is there any? */
static const char *meant(const struct ca_folder *f, const char *what, bool *known)
{
	const char *serials = "";
	int n;
	struct ca_issued *all = ca_issued_all(f, &n);

	*known = false;
	for (int i = 0; i < n; i++) {
		bool is = strcmp(all[i].holder, what) == 0 || strcasecmp(all[i].info.serial, what) == 0;
		if (!is || strcmp(all[i].holder, CA_NAME) == 0)
			continue;
		*known = true;
		if (!all[i].revoked)
			serials = arena_printf(f->ctl->arena, "%s%s%s", serials, *serials ? "," : "",
			    all[i].info.serial);
	}
	return serials;
}

/* Clients ask no list of ours: what is revoked of a server counts where crl.pem was copied to. */
static void say_server_revoked(const struct ca_folder *f, const char *holder)
{
	struct str text = ca_read(f, holder, "cert.pem", false);
	struct pki_info info;

	if (!text.p || !pki_read(f->ctl->arena, text, &info) || info.kind != PKI_SERVER)
		return;
	printf(f->ctl->english ? "It is a server's: give it a new one (tls issue --replace --names NAMES %s "
				 "%s), and put crl.pem "
				 "where its clients have it (crl of client.yaml): without it they go on "
				 "trusting the old one.\n"
			       : "这是服务器的证书:给它换一张新的(tls issue --replace --names 名称 %s "
				 "%s),并把 crl.pem 也发给各客户端(client.yaml 的 "
				 "crl),没有它的客户端仍会信任旧的。\n",
	    f->path, holder);
}

static int revoke_named(struct ca_folder *f, const struct pki_authority *by, const char *what,
    const struct later_options *o, int years)
{
	struct ctl *ctl = f->ctl;
	const char *why = NULL;
	bool known;
	const char *serials = meant(f, what, &known);

	(void)o, (void)years;
	if (strcmp(what, CA_NAME) == 0)
		return ctl_fail(ctl->english ? "an authority cannot revoke itself: make another one (tls "
					       "init in another folder), issue all "
					       "anew, and hand out its ca.pem"
					     : "CA 不能吊销自己:另建一个(tls init "
					       "另一个文件夹),全部重新签发,把新的 ca.pem 发给各处");
	if (!known)
		return ctl_fail(ctl->english
			? "%s has issued nothing to %s, and no such serial number: tls show %s"
			: "%s 没有给 %s 签发过证书,也没有这个序列号:tls show %s 列出全部",
		    f->path, what, f->path);
	struct str list = pki_revoke(ctl->arena, by, f->list, serials, clock_wall().ms, &why);
	if (!list.p)
		return refused_as(f, why);
	if (!ca_spread(f, (struct str){0}, list))
		return EXIT_REFUSED;
	if (ctl->json) {
		json_t *tree = json_pack("{s:s, s:o}", "crl", ca_path(f, NULL, "crl.pem"), "revoked",
		    ctl_codes(serials));
		ctl_print_json(tree);
		json_decref(tree);
		return EXIT_DONE;
	}
	printf(ctl->english
		? "revoked: %s\nPut %s in the server's place of it, then: liandongctl reload. Connections "
		  "that show it end then.\n"
		: "已吊销:%s\n把 %s 放到服务器上原来的位置,再 liandongctl reload "
		  "才生效,用它连着的随即断开。\n",
	    *serials           ? serials
		: ctl->english ? "nothing new"
			       : "没有新的(先前已吊销)",
	    ca_path(f, CA_SERVER, "crl.pem"));
	say_server_revoked(f, what);
	return EXIT_DONE;
}

int ctl_tls_revoke(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--ca-key"}};
	struct later_options given;

	return later(ctl, argc, argv, o, 1, &given, revoke_named);
}
