/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/alert_state.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "util/crc32c.h"
#include "util/err.h"
#include "util/json_write.h"
#include "web/report/alert_rules.h"

enum {
	VERSION = 1,
	DECIMALS = 6, /* of all: a whole number that is large may be
		       * too large to be read */
	CHECK_SIZE = sizeof("crc32c 0123abcd\n") - 1,
};

void alert_state_init(struct alert_state *state)
{
	*state = (struct alert_state){
		.at_s = NAN,
		.clock = { NAN, NAN, NAN },
	};
}

void alert_state_fini(struct alert_state *state)
{
	alert_list_fini(&state->standing);
	alert_state_init(state);
}

static double number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

/* A whole number up to max. @return whether it is one */
static bool whole(const json_t *object, const char *key, int64_t max,
		  int64_t *to)
{
	const json_t *value = json_object_get(object, key);
	json_int_t found =
	    json_is_integer(value) ? json_integer_value(value) : -1;

	*to = found;
	return found >= 0 && found <= max;
}

/* A string that fits; one that is not there is "". */
static bool string(const json_t *object, const char *key, char *to, size_t size)
{
	const json_t *value = json_object_get(object, key);
	const char *found = value ? json_string_value(value) : "";

	if (!found || strlen(found) >= size)
		return false;
	memcpy(to, found, strlen(found) + 1);
	return true;
}

/* Which of so many names a string is. */
static bool one_of(const json_t *object, const char *key,
		   const char *(*name)(unsigned), unsigned count, unsigned *to)
{
	const json_t *value = json_object_get(object, key);
	const char *found = value ? json_string_value(value) : "";

	for (*to = 0; found && *to < count; (*to)++) {
		if (strcmp(found, name(*to)) == 0)
			return true;
	}
	return false;
}

static const char *kind_name(unsigned i)
{
	return alert_rule((enum alert_kind)i)->name;
}

static const char *part_name(unsigned i)
{
	return alert_part_name((enum alert_part)i);
}

static const char *severity_name(unsigned i)
{
	return alert_severity_name((enum alert_severity)i);
}

static bool read_subject(struct alert_subject *s, const json_t *from)
{
	unsigned kind;
	unsigned part;
	int64_t asn = 0;
	int64_t number = 0;
	bool good =
	    one_of(from, "kind", kind_name, ALERT_KIND_COUNT, &kind) &&
	    one_of(from, "part", part_name, ALERT_PART_COUNT, &part) &&
	    whole(from, "asn", UINT32_MAX, &asn) &&
	    whole(from, "number", UINT32_MAX, &number) &&
	    string(from, "switch", s->switch_name, sizeof(s->switch_name)) &&
	    string(from, "name", s->name, sizeof(s->name)) &&
	    string(from, "source", s->source, sizeof(s->source));

	if (!good ||
	    (*s->switch_name && !series_switch_name_is_valid(s->switch_name)))
		return false;
	s->kind = (enum alert_kind)kind;
	s->part = (enum alert_part)part;
	s->asn = (uint32_t)asn;
	s->number = (uint32_t)number;
	return true;
}

static bool read_alert(struct alert *a, const json_t *from)
{
	unsigned severity;

	if (!json_is_object(from) || !read_subject(&a->subject, from) ||
	    !one_of(from, "severity", severity_name, ALERT_SEVERITY_COUNT,
		    &severity) ||
	    !whole(from, "since", INT64_C(100000000000), &a->since_s))
		return false;
	a->severity = (enum alert_severity)severity;
	a->figures = (struct alert_figures){
		.value = number(from, "value"),
		.amount = number(from, "amount"),
		.whole = number(from, "whole"),
	};
	return severity != ALERT_FINE &&
	       alert_rule(a->subject.kind)->has[severity];
}

