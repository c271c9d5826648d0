/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Agents and stations that nobody knows. They come off the wire, so there may
 * be any number: a few have an alert each, in the order in which the collector
 * lists them, and all others share one. Those that have one keep it.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "net/ipaddr.h"
#include "net/mac.h"
#include "web/report/alert_find.h"
#include "web/report/alert_rules.h"

enum { EACH_MAX = 50, LISTS_FILL_S = 3600 };

/* Those of one kind while they are gone through. */
struct strangers {
	struct alert_search *s;
	enum alert_kind kind;
	size_t first;	     /* reading of them */
	size_t places;	     /* left for new ones */
	double others;	     /* how many share an alert */
	double others_age_s; /* of the one that was seen last */
};

static struct strangers begin(struct alert_search *s, enum alert_kind kind)
{
	const struct alert_list *standing = &s->before->standing;
	struct strangers t = { .s = s,
			       .kind = kind,
			       .first = s->to->count,
			       .places = EACH_MAX,
			       .others_age_s = INFINITY };

	for (size_t i = 0; i < standing->count; i++) {
		const struct alert_subject *subject =
		    &standing->items[i].subject;

		if (subject->kind == kind && subject->part != ALERT_OTHERS &&
		    t.places > 0)
			t.places--;
	}
	return t;
}

/* One that is listed twice, as of two VLANs, was seen when it was seen last. */
static bool merge(struct strangers *t, const struct alert_reading *reading)
{
	struct alert_readings *to = t->s->to;

	for (size_t i = t->first; i < to->count; i++) {
		struct alert_reading *other = &to->items[i];

		if (alert_subject_compare(&other->subject, &reading->subject) !=
		    0)
			continue;
		if (reading->measure < other->measure)
			other->measure = reading->measure;
		return true;
	}
	return false;
}

static void add(struct strangers *t, const struct alert_reading *reading)
{
	if (merge(t, reading))
		return;
	if (alert_list_find(&t->s->before->standing, &reading->subject)) {
		alert_readings_add(t->s->to, reading);
		return;
	}
	if (alert_rule_apply(ALERT_FINE, reading) == ALERT_FINE)
		return;
	if (t->places > 0) {
		t->places--;
		alert_readings_add(t->s->to, reading);
		return;
	}
	t->others++;
	t->others_age_s = fmin(t->others_age_s, reading->measure);
}

static void end(struct strangers *t)
{
	const struct alert_reading others = {
		.subject = { .kind = t->kind, .part = ALERT_OTHERS },
		.measure = t->others_age_s,
		.also = INFINITY,
		.figures = { t->others, NAN, NAN },
	};

	/* The lists begin empty with the collector, and fill as things are seen
	 * again: only then what is not in them is gone. */
	t->s->to->is_whole[t->kind] = t->s->up_s > LISTS_FILL_S;
	if (t->others > 0 || t->s->to->is_whole[t->kind])
		alert_readings_add(t->s->to, &others);
}

/* @return whether the address is one */
static bool take_address(char to[ALERT_NAME_SIZE], const char *text)
{
	struct ipaddr address;
	char name[IPADDR_TEXT_SIZE];

	if (ipaddr_parse(text, strlen(text), &address) < 0)
		return false;
	(void)snprintf(to, ALERT_NAME_SIZE, "%s",
		       ipaddr_format(&address, name));
	return true;
}

static uint32_t take_number(double number)
{
	return number > 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
}

static void find_agents(struct alert_search *s)
{
	const struct status *status = s->call->status;
	struct strangers t = begin(s, ALERT_UNKNOWN_AGENT);

	for (size_t i = 0; i < status->refused_count; i++) {
		const struct status_refused *refused = &status->refused[i];
		struct alert_reading reading = {
			.subject = { .kind = ALERT_UNKNOWN_AGENT,
				     .number =
					 take_number(refused->sub_agent) },
			.measure = s->now_s - refused->last_seen,
			.also = refused->datagrams,
			.figures = { refused->datagrams, NAN, NAN },
		};

		if (take_address(reading.subject.name, refused->agent) &&
		    take_address(reading.subject.source, refused->source))
			add(&t, &reading);
	}
	end(&t);
}

static bool read_mac(struct alert_reading *out, const struct alert_search *s,
		     const struct status_mac *found)
{
	struct mac mac;

	*out = (struct alert_reading){
		.subject = { .kind = ALERT_UNKNOWN_MAC,
			     .number = take_number(found->ifindex) },
		.measure = s->now_s - found->last_seen,
		.figures = { found->samples, NAN, NAN },
	};
	if (mac_parse(found->mac, strlen(found->mac), &mac) < 0 ||
	    !series_switch_name_is_valid(found->switch_name))
		return false;
	(void)mac_format(mac, out->subject.name);
	(void)snprintf(out->subject.switch_name,
		       sizeof(out->subject.switch_name), "%s",
		       found->switch_name);
	return true;
}

static void find_macs(struct alert_search *s)
{
	const struct status *status = s->call->status;
	struct strangers t = begin(s, ALERT_UNKNOWN_MAC);
	struct alert_reading reading;

	for (size_t i = 0; i < status->mac_count; i++) {
		/* As status_staying has it: others pass by. */
		if (status->macs[i].stays != 0 &&
		    read_mac(&reading, s, &status->macs[i]))
			add(&t, &reading);
	}
	end(&t);
}

void alert_find_strangers(struct alert_search *s)
{
	find_agents(s);
	find_macs(s);
}
