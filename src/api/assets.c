/*
 * assets.c - the page's own files, as a browser asks for them: those that are named by their bytes are kept for ever, those of a
 * fixed name are asked for again each time, by their ETag.
 * Place: api. They are the same for everybody and hold nothing of the store, so no token is asked for.
 */
#include "api/assets.h"
#include "api/api.h"
#include "page.h"
#include <assert.h>

#define N_ASSETS (sizeof assets / sizeof assets[0])

const struct asset *asset_find(const char *path, bool english)
{
	for (size_t i = 0; i < N_ASSETS; i++) {
		const struct asset *a = &assets[i];
		if (text_eq(a->path, path) && (!*a->language || text_eq(a->language, english ? "en" : "zh")))
			return a;
	}
	return NULL;
}

const char *asset_style(struct arena *a, const char *name)
{
	const char *start = arena_printf(a, "/page/%s.", name);
	for (size_t i = 0; i < N_ASSETS; i++)
		if (strncmp(assets[i].path, start, strlen(start)) == 0)
			return assets[i].path;
	assert(!"scripts/page.py has put it in");
	return "";
}

bool asset_lasts(const struct asset *a)
{
	return strncmp(a->path, "/page/", 6) == 0;
}

/* A coding that the client does not want at all (gzip;q=0) is rare enough to be read as none. */
static bool takes_gzip(const struct http_request *r)
{
	const char *codings = http_header(r, "accept-encoding");
	const char *gzip = codings ? strstr(codings, "gzip") : NULL;
	return gzip && strncmp(gzip, "gzip;q=0", 8) != 0;
}

void page_asset(struct exchange *x)
{
	const struct asset *a = asset_find(x->request->path, x->api->english);
	if (!a)
		answer_status(x, 404, "not-found", "没有这个文件:网页已经更新,请刷新",
		    "There is no such file: the page has a newer version, reload it.", NULL);
	else
		answer_asset(x, a, a->packed.n && takes_gzip(x->request));
}
