/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_NET_SFLOW_ENCODE_H
#define LANTERNE_NET_SFLOW_ENCODE_H

/*
 * sflow_encode — write an sFlow version 5 datagram of flow samples that were
 * read from another one.
 *
 * A sample is written as compact or expanded as it came, with its own numbers.
 * Of its records go along those that sflow reads, as far as their type goes:
 * the sampled header, cut to what net/headers.h calls headers, Ethernet, IPv4,
 * IPv6, extended switch, VLAN stack. No payload, and nothing of a type that is
 * not known, gets through. What is read from the result is what was read
 * before, but for that cut.
 */

#include <stddef.h>
#include <stdint.h>

#include "net/sflow.h"

struct sflow_encoder {
	uint8_t *bytes; /* borrowed */
	size_t capacity;
	size_t len;
	size_t count_at; /* where the number of samples stands */
	uint32_t sample_count;
	bool full; /* something did not fit */
};

/** Begin a datagram in capacity bytes at to. */
void sflow_encode_start(struct sflow_encoder *e, void *to, size_t capacity,
			const struct sflow_head *head);

/**
 * Add a sample; flow and its records are those of sflow_next.
 *
 * It takes no more bytes than it took, but for up to three where its sampled
 * header was not padded as it ought to be.
 * @return false: there is no room for it, and nothing was added
 */
bool sflow_encode_flow(struct sflow_encoder *e, const struct sflow_flow *flow);

/** End the datagram. @return its length; 0: it has no sample */
size_t sflow_encode_end(struct sflow_encoder *e);

#endif
