/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/status.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "util/text.h"

/*
 * Every reader below takes a JSON value that may be NULL or of any type. The
 * sticky flag of struct reading tells that memory ran out.
 */
struct reading {
	bool out_of_memory;
};

static double number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

/* 1, 0, or -1 if it says neither. */
static int truth(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_boolean(value) ? json_is_true(value) : -1;
}

static char *copy(struct reading *r, const char *string)
{
	char *made = strdup(string);

	if (!made)
		r->out_of_memory = true;
	return made;
}

static char *string(struct reading *r, const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return copy(r, value ? value : "");
}

/* Room for the items of an array; *count is how many will be read. */
static void *list(struct reading *r, const json_t *array, size_t size,
		  size_t *count)
{
	size_t wanted = json_array_size(array);
	void *items;

	if (wanted > STATUS_LIST_MAX)
		wanted = STATUS_LIST_MAX;
	*count = 0;
	if (wanted == 0)
		return NULL;
	items = calloc(wanted, size);
	if (!items)
		r->out_of_memory = true;
	else
		*count = wanted;
	return items;
}

static void read_counts(struct reading *r, struct status_counts *out,
			json_t *object)
{
	size_t wanted = json_object_size(object);
	const char *key;
	json_t *value;

	if (wanted > STATUS_LIST_MAX)
		wanted = STATUS_LIST_MAX;
	if (wanted == 0)
		return;
	out->items = calloc(wanted, sizeof(*out->items));
	if (!out->items) {
		r->out_of_memory = true;
		return;
	}
	json_object_foreach(object, key, value)
	{
		if (out->count == wanted)
			break;
		if (json_is_object(value) || json_is_array(value))
			continue;
		out->items[out->count].name = copy(r, key);
		out->items[out->count].value = number(object, key);
		out->count++;
	}
}

static void read_sources(struct reading *r, struct status *s,
			 const json_t *array)
{
	s->sources = list(r, array, sizeof(*s->sources), &s->source_count);
	for (size_t i = 0; i < s->source_count; i++) {
		const json_t *item = json_array_get(array, i);
		struct status_source *source = &s->sources[i];
		bool mirror = json_object_get(item, "interface") != NULL;
		const char *drops =
		    json_string_value(json_object_get(item, "duplicates"));
		const char *lengths =
		    json_string_value(json_object_get(item, "lengths"));

		source->kind = string(r, item, "kind");
		source->listen =
		    string(r, item, mirror ? "interface" : "listen");
		source->drops =
		    number(item, mirror ? "ring_drops" : "socket_drops");
		source->switch_name = string(r, item, "switch");
		source->state = string(r, item, "state");
		source->problem = string(r, item, "problem");
		source->frames = number(item, "frames");
		source->merged = number(item, "merged");
		source->doubled = number(item, "doubled");
		source->cut = number(item, "cut");
		source->lengths_of_headers =
		    lengths && strcmp(lengths, "headers") == 0;
		source->has_offload = truth(item, "offload") == 1;
		source->drops_duplicates = drops && strcmp(drops, "drop") == 0;
	}
}

static void read_relays(struct reading *r, struct status *s,
			const json_t *array)
{
	s->relays = list(r, array, sizeof(*s->relays), &s->relay_count);
	for (size_t i = 0; i < s->relay_count; i++) {
		const json_t *item = json_array_get(array, i);
		struct status_relay *relay = &s->relays[i];

		relay->to = string(r, item, "to");
		relay->asn = number(item, "asn");
		relay->sent = number(item, "sent");
		relay->dropped = number(item, "dropped");
		relay->left_out = number(item, "left_out");
		relay->bytes = number(item, "bytes");
		relay->last_error = string(r, item, "last_error");
		relay->last_error_at = number(item, "last_error_at");
	}
}

/* What a switch says of itself. */
static void read_own(struct reading *r, struct status_switch *w,
		     const json_t *item)
{
	const json_t *processor = json_object_get(item, "processor");

	w->load_percent = number(processor, "load_1m_percent");
	w->memory_bytes = number(processor, "memory_bytes");
	w->memory_free_bytes = number(processor, "memory_free_bytes");
	w->vlan_counters = number(item, "vlan_counters");
	read_counts(r, &w->discarded,
		    json_object_get(item, "discarded_packets"));
}

