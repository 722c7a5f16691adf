/*
 * gather.c - the writer's WAL is handed to the kernel in large pieces.
 *
 * SQLite writes each frame in two calls, and a commit of forty incidents has seventy frames: an
 * eighth of the engine's time under load. This VFS stands before the one that is the default, holds
 * the WAL's bytes while each write follows on the one before, and passes them on in one.
 *
 * Invariants
 * - What is held lies behind the last commit: synchronous=FULL syncs the WAL before a commit is
 *   published to readers, and xSync passes on first. So a reader never looks for bytes that are
 *   held, and bytes that die with the process were never promised. (NORMAL would break this.)
 * - Held bytes that the file system refuses stay held until it takes them: none is skipped. SQLite
 *   has rolled them back meanwhile, and its recovery passes over frames that no commit ends.
 * - Only the WAL of the connection that writes. All other files are the default VFS's own.
 */
#include "local.h"

#include <assert.h>

#define NAME "liandong-gather"
#define HOLD_MAX (1024 * 1024)
#define PIECE (64 * 1024) /* SQLite's own VFS for Unix writes less than 128 KiB at once, silently */

struct file {
	sqlite3_file base;
	sqlite3_file *real; /* lies behind this */
	sqlite3_int64 at;   /* where the held bytes belong */
	struct buf held;
};

static sqlite3_vfs *real_vfs, gather;

static struct file *file_of(sqlite3_file *f)
{
	return (struct file *)(void *)f;
}

static sqlite3_file *real_of(sqlite3_file *f)
{
	return file_of(f)->real;
}

static int pass_on(struct file *f)
{
	int rc = SQLITE_OK;

	for (size_t done = 0, n; done < f->held.n && rc == SQLITE_OK; done += n) {
		n = f->held.n - done < PIECE ? f->held.n - done : PIECE;
		rc =
		    f->real->pMethods->xWrite(f->real, f->held.p + done, (int)n, f->at + (sqlite3_int64)done);
	}
	if (rc == SQLITE_OK)
		buf_reset(&f->held);
	return rc;
}

static int gather_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
	struct file *f = file_of(file);
	bool follows = at == f->at + (sqlite3_int64)f->held.n && f->held.n + (size_t)n <= HOLD_MAX;
	int rc = f->held.n == 0 || follows ? SQLITE_OK : pass_on(f);

	if (rc != SQLITE_OK)
		return rc;
	if (f->held.n == 0)
		f->at = at;
	buf_add(&f->held, p, (size_t)n);
	return SQLITE_OK;
}

static int gather_read(sqlite3_file *file, void *p, int n, sqlite3_int64 at)
{
	struct file *f = file_of(file);
	bool held = at < f->at + (sqlite3_int64)f->held.n && at + n > f->at;
	int rc = held ? pass_on(f) : SQLITE_OK;

	return rc == SQLITE_OK ? f->real->pMethods->xRead(f->real, p, n, at) : rc;
}

static int gather_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int rc = pass_on(file_of(file));

	return rc == SQLITE_OK ? real_of(file)->pMethods->xTruncate(real_of(file), size) : rc;
}

static int gather_sync(sqlite3_file *file, int flags)
{
	int rc = pass_on(file_of(file));

	return rc == SQLITE_OK ? real_of(file)->pMethods->xSync(real_of(file), flags) : rc;
}

static int gather_size(sqlite3_file *file, sqlite3_int64 *size)
{
	int rc = pass_on(file_of(file));

	return rc == SQLITE_OK ? real_of(file)->pMethods->xFileSize(real_of(file), size) : rc;
}

static int gather_close(sqlite3_file *file)
{
	struct file *f = file_of(file);
	int rc = pass_on(f), closed = f->real->pMethods->xClose(f->real);

	buf_free(&f->held);
	return rc == SQLITE_OK ? closed : rc;
}

/* -- passed through --------------------------------------------------------------------------- */

static int gather_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int gather_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int gather_reserved(sqlite3_file *file, int *out)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int gather_control(sqlite3_file *file, int op, void *arg)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int gather_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int gather_traits(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static const sqlite3_io_methods methods = {
    .iVersion = 1, /* a WAL is neither shared memory nor mapped */
    .xClose = gather_close,
    .xRead = gather_read,
    .xWrite = gather_write,
    .xTruncate = gather_truncate,
    .xSync = gather_sync,
    .xFileSize = gather_size,
    .xLock = gather_lock,
    .xUnlock = gather_unlock,
    .xCheckReservedLock = gather_reserved,
    .xFileControl = gather_control,
    .xSectorSize = gather_sector,
    .xDeviceCharacteristics = gather_traits,
};

/* -- the VFS ---------------------------------------------------------------------------------- */

static int gather_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct file *f = file_of(file);
	int rc;

	(void)vfs;
	if (!(flags & SQLITE_OPEN_WAL))
		return real_vfs->xOpen(real_vfs, name, file, flags, out);
	*f = (struct file){.real = (sqlite3_file *)(void *)(f + 1)};
	rc = real_vfs->xOpen(real_vfs, name, f->real, flags, out);
	if (f->real->pMethods)
		f->base.pMethods = &methods;
	return rc;
}

const char *gather_vfs(void)
{
	if (gather.zName)
		return NAME;
	real_vfs = sqlite3_vfs_find(NULL);
	assert(real_vfs && "SQLite is built with a VFS");
	gather = *real_vfs;
	gather.zName = NAME;
	gather.pNext = NULL;
	gather.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
	gather.xOpen = gather_open;
	if (sqlite3_vfs_register(&gather, 0) != SQLITE_OK)
		return NULL;
	return NAME;
}
