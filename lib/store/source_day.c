/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/source_day.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"

/* Measures of a port, see daybook.h: by counters, and so much behind them by
 * samples. */
enum { BY_SAMPLES = 2, ALIKE_PER = 100 };

static const struct source_way nothing_of_way = {
	.octets = (double)NAN,
	.samples = (double)NAN,
	.ratio = (double)NAN,
};

/* ---- places in order ---- */

/* The switch of a name, made if need be: there is room. */
static struct source_switch *find_switch(struct source_days *days,
					 const char *name)
{
	size_t at = 0;
	struct source_switch *s;

	/* Books have them in order too: the last one is asked first. */
	if (days->switch_count > 0 &&
	    strcmp(days->switches[days->switch_count - 1].name, name) < 0)
		at = days->switch_count;
	while (at < days->switch_count &&
	       strcmp(days->switches[at].name, name) < 0)
		at++;
	s = &days->switches[at];
	if (at < days->switch_count && strcmp(s->name, name) == 0)
		return s;
	memmove(s + 1, s, (days->switch_count++ - at) * sizeof(*s));
	*s = (struct source_switch){
		.datagrams = (double)NAN,
		.lost = (double)NAN,
		.samples = (double)NAN,
		.drops = (double)NAN,
		.lost_share = (double)NAN,
		.drop_share = (double)NAN,
	};
	(void)snprintf(s->name, sizeof(s->name), "%s", name);
	return s;
}

static int compare_port(const struct source_port *p, const struct series *s)
{
	int order = strcmp(p->switch_name, s->switch_name);

	if (order != 0)
		return order;
	return (p->ifindex > s->ifindex) - (p->ifindex < s->ifindex);
}

/* The same of a port. */
static struct source_port *find_port(struct source_days *days,
				     const struct series *series)
{
	size_t low = 0;
	size_t high = days->port_count;
	struct source_port *p;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_port(&days->ports[middle], series) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	p = &days->ports[low];
	if (low < days->port_count && compare_port(p, series) == 0)
		return p;
	memmove(p + 1, p, (days->port_count++ - low) * sizeof(*p));
	*p = (struct source_port){
		.ifindex = series->ifindex,
		.ways = { nothing_of_way, nothing_of_way },
	};
	(void)snprintf(p->switch_name, sizeof(p->switch_name), "%s",
		       series->switch_name);
	return p;
}

/* ---- amounts ---- */

/* What is not known adds nothing. */
static void add(double *to, double amount)
{
	if (!isnan(amount))
		*to = isnan(*to) ? amount : *to + amount;
}

static double share(double part, double rest)
{
	double whole = part + rest;

	return whole > 0 ? part / whole : (double)NAN;
}

static void add_agent(struct source_days *days, const struct daybook_entry *e)
{
	struct source_switch *s = find_switch(days, e->series.switch_name);

	add(&s->datagrams, e->totals[AGENT_DATAGRAMS]);
	add(&s->lost, e->totals[AGENT_LOST]);
	add(&s->samples, e->totals[AGENT_SAMPLES]);
	add(&s->drops, e->totals[AGENT_DROPS]);
	s->known += e->measures[0].known;
	s->lost_share = share(s->lost, s->datagrams);
	s->drop_share = share(s->drops, s->samples);
}

/* Amounts of other slots do not compare: traffic changes with the hour. */
static bool is_alike(uint32_t a, uint32_t b)
{
	uint32_t more = a > b ? a : b;
	uint32_t fewer = a > b ? b : a;

	return fewer > 0 && (uint64_t)(more - fewer) * ALIKE_PER <= more;
}

static void compare(struct source_way *way, const double amounts[2],
		    const uint32_t known[2])
{
	uint32_t both = known[0] < known[1] ? known[0] : known[1];

	if (!is_alike(known[0], known[1]) || isnan(amounts[0]) ||
	    isnan(amounts[1]))
		return;
	for (int i = 0; i < 2; i++)
		way->compared[i] += amounts[i] / known[i] * both;
	if (way->compared[1] > 0)
		way->ratio = way->compared[0] / way->compared[1];
}

static void add_port(struct source_days *days, const struct daybook_entry *e)
{
	static const size_t columns[2][2] = {
		{ PORT_IN_ESTIMATE, PORT_IN_OCTETS },
		{ PORT_OUT_ESTIMATE, PORT_OUT_OCTETS },
	};
	struct source_port *p = find_port(days, &e->series);

	for (size_t i = 0; i < 2; i++) {
		const double amounts[2] = { e->totals[columns[i][0]],
					    e->totals[columns[i][1]] };
		const uint32_t known[2] = { e->measures[i + BY_SAMPLES].known,
					    e->measures[i].known };
		struct source_way *way = &p->ways[i];

		add(&way->samples, amounts[0]);
		add(&way->octets, amounts[1]);
		way->samples_known += known[0];
		way->octets_known += known[1];
		compare(way, amounts, known);
	}
}

/* ---- books ---- */

/* How many switches and ports a book has, all of it read once: then nothing of
 * it is wrong. */
static int count(const struct daybook_reader *book, size_t counts[2])
{
	struct daybook_reader r = *book;
	struct daybook_entry entry;
	int rc = r.head.kind == DAYBOOK_PAIRS ? ERR_MALFORMED : 1;

	counts[0] = counts[1] = 0;
	while (rc == 1) {
		rc = daybook_next(&r, &entry);
		counts[0] += rc == 1 && entry.series.kind == SERIES_AGENT;
		counts[1] += rc == 1 && entry.series.kind == SERIES_PORT;
	}
	return rc;
}

static int make_room(struct source_days *days, const size_t counts[2])
{
	struct source_switch *switches =
	    reallocarray(days->switches, days->switch_count + counts[0] + 1,
			 sizeof(*switches));
	struct source_port *ports;

	if (!switches)
		return -ENOMEM;
	days->switches = switches;
	ports = reallocarray(days->ports, days->port_count + counts[1] + 1,
			     sizeof(*ports));
	if (!ports)
		return -ENOMEM;
	days->ports = ports;
	return 0;
}

int source_days_add(struct source_days *days, const struct daybook_reader *book)
{
	struct daybook_reader r = *book;
	struct daybook_entry entry;
	size_t counts[2];
	int rc = count(book, counts);

	if (rc == 0)
		rc = make_room(days, counts);
	if (rc < 0)
		return rc;
	while (daybook_next(&r, &entry) == 1) {
		if (entry.series.kind == SERIES_AGENT)
			add_agent(days, &entry);
		else if (entry.series.kind == SERIES_PORT)
			add_port(days, &entry);
	}
	days->slots += daybook_slots(&r.head);
	return 0;
}

void source_days_fini(struct source_days *days)
{
	free(days->switches);
	free(days->ports);
	*days = (struct source_days){ 0 };
}
