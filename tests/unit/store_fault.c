/*
 * store_fault.c - the disk fails: the nth write or sync of a run does, for every n until none is
 * left, once or from then on, with I/O errors, a full disk, half-written blocks. Whatever happens:
 * what was answered OK is there afterwards, nothing is there in part, the chain verifies, and the
 * store serves again once the cause is gone.
 *
 * The faults come from a SQLite VFS that stands before the real one; the store knows nothing of it.
 */
#include "store_fixture.h"

/* -- the VFS ---------------------------------------------------------------------------------- */

enum kind { FAIL_WRITE, FAIL_SYNC, FAIL_EITHER };
static struct {
	enum kind kind;
	int countdown; /* the nth from now; 0: none */
	int code;      /* what a write fails with; a sync always with IOERR_FSYNC */
	bool for_ever, half;
	int fired;
} fault;

struct file {
	sqlite3_file base;
	sqlite3_file *real;
};
#define REAL(f) (((struct file *)(f))->real)

static bool fails(enum kind kind)
{
	if (fault.kind != FAIL_EITHER && fault.kind != kind)
		return false;
	if (fault.countdown > 0 && --fault.countdown == 0) {
		fault.fired++;
		if (fault.for_ever)
			fault.countdown = 1;
		return true;
	}
	return false;
}

static int file_close(sqlite3_file *f)
{
	return REAL(f)->pMethods->xClose(REAL(f));
}
static int file_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return REAL(f)->pMethods->xRead(REAL(f), p, n, at);
}
static int file_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (fails(FAIL_WRITE)) {
		if (fault.half && REAL(f)->pMethods->xWrite(REAL(f), p, n / 2, at) != SQLITE_OK)
			return SQLITE_IOERR_WRITE;
		return fault.code;
	}
	return REAL(f)->pMethods->xWrite(REAL(f), p, n, at);
}
static int file_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	return fails(FAIL_WRITE) ? SQLITE_IOERR_TRUNCATE : REAL(f)->pMethods->xTruncate(REAL(f), n);
}
static int file_sync(sqlite3_file *f, int flags)
{
	return fails(FAIL_SYNC) ? SQLITE_IOERR_FSYNC : REAL(f)->pMethods->xSync(REAL(f), flags);
}
static int file_size(sqlite3_file *f, sqlite3_int64 *n)
{
	return REAL(f)->pMethods->xFileSize(REAL(f), n);
}
static int file_lock(sqlite3_file *f, int level)
{
	return REAL(f)->pMethods->xLock(REAL(f), level);
}
static int file_unlock(sqlite3_file *f, int level)
{
	return REAL(f)->pMethods->xUnlock(REAL(f), level);
}
static int file_reserved(sqlite3_file *f, int *out)
{
	return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}
static int file_control(sqlite3_file *f, int op, void *arg)
{
	return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}
static int file_sector(sqlite3_file *f)
{
	return REAL(f)->pMethods->xSectorSize(REAL(f));
}
static int file_device(sqlite3_file *f)
{
	return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}
static int file_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, out);
}
static int file_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return REAL(f)->pMethods->xShmLock(REAL(f), at, n, flags);
}
static void file_shm_barrier(sqlite3_file *f)
{
	REAL(f)->pMethods->xShmBarrier(REAL(f));
}
static int file_shm_unmap(sqlite3_file *f, int delete)
{
	return REAL(f)->pMethods->xShmUnmap(REAL(f), delete);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_device,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static sqlite3_vfs *real_vfs, faulty_vfs;

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct file *file = (struct file *)f;
	int rc;

	(void)vfs;
	file->real = (sqlite3_file *)(file + 1);
	file->real->pMethods = NULL;
	rc = real_vfs->xOpen(real_vfs, name, file->real, flags, out);
	file->base.pMethods = file->real->pMethods ? &methods : NULL;
	return rc;
}

static int put_before(void **state)
{
	(void)state;
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 0); /* thousands of syncs, none of them for the disk's sake */
	real_vfs = sqlite3_vfs_find(NULL);
	faulty_vfs = *real_vfs;
	faulty_vfs.zName = "faulty";
	faulty_vfs.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
	faulty_vfs.xOpen = vfs_open;
	return sqlite3_vfs_register(&faulty_vfs, 1) == SQLITE_OK ? 0 : -1;
}

