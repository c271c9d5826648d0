/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "net/packet.h"
#include "util/err.h"

/* A packet in the making. */
struct bytes {
	uint8_t data[512];
	size_t len;
};

static struct bytes b;
static struct packet_udp udp;

static const uint8_t payload[] = { 0xde, 0xad, 0xbe, 0xef, 5, 6, 7, 8 };

static void add(const void *from, size_t len)
{
	memcpy(b.data + b.len, from, len);
	b.len += len;
}

static void add_u8(uint8_t value)
{
	add(&value, 1);
}

static void add_be16(uint16_t value)
{
	add_u8((uint8_t)(value >> 8));
	add_u8((uint8_t)value);
}

static void add_zeros(size_t len)
{
	memset(b.data + b.len, 0, len);
	b.len += len;
}

static void add_udp(uint16_t len)
{
	add_be16(40000);
	add_be16(6343);
	add_be16(len);
	add_be16(0);
	add(payload, sizeof(payload));
}

/* IPv4 from 192.0.2.1; options counts four bytes each. */
static void add_ipv4(size_t options, uint16_t fragment, uint8_t protocol)
{
	add_u8((uint8_t)(0x45 + options));
	add_u8(0);
	add_be16((uint16_t)(20 + 4 * options + 8 + sizeof(payload)));
	add_be16(1);
	add_be16(fragment);
	add_u8(64);
	add_u8(protocol);
	add_be16(0);
	add("\xc0\0\2\1\xc0\0\2\x63", 8);
	for (size_t i = 0; i < options; i++)
		add("\1\1\1\1", 4);
}

/* IPv6 from 2001:db8::1 */
static void add_ipv6(uint8_t next, uint16_t len)
{
	static const uint8_t source[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };

	add("\x60\0\0\0", 4);
	add_be16(len);
	add_u8(next);
	add_u8(64);
	add(source, 16);
	add(source, 16);
}

static void whole_ipv4(void)
{
	add_ipv4(0, 0, 17);
	add_udp(8 + sizeof(payload));
}

static void whole_ipv6(void)
{
	add_ipv6(17, 8 + sizeof(payload));
	add_udp(8 + sizeof(payload));
}

static int read(int link)
{
	return packet_read_udp(link, cursor_of(b.data, b.len), &udp);
}

static void setup(void)
{
	b.len = 0;
}

static void ethernet(uint16_t type)
{
	add("\2\0\0\0\0\2\2\0\0\0\0\1", 12);
	add_be16(type);
}

static void ethernet_ipv4(void)
{
	ethernet(0x0800);
	whole_ipv4();
}

static void ethernet_ipv6(void)
{
	ethernet(0x86dd);
	whole_ipv6();
}

static void ethernet_tagged(void)
{
	ethernet(0x8100);
	add_be16(100);
	add_be16(0x0800);
	whole_ipv4();
}

static void ethernet_double_tagged(void)
{
	ethernet(0x88a8);
	add_be16(200);
	add_be16(0x8100);
	add_be16(100);
	add_be16(0x86dd);
	whole_ipv6();
}

static void cooked(void)
{
	add_zeros(14);
	add_be16(0x0800);
	whole_ipv4();
}

static void cooked_tagged(void)
{
	add_zeros(14);
	add_be16(0x8100);
	add_be16(100);
	add_be16(0x86dd);
	whole_ipv6();
}

static void cooked_v2(void)
{
	add_be16(0x86dd);
	add_zeros(18);
	whole_ipv6();
}

static void null_little(void)
{
	add("\2\0\0\0", 4);
	whole_ipv4();
}

static void null_big(void)
{
	add("\0\0\0\x1c", 4);
	whole_ipv6();
}

static void ipv4_options(void)
{
	add_ipv4(10, 0, 17);
	add_udp(8 + sizeof(payload));
}

