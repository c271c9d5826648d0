/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/pcapng_builder.h"

#include <assert.h>
#include <string.h>

void pcapng_builder_init(struct pcapng_builder *b, bool big_endian)
{
	*b = (struct pcapng_builder){ .big_endian = big_endian };
}

static void put_number(struct pcapng_builder *b, uint64_t value, size_t size)
{
	assert(b->len + size <= sizeof(b->data));
	for (size_t i = 0; i < size; i++) {
		size_t shift = 8 * (b->big_endian ? size - 1 - i : i);

		b->data[b->len++] = (uint8_t)(value >> shift);
	}
}

void pcapng_put_16(struct pcapng_builder *b, uint16_t value)
{
	put_number(b, value, sizeof(value));
}

void pcapng_put_32(struct pcapng_builder *b, uint32_t value)
{
	put_number(b, value, sizeof(value));
}

void pcapng_put_64(struct pcapng_builder *b, uint64_t value)
{
	put_number(b, value, sizeof(value));
}

void pcapng_put(struct pcapng_builder *b, const void *bytes, size_t len)
{
	assert(b->len + len + 3 <= sizeof(b->data));
	memcpy(b->data + b->len, bytes, len);
	b->len += (len + 3) & ~(size_t)3;
}

void pcapng_begin(struct pcapng_builder *b, uint32_t type)
{
	b->block = b->len;
	pcapng_put_32(b, type);
	pcapng_put_32(b, 0);
}

void pcapng_end(struct pcapng_builder *b)
{
	size_t end = b->len;
	uint32_t length = (uint32_t)(end - b->block) + 4;

	b->len = b->block + 4;
	pcapng_put_32(b, length);
	b->len = end;
	pcapng_put_32(b, length);
}

void pcapng_section(struct pcapng_builder *b)
{
	pcapng_begin(b, 0x0a0d0d0a);
	pcapng_put_32(b, 0x1a2b3c4d);
	pcapng_put_16(b, 1);
	pcapng_put_16(b, 0);
	pcapng_put_64(b, UINT64_MAX);
	pcapng_end(b);
}

void pcapng_interface(struct pcapng_builder *b, uint16_t link,
		      uint32_t snapshot_length, int units)
{
	uint8_t resolution = (uint8_t)units;

	pcapng_begin(b, 1);
	pcapng_put_16(b, link);
	pcapng_put_16(b, 0);
	pcapng_put_32(b, snapshot_length);
	if (units != PCAPNG_UNITS_DEFAULT) {
		pcapng_put_16(b, 2);
		pcapng_put_16(b, 4);
		pcapng_put(b, "sw1\x1b", 4);
		pcapng_put_16(b, 9);
		pcapng_put_16(b, 1);
		pcapng_put(b, &resolution, 1);
		pcapng_put_32(b, 0);
	}
	pcapng_end(b);
}

void pcapng_packet(struct pcapng_builder *b, uint32_t interface, uint64_t time,
		   uint32_t len)
{
	uint8_t bytes[256];

	assert(len <= sizeof(bytes));
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i + 1);
	pcapng_begin(b, 6);
	pcapng_put_32(b, interface);
	pcapng_put_32(b, (uint32_t)(time >> 32));
	pcapng_put_32(b, (uint32_t)time);
	pcapng_put_32(b, len);
	pcapng_put_32(b, len + 10);
	pcapng_put(b, bytes, len);
	pcapng_end(b);
}
