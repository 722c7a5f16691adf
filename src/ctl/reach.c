/*
 * reach.c - see reach.h: from options, environment and files to an open session.
 *
 * A token comes from a file that its owner alone can read, never from the command line, which every user of the machine
 * can see. It is overwritten in memory once the library has it.
 */
#include "ctl/reach.h"
#include "base/arena.h"
#include "base/reason.h"
#include "mechanism/client_options.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN_MOST 512
#define DEFAULT_PORT ":7110"
#define SYSTEM_FILE "/etc/liandong/client.yaml"

const struct reach_option reach_options[REACH_OPTIONS] = {
    [REACH_SERVER] = {"--server", "LIANDONG_SERVER", false, "服务器,如 liandong.example.cn:7110,经 TLS"},
    [REACH_CA] = {"--ca", "LIANDONG_CA", false, "信任的 CA 证书,缺省为系统的"},
    [REACH_CRL] = {"--crl", "LIANDONG_CRL", false, "吊销列表"},
    [REACH_CERT] = {"--cert", "LIANDONG_CERT", false, "客户端证书"},
    [REACH_KEY] = {"--key", "LIANDONG_KEY", false, "客户端证书的密钥,只有自己能读"},
    [REACH_TOKEN] = {"--token-file", "LIANDONG_TOKEN_FILE", false, "令牌文件,只有自己能读"},
    [REACH_PLAIN] = {"--insecure-plain", NULL, true, "不用 TLS:令牌和个人信息在网络上明文传输"},
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

/* A file that its owner alone may read. The descriptor; -1 with a sentence. */
static int open_secret(const struct ctl *ctl, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || fstat(fd, &st) != 0)
		ctl_fail(ctl->english ? "%s cannot be read: %s" : "读不了 %s:%s", path,
		    system_reason(errno, ctl->english));
	else if (!S_ISREG(st.st_mode))
		ctl_fail(ctl->english ? "%s is no file" : "%s 不是文件", path);
	else if (st.st_mode & 077)
		ctl_fail(ctl->english
			? "others can read %s (%04o): chmod 600, and consider what it holds as known"
			: "别人也能读 %s(%04o):先 chmod 600,并考虑换掉里面的令牌或密钥",
		    path, st.st_mode & 07777U);
	else
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool key_is_private(const struct ctl *ctl, const char *path)
{
	int fd = open_secret(ctl, path);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The first word of the file. False with a sentence. */
static bool read_token(const struct ctl *ctl, const char *path, char token[TOKEN_MOST])
{
	int fd = open_secret(ctl, path);
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

	if (!r[REACH_TOKEN] && !r[REACH_CERT]) {
		ctl_fail(ctl->english ? "%s wants to know who you are: --token-file FILE, or --cert FILE "
					"--key FILE; or in client.yaml"
				      : "连接 %s 要说明自己是谁:--token-file 文件,或 --cert 文件 --key "
					"文件;也可写在 client.yaml",
		    r[REACH_SERVER]);
		return NULL;
	}
	if ((r[REACH_TOKEN] && !read_token(ctl, r[REACH_TOKEN], token)) ||
	    (r[REACH_CERT] && !key_is_private(ctl, r[REACH_KEY] ? r[REACH_KEY] : r[REACH_CERT])))
		return NULL;
	o->address = strchr(r[REACH_SERVER], ':')
	    ? r[REACH_SERVER]
	    : arena_printf(ctl->arena, "%s" DEFAULT_PORT, r[REACH_SERVER]);
	o->token = r[REACH_TOKEN] ? token : NULL;
	bool said = tls.ca_file || tls.crl_file || tls.cert_file || tls.server_name || tls.insecure_plain;
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

/* -- why not -------------------------------------------------------------------------------- */

/* The library speaks Chinese; this is the same in English, and what liandongctl has against it. */
static const struct {
	const char *word, *hint, *en;
} faults[] = {
    {"certificate-expired", "",
	"the server's certificate has expired: it needs a new one; or this clock is wrong"},
    {"certificate-not-yet-valid", "",
	"the server's certificate is not valid yet: look at this machine's clock"},
    {"certificate-revoked", "",
	"the server's certificate was revoked: do not connect, ask the administrator"},
    {"certificate-refused", "", "the server's certificate cannot be accepted"},
    {"wrong-host", "",
	"the server's certificate is for another name: use one of those, or have it issued anew"},
    {"self-signed", "(--ca 文件,或 client.yaml 的 ca)",
	"the server's certificate is signed by itself: --ca FILE"},
    {"unknown-authority", "(--ca 文件,或 client.yaml 的 ca)",
	"the server's certificate comes from an authority that is not trusted here: --ca FILE"},
    {"revocation-unknown", "(--crl 文件)",
	"whether the server's certificate was revoked cannot be known: --crl FILE"},
    {"client-certificate-required", "(--cert 文件 --key 文件)",
	"the server asks for a client certificate: --cert FILE --key FILE"},
    {"client-certificate-expired", "", "the server says that our certificate has expired"},
    {"client-certificate-revoked", "", "the server says that our certificate was revoked"},
    {"client-certificate-refused", "", "the server does not accept our certificate"},
    {"not-tls", "(--insecure-plain)", "the server does not speak TLS; to go without it: --insecure-plain"},
    {"needs-tls", "(--ca 文件)", "the server wants TLS: --ca FILE"},
    {"tls-version", "", "the server speaks neither TLS 1.2 nor 1.3"},
    {"tls-failed", "", "TLS has failed"},
    {"unreachable", "", "the server cannot be reached"},
    {"timeout", "", "the server did not answer in time"},
    {"lost", "", "the connection was lost"},
};

static int fault_at(const char *word)
{
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (strcmp(faults[i].word, word) == 0)
			return (int)i;
	return -1;
}

int reach_failed(const struct ctl *ctl, const struct liandong *link)
{
	const char *word = liandong_fault(link), *text = liandong_error(link);
	int at = fault_at(word);

	if (!ctl->reach[REACH_SERVER])
		return ctl_fail("liandongd 没有应答(%s)。它在运行吗?配置文件是 %s", text, ctl->config);
	if (ctl->english && at >= 0)
		return ctl_fail("%s: %s (%s)", ctl->reach[REACH_SERVER], faults[at].en, word);
	if (!*text)
		return ctl_fail(ctl->english ? "%s did not answer in time" : "%s 没有及时应答",
		    ctl->reach[REACH_SERVER]);
	return ctl_fail("%s%s", text, at >= 0 ? faults[at].hint : "");
}
