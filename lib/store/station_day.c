/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/station_day.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "util/line.h"
#include "util/zone.h"

enum {
	DAY_S_MAX = 49 * 3600, /* a zone that goes over the date line */
	VLAN_MAX = 4095,
};

static const char magic[] = "lanterne stations ";
static const char version[] = "1";
static const char *const whose_words[STATION_WHOSE_COUNT] = {
	[STATION_MEMBER] = "member",
	[STATION_UNKNOWN] = "unknown",
	[STATION_WRONG_VLAN] = "wrong_vlan",
};

void station_day_begin(struct station_day *d, int64_t at_s, const char *zone)
{
	struct date date = zone_day_of(at_s, DAYBOOK_SLOT_S);
	int64_t from_s = zone_day_start(date, DAYBOOK_SLOT_S);
	size_t len = strnlen(zone, sizeof(d->zone) - 1);

	*d = (struct station_day){
		.date = date,
		.from_s = from_s > 0 ? from_s : 0,
		.to_s = zone_day_start(date_add_days(date, 1), DAYBOOK_SLOT_S),
	};
	memcpy(d->zone, zone, len);
}

void station_day_fini(struct station_day *d)
{
	free(d->entries);
	*d = (struct station_day){ 0 };
}

int station_entry_compare(const struct station_entry *a,
			  const struct station_entry *b)
{
	int order;

	if (a->mac.bits != b->mac.bits)
		return a->mac.bits < b->mac.bits ? -1 : 1;
	order = strcmp(a->switch_name, b->switch_name);
	if (order != 0)
		return order;
	if (a->ifindex != b->ifindex)
		return a->ifindex < b->ifindex ? -1 : 1;
	return (int)a->vlan - (int)b->vlan;
}

static int compare(const void *a, const void *b)
{
	return station_entry_compare(a, b);
}

/* ---- noting ---- */

static int64_t within(const struct station_day *d, int64_t at_s)
{
	if (at_s < d->from_s)
		return d->from_s;
	return at_s > d->to_s ? d->to_s : at_s;
}

static void judge(struct station_entry *e)
{
	if (e->whose == STATION_MEMBER && e->samples >= STATION_SURE_SAMPLES)
		e->stays = true;
}

static void widen(struct station_entry *e, const struct station_entry *note)
{
	if (note->first_s < e->first_s)
		e->first_s = note->first_s;
	if (note->last_s > e->last_s)
		e->last_s = note->last_s;
	if (__builtin_add_overflow(e->samples, note->samples, &e->samples))
		e->samples = UINT64_MAX;
	e->stays |= note->stays;
	e->whose = note->whose;
	e->asn = note->asn;
	e->core = note->core;
	if (*note->port)
		memcpy(e->port, note->port, sizeof(e->port));
}

static void take(struct station_entry *to, size_t *count,
		 const struct station_entry *e)
{
	if (*count > 0 && station_entry_compare(&to[*count - 1], e) == 0)
		widen(&to[*count - 1], e);
	else
		to[(*count)++] = *e;
	judge(&to[*count - 1]);
}

/* Of two orders one, equal places as one: what was there comes first. */
static size_t merge(struct station_entry *to, const struct station_day *d,
		    const struct station_entry *notes, size_t note_count)
{
	size_t count = 0;
	size_t i = 0;
	size_t k = 0;

	while (i < d->count || k < note_count) {
		bool old =
		    k == note_count ||
		    (i < d->count &&
		     station_entry_compare(&d->entries[i], &notes[k]) <= 0);

		take(to, &count, old ? &d->entries[i++] : &notes[k++]);
	}
	return count;
}

static bool is_stranger(const struct station_entry *e)
{
	return e->whose != STATION_MEMBER;
}

/* Who leaves first, comes first. */
static int compare_worth(const void *left, const void *right)
{
	const struct station_entry *a =
	    *(const struct station_entry *const *)left;
	const struct station_entry *b =
	    *(const struct station_entry *const *)right;

	if (a->stays != b->stays)
		return a->stays ? 1 : -1;
	if (a->samples != b->samples)
		return a->samples < b->samples ? -1 : 1;
	if (a->last_s != b->last_s)
		return a->last_s < b->last_s ? -1 : 1;
	return -station_entry_compare(a, b);
}