static void ipv6_extensions(void)
{
	add_ipv6(0, 8 + 16 + 8 + 8 + sizeof(payload));
	add("\x2b\0\1\4\0\0\0\0", 8); /* hop by hop, then routing */
	add("\x3c\1\0\0\0\0\0\0", 8); /* 16 bytes, then destination */
	add("\0\0\0\0\0\0\0\0", 8);
	add("\x11\0\1\4\0\0\0\0", 8); /* then UDP */
	add_udp(8 + sizeof(payload));
}

static void jumbo_length_of_zero(void)
{
	add_ipv6(17, 0);
	add_udp(0);
}

static void segmentation_left_to_hardware(void)
{
	whole_ipv4();
	b.data[2] = 0; /* a total length of 0 */
	b.data[3] = 0;
}

/* Good packets: how they are made, and from whom they are. */
static const struct {
	const char *name;
	int link;
	void (*build)(void);
	uint8_t version;
} packets[] = {
	{ "Ethernet, IPv4", PACKET_LINK_ETHERNET, ethernet_ipv4, 4 },
	{ "Ethernet, IPv6", PACKET_LINK_ETHERNET, ethernet_ipv6, 6 },
	{ "Ethernet, a tag", PACKET_LINK_ETHERNET, ethernet_tagged, 4 },
	{ "Ethernet, two tags", PACKET_LINK_ETHERNET, ethernet_double_tagged,
	  6 },
	{ "cooked", PACKET_LINK_LINUX_SLL, cooked, 4 },
	{ "cooked, a tag", PACKET_LINK_LINUX_SLL, cooked_tagged, 6 },
	{ "cooked, version 2", PACKET_LINK_LINUX_SLL2, cooked_v2, 6 },
	{ "raw IP, IPv4", PACKET_LINK_RAW, whole_ipv4, 4 },
	{ "raw IP, IPv6", PACKET_LINK_RAW, whole_ipv6, 6 },
	{ "raw IPv4", PACKET_LINK_IPV4, whole_ipv4, 4 },
	{ "raw IPv6", PACKET_LINK_IPV6, whole_ipv6, 6 },
	{ "null, little endian", PACKET_LINK_NULL, null_little, 4 },
	{ "loop, big endian", PACKET_LINK_LOOP, null_big, 6 },
	{ "IPv4 options", PACKET_LINK_RAW, ipv4_options, 4 },
	{ "IPv6 extension headers", PACKET_LINK_RAW, ipv6_extensions, 6 },
	{ "an IPv6 length of 0", PACKET_LINK_RAW, jumbo_length_of_zero, 6 },
	{ "an IPv4 length of 0", PACKET_LINK_RAW, segmentation_left_to_hardware,
	  4 },
};

START_TEST(the_datagram_is_found)
{
	packets[_i].build();
	ck_assert_msg(read(packets[_i].link) == 0, "%s", packets[_i].name);
	ck_assert_uint_eq(udp.ip.source.version, packets[_i].version);
	ck_assert_uint_eq(udp.ip.source.bytes[0],
			  packets[_i].version == 4 ? 0xc0 : 0x20);
	ck_assert_uint_eq(udp.source_port, 40000);
	ck_assert_uint_eq(udp.destination_port, 6343);
	ck_assert_uint_eq(udp.payload_len, sizeof(payload));
	ck_assert_mem_eq(udp.payload, payload, sizeof(payload));
}
END_TEST

START_TEST(its_link_type_is_known)
{
	ck_assert(packet_link_known(packets[_i].link));
}
END_TEST

START_TEST(a_cut_gives_less_and_never_something_else)
{
	size_t whole;

	packets[_i].build();
	whole = b.len;
	for (b.len = 0; b.len < whole; b.len++) {
		size_t missing = whole - b.len;
		int rc = read(packets[_i].link);

		if (missing > sizeof(payload)) {
			ck_assert_int_eq(rc, ERR_TRUNCATED);
			continue;
		}
		ck_assert_int_eq(rc, 0);
		ck_assert_uint_eq(udp.payload_len, sizeof(payload) - missing);
		ck_assert_mem_eq(udp.payload, payload, udp.payload_len);
		ck_assert_uint_eq(udp.destination_port, 6343);
	}
}
END_TEST

