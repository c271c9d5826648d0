/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "net/packet.h"
#include "support/mirror_builder.h"
#include "util/err.h"

#define MACS "0200000000f2 0200000000f1"
/* From 192.0.2.7, of so many bytes, fragment word, with GRE in it. */
#define IPV4(total, fragment)                                                  \
	"4500" total "0001" fragment "402f0000 c0000207 c0000263"
/* From 2001:db8::7, with so many bytes behind the header. */
#define IPV6(payload, next)                                                    \
	"60000000" payload next "40 20010db8 00000000 00000000 00000007"       \
	"20010db8 00000000 00000000 00000063"
#define GRE	"0000 88be"
#define OPTIONS "01010101"

static struct made_packet p;
static struct packet_ip ip;

static int read_at(int link)
{
	return packet_read_ip(link, cursor_of(p.bytes, p.len), &ip);
}

/* What stands before eight bytes of payload, and what is found. */
static const struct {
	const char *name;
	int link;
	const char *hex;
	uint8_t version;
	bool is_fragment;
	size_t payload_bytes; /* by its header */
} packets[] = {
	{ "IPv4", PACKET_LINK_ETHERNET, MACS "0800" IPV4("001c", "4000"), 4,
	  false, 8 },
	{ "IPv4, a tag", PACKET_LINK_ETHERNET,
	  MACS "81000064 0800" IPV4("001c", "0000"), 4, false, 8 },
	{ "IPv4, a service tag and a tag", PACKET_LINK_ETHERNET,
	  MACS "88a80064 81000064 0800" IPV4("001c", "0000"), 4, false, 8 },
	{ "IPv4, four tags", PACKET_LINK_ETHERNET,
	  MACS "81000001 81000002 88a80003 81000000 0800" IPV4("001c", "0000"),
	  4, false, 8 },
	{ "IPv4, an option", PACKET_LINK_RAW,
	  "46000020 00010000 402f0000 c0000207 c0000263" OPTIONS, 4, false, 8 },
	{ "IPv4, ten options", PACKET_LINK_IPV4,
	  "4f000044 00010000 402f0000 c0000207 c0000263" OPTIONS OPTIONS OPTIONS
	      OPTIONS OPTIONS OPTIONS OPTIONS OPTIONS OPTIONS OPTIONS,
	  4, false, 8 },
	{ "IPv4, a first fragment", PACKET_LINK_RAW, IPV4("001c", "2000"), 4,
	  true, 8 },
	{ "IPv4, a last fragment", PACKET_LINK_RAW, IPV4("001c", "1fff"), 4,
	  true, 8 },
	{ "IPv4, the reserved bit", PACKET_LINK_RAW, IPV4("001c", "8000"), 4,
	  false, 8 },
	{ "IPv4, more than was captured", PACKET_LINK_RAW, IPV4("ffff", "0000"),
	  4, false, 65515 },
	{ "IPv4, no length", PACKET_LINK_RAW, IPV4("0000", "0000"), 4, false,
	  0 },
	{ "IPv4, a length within the header", PACKET_LINK_RAW,
	  IPV4("0013", "0000"), 4, false, 0 },
	{ "IPv6", PACKET_LINK_ETHERNET, MACS "86dd" IPV6("0008", "2f"), 6,
	  false, 8 },
	{ "IPv6, a tag", PACKET_LINK_ETHERNET,
	  MACS "81000064 86dd" IPV6("0008", "2f"), 6, false, 8 },
	{ "IPv6, no length", PACKET_LINK_RAW, IPV6("0000", "2f"), 6, false, 0 },
	{ "IPv6, more than was captured", PACKET_LINK_IPV6, IPV6("ffff", "2f"),
	  6, false, 65535 },
	{ "IPv6, hop by hop", PACKET_LINK_RAW,
	  IPV6("0010", "00") "2f00 01040000 0000", 6, false, 8 },
	{ "IPv6, all that may stand there", PACKET_LINK_RAW,
	  IPV6("0030", "00") "3c00 01040000 0000"
			     "2b01 01040000 0000 0000000000000000"
			     "3c00 00000000 0000"
			     "2f00 01040000 0000",
	  6, false, 8 },
	{ "IPv6, an atomic fragment", PACKET_LINK_RAW,
	  IPV6("0010", "2c") "2f00 0000 00000001", 6, false, 8 },
	{ "IPv6, an atomic fragment and options", PACKET_LINK_RAW,
	  IPV6("0018", "2c") "3c00 0006 00000001"
			     "2f00 01040000 0000",
	  6, false, 8 },
	{ "IPv6, a first fragment", PACKET_LINK_RAW,
	  IPV6("0010", "2c") "2f00 0001 00000001", 6, true, 8 },
	{ "IPv6, a later fragment", PACKET_LINK_RAW,
	  IPV6("0010", "2c") "2f00 0009 00000001", 6, true, 8 },
	{ "IPv6, the last fragment", PACKET_LINK_RAW,
	  IPV6("0010", "2c") "2f00 fff8 00000001", 6, true, 8 },
	{ "cooked", PACKET_LINK_LINUX_SLL,
	  "0000 0001 0006 020000000001 0000 0800" IPV4("001c", "0000"), 4,
	  false, 8 },
	{ "cooked, version 2", PACKET_LINK_LINUX_SLL2,
	  "86dd 0000 00000001 0001 00 06 0200000000010000" IPV6("0008", "2f"),
	  6, false, 8 },
	{ "null", PACKET_LINK_NULL, "02000000" IPV4("001c", "0000"), 4, false,
	  8 },
	{ "loop", PACKET_LINK_LOOP, "0000001c" IPV6("0008", "2f"), 6, false,
	  8 },
};

