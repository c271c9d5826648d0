/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/upkeep.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/rrd_copy.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"
#include "util/number.h"

enum {
	FILES_AT_ONCE = 32,
	COPIES_AT_ONCE = 1,
	SERIES_AT_ONCE = 16, /* of a day's book */
	RETRY_S = 30,
	DAY_S = 86400,
	WEEK_S = 7 * DAY_S,
	/* The first copies are made when there is something to copy. */
	FIRST_COPIES_AFTER_S = 3600,
	/* Ports' rows come two of their intervals late, and then some. */
	DAY_CLOSES_AFTER_S = 600,
	/* A book waits so long for rows that their files do not take. */
	BOOK_WAITS_S = DAY_S,
	BOOT_ID_MAX = 64,
	STAMP_MAX = 32,
};

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

enum work { WORK_NONE, WORK_FIRST_LOOK, WORK_BEHIND, WORK_COPIES, WORK_PAIRS };

struct upkeep {
	char *state_dir;
	struct view *view;
	struct mending *mending;
	struct day_close *days;
	enum work work;
	bool planned;		  /* the first look is */
	enum mending_reach reach; /* of the first look */
	int error;		  /* why that cannot be done; 0 */
	int64_t began_s;
	int64_t retry_s;     /* nothing before, after a failure */
	int64_t behind_s;    /* no file that is behind before */
	int64_t lacking_s;   /* since then files lack rows; 0: they do not */
	int64_t copied_s[2]; /* when copying began last: all else, pairs; 0 */
	uint64_t failed;
};

static int path_of(const struct upkeep *u, char path[PATH_MAX],
		   const char *name)
{
	return snprintf(path, PATH_MAX, "%s/%s", u->state_dir, name) >= PATH_MAX
		   ? -ENAMETOOLONG
		   : 0;
}

/* ---- how the last process ended ---- */

/* A process that is running says under which boot of the machine. */
static enum mending_reach last_end(const struct upkeep *u)
{
	enum mending_reach reach = MENDING_TAIL;
	char path[PATH_MAX];
	struct text boot;
	struct text then;

	text_init(&boot);
	text_init(&then);
	if (path_of(u, path, "running") == 0 && access(path, F_OK) == 0) {
		if (file_read(path, BOOT_ID_MAX, &then) < 0 ||
		    file_read(BOOT_ID, BOOT_ID_MAX, &boot) < 0 ||
		    strcmp(text_str(&boot), text_str(&then)) != 0)
			reach = MENDING_DAY;
		log_notice(
		    "upkeep: the %s: files are compared with the journal",
		    reach == MENDING_DAY
			? "machine went down with the collector"
			: "collector was killed");
	}
	text_fini(&then);
	text_fini(&boot);
	return reach;
}

static void mark_running(const struct upkeep *u)
{
	char path[PATH_MAX];
	struct text boot;

	text_init(&boot);
	if (path_of(u, path, "running") < 0 ||
	    file_read(BOOT_ID, BOOT_ID_MAX, &boot) < 0 ||
	    file_replace(path, text_str(&boot), boot.len) < 0)
		log_warning("upkeep: cannot note that the collector runs: %s",
			    path);
	text_fini(&boot);
}

static void mark_ended(const struct upkeep *u)
{
	char path[PATH_MAX];

	if (path_of(u, path, "running") == 0)
		(void)unlink(path);
}

/* ---- when copies were made ---- */

static const char *const stamps[2] = { "copies/made", "copies/made-pairs" };

static int64_t read_stamp(const struct upkeep *u, int which)
{
	char path[PATH_MAX];
	struct text stamp;
	uint64_t at = 0;

	text_init(&stamp);
	if (path_of(u, path, stamps[which]) < 0 ||
	    file_read(path, STAMP_MAX, &stamp) < 0 ||
	    number_u64(text_str(&stamp), stamp.len, INT64_MAX, &at) < 0)
		at = 0;
	text_fini(&stamp);
	return (int64_t)at;
}

