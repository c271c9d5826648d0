/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "collector/clock.h"
#include "collector/flush_state.h"
#include "util/err.h"
#include "util/log.h"

/* What an earlier process had journaled of an agent. */
static void take_up_agent(struct flush *f, const struct record_entry *entry)
{
	uint32_t track = track_set_find(&f->sums.set, &entry->series);
	struct record_agent *sum;

	if (track == TRACK_NONE || sums_note(&f->sums, track) < 0) {
		f->failed++;
		return;
	}
	sum = &f->sums.set.tracks[track].agent;
	sum->datagrams += entry->agent.datagrams;
	sum->lost += entry->agent.lost;
	sum->samples += entry->agent.samples;
	sum->drops += entry->agent.drops;
}

static void take_up_entry(struct flush *f, const struct record_entry *entry,
			  bool pairs)
{
	if (entry->series.kind == SERIES_AGENT)
		take_up_agent(f, entry);
	else if (pairs ? entry->series.kind == SERIES_PAIR
		       : entry->series.kind != SERIES_PORT)
		sums_add(&f->sums, &entry->series, &entry->traffic);
}

/* A part of a step that an earlier process did not close. */
static void take_up_part(struct flush *f, struct record_reader *r)
{
	const struct record_head *head = &r->head;
	bool pairs = head->kind == RECORD_PAIR_PART;
	struct record_entry entry;
	int rc;

	if (pairs) {
		flush_open_pairs(f, head->start_s / SERIES_PAIR_STEP_S,
				 head->from_us);
		f->pairs.to_us = head->to_us;
		f->pairs.odd_clock = f->pairs.odd_clock || head->odd_clock;
		f->pairs.unconfirmed = f->pairs.odd_clock;
		if (f->pairs.first_part == 0)
			f->pairs.first_part = head->seq;
	} else {
		flush_open_step(f, head->start_s, head->from_us);
		if (f->step.first_part == 0)
			f->step.first_part = head->seq;
		f->step.mixed = true;
		f->step.odd_clock = f->step.odd_clock || head->odd_clock;
		f->step.unconfirmed = f->step.odd_clock;
		f->step.restored_us += head->covered_us;
		f->step.to_us = head->to_us;
		f->step.part_from_us = head->to_us;
	}
	while ((rc = record_next(r, &entry)) == 1)
		take_up_entry(f, &entry, pairs);
	if (rc < 0)
		log_error("flush: a part of the journal cannot be read: %s",
			  err_str(rc));
	sums_join(&f->sums);
}

/* Keep the last of them for the port table. */
static void keep_ports(struct flush *f, const struct record_reader *record)
{
	text_clear(&f->ports_bytes);
	text_add_bytes(&f->ports_bytes, record->at.at, record->at.left);
	f->ports = *record;
	f->ports.at = cursor_of(text_str(&f->ports_bytes), f->ports_bytes.len);
}

/* Go on where an earlier process ended. */
int flush_take_up(struct flush *f)
{
	struct journal_reader *reader;
	struct record_reader record;
	uint64_t parts = 0;
	int rc = journal_read_parts(&reader, f->state_dir);

	if (rc < 0)
		return rc == -ENOENT ? 0 : rc;
	while ((rc = journal_read_next(reader, &record)) == 1) {
		if (record.head.kind == RECORD_PORTS) {
			keep_ports(f, &record);
			continue;
		}
		take_up_part(f, &record);
		parts++;
	}
	if (journal_read_damaged(reader) > 0) {
		log_error("flush: a part of what was open is lost: %s",
			  journal_read_problem(reader));
		f->failed += journal_read_damaged(reader);
	}
	journal_read_close(reader);
	if (parts > 0)
		log_notice("flush: taken up from the journal: %llu parts of "
			   "steps that were open",
			   (unsigned long long)parts);
	return rc;
}