static size_t build(int row)
{
	size_t head;

	p.len = 0;
	packet_adds_hex(&p, packets[row].hex);
	head = p.len;
	packet_adds_hex(&p, GRE);
	packet_adds(&p, 0xaa, 4);
	return head;
}

START_TEST(the_packet_is_found)
{
	size_t head = build(_i);

	ck_assert_msg(read_at(packets[_i].link) == 0, "%s", packets[_i].name);
	ck_assert_uint_eq(ip.source.version, packets[_i].version);
	ck_assert_uint_eq(ip.source.bytes[packets[_i].version == 4 ? 3 : 15],
			  7);
	ck_assert_uint_eq(
	    ip.destination.bytes[packets[_i].version == 4 ? 3 : 15], 0x63);
	ck_assert_uint_eq(ip.protocol, 47);
	ck_assert_int_eq(ip.is_fragment, packets[_i].is_fragment);
	ck_assert_uint_eq(ip.payload_bytes, packets[_i].payload_bytes);
	ck_assert_uint_eq(cursor_left(&ip.payload), 8);
	ck_assert_ptr_eq(ip.payload.at, p.bytes + head);
}
END_TEST

START_TEST(a_cut_never_gives_another)
{
	size_t head = build(_i);
	size_t whole = p.len;

	for (p.len = 0; p.len < whole; p.len++) {
		int rc = read_at(packets[_i].link);

		if (p.len < head) {
			ck_assert_msg(rc == ERR_TRUNCATED, "%s, %zu bytes: %d",
				      packets[_i].name, p.len, rc);
			continue;
		}
		ck_assert_int_eq(rc, 0);
		ck_assert_uint_eq(ip.protocol, 47);
		ck_assert_int_eq(ip.is_fragment, packets[_i].is_fragment);
		ck_assert_uint_eq(ip.payload_bytes, packets[_i].payload_bytes);
		ck_assert_uint_eq(cursor_left(&ip.payload), p.len - head);
	}
}
END_TEST

START_TEST(padding_behind_the_packet_is_none_of_it)
{
	(void)build(_i);
	packet_adds(&p, 0, 18);
	ck_assert_int_eq(read_at(packets[_i].link), 0);
	ck_assert_uint_eq(ip.payload_bytes, packets[_i].payload_bytes);
	/* where a length says so */
	if (packets[_i].payload_bytes == 8)
		ck_assert_uint_eq(cursor_left(&ip.payload), 8);
	else
		ck_assert_uint_eq(cursor_left(&ip.payload), 26);
}
END_TEST

