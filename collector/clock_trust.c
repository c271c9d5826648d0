/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/clock_trust.h"

#include "collector/clock.h"

enum {
	AHEAD_MAX_S = 600,
	STABLE_S = 300,
	STABLE_BACK_S = 3600,
	SURE_AFTER_S = 7 * 86400,
	/* Steps that follow each other, a lost one between them allowed. */
	CONTINUES_S = 2 * STEP_S,
};

void clock_trust_init(struct clock_trust *c, int64_t end_s)
{
	*c = (struct clock_trust){ .end_s = end_s > 0 ? end_s : 0 };
}

/* Begin the week anew. */
static void doubt(struct clock_trust *c, int64_t start_s)
{
	c->unsure = true;
	c->sure_from_s = start_s + SURE_AFTER_S;
}

static void be_sure(struct clock_trust *c)
{
	c->unsure = false;
	c->leapt = false;
}

bool clock_trust_may_age(const struct clock_trust *c)
{
	return c->begun && !clock_trust_is_odd(c) &&
	       (!c->unsure || c->end_s >= c->sure_from_s);
}

bool clock_trust_leapt(const struct clock_trust *c)
{
	return c->leapt && c->end_s < c->sure_from_s;
}

bool clock_trust_is_odd(const struct clock_trust *c)
{
	return c->odd || c->back_from_s != 0;
}

static bool is_far_ahead(const struct clock_trust *c, int64_t start_s)
{
	return c->end_s != 0 && start_s > c->end_s + AHEAD_MAX_S;
}

static bool is_far_behind(const struct clock_trust *c, int64_t start_s)
{
	return c->end_s != 0 && start_s + STEP_S < c->end_s - AHEAD_MAX_S;
}

/* A step of long before the end of what is stored. */
static enum clock_trust_change go_back(struct clock_trust *c, int64_t start_s,
				       bool synced, bool continues)
{
	if (c->back_from_s == 0 || !continues)
		c->back_from_s = start_s;
	if (!synced && start_s - c->back_from_s < STABLE_BACK_S)
		return CLOCK_TRUST_SAME;
	c->back_from_s = 0;
	c->end_s = start_s + STEP_S;
	c->leapt = false;
	return CLOCK_TRUST_WAS_AHEAD;
}

static void trust(struct clock_trust *c, int64_t start_s)
{
	c->back_from_s = 0;
	c->odd = false;
	/* A step back changes nothing: what is stored stays where it ends. */
	if (start_s + STEP_S > c->end_s)
		c->end_s = start_s + STEP_S;
}

static enum clock_trust_change judge(struct clock_trust *c, int64_t start_s,
				     bool synced, uint64_t jumps)
{
	bool was_odd = c->odd;
	/* A silence, by a clock that nobody touched. */
	bool goes_on = c->begun && jumps == c->jumps;
	bool continues =
	    start_s >= c->last_s && start_s - c->last_s <= CONTINUES_S;

	c->last_s = start_s;
	c->jumps = jumps;
	c->begun = true;
	if (!was_odd && is_far_behind(c, start_s))
		return go_back(c, start_s, synced, continues);
	if (is_far_behind(c, start_s)) {
		c->odd = false;
		c->back_from_s = start_s;
		return CLOCK_TRUST_REFUTED;
	}
	if (!is_far_ahead(c, start_s)) {
		trust(c, start_s);
		return was_odd ? CLOCK_TRUST_REFUTED : CLOCK_TRUST_SAME;
	}
	if ((synced || goes_on) && !was_odd) {
		trust(c, start_s);
		return CLOCK_TRUST_SAME;
	}
	if (was_odd && continues &&
	    (synced || start_s - c->odd_from_s >= STABLE_S)) {
		trust(c, start_s);
		return CLOCK_TRUST_CONFIRMED;
	}
	if (!was_odd || !continues)
		c->odd_from_s = start_s;
	c->odd = true;
	return was_odd && continues ? CLOCK_TRUST_SAME : CLOCK_TRUST_LOST;
}

enum clock_trust_change clock_trust_step(struct clock_trust *c, int64_t start_s,
					 bool synced, uint64_t jumps)
{
	enum clock_trust_change change;

	if (!c->begun || start_s < c->sure_from_s - SURE_AFTER_S)
		doubt(c, start_s);
	change = judge(c, start_s, synced, jumps);
	if (synced && !clock_trust_is_odd(c))
		be_sure(c);
	if (change == CLOCK_TRUST_CONFIRMED && !synced) {
		doubt(c, start_s);
		c->leapt = true;
	}
	return change;
}
