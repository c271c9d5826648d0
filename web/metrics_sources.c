/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/metrics_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "web/health.h"

enum { NUMBER_SIZE = 24 };

static void add(struct metrics *m, const struct exposition_label *labels,
		size_t count, double value)
{
	const struct status *s = m->call->status;

	exposition_add(&m->e, (struct exposition_labels){ labels, count },
		       value, s->started);
}

/* A number of the status file as a label; "" where it is not known. */
static const char *number_text(char to[NUMBER_SIZE], double number)
{
	to[0] = '\0';
	if (number >= 0 && number < 1e15)
		(void)snprintf(to, NUMBER_SIZE, "%.0f", number);
	return to;
}

/* ---- switches ---- */

/* What the store has of what an agent sent. */
static const struct exposition_family agent_families[AGENT_COUNT] = {
	[AGENT_DATAGRAMS] = { "lanterne_agent_datagrams", EXPOSITION_COUNTER,
			      NULL,
			      "sFlow datagrams of the switch, of closed "
			      "steps." },
	[AGENT_LOST] = { "lanterne_agent_lost_datagrams", EXPOSITION_COUNTER,
			 NULL,
			 "Datagrams of the switch that never came, by "
			 "gaps in their numbers." },
	[AGENT_SAMPLES] = { "lanterne_agent_flow_samples", EXPOSITION_COUNTER,
			    NULL, "Flow samples of the switch." },
	[AGENT_DROPS] = { "lanterne_agent_dropped_samples", EXPOSITION_COUNTER,
			  NULL, "Samples that the switch says it dropped." },
};

static void add_agents(struct metrics *m, size_t column)
{
	const struct config *config = m->call->config;

	exposition_begin(&m->e, &agent_families[column]);
	for (size_t i = 0; i < config->switch_count; i++) {
		const struct series series = { .kind = SERIES_AGENT,
					       .switch_name =
						   config->switches[i].name };
		const struct exposition_label label = {
			"switch", config->switches[i].name
		};
		const struct cumulative_item *item =
		    cumulative_find(&m->counters, &series);

		if (item)
			exposition_add_u64(
			    &m->e, (struct exposition_labels){ &label, 1 },
			    item->values[column], (double)item->since_s);
	}
}

/* A figure of a switch, by where it stands in the struct. */
struct switch_figure {
	size_t offset;
	double scale; /* 0: as it is */
	struct exposition_family family;
};

#define FIGURE(field) offsetof(struct status_switch, field)

static const struct switch_figure switch_figures[] = {
	{ FIGURE(last_seen),
	  0,
	  { "lanterne_switch_last_seen_timestamp_seconds", EXPOSITION_GAUGE,
	    "seconds", "When the switch's last datagram came." } },
	{ FIGURE(sampling_rate),
	  0,
	  { "lanterne_switch_sampling_rate", EXPOSITION_GAUGE, NULL,
	    "One frame in so many is sampled, as the switch says." } },
	{ FIGURE(correction),
	  0,
	  { "lanterne_switch_correction_ratio", EXPOSITION_GAUGE, "ratio",
	    "Samples taken for each that came, over the last minutes; 1 where "
	    "none is missing." } },
	{ FIGURE(counter_samples),
	  0,
	  { "lanterne_switch_interface_samples", EXPOSITION_COUNTER, NULL,
	    "Counter samples of the switch since the collector started." } },
	{ FIGURE(vlan_counters),
	  0,
	  { "lanterne_switch_vlan_samples", EXPOSITION_COUNTER, NULL,
	    "Counter samples of VLANs since the collector started." } },
	{ FIGURE(load_percent),
	  0.01,
	  { "lanterne_switch_processor_load_ratio", EXPOSITION_GAUGE, "ratio",
	    "Load of the switch's processor over a minute, as it says." } },
	{ FIGURE(memory_bytes),
	  0,
	  { "lanterne_switch_memory_bytes", EXPOSITION_GAUGE, "bytes",
	    "Memory of the switch, as it says." } },
	{ FIGURE(memory_free_bytes),
	  0,
	  { "lanterne_switch_memory_free_bytes", EXPOSITION_GAUGE, "bytes",
	    "Free memory of the switch, as it says." } },
};

static double figure_of(const struct status_switch *w, size_t offset)
{
	double value;

	memcpy(&value, (const char *)w + offset, sizeof(value));
	return value;
}

static void add_figure(struct metrics *m, const struct switch_figure *f)
{
	const struct status *s = m->call->status;

	exposition_begin(&m->e, &f->family);
	for (size_t i = 0; i < s->switch_count; i++) {
		const struct exposition_label label = { "switch",
							s->switches[i].name };

		add(m, &label, 1,
		    figure_of(&s->switches[i], f->offset) *
			(f->scale > 0 ? f->scale : 1));
	}
}

