/*
 * needs.c - see needs.h. Place: ctl.
 *
 * No secret is printed: a file is named, a line is counted. The mechanism has no places of its keys, so both files are parsed once
 * more.
 */
#include "ctl/needs.h"
#include "base/arena.h"
#include "base/secret.h"
#include "channel/channel.h"
#include "channel/post.h"
#include "channel/sign.h"
#include "domain/exchange.h"
#include "mechanism/yaml.h"
#include "report/partners.h"

#include <errno.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

struct needs {
	const struct options *o;
	const struct mechanism *m;
	struct problems *p;
	const char *folder; /* of secrets */
	struct node *root;  /* of the file at work */
	bool wants_folder;
};

#define WARN(n, code, node, ...) yaml_problem((n)->p, (code), (node), __VA_ARGS__)

/* -- places in the files ---------------------------------------------------------------------------- */

static void open_file(struct needs *n, const char *name)
{
	const char *path = arena_printf(n->p->arena, "%s/%s", n->o->mechanism, name);
	struct problems quiet;

	n->root = NULL;
	problems_init(&quiet, n->p->english);
	for (int i = 0; i < n->m->n_files; i++)
		if (text_eq(n->m->files[i].name, name)) {
			n->root =
			    yaml_parse(n->p->arena, path, n->m->files[i].bytes, YAML_LONG_FILE_MAX, &quiet);
			problems_source(n->p, path, n->m->files[i].bytes);
		}
	problems_free(&quiet);
}

/* The value at the end of the keys, "send.signature.secret_file" beneath `first` and `id`; as deep as there is one. */
static const struct node *place(const struct needs *n, const char *first, const char *id, const char *keys)
{
	const struct node *at = n->root ? yaml_get(n->root, first) : NULL,
			  *next = at ? yaml_get(at, id) : NULL;

	while (next && *keys) {
		size_t len = strcspn(keys, ".");

		at = next;
		next = yaml_get(at, arena_str(n->p->arena, (struct str){keys, len}));
		keys += len + (keys[len] == '.');
	}
	return next ? next : at ? at : n->root;
}

/* -- files of secrets --------------------------------------------------------------------------- */

/* Whom the notifier runs as; without root that is who runs it. */
static uid_t notifier_user(const struct options *o)
{
	const char *name =
	    strcmp(o->user_notifier, OPTION_USER_SAME) == 0 ? o->user_engine : o->user_notifier;
	const struct passwd *p = strcmp(name, OPTION_USER_SAME) == 0 ? NULL : getpwnam(name);

	return geteuid() == 0 && p ? p->pw_uid : geteuid();
}

static void check_owner(const struct needs *n, const struct node *at, const char *key, const char *name,
    const struct secret *s)
{
	uid_t wanted = notifier_user(n->o);
	const struct passwd *p = getpwuid(wanted);
	const char *user = p ? p->pw_name : "-";

	if (s->owner != wanted && wanted != 0)
		WARN(n, PROBLEM_SECRET_FILE, at, "%s %s 不属于 %s,通知进程读不了:chown %s %s/%s",
		    "%s %s does not belong to %s: the notifier cannot read it; chown %s %s/%s", key, name,
		    user, user, n->folder, name);
}

/* by_webhook: its lines are keys of Standard Webhooks. */
static void check_form(const struct needs *n, const struct node *at, const char *key, const char *name,
    const struct secret *s)
{
	for (int i = 0; i < s->n; i++)
		if (!webhook_key_good(s->lines[i]))
			WARN(n, PROBLEM_SECRET_FILE, at,
			    "%s %s 第 %d 行不是 Standard Webhooks 的密钥(whsec_ 加 base64),不用它签名",
			    "%s %s: line %d is no key of Standard Webhooks (whsec_ and base64): nothing is "
			    "signed with it",
			    key, name, i + 1);
}

/* Returns what is in it, in the arena; n 0 where it cannot be used. */
static struct secret check_secret(struct needs *n, const struct node *at, const char *key, const char *name,
    bool by_webhook)
{
	struct secret s;

	if (!name)
		return (struct secret){.n = 0};
	n->wants_folder = true;
	secret_read(n->folder, name, n->p->arena, &s);
	if (s.fault)
		WARN(n, PROBLEM_SECRET_FILE, at, "%s %s 用不了(%s/%s):%s", "%s %s cannot be used (%s/%s): %s",
		    key, name, n->folder, name, secret_why(s.fault, n->p->english));
	else
		check_owner(n, at, key, name, &s);
	if (!s.fault && by_webhook)
		check_form(n, at, key, name, &s);
	return s;
}

static void check_folder(const struct needs *n)
{
	const char *file = n->o->file;
	struct stat st;

	if (stat(n->folder, &st) != 0)
		problems_add(n->p, PROBLEM_SECRETS_FOLDER, file, 0, 0,
		    "notices.secrets 的文件夹 %s 打不开:%s",
		    "the folder notices.secrets, %s, cannot be opened: %s", n->folder,
		    secret_why(errno, n->p->english));
	else if (st.st_mode & 077)
		problems_add(n->p, PROBLEM_SECRETS_FOLDER, file, 0, 0,
		    st.st_mode & 022
			? "notices.secrets 的文件夹 %s 权限是 %04o,别人能往里放、换掉文件:chmod 700"
			: "notices.secrets 的文件夹 %s 权限是 %04o,别人能进:chmod 700",
		    st.st_mode & 022
			? "the folder notices.secrets, %s, has mode %04o: others can put and replace "
			  "files there; chmod 700"
			: "the folder notices.secrets, %s, has mode %04o: others may enter it; chmod 700",
		    n->folder, (unsigned)(st.st_mode & 07777));
}

