/*
 * options.c - liandong.yaml, by the list in options.def.
 *
 * Defaults are read by the same readers from the same texts a file would hold, so a default that
 * its own reader refuses cannot stand (options_load asserts it, and every test starts there).
 */
#include "mechanism/options.h"
#include "base/reason.h"
#include "mechanism/shape.h"
#include <assert.h>
#include <arpa/inet.h>
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>

/* -- readers ---------------------------------------------------------------------------------- */

/* "127.0.0.1:7110", "[::1]:7110": an address and a port, no names, nothing to look up. Port 0 lets
 * the system choose. */
struct address_text {
	bool valid, loopback;
};

static struct address_text address_of(const char *text)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	char host[64];
	const char *colon = strrchr(text, ':');
	bool six = text[0] == '[';
	uint64_t port;
	size_t n = colon ? (size_t)(colon - text) : 0;

	if (!colon || !str_uint(str_of(colon + 1), &port) || port > 65535 || n >= sizeof(host) ||
	    (six && (n < 3 || text[n - 1] != ']')))
		return (struct address_text){0};
	memcpy(host, text + six, n - (six ? 2 : 0));
	host[n - (six ? 2 : 0)] = '\0';
	if (inet_pton(six ? AF_INET6 : AF_INET, host, bytes) != 1)
		return (struct address_text){0};
	return (struct address_text){
	    true, six ? IN6_IS_ADDR_LOOPBACK((const struct in6_addr *)(const void *)bytes) : bytes[0] == 127};
}

static void option_address(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *text;

	if (!shape_get_text(r, v, &text))
		return;
	if (!address_of(text).valid)
		shape_wrong(r, v, "地址和端口,如 127.0.0.1:7110 或 \"[::1]:7110\"",
		    "an address and a port such as 127.0.0.1:7110 or \"[::1]:7110\"");
	else
		*SHAPE_AT(const char *, base, k->offset) = text;
}

/* Made absolute when all is read. */
static void option_path(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	shape_get_text(r, v, SHAPE_AT(const char *, base, k->offset));
}

/* Written where there is none: NULL is stored. */
static const char none[] = "none";

static bool is_none(const struct node *v, void *base, const struct key *k)
{
	if (v->kind != NODE_SCALAR || strcmp(v->text, none) != 0)
		return false;
	*SHAPE_AT(const char *, base, k->offset) = NULL;
	return true;
}

static void option_address_or_none(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	if (!is_none(v, base, k))
		option_address(r, v, base, k);
}

static void option_path_or_none(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	if (!is_none(v, base, k))
		option_path(r, v, base, k);
}

/* "10.1.0.0/16,127.0.0.1,fd00::/8": the addresses are read when the process that sends starts. */
static void option_networks(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	if (is_none(v, base, k))
		return;
	if (v->kind != NODE_SCALAR || v->text[strspn(v->text, "0123456789abcdefABCDEF.:/, ")])
		shape_wrong(r, v, "网段,如 10.1.0.0/16,几个用逗号分开",
		    "networks such as 10.1.0.0/16, with commas between");
	else
		*SHAPE_AT(const char *, base, k->offset) = arena_text(r->arena, v->text);
}

/* "03:00", quoted or not: another reader may take it for a number, ours does not. */
static void option_minute(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int minute;

	if (v->kind != NODE_SCALAR || !shape_is_minute(v->text, &minute))
		shape_wrong(r, v, "时刻 HH:MM,如 \"03:00\"", "a time HH:MM such as \"03:00\"");
	else
		*SHAPE_AT(const char *, base, k->offset) = arena_text(r->arena, v->text);
}

static void option_client_certificate(struct reading *r, const struct node *v, void *base,
    const struct key *k)
{
	static const char *const words[] = {none, "optional", "required"};
	int i;

	if (shape_get_word(r, v, words, 3, &i))
		*SHAPE_AT(const char *, base, k->offset) = words[i];
}

