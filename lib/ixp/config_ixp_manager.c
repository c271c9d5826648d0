/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The keys of IXP Manager's tree. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/config_parts.h"

static void read_interfaces(struct config_reader *r,
			    const struct yaml_item *item, void *field)
{
	static const struct config_list list = { .size = sizeof(char *),
						 .read = config_read_path,
						 .or_one = true };
	struct config_ixp_manager *m = field;

	m->interfaces = config_list(r, item, &list, &m->interface_count);
}

/* An integer from 1 to a maximum. */
static void read_up_to(struct config_reader *r, const struct yaml_item *item,
		       uint32_t max, uint32_t *field)
{
	uint32_t number = 0;
	char words[48];

	config_read_number(r, item, &number);
	if (number > max) {
		(void)snprintf(words, sizeof(words), "an integer from 1 to %u",
			       max);
		config_expected(r, item, words);
	} else if (number > 0) {
		*field = number;
	}
}

static void read_pairs_max(struct config_reader *r,
			   const struct yaml_item *item, void *field)
{
	read_up_to(r, item, CONFIG_IXP_PAIRS_MAX, field);
}

static void read_age_days(struct config_reader *r, const struct yaml_item *item,
			  void *field)
{
	read_up_to(r, item, CONFIG_IXP_AGE_DAYS_MAX, field);
}

static bool has_key(const struct yaml_item *item, const char *name)
{
	for (const struct yaml_item *v = item->first; v; v = v->next) {
		if (v->key && strcmp(v->key->text, name) == 0)
			return true;
	}
	return false;
}

void config_read_ixp_manager(struct config_reader *r,
			     const struct yaml_item *item, void *field)
{
	static const struct config_key keys[] = {
		{ "tree", offsetof(struct config_ixp_manager, tree),
		  config_read_path, false },
		{ "interfaces", 0, read_interfaces, false },
		{ "pairs_max", offsetof(struct config_ixp_manager, pairs_max),
		  read_pairs_max, false },
		{ "age_days", offsetof(struct config_ixp_manager, age_days),
		  read_age_days, false },
	};
	static const struct config_keys all = { keys,
						sizeof(keys) / sizeof(*keys) };
	struct config_ixp_manager *m = field;

	m->place = item->place;
	config_mapping(r, item, &all, m);
	/* Ids alone are for --import, and for the addresses of Grapher. */
	if (item->kind == YAML_MAPPING && !has_key(item, "tree") &&
	    !has_key(item, "interfaces"))
		diagnostics_error(r->d, item->place,
				  "found no key \"tree\", expected it here");
}

void config_ixp_manager_fini(struct config_ixp_manager *m)
{
	for (size_t i = 0; i < m->interface_count; i++)
		free(m->interfaces[i]);
	free(m->interfaces);
	free(m->tree);
}
