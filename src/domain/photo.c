/*
 * photo.c - photos of a dispatch. What they are is in photo.h.
 * Place: domain, a part of the lifecycle; pure. A photo is no step and no word of the unit: no clock stops for it.
 */
#include "domain/photo.h"
#include "base/arena.h"
#include "base/time.h"

#include <assert.h>
#include <stdio.h>

/* -- the list ------------------------------------------------------------------------------- */

/* The next word of one of them; moves past it. */
static struct str word(struct str *s)
{
	const char *blank = s->n ? memchr(s->p, ' ', s->n) : NULL;
	struct str out = {s->p, blank ? (size_t)(blank - s->p) : s->n};

	*s = blank ? (struct str){blank + 1, s->n - out.n - 1} : (struct str){s->p + s->n, 0};
	return out;
}

static int named(struct str s, const char *const *names, int n)
{
	int i = 0;

	while (i < n && !str_is(s, names[i]))
		i++;
	return i;
}

bool photo_next(const char **list, struct photo *out)
{
	struct str one = list_next(list), digest;
	uint64_t at = 0, bytes = 0;

	if (one.n == 0)
		return false;
	*out = (struct photo){.step = (enum photo_step)named(word(&one), photo_step_names, PHOTO_STEPS)};
	str_uint(word(&one), &at);
	out->type = (enum picture_type)named(word(&one), picture_type_names, PICTURE_TYPES);
	str_uint(word(&one), &bytes);
	digest = word(&one);
	if (out->step == PHOTO_STEPS || out->type == PICTURE_TYPES || digest.n != sizeof out->digest - 1)
		return false; /* of another version */
	out->at = (int64_t)at;
	out->bytes = (int64_t)bytes;
	memcpy(out->digest, digest.p, digest.n);
	return true;
}

const char *photo_append(struct arena *a, const char *list, const struct photo *p)
{
	return arena_printf(a, "%s%s%s %lld %s %lld %s", list ? list : "", list ? "," : "",
	    photo_step_names[p->step], (long long)p->at, picture_type_names[p->type], (long long)p->bytes,
	    p->digest);
}

bool photo_find(const struct dispatch *d, const char *digest, struct photo *out)
{
	const char *list = d->photos;

	while (photo_next(&list, out))
		if (text_eq(out->digest, digest))
			return true;
	return false;
}

int photo_count(const struct dispatch *d)
{
	const char *list = d->photos;
	struct photo one;
	int n = 0;

	while (photo_next(&list, &one))
		n++;
	return n;
}

/* -- photo.add ------------------------------------------------------------------------------ */

void photo_kept(struct command *c, enum picture_type type, int64_t bytes, const char *digest)
{
	command_set_text(c, FIELD_PHOTO, digest);
	c->v[FIELD_IMAGE] = (struct value){.text = picture_type_names[type], .number = bytes};
}

/* By where the dispatch is, if the command does not say. */
static enum photo_step step_of(const struct act *x)
{
	const struct dispatch *d = x->d;

	if (command_has(x->c, FIELD_PHOTO_STEP))
		return (enum photo_step)command_int(x->c, FIELD_PHOTO_STEP);
	if (d->at[STEP_COMPLETED])
		return PHOTO_COMPLETED;
	if (!d->at[STEP_ARRIVED])
		return PHOTO_DEPARTED;
	return d->reported_at > d->at[STEP_ARRIVED] ? PHOTO_PROGRESSED : PHOTO_ARRIVED;
}

/* When the unit took it: not ahead of its arrival here. */
static int64_t taken_at(const struct act *x)
{
	int64_t here = x->c->received_at ? x->c->received_at : x->now;
	int64_t given = command_int(x->c, FIELD_AT);

	return given && given < here ? given : here;
}

static int count_of(const struct dispatch *d, const struct photo *p)
{
	int64_t since = p->step == PHOTO_PROGRESSED && p->at >= d->reported_at ? d->reported_at : 0;
	const char *list = d->photos;
	struct photo one;
	int n = 0;

	while (photo_next(&list, &one))
		n += one.step == p->step && one.at >= since;
	return n;
}

static bool has_room(struct act *x, const struct photo *p)
{
	if (count_of(x->d, p) >= PHOTOS_A_STEP)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, "step", "这一步已有 %d 张照片,最多 %d 张",
		    "this step has %d photos already, at most %d are kept", PHOTOS_A_STEP, PHOTOS_A_STEP);
	if (photo_count(x->d) >= PHOTOS_MOST)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL, "这条指令已有 %d 张照片,不能再加",
		    "this dispatch has %d photos already, no more are kept", PHOTOS_MOST);
	return true;
}

static void event_added(struct act *x, const struct photo *p)
{
	struct data data;

	act_data(&data);
	json_text(&data.json, "photo", p->digest);
	json_text(&data.json, "step", photo_step_names[p->step]);
	json_text(&data.json, "type", picture_type_names[p->type]);
	json_int(&data.json, "bytes", p->bytes);
	if (p->at != x->now)
		json_time(&data.json, "recorded_at", x->now);
	act_event_data(x, &data, EVENT_PHOTO_ADDED, p->at, x->d);
}

bool photo_add(struct act *x)
{
	const struct value *kept = &x->c->v[FIELD_IMAGE];
	struct photo p = {.step = step_of(x), .at = taken_at(x), .bytes = kept->number}, same;

	p.type = (enum picture_type)named(str_of(kept->text), picture_type_names, PICTURE_TYPES);
	assert(p.type < PICTURE_TYPES && command_has(x->c, FIELD_PHOTO) &&
	    "the picture is kept before its event");
	snprintf(p.digest, sizeof p.digest, "%s", command_text(x->c, FIELD_PHOTO));
	if (incident_erased(x->inc))
		return refuse(x->why, x->a, ERROR_WRONG_STATE, "dispatch",
		    "警情 %s 的个人信息已到期删除,不再收照片",
		    "the personal data of incident %s are erased already: no more photos are kept",
		    x->inc->number);
	if (photo_find(x->d, p.digest, &same))
		return true; /* has it already: sent twice */
	if (!has_room(x, &p))
		return false;
	x->d->photos = photo_append(x->a, x->d->photos, &p);
	event_added(x, &p);
	act_changed(x, x->d);
	return true;
}
