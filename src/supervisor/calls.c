/*
 * calls.c - which system calls a process may make, by seccomp. Place: supervisor, behind sandbox.h.
 *
 * Four tables: what the tests really call, by role (syscalls.def); what libraries need besides; calls that are allowed
 * with some arguments only; calls that end the process whatever the option says, since no library makes them and a
 * program that was taken over would.
 *
 * What is not allowed raises SIGSYS in the thread that called, and is not made. With `deny` the handler logs its name
 * once and answers ENOSYS, as a kernel that does not have the call would: a new version of a library then does it the
 * old way, and the desks are served on. With `kill` it logs and the process ends. A thread that blocked SIGSYS is
 * ended by the kernel; thread_start leaves it open.
 */
#include "base/log.h"
#include "supervisor/roles.h"
#include "supervisor/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

#define ENGINE (1U << ROLE_ID_ENGINE)
#define INTAKE (1U << ROLE_ID_INTAKE)
#define API (1U << ROLE_ID_API)
#define REPORT (1U << ROLE_ID_REPORT)
#define NOTIFIER (1U << ROLE_ID_NOTIFIER)
#define ALL (ENGINE | INTAKE | API | REPORT | NOTIFIER)

static const struct {
	const char *name;
	unsigned roles;
} listed[] = {
#define CALL(name, roles) {#name, roles},
#include "supervisor/syscalls.def"
#undef CALL
};

/* What no test may take: how a process ends or fails, what is done by the vDSO on most machines, and how memory is asked
 * for where much of it is wanted. */
static const char *const always[] = {"brk", "clock_getres", "clock_gettime", "clock_nanosleep", "close",
    "exit", "exit_group", "fcntl", "fstat", "futex", "getcpu", "getegid", "geteuid", "getgid", "getpid",
    "getppid", "getrandom", "gettid", "gettimeofday", "getuid", "lseek", "madvise", "membarrier", "mremap",
    "munmap", "nanosleep", "newfstatat", "poll", "ppoll", "read", "readv", "restart_syscall", "rseq",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sched_getaffinity", "sched_yield", "sendto",
    "set_robust_list", "sigaltstack", "sysinfo", "time", "uname", "write", "writev"};

#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
#define NAMESPACE_FLAGS                                                                                      \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |        \
	    CLONE_NEWNET)
#ifdef __s390x__
#define CLONE_FLAGS_ARGUMENT 1
#else
#define CLONE_FLAGS_ARGUMENT 0
#endif
#define OPEN_WRITES (O_ACCMODE | O_CREAT | O_TRUNC)

/* Allowed where (argument & mask) == value; or refused there with an error that its caller expects. */
struct guard {
	const char *name;
	unsigned roles;
	unsigned argument;
	uint64_t mask, value;
	int error; /* 0: allowed */
};
static const struct guard guards[] = {
    /* nothing that is written is ever executed */
    {"mmap", ALL, 2, PROT_EXEC, 0, 0},
    {"mmap2", ALL, 2, PROT_EXEC, 0, 0},
    {"mprotect", ALL, 2, PROT_EXEC, 0, 0},
    /* threads, and no processes; glibc takes clone where clone3, whose flags a filter cannot see, is not there */
    {"clone", ENGINE | NOTIFIER, CLONE_FLAGS_ARGUMENT, THREAD_FLAGS | NAMESPACE_FLAGS, THREAD_FLAGS, 0},
    {"clone3", ENGINE | NOTIFIER, 0, 0, 0, ENOSYS},
    /* front ends reach the engine and the reports, the engine the reports: nothing outside */
    {"socket", ENGINE | INTAKE | API, 0, UINT32_MAX, AF_UNIX, 0},
    /* the notifier connects to what is outside, and asks which addresses this machine has */
    {"socket", NOTIFIER, 0, UINT32_MAX, AF_UNIX, 0},
    {"socket", NOTIFIER, 0, UINT32_MAX, AF_INET, 0},
    {"socket", NOTIFIER, 0, UINT32_MAX, AF_INET6, 0},
    {"socket", NOTIFIER, 0, UINT32_MAX, AF_NETLINK, 0},
    {"bind", NOTIFIER, 2, UINT64_MAX, sizeof(struct sockaddr_nl), 0},
    {"ioctl", NOTIFIER, 1, UINT32_MAX, FIONREAD, 0},
    /* SQLite tries to open WAL and shared memory for writing, and reads them where that is refused */
    {"openat", ENGINE | REPORT | NOTIFIER, 0, 0, 0, 0},
    {"openat", INTAKE | API, 2, OPEN_WRITES, O_RDONLY, 0},
    {"openat", INTAKE | API, 2, O_ACCMODE, O_RDWR, EACCES},
    {"open", ENGINE | REPORT | NOTIFIER, 0, 0, 0, 0},
    {"open", INTAKE | API, 1, OPEN_WRITES, O_RDONLY, 0},
    {"open", INTAKE | API, 1, O_ACCMODE, O_RDWR, EACCES},
    /* limits are read, not set */
    {"prlimit64", ALL, 2, UINT64_MAX, 0, 0},
    /* is standard error a terminal? (stdio) */
    {"ioctl", ALL, 1, UINT32_MAX, TCGETS, 0},
};

