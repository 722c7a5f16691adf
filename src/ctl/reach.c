/*
 * reach.c - see reach.h: from options, environment and files to an open session.
 *
 * A token comes from a file that its owner alone can read, never from the command line, which every user of the machine
 * can see. It is overwritten in memory once the library has it.
 */
#include "ctl/reach.h"
#include "base/arena.h"
#include "base/log.h"
#include "client/dial.h"
#include "mechanism/client_options.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOKEN_MOST 512
#define PEM_MOST ((size_t)64 * 1024) /* bytes of a certificate's file that are looked at */
#define SYSTEM_FILE "/etc/liandong/client.yaml"

const struct reach_option reach_options[REACH_OPTIONS] = {
    [REACH_SERVER] = {"--server", "LIANDONG_SERVER", false,
	{"服务器,如 liandong.example.cn:7110,经 TLS",
	    "the server, such as liandong.example.cn:7110, over TLS"}},
    [REACH_CA] = {"--ca", "LIANDONG_CA", false,
	{"信任的 CA 证书,缺省为系统的", "CA certificates that are trusted, by default the system's"}},
    [REACH_CRL] = {"--crl", "LIANDONG_CRL", false, {"吊销列表", "revoked certificates"}},
    [REACH_CERT] = {"--cert", "LIANDONG_CERT", false, {"客户端证书", "client certificate"}},
    [REACH_KEY] = {"--key", "LIANDONG_KEY", false,
	{"客户端证书的密钥,只有自己能读", "its key, which its owner alone can read"}},
    [REACH_TOKEN] = {"--token-file", "LIANDONG_TOKEN_FILE", false,
	{"令牌文件,只有自己能读", "the token's file, which its owner alone can read"}},
    [REACH_PLAIN] = {"--insecure-plain", NULL, true,
	{"不用 TLS:令牌和个人信息在网络上明文传输",
	    "without TLS: tokens and personal data can be read on the network"}},
};

bool reach_take(struct ctl *ctl, int argc, char **argv, int i, int *used)
{
	for (int k = 0; k < REACH_OPTIONS; k++) {
		const struct reach_option *o = &reach_options[k];
		size_t n = strlen(o->name);
		if (strncmp(argv[i], o->name, n) != 0 || (argv[i][n] && (o->flag || argv[i][n] != '=')))
			continue;
		if (o->flag || argv[i][n] == '=')
			ctl->reach[k] = o->flag ? "" : argv[i] + n + 1;
		else if (i + 1 < argc)
			ctl->reach[k] = argv[i + 1];
		else
			return false;
		*used = o->flag || argv[i][n] == '=' ? 1 : 2;
		return true;
	}
	return false;
}

void reach_environment(struct ctl *ctl)
{
	for (int k = 0; k < REACH_OPTIONS; k++) {
		const char *value = reach_options[k].variable ? getenv(reach_options[k].variable) : NULL;
		if (!ctl->reach[k] && value && *value)
			ctl->reach[k] = value;
	}
}

/* -- client.yaml ---------------------------------------------------------------------------- */

static const char *client_file(struct ctl *ctl)
{
	const char *named = getenv("LIANDONG_CLIENT"), *config = getenv("XDG_CONFIG_HOME"),
		   *home = getenv("HOME");
	const char *path;

	if (named && *named)
		return named;
	path = config && *config ? arena_printf(ctl->arena, "%s/liandong/client.yaml", config)
	    : home && *home      ? arena_printf(ctl->arena, "%s/.config/liandong/client.yaml", home)
				 : NULL;
	if (path && access(path, F_OK) == 0)
		return path;
	return access(SYSTEM_FILE, F_OK) == 0 ? SYSTEM_FILE : NULL;
}

const char *reach_file(struct ctl *ctl)
{
	const char *file = ctl->reach[REACH_SERVER] || ctl->config_named ? NULL : client_file(ctl);

	return file ? file : ctl->reach[REACH_SERVER] ? NULL : ctl->config;
}

/* What client.yaml says, where no option says otherwise. False with its problems printed. */
static bool take_file(struct ctl *ctl, const char *path)
{
	struct client_options o;
	struct problems problems;
	struct buf text = {0};

	problems_init(&problems, ctl->english);
	bool good = client_options_load(path, &o, &problems);
	const char *said[REACH_OPTIONS] = {[REACH_SERVER] = o.server,
	    [REACH_CA] = o.ca,
	    [REACH_CRL] = o.crl,
	    [REACH_CERT] = o.certificate,
	    [REACH_KEY] = o.key,
	    [REACH_TOKEN] = o.token,
	    [REACH_PLAIN] = o.insecure_plain ? "" : NULL};
	for (int k = 0; good && k < REACH_OPTIONS; k++)
		if (!ctl->reach[k] && said[k])
			ctl->reach[k] = arena_text(ctl->arena, said[k]);
	if (good && o.server_name)
		ctl->server_name = arena_text(ctl->arena, o.server_name);
	if (!good) {
		problems_print(&problems, &text);
		fwrite(text.p, 1, text.n, stderr);
	}
	buf_free(&text);
	problems_free(&problems);
	return good;
}

