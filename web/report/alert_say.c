/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/alert_say.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "util/language.h"
#include "web/dates.h"
#include "web/html.h"
#include "web/report/alert_rules.h"
#include "web/said.h"
#include "web/units.h"

/* What a sentence is made of. */
struct saying {
	struct text *out;
	const struct call *call;
	const struct alert_change *change;
	const struct alert_subject *subject;
	const struct alert_figures *figures;
	struct text label;
};

static void add_name(struct text *out, const char *name)
{
	html_plain(out, name, HTML_NAME_MAX);
}

static uint32_t switch_index(const struct config *config, const char *name)
{
	uint32_t i = 0;

	while (i < config->switch_count &&
	       strcmp(config->switches[i].name, name) != 0)
		i++;
	return i;
}

static const struct port *find_port(const struct call *call,
				    const struct alert_subject *s)
{
	const struct registry *registry = call->registry;
	uint32_t index = u64map_find(
	    &registry->by_port,
	    registry_port_key(switch_index(call->config, s->switch_name),
			      s->number));

	return index == U64MAP_NONE ? NULL : &registry->ports[index];
}

uint32_t alert_owner(const struct call *call, const struct alert_subject *s)
{
	const struct port *port;

	if (!alert_rule(s->kind)->is_member_s)
		return 0;
	if (s->asn)
		return s->asn;
	port = find_port(call, s);
	if (!port || port->core || port->member_count != 1)
		return 0;
	return call->registry->members[port->members[0]].asn;
}

void alert_add_port(struct text *out, const struct call *call,
		    const struct alert_subject *s)
{
	const struct port *port = find_port(call, s);
	const struct status_port *heard =
	    call->status ? status_port(call->status, s->switch_name, s->number)
			 : NULL;

	if (port && port->config && port->config->name)
		add_name(out, port->config->name);
	else if (heard && *heard->name)
		add_name(out, heard->name);
	else
		text_addf(out, "ifIndex %u", s->number);
}

/* "sw1 Ethernet1/1 (AS64500, AS64501)" */
static void label_port(struct text *out, const struct call *call,
		       const struct alert_subject *s)
{
	const struct port *port = find_port(call, s);

	add_name(out, s->switch_name);
	text_add_char(out, ' ');
	alert_add_port(out, call, s);
	for (uint32_t i = 0; port && i < port->member_count; i++)
		text_addf(out, "%sAS%u", i ? ", " : " (",
			  call->registry->members[port->members[i]].asn);
	if (port && port->member_count > 0)
		text_add_char(out, ')');
}

static void label_member(struct text *out, const struct call *call,
			 const struct alert_subject *s)
{
	const struct member *member = registry_member(call->registry, s->asn);

	text_addf(out, "AS%u", s->asn);
	if (member) {
		text_add_char(out, ' ');
		add_name(out, member->name);
	}
}

/* What an alert is of. */
static void label(struct text *out, const struct call *call,
		  const struct alert_subject *s)
{
	if (s->asn) {
		label_member(out, call, s);
	} else if (s->kind == ALERT_UNKNOWN_MAC) {
		text_addf(out, "%s, ", s->name);
		add_name(out, s->switch_name);
		text_add_char(out, ' ');
		alert_add_port(out, call, s);
	} else if (s->kind == ALERT_UNKNOWN_AGENT) {
		text_add(out, s->name);
		if (s->number)
			text_addf(out, "/%u", s->number);
		if (strcmp(s->name, s->source) != 0)
			tr_addf(out, ", sent from %s", s->source);
	} else if (s->number) {
		label_port(out, call, s);
	} else {
		add_name(out, s->switch_name);
	}
}

static void say_collector(struct saying *s)
{
	if (s->change->what == ALERT_CLEARED)
		tr_add(s->out, "The collector is at work again");
	else if (!isfinite(s->figures->value))
		tr_add(s->out, "The collector\xe2\x80\x99s status file is "
			       "missing, or cannot be read");
	else
		tr_addf(s->out, "The collector has said nothing for %s",
			said(s->out, units_duration, s->figures->value).text);
}

static void say_storing(struct saying *s)
{
	if (s->change->what == ALERT_CLEARED)
		tr_add(s->out, "The collector stores again");
	else if (!isfinite(s->figures->value))
		tr_add(s->out, "The collector cannot store what it counts");
	else
		tr_addf(s->out, "The collector has stored nothing for %s",
			said(s->out, units_duration, s->figures->value).text);
}

static void say_disk(struct saying *s)
{
	struct said share = said(s->out, units_percent, s->figures->value);

	if (s->subject->part == ALERT_INODES)
		tr_addf(s->out, "Free inodes where the data is: %s",
			share.text);
	else
		tr_addf(s->out, "Free space where the data is: %s (%s)",
			share.text,
			said(s->out, units_bytes, s->figures->amount).text);
}

static void say_clock(struct saying *s)
{
	tr_add(s->out, s->change->what == ALERT_CLEARED
			   ? TR("The clock has not been set for an hour")
			   : TR("The clock was set, or is not the one that the "
				"collector went by"));
}

static void say_switch(struct saying *s)
{
	const char *who = text_str(&s->label);

	if (s->change->what == ALERT_CLEARED)
		tr_addf(s->out, "%s sends again", who);
	else if (isnan(s->figures->amount))
		tr_addf(s->out, "%s has sent nothing yet", who);
	else
		tr_addf(s->out, "%s has been silent for %s", who,
			said(s->out, units_duration, s->figures->value).text);
}

