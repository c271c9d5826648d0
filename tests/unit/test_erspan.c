/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "net/erspan.h"
#include "support/mirror_builder.h"

#define II_HEAD	 "10642800 00000007" /* VLAN 100, cos 1, en 1, session 0 */
#define III_HEAD "20c80007 01020304 00000000" /* VLAN 200, session 7 */
#define FRAME	 "020000000002 020000000001 0800 45"

static struct made_packet p;
static struct erspan e;

static enum erspan_result read(void)
{
	return erspan_read(cursor_of(p.bytes, p.len), &e);
}

static enum erspan_result read_hex(const char *hex)
{
	p.len = 0;
	packet_adds_hex(&p, hex);
	return read();
}

/* Good packets, and what they say. */
static const struct {
	const char *name;
	const char *hex;
	struct erspan wanted; /* without the frame */
} packets[] = {
	{ "type I", "0000 88be", { .type = 1, .header_bytes = 4 } },
	{ "frames in GRE", "0000 6558", { .type = 1, .header_bytes = 4 } },
	{ "frames in GRE, with a sequence",
	  "1000 6558 00000009",
	  { .type = 1,
	    .has_sequence = true,
	    .sequence = 9,
	    .header_bytes = 8 } },
	{ "frames in GRE, with a key as NVGRE has",
	  "2000 6558 00123400",
	  { .type = 1, .header_bytes = 8 } },
	{ "type I, checksum",
	  "8000 88be abcd0000",
	  { .type = 1, .header_bytes = 8 } },
	{ "type I, key",
	  "2000 88be 00000001",
	  { .type = 1, .header_bytes = 8 } },
	{ "type I, checksum and key",
	  "a000 88be abcd0000 00000001",
	  { .type = 1, .header_bytes = 12 } },
	{ "type II",
	  "1000 88be ffffffff" II_HEAD,
	  { .type = 2,
	    .has_sequence = true,
	    .sequence = UINT32_MAX,
	    .vlan = 100,
	    .header_bytes = 16 } },
	{ "type II, all options",
	  "b000 88be abcd0000 00000001 00000005" II_HEAD,
	  { .type = 2,
	    .has_sequence = true,
	    .sequence = 5,
	    .vlan = 100,
	    .header_bytes = 24 } },
	{ "type II, the highest of all",
	  "1000 88be 00000000 1fffffff ffffffff",
	  { .type = 2,
	    .has_sequence = true,
	    .is_truncated = true,
	    .session = 1023,
	    .vlan = 4095,
	    .header_bytes = 16 } },
	{ "type II, cut by the switch",
	  "1000 88be 00000000 10000400 00000000",
	  { .type = 2,
	    .has_sequence = true,
	    .is_truncated = true,
	    .header_bytes = 16 } },
	{ "type II under the protocol of type III",
	  "1000 22eb 00000003" II_HEAD,
	  { .type = 2,
	    .has_sequence = true,
	    .sequence = 3,
	    .vlan = 100,
	    .header_bytes = 16 } },
	{ "type II there, without a sequence",
	  "0000 22eb" II_HEAD,
	  { .type = 2, .vlan = 100, .header_bytes = 12 } },
	{ "type III",
	  "1000 22eb 00000002" III_HEAD,
	  { .type = 3,
	    .has_sequence = true,
	    .sequence = 2,
	    .session = 7,
	    .vlan = 200,
	    .has_direction = true,
	    .header_bytes = 20 } },
	{ "type III, without a sequence",
	  "0000 22eb" III_HEAD,
	  { .type = 3,
	    .session = 7,
	    .vlan = 200,
	    .has_direction = true,
	    .header_bytes = 16 } },
	{ "type III under the protocol of type II",
	  "1000 88be 00000002" III_HEAD,
	  { .type = 3,
	    .has_sequence = true,
	    .sequence = 2,
	    .session = 7,
	    .vlan = 200,
	    .has_direction = true,
	    .header_bytes = 20 } },
	{ "type III, as it goes out",
	  "0000 22eb 20000001 00000000 ffff8008",
	  { .type = 3,
	    .session = 1,
	    .has_direction = true,
	    .is_egress = true,
	    .header_bytes = 16 } },
	{ "type III, a subheader",
	  "0000 22eb 20000001 00000000 00000001 1111111122222222",
	  { .type = 3,
	    .session = 1,
	    .has_direction = true,
	    .header_bytes = 24 } },
	{ "type III, all that is no frame type",
	  "0000 22eb 2fffffff ffffffff ffff83ff 1111111122222222",
	  { .type = 3,
	    .is_truncated = true,
	    .session = 1023,
	    .vlan = 4095,
	    .has_direction = true,
	    .is_egress = true,
	    .header_bytes = 24 } },
	{ "bits of GRE that stand unused",
	  "0ef8 88be",
	  { .type = 1, .header_bytes = 4 } },
};

static void check_fields(const struct erspan *wanted, const char *name)
{
	ck_assert_msg(e.type == wanted->type, "%s", name);
	ck_assert_int_eq(e.has_sequence, wanted->has_sequence);
	ck_assert_uint_eq(e.sequence, wanted->sequence);
	ck_assert_int_eq(e.is_truncated, wanted->is_truncated);
	ck_assert_int_eq(e.has_direction, wanted->has_direction);
	ck_assert_int_eq(e.is_egress, wanted->is_egress);
	ck_assert_uint_eq(e.session, wanted->session);
	ck_assert_uint_eq(e.vlan, wanted->vlan);
}

