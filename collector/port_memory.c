/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/port_memory.h"

#include <assert.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/port_steps.h"
#include "util/cursor.h"
#include "util/err.h"
#include "util/little_endian.h"

enum {
	VERSION = 1,
	FLAG_FORGOTTEN = 1,
	/* What a reading takes behind the switch's name. */
	READING_SIZE = 4 + 1 + 4 * 8 + 4 + 2 * 8 + 13 * 4,
	NAME_MAX_BYTES = RECORD_NAME_MAX,
};

/* Fields of a reading, written and read in this order. */
struct writing {
	uint8_t bytes[READING_SIZE];
	size_t len;
};

static void put32(struct writing *w, uint32_t value)
{
	put_le32(w->bytes + w->len, value);
	w->len += 4;
}

static void put64(struct writing *w, uint64_t value)
{
	put_le64(w->bytes + w->len, value);
	w->len += 8;
}

static void write_raw(struct writing *w, const struct sflow_if_counters *c)
{
	put64(w, c->speed_bps);
	put64(w, c->in_octets);
	put64(w, c->out_octets);
	put32(w, c->type);
	put32(w, c->direction);
	put32(w, c->status);
	put32(w, c->in_ucast);
	put32(w, c->in_mcast);
	put32(w, c->in_bcast);
	put32(w, c->in_discards);
	put32(w, c->in_errors);
	put32(w, c->out_ucast);
	put32(w, c->out_mcast);
	put32(w, c->out_bcast);
	put32(w, c->out_discards);
	put32(w, c->out_errors);
}

static void read_raw(struct cursor *at, struct sflow_if_counters *c)
{
	c->speed_bps = cursor_le64(at);
	c->in_octets = cursor_le64(at);
	c->out_octets = cursor_le64(at);
	c->type = cursor_le32(at);
	c->direction = cursor_le32(at);
	c->status = cursor_le32(at);
	c->in_ucast = cursor_le32(at);
	c->in_mcast = cursor_le32(at);
	c->in_bcast = cursor_le32(at);
	c->in_discards = cursor_le32(at);
	c->in_errors = cursor_le32(at);
	c->out_ucast = cursor_le32(at);
	c->out_mcast = cursor_le32(at);
	c->out_bcast = cursor_le32(at);
	c->out_discards = cursor_le32(at);
	c->out_errors = cursor_le32(at);
}

static void write_port(struct text *out, const struct port_table *t,
		       const struct port_state *p)
{
	const char *name = t->registry->config->switches[p->switch_index].name;
	size_t len = strlen(name);
	struct writing w = { .len = 0 };

	if (!p->counted)
		return;
	assert(len <= NAME_MAX_BYTES); /* as series_path demands */
	text_add_char(out, (char)len);
	text_add_bytes(out, name, len);
	put32(&w, p->ifindex);
	w.bytes[w.len++] = p->forgotten ? FLAG_FORGOTTEN : 0;
	put64(&w, (uint64_t)p->last.time_us);
	put64(&w, (uint64_t)p->interval_us);
	put64(&w, (uint64_t)p->given_out);
	put32(&w, p->last.uptime_ms);
	write_raw(&w, &p->last.raw);
	text_add_bytes(out, w.bytes, w.len);
}

void port_memory_write(struct text *out, const struct port_table *t)
{
	struct writing count = { .len = 0 };
	uint32_t counted = 0;

	for (uint32_t i = 0; i < t->count; i++)
		counted += t->ports[i].counted;
	text_add_char(out, VERSION);
	put32(&count, counted);
	text_add_bytes(out, count.bytes, count.len);
	for (uint32_t i = 0; i < t->count; i++)
		write_port(out, t, &t->ports[i]);
}

/* The port of a switch by name; PORT_NONE if the configuration has none. */
static uint32_t find_port(struct port_table *t, const char *name, size_t len,
			  uint32_t ifindex)
{
	const struct config *c = t->registry->config;

	for (uint32_t i = 0; i < c->switch_count; i++) {
		if (strlen(c->switches[i].name) == len &&
		    memcmp(c->switches[i].name, name, len) == 0)
			return port_table_find(t, i, ifindex);
	}
	return PORT_NONE;
}

/* True for times that a table can hold: from 1970 to the year 36812. */
static bool is_time(int64_t us)
{
	return us >= 0 && us < (INT64_C(1) << 40) * US_PER_S;
}

static int read_reading(struct port_table *t, struct cursor *blob)
{
	char name[NAME_MAX_BYTES];
	size_t len = cursor_u8(blob);
	struct port_state read = { .counted = true };
	struct port_state *p;
	uint32_t port;
	uint8_t flags;

	if (len > sizeof(name))
		return ERR_MALFORMED;
	cursor_bytes(blob, name, len);
	read.ifindex = cursor_le32(blob);
	flags = cursor_u8(blob);
	read.last.time_us = (int64_t)cursor_le64(blob);
	read.interval_us = (int64_t)cursor_le64(blob);
	read.given_out = (int64_t)cursor_le64(blob);
	read.last.uptime_ms = cursor_le32(blob);
	read_raw(blob, &read.last.raw);
	if (!cursor_ok(blob))
		return ERR_TRUNCATED;
	if (!is_time(read.last.time_us) || !is_time(read.interval_us) ||
	    read.given_out < 0 ||
	    read.given_out > read.last.time_us / STEP_US + 1)
		return ERR_MALFORMED;
	port = find_port(t, name, len, read.ifindex);
	if (port == PORT_NONE)
		return 0;
	p = &t->ports[port];
	p->counted = true;
	p->forgotten = flags & FLAG_FORGOTTEN;
	p->last = read.last;
	p->last.raw.ifindex = read.ifindex;
	p->interval_us = read.interval_us;
	p->given_out = read.given_out;
	return 0;
}

static void take_step(struct port_table *t, const struct record_entry *entry)
{
	const struct series *s = &entry->series;
	uint32_t port;

	if (s->kind != SERIES_PORT || entry->port.start_s < STEP_S)
		return;
	port = find_port(t, s->switch_name, strlen(s->switch_name), s->ifindex);
	if (port != PORT_NONE)
		port_steps_restore(t, port, &entry->port);
}

int port_memory_read(struct port_table *t, struct record_reader *record)
{
	struct record_entry entry;
	struct cursor blob;
	uint32_t count;
	int rc;

	while ((rc = record_next(record, &entry)) == 1)
		take_step(t, &entry);
	if (rc < 0)
		return rc;
	blob = record_blob(record);
	if (cursor_u8(&blob) != VERSION)
		return cursor_ok(&blob) ? ERR_UNSUPPORTED : ERR_TRUNCATED;
	count = cursor_le32(&blob);
	for (uint32_t i = 0; rc == 0 && i < count; i++)
		rc = read_reading(t, &blob);
	if (rc == 0 && !cursor_ok(&blob))
		rc = ERR_TRUNCATED;
	return rc == 0 && cursor_left(&blob) > 0 ? ERR_MALFORMED : rc;
}
