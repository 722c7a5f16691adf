/* ca_folder.c - see ca_folder.h: where keys and certificates lie, and who may read them. */
#include "ctl/ca_folder.h"
#include "base/arena.h"
#include "base/reason.h"
#include "base/array.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST (1024 * 1024) /* bytes: a list with tens of thousands of revoked certificates */
#define KEY_FOLDER "authority"
#define ISSUED "issued"

static bool cannot(const struct ca_folder *f, const char *path, const char *zh, const char *en)
{
	if (f->ctl->english)
		ctl_fail("%s %s: %s", path, en, system_reason(errno, true));
	else
		ctl_fail("%s %s:%s", zh, path, system_reason(errno, false));
	return false;
}

const char *ca_path(const struct ca_folder *f, const char *holder, const char *name)
{
	return arena_printf(f->ctl->arena, "%s/%s%s%s", f->path, holder ? holder : "", holder ? "/" : "",
	    name);
}

bool ca_has(const struct ca_folder *f, const char *holder, const char *name)
{
	return access(ca_path(f, holder, name), F_OK) == 0;
}

/* p NULL with errno. */
static struct str slurp(struct arena *a, const char *path)
{
	struct str s = {0};
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return s;
	if (fstat(fd, &st) == 0 && st.st_size <= FILE_MOST) {
		char *p = arena_alloc(a, (size_t)st.st_size + 1);
		ssize_t n = read(fd, p, (size_t)st.st_size);
		if (n == st.st_size)
			s = (struct str){p, (size_t)n};
	} else
		errno = EFBIG;
	close(fd);
	return s;
}

static struct str read_path(const struct ca_folder *f, const char *path, bool must)
{
	struct str s = slurp(f->ctl->arena, path);
	if (!s.p && must)
		cannot(f, path, "读不了", "cannot be read");
	return s;
}

/* A key that others can read is none. */
static struct str read_secret(const struct ca_folder *f, const char *path)
{
	int fd = ctl_open_secret(f->ctl, path);
	if (fd < 0)
		return (struct str){0};
	close(fd);
	return read_path(f, path, true);
}

struct str ca_read_key(const struct ca_folder *f, const char *holder)
{
	return read_secret(f, ca_path(f, holder, "key.pem"));
}

struct str ca_read(const struct ca_folder *f, const char *holder, const char *name, bool must)
{
	return read_path(f, ca_path(f, holder, name), must);
}

static bool make_folder(const struct ca_folder *f, const char *path)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	return cannot(f, path, "建不了文件夹", "cannot be made");
}

bool ca_write(const struct ca_folder *f, const char *holder, const char *name, struct str bytes)
{
	const char *path = ca_path(f, holder, name);
	if (holder && !make_folder(f, ca_path(f, NULL, holder)))
		return false;
	return file_replace(path, bytes, 0600) || cannot(f, path, "写不了", "cannot be written");
}

/* -- the folder itself ---------------------------------------------------------------------- */

static bool is_empty(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;
	for (struct dirent *e; d && (e = readdir(d)) != NULL;)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	if (d)
		closedir(d);
	return d && n == 0;
}

