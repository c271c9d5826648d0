/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/made_stations.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/zone.h"

enum { SEEN_MAX = 64, TEXT_MAX = 2048, MINUTE_S = 60 };

static int64_t start_of(int day)
{
	return (int64_t)date_number((struct date){ 2026, 11, day }) * 86400;
}

static void read_option(struct station_entry *e, const char *word)
{
	static const char name[] = "name=";

	if (strcmp(word, "unknown") == 0) {
		e->whose = STATION_UNKNOWN;
		e->asn = 0;
	} else if (strcmp(word, "wrong_vlan") == 0) {
		e->whose = STATION_WRONG_VLAN;
	} else if (strcmp(word, "core") == 0) {
		e->core = true;
	} else if (strcmp(word, "stays") == 0) {
		e->stays = true;
	} else {
		assert(strncmp(word, name, sizeof(name) - 1) == 0);
		(void)snprintf(e->port, sizeof(e->port), "%s",
			       word + sizeof(name) - 1);
	}
}

static struct station_entry entry_of(char *text, int64_t start_s)
{
	struct station_entry e = { .whose = STATION_MEMBER, .asn = 64500 };
	char *rest = NULL;
	char *word = strtok_r(text, " ", &rest);
	unsigned vlan = 0;
	unsigned mac = 0;
	int fields;

	assert(word);
	/* NOLINTNEXTLINE(cert-err34-c): the test's own text */
	fields = sscanf(word, "%x@%63[^:]:%u/%u", &mac, e.switch_name,
			&e.ifindex, &vlan);
	assert(fields == 4);
	e.mac.bits = UINT64_C(0x020000000000) + mac;
	e.vlan = (uint16_t)vlan;
	word = strtok_r(NULL, " ", &rest);
	assert(word);
	e.first_s = start_s + strtol(word, NULL, 10) * MINUTE_S;
	word = strtok_r(NULL, " ", &rest);
	assert(word);
	e.last_s = start_s + strtol(word, NULL, 10) * MINUTE_S;
	word = strtok_r(NULL, " ", &rest);
	assert(word);
	e.samples = strtoul(word, NULL, 10);
	while ((word = strtok_r(NULL, " ", &rest)) != NULL)
		read_option(&e, word);
	return e;
}

struct station_entry *made_station_notes(int day, const char *seen,
					 size_t *count)
{
	struct station_entry *notes = calloc(SEEN_MAX, sizeof(*notes));
	char text[TEXT_MAX];
	char *rest = NULL;
	char *one;

	assert(notes && strlen(seen) < sizeof(text));
	(void)snprintf(text, sizeof(text), "%s", seen);
	*count = 0;
	for (one = strtok_r(text, ";", &rest); one;
	     one = strtok_r(NULL, ";", &rest)) {
		assert(*count < SEEN_MAX);
		notes[(*count)++] = entry_of(one, start_of(day));
	}
	return notes;
}

struct station_day made_stations(int day, const char *seen)
{
	struct station_day d;
	struct station_entry *notes;
	size_t count;
	int rc = zone_use("UTC");

	assert(rc == 0);
	station_day_begin(&d, start_of(day), "UTC");
	d.observed_s = d.to_s - d.from_s;
	notes = made_station_notes(day, seen, &count);
	rc = station_day_note(&d, notes, count);
	assert(rc == 0);
	free(notes);
	return d;
}
