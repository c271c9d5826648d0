/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/sflow.h"

#include <string.h>

#include "util/err.h"

/*
 * Each function reads one production of the specification's XDR text and is
 * named after it. XDR pads every item to four bytes, and all lengths of
 * samples and records are multiples of four; a length that is not, as some
 * agents send it, still ends its record exactly where it says.
 */

enum {
	VERSION = 5,
	ADDRESS_UNKNOWN = 0,
	ADDRESS_IPV4 = 1,
	ADDRESS_IPV6 = 2,

	/* sample_data formats of enterprise 0 */
	FLOW_SAMPLE = 1,
	COUNTERS_SAMPLE = 2,
	FLOW_SAMPLE_EXPANDED = 3,
	COUNTERS_SAMPLE_EXPANDED = 4,

	/* flow_data and counter_data formats of enterprise 0 */
	SAMPLED_HEADER = 1,
	IF_COUNTERS = 1,
	PORT_NAME = 1005,

	SMALLEST_RECORD = 8, /* format and length */
};

/* struct sample_datagram: address, up to the samples */
static int read_agent(struct cursor *c, struct ipaddr *agent)
{
	uint32_t type = cursor_be32(c);
	size_t len = 0;
	const uint8_t *bytes;

	if (!cursor_ok(c))
		return ERR_TRUNCATED;
	if (type == ADDRESS_IPV4)
		len = 4;
	else if (type == ADDRESS_IPV6)
		len = 16;
	else if (type != ADDRESS_UNKNOWN)
		return ERR_MALFORMED;
	bytes = cursor_take(c, len);
	if (!bytes)
		return ERR_TRUNCATED;
	*agent = ipaddr_of(bytes, len);
	return 0;
}

int sflow_open(struct sflow_reader *reader, const void *data, size_t len,
	       struct sflow_head *head, struct sflow_skipped *skipped)
{
	struct cursor c = cursor_of(data, len);
	uint32_t version = cursor_be32(&c);
	int rc;

	if (!cursor_ok(&c))
		return ERR_TRUNCATED;
	if (version != VERSION)
		return ERR_UNSUPPORTED;
	rc = read_agent(&c, &head->agent);
	if (rc < 0)
		return rc;
	head->sub_agent = cursor_be32(&c);
	head->sequence = cursor_be32(&c);
	head->uptime_ms = cursor_be32(&c);
	head->sample_count = cursor_be32(&c);
	if (!cursor_ok(&c))
		return ERR_TRUNCATED;
	*reader = (struct sflow_reader){
		.rest = c,
		.samples_left = head->sample_count,
		.skipped = skipped,
	};
	return 0;
}

/* typedef sflow_data_source: class in the top 8 bits, index in the rest */
static struct sflow_source read_source(struct cursor *c)
{
	uint32_t word = cursor_be32(c);

	return (struct sflow_source){ word >> 24, word & 0xffffff };
}

/* struct sflow_data_source_expanded */
static struct sflow_source read_source_expanded(struct cursor *c)
{
	uint32_t class = cursor_be32(c);
	uint32_t index = cursor_be32(c);

	return (struct sflow_source){ class, index };
}

/* typedef interface: format in the top 2 bits, value in the rest */
static struct sflow_interface read_interface(struct cursor *c)
{
	uint32_t word = cursor_be32(c);

	return (struct sflow_interface){ word >> 30, word & 0x3fffffff };
}

/* struct interface_expanded */
static struct sflow_interface read_interface_expanded(struct cursor *c)
{
	uint32_t format = cursor_be32(c);
	uint32_t value = cursor_be32(c);

	return (struct sflow_interface){ format, value };
}

/* struct sampled_header */
static void read_sampled_header(struct cursor record, struct sflow_flow *flow)
{
	uint32_t header_len;

	flow->header_protocol = cursor_be32(&record);
	flow->frame_bytes = cursor_be32(&record);
	flow->stripped_bytes = cursor_be32(&record);
	header_len = cursor_be32(&record);
	flow->header = cursor_sub(&record, header_len);
	flow->has_header = cursor_ok(&record);
}

/*
 * struct flow_record, all of them. The first raw header is the sample's; all
 * other records may describe the same packet again and are passed over.
 */
