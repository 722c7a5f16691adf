/*
 * photo.c - GET /v1/dispatches/{dispatch}/photos/{photo}: the picture as a file, of the type that its content is.
 *
 * Place: api. What the read gives is JSON with the picture in base64, the same as on the console; here it is a file
 * again.
 */
#include "api/api.h"
#include "base/base64.h"
#include "domain/picture.h"

static const char *ending_of(enum picture_type type)
{
	return type == PICTURE_PNG ? "png" : "jpg";
}

static void answer_photo(struct exchange *x, const struct read_result *r)
{
	struct str image = str_of(json_member_text(x->arena, r->bytes, "image"));
	struct buf bytes = {0};
	enum picture_type type = base64_get(&bytes, image) ? picture_type(buf_view(&bytes)) : PICTURE_NONE;
	const char *name =
	    arena_printf(x->arena, "%.12s.%s", command_text(&x->command, FIELD_PHOTO), ending_of(type));
	answer_file(x, picture_media_types[type], name, buf_view(&bytes));
	buf_free(&bytes);
}

void photo_request(struct exchange *x)
{
	exchange_read(x, answer_photo);
}
