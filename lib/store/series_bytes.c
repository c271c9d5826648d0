/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/series_bytes.h"

#include <assert.h>
#include <string.h>

/* Kinds of series stand in files by number. */
_Static_assert(SERIES_EXCHANGE == 0 && SERIES_MEMBER == 1 &&
		   SERIES_VLAN_INTERFACE == 2 && SERIES_VLAN == 3 &&
		   SERIES_SWITCH == 4 && SERIES_PORT == 5 &&
		   SERIES_AGENT == 6 && SERIES_PAIR == 7,
	       "a file of before still reads");

void series_bytes_add_varint(struct text *out, uint64_t value)
{
	enum { VARINT_SIZE = 10 };
	uint8_t bytes[VARINT_SIZE];
	size_t len = 0;

	while (value > 0x7f) {
		bytes[len++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	bytes[len++] = (uint8_t)value;
	text_add_bytes(out, bytes, len);
}

void series_bytes_fail(struct cursor *c)
{
	cursor_skip(c, cursor_left(c) + 1);
}

uint64_t series_bytes_varint(struct cursor *c, uint64_t max)
{
	enum { LAST_SHIFT = 63 };
	uint64_t value = 0;

	for (unsigned shift = 0; shift <= LAST_SHIFT; shift += 7) {
		uint64_t byte = cursor_u8(c);

		if (shift == LAST_SHIFT && byte > 1)
			break;
		value |= (byte & 0x7f) << shift;
		if (byte & 0x80)
			continue;
		if (value > max)
			break;
		return value;
	}
	series_bytes_fail(c);
	return 0;
}

void series_bytes_add(struct text *out, const struct series *s)
{
	uint8_t kind = (uint8_t)s->kind;

	assert(s->kind < SERIES_PAIR);
	text_add_bytes(out, &kind, 1);
	if (s->kind == SERIES_MEMBER || s->kind == SERIES_VLAN_INTERFACE)
		series_bytes_add_varint(out, s->asn);
	if (s->kind == SERIES_VLAN || s->kind == SERIES_VLAN_INTERFACE)
		series_bytes_add_varint(out, s->vlan);
	if (s->kind == SERIES_VLAN_INTERFACE)
		series_bytes_add_varint(out, s->ordinal);
	if (series_names_a_switch(s->kind)) {
		series_bytes_add_varint(out, strlen(s->switch_name));
		text_add(out, s->switch_name);
	}
	if (s->kind == SERIES_PORT)
		series_bytes_add_varint(out, s->ifindex);
}

static void read_switch_name(struct cursor *c, struct series *s, char *name)
{
	size_t len =
	    (size_t)series_bytes_varint(c, SERIES_SWITCH_NAME_SIZE - 1);

	cursor_bytes(c, name, len);
	name[len] = '\0';
	if (strlen(name) != len || !series_switch_name_is_valid(name))
		series_bytes_fail(c);
	s->switch_name = name;
}

void series_bytes_read(struct cursor *c, struct series *s,
		       char name[SERIES_SWITCH_NAME_SIZE])
{
	uint8_t kind = cursor_u8(c);

	*s = (struct series){ .kind = SERIES_EXCHANGE };
	if (kind >= SERIES_PAIR) {
		series_bytes_fail(c);
		return;
	}
	s->kind = (enum series_kind)kind;
	if (s->kind == SERIES_MEMBER || s->kind == SERIES_VLAN_INTERFACE)
		s->asn = (uint32_t)series_bytes_varint(c, UINT32_MAX);
	if (s->kind == SERIES_VLAN || s->kind == SERIES_VLAN_INTERFACE)
		s->vlan = (uint16_t)series_bytes_varint(c, UINT16_MAX);
	if (s->kind == SERIES_VLAN_INTERFACE)
		s->ordinal = (uint16_t)series_bytes_varint(c, UINT16_MAX);
	if (series_names_a_switch(s->kind))
		read_switch_name(c, s, name);
	if (s->kind == SERIES_PORT)
		s->ifindex = (uint32_t)series_bytes_varint(c, UINT32_MAX);
}
