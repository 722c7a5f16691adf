/* partners.c - see partners.h. Place: report. */
#include "report/partners.h"
#include "base/arena.h"
#include "domain/exchange.h"

static const struct account *account_of(const struct want_accounts *all, const char *name)
{
	for (int i = 0; i < all->n; i++)
		if (text_eq(all->v[i].name, name) && !all->v[i].revoked_at)
			return &all->v[i];
	return NULL;
}

/* "dispatch.acknowledge,dispatch.complete", of those that `who` has not; who NULL: all. NULL: none. */
static const char *commands_lacking(const struct exchange_partner *x, const struct principal *who,
    struct arena *a)
{
	enum command_kind_id needed[EXCHANGE_COMMANDS];
	int n = exchange_commands(x, needed);
	const char *list = NULL;

	for (int i = 0; i < n; i++) {
		const char *name = command_kinds[needed[i]].name;

		if (!who || !command_allowed(needed[i], who))
			list = list ? arena_printf(a, "%s,%s", list, name) : name;
	}
	return list;
}

static const char *no_account(const struct exchange_partner *x, bool english, struct arena *a)
{
	const char *all = commands_lacking(x, NULL, a);

	return arena_printf(a,
	    english ? "the account %s is not there or revoked, all messages are answered 503: liandongctl "
		      "account add "
		      "%s --role integration --commands %s"
		    : "接入账号 %s 不存在或已停用,对方的消息都答 503:liandongctl account add %s --role "
		      "integration --commands %s",
	    x->account, x->account, all ? all : "-");
}

static const char *other_role(const struct exchange_partner *x, const struct account *who, bool english,
    struct arena *a)
{
	return arena_printf(a,
	    english
		? "the account %s has the role %s, not integration: make another one and name it in account"
		: "账号 %s 的角色是 %s,应为 integration:另建一个接入账号,写进 account",
	    x->account, role_names[who->role]);
}

/* Commands cannot be added to an account: the new one has those of the old one, too. */
static const char *too_few(const struct exchange_partner *x, const struct account *who, const char *lacking,
    bool english, struct arena *a)
{
	const char *had = who->commands && *who->commands ? arena_printf(a, "%s,", who->commands) : "";

	return arena_printf(a,
	    english
		? "the account %s lacks the commands %s, whose messages are answered 503: liandongctl "
		  "account "
		  "revoke %s, then liandongctl account add %s --role integration --commands %s%s"
		: "接入账号 %s 没有命令 %s,这些消息答 503:先 liandongctl account revoke %s,再 liandongctl "
		  "account add %s --role integration --commands %s%s",
	    x->account, lacking, x->account, x->account, had, lacking);
}

const char *partner_lacks(const struct exchange_partner *x, const struct want_accounts *all, bool english,
    struct arena *a)
{
	const struct account *who = account_of(all, x->account);
	const char *lacking;

	if (!who)
		return no_account(x, english, a);
	if (who->role != ROLE_INTEGRATION)
		return other_role(x, who, english, a);
	lacking = commands_lacking(x, &(struct principal){who->name, who->role, who->unit, who->commands}, a);
	return lacking ? too_few(x, who, lacking, english, a) : NULL;
}

static void warn(struct problems *p, const char *folder, const struct exchange_partner *x, const char *lacks)
{
	const char *file = folder ? arena_printf(p->arena, "%s/exchange.yaml", folder) : "exchange.yaml";

	problems_add(p, PROBLEM_PARTNER_ACCOUNT, file, x->line, 0, "平台 “%s”:%s", "partner \"%s\": %s",
	    x->id, lacks);
}

bool partners_check(struct reads *r, const struct mechanism *m, const char *folder, struct problems *p)
{
	struct want_accounts all = {0};
	struct reads_wants wants = {.accounts = &all};
	const struct exchange_partners *x = m->exchange;

	if (!x || x->n == 0)
		return true;
	if (reads_wait(r, p->arena, &wants) != STORE_OK)
		return false;
	for (int i = 0; i < x->n; i++) {
		const char *lacks = partner_lacks(&x->v[i], &all, p->english, p->arena);

		if (lacks)
			warn(p, folder, &x->v[i], lacks);
	}
	return true;
}
