/*
 * view.c - what a process sees of the file system: some folders to read, fewer to write, by Landlock.
 * Place: supervisor, behind sandbox.h.
 *
 * Landlock's rules hold for files that are opened later; what is open stays open. Everything that the kernel's ABI
 * knows is forbidden but for what a rule allows: also to bind or connect TCP (ABI 4), and to signal or reach by abstract
 * sockets what is outside (ABI 6). The numbers are the kernel's (linux/landlock.h), which older headers do not have all
 * of. To move a file from one folder into another is never allowed; no process does.
 */
#include "base/log.h"
#include "store/outbox.h"
#include "supervisor/sandbox.h"
#include "text/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FS_WRITE_FILE (1ULL << 1)
#define FS_READ_FILE (1ULL << 2)
#define FS_READ_DIR (1ULL << 3)
#define FS_REMOVE_DIR (1ULL << 4)
#define FS_REMOVE_FILE (1ULL << 5)
#define FS_MAKE_DIR (1ULL << 7)
#define FS_MAKE_REG (1ULL << 8)
#define FS_TRUNCATE (1ULL << 14)

#define READ (FS_READ_FILE | FS_READ_DIR)
#define WRITE                                                                                                \
	(READ | FS_WRITE_FILE | FS_REMOVE_FILE | FS_REMOVE_DIR | FS_MAKE_DIR | FS_MAKE_REG | FS_TRUNCATE)
#define OF_A_FILE (FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE)

#define NET_BIND 1ULL
#define NET_ALL 3ULL   /* to bind, to connect TCP */
#define SCOPE_ALL 3ULL /* abstract Unix sockets, signals */
#define NET_SINCE 4
#define SCOPE_SINCE 6

/* How many of the rights to files each ABI knows. */
static const int fs_rights[] = {0, 13, 14, 15, 15, 16};
#define FS_ABIS ((int)(sizeof fs_rights / sizeof *fs_rights))

struct landlock_ruleset { /* as the kernel has it; what is 0 it need not know */
	uint64_t fs, net, scoped;
};
struct landlock_beneath {
	uint64_t access;
	int32_t folder;
} __attribute__((packed));

static int landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);

	return abi > 0 ? (int)abi : 0;
}

static uint64_t all_rights(int abi)
{
	return (1ULL << fs_rights[abi < FS_ABIS ? abi : FS_ABIS - 1]) - 1;
}

