/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Writes the seeds of the binary parsers, one per kind of input that they
 * know: make_seeds DIRECTORY fills DIRECTORY/datagram, frame, packet, ...
 * Files of other names there stay: they are what fuzzing found.
 */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/journal_seeds.h"
#include "fuzz/mirror_seeds.h"
#include "fuzz/rrd_seeds.h"
#include "support/made_book.h"
#include "support/pcapng_builder.h"
#include "support/sflow_records.h"

static const uint8_t plain_frame[] = {
	0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x08, 0, 0x45, 0,
};
static const uint8_t tagged_frame[] = {
	0x02, 0,    0,	  0, 0,	   2,	 0x02, 0,    0,	   0,	 0,
	1,    0x81, 0x00, 0, 0x64, 0x86, 0xdd, 0x60, 0x00, 0x00,
};
static const uint8_t double_tagged_frame[] = {
	0x02, 0,    0,	  0,	0,    2,    0x02, 0, 0,	   0,	 0,
	1,    0x88, 0xa8, 0x20, 0xc8, 0x81, 0x00, 0, 0x64, 0x08, 0x00,
};
static const uint8_t five_tags_frame[] = {
	0x01, 0,    0x5e, 0, 0,	   1,	 0x02, 0, 0,	0,    0, 1,
	0x81, 0x00, 0,	  1, 0x81, 0x00, 0,    2, 0x91, 0x00, 0, 3,
	0x92, 0x00, 0,	  4, 0x81, 0x00, 0,    5, 0x08, 0x00,
};
static const uint8_t other_frame[] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, 1, 0x08, 0x06,
};

static const uint8_t vntag_frame[] = {
	0x02, 0, 0,    0,    0,	   2,	 0x02, 0,    0,	   0,
	0,    1, 0x89, 0x26, 0,	   1,	 0,    0x02, 0x81, 0x00,
	0xe0, 0, 0x81, 0x00, 0x00, 0x64, 0x08, 0,
};
static const uint8_t snap_frame[] = {
	0x02, 0, 0,  0,	   0,	 2,    0x02, 0, 0, 0,	 0,
	1,    0, 48, 0xaa, 0xaa, 0x03, 0,    0, 0, 0x08, 0x00,
};

static const struct sflow_build_head ipv4_head = {
	.agent = { 192, 0, 2, 1 },
	.agent_len = 4,
	.sub_agent = 1,
	.sequence = 7,
	.uptime_ms = 100000,
};
static const struct sflow_build_head ipv6_head = {
	.agent = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
	.agent_len = 16,
	.sequence = 7,
};
static const struct sflow_build_head unknown_head = { .sequence = 7 };

static const struct sflow_build_if_counters counters = {
	.ifindex = 436207616,
	.type = 6,
	.speed_bps = 10000000000,
	.direction = 1,
	.status = 3,
	.in_octets = 1u << 31,
	.in_packets = { 1, 2, 3, 4, 5, 6 },
	.out_octets = UINT64_MAX,
	.out_packets = { 1, 2, 3, 4, 5 },
};

static void add_flow(struct sflow_builder *b, bool expanded, const void *header,
		     size_t header_len)
{
	sflow_build_flow(b, &(struct sflow_build_flow){
				.expanded = expanded,
				.sequence = 1,
				.source_index = 436207616 & 0xffffff,
				.sampling_rate = 4096,
				.sample_pool = 4096,
				.drops = 1,
				.input = { 0, 436207616 },
				.output = { 2, 0 },
			    });
	sflow_build_header(b, 1518, 4, header, header_len);
	sflow_build_sample_end(b);
}

static void add_counters(struct sflow_builder *b, bool expanded)
{
	sflow_build_counters(
	    b, &(struct sflow_build_counters){
		   .expanded = expanded, .sequence = 1, .source_index = 1 });
	sflow_build_if_counters(b, &counters);
	sflow_build_port_name(b, "Ethernet1/1");
	sflow_build_sample_end(b);
}

static void flow_compact(struct sflow_builder *b)
{
	sflow_build_start(b, &ipv4_head);
	add_flow(b, false, plain_frame, sizeof(plain_frame));
}

static void flow_expanded(struct sflow_builder *b)
{
	sflow_build_start(b, &ipv6_head);
	add_flow(b, true, tagged_frame, sizeof(tagged_frame));
}

static void counters_compact(struct sflow_builder *b)
{
	sflow_build_start(b, &unknown_head);
	add_counters(b, false);
}

