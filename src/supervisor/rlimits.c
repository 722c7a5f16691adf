/*
 * rlimits.c - what the system lets a process have.
 * Place: supervisor, before anything is opened; the children inherit it.
 */
#include "supervisor/rlimits.h"
#include "base/log.h"
#include "front/child.h"
#include "supervisor/supervisor.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sysexits.h>

#define FILES_LEAST (2 * CHILD_OTHER_FILES)
#define STORE_LEAST (INT64_C(1) << 30) /* a store below this is full before a week has passed */

static rlim_t raised(__rlimit_resource_t what)
{
	struct rlimit l;

	if (getrlimit(what, &l) != 0)
		return RLIM_INFINITY;
	if (l.rlim_cur != l.rlim_max) {
		l.rlim_cur = l.rlim_max;
		setrlimit(what, &l);
		getrlimit(what, &l);
	}
	return l.rlim_cur;
}

static bool english(const struct options *o)
{
	return text_eq(o->language, "en");
}

static int check_files(const struct options *o, int64_t files, struct buf *why)
{
	char said[512];

	if (files < FILES_LEAST) {
		buf_printf(why,
		    english(o)
			? "the limit of open files (ulimit -n) is %lld, at least %d are needed; raise it, "
			  "under systemd by LimitNOFILE="
			: "可打开的文件数上限(ulimit -n)是 %lld，至少要 %d；请调高，systemd 下用 "
			  "LimitNOFILE=",
		    (long long)files, FILES_LEAST);
		return EX_OSERR;
	}
	if (files - CHILD_OTHER_FILES >= o->connections_max)
		return 0;
	snprintf(said, sizeof said,
	    english(o) ? "the limit of open files (ulimit -n) is %lld: each process serves %lld connections, "
			 "fewer than limits.connections (%lld); raise it, under systemd by LimitNOFILE="
		       : "可打开的文件数上限(ulimit -n)是 %lld：每个进程至多 %lld 个连接，少于 "
			 "limits.connections(%lld)；请调高，systemd 下用 LimitNOFILE=",
	    (long long)files, (long long)files - CHILD_OTHER_FILES, (long long)o->connections_max);
	supervisor_say(said);
	log_warn("few descriptors", "limit=%lld connections=%lld", (long long)files,
	    (long long)files - CHILD_OTHER_FILES);
	return 0;
}

static int check_size(const struct options *o, rlim_t bytes, struct buf *why)
{
	char said[512];

	if (bytes == RLIM_INFINITY)
		return 0;
	if (bytes < (rlim_t)STORE_LEAST) {
		buf_printf(why,
		    english(o)
			? "the limit of a file's size (ulimit -f) is %lld bytes, too little for the store; "
			  "remove it, under systemd by LimitFSIZE=infinity"
			: "单个文件大小的上限(ulimit -f)是 %lld 字节，放不下数据库；请取消，systemd 下用 "
			  "LimitFSIZE=infinity",
		    (long long)bytes);
		return EX_OSERR;
	}
	snprintf(said, sizeof said,
	    english(o)
		? "the limit of a file's size (ulimit -f) is %lld bytes: a store that reaches it takes "
		  "nothing any more; remove it, under systemd by LimitFSIZE=infinity"
		: "单个文件大小的上限(ulimit -f)是 %lld 字节：数据库到此就写不进去；请取消，systemd 下用 "
		  "LimitFSIZE=infinity",
	    (long long)bytes);
	supervisor_say(said);
	log_warn("file size limited", "bytes=%lld", (long long)bytes);
	return 0;
}

int rlimits_raise(const struct options *o, struct buf *why)
{
	rlim_t files = raised(RLIMIT_NOFILE), bytes = raised(RLIMIT_FSIZE);
	int code = files == RLIM_INFINITY ? 0 : check_files(o, (int64_t)files, why);

	return code ? code : check_size(o, bytes, why);
}
