/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/status.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/findings_json.h"
#include "collector/sampling_json.h"
#include "collector/totals.h"
#include "util/err.h"

enum { STRANGERS_SHOWN = 200 };

static void time_or_null(struct json_writer *w, const char *key,
			 int64_t time_us)
{
	if (time_us)
		json_put_double(w, key, (double)time_us / US_PER_S, 3);
	else
		json_put_null(w, key);
}

static void write_replay(struct json_writer *w, const struct status_view *v)
{
	if (v->capture_count == 0) {
		json_put_null(w, "replay");
		return;
	}
	json_put_object(w, "replay");
	json_put_array(w, "captures");
	for (size_t i = 0; i < v->capture_count; i++) {
		const char *slash = strrchr(v->captures[i], '/');

		json_put_string(w, NULL, slash ? slash + 1 : v->captures[i]);
	}
	json_end_array(w);
	time_or_null(w, "from", v->from_us);
	time_or_null(w, "to", v->to_us);
	json_end_object(w);
}

static void write_configuration(struct json_writer *w,
				const struct status_view *v)
{
	json_put_object(w, "configuration");
	json_put_string(w, "path", v->intake->registry->config->path);
	time_or_null(w, "loaded", v->loaded_us);
	time_or_null(w, "refused", v->refused_us);
	json_put_string(w, "problem",
			v->refused_us && v->problem ? v->problem : "");
	json_end_object(w);
}

static void u64_or_null(struct json_writer *w, const char *key, uint64_t value)
{
	if (value == UINT64_MAX)
		json_put_null(w, key);
	else
		json_put_u64(w, key, value);
}

/* What the collector takes of its machine; of a replay there is nothing to see
 * once it is over. */
static void write_process(struct json_writer *w, const struct status_view *v)
{
	const struct process_figures *p = &v->process;

	if (v->capture_count) {
		json_put_null(w, "process");
		return;
	}
	json_put_object(w, "process");
	json_put_double(w, "cpu_s", p->cpu_s, 3);
	u64_or_null(w, "resident_bytes", p->resident_bytes);
	u64_or_null(w, "virtual_bytes", p->virtual_bytes);
	u64_or_null(w, "open_fds", p->open_fds);
	u64_or_null(w, "max_fds", p->max_fds);
	json_end_object(w);
}

static void put_endpoint(struct json_writer *w, const char *key,
			 const struct config_endpoint *e)
{
	bool v6 = e->addr.version == 6;
	char addr[IPADDR_TEXT_SIZE];
	char words[IPADDR_TEXT_SIZE + 8]; /* brackets and port */

	(void)ipaddr_format(&e->addr, addr);
	(void)snprintf(words, sizeof(words), "%s%s%s:%u", v6 ? "[" : "", addr,
		       v6 ? "]" : "", e->port);
	json_put_string(w, key, words);
}

static void put_address(struct json_writer *w, const char *key,
			const struct ipaddr *address)
{
	char words[IPADDR_TEXT_SIZE];

	json_put_string(w, key, ipaddr_format(address, words));
}

static void write_mirror_port(struct json_writer *w,
			      const struct config_source *s,
			      const struct status_source *now)
{
	json_put_string(w, "interface", s->interface ? s->interface : "");
	json_put_string(w, "state", now->state ? now->state : "gone");
	json_put_string(w, "problem", now->problem ? now->problem : "");
	json_put_u64(w, "ring_drops", now->drops);
	json_put_u64(w, "mtu", now->mtu);
	json_put_bool(w, "offload", now->has_offload);
}