/* -- a run and what must be true after it ----------------------------------------------------- */

#define SAVES 4
static const char *const numbers[SAVES] = {"B", "C", NULL, "D"}; /* NULL: an act on A */

struct run {
	enum store_status status[SAVES];
};

static enum store_status act_on(struct fixture *f, const char *number)
{
	struct store_want w = {.number = number};
	struct store_wants all = {.incidents = &w, .n_incidents = 1};
	struct decision *d;

	if (load_of(f, &all) != STORE_OK)
		return STORE_FAILED;
	d = new_decision(f, w.found, 500);
	w.found->dispatches[0].state = DISPATCH_COMPLETED;
	decision_event(d, f->a, EVENT_DISPATCH_COMPLETED, T0 + 1, &w.found->dispatches[0], STR("{}"));
	decision_text(d, f->a, "text", "已修复");
	return save_one(f, w.found, d);
}

/* Long texts, so that a save is many pages. */
static enum store_status report(struct fixture *f, const char *number)
{
	struct incident *inc = new_incident(f, number);
	char *text = arena_alloc(f->a, 12001);

	memset(text, 'x', 12000);
	inc->description = text;
	add_dispatch(f, inc, arena_printf(f->a, "unit-of-%s", number));
	add_dispatch(f, inc, "water");
	add_dispatch(f, inc, "power");
	return save_one(f, inc, report_decision(f, inc));
}

static void run(struct fixture *f, struct run *r)
{
	for (int i = 0; i < SAVES; i++)
		r->status[i] = numbers[i] ? report(f, numbers[i]) : act_on(f, "A");
	store_close(f->s);
	f->s = NULL;
}

/* All of it or none of it. */
static void whole_or_absent(struct fixture *f, const char *number, bool acknowledged)
{
	struct incident *inc = loaded(f, number);

	if (acknowledged)
		assert_non_null(inc);
	if (!inc)
		return;
	assert_int_equal(inc->n_dispatches, 3);
	assert_int_equal(strlen(inc->description), 12000);
	assert_string_equal(inc->dispatches[0].unit, arena_printf(f->a, "unit-of-%s", number));
	assert_true(inc->last_seq >= 4);
}

static void check_counts(struct fixture *f)
{
	struct store_metrics metrics = store_metrics(f->s);
	const char *file = arena_text(f->a, store_file(f->s));

	store_close(f->s);
	f->s = NULL;
	assert_int_equal(metrics.incidents, outside_number(file, "SELECT count(*) FROM incident"));
	assert_int_equal(metrics.open_dispatches,
	    outside_number(file, "SELECT count(*) FROM dispatch WHERE state NOT IN (4, 6)"));
	assert_int_equal(outside_number(file,
			     "SELECT count(*) FROM pragma_integrity_check "
			     "WHERE integrity_check <> 'ok'"),
	    0);
}

static void check_after(struct fixture *f, const struct run *r)
{
	struct audit_result out;
	bool failed = false;

	for (int i = 0; i < SAVES; i++)
		failed = failed || r->status[i] == STORE_FAILED;
	open_store(f); /* salvages by itself where the last one failed */
	if (failed)
		assert_string_equal(store_file(f->s), arena_printf(f->a, "%s.1", f->path));
	for (int i = 0; i < SAVES; i++)
		if (numbers[i])
			whole_or_absent(f, numbers[i], r->status[i] == STORE_OK);
	if (r->status[2] == STORE_OK)
		assert_int_equal(loaded(f, "A")->dispatches[0].state, DISPATCH_COMPLETED);
	if (verified(f, &out) != 0)
		fail_msg("%s", f->why);
	assert_int_equal(out.seq, store_head(f->s).seq);
	assert_int_equal(report(f, "afterwards"), STORE_OK);
	check_counts(f);
}

/* One store, one fault at n. False once n is beyond the run's last operation. */
static bool one_round(int n, enum kind kind, int code, bool for_ever, bool half, struct run *r)
{
	void *state;
	struct fixture *f;
	bool fired;

	fixture_up(&state);
	f = state;
	open_store(f);
	saved_incident(f, "A");
	memset(&fault, 0, sizeof fault);
	fault.kind = kind;
	fault.code = code;
	fault.for_ever = for_ever;
	fault.half = half;
	fault.countdown = n;
	run(f, r);
	fired = fault.fired > 0;
	memset(&fault, 0, sizeof fault);
	check_after(f, r);
	fixture_down(&state);
	return fired;
}

