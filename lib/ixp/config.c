/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/config_parts.h"
#include "ixp/input.h"
#include "util/err.h"

/*
 * One table of keys per mapping says which keys there are and which function
 * reads each; config_read walks a mapping by its table. What is left out gets
 * its default at the end.
 */

enum {
	WEB_PORT_DEFAULT = 8080,
	PER_ADDRESS = 20,
	IXP_PAIRS_MAX = 250000,
	IXP_AGE_DAYS = 62,
};

#define KEYS_OF(array)                                                         \
	{                                                                      \
		array, sizeof(array) / sizeof(*(array))                        \
	}

static void read_language(struct config_reader *r, const struct yaml_item *item,
			  void *field)
{
	const char *code = config_scalar(r, item, "a language");
	size_t len = code ? strspn(code, "abcdefghijklmnopqrstuvwxyz") : 0;

	if (code && (len < 2 || len > 3 || code[len] != '\0'))
		config_expected(r, item, "a language like en or fr");
	else
		config_read_string(r, item, field);
}

static void read_languages(struct config_reader *r,
			   const struct yaml_item *item, void *field)
{
	static const struct config_list list = { .size = sizeof(char *),
						 .read = read_language,
						 .at_least = 1,
						 .or_one = true };
	struct config *c = field;

	c->languages_place = item->place;
	c->languages = config_list(r, item, &list, &c->language_count);
}

static void read_timezone(struct config_reader *r, const struct yaml_item *item,
			  void *field)
{
	struct config *c = field;

	c->timezone_place = item->place;
	config_read_string(r, item, &c->timezone);
}

static void read_exchange(struct config_reader *r, const struct yaml_item *item,
			  void *field)
{
	static const struct config_key keys[] = {
		{ "name", offsetof(struct config, exchange_name),
		  config_read_string, true },
		{ "timezone", 0, read_timezone, false },
		{ "languages", 0, read_languages, false },
	};
	static const struct config_keys all = KEYS_OF(keys);

	config_mapping(r, item, &all, field);
}

static void read_roster_vlan(struct config_reader *r,
			     const struct yaml_item *item, void *field)
{
	struct config_vlan *v = field;

	v->has_roster_vlan = true;
	config_read_u32(r, item, &v->roster_vlan);
}

static void read_vlan(struct config_reader *r, const struct yaml_item *item,
		      void *field)
{
	static const struct config_key keys[] = {
		{ "id", offsetof(struct config_vlan, tag), config_read_vlan,
		  true },
		{ "name", offsetof(struct config_vlan, name),
		  config_read_string, false },
		{ "roster_vlan", 0, read_roster_vlan, false },
	};
	static const struct config_keys all = KEYS_OF(keys);
	struct config_vlan *v = field;

	v->place = item->place;
	config_mapping(r, item, &all, v);
	if (!v->has_roster_vlan)
		v->roster_vlan = v->tag;
}

static void read_vlans(struct config_reader *r, const struct yaml_item *item,
		       void *field)
{
	static const struct config_list list = { .size =
						     sizeof(struct config_vlan),
						 .read = read_vlan };
	struct config *c = field;

	c->vlans = config_list(r, item, &list, &c->vlan_count);
}

static void read_mac(struct config_reader *r, const struct yaml_item *item,
		     void *field)
{
	static const struct config_key keys[] = {
		{ "asn", offsetof(struct config_mac, asn), config_read_asn,
		  true },
		{ "vlan", offsetof(struct config_mac, vlan), config_read_vlan,
		  false },
		{ "mac", offsetof(struct config_mac, mac), config_read_mac,
		  true },
		{ "from", offsetof(struct config_mac, holds.from_s),
		  config_read_time, false },
		{ "until", offsetof(struct config_mac, holds.until_s),
		  config_read_time, false },
	};
	static const struct config_keys all = KEYS_OF(keys);
	struct config_mac *m = field;

	m->place = item->place;
	config_mapping(r, item, &all, m);
	config_check_validity(r, m->place, &m->holds);
}

static void read_macs(struct config_reader *r, const struct yaml_item *item,
		      void *field)
{
	static const struct config_list list = { .size =
						     sizeof(struct config_mac),
						 .read = read_mac };
	struct config *c = field;

	c->macs = config_list(r, item, &list, &c->mac_count);
}

static void read_mac_tables(struct config_reader *r,
			    const struct yaml_item *item, void *field)
{
	static const struct config_list list = { .size = sizeof(char *),
						 .read = config_read_path };
	struct config *c = field;

	c->mac_tables = config_list(r, item, &list, &c->mac_table_count);
}

static void read_roster_ixp(struct config_reader *r,
			    const struct yaml_item *item, void *field)
{
	struct config *c = field;

	c->has_roster_ixp = true;
	config_read_u32(r, item, &c->roster_ixp);
}

static void read_top(struct config_reader *r, const struct yaml_item *item,
		     struct config *c)
{
	static const struct config_key keys[] = {
		{ "exchange", 0, read_exchange, true },
		{ "state_dir", offsetof(struct config, state_dir),
		  config_read_path, true },
		{ "roster", offsetof(struct config, roster), config_read_path,
		  true },
		{ "roster_ixp", 0, read_roster_ixp, false },
		{ "sources", 0, config_read_sources, false },
		{ "vlans", 0, read_vlans, false },
		{ "macs", 0, read_macs, false },
		{ "mac_tables", 0, read_mac_tables, false },
		{ "switches", 0, config_read_switches, false },
		{ "relay", 0, config_read_relays, false },
		{ "ixp_manager", offsetof(struct config, ixp_manager),
		  config_read_ixp_manager, false },
		{ "store", offsetof(struct config, rrdcached),
		  config_read_store, false },
		{ "web", offsetof(struct config, web), config_read_web, false },
		{ "reports", offsetof(struct config, reports),
		  config_read_reports, false },
	};
	static const struct config_keys all = KEYS_OF(keys);

