/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/station_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "store/station_day_file.h"
#include "util/err.h"
#include "util/log.h"

/* What was counted of a binding. */
struct known_place {
	uint32_t home;
	uint32_t samples;
	uint32_t other;
	uint32_t other_samples;
};

/* Whose count a place in the table of strangers was, and how far. */
struct known_stranger {
	struct mac mac;
	uint32_t switch_index;
	uint32_t ifindex;
	uint16_t vlan;
	enum stranger reason;
	uint64_t samples;
};

/* ---- what was counted ---- */

static struct known_place known_of(const struct binding *b)
{
	return (struct known_place){
		.home = b->home,
		.samples = b->samples,
		.other = b->other,
		.other_samples = b->other_samples,
	};
}

static struct known_stranger stranger_of(const struct unknown_station *u)
{
	return (struct known_stranger){
		.mac = u->mac,
		.switch_index = u->switch_index,
		.ifindex = u->ifindex,
		.vlan = u->vlan,
		.reason = u->reason,
		.samples = u->samples,
	};
}

/* Memory that is never touched costs nothing: stations are on few switches. */
static void know_places(struct station_log *log, const struct bindings *b)
{
	free(log->places);
	log->place_count = b->station_count * b->switch_count;
	log->places =
	    calloc((size_t)log->place_count + 1, sizeof(*log->places));
	if (!log->places) {
		log->failed++;
		return;
	}
	for (uint32_t i = 0; i < log->place_count; i++) {
		if (b->all[i].home)
			log->places[i] = known_of(&b->all[i]);
	}
}

void station_log_continue(struct station_log *log, const struct intake *in)
{
	know_places(log, &in->bindings);
	memset(log->strangers, 0, STATIONS_MAX * sizeof(*log->strangers));
	for (uint32_t i = 0; i < in->stations.count; i++)
		log->strangers[i] = stranger_of(&in->stations.list[i]);
}

int station_log_init(struct station_log *log, const struct intake *in)
{
	const struct config *c = in->registry->config;

	*log = (struct station_log){ .state_dir = strdup(c->state_dir) };
	memcpy(log->zone, c->timezone,
	       strnlen(c->timezone, sizeof(log->zone) - 1));
	log->strangers = calloc(STATIONS_MAX, sizeof(*log->strangers));
	if (!log->state_dir || !log->strangers)
		return -ENOMEM;
	station_log_continue(log, in);
	return log->places ? 0 : -ENOMEM;
}

void station_log_fini(struct station_log *log)
{
	station_day_fini(&log->day);
	free(log->places);
	free(log->strangers);
	free(log->notes);
	free(log->state_dir);
	*log = (struct station_log){ 0 };
}

void station_log_sink_to(struct station_log *log, station_log_sink *sink,
			 void *context)
{
	log->sink = sink;
	log->context = context;
}

/* ---- a look ---- */

/* What a look is about. */
struct look {
	struct station_log *log;
	struct intake *in;
	int64_t first_s;
	int64_t last_s;
	int64_t last_us;
	bool failed;
};

static struct station_entry *add_note(struct look *k)
{
	enum { FIRST_CAPACITY = 256 };
	struct station_log *log = k->log;

	if (log->note_count == log->note_capacity) {
		size_t capacity = log->note_capacity ? 2 * log->note_capacity
						     : FIRST_CAPACITY;
		struct station_entry *notes =
		    reallocarray(log->notes, capacity, sizeof(*notes));

		if (!notes) {
			k->failed = true;
			return NULL;
		}
		log->notes = notes;
		log->note_capacity = capacity;
	}
	return &log->notes[log->note_count++];
}

static const struct port *rules_of(const struct look *k, uint32_t switch_index,
				   uint32_t ifindex)
{
	const struct port_table *t = &k->in->ports;
	uint32_t at = port_table_look(t, switch_index, ifindex);

	return at == PORT_NONE ? NULL : t->samples[at].rules;
}

/* Place, times and samples; the rest is the caller's. */
static struct station_entry *note(struct look *k, uint32_t switch_index,
				  uint32_t ifindex, uint64_t samples)
{
	const struct port_table *t = &k->in->ports;
	uint32_t at = port_table_look(t, switch_index, ifindex);
	const struct port *rules = rules_of(k, switch_index, ifindex);
	struct station_entry *e = add_note(k);
	const char *name;

	if (!e)
		return NULL;
	*e = (struct station_entry){
		.ifindex = ifindex,
		.core = rules && rules->core,
		.first_s = k->first_s,
		.last_s = k->last_s,
		.samples = samples,
	};
	name = k->in->registry->config->switches[switch_index].name;
	memcpy(e->switch_name, name, strnlen(name, sizeof(e->switch_name) - 1));
	if (at != PORT_NONE)
		memcpy(e->port, t->ports[at].name,
		       strnlen(t->ports[at].name, sizeof(e->port) - 1));
	return e;
}

/* The member that an address of several VLANs is taken for: whose port it is,
 * else the first one. */