START_TEST(padding_behind_the_ip_packet_is_not_payload)
{
	packets[_i].build();
	add("\xaa\xaa\xaa\xaa\xaa\xaa", 6);
	ck_assert_int_eq(read(packets[_i].link), 0);
	/* where no length says better, the padding cannot be told */
	if (strstr(packets[_i].name, "length of 0"))
		return;
	ck_assert_uint_eq(udp.payload_len, sizeof(payload));
}
END_TEST

static const struct {
	const char *name;
	uint16_t len; /* what the UDP header says */
	size_t payload;
} udp_lengths[] = {
	{ "shorter than what is there", 8 + 3, 3 },
	{ "no payload", 8, 0 },
	{ "longer than what is there", 8 + 100, sizeof(payload) },
	{ "0: not said", 0, sizeof(payload) },
};

START_TEST(the_udp_length_may_only_shorten)
{
	add_ipv4(0, 0, 17);
	add_udp(udp_lengths[_i].len);
	ck_assert_int_eq(read(PACKET_LINK_RAW), 0);
	ck_assert_msg(udp.payload_len == udp_lengths[_i].payload, "%s: %zu",
		      udp_lengths[_i].name, udp.payload_len);
}
END_TEST

static void not_ip(void)
{
	ethernet(0x0806);
	add_zeros(28);
}

static void tcp(void)
{
	ethernet(0x0800);
	add_ipv4(0, 0, 6);
	add_zeros(20);
}

static void icmp6(void)
{
	ethernet(0x86dd);
	add_ipv6(58, 8);
	add_zeros(8);
}

static void version_5(void)
{
	ethernet(0x0800);
	add("\x55", 1);
	add_zeros(40);
}

static void header_of_16(void)
{
	ethernet(0x0800);
	add_ipv4(0, 0, 17);
	b.data[14] = 0x44;
	add_udp(16);
}

static void first_fragment(void)
{
	ethernet(0x0800);
	add_ipv4(0, 0x2000, 17);
	add_udp(16);
}

static void later_fragment(void)
{
	ethernet(0x0800);
	add_ipv4(0, 0x00b9, 17);
	add_zeros(16);
}

static void whole_but_may_not_be_split(void)
{
	ethernet(0x0800);
	add_ipv4(0, 0x4000, 17);
	add_udp(16);
}

static void fragment_of_ipv6(void)
{
	ethernet(0x86dd);
	add_ipv6(44, 24);
	add("\x11\0\0\1\0\0\0\7", 8);
	add_udp(16);
}

static void nine_extensions(void)
{
	ethernet(0x86dd);
	add_ipv6(60, 9 * 8 + 16);
	for (int i = 0; i < 9; i++)
		add("\x3c\0\1\4\0\0\0\0", 8);
	add_udp(16);
}

static void five_tags(void)
{
	ethernet(0x8100);
	for (int i = 0; i < 5; i++) {
		add_be16(100);
		add_be16(i < 4 ? 0x8100 : 0x0800);
	}
	whole_ipv4();
}

static const struct {
	const char *name;
	void (*build)(void);
	int rc;
} refused[] = {
	{ "not IP", not_ip, ERR_NOT_FOUND },
	{ "TCP", tcp, ERR_NOT_FOUND },
	{ "ICMPv6", icmp6, ERR_NOT_FOUND },
	{ "IP version 5", version_5, ERR_NOT_FOUND },
	{ "an IPv4 header of 16 bytes", header_of_16, ERR_NOT_FOUND },
	{ "a first fragment", first_fragment, ERR_UNSUPPORTED },
	{ "a later fragment", later_fragment, ERR_UNSUPPORTED },
	{ "do not fragment", whole_but_may_not_be_split, 0 },
	{ "a fragment of IPv6", fragment_of_ipv6, ERR_UNSUPPORTED },
	{ "nine extension headers", nine_extensions, ERR_NOT_FOUND },
	{ "five tags", five_tags, ERR_NOT_FOUND },
};