static void say_losses(struct saying *s)
{
	struct said share = said(s->out, units_percent, s->figures->value);

	tr_addf(
	    s->out,
	    s->subject->part == ALERT_DATAGRAMS
		? TR("%s: datagrams lost on the way in the last hour: %s")
		: TR("%s: samples dropped by the switch in the last hour: %s"),
	    text_str(&s->label), share.text);
}

static void say_port(struct saying *s)
{
	struct said use = said(s->out, units_percent, s->figures->value);
	struct said rate = said(s->out, units_rate, s->figures->amount);

	tr_addf(s->out,
		s->subject->part == ALERT_IN
		    ? TR("%s: into the switch %s of its speed, %s over 15 "
			 "minutes")
		    : TR("%s: out of the switch %s of its speed, %s over 15 "
			 "minutes"),
		text_str(&s->label), use.text, rate.text);
}

static void say_member(struct saying *s)
{
	struct said rate = said(s->out, units_rate, s->figures->amount);
	struct said usual = said(s->out, units_rate, s->figures->whole);

	tr_addf(s->out,
		s->change->what == ALERT_CLEARED
		    ? TR("%s is back: %s, usual %s")
		    : TR("%s: traffic is gone: %s over half an hour, usual %s"),
		text_str(&s->label), rate.text, usual.text);
}

static void say_unusual(struct saying *s)
{
	struct said change = said(s->out, units_change, s->figures->value);
	struct said rate = said(s->out, units_rate, s->figures->amount);
	struct said usual = said(s->out, units_rate, s->figures->whole);

	tr_addf(s->out,
		s->subject->part == ALERT_FROM_MEMBER
		    ? TR("%s: sent %s over an hour, %s against the usual %s")
		    : TR("%s: received %s over an hour, %s against the usual "
			 "%s"),
		text_str(&s->label), rate.text, change.text, usual.text);
}

static void say_drift(struct saying *s)
{
	const char *who = text_str(&s->label);
	bool is_in = s->subject->part == ALERT_IN;
	struct text ratio;

	if (s->change->what == ALERT_CLEARED) {
		tr_addf(s->out,
			is_in ? TR("%s: estimates into the switch keep to the "
				   "counters again")
			      : TR("%s: estimates out of the switch keep to "
				   "the counters again"),
			who);
		return;
	}
	text_init_like(&ratio, s->out);
	language_add_decimal(&ratio, s->figures->value, 3);
	tr_addf(s->out,
		is_in ? TR("%s: estimates into the switch drift away from the "
			   "counters: %s of these")
		      : TR("%s: estimates out of the switch drift away from "
			   "the counters: %s of these"),
		who, text_str(&ratio));
	text_fini(&ratio);
}

static void say_agent(struct saying *s)
{
	if (s->subject->part == ALERT_OTHERS)
		tr_addf(s->out, "Further agents that no switch names: %s",
			said(s->out, units_count, s->figures->value).text);
	else
		tr_addf(s->out,
			s->change->what == ALERT_CLEARED
			    ? TR("Agent %s sends no more")
			    : TR("Agent %s sends datagrams, and no switch of "
				 "the configuration names it"),
			text_str(&s->label));
}

static void say_mac(struct saying *s)
{
	if (s->subject->part == ALERT_OTHERS)
		tr_addf(s->out, "Further unknown MAC addresses: %s",
			said(s->out, units_count, s->figures->value).text);
	else
		tr_addf(s->out,
			s->change->what == ALERT_CLEARED
			    ? TR("MAC address %s is not seen any more")
			    : TR("Unknown MAC address: %s"),
			text_str(&s->label));
}

static void (*const sayings[ALERT_KIND_COUNT])(struct saying *s) = {
	[ALERT_COLLECTOR_SILENT] = say_collector,
	[ALERT_NOT_STORED] = say_storing,
	[ALERT_DISK_NEARLY_FULL] = say_disk,
	[ALERT_CLOCK_ODD] = say_clock,
	[ALERT_SWITCH_SILENT] = say_switch,
	[ALERT_SAMPLES_LOST] = say_losses,
	[ALERT_PORT_FULL] = say_port,
	[ALERT_MEMBER_GONE] = say_member,
	[ALERT_MEMBER_UNUSUAL] = say_unusual,
	[ALERT_CALIBRATION_DRIFT] = say_drift,
	[ALERT_UNKNOWN_AGENT] = say_agent,
	[ALERT_UNKNOWN_MAC] = say_mac,
};

/* What is over since there is nothing of it left to be judged. */
static bool is_left_out(const struct alert_change *change)
{
	const struct alert_subject *s = &change->alert.subject;

	return change->what == ALERT_CLEARED && !change->is_read &&
	       (s->asn || (*s->switch_name && s->kind != ALERT_UNKNOWN_MAC));
}

void alert_say(struct text *out, const struct call *call,
	       const struct alert_change *change)
{
	struct saying s = {
		.out = out,
		.call = call,
		.change = change,
		.subject = &change->alert.subject,
		.figures = &change->alert.figures,
	};

	text_init_like(&s.label, out);
	label(&s.label, call, s.subject);
	if (is_left_out(change))
		tr_addf(out, "%s: there is nothing to go by any more",
			text_str(&s.label));
	else
		sayings[s.subject->kind](&s);
	text_fini(&s.label);
}
