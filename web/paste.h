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

/* What is to be done with the lines of an agent. */
enum paste_agent {
	PASTE_NOTHING, /* it sent no agent address; or an earlier one has it */
	PASTE_SWITCH,  /* a new entry of switches: */
	PASTE_FROM,    /* the from: of a switch that is there */
};

/**
 * The lines that let a refused agent in, with all sources it was seen from.
 *
 * @param index        of s->refused
 * @param switch_name  gets the name of the switch that is to be changed
 */
enum paste_agent paste_agent(struct text *out, const struct status *s,
			     size_t index, const struct config *config,
			     const char **switch_name);

/** An entry of macs:, of the member whose MAC it is where one has it. */
void paste_mac(struct text *out, const struct status_mac *mac,
	       const struct registry *registry);

/**
 * The entry of ports: by which members' stations may be where they were seen:
 * all that it says now, and those members. Nothing if the station before
 * index already had that port.
 *
 * @param index  of s->macs
 */
void paste_port_of_mac(struct text *out, const struct status *s, size_t index,
		       const struct registry *registry);

/** An entry of a switch's ports:. */
void paste_port(struct text *out, const struct status_port *port);

#endif
