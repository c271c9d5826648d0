/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/config_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/config.h"
#include "net/ipaddr.h"
#include "net/mac.h"
#include "util/err.h"
#include "util/number.h"
#include "util/text.h"
#include "util/utc.h"

enum {
	KEYS_AT_MOST = 32,
	SHOWN_AT_MOST = 60, /* bytes of a value in a message */
	WORD_AT_MOST = 24,  /* longest word that a suggestion is sought for */
	NEAR_AT_MOST = 2,   /* edits that are taken for a slip */
};

/* The bytes of a value that are shown: never half a character. */
static size_t shown_len(const char *text)
{
	size_t len = strlen(text);

	if (len <= SHOWN_AT_MOST)
		return len;
	len = SHOWN_AT_MOST;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static void add_found(struct text *t, const struct yaml_item *item)
{
	if (item->kind == YAML_LIST) {
		text_add(t, "a list");
	} else if (item->kind == YAML_MAPPING) {
		text_add(t, "a mapping");
	} else if (yaml_is_null(item)) {
		text_add(t, "nothing");
	} else {
		text_add_char(t, '"');
		text_add_quoted(t, item->text, strlen(item->text),
				shown_len(item->text));
		text_add_char(t, '"');
	}
}

static void report(struct config_reader *r, struct place place, struct text *t)
{
	if (text_ok(t))
		diagnostics_error(r->d, place, "%s", text_str(t));
	else
		r->out_of_memory = true;
	text_fini(t);
}

void config_expected(struct config_reader *r, const struct yaml_item *item,
		     const char *words)
{
	struct text t;

	text_init(&t);
	if (item->key) {
		text_add_quoted(&t, item->key->text, strlen(item->key->text),
				shown_len(item->key->text));
		text_add(&t, ": ");
	}
	text_add(&t, "found ");
	add_found(&t, item);
	text_add(&t, ", expected ");
	text_add(&t, words);
	report(r, item->place, &t);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * How many letters must be put in, left out or changed to get b from a;
 * SIZE_MAX as soon as it is sure to be more than a slip.
 */
static size_t edits_between(const char *a, const char *b)
{
	size_t row[WORD_AT_MOST + 1];
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);

	if (a_len > WORD_AT_MOST || b_len > WORD_AT_MOST ||
	    a_len > b_len + NEAR_AT_MOST || b_len > a_len + NEAR_AT_MOST)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];
		size_t fewest = i;

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = least(least(row[j], row[j - 1]) + 1, change);
			fewest = least(fewest, row[j]);
		}
		if (fewest > NEAR_AT_MOST)
			return SIZE_MAX;
	}
	return row[b_len];
}

/* The known key that was probably meant, or NULL. */
static const char *nearest_key(const struct config_keys *keys, const char *name)
{
	const char *nearest = NULL;
	size_t fewest = NEAR_AT_MOST + 1;

	for (size_t i = 0; i < keys->count; i++) {
		size_t edits = edits_between(name, keys->keys[i].name);

		if (edits < fewest && edits < strlen(keys->keys[i].name)) {
			fewest = edits;
			nearest = keys->keys[i].name;
		}
	}
	return nearest;
}

static void report_unknown_key(struct config_reader *r,
			       const struct yaml_item *key,
			       const struct config_keys *keys)
{
	const char *nearest = nearest_key(keys, key->text);
	struct text t;

	text_init(&t);
	text_add(&t, "found the unknown key ");
	add_found(&t, key);
	text_add(&t, ", expected ");
	if (nearest) {
		text_addf(&t, "perhaps \"%s\"", nearest);
	} else {
		text_add(&t, keys->count == 1 ? "only " : "one of ");
		for (size_t i = 0; i < keys->count; i++) {
			text_add(&t, i ? ", " : "");
			text_add(&t, keys->keys[i].name);
		}
	}
	report(r, key->place, &t);
}

static size_t find_key(const struct config_keys *keys, const char *name)
{
	size_t i = 0;

	while (i < keys->count && strcmp(keys->keys[i].name, name) != 0)
		i++;
	return i;
}

