/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the collector counted since it started. Each key of the status file that
 * is known here is a family of its own; what a later collector adds is not.
 */
#include "web/metrics_parts.h"

#include <math.h>
#include <string.h>

#define COUNTER EXPOSITION_COUNTER
#define GAUGE	EXPOSITION_GAUGE
#define IN	"lanterne_input_"
#define STORE	"lanterne_store_"
#define JOURNAL "lanterne_journal_"
#define IXP	"lanterne_ixp_manager_"

static const struct metrics_told input[] = {
	{ "datagrams",
	  { IN "datagrams", COUNTER, NULL, "UDP payloads that came in." } },
	{ "accepted",
	  { IN "accepted_datagrams", COUNTER, NULL,
	    "Datagrams that were used." } },
	{ "malformed",
	  { IN "malformed_datagrams", COUNTER, NULL,
	    "Datagrams with a fault; samples before it count." } },
	{ "unsupported_version",
	  { IN "unsupported_datagrams", COUNTER, NULL,
	    "Datagrams of another sFlow version." } },
	{ "foreign",
	  { IN "foreign_datagrams", COUNTER, NULL,
	    "Datagrams of addresses or agents that no switch names." } },
	{ "duplicates",
	  { IN "duplicate_datagrams", COUNTER, NULL,
	    "Datagrams that had come before." } },
	{ "waited",
	  { IN "waited_datagrams", COUNTER, NULL,
	    "Datagrams that waited while the collector stood still, and were "
	    "not used." } },
	{ "lost_datagrams",
	  { IN "lost_datagrams", COUNTER, NULL,
	    "Datagrams that never came, by gaps in their numbers." } },
	{ "late",
	  { IN "late_datagrams", COUNTER, NULL,
	    "Datagrams out of sequence; they were used." } },
	{ "socket_drops",
	  { IN "socket_drops", COUNTER, NULL,
	    "Datagrams that the kernel dropped, of all sources." } },
	{ "flow_samples",
	  { IN "flow_samples", COUNTER, NULL,
	    "Flow samples that were read." } },
	{ "counter_samples",
	  { IN "interface_samples", COUNTER, NULL,
	    "Counter samples that were read." } },
	{ "discarded_packets",
	  { IN "discarded_packet_samples", COUNTER, NULL,
	    "Discarded-packet samples that were read." } },
	{ "mirrored_packets",
	  { IN "mirrored_packets", COUNTER, NULL,
	    "Packets that came in from mirrors." } },
	{ "frames",
	  { IN "frames", COUNTER, NULL, "Mirrored frames that were read." } },
	{ "ring_drops",
	  { IN "ring_drops", COUNTER, NULL,
	    "Mirrored frames that the kernel dropped, of all interfaces." } },
	{ "frames_lost",
	  { IN "lost_frames", COUNTER, NULL,
	    "Mirrored frames that never came, by gaps in ERSPAN's numbers." } },
	{ "frames_merged",
	  { IN "merged_frames", COUNTER, NULL,
	    "Mirrored frames that this machine made of several." } },
	{ "frames_waited",
	  { IN "waited_frames", COUNTER, NULL,
	    "Mirrored frames that waited while the collector stood still, and "
	    "were not used." } },
	{ "frame_lengths_unknown",
	  { IN "cut_frames", COUNTER, NULL,
	    "Mirrored frames that the switch cut, of unknown length." } },
	{ "erspan_no_frame",
	  { IN "erspan_marker_packets", COUNTER, NULL,
	    "ERSPAN packets that carry no Ethernet frame." } },
	{ "erspan_unknown",
	  { IN "erspan_unknown_packets", COUNTER, NULL,
	    "ERSPAN packets of a version that is not known." } },
	{ "erspan_malformed",
	  { IN "erspan_malformed_packets", COUNTER, NULL,
	    "ERSPAN packets that end before the frame." } },
	{ "erspan_fragments",
	  { IN "erspan_fragments", COUNTER, NULL,
	    "Fragments of GRE packets, which are refused." } },
	{ "erspan_foreign",
	  { IN "erspan_foreign_packets", COUNTER, NULL,
	    "GRE packets of addresses that no switch names." } },
	{ "gre_other",
	  { IN "gre_other_packets", COUNTER, NULL,
	    "GRE packets without ERSPAN." } },
	{ "ports_refused",
	  { IN "refused_port_samples", COUNTER, NULL,
	    "Samples of ports for which there was no room." } },
	{ "counter_restarts",
	  { IN "port_restarts", COUNTER, NULL,
	    "Times that a port's counters began anew." } },
	{ "counter_repeats",
	  { IN "odd_interface_samples", COUNTER, NULL,
	    "Counter samples that cannot be right, and were not used." } },
};

