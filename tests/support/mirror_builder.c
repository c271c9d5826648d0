/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/mirror_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_byte(struct made_packet *p, uint8_t value)
{
	if (p->len == sizeof(p->bytes)) {
		(void)fputs("mirror_builder: a packet is too long\n", stderr);
		abort();
	}
	p->bytes[p->len++] = value;
}

static void add_be16(struct made_packet *p, uint16_t value)
{
	add_byte(p, (uint8_t)(value >> 8));
	add_byte(p, (uint8_t)value);
}

static void add_be32(struct made_packet *p, uint32_t value)
{
	add_be16(p, (uint16_t)(value >> 16));
	add_be16(p, (uint16_t)value);
}

static uint8_t digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

void packet_adds_hex(struct made_packet *p, const char *hex)
{
	while (*hex) {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		add_byte(p, (uint8_t)(digit(hex[0]) << 4 | digit(hex[1])));
		hex += 2;
	}
}

void packet_adds(struct made_packet *p, uint8_t value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		add_byte(p, value);
}

static void add_station(struct made_packet *p, uint8_t last)
{
	if (last == 0xff) {
		packet_adds(p, 0xff, 6);
		return;
	}
	packet_adds_hex(p, "0200000000");
	add_byte(p, last);
}

/* An IP header as far as its length is in it. */
static void add_ip(struct made_packet *p, uint16_t type, size_t ip)
{
	if (type == 0x0800) {
		add_be16(p, 0x4500);
		add_be16(p, (uint16_t)ip);
	} else {
		add_be32(p, 0x60000000);
		add_be16(p, (uint16_t)(ip - 40));
	}
}

void packet_is_frame(struct made_packet *p, const struct made_frame *frame)
{
	uint16_t type = frame->type ? frame->type : 0x0800;
	size_t len = frame->len ? frame->len : 100;
	size_t ip;

	p->len = 0;
	add_station(p, frame->dst);
	add_station(p, frame->src);
	if (frame->tag) {
		add_be16(p, 0x8100);
		add_be16(p, frame->tag);
	}
	add_be16(p, type);
	ip = frame->ip ? frame->ip : len - p->len;
	if (type == 0x0800 || type == 0x86dd)
		add_ip(p, type, ip);
	add_byte(p, frame->number);
	if (p->len < len)
		packet_adds(p, 0, len - p->len);
	p->len = len;
}

/* Put what was made before what is there. */
static void put_before(struct made_packet *p, struct made_packet *head)
{
	if (head->len + p->len > sizeof(head->bytes))
		abort();
	memcpy(head->bytes + head->len, p->bytes, p->len);
	head->len += p->len;
	*p = *head;
}

void packet_behind_hex(struct made_packet *p, const char *hex)
{
	struct made_packet head = { .len = 0 };

	packet_adds_hex(&head, hex);
	put_before(p, &head);
}

void packet_in_gre(struct made_packet *p, const struct made_erspan *e)
{
	struct made_packet head = { .len = 0 };
	bool has_sequence = e->has_sequence || e->type == 2;
	uint32_t word = (uint32_t)(e->type - 1) << 28 |
			(uint32_t)e->vlan << 16 |
			(uint32_t)e->is_truncated << 10 | e->session;

	add_be16(&head, has_sequence ? 0x1000 : 0);
	add_be16(&head, e->type == 0x6558 ? 0x6558
			: e->type == 3	  ? 0x22eb
					  : 0x88be);
	if (has_sequence)
		add_be32(&head, e->sequence);
	if (e->type == 2 || e->type == 3) {
		add_be32(&head, word);
		add_be32(&head, 0x01020304); /* an index, or a time */
	}
	if (e->type == 3)
		add_be32(&head, (uint32_t)e->frame_type << 10 |
				    (uint32_t)e->is_egress << 3 |
				    (uint32_t)e->has_subheader);
	if (e->type == 3 && e->has_subheader)
		packet_adds(&head, 0xdd, 8);
	put_before(p, &head);
}

void packet_in_ipv4(struct made_packet *p, uint8_t from)
{
	struct made_packet head = { .len = 0 };

	add_be16(&head, 0x4500);
	add_be16(&head, (uint16_t)(20 + p->len));
	packet_adds_hex(&head, "00014000 402f0000 c00002");
	add_byte(&head, from);
	packet_adds_hex(&head, "c0000263");
	put_before(p, &head);
}

void packet_in_ipv6(struct made_packet *p, uint8_t from)
{
	struct made_packet head = { .len = 0 };

	add_be32(&head, 0x60000000);
	add_be16(&head, (uint16_t)p->len);
	packet_adds_hex(&head, "2f40 20010db8 00000000 00000000 000000");
	add_byte(&head, from);
	packet_adds_hex(&head, "20010db8 00000000 00000000 00000063");
	put_before(p, &head);
}

void packet_in_ethernet(struct made_packet *p, uint16_t tag, uint16_t type)
{
	struct made_packet head = { .len = 0 };

	packet_adds_hex(&head, "0200000000f2 0200000000f1");
	if (tag) {
		add_be16(&head, 0x8100);
		add_be16(&head, tag);
	}
	add_be16(&head, type);
	put_before(p, &head);
}

void packet_in_erspan(struct made_packet *p, uint8_t from,
		      const struct made_erspan *erspan)
{
	packet_in_gre(p, erspan);
	packet_in_ipv4(p, from);
	packet_in_ethernet(p, 0, 0x0800);
}