static void write_stamp(struct upkeep *u, int which)
{
	char path[PATH_MAX];
	struct text stamp;

	text_init(&stamp);
	text_add_u64(&stamp, (uint64_t)u->copied_s[which]);
	if (path_of(u, path, "copies") < 0 || file_make_directories(path) < 0 ||
	    path_of(u, path, stamps[which]) < 0 ||
	    file_replace(path, text_str(&stamp), stamp.len) < 0)
		u->failed++;
	text_fini(&stamp);
}

/* ---- the whole ---- */

/* Look at all files, and write none before that is done. */
static void look(struct upkeep *u, enum mending_reach reach)
{
	u->work = WORK_FIRST_LOOK;
	u->planned = false;
	u->reach = reach;
	view_block(u->view, true);
}

void upkeep_look_again(struct upkeep *u)
{
	/* Copies that this interrupts are due again. */
	for (int i = 0; i < 2; i++)
		u->copied_s[i] = read_stamp(u, i);
	look(u, MENDING_TAIL);
}

static void sweep(struct upkeep *u)
{
	struct rrd_sweep swept = { 0 };

	/* Copies of series without a file stay: they may be to be mended. */
	if (rrd_copy_sweep(u->state_dir, 0, &swept) < 0 || swept.failed > 0)
		u->failed++;
}

int upkeep_new(struct upkeep **out, const char *state_dir, const char *zone,
	       struct track_set *set, struct view *view)
{
	struct upkeep *u = calloc(1, sizeof(*u));
	int rc = -ENOMEM;

	if (!u)
		return rc;
	u->view = view;
	u->state_dir = strdup(state_dir);
	if (u->state_dir)
		rc = mending_new(&u->mending, state_dir, set, view);
	if (rc == 0)
		rc = day_close_new(&u->days, state_dir, zone);
	if (rc < 0) {
		upkeep_free(u, false);
		return rc;
	}
	sweep(u);
	for (int i = 0; i < 2; i++)
		u->copied_s[i] = read_stamp(u, i);
	look(u, last_end(u));
	mark_running(u);
	*out = u;
	return 0;
}

void upkeep_free(struct upkeep *u, bool ended_well)
{
	if (!u)
		return;
	if (ended_well && u->work != WORK_FIRST_LOOK)
		mark_ended(u);
	mending_free(u->mending);
	day_close_free(u->days);
	free(u->state_dir);
	free(u);
}

static bool copies_due(const struct upkeep *u, int which, int64_t now_s)
{
	int64_t every_s = which ? WEEK_S : DAY_S;

	if (u->copied_s[which] == 0)
		return now_s - u->began_s >= FIRST_COPIES_AFTER_S;
	/* A clock that was ahead must not put copies off for long. */
	return now_s - u->copied_s[which] >= every_s ||
	       u->copied_s[which] > now_s + DAY_S;
}

/* Copies may be due although a file is behind: it may be for long. */
static int plan_copies(struct upkeep *u, int64_t now_s)
{
	int which = copies_due(u, 0, now_s) ? 0 : 1;
	int rc;

	if (!copies_due(u, which, now_s))
		return 0;
	rc = mending_plan_copies(u->mending, which == 1);
	if (rc < 0)
		return rc;
	u->copied_s[which] = now_s;
	u->work = which ? WORK_PAIRS : WORK_COPIES;
	return 0;
}

static int plan_behind(struct upkeep *u, int64_t now_s)
{
	/* What cannot be mended is not tried again at once. */
	u->behind_s = now_s + RETRY_S;
	u->work = WORK_BEHIND;
	return mending_plan_behind(u->mending);
}

/* Plan the next work, if any is due. @return 0 or -errno */
static int plan(struct upkeep *u, const struct upkeep_moment *moment)
{
	int64_t now_s = moment->now_s;

	if (u->work == WORK_FIRST_LOOK)
		return u->planned ? 0
				  : mending_plan(u->mending, u->reach, now_s);
	if (u->work != WORK_NONE)
		return 0;
	if (view_counters(u->view).files_behind > 0 && now_s >= u->behind_s)
		return plan_behind(u, now_s);
	/* If the clock is wrong the copies have what librrd took out of the
	 * files. */
	return moment->clock_leapt ? 0 : plan_copies(u, now_s);
}

