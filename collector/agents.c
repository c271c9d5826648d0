/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/agents.h"

#include <errno.h>
#include <stdlib.h>

static enum counted counted_at_start(enum config_direction direction)
{
	switch (direction) {
	case CONFIG_DIRECTION_INGRESS:
		return COUNTED_INGRESS;
	case CONFIG_DIRECTION_EGRESS:
		return COUNTED_EGRESS;
	case CONFIG_DIRECTION_BOTH:
		return COUNTED_BOTH;
	case CONFIG_DIRECTION_AUTO: /* until the verdict */
	case CONFIG_DIRECTION_ANY:
		break;
	}
	return COUNTED_ANY;
}

int agents_init(struct agents *a, const struct config *config)
{
	*a = (struct agents){ .config = config };
	a->switches = calloc(config->switch_count + 1, sizeof(*a->switches));
	a->rules = calloc(config->switch_count + 1, sizeof(*a->rules));
	if (!a->switches || !a->rules) {
		agents_fini(a);
		return -ENOMEM;
	}
	for (size_t i = 0; i < config->switch_count; i++) {
		enum config_direction d = config->switches[i].direction;

		a->rules[i] = (struct switch_rules){
			.direction = d,
			.is_combined = config_is_combined(&config->switches[i]),
			.is_corrected =
			    config_is_corrected(&config->switches[i]),
		};
		a->switches[i].correction = 1;
		a->switches[i].counted = counted_at_start(d);
		a->switches[i].undecided = d == CONFIG_DIRECTION_AUTO;
	}
	return 0;
}

void agents_fini(struct agents *a)
{
	free(a->switches);
	free(a->rules);
	a->switches = NULL;
	a->rules = NULL;
}

static bool believes(const struct config_switch *s, const struct ipaddr *source)
{
	if (s->from_count == 0)
		return ipaddr_equal(&s->agent, source);
	for (size_t i = 0; i < s->from_count; i++) {
		if (ipaddr_equal(&s->from[i], source))
			return true;
	}
	return false;
}

static bool is_from(const struct config_switch *s, const struct ipaddr *source,
		    const struct sflow_head *head)
{
	return ipaddr_equal(&s->agent, &head->agent) &&
	       (!s->has_sub_agent || s->sub_agent == head->sub_agent) &&
	       believes(s, source);
}

uint32_t agents_find(struct agents *a, const struct ipaddr *source,
		     const struct sflow_head *head)
{
	const struct config *c = a->config;

	if (a->last_match < c->switch_count &&
	    is_from(&c->switches[a->last_match], source, head))
		return a->last_match;
	for (uint32_t i = 0; i < c->switch_count; i++) {
		if (is_from(&c->switches[i], source, head)) {
			a->last_match = i;
			return i;
		}
	}
	return SWITCH_NONE;
}

uint32_t agents_of_source(struct agents *a, const struct ipaddr *source)
{
	const struct config *c = a->config;

	if (a->last_source < c->switch_count &&
	    believes(&c->switches[a->last_source], source))
		return a->last_source;
	for (uint32_t i = 0; i < c->switch_count; i++) {
		if (believes(&c->switches[i], source)) {
			a->last_source = i;
			return i;
		}
	}
	return SWITCH_NONE;
}

bool agents_know_source(const struct agents *a, const struct ipaddr *source)
{
	for (size_t i = 0; i < a->config->switch_count; i++) {
		if (believes(&a->config->switches[i], source))
			return true;
	}
	return false;
}

void agents_refuse(struct agents *a, const struct ipaddr *source,
		   const struct sflow_head *head, int64_t time_us)
{
	struct refused_agent r = { .source = *source };
	uint32_t least = 0;

	if (head) {
		r.agent = head->agent;
		r.sub_agent = head->sub_agent;
	}
	for (uint32_t i = 0; i < a->refused_count; i++) {
		struct refused_agent *known = &a->refused[i];

		if (ipaddr_equal(&known->source, &r.source) &&
		    ipaddr_equal(&known->agent, &r.agent) &&
		    known->sub_agent == r.sub_agent) {
			known->datagrams++;
			known->last_us = time_us;
			return;
		}
	}
	r.datagrams = 1;
	r.last_us = time_us;
	if (a->refused_count < REFUSED_MAX) {
		a->refused[a->refused_count++] = r;
		return;
	}
	/* Who goes on sending stays listed; a scan passes through. */
	for (uint32_t i = 1; i < REFUSED_MAX; i++) {
		if (a->refused[i].datagrams < a->refused[least].datagrams)
			least = i;
	}
	a->refused_not_listed += a->refused[least].datagrams;
	a->refused[least] = r;
}