/* -- secrets -------------------------------------------------------------------------------- */

static bool key_is_private(const struct ctl *ctl, const char *path)
{
	int fd = ctl_open_secret(ctl, path);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Some makers put certificate and key into one file. */
static bool has_key(const char *path)
{
	static const char mark[] = "PRIVATE KEY-----";
	char *text = xalloc(PEM_MOST);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n = fd < 0 ? 0 : read(fd, text, PEM_MOST);
	bool found = n > 0 && memmem(text, (size_t)n, mark, sizeof mark - 1);

	if (fd >= 0)
		close(fd);
	explicit_bzero(text, PEM_MOST);
	free(text);
	return found;
}

/* A certificate and its key come together, and its owner alone can read the key. */
static bool pair_is_good(const struct ctl *ctl)
{
	const char *cert = ctl->reach[REACH_CERT], *key = ctl->reach[REACH_KEY];

	if (key && !cert) {
		ctl_fail(ctl->english ? "--key %s needs the certificate that it belongs to: --cert FILE"
				      : "写了 --key %s,还要写它的证书:--cert 文件",
		    key);
		return false;
	}
	if (!cert)
		return true;
	if (!key && access(cert, R_OK) == 0 && !has_key(cert)) {
		ctl_fail(ctl->english
			? "%s is a certificate without its key: --key FILE, too (in client.yaml: key)"
			: "%s 里只有证书,没有密钥:还要写 --key 文件(client.yaml 里是 key)",
		    cert);
		return false;
	}
	return key_is_private(ctl, key ? key : cert);
}

/* The first word of the file. False with a sentence. */
static bool read_token(const struct ctl *ctl, const char *path, char token[TOKEN_MOST])
{
	int fd = ctl_open_secret(ctl, path);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, token, TOKEN_MOST - 1);
	close(fd);
	token[n > 0 ? n : 0] = '\0';
	token[strcspn(token, " \t\r\n")] = '\0';
	if (*token)
		return true;
	ctl_fail(ctl->english ? "%s is empty: it holds the token that account add has shown"
			      : "%s 是空的:里面应是 account add 显示的令牌",
	    path);
	return false;
}

/* -- the session ---------------------------------------------------------------------------- */

static bool address_is_good(struct ctl *ctl, struct liandong_options *o)
{
	const char *server = ctl->reach[REACH_SERVER];
	const struct dial_complaint *wrong;

	o->address = strpbrk(server, ":/") || strstr(server, "\xEF\xBC\x9A")
	    ? server
	    : arena_printf(ctl->arena, "%s:%d", server, CONSOLE_PORT);
	wrong = dial_complaint(o->address);
	if (wrong)
		ctl_fail(ctl->english ? "server %s: %s" : "服务器 %s:%s", server,
		    ctl->english ? wrong->en : wrong->zh);
	return !wrong;
}

/* The library goes without TLS to this machine itself, where nothing else was said. A person is told. */
static void hint_plain(const struct ctl *ctl, const char *address)
{
	struct dial_place place;

	if (isatty(STDERR_FILENO) && !ctl->json && dial_parse(address, &place) && place.loopback &&
	    !place.path)
		fputs(ctl->english ? "this machine itself, without TLS; with TLS: --ca FILE\n"
				   : "连的是本机,不经 TLS;要经 TLS 就写 --ca 文件\n",
		    stderr);
}

static struct liandong *open_server(struct ctl *ctl, struct liandong_options *o)
{
	const char *const *r = ctl->reach;
	char token[TOKEN_MOST], why[512];
	struct liandong_tls tls = {
	    .size = sizeof tls,
	    .ca_file = r[REACH_CA],
	    .crl_file = r[REACH_CRL],
	    .cert_file = r[REACH_CERT],
	    .key_file = r[REACH_KEY],
	    .server_name = ctl->server_name,
	    .insecure_plain = r[REACH_PLAIN] != NULL,
	};

	if (!address_is_good(ctl, o))
		return NULL;
	if (!pair_is_good(ctl))
		return NULL;
	if (!r[REACH_TOKEN] && !r[REACH_CERT]) {
		ctl_fail(ctl->english ? "%s wants to know who you are: --token-file FILE, or --cert FILE "
					"--key FILE; or in client.yaml"
				      : "连接 %s 要说明自己是谁:--token-file 文件,或 --cert 文件 --key "
					"文件;也可写在 client.yaml",
		    r[REACH_SERVER]);
		return NULL;
	}
	if (r[REACH_TOKEN] && !read_token(ctl, r[REACH_TOKEN], token))
		return NULL;
	o->token = r[REACH_TOKEN] ? token : NULL;
	bool said = tls.ca_file || tls.crl_file || tls.cert_file || tls.server_name || tls.insecure_plain;
	if (!said)
		hint_plain(ctl, o->address);
	struct liandong *link = liandong_open_tls(o, said ? &tls : NULL, why, sizeof why);
	explicit_bzero(token, sizeof token);
	o->token = NULL;
	if (!link)
		ctl_fail("%s", why);
	return link;
}

