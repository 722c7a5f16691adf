/*
 * liandongd.c - the daemon's command line. Without -x it is the supervisor; with it, one of the
 * processes under it (only supervisor/launch.c writes those arguments).
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/say.h"
#include "base/time.h"
#include "supervisor/roles.h"
#include "supervisor/supervisor.h"

#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

#define DEFAULT_CONFIG "/etc/liandong/liandong.yaml"

struct arguments {
	const char *config;
	const char *clock;
	bool check;
	int config_fd;       /* the configuration's bytes as the supervisor read them; -1: read the file */
	struct identity who; /* of a child */
	struct child child;  /* child.role NULL: the supervisor */
};

static void print_usage(void)
{
	printf(say("用法:liandongd [-c 文件] [-n] [--clock manual=时刻]\n"
		   "\n"
		   "110 社会联动派单服务。在前台运行,日志写到标准错误。\n"
		   "\n"
		   "  -c, --config 文件       配置文件;缺省取环境变量 LIANDONG_CONFIG,再缺省为\n"
		   "                          %s\n"
		   "  -n, --check             只检查配置和联动机制文件,列出全部问题后退出\n"
		   "      --clock manual=时刻 时钟停在此刻,由 liandongctl clock 拨动(测试、演练用),\n"
		   "                          如 manual=2026-03-02T08:00:00+08:00\n"
		   "  -h, --help              显示本说明\n"
		   "  -V, --version           显示版本\n"
		   "\n"
		   "信号:SIGTERM、SIGINT 办完手头的事后退出(再来一次则立即退出),SIGHUP 重新读取配置。\n"
		   "退出码:0 正常,64 用法,65 数据来自更新的版本,66 数据不可读,69 地址或数据已被占用,\n"
		   "71 系统环境,73 无法创建,78 配置有误。\n",
		   "usage: liandongd [-c FILE] [-n] [--clock manual=TIME]\n"
		   "\n"
		   "The dispatch service of the 110 joint action mechanism. It runs in the foreground and "
		   "logs to standard "
		   "error.\n"
		   "\n"
		   "  -c, --config FILE       the configuration; by default that of LIANDONG_CONFIG, else\n"
		   "                          %s\n"
		   "  -n, --check             only check the configuration and the mechanism's files, list "
		   "all problems and "
		   "end\n"
		   "      --clock manual=TIME the clock stands there and is moved by liandongctl clock (for "
		   "tests and "
		   "drills),\n"
		   "                          such as manual=2026-03-02T08:00:00+08:00\n"
		   "  -h, --help              this help\n"
		   "  -V, --version           the version\n"
		   "\n"
		   "Signals: SIGTERM and SIGINT end it once what it is doing is done (a second one at once), "
		   "SIGHUP reads "
		   "the\n"
		   "configuration anew. Exit codes: 0 good, 64 usage, 65 data of a newer version, 66 data "
		   "cannot be read, "
		   "69 address\n"
		   "or data in use, 71 the system, 73 cannot be made, 78 wrong configuration.\n"),
	    DEFAULT_CONFIG);
}

/* In the language of LIANDONG_LANGUAGE, else of the configuration. Before something is said without options. */
static void speak(const char *config)
{
	const char *named = getenv("LIANDONG_LANGUAGE");

	say_in_english(named && *named ? text_eq(named, "en") : options_english(config));
}

/* Descriptors 0 to 2 must be taken, or the store's file would become one of them. */
static void take_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

static const char *config = DEFAULT_CONFIG;

static void refuse_usage(const struct both *what, const char *value)
{
	speak(config);
	fprintf(stderr,
	    say("liandongd: %s“%s”;用 liandongd --help 查看用法\n",
		"liandongd: %s“%s”; see liandongd --help\n"),
	    both_said(what), value);
	exit(EX_USAGE);
}

/* A number that our own supervisor wrote. */
static int number(const char *value)
{
	uint64_t n;

	if (!str_uint(str_of(value), &n) || n > INT_MAX)
		refuse_usage(&(struct both){"不是数字:", "no number: "}, value);
	return (int)n;
}

static const char *checked_clock(const char *value)
{
	int64_t at;

	if (strncmp(value, "manual=", 7) != 0 || !time_parse(str_of(value + 7), &at))
		refuse_usage(
		    &(struct both){"--clock 应为 manual=时刻(如 manual=2026-03-02T08:00:00+08:00),不是",
			"--clock takes manual=TIME (such as manual=2026-03-02T08:00:00+08:00), not "},
		    value);
	return value;
}

/* "control=4", from our own supervisor. */
static void take_listener(struct child *c, const char *value)
{
	static char names[CHILD_LISTENERS_MAX][32]; /* the argument itself stays whole for ps */
	size_t n = strcspn(value, "=");
	char *name;

	if (!value[n] || n >= sizeof(names[0]) || c->n_listeners == CHILD_LISTENERS_MAX)
		refuse_usage(&(struct both){"-l 不是监听套接字:", "-l takes a listening socket, not "},
		    value);
	name = names[c->n_listeners];
	memcpy(name, value, n);
	c->listeners[c->n_listeners].name = name;
	c->listeners[c->n_listeners++].fd = number(value + n + 1);
}