void config_mapping(struct config_reader *r, const struct yaml_item *item,
		    const struct config_keys *keys, void *target)
{
	size_t seen_on[KEYS_AT_MOST] = { 0 };

	if (item->kind != YAML_MAPPING) {
		config_expected(r, item, "a mapping (key: value)");
		return;
	}
	for (const struct yaml_item *v = item->first; v; v = v->next) {
		size_t i = find_key(keys, v->key->text);

		if (i == keys->count) {
			report_unknown_key(r, v->key, keys);
		} else if (seen_on[i]) {
			diagnostics_error(r->d, v->key->place,
					  "found the key \"%s\" a second time, "
					  "expected it once (line %zu has it)",
					  v->key->text, seen_on[i]);
		} else {
			seen_on[i] = v->key->place.line;
			keys->keys[i].read(
			    r, v, (char *)target + keys->keys[i].offset);
		}
	}
	for (size_t i = 0; i < keys->count; i++) {
		if (keys->keys[i].required && !seen_on[i])
			diagnostics_error(r->d, item->place,
					  "found no key \"%s\", expected it "
					  "here",
					  keys->keys[i].name);
	}
}

void *config_list(struct config_reader *r, const struct yaml_item *item,
		  const struct config_list *list, size_t *count)
{
	bool one = list->or_one && item->kind != YAML_LIST;
	const struct yaml_item *v = one ? item : item->first;
	size_t wanted = one ? 1 : item->count;
	char *array;

	if (!one && item->kind != YAML_LIST) {
		config_expected(r, item, "a list ([a, b] or lines of \"- a\")");
		return NULL;
	}
	if (wanted < list->at_least) {
		diagnostics_error(r->d, item->place,
				  "%s: found an empty list, expected at least "
				  "one value",
				  item->key ? item->key->text : "list");
		return NULL;
	}
	if (wanted == 0)
		return NULL;
	array = calloc(wanted, list->size);
	if (!array) {
		r->out_of_memory = true;
		return NULL;
	}
	*count = wanted;
	for (size_t i = 0; i < wanted; i++, v = v->next)
		list->read(r, v, array + i * list->size);
	return array;
}

const char *config_scalar(struct config_reader *r, const struct yaml_item *item,
			  const char *words)
{
	if (item->kind == YAML_SCALAR && !yaml_is_null(item) && item->text[0])
		return item->text;
	config_expected(r, item, words);
	return NULL;
}

int config_word(struct config_reader *r, const struct yaml_item *item,
		const struct config_word *words)
{
	char expected[200] = "";
	size_t len = 0;

	for (size_t i = 0; words[i].word; i++) {
		if (item->kind == YAML_SCALAR &&
		    strcmp(item->text, words[i].word) == 0)
			return words[i].value;
		if (len < sizeof(expected))
			len += (size_t)snprintf(expected + len,
						sizeof(expected) - len, "%s%s",
						i == 0		    ? ""
						: words[i + 1].word ? ", "
								    : " or ",
						words[i].word);
	}
	config_expected(r, item, expected);
	return -1;
}

char *config_copy(struct config_reader *r, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		r->out_of_memory = true;
	return copy;
}

void config_read_string(struct config_reader *r, const struct yaml_item *item,
			void *field)
{
	const char *text = config_scalar(r, item, "a text");
	char **to = field;

	if (text)
		*to = config_copy(r, text);
}

void config_read_path(struct config_reader *r, const struct yaml_item *item,
		      void *field)
{
	const char *text = config_scalar(r, item, "a path");
	char **to = field;
	size_t directory_len;

	if (!text)
		return;
	directory_len = text[0] == '/' ? 0 : r->directory_len;
	if (asprintf(to, "%.*s%s", (int)directory_len, r->path, text) < 0) {
		*to = NULL;
		r->out_of_memory = true;
	}
}