/* A host name, an IPv4 address, or an IPv6 one in brackets. */
static bool host_valid(struct str one)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz0123456789-.:[]";

	for (size_t i = 0; i < one.n; i++)
		if (!strchr(chars, one.p[i] | (one.p[i] >= 'A' && one.p[i] <= 'Z' ? 0x20 : 0)))
			return false;
	return one.n > 0 && (memchr(one.p, ':', one.n) == NULL) == (one.p[0] != '[');
}

/* "110.example.cn,10.1.2.3,[fd00::1]", or none. */
static void option_hosts(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *text, *rest;
	struct str one;
	char *low;

	if (is_none(v, base, k) || !shape_get_text(r, v, &text))
		return;
	low = arena_text(r->arena, text);
	for (char *p = low; *p; p++)
		*p = (char)(*p >= 'A' && *p <= 'Z' ? *p | 0x20 : *p);
	for (rest = low; (one = list_next(&rest)).n;)
		if (!host_valid(one)) {
			shape_wrong(r, v, "主机名或地址,不带端口,几个用逗号分开(中间没有空格),或 none",
			    "host names or addresses without ports, with commas and no spaces between, or "
			    "none");
			return;
		}
	*SHAPE_AT(const char *, base, k->offset) = low;
}

static const char *const languages[] = {"zh", "en"};

static void option_language(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int i;

	if (shape_get_word(r, v, languages, 2, &i))
		*SHAPE_AT(const char *, base, k->offset) = languages[i];
}

static const char *const sandboxes[] = {"deny", "kill", "log", "off"};

static void option_sandbox(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int i;

	if (shape_get_word(r, v, sandboxes, 4, &i))
		*SHAPE_AT(const char *, base, k->offset) = sandboxes[i];
}

/* Whether there is such a user is looked at where root starts the daemon. */
static void option_user(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	shape_get_text(r, v, SHAPE_AT(const char *, base, k->offset));
}

/* A section whose keys are all commented out has no value; it is a mapping without keys. */
static void option_section(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	if (v->kind != NODE_SCALAR || !v->plain || *v->text)
		shape_read(r, v, k->shape, base);
}

/* -- the table, from options.def -------------------------------------------------------------- */

static const struct option {
	const char *section;
	struct key key;
	const char *initial, *zh, *en;
} all[] = {
#define OPTION(section_, key_, field, reader, least_, most_, initial_, zh_, en_)                             \
	{section_, SHAPE_KEY(key_, reader, struct options, field, .least = (least_), .most = (most_)),       \
	    initial_, zh_, en_},
#include "mechanism/options.def"
};
#define N_OPTIONS ((int)(sizeof(all) / sizeof(all[0])))

/* The shape of one section, or of the whole file where section is "": its own keys and a mapping for
 * each section. All sections read into the same struct options. */
static const struct shape *section_shape(struct arena *a, const char *section)
{
	struct shape *shape = arena_alloc(a, sizeof(*shape));
	struct key *keys = arena_new_array(a, struct key, N_OPTIONS);
	const char *last = "";

	for (int i = 0; i < N_OPTIONS; i++) {
		if (strcmp(all[i].section, section) == 0) {
			keys[shape->n_keys++] = all[i].key;
		} else if (*section == '\0' && strcmp(all[i].section, last) != 0) {
			last = all[i].section;
			keys[shape->n_keys++] = (struct key){
			    .name = last, .read = option_section, .shape = section_shape(a, last)};
		}
	}
	shape->keys = keys;
	shape->size = sizeof(struct options);
	return shape;
}

static bool same_value(const struct option *o, const struct options *a, const struct options *b)
{
	const void *x = (const char *)a + o->key.offset, *y = (const char *)b + o->key.offset;

	if (o->key.read == shape_bool)
		return *(const bool *)x == *(const bool *)y;
	if (o->key.read != shape_int64 && o->key.read != shape_size && o->key.read != shape_duration)
		return text_eq(*(const char *const *)x, *(const char *const *)y);
	return *(const int64_t *)x == *(const int64_t *)y;
}

