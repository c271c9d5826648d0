/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "net/headers.h"
#include "support/mirror_builder.h"

enum { PACKET_SIZE = 192, PAYLOAD = 0xee };

/* A frame put together of pieces, with payload behind them. */
struct frame_text {
	uint8_t bytes[PACKET_SIZE];
	size_t len;
};

#define MACS                                                                   \
	"020000000002"                                                         \
	"020000000001"
#define IPV4(protocol)                                                         \
	"450000400000"                                                         \
	"0000"                                                                 \
	"40" protocol "0000c0000201c0000202"
#define IPV4_NEXT_FRAGMENT                                                     \
	"4500004000000010"                                                     \
	"4011"                                                                 \
	"0000c0000201c0000202"
#define IPV6(next)                                                             \
	"600000000020" next "40"                                               \
	"20010db8000000000000000000000001"                                     \
	"20010db8000000000000000000000002"
#define UDP "c35018c7000c0000"
#define SIX_TAGS                                                               \
	"810000018100000281000003"                                             \
	"810000048100000581000006"
#define TCP                                                                    \
	"c35000500000000100000001"                                             \
	"5018ffff00000000"
#define TCP_OPTIONS                                                            \
	"c35000500000000100000001"                                             \
	"8018ffff00000000"                                                     \
	"0101080a0000000100000002"

static uint8_t digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Headers in hexadecimal, then payload up to the end. */
static struct frame_text frame_of(const char *hex)
{
	struct frame_text f = { .len = 0 };

