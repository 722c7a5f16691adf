/*
 * privilege.c - users and capabilities. Place: supervisor, behind sandbox.h.
 *
 * Started by root, the supervisor looks up who its children become, keeps what it takes to start and end them, and
 * gives up the rest, the bounding set too, so that no child can have more. A child becomes its user before it does
 * anything. Started by somebody else, there is nothing to give up, and all processes are that user.
 * A child that cannot become its user ends: it would do as root what it should not.
 */
#include "base/log.h"
#include "supervisor/roles.h"
#include "supervisor/sandbox.h"
#include "store/outbox.h"
#include "text/cache.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#define BIT(capability) (1ULL << (capability))
#define CAPABILITIES 64

/* To become another user without any capability, to end a child that did, to read a key that belongs to another, and to give
 * the engine a socket that was bound again. */
#define KEPT_FOR_USERS                                                                                       \
	(BIT(CAP_SETUID) | BIT(CAP_SETGID) | BIT(CAP_SETPCAP) | BIT(CAP_KILL) | BIT(CAP_DAC_READ_SEARCH) |   \
	    BIT(CAP_CHOWN))

/* -- capabilities -------------------------------------------------------------------------------- */

static bool set_capabilities(uint64_t kept)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	for (int i = 0; i < 2; i++)
		data[i].effective = data[i].permitted = (uint32_t)(kept >> 32 * i);
	return syscall(SYS_capset, &head, data) == 0;
}

static uint64_t capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	if (syscall(SYS_capget, &head, data) != 0)
		return UINT64_MAX;
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

/* False where some are left that should not be. */
static bool keep_capabilities(uint64_t kept)
{
	kept &= capabilities();
	for (int i = 0; i < CAPABILITIES; i++)
		if (!(kept & BIT(i)) && prctl(PR_CAPBSET_READ, i) == 1)
			prctl(PR_CAPBSET_DROP, i); /* refused to who is not root, and has none */
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	set_capabilities(kept);
	return (capabilities() & ~kept) == 0;
}

static bool belongs_to_another(const char *path)
{
	char folder[PATH_MAX];
	struct stat st;
	const char *slash = strrchr(path, '/');

	snprintf(folder, sizeof folder, "%.*s", slash && slash > path ? (int)(slash - path) : 1, path);
	return stat(folder, &st) == 0 && st.st_uid != 0;
}

/* Root on another's files (sudo make run in one's own folder) needs this much to reach them. */
static uint64_t needed_by_root(const struct options *o)
{
	if (belongs_to_another(o->store) || belongs_to_another(o->file) || belongs_to_another(o->mechanism))
		return BIT(CAP_DAC_OVERRIDE);
	return 0;
}

/* -- the supervisor -------------------------------------------------------------------------------- */

static int no_such_user(const struct options *o, const char *role, const char *name, struct buf *why)
{
	buf_printf(why,
	    text_eq(o->language, "en")
		? "users.%s: there is no user “%s” that could run it; make it (adduser --system %s) "
		  "or write same"
		: "users.%s：没有可用的账户“%s”；请先建立（adduser --system %s），或写 same",
	    role, name, name);
	return EX_CONFIG;
}

static const char *user_of(const struct role *r, const struct options *o)
{
	return *(const char *const *)((const char *)o + r->user);
}

int privilege_find(const struct options *o, struct identity *out, struct buf *why)
{
	const char *first = o->user_engine;
	struct identity engine = {0};

	memset(out, 0, ROLE_IDS * sizeof *out);
	for (int i = 0; i < ROLE_IDS; i++) {
		const char *name = roles[i].user ? user_of(&roles[i], o) : OPTION_USER_SAME;
		const struct passwd *p;

		if (geteuid() != 0 || strcmp(first, OPTION_USER_SAME) == 0)
			continue;
		p = getpwnam(strcmp(name, OPTION_USER_SAME) == 0 ? first : name);
		if (!p || p->pw_uid == 0)
			return no_such_user(o, roles[i].name, name, why);
		out[i] = (struct identity){true, p->pw_uid, engine.given ? engine.gid : p->pw_gid};
		engine = engine.given ? engine : out[i]; /* its group is that of all: it may read the store */
	}
	return 0;
}

static void make_folder(const char *file, mode_t mode, uid_t uid, gid_t gid)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(file, '/');

	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - file) : 0, file);
	if (mkdir(folder, mode) == 0 && (chmod(folder, mode) != 0 || chown(folder, uid, gid) != 0))
		log_warn("folder not given", "folder=%s uid=%u errno=%d", folder, uid, errno);
}

/* The store's group may look for its files; sockets have modes of their own. */
void privilege_make_folders(const struct options *o, const struct identity *v)
{
	const struct identity *engine = &v[ROLE_ID_ENGINE];
	const char *slash = strrchr(o->store, '/');
	char models[PATH_MAX]; /* and the notices */

	if (!engine->given)
		return;
	make_folder(o->store, 0750, engine->uid, engine->gid);
	snprintf(models, sizeof models, "%.*s" TEXT_FOLDER "/", slash ? (int)(slash + 1 - o->store) : 0,
	    o->store);
	make_folder(models, 0775, v[ROLE_ID_REPORT].uid, engine->gid);
	snprintf(models, sizeof models, "%.*s" OUTBOX_FOLDER "/", slash ? (int)(slash + 1 - o->store) : 0,
	    o->store);
	make_folder(models, 0700, v[ROLE_ID_NOTIFIER].uid, engine->gid);
	make_folder(o->listen_control, 0711, 0, 0);
}

void privilege_keep(const struct options *o, bool users)
{
	if (!keep_capabilities(users ? KEPT_FOR_USERS : needed_by_root(o)))
		log_warn("capabilities kept", "capabilities=%llx", (unsigned long long)capabilities());
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    (sandbox_mode_of(o) != SANDBOX_OFF && !calls_forbid()))
		log_warn("supervisor not confined", "errno=%d", errno);
}

/* -- a child --------------------------------------------------------------------------------------- */

/* Groups first: who has another uid may not set them any more. */
static void become(const struct identity *who)
{
	if (setgroups(1, &who->gid) != 0 || setresgid(who->gid, who->gid, who->gid) != 0 ||
	    setresuid(who->uid, who->uid, who->uid) != 0)
		fatal("cannot become user %u group %u: errno=%d", who->uid, who->gid, errno);
	if (setresuid(0, 0, 0) == 0 || setresgid(0, 0, 0) == 0)
		fatal("user %u could become root again", who->uid);
}

void privilege_drop(const struct identity *who, const struct options *o)
{
	uint64_t kept = who->given || geteuid() != 0 ? 0 : needed_by_root(o);

	for (int i = 0; i < CAPABILITIES; i++) /* while we may: becoming somebody takes it away */
		if (!(kept & BIT(i)) && prctl(PR_CAPBSET_READ, i) == 1)
			prctl(PR_CAPBSET_DROP, i);
	if (who->given)
		become(who);
	if (!keep_capabilities(kept))
		fatal("capabilities %llx cannot be given up", (unsigned long long)capabilities());
}