static uint32_t member_of(const struct registry *r, const struct station *s,
			  const struct port *rules)
{
	uint32_t first = r->interfaces[s->interface].member;

	for (uint32_t at = (uint32_t)(s - r->stations);
	     rules && at != U64MAP_NONE; at = r->stations[at].next) {
		uint32_t member =
		    r->interfaces[r->stations[at].interface].member;

		if (port_has_member(rules, member))
			return member;
	}
	return first;
}

static uint16_t vlan_of(const struct station *s, const struct port *rules)
{
	if (s->next == U64MAP_NONE)
		return s->vlan;
	return rules ? rules->only_vlan : 0;
}

/* A member's station at one port of a switch, if it was seen there. */
static void note_place(struct look *k, struct mac mac, uint32_t switch_index,
		       uint32_t ifindex, uint32_t samples)
{
	const struct registry *r = k->in->registry;
	const struct station *s = registry_station(r, mac);
	const struct port *rules;
	struct station_entry *e;

	if (samples == 0 || !s)
		return;
	e = note(k, switch_index, ifindex, samples);
	if (!e)
		return;
	rules = rules_of(k, switch_index, ifindex);
	e->mac = mac;
	e->whose = STATION_MEMBER;
	e->asn = r->members[member_of(r, s, rules)].asn;
	e->vlan = vlan_of(s, rules);
}

/* Counts that go on are compared; one that began anew is as it is. */
static uint32_t grown(const struct known_place *before, uint32_t ifindex,
		      uint32_t samples)
{
	uint32_t known = 0;

	if (before->home == ifindex)
		known = before->samples;
	else if (before->other == ifindex)
		known = before->other_samples;
	return samples >= known ? samples - known : samples;
}

static void look_at_place(struct look *k, struct mac mac, uint32_t switch_index,
			  size_t at)
{
	struct binding *b = &k->in->bindings.all[at];
	struct known_place *known = &k->log->places[at];

	if (b->home == 0)
		return;
	note_place(k, mac, switch_index, b->home,
		   grown(known, b->home, b->samples));
	if (b->other)
		note_place(k, mac, switch_index, b->other,
			   grown(known, b->other, b->other_samples));
	binding_ease(b);
	/* What found no room is noted with the next. */
	if (!k->failed)
		*known = known_of(b);
}

static void look_at_places(struct look *k)
{
	const struct bindings *b = &k->in->bindings;
	const struct u64map *macs = &b->registry->by_mac;

	for (size_t i = 0; i <= macs->mask; i++) {
		if (macs->keys[i] == UINT64_MAX ||
		    macs->values[i] >= b->station_count)
			continue;
		for (uint32_t s = 0; s < b->switch_count; s++)
			look_at_place(
			    k, (struct mac){ macs->keys[i] }, s,
			    (size_t)macs->values[i] * b->switch_count + s);
	}
}

static uint64_t grown_stranger(const struct known_stranger *before,
			       const struct unknown_station *u)
{
	bool is_same = mac_equal(before->mac, u->mac) &&
		       before->switch_index == u->switch_index &&
		       before->ifindex == u->ifindex &&
		       before->vlan == u->vlan && before->reason == u->reason &&
		       u->samples >= before->samples;

	return is_same ? u->samples - before->samples : u->samples;
}

/* One at a wrong port is a member's, and stands among the bindings. */
static void note_stranger(struct look *k, const struct unknown_station *u,
			  uint64_t samples)
{
	const struct registry *r = k->in->registry;
	const struct station *s = registry_station(r, u->mac);
	struct station_entry *e;

	if (samples == 0 || u->reason == STRANGER_WRONG_PORT ||
	    (u->reason == STRANGER_WRONG_VLAN && !s))
		return;
	e = note(k, u->switch_index, u->ifindex, samples);
	if (!e)
		return;
	e->mac = u->mac;
	e->vlan = u->vlan;
	e->whose = STATION_UNKNOWN;
	e->stays = station_stays(u, k->last_us);
	if (u->reason == STRANGER_WRONG_VLAN) {
		e->whose = STATION_WRONG_VLAN;
		e->asn = r->members[member_of(r, s, NULL)].asn;
	}
}

static void look_at_strangers(struct look *k)
{
	const struct stations *s = &k->in->stations;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct unknown_station *u = &s->list[i];
		struct known_stranger *known = &k->log->strangers[i];

		note_stranger(k, u, grown_stranger(known, u));
		if (!k->failed)
			*known = stranger_of(u);
	}
}

static int64_t seconds_up(int64_t time_us)
{
	return (time_us + US_PER_S - 1) / US_PER_S;
}

