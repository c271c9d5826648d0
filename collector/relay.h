/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_RELAY_H
#define LANTERNE_COLLECTOR_RELAY_H

/*
 * relay — what comes in, sent on to the receivers of the configuration.
 *
 * A receiver gets every UDP payload of a sender that some switch believes,
 * byte for byte and in order, or of one member what relay_members.h says.
 * Payloads are noted one by one and sent batch by batch, from where they were
 * received. It allocates nothing but at the start, takes no lock and waits for
 * nobody.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/agents.h"
#include "collector/datagram_source.h"
#include "collector/relay_target.h"
#include "ixp/registry.h"
#include "util/attr.h"
#include "util/text.h"

struct relay;

/**
 * Open what the registry's configuration says.
 *
 * @param registry  borrowed for the relay's life
 * @param old       one whose receivers that stay are not opened again: they
 *                  come with relay_take_over; NULL: none
 * @param problem   gets what is wrong
 * @return 0, -ENOMEM or ERR_CONFIG (a receiver is the collector itself)
 */
MUST_CHECK int relay_new(struct relay **out, const struct registry *registry,
			 const struct relay *old, struct text *problem);

/** Go on with the receivers of old that stay, and free old; NULL: there was
 * none. Logs who is new. */
void relay_take_over(struct relay *r, struct relay *old);

/** Close and free; NULL is fine. */
void relay_free(struct relay *r);

/**
 * Note a datagram; it has to stay where it is until relay_send, and there may
 * be one batch of datagram_source.h at a time.
 *
 * @param doubled  it came before, as agents count
 */
void relay_add(struct relay *r, const struct agents *agents,
	       const struct datagram *datagram, bool doubled);

/** Send what was noted. */
void relay_send(struct relay *r, struct agents *agents, int64_t time_us);

/** To be called each second or so. */
void relay_tick(struct relay *r, int64_t time_us);

/** How many receivers there are; each of them in the configuration's order. */
size_t relay_count(const struct relay *r);
const struct relay_target *relay_target_at(const struct relay *r, size_t i);

#endif