static void finish_work(struct upkeep *u)
{
	switch (u->work) {
	case WORK_FIRST_LOOK:
		view_block(u->view, false);
		break;
	case WORK_COPIES:
		write_stamp(u, 0);
		break;
	case WORK_PAIRS:
		write_stamp(u, 1);
		break;
	case WORK_BEHIND:
	case WORK_NONE:
		break;
	}
	u->work = WORK_NONE;
}

/* The first look is tried until it can be done; all else is planned anew. */
static void put_off(struct upkeep *u, int64_t now_s, int rc)
{
	u->failed++;
	u->retry_s = now_s + RETRY_S;
	if (u->work != WORK_FIRST_LOOK) {
		log_error("upkeep: the files cannot be looked after now: %s",
			  err_str(rc));
		u->work = WORK_NONE;
		return;
	}
	if (u->error == 0)
		log_error("upkeep: files cannot be compared with the journal "
			  "now, and none is written before that: %s",
			  err_str(rc));
	u->error = rc;
	u->planned = false;
}

static bool do_work(struct upkeep *u, int64_t now_s)
{
	bool copies = u->work == WORK_COPIES || u->work == WORK_PAIRS;
	int rc = mending_some(u->mending, now_s,
			      copies ? COPIES_AT_ONCE : FILES_AT_ONCE);

	if (rc < 0) {
		put_off(u, now_s, rc);
		return false;
	}
	u->error = 0;
	if (rc == 0)
		finish_work(u);
	return true;
}

/* A book is made of the files: they must have all rows, but a file that does
 * not take any keeps it for so long only. */
static bool may_close_days(struct upkeep *u, const struct upkeep_moment *moment)
{
	if (moment->all_stored && view_counters(u->view).files_behind == 0) {
		u->lacking_s = 0;
		return true;
	}
	if (u->lacking_s == 0 || u->lacking_s > moment->now_s)
		u->lacking_s = moment->now_s;
	return moment->now_s - u->lacking_s >= BOOK_WAITS_S;
}

static bool close_days(struct upkeep *u, const struct upkeep_moment *moment)
{
	int rc;

	if (!may_close_days(u, moment))
		return false;
	rc = day_close_until(u->days, moment->now_s - DAY_CLOSES_AFTER_S);
	if (rc == 0)
		rc = day_close_some(u->days, SERIES_AT_ONCE);
	if (rc < 0) {
		u->failed++;
		u->retry_s = moment->now_s + RETRY_S;
	}
	return rc == 1;
}

/* A clock that was ahead must not put anything off until it is as late. */
static void forget_future(struct upkeep *u, int64_t now_s)
{
	if (u->retry_s > now_s + RETRY_S)
		u->retry_s = 0;
	if (u->behind_s > now_s + RETRY_S)
		u->behind_s = 0;
	if (u->began_s == 0 || u->began_s > now_s)
		u->began_s = now_s;
}

bool upkeep_some(struct upkeep *u, const struct upkeep_moment *moment)
{
	int rc;

	if (moment->now_s <= DAY_CLOSES_AFTER_S || !moment->journal_synced)
		return false;
	mending_age_out(u->mending, moment->clock_synced);
	forget_future(u, moment->now_s);
	if (moment->now_s < u->retry_s)
		return false;
	rc = plan(u, moment);
	if (rc < 0) {
		put_off(u, moment->now_s, rc);
		return false;
	}
	u->planned = true;
	if (u->work != WORK_NONE)
		return do_work(u, moment->now_s);
	return close_days(u, moment);
}

struct upkeep_counters upkeep_counters(const struct upkeep *u)
{
	return (struct upkeep_counters){
		.mending = mending_counters(u->mending),
		.days = day_close_counters(u->days),
		.failed = u->failed,
		.error = u->error,
	};
}
