/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "collector/observe.h"
#include "support/registry_builder.h"

/* The exchange has the VLANs 100 and 200. */
static struct exchange e;

#define ADDRESSES 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1

static const uint8_t plain[] = { ADDRESSES, 0x08, 0x00 };
static const uint8_t tagged[] = { ADDRESSES, 0x81, 0, 0, 100, 0x86, 0xdd };
static const uint8_t foreign[] = { ADDRESSES, 0x81, 0, 0, 7, 0x86, 0xdd };
static const uint8_t priority[] = { ADDRESSES, 0x81, 0, 0xe0, 0, 0x08, 0x00 };
static const uint8_t arp[] = { ADDRESSES, 0x08, 0x06 };
static const uint8_t addresses_only[] = { ADDRESSES };
static const uint8_t one_address[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0 };

/* A sampled header and its protocol; 0: there is none. */
struct sampled {
	uint32_t protocol;
	const uint8_t *bytes;
	size_t len;
};

#define ETHERNET(array)                                                        \
	{                                                                      \
		SFLOW_HEADER_ETHERNET, array, sizeof(array)                    \
	}

enum {
	HEADER_BYTES = 1000,
	ETHERNET_BYTES = 900,
	IP_BYTES = 800,
};

static void setup(void)
{
	exchange_build(&e, NULL, NULL);
}

static void teardown(void)
{
	exchange_free(&e);
}

/* Other records have stations 9 and 8 and say IPv6. */
static struct observation observed(const struct sampled *header, uint32_t says,
				   struct sflow_flow f, enum direction d)
{
	struct observation o = { .direction = d };

	f.has_header = header->protocol != 0;
	f.header_protocol = header->protocol;
	f.header = cursor_of(header->bytes, header->len);
	f.frame_bytes = HEADER_BYTES;
	f.says = says;
	f.ethernet.src.bits = 0x020000000009;
	f.ethernet.dst.bits = 0x020000000008;
	f.ethernet.frame_bytes = ETHERNET_BYTES;
	f.ip_bytes = IP_BYTES;
	observe(&o, &f, e.registry);
	return o;
}

static const struct {
	const char *name;
	struct sampled header;
	uint32_t says;
	uint32_t ethernet_type;
	/* expected */
	bool has_macs;
	uint8_t src;
	uint32_t bytes;
	enum family family;
} sources[] = {
	{ "nothing", { 0 }, 0, 0, false, 0, 0, FAMILY_OTHER },
	{ "header", ETHERNET(plain), 0, 0, true, 1, 1000, FAMILY_IPV4 },
	{ "header before all others", ETHERNET(plain),
	  SFLOW_SAYS_ETHERNET | SFLOW_SAYS_IPV6, 0x86dd, true, 1, 1000,
	  FAMILY_IPV4 },
	{ "a type that is seen is believed", ETHERNET(arp), SFLOW_SAYS_IPV6, 0,
	  true, 1, 1000, FAMILY_OTHER },
	{ "Ethernet",
	  { 0 },
	  SFLOW_SAYS_ETHERNET,
	  0x86dd,
	  true,
	  9,
	  900,
	  FAMILY_IPV6 },
	{ "Ethernet before IP",
	  { 0 },
	  SFLOW_SAYS_ETHERNET | SFLOW_SAYS_IPV4,
	  0x86dd,
	  true,
	  9,
	  900,
	  FAMILY_IPV6 },
	{ "Ethernet with a type that tells nothing",
	  { 0 },
	  SFLOW_SAYS_ETHERNET | SFLOW_SAYS_IPV4,
	  0x8100,
	  true,
	  9,
	  900,
	  FAMILY_IPV4 },
	{ "IPv4", { 0 }, SFLOW_SAYS_IPV4, 0, false, 0, 818, FAMILY_IPV4 },
	{ "IPv6", { 0 }, SFLOW_SAYS_IPV6, 0, false, 0, 818, FAMILY_IPV6 },
	{ "header without Ethernet, IPv4",
	  { SFLOW_HEADER_IPV4, plain, 14 },
	  0,
	  0,
	  false,
	  0,
	  1000,
	  FAMILY_IPV4 },
	{ "header without Ethernet, IPv6",
	  { SFLOW_HEADER_IPV6, plain, 14 },
	  0,
	  0,
	  false,
	  0,
	  1000,
	  FAMILY_IPV6 },
	{ "header of MPLS",
	  { SFLOW_HEADER_MPLS, plain, 14 },
	  0,
	  0,
	  false,
	  0,
	  1000,
	  FAMILY_OTHER },
	{ "header of another protocol",
	  { 7, plain, 14 },
	  SFLOW_SAYS_IPV6,
	  0,
	  false,
	  0,
	  1000,
	  FAMILY_IPV6 },
	{ "header without Ethernet, and Ethernet",
	  { SFLOW_HEADER_IPV4, plain, 14 },
	  SFLOW_SAYS_ETHERNET,
	  0x0800,
	  true,
	  9,
	  1000,
	  FAMILY_IPV4 },
	{ "header cut within the addresses", ETHERNET(one_address),
	  SFLOW_SAYS_ETHERNET, 0x86dd, true, 9, 1000, FAMILY_IPV6 },
	{ "header cut before the type", ETHERNET(addresses_only),
	  SFLOW_SAYS_IPV4, 0, true, 1, 1000, FAMILY_IPV4 },
};

