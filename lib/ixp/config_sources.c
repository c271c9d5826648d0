/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The key sources, and whose frames a mirror brings.
 *
 * A sample says which agent took it; a frame says nothing of the kind. So each
 * mirror has a switch. Where none is said and none can be told, one is made:
 * the frames are counted all the same, and what is printed is what was written.
 */

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/config_parts.h"
#include "util/number.h"
#include "util/text.h"

enum {
	SFLOW_PORT_DEFAULT = 6343,
	NAMES_SHOWN = 10, /* switches in a message */
};

#define KEYS_OF(array)                                                         \
	{                                                                      \
		array, sizeof(array) / sizeof(*(array))                        \
	}

void config_source_default(struct config_source *s)
{
	s->kind = CONFIG_SOURCE_SFLOW;
	s->listen = (struct config_endpoint){ .addr = { .version = 6 },
					      .port = SFLOW_PORT_DEFAULT };
}

static void set_mirror_defaults(struct config_source *s)
{
	s->kind = CONFIG_SOURCE_MIRROR;
	s->direction = CONFIG_DIRECTION_ANY;
	s->buffer_bytes = CONFIG_BUFFER_DEFAULT;
	s->snap_bytes = CONFIG_SNAP_DEFAULT;
}

static void read_sflow(struct config_reader *r, const struct yaml_item *item,
		       void *field)
{
	static const struct config_key keys[] = {
		{ "listen", offsetof(struct config_source, listen),
		  config_read_endpoint, false },
	};
	static const struct config_keys all = KEYS_OF(keys);
	struct config_source *s = field;

	s->kind = CONFIG_SOURCE_SFLOW;
	config_mapping(r, item, &all, s);
	if (item->kind == YAML_MAPPING && item->count == 0)
		config_source_default(s);
}

static void read_interface(struct config_reader *r,
			   const struct yaml_item *item, void *field)
{
	static const char words[] =
	    "the name of a network interface, of 1 to 15 letters";
	const char *text = config_scalar(r, item, words);
	char **to = field;

	if (!text)
		return;
	if (strlen(text) >= IFNAMSIZ || strpbrk(text, "/ :"))
		config_expected(r, item, words);
	else
		*to = config_copy(r, text);
}

static void read_switch_name(struct config_reader *r,
			     const struct yaml_item *item, void *field)
{
	struct config_source *s = field;

	s->switch_place = item->place;
	config_read_string(r, item, &s->switch_name);
}

/* One of two words. */
static void read_either(struct config_reader *r, const struct yaml_item *item,
			const char *no, const char *yes, bool *to)
{
	const struct config_word words[] = { { no, false },
					     { yes, true },
					     { NULL, 0 } };

	*to = config_word(r, item, words) == true;
}

static void read_fcs(struct config_reader *r, const struct yaml_item *item,
		     void *field)
{
	read_either(r, item, "stripped", "present", field);
}

static void read_duplicates(struct config_reader *r,
			    const struct yaml_item *item, void *field)
{
	read_either(r, item, "count", "drop", field);
}

static void read_lengths(struct config_reader *r, const struct yaml_item *item,
			 void *field)
{
	read_either(r, item, "wire", "headers", field);
}

/* A mirror copies both ways or one: nothing is combined, as of samples. */
static void read_direction(struct config_reader *r,
			   const struct yaml_item *item, void *field)
{
	static const struct config_word words[] = {
		{ "any", CONFIG_DIRECTION_ANY },
		{ "ingress", CONFIG_DIRECTION_INGRESS },
		{ "egress", CONFIG_DIRECTION_EGRESS },
		{ NULL, 0 },
	};
	enum config_direction *to = field;
	int value = config_word(r, item, words);

	if (value >= 0)
		*to = (enum config_direction)value;
}

static void read_buffer(struct config_reader *r, const struct yaml_item *item,
			void *field)
{
	static const char words[] = "a size in bytes from 1M to 2G, like 64M";
	const char *text = config_scalar(r, item, words);
	uint32_t *to = field;
	uint64_t bytes;

	if (!text)
		return;
	if (number_bytes(text, strlen(text), CONFIG_BUFFER_MAX, &bytes) < 0 ||
	    bytes < CONFIG_BUFFER_MIN)
		config_expected(r, item, words);
	else
		*to = (uint32_t)bytes;
}

static void read_snap_length(struct config_reader *r,
			     const struct yaml_item *item, void *field)
{
	(void)config_read_range(r, item, CONFIG_SNAP_MIN, CONFIG_SNAP_MAX,
				field);
}