static const struct metrics_told store[] = {
	{ "steps_written",
	  { STORE "steps", COUNTER, NULL, "Steps that were closed." } },
	{ "steps_lost",
	  { STORE "lost_steps", COUNTER, NULL,
	    "Steps and parts for which the writer had no room." } },
	{ "steps_queued",
	  { STORE "queued_steps", GAUGE, NULL,
	    "Steps and parts that wait for the writer." } },
	{ "rows_written",
	  { STORE "rows", COUNTER, NULL, "Rows written to RRD files." } },
	{ "rows_failed",
	  { STORE "failed_rows", COUNTER, NULL,
	    "Rows that had neither memory nor journal." } },
	{ "rows_old",
	  { STORE "old_rows", COUNTER, NULL,
	    "Rows of times that their files cover already." } },
	{ "rows_held",
	  { STORE "held_rows", GAUGE, NULL,
	    "Rows that wait for their files." } },
	{ "rows_odd",
	  { STORE "odd_rows", COUNTER, NULL,
	    "Rows that were dropped for a clock that was wrong." } },
	{ "files_behind",
	  { STORE "behind_files", GAUGE, NULL,
	    "Files that are to be made again from the journal." } },
	{ "files_looked_at",
	  { STORE "compared_files", COUNTER, NULL,
	    "Files that were compared with the journal." } },
	{ "files_mended",
	  { STORE "mended_files", COUNTER, NULL,
	    "Files that were made anew." } },
	{ "mendings_failed",
	  { STORE "failed_mendings", COUNTER, NULL,
	    "Files that could not be made anew." } },
	{ "files_copied",
	  { STORE "copied_files", COUNTER, NULL,
	    "Verified copies that were made." } },
	{ "pairs_aged_out",
	  { STORE "aged_pairs", COUNTER, NULL,
	    "Pairs whose files were removed, idle for longer than they "
	    "tell." } },
	{ "day_books",
	  { STORE "day_books", COUNTER, NULL, "Day books that were stored." } },
	{ "cells_failed",
	  { STORE "failed_cells", COUNTER, NULL,
	    "What found no memory on its way to the store." } },
	{ "pairs_left_out",
	  { STORE "left_out_pair_cells", COUNTER, NULL,
	    "Cells of pairs beyond what is held." } },
	{ "files_failed",
	  { STORE "failed_small_files", COUNTER, NULL,
	    "Small files, the status among them, that could not be "
	    "replaced." } },
};

static const struct metrics_told journal[] = {
	{ "records",
	  { JOURNAL "records", COUNTER, NULL, "Records appended." } },
	{ "synced",
	  { JOURNAL "synced_records", COUNTER, NULL,
	    "Records that are on the disk." } },
	{ "waiting",
	  { JOURNAL "waiting_records", GAUGE, NULL,
	    "Records that wait for the disk." } },
	{ "waiting_bytes",
	  { JOURNAL "waiting_bytes", GAUGE, "bytes",
	    "Bytes of the records that wait." } },
	{ "lost",
	  { JOURNAL "lost_records", COUNTER, NULL,
	    "Records that are lost for want of room." } },
	{ "syncs_failed",
	  { JOURNAL "failed_syncs", COUNTER, NULL,
	    "Times that the disk did not take what there was." } },
	{ "bytes",
	  { JOURNAL "bytes", GAUGE, "bytes", "Bytes of all its files." } },
};

static const struct metrics_told ixp[] = {
	{ "windows",
	  { IXP "windows", COUNTER, NULL, "Windows closed with rows." } },
	{ "windows_unknown",
	  { IXP "unknown_windows", COUNTER, NULL,
	    "Windows closed without rows." } },
	{ "windows_dropped",
	  { IXP "dropped_windows", COUNTER, NULL,
	    "Windows dropped for a clock that was wrong." } },
	{ "rows_written",
	  { IXP "rows", COUNTER, NULL,
	    "Rows written to IXP Manager's tree." } },
	{ "rows_old",
	  { IXP "old_rows", COUNTER, NULL,
	    "Rows of times that the files cover." } },
	{ "rows_failed",
	  { IXP "failed_rows", COUNTER, NULL, "Rows that were given up." } },
	{ "files_behind",
	  { IXP "behind_files", GAUGE, NULL,
	    "Files that lack rows which still wait." } },
	{ "pairs",
	  { IXP "pairs", GAUGE, NULL, "Ordered pairs that get rows." } },
	{ "pairs_aged",
	  { IXP "aged_pairs", COUNTER, NULL, "Pairs that became silent." } },
	{ "samples_refused",
	  { IXP "refused_samples", COUNTER, NULL,
	    "Samples in no pair because there were pairs_max." } },
	{ "samples_without_id",
	  { IXP "samples_without_id", COUNTER, NULL,
	    "Samples between members of which one has no id." } },
	{ "interfaces_without_id",
	  { IXP "interfaces_without_id", GAUGE, NULL,
	    "VLAN interfaces that have no id." } },
};