/* -- targets ------------------------------------------------------------------------------------ */

/* The URL is not shown: a robot's is a secret. */
static void check_target(const struct needs *n, const struct node *at, const char *key, const char *url)
{
	const struct post_rules rules = {.allow = n->o->notices_allow, .plain = n->o->notices_plain};
	const char *fault = url ? post_target_fault(&rules, str_of(url), n->p->english) : NULL;

	if (fault)
		WARN(n, PROBLEM_TARGET_FORBIDDEN, at, "%s 的网址不能用:%s",
		    "the URL of %s is not permitted: %s", key, fault);
}

/* -- both files --------------------------------------------------------------------------------- */

static void check_channel(struct needs *n, const struct notice_channel *c)
{
	const struct node *url_file = place(n, "channels", c->id, "url_file");
	struct secret in = check_secret(n, url_file, "url_file", c->url_file, false);

	check_secret(n, place(n, "channels", c->id, "secret_file"), "secret_file", c->secret_file,
	    notices_by_webhook(c->kind));
	check_secret(n, place(n, "channels", c->id, "receipts_file"), "receipts_file", c->receipts_file,
	    false);
	if (in.n)
		check_target(n, url_file, "url_file", in.lines[0]);
	if (in.n && c->kind == CHANNEL_SMS_HTTP && c->preset == SMS_OWN &&
	    !notices_has_place(c, PLACE_PHONE) && !strstr(in.lines[0], "{phone}"))
		WARN(n, PROBLEM_SECRET_FILE, url_file,
		    "url_file %s 和模板里都没有 {phone}:短信没有收件人的号码",
		    "neither url_file %s nor the templates have {phone}: the message goes to no number",
		    c->url_file);
	check_target(n, place(n, "channels", c->id, "url"), "url", c->url);
}

/* One file for two channels whose keys are of two kinds: what is changed for one is wrong for the other. A receipt's secret says whose
 * receipt it is. */
static void check_shared(struct needs *n, const struct notice_channel *c, const struct notice_channel *other)
{
	if (c->receipts_file && text_eq(c->receipts_file, other->receipts_file))
		WARN(n, PROBLEM_SECRET_FILE, place(n, "channels", c->id, "receipts_file"),
		    "receipts_file %s 也是通道 %s 的:知道一个的回执网址,就能替另一个报回执",
		    "receipts_file %s is the channel %s's, too: who knows where one's receipts go can send "
		    "the other's",
		    c->receipts_file, other->id);
	if (c->secret_file && c->kind != other->kind && text_eq(c->secret_file, other->secret_file))
		WARN(n, PROBLEM_SECRET_FILE, place(n, "channels", c->id, "secret_file"),
		    "secret_file %s 也是通道 %s(%s)的:两家的密钥不会是同一个",
		    "secret_file %s is that of the channel %s (%s), too: two providers have no key in common",
		    c->secret_file, other->id, channel_kind_names[other->kind]);
}

static void check_template(struct needs *n, const struct notice_channel *c)
{
	const char *fault = channel_template_fault(c, n->p->english, n->p->arena);

	if (fault)
		WARN(n, PROBLEM_TEMPLATE_JSON, place(n, "channels", c->id, "json"), "json %s", "json: %s",
		    fault);
}

static void check_partner(struct needs *n, const struct exchange_partner *x)
{
	const struct {
		const char *keys, *name;
		enum exchange_signing kind;
	} secrets[] = {{"receive.signature.secret_file", x->receive.sign.secret_file, x->receive.sign.kind},
	    {"send.signature.secret_file", x->send.sign.secret_file, x->send.sign.kind}};
	const struct {
		const char *keys, *url;
	} targets[] = {{"send.url", x->send.url}, {"compare.url", x->compare.url}};

	for (size_t i = 0; i < 2; i++) {
		check_secret(n, place(n, "partners", x->id, secrets[i].keys), secrets[i].keys,
		    secrets[i].name, secrets[i].kind == SIGNING_WEBHOOK);
		check_target(n, place(n, "partners", x->id, targets[i].keys), targets[i].keys,
		    targets[i].url);
	}
}

/* Before the first start there is no store, and a person who may not read it is told by the reload. */
static void check_accounts(const struct needs *n)
{
	char why[512];
	struct reads *r = access(n->o->store, R_OK) == 0 ? reads_open(n->o->store, why, sizeof why) : NULL;

	if (r)
		partners_check(r, n->m, n->o->mechanism, n->p);
	reads_close(r);
}

void needs_check(const struct options *o, const struct mechanism *m, struct problems *p)
{
	struct needs n = {.o = o, .m = m, .p = p, .folder = o->notices_secrets};

	problems_forget(p, PROBLEM_CHANNEL_INSIDE); /* what liandong.yaml permits is known here */
	open_file(&n, "notices.yaml");
	for (int i = 0; m->notices && i < m->notices->n_channels; i++) {
		check_channel(&n, &m->notices->channels[i]);
		check_template(&n, &m->notices->channels[i]);
		for (int k = 0; k < i; k++)
			check_shared(&n, &m->notices->channels[i], &m->notices->channels[k]);
	}
	open_file(&n, "exchange.yaml");
	for (int i = 0; m->exchange && i < m->exchange->n; i++)
		check_partner(&n, &m->exchange->v[i]);
	if (n.wants_folder)
		check_folder(&n);
	if (m->exchange && m->exchange->n)
		check_accounts(&n);
}
