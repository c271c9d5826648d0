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

static void read_users(struct config_reader *r, const struct yaml_item *item,
		       void *field)
{
	struct config_web *web = field;

	web->users_place = item->place;
	config_read_path(r, item, &web->users);
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
		{ "users", 0, read_users, false },
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

void config_web_fini(struct config_web *web)
{
	free(web->listen);
	free(web->users);
	free(web->tls_certificate);
	free(web->tls_key);
	free(web->trusted_proxies);
	free(web->metrics_from);
	free(web->rrd_from);
}
