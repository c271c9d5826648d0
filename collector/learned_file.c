/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/learned_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "util/err.h"
#include "util/file.h"
#include "util/line.h"

enum {
	FILE_MAX = 32 << 20,
	STATIONS_WRITTEN_MAX = 200000, /* 20 MB */
	PORTS_READ_MAX = 1 << 17,
};

static const char head[] = "lanterne learned 1";

static bool was_heard(const struct port_state *p)
{
	return !p->configured || p->counted || p->sampled || p->link.has_lag;
}

int learned_ports_of(struct learned_ports *out, const struct port_table *table)
{
	*out = (struct learned_ports){ 0 };
	out->all = calloc((size_t)table->count + 1, sizeof(*out->all));
	if (!out->all)
		return -ENOMEM;
	for (uint32_t i = 0; i < table->count; i++) {
		const struct port_state *p = &table->ports[i];
		struct learned_port *to = &out->all[out->count];

		if (!was_heard(p))
			continue;
		to->switch_index = p->switch_index;
		to->ifindex = p->ifindex;
		to->aggregate = table->samples[i].aggregate;
		to->speed_bps = p->counted ? p->last.raw.speed_bps : 0;
		to->named = p->named;
		memcpy(to->name, p->name, sizeof(to->name));
		out->count++;
	}
	return 0;
}

void learned_ports_fini(struct learned_ports *ports)
{
	free(ports->all);
	*ports = (struct learned_ports){ 0 };
}

static const char *switch_name(const struct bindings *b, uint32_t index)
{
	return b->registry->config->switches[index].name;
}

static void write_ports(struct text *out, const struct bindings *b,
			const struct port_table *table)
{
	struct learned_ports ports;

	if (learned_ports_of(&ports, table) < 0) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < ports.count; i++) {
		const struct learned_port *p = &ports.all[i];

		text_addf(out, "port %s %u %u %llu %s %s\n",
			  switch_name(b, p->switch_index), p->ifindex,
			  p->aggregate, (unsigned long long)p->speed_bps,
			  p->named ? "named" : "guessed", p->name);
	}
	learned_ports_fini(&ports);
}

/* @return how many lines */
static size_t write_station(struct text *out, const struct bindings *b,
			    const struct station *station, struct mac mac)
{
	char address[MAC_TEXT_SIZE];
	size_t lines = 0;

	for (uint32_t i = 0; i < b->switch_count; i++) {
		const struct binding *at = bindings_at(b, station, i);

		if (!at || at->home == 0)
			continue;
		lines++;
		text_addf(out, "station %s %s %u %u %u %u %u %lld\n",
			  switch_name(b, i), mac_format(mac, address), at->home,
			  at->samples, at->other, at->other_samples,
			  at->moved_from,
			  (long long)(at->moved_us > 0 ? at->moved_us / US_PER_S
						       : 0));
	}
	return lines;
}

void learned_write(struct text *out, const struct bindings *bindings,
		   const struct port_table *table, int64_t now_us)
{
	struct mac *macs = NULL;
	size_t count = 0;
	size_t lines = 0;

	text_addf(out, "%s %lld\n", head,
		  (long long)(now_us > 0 ? now_us / US_PER_S : 0));
	write_ports(out, bindings, table);
	if (bindings_list(bindings, &macs, &count) < 0)
		out->failed = true;
	for (size_t i = 0; i < count && lines < STATIONS_WRITTEN_MAX; i++)
		lines += write_station(
		    out, bindings,
		    registry_station(bindings->registry, macs[i]), macs[i]);
	free(macs);
}

/* Reading. */

/* The switch of the next word; SWITCH_GONE if there is none of this name. */
static uint32_t next_switch(struct line *l, const struct config *c)
{
	size_t len;
	const char *word = line_word(l, &len);

	for (uint32_t i = 0; i < c->switch_count; i++) {
		if (strlen(c->switches[i].name) == len &&
		    memcmp(c->switches[i].name, word, len) == 0)
			return i;
	}
	return SWITCH_GONE;
}

/* What is being read, and into what. */
struct learned_reading {
	struct bindings *bindings;
	struct learned_ports *ports; /* NULL: not wanted */
	size_t capacity;
};

