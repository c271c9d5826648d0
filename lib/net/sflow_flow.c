/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The flow records beside the sampled header. Each function reads one
 * production of the specification and is named after it. What stands behind
 * a production within its record is passed over.
 */

#include "net/sflow_format.h"

enum { STACK_VLAN_MASK = 0x0fff };

/* opaque mac[6], in XDR padded to eight, with whatever the agent had there */
static struct mac read_mac(struct cursor *c)
{
	struct mac mac = mac_read(c);

	cursor_skip(c, 2);
	return mac;
}

/* struct sampled_ethernet */
static void read_ethernet(struct cursor *c, struct sflow_ethernet *e)
{
	e->frame_bytes = cursor_be32(c);
	e->src = read_mac(c);
	e->dst = read_mac(c);
	e->type = cursor_be32(c);
}

/* struct sampled_ipv4, struct sampled_ipv6: two addresses, six numbers */
static void read_ip(struct cursor *c, size_t address_len, uint32_t *bytes)
{
	*bytes = cursor_be32(c);
	cursor_skip(c, 4 + 2 * address_len + 4 * 4);
}

/* struct extended_switch */
static void read_switch(struct cursor *c, struct sflow_switch *s)
{
	s->src_vlan = cursor_be32(c);
	cursor_skip(c, 4);
	s->dst_vlan = cursor_be32(c);
	cursor_skip(c, 4);
}

/* The bytes of so many words; SIZE_MAX, more than there can be, for too many.
 */
static size_t words(const struct cursor *c, uint32_t count)
{
	return count <= cursor_left(c) / 4 ? (size_t)count * 4 : SIZE_MAX;
}

/* struct extended_vlan_stack: TPID and TCI of each tag, outermost first */
static void read_vlan_stack(struct cursor *c, uint16_t *vlan)
{
	uint32_t count = cursor_be32(c);
	struct cursor tags = cursor_sub(c, words(c, count));

	*vlan = 0;
	while (*vlan == 0 && cursor_left(&tags))
		*vlan = cursor_be32(&tags) & STACK_VLAN_MASK;
}

/* struct address */
static void skip_address(struct cursor *c)
{
	cursor_skip(c, sflow_address_len(cursor_be32(c)));
}

/* unsigned int x<> */
static void skip_words(struct cursor *c)
{
	uint32_t count = cursor_be32(c);

	cursor_skip(c, words(c, count));
}

/* struct extended_router */
static void skip_router(struct cursor *c)
{
	skip_address(c);
	cursor_skip(c, 2 * 4);
}

/* struct extended_gateway; each segment of a path takes at least 8 bytes */
static void skip_gateway(struct cursor *c)
{
	uint32_t segments;

	skip_address(c);
	cursor_skip(c, 3 * 4);
	segments = cursor_be32(c);
	for (; segments > 0 && cursor_ok(c); segments--) {
		cursor_skip(c, 4);
		skip_words(c);
	}
	skip_words(c);
	cursor_skip(c, 4);
}

uint32_t sflow_said_by(uint32_t format)
{
	switch (format) {
	case SFLOW_SAMPLED_ETHERNET:
		return SFLOW_SAYS_ETHERNET;
	case SFLOW_SAMPLED_IPV4:
		return SFLOW_SAYS_IPV4;
	case SFLOW_SAMPLED_IPV6:
		return SFLOW_SAYS_IPV6;
	case SFLOW_EXTENDED_SWITCH:
		return SFLOW_SAYS_SWITCH;
	case SFLOW_EXTENDED_VLAN_STACK:
		return SFLOW_SAYS_VLAN_STACK;
	default:
		return 0;
	}
}

/* True if an equal record, or the other IP record, came before. */
static bool is_second(const struct sflow_flow *flow, uint32_t says)
{
	enum { ANY_IP = SFLOW_SAYS_IPV4 | SFLOW_SAYS_IPV6 };

	return flow->says & (says & ANY_IP ? ANY_IP : says);
}

/* Read a record of a known type; false if it is none. */
static bool read_record(uint32_t format, struct cursor *c,
			struct sflow_flow *flow)
{
	switch (format) {
	case SFLOW_SAMPLED_ETHERNET:
		read_ethernet(c, &flow->ethernet);
		return true;
	case SFLOW_SAMPLED_IPV4:
	case SFLOW_SAMPLED_IPV6:
		read_ip(c, format == SFLOW_SAMPLED_IPV4 ? 4 : 16,
			&flow->ip_bytes);
		return true;
	case SFLOW_EXTENDED_SWITCH:
		read_switch(c, &flow->bridge);
		return true;
	case SFLOW_EXTENDED_VLAN_STACK:
		read_vlan_stack(c, &flow->stripped_vlan);
		return true;
	case SFLOW_EXTENDED_ROUTER:
		skip_router(c);
		return true;
	case SFLOW_EXTENDED_GATEWAY:
		skip_gateway(c);
		return true;
	default:
		return false;
	}
}

void sflow_read_flow_record(uint32_t format, struct cursor record,
			    struct sflow_flow *flow,
			    struct sflow_skipped *skipped)
{
	uint32_t says = sflow_said_by(format);

	if (is_second(flow, says) || !read_record(format, &record, flow))
		skipped->flow_records++;
	else if (!cursor_ok(&record))
		skipped->broken_records++;
	else
		flow->says |= says;
}