static void add_directions(struct metrics *m)
{
	static const struct exposition_family family = {
		"lanterne_switch_flow_samples", EXPOSITION_COUNTER, NULL,
		"Flow samples of the switch since the collector started, by "
		"the direction that they were taken in."
	};
	static const struct {
		const char *name;
		size_t offset;
	} directions[] = {
		{ "ingress", FIGURE(ingress_samples) },
		{ "egress", FIGURE(egress_samples) },
		{ "unknown", FIGURE(unknown_samples) },
	};
	const struct status *s = m->call->status;

	exposition_begin(&m->e, &family);
	for (size_t i = 0; i < s->switch_count; i++) {
		for (size_t d = 0; d < 3; d++) {
			const struct exposition_label labels[] = {
				{ "switch", s->switches[i].name },
				{ "direction", directions[d].name },
			};

			add(m, labels, 2,
			    figure_of(&s->switches[i], directions[d].offset));
		}
	}
}

enum { REASONS_MAX = 16 }; /* of the status file; there are eight */

static void add_discarded(struct metrics *m)
{
	static const struct exposition_family family = {
		"lanterne_switch_discarded_packets", EXPOSITION_COUNTER,
		"packets",
		"Discarded-packet samples of the switch since the collector "
		"started, by groups of their reasons."
	};
	const struct status *s = m->call->status;

	exposition_begin(&m->e, &family);
	for (size_t i = 0; i < s->switch_count; i++) {
		const struct status_counts *d = &s->switches[i].discarded;

		for (size_t r = 0; r < d->count && r < REASONS_MAX; r++) {
			const struct exposition_label labels[] = {
				{ "switch", s->switches[i].name },
				{ "reason", d->items[r].name },
			};

			add(m, labels, 2, d->items[r].value);
		}
	}
}

static void add_switches(struct metrics *m)
{
	size_t count = sizeof(switch_figures) / sizeof(switch_figures[0]);

	for (size_t i = 0; i < count; i++)
		add_figure(m, &switch_figures[i]);
	add_directions(m);
	add_discarded(m);
}

/* ---- sockets and relays ---- */

static void add_sockets(struct metrics *m)
{
	static const struct exposition_family family = {
		"lanterne_source_dropped_datagrams", EXPOSITION_COUNTER, NULL,
		"Datagrams that the kernel dropped before the collector "
		"could read them."
	};
	const struct status *s = m->call->status;

	exposition_begin(&m->e, &family);
	for (size_t i = 0; i < s->source_count; i++) {
		const struct exposition_label label = { "listen",
							s->sources[i].listen };

		if (!health_is_mirror(&s->sources[i]))
			add(m, &label, 1, s->sources[i].drops);
	}
}

/* ---- mirrors ---- */

static double mirror_up(const struct status_source *s)
{
	return strcmp(s->state, "down") != 0 && strcmp(s->state, "gone") != 0;
}

static double mirror_frames(const struct status_source *s)
{
	return s->frames;
}

static double mirror_drops(const struct status_source *s)
{
	return s->drops;
}

static double mirror_doubled(const struct status_source *s)
{
	return s->doubled;
}

static void add_mirrors(struct metrics *m)
{
	static const struct {
		struct exposition_family family;
		double (*figure)(const struct status_source *s);
	} figures[] = {
		{ { "lanterne_mirror_up", EXPOSITION_GAUGE, NULL,
		    "Whether a mirror's interface or receiver is read." },
		  mirror_up },
		{ { "lanterne_mirror_frames", EXPOSITION_COUNTER, NULL,
		    "Frames that came in from a mirror." },
		  mirror_frames },
		{ { "lanterne_mirror_dropped_frames", EXPOSITION_COUNTER, NULL,
		    "Frames of a mirror that the kernel dropped before the "
		    "collector could read them." },
		  mirror_drops },
		{ { "lanterne_mirror_doubled_ratio", EXPOSITION_GAUGE, "ratio",
		    "Share of a mirror's frames that are second copies." },
		  mirror_doubled },
	};
	const struct status *s = m->call->status;

	for (size_t k = 0; k < sizeof(figures) / sizeof(figures[0]); k++) {
		exposition_begin(&m->e, &figures[k].family);
		for (size_t i = 0; i < s->source_count; i++) {
			const struct status_source *x = &s->sources[i];
			const struct exposition_label labels[] = {
				{ "mirror", *x->listen ? x->listen : x->kind },
				{ "switch", x->switch_name },
			};

			if (health_is_mirror(x))
				add(m, labels, 2, figures[k].figure(x));
		}
	}
}

static bool has_mirrors(const struct status *s)
{
	for (size_t i = 0; i < s->source_count; i++) {
		if (health_is_mirror(&s->sources[i]))
			return true;
	}
	return false;
}

static void add_relayed(struct metrics *m, const struct status_relay *r)
{
	static const char *const results[] = { "sent", "dropped", "left_out" };
	const double counts[] = { r->sent, r->dropped, r->left_out };
	char asn[NUMBER_SIZE];

	for (size_t i = 0; i < 3; i++) {
		const struct exposition_label labels[] = {
			{ "to", r->to },
			{ "asn", number_text(asn, r->asn) },
			{ "result", results[i] },
		};

		add(m, labels, 3, counts[i]);
	}
}

