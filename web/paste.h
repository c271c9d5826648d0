/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PASTE_H
#define LANTERNE_WEB_PASTE_H

/*
 * paste — lines for lanterne.yaml, made from what came off the wire.
 *
 * Every value is escaped for YAML and then for HTML. Where a person has to
 * decide, the line says ASN, which the configuration refuses until it is a
 * number.
 */

#include "ixp/registry.h"
#include "util/text.h"
#include "web/status.h"

/** An entry of switches: for an agent; ordinal numbers the proposed name. */
void paste_switch(struct text *out, const struct status_refused *refused,
		  size_t ordinal);

/** An entry of macs:, of the member whose MAC it is where one has it. */
void paste_mac(struct text *out, const struct status_mac *mac,
	       const struct registry *registry);

/**
 * The entry of ports: by which a member's station may be where it was seen:
 * the port's members, and that one.
 */
void paste_port_of_mac(struct text *out, const struct status_mac *mac,
		       const struct registry *registry);

/** An entry of a switch's ports:. */
void paste_port(struct text *out, const struct status_port *port);

#endif