static void allow(int ruleset, const char *path, uint64_t access, int abi)
{
	struct landlock_beneath rule = {.folder = open(path, O_PATH | O_CLOEXEC)};
	struct stat st;

	if (rule.folder < 0)
		return; /* what is not there needs no rule */
	rule.access = access & all_rights(abi);
	if (fstat(rule.folder, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.access &= OF_A_FILE;
	if (syscall(SYS_landlock_add_rule, ruleset, 1, &rule, 0) != 0)
		log_warn("landlock rule refused", "path=%s errno=%d", path, errno);
	close(rule.folder);
}

/* -- places ------------------------------------------------------------------------------------ */

static void folder_above(const char *path, char out[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	int n = slash ? (int)(slash - path) : 0;

	snprintf(out, PATH_MAX, "%.*s", n ? n : 1, n ? path : "/");
}

/* Could the owner of the store's folder make that again, if somebody removed it? Then the engine saves what it holds
 * in a new one, which all others must reach. Where the folder is not there yet, the engine makes it. */
static bool may_be_made_again(const char *folder, const char *above)
{
	struct stat it, up;

	if (strcmp(above, "/") == 0 || stat(above, &up) != 0)
		return false;
	return stat(folder, &it) != 0 || it.st_uid == up.st_uid || (up.st_mode & S_IWOTH);
}

static void store_folder(const struct options *o, char out[PATH_MAX])
{
	char real[PATH_MAX], above[PATH_MAX];

	folder_above(o->store, out);
	if (realpath(out, real))
		memcpy(out, real, sizeof real);
	folder_above(out, above);
	if (may_be_made_again(out, above))
		memcpy(out, above, sizeof above);
}

static void mechanism_folder(const struct options *o, char out[PATH_MAX])
{
	folder_above(o->mechanism, out);
}

static void config_folder(const struct options *o, char out[PATH_MAX])
{
	folder_above(o->file, out);
}

static void temporary_folder(const struct options *o, char out[PATH_MAX])
{
	(void)o;
	snprintf(out, PATH_MAX, "%s", P_tmpdir);
}

/* Made here, where it is not there yet: what is not there can have no rule. */
static void backup_folder(const struct options *o, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s", o->backup_folder ? o->backup_folder : "");
	if (*out && mkdir(out, 0700) != 0 && errno != EEXIST)
		log_warn("backup folder not made", "folder=%s errno=%d", out, errno);
}

static void texts_folder(const struct options *o, char out[PATH_MAX])
{
	const char *slash = strrchr(o->store, '/');

	snprintf(out, PATH_MAX, "%.*s" TEXT_FOLDER, slash ? (int)(slash + 1 - o->store) : 0, o->store);
}

static void notices_folder(const struct options *o, char out[PATH_MAX])
{
	const char *slash = strrchr(o->store, '/');

	snprintf(out, PATH_MAX, "%.*s" OUTBOX_FOLDER, slash ? (int)(slash + 1 - o->store) : 0, o->store);
	if (mkdir(out, 0700) != 0 && errno != EEXIST)
		log_warn("folder of notices not made", "folder=%s errno=%d", out, errno);
}

static void secrets_folder(const struct options *o, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s", o->notices_secrets);
}

static const struct {
	enum sandbox_place place;
	void (*folder)(const struct options *o, char out[PATH_MAX]);
} places[] = {
    {PLACE_STORE, store_folder},
    {PLACE_MECHANISM, mechanism_folder},
    {PLACE_CONFIG, config_folder},
    {PLACE_TEMPORARY, temporary_folder},
    {PLACE_BACKUP, backup_folder},
    {PLACE_TEXTS, texts_folder},
    {PLACE_NOTICES, notices_folder},
    {PLACE_SECRETS, secrets_folder},
};

/* What glibc and OpenSSL read: who answers for names, and whose signature is good. */
static const char *const network_files[] = {"/etc/resolv.conf", "/etc/hosts", "/etc/host.conf",
    "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services", "/run/systemd/resolve", "/etc/ssl",
    "/usr/lib/ssl", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates"};

static void allow_places(int ruleset, unsigned which, uint64_t access, const struct options *o, int abi)
{
	char folder[PATH_MAX];

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if (!(which & (unsigned)places[i].place))
			continue;
		places[i].folder(o, folder);
		allow(ruleset, folder, access, abi);
	}
	for (size_t i = 0; which & PLACE_NETWORK && i < sizeof network_files / sizeof *network_files; i++)
		allow(ruleset, network_files[i], access, abi);
	if (which & PLACE_NETWORK && o->notices_ca)
		allow(ruleset, o->notices_ca, access, abi);
}

int view_close(unsigned reads, unsigned writes, bool network, const struct options *o)
{
	int abi = landlock_abi(), ruleset;
	struct landlock_ruleset all = {.fs = all_rights(abi),
	    .net = abi < NET_SINCE ? 0
		: network          ? NET_BIND
				   : NET_ALL,
	    .scoped = abi >= SCOPE_SINCE ? SCOPE_ALL : 0};
	bool closed;

	if (abi == 0)
		return 0;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
	if (ruleset < 0)
		return 0;
	allow_places(ruleset, reads, READ, o, abi);
	allow_places(ruleset, writes, WRITE, o, abi);
	allow(ruleset, "/dev/urandom", FS_READ_FILE, abi); /* seeds of SQLite and jansson */
	closed = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	close(ruleset);
	return closed ? abi : 0;
}
