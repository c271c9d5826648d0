/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sflow_write.h"

#include <string.h>

#include "put.h"

enum {
	VERSION = 5,
	ADDRESS_IPV4 = 1,
	ADDRESS_IPV6 = 2,
	FLOW_SAMPLE_EXPANDED = 3,
	COUNTERS_SAMPLE_EXPANDED = 4,
	RECORD_RAW_HEADER = 1,
	RECORD_IF_COUNTERS = 1,
	RECORD_PORT_NAME = 1005,
	HEADER_ETHERNET = 1,
	IF_TYPE_ETHERNET = 6,
	IF_FULL_DUPLEX = 1,
	IF_ADMIN_AND_OPER_UP = 3,
};

size_t sflow_head_bytes(const struct ipaddr *agent)
{
	return agent->version == 4 ? 28 : 40;
}

uint8_t *sflow_write_head(uint8_t *at, const struct sflow_write_head *head)
{
	bool ipv4 = head->agent.version == 4;

	at = put_be32(at, VERSION);
	at = put_be32(at, ipv4 ? ADDRESS_IPV4 : ADDRESS_IPV6);
	at = put_bytes(at, head->agent.bytes, ipv4 ? 4 : 16);
	at = put_be32(at, head->sub_agent);
	at = put_be32(at, head->sequence);
	at = put_be32(at, head->uptime_ms);
	return put_be32(at, head->samples);
}

/* "interface_expanded": a format and a value. */
static uint8_t *put_interface(uint8_t *at, struct interface_field field)
{
	at = put_be32(at, field.format);
	return put_be32(at, field.value);
}

/* The length field counts what follows it. */
static void put_length(uint8_t *field, const uint8_t *end)
{
	(void)put_be32(field, (uint32_t)(end - field - 4));
}

uint8_t *sflow_write_flow(uint8_t *at, const struct sflow_write_flow *flow,
			  const struct frame_spec *frame)
{
	uint8_t *sample_length;
	uint8_t *record;
	size_t header;

	at = put_be32(at, FLOW_SAMPLE_EXPANDED);
	sample_length = at;
	at = put_be32(at + 4, flow->sequence);
	at = put_be32(at, 0); /* the source's class: ifIndex */
	at = put_be32(at, flow->source);
	at = put_be32(at, flow->rate);
	at = put_be32(at, flow->pool);
	at = put_be32(at, flow->drops);
	at = put_interface(at, flow->input);
	at = put_interface(at, flow->output);
	at = put_be32(at, 1);
	at = put_be32(at, RECORD_RAW_HEADER);
	record = at;
	at = put_be32(at + 4, HEADER_ETHERNET);
	at = put_be32(at, frame->wire_bytes);
	at = put_be32(at, FRAME_FCS);
	header = frame_write(at + 4, frame);
	at = put_be32(at, (uint32_t)header);
	at += header;
	at = put_zero(at, -header & 3);
	put_length(record, at);
	put_length(sample_length, at);
	return at;
}

static uint8_t *put_direction(uint8_t *at, const struct port_direction *d)
{
	at = put_be64(at, d->octets);
	at = put_be32(at, (uint32_t)d->ucast);
	at = put_be32(at, (uint32_t)d->mcast);
	at = put_be32(at, (uint32_t)d->bcast);
	at = put_be32(at, 0);	/* discards */
	return put_be32(at, 0); /* errors */
}

uint8_t *sflow_write_counters(uint8_t *at, const struct sflow_write_counters *c)
{
	size_t name = strlen(c->name);
	uint8_t *sample_length;
	uint8_t *record;

	at = put_be32(at, COUNTERS_SAMPLE_EXPANDED);
	sample_length = at;
	at = put_be32(at + 4, c->sequence);
	at = put_be32(at, 0);
	at = put_be32(at, c->source);
	at = put_be32(at, 2);
	at = put_be32(at, RECORD_IF_COUNTERS);
	record = at;
	at = put_be32(at + 4, c->source);
	at = put_be32(at, IF_TYPE_ETHERNET);
	at = put_be64(at, c->speed_bps);
	at = put_be32(at, IF_FULL_DUPLEX);
	at = put_be32(at, IF_ADMIN_AND_OPER_UP);
	at = put_direction(at, &c->counters.in);
	at = put_be32(at, 0); /* of unknown protocols */
	at = put_direction(at, &c->counters.out);
	at = put_be32(at, 0); /* not promiscuous */
	put_length(record, at);
	at = put_be32(at, RECORD_PORT_NAME);
	record = at;
	at = put_be32(at + 4, (uint32_t)name);
	at = put_bytes(at, c->name, name);
	at = put_zero(at, -name & 3);
	put_length(record, at);
	put_length(sample_length, at);
	return at;
}
