/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/client.h"

#include <string.h>

static bool is_listed(const struct ipaddr *addr, const struct ipaddr *list,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (ipaddr_equal(addr, &list[i]))
			return true;
	}
	return false;
}

bool client_is_proxy(const struct ipaddr *addr, const struct config_web *web)
{
	return is_listed(addr, web->trusted_proxies, web->trusted_proxy_count);
}

/* The last address of a list of len bytes; *len becomes what stands before.
 * Version 0 if it is none. */
static struct ipaddr take_last(const char *list, size_t *len)
{
	struct ipaddr addr = { .version = 0 };
	size_t end = *len;
	size_t start;

	while (end > 0 && (list[end - 1] == ' ' || list[end - 1] == '\t'))
		end--;
	start = end;
	while (start > 0 && list[start - 1] != ',')
		start--;
	*len = start ? start - 1 : 0;
	while (start < end && (list[start] == ' ' || list[start] == '\t'))
		start++;
	if (ipaddr_parse(list + start, end - start, &addr) < 0)
		addr.version = 0;
	return addr;
}

struct ipaddr client_address(const struct client_origin *origin,
			     const struct config_web *web)
{
	const struct ipaddr nobody = { .version = 0 };
	const char *list = origin->forwarded_for;
	struct ipaddr addr = origin->peer;
	size_t len;

	if (!origin->is_forwarded || addr.version == 0)
		return addr;
	if (!client_is_proxy(&addr, web) || !list)
		return nobody;
	addr = nobody;
	len = strlen(list);
	while (len > 0) {
		addr = take_last(list, &len);
		if (addr.version == 0 || !client_is_proxy(&addr, web))
			return addr;
	}
	return addr;
}

struct ipaddr client_source(const struct client_origin *origin,
			    const struct config_web *web)
{
	struct ipaddr addr = client_address(origin, web);

	return addr.version ? addr : origin->peer;
}

bool client_is_trusted(const struct client_origin *origin,
		       const struct config_web *web)
{
	return origin->peer.version != 0 && client_is_proxy(&origin->peer, web);
}

struct ipaddr client_network(const struct ipaddr *addr)
{
	enum { NETWORK_BYTES = 8 };
	struct ipaddr network = *addr;

	if (network.version == 6)
		memset(network.bytes + NETWORK_BYTES, 0,
		       sizeof(network.bytes) - NETWORK_BYTES);
	return network;
}

bool client_may_read_tree(const struct client_origin *origin,
			  const struct config_web *web)
{
	struct ipaddr addr = client_address(origin, web);

	if (addr.version == 0)
		return false;
	/* A proxy on this machine that says nothing of whom it asks for is a
	 * loopback address, too. */
	if (web->rrd_from_count == 0)
		return web->access == CONFIG_ACCESS_OPEN &&
		       ipaddr_is_loopback(&addr);
	return is_listed(&addr, web->rrd_from, web->rrd_from_count);
}

bool client_may_scrape(const struct client_origin *origin,
		       const struct config_web *web)
{
	struct ipaddr addr = client_address(origin, web);

	return addr.version != 0 &&
	       is_listed(&addr, web->metrics_from, web->metrics_from_count);
}
