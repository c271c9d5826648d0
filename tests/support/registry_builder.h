/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_REGISTRY_BUILDER_H
#define LANTERNE_TESTS_REGISTRY_BUILDER_H

/*
 * registry_builder — a registry out of two short texts. What is wrong with
 * them ends the test.
 */

#include <stddef.h>
#include <stdint.h>

#include "ixp/registry.h"

struct exchange {
	struct config *config;
	struct registry *registry;
};

/* Exchange name and roster, for the head of a configuration. */
#define EXCHANGE_HEAD "exchange: { name: Test }\nroster: members.json\n"

/*
 * A roster: AS64500 to AS64507 without connections, VLANs 1 and 2. Where the
 * members are is then said by macs.
 */
extern const char exchange_roster[];

/*
 * Two switches, 192.0.2.1 and 192.0.2.2, both of direction any; VLANs 100 and
 * 200. The station 02:00:00:00:00:NN is NN in hexadecimal:
 *
 *   01 AS64500 in 100, on sw1 port 1       04 AS64503 in 200, on sw1 port 4
 *   02 AS64501 in 100, on sw1 port 2       05 AS64504 in 100 and
 *   03 AS64502 in 100 and in 200,             AS64505 in 200
 *      on sw1 port 3                       06 AS64504 in 200
 *   0b AS64507 in 100, no port known       07 AS64505 in 100
 *
 * AS64504 is on sw1 port 6, AS64505 on port 7, AS64500 and AS64501 both on
 * the reseller's port 5; sw1 port 48 is a core port. AS64506 has no MAC.
 */
extern const char exchange_config[];

/** Build; both texts may be NULL, for the two above. */
void exchange_build(struct exchange *e, const char *config, const char *roster);

/** The same, as it is at a moment. */
void exchange_build_at(struct exchange *e, const char *config,
		       const char *roster, int64_t at_s);

/** Free what was built. */
void exchange_free(struct exchange *e);

/** The configured port of a switch; NULL for ifindex 0. */
const struct port *exchange_port(const struct exchange *e,
				 uint32_t switch_index, uint32_t ifindex);

/** The ASN of a VLAN interface; 0 for nobody. */
uint32_t exchange_asn(const struct exchange *e, uint32_t interface);

/**
 * The configuration above with this direction for both switches and its files
 * under state_dir, "/nonexistent" if NULL; to be freed.
 */
char *exchange_config_text(const char *direction, const char *state_dir);

#endif
