/*
 * query_photo.c - a photo of a dispatch, as it is kept.
 *
 * Place: front, beside query.c. The file is found by what the record says and by nothing that the caller does; its bytes
 * are its digest's, or it is not shown.
 */
#include "base/base64.h"
#include "base/log.h"
#include "domain/photo.h"
#include "front/parts.h"
#include "store/photos.h"

struct photo_asked {
	struct shown s;
	struct photo p;
	struct str image; /* base64 */
};

static bool no_photo(struct front_read *q)
{
	const char *digest = command_text(q->c, FIELD_PHOTO);

	return refuse(&q->result.why, q->a, ERROR_NOT_FOUND, "photo", "联动指令 %s 没有照片 %s",
	    "dispatch %s has no photo %s", command_text(q->c, FIELD_DISPATCH), digest);
}

/* The record has it, and its file is not there, or has other bytes. */
static bool damaged(struct front_read *q, const struct photo_asked *x)
{
	log_alarm("photo missing or damaged", "incident=%s photo=%s", x->s.inc->number, x->p.digest);
	return refuse(&q->result.why, q->a, ERROR_NOT_FOUND, "photo",
	    "照片 %s 的文件已丢失或损坏,请报告管理员",
	    "the file of photo %s is missing or damaged; tell the administrator", x->p.digest);
}

static bool photo_choose(struct front_read *q)
{
	struct photo_asked *x = q->own = arena_alloc(q->a, sizeof *x);
	struct buf bytes = {0}, text = {0};

	if (!query_dispatch(q, &x->s))
		return false;
	if (!sight_photos(&q->view, x->s.inc, x->s.d) ||
	    !photo_find(x->s.d, command_text(q->c, FIELD_PHOTO), &x->p))
		return no_photo(q);
	if (!photos_get(q->f->options->store, x->s.inc->number, x->p.digest, &bytes))
		return damaged(q, x);
	base64_put(&text, buf_view(&bytes));
	buf_free(&bytes);
	x->image = buf_into(&text, q->a);
	query_show(q, x->s.inc, x->s.d);
	return true;
}

static void photo_render(struct front_read *q)
{
	const struct photo_asked *x = q->own;

	json_begin(&q->j, NULL);
	json_text(&q->j, "dispatch", command_text(q->c, FIELD_DISPATCH));
	json_text(&q->j, "photo", x->p.digest);
	json_text(&q->j, "step", photo_step_names[x->p.step]);
	json_time(&q->j, "at", x->p.at);
	json_text(&q->j, "type", picture_media_types[x->p.type]);
	json_int(&q->j, "bytes", x->p.bytes);
	json_text(&q->j, "image", x->image.p);
	json_end(&q->j);
	q->result.n = 1;
}

const struct query query_photo_get = {
    .want = query_want_dispatch, .choose = photo_choose, .render = photo_render};
