/*
 * photo.c - liandongctl photo add, get: photos of a dispatch, from files and into files; and those beside a store, an archive
 * or a backup, for the commands that check and copy these.
 */
#include "base/arena.h"
#include "base/base64.h"
#include "base/reason.h"
#include "ctl/ctl.h"
#include "domain/picture.h"
#include "store/photos.h"
#include "store/read.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* The file in base64; NULL with the sentence printed. */
static const char *read_picture(struct ctl *ctl, const char *file)
{
	struct buf bytes = {0}, text = {0};
	FILE *f = fopen(file, "rbe");
	size_t n = 1;

	while (f && n > 0 && bytes.n <= (size_t)PICTURE_MOST) {
		buf_reserve(&bytes, 65536);
		n = fread(bytes.p + bytes.n, 1, 65536, f);
		bytes.n += n;
	}
	if (!f || ferror(f)) {
		ctl_fail(ctl->english ? "%s cannot be read: %s" : "读不了 %s:%s", file, strerror(errno));
		if (f)
			fclose(f);
		buf_free(&bytes);
		return NULL;
	}
	fclose(f);
	if (bytes.n > (size_t)PICTURE_MOST) {
		ctl_fail(ctl->english ? "%s is longer than 1 MiB: make it smaller"
				      : "%s 超过 1 MiB,请缩小后再传",
		    file);
		buf_free(&bytes);
		return NULL;
	}
	base64_put(&text, buf_view(&bytes));
	buf_free(&bytes);
	return buf_into(&text, ctl->arena).p;
}

int ctl_photo_add(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option options[] = {{.name = "--step"}, {.name = "--at"}};
	const char *at = NULL, *image;
	json_t *r;

	argc = ctl_parse(ctl, argc, argv, options, 2);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 2)
		return ctl_usage(ctl,
		    ctl->english ? "a dispatch and a file are needed" : "需要联动指令编号和图片文件");
	if (options[1].value && !(at = ctl_instant(ctl, options[1].value, WHEN_PAST, false)))
		return EXIT_USAGE;
	image = read_picture(ctl, argv[1]);
	if (!image)
		return EXIT_REFUSED;
	r = ctl_call(ctl, "photo.add",
	    json_pack("{s:s, s:s, s:s*, s:s*}", "dispatch", argv[0], "image", image, "step", options[0].value,
		"at", at));
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		printf("%s\n", ctl_text(r, "photo"));
	json_decref(r);
	return EXIT_DONE;
}

static int write_picture(struct ctl *ctl, const json_t *r, const char *file)
{
	struct buf bytes = {0};
	int code;

	if (!base64_get(&bytes, str_of(ctl_text(r, "image"))))
		return ctl_fail("%s",
		    ctl->english ? "the daemon's answer is no picture" : "服务的答复不是图片");
	code = ctl_write_out(ctl, file, buf_view(&bytes));
	buf_free(&bytes);
	return code;
}

int ctl_photo_get(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option options[] = {{.name = "-o"}};
	json_t *r;
	int code;

	argc = ctl_parse(ctl, argc, argv, options, 1);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 2 || (!options[0].value && !ctl->json && ctl->terminal))
		return ctl_usage(ctl,
		    ctl->english ? "a dispatch, a photo's digest and -o FILE are needed"
				 : "需要联动指令编号、照片的 SHA-256 和 -o 文件");
	r = ctl_call(ctl, "photo.get", json_pack("{s:s, s:s}", "dispatch", argv[0], "photo", argv[1]));
	if (!r)
		return EXIT_REFUSED;
	code = ctl->json ? ctl_print_json(r) : write_picture(ctl, r, options[0].value);
	json_decref(r);
	return code;
}

/* -- beside a database file ------------------------------------------------------------------ */

struct beside {
	struct ctl *ctl;
	const char *from, *to;
	int64_t missing;
	int error;
};

static bool copy_list(void *arg, const char *number, const char *list)
{
	struct beside *b = arg;

	if (photos_copy(b->from, b->to, number, list, &b->missing))
		return true;
	b->error = errno;
	return false;
}

bool ctl_photos_copy(struct ctl *ctl, struct reads *r, const char *from, const char *to)
{
	struct beside b = {.ctl = ctl, .from = from, .to = to};

	if (!reads_photos(r, copy_list, &b)) {
		ctl_fail(ctl->english ? "the photos could not be copied beside %s: %s"
				      : "照片没有复制到 %s 旁边:%s",
		    to, system_reason(b.error, ctl->english));
		return false;
	}
	if (b.missing)
		fprintf(stderr,
		    ctl->english ? "%lld photos have no whole file beside %s\n"
				 : "有 %lld 张照片在 %s 旁边没有完好的文件\n",
		    (long long)b.missing, from);
	return true;
}

static bool look_at_list(void *arg, const char *number, const char *list)
{
	struct beside *b = arg;
	int64_t n = photos_missing(b->from, number, list);

	if (n)
		fprintf(stderr,
		    b->ctl->english ? "%s: %lld photos missing or damaged\n"
				    : "%s:%lld 张照片的文件丢失或损坏\n",
		    number, (long long)n);
	b->missing += n;
	return true;
}

bool ctl_photos_whole(struct ctl *ctl, struct reads *r, const char *beside)
{
	struct beside b = {.ctl = ctl, .from = beside};

	if (!reads_photos(r, look_at_list, &b)) {
		ctl_fail("%s", ctl->english ? "the store cannot be read" : "数据库读不出来");
		return false;
	}
	if (b.missing)
		ctl_fail(ctl->english ? "%lld photos have no file with the bytes of their digest, beside %s"
				      : "有 %lld 张照片没有与散列值相符的文件(在 %s 旁边找)",
		    (long long)b.missing, beside);
	return b.missing == 0;
}