const char *options_changed(const struct options *then, const struct options *now, struct arena *a)
{
	const char *names = "";

	for (int i = 0; i < N_OPTIONS; i++) {
		const struct option *o = &all[i];

		if (o->key.offset == offsetof(struct options, mechanism) ||
		    o->key.offset == offsetof(struct options, language) || same_value(o, then, now))
			continue;
		names = arena_printf(a, "%s%s%s%s%s", names, *names ? "," : "", o->section,
		    *o->section ? "." : "", o->key.name);
	}
	return names;
}

const struct shape *options_shape(struct arena *a)
{
	return section_shape(a, "");
}

static void read_defaults(struct reading *r, struct options *o)
{
	for (int i = 0; i < N_OPTIONS; i++) {
		struct node text = {
		    .kind = NODE_SCALAR, .plain = true, .file = "options.def", .text = all[i].initial};
		int errors = r->problems->errors;
		all[i].key.read(r, &text, o, &all[i].key);
		assert(r->problems->errors == errors && "a default is what its reader takes");
	}
}

/* Installed, what the daemon writes has places of its own; elsewhere it lives under var/, as the defaults have it. */
static const char installed_folder[] = "/etc/liandong/";
static const struct {
	size_t at;
	const char *place;
} installed[] = {
    {offsetof(struct options, store), "/var/lib/liandong/liandong.db"},
    {offsetof(struct options, listen_control), "/run/liandong/control.sock"},
};

static void read_installed_defaults(struct options *o)
{
	size_t n = sizeof(installed_folder) - 1;

	if (strncmp(o->file, installed_folder, n) != 0 || strchr(o->file + n, '/'))
		return;
	for (size_t i = 0; i < sizeof(installed) / sizeof(*installed); i++)
		*SHAPE_AT(const char *, o, installed[i].at) = installed[i].place;
}

/* -- what concerns several options ------------------------------------------------------------ */

/* Where an option stands in the file, or the file itself where it has its default. */
static const struct node *place(const struct node *root, const char *section, const char *key)
{
	const struct node *in = *section ? yaml_get(root, section) : root;
	const struct node *found = in ? yaml_get(in, key) : NULL;

	return found ? found : root;
}

/* Passwords and reporters' names would cross the network in the clear. */
static void check_exposed(struct reading *r, const struct node *root, const char *key, const char *address,
    const struct tls_files *tls)
{
	const struct node *v = place(root, "listen", key);

	if (!address_of(address).loopback && !tls->certificate)
		yaml_error(r->problems, v,
		    "listen.%s: %s 不是本机地址,而连接没有加密:在 tls_%s 写上证书,或改用 "
		    "127.0.0.1,或写 insecure: true 表示接受这个风险",
		    "listen.%s: %s is not loopback and the connection is not encrypted: give tls_%s a "
		    "certificate, or use 127.0.0.1, or say insecure: true",
		    key, address, key);
}

/* What of one listener's files needs another of them. */
static void check_tls(struct reading *r, const struct node *root, const char *section,
    const struct tls_files *tls)
{
	bool wants = strcmp(tls->client_certificate, none) != 0;

	if (tls->certificate && !tls->key)
		yaml_error(r->problems, place(root, section, "certificate"),
		    "%s:写了 certificate,还要写它的私钥 key", "%s: certificate needs its key", section);
	else if (!tls->certificate && (tls->key || tls->client_ca || tls->client_crl || wants))
		yaml_error(r->problems, place(root, "", section), "%s:没有写 certificate,其余的不起作用",
		    "%s: without certificate the others do nothing", section);
	else if (wants != (tls->client_ca != NULL))
		yaml_error(r->problems, place(root, section, wants ? "client_certificate" : "client_ca"),
		    "%s:client_ca 与 client_certificate(optional 或 required)要一起写",
		    "%s: client_ca and client_certificate (optional or required) belong together", section);
	else if (tls->client_crl && !tls->client_ca)
		yaml_error(r->problems, place(root, section, "client_crl"),
		    "%s:client_crl 要与 client_ca 一起写", "%s: client_crl needs client_ca", section);
}