/* What is found out about the frames of a mirror, however they come. */
static void write_mirror(struct json_writer *w, const struct config *c,
			 const struct config_source *s,
			 const struct status_source *now)
{
	const struct mirror *m = now->mirror;

	json_put_string(w, "switch", c->switches[s->switch_index].name);
	json_put_u64(w, "frames", now->frames);
	json_put_u64(w, "merged", m ? m->merged : 0);
	json_put_string(w, "duplicates",
			s->drops_duplicates ? "drop" : "count");
	json_put_double(w, "doubled",
			m && m->doubling.known ? m->doubling.share : NAN, 4);
	json_put_string(w, "lengths",
			s->lengths_of_headers ? "headers" : "wire");
	json_put_double(
	    w, "cut", m && m->doubling.known ? m->doubling.cut_share : NAN, 4);
}

static void write_source(struct json_writer *w, const struct config *c,
			 const struct config_source *s,
			 const struct status_source *now)
{
	static const char *const kinds[] = {
		[CONFIG_SOURCE_SFLOW] = "sflow",
		[CONFIG_SOURCE_MIRROR] = "mirror",
		[CONFIG_SOURCE_ERSPAN] = "erspan",
	};

	json_put_object(w, NULL);
	json_put_string(w, "kind", kinds[s->kind]);
	switch (s->kind) {
	case CONFIG_SOURCE_SFLOW:
		put_endpoint(w, "listen", &s->listen);
		json_put_u64(w, "socket_drops", now->drops);
		break;
	case CONFIG_SOURCE_MIRROR:
		write_mirror_port(w, s, now);
		write_mirror(w, c, s, now);
		break;
	case CONFIG_SOURCE_ERSPAN:
		put_address(w, "listen", &s->listen.addr);
		json_put_u64(w, "socket_drops", now->drops);
		write_mirror(w, c, s, now);
		break;
	}
	json_end_object(w);
}

/* One that nobody wrote is for replays, and has no interface. */
static void write_sources(struct json_writer *w, const struct status_view *v)
{
	static const struct status_source unknown = { .state = NULL };
	const struct config *c = v->intake->registry->config;

	json_put_array(w, "sources");
	for (size_t i = 0; i < c->source_count; i++) {
		const struct config_source *s = &c->sources[i];
		const struct status_source *now =
		    i < v->source_count ? &v->sources[i] : &unknown;

		if (s->kind != CONFIG_SOURCE_MIRROR || s->interface ||
		    now->mirror)
			write_source(w, c, s, now);
	}
	json_end_array(w);
}

static void write_relay(struct json_writer *w, const struct relay_target *t)
{
	const struct relay_counters *c = &t->counters;

	json_put_object(w, NULL);
	put_endpoint(w, "to", &t->to);
	if (t->asn)
		json_put_u64(w, "asn", t->asn);
	else
		json_put_null(w, "asn");
	json_put_u64(w, "received", c->received);
	json_put_u64(w, "sent", c->sent);
	json_put_u64(w, "dropped", c->dropped);
	json_put_u64(w, "left_out", c->left_out);
	json_put_u64(w, "bytes", c->bytes);
	json_put_u64(w, "samples_dropped", c->samples_dropped);
	json_put_string(w, "last_error", c->error ? err_str(c->error) : "");
	time_or_null(w, "last_error_at", c->error_us);
	json_end_object(w);
}

static void write_relays(struct json_writer *w, const struct relay *relay)
{
	json_put_array(w, "relays");
	for (size_t i = 0; relay && i < relay_count(relay); i++)
		write_relay(w, relay_target_at(relay, i));
	json_end_array(w);
}

/* What keeps the store from storing; empty if nothing does. */
static void put_last_error(struct json_writer *w,
			   const struct flush_counters *flush)
{
	struct text words;

	text_init(&words);
	if (flush->journal.error)
		text_addf(&words, "journal: %s", err_str(flush->journal.error));
	else if (flush->upkeep.error)
		text_addf(&words, "files cannot be compared: %s",
			  err_str(flush->upkeep.error));
	else if (flush->view.error)
		text_addf(&words, "files: %s", err_str(flush->view.error));
	json_put_string(w, "last_error", text_str(&words));
	text_fini(&words);
}

