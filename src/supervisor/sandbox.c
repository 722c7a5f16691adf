/*
 * sandbox.c - the order in which a process gives up what it does not need. Place: supervisor; see sandbox.h.
 *
 * Privileges first, while they still can be given up; then no core, and no look into our memory by others of
 * the same user; then the file system; last the system calls, since all before needs some of them.
 * Builds for sanitizers and coverage have no sandbox: their runtimes write files, trace themselves and make calls
 * that no list of ours has.
 */
#include "supervisor/sandbox.h"
#include "base/digest.h"
#include "base/log.h"
#include "supervisor/roles.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum sandbox_mode sandbox_mode_of(const struct options *o)
{
	static const char *const words[] = {"deny", "kill", "log"};

#ifdef LIANDONG_NO_SANDBOX
	return SANDBOX_OFF;
#endif
	for (int i = SANDBOX_DENY; i < SANDBOX_OFF; i++)
		if (strcmp(o->sandbox, words[i]) == 0)
			return (enum sandbox_mode)i;
	return SANDBOX_OFF;
}

/* Personal data and tokens are in our memory: it goes into no file, and no process of the same user reads it. */
static void keep_memory(void)
{
	static const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

/* What libraries open once, at their first use. */
static void warm_up(void)
{
	unsigned char byte;

	digest_of(STR("")); /* OpenSSL reads its configuration */
	random_bytes(&byte, sizeof byte);
}

static const char *lacking(int landlock, bool seccomp)
{
	if (landlock && seccomp)
		return NULL;
	return landlock ? "seccomp" : seccomp ? "landlock" : "landlock,seccomp";
}

const char *sandbox_enter(const struct role *r, const struct options *o)
{
	enum sandbox_mode mode = sandbox_mode_of(o);
	const char *lacks;
	int landlock;

	if (mode == SANDBOX_OFF) {
#ifdef LIANDONG_NO_SANDBOX
		return NULL; /* this build has none */
#endif
		log_warn("no sandbox", "option=sandbox value=off");
		return "off";
	}
	keep_memory();
	warm_up();
	landlock = view_close(r->reads, r->writes, r->network, o);
	lacks = lacking(landlock, calls_close(1U << (r - roles), mode));
	log_line(lacks ? LOG_WARN : LOG_INFO, "sandbox closed", "mode=%s landlock=%d lacks=%s", o->sandbox,
	    landlock, lacks ? lacks : "nothing");
	return lacks;
}
