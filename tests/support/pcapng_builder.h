/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_PCAPNG_BUILDER_H
#define LANTERNE_TESTS_SUPPORT_PCAPNG_BUILDER_H

/* pcapng_builder — write a pcapng capture into memory, in any byte order. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PCAPNG_BUILDER_SIZE = 8192, PCAPNG_UNITS_DEFAULT = -1 };

struct pcapng_builder {
	bool big_endian;
	uint8_t data[PCAPNG_BUILDER_SIZE];
	size_t len;
	size_t block; /* where the open block begins */
};

void pcapng_builder_init(struct pcapng_builder *b, bool big_endian);

/* Numbers in the section's byte order. */
void pcapng_put_16(struct pcapng_builder *b, uint16_t value);
void pcapng_put_32(struct pcapng_builder *b, uint32_t value);
void pcapng_put_64(struct pcapng_builder *b, uint64_t value);
/* Bytes and what pads them to four. */
void pcapng_put(struct pcapng_builder *b, const void *bytes, size_t len);

/* Any block: between the two its content is put. */
void pcapng_begin(struct pcapng_builder *b, uint32_t type);
void pcapng_end(struct pcapng_builder *b);

void pcapng_section(struct pcapng_builder *b);
/* @param units  if_tsresol, or PCAPNG_UNITS_DEFAULT for none */
void pcapng_interface(struct pcapng_builder *b, uint16_t link,
		      uint32_t snapshot_length, int units);
/* An enhanced packet block, of the bytes 1, 2, 3, ... */
void pcapng_packet(struct pcapng_builder *b, uint32_t interface, uint64_t time,
		   uint32_t len);

#endif
