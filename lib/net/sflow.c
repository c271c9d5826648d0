/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/sflow_format.h"
#include "util/err.h"

/*
 * Each function reads one production of the specification's XDR text and is
 * named after it. XDR pads every item to four bytes, and all lengths of
 * samples and records are multiples of four; a length that is not, as some
 * agents send it, still ends its record exactly where it says.
 */

/* struct sample_datagram: address, up to the samples */
static int read_agent(struct cursor *c, struct ipaddr *agent)
{
	size_t len = sflow_address_len(cursor_be32(c));

	if (!cursor_ok(c))
		return ERR_TRUNCATED;
	if (len == SIZE_MAX)
		return ERR_MALFORMED;
	ipaddr_read(agent, c, len);
	return cursor_ok(c) ? 0 : ERR_TRUNCATED;
}

int sflow_open(struct sflow_reader *reader, const void *data, size_t len,
	       struct sflow_head *head, struct sflow_skipped *skipped)
{
	struct cursor c = cursor_of(data, len);
	uint32_t version = cursor_be32(&c);
	int rc;

	if (!cursor_ok(&c))
		return ERR_TRUNCATED;
	if (version != SFLOW_VERSION)
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

/*
 * What every structure of a kind has, before what differs. Looked at first, so
 * that the compiler knows of each of its fields that it is there.
 */
enum {
	FLOW_BYTES = 32,
	FLOW_EXPANDED_BYTES = 44,
	SAMPLED_HEADER_BYTES = 16,
};

/* struct sampled_header */
static void read_sampled_header(struct cursor record, struct sflow_flow *flow)
{
	uint32_t header_len;

	if (cursor_left(&record) < SAMPLED_HEADER_BYTES)
		return;
	flow->header_protocol = cursor_be32(&record);
	flow->frame_bytes = cursor_be32(&record);
	flow->stripped_bytes = cursor_be32(&record);
	header_len = cursor_be32(&record);
	flow->header = cursor_sub(&record, header_len);
	flow->has_header = cursor_ok(&record);
}

/*
 * struct flow_record, all of them. They describe one packet, which counts once
 * however many there are.
 */
static int read_flow_records(struct cursor *c, struct sflow_flow *flow,
			     struct sflow_skipped *skipped)
{
	uint32_t count = cursor_be32(c);

	if (!cursor_ok(c) || count > cursor_left(c) / SFLOW_SMALLEST_RECORD)
		return ERR_TRUNCATED;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t format = cursor_be32(c);
		uint32_t len = cursor_be32(c);
		struct cursor record = cursor_sub(c, len);

		if (!cursor_ok(c))
			return ERR_TRUNCATED;
		if (format != SFLOW_SAMPLED_HEADER || flow->has_header) {
			sflow_read_flow_record(format, record, flow, skipped);
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
	if (cursor_left(&c) < (expanded ? FLOW_EXPANDED_BYTES : FLOW_BYTES))
		return ERR_TRUNCATED;
	flow->expanded = expanded;
	flow->has_header = false;
	flow->says = 0;
	flow->sequence = cursor_be32(&c);
	flow->source = expanded ? read_source_expanded(&c) : read_source(&c);
	flow->sampling_rate = cursor_be32(&c);
	flow->sample_pool = cursor_be32(&c);
	flow->drops = cursor_be32(&c);
	flow->input =
	    expanded ? read_interface_expanded(&c) : read_interface(&c);
	flow->output =
	    expanded ? read_interface_expanded(&c) : read_interface(&c);
	flow->records = c;
	return read_flow_records(&c, flow, skipped);
}

/* struct counter_record, all of them */
static int read_counter_records(struct cursor *c,
				struct sflow_counters *counters,
				struct sflow_skipped *skipped)
{
	uint32_t count = cursor_be32(c);

	if (!cursor_ok(c) || count > cursor_left(c) / SFLOW_SMALLEST_RECORD)
		return ERR_TRUNCATED;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t format = cursor_be32(c);
		uint32_t len = cursor_be32(c);
		struct cursor record = cursor_sub(c, len);

		if (!cursor_ok(c))
			return ERR_TRUNCATED;
		if (!sflow_read_counter_record(format, record, counters,
					       skipped))
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
	counters->has_ethernet = false;
	counters->has_vlan = false;
	counters->has_lag = false;
	counters->has_processor = false;
	counters->port_name = NULL;
	counters->port_name_len = 0;
	counters->sequence = cursor_be32(&c);
	counters->source =
	    expanded ? read_source_expanded(&c) : read_source(&c);
	return read_counter_records(&c, counters, skipped);
}

/* struct discarded_packet: all its numbers, and records that are in bounds */
static int read_discard(struct cursor c, struct sflow_discard *discard)
{
	uint32_t count;

	discard->sequence = cursor_be32(&c);
	discard->source = read_source_expanded(&c);
	discard->drops = cursor_be32(&c);
	discard->input = cursor_be32(&c);
	discard->output = cursor_be32(&c);
	discard->reason = cursor_be32(&c);
	count = cursor_be32(&c);
	if (!cursor_ok(&c) || count > cursor_left(&c) / SFLOW_SMALLEST_RECORD)
		return ERR_TRUNCATED;
	for (; count > 0 && cursor_ok(&c); count--) {
		cursor_skip(&c, 4);
		cursor_skip(&c, cursor_be32(&c));
	}
	return cursor_ok(&c) ? 0 : ERR_TRUNCATED;
}

/* The body of a sample: an enum sflow_item, SFLOW_END if it is skipped. */
static int read_sample(struct sflow_reader *reader, uint32_t format,
		       struct cursor body, struct sflow_flow *flow,
		       struct sflow_counters *counters)
{
	bool expanded;
	int rc;

	switch (format) {
	case SFLOW_FLOW_SAMPLE:
	case SFLOW_FLOW_SAMPLE_EXPANDED:
		expanded = format == SFLOW_FLOW_SAMPLE_EXPANDED;
		rc = read_flow(body, expanded, flow, reader->skipped);
		return rc < 0 ? rc : SFLOW_FLOW;
	case SFLOW_COUNTERS_SAMPLE:
	case SFLOW_COUNTERS_SAMPLE_EXPANDED:
		expanded = format == SFLOW_COUNTERS_SAMPLE_EXPANDED;
		rc = read_counters(body, expanded, counters, reader->skipped);
		return rc < 0 ? rc : SFLOW_COUNTERS;
	case SFLOW_DISCARDED_PACKET:
		rc = read_discard(body, &reader->discard);
		return rc < 0 ? rc : SFLOW_DISCARD;
	default:
		reader->skipped->samples++;
		return SFLOW_END;
	}
}

/* struct sample_record */
int sflow_next(struct sflow_reader *reader, struct sflow_flow *flow,
	       struct sflow_counters *counters)
{
	while (reader->samples_left > 0) {
		struct cursor c = reader->rest;
		uint32_t format = cursor_be32(&c);
		uint32_t len = cursor_be32(&c);
		struct cursor body = cursor_sub(&c, len);
		int item = ERR_TRUNCATED;

		reader->rest = c;
		reader->samples_left--;
		if (cursor_ok(&c))
			item =
			    read_sample(reader, format, body, flow, counters);
		if (item < 0)
			reader->samples_left = 0;
		if (item != SFLOW_END)
			return item;
	}
	return SFLOW_END;
}