	for (; hex[0]; hex += 2)
		f.bytes[f.len++] =
		    (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
	memset(f.bytes + f.len, PAYLOAD, sizeof(f.bytes) - f.len);
	return f;
}

static const char *const frames[] = {
	MACS "0800" IPV4("11") UDP,
	MACS "0800" IPV4("06") TCP,
	MACS "0800" IPV4("06") TCP_OPTIONS,
	MACS "0800" IPV4("01") "0800000000010001",
	MACS "0800" IPV4("84") "c35018c7"
			       "00000000"
			       "00000000",
	MACS "0800" IPV4("88") UDP,
	/* a first fragment */
	MACS "0800"
	     "450000400000"
	     "2000"
	     "4011"
	     "0000c0000201c0000202" UDP,
	/* with options */
	MACS "0800"
	     "46000040000000004011"
	     "0000c0000201c0000202"
	     "01010100" UDP,
	/* data of a fragment, a tunnel, encrypted data: payload */
	MACS "0800" IPV4_NEXT_FRAGMENT,
	MACS "0800" IPV4("2f"),
	MACS "0800" IPV4("32"),
	MACS "0800" IPV4("04"),
	/* contradictions */
	MACS "0800",
	MACS "86dd",
	MACS "0800" IPV4("06") /* an offset of 14, which 0xee says, is whole */
	"c35000500000000100000001"
	"e0",
	/* not IP */
	MACS "0806",
	MACS "8847",
	MACS "88cc",
	/* tags */
	MACS "81000064"
	     "0800" IPV4("11") UDP,
	MACS "88a800c8"
	     "81000064"
	     "86dd" IPV6("11") UDP,
	MACS "892600010002"
	     "81000064"
	     "0800" IPV4("06") TCP,
	MACS "81000001"
	     "91000002"
	     "92000003"
	     "88a80004"
	     "0800" IPV4("11") UDP,
	MACS SIX_TAGS "0800" IPV4("11") UDP,
	MACS SIX_TAGS "8100",
	/* IPv6 */
	MACS "86dd" IPV6("06") TCP,
	MACS "86dd" IPV6("3a") "8000000000010001",
	MACS "86dd" IPV6("00") "1100010400000000" UDP,
	MACS "86dd" IPV6("00") "2b01010400000000"
			       "0000000000000000"
			       "3c01010400000000"
			       "0000000000000000"
			       "1100010400000000" UDP,
	MACS "86dd" IPV6("2c") "1100000100000001" UDP,
	MACS "86dd" IPV6("2c") "1100001000000001",
	MACS "86dd" IPV6("33") "0604000000000001"
			       "00000001"
			       "000000000000000000000000" TCP,
	MACS "86dd" IPV6("3b"),
	MACS "86dd" IPV6("29"),
	/* the first that is a type, LLC and SNAP */
	MACS "0600",
	MACS "05ff"
	     "424203",
	MACS "0026"
	     "424203",
	MACS "0040"
	     "aaaa03"
	     "00000c"
	     "2000",
	MACS "0040"
	     "aaaa03"
	     "000000"
	     "0800" IPV4("11") UDP,
};

START_TEST(the_headers_end_where_the_payload_begins)
{
	struct frame_text f = frame_of(frames[_i]);
	size_t wanted = f.len;

	/* the one whose header says how far it goes */
	if (f.bytes[f.len - 1] == 0xe0)
		wanted += 56 - 13;
	ck_assert_uint_eq(headers_of_frame(cursor_of(f.bytes, sizeof(f.bytes))),
			  wanted);
}
END_TEST

START_TEST(a_cut_frame_keeps_its_headers_as_far_as_they_go)
{
	struct frame_text f = frame_of(frames[_i]);
	size_t whole = headers_of_frame(cursor_of(f.bytes, sizeof(f.bytes)));

	for (size_t len = 0; len <= sizeof(f.bytes); len++) {
		size_t kept = headers_of_frame(cursor_of(f.bytes, len));

		ck_assert_uint_le(kept, len);
		ck_assert_uint_le(kept, whole);
		if (len >= whole)
			ck_assert_uint_eq(kept, whole);
	}
}
END_TEST

START_TEST(a_header_that_contradicts_itself_is_payload)
{
	struct frame_text f = frame_of(MACS "0800" IPV4("06") TCP);
	struct cursor ip = cursor_of(f.bytes + 14, sizeof(f.bytes) - 14);

	ck_assert_uint_eq(headers_of_ipv4(ip), 40);
	ck_assert_uint_eq(headers_of_ipv6(ip), 0);
	f.bytes[14] = 0x44; /* a header of 16 bytes */
	ck_assert_uint_eq(headers_of_ipv4(ip), 0);
	f.bytes[14] = 0x45;
	f.bytes[14 + 20 + 12] = 0x40; /* of 16, too */
	ck_assert_uint_eq(headers_of_ipv4(ip), 20);
}
END_TEST

START_TEST(nothing_has_no_headers)
{
	struct cursor none = cursor_of(NULL, 0);

	ck_assert_uint_eq(headers_of_frame(none), 0);
	ck_assert_uint_eq(headers_of_ipv4(none), 0);
	ck_assert_uint_eq(headers_of_ipv6(none), 0);
}
END_TEST

START_TEST(endless_extension_headers_end)
{
	uint8_t bytes[1024] = { 0x60, [6] = 60 };

	for (size_t at = 40; at < sizeof(bytes); at += 8)
		bytes[at] = 60;
	ck_assert_uint_eq(headers_of_ipv6(cursor_of(bytes, sizeof(bytes))),
			  40 + 8 * 8);
}
END_TEST

/* How long a frame is by what it carries. */
static const struct {
	const char *name;
	const char *hex;
	size_t bytes; /* 0: it does not say */
} lengths[] = {
	{ "IPv4", MACS "0800 450005dc", 1514 },
	{ "IPv4, the longest", MACS "0800 4500ffff", 65549 },
	{ "IPv4, padded", MACS "0800 4500001c", 60 },
	{ "IPv4, of 60 bytes", MACS "0800 4500002e", 60 },
	{ "IPv4, of 61 bytes", MACS "0800 4500002f", 61 },
	{ "IPv4, a tag", MACS "81000064 0800 450005dc", 1518 },
	{ "IPv4, two tags", MACS "88a800c8 81000064 0800 450005dc", 1522 },
	{ "IPv4, SNAP", MACS "05dc aaaa03 000000 0800 450005d4", 1514 },
	{ "SNAP of another organisation",
	  MACS "05dc aaaa03 00000c 0800 450005d4", 0 },
	{ "IPv4 without a length", MACS "0800 45000000", 0 },
	{ "IPv4, cut in the length", MACS "0800 450005", 0 },
	{ "IPv6", MACS "86dd 60000000 05b4", 1514 },
	{ "IPv6, the longest", MACS "86dd 60000000 ffff", 65589 },
	{ "IPv6, padded", MACS "86dd 60000000 0001", 60 },
	{ "IPv6, a tag", MACS "81000064 86dd 60000000 05b4", 1518 },
	{ "IPv6 without a length", MACS "86dd 60000000 0000", 0 },
	{ "IPv6, cut in the length", MACS "86dd 60000000 05", 0 },
	{ "ARP", MACS "0806 00010800", 0 },
	{ "MPLS", MACS "8847 00001140 450005dc", 0 },
	{ "LLC", MACS "0026 424203 0000", 0 },
	{ "cut in the type", MACS "08", 0 },
	{ "cut in a tag", MACS "810000", 0 },
	{ "nothing", "", 0 },
};

START_TEST(the_ip_header_says_how_long_its_frame_is)
{
	struct made_packet p = { .len = 0 };
	size_t said;

	packet_adds_hex(&p, lengths[_i].hex);
	said = headers_frame_bytes(cursor_of(p.bytes, p.len));
	ck_assert_msg(said == lengths[_i].bytes, "%s: %zu", lengths[_i].name,
		      said);
	while (p.len > 0) {
		size_t less;

		p.len--;
		less = headers_frame_bytes(cursor_of(p.bytes, p.len));
		ck_assert(less == 0 || less == said);
	}
}
END_TEST

START_TEST(a_tcp_header_that_is_cut_has_no_payload)
{
	struct frame_text f = frame_of(MACS "0800" IPV4("06") TCP);

	for (size_t len = 14 + 20; len <= f.len; len++)
		ck_assert_uint_eq(headers_of_frame(cursor_of(f.bytes, len)),
				  len);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_headers_end_where_the_payload_begins, COUNT_OF(frames) },
		{ a_cut_frame_keeps_its_headers_as_far_as_they_go,
		  COUNT_OF(frames) },
		{ a_header_that_contradicts_itself_is_payload, 0 },
		{ nothing_has_no_headers, 0 },
		{ endless_extension_headers_end, 0 },
		{ the_ip_header_says_how_long_its_frame_is, COUNT_OF(lengths) },
		{ a_tcp_header_that_is_cut_has_no_payload, 0 },
	};

	return unit_run("headers", tests, COUNT_OF(tests));
}
