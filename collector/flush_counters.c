/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The counters are written only when all records that they are made of are on
 * the disk. So a process that was killed is followed by one that finds in the
 * journal whatever the file lacks, and nothing counts twice.
 */
#include <errno.h>
#include <stdint.h>

#include "collector/flush_state.h"
#include "store/cumulative_file.h"
#include "util/err.h"
#include "util/log.h"

void flush_counters_open(struct flush *f)
{
	int rc;

	cumulative_init(&f->counters, CUMULATIVE_MAX);
	rc = cumulative_load(&f->counters, f->state_dir);
	/* Summed anew from a journal of days they would seem to leap. */
	if (rc < 0 && rc != -ENOENT)
		log_warning("flush: cannot read: %s/counters: %s: they begin "
			    "anew",
			    f->state_dir, err_str(rc));
	if (rc < 0)
		return;
	rc = cumulative_follow(&f->counters, f->state_dir, JOURNAL_STEPS, SIZE_MAX);
	/* Of a journal that began anew all that comes is new. */
	if (rc < 0 && rc != -ESTALE)
		log_warning("flush: the counters lack some of the journal: %s",
			    err_str(rc));
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

	if (!f->counters_due)
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
