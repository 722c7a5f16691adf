/*
 * anchor.c - liandongctl audit head: the head of the chain, for keeping where the store's machine cannot change
 * it: a file on another host, the system log, an address that takes a POST. A timer unit runs it
 * (dist/liandong-anchor.timer); audit verify --heads proves the store by what was kept. Place: the command line.
 *
 * What goes out is no secret: an instant, the store's name, a number and a digest.
 */
#include "ctl/ctl.h"
#include "base/arena.h"
#include "base/file.h"
#include "base/reason.h"
#include "base/clock.h"
#include "ctl/heads.h"
#include "ctl/heads_said.h"
#include "store/report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

/* The head as committed; the row that it names must be there. */
static int read_now(struct ctl *ctl, struct reads *reads, struct kept_head *out)
{
	struct report_snapshot s;
	struct digest there;
	bool good;

	if (report_begin(reads, &s) != STORE_OK)
		return ctl_fail(ctl->english ? "the store cannot be read" : "数据库读不出来");
	*out = (struct kept_head){.at = clock_wall().ms, .seq = s.seq, .hash = s.head};
	memcpy(out->store, s.store, sizeof out->store);
	good = audit_head_at(reads, s.seq, &there) && digest_eq(&there, &s.head);
	report_end(reads);
	if (good)
		return EXIT_DONE;
	return ctl_fail(ctl->english ? "the journal does not end as it was committed: run audit verify"
				     : "事件链的末尾与提交的标记不符:请运行 audit verify");
}

/* -- a file ------------------------------------------------------------------------------------- */

/* A line that was torn by a crash or a full disk stays one by itself. */
static bool ends_whole(int fd)
{
	char last = '\n';
	off_t end = lseek(fd, 0, SEEK_END);

	return end <= 0 || (pread(fd, &last, 1, end - 1) == 1 && last == '\n');
}

static bool append_line(struct ctl *ctl, const char *file, const char *line)
{
	int fd = open(file, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	const char *text;
	bool done;

	if (fd < 0)
		return false;
	text = arena_printf(ctl->arena, "%s%s\n", ends_whole(fd) ? "" : "\n", line);
	done = write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fsync(fd) == 0;
	if (close(fd) != 0)
		done = false;
	return done && file_sync_folder(file);
}

/* What the file holds already must hold still: a store that was set back is found with its next head. */
static int append(struct ctl *ctl, struct reads *reads, const char *file, const struct kept_head *h,
    const char *line)
{
	struct heads_proof proof;

	if (heads_prove(reads, h->store, h->seq, file, &proof)) {
		if (proof.fault != HEAD_HOLDS)
			return heads_say_fault(ctl, file, &proof);
	} else if (errno != ENOENT) {
		return ctl_fail(ctl->english ? "%s cannot be read: %s" : "%s 读不了:%s", file,
		    system_reason(errno, ctl->english));
	}
	if (append_line(ctl, file, line))
		return EXIT_DONE;
	return ctl_fail(ctl->english ? "%s cannot be written: %s" : "写不了 %s:%s", file,
	    system_reason(errno, ctl->english));
}

/* -- the system log, an address ----------------------------------------------------------------- */

static void log_head(const char *line)
{
	openlog("liandong", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
	syslog(LOG_NOTICE, "%s", line);
	closelog();
}

/* Its standard input is the line. A descriptor is below PIPE_BUF, so the write is whole or fails. */
static bool run_curl(const char *const *arguments, const char *line, int *status)
{
	posix_spawn_file_actions_t actions;
	int ends[2];
	pid_t pid;
	bool begun;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	signal(SIGPIPE, SIG_IGN);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
	posix_spawn_file_actions_adddup2(&actions, 2, 1);
	begun = (errno = posix_spawnp(&pid, "curl", &actions, NULL, (char *const *)arguments, environ)) == 0;
	posix_spawn_file_actions_destroy(&actions);
	close(ends[0]);
	if (begun && write(ends[1], line, strlen(line)) < 0)
		*status = -1; /* it has ended already, and says why */
	close(ends[1]);
	return begun && waitpid(pid, status, 0) == pid;
}

static int post(struct ctl *ctl, const char *url, const char *line)
{
	const char *const arguments[] = {"curl", "--silent", "--show-error", "--fail", "--max-time", "30",
	    "--proto", "=http,https", "--request", "POST", "--header",
	    "Content-Type: text/plain; charset=utf-8", "--data-binary", "@-", "--output", "/dev/null",
	    "--url", url, NULL};
	int status = -1;

	if (!run_curl(arguments, arena_printf(ctl->arena, "%s\n", line), &status))
		return ctl_fail(ctl->english ? "curl(1) cannot be run, which --post needs: %s"
					     : "--post 要用 curl(1),而它不能运行:%s",
		    system_reason(errno, ctl->english));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return EXIT_DONE;
	return ctl_fail(ctl->english ? "the head did not reach %s" : "链头没有送到 %s", url);
}

/* -- the command -------------------------------------------------------------------------------- */

enum { APPEND, SYSLOG, POST, STORE, OPTIONS };

/* All of them are tried, whichever fails. */
static int send_out(struct ctl *ctl, struct reads *reads, const struct ctl_option *o,
    const struct kept_head *h)
{
	char line[HEAD_TEXT_MAX];
	int code = EXIT_DONE;

	head_write_line(h, line);
	if (o[APPEND].value)
		code = append(ctl, reads, o[APPEND].value, h, line);
	if (o[SYSLOG].value)
		log_head(line);
	if (o[POST].value && post(ctl, o[POST].value, line) != EXIT_DONE)
		code = EXIT_REFUSED;
	puts(line);
	return code;
}

int ctl_audit_head(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[OPTIONS] = {[APPEND] = {.name = "--append"},
	    [SYSLOG] = {.name = "--syslog", .flag = true},
	    [POST] = {.name = "--post"},
	    [STORE] = {.name = "--store"}};
	struct kept_head h;
	char why[512];
	int code;

	if (!ctl_parse_options(ctl, argc, argv, o, OPTIONS))
		return EXIT_USAGE;
	if (o[POST].value && strncmp(o[POST].value, "http://", 7) != 0 &&
	    strncmp(o[POST].value, "https://", 8) != 0)
		return ctl_usage(ctl,
		    say("--post 应为 http:// 或 https:// 开头的地址,不是 %s",
			"--post takes an address that begins with http:// or https://, not %s"),
		    o[POST].value);
	if (!o[STORE].value && !ctl_options(ctl))
		return EXIT_REFUSED;
	struct reads *reads =
	    reads_open(o[STORE].value ? o[STORE].value : ctl->options->store, why, sizeof why);
	if (!reads)
		return ctl_fail("%s", why);
	code = read_now(ctl, reads, &h);
	if (code == EXIT_DONE)
		code = send_out(ctl, reads, o, &h);
	reads_close(reads);
	return code;
}