/* Sweeps n; hands each run's statuses to the judge. */
static int sweep(enum kind kind, int code, bool for_ever, bool half, void (*judge)(const struct run *r))
{
	struct run r;
	int n = 1;

	for (; one_round(n, kind, code, for_ever, half, &r); n++)
		judge(&r);
	for (int i = 0; i < SAVES; i++)
		assert_int_equal(r.status[i], STORE_OK); /* the run without a fault */
	assert_true(n > 5);
	return n - 1;
}

/* After an I/O error nothing more is taken by this engine. */
static void fails_for_good(const struct run *r)
{
	bool failed = false;

	for (int i = 0; i < SAVES; i++) {
		if (failed || r->status[i] != STORE_OK)
			assert_int_equal(r->status[i], STORE_FAILED);
		failed = r->status[i] == STORE_FAILED;
	}
}

static int refused_full, refused_unknown;

/* Once: one save is refused, the others are taken. What grows is told FULL. */
static void full_once(const struct run *r)
{
	int refused = 0;

	for (int i = 0; i < SAVES; i++) {
		if (r->status[i] == STORE_OK)
			continue;
		refused++;
		assert_int_equal(r->status[i], numbers[i] ? STORE_FULL : STORE_UNKNOWN);
		refused_full += numbers[i] != NULL;
		refused_unknown += numbers[i] == NULL;
	}
	assert_in_range(refused, 0, SAVES); /* growth stays refused until the disk is looked at again */
}

static void full_for_ever(const struct run *r)
{
	bool full = false;

	for (int i = 0; i < SAVES; i++) {
		if (full)
			assert_int_not_equal(r->status[i], STORE_OK);
		assert_int_not_equal(r->status[i], STORE_FAILED);
		full = full || r->status[i] != STORE_OK;
	}
}

static void writes_fail(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		sweep(FAIL_WRITE, SQLITE_IOERR_WRITE, i & 1, i & 2, fails_for_good);
}

static void syncs_fail(void **state)
{
	(void)state;
	sweep(FAIL_SYNC, 0, false, false, fails_for_good);
	sweep(FAIL_SYNC, 0, true, false, fails_for_good);
}

/* A truncation that fails is an I/O error even where the disk is full, so that is left out. */
static void disk_is_full(void **state)
{
	(void)state;
	refused_full = refused_unknown = 0;
	sweep(FAIL_WRITE, SQLITE_FULL, false, false, full_once);
	sweep(FAIL_WRITE, SQLITE_FULL, false, true, full_once);
	assert_true(refused_full > 0 && refused_unknown > 0);
	sweep(FAIL_WRITE, SQLITE_FULL, true, false, full_for_ever);
}

/* Opening, too: it is refused with a sentence or done, and what was there stays. */
static void opening_fails(void **state)
{
	static const int codes[] = {SQLITE_IOERR_WRITE, SQLITE_FULL};
	enum store_refusal refusal;

	(void)state;
	for (int c = 0; c < 2; c++) {
		bool fired = true;

		for (int n = 1; fired; n++) {
			struct fixture *f;
			void *inner;

			fixture_up(&inner);
			f = inner;
			if (n % 2) {
				open_store(f);
				assert_int_equal(report(f, "B"), STORE_OK);
				store_close(f->s);
			}
			memset(&fault, 0, sizeof fault);
			fault.kind = FAIL_EITHER;
			fault.code = codes[c];
			fault.countdown = (n + 1) / 2;
			f->s = try_open(f, (struct store_options){0}, &refusal);
			fired = fault.fired > 0 || n % 2;
			memset(&fault, 0, sizeof fault);
			if (!f->s)
				assert_true(refusal == STORE_UNREADABLE && f->why[0]);
			store_close(f->s);
			open_store(f);
			if (n % 2)
				whole_or_absent(f, "B", true);
			assert_int_equal(report(f, "afterwards"), STORE_OK);
			fixture_down(&inner);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes_fail),
	    cmocka_unit_test(syncs_fail),
	    cmocka_unit_test(disk_is_full),
	    cmocka_unit_test(opening_fails),
	};

	return cmocka_run_group_tests(tests, put_before, NULL);
}
