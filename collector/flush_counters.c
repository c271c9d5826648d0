/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The counters are written only when all records that they are made of are on
 * the disk. So a process that was killed is followed by one that finds in the
 * journal whatever the file lacks, and nothing counts twice.
 */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>

#include "collector/flush_state.h"
#include "store/cumulative_file.h"
#include "util/err.h"
#include "util/log.h"

/* What cannot be read now and never will be stands beside the new one. */
static int move_aside(struct flush *f, int why)
{
	char from[PATH_MAX];
	char to[PATH_MAX];

	if (snprintf(from, sizeof(from), "%s/counters", f->state_dir) >=
		(int)sizeof(from) ||
	    snprintf(to, sizeof(to), "%s.damaged", from) >= (int)sizeof(to))
		return -ENAMETOOLONG;
	if (rename(from, to) < 0)
		return -errno;
	/* Summed anew from a journal of days they would seem to leap. */
	log_warning("flush: cannot read: %s: %s: it is %s now, and counters "
		    "begin anew",
		    from, err_str(why), to);
	return 0;
}

/* The file, and what the journal has behind it, instead of what is there. */
static int take_up(struct flush *f)
{
	struct cumulative read;
	int rc;

	cumulative_init(&read, CUMULATIVE_MAX);
	rc = cumulative_load(&read, f->state_dir);
	if (rc < 0)
		return rc;
	rc = cumulative_follow(&read, f->state_dir, JOURNAL_STEPS, SIZE_MAX);
	/* Of a journal that began anew all that comes is new. */
	if (rc < 0 && rc != -ESTALE) {
		cumulative_fini(&read);
		return rc;
	}
	cumulative_fini(&f->counters);
	f->counters = read;
	return 0;
}

/* Find out what becomes of the file; tried again as long as it is unread. */
static void look_at_file(struct flush *f)
{
	int rc = take_up(f);
	int before = f->counters_unread;

	f->counters_unread = 0;
	if (rc == 0 || rc == -ENOENT)
		return;
	if (rc == ERR_MALFORMED || rc == ERR_TRUNCATED)
		rc = move_aside(f, rc);
	f->counters_unread = rc;
	f->counters_foreign = rc == ERR_UNSUPPORTED || rc == ERR_RANGE;
	if (f->counters_foreign)
		log_error("flush: %s/counters: %s: it is left alone, and "
			  "counters are not stored",
			  f->state_dir, err_str(rc));
	else if (rc < 0 && rc != before)
		log_error("flush: cannot read: %s/counters: %s: tried again "
			  "before it is replaced",
			  f->state_dir, err_str(rc));
}

void flush_counters_open(struct flush *f)
{
	cumulative_init(&f->counters, CUMULATIVE_MAX);
	look_at_file(f);
}

void flush_counters_take(struct flush *f, const struct record_head *head)
{
	struct record_reader record;

	if (head->kind != RECORD_STEP || !text_ok(&f->record))
		return;
	if (record_open(&record,
			cursor_of(text_str(&f->record), f->record.len)) < 0 ||
	    cumulative_take(&f->counters, &record, head->seq) < 0)
		f->failed++;
	if (!head->odd_clock)
		cumulative_forget_gone(&f->counters);
	f->counters_due = true;
}

void flush_counters_store(struct flush *f)
{
	int rc;

	if (!f->counters_due || f->counters_foreign)
		return;
	/* The journal has on the disk what was counted meanwhile. */
	if (f->counters_unread)
		look_at_file(f);
	if (f->counters_unread)
		return;
	rc = cumulative_store(&f->counters, f->state_dir);
	if (rc == 0)
		f->counters_due = false;
	if (rc != f->counters_error && rc < 0)
		log_error("flush: cannot replace: %s/counters: %s",
			  f->state_dir, err_str(rc));
	else if (rc != f->counters_error)
		log_notice("flush: written again: %s/counters", f->state_dir);
	f->counters_error = rc;
}