static const char *const never[] = {"add_key", "bpf", "delete_module", "finit_module", "fsconfig", "fsmount",
    "fsopen", "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup", "kexec_file_load",
    "kexec_load", "keyctl", "mount", "mount_setattr", "move_mount", "open_tree", "perf_event_open",
    "pidfd_getfd", "pivot_root", "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace",
    "reboot", "request_key", "setns", "swapoff", "swapon", "umount2", "unshare", "userfaultfd"};
/* Of the children alone: the supervisor starts them. */
static const char *const never_children[] = {"chroot", "execve", "execveat", "fork", "vfork"};

#define COUNT(v) (sizeof(v) / sizeof *(v))

/* -- what is said of a call that was not made ---------------------------------------------------- */

#define CALLS_MOST 1024
static char names[CALLS_MOST][24]; /* by number, on this machine */
static volatile sig_atomic_t said[CALLS_MOST];
static enum sandbox_mode in_force;
static _Thread_local volatile sig_atomic_t inside;

static void learn_names(void)
{
	for (int i = 0; i < CALLS_MOST; i++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, i);

		snprintf(names[i], sizeof names[i], "%s", name ? name : "?");
		free(name);
	}
}

static int error_of(int number)
{
	for (size_t i = 0; i < COUNT(guards); i++)
		if (number >= 0 && number < CALLS_MOST && strcmp(guards[i].name, names[number]) == 0)
			return EPERM; /* the call is there, and not with these arguments */
	return ENOSYS;
}

static void answer(ucontext_t *u, int error)
{
#if defined(__x86_64__)
	u->uc_mcontext.gregs[REG_RAX] = -error;
#elif defined(__aarch64__)
	u->uc_mcontext.regs[0] = (unsigned long long)-error;
#elif defined(__s390x__)
	u->uc_mcontext.gregs[2] = (unsigned long)-error;
#else
	(void)u;
	(void)error;
#endif
}

static void tell(int number)
{
	bool known = number >= 0 && number < CALLS_MOST;

	if (inside || (known && said[number]))
		return;
	inside = 1; /* what logging calls itself is not told of */
	if (known)
		said[number] = 1;
	log_alarm("system call denied", "call=%s number=%d action=%s", known ? names[number] : "?", number,
	    in_force == SANDBOX_KILL ? "ended" : "not-made");
	inside = 0;
}

/* SIGSYS comes at the call itself, so no lock of ours is held. */
static void on_denied(int signal_number, siginfo_t *info, void *context)
{
	int saved = errno;

	(void)signal_number;
	tell(info->si_syscall);
	if (in_force == SANDBOX_KILL) {
		signal(SIGSYS, SIG_DFL);
		raise(SIGSYS);
	}
	answer(context, error_of(info->si_syscall));
	errno = saved;
}