static void read_switches(struct reading *r, struct status *s,
			  const json_t *array)
{
	s->switches = list(r, array, sizeof(*s->switches), &s->switch_count);
	for (size_t i = 0; i < s->switch_count; i++) {
		json_t *item = json_array_get(array, i);
		struct status_switch *w = &s->switches[i];

		w->name = string(r, item, "name");
		w->agent = string(r, item, "agent");
		w->direction = string(r, item, "direction");
		w->counted = string(r, item, "counted");
		w->last_seen = number(item, "last_seen");
		w->datagrams = number(item, "datagrams");
		w->lost_datagrams = number(item, "lost_datagrams");
		w->flow_samples = number(item, "flow_samples");
		w->ingress_samples = number(item, "ingress_samples");
		w->egress_samples = number(item, "egress_samples");
		w->unknown_samples = number(item, "unknown_samples");
		w->counter_samples = number(item, "counter_samples");
		w->drops = number(item, "drops");
		w->mirrored = truth(item, "mirrored") == 1;
		w->frames = number(item, "frames");
		w->lost_frames = number(item, "lost_frames");
		w->sampling_rate = number(item, "sampling_rate");
		w->correction = number(item, "correction");
		read_own(r, w, item);
	}
}

static void read_refused(struct reading *r, struct status *s,
			 const json_t *array)
{
	s->refused = list(r, array, sizeof(*s->refused), &s->refused_count);
	for (size_t i = 0; i < s->refused_count; i++) {
		const json_t *item = json_array_get(array, i);
		struct status_refused *refused = &s->refused[i];

		refused->source = string(r, item, "source");
		refused->agent = string(r, item, "agent");
		refused->sub_agent = number(item, "sub_agent");
		refused->datagrams = number(item, "datagrams");
		refused->last_seen = number(item, "last_seen");
	}
}

static void read_macs(struct reading *r, struct status_mac **macs,
		      size_t *count, const json_t *array)
{
	*macs = list(r, array, sizeof(**macs), count);
	for (size_t i = 0; i < *count; i++) {
		const json_t *item = json_array_get(array, i);
		struct status_mac *mac = &(*macs)[i];

		mac->mac = string(r, item, "mac");
		mac->switch_name = string(r, item, "switch");
		mac->port = string(r, item, "port");
		mac->reason = string(r, item, "reason");
		mac->vlan = number(item, "vlan");
		mac->ifindex = number(item, "ifindex");
		mac->samples = number(item, "samples");
		mac->missed = number(item, "missed_samples_at_most");
		mac->bytes = number(item, "bytes");
		mac->last_seen = number(item, "last_seen");
		mac->stays = truth(item, "stays");
	}
}

static void read_learned(struct reading *r, struct status *s,
			 const json_t *array)
{
	s->learned = list(r, array, sizeof(*s->learned), &s->learned_count);
	for (size_t i = 0; i < s->learned_count; i++) {
		const json_t *item = json_array_get(array, i);
		struct status_learned *learned = &s->learned[i];

		learned->switch_name = string(r, item, "switch");
		learned->kind = string(r, item, "kind");
		learned->line = string(r, item, "line");
		learned->ifindex = number(item, "ifindex");
		learned->configured = truth(item, "configured") == 1;
	}
}

static void read_moves(struct reading *r, struct status *s, const json_t *array)
{
	s->moves = list(r, array, sizeof(*s->moves), &s->move_count);
	for (size_t i = 0; i < s->move_count; i++) {
		const json_t *item = json_array_get(array, i);
		struct status_move *move = &s->moves[i];

		move->mac = string(r, item, "mac");
		move->switch_name = string(r, item, "switch");
		move->port = string(r, item, "port");
		move->other_port = string(r, item, "other_port");
		move->what = string(r, item, "what");
		move->asn = number(item, "asn");
		move->ifindex = number(item, "ifindex");
		move->other_ifindex = number(item, "other_ifindex");
		move->at = number(item, "at");
	}
}

static void read_sides(struct reading *r, struct status *s, const json_t *array)
{
	s->sides = list(r, array, sizeof(*s->sides), &s->side_count);
	for (size_t i = 0; i < s->side_count; i++) {
		const json_t *item = json_array_get(array, i);
		struct status_side *side = &s->sides[i];

		side->switch_name = string(r, item, "switch");
		side->port = string(r, item, "port");
		side->side = string(r, item, "side");
		side->asn = number(item, "asn");
		side->vlan = number(item, "vlan");
		side->until = number(item, "until");
	}
}

static void read_losses(struct reading *r, struct status_loss **out,
			size_t *count, const json_t *array)
{
	struct status_loss *losses = list(r, array, sizeof(*losses), count);

	*out = losses;
	for (size_t i = 0; i < *count; i++) {
		const json_t *item = json_array_get(array, i);
		bool is_pair = json_object_get(item, "from") != NULL;

		losses[i].switch_name = string(r, item, "switch");
		losses[i].port = string(r, item, "port");
		losses[i].way = string(r, item, "way");
		losses[i].asn = number(item, is_pair ? "from" : "asn");
		losses[i].to_asn = number(item, "to");
		losses[i].vlan = number(item, "vlan");
		losses[i].share = number(item, "share");
		losses[i].ci95 = number(item, "ci95");
		losses[i].packets = number(item, "packets");
	}
}