START_TEST(each_value_comes_from_what_knows_it_best)
{
	struct sflow_flow f = { .ethernet.type = sources[_i].ethernet_type };
	struct observation o = observed(&sources[_i].header, sources[_i].says,
					f, DIRECTION_INGRESS);

	ck_assert_msg(o.has_macs == sources[_i].has_macs, "%s",
		      sources[_i].name);
	if (o.has_macs)
		ck_assert_uint_eq(o.src.bits & 0xff, sources[_i].src);
	ck_assert_msg(o.wire_bytes == sources[_i].bytes, "%s: %u bytes",
		      sources[_i].name, o.wire_bytes);
	ck_assert_msg(o.family == sources[_i].family, "%s", sources[_i].name);
}
END_TEST

static const struct {
	uint32_t ip;
	uint32_t frame;
} lengths[] = {
	{ 0, 64 },
	{ 40, 64 },
	{ 46, 64 },
	{ 47, 65 },
	{ 1500, 1518 },
	{ UINT32_MAX - 18, UINT32_MAX },
	{ UINT32_MAX, UINT32_MAX },
};

START_TEST(an_ip_packet_travelled_in_a_frame)
{
	struct sflow_flow f = { .says = SFLOW_SAYS_IPV4,
				.ip_bytes = lengths[_i].ip };
	struct observation o = { 0 };

	observe(&o, &f, e.registry);
	ck_assert_uint_eq(o.wire_bytes, lengths[_i].frame);
}
END_TEST

#define IN     DIRECTION_INGRESS
#define OUT    DIRECTION_EGRESS
#define EITHER DIRECTION_UNKNOWN

enum {
	STACK = SFLOW_SAYS_VLAN_STACK,
	SWITCH = SFLOW_SAYS_SWITCH,
};

static const struct {
	const char *name;
	struct sampled header;
	uint32_t says;
	uint16_t stripped;
	struct sflow_switch bridge;
	enum direction direction;
	uint16_t vlan;
} vlans[] = {
	{ "tag", ETHERNET(tagged), 0, 0, { 0, 0 }, IN, 100 },
	{ "none", ETHERNET(plain), 0, 0, { 0, 0 }, IN, 0 },
	{ "priority tag", ETHERNET(priority), 0, 0, { 0, 0 }, IN, 0 },
	{ "tag before switch",
	  ETHERNET(foreign),
	  SWITCH,
	  0,
	  { 100, 100 },
	  IN,
	  7 },
	{ "stripped tag", ETHERNET(plain), STACK, 200, { 0, 0 }, IN, 200 },
	{ "stripped tag around a tag",
	  ETHERNET(tagged),
	  STACK,
	  200,
	  { 0, 0 },
	  IN,
	  200 },
	{ "stripped priority tag",
	  ETHERNET(tagged),
	  STACK,
	  0,
	  { 0, 0 },
	  IN,
	  100 },
	{ "stripped tag before switch",
	  ETHERNET(plain),
	  STACK | SWITCH,
	  200,
	  { 100, 100 },
	  IN,
	  200 },
	{ "switch", ETHERNET(plain), SWITCH, 0, { 100, 100 }, IN, 100 },
	{ "switch behind a priority tag",
	  ETHERNET(priority),
	  SWITCH,
	  0,
	  { 100, 100 },
	  IN,
	  100 },
	{ "switch, coming in",
	  ETHERNET(plain),
	  SWITCH,
	  0,
	  { 100, 200 },
	  IN,
	  100 },
	{ "switch, going out",
	  ETHERNET(plain),
	  SWITCH,
	  0,
	  { 100, 200 },
	  OUT,
	  200 },
	{ "switch, either",
	  ETHERNET(plain),
	  SWITCH,
	  0,
	  { 100, 200 },
	  EITHER,
	  100 },
	{ "switch without destination",
	  ETHERNET(plain),
	  SWITCH,
	  0,
	  { 100, 0 },
	  OUT,
	  100 },
	{ "switch without source",
	  ETHERNET(plain),
	  SWITCH,
	  0,
	  { 0, 200 },
	  IN,
	  200 },
	{ "a router's VLAN", ETHERNET(plain), SWITCH, 0, { 1, 1 }, IN, 0 },
	{ "a router's VLAN, then ours",
	  ETHERNET(plain),
	  SWITCH,
	  0,
	  { 4094, 200 },
	  IN,
	  200 },
	{ "no VLAN at all", ETHERNET(plain), SWITCH, 0, { 0, 0 }, IN, 0 },
	{ "beyond the last",
	  ETHERNET(plain),
	  SWITCH,
	  0,
	  { 4095, 4096 },
	  IN,
	  0 },
	{ "ours and 65536",
	  ETHERNET(plain),
	  SWITCH,
	  0,
	  { 65636, UINT32_MAX },
	  IN,
	  0 },
	{ "switch without header",
	  { 0 },
	  SWITCH | SFLOW_SAYS_ETHERNET,
	  0,
	  { 100, 100 },
	  IN,
	  100 },
};

START_TEST(the_vlan_is_that_of_the_outermost_tag_else_the_switch_s)
{
	struct sflow_flow f = { .stripped_vlan = vlans[_i].stripped,
				.bridge = vlans[_i].bridge };
	struct observation o =
	    observed(&vlans[_i].header, vlans[_i].says, f, vlans[_i].direction);

	ck_assert_msg(o.vlan == vlans[_i].vlan, "%s: %u", vlans[_i].name,
		      o.vlan);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ each_value_comes_from_what_knows_it_best, COUNT_OF(sources) },
		{ an_ip_packet_travelled_in_a_frame, COUNT_OF(lengths) },
		{ the_vlan_is_that_of_the_outermost_tag_else_the_switch_s,
		  COUNT_OF(vlans) },
	};

	return unit_run_with("observe", setup, teardown, tests,
			     COUNT_OF(tests));
}