static void watch(void)
{
	struct sigaction a = {.sa_sigaction = on_denied, .sa_flags = SA_SIGINFO | SA_NODEFER};

	learn_names();
	sigemptyset(&a.sa_mask);
	sigaction(SIGSYS, &a, NULL);
}

/* -- the filter ----------------------------------------------------------------------------------- */

#define ELSEWHERE_BELOW (-1000) /* pseudo numbers of calls that only other machines have */

/* -1: none here. Other negative numbers are calls that a machine (s390x) also makes through one of many. */
static int number_of(const char *name)
{
	int number = seccomp_syscall_resolve_name(name);

	return number > ELSEWHERE_BELOW ? number : -1;
}

static bool guarded(const char *name)
{
	for (size_t i = 0; i < COUNT(guards); i++)
		if (strcmp(guards[i].name, name) == 0)
			return true;
	return false;
}

static void rule(scmp_filter_ctx f, uint32_t action, const char *name)
{
	int number = number_of(name);

	if (number != -1 && seccomp_rule_add(f, action, number, 0) != 0)
		log_warn("seccomp rule refused", "call=%s", name);
}

static void guard_rule(scmp_filter_ctx f, const struct guard *g)
{
	int number = number_of(g->name);
	struct scmp_arg_cmp when = {g->argument, SCMP_CMP_MASKED_EQ, g->mask, g->value};

	if (number != -1 &&
	    seccomp_rule_add_array(f, g->error ? SCMP_ACT_ERRNO((uint32_t)g->error) : SCMP_ACT_ALLOW, number,
		g->mask ? 1 : 0, &when) != 0)
		log_warn("seccomp rule refused", "call=%s", g->name);
}

/* A signal is for ourselves alone (abort, raise). */
static void allow_own_signal(scmp_filter_ctx f)
{
	struct scmp_arg_cmp own = {0, SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint64_t)getpid()};

	if (number_of("tgkill") != -1)
		seccomp_rule_add_array(f, SCMP_ACT_ALLOW, number_of("tgkill"), 1, &own);
}

static void add_rules(scmp_filter_ctx f, unsigned role)
{
	for (size_t i = 0; i < COUNT(listed); i++)
		if ((listed[i].roles & role) && !guarded(listed[i].name) &&
		    strcmp(listed[i].name, "tgkill") != 0)
			rule(f, SCMP_ACT_ALLOW, listed[i].name);
	for (size_t i = 0; i < COUNT(always); i++)
		rule(f, SCMP_ACT_ALLOW, always[i]);
	for (size_t i = 0; i < COUNT(guards); i++)
		if (guards[i].roles & role)
			guard_rule(f, &guards[i]);
	allow_own_signal(f);
}

static void forbid(scmp_filter_ctx f, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		rule(f, SCMP_ACT_KILL_PROCESS, v[i]);
}

static bool load(scmp_filter_ctx f)
{
	bool loaded;

	seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE,
	    2); /* a tree: the time of a call does not grow with the list */
	loaded = seccomp_load(f) == 0;
	seccomp_release(f);
	return loaded;
}

static scmp_filter_ctx filter(uint32_t otherwise)
{
	return prctl(PR_GET_SECCOMP) >= 0 ? seccomp_init(otherwise) : NULL; /* the kernel may have none */
}

bool calls_close(unsigned role, enum sandbox_mode mode)
{
	scmp_filter_ctx f = filter(mode == SANDBOX_LOG ? SCMP_ACT_LOG : SCMP_ACT_TRAP);

	if (!f)
		return false;
	in_force = mode;
	watch();
	add_rules(f, role);
	if (mode != SANDBOX_LOG) {
		forbid(f, never, COUNT(never));
		forbid(f, never_children, COUNT(never_children));
	}
	return load(f);
}

bool calls_forbid(void)
{
	scmp_filter_ctx f = filter(SCMP_ACT_ALLOW);

	if (!f)
		return false;
	forbid(f, never, COUNT(never));
	return load(f);
}
