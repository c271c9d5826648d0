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
	bool look_due;		  /* it could not be planned yet */
	enum mending_reach reach; /* of that look */
	int64_t began_s;
	int64_t retry_s;     /* not before */
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

/* Plan to look at all files; if that fails, again later. */
static int plan_look(struct upkeep *u)
{
	int rc = mending_plan(u->mending, u->reach);

	if (rc < 0) {
		log_error("upkeep: files cannot be compared with the journal "
			  "now: %s",
			  err_str(rc));
		return rc;
	}
	u->look_due = false;
	u->work = WORK_FIRST_LOOK;
	return 0;
}

/* Look at all files, and write none before that is done: behind a new row
 * there is no mending what lacks before it. */
static void look(struct upkeep *u, enum mending_reach reach)
{
	u->reach = reach;
	u->look_due = true;
	view_block(u->view, true);
	if (plan_look(u) < 0)
		u->failed++;
}

void upkeep_look_again(struct upkeep *u)
{
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
	if (ended_well && !u->look_due && u->work != WORK_FIRST_LOOK)
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

/* Plan the next work, if any is due. */
static void plan(struct upkeep *u, int64_t now_s)
{
	int rc = 0;

	if (now_s < u->retry_s)
		return;
	if (u->look_due) {
		rc = plan_look(u);
	} else if (view_counters(u->view).files_behind > 0) {
		rc = mending_plan_behind(u->mending);
		u->work = WORK_BEHIND;
	} else if (copies_due(u, 0, now_s)) {
		rc = mending_plan_copies(u->mending, false);
		u->copied_s[0] = now_s;
		u->work = WORK_COPIES;
	} else if (copies_due(u, 1, now_s)) {
		rc = mending_plan_copies(u->mending, true);
		u->copied_s[1] = now_s;
		u->work = WORK_PAIRS;
	}
	if (rc < 0) {
		u->failed++;
		u->work = WORK_NONE;
		u->retry_s = now_s + RETRY_S;
	}
}

static void finish_work(struct upkeep *u, int64_t now_s)
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
	/* What could not be mended is not tried again at once. */
	if (u->work == WORK_BEHIND)
		u->retry_s = now_s + RETRY_S;
	u->work = WORK_NONE;
}

static bool do_work(struct upkeep *u, int64_t now_s)
{
	bool copies = u->work == WORK_COPIES || u->work == WORK_PAIRS;
	int rc = mending_some(u->mending, now_s,
			      copies ? COPIES_AT_ONCE : FILES_AT_ONCE);

	if (rc == 1)
		return true;
	if (rc < 0) {
		log_error("upkeep: the journal cannot be read: %s",
			  err_str(rc));
		u->failed++;
		u->retry_s = now_s + RETRY_S;
		if (u->work == WORK_FIRST_LOOK)
			return false;
	}
	finish_work(u, now_s);
	return rc == 0;
}

static bool close_days(struct upkeep *u, const struct upkeep_moment *moment)
{
	int64_t stored_to_s = moment->stored_to_s - DAY_CLOSES_AFTER_S;
	int rc;

	if (stored_to_s <= 0 || view_counters(u->view).files_behind > 0 ||
	    moment->now_s < u->retry_s)
		return false;
	rc = day_close_until(u->days, stored_to_s);
	if (rc == 0)
		rc = day_close_some(u->days, SERIES_AT_ONCE);
	if (rc < 0) {
		u->failed++;
		u->retry_s = moment->now_s + RETRY_S;
	}
	return rc == 1;
}

bool upkeep_some(struct upkeep *u, const struct upkeep_moment *moment)
{
	if (moment->now_s == 0 || !moment->journal_synced)
		return false;
	if (u->began_s == 0)
		u->began_s = moment->now_s;
	if (u->work == WORK_NONE)
		plan(u, moment->now_s);
	if (u->work == WORK_FIRST_LOOK && moment->now_s < u->retry_s)
		return false;
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
	};
}