static int read_flow_records(struct cursor *c, struct sflow_flow *flow,
			     struct sflow_skipped *skipped)
{
	uint32_t count = cursor_be32(c);

	if (!cursor_ok(c) || count > cursor_left(c) / SMALLEST_RECORD)
		return ERR_TRUNCATED;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t format = cursor_be32(c);
		uint32_t len = cursor_be32(c);
		struct cursor record = cursor_sub(c, len);

		if (!cursor_ok(c))
			return ERR_TRUNCATED;
		if (format != SAMPLED_HEADER || flow->has_header) {
			skipped->flow_records++;
			continue;
		}
		read_sampled_header(record, flow);
		if (!flow->has_header)
			return ERR_TRUNCATED;
	}
	return 0;
}

/* struct flow_sample, struct flow_sample_expanded */
static int read_flow(struct cursor c, bool expanded, struct sflow_flow *flow,
		     struct sflow_skipped *skipped)
{
	flow->expanded = expanded;
	flow->has_header = false;
	flow->sequence = cursor_be32(&c);
	flow->source = expanded ? read_source_expanded(&c) : read_source(&c);
	flow->sampling_rate = cursor_be32(&c);
	flow->sample_pool = cursor_be32(&c);
	flow->drops = cursor_be32(&c);
	flow->input =
	    expanded ? read_interface_expanded(&c) : read_interface(&c);
	flow->output =
	    expanded ? read_interface_expanded(&c) : read_interface(&c);
	return read_flow_records(&c, flow, skipped);
}

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

/* struct counter_record, all of them */
static int read_counter_records(struct cursor *c,
				struct sflow_counters *counters,
				struct sflow_skipped *skipped)
{
	uint32_t count = cursor_be32(c);

	if (!cursor_ok(c) || count > cursor_left(c) / SMALLEST_RECORD)
		return ERR_TRUNCATED;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t format = cursor_be32(c);
		uint32_t len = cursor_be32(c);
		struct cursor record = cursor_sub(c, len);

		if (!cursor_ok(c))
			return ERR_TRUNCATED;
		if (format == IF_COUNTERS && !counters->has_interface) {
			read_if_counters(&record, &counters->interface);
			counters->has_interface = cursor_ok(&record);
		} else if (format == PORT_NAME && !counters->port_name) {
			read_port_name(&record, counters);
		} else {
			skipped->counter_records++;
		}
		if (!cursor_ok(&record))
			return ERR_TRUNCATED;
	}
	return 0;
}

/* struct counters_sample, struct counters_sample_expanded */
static int read_counters(struct cursor c, bool expanded,
			 struct sflow_counters *counters,
			 struct sflow_skipped *skipped)
{
	counters->expanded = expanded;
	counters->has_interface = false;
	counters->port_name = NULL;
	counters->port_name_len = 0;
	counters->sequence = cursor_be32(&c);
	counters->source =
	    expanded ? read_source_expanded(&c) : read_source(&c);
	return read_counter_records(&c, counters, skipped);
}

/* struct sample_record */
int sflow_next(struct sflow_reader *reader, struct sflow_flow *flow,
	       struct sflow_counters *counters)
{
	struct cursor *c = &reader->rest;

	while (reader->samples_left > 0) {
		uint32_t format = cursor_be32(c);
		uint32_t len = cursor_be32(c);
		struct cursor sample = cursor_sub(c, len);
		int rc;

		reader->samples_left--;
		if (!cursor_ok(c)) {
			reader->samples_left = 0;
			return ERR_TRUNCATED;
		}
		switch (format) {
		case FLOW_SAMPLE:
		case FLOW_SAMPLE_EXPANDED:
			rc = read_flow(sample, format == FLOW_SAMPLE_EXPANDED,
				       flow, reader->skipped);
			if (rc == 0)
				return SFLOW_FLOW;
			break;
		case COUNTERS_SAMPLE:
		case COUNTERS_SAMPLE_EXPANDED:
			rc = read_counters(sample,
					   format == COUNTERS_SAMPLE_EXPANDED,
					   counters, reader->skipped);
			if (rc == 0)
				return SFLOW_COUNTERS;
			break;
		default:
			reader->skipped->samples++;
			continue;
		}
		reader->samples_left = 0;
		return rc;
	}
	return SFLOW_END;
}
