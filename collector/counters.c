/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/counters.h"

enum {
	/* How far an agent's clock may differ from ours before a fallen
	 * uptime means a restart and not a wrap of 2^32 ms (49.7 days). */
	UPTIME_SLACK_MS = 30000,
	/* A frame on the wire: 64 bytes, preamble and gap. */
	SMALLEST_FRAME_BITS = 84 * 8,
	US_PER_MS = 1000,
};

static bool restarted(const struct counter_reading *before,
		      const struct counter_reading *after)
{
	int64_t passed_ms = (after->time_us - before->time_us) / US_PER_MS;
	uint32_t grown_ms = after->uptime_ms - before->uptime_ms;
	int64_t off;

	if (after->uptime_ms >= before->uptime_ms)
		return false;
	off = (int64_t)grown_ms - passed_ms;
	return off > UPTIME_SLACK_MS || off < -UPTIME_SLACK_MS;
}

/* The most that a link of this speed can count in this time, with a tenth
 * more for clocks that differ. */
static double most_octets(uint64_t speed_bps, int64_t passed_us)
{
	return 1.1 * (double)speed_bps / 8 * (double)passed_us / 1e6;
}

static double most_frames(uint64_t speed_bps, int64_t passed_us)
{
	return 1.1 * (double)speed_bps / SMALLEST_FRAME_BITS *
	       (double)passed_us / 1e6;
}

static bool grow_64(uint64_t before, uint64_t after, double most,
		    uint64_t *grown)
{
	if (before == UINT64_MAX || after == UINT64_MAX)
		return false;
	*grown = after - before;
	return after >= before || (double)*grown <= most;
}

/*
 * 32 bits of frames wrap within minutes on fast links, so a wrap is the
 * ordinary case; without a known speed one wrap is believed as well. An
 * error counter that was cleared by hand looks like a wrap of billions.
 */
static bool grow_32(uint32_t before, uint32_t after, double most,
		    uint64_t *grown)
{
	if (before == UINT32_MAX || after == UINT32_MAX)
		return false;
	*grown = (uint32_t)(after - before);
	return after >= before || most <= 0 || (double)*grown <= most;
}

enum counter_verdict counter_difference(const struct counter_reading *before,
					const struct counter_reading *after,
					uint64_t speed_bps,
					struct counter_delta *out)
{
	const struct sflow_if_counters *b = &before->raw;
	const struct sflow_if_counters *a = &after->raw;
	int64_t passed_us = after->time_us - before->time_us;
	double octets = most_octets(speed_bps, passed_us);
	double frames = most_frames(speed_bps, passed_us);
	const struct {
		uint32_t before;
		uint32_t after;
	} narrow[COUNTER_COUNT] = {
		[PORT_IN_UCAST] = { b->in_ucast, a->in_ucast },
		[PORT_IN_MCAST] = { b->in_mcast, a->in_mcast },
		[PORT_IN_BCAST] = { b->in_bcast, a->in_bcast },
		[PORT_IN_ERRORS] = { b->in_errors, a->in_errors },
		[PORT_IN_DISCARDS] = { b->in_discards, a->in_discards },
		[PORT_OUT_UCAST] = { b->out_ucast, a->out_ucast },
		[PORT_OUT_MCAST] = { b->out_mcast, a->out_mcast },
		[PORT_OUT_BCAST] = { b->out_bcast, a->out_bcast },
		[PORT_OUT_ERRORS] = { b->out_errors, a->out_errors },
		[PORT_OUT_DISCARDS] = { b->out_discards, a->out_discards },
	};

	if (passed_us <= 0)
		return COUNTER_NO_TIME;
	if (restarted(before, after))
		return COUNTER_RESTARTED;
	*out = (struct counter_delta){ 0 };
	for (uint32_t i = 0; i < COUNTER_COUNT; i++) {
		bool known;

		if (i == PORT_IN_OCTETS)
			known = grow_64(b->in_octets, a->in_octets, octets,
					&out->grown[i]);
		else if (i == PORT_OUT_OCTETS)
			known = grow_64(b->out_octets, a->out_octets, octets,
					&out->grown[i]);
		else
			known = grow_32(narrow[i].before, narrow[i].after,
					frames, &out->grown[i]);
		if (!known) {
			out->grown[i] = 0;
			out->unknown |= 1u << i;
		}
	}
	return COUNTER_ACCEPTED;
}

uint64_t counter_share(uint64_t grown, int64_t from_us, int64_t to_us,
		       int64_t until_us)
{
	unsigned __int128 part;

	if (until_us <= from_us)
		return 0;
	if (until_us >= to_us)
		return grown;
	part = (unsigned __int128)grown * (uint64_t)(until_us - from_us);
	return (uint64_t)(part / (uint64_t)(to_us - from_us));
}
