/*
 * caller.c - see caller.h.
 * A chance collision of two digests names another one's calls, and a person looks at them.
 */
#include "domain/caller.h"
#include "base/buf.h"
#include "base/digest.h"
#include "domain/phone.h"

uint64_t caller_of(struct str secret, const char *phone, bool drill)
{
	struct phone found[PHONES_MOST];
	struct digest d;
	struct reader first;

	if (!phone_find(phone, found))
		return 0;
	d = digest_parts((struct str[]){secret, drill ? STR("drill ") : STR("call "),
			     str_of(found[0].number)},
	    3);
	first = reader_of((struct str){(const char *)d.b, sizeof(uint64_t)});
	return read_u64(&first) | 1; /* 0 is none */
}

void call_history_add(struct call_history *h, const struct incident *inc)
{
	if (h->n < HISTORY_SHOWN)
		h->n++;
	for (size_t i = h->n - 1; i > 0; i--)
		h->last[i] = h->last[i - 1];
	h->last[0] = (struct earlier_call){.number = inc->number,
	    .received_at = inc->received_at,
	    .state = inc->state,
	    .category = inc->category,
	    .callback = inc->callback_result};
	h->count += h->count < HISTORY_COUNTED;
}