static void check_redirect(struct reading *r, const struct node *root, const struct options *o)
{
	if (o->listen_redirect && !o->tls_http.certificate)
		yaml_error(r->problems, place(root, "listen", "redirect"),
		    "listen.redirect 引到 listen.http 的 HTTPS,而 tls_http 没有写 certificate",
		    "listen.redirect leads to HTTPS on listen.http, and tls_http has no certificate");
}

/* All of a machine's addresses of one kind. */
static bool is_any(const char *address)
{
	return strncmp(address, "0.0.0.0:", 8) == 0 || strncmp(address, "[::]:", 5) == 0;
}

/* Do both take one port of one address? Port 0 is another one each time. */
static bool collide(const char *a, const char *b)
{
	const char *port = strrchr(a, ':');
	bool same = strcmp(a, b) == 0, one_kind = (*a == '[') == (*b == '[');

	return strcmp(port, strrchr(b, ':')) == 0 && strcmp(port, ":0") != 0 &&
	    (same || (one_kind && (is_any(a) || is_any(b))));
}

static void check_apart(struct reading *r, const struct node *root, const struct options *o)
{
	const struct {
		const char *key, *address;
	} places[] = {
	    {"console", o->listen_console}, {"http", o->listen_http}, {"redirect", o->listen_redirect}};

	for (size_t i = 1; i < sizeof places / sizeof *places; i++)
		for (size_t k = 0; k < i; k++)
			if (places[i].address && collide(places[i].address, places[k].address))
				yaml_error(r->problems, place(root, "listen", places[i].key),
				    "listen.%s(%s)与 listen.%s(%s)是同一个地址和端口,请换一个端口",
				    "listen.%s (%s) and listen.%s (%s) are the same address and port: choose "
				    "another port",
				    places[i].key, places[i].address, places[k].key, places[k].address);
}

static void check_together(struct reading *r, const struct node *root, const struct options *o)
{
	if (!o->insecure) {
		check_exposed(r, root, "console", o->listen_console, &o->tls_console);
		check_exposed(r, root, "http", o->listen_http, &o->tls_http);
	}
	check_tls(r, root, "tls_console", &o->tls_console);
	check_tls(r, root, "tls_http", &o->tls_http);
	check_redirect(r, root, o);
	check_apart(r, root, o);
	if (o->output_hard <= o->output_soft)
		yaml_error(r->problems, place(root, "limits", "output_hard"),
		    "output_hard 应大于 output_soft", "output_hard should be more than output_soft");
}

/* -- the file --------------------------------------------------------------------------------- */

/* `path` as seen from the folder `from`, which has no links in it, so that ".." may be cut off. */
static const char *absolute(struct arena *a, const char *from, const char *path)
{
	size_t n = strlen(from);

	if (path[0] == '/')
		return path;
	for (;;) {
		if (strncmp(path, "./", 2) == 0) {
			path += 2;
		} else if (strncmp(path, "../", 3) == 0) {
			path += 3;
			while (n > 0 && from[n - 1] != '/')
				n--;
			n -= n > 1;
		} else {
			break;
		}
	}
	return arena_printf(a, "%.*s%s%s", (int)n, from, n > 0 && from[n - 1] == '/' ? "" : "/", path);
}

static void resolve_paths(struct options *o)
{
	char *copy = arena_text(o->arena, o->file);
	const char *folder = dirname(copy);

	for (int i = 0; i < N_OPTIONS; i++) {
		const char **path = SHAPE_AT(const char *, o, all[i].key.offset);

		if (all[i].key.read == option_path_or_none && *path)
			*path = absolute(o->arena, folder, *path);
	}
	o->listen_control = absolute(o->arena, folder, o->listen_control);
	o->mechanism = absolute(o->arena, folder, o->mechanism);
	o->store = absolute(o->arena, folder, o->store);
	o->notices_secrets = absolute(o->arena, folder, o->notices_secrets);
}

