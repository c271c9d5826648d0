/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "net/frame.h"

#define ADDRESSES 0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1

static const struct {
	const char *name;
	uint8_t bytes[40];
	size_t len;
	enum family family;
	uint8_t tag_count;
	uint16_t vlan[FRAME_TAGS_AT_MOST];
	uint16_t said; /* the frame's VLAN */
	bool too_many_tags;
} frames[] = {
	{
	    .name = "IPv4",
	    .bytes = { ADDRESSES, 0x08, 0x00, 0x45 },
	    .len = 15,
	    .family = FAMILY_IPV4,
	},
	{
	    .name = "IPv6",
	    .bytes = { ADDRESSES, 0x86, 0xdd, 0x60 },
	    .len = 15,
	    .family = FAMILY_IPV6,
	},
	{
	    .name = "ARP",
	    .bytes = { ADDRESSES, 0x08, 0x06 },
	    .len = 14,
	    .family = FAMILY_OTHER,
	},
	{
	    .name = "802.3 length",
	    .bytes = { ADDRESSES, 0, 38, 0x42 },
	    .len = 15,
	    .family = FAMILY_OTHER,
	},
	{
	    .name = "one tag, with priority bits",
	    .bytes = { ADDRESSES, 0x81, 0x00, 0xf0, 0x64, 0x08, 0x00 },
	    .len = 18,
	    .family = FAMILY_IPV4,
	    .tag_count = 1,
	    .vlan = { 100 },
	    .said = 100,
	},
	{
	    .name = "priority tag",
	    .bytes = { ADDRESSES, 0x81, 0x00, 0xe0, 0x00, 0x86, 0xdd },
	    .len = 18,
	    .family = FAMILY_IPV6,
	    .tag_count = 1,
	    .vlan = { 0 },
	},
	{
	    .name = "highest id",
	    .bytes = { ADDRESSES, 0x88, 0xa8, 0xff, 0xff, 0x08, 0x00 },
	    .len = 18,
	    .family = FAMILY_IPV4,
	    .tag_count = 1,
	    .vlan = { 4095 },
	    .said = 4095,
	},
	{
	    .name = "a service tag around a customer's",
	    .bytes = { ADDRESSES, 0x88, 0xa8, 0, 200, 0x81, 0x00, 0, 100, 0x86,
		       0xdd },
	    .len = 22,
	    .family = FAMILY_IPV6,
	    .tag_count = 2,
	    .vlan = { 200, 100 },
	    .said = 200,
	},
	{
	    .name = "four tags, one of each TPID",
	    .bytes = { ADDRESSES, 0x81, 0x00, 0, 1, 0x88, 0xa8, 0, 2, 0x91,
		       0x00, 0, 3, 0x92, 0x00, 0, 4, 0x08, 0x00 },
	    .len = 30,
	    .family = FAMILY_IPV4,
	    .tag_count = 4,
	    .vlan = { 1, 2, 3, 4 },
	    .said = 1,
	},
	{
	    .name = "five tags",
	    .bytes = { ADDRESSES, 0x81, 0x00, 0, 1, 0x81, 0x00, 0,
		       2,	  0x81, 0x00, 0, 3, 0x81, 0x00, 0,
		       4,	  0x81, 0x00, 0, 5, 0x08, 0x00 },
	    .len = 34,
	    .family = FAMILY_OTHER,
	    .tag_count = 4,
	    .vlan = { 1, 2, 3, 4 },
	    .said = 1,
	    .too_many_tags = true,
	},
	{
	    .name = "a type next to a tag's",
	    .bytes = { ADDRESSES, 0x81, 0x01, 0, 1, 0x08, 0x00 },
	    .len = 18,
	    .family = FAMILY_OTHER,
	},
	{
	    .name = "VNTAG",
	    .bytes = { ADDRESSES, 0x89, 0x26, 0x80, 0x01, 0x00, 0x02, 0x08,
		       0x00, 0x45 },
	    .len = 21,
	    .family = FAMILY_IPV4,
	},
	{
	    .name = "VNTAG, then a tag",
	    .bytes = { ADDRESSES, 0x89, 0x26, 0x80, 0x01, 0x00, 0x02, 0x81,
		       0x00, 0x00, 0x64, 0x86, 0xdd, 0x60 },
	    .len = 25,
	    .family = FAMILY_IPV6,
	    .tag_count = 1,
	    .vlan = { 100 },
	    .said = 100,
	},
	{
	    .name = "a tag, then VNTAG",
	    .bytes = { ADDRESSES, 0x81, 0x00, 0x00, 0x64, 0x89, 0x26, 0x80,
		       0x01, 0x00, 0x02, 0x08, 0x00, 0x45 },
	    .len = 25,
	    .family = FAMILY_IPV4,
	    .tag_count = 1,
	    .vlan = { 100 },
	    .said = 100,
	},
	{
	    .name = "VNTAG between two tags",
	    .bytes = { ADDRESSES, 0x88, 0xa8, 0x00, 0xc8, 0x89, 0x26, 0x80,
		       0x01, 0x00, 0x02, 0x81, 0x00, 0x00, 0x64, 0x08, 0x00,
		       0x45 },
	    .len = 29,
	    .family = FAMILY_IPV4,
	    .tag_count = 2,
	    .vlan = { 200, 100 },
	    .said = 200,
	},
	{
	    .name = "two VNTAGs",
	    .bytes = { ADDRESSES, 0x89, 0x26, 0x80, 0x01, 0x00, 0x02, 0x89,
		       0x26, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x45 },
	    .len = 27,
	    .family = FAMILY_OTHER,
	    .tag_count = 0,
	    .vlan = {},
	    .too_many_tags = true,
	},
	{
	    .name = "VNTAG and four tags",
	    .bytes = { ADDRESSES, 0x89, 0x26, 0x80, 0x01, 0x00, 0x02,
		       0x81,	  0x00, 0x00, 0x01, 0x81, 0x00, 0x00,
		       0x02,	  0x81, 0x00, 0x00, 0x03, 0x81, 0x00,
		       0x00,	  0x04, 0x08, 0x00, 0x45 },
	    .len = 37,
	    .family = FAMILY_IPV4,
	    .tag_count = 4,
	    .vlan = { 1, 2, 3, 4 },
	    .said = 1,
	},
	{
	    .name = "a priority tag around a VLAN",
	    .bytes = { ADDRESSES, 0x81, 0x00, 0xe0, 0x00, 0x81, 0x00, 0x00,
		       0x64, 0x08, 0x00, 0x45 },
	    .len = 23,
	    .family = FAMILY_IPV4,
	    .tag_count = 2,
	    .vlan = { 0, 100 },
	    .said = 100,
	},
	{
	    .name = "three priority tags",
	    .bytes = { ADDRESSES, 0x81, 0x00, 0x00, 0x00, 0x81, 0x00, 0x00,
		       0x00, 0x81, 0x00, 0x00, 0x00, 0x86, 0xdd, 0x60 },
	    .len = 27,
	    .family = FAMILY_IPV6,
	    .tag_count = 3,
	    .vlan = { 0, 0, 0 },
	},
	{
	    .name = "802.1Q outside 802.1ad",
	    .bytes = { ADDRESSES, 0x81, 0x00, 0x00, 0x64, 0x88, 0xa8, 0x00,
		       0xc8, 0x08, 0x00, 0x45 },
	    .len = 23,
	    .family = FAMILY_IPV4,
	    .tag_count = 2,
	    .vlan = { 100, 200 },
	    .said = 100,
	},
	{
	    .name = "9100 around 9200",
	    .bytes = { ADDRESSES, 0x91, 0x00, 0x00, 0x07, 0x92, 0x00, 0x00,
		       0x08, 0x86, 0xdd, 0x60 },
	    .len = 23,
	    .family = FAMILY_IPV6,
	    .tag_count = 2,
	    .vlan = { 7, 8 },
	    .said = 7,
	},
	{
	    .name = "MPLS",
	    .bytes = { ADDRESSES, 0x88, 0x47, 0x00, 0x01, 0x01, 0xff, 0x45 },
	    .len = 19,
	    .family = FAMILY_OTHER,
	},
	{
	    .name = "MPLS multicast, tagged",
	    .bytes = { ADDRESSES, 0x81, 0x00, 0x00, 0x64, 0x88, 0x48, 0x00,
		       0x01, 0x01, 0xff, 0x45 },
	    .len = 23,
	    .family = FAMILY_OTHER,
	    .tag_count = 1,
	    .vlan = { 100 },
	    .said = 100,
	},
	{
	    .name = "SNAP with IPv4",
	    .bytes = { ADDRESSES, 0x00, 0x30, 0xaa, 0xaa, 0x03, 0x00, 0x00,
		       0x00, 0x08, 0x00 },
	    .len = 22,
	    .family = FAMILY_IPV4,
	},
	{
	    .name = "SNAP with IPv6, tagged",
	    .bytes = { ADDRESSES, 0x81, 0x00, 0x00, 0x64, 0x00, 0x30, 0xaa,
		       0xaa, 0x03, 0x00, 0x00, 0x00, 0x86, 0xdd },
	    .len = 26,
	    .family = FAMILY_IPV6,
	    .tag_count = 1,
	    .vlan = { 100 },
	    .said = 100,
	},
	{
	    .name = "SNAP with ARP",
	    .bytes = { ADDRESSES, 0x00, 0x30, 0xaa, 0xaa, 0x03, 0x00, 0x00,
		       0x00, 0x08, 0x06 },
	    .len = 22,
	    .family = FAMILY_OTHER,
	},
	{
	    .name = "SNAP of an organisation",
	    .bytes = { ADDRESSES, 0x01, 0x00, 0xaa, 0xaa, 0x03, 0x00, 0x00,
		       0x0c, 0x08, 0x00 },
	    .len = 22,
	    .family = FAMILY_OTHER,
	},
	{
	    .name = "SNAP without numbering",
	    .bytes = { ADDRESSES, 0x00, 0x30, 0xaa, 0xaa, 0x13, 0x00, 0x00,
		       0x00, 0x08, 0x00 },
	    .len = 22,
	    .family = FAMILY_OTHER,
	},
	{
	    .name = "spanning tree",
	    .bytes = { ADDRESSES, 0x00, 0x26, 0x42, 0x42, 0x03, 0x00, 0x00,
		       0x00, 0x08, 0x00 },
	    .len = 22,
	    .family = FAMILY_OTHER,
	},
	{
	    .name = "the longest length",
	    .bytes = { ADDRESSES, 0x05, 0xff, 0xaa, 0xaa, 0x03, 0x00, 0x00,
		       0x00, 0x08, 0x00 },
	    .len = 22,
	    .family = FAMILY_IPV4,
	},
	{
	    .name = "the lowest type",
	    .bytes = { ADDRESSES, 0x06, 0x00, 0xaa, 0xaa, 0x03, 0x00, 0x00,
		       0x00, 0x08, 0x00 },
	    .len = 22,
	    .family = FAMILY_OTHER,
	},
	{
	    .name = "a tag in SNAP",
	    .bytes = { ADDRESSES, 0x00, 0x30, 0xaa, 0xaa, 0x03, 0x00, 0x00,
		       0x00, 0x81, 0x00, 0x00, 0x64, 0x08, 0x00 },
	    .len = 26,
	    .family = FAMILY_OTHER,
	},
};

