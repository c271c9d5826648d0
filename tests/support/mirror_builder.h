/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_MIRROR_BUILDER_H
#define LANTERNE_TESTS_MIRROR_BUILDER_H

/*
 * mirror_builder — what mirrors of registry_builder's exchange send: frames,
 * and packets around them, from the inside out. Stations are named by their
 * last octet, as in switch_builder.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MADE_PACKET_SIZE = 2048 };

struct made_packet {
	uint8_t bytes[MADE_PACKET_SIZE];
	size_t len;
};

/* A frame; what is not said is 0. */
struct made_frame {
	uint8_t src;
	uint8_t dst; /* 0xff: broadcast */
	uint16_t tag;
	uint16_t type;	/* 0: IPv4 */
	size_t ip;	/* length of the packet in it; 0: as said by len */
	size_t len;	/* without check sequence; 0: 100 */
	uint8_t number; /* tells frames from each other */
};

/* GRE, and the header of ERSPAN behind it. */
struct made_erspan {
	int type;	   /* 1, 2, 3, or 0x6558 */
	bool has_sequence; /* type II always has one */
	uint32_t sequence;
	uint16_t session;
	uint16_t vlan;
	bool is_truncated;
	bool is_egress; /* type III, as what follows */
	bool has_subheader;
	uint8_t frame_type;
};

/** Append bytes in hexadecimal digits, spaces between them or none. */
void packet_adds_hex(struct made_packet *p, const char *hex);

/** Append so many bytes of one value. */
void packet_adds(struct made_packet *p, uint8_t value, size_t len);

/** Begin anew with a frame. */
void packet_is_frame(struct made_packet *p, const struct made_frame *frame);

/** Put GRE and ERSPAN before what is there. */
void packet_in_gre(struct made_packet *p, const struct made_erspan *erspan);

/** Put an IPv4 header before it: GRE from 192.0.2.from. */
void packet_in_ipv4(struct made_packet *p, uint8_t from);

/** Put an IPv6 header before it: GRE from 2001:db8::from. */
void packet_in_ipv6(struct made_packet *p, uint8_t from);

/** Put bytes before it, in hexadecimal digits. */
void packet_behind_hex(struct made_packet *p, const char *hex);

/** Put an Ethernet header before it, between stations that are no member's. */
void packet_in_ethernet(struct made_packet *p, uint16_t tag, uint16_t type);

/** Put all that before it: GRE, IPv4 from 192.0.2.from, Ethernet without a
 * tag. */
void packet_in_erspan(struct made_packet *p, uint8_t from,
		      const struct made_erspan *erspan);

#endif
