/*
 * supervisor_sandbox.c - what a process can do behind its sandbox, tried: each attempt is made by a process of its own
 * that has entered the sandbox of a role. What a role may do works; what it may not is refused, or ends it.
 */
#include "unit.h"
#include "base/thread.h"
#include "supervisor/roles.h"
#include "supervisor/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Not under /tmp, which reports write in. Where things lie: base/store/liandong.db, base/etc/liandong.yaml, base/etc/city/units.yaml; away/secret. */
static char base[64], away[64];
static char store[128], config[128], mechanism[128], units[160], secret[128];
static struct options options;

static void put(const char *path)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs("text", f);
	fclose(f);
}

static void make(char *out, size_t n, const char *folder, const char *name, bool is_folder)
{
	snprintf(out, n, "%s/%s", folder, name);
	if (is_folder)
		assert_int_equal(mkdir(out, 0755), 0);
	else
		put(out);
}

static int make_files(void **state)
{
	char folder[96];

	(void)state;
	strcpy(base, "/var/tmp/liandong-sandbox-XXXXXX");
	strcpy(away, "/var/tmp/liandong-outside-XXXXXX");
	assert_non_null(mkdtemp(base));
	assert_non_null(mkdtemp(away));
	make(folder, sizeof folder, base, "store", true);
	make(store, sizeof store, folder, "liandong.db", false);
	make(folder, sizeof folder, base, "etc", true);
	make(config, sizeof config, folder, "liandong.yaml", false);
	make(mechanism, sizeof mechanism, folder, "city", true);
	make(units, sizeof units, mechanism, "units.yaml", false);
	make(secret, sizeof secret, away, "secret", false);
	options = (struct options){.file = config, .store = store, .mechanism = mechanism, .sandbox = "kill"};
	return 0;
}

static int remove_files(void **state)
{
	char command[256];

	(void)state;
	snprintf(command, sizeof command, "rm -r %s %s", base, away);
	return system(command);
}

/* -- an attempt ---------------------------------------------------------------------------------- */

#define WORKED 0
#define ENDED 1000 /* by SIGSYS */

typedef bool attempt(void);

/* WORKED, the errno that it was refused with, or ENDED. */
static int tried_in(const char *mode, const struct role *r, attempt *a)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		options.sandbox = mode;
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		sandbox_enter(r, &options);
		errno = 0;
		_exit(a() ? WORKED : errno);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return ENDED;
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int tried(enum role_id role, attempt *a)
{
	return tried_in("kill", &roles[role], a);
}

/* qemu's user mode has none, for example. */
static void need_seccomp(void)
{
	if (prctl(PR_GET_SECCOMP) < 0) {
		print_message("skipped: this kernel has no seccomp\n");
		skip();
	}
}

static const enum role_id all[] = {ROLE_ID_ENGINE, ROLE_ID_INTAKE, ROLE_ID_API, ROLE_ID_REPORT};
#define ALL_ROLES (sizeof all / sizeof *all)

/* In every role, and whatever the option: the process ends. */
static void ends_all(attempt *a)
{
	for (size_t i = 0; i < ALL_ROLES; i++) {
		assert_int_equal(tried_in("kill", &roles[all[i]], a), ENDED);
		assert_int_equal(tried_in("deny", &roles[all[i]], a), ENDED);
	}
}

/* -- what no process ever does ------------------------------------------------------------------- */

static bool execute(void)
{
	char *const arguments[] = {(char[]){"/bin/true"}, NULL};

	return execv("/bin/true", arguments) == 0;
}

static bool trace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool fork_one(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0;
}

static bool read_another(void)
{
	char byte;
	struct iovec here = {&byte, 1}, there = {&byte, 1};

	return process_vm_readv(getppid(), &here, 1, &there, 1, 0) == 1;
}

static bool leave_namespace(void)
{
	return syscall(SYS_unshare, 0x10000000) == 0;
}

static bool load_program(void)
{
	return syscall(SYS_bpf, 0, NULL, 0) == 0;
}

