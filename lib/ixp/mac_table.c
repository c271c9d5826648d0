/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/mac_table.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/input.h"
#include "ixp/json_path.h"
#include "ixp/roster_read.h"
#include "util/err.h"
#include "util/number.h"

enum {
	SHOWN_AT_MOST = 40,  /* bytes of a key in a message */
	NAMES_AT_MOST = 300, /* bytes of a list in a message */
};

struct reader {
	struct mac_table *table;
	struct diagnostics *d;
	const uint32_t *infrastructure;
	struct json_path at; /* of the value that is being read */
	bool out_of_memory;
};

/* Report at the path where the reader is. */
static void PRINTF_LIKE(3, 4)
    report(struct reader *r, bool is_error, const char *format, ...)
{
	struct place place = { .path = r->table->path };
	unsigned before = is_error ? r->d->errors : r->d->warnings;
	char message[600];
	va_list arguments;
	struct text path;

	va_start(arguments, format);
	(void)vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	text_init(&path);
	for (size_t i = 0; i < r->at.depth; i++) {
		const struct json_step *step = &r->at.steps[i];

		if (step->key) {
			text_add(&path, i ? "." : "");
			text_add_quoted(&path, step->key, strlen(step->key),
					SHOWN_AT_MOST);
		} else {
			text_addf(&path, "[%zu]", step->index);
		}
	}
	text_add(&path, path.len ? ": " : "");
	if (before < DIAGNOSTICS_SHOWN)
		place = json_path_place(&r->at, r->table->path, r->table->text,
					r->table->text_len);
	if (is_error)
		diagnostics_error(r->d, place, "%s%s", text_str(&path),
				  message);
	else
		diagnostics_warning(r->d, place, "%s%s", text_str(&path),
				    message);
	text_fini(&path);
}

/* True for an object, and for the empty array that PHP makes of one. */
static bool is_object(struct reader *r, const json_t *value, const char *words)
{
	if (json_is_object(value) ||
	    (json_is_array(value) && json_array_size(value) == 0))
		return true;
	report(r, true, "found %s, expected %s", roster_found(value).text,
	       words);
	return false;
}

/* True for an array; null and nothing are an empty one. */
static bool is_array(struct reader *r, const json_t *value, const char *words)
{
	if (json_is_array(value))
		return true;
	if (value && !json_is_null(value))
		report(r, true, "found %s, expected %s",
		       roster_found(value).text, words);
	return false;
}

static void add_entry(struct reader *r, const struct mac_table_entry *entry)
{
	struct mac_table *t = r->table;

	if (t->entry_count == t->capacity) {
		size_t capacity = t->capacity ? 2 * t->capacity : 256;
		struct mac_table_entry *all =
		    reallocarray(t->entries, capacity, sizeof(*all));

		if (!all) {
			r->out_of_memory = true;
			return;
		}
		t->entries = all;
		t->capacity = capacity;
	}
	t->entries[t->entry_count++] = *entry;
	t->mac_count += entry->mac.bits != 0;
}

/* Add an entry with this MAC, which is a text of the file. */
static void add_mac(struct reader *r, const char *text,
		    struct mac_table_entry *entry)
{
	if (mac_parse(text, strlen(text), &entry->mac) < 0)
		report(r, true,
		       "found no MAC address, expected one of twelve digits");
	else if (entry->mac.bits == 0 || mac_is_group(entry->mac))
		report(r, false,
		       "found an address of no station, expected that of one: "
		       "left out");
	else
		add_entry(r, entry);
}

/* A VLAN interface's id, 1 on. */
static bool read_id(struct reader *r, const json_t *value, uint32_t *id)
{
	uint64_t number;

	if (roster_number_of(value, UINT32_MAX, &number) && number) {
		*id = (uint32_t)number;
		return true;
	}
	report(r, true,
	       "found %s, expected the id of a VLAN interface, an integer from "
	       "1 to 4294967295",
	       roster_found(value).text);
	return false;
}

/* The MACs of one tag, each with its VLAN interface. */
static void read_macs_of_tag(struct reader *r, json_t *macs,
			     struct mac_table_entry *entry)
{
	const char *key;
	json_t *value;

	if (!is_object(r, macs, "an object of MAC addresses"))
		return;
	json_object_foreach(macs, key, value)
	{
		json_path_key(&r->at, key);
		entry->where.keys[2] = key;
		if (read_id(r, value, &entry->id))
			add_mac(r, key, entry);
		json_path_up(&r->at);
	}
}

/* What an infrastructure has under one tag. */
static void read_tag(struct reader *r, json_t *macs, const char *key,
		     struct mac_table_entry *entry)
{
	uint32_t tag;

	if (number_u32(key, strlen(key), MAC_TABLE_TAG_MAX, &tag) < 0) {
		report(r, true, "found no 802.1Q tag, expected one");
		return;
	}
	entry->vlan = (uint16_t)tag;
	read_macs_of_tag(r, macs, entry);
}