static void counters_expanded(struct sflow_builder *b)
{
	sflow_build_start(b, &ipv4_head);
	add_counters(b, true);
}

/* Records and samples of types that are skipped, among ones that are not. */
static void unknown_kinds(struct sflow_builder *b)
{
	sflow_build_start(b, &ipv4_head);
	sflow_build_sample(b, 0x9001);
	sflow_build_u64(b, 1);
	sflow_build_sample_end(b);
	sflow_build_flow(b, &(struct sflow_build_flow){ .sampling_rate = 1 });
	sflow_build_record(b, 1036);
	sflow_build_u64(b, 100);
	sflow_build_record_end(b);
	sflow_build_header(b, 64, 4, plain_frame, sizeof(plain_frame));
	sflow_build_header(b, 64, 4, plain_frame, sizeof(plain_frame));
	sflow_build_sample_end(b);
	add_counters(b, true);
}

static void start_flow(struct sflow_builder *b)
{
	sflow_build_start(b, &ipv4_head);
	sflow_build_flow(b, &(struct sflow_build_flow){ .expanded = true,
							.sampling_rate = 1 });
}

static void start_counters(struct sflow_builder *b)
{
	sflow_build_start(b, &ipv4_head);
	sflow_build_counters(
	    b, &(struct sflow_build_counters){ .expanded = true });
}

static void record_ethernet(struct sflow_builder *b)
{
	start_flow(b);
	sflow_build_ethernet(b, 1518, 1, 2, 0x0800);
	sflow_build_sample_end(b);
}

static void record_ipv4(struct sflow_builder *b)
{
	start_flow(b);
	sflow_build_ip(b, 4, 1500);
	sflow_build_sample_end(b);
}

static void record_ipv6(struct sflow_builder *b)
{
	start_flow(b);
	sflow_build_ip(b, 6, 1500);
	sflow_build_sample_end(b);
}

static void record_switch(struct sflow_builder *b)
{
	start_flow(b);
	sflow_build_switch(b, 100, 100);
	sflow_build_sample_end(b);
}

static void record_router(struct sflow_builder *b)
{
	start_flow(b);
	sflow_build_router(b, 4);
	sflow_build_sample_end(b);
}

static void record_gateway(struct sflow_builder *b)
{
	start_flow(b);
	sflow_build_gateway(b, 6, 2, 2);
	sflow_build_sample_end(b);
}

static void record_vlan_stack(struct sflow_builder *b)
{
	static const uint16_t tags[] = { 0, 200 };

	start_flow(b);
	sflow_build_vlan_stack(b, tags, 2);
	sflow_build_sample_end(b);
}

static void record_ethernet_counters(struct sflow_builder *b)
{
	start_counters(b);
	sflow_build_ethernet_counters(b, 1);
	sflow_build_sample_end(b);
}

static void record_vlan_counters(struct sflow_builder *b)
{
	start_counters(b);
	sflow_build_vlan_counters(b, 100, 1);
	sflow_build_sample_end(b);
}

static void record_lag(struct sflow_builder *b)
{
	start_counters(b);
	sflow_build_lag(b, &(struct sflow_build_lag){
			       .actor = { 2, [5] = 1 },
			       .partner = { 2, [5] = 2 },
			       .aggregate_ifindex = 369098752,
			       .states = { 0x3d, 0x3d, 0x3d, 0x3d },
			   });
	sflow_build_sample_end(b);
}

static void record_processor(struct sflow_builder *b)
{
	static const int32_t loads[3] = { 1000, 2000, -1 };

	start_counters(b);
	sflow_build_processor(b, loads, 1 << 30, 1 << 20);
	sflow_build_sample_end(b);
}

static void discarded_packet(struct sflow_builder *b)
{
	sflow_build_start(b, &ipv4_head);
	sflow_build_discard(b, &(struct sflow_build_discard){ .reason = 258 });
	sflow_build_header(b, 64, 4, plain_frame, sizeof(plain_frame));
	sflow_build_sample_end(b);
}

/* As some switches send it: one packet, described five times. */
static void many_records(struct sflow_builder *b)
{
	start_flow(b);
	sflow_build_header(b, 1518, 4, tagged_frame, sizeof(tagged_frame));
	sflow_build_ethernet(b, 1518, 1, 2, 0x86dd);
	sflow_build_switch(b, 100, 0);
	sflow_build_ip(b, 6, 1500);
	sflow_build_sample_end(b);
}