static void a_program_is_never_executed(void **state)
{
	(void)state;
	need_seccomp();
	ends_all(execute);
}

static void nothing_looks_into_others(void **state)
{
	(void)state;
	need_seccomp();
	ends_all(trace);
	ends_all(read_another);
}

static void nothing_changes_the_kernel(void **state)
{
	(void)state;
	need_seccomp();
	ends_all(leave_namespace);
	ends_all(load_program);
}

static void no_process_is_made(void **state)
{
	(void)state;
	need_seccomp();
	for (size_t i = 0; i < ALL_ROLES; i++)
		assert_int_equal(tried(all[i], fork_one), ENDED);
	assert_int_equal(tried_in("deny", &roles[ROLE_ID_ENGINE], fork_one), EPERM);
	assert_int_equal(tried_in("deny", &roles[ROLE_ID_API], fork_one), EPERM);
}

/* -- what only some do ---------------------------------------------------------------------------- */

static bool tcp_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool end_parent(void)
{
	return kill(getppid(), SIGTERM) == 0;
}

static bool executable_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool memory_made_executable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED || mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool raise_limit(void)
{
	struct rlimit l = {16, 16};

	return setrlimit(RLIMIT_NOFILE, &l) == 0;
}

static bool become_root(void)
{
	return setuid(0) == 0;
}

static void no_process_reaches_the_network(void **state)
{
	(void)state;
	need_seccomp();
	for (size_t i = 0; i < ALL_ROLES; i++)
		assert_int_equal(tried(all[i], tcp_socket), ENDED);
	assert_int_equal(tried(ROLE_ID_INTAKE, unix_socket), WORKED);
	assert_int_equal(tried(ROLE_ID_API, unix_socket), WORKED);
	assert_int_equal(tried(ROLE_ID_ENGINE, unix_socket), WORKED);
	assert_int_equal(tried(ROLE_ID_REPORT, unix_socket), ENDED);
}

static void no_process_signals_limits_or_becomes(void **state)
{
	(void)state;
	need_seccomp();
	for (size_t i = 0; i < ALL_ROLES; i++) {
		assert_int_equal(tried(all[i], end_parent), ENDED);
		assert_int_equal(tried(all[i], raise_limit), ENDED);
		assert_int_equal(tried(all[i], become_root), ENDED);
	}
}

static void nothing_that_is_written_is_executed(void **state)
{
	(void)state;
	need_seccomp();
	for (size_t i = 0; i < ALL_ROLES; i++) {
		assert_int_equal(tried(all[i], executable_memory), ENDED);
		assert_int_equal(tried(all[i], memory_made_executable), ENDED);
	}
}

static void *nothing(void *arg)
{
	return arg;
}

static bool a_thread(void)
{
	pthread_t t;

	return thread_start(&t, nothing, NULL) && pthread_join(t, NULL) == 0;
}

static void the_engine_alone_has_threads(void **state)
{
	(void)state;
	need_seccomp();
	assert_int_equal(tried(ROLE_ID_ENGINE, a_thread), WORKED);
	assert_int_equal(tried(ROLE_ID_API, a_thread), ENDED);
}

/* -- a call that is on no list ---------------------------------------------------------------------- */

static bool unknown(void)
{
	return syscall(SYS_personality, 0xffffffff) >= 0;
}

static bool unknown_in_a_thread_too(void)
{
	if (unknown() || errno != ENOSYS || !a_thread())
		return true;
	errno = ENOSYS;
	return false;
}

static void what_is_on_no_list_is_denied_and_the_process_goes_on(void **state)
{
	(void)state;
	need_seccomp();
	assert_int_equal(tried(ROLE_ID_ENGINE, unknown), ENDED);
	assert_int_equal(tried_in("deny", &roles[ROLE_ID_ENGINE], unknown_in_a_thread_too), ENOSYS);
	assert_int_equal(tried_in("deny", &roles[ROLE_ID_API], unknown), ENOSYS);
	assert_int_equal(tried_in("deny", &roles[ROLE_ID_API], tcp_socket), EPERM);
	assert_int_equal(tried_in("log", &roles[ROLE_ID_API], unknown), WORKED);
	assert_int_equal(tried_in("off", &roles[ROLE_ID_API], unknown), WORKED);
}