	config_mapping(r, item, &all, c);
}

/* Give what was left out its default. */
static void set_defaults(struct config_reader *r, struct config *c)
{
	if (!c->timezone)
		c->timezone = config_copy(r, "UTC");
	if (!c->languages)
		c->languages = calloc(1, sizeof(*c->languages));
	if (c->languages && !c->language_count) {
		c->languages[0] = config_copy(r, "en");
		c->language_count = 1;
	}
	if (!c->sources)
		c->sources = calloc(1, sizeof(*c->sources));
	if (c->sources && !c->source_count) {
		config_source_default(&c->sources[0]);
		c->sources[0].place = (struct place){ .path = c->path };
		c->source_count = 1;
	}
	if (!c->web.listen)
		c->web.listen = calloc(1, sizeof(*c->web.listen));
	if (c->web.listen && !c->web.listen_count) {
		c->web.listen[0] = (struct config_endpoint){
			.addr = { .version = 4, .bytes = { 127, 0, 0, 1 } },
			.port = WEB_PORT_DEFAULT
		};
		c->web.listen_count = 1;
	}
	if (!c->languages || !c->sources || !c->web.listen)
		r->out_of_memory = true;
}

/* Fill a configuration that has its path from the text. */
static int fill(struct config *c, const char *text, size_t len,
		struct diagnostics *d)
{
	const char *slash = strrchr(c->path, '/');
	struct config_reader r = {
		.d = d,
		.path = c->path,
		.directory_len = slash ? (size_t)(slash - c->path) + 1 : 0
	};
	struct place place = { .path = c->path };
	unsigned errors_before = d->errors;
	struct yaml_tree tree;
	int rc = yaml_tree_parse(&tree, c->path, text, len, d);

	if (rc == 0 && (!tree.root || yaml_is_null(tree.root))) {
		diagnostics_error(d, place,
				  "found an empty file, expected a "
				  "configuration (lanterne.yaml(5))");
		rc = ERR_CONFIG;
	}
	if (rc == 0) {
		c->web.per_address = PER_ADDRESS;
		config_web_defaults(&c->web);
		config_reports_defaults(&c->reports);
		c->ixp_manager.pairs_max = IXP_PAIRS_MAX;
		c->ixp_manager.age_days = IXP_AGE_DAYS;
		read_top(&r, tree.root, c);
		set_defaults(&r, c);
		rc = r.out_of_memory ? -ENOMEM : config_check(c, d);
	}
	yaml_tree_fini(&tree);
	if (rc == 0 && d->errors > errors_before)
		rc = ERR_CONFIG;
	return rc == 0 ? config_resolve_sources(c) : rc;
}

int config_load(struct config **out, const char *path, struct diagnostics *d)
{
	const struct input input = { path, CONFIG_SIZE_MAX, "a configuration" };
	struct text text;
	int rc;

	text_init(&text);
	rc = input_read(&input, &text, d);
	if (rc == 0)
		rc = config_parse(out, path, text_str(&text), text.len, d);
	text_fini(&text);
	return rc;
}

int config_parse(struct config **out, const char *path, const char *text,
		 size_t len, struct diagnostics *d)
{
	struct config *c = calloc(1, sizeof(*c));
	int rc = -ENOMEM;

	if (c)
		c->path = strdup(path);
	if (c && c->path)
		rc = fill(c, text, len, d);
	if (rc < 0) {
		config_free(c);
		return rc;
	}
	*out = c;
	return 0;
}

static void free_strings(char **strings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(strings[i]);
	free(strings);
}

void config_free(struct config *config)
{
	if (!config)
		return;
	free(config->path);
	free(config->exchange_name);
	free(config->timezone);
	free_strings(config->languages, config->language_count);
	free(config->state_dir);
	free(config->roster);
	for (size_t i = 0; i < config->source_count; i++)
		config_source_fini(&config->sources[i]);
	free(config->sources);
	for (size_t i = 0; i < config->vlan_count; i++)
		free(config->vlans[i].name);
	free(config->vlans);
	free(config->macs);
	for (size_t i = 0; i < config->switch_count; i++)
		config_switch_fini(&config->switches[i]);
	free(config->switches);
	config_store_fini(&config->rrdcached);
	config_web_fini(&config->web);
	free_strings(config->mac_tables, config->mac_table_count);
	free(config->relays);
	config_ixp_manager_fini(&config->ixp_manager);
	config_reports_fini(&config->reports);
	free(config);
}

void config_each_file(const struct config *config, config_file each,
		      void *context)
{
	const struct config_ixp_manager *ixp = &config->ixp_manager;

	each(context, config->path);
	each(context, config->roster);
	for (size_t i = 0; i < config->mac_table_count; i++)
		each(context, config->mac_tables[i]);
	for (size_t i = 0; i < ixp->interface_count; i++)
		each(context, ixp->interfaces[i]);
}