START_TEST(a_frame_yields_its_fields)
{
	struct frame f =
	    frame_parse(cursor_of(frames[_i].bytes, frames[_i].len));

	ck_assert(f.has_dst && f.has_src);
	ck_assert_uint_eq(f.dst.bits, 0x020000000002);
	ck_assert_uint_eq(f.src.bits, 0x020000000001);
	ck_assert_msg(f.family == frames[_i].family, "%s", frames[_i].name);
	ck_assert_msg(f.tag_count == frames[_i].tag_count, "%s",
		      frames[_i].name);
	ck_assert_mem_eq(f.vlan, frames[_i].vlan,
			 f.tag_count * sizeof(*f.vlan));
	ck_assert_msg(frame_vlan(&f) == frames[_i].said, "%s", frames[_i].name);
	ck_assert(f.too_many_tags == frames[_i].too_many_tags);
	ck_assert(f.has_type != f.too_many_tags);
}
END_TEST

/* What cut has, whole has too, and it is the same. */
static bool is_part_of(const struct frame *cut, const struct frame *whole)
{
	if (cut->has_dst && !mac_equal(cut->dst, whole->dst))
		return false;
	if (cut->has_src && !mac_equal(cut->src, whole->src))
		return false;
	if (cut->has_type &&
	    (!whole->has_type || cut->family != whole->family ||
	     cut->tag_count != whole->tag_count))
		return false;
	return cut->tag_count <= whole->tag_count &&
	       memcmp(cut->vlan, whole->vlan,
		      cut->tag_count * sizeof(*cut->vlan)) == 0 &&
	       (!cut->too_many_tags || whole->too_many_tags);
}