static const struct {
	const char *name;
	void (*build)(struct sflow_builder *b);
} datagrams[] = {
	{ "flow-compact", flow_compact },
	{ "flow-expanded", flow_expanded },
	{ "counters-compact", counters_compact },
	{ "counters-expanded", counters_expanded },
	{ "unknown-kinds", unknown_kinds },
	{ "record-ethernet", record_ethernet },
	{ "record-ipv4", record_ipv4 },
	{ "record-ipv6", record_ipv6 },
	{ "record-switch", record_switch },
	{ "record-router", record_router },
	{ "record-gateway", record_gateway },
	{ "record-vlan-stack", record_vlan_stack },
	{ "record-ethernet-counters", record_ethernet_counters },
	{ "record-vlan-counters", record_vlan_counters },
	{ "record-lag", record_lag },
	{ "record-processor", record_processor },
	{ "discarded-packet", discarded_packet },
	{ "many-records", many_records },
};

/* Frames with headers behind Ethernet's, and a byte of payload. */
static const uint8_t udp_frame[] = {
	0x02, 0, 0, 0, 0, 2, 0x02, 0,	 0, 0,	0,   1, 0x08, 0, 0x46, 0,
	0,    0, 0, 0, 0, 0, 1,	   17,	 0, 0,	192, 0, 2,    1, 192,  0,
	2,    2, 1, 1, 1, 0, 0xc3, 0x50, 0, 53, 0,   9, 0,    0, 0xee,
};
static const uint8_t tcp_frame[] = {
	0x02, 0,    0,	  0, 0,	   2,	 0x02, 0,    0,	 0,    0, 1,   0x86,
	0xdd, 0x60, 0,	  0, 0,	   0,	 0,    0,    1,	 0x20, 1, 0xd, 0xb8,
	0,    0,    0,	  0, 0,	   0,	 0,    0,    0,	 0,    0, 1,   0x20,
	1,    0xd,  0xb8, 0, 0,	   0,	 0,    0,    0,	 0,    0, 0,   0,
	0,    2,    44,	  0, 1,	   4,	 0,    0,    0,	 0,    6, 0,   0,
	1,    0,    0,	  0, 1,	   0xc3, 0x50, 0,    80, 0,    0, 0,   1,
	0,    0,    0,	  1, 0x50, 0x18, 0xff, 0xff, 0,	 0,    0, 0,   0xee,
};

static void flow_of_udp(struct sflow_builder *b)
{
	sflow_build_start(b, &ipv4_head);
	add_flow(b, false, udp_frame, sizeof(udp_frame));
}

static void flow_of_tcp(struct sflow_builder *b)
{
	sflow_build_start(b, &ipv4_head);
	add_flow(b, true, tcp_frame, sizeof(tcp_frame));
}

static void flow_of_snap(struct sflow_builder *b)
{
	sflow_build_start(b, &ipv6_head);
	add_flow(b, false, snap_frame, sizeof(snap_frame));
}

/* A packet without its frame. */
static void flow_of_packet(struct sflow_builder *b)
{
	start_flow(b);
	sflow_build_record(b, 1);
	sflow_build_u32(b, 11);
	sflow_build_u64(b, 1500);
	sflow_build_u32(b, sizeof(udp_frame) - 14);
	sflow_build_opaque(b, udp_frame + 14, sizeof(udp_frame) - 14);
	sflow_build_record_end(b);
	sflow_build_sample_end(b);
}

/* What is encoded again, and what is left out on the way. */
static const struct {
	const char *name;
	void (*build)(struct sflow_builder *b);
} relayed[] = {
	{ "udp-options", flow_of_udp },
	{ "tcp-extensions", flow_of_tcp },
	{ "snap", flow_of_snap },
	{ "packet", flow_of_packet },
	{ "unknown-kinds", unknown_kinds },
	{ "many-records", many_records },
	{ "vlan-stack", record_vlan_stack },
	{ "ipv4", record_ipv4 },
	{ "gateway", record_gateway },
};

struct seed {
	const char *name;
	const void *bytes;
	size_t len;
};

static const struct seed frames[] = {
	{ "ipv4", plain_frame, sizeof(plain_frame) },
	{ "tagged-ipv6", tagged_frame, sizeof(tagged_frame) },
	{ "double-tagged", double_tagged_frame, sizeof(double_tagged_frame) },
	{ "five-tags", five_tags_frame, sizeof(five_tags_frame) },
	{ "arp", other_frame, sizeof(other_frame) },
	{ "vntag-priority-vlan", vntag_frame, sizeof(vntag_frame) },
	{ "snap", snap_frame, sizeof(snap_frame) },
	{ "empty", plain_frame, 0 },
};