bool config_read_range(struct config_reader *r, const struct yaml_item *item,
		       uint32_t min, uint32_t max, uint32_t *out)
{
	char words[80];
	uint32_t number;

	if (item->kind == YAML_SCALAR && item->plain &&
	    number_u32(item->text, strlen(item->text), max, &number) == 0 &&
	    number >= min) {
		*out = number;
		return true;
	}
	(void)snprintf(
	    words, sizeof(words), "an integer from %u to %u%s", min, max,
	    item->kind == YAML_SCALAR && !item->plain ? ", without quotes"
						      : "");
	config_expected(r, item, words);
	return false;
}

void config_read_u32(struct config_reader *r, const struct yaml_item *item,
		     void *field)
{
	(void)config_read_range(r, item, 0, UINT32_MAX, field);
}

void config_read_number(struct config_reader *r, const struct yaml_item *item,
			void *field)
{
	(void)config_read_range(r, item, 1, UINT32_MAX, field);
}

void config_read_vlan(struct config_reader *r, const struct yaml_item *item,
		      void *field)
{
	uint16_t *to = field;
	uint32_t number;

	if (config_read_range(r, item, 1, CONFIG_VLAN_MAX, &number))
		*to = (uint16_t)number;
}

/* 0 and 2^32-1 are reserved (RFC 7607, RFC 7300). */
void config_read_asn(struct config_reader *r, const struct yaml_item *item,
		     void *field)
{
	(void)config_read_range(r, item, 1, UINT32_MAX - 1, field);
}

void config_read_mac(struct config_reader *r, const struct yaml_item *item,
		     void *field)
{
	static const char words[] =
	    "the MAC address of one station, like \"02:00:00:00:00:01\"";
	const char *text = config_scalar(r, item, words);
	struct mac *to = field;
	struct mac mac;

	if (!text)
		return;
	if (mac_parse(text, strlen(text), &mac) < 0 || mac.bits == 0 ||
	    mac_is_group(mac))
		config_expected(r, item, words);
	else
		*to = mac;
}

void config_read_address(struct config_reader *r, const struct yaml_item *item,
			 void *field)
{
	static const char words[] =
	    "an IP address, like 192.0.2.1 or \"2001:db8::1\"";
	const char *text = config_scalar(r, item, words);

	if (text && ipaddr_parse(text, strlen(text), field) < 0)
		config_expected(r, item, words);
}

void config_read_endpoint(struct config_reader *r, const struct yaml_item *item,
			  void *field)
{
	static const char words[] =
	    "an address and a port from 1 to 65535, like \"192.0.2.1:6343\" "
	    "or \"[2001:db8::1]:6343\"";
	const char *text = config_scalar(r, item, words);
	struct config_endpoint *to = field;
	struct config_endpoint endpoint;

	if (!text)
		return;
	if (ipaddr_parse_endpoint(text, strlen(text), &endpoint.addr,
				  &endpoint.port) < 0 ||
	    endpoint.port == 0)
		config_expected(r, item, words);
	else
		*to = endpoint;
}

void config_read_speed(struct config_reader *r, const struct yaml_item *item,
		       void *field)
{
	static const char words[] =
	    "a speed in bit/s, like 1G, 2.5G or 100000000";
	const char *text = config_scalar(r, item, words);

	if (text && number_speed(text, strlen(text), field) < 0)
		config_expected(r, item, words);
}

void config_read_time(struct config_reader *r, const struct yaml_item *item,
		      void *field)
{
	static const char words[] =
	    "a time of UTC like 2026-03-01T00:00:00Z, from 1970 on";
	const char *text = config_scalar(r, item, words);
	int64_t at_s;

	if (!text)
		return;
	if (utc_parse(text, strlen(text), &at_s) < 0 || at_s == 0)
		config_expected(r, item, words);
	else
		memcpy(field, &at_s, sizeof(at_s));
}

void config_check_validity(struct config_reader *r, struct place place,
			   const struct validity *v)
{
	char from[UTC_TEXT_SIZE];
	char until[UTC_TEXT_SIZE];

	if (v->from_s < validity_end_s(*v))
		return;
	diagnostics_error(r->d, place,
			  "found until %s and from %s, expected until to be "
			  "the later one",
			  utc_format(v->until_s, until),
			  utc_format(v->from_s, from));
}
