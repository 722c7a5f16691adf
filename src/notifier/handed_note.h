/*
 * handed_note.h - the notes on an incident that say what a person has decided of an instruction to a partner: it is no longer sent, or is
 * sent after all. They are read again where the file of what is handed over was lost.
 */
#ifndef NOTIFIER_HANDED_NOTE_H
#define NOTIFIER_HANDED_NOTE_H
#include <stdbool.h>

struct arena;

/* How it begins, up to the partner's name; dropped: it is no longer sent. part: "" of the instruction itself. */
const char *handed_note_begins(bool english, bool dropped, const char *dispatch, const char *part,
    struct arena *a);
enum handed_noted { NOTED_NOTHING, NOTED_DROPPED, NOTED_AFTER_ALL };
/* What a note of the program's says of the dispatch's instruction, in either language. */
enum handed_noted handed_noted(const char *text, const char *dispatch, struct arena *a);

#endif