static void read_mirror(struct config_reader *r, const struct yaml_item *item,
			void *field)
{
	static const struct config_key keys[] = {
		{ "interface", offsetof(struct config_source, interface),
		  read_interface, true },
		{ "filter", offsetof(struct config_source, filter),
		  config_read_string, false },
		{ "switch", 0, read_switch_name, false },
		{ "buffer", offsetof(struct config_source, buffer_bytes),
		  read_buffer, false },
		{ "snap_length", offsetof(struct config_source, snap_bytes),
		  read_snap_length, false },
		{ "fcs", offsetof(struct config_source, fcs_present), read_fcs,
		  false },
		{ "direction", offsetof(struct config_source, direction),
		  read_direction, false },
		{ "duplicates",
		  offsetof(struct config_source, drops_duplicates),
		  read_duplicates, false },
		{ "lengths", offsetof(struct config_source, lengths_of_headers),
		  read_lengths, false },
	};
	static const struct config_keys all = KEYS_OF(keys);

	set_mirror_defaults(field);
	config_mapping(r, item, &all, field);
}

/* GRE has no ports. */
static void read_gre_address(struct config_reader *r,
			     const struct yaml_item *item, void *field)
{
	static const char words[] =
	    "an IP address without a port, which GRE has none of, like "
	    "192.0.2.10 or \"::\"";
	const char *text = config_scalar(r, item, words);
	struct config_endpoint *to = field;

	if (text && ipaddr_parse(text, strlen(text), &to->addr) < 0)
		config_expected(r, item, words);
}

static void read_erspan(struct config_reader *r, const struct yaml_item *item,
			void *field)
{
	static const struct config_key keys[] = {
		{ "listen", offsetof(struct config_source, listen),
		  read_gre_address, false },
		{ "switch", 0, read_switch_name, false },
		{ "fcs", offsetof(struct config_source, fcs_present), read_fcs,
		  false },
		{ "direction", offsetof(struct config_source, direction),
		  read_direction, false },
		{ "duplicates",
		  offsetof(struct config_source, drops_duplicates),
		  read_duplicates, false },
		{ "lengths", offsetof(struct config_source, lengths_of_headers),
		  read_lengths, false },
	};
	static const struct config_keys all = KEYS_OF(keys);
	unsigned errors_before = r->d->errors;
	struct config_source *s = field;

	s->kind = CONFIG_SOURCE_ERSPAN;
	s->direction = CONFIG_DIRECTION_ANY;
	config_mapping(r, item, &all, s);
	if (!s->listen.addr.version && r->d->errors == errors_before)
		s->listen.addr.version = 6; /* "::" */
}

static void read_source(struct config_reader *r, const struct yaml_item *item,
			void *field)
{
	static const struct config_key keys[] = {
		{ "sflow", 0, read_sflow, false },
		{ "mirror", 0, read_mirror, false },
		{ "erspan", 0, read_erspan, false },
	};
	static const struct config_keys all = KEYS_OF(keys);
	struct config_source *s = field;

	s->place = item->place;
	if (item->kind == YAML_MAPPING && item->count != 1)
		diagnostics_error(r->d, item->place,
				  "found %zu kinds in one source, expected "
				  "one: sflow, mirror or erspan",
				  item->count);
	else
		config_mapping(r, item, &all, s);
}

void config_read_sources(struct config_reader *r, const struct yaml_item *item,
			 void *field)
{
	static const struct config_list list = { .size = sizeof(
						     struct config_source),
						 .read = read_source,
						 .at_least = 1 };
	struct config *c = field;

	c->sources = config_list(r, item, &list, &c->source_count);
}

void config_source_fini(struct config_source *s)
{
	free(s->interface);
	free(s->filter);
	free(s->switch_name);
}

/* The index of the switch of this name; switch_count if there is none. */
static size_t find_switch(const struct config *c, const char *name)
{
	size_t i = 0;

	while (i < c->switch_count && strcmp(c->switches[i].name, name) != 0)
		i++;
	return i;
}

static void add_switch_names(const struct config *c, struct text *out)
{
	size_t shown = c->switch_count;

	if (shown > NAMES_SHOWN)
		shown = NAMES_SHOWN;
	for (size_t i = 0; i < shown; i++)
		text_addf(out, "%s%s", i ? ", " : "", c->switches[i].name);
	if (shown < c->switch_count)
		text_addf(out, " and %zu more", c->switch_count - shown);
}

/* Whether nothing says which of several switches a mirror is of, and others are
 * told of otherwise. ERSPAN says it by its source. */
static bool is_of_nobody(const struct config *c, const struct config_source *s)
{
	return s->kind == CONFIG_SOURCE_MIRROR && !s->switch_name &&
	       c->switch_count > 1 && c->source_count > 1 &&
	       find_switch(c, CONFIG_MIRROR_SWITCH) == c->switch_count;
}