/* Let those go that are too many of a kind; they have no samples then. */
static int mark_surplus(struct station_entry *all, size_t count, bool strangers,
			size_t most)
{
	struct station_entry **of_kind;
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += is_stranger(&all[i]) == strangers;
	if (n <= most)
		return 0;
	of_kind = calloc(n, sizeof(*of_kind));
	if (!of_kind)
		return -ENOMEM;
	n = 0;
	for (size_t i = 0; i < count; i++) {
		if (is_stranger(&all[i]) == strangers)
			of_kind[n++] = &all[i];
	}
	qsort(of_kind, n, sizeof(struct station_entry *), compare_worth);
	for (size_t i = 0; i + most < n; i++)
		of_kind[i]->samples = 0;
	free(of_kind);
	return 0;
}

static size_t drop_marked(struct station_entry *all, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (all[i].samples == 0)
			continue;
		if (kept != i)
			all[kept] = all[i];
		kept++;
	}
	return kept;
}

int station_day_note(struct station_day *d, struct station_entry *notes,
		     size_t note_count)
{
	struct station_entry *all;
	size_t count;
	size_t kept;

	if (note_count == 0)
		return 0;
	all = calloc(d->count + note_count, sizeof(*all));
	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < note_count; i++) {
		notes[i].first_s = within(d, notes[i].first_s);
		notes[i].last_s = within(d, notes[i].last_s);
	}
	qsort(notes, note_count, sizeof(*notes), compare);
	count = merge(all, d, notes, note_count);
	if (mark_surplus(all, count, false, STATION_DAY_MEMBERS_MAX) < 0 ||
	    mark_surplus(all, count, true, STATION_DAY_STRANGERS_MAX) < 0) {
		free(all);
		return -ENOMEM;
	}
	kept = drop_marked(all, count);
	d->left_out += count - kept;
	free(d->entries);
	d->entries = all;
	d->count = kept;
	return 0;
}

/* ---- as text ---- */

static void print_entry(struct text *out, const struct station_entry *e)
{
	char mac[MAC_TEXT_SIZE];

	text_addf(out, "station %s %s %u %u %u %s %s %s %lld %lld %llu%s%s\n",
		  mac_format(e->mac, mac), e->switch_name, e->ifindex,
		  (unsigned)e->vlan, e->asn, whose_words[e->whose],
		  e->core ? "core" : "edge", e->stays ? "stays" : "passes",
		  (long long)e->first_s, (long long)e->last_s,
		  (unsigned long long)e->samples, *e->port ? " " : "", e->port);
}

void station_day_print(struct text *out, const struct station_day *d)
{
	char date[DATE_TEXT_SIZE];

	text_addf(out, "%s%s %zu\n", magic, version, d->count);
	text_addf(out, "day %s %s %lld %lld %lld %llu\n",
		  date_text(date, d->date), d->zone, (long long)d->from_s,
		  (long long)d->to_s, (long long)d->observed_s,
		  (unsigned long long)d->left_out);
	for (size_t i = 0; i < d->count; i++)
		print_entry(out, &d->entries[i]);
}

/* ---- and back ---- */

static int read_head(struct line *l, size_t *count)
{
	size_t magic_len = sizeof(magic) - 1;

	if (l->left < magic_len || memcmp(l->at, magic, magic_len) != 0)
		return ERR_MALFORMED;
	l->at += magic_len;
	l->left -= magic_len;
	if (!line_is(l, version))
		return l->bad ? ERR_MALFORMED : ERR_UNSUPPORTED;
	*count =
	    line_u64(l, STATION_DAY_MEMBERS_MAX + STATION_DAY_STRANGERS_MAX);
	return l->bad || l->left > 0 ? ERR_MALFORMED : 0;
}

/* A word without anything that is no graph. */
static void read_word(struct line *l, char *to, size_t size)
{
	size_t len;
	struct line word = { .at = line_word(l, &len) };

	word.left = len;
	line_rest(&word, to, size);
	l->bad |= word.bad;
}

