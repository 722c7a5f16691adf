/* handed_note.c - see handed_note.h. Place: notifier; pure. */
#include "notifier/handed_note.h"
#include "base/arena.h"
#include "base/str.h"

const char *handed_note_begins(bool english, bool dropped, const char *dispatch, const char *part,
    struct arena *a)
{
	if (dropped)
		return arena_printf(a,
		    english ? "dispatch %s%s is no longer sent to " : "联动指令 %s%s不再送给", dispatch,
		    part);
	return arena_printf(a, english ? "dispatch %s%s is sent after all to " : "联动指令 %s%s又送给",
	    dispatch, part);
}

static bool begins_so(const char *text, bool dropped, const char *dispatch, struct arena *a)
{
	return str_starts(str_of(text), str_of(handed_note_begins(false, dropped, dispatch, "", a))) ||
	    str_starts(str_of(text), str_of(handed_note_begins(true, dropped, dispatch, "", a)));
}

enum handed_noted handed_noted(const char *text, const char *dispatch, struct arena *a)
{
	if (text && begins_so(text, true, dispatch, a))
		return NOTED_DROPPED;
	return text && begins_so(text, false, dispatch, a) ? NOTED_AFTER_ALL : NOTED_NOTHING;
}
