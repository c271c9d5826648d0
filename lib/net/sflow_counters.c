/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The counter records. Each function reads one production of the
 * specification and is named after it. What stands behind a production within
 * its record is passed over.
 */

#include "net/sflow_format.h"

/* struct if_counters (RFC 2233's ifTable and ifXTable) */
static void read_if_counters(struct cursor *c, struct sflow_if_counters *i)
{
	i->ifindex = cursor_be32(c);
	i->type = cursor_be32(c);
	i->speed_bps = cursor_be64(c);
	i->direction = cursor_be32(c);
	i->status = cursor_be32(c);
	i->in_octets = cursor_be64(c);
	i->in_ucast = cursor_be32(c);
	i->in_mcast = cursor_be32(c);
	i->in_bcast = cursor_be32(c);
	i->in_discards = cursor_be32(c);
	i->in_errors = cursor_be32(c);
	i->in_unknown_protocols = cursor_be32(c);
	i->out_octets = cursor_be64(c);
	i->out_ucast = cursor_be32(c);
	i->out_mcast = cursor_be32(c);
	i->out_bcast = cursor_be32(c);
	i->out_discards = cursor_be32(c);
	i->out_errors = cursor_be32(c);
	i->promiscuous = cursor_be32(c);
}

/* struct ethernet_counters */
static void read_ethernet(struct cursor *c, struct sflow_ethernet_counters *e)
{
	e->alignment_errors = cursor_be32(c);
	e->fcs_errors = cursor_be32(c);
	e->single_collisions = cursor_be32(c);
	e->multiple_collisions = cursor_be32(c);
	e->sqe_test_errors = cursor_be32(c);
	e->deferred = cursor_be32(c);
	e->late_collisions = cursor_be32(c);
	e->excessive_collisions = cursor_be32(c);
	e->internal_tx_errors = cursor_be32(c);
	e->carrier_sense_errors = cursor_be32(c);
	e->frames_too_long = cursor_be32(c);
	e->internal_rx_errors = cursor_be32(c);
	e->symbol_errors = cursor_be32(c);
}

/* struct vlan_counters */
static void read_vlan(struct cursor *c, struct sflow_vlan_counters *v)
{
	v->vlan = cursor_be32(c);
	v->octets = cursor_be64(c);
	v->ucast = cursor_be32(c);
	v->mcast = cursor_be32(c);
	v->bcast = cursor_be32(c);
	v->discards = cursor_be32(c);
}

/* struct lag_port_stats (sFlow LAG Counters Structure) */
static void read_lag(struct cursor *c, struct sflow_lag_counters *l)
{
	l->actor = mac_read(c);
	cursor_skip(c, 2);
	l->partner = mac_read(c);
	cursor_skip(c, 2);
	l->aggregate_ifindex = cursor_be32(c);
	l->actor_admin_state = cursor_u8(c);
	l->actor_oper_state = cursor_u8(c);
	l->partner_admin_state = cursor_u8(c);
	l->partner_oper_state = cursor_u8(c);
	l->lacpdus_in = cursor_be32(c);
	l->markers_in = cursor_be32(c);
	l->marker_responses_in = cursor_be32(c);
	l->unknown_in = cursor_be32(c);
	l->illegal_in = cursor_be32(c);
	l->lacpdus_out = cursor_be32(c);
	l->markers_out = cursor_be32(c);
	l->marker_responses_out = cursor_be32(c);
}

/* struct processor */
static void read_processor(struct cursor *c, struct sflow_processor *p)
{
	p->load_5s = (int32_t)cursor_be32(c);
	p->load_1m = (int32_t)cursor_be32(c);
	p->load_5m = (int32_t)cursor_be32(c);
	p->memory_bytes = cursor_be64(c);
	p->memory_free_bytes = cursor_be64(c);
}

/* struct port_name (sFlow Port NAME Structure, counter_data 0:1005) */
static void read_port_name(struct cursor *c, struct sflow_counters *counters)
{
	uint32_t len = cursor_be32(c);
	const uint8_t *name = cursor_take(c, len);

	if (!cursor_ok(c))
		return;
	counters->port_name = (const char *)name;
	counters->port_name_len = len;
}

/*
 * A record that can be done without: has says whether it was whole. Of two
 * equal ones the first counts.
 */
static void note_optional(const struct cursor *record, bool *has,
			  struct sflow_skipped *skipped)
{
	*has = cursor_ok(record);
	skipped->broken_records += !*has;
}

static bool is_second(uint32_t format, const struct sflow_counters *counters)
{
	switch (format) {
	case SFLOW_IF_COUNTERS:
		return counters->has_interface;
	case SFLOW_ETHERNET_COUNTERS:
		return counters->has_ethernet;
	case SFLOW_VLAN_COUNTERS:
		return counters->has_vlan;
	case SFLOW_LAG_COUNTERS:
		return counters->has_lag;
	case SFLOW_PROCESSOR:
		return counters->has_processor;
	case SFLOW_PORT_NAME:
		return counters->port_name != NULL;
	default:
		return false;
	}
}

bool sflow_read_counter_record(uint32_t format, struct cursor record,
			       struct sflow_counters *counters,
			       struct sflow_skipped *skipped)
{
	if (is_second(format, counters)) {
		skipped->counter_records++;
		return true;
	}
	switch (format) {
	case SFLOW_IF_COUNTERS:
		read_if_counters(&record, &counters->interface);
		counters->has_interface = cursor_ok(&record);
		return counters->has_interface;
	case SFLOW_PORT_NAME:
		read_port_name(&record, counters);
		return cursor_ok(&record);
	case SFLOW_ETHERNET_COUNTERS:
		read_ethernet(&record, &counters->ethernet);
		note_optional(&record, &counters->has_ethernet, skipped);
		return true;
	case SFLOW_VLAN_COUNTERS:
		read_vlan(&record, &counters->vlan);
		note_optional(&record, &counters->has_vlan, skipped);
		return true;
	case SFLOW_LAG_COUNTERS:
		read_lag(&record, &counters->lag);
		note_optional(&record, &counters->has_lag, skipped);
		return true;
	case SFLOW_PROCESSOR:
		read_processor(&record, &counters->processor);
		note_optional(&record, &counters->has_processor, skipped);
		return true;
	default:
		skipped->counter_records++;
		return true;
	}
}