static const struct {
	const char *name;
	int link;
	const char *hex;
	int rc;
} refused[] = {
	{ "ARP", PACKET_LINK_ETHERNET, MACS "0806 0001", ERR_NOT_FOUND },
	{ "five tags", PACKET_LINK_ETHERNET,
	  MACS "81000001 81000002 81000003 81000004 81000005 0800" IPV4("001c",
									"0000"),
	  ERR_NOT_FOUND },
	{ "an empty packet", PACKET_LINK_RAW, "", ERR_TRUNCATED },
	{ "IP version 0", PACKET_LINK_RAW, "05", ERR_NOT_FOUND },
	{ "IP version 15", PACKET_LINK_RAW, "f5", ERR_NOT_FOUND },
	{ "a header of 16 bytes", PACKET_LINK_RAW,
	  "4400001c 00010000 402f0000 c0000207 c0000263", ERR_NOT_FOUND },
	{ "IPv6 whose length ends in an extension header", PACKET_LINK_RAW,
	  IPV6("0007", "00") "2f00010400000000", ERR_TRUNCATED },
	{ "no link type", -1, IPV4("001c", "0000"), ERR_NOT_FOUND },
	{ "802.11", 105, IPV4("001c", "0000"), ERR_NOT_FOUND },
};

START_TEST(what_is_no_ip_is_refused)
{
	int rc;

	p.len = 0;
	packet_adds_hex(&p, refused[_i].hex);
	rc = read_at(refused[_i].link);
	ck_assert_msg(rc == refused[_i].rc, "%s: %s", refused[_i].name,
		      err_str(rc));
}
END_TEST

START_TEST(endless_extension_headers_end)
{
	p.len = 0;
	packet_adds_hex(&p, IPV6("0100", "3c"));
	for (int i = 0; i < 32; i++)
		packet_adds_hex(&p, "3c00 01040000 0000");
	ck_assert_int_eq(read_at(PACKET_LINK_RAW), 0);
	ck_assert_uint_eq(ip.protocol, 60); /* none that carries anything */
	ck_assert_uint_eq(cursor_left(&ip.payload), 24 * 8);
}
END_TEST

/* Two headers with the word that says where a fragment belongs. */
static const struct {
	const char *hex;
	bool is_fragment;
	bool is_first;
	uint8_t protocol;
	size_t left;
} fragments[] = {
	{ IPV4("001c", "0000") GRE "00000000", false, true, 47, 8 },
	{ IPV4("001c", "2000") GRE "00000000", true, true, 47, 8 },
	{ IPV4("001c", "2001") GRE "00000000", true, false, 47, 8 },
	{ IPV4("001c", "1000") GRE "00000000", true, false, 47, 8 },
	{ IPV6("0018", "2c") "3c00 0000 00000001"
			     "2f00 01040000 0000" GRE "00000000",
	  false, true, 47, 8 },
	/* what follows is of the whole, and is not read */
	{ IPV6("0018", "2c") "3c00 0001 00000001"
			     "2f00 01040000 0000" GRE "00000000",
	  true, true, 60, 16 },
	{ IPV6("0018", "2c") "3c00 0008 00000001"
			     "2f00 01040000 0000" GRE "00000000",
	  true, false, 60, 16 },
};

START_TEST(a_fragment_says_whether_it_is_the_first)
{
	p.len = 0;
	packet_adds_hex(&p, fragments[_i].hex);
	ck_assert_int_eq(read_at(PACKET_LINK_RAW), 0);
	ck_assert_int_eq(ip.is_fragment, fragments[_i].is_fragment);
	ck_assert_int_eq(ip.is_first, fragments[_i].is_first);
	ck_assert_uint_eq(ip.protocol, fragments[_i].protocol);
	ck_assert_uint_eq(cursor_left(&ip.payload), fragments[_i].left);
}
END_TEST

START_TEST(behind_an_empty_packet_all_is_padding)
{
	p.len = 0;
	packet_adds_hex(&p, IPV4("0014", "0000"));
	packet_adds(&p, 0, 26);
	ck_assert_int_eq(read_at(PACKET_LINK_RAW), 0);
	ck_assert_uint_eq(ip.payload_bytes, 0);
	ck_assert_uint_eq(cursor_left(&ip.payload), 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_packet_is_found, COUNT_OF(packets) },
		{ a_cut_never_gives_another, COUNT_OF(packets) },
		{ padding_behind_the_packet_is_none_of_it, COUNT_OF(packets) },
		{ what_is_no_ip_is_refused, COUNT_OF(refused) },
		{ endless_extension_headers_end, 0 },
		{ a_fragment_says_whether_it_is_the_first,
		  COUNT_OF(fragments) },
		{ behind_an_empty_packet_all_is_padding, 0 },
	};

	return unit_run("packet_ip", tests, COUNT_OF(tests));
}
