/*
 * assets.h - the files of the page, which are compiled in (scripts/page.py makes their table of src/page).
 */
#ifndef API_ASSETS_H
#define API_ASSETS_H
#include "base/arena.h"
#include "base/str.h"
#include <stdbool.h>

struct asset {
	const char *path;     /* "/page/app.0f1e2d3c4b5a6978.css", "/" */
	const char *language; /* "zh", "en": there is one of each; "": it has no words */
	const char *type, *etag;
	struct str plain, packed; /* packed: by gzip; n 0: it does not become smaller */
};
/* NULL: there is none of that path. */
const struct asset *asset_find(const char *path, bool english);
/* The address of a style sheet by its name without the hash: "app". */
const char *asset_style(struct arena *a, const char *name);
/* Is it named by its bytes, so that it never changes? */
bool asset_lasts(const struct asset *a);

#endif
