/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/counters.h"

enum {
	/* How far an agent's clock may differ from ours before it means a
	 * restart, and not a wrap of 2^32 ms (49.7 days) or a slow clock. */
	UPTIME_SLACK_MS = 30000,
	UPTIME_SLACK_PARTS = 100, /* and a hundredth of the time passed */
	/* A frame on the wire: 64 bytes, preamble and gap. */
	SMALLEST_FRAME_BITS = 84 * 8,
	SMALLEST_FRAME_OCTETS = 60, /* some agents leave the FCS out */
	SLACK_S = 2,
	FORWARD = 2, /* a counter that grew may beat a wrong speed by so much */
	US_PER_MS = 1000,
	SIDE_COUNTERS = COUNTER_COUNT / 2,
};

/*
 * An agent's clock that does not follow ours: it fell, or it went on by much
 * less than the time that passed. One that stands still is not kept at all.
 */
static bool restarted(const struct counter_reading *before,
		      const struct counter_reading *after)
{
	int64_t passed_ms = (after->time_us - before->time_us) / US_PER_MS;
	uint32_t grown_ms = after->uptime_ms - before->uptime_ms;
	int64_t off = (int64_t)grown_ms - passed_ms;

	if (after->uptime_ms == before->uptime_ms)
		return false;
	if (after->uptime_ms > before->uptime_ms && off > 0)
		return false;
	return off > UPTIME_SLACK_MS ||
	       off < -(UPTIME_SLACK_MS + passed_ms / UPTIME_SLACK_PARTS);
}

/* What a link can count at the most, with a tenth and two seconds more: the
 * agent reads its counters some time before its datagram comes in. */
struct limits {
	double octets; /* 0: the speed is not known */
	double frames;
};

static struct limits limits_of(uint64_t speed_bps, int64_t passed_us)
{
	double bits =
	    1.1 * (double)speed_bps * ((double)passed_us / 1e6 + SLACK_S);

	return (struct limits){ bits / 8, bits / SMALLEST_FRAME_BITS };
}

/* Octets, in 64 bits. */
static bool grow_octets(uint64_t before, uint64_t after, struct limits limits,
			uint64_t *grown)
{
	if (before == UINT64_MAX || after == UINT64_MAX)
		return false;
	*grown = after - before;
	if (after < before)
		return (double)*grown <= limits.octets;
	return limits.octets <= 0 || (double)*grown <= FORWARD * limits.octets;
}

/*
 * Frames, in 32 bits: these wrap within minutes on fast links, but a counter
 * that was cleared looks the same. There are no more frames than their octets
 * allow; where octets are not known, the link's speed has to do.
 */
static bool grow_frames(uint32_t before, uint32_t after, struct limits limits,
			const uint64_t *octets, uint64_t *grown)
{
	if (before == UINT32_MAX || after == UINT32_MAX)
		return false;
	*grown = (uint32_t)(after - before);
	if (after >= before)
		return limits.frames <= 0 ||
		       (double)*grown <= FORWARD * limits.frames;
	if (octets)
		return *grown <= *octets / SMALLEST_FRAME_OCTETS;
	return (double)*grown <= limits.frames;
}

/* Errors and discards, in 32 bits: rare, so one that fell was cleared. */
static bool grow_faults(uint32_t before, uint32_t after, uint64_t *grown)
{
	*grown = (uint32_t)(after - before);
	return before != UINT32_MAX && after != UINT32_MAX && after >= before;
}

/* One direction's counters, in the order of the data sources. */
struct side {
	uint64_t octets;
	uint32_t frames[3]; /* unicast, multicast, broadcast */
	uint32_t faults[2]; /* errors, discards */
};

/*
 * The growth of one direction; the result's bits are the counters that are
 * not known. Octets that fell and did not wrap mean that the port's counters
 * were cleared: then nothing is known.
 */
static uint32_t grow_side(const struct side *before, const struct side *after,
			  struct limits limits, uint64_t *grown)
{
	const uint32_t everything = (1u << SIDE_COUNTERS) - 1;
	bool supported =
	    before->octets != UINT64_MAX && after->octets != UINT64_MAX;
	bool octets = grow_octets(before->octets, after->octets, limits, grown);
	uint32_t unknown = octets ? 0 : 1;

	if (supported && !octets)
		return everything;
	for (uint32_t i = 0; i < 3; i++) {
		if (!grow_frames(before->frames[i], after->frames[i], limits,
				 octets ? grown : NULL, &grown[1 + i]))
			unknown |= 1u << (1 + i);
	}
	for (uint32_t i = 0; i < 2; i++) {
		if (!grow_faults(before->faults[i], after->faults[i],
				 &grown[4 + i]))
			unknown |= 1u << (4 + i);
	}
	return unknown;
}

static struct side in_side(const struct sflow_if_counters *c)
{
	return (struct side){ c->in_octets,
			      { c->in_ucast, c->in_mcast, c->in_bcast },
			      { c->in_errors, c->in_discards } };
}

static struct side out_side(const struct sflow_if_counters *c)
{
	return (struct side){ c->out_octets,
			      { c->out_ucast, c->out_mcast, c->out_bcast },
			      { c->out_errors, c->out_discards } };
}

enum counter_verdict counter_difference(const struct counter_reading *before,
					const struct counter_reading *after,
					uint64_t speed_bps,
					struct counter_delta *out)
{
	int64_t passed_us = after->time_us - before->time_us;
	struct limits limits = limits_of(speed_bps, passed_us);
	struct side in[2] = { in_side(&before->raw), in_side(&after->raw) };
	struct side to[2] = { out_side(&before->raw), out_side(&after->raw) };

	_Static_assert((int)PORT_OUT_OCTETS == (int)SIDE_COUNTERS &&
			   PORT_IN_ERRORS == 4 && PORT_IN_DISCARDS == 5,
		       "the data sources stand as the sides have them");
	if (passed_us <= 0)
		return COUNTER_NO_TIME;
	if (restarted(before, after))
		return COUNTER_RESTARTED;
	*out = (struct counter_delta){ 0 };
	out->unknown = grow_side(&in[0], &in[1], limits, out->grown);
	out->unknown |=
	    grow_side(&to[0], &to[1], limits, out->grown + SIDE_COUNTERS)
	    << SIDE_COUNTERS;
	for (uint32_t i = 0; i < COUNTER_COUNT; i++) {
		if (out->unknown & 1u << i)
			out->grown[i] = 0;
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