static void write_journal(struct json_writer *w,
			  const struct journal_counters *j)
{
	json_put_object(w, "journal");
	json_put_u64(w, "records", j->records);
	json_put_u64(w, "synced", j->synced);
	json_put_u64(w, "waiting", j->waiting);
	json_put_u64(w, "waiting_bytes", j->waiting_bytes);
	json_put_u64(w, "lost", j->lost);
	json_put_u64(w, "syncs_failed", j->syncs_failed);
	json_put_u64(w, "bytes", j->bytes);
	json_end_object(w);
}

static void write_store(struct json_writer *w, const struct status_view *v)
{
	const struct flush_counters *flush = &v->writer.flush;
	const struct view_counters *view = &flush->view;
	const struct mending_counters *mending = &flush->upkeep.mending;

	json_put_object(w, "store");
	json_put_u64(w, "steps_written", v->writer.flush.steps);
	json_put_u64(w, "steps_lost", v->writer.steps_lost);
	json_put_u64(w, "steps_queued", v->writer.steps_queued);
	json_put_u64(w, "rows_written", view->rows);
	json_put_u64(w, "rows_failed", view->rows_failed);
	json_put_u64(w, "rows_old", view->rows_old);
	json_put_u64(w, "rows_held", view->rows_held);
	json_put_u64(w, "files_behind", view->files_behind);
	json_put_u64(w, "rows_odd", view->rows_odd);
	json_put_u64(w, "files_looked_at", mending->looked_at);
	json_put_u64(w, "files_mended", mending->mended);
	json_put_u64(w, "mendings_failed", mending->failed);
	json_put_u64(w, "files_copied", mending->copied);
	json_put_u64(w, "pairs_aged_out", mending->aged_out);
	json_put_u64(w, "day_books", flush->upkeep.days.books_stored);
	put_last_error(w, flush);
	json_put_u64(w, "cells_failed", flush->failed);
	json_put_u64(w, "pairs_left_out", flush->pairs_left_out);
	json_put_u64(w, "files_failed", v->writer.files_failed);
	json_end_object(w);
}

/* IXP Manager's tree; null where none is written. */
static void write_ixp(struct json_writer *w, const struct ixp_counters *c)
{
	const struct {
		const char *key;
		uint64_t value;
	} counters[] = {
		{ "windows", c->windows },
		{ "windows_unknown", c->windows_unknown },
		{ "windows_dropped", c->windows_dropped },
		{ "rows_written", c->rows },
		{ "rows_old", c->rows_old },
		{ "rows_failed", c->rows_failed },
		{ "files_behind", c->files_behind },
		{ "pairs", c->pairs },
		{ "pairs_aged", c->pairs_aged },
		{ "samples_refused", c->samples_refused },
		{ "samples_without_id", c->samples_without_id },
		{ "interfaces_without_id", c->interfaces_without_id },
	};

	if (!c->on) {
		json_put_null(w, "ixp_manager");
		return;
	}
	json_put_object(w, "ixp_manager");
	for (size_t i = 0; i < sizeof(counters) / sizeof(*counters); i++)
		json_put_u64(w, counters[i].key, counters[i].value);
	json_end_object(w);
}

static const char *counted_name(const struct switch_state *s)
{
	static const char *const names[] = {
		[COUNTED_ANY] = "any",
		[COUNTED_INGRESS] = "ingress",
		[COUNTED_EGRESS] = "egress",
		[COUNTED_BOTH] = "both",
	};

	return s->undecided ? "undecided" : names[s->counted];
}

