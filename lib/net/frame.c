/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/frame.h"

enum {
	TYPE_VLAN = 0x8100,	 /* 802.1Q */
	TYPE_SERVICE = 0x88a8,	 /* 802.1ad */
	TYPE_SERVICE_1 = 0x9100, /* as used before 802.1ad was one */
	TYPE_SERVICE_2 = 0x9200,
	TYPE_VNTAG = 0x8926,
	TAG_SIZE = 2,
	VNTAG_SIZE = 4,
};

static bool is_tag(uint16_t type)
{
	return type == TYPE_VLAN || type == TYPE_SERVICE ||
	       type == TYPE_SERVICE_1 || type == TYPE_SERVICE_2;
}

size_t frame_tag_len(uint16_t type)
{
	if (type == TYPE_VNTAG)
		return VNTAG_SIZE;
	return is_tag(type) ? TAG_SIZE : 0;
}

/*
 * Behind a length stands LLC; AA AA 03 and the organisation 0 there mean an
 * EtherType (SNAP). has_type says that enough was seen to tell.
 */
static void parse_llc(struct frame *f, struct cursor c)
{
	static const uint8_t snap[] = { 0xaa, 0xaa, 0x03, 0, 0, 0 };

	for (size_t i = 0; i < sizeof(snap); i++) {
		uint8_t byte = cursor_u8(&c);

		f->has_type = cursor_ok(&c);
		if (!f->has_type || byte != snap[i])
			return;
	}
	f->family = family_of_type(cursor_be16(&c));
	f->has_type = cursor_ok(&c);
}

void frame_parse_rest(struct frame *f, struct cursor c, uint16_t type)
{
	bool vntag = false;

	while (is_tag(type) || type == TYPE_VNTAG) {
		f->has_type = false;
		if (type == TYPE_VNTAG) {
			f->too_many_tags = vntag;
			vntag = true;
			cursor_skip(&c, VNTAG_SIZE);
		} else {
			uint16_t control = cursor_be16(&c);

			if (!cursor_ok(&c))
				return;
			f->too_many_tags = f->tag_count == FRAME_TAGS_AT_MOST;
			if (!f->too_many_tags)
				f->vlan[f->tag_count++] = control & 0x0fff;
		}
		if (f->too_many_tags)
			return;
		type = cursor_be16(&c);
		f->has_type = cursor_ok(&c);
		if (!f->has_type)
			return;
	}
	if (type < FRAME_SMALLEST_TYPE)
		parse_llc(f, c);
	else
		f->family = family_of_type(type);
}

const char *family_name(enum family family)
{
	static const char *const names[FAMILY_COUNT] = {
		[FAMILY_IPV4] = "ipv4",
		[FAMILY_IPV6] = "ipv6",
		[FAMILY_OTHER] = "other",
	};

	return names[family];
}