static void read_calibration(struct status_calibration *c, const json_t *item)
{
	const char *drift = json_string_value(json_object_get(item, "drift"));

	c->at = number(item, "at");
	c->ratio = number(item, "ratio");
	c->ci95 = number(item, "ci95");
	c->exact = json_is_true(json_object_get(item, "exact"));
	if (drift && strcmp(drift, "high") == 0)
		c->drift = 1;
	else if (drift && strcmp(drift, "low") == 0)
		c->drift = -1;
}

static void read_port(struct reading *r, struct status_port *port,
		      const json_t *item)
{
	port->switch_name = string(r, item, "switch");
	port->name = string(r, item, "name");
	port->ifindex = number(item, "ifindex");
	port->configured = json_is_true(json_object_get(item, "configured"));
	port->up = truth(item, "up");
	port->speed_bps = number(item, "speed_bps");
	port->last_counters = number(item, "last_counters");
	port->in_bps = number(item, "in_bps");
	port->out_bps = number(item, "out_bps");
	port->in_errors = number(item, "in_errors");
	port->in_discards = number(item, "in_discards");
	port->out_errors = number(item, "out_errors");
	port->out_discards = number(item, "out_discards");
	port->in_estimate_bps = number(item, "in_estimate_bps");
	port->out_estimate_bps = number(item, "out_estimate_bps");
	port->fcs_errors = number(item, "fcs_errors");
	port->lag_forwards = truth(json_object_get(item, "lag"), "forwards");
	read_calibration(&port->in_calibration,
			 json_object_get(item, "in_calibration"));
	read_calibration(&port->out_calibration,
			 json_object_get(item, "out_calibration"));
}

static void read_ports(struct reading *r, struct status *s, const json_t *array)
{
	s->ports = list(r, array, sizeof(*s->ports), &s->port_count);
	for (size_t i = 0; i < s->port_count; i++)
		read_port(r, &s->ports[i], json_array_get(array, i));
}

static void read_replay(struct reading *r, struct status *s,
			const json_t *replay)
{
	const json_t *captures = json_object_get(replay, "captures");
	struct text joined;

	s->is_replay = json_is_object(replay);
	s->replay_from = number(replay, "from");
	s->replay_to = number(replay, "to");
	text_init(&joined);
	for (size_t i = 0; i < json_array_size(captures); i++) {
		const char *name =
		    json_string_value(json_array_get(captures, i));

		if (!name)
			continue;
		text_add(&joined, joined.len ? ", " : "");
		text_add(&joined, name);
	}
	s->captures = copy(r, text_str(&joined));
	text_fini(&joined);
}

static void read_status(struct reading *r, struct status *s, const json_t *root)
{
	const json_t *ledger = json_object_get(root, "ledger");
	const json_t *store = json_object_get(root, "store");
	const json_t *config = json_object_get(root, "configuration");

	s->version = number(root, "version");
	s->written = number(root, "written");
	s->started = number(root, "started");
	s->now = number(root, "now");
	s->last_step_end = number(root, "last_step_end");
	read_replay(r, s, json_object_get(root, "replay"));
	read_counts(r, &s->input, json_object_get(root, "input"));
	read_counts(r, &s->dropped, json_object_get(ledger, "dropped"));
	read_counts(r, &s->skipped, json_object_get(root, "skipped"));
	s->observations = number(ledger, "observations");
	s->attributed = number(ledger, "attributed");
	read_counts(r, &s->store, json_object_get(root, "store"));
	read_counts(r, &s->journal, json_object_get(root, "journal"));
	read_counts(r, &s->ixp_manager, json_object_get(root, "ixp_manager"));
	read_counts(r, &s->process, json_object_get(root, "process"));
	s->config_loaded = number(config, "loaded");
	s->config_refused = number(config, "refused");
	s->config_problem = string(r, config, "problem");
	s->last_error = string(r, store, "last_error");
	read_sources(r, s, json_object_get(root, "sources"));
	read_relays(r, s, json_object_get(root, "relays"));
	read_switches(r, s, json_object_get(root, "switches"));
	s->clock_jumps = number(root, "clock_jumps");
	s->pauses = number(root, "pauses");
	read_refused(r, s, json_object_get(root, "refused"));
	s->refused_not_listed = number(root, "refused_not_listed");
	read_macs(r, &s->macs, &s->mac_count,
		  json_object_get(root, "unknown_macs"));
	read_macs(r, &s->misdelivered, &s->misdelivered_count,
		  json_object_get(root, "misdelivered_macs"));
	read_learned(r, s, json_object_get(root, "learned_ports"));
	read_moves(r, s, json_object_get(root, "moved_macs"));
	read_sides(r, s, json_object_get(root, "sides_shut"));
	read_losses(r, &s->losses, &s->loss_count,
		    json_object_get(root, "losses"));
	read_losses(r, &s->pair_losses, &s->pair_loss_count,
		    json_object_get(root, "pair_losses"));
	s->macs_not_listed = number(root, "unknown_macs_not_listed");
	read_ports(r, s, json_object_get(root, "ports"));
}

