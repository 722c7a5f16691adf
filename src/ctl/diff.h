/* diff.h - what other commands of liandongctl need of a comparison of two tables. Place: ctl. */
#ifndef CTL_DIFF_H
#define CTL_DIFF_H
#include "ctl/ctl.h"
#include "wire/report_message.h"

struct diff_options {
	const char *store; /* NULL: the one of liandong.yaml */
};
/* The comparison that `ask` says (report_message.h), as routing.diff answers it. NULL with the sentence printed. The
 * caller owns the tree. */
json_t *diff_make(struct ctl *ctl, const struct diff_options *o, struct report_ask *ask);
/* For a person. */
void diff_show(struct ctl *ctl, const json_t *t);
/* A text of an answer, "none" where it is empty. */
const char *ctl_or_none(const char *text);

#endif
