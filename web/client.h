/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_CLIENT_H
#define LANTERNE_WEB_CLIENT_H

/* client — from which address a request came: by its connection, or by the
 * word of a proxy that the configuration trusts. */

#include <stdbool.h>
#include <stddef.h>

#include "ixp/config.h"
#include "net/ipaddr.h"

/* What is known of where a request came from; borrowed. */
struct client_origin {
	struct ipaddr peer;	   /* of the connection; version 0: not known */
	const char *forwarded_for; /* the header's value; NULL: there is none */
	bool is_forwarded; /* some header says that a proxy passed it on */
};

/**
 * The address of who asks.
 *
 * X-Forwarded-For is read from its end, as each proxy adds the address that it
 * saw: the first one that is no trusted proxy counts.
 *
 * @return version 0: it cannot be told, as behind a proxy that is not trusted
 */
struct ipaddr client_address(const struct client_origin *origin,
			     const struct config_web *web);

/** The same, but where that cannot be told the address of the connection: who
 * claims a proxy that is not trusted is himself meant. */
struct ipaddr client_source(const struct client_origin *origin,
			    const struct config_web *web);

/** Whether the connection is from a proxy that is believed. */
bool client_is_trusted(const struct client_origin *origin,
		       const struct config_web *web);

/** Whether an address is that of a trusted proxy. */
bool client_is_proxy(const struct ipaddr *addr, const struct config_web *web);

/**
 * What one client has of addresses, where clients are counted: the address
 * itself in IPv4, its /64 in IPv6.
 */
struct ipaddr client_network(const struct ipaddr *addr);

/** Whether who asks may have files of IXP Manager's tree. */
bool client_may_read_tree(const struct client_origin *origin,
			  const struct config_web *web);

/** Whether who asks may have the metrics, by where it is. */
bool client_may_scrape(const struct client_origin *origin,
		       const struct config_web *web);

#endif
