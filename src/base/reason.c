/* reason.c - see reason.h: those that happen when files are read and written and peers are called. */
#include "base/reason.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static const struct {
	int error;
	const char *zh;
} reasons[] = {
    {ENOENT, "没有这个文件或文件夹"},
    {EACCES, "没有权限"},
    {EPERM, "不允许这样做"},
    {EISDIR, "这是一个文件夹"},
    {ENOTDIR, "路径里有一段不是文件夹"},
    {EEXIST, "已经有了"},
    {ENOSPC, "磁盘满了"},
    {EDQUOT, "超过了磁盘配额"},
    {EFBIG, "文件太大"},
    {EROFS, "文件系统是只读的"},
    {EIO, "磁盘读写出错"},
    {EMFILE, "打开的文件太多"},
    {ENFILE, "系统打开的文件太多"},
    {ENAMETOOLONG, "文件名太长"},
    {ELOOP, "符号链接太多"},
    {EXDEV, "不在同一个文件系统上"},
    {EBUSY, "正在使用"},
    {ENOTEMPTY, "文件夹不是空的"},
    {ENOMEM, "内存不足"},
    {ECONNREFUSED, "对方没有在听"},
    {ECONNRESET, "连接被对方断开"},
    {EPIPE, "连接已断开"},
    {ETIMEDOUT, "超时没有应答"},
    {EHOSTUNREACH, "到不了这台主机"},
    {ENETUNREACH, "到不了这个网络"},
    {EADDRINUSE, "地址已被占用"},
    {EADDRNOTAVAIL, "本机没有这个地址"},
};

const char *system_reason(int error, bool english)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons && !english; i++)
		if (reasons[i].error == error)
			return reasons[i].zh;
	return strerror(error);
}