/* What sflow-db-mapper says of one infrastructure. */
static void read_infrastructure(struct reader *r, json_t *tags,
				const char *name)
{
	struct mac_table_entry entry = { .has_id = true,
					 .where.keys[0] = name };
	const char *key;
	json_t *value;

	json_path_key(&r->at, name);
	if (is_object(r, tags, "an object of 802.1Q tags")) {
		json_object_foreach(tags, key, value)
		{
			json_path_key(&r->at, key);
			entry.where.keys[1] = key;
			read_tag(r, value, key, &entry);
			json_path_up(&r->at);
		}
	}
	json_path_up(&r->at);
}

/* "1, 2": the keys of an object. */
static void list_keys(json_t *object, struct text *names)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		if (names->len > NAMES_AT_MOST)
			break;
		text_add(names, names->len ? ", " : "");
		text_add_quoted(names, key, strlen(key), SHOWN_AT_MOST);
	}
}

/* Read the infrastructure that is wanted. */
static void read_mapper(struct reader *r, json_t *top)
{
	size_t count = json_object_size(top);
	const char *key = NULL;
	struct text names;
	char number[16];
	json_t *value;

	if (!r->infrastructure && count == 1)
		key = json_object_iter_key(json_object_iter(top));
	if (r->infrastructure) {
		(void)snprintf(number, sizeof(number), "%u",
			       *r->infrastructure);
		value = json_object_get(top, number);
		key = json_object_iter_key(json_object_iter_at(top, number));
		if (!value)
			key = NULL;
	}
	if (key) {
		read_infrastructure(r, json_object_get(top, key), key);
		return;
	}
	text_init(&names);
	list_keys(top, &names);
	if (r->infrastructure)
		report(r, false,
		       "found the infrastructures %s, expected %u, the "
		       "exchange of the roster: nothing taken",
		       count ? text_str(&names) : "(none)", *r->infrastructure);
	else
		report(r, count > 0,
		       "found the infrastructures %s, expected %s",
		       count ? text_str(&names) : "(none)",
		       count ? "roster_ixp in the configuration to say which "
			       "one"
			     : "one");
	text_fini(&names);
}

static void read_addresses(struct reader *r, const json_t *object,
			   struct mac_table_entry *entry)
{
	static const char *const families[] = { "ipv4", "ipv6" };

	entry->mac = (struct mac){ 0 };
	if (!object || json_is_null(object) ||
	    !is_object(r, object, "an object of IP addresses"))
		return;
	for (size_t i = 0; i < 2; i++) {
		const json_t *value = json_object_get(object, families[i]);
		const char *text = json_string_value(value);

		if (!value || json_is_null(value) || (text && !*text))
			continue;
		json_path_key(&r->at, families[i]);
		if (text && ipaddr_parse(text, strlen(text), &entry->addr) == 0)
			add_entry(r, entry);
		else
			report(r, false,
			       "found %s, expected an IP address: left out",
			       roster_found(value).text);
		json_path_up(&r->at);
	}
}

static void read_mac_list(struct reader *r, const json_t *list,
			  struct mac_table_entry *entry)
{
	json_path_key(&r->at, "macaddresses");
	if (is_array(r, list, "an array of MAC addresses")) {
		for (size_t i = 0; i < json_array_size(list); i++) {
			const json_t *value = json_array_get(list, i);

			json_path_index(&r->at, i);
			entry->where.mac = (uint32_t)i;
			if (json_is_string(value))
				add_mac(r, json_string_value(value), entry);
			else
				report(r, true,
				       "found %s, expected a MAC address",
				       roster_found(value).text);
			json_path_up(&r->at);
		}
	}
	json_path_up(&r->at);
}

/* A VLAN of a layer 2 interface; one of a link between switches has no id. */
static void read_vlan(struct reader *r, const json_t *object,
		      struct mac_table_entry *entry)
{
	const json_t *number = json_object_get(object, "number");
	const json_t *id = json_object_get(object, "vlaninterfaceid");
	uint64_t tag;
	bool good;

	if (!json_is_object(object)) {
		report(r, true, "found %s, expected an object",
		       roster_found(object).text);
		return;
	}
	json_path_key(&r->at, "number");
	good = roster_number_of(number, MAC_TABLE_TAG_MAX, &tag);
	if (!good)
		report(r, true, "found %s, expected an 802.1Q tag",
		       roster_found(number).text);
	json_path_up(&r->at);
	if (!good)
		return;
	entry->vlan = (uint16_t)tag;
	entry->has_id = id && !json_is_null(id);
	/* an older IXP Manager does not say; what stands here is one */
	entry->id = (uint32_t)r->table->entry_count;
	json_path_key(&r->at, "vlaninterfaceid");
	good = !entry->has_id || read_id(r, id, &entry->id);
	json_path_up(&r->at);
	if (!good)
		return;
	read_mac_list(r, json_object_get(object, "macaddresses"), entry);
	json_path_key(&r->at, "ipaddresses");
	read_addresses(r, json_object_get(object, "ipaddresses"), entry);
	json_path_up(&r->at);
}