/* -- files ------------------------------------------------------------------------------------------ */

static bool opens(const char *path, int flags)
{
	return open(path, flags, 0600) >= 0;
}

static bool read_store(void)
{
	return opens(store, O_RDONLY);
}

static bool write_store(void)
{
	return opens(store, O_RDWR);
}

static bool new_in_store(void)
{
	char path[160];

	snprintf(path, sizeof path, "%s-new", store);
	return opens(path, O_RDWR | O_CREAT | O_EXCL) && unlink(path) == 0;
}

static bool only_write_store(void)
{
	return opens(store, O_WRONLY);
}

static bool read_units(void)
{
	return opens(units, O_RDONLY);
}

static bool write_units(void)
{
	return opens(units, O_WRONLY);
}

static bool read_config(void)
{
	return opens(config, O_RDONLY);
}

static bool read_secret(void)
{
	return opens(secret, O_RDONLY);
}

static bool write_secret(void)
{
	return opens(secret, O_RDWR);
}

static bool read_passwords(void)
{
	return opens("/etc/passwd", O_RDONLY);
}

static bool read_random(void)
{
	return opens("/dev/urandom", O_RDONLY);
}

static void front_ends_write_no_file(void **state)
{
	static const enum role_id fronts[] = {ROLE_ID_INTAKE, ROLE_ID_API};

	(void)state;
	need_seccomp();
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tried(fronts[i], read_store), WORKED);
		assert_int_equal(tried(fronts[i], read_units), WORKED);
		assert_int_equal(tried(fronts[i], read_random), WORKED);
		assert_int_equal(tried(fronts[i], write_store), EACCES); /* as SQLite expects it */
		assert_int_equal(tried(fronts[i], new_in_store), EACCES);
		assert_int_equal(tried(fronts[i], only_write_store), ENDED);
		assert_int_equal(tried(fronts[i], write_secret), EACCES);
	}
}

static bool no_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) <= 0;
}

static void what_is_elsewhere_is_not_seen(void **state)
{
	(void)state;
	if (no_landlock()) {
		print_message("skipped: this kernel has no Landlock\n");
		skip();
	}
	for (size_t i = 0; i < ALL_ROLES; i++) {
		assert_int_equal(tried(all[i], read_secret), EACCES);
		assert_int_equal(tried(all[i], read_passwords), EACCES);
	}
}

