/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/pcapng.h"

#include <errno.h>
#include <stdlib.h>

#include "util/err.h"

#define BYTE_ORDER_MAGIC 0x1a2b3c4dU
#define US_PER_S	 1000000

enum {
	SECTION_HEADER = 0x0a0d0d0a,
	INTERFACE_DESCRIPTION = 1,
	OLD_PACKET = 2,
	SIMPLE_PACKET = 3,
	ENHANCED_PACKET = 6,
	VERSION = 1,
	LENGTH_SIZE = 4,
	OPTION_END = 0,
	OPTION_NAME = 2,
	OPTION_UNITS = 9,
	OPTION_OFFSET = 14,
	DECIMAL_DIGITS_MAX = 19, /* 10^19 is the last that 64 bits hold */
	BINARY_DIGITS_MAX = 63,
	BINARY_UNITS = 0x80, /* powers of 2, not of 10 */
};

void pcapng_fini(struct pcapng *p)
{
	free(p->interfaces);
	*p = (struct pcapng){ 0 };
}

/* Section 3.1: a section is in the byte order of who wrote it. */
static uint16_t read_16(const struct pcapng *p, struct cursor *c)
{
	uint16_t value = cursor_be16(c);

	return p->little_endian ? __builtin_bswap16(value) : value;
}

static uint32_t read_32(const struct pcapng *p, struct cursor *c)
{
	uint32_t value = cursor_be32(c);

	return p->little_endian ? __builtin_bswap32(value) : value;
}

static uint64_t read_64(const struct pcapng *p, struct cursor *c)
{
	uint64_t value = cursor_be64(c);

	return p->little_endian ? __builtin_bswap64(value) : value;
}

/* Section 4.1 */
static int begin_section(struct pcapng *p, uint32_t magic)
{
	if (magic != BYTE_ORDER_MAGIC &&
	    magic != __builtin_bswap32(BYTE_ORDER_MAGIC))
		return ERR_MALFORMED;
	p->in_section = true;
	p->little_endian = magic != BYTE_ORDER_MAGIC;
	p->interface_count = 0;
	return 0;
}

int pcapng_length(struct pcapng *p, const uint8_t head[PCAPNG_HEAD],
		  size_t *length)
{
	struct cursor c = cursor_of(head, PCAPNG_HEAD);
	struct cursor magic = cursor_of(head + 8, 4);
	int rc = 0;

	if (cursor_be32(&c) == SECTION_HEADER)
		rc = begin_section(p, cursor_be32(&magic));
	if (rc < 0)
		return rc;
	if (!p->in_section)
		return ERR_MALFORMED;
	*length = read_32(p, &c);
	if (*length > PCAPNG_BLOCK_MAX)
		return ERR_UNSUPPORTED;
	return *length < PCAPNG_HEAD || *length % 4 ? ERR_MALFORMED : 0;
}

static int read_section(const struct pcapng *p, struct cursor *c)
{
	uint16_t major;

	cursor_skip(c, 4); /* the byte order */
	major = read_16(p, c);
	if (!cursor_ok(c))
		return ERR_TRUNCATED;
	return major == VERSION ? PCAPNG_OTHER : ERR_UNSUPPORTED;
}

/* Section 4.2, if_tsresol. 0 if it is more than 64 bits can count. */
static uint64_t units_of(uint8_t resolution)
{
	uint8_t digits = resolution & (BINARY_UNITS - 1);
	uint64_t units = 1;

	if (resolution & BINARY_UNITS)
		return digits <= BINARY_DIGITS_MAX ? UINT64_C(1) << digits : 0;
	if (digits > DECIMAL_DIGITS_MAX)
		return 0;
	while (digits-- > 0)
		units *= 10;
	return units;
}

/* What a terminal could take for more than a name is left out. */
static void read_name(struct pcapng_interface *i, struct cursor c)
{
	size_t len = 0;

	while (cursor_left(&c) > 0 && len < sizeof(i->name) - 1) {
		uint8_t byte = cursor_u8(&c);

		if (byte == 0)
			break;
		i->name[len++] = byte > ' ' && byte < 0x7f ? (char)byte : '?';
	}
	i->name[len] = '\0';
}

/* Section 3.5: options, to their end mark or to the block's end. */
static int read_options(const struct pcapng *p, struct cursor *c,
			struct pcapng_interface *i)
{
	while (cursor_left(c) > 0) {
		uint16_t code = read_16(p, c);
		uint16_t len = read_16(p, c);
		struct cursor value = cursor_sub(c, len);

		if (cursor_left(c) > 0)
			cursor_skip(c, (4U - len % 4U) % 4U);
		if (!cursor_ok(c))
			return ERR_TRUNCATED;
		if (code == OPTION_END)
			break;
		if (code == OPTION_NAME)
			read_name(i, value);
		if (code == OPTION_UNITS)
			i->units = units_of(cursor_u8(&value));
		if (code == OPTION_OFFSET)
			i->offset_s = (int64_t)read_64(p, &value);
		if (!cursor_ok(&value) || i->units == 0)
			return ERR_MALFORMED;
	}
	return 0;
}

