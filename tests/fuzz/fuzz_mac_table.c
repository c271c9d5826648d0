/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A MAC table, and what is accepted also joined with a small roster. */

#include <assert.h>

#include "ixp/registry.h"
#include "util/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char members[] =
    "{\"ixp_list\":[{\"ixp_id\":1,\"vlan\":[{\"id\":100},{\"id\":200}]}],"
    "\"member_list\":["
    "{\"asnum\":64500,\"connection_list\":[{\"vlan_list\":[{\"vlan_id\":100,"
    "\"ipv4\":{\"address\":\"192.0.2.10\","
    "\"mac_addresses\":[\"020000000001\"]}}]}]},"
    "{\"asnum\":64501,\"connection_list\":[{\"vlan_list\":[{\"vlan_id\":100,"
    "\"ipv4\":{\"address\":\"192.0.2.11\","
    "\"mac_addresses\":[\"020000000002\"]}}]}]}]}";

/* The members, parsed once: they are the same for each input. */
static const struct roster *roster_of_members(void)
{
	static const struct roster_text from = { "m.json", members,
						 sizeof(members) - 1 };
	static struct roster *roster;
	struct diagnostics d;

	if (!roster) {
		diagnostics_init(&d);
		assert(roster_parse(&roster, &from, NULL, &d) == 0);
		diagnostics_fini(&d);
	}
	return roster;
}

/* Every MAC of the tables is somebody's at most once. */
static void check(const struct registry *r, const struct mac_table *table)
{
	assert(r->table_station_count <= r->station_count);
	assert(r->table_station_count <= 2 * table->mac_count);
	for (uint32_t i = 0; i < r->station_count; i++)
		assert(r->stations[i].interface < r->interface_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct mac_table_text text = { "t.json", (const char *)data,
					     len };
	char tree[] = "tree";
	const struct config config = { .path = tree, .ixp_manager.tree = tree };
	const uint32_t ixp_id = 1;
	struct mac_table *tables[2] = { NULL };
	struct registry *registry = NULL;
	struct diagnostics d;
	int rc;

	diagnostics_init(&d);
	rc = mac_table_parse(&tables[0], &text, len % 2 ? &ixp_id : NULL, &d);
	assert(rc == 0 || (rc == ERR_CONFIG && d.errors > 0));
	if (rc == 0) {
		tables[1] = tables[0];
		assert(registry_join(&registry,
				     &(struct registry_parts){
					 .config = &config,
					 .roster = roster_of_members(),
					 .tables = tables,
					 .table_count = 2,
					 .id_tables = tables,
					 .id_table_count = 1 },
				     &d) == 0);
		check(registry, tables[0]);
	}
	registry_free(registry);
	mac_table_free(tables[0]);
	diagnostics_fini(&d);
	return 0;
}