/* The byte that picks the link type in fuzz_packet.c, then the packet. */
static const uint8_t ethernet_packet[] = {
	1,    2,    0,	  0,	0, 0,	2,    2, 0,   0,   0,	0,   1,
	0x81, 0,    0,	  100,	8, 0,	0x45, 0, 0,   33,  0,	0,   0,
	0,    64,   17,	  0,	0, 192, 0,    2, 1,   192, 0,	2,   2,
	0xc3, 0x50, 0x18, 0xc7, 0, 13,	0,    0, 's', 'F', 'l', 'o', 'w',
};
static const uint8_t cooked_packet[] = {
	3,    0,    0, 0,   1,	  0, 6,	  2,   0,   0,	 0,   0,    1,
	0,    0,    8, 0,   0x45, 0, 0,	  33,  0,   0,	 0,   0,    64,
	17,   0,    0, 192, 0,	  2, 1,	  192, 0,   2,	 2,   0xc3, 0x50,
	0x18, 0xc7, 0, 13,  0,	  0, 's', 'F', 'l', 'o', 'w',
};
static const uint8_t raw_ipv6_packet[] = {
	2,    0x60, 0,	  0, 0, 0,   21,  0,   64,  0x20, 1,	0xd,  0xb8,
	0,    0,    0,	  0, 0, 0,   0,	  0,   0,   0,	  0,	1,    0x20,
	1,    0xd,  0xb8, 0, 0, 0,   0,	  0,   0,   0,	  0,	0,    0,
	0,    2,    17,	  0, 1, 4,   0,	  0,   0,   0,	  0xc3, 0x50, 0x18,
	0xc7, 0,    13,	  0, 0, 's', 'F', 'l', 'o', 'w',
};

static const struct seed packets[] = {
	{ "ethernet-tagged", ethernet_packet, sizeof(ethernet_packet) },
	{ "linux-cooked", cooked_packet, sizeof(cooked_packet) },
	{ "raw-ipv6-options", raw_ipv6_packet, sizeof(raw_ipv6_packet) },
};

/* What fuzz_intake.c's switch 1 would send, behind the byte for it. */
static void members_talk(struct sflow_builder *b)
{
	sflow_build_start(b, &ipv4_head);
	for (uint32_t port = 1; port <= 3; port++) {
		sflow_build_flow(b, &(struct sflow_build_flow){
					.expanded = true,
					.source_index = port,
					.sampling_rate = 4096,
					.drops = port,
					.input = { 0, 1 },
					.output = { 0, 2 },
				    });
		sflow_build_header(b, 1518, 4, plain_frame,
				   sizeof(plain_frame));
		sflow_build_sample_end(b);
	}
	add_counters(b, true);
}

static bool write_seed(const char *directory, const char *parser,
		       const char *name, const void *bytes, size_t len)
{
	char path[PATH_MAX];
	FILE *file;
	bool good;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, parser);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return false;
	(void)snprintf(path, sizeof(path), "%s/%s/%s", directory, parser, name);
	file = fopen(path, "wb");
	if (!file)
		return false;
	good = fwrite(bytes, 1, len, file) == len;
	return fclose(file) == 0 && good;
}

/* What the intake keeps of counter samples and discarded packets. */
static void switch_tells(struct sflow_builder *b)
{
	static const int32_t loads[3] = { 1000, 2000, -1 };

	sflow_build_start(b, &ipv4_head);
	sflow_build_counters(b, &(struct sflow_build_counters){
				    .expanded = true, .source_index = 3 });
	sflow_build_ethernet_counters(b, 1);
	sflow_build_lag(b, &(struct sflow_build_lag){
			       .aggregate_ifindex = 1,
			       .states = { 0, 0x3d, 0, 0x3d },
			   });
	sflow_build_vlan_counters(b, 100, 1);
	sflow_build_processor(b, loads, 1 << 30, 1 << 20);
	sflow_build_sample_end(b);
	sflow_build_discard(b, &(struct sflow_build_discard){ .reason = 258 });
	sflow_build_sample_end(b);
}

static const struct {
	const char *name;
	void (*build)(struct sflow_builder *b);
} intakes[] = {
	{ "members-talk", members_talk },
	{ "switch-tells", switch_tells },
	{ "many-records", many_records },
};

