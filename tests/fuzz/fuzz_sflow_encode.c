/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * An sFlow datagram, of which all flow samples are encoded again: what comes of
 * it is read whole, holds as many samples with the same numbers, and no more of
 * a sampled header than its headers.
 */

#include <assert.h>

#include "net/headers.h"
#include "net/sflow_encode.h"

enum { ROOM = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static size_t encode(uint8_t *to, size_t capacity, struct sflow_reader reader,
		     const struct sflow_head *head, uint32_t *count)
{
	struct sflow_encoder e;
	struct sflow_flow flow;
	struct sflow_counters counters;
	int item;

	sflow_encode_start(&e, to, capacity, head);
	while ((item = sflow_next(&reader, &flow, &counters)) > 0) {
		if (item == SFLOW_FLOW)
			*count += sflow_encode_flow(&e, &flow);
	}
	return sflow_encode_end(&e);
}

static void compare(const struct sflow_flow *x, const struct sflow_flow *y)
{
	assert(x->sequence == y->sequence && x->drops == y->drops);
	assert(x->sampling_rate == y->sampling_rate);
	assert(x->source.class == y->source.class);
	assert(x->source.index == y->source.index);
	assert(x->input.value == y->input.value);
	assert(x->output.format == y->output.format);
	assert(x->says == y->says && x->has_header == y->has_header);
	assert(x->expanded == y->expanded);
	if (x->says & SFLOW_SAYS_VLAN_STACK)
		assert(x->stripped_vlan == y->stripped_vlan);
	if (!x->has_header)
		return;
	assert(x->frame_bytes == y->frame_bytes);
	assert(y->header.left <= x->header.left);
	if (x->header_protocol == SFLOW_HEADER_ETHERNET)
		assert(headers_of_frame(y->header) == y->header.left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t out[ROOM];
	struct sflow_skipped skipped = { 0 };
	struct sflow_reader from;
	struct sflow_reader to;
	struct sflow_head head;
	struct sflow_head same;
	struct sflow_flow x;
	struct sflow_flow y;
	struct sflow_counters counters;
	uint32_t count = 0;
	uint32_t read = 0;
	size_t got;
	int item;

	if (len > ROOM / 2 || sflow_open(&from, data, len, &head, &skipped) < 0)
		return 0;
	got = encode(out, len, from, &head, &count);
	assert(got <= len && (got > 0) == (count > 0));
	/* With room for padding that was not there, nothing is left out. */
	count = 0;
	got = encode(out, ROOM, from, &head, &count);
	if (count == 0)
		return 0;
	skipped = (struct sflow_skipped){ 0 };
	assert(sflow_open(&to, out, got, &same, &skipped) == 0);
	while ((item = sflow_next(&from, &x, &counters)) > 0) {
		if (item != SFLOW_FLOW)
			continue;
		assert(sflow_next(&to, &y, &counters) == SFLOW_FLOW);
		compare(&x, &y);
		read++;
	}
	assert(read == count && cursor_spent(&to.rest));
	return 0;
}
