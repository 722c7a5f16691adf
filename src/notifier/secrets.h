/*
 * secrets.h - the secrets of channels, from their files: what url_file, secret_file and receipts_file name in the folder
 * notices.secrets.
 *
 * A file is for its owner alone (0600), or it is not read. A missing or open one is named and stops nothing but its
 * channel. What was read is overwritten when it is freed.
 * Place: notifier; no other process reads them.
 */
#ifndef NOTIFIER_SECRETS_H
#define NOTIFIER_SECRETS_H
#include "channel/channel.h"

struct secrets;

/* Of every channel of `n`. `n` and the folder, the options' notices_secrets, are borrowed; `n` may be NULL. */
struct secrets *secrets_read(const char *folder, const struct notices *n);
void secrets_free(struct secrets *s);
/* Are the files others than those that were read? */
bool secrets_changed(const struct secrets *s);

/* Keys of Standard Webhooks have a form; a password in their place is a mistake that nothing else would show. The line that is none,
 * for people; NULL: all are good. key: the member that names the file. */
struct secret;
const char *webhook_keys_fault(const struct secret *in, const char *key, const char *name, bool english,
    struct arena *a);

/* Never NULL: what is not there is not in it. The token is the caller's to set. */
struct channel_secrets *secrets_of(struct secrets *s, const struct notice_channel *c);
/* May what came to /v1/receipts/CHANNEL/GIVEN be read? In constant time; no where there is no secret. */
bool secrets_receipt_good(const struct secrets *s, const struct notice_channel *c, const char *given);
/* What is wrong with the files without which the channel cannot send, for people: "secret_file hall:没有这个文件或文件夹"; NULL:
 * nothing. Never a secret; in the arena. The other: why no receipt and no reply can be read. */
const char *secrets_fault(const struct secrets *s, const struct notice_channel *c, bool english,
    struct arena *a);
const char *secrets_receipts_fault(const struct secrets *s, const struct notice_channel *c, bool english,
    struct arena *a);

#endif
