/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/sflow_encode.h"

#include "net/headers.h"
#include "net/sflow_format.h"

/*
 * Records are copied, not written from the values that were read: these are
 * fewer. Each function writes one production of the specification.
 */

static void put_bytes(struct sflow_encoder *e, const void *bytes, size_t len)
{
	if (e->full || len > e->capacity - e->len) {
		e->full = true;
		return;
	}
	memcpy(e->bytes + e->len, bytes, len);
	e->len += len;
}

static void put_be32(struct sflow_encoder *e, uint32_t value)
{
	uint32_t word = __builtin_bswap32(value);

	put_bytes(e, &word, sizeof(word));
}

/* Write into a place that is there already. */
static void patch_be32(struct sflow_encoder *e, size_t at, uint32_t value)
{
	uint32_t word = __builtin_bswap32(value);

	if (!e->full)
		memcpy(e->bytes + at, &word, sizeof(word));
}

/* A length field, for what was written behind it. */
static void patch_len(struct sflow_encoder *e, size_t at)
{
	patch_be32(e, at, (uint32_t)(e->len - at - 4));
}

/* struct address */
static void put_address(struct sflow_encoder *e, const struct ipaddr *a)
{
	put_be32(e, a->version == 4   ? SFLOW_ADDRESS_IPV4
		    : a->version == 6 ? SFLOW_ADDRESS_IPV6
				      : SFLOW_ADDRESS_UNKNOWN);
	put_bytes(e, a->bytes,
		  a->version == 4   ? 4
		  : a->version == 6 ? sizeof(a->bytes)
				    : 0);
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): where, and how much */
void sflow_encode_start(struct sflow_encoder *e, void *to, size_t capacity,
			const struct sflow_head *head)
{
	*e = (struct sflow_encoder){ .bytes = to, .capacity = capacity };
	put_be32(e, SFLOW_VERSION);
	put_address(e, &head->agent);
	put_be32(e, head->sub_agent);
	put_be32(e, head->sequence);
	put_be32(e, head->uptime_ms);
	e->count_at = e->len;
	put_be32(e, 0);
}

/* struct sampled_header, cut */
static void put_header(struct sflow_encoder *e, const struct sflow_flow *flow)
{
	static const uint8_t padding[4] = { 0 };
	struct cursor header = flow->header;
	size_t len = 0;

	if (flow->header_protocol == SFLOW_HEADER_ETHERNET)
		len = headers_of_frame(header);
	else if (flow->header_protocol == SFLOW_HEADER_IPV4)
		len = headers_of_ipv4(header);
	else if (flow->header_protocol == SFLOW_HEADER_IPV6)
		len = headers_of_ipv6(header);
	put_be32(e, flow->header_protocol);
	put_be32(e, flow->frame_bytes);
	put_be32(e, flow->stripped_bytes);
	put_be32(e, (uint32_t)len);
	if (len > 0)
		put_bytes(e, cursor_take(&header, len), len);
	put_bytes(e, padding, -len % sizeof(padding));
}

/* What of a record's bytes its type holds; more than it has: it is broken. */
static size_t len_of(uint32_t format, struct cursor record)
{
	uint32_t tags;

	switch (format) {
	case SFLOW_SAMPLED_ETHERNET:
		return 4 + 8 + 8 + 4;
	case SFLOW_SAMPLED_IPV4:
		return 8 * 4;
	case SFLOW_SAMPLED_IPV6:
		return 8 + 2 * 16 + 4 * 4;
	case SFLOW_EXTENDED_SWITCH:
		return 4 * 4;
	default:
		tags = cursor_be32(&record);
		return tags <= cursor_left(&record) / 4 ? 4 + (size_t)tags * 4
							: SIZE_MAX;
	}
}

/* Write one record; done has the bits of what was written of the sample. */
static bool put_record(struct sflow_encoder *e, const struct sflow_flow *flow,
		       uint32_t format, struct cursor record, uint32_t *done)
{
	enum { HEADER_DONE = 1u << 31 };
	bool is_header = format == SFLOW_SAMPLED_HEADER;
	uint32_t bit = is_header ? HEADER_DONE : sflow_said_by(format);
	size_t len_at;
	size_t len;

	if (bit == 0 || *done & bit || (!is_header && !(flow->says & bit)))
		return false;
	len = is_header ? 0 : len_of(format, record);
	if (len > cursor_left(&record))
		return false;
	*done |= bit;
	put_be32(e, format);
	len_at = e->len;
	put_be32(e, 0);
	if (is_header)
		put_header(e, flow);
	else
		put_bytes(e, cursor_take(&record, len), len);
	patch_len(e, len_at);
	return true;
}

/* struct flow_record, those that go along */
static void put_records(struct sflow_encoder *e, const struct sflow_flow *flow)
{
	struct cursor c = flow->records;
	uint32_t left = cursor_be32(&c);
	size_t count_at = e->len;
	uint32_t count = 0;
	uint32_t done = 0;

	put_be32(e, 0);
	for (; left > 0; left--) {
		uint32_t format = cursor_be32(&c);
		struct cursor record = cursor_sub(&c, cursor_be32(&c));

		if (!cursor_ok(&c))
			break;
		count += put_record(e, flow, format, record, &done);
	}
	patch_be32(e, count_at, count);
}

/* struct sflow_data_source_expanded, interface_expanded */
static void put_pair(struct sflow_encoder *e, uint32_t a, uint32_t b)
{
	put_be32(e, a);
	put_be32(e, b);
}

/* struct flow_sample, struct flow_sample_expanded, up to the records */
static void put_numbers(struct sflow_encoder *e, const struct sflow_flow *f)
{
	put_be32(e, f->sequence);
	if (f->expanded)
		put_pair(e, f->source.class, f->source.index);
	else
		put_be32(e, f->source.class << 24 | f->source.index);
	put_be32(e, f->sampling_rate);
	put_be32(e, f->sample_pool);
	put_be32(e, f->drops);
	if (f->expanded) {
		put_pair(e, f->input.format, f->input.value);
		put_pair(e, f->output.format, f->output.value);
	} else {
		put_be32(e, f->input.format << 30 | f->input.value);
		put_be32(e, f->output.format << 30 | f->output.value);
	}
}

bool sflow_encode_flow(struct sflow_encoder *e, const struct sflow_flow *flow)
{
	size_t before = e->len;
	size_t len_at;

	if (e->full)
		return false;
	put_be32(e, flow->expanded ? SFLOW_FLOW_SAMPLE_EXPANDED
				   : SFLOW_FLOW_SAMPLE);
	len_at = e->len;
	put_be32(e, 0);
	put_numbers(e, flow);
	put_records(e, flow);
	patch_len(e, len_at);
	if (e->full) {
		/* A smaller one may fit. */
		e->full = false;
		e->len = before;
		return false;
	}
	e->sample_count++;
	return true;
}

size_t sflow_encode_end(struct sflow_encoder *e)
{
	if (e->sample_count == 0)
		return 0;
	patch_be32(e, e->count_at, e->sample_count);
	return e->len;
}