/* What the switch says of itself and of what it did not forward. */
static void write_own(struct json_writer *w, const struct switch_state *s)
{
	const struct sflow_processor *p = &s->processor;
	const struct {
		const char *key;
		int32_t value;
	} loads[] = {
		{ "load_5s_percent", p->load_5s },
		{ "load_1m_percent", p->load_1m },
		{ "load_5m_percent", p->load_5m },
	};

	json_put_object(w, "discarded_packets");
	for (int i = 0; i < SFLOW_DISCARD_GROUP_COUNT; i++)
		json_put_u64(
		    w, sflow_discard_group_name((enum sflow_discard_group)i),
		    s->discarded[i]);
	json_end_object(w);
	if (!s->has_processor) {
		json_put_null(w, "processor");
		return;
	}
	json_put_object(w, "processor");
	for (size_t i = 0; i < sizeof(loads) / sizeof(*loads); i++)
		json_put_double(
		    w, loads[i].key,
		    loads[i].value < 0 ? NAN : loads[i].value / 100.0, 2);
	u64_or_null(w, "memory_bytes", p->memory_bytes);
	u64_or_null(w, "memory_free_bytes", p->memory_free_bytes);
	json_end_object(w);
}

/* Whether frames are what counts of a switch; of a mirror that ended samples
 * may stand in, and if none do nothing else counts. */
static bool counts_frames(const struct intake *in, uint32_t switch_index)
{
	const struct switch_state *s = &in->agents.switches[switch_index];

	return s->mirrored &&
	       (s->flow_samples == 0 || intake_is_mirrored(in, switch_index));
}