static bool write_intake_seed(const char *directory, size_t i)
{
	struct sflow_builder b;

	intakes[i].build(&b);
	memmove(b.data + 1, b.data, b.len);
	b.data[0] = 0;
	return write_seed(directory, "intake", intakes[i].name, b.data,
			  b.len + 1);
}

/* Interfaces of two link types and clocks, and a block of another kind. */
static void two_interfaces(struct pcapng_builder *b)
{
	pcapng_section(b);
	pcapng_interface(b, 1, 65535, 9);
	pcapng_interface(b, 276, 96, PCAPNG_UNITS_DEFAULT);
	pcapng_packet(b, 1, 1700000000000000, 20);
	pcapng_begin(b, 5);
	pcapng_put_32(b, 0);
	pcapng_end(b);
	pcapng_packet(b, 0, 1700000000000000000, 60);
}

static void two_byte_orders(struct pcapng_builder *b)
{
	two_interfaces(b);
	b->big_endian = true;
	two_interfaces(b);
}

static void simple_and_old(struct pcapng_builder *b)
{
	pcapng_section(b);
	pcapng_interface(b, 1, 4, 0x80 | 10);
	pcapng_begin(b, 3);
	pcapng_put_32(b, 9);
	pcapng_put(b, "abcd", 4);
	pcapng_end(b);
	pcapng_begin(b, 2);
	for (uint32_t i = 0; i < 3; i++)
		pcapng_put_32(b, i);
	pcapng_put_32(b, 3);
	pcapng_put_32(b, 60);
	pcapng_put(b, "efg", 3);
	pcapng_end(b);
}

static const struct {
	const char *name;
	void (*build)(struct pcapng_builder *b);
} captures[] = {
	{ "two-interfaces", two_interfaces },
	{ "two-byte-orders", two_byte_orders },
	{ "simple-and-old-packets", simple_and_old },
};

static const struct {
	const char *name;
	enum daybook_kind kind;
	size_t count;
} books[] = {
	{ "day", DAYBOOK_DAY, 9 },	     { "month", DAYBOOK_MONTH, 9 },
	{ "pairs", DAYBOOK_PAIRS, 12 },	     { "day-empty", DAYBOOK_DAY, 0 },
	{ "pairs-empty", DAYBOOK_PAIRS, 0 },
};

static bool write_book_seed(const char *directory, size_t i)
{
	struct text book;
	bool good;

	made_book(&book, books[i].kind, books[i].count, 1);
	good = write_seed(directory, "daybook", books[i].name, book.data,
			  book.len);
	text_fini(&book);
	return good;
}

static bool write_capture_seed(const char *directory, size_t i)
{
	struct pcapng_builder b;

	pcapng_builder_init(&b, false);
	captures[i].build(&b);
	return write_seed(directory, "pcapng", captures[i].name, b.data, b.len);
}

int main(int argc, char **argv)
{
	struct sflow_builder b;
	bool good = true;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return 64;
	}
	for (size_t i = 0; i < sizeof(datagrams) / sizeof(*datagrams); i++) {
		datagrams[i].build(&b);
		good &= write_seed(argv[1], "datagram", datagrams[i].name,
				   b.data, b.len);
	}
	for (size_t i = 0; i < sizeof(relayed) / sizeof(*relayed); i++) {
		relayed[i].build(&b);
		good &= write_seed(argv[1], "sflow_encode", relayed[i].name,
				   b.data, b.len);
	}
	for (size_t i = 0; i < sizeof(intakes) / sizeof(*intakes); i++)
		good &= write_intake_seed(argv[1], i);
	for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++)
		good &= write_seed(argv[1], "packet", packets[i].name,
				   packets[i].bytes, packets[i].len);
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++)
		good &= write_seed(argv[1], "frame", frames[i].name,
				   frames[i].bytes, frames[i].len);
	for (size_t i = 0; i < sizeof(captures) / sizeof(*captures); i++)
		good &= write_capture_seed(argv[1], i);
	for (size_t i = 0; i < sizeof(books) / sizeof(*books); i++)
		good &= write_book_seed(argv[1], i);
	good &= journal_seeds(argv[1], write_seed);
	good &= mirror_seeds(argv[1], write_seed);
	good &= rrd_seeds(argv[1], write_seed);
	if (!good)
		(void)fprintf(stderr, "%s: %m\n", argv[1]);
	return good ? 0 : 1;
}
