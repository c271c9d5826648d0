/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SFLOW_BUILDER_H
#define LANTERNE_TESTS_SFLOW_BUILDER_H

/*
 * sflow_builder — valid sFlow version 5 datagrams, by naming fields.
 *
 * Written from the specification and with no header of the code under test.
 * Samples and records are opened and closed; closing puts the length and the
 * counts that belong there. A test then breaks one thing in data.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SFLOW_BUILDER_SIZE = 65507 }; /* as much as UDP carries */

struct sflow_builder {
	uint8_t data[SFLOW_BUILDER_SIZE];
	size_t len;
	size_t sample_count_at;
	size_t sample_at;	/* the length field of the open sample */
	size_t record_count_at; /* of the open sample */
	size_t record_at;	/* the length field of the open record */
};

/* A datagram's head; agent_len is 4, 16, or 0 for an unknown agent. */
struct sflow_build_head {
	uint8_t agent[16];
	size_t agent_len;
	uint32_t sub_agent;
	uint32_t sequence;
	uint32_t uptime_ms;
};

/* An interface: format 0 index, 1 dropped, 2 multiple. */
struct sflow_build_interface {
	uint32_t format;
	uint32_t value;
};

struct sflow_build_flow {
	bool expanded;
	uint32_t sequence;
	uint32_t source_class;
	uint32_t source_index;
	uint32_t sampling_rate;
	uint32_t sample_pool;
	uint32_t drops;
	struct sflow_build_interface input;
	struct sflow_build_interface output;
};

struct sflow_build_counters {
	bool expanded;
	uint32_t sequence;
	uint32_t source_class;
	uint32_t source_index;
};

struct sflow_build_if_counters {
	uint32_t ifindex;
	uint32_t type;
	uint64_t speed_bps;
	uint32_t direction;
	uint32_t status;
	uint64_t in_octets;
	uint32_t in_packets[6]; /* ucast, mcast, bcast, discards, errors,
				 * unknown protocols */
	uint64_t out_octets;
	uint32_t out_packets[5]; /* ucast, mcast, bcast, discards, errors */
	uint32_t promiscuous;
};

/** Start a datagram. */
void sflow_build_start(struct sflow_builder *b,
		       const struct sflow_build_head *head);

/** Open a sample of any format and write nothing but its length field. */
void sflow_build_sample(struct sflow_builder *b, uint32_t format);

/** Open a flow sample, compact or expanded. */
void sflow_build_flow(struct sflow_builder *b,
		      const struct sflow_build_flow *flow);

/** Open a counter sample, compact or expanded. */
void sflow_build_counters(struct sflow_builder *b,
			  const struct sflow_build_counters *counters);

/** Close the open sample: its length, and one more in the datagram's count. */
void sflow_build_sample_end(struct sflow_builder *b);

/** Open a record of the open sample. */
void sflow_build_record(struct sflow_builder *b, uint32_t format);

/** Close the open record. */
void sflow_build_record_end(struct sflow_builder *b);

/** A whole raw packet header record; header_len bytes, padded to four. */
void sflow_build_header(struct sflow_builder *b, uint32_t frame_bytes,
			uint32_t stripped_bytes, const void *header,
			size_t header_len);

/** A whole record of generic interface counters. */
void sflow_build_if_counters(struct sflow_builder *b,
			     const struct sflow_build_if_counters *counters);

/** A whole port name record. */
void sflow_build_port_name(struct sflow_builder *b, const char *name);

/** The next four bytes, big endian. */
void sflow_build_u32(struct sflow_builder *b, uint32_t value);

/** The next eight bytes, big endian. */
void sflow_build_u64(struct sflow_builder *b, uint64_t value);

/** The next len bytes, padded with zeros to a multiple of four. */
void sflow_build_opaque(struct sflow_builder *b, const void *bytes, size_t len);

/** Overwrite four bytes that are there already. */
void sflow_build_patch(struct sflow_builder *b, size_t at, uint32_t value);

#endif