static void write_switches(struct json_writer *w, const struct status_view *v)
{
	static const char *const directions[] = {
		[CONFIG_DIRECTION_AUTO] = "auto",
		[CONFIG_DIRECTION_INGRESS] = "ingress",
		[CONFIG_DIRECTION_EGRESS] = "egress",
		[CONFIG_DIRECTION_BOTH] = "both",
		[CONFIG_DIRECTION_ANY] = "any",
	};
	const struct config *c = v->intake->registry->config;
	char addr[IPADDR_TEXT_SIZE];

	json_put_array(w, "switches");
	for (size_t i = 0; i < c->switch_count; i++) {
		const struct config_switch *s = &c->switches[i];
		const struct switch_state *state =
		    &v->intake->agents.switches[i];

		json_put_object(w, NULL);
		json_put_string(w, "name", s->name);
		json_put_string(w, "agent", ipaddr_format(&s->agent, addr));
		json_put_string(w, "direction", directions[s->direction]);
		json_put_string(w, "counted", counted_name(state));
		time_or_null(w, "last_seen", state->last_us);
		json_put_u64(w, "datagrams", state->datagrams);
		json_put_bool(w, "mirrored",
			      counts_frames(v->intake, (uint32_t)i));
		json_put_u64(w, "frames", state->frames);
		json_put_u64(w, "lost_frames", state->lost_frames);
		json_put_u64(w, "lost_datagrams", state->lost_datagrams);
		json_put_u64(w, "flow_samples", state->flow_samples);
		json_put_u64(w, "ingress_samples",
			     state->by_direction[DIRECTION_INGRESS]);
		json_put_u64(w, "egress_samples",
			     state->by_direction[DIRECTION_EGRESS]);
		json_put_u64(w, "unknown_samples",
			     state->by_direction[DIRECTION_UNKNOWN]);
		json_put_u64(w, "counter_samples", state->counter_samples);
		json_put_u64(w, "vlan_counters", state->vlan_counters);
		json_put_u64(w, "drops", state->drops_grown);
		json_put_u64(w, "sampling_rate", state->sampling_rate);
		json_put_double(w, "correction", state->correction, 6);
		write_own(w, state);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_rates(struct json_writer *w, const struct port_state *p)
{
	if (p->has_rate) {
		json_put_double(w, "in_bps", p->in_bps, 1);
		json_put_double(w, "out_bps", p->out_bps, 1);
	} else {
		json_put_null(w, "in_bps");
		json_put_null(w, "out_bps");
	}
	json_put_double(w, "in_estimate_bps", p->in_estimate_bps, 1);
	json_put_double(w, "out_estimate_bps", p->out_estimate_bps, 1);
}

static void write_link_errors(struct json_writer *w, const char *key,
			      const struct link_counter *errors)
{
	if (errors->known)
		json_put_u64(w, key, errors->grown);
	else
		json_put_null(w, key);
}

static void write_link(struct json_writer *w, const struct port_link *link)
{
	char mac[MAC_TEXT_SIZE];

	write_link_errors(w, "fcs_errors", &link->fcs_errors);
	write_link_errors(w, "alignment_errors", &link->alignment_errors);
	if (!link->has_lag) {
		json_put_null(w, "lag");
		return;
	}
	json_put_object(w, "lag");
	json_put_u64(w, "aggregate_ifindex", link->lag.aggregate_ifindex);
	json_put_string(w, "actor", mac_format(link->lag.actor, mac));
	json_put_string(w, "partner", mac_format(link->lag.partner, mac));
	json_put_bool(w, "forwards", port_link_forwards(link));
	json_end_object(w);
}

static void write_port(struct json_writer *w, const struct config *c,
		       const struct port_state *p)
{
	json_put_object(w, NULL);
	json_put_string(w, "switch", c->switches[p->switch_index].name);
	json_put_u64(w, "ifindex", p->ifindex);
	json_put_string(w, "name", p->name);
	json_put_bool(w, "configured", p->configured != NULL);
	json_put_u64(w, "speed_bps", port_speed(p));
	if (p->counted)
		json_put_bool(w, "up", (p->last.raw.status & 2) != 0);
	else
		json_put_null(w, "up");
	time_or_null(w, "last_counters", p->counted ? p->last.time_us : 0);
	write_rates(w, p);
	sampling_json_port(w, p);
	json_put_u64(w, "in_errors", p->grown[PORT_IN_ERRORS]);
	json_put_u64(w, "in_discards", p->grown[PORT_IN_DISCARDS]);
	json_put_u64(w, "out_errors", p->grown[PORT_OUT_ERRORS]);
	json_put_u64(w, "out_discards", p->grown[PORT_OUT_DISCARDS]);
	write_link(w, &p->link);
	json_end_object(w);
}

void status_write(struct text *out, const struct status_view *v)
{
	const struct intake *in = v->intake;
	struct json_writer w;

	json_start(&w, out);
	json_put_object(&w, NULL);
	json_put_u64(&w, "version", 1);
	time_or_null(&w, "written", v->written_us);
	time_or_null(&w, "started", v->started_us);
	write_replay(&w, v);
	time_or_null(&w, "now", v->capture_count ? v->to_us : v->written_us);
	json_put_i64(&w, "last_step_end", v->steps->last_end_s);
	json_put_u64(&w, "clock_jumps", v->steps->clock_jumps);
	json_put_u64(&w, "pauses", v->steps->pauses);
	write_process(&w, v);
	write_configuration(&w, v);
	write_sources(&w, v);
	write_relays(&w, v->relay);
	totals_write_input(&w, in);
	totals_write_ledger(&w, in);
	json_put_object(&w, "skipped");
	json_put_u64(&w, "samples", in->skipped.samples);
	json_put_u64(&w, "flow_records", in->skipped.flow_records);
	json_put_u64(&w, "counter_records", in->skipped.counter_records);
	json_put_u64(&w, "broken_records", in->skipped.broken_records);
	json_end_object(&w);
	write_store(&w, v);
	write_journal(&w, &v->writer.flush.journal);
	write_ixp(&w, &v->writer.flush.ixp);
	write_switches(&w, v);
	totals_write_refused(&w, &in->agents);
	totals_write_strangers(&w, in, STRANGERS_SHOWN);
	findings_json(&w, in);
	sampling_json(&w, in);
	json_put_array(&w, "ports");
	for (uint32_t i = 0; i < in->ports.count; i++)
		write_port(&w, in->registry->config, &in->ports.ports[i]);
	json_end_array(&w);
	json_end_object(&w);
	text_add_char(out, '\n');
}
