/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_RELAY_MEMBERS_H
#define LANTERNE_COLLECTOR_RELAY_MEMBERS_H

/*
 * relay_members — of each datagram the flow samples of single members, written
 * anew for those members' receivers.
 *
 * A sample is a member's if one of its MAC addresses is; where an address is
 * that of several members in different VLANs, the frame's VLAN decides, else
 * that of a port whose members are in one. A datagram is read once for all
 * receivers; what goes to one of them waits in a buffer of its own until the
 * batch is sent. Allocates nothing but at the start.
 */

#include <stddef.h>
#include <stdint.h>

#include "collector/agents.h"
#include "collector/relay_target.h"
#include "ixp/registry.h"
#include "util/attr.h"

struct relay_members;

/** The sequence numbers of what is written anew. @return NULL: no memory */
struct relay_streams *relay_streams_new(void);

/** Begin without receivers. @return 0 or -ENOMEM */
MUST_CHECK int relay_members_new(struct relay_members **out,
				 const struct registry *registry);

/** Free; the targets are the caller's. NULL is fine. */
void relay_members_free(struct relay_members *m);

/** Add a receiver, borrowed. @return 0 or -ENOMEM */
MUST_CHECK int relay_members_add(struct relay_members *m,
				 struct relay_target *target);

/**
 * Take in one datagram that may be used.
 *
 * @param bytes  the UDP payload; not needed after the call
 */
void relay_members_datagram(struct relay_members *m, struct agents *agents,
			    const struct ipaddr *source, const uint8_t *bytes,
			    size_t len);

/** Count one that is left out whatever it holds: it came before. */
void relay_members_leave_out(struct relay_members *m);

/** Send what waits. */
void relay_members_send(struct relay_members *m, int64_t time_us);

#endif
