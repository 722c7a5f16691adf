/* heads_said.c - see heads_said.h. Place: the command line's own room. */
#include "ctl/heads_said.h"

#include <stdio.h>

int heads_say_fault(struct ctl *ctl, const char *file, const struct heads_proof *proof)
{
	const struct kept_head *h = &proof->fault_head;
	char at[TIME_TEXT_MAX];

	time_rfc3339(h->at, at);
	if (proof->fault == HEAD_BEYOND)
		return ctl_fail(ctl->english
			? "%s line %lld (%s, seq %lld) does not hold: the store ends before it. Records are "
			  "gone: it was cut, or an older backup was restored; up to seq %lld it holds"
			: "%s 第 %lld 行(%s,序号 %lld)对不上:库在它之前就结束了,有记录不见了——被截断,"
			  "或者恢复了较旧的备份;到序号 %lld 为止对得上",
		    file, (long long)proof->fault_line, at, (long long)h->seq, (long long)proof->held_seq);
	return ctl_fail(ctl->english
		? "%s line %lld (%s, seq %lld) does not hold: the store has another record there. What came "
		  "after seq %lld was replaced: the chain was made anew, or went on from an older backup; up "
		  "to "
		  "that seq it holds"
		: "%s 第 %lld 行(%s,序号 %lld)对不上:库里在那里是另外的记录。序号 %lld 之后的被换过——"
		  "链是重做的,或者从较旧的备份另起;到那里为止对得上",
	    file, (long long)proof->fault_line, at, (long long)h->seq, (long long)proof->held_seq);
}

static void say_damaged(const struct ctl *ctl, const char *file, const struct heads_proof *proof)
{
	if (proof->damaged == 0)
		return;
	fprintf(stderr,
	    ctl->english ? "%s: %lld lines are damaged and prove nothing, the first is line %lld\n"
			 : "%s 有 %lld 行损坏,不能作证,第一处是第 %lld 行\n",
	    file, (long long)proof->damaged, (long long)proof->damaged_line);
}

int heads_say(struct ctl *ctl, const char *file, const struct heads_proof *proof)
{
	say_damaged(ctl, file, proof);
	if (proof->fault != HEAD_HOLDS)
		return heads_say_fault(ctl, file, proof);
	if (proof->held == 0)
		return ctl_fail(ctl->english ? "%s has no head of this store (%lld of others)"
					     : "%s 里没有本库的链头(别的库 %lld 行)",
		    file, (long long)proof->others);
	if (!ctl->json)
		printf(ctl->english ? "%lld heads of %s hold, the last at seq %lld\n"
				    : "%2$s 中本库的 %1$lld 个链头全部对得上,最后一个在序号 %3$lld\n",
		    (long long)proof->held, file, (long long)proof->held_seq);
	return EXIT_DONE;
}