static void add_relays(struct metrics *m)
{
	static const struct exposition_family datagrams = {
		"lanterne_relay_datagrams", EXPOSITION_COUNTER, NULL,
		"Datagrams for the receivers of relayed sFlow, by what became "
		"of them."
	};
	static const struct exposition_family bytes = {
		"lanterne_relay_bytes", EXPOSITION_COUNTER, "bytes",
		"Bytes that were relayed."
	};
	const struct status *s = m->call->status;

	exposition_begin(&m->e, &datagrams);
	for (size_t i = 0; i < s->relay_count; i++)
		add_relayed(m, &s->relays[i]);
	exposition_begin(&m->e, &bytes);
	for (size_t i = 0; i < s->relay_count; i++) {
		char asn[NUMBER_SIZE];
		const struct exposition_label labels[] = {
			{ "to", s->relays[i].to },
			{ "asn", number_text(asn, s->relays[i].asn) },
		};

		add(m, labels, 2, s->relays[i].bytes);
	}
}

/* ---- what was found ---- */

static double staying(const struct status_mac *macs, size_t count,
		      const char *reason)
{
	double n = 0;

	for (size_t i = 0; i < count; i++)
		n += macs[i].stays != 0 &&
		     (!reason || strcmp(macs[i].reason, reason) == 0);
	return n;
}

static void add_unknown(struct metrics *m)
{
	static const struct exposition_family family = {
		"lanterne_unknown_macs", EXPOSITION_GAUGE, NULL,
		"Stations that send on the LAN and stay, and are no member's, "
		"or are in a VLAN or on a port that is not theirs; of the "
		"heaviest 200."
	};
	static const char *const reasons[] = { "unknown", "wrong_vlan",
					       "wrong_port" };
	const struct status *s = m->call->status;

	exposition_begin(&m->e, &family);
	for (size_t i = 0; i < 3; i++) {
		const struct exposition_label label = { "reason", reasons[i] };

		add(m, &label, 1, staying(s->macs, s->mac_count, reasons[i]));
	}
}

static double unconfigured(const struct status *s)
{
	double n = 0;

	for (size_t i = 0; i < s->learned_count; i++)
		n += !s->learned[i].configured;
	return n;
}

static void add_findings(struct metrics *m)
{
	const struct status *s = m->call->status;
	const struct {
		struct exposition_family family;
		double value;
	} findings[] = {
		{ { "lanterne_unknown_mac_samples_not_listed",
		    EXPOSITION_COUNTER, NULL,
		    "Samples of unknown stations that gave way to others." },
		  s->macs_not_listed },
		{ { "lanterne_moved_macs", EXPOSITION_GAUGE, NULL,
		    "Members' stations that moved in the last day, or enter "
		    "by two ports." },
		  (double)s->move_count },
		{ { "lanterne_misdelivered_macs", EXPOSITION_GAUGE, NULL,
		    "Members' stations to which frames leave by a port of "
		    "others." },
		  staying(s->misdelivered, s->misdelivered_count, NULL) },
		{ { "lanterne_refused_agents", EXPOSITION_GAUGE, NULL,
		    "Addresses or agents that send and no switch names." },
		  (double)s->refused_count },
		{ { "lanterne_unconfigured_ports", EXPOSITION_GAUGE, NULL,
		    "Ports that were heard of and are not configured." },
		  unconfigured(s) },
		{ { "lanterne_sides_shut", EXPOSITION_GAUGE, NULL,
		    "Interfaces of which one side of the samples lacks so "
		    "much that it does not count now." },
		  (double)s->side_count },
		{ { "lanterne_losing_pairs", EXPOSITION_GAUGE, NULL,
		    "Pairs of which frames surely came in and did not go "
		    "out." },
		  (double)s->pair_loss_count },
	};

	for (size_t i = 0; i < sizeof(findings) / sizeof(findings[0]); i++)
		exposition_one(&m->e, &findings[i].family, findings[i].value,
			       s->started);
}

static void add_losses(struct metrics *m)
{
	static const struct exposition_family family = {
		"lanterne_member_loss_ratio", EXPOSITION_GAUGE, "ratio",
		"Share of a member's frames that surely came in and did not "
		"go out, of the last half hour; absent where none is sure."
	};
	const struct status *s = m->call->status;

	exposition_begin(&m->e, &family);
	for (size_t i = 0; i < s->loss_count; i++) {
		const struct status_loss *l = &s->losses[i];
		char asn[NUMBER_SIZE];
		char vlan[NUMBER_SIZE];
		const struct exposition_label labels[] = {
			{ "asn", number_text(asn, l->asn) },
			{ "vlan", number_text(vlan, l->vlan) },
			{ "direction", l->way },
			{ "switch", l->switch_name },
			{ "port", l->port },
		};

		add(m, labels, 5, l->share);
	}
}

void metrics_add_sources(struct metrics *m)
{
	for (size_t i = 0; i < AGENT_COUNT; i++)
		add_agents(m, i);
	if (!m->call->status)
		return;
	add_switches(m);
	add_sockets(m);
	if (has_mirrors(m->call->status))
		add_mirrors(m);
	add_relays(m);
	add_unknown(m);
	add_findings(m);
	add_losses(m);
}