static bool begin(struct ca_folder *f, struct ctl *ctl, const char *path)
{
	char full[PATH_MAX];
	*f = (struct ca_folder){.ctl = ctl, .path = path, .lock = -1};
	if (!realpath(path, full))
		return cannot(f, path, "打不开文件夹", "cannot be opened");
	f->path = arena_text(ctl->arena, full);
	f->lock = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->lock < 0)
		return cannot(f, path, "打不开文件夹", "cannot be opened");
	if (flock(f->lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	ctl_fail(ctl->english ? "%s is in use by another liandongctl" : "%s 正由另一个 liandongctl 使用",
	    path);
	return false;
}

bool ca_make(struct ca_folder *f, struct ctl *ctl, const char *path)
{
	*f = (struct ca_folder){.ctl = ctl, .path = path, .lock = -1};
	if (!make_folder(f, path))
		return false;
	if (!is_empty(path)) {
		ctl_fail(ctl->english
			? "%s is there already and is not empty: choose another folder; a certificate "
			  "more is made by tls issue"
			: "%s 已经有了,而且不是空的:请换一个文件夹。要再签发证书,用 tls issue",
		    path);
		return false;
	}
	if (chmod(path, 0700) != 0)
		return cannot(f, path, "改不了权限", "cannot be made private");
	return begin(f, ctl, path);
}

bool ca_open(struct ca_folder *f, struct ctl *ctl, const char *path)
{
	if (!begin(f, ctl, path))
		return false;
	f->certificate = ca_read(f, NULL, "ca.pem", false);
	f->list = ca_read(f, NULL, "crl.pem", false);
	if (f->certificate.p && pki_read(ctl->arena, f->certificate, &f->info) &&
	    f->info.kind == PKI_AUTHORITY)
		return true;
	ctl_fail(ctl->english ? "%s has no authority: ca.pem is not there or is none. tls init makes one"
			      : "%s 里没有 CA:没有 ca.pem,或不是 CA 证书。先用 tls init 建立",
	    path);
	return false;
}

void ca_close(struct ca_folder *f)
{
	if (f->lock >= 0)
		close(f->lock); /* and with it the lock */
	f->lock = -1;
}

bool ca_signer(struct ca_folder *f, const char *key_file, struct pki_authority *out)
{
	const char *path = key_file ? key_file : ca_path(f, KEY_FOLDER, "ca.key");
	if (!key_file && access(path, F_OK) != 0) {
		ctl_fail(f->ctl->english
			? "the authority's key is not at %s: it should be kept elsewhere; say where "
			  "with --ca-key"
			: "CA 密钥不在 %s:它应保管在别处,用 --ca-key 指出",
		    path);
		return false;
	}
	*out = (struct pki_authority){f->certificate, read_secret(f, path)};
	if (!out->key.p)
		return false;
	if (pki_pair(out->certificate, out->key))
		return true;
	ctl_fail(f->ctl->english ? "%s is not the key of %s/ca.pem" : "%s 不是 %s/ca.pem 的密钥", path,
	    f->path);
	return false;
}

/* -- certificates --------------------------------------------------------------------------- */

bool ca_hand_out(struct ca_folder *f, const char *holder, struct str certificate)
{
	struct pki_info info;
	const char *who = holder ? holder : CA_NAME;
	if (!pki_read(f->ctl->arena, certificate, &info))
		return false;
	if (!ca_write(f, ISSUED, arena_printf(f->ctl->arena, "%s-%s.pem", who, info.serial), certificate))
		return false;
	return holder
	    ? ca_write(f, holder, "ca.pem", f->certificate) && ca_write(f, holder, "cert.pem", certificate)
	    : ca_spread(f, certificate, (struct str){0});
}

/* Replaces the copies of one file that holders have. */
static bool replace_copies(const struct ca_folder *f, const char *name, struct str bytes)
{
	DIR *d = opendir(f->path);
	bool good = d != NULL;
	for (struct dirent *e; good && (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.' && ca_has(f, e->d_name, name))
			good = ca_write(f, e->d_name, name, bytes);
	if (d)
		closedir(d);
	return good;
}

bool ca_spread(struct ca_folder *f, struct str certificate, struct str list)
{
	if (certificate.p) {
		if (!ca_write(f, NULL, "ca.pem", certificate) || !replace_copies(f, "ca.pem", certificate))
			return false;
		f->certificate = certificate;
		if (!pki_read(f->ctl->arena, certificate, &f->info))
			return false;
	}
	if (list.p) {
		if (!ca_write(f, NULL, "crl.pem", list) || !replace_copies(f, "crl.pem", list))
			return false;
		f->list = list;
	}
	return true;
}

/* "desk1" of "desk1-4F….pem"; NULL: another file. */
static const char *holder_of(struct arena *a, const char *name)
{
	const char *dash = strrchr(name, '-'), *dot = strrchr(name, '.');
	return dash && dash > name && dot > dash && strcmp(dot, ".pem") == 0
	    ? arena_str(a, (struct str){name, (size_t)(dash - name)})
	    : NULL;
}

static int by_holder(const void *x, const void *y)
{
	const struct ca_issued *a = x, *b = y;
	int order = strcmp(a->holder, b->holder);
	if (order == 0)
		order = a->info.from_ms < b->info.from_ms ? 1 : a->info.from_ms > b->info.from_ms ? -1 : 0;
	return order ? order : strcmp(a->info.serial, b->info.serial);
}

struct ca_issued *ca_issued_all(const struct ca_folder *f, int *n)
{
	struct ca_issued *all = NULL;
	int cap = 0;
	DIR *d = opendir(ca_path(f, NULL, ISSUED));
	*n = 0;
	for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
		struct ca_issued one = {.holder = holder_of(f->ctl->arena, e->d_name)};
		struct str text = one.holder ? ca_read(f, ISSUED, e->d_name, true) : (struct str){0};
		if (!text.p || !pki_read(f->ctl->arena, text, &one.info))
			continue;
		one.revoked = f->list.p && pki_revoked(f->list, one.info.serial, &one.revoked_ms);
		ARRAY_ROOM(f->ctl->arena, all, *n, cap);
		all[(*n)++] = one;
	}
	if (d)
		closedir(d);
	if (*n)
		qsort(all, (size_t)*n, sizeof *all, by_holder);
	return all;
}