/* In order, and none twice: what is written is so. */
static int read_standing(struct alert_list *to, const json_t *from)
{
	size_t count = json_array_size(from);

	if (!json_is_array(from) || count > ALERT_STATE_MAX)
		return ERR_MALFORMED;
	for (size_t i = 0; i < count; i++) {
		struct alert alert = { .since_s = 0 };

		if (!read_alert(&alert, json_array_get(from, i)) ||
		    (i > 0 && alert_subject_compare(&to->items[i - 1].subject,
						    &alert.subject) >= 0))
			return ERR_MALFORMED;
		if (alert_list_add(to, &alert) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int read_state(struct alert_state *s, const json_t *from)
{
	const json_t *clock = json_object_get(from, "clock");
	int64_t version;

	if (!whole(from, "version", INT64_MAX, &version))
		return ERR_MALFORMED;
	if (version != VERSION)
		return ERR_UNSUPPORTED;
	s->at_s = number(from, "at");
	s->clock = (struct alert_clock){ number(clock, "started"),
					 number(clock, "jumps"),
					 number(clock, "odd_at") };
	return read_standing(&s->standing, json_object_get(from, "standing"));
}

int alert_state_parse_json(struct alert_state *out, const char *text,
			   size_t len)
{
	json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	struct alert_state made;
	int rc = ERR_MALFORMED;

	alert_state_init(&made);
	if (json_is_object(json))
		rc = read_state(&made, json);
	json_decref(json);
	if (rc < 0)
		alert_state_fini(&made);
	else
		*out = made;
	return rc;
}

static void add_check(char to[CHECK_SIZE + 1], const char *text, size_t len)
{
	(void)snprintf(to, CHECK_SIZE + 1, "crc32c %08x\n",
		       crc32c(0, text, len));
}

int alert_state_parse(struct alert_state *out, const char *text, size_t len)
{
	char check[CHECK_SIZE + 1];

	if (len < CHECK_SIZE)
		return ERR_MALFORMED;
	len -= CHECK_SIZE;
	add_check(check, text, len);
	if (memcmp(text + len, check, CHECK_SIZE) != 0)
		return ERR_MALFORMED;
	return alert_state_parse_json(out, text, len);
}

static void add_alert(struct json_writer *w, const struct alert *a)
{
	json_put_object(w, NULL);
	json_put_string(w, "kind", alert_rule(a->subject.kind)->name);
	json_put_string(w, "part", alert_part_name(a->subject.part));
	json_put_u64(w, "asn", a->subject.asn);
	json_put_u64(w, "number", a->subject.number);
	json_put_string(w, "switch", a->subject.switch_name);
	json_put_string(w, "name", a->subject.name);
	json_put_string(w, "source", a->subject.source);
	json_put_string(w, "severity", alert_severity_name(a->severity));
	json_put_i64(w, "since", a->since_s);
	json_put_double(w, "value", a->figures.value, DECIMALS);
	json_put_double(w, "amount", a->figures.amount, DECIMALS);
	json_put_double(w, "whole", a->figures.whole, DECIMALS);
	json_end_object(w);
}

void alert_state_add(struct text *out, const struct alert_state *state)
{
	struct json_writer w;
	char check[CHECK_SIZE + 1];
	size_t start = out->len;

	json_start(&w, out);
	json_put_object(&w, NULL);
	json_put_u64(&w, "version", VERSION);
	json_put_double(&w, "at", state->at_s, DECIMALS);
	json_put_object(&w, "clock");
	json_put_double(&w, "started", state->clock.started, DECIMALS);
	json_put_double(&w, "jumps", state->clock.jumps, DECIMALS);
	json_put_double(&w, "odd_at", state->clock.odd_at_s, DECIMALS);
	json_end_object(&w);
	json_put_array(&w, "standing");
	for (size_t i = 0; i < state->standing.count; i++)
		add_alert(&w, &state->standing.items[i]);
	json_end_array(&w);
	json_end_object(&w);
	text_add_char(out, '\n');
	if (!text_ok(out))
		return;
	add_check(check, text_str(out) + start, out->len - start);
	text_add(out, check);
}