static void read_interface(struct reader *r, const json_t *object,
			   uint32_t index)
{
	const json_t *vlans = json_object_get(object, "vlans");

	json_path_index(&r->at, index);
	if (!json_is_object(object))
		report(r, true, "found %s, expected an object",
		       roster_found(object).text);
	json_path_key(&r->at, "vlans");
	if (is_array(r, vlans, "an array of VLANs")) {
		for (size_t i = 0; i < json_array_size(vlans); i++) {
			struct mac_table_entry entry = {
				.where = { .interface = index,
					   .vlan = (uint32_t)i }
			};

			json_path_index(&r->at, i);
			read_vlan(r, json_array_get(vlans, i), &entry);
			json_path_up(&r->at);
		}
	}
	json_path_up(&r->at);
	json_path_up(&r->at);
}

static void read_interfaces(struct reader *r, const json_t *list)
{
	json_path_key(&r->at, "layer2interfaces");
	if (json_is_null(list))
		report(r, true, "found nothing, expected an array");
	else if (is_array(r, list, "an array of layer 2 interfaces")) {
		for (size_t i = 0; i < json_array_size(list); i++)
			read_interface(r, json_array_get(list, i), (uint32_t)i);
	}
	json_path_up(&r->at);
}

static int load_json(struct reader *r)
{
	struct mac_table *t = r->table;
	struct place place = { .path = t->path };
	json_error_t error;

	if (t->text_len == 0) {
		diagnostics_error(r->d, place,
				  "found an empty file, expected a MAC table");
		return ERR_CONFIG;
	}
	t->tree = json_loadb(t->text, t->text_len,
			     JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
	if (t->tree)
		return 0;
	if (json_error_code(&error) == json_error_out_of_memory)
		return -ENOMEM;
	if (error.line > 0) {
		place.line = (size_t)error.line;
		place.column = error.column > 0 ? (size_t)error.column : 1;
	}
	diagnostics_error(r->d, place, "found what is not JSON: %s",
			  error.text);
	return ERR_CONFIG;
}

static int read_top(struct reader *r)
{
	unsigned errors_before = r->d->errors;
	json_t *top = r->table->tree;
	const json_t *list = json_object_get(top, "layer2interfaces");

	if (is_object(r, top,
		      "an object: sflow-db-mapper or layer2interfaces of IXP "
		      "Manager")) {
		if (list)
			read_interfaces(r, list);
		else
			read_mapper(r, top);
	}
	if (r->out_of_memory)
		return -ENOMEM;
	return r->d->errors > errors_before ? ERR_CONFIG : 0;
}

/* A table that holds the text and nothing else yet. */
static struct mac_table *make(const struct mac_table_text *from)
{
	struct mac_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->path = strdup(from->path);
	t->text = input_copy(from->text, from->len, &t->text_len);
	if (t->path && t->text)
		return t;
	mac_table_free(t);
	return NULL;
}

int mac_table_parse(struct mac_table **out, const struct mac_table_text *text,
		    const uint32_t *infrastructure, struct diagnostics *d)
{
	struct reader r = { .table = make(text),
			    .d = d,
			    .infrastructure = infrastructure };
	int rc = r.table ? load_json(&r) : -ENOMEM;

	if (rc == 0)
		rc = read_top(&r);
	if (rc < 0) {
		mac_table_free(r.table);
		return rc;
	}
	*out = r.table;
	return 0;
}

int mac_table_load(struct mac_table **out, const char *path,
		   const uint32_t *infrastructure, struct diagnostics *d)
{
	const struct input input = { path, MAC_TABLE_SIZE_MAX, "a MAC table" };
	struct text text;
	int rc;

	text_init(&text);
	rc = input_read(&input, &text, d);
	if (rc == 0)
		rc = mac_table_parse(
		    out,
		    &(struct mac_table_text){ path, text_str(&text), text.len },
		    infrastructure, d);
	text_fini(&text);
	return rc;
}

void mac_table_free(struct mac_table *table)
{
	if (!table)
		return;
	json_decref(table->tree);
	free(table->path);
	free(table->text);
	free(table->entries);
	free(table);
}

struct place mac_table_place(const struct mac_table *table,
			     const struct mac_table_where *where)
{
	struct json_path path = { 0 };

	for (size_t i = 0; i < 3 && where->keys[i]; i++)
		json_path_key(&path, where->keys[i]);
	if (path.depth == 0) {
		json_path_key(&path, "layer2interfaces");
		json_path_index(&path, where->interface);
		json_path_key(&path, "vlans");
		json_path_index(&path, where->vlan);
		json_path_key(&path, "macaddresses");
		json_path_index(&path, where->mac);
	}
	return json_path_place(&path, table->path, table->text,
			       table->text_len);
}