int status_parse(struct status **out, const char *text, size_t len)
{
	struct reading r = { .out_of_memory = false };
	struct status *made;
	json_t *root = json_loadb(text, len, 0, NULL);

	if (!json_is_object(root)) {
		json_decref(root);
		return ERR_SYNTAX;
	}
	made = calloc(1, sizeof(*made));
	if (made)
		read_status(&r, made, root);
	json_decref(root);
	if (!made || r.out_of_memory) {
		status_free(made);
		return -ENOMEM;
	}
	*out = made;
	return 0;
}

static void free_counts(struct status_counts *counts)
{
	for (size_t i = 0; i < counts->count; i++)
		free(counts->items[i].name);
	free(counts->items);
}

static void free_macs(struct status_mac *macs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(macs[i].mac);
		free(macs[i].switch_name);
		free(macs[i].port);
		free(macs[i].reason);
	}
	free(macs);
}

static void free_learned(struct status *s)
{
	for (size_t i = 0; i < s->learned_count; i++) {
		free(s->learned[i].switch_name);
		free(s->learned[i].kind);
		free(s->learned[i].line);
	}
	for (size_t i = 0; i < s->move_count; i++) {
		free(s->moves[i].mac);
		free(s->moves[i].switch_name);
		free(s->moves[i].port);
		free(s->moves[i].other_port);
		free(s->moves[i].what);
	}
	free(s->learned);
	free(s->moves);
}

static void free_losses(struct status_loss *losses, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(losses[i].switch_name);
		free(losses[i].port);
		free(losses[i].way);
	}
	free(losses);
}

static void free_sampling(struct status *s)
{
	for (size_t i = 0; i < s->side_count; i++) {
		free(s->sides[i].switch_name);
		free(s->sides[i].port);
		free(s->sides[i].side);
	}
	free(s->sides);
	free_losses(s->losses, s->loss_count);
	free_losses(s->pair_losses, s->pair_loss_count);
}

static void free_lists(struct status *s)
{
	free_sampling(s);
	for (size_t i = 0; i < s->source_count; i++) {
		free(s->sources[i].kind);
		free(s->sources[i].listen);
		free(s->sources[i].switch_name);
		free(s->sources[i].state);
		free(s->sources[i].problem);
	}
	for (size_t i = 0; i < s->relay_count; i++) {
		free(s->relays[i].to);
		free(s->relays[i].last_error);
	}
	for (size_t i = 0; i < s->switch_count; i++) {
		free(s->switches[i].name);
		free(s->switches[i].agent);
		free(s->switches[i].direction);
		free(s->switches[i].counted);
		free_counts(&s->switches[i].discarded);
	}
	for (size_t i = 0; i < s->refused_count; i++) {
		free(s->refused[i].source);
		free(s->refused[i].agent);
	}
	for (size_t i = 0; i < s->port_count; i++) {
		free(s->ports[i].switch_name);
		free(s->ports[i].name);
	}
}

void status_free(struct status *status)
{
	if (!status)
		return;
	free_lists(status);
	free_macs(status->macs, status->mac_count);
	free_macs(status->misdelivered, status->misdelivered_count);
	free_learned(status);
	free_counts(&status->input);
	free_counts(&status->dropped);
	free_counts(&status->skipped);
	free_counts(&status->store);
	free_counts(&status->journal);
	free_counts(&status->ixp_manager);
	free_counts(&status->process);
	free(status->captures);
	free(status->last_error);
	free(status->config_problem);
	free(status->sources);
	free(status->relays);
	free(status->switches);
	free(status->refused);
	free(status->ports);
	free(status);
}

const struct status_port *status_port(const struct status *status,
				      const char *switch_name, uint32_t ifindex)
{
	for (size_t i = 0; i < status->port_count; i++) {
		const struct status_port *port = &status->ports[i];

		if (port->ifindex == (double)ifindex &&
		    strcmp(port->switch_name, switch_name) == 0)
			return port;
	}
	return NULL;
}

size_t status_staying(const struct status_mac *macs, size_t count)
{
	size_t staying = 0;

	for (size_t i = 0; i < count; i++)
		staying += macs[i].stays != 0;
	return staying;
}