static void each_writes_its_own_place_alone(void **state)
{
	(void)state;
	if (no_landlock()) {
		print_message("skipped: this kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(tried(ROLE_ID_ENGINE, write_store), WORKED);
	assert_int_equal(tried(ROLE_ID_ENGINE, new_in_store), WORKED);
	assert_int_equal(tried(ROLE_ID_ENGINE, write_secret), EACCES);
	assert_int_equal(tried(ROLE_ID_REPORT, read_store), WORKED);
	assert_int_equal(tried(ROLE_ID_REPORT, read_config), WORKED);
	if (geteuid() == 0) { /* a store's folder that cannot be made again: nothing above it is open */
		char folder[128];

		snprintf(folder, sizeof folder, "%s/store", base);
		assert_int_equal(chown(folder, 1, 1), 0);
		assert_int_equal(chmod(folder, 0777), 0);
		assert_int_equal(tried(ROLE_ID_ENGINE, write_store), WORKED);
		assert_int_equal(tried(ROLE_ID_ENGINE, write_units), EACCES);
		assert_int_equal(tried(ROLE_ID_ENGINE, read_units), WORKED);
		assert_int_equal(tried(ROLE_ID_INTAKE, read_config), WORKED); /* beside the mechanism */
		assert_int_equal(chown(folder, 0, 0), 0);
	}
}

/* -- memory ------------------------------------------------------------------------------------------ */

static bool no_core(void)
{
	struct rlimit l;

	return getrlimit(RLIMIT_CORE, &l) == 0 && l.rlim_max == 0;
}

static void memory_goes_into_no_core(void **state)
{
	(void)state;
	for (size_t i = 0; i < ALL_ROLES; i++)
		assert_int_equal(tried(all[i], no_core), WORKED);
}

static bool kept_capability(void)
{
	return prctl(PR_CAPBSET_READ, 0) == 1;
}

static void no_capability_is_left(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0 || chown(base, 12345, 12346) != 0) { /* a namespace may have no other users */
		print_message("skipped: only root of all users has capabilities to lose\n");
		skip();
	}
	assert_int_equal(chown(base, 0, 0), 0);
	pid = fork();
	if (pid == 0) {
		static const struct identity other = {true, 12345, 12346};

		privilege_drop(&other, &options);
		_exit(getuid() == 12345 && getegid() == 12346 && !kept_capability() && setuid(0) != 0 ? 0
												      : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void users_are_looked_up(void **state)
{
	struct identity who[ROLE_IDS];
	struct buf why = {0};
	struct options o = options;

	(void)state;
	o.language = "zh";
	o.user_engine = o.user_intake = o.user_api = o.user_report = o.user_notifier = OPTION_USER_SAME;
	assert_int_equal(privilege_find(&o, who, &why), 0);
	assert_false(who[ROLE_ID_ENGINE].given);
	if (geteuid() == 0) {
		o.user_engine = "nobody";
		o.user_api = "daemon";
		assert_int_equal(privilege_find(&o, who, &why), 0);
		assert_true(who[ROLE_ID_ENGINE].given && who[ROLE_ID_API].given);
		assert_int_equal(who[ROLE_ID_ENGINE].uid, 65534);
		assert_int_equal(who[ROLE_ID_INTAKE].uid, 65534);
		assert_int_equal(who[ROLE_ID_API].uid, 1);
		assert_int_equal(who[ROLE_ID_API].gid,
		    who[ROLE_ID_ENGINE].gid); /* so that it reads the store */
		o.user_api = "no-such-user";
		assert_int_equal(privilege_find(&o, who, &why), 78);
		assert_non_null(strstr((buf_char(&why, '\0'), why.p), "no-such-user"));
		o.user_api = "root";
		assert_int_equal(privilege_find(&o, who, &why), 78);
	}
	buf_free(&why);
}

/* Builds for sanitizers and coverage have no sandbox. */
#ifdef LIANDONG_NO_SANDBOX
#define HAS_SANDBOX false
#else
#define HAS_SANDBOX true
#endif

int main(void)
{
	const struct CMUnitTest confined[] = {
	    cmocka_unit_test(a_program_is_never_executed),
	    cmocka_unit_test(nothing_looks_into_others),
	    cmocka_unit_test(nothing_changes_the_kernel),
	    cmocka_unit_test(no_process_is_made),
	    cmocka_unit_test(no_process_reaches_the_network),
	    cmocka_unit_test(no_process_signals_limits_or_becomes),
	    cmocka_unit_test(nothing_that_is_written_is_executed),
	    cmocka_unit_test(the_engine_alone_has_threads),
	    cmocka_unit_test(what_is_on_no_list_is_denied_and_the_process_goes_on),
	    cmocka_unit_test(front_ends_write_no_file),
	    cmocka_unit_test(what_is_elsewhere_is_not_seen),
	    cmocka_unit_test(each_writes_its_own_place_alone),
	    cmocka_unit_test(memory_goes_into_no_core),
	};
	const struct CMUnitTest others[] = {
	    cmocka_unit_test(no_capability_is_left),
	    cmocka_unit_test(users_are_looked_up),
	};
	int failed = 0;

	if (HAS_SANDBOX)
		failed = cmocka_run_group_tests(confined, make_files, remove_files);
	return failed + cmocka_run_group_tests(others, make_files, remove_files);
}
