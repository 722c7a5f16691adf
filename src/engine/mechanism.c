/*
 * mechanism.c - where the mechanism in force comes from.
 *
 * Place: engine; over the loader. Files are read at the daemon's start and at a reload only: a process
 * that merely restarts takes the revision in force from the store, whatever an editor has half-saved
 * meanwhile. At a start
 *   with bad files, or whose cases fail, the last good revision serves, loudly; on a new store there is none, and
 *   the daemon does not start: it serves no desk yet, and who starts it sees why;
 *   with files that the store knows (in force once, or proposed) the revision in force serves: it was put into
 *   force over these files, by PUT or a rollback, and a start does not undo that;
 *   with other files they come into force; where the policy in force may ask for a second administrator, the
 *   revision in force serves, and the files are taken up as by a reload once it does.
 */
#include "engine/mechanism.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/core.h"
#include "engine/troubles.h"

#include <stdio.h>
#include <unistd.h>

#define WARNINGS_LOGGED 20

static struct mechanism *from_folder(const char *folder, const struct text_wish *wish, struct problems *p)
{
	int cases;
	struct mechanism *m = mechanism_examine(folder, wish, clock_wall().ms, p, &cases, NULL);

	if (p->errors == 0)
		return m;
	mechanism_release(m);
	return NULL;
}

/* The stored files as a mechanism: of the revision that they are stored under, or NULL. */
static struct mechanism *understood(struct engine *e, const struct mechanism_file *files, int n)
{
	struct problems p;
	struct mechanism *m;

	problems_init(&p, e->english);
	m = mechanism_load_files(files, n, &p);
	if (m && strcmp(m->revision, store_revision(e->store)) != 0) {
		mechanism_release(m);
		m = NULL;
	}
	problems_free(&p);
	return m;
}

static struct mechanism *read_stored(struct engine *e)
{
	struct mechanism_file files[MECHANISM_FILES];
	struct arena *a = arena_new();
	struct mechanism *m;

	if (!*store_revision(e->store)) {
		arena_free(a);
		return NULL;
	}
	m = understood(e, files, store_files(e->store, a, store_revision(e->store), files, MECHANISM_FILES));
	if (!m)
		log_alarm("stored mechanism damaged", "revision=%s", store_revision(e->store));
	arena_free(a);
	return m;
}

static void log_warnings(const struct problems *p)
{
	for (int i = 0; i < p->n && i < WARNINGS_LOGGED; i++)
		log_warn("mechanism", "file=%s line=%d says=%s", p->v[i].file ? p->v[i].file : "-",
		    p->v[i].line, p->v[i].text);
	if (p->n > WARNINGS_LOGGED)
		log_warn("mechanism", "more=%d see=\"liandongd -n\"", p->n - WARNINGS_LOGGED);
}

static void print_all(const struct problems *p)
{
	struct buf b = {0};

	problems_print(p, &b);
	fprintf(stderr, "%.*s", (int)b.n, b.n ? b.p : "");
	buf_free(&b);
}

static bool is_known(struct engine *e, const char *revision)
{
	struct mechanism_file files[MECHANISM_FILES];
	struct arena *a = arena_new();
	int n = store_files(e->store, a, revision, files, MECHANISM_FILES);

	arena_free(a);
	return n > 0;
}

/* The folder's mechanism, or the one in force in its place. */
static struct mechanism *chosen(struct engine *e, struct mechanism *folder)
{
	struct mechanism *stored;
	bool known;

	if (strcmp(folder->revision, store_revision(e->store)) == 0 || !(stored = read_stored(e)))
		return folder;
	known = is_known(e, folder->revision);
	if (!known && stored->policy.approval.moved < 0) {
		mechanism_release(stored);
		return folder;
	}
	e->folder_waits = !known;
	log_alarm("folder is not in force", "folder=%s revision=%s serving=%s %s",
	    e->child->options->mechanism, folder->revision, stored->revision,
	    known ? "see=\"liandongctl reload, liandongctl route export\"" : "next=reload");
	mechanism_release(folder);
	return stored;
}

/* A first start trains for seconds. Killed in them it has lost nothing, and so it may end as well. */
static void on_training(void *arg, int64_t done, int64_t of)
{
	const struct engine *e = arg;

	child_starts_by(done < of ? MESSAGE_LEARNING : MESSAGE_EXAMINING);
	if (!child_is_to_end())
		return;
	log_info("start given up", "store=%s trained=%lld of=%lld", e->child->options->store, (long long)done,
	    (long long)of);
	_exit(0);
}

/* Files that are in force have been judged with their model: if it is missing, the start does not wait for it. */
static struct text_wish wish_of(struct engine *e, struct arena *a)
{
	const char *folder = e->child->options->mechanism;
	char revision[REVISION_LEN + 1];
	bool known =
	    mechanism_folder_revision(folder, revision) && strcmp(revision, store_revision(e->store)) == 0;

	return (struct text_wish){.folder = text_cache_folder(e->child->options->store, a),
	    .trains = !known,
	    .keeps = !known,
	    .progress = on_training,
	    .arg = e};
}

static void note_folder(struct engine *e)
{
	char revision[REVISION_LEN + 1];

	if (mechanism_folder_revision(e->child->options->mechanism, revision))
		troubles_note_folder(e, revision);
}

/* The folder's files; where they are bad, the last good revision, loudly. */
static struct mechanism *read_files(struct engine *e)
{
	struct mechanism *m;
	struct text_wish wish;
	struct problems p;

	problems_init(&p, e->english);
	note_folder(e);
	child_starts_by(MESSAGE_EXAMINING);
	wish = wish_of(e, p.arena);
	m = from_folder(e->child->options->mechanism, &wish, &p);
	if (m) {
		log_warnings(&p);
		m = chosen(e, m);
	} else {
		print_all(&p);
		troubles_note_files(e, &p);
		m = read_stored(e);
		if (m)
			log_alarm("mechanism refused", "errors=%d folder=%s serving=%s", p.errors,
			    e->child->options->mechanism, m->revision);
	}
	problems_free(&p);
	return m;
}

struct mechanism *mechanism_to_serve(struct engine *e)
{
	struct mechanism *m = NULL;

	/* what cannot be recorded does not come into force */
	if (e->child->restarted || store_metrics(e->store).read_only)
		m = read_stored(e);
	return m ? m : read_files(e);
}

/* Every process reads the mechanism from the store: a copy that is not what it was must be put right. */
bool mechanism_is_stored(struct engine *e)
{
	struct mechanism *m;

	if (strcmp(store_revision(e->store), e->m->revision) != 0)
		return false;
	m = read_stored(e);
	mechanism_release(m);
	return m != NULL;
}
