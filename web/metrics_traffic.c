/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/metrics_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ixp/registry.h"

enum { NUMBER_SIZE = 12, LABELS_MAX = 5 };

/* Three families of a kind. */
enum amount { BYTES, PACKETS, SAMPLES, AMOUNT_COUNT };

#define OF(what)                                                               \
	{                                                                      \
		{ "lanterne_" what "_bytes", EXPOSITION_COUNTER, "bytes",      \
		  "Estimated layer 2 bytes of the " what ", of closed steps, " \
		  "by direction and family." },                                \
		    { "lanterne_" what "_packets", EXPOSITION_COUNTER,         \
		      "packets",                                               \
		      "Estimated frames of the " what ", of closed steps, by " \
		      "direction and family." },                               \
		{                                                              \
			"lanterne_" what "_samples", EXPOSITION_COUNTER,       \
			    "samples",                                         \
			    "Samples that the estimates of the " what          \
			    " are made of."                                    \
		}                                                              \
	}

static const struct {
	enum series_kind kind;
	struct exposition_family families[AMOUNT_COUNT];
} kinds[] = {
	{ SERIES_EXCHANGE, OF("exchange") },
	{ SERIES_MEMBER, OF("member") },
	{ SERIES_VLAN_INTERFACE, OF("interface") },
	{ SERIES_VLAN, OF("vlan") },
	{ SERIES_SWITCH, OF("switch") },
};

/* Labels and the texts that they point to. */
struct label_set {
	struct exposition_label labels[LABELS_MAX];
	size_t count;
	char asn[NUMBER_SIZE];
	char vlan[NUMBER_SIZE];
	char ordinal[NUMBER_SIZE];
};

static void put(struct label_set *set, const char *name, const char *value)
{
	set->labels[set->count++] = (struct exposition_label){ name, value };
}

static void put_number(struct label_set *set, const char *name,
		       char text[NUMBER_SIZE], uint32_t number)
{
	(void)snprintf(text, NUMBER_SIZE, "%" PRIu32, number);
	put(set, name, text);
}

static void put_series(struct label_set *set, const struct series *s)
{
	set->count = 0;
	if (s->kind == SERIES_MEMBER || s->kind == SERIES_VLAN_INTERFACE)
		put_number(set, "asn", set->asn, s->asn);
	if (s->kind == SERIES_VLAN || s->kind == SERIES_VLAN_INTERFACE)
		put_number(set, "vlan", set->vlan, s->vlan);
	if (s->kind == SERIES_VLAN_INTERFACE)
		put_number(set, "ordinal", set->ordinal, s->ordinal);
	if (s->kind == SERIES_SWITCH)
		put(set, "switch", s->switch_name);
}

static void add_one(struct metrics *m, struct label_set *set, uint64_t value,
		    int64_t since_s)
{
	const struct exposition_labels labels = { set->labels, set->count };

	exposition_add_u64(&m->e, labels, value, (double)since_s);
}

/* All that one series has of an amount. */
static void add_item(struct metrics *m, const struct cumulative_item *item,
		     enum amount amount)
{
	static const char *const ways[] = { "from_member", "to_member" };
	static const char *const families[] = { "ipv4", "ipv6", "other" };
	struct label_set set;
	size_t column = amount == BYTES	    ? TRAFFIC_FROM_V4_BYTES
			: amount == PACKETS ? TRAFFIC_FROM_V4_PKTS
					    : TRAFFIC_FROM_SAMPLES;

	put_series(&set, &item->series);
	for (size_t way = 0; way < 2; way++) {
		put(&set, "direction", ways[way]);
		if (amount == SAMPLES) {
			add_one(m, &set, item->values[column + way],
				item->since_s);
			set.count--;
			continue;
		}
		for (size_t f = 0; f < 3; f++) {
			put(&set, "family", families[f]);
			add_one(m, &set, item->values[column + 3 * way + f],
				item->since_s);
			set.count--;
		}
		set.count--;
	}
}

static bool has_switch(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->switch_count; i++) {
		if (strcmp(config->switches[i].name, name) == 0)
			return true;
	}
	return false;
}

/* Those who have left stay in the counters for a while. */
static bool is_there(const struct metrics *m, const struct series *s)
{
	const struct registry *r = m->call->registry;

	switch (s->kind) {
	case SERIES_MEMBER:
	case SERIES_VLAN_INTERFACE:
		return registry_member(r, s->asn) != NULL;
	case SERIES_VLAN:
		return registry_vlan(r, s->vlan) != NULL;
	case SERIES_SWITCH:
		return has_switch(r->config, s->switch_name);
	default:
		return true;
	}
}

static void add_family(struct metrics *m, size_t of, enum amount amount)
{
	bool is_begun = false;

	for (size_t i = 0; i < m->counters.count; i++) {
		const struct cumulative_item *item = &m->counters.items[i];

		if (item->series.kind != kinds[of].kind ||
		    !is_there(m, &item->series))
			continue;
		if (!is_begun)
			exposition_begin(&m->e, &kinds[of].families[amount]);
		is_begun = true;
		add_item(m, item, amount);
	}
}

/* Who is who: for names in queries and alerts. */
static void add_members(struct metrics *m)
{
	static const struct exposition_family family = {
		"lanterne_member", EXPOSITION_INFO, NULL,
		"The members by AS number."
	};
	const struct registry *r = m->call->registry;

	exposition_begin(&m->e, &family);
	for (uint32_t i = 0; i < r->member_count; i++) {
		char asn[NUMBER_SIZE];
		const struct exposition_label labels[] = {
			{ "asn", asn }, { "name", r->members[i].name }
		};

		(void)snprintf(asn, sizeof(asn), "%" PRIu32, r->members[i].asn);
		exposition_add(&m->e, (struct exposition_labels){ labels, 2 },
			       1, (double)NAN);
	}
}

void metrics_add_traffic(struct metrics *m)
{
	for (size_t of = 0; of < sizeof(kinds) / sizeof(kinds[0]); of++) {
		for (enum amount a = BYTES; a < AMOUNT_COUNT; a++)
			add_family(m, of, a);
	}
	add_members(m);
}