START_TEST(a_cut_takes_fields_away_and_changes_none)
{
	struct frame whole =
	    frame_parse(cursor_of(frames[_i].bytes, frames[_i].len));

	for (size_t len = 0; len < frames[_i].len; len++) {
		uint8_t *exact = malloc(len + 1);
		struct frame cut;

		ck_assert_ptr_nonnull(exact);
		memcpy(exact + 1, frames[_i].bytes, len);
		cut = frame_parse(cursor_of(exact + 1, len));
		free(exact);
		ck_assert_msg(is_part_of(&cut, &whole), "%s cut to %zu",
			      frames[_i].name, len);
		ck_assert(cut.has_dst == (len >= 6));
		ck_assert(cut.has_src == (len >= 12));
		ck_assert(cut.has_type || cut.family == FAMILY_OTHER);
	}
}
END_TEST

START_TEST(each_family_has_a_name)
{
	ck_assert_str_eq(family_name(FAMILY_IPV4), "ipv4");
	ck_assert_str_eq(family_name(FAMILY_IPV6), "ipv6");
	ck_assert_str_eq(family_name(FAMILY_OTHER), "other");
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_frame_yields_its_fields, COUNT_OF(frames) },
		{ a_cut_takes_fields_away_and_changes_none, COUNT_OF(frames) },
		{ each_family_has_a_name, 0 },
	};

	return unit_run("frame", tests, COUNT_OF(tests));
}
