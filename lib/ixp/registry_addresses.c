/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Whose a router's address is, by the roster: for tables that name it. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/registry_parts.h"

static int compare_addressed(const void *left, const void *right)
{
	const struct addressed *a = left;
	const struct addressed *b = right;

	if (a->vlan != b->vlan)
		return a->vlan < b->vlan ? -1 : 1;
	if (a->addr.version != b->addr.version)
		return a->addr.version < b->addr.version ? -1 : 1;
	return memcmp(a->addr.bytes, b->addr.bytes, sizeof(a->addr.bytes));
}

/* Each address once, and nobody's if it is that of several members. */
static void settle(struct addresses *list, const struct registry *r)
{
	size_t kept = 0;

	if (list->count)
		qsort(list->all, list->count, sizeof(*list->all),
		      compare_addressed);
	for (size_t i = 0; i < list->count; i++) {
		struct addressed *a = &list->all[i];
		struct addressed *last = kept ? &list->all[kept - 1] : NULL;

		if (!last || compare_addressed(last, a) != 0)
			list->all[kept++] = *a;
		else if (last->interface &&
			 r->interfaces[last->interface].member !=
			     r->interfaces[a->interface].member)
			last->interface = 0;
		else if (last->interface > a->interface)
			last->interface = a->interface;
	}
	list->count = kept;
}

int registry_list_addresses(struct addresses *out,
			    const struct registry *registry,
			    const struct seats *seats)
{
	*out = (struct addresses){ 0 };
	out->all = calloc(2 * seats->count + 1, sizeof(*out->all));
	if (!out->all)
		return -ENOMEM;
	for (size_t i = 0; i < seats->count; i++) {
		const struct roster_presence *p = seats->all[i].presence;

		for (size_t k = 0; p && k < 2; k++) {
			if (p->addresses[k].version)
				out->all[out->count++] = (struct addressed){
					.addr = p->addresses[k],
					.vlan = seats->all[i].vlan,
					.interface =
					    registry_interface_of(seats, i)
				};
		}
	}
	settle(out, registry);
	return 0;
}

uint32_t registry_find_address(const struct addresses *addresses,
			       struct ipaddr addr, uint16_t vlan)
{
	const struct addressed wanted = { .addr = addr, .vlan = vlan };
	const struct addressed *found =
	    bsearch(&wanted, addresses->all, addresses->count,
		    sizeof(*addresses->all), compare_addressed);

	return found ? found->interface : 0;
}
