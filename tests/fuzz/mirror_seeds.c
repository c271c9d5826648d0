/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz/mirror_seeds.h"

#include <stdio.h>
#include <string.h>

#include "support/mirror_builder.h"

/* From the GRE header on, before a short frame. */
static const struct {
	const char *name;
	struct made_erspan erspan;
} headers[] = {
	{ "type-1", { .type = 1 } },
	{ "type-2", { .type = 2, .session = 1, .vlan = 100 } },
	{ "type-2-truncated", { .type = 2, .is_truncated = true } },
	{ "type-3", { .type = 3, .session = 1, .is_egress = true } },
	{ "type-3-sequence", { .type = 3, .has_sequence = true } },
	{ "type-3-subheader", { .type = 3, .has_subheader = true } },
	{ "type-3-marker", { .type = 3, .frame_type = 7 } },
	{ "frames-in-gre", { .type = 0x6558 } },
};

static const struct {
	const char *name;
	const char *hex;
} options[] = {
	{ "all-options",
	  "b000 88be 00000000 00000001 00000002 10640001 00000000 02" },
	{ "version-3", "1000 88be 00000002 30640001 00000000 02" },
	{ "routing", "4000 88be 00000000 02" },
	{ "other-gre", "0000 0800 45" },
};

static const struct made_frame talk = { .src = 1, .dst = 2, .len = 60 };

static void plain(struct made_packet *p)
{
	packet_is_frame(p, &talk);
}

static void tagged_flood(struct made_packet *p)
{
	packet_is_frame(p, &(struct made_frame){
			       .src = 1, .dst = 0xff, .tag = 100, .len = 64 });
}

static void stranger(struct made_packet *p)
{
	packet_is_frame(p,
			&(struct made_frame){
			    .src = 0x99, .dst = 2, .type = 0x86dd, .len = 60 });
}

static void in_ipv4(struct made_packet *p, const struct made_erspan *erspan)
{
	plain(p);
	packet_in_gre(p, erspan);
	packet_in_ipv4(p, 1);
}

static void type_1(struct made_packet *p)
{
	in_ipv4(p, &(struct made_erspan){ .type = 1 });
	packet_in_ethernet(p, 0, 0x0800);
}

static void session(struct made_packet *p)
{
	in_ipv4(p, &(struct made_erspan){ .type = 2, .session = 1 });
	packet_in_ethernet(p, 0, 0x0800);
}

static void core_session(struct made_packet *p)
{
	in_ipv4(p, &(struct made_erspan){ .type = 3, .session = 48 });
	packet_in_ethernet(p, 300, 0x0800);
}

static void truncated_in_ipv6(struct made_packet *p)
{
	packet_is_frame(p, &(struct made_frame){
			       .src = 1, .dst = 2, .ip = 1500, .len = 60 });
	packet_in_gre(p, &(struct made_erspan){ .type = 3,
						.is_egress = true,
						.is_truncated = true });
	packet_in_ipv6(p, 1);
	packet_in_ethernet(p, 0, 0x86dd);
}

static void marker(struct made_packet *p)
{
	in_ipv4(p, &(struct made_erspan){ .type = 3, .frame_type = 7 });
	packet_in_ethernet(p, 0, 0x0800);
}

static void fragment(struct made_packet *p)
{
	type_1(p);
	p->bytes[14 + 6] = 0x20;
}

static void atomic_fragment(struct made_packet *p)
{
	plain(p);
	packet_in_gre(p, &(struct made_erspan){ .type = 1 });
	packet_behind_hex(p, "60000000 0048 2c40"
			     "20010db8 00000000 00000000 00000001"
			     "20010db8 00000000 00000000 00000063"
			     "2f00 0000 00000001");
	packet_in_ethernet(p, 0, 0x86dd);
}

static void raw(struct made_packet *p)
{
	in_ipv4(p, &(struct made_erspan){ .type = 2 });
}

static void cooked(struct made_packet *p)
{
	raw(p);
	packet_behind_hex(p, "0000 0001 0006 0200000000010000 0800");
}

static void cooked_2(struct made_packet *p)
{
	raw(p);
	packet_behind_hex(p, "0800 0000 00000001 0001 00 06 0200000000010000");
}

static void gre(struct made_packet *p)
{
	plain(p);
	packet_in_gre(p, &(struct made_erspan){ .type = 2, .session = 1 });
}

/* Twice each, as a mirror of both ways has it. */
static const struct {
	const char *name;
	uint8_t first; /* mirror, then link type in steps of four */
	void (*build)(struct made_packet *p);
} packets[] = {
	{ "plain", 0, plain },
	{ "copies", 1, plain },
	{ "one-way", 2, plain },
	{ "tagged-flood", 1, tagged_flood },
	{ "stranger", 0, stranger },
	{ "type-1", 0, type_1 },
	{ "session", 2, session },
	{ "core-session", 1, core_session },
	{ "truncated-in-ipv6", 1, truncated_in_ipv6 },
	{ "marker", 0, marker },
	{ "fragment", 0, fragment },
	{ "atomic-fragment", 0, atomic_fragment },
	{ "raw", 4, raw },
	{ "cooked", 8, cooked },
	{ "cooked-2", 12, cooked_2 },
	{ "no-link", 16, plain },
	{ "gre", 3, gre },
};

static bool write_packets(const char *directory, size_t i,
			  bool (*write)(const char *directory,
					const char *parser, const char *name,
					const void *bytes, size_t len))
{
	struct made_packet all = { .len = 0 };
	struct made_packet p;
	char head[16];

	packets[i].build(&p);
	packet_adds(&all, packets[i].first, 1);
	(void)snprintf(head, sizeof(head), "0900%04zx", p.len);
	for (int copies = 0; copies < 2; copies++) {
		packet_adds_hex(&all, head);
		memcpy(all.bytes + all.len, p.bytes, p.len);
		all.len += p.len;
	}
	return write(directory, "mirror", packets[i].name, all.bytes, all.len);
}

bool mirror_seeds(const char *directory,
		  bool (*write)(const char *directory, const char *parser,
				const char *name, const void *bytes,
				size_t len))
{
	struct made_packet p;
	bool good = true;

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		packet_is_frame(
		    &p, &(struct made_frame){ .src = 1, .dst = 2, .len = 20 });
		packet_in_gre(&p, &headers[i].erspan);
		good &=
		    write(directory, "erspan", headers[i].name, p.bytes, p.len);
	}
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		p.len = 0;
		packet_adds_hex(&p, options[i].hex);
		good &=
		    write(directory, "erspan", options[i].name, p.bytes, p.len);
	}
	for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++)
		good &= write_packets(directory, i, write);
	return good;
}