static int read_day(struct line *l, struct station_day *d)
{
	size_t len;
	const char *word;

	l->bad |= !line_is(l, "day");
	word = line_word(l, &len);
	l->bad |= date_parse(word, len, &d->date) < 0;
	read_word(l, d->zone, sizeof(d->zone));
	d->from_s = (int64_t)line_u64(l, INT64_MAX);
	d->to_s = (int64_t)line_u64(l, INT64_MAX);
	d->observed_s = (int64_t)line_u64(l, INT64_MAX);
	d->left_out = line_u64(l, UINT64_MAX);
	if (l->bad || l->left > 0 || d->from_s >= d->to_s ||
	    d->to_s - d->from_s > DAY_S_MAX ||
	    d->observed_s > d->to_s - d->from_s)
		return ERR_MALFORMED;
	return 0;
}

static int read_whose(struct line *l)
{
	size_t len;
	const char *word = line_word(l, &len);

	for (int i = 0; i < STATION_WHOSE_COUNT; i++) {
		if (strlen(whose_words[i]) == len &&
		    memcmp(whose_words[i], word, len) == 0)
			return i;
	}
	l->bad = true;
	return STATION_MEMBER;
}

/* Which of two words is next. */
static bool read_either(struct line *l, const char *yes, const char *no)
{
	struct line other = *l;
	bool is = line_is(l, yes);

	l->bad |= !is && !line_is(&other, no);
	return is;
}

static int read_entry(struct line *l, struct station_entry *e,
		      const struct station_day *d)
{
	size_t len;
	const char *word;

	*e = (struct station_entry){ 0 };
	l->bad |= !line_is(l, "station");
	word = line_word(l, &len);
	l->bad |= mac_parse(word, len, &e->mac) < 0;
	read_word(l, e->switch_name, sizeof(e->switch_name));
	e->ifindex = line_u32(l);
	e->vlan = (uint16_t)line_u64(l, VLAN_MAX);
	e->asn = line_u32(l);
	e->whose = (enum station_whose)read_whose(l);
	e->core = read_either(l, "core", "edge");
	e->stays = read_either(l, "stays", "passes");
	e->first_s = (int64_t)line_u64(l, INT64_MAX);
	e->last_s = (int64_t)line_u64(l, INT64_MAX);
	e->samples = line_u64(l, UINT64_MAX);
	line_rest(l, e->port, sizeof(e->port));
	if (l->bad || !series_switch_name_is_valid(e->switch_name) ||
	    e->first_s < d->from_s || e->first_s > e->last_s ||
	    e->last_s > d->to_s || e->samples == 0 ||
	    (e->asn == 0) != (e->whose == STATION_UNKNOWN))
		return ERR_MALFORMED;
	return 0;
}

/* In order, and none twice. */
static int read_entries(struct station_day *d, size_t count, const char **at,
			size_t *left)
{
	struct line line;

	while (d->count < count && line_next(&line, at, left)) {
		struct station_entry *e = &d->entries[d->count];
		int rc = read_entry(&line, e, d);

		if (rc == 0 && d->count > 0 &&
		    station_entry_compare(e - 1, e) >= 0)
			rc = ERR_MALFORMED;
		if (rc < 0)
			return rc;
		d->count++;
	}
	if (d->count < count)
		return ERR_TRUNCATED;
	return *left > 0 ? ERR_MALFORMED : 0;
}

int station_day_parse(struct station_day *out, const char *content, size_t len)
{
	/* What no line can be shorter than bounds what is asked for. */
	const size_t least = sizeof("station 02:00:00:00:00:01 s 0 0 0 member "
				    "core stays 0 0 1");
	struct station_day d = { 0 };
	const char *at = content;
	struct line line;
	size_t count = 0;
	int rc;

	if (!line_next(&line, &at, &len))
		return ERR_TRUNCATED;
	rc = read_head(&line, &count);
	if (rc == 0)
		rc = line_next(&line, &at, &len) ? read_day(&line, &d)
						 : ERR_TRUNCATED;
	if (rc == 0 && count > len / least)
		rc = ERR_TRUNCATED;
	if (rc < 0)
		return rc;
	d.entries = calloc(count + 1, sizeof(*d.entries));
	if (!d.entries)
		return -ENOMEM;
	rc = read_entries(&d, count, &at, &len);
	if (rc < 0) {
		station_day_fini(&d);
		return rc;
	}
	*out = d;
	return 0;
}