static int add_port(struct learned_reading *r, const struct learned_port *port)
{
	struct learned_ports *ports = r->ports;

	if (ports->count == PORTS_READ_MAX)
		return ERR_MALFORMED;
	if (ports->count == r->capacity) {
		size_t larger = r->capacity ? 2 * r->capacity : 64;
		struct learned_port *all =
		    reallocarray(ports->all, larger, sizeof(*all));

		if (!all)
			return -ENOMEM;
		ports->all = all;
		r->capacity = larger;
	}
	ports->all[ports->count++] = *port;
	return 0;
}

static int read_port(struct learned_reading *r, struct line *l)
{
	struct learned_port port = { 0 };

	port.switch_index = next_switch(l, r->bindings->registry->config);
	port.ifindex = line_u32(l);
	port.aggregate = line_u32(l);
	port.speed_bps = line_u64(l, UINT64_MAX);
	port.named = line_is(l, "named");
	line_rest(l, port.name, sizeof(port.name));
	if (l->bad || port.ifindex == 0 || !*port.name)
		return ERR_MALFORMED;
	if (port.switch_index == SWITCH_GONE || !r->ports)
		return 0;
	return add_port(r, &port);
}

/* All but when it was seen: that begins anew. */
static int read_station(struct learned_reading *r, struct line *l)
{
	uint32_t at = next_switch(l, r->bindings->registry->config);
	struct binding read = { 0 };
	const struct station *station;
	struct binding *to;
	struct mac mac = { 0 };
	const char *word;
	size_t len;

	word = line_word(l, &len);
	l->bad |= mac_parse(word, len, &mac) < 0;
	read.home = line_u32(l);
	read.samples = line_u32(l);
	read.other = line_u32(l);
	read.other_samples = line_u32(l);
	read.moved_from = line_u32(l);
	read.moved_us = (int64_t)line_u64(l, UINT32_MAX) * US_PER_S;
	if (l->bad || l->left > 0 || read.home == 0)
		return ERR_MALFORMED;
	read.hold = read.other_samples < BINDING_HOLD ? read.other_samples
						      : BINDING_HOLD;
	station = registry_station(r->bindings->registry, mac);
	to = station && at != SWITCH_GONE
		 ? bindings_at(r->bindings, station, at)
		 : NULL;
	if (to)
		*to = read;
	return 0;
}

static int read_head(struct line *l, int64_t *now_us)
{
	size_t len = sizeof(head) - 1;
	size_t version_at = strlen("lanterne learned ");

	if (l->left < version_at || memcmp(l->at, head, version_at) != 0)
		return ERR_MALFORMED;
	if (l->left <= len || memcmp(l->at, head, len) != 0 ||
	    l->at[len] != ' ')
		return ERR_UNSUPPORTED;
	l->at += len + 1;
	l->left -= len + 1;
	*now_us = (int64_t)line_u64(l, UINT32_MAX) * US_PER_S;
	return l->bad || l->left > 0 ? ERR_MALFORMED : 0;
}

static int read_line(struct learned_reading *r, struct line *l)
{
	size_t len;
	const char *word = line_word(l, &len);

	if (len == 4 && memcmp(word, "port", len) == 0)
		return read_port(r, l);
	if (len == 7 && memcmp(word, "station", len) == 0)
		return read_station(r, l);
	return ERR_MALFORMED;
}

int learned_parse(struct bindings *bindings, struct learned_ports *ports,
		  int64_t *now_us, const struct text *content)
{
	struct learned_reading r = { .bindings = bindings, .ports = ports };
	const char *at = text_str(content);
	size_t left = content->len;
	struct line line;
	int rc;

	if (ports)
		*ports = (struct learned_ports){ 0 };
	if (!line_next(&line, &at, &left))
		return ERR_MALFORMED;
	rc = read_head(&line, now_us);
	while (rc == 0 && line_next(&line, &at, &left))
		rc = read_line(&r, &line);
	return rc == 0 && left > 0 ? ERR_MALFORMED : rc;
}

int learned_read(struct bindings *bindings, struct learned_ports *ports,
		 int64_t *now_us, const char *path)
{
	struct text content;
	int rc;

	if (ports)
		*ports = (struct learned_ports){ 0 };
	text_init(&content);
	rc = file_read(path, FILE_MAX, &content);
	if (rc == 0)
		rc = learned_parse(bindings, ports, now_us, &content);
	text_fini(&content);
	return rc;
}
