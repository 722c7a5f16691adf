/* partners.c - see partners.h. Place: report. */
#include "report/partners.h"
#include "base/arena.h"
#include "domain/exchange.h"

static void warn(struct problems *p, const char *folder, const struct exchange_partner *x, const char *zh,
    const char *en)
{
	const char *file = folder ? arena_printf(p->arena, "%s/exchange.yaml", folder) : "exchange.yaml";

	problems_add(p, PROBLEM_PARTNER_ACCOUNT, file, x->line, 0, "%s", "%s", p->english ? en : zh);
}

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

static void no_account(struct problems *p, const char *folder, const struct exchange_partner *x)
{
	const char *all = commands_lacking(x, NULL, p->arena);

	warn(p, folder, x,
	    arena_printf(p->arena,
		"平台 “%s” 的接入账号 %s 不存在或已停用,对方的消息都答 503:liandongctl account add %s --role "
		"integration --commands %s",
		x->id, x->account, x->account, all ? all : "-"),
	    arena_printf(p->arena,
		"partner \"%s\" has no account %s, or it is revoked: all of its messages are answered 503; "
		"liandongctl account add %s --role integration --commands %s",
		x->id, x->account, x->account, all ? all : "-"));
}

static void check_one(struct problems *p, const char *folder, const struct exchange_partner *x,
    const struct account *who)
{
	const struct principal as = {who->name, who->role, who->unit, who->commands};
	const char *lacking = commands_lacking(x, &as, p->arena);

	if (who->role != ROLE_INTEGRATION)
		warn(p, folder, x,
		    arena_printf(p->arena,
			"平台 “%s” 的账号 %s 的角色是 %s,应为 integration:另建一个接入账号,写进 account",
			x->id, x->account, role_names[who->role]),
		    arena_printf(p->arena,
			"the account %s of the partner \"%s\" has the role %s, not integration: make another "
			"one "
			"and name it in account",
			x->account, x->id, role_names[who->role]));
	else if (lacking)
		warn(p, folder, x,
		    arena_printf(p->arena,
			"平台 “%s” 的接入账号 %s 没有命令 %s,这些消息答 503:停用它(account "
			"revoke),用全部命令重建",
			x->id, x->account, lacking),
		    arena_printf(p->arena,
			"the account %s of the partner \"%s\" has not the commands %s, whose messages are "
			"answered 503: "
			"revoke it and add it again with all of them",
			x->account, x->id, lacking));
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
		const struct account *who = account_of(&all, x->v[i].account);

		if (who)
			check_one(p, folder, &x->v[i], who);
		else
			no_account(p, folder, &x->v[i]);
	}
	return true;
}