/* Twice the room whenever the count is a power of two. */
static int add_interface(struct pcapng *p, const struct pcapng_interface *i)
{
	size_t n = p->interface_count;
	struct pcapng_interface *all = p->interfaces;

	if (n == PCAPNG_INTERFACES_MAX)
		return ERR_FULL;
	if ((n & (n - 1)) == 0) {
		all = reallocarray(all, n ? 2 * n : 1, sizeof(*all));
		if (!all)
			return -ENOMEM;
		p->interfaces = all;
	}
	all[p->interface_count++] = *i;
	return PCAPNG_INTERFACE;
}

/* Section 4.2 */
static int read_interface(struct pcapng *p, struct cursor *c)
{
	struct pcapng_interface i = { .units = US_PER_S };
	int rc;

	i.link = read_16(p, c);
	cursor_skip(c, 2); /* reserved */
	i.snapshot_length = read_32(p, c);
	if (!cursor_ok(c))
		return ERR_TRUNCATED;
	rc = read_options(p, c, &i);
	return rc < 0 ? rc : add_interface(p, &i);
}

/* Nothing of a time of 64 bits in any unit may overflow. */
__extension__ typedef __int128 wide;

static void set_time(const struct pcapng *p, struct pcapng_packet *packet,
		     uint64_t time)
{
	const struct pcapng_interface *i;
	wide us;

	if (packet->interface >= p->interface_count)
		return;
	i = &p->interfaces[packet->interface];
	us = ((wide)(time / i->units) + i->offset_s) * US_PER_S;
	us += (wide)(time % i->units) * US_PER_S / (wide)i->units;
	packet->has_time = true;
	if (us > INT64_MAX)
		packet->time_us = INT64_MAX;
	else
		packet->time_us = us < INT64_MIN ? INT64_MIN : (int64_t)us;
}

/* Section 4.3 and the obsolete packet block of appendix A. */
static int read_packet(const struct pcapng *p, struct cursor *c, bool old,
		       struct pcapng_packet *packet)
{
	uint64_t time;

	if (old) {
		packet->interface = read_16(p, c);
		cursor_skip(c, 2); /* drops */
	} else {
		packet->interface = read_32(p, c);
	}
	time = (uint64_t)read_32(p, c) << 32;
	time |= read_32(p, c);
	packet->captured_bytes = read_32(p, c);
	packet->wire_bytes = read_32(p, c);
	packet->bytes = cursor_take(c, packet->captured_bytes);
	if (!cursor_ok(c))
		return ERR_TRUNCATED;
	set_time(p, packet, time);
	return PCAPNG_PACKET;
}

/* Section 4.4: the first interface's, without a time. */
static int read_simple(const struct pcapng *p, struct cursor *c,
		       struct pcapng_packet *packet)
{
	size_t held;

	if (p->interface_count == 0)
		return ERR_MALFORMED;
	packet->wire_bytes = read_32(p, c);
	held = packet->wire_bytes;
	if (p->interfaces[0].snapshot_length > 0 &&
	    held > p->interfaces[0].snapshot_length)
		held = p->interfaces[0].snapshot_length;
	packet->captured_bytes = held;
	packet->bytes = cursor_take(c, held);
	return cursor_ok(c) ? PCAPNG_PACKET : ERR_TRUNCATED;
}

int pcapng_block(struct pcapng *p, struct cursor c,
		 struct pcapng_packet *packet)
{
	uint32_t type = read_32(p, &c);
	uint32_t length = read_32(p, &c);
	struct cursor body;

	*packet = (struct pcapng_packet){ 0 };
	if (!cursor_ok(&c) || cursor_left(&c) < LENGTH_SIZE)
		return ERR_TRUNCATED;
	body = cursor_sub(&c, cursor_left(&c) - LENGTH_SIZE);
	if (read_32(p, &c) != length)
		return ERR_MALFORMED;
	switch (type) {
	case SECTION_HEADER:
		return read_section(p, &body);
	case INTERFACE_DESCRIPTION:
		return read_interface(p, &body);
	case OLD_PACKET:
		return read_packet(p, &body, true, packet);
	case SIMPLE_PACKET:
		return read_simple(p, &body, packet);
	case ENHANCED_PACKET:
		return read_packet(p, &body, false, packet);
	default:
		return PCAPNG_OTHER;
	}
}