/* "998:998", from our own supervisor. */
static void take_user(struct identity *who, const char *value)
{
	char uid[16];
	size_t n = strcspn(value, ":");

	if (!value[n] || n >= sizeof(uid))
		refuse_usage(&(struct both){"-u 不是账户:", "-u takes a user, not "}, value);
	snprintf(uid, sizeof(uid), "%.*s", (int)n, value);
	*who = (struct identity){true, (uid_t)number(uid), (gid_t)number(value + n + 1)};
}

static void take(struct arguments *a, int option, char *value)
{
	switch (option) {
	case 'c':
		a->config = config = value;
		break;
	case 'n':
		a->check = true;
		break;
	case 'C':
		a->clock = checked_clock(value);
		break;
	case 'f':
		a->config_fd = number(value);
		break;
	case 'x':
		a->child.role = value;
		break;
	case 'i':
		a->child.index = number(value);
		break;
	case 'r':
		a->child.restarted = true;
		break;
	case 's':
		a->child.salvage = true;
		break;
	case 'u':
		take_user(&a->who, value);
		break;
	case 't':
		a->child.certificates = number(value);
		break;
	case 'l':
		take_listener(&a->child, value);
		break;
	case 'h':
		speak(config);
		print_usage();
		exit(0);
	case 'V':
		puts("liandongd " LIANDONG_VERSION);
		exit(0);
	default:
		exit(EX_USAGE);
	}
}

static void read_arguments(struct arguments *a, int argc, char **argv)
{
	static const struct option options[] = {{"config", required_argument, NULL, 'c'},
	    {"check", no_argument, NULL, 'n'}, {"clock", required_argument, NULL, 'C'},
	    {"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'}, {NULL, 0, NULL, 0}};
	const char *set = getenv("LIANDONG_CONFIG");
	int option;

	if (set && *set)
		config = set;
	a->config = config;
	while ((option = getopt_long(argc, argv, "c:nhVx:i:rsl:f:u:t:", options, NULL)) != -1)
		take(a, option, optarg);
	if (optind < argc)
		refuse_usage(&(struct both){"多余的参数", "one argument too many: "}, argv[optind]);
}

/* A copy of the file in memory, for us and for every process that is started later; -1 where it
 * cannot be read, which the reader will say better. */
static int copy_of(const char *file)
{
	int from = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK), to;
	char bytes[16384];
	ssize_t n = 0;

	if (from < 0)
		return -1;
	to = memfd_create("liandong.yaml", MFD_CLOEXEC);
	while (to >= 0 && (n = read(from, bytes, sizeof(bytes))) > 0)
		if (write(to, bytes, (size_t)n) != n)
			break;
	close(from);
	if (n == 0)
		return to;
	close(to);
	return -1;
}

static struct options *read_options(const char *file, int copy, struct problems *p)
{
	char *real = realpath(file, NULL), path[32];
	struct options *o;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", copy);
	o = copy < 0 ? options_load(file, p) : options_load_copy(real ? real : file, path, p);
	free(real);
	return o;
}

/* All problems, or the options. */
static struct options *load_options(const char *file, int copy)
{
	struct buf out = {0};
	struct problems p;
	struct options *o;

	speak(file);
	problems_init(&p, say_english());
	o = read_options(file, copy, &p);
	if (!o || p.n > 0) {
		problems_print(&p, &out);
		fprintf(stderr, "%.*s", (int)out.n, out.n ? out.p : "");
	}
	if (!o)
		supervisor_say(say("配置文件有误,未启动", "the configuration has errors; not started"));
	problems_free(&p);
	buf_free(&out);
	return o;
}

/* A socket beside the control socket. */
static const char *beside(const char *control, const char *name, char path[PATH_MAX])
{
	const char *slash = strrchr(control, '/');

	snprintf(path, PATH_MAX, "%.*s/%s", (int)(slash ? slash - control : 0), control, name);
	return path;
}

static int run_child(struct arguments *a, struct options *o)
{
	static char engine[PATH_MAX], report[PATH_MAX], notifier[PATH_MAX];
	const struct role *r = role_find(a->child.role);

	if (!r || !r->main)
		refuse_usage(&(struct both){"没有这个进程:", "there is no such process: "}, a->child.role);
	log_open(r->name);
	privilege_drop(&a->who, o);
	child_begin();
	a->child.role = r->name;
	a->child.options = o;
	a->child.clock = a->clock;
	a->child.engine_path = beside(o->listen_control, "engine.sock", engine);
	a->child.report_path = beside(o->listen_control, "report.sock", report);
	a->child.notifier_path = beside(o->listen_control, "notifier.sock", notifier);
	a->child.unconfined = sandbox_enter(r, o);
	return r->main(&a->child);
}

int main(int argc, char **argv)
{
	struct arguments a = {.config_fd = -1, .child = {.certificates = -1}};
	struct options *o;
	int code;

	take_standard_descriptors();
	read_arguments(&a, argc, argv);
	if (a.check)
		return supervisor_check(a.config, clock_wall().ms);
	if (!a.child.role)
		a.config_fd = copy_of(a.config);
	o = load_options(a.config, a.config_fd);
	if (!o)
		return EX_CONFIG;
	if (a.child.role && a.config_fd >= 0)
		close(a.config_fd); /* read, and of no further use here */
	log_open("supervisor");
	code = a.child.role ? run_child(&a, o) : supervisor_run(o, a.config_fd, a.clock);
	options_free(o);
	return code;
}