static struct liandong *open_control(struct ctl *ctl, struct liandong_options *o)
{
	char why[512];

	if (!ctl_options_found(ctl))
		return NULL;
	o->address = ctl->options->listen_control;
	struct liandong *link = liandong_open(o, why, sizeof why);
	if (!link)
		ctl_fail("%s", why);
	return link;
}

struct liandong *reach_open(struct ctl *ctl, struct liandong_options *o)
{
	const char *file = ctl->reach[REACH_SERVER] || ctl->config_named ? NULL : client_file(ctl);

	if (file && !take_file(ctl, file))
		return NULL;
	return ctl->reach[REACH_SERVER] ? open_server(ctl, o) : open_control(ctl, o);
}

bool reach_works_here(struct ctl *ctl)
{
	bool elsewhere = ctl->reach[REACH_SERVER] || (access(ctl->config, F_OK) != 0 && client_file(ctl));

	if (ctl->config_named || !elsewhere)
		return true;
	ctl_fail(ctl->english ? "\"%s\" works on the files of the machine that it runs on, not on a server "
				"elsewhere: run it on "
				"the server, or name a liandong.yaml of this machine with -c"
			      : "%s 用的是本机的配置、机制或数据库,不经 --server:请在服务器上运行,或用 -c "
				"指出本机的 liandong.yaml",
	    ctl->command->name);
	return false;
}

/* -- why not -------------------------------------------------------------------------------- */

/* The library speaks Chinese; this is the same in English, and what liandongctl has against it; lasts: another
 * try comes to the same, until a person has done something. */
static const struct {
	const char *word, *hint, *en;
	bool lasts;
} faults[] = {
    {"certificate-expired", "",
	"the server's certificate has expired: it needs a new one; or this clock is wrong", true},
    {"certificate-not-yet-valid", "",
	"the server's certificate is not valid yet: look at this machine's clock", true},
    {"certificate-revoked", "", "the server's certificate was revoked: do not connect, ask the administrator",
	true},
    {"certificate-refused", "", "the server's certificate cannot be accepted", true},
    {"wrong-host", "",
	"the server's certificate is for another name: use one of those, or have it issued anew", true},
    {"self-signed", "(--ca 文件,或 client.yaml 的 ca)",
	"the server's certificate is signed by itself: --ca FILE", true},
    {"unknown-authority", "(--ca 文件,或 client.yaml 的 ca)",
	"the server's certificate comes from an authority that is not trusted here: --ca FILE", true},
    {"revocation-unknown", "(--crl 文件)",
	"whether the server's certificate was revoked cannot be known: --crl FILE", true},
    {"client-certificate-required", "(--cert 文件 --key 文件)",
	"the server asks for a client certificate: --cert FILE --key FILE", true},
    {"client-certificate-expired", "", "the server says that our certificate has expired", true},
    {"client-certificate-revoked", "", "the server says that our certificate was revoked", true},
    {"client-certificate-refused", "", "the server does not accept our certificate", true},
    {"not-tls", "(--insecure-plain)", "the server does not speak TLS; to go without it: --insecure-plain",
	false},
    {"needs-tls", "(--ca 文件)", "the server wants TLS: --ca FILE", false},
    {"tls-required", "(--ca 文件)", "the server wants TLS: --ca FILE", false},
    {"not-console", "(缺省 7110)",
	"this is the port of pages (HTTP) and not the console's: use that of listen.console, 7110 unless "
	"changed",
	false},
    {"protocol", "", "its answer is no JSON: perhaps it is no console port of liandongd", false},
    {"tls-version", "", "the server speaks neither TLS 1.2 nor 1.3", false},
    {"tls-failed", "", "TLS has failed", false},
    {"unreachable", "", "the server cannot be reached", false},
    {"timeout", "", "the server did not answer in time", false},
    {"lost", "", "the connection was lost", false},
};

static int fault_at(const char *word)
{
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (strcmp(faults[i].word, word) == 0)
			return (int)i;
	return -1;
}

const char *reach_said(const char *word, const char *text)
{
	int at = say_english() ? fault_at(word) : -1;

	return at >= 0 ? faults[at].en : text;
}

bool reach_failure_lasts(const struct liandong *link)
{
	int at = fault_at(liandong_fault(link));

	return at >= 0 && faults[at].lasts;
}

int reach_failed(const struct ctl *ctl, const struct liandong *link)
{
	const char *word = liandong_fault(link), *text = liandong_error(link);
	int at = fault_at(word);

	if (!ctl->reach[REACH_SERVER])
		return ctl_fail(say("liandongd 没有应答(%s)。它在运行吗?配置文件是 %s",
				    "liandongd does not answer (%s). Does it run? Its configuration is %s"),
		    reach_said(word, text), ctl->config);
	if (ctl->english && at >= 0)
		return ctl_fail("%s: %s (%s)", ctl->reach[REACH_SERVER], faults[at].en, word);
	if (!*text)
		return ctl_fail(ctl->english ? "%s did not answer in time" : "%s 没有及时应答",
		    ctl->reach[REACH_SERVER]);
	return ctl_fail("%s%s", text, at >= 0 ? faults[at].hint : "");
}