void config_check_mirrors(const struct config *config, struct diagnostics *d)
{
	struct text names;

	text_init(&names);
	add_switch_names(config, &names);
	for (size_t i = 0; i < config->source_count; i++) {
		const struct config_source *s = &config->sources[i];

		if (is_of_nobody(config, s))
			diagnostics_warning(
			    d, s->place,
			    "mirror: found no switch, expected one of %s: its "
			    "frames count beside those of all switches",
			    text_str(&names));
		if (!s->switch_name ||
		    find_switch(config, s->switch_name) < config->switch_count)
			continue;
		if (config->switch_count > 0)
			diagnostics_error(d, s->switch_place,
					  "switch: found \"%s\", expected the "
					  "name of one under switches: %s",
					  s->switch_name, text_str(&names));
		else
			diagnostics_error(d, s->switch_place,
					  "switch: found \"%s\", expected the "
					  "name of one under switches, and "
					  "found none there",
					  s->switch_name);
	}
	text_fini(&names);
}

/* Let a switch stand for mirrors of which it is not said whose they are. */
static int make_switch(struct config *c)
{
	struct config_switch *all =
	    reallocarray(c->switches, c->switch_count + 1, sizeof(*all));

	if (!all)
		return -ENOMEM;
	c->switches = all;
	all[c->switch_count++] =
	    (struct config_switch){ .name = CONFIG_MIRROR_SWITCH,
				    .direction = CONFIG_DIRECTION_ANY,
				    .is_made = true,
				    .place = { .path = c->path } };
	return 0;
}

static int resolve(struct config *c, struct config_source *s)
{
	size_t index = 0;
	int rc = 0;

	if (s->switch_name)
		index = find_switch(c, s->switch_name);
	else if (c->switch_count != 1)
		index = find_switch(c, CONFIG_MIRROR_SWITCH);
	if (index == c->switch_count)
		rc = make_switch(c);
	s->switch_index = (uint32_t)index;
	return rc;
}

int config_resolve_sources(struct config *config)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < config->source_count; i++) {
		if (config->sources[i].kind != CONFIG_SOURCE_SFLOW)
			rc = resolve(config, &config->sources[i]);
	}
	return rc;
}

static const struct config_source *first_of_kind(const struct config *c,
						 enum config_source_kind kind)
{
	for (size_t i = 0; i < c->source_count; i++) {
		if (c->sources[i].kind == kind)
			return &c->sources[i];
	}
	return NULL;
}

const struct config_source *config_mirror(const struct config *config)
{
	const struct config_source *s =
	    first_of_kind(config, CONFIG_SOURCE_MIRROR);

	return s ? s : first_of_kind(config, CONFIG_SOURCE_ERSPAN);
}

int config_want_mirror(struct config *config)
{
	struct config_source *all;
	struct config_source *s;

	if (config_mirror(config))
		return 0;
	all = reallocarray(config->sources, config->source_count + 1,
			   sizeof(*all));
	if (!all)
		return -ENOMEM;
	config->sources = all;
	s = &all[config->source_count++];
	*s = (struct config_source){ .place = { .path = config->path } };
	set_mirror_defaults(s);
	return resolve(config, s);
}

bool config_has_ipv4_receiver(const struct config *config)
{
	for (size_t i = 0; i < config->source_count; i++) {
		const struct config_source *s = &config->sources[i];

		if (s->kind == CONFIG_SOURCE_ERSPAN &&
		    s->listen.addr.version == 4)
			return true;
	}
	return false;
}

bool config_receives(const struct config *config, const struct ipaddr *to)
{
	static const struct ipaddr any_ipv4 = { .version = 4 };
	static const struct ipaddr any_ipv6 = { .version = 6 };

	for (size_t i = 0; i < config->source_count; i++) {
		const struct config_source *s = &config->sources[i];
		const struct ipaddr *at = &s->listen.addr;

		if (s->kind != CONFIG_SOURCE_ERSPAN)
			continue;
		if (ipaddr_equal(at, to) ||
		    (to->version == 4 && ipaddr_equal(at, &any_ipv4)))
			return true;
		if (ipaddr_equal(at, &any_ipv6) &&
		    (to->version == 6 || !config_has_ipv4_receiver(config)))
			return true;
	}
	return false;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool config_same_source(const struct config_source *a,
			const struct config_source *b)
{
	return a->kind == b->kind &&
	       config_same_endpoint(&a->listen, &b->listen) &&
	       same_text(a->interface, b->interface) &&
	       same_text(a->filter, b->filter) &&
	       same_text(a->switch_name, b->switch_name) &&
	       a->direction == b->direction &&
	       a->fcs_present == b->fcs_present &&
	       a->drops_duplicates == b->drops_duplicates &&
	       a->lengths_of_headers == b->lengths_of_headers &&
	       a->buffer_bytes == b->buffer_bytes &&
	       a->snap_bytes == b->snap_bytes;
}
