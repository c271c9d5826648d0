/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The key relay: who gets a copy of the datagrams. */

#include "ixp/config_parts.h"

static void read_relay(struct config_reader *r, const struct yaml_item *item,
		       void *field)
{
	static const struct config_key keys[] = {
		{ "to", offsetof(struct config_relay, to), config_read_endpoint,
		  true },
		{ "asn", offsetof(struct config_relay, asn), config_read_asn,
		  false },
	};
	static const struct config_keys all = { keys,
						sizeof(keys) / sizeof(*keys) };
	struct config_relay *relay = field;

	relay->place = item->place;
	config_mapping(r, item, &all, relay);
}

void config_read_relays(struct config_reader *r, const struct yaml_item *item,
			void *field)
{
	static const struct config_list list = {
		.size = sizeof(struct config_relay), .read = read_relay
	};
	struct config *c = field;

	if (item->kind == YAML_LIST && item->count > CONFIG_RELAYS_MAX) {
		diagnostics_error(r->d, item->place,
				  "relay: found %zu receivers, expected at "
				  "most %d",
				  item->count, CONFIG_RELAYS_MAX);
		return;
	}
	c->relays = config_list(r, item, &list, &c->relay_count);
}

bool config_same_endpoint(const struct config_endpoint *a,
			  const struct config_endpoint *b)
{
	return a->port == b->port && ipaddr_equal(&a->addr, &b->addr);
}

bool config_listens_for(const struct config_endpoint *listen,
			const struct ipaddr *addr)
{
	if (ipaddr_equal(&listen->addr, addr))
		return true;
	/* "[::]" takes IPv4 as well */
	return ipaddr_is_any(&listen->addr) &&
	       (listen->addr.version == 6 || addr->version == 4);
}

/* Whether the machine itself takes what is sent there, by what can be told
 * without looking at its interfaces. */
static bool listens_at(const struct config_source *s,
		       const struct config_endpoint *to)
{
	if (s->kind != CONFIG_SOURCE_SFLOW || s->listen.port != to->port)
		return false;
	return ipaddr_equal(&s->listen.addr, &to->addr) ||
	       (config_listens_for(&s->listen, &to->addr) &&
		ipaddr_is_loopback(&to->addr));
}

static void check_relay(const struct config *c, const struct config_relay *r,
			struct diagnostics *d)
{
	char addr[IPADDR_TEXT_SIZE];

	(void)ipaddr_format(&r->to.addr, addr);
	if (ipaddr_is_any(&r->to.addr)) {
		diagnostics_error(d, r->place,
				  "to: found %s, expected the address of a "
				  "receiver",
				  addr);
		return;
	}
	for (size_t i = 0; i < c->source_count; i++) {
		if (!listens_at(&c->sources[i], &r->to))
			continue;
		diagnostics_error(d, r->place,
				  "to: found %s port %u, where the collector "
				  "itself listens, expected another receiver",
				  addr, r->to.port);
		return;
	}
}

void config_check_relays(const struct config *config, struct diagnostics *d)
{
	char addr[IPADDR_TEXT_SIZE];

	for (size_t i = 0; i < config->relay_count; i++) {
		const struct config_relay *r = &config->relays[i];

		if (!r->to.addr.version)
			continue;
		check_relay(config, r, d);
		for (size_t k = 0; k < i; k++) {
			const struct config_relay *other = &config->relays[k];

			if (!config_same_endpoint(&r->to, &other->to))
				continue;
			diagnostics_error(d, r->place,
					  "found the receiver %s port %u "
					  "again, expected it once (line %zu "
					  "has it)",
					  ipaddr_format(&r->to.addr, addr),
					  r->to.port, other->place.line);
			break;
		}
	}
}