static const struct metrics_told process[] = {
	{ "cpu_s",
	  { "lanterne_collector_cpu_seconds", COUNTER, "seconds",
	    "Processor time of the collector." } },
	{ "resident_bytes",
	  { "lanterne_collector_resident_memory_bytes", GAUGE, "bytes",
	    "Resident memory of the collector." } },
	{ "virtual_bytes",
	  { "lanterne_collector_virtual_memory_bytes", GAUGE, "bytes",
	    "Virtual memory of the collector." } },
	{ "open_fds",
	  { "lanterne_collector_open_fds", GAUGE, NULL,
	    "Descriptors that the collector has open." } },
	{ "max_fds",
	  { "lanterne_collector_max_fds", GAUGE, NULL,
	    "Descriptors that it may have." } },
};

double metrics_count_of(const struct status_counts *counts, const char *key)
{
	for (size_t i = 0; i < counts->count; i++) {
		if (strcmp(counts->items[i].name, key) == 0)
			return counts->items[i].value;
	}
	return (double)NAN;
}

void metrics_add_told(struct exposition *e, const struct status_counts *counts,
		      const struct metrics_told *table, size_t count,
		      double since_s)
{
	for (size_t i = 0; i < count; i++)
		exposition_one(e, &table[i].family,
			       metrics_count_of(counts, table[i].key), since_s);
}

enum { NAMES_MAX = 32 }; /* of a list of the status file */

/* Names as labels: they are the collector's, and not many. */
static void add_named(struct metrics *m, const struct exposition_family *family,
		      const struct status_counts *counts, const char *name)
{
	if (counts->count == 0)
		return;
	exposition_begin(&m->e, family);
	for (size_t i = 0; i < counts->count && i < NAMES_MAX; i++) {
		const struct exposition_label label = { name,
							counts->items[i].name };

		exposition_add(&m->e, (struct exposition_labels){ &label, 1 },
			       counts->items[i].value,
			       m->call->status->started);
	}
}

static void add_ledger(struct metrics *m)
{
	static const struct exposition_family observations = {
		"lanterne_ledger_observations", COUNTER, NULL,
		"Frames that were seen: attributed and dropped ones."
	};
	static const struct exposition_family attributed = {
		"lanterne_ledger_attributed", COUNTER, NULL,
		"Frames of which at least one end is a member."
	};
	static const struct exposition_family dropped = {
		"lanterne_ledger_dropped", COUNTER, NULL,
		"Frames that count for nobody, by reason."
	};
	static const struct exposition_family skipped = {
		"lanterne_input_skipped", COUNTER, NULL,
		"Samples and records of datagrams that were passed over."
	};
	const struct status *s = m->call->status;

	exposition_one(&m->e, &observations, s->observations, s->started);
	exposition_one(&m->e, &attributed, s->attributed, s->started);
	add_named(m, &dropped, &s->dropped, "reason");
	add_named(m, &skipped, &s->skipped, "what");
}

/* Times and what else is said once. */
static void add_times(struct metrics *m)
{
	const struct status *s = m->call->status;
	const struct {
		struct exposition_family family;
		double value;
	} figures[] = {
		{ { "lanterne_collector_start_time_seconds", GAUGE, "seconds",
		    "When the collector started." },
		  s->started },
		{ { "lanterne_status_written_timestamp_seconds", GAUGE,
		    "seconds", "When the collector last told how it is." },
		  s->written },
		{ { "lanterne_step_end_timestamp_seconds", GAUGE, "seconds",
		    "The end of the last closed step." },
		  s->last_step_end > 0 ? s->last_step_end : (double)NAN },
		{ { "lanterne_collector_clock_jumps", COUNTER, NULL,
		    "Times that the collector's clock was set." },
		  s->clock_jumps },
		{ { "lanterne_collector_pauses", COUNTER, NULL,
		    "Times that the collector stood still for more than ten "
		    "seconds." },
		  s->pauses },
		{ { "lanterne_collector_config_loaded_timestamp_seconds", GAUGE,
		    "seconds", "When the configuration in use was read." },
		  s->config_loaded },
		{ { "lanterne_collector_config_refused", GAUGE, NULL,
		    "Whether the last configuration was refused." },
		  s->config_refused > 0 },
		{ { "lanterne_store_broken", GAUGE, NULL,
		    "Whether something keeps the store from storing." },
		  *s->last_error != '\0' },
	};

	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		exposition_one(&m->e, &figures[i].family, figures[i].value,
			       s->started);
}

#define ADD(table, counts)                                                     \
	metrics_add_told(&m->e, counts, table,                                 \
			 sizeof(table) / sizeof((table)[0]), s->started)

void metrics_add_collector(struct metrics *m)
{
	static const struct exposition_family up = {
		"lanterne_collector_up", GAUGE, NULL,
		"Whether the collector tells how it is, and closes steps."
	};
	const struct status *s = m->call->status;

	exposition_one(&m->e, &up, !page_is_stale(m->call), (double)NAN);
	if (!s)
		return;
	add_times(m);
	ADD(input, &s->input);
	add_ledger(m);
	ADD(store, &s->store);
	ADD(journal, &s->journal);
	ADD(ixp, &s->ixp_manager);
	ADD(process, &s->process);
}