START_TEST(what_is_no_whole_datagram_is_refused)
{
	int rc;

	refused[_i].build();
	rc = read(PACKET_LINK_ETHERNET);
	ck_assert_msg(rc == refused[_i].rc, "%s: %s", refused[_i].name,
		      err_str(rc));
}
END_TEST

START_TEST(other_link_types_are_refused)
{
	ck_assert(!packet_link_known(105));
	ck_assert(!packet_link_known(-1));
	whole_ipv4();
	ck_assert_int_eq(read(105), ERR_NOT_FOUND);
}
END_TEST

enum { BEFORE_TYPE = 12, BEFORE_SLL_TYPE = 14, UNTIL_UDP = 14 + 20 };

/* The same packet behind Ethernet, where a plain one is read in one go, and
 * behind Linux cooked, where none is: both say the same. */
static void compare_readings(const uint8_t *packet, size_t len)
{
	uint8_t cooked[sizeof(b.data) + 2] = { 0 };
	struct packet_udp other;
	int rc =
	    packet_read_udp(PACKET_LINK_ETHERNET, cursor_of(packet, len), &udp);

	if (len < BEFORE_TYPE)
		return;
	memcpy(cooked + BEFORE_SLL_TYPE, packet + BEFORE_TYPE,
	       len - BEFORE_TYPE);
	ck_assert_int_eq(packet_read_udp(PACKET_LINK_LINUX_SLL,
					 cursor_of(cooked, len + 2), &other),
			 rc);
	if (rc != 0)
		return;
	ck_assert(ipaddr_equal(&udp.ip.source, &other.ip.source));
	ck_assert(ipaddr_equal(&udp.ip.destination, &other.ip.destination));
	ck_assert_int_eq(udp.ip.protocol, other.ip.protocol);
	ck_assert_int_eq(udp.ip.is_fragment, other.ip.is_fragment);
	ck_assert_int_eq(udp.ip.is_first, other.ip.is_first);
	ck_assert_uint_eq(udp.ip.payload_bytes, other.ip.payload_bytes);
	ck_assert_uint_eq(udp.ip.payload.left, other.ip.payload.left);
	ck_assert_uint_eq(udp.source_port, other.source_port);
	ck_assert_uint_eq(udp.destination_port, other.destination_port);
	ck_assert_uint_eq(udp.payload_len, other.payload_len);
	ck_assert_int_eq(udp.payload - packet + 2, other.payload - cooked);
}

/* Each value of each byte that decides, and each length. */
START_TEST(a_plain_datagram_reads_like_any_other)
{
	b.len = 0;
	add_zeros(BEFORE_TYPE);
	add_be16(0x0800);
	add_ipv4(0, 0, 17);
	add_udp(8 + sizeof(payload));
	add_zeros(6); /* padding */
	compare_readings(b.data, b.len);
	for (size_t at = BEFORE_TYPE; at < UNTIL_UDP + 8; at++) {
		uint8_t right = b.data[at];

		for (unsigned value = 0; value < 256; value++) {
			b.data[at] = (uint8_t)value;
			compare_readings(b.data, b.len);
			compare_readings(b.data, b.len - 7);
		}
		b.data[at] = right;
	}
	for (size_t len = 0; len <= b.len; len++)
		compare_readings(b.data, len);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_datagram_is_found, COUNT_OF(packets) },
		{ its_link_type_is_known, COUNT_OF(packets) },
		{ a_cut_gives_less_and_never_something_else,
		  COUNT_OF(packets) },
		{ padding_behind_the_ip_packet_is_not_payload,
		  COUNT_OF(packets) },
		{ the_udp_length_may_only_shorten, COUNT_OF(udp_lengths) },
		{ what_is_no_whole_datagram_is_refused, COUNT_OF(refused) },
		{ other_link_types_are_refused, 0 },
		{ a_plain_datagram_reads_like_any_other, 0 },
	};

	return unit_run_with("packet", setup, NULL, tests, COUNT_OF(tests));
}