/* The next line of the text, without its end; moves past it. */
static struct str next_line(struct str *text)
{
	const char *end = text->n ? memchr(text->p, '\n', text->n) : NULL;
	struct str line = {text->p, end ? (size_t)(end - text->p) : text->n};
	size_t past = line.n + (end != NULL);

	text->p += past;
	text->n -= past;
	return line;
}

/* In a file that is wrong somewhere: the line that says control:, wherever it stands. */
static void find_control(struct options *o, struct str text)
{
	static const char word[] = "control:";

	while (text.n > 0) {
		struct str line = next_line(&text);
		size_t from = 0, n;

		while (from < line.n && (line.p[from] == ' ' || line.p[from] == '\t'))
			from++;
		if (line.n - from < sizeof(word) - 1 || memcmp(line.p + from, word, sizeof(word) - 1) != 0)
			continue;
		from += sizeof(word) - 1;
		while (from < line.n && strchr(" \t\"'", line.p[from]))
			from++;
		for (n = 0; from + n < line.n && !strchr(" \t\r\"'#", line.p[from + n]); n++)
			;
		if (n > 0)
			o->listen_control = arena_str(o->arena, (struct str){line.p + from, n});
	}
}

static void read_file(struct options *o, struct str bytes, struct problems *p)
{
	struct reading r = {.arena = o->arena, .problems = p};
	int errors = p->errors;
	const struct node *root;

	read_defaults(&r, o);
	read_installed_defaults(o);
	root = yaml_parse(p->arena, o->file, bytes, YAML_FILE_MAX, p);
	if (root && shape_read(&r, root, options_shape(p->arena), o))
		check_together(&r, root, o);
	if (p->errors > errors)
		find_control(o, bytes);
	resolve_paths(o);
}

static struct options *load(const char *path, const char *copy, bool loosely, struct problems *p)
{
	struct arena *arena = arena_new();
	struct options *o = arena_alloc(arena, sizeof(*o));
	int errors = p->errors;
	struct str bytes;
	bool there;

	o->arena = arena;
	o->file = arena_text(arena, path);
	there = yaml_slurp(p->arena, copy, YAML_FILE_MAX, &bytes, p);
	if (there)
		read_file(o, bytes, p);
	if (p->errors == errors || (there && loosely))
		return o;
	options_free(o);
	return NULL;
}

struct options *options_load_copy(const char *path, const char *copy, struct problems *p)
{
	return load(path, copy, false, p);
}

static struct options *load_real(const char *path, bool loosely, struct problems *p)
{
	char *real = realpath(path, NULL);
	struct options *o = NULL;

	if (real)
		o = load(real, real, loosely, p);
	else
		problems_add(p, PROBLEM_FILE, path, 0, 0, "读不了这个配置文件:%s",
		    "cannot read this configuration file: %s", system_reason(errno, p->english));
	free(real);
	return o;
}

struct options *options_load(const char *path, struct problems *p)
{
	return load_real(path, false, p);
}

struct options *options_load_loosely(const char *path, struct problems *p)
{
	return load_real(path, true, p);
}

void options_free(struct options *o)
{
	if (o)
		arena_free(o->arena);
}

bool options_english(const char *path)
{
	struct problems p;
	struct str bytes;
	const struct node *root, *v = NULL;
	bool english;

	problems_init(&p, false);
	if (yaml_slurp(p.arena, path, YAML_FILE_MAX, &bytes, &p)) {
		root = yaml_parse(p.arena, path, bytes, YAML_FILE_MAX, &p);
		v = root && root->kind == NODE_MAP ? yaml_get(root, "language") : NULL;
	}
	english = v && v->kind == NODE_SCALAR && text_eq(v->text, "en");
	problems_free(&p);
	return english;
}