/* What was seen since the last look was seen until then. */
static void look(struct station_log *log, struct intake *in, int64_t until_us)
{
	struct look k = {
		.log = log,
		.in = in,
		.first_s = log->since_us / US_PER_S,
		.last_s = seconds_up(until_us),
		.last_us = until_us,
	};

	if (!log->places)
		know_places(log, &in->bindings);
	if (!log->places)
		return;
	look_at_places(&k);
	look_at_strangers(&k);
	if (station_day_note(&log->day, log->notes, log->note_count) < 0)
		k.failed = true; /* they wait for the next look */
	else
		log->note_count = 0;
	log->failed += k.failed;
}

/* ---- days ---- */

static void read_day(struct station_log *log)
{
	struct station_day there;
	char date[DATE_TEXT_SIZE];
	int rc = station_day_read(&there, log->state_dir, log->day.date);

	if (rc == ERR_NOT_FOUND)
		return;
	(void)date_text(date, log->day.date);
	log->is_later = rc == ERR_UNSUPPORTED;
	if (log->is_later) {
		log_error("collector: the stations of %s are of a later "
			  "version: they stay as they are",
			  date);
		return;
	}
	if (rc < 0) {
		log_warning("collector: cannot read the stations of %s: %s: "
			    "the day begins anew",
			    date, err_str(rc));
		return;
	}
	if (there.from_s != log->day.from_s || there.to_s != log->day.to_s) {
		log_warning("collector: the stations of %s are of another "
			    "time zone: the day begins anew",
			    date);
		station_day_fini(&there);
		return;
	}
	station_day_fini(&log->day);
	log->day = there;
	memcpy(log->day.zone, log->zone, sizeof(log->day.zone));
}

static void open_day(struct station_log *log, bool goes_on)
{
	station_day_fini(&log->day);
	station_day_begin(&log->day, log->since_us / US_PER_S, log->zone);
	log->is_open = true;
	log->is_later = false;
	log->note_count = 0;
	if (goes_on)
		read_day(log);
}

static bool is_of_day(const struct station_log *log, int64_t time_us)
{
	return time_us >= log->day.from_s * US_PER_S &&
	       time_us < log->day.to_s * US_PER_S;
}

/* Count as observed what lies in the day, whole seconds of the clock. */
static void observe(struct station_log *log, int64_t from_us, int64_t to_us)
{
	int64_t from_s = from_us / US_PER_S;
	int64_t to_s = to_us / US_PER_S;
	struct station_day *d = &log->day;

	if (from_s < d->from_s)
		from_s = d->from_s;
	if (to_s > d->to_s)
		to_s = d->to_s;
	if (to_s > from_s)
		d->observed_s += to_s - from_s;
	/* a clock that is set back sees an hour twice */
	if (d->observed_s > d->to_s - d->from_s)
		d->observed_s = d->to_s - d->from_s;
}

void station_log_hand_over(struct station_log *log)
{
	char path[PATH_MAX];
	struct text out;

	if (!log->is_open || log->is_later || !log->sink ||
	    station_day_path(path, log->state_dir, log->day.date) < 0)
		return;
	text_init(&out);
	station_day_print(&out, &log->day);
	log->sink(log->context, path, &out);
}

/* The end of what can have been seen: of the open step at most. */
static int64_t end_of_step(const struct station_log *log, int64_t until_us)
{
	int64_t end_us = (log->step + 1) * STEP_US;

	if (until_us > end_us)
		until_us = end_us;
	return until_us > log->since_us ? until_us : log->since_us;
}

void station_log_look(struct station_log *log, struct intake *in,
		      int64_t now_us)
{
	int64_t until_us = end_of_step(log, now_us);

	if (!log->is_open)
		return;
	look(log, in, until_us);
	observe(log, log->since_us, until_us);
	log->since_us = until_us;
	log->looked_us = until_us;
}

static void begin(struct station_log *log, const struct steps *steps,
		  int64_t now_us)
{
	log->since_us = now_us > 0 ? now_us : 0;
	log->step = steps->step;
	log->jumps = steps->clock_jumps;
	log->pauses = steps->pauses;
	log->looked_us = now_us;
}

/* A step is over, and time went on without a break. */
static void go_on(struct station_log *log, struct intake *in,
		  const struct steps *steps)
{
	int64_t now_us = steps->step * STEP_US;
	int64_t from_us = log->since_us;

	look(log, in, end_of_step(log, now_us));
	observe(log, from_us, now_us);
	begin(log, steps, now_us);
	if (is_of_day(log, now_us))
		return;
	station_log_hand_over(log);
	open_day(log, false);
	observe(log, from_us, now_us);
}

void station_log_at(struct station_log *log, struct intake *in,
		    const struct steps *steps, int64_t now_us)
{
	bool broke = log->is_open && (steps->clock_jumps != log->jumps ||
				      steps->pauses != log->pauses);

	if (log->is_open && !broke) {
		if (steps->step > log->step)
			go_on(log, in, steps);
		log->looked_us = now_us;
		return;
	}
	if (broke)
		station_log_look(log, in, log->looked_us);
	begin(log, steps, now_us);
	if (log->is_open && is_of_day(log, now_us))
		return;
	station_log_hand_over(log);
	open_day(log, true);
}
