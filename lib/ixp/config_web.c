/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The keys of the web program. */

#include <stdlib.h>

#include "ixp/config_parts.h"

static void read_listen(struct config_reader *r, const struct yaml_item *item,
			void *field)
{
	static const struct config_list list = { .size = sizeof(
						     struct config_endpoint),
						 .read = config_read_endpoint,
						 .at_least = 1,
						 .or_one = true };
	struct config_web *web = field;

	web->listen_place = item->place;
	web->listen = config_list(r, item, &list, &web->listen_count);
}

static const char *const shown_names[CONFIG_SHOWN_COUNT] = {
	[CONFIG_SHOWN_EXCHANGE] = "exchange",
	[CONFIG_SHOWN_INFRASTRUCTURE] = "infrastructure",
	[CONFIG_SHOWN_LOCATION] = "location",
	[CONFIG_SHOWN_VLAN] = "vlan",
	[CONFIG_SHOWN_SWITCH] = "switch",
	[CONFIG_SHOWN_MEMBERS] = "members",
	[CONFIG_SHOWN_MEMBER] = "member",
	[CONFIG_SHOWN_PAIR] = "pair",
	[CONFIG_SHOWN_PORT] = "port",
};

const char *config_shown_name(enum config_shown kind)
{
	return shown_names[kind];
}

const char *config_show_name(enum config_show show)
{
	switch (show) {
	case CONFIG_SHOW_PUBLIC:
		return "public";
	case CONFIG_SHOW_LOGGED_IN:
		return "logged_in";
	case CONFIG_SHOW_OWN:
		return "own";
	case CONFIG_SHOW_STAFF:
		break;
	}
	return "staff";
}

static void read_show_of_all(struct config_reader *r,
			     const struct yaml_item *item, void *field)
{
	static const struct config_word words[] = {
		{ "public", CONFIG_SHOW_PUBLIC },
		{ "logged_in", CONFIG_SHOW_LOGGED_IN },
		{ "staff", CONFIG_SHOW_STAFF },
		{ NULL, 0 },
	};
	enum config_show *to = field;
	int value = config_word(r, item, words);

	if (value >= 0)
		*to = (enum config_show)value;
}

static void read_show_of_own(struct config_reader *r,
			     const struct yaml_item *item, void *field)
{
	static const struct config_word words[] = {
		{ "public", CONFIG_SHOW_PUBLIC },
		{ "logged_in", CONFIG_SHOW_LOGGED_IN },
		{ "own", CONFIG_SHOW_OWN },
		{ "staff", CONFIG_SHOW_STAFF },
		{ NULL, 0 },
	};
	enum config_show *to = field;
	int value = config_word(r, item, words);

	if (value >= 0)
		*to = (enum config_show)value;
}

static void read_show(struct config_reader *r, const struct yaml_item *item,
		      void *field)
{
	struct config_key keys[CONFIG_SHOWN_COUNT];
	const struct config_keys all = { keys, CONFIG_SHOWN_COUNT };
	struct config_web *web = field;

	for (size_t i = 0; i < CONFIG_SHOWN_COUNT; i++)
		keys[i] = (struct config_key){ shown_names[i],
					       i * sizeof(web->show[0]),
					       i < CONFIG_SHOWN_MEMBER
						   ? read_show_of_all
						   : read_show_of_own,
					       false };
	config_mapping(r, item, &all, web->show);
}

static void read_proxy_user(struct config_reader *r,
			    const struct yaml_item *item, void *field)
{
	struct config_web *web = field;

	web->proxy_user_place = item->place;
	config_read_string(r, item, &web->proxy_user);
}

static void read_access(struct config_reader *r, const struct yaml_item *item,
			void *field)
{
	static const struct config_word words[] = {
		{ "roles", CONFIG_ACCESS_ROLES },
		{ "open", CONFIG_ACCESS_OPEN },
		{ NULL, 0 },
	};
	enum config_access *to = field;
	int value = config_word(r, item, words);

	if (value >= 0)
		*to = (enum config_access)value;
}

static void read_tls(struct config_reader *r, const struct yaml_item *item,
		     void *field)
{
	static const struct config_key keys[] = {
		{ "certificate", offsetof(struct config_web, tls_certificate),
		  config_read_path, true },
		{ "key", offsetof(struct config_web, tls_key), config_read_path,
		  true },
	};
	static const struct config_keys all = { keys,
						sizeof(keys) / sizeof(*keys) };

	config_mapping(r, item, &all, field);
}

static const struct config_list addresses = { .size = sizeof(struct ipaddr),
					      .read = config_read_address,
					      .or_one = true };

static void read_trusted_proxies(struct config_reader *r,
				 const struct yaml_item *item, void *field)
{
	struct config_web *web = field;

	web->trusted_proxies =
	    config_list(r, item, &addresses, &web->trusted_proxy_count);
}

static void read_metrics_from(struct config_reader *r,
			      const struct yaml_item *item, void *field)
{
	struct config_web *web = field;

	web->metrics_from =
	    config_list(r, item, &addresses, &web->metrics_from_count);
}

static void read_rrd_from(struct config_reader *r, const struct yaml_item *item,
			  void *field)
{
	struct config_web *web = field;

	web->rrd_from = config_list(r, item, &addresses, &web->rrd_from_count);
}

void config_read_web(struct config_reader *r, const struct yaml_item *item,
		     void *field)
{
	static const struct config_key keys[] = {
		{ "listen", 0, read_listen, false },
		{ "users", offsetof(struct config_web, users), config_read_path,
		  false },
		{ "state_dir", offsetof(struct config_web, state_dir),
		  config_read_path, false },
		{ "proxy_user", 0, read_proxy_user, false },
		{ "show", 0, read_show, false },
		{ "access", offsetof(struct config_web, access), read_access,
		  false },
		{ "tls", 0, read_tls, false },
		{ "per_address", offsetof(struct config_web, per_address),
		  config_read_number, false },
		{ "trusted_proxies", 0, read_trusted_proxies, false },
		{ "metrics_from", 0, read_metrics_from, false },
		{ "rrd_from", 0, read_rrd_from, false },
	};
	static const struct config_keys all = { keys,
						sizeof(keys) / sizeof(*keys) };

	config_mapping(r, item, &all, field);
}

void config_web_defaults(struct config_web *web)
{
	web->show[CONFIG_SHOWN_SWITCH] = CONFIG_SHOW_STAFF;
	web->show[CONFIG_SHOWN_MEMBER] = CONFIG_SHOW_OWN;
	web->show[CONFIG_SHOWN_PAIR] = CONFIG_SHOW_OWN;
	web->show[CONFIG_SHOWN_PORT] = CONFIG_SHOW_OWN;
}

void config_web_fini(struct config_web *web)
{
	free(web->listen);
	free(web->users);
	free(web->state_dir);
	free(web->proxy_user);
	free(web->tls_certificate);
	free(web->tls_key);
	free(web->trusted_proxies);
	free(web->metrics_from);
	free(web->rrd_from);
}