START_TEST(each_kind_says_what_it_is)
{
	enum erspan_result result;

	(void)read_hex(packets[_i].hex);
	packet_adds_hex(&p, FRAME);
	result = read();
	ck_assert_msg(result == ERSPAN_FRAME, "%s", packets[_i].name);
	check_fields(&packets[_i].wanted, packets[_i].name);
	ck_assert_uint_eq(e.header_bytes, packets[_i].wanted.header_bytes);
	ck_assert_ptr_eq(e.frame.at, p.bytes + e.header_bytes);
	ck_assert_uint_eq(cursor_left(&e.frame), p.len - e.header_bytes);
	ck_assert_uint_eq(cursor_left(&e.frame), 15);
}
END_TEST

START_TEST(a_cut_gives_less_and_never_another)
{
	size_t whole;

	(void)read_hex(packets[_i].hex);
	whole = p.len;
	packet_adds_hex(&p, FRAME);
	for (p.len = 0; p.len < whole + 15; p.len++) {
		enum erspan_result result = read();

		if (p.len < 4) {
			ck_assert_int_eq(result, ERSPAN_NO_ERSPAN);
			continue;
		}
		ck_assert_msg(result ==
				  (p.len > whole ? ERSPAN_FRAME : ERSPAN_CUT),
			      "%s, %zu bytes", packets[_i].name, p.len);
		if (p.len > whole) {
			check_fields(&packets[_i].wanted, packets[_i].name);
			continue;
		}
		/* as far as it was understood */
		ck_assert(e.session == 0 ||
			  e.session == packets[_i].wanted.session);
		ck_assert(e.vlan == 0 || e.vlan == packets[_i].wanted.vlan);
		ck_assert(e.type == 1 || e.type == packets[_i].wanted.type);
	}
}
END_TEST

static const struct {
	const char *name;
	const char *hex; /* before a frame */
	enum erspan_result result;
} others[] = {
	{ "IPv4 in GRE", "0000 0800", ERSPAN_NO_ERSPAN },
	{ "IPv6 in GRE", "0000 86dd", ERSPAN_NO_ERSPAN },
	{ "PPTP", "3001 880b 00000000 00000000", ERSPAN_NO_ERSPAN },
	{ "keep-alive", "0000 0000", ERSPAN_NO_ERSPAN },
	{ "GRE version 1", "0001 88be", ERSPAN_UNKNOWN },
	{ "GRE version 7", "1007 22eb 00000001" III_HEAD, ERSPAN_UNKNOWN },
	{ "GRE version 4", "0004 6558", ERSPAN_UNKNOWN },
	{ "routing", "4000 88be 00000000", ERSPAN_UNKNOWN },
	{ "checksum and routing", "c000 6558 00000000", ERSPAN_UNKNOWN },
	{ "other GRE of version 1", "0001 0800", ERSPAN_NO_ERSPAN },
};

START_TEST(what_is_no_erspan_is_told_from_what_is_not_known)
{
	enum erspan_result result;

	(void)read_hex(others[_i].hex);
	packet_adds_hex(&p, FRAME);
	result = read();
	ck_assert_msg(result == others[_i].result, "%s: %d", others[_i].name,
		      (int)result);
}
END_TEST

/* The row is the version; both protocols, with a sequence and without. */
START_TEST(only_versions_1_and_2_are_known)
{
	static const char *const gre[] = { "1000 88be 00000001",
					   "1000 22eb 00000001", "0000 22eb" };

	for (size_t i = 0; i < COUNT_OF(gre); i++) {
		enum erspan_result wanted =
		    _i == 1 || _i == 2 ? ERSPAN_FRAME : ERSPAN_UNKNOWN;
		size_t at;

		(void)read_hex(gre[i]);
		at = p.len;
		packet_adds(&p, 0, 12);
		packet_adds_hex(&p, FRAME);
		p.bytes[at] = (uint8_t)(_i << 4);
		ck_assert_int_eq(read(), wanted);
		/* type I has none */
		if (wanted == ERSPAN_UNKNOWN)
			ck_assert_uint_eq(e.type, 1);
	}
}
END_TEST

/* The row is the frame type. */
START_TEST(only_frame_type_0_is_a_frame)
{
	packet_is_frame(&p, &(struct made_frame){ .src = 1, .dst = 2 });
	packet_in_gre(&p, &(struct made_erspan){ .type = 3,
						 .has_sequence = true,
						 .sequence = 77,
						 .session = 5,
						 .frame_type = (uint8_t)_i });
	ck_assert_int_eq(read(), _i == 0 ? ERSPAN_FRAME : ERSPAN_NO_FRAME);
	ck_assert_uint_eq(e.session, 5);
	ck_assert_uint_eq(e.sequence, 77);
	ck_assert(e.has_sequence);
}
END_TEST

/* A marker of time has nothing behind its subheader. */
START_TEST(a_marker_needs_no_frame)
{
	p.len = 0;
	packet_in_gre(&p, &(struct made_erspan){ .type = 3,
						 .has_sequence = true,
						 .has_subheader = true,
						 .frame_type = 7 });
	ck_assert_int_eq(read(), ERSPAN_NO_FRAME);
	p.len--;
	ck_assert_int_eq(read(), ERSPAN_CUT);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ each_kind_says_what_it_is, COUNT_OF(packets) },
		{ a_cut_gives_less_and_never_another, COUNT_OF(packets) },
		{ what_is_no_erspan_is_told_from_what_is_not_known,
		  COUNT_OF(others) },
		{ only_versions_1_and_2_are_known, 16 },
		{ only_frame_type_0_is_a_frame, 32 },
		{ a_marker_needs_no_frame, 0 },
	};

	return unit_run("erspan", tests, COUNT_OF(tests));
}
