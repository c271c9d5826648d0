/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What was learned: any bytes are taken or refused, and what is taken can be
 * judged and printed. */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "collector/proposal_print.h"
#include "support/registry_builder.h"
#include "util/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Made once: it is the same for every input. */
static const struct exchange *exchange(void)
{
	static struct exchange made;

	if (!made.registry)
		exchange_build(&made, NULL, NULL);
	return &made;
}

static void judge(const struct bindings *b, const struct learned_ports *ports,
		  int64_t then_us)
{
	struct proposals proposals;
	struct text out;

	assert(proposals_make(&proposals, b, ports) == 0);
	text_init(&out);
	proposals_print(&out, &proposals, then_us);
	assert(text_ok(&out));
	text_fini(&out);
	proposals_fini(&proposals);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct learned_ports ports;
	struct bindings b;
	struct text text;
	int64_t then_us = 0;
	int rc;

	if (bindings_init(&b, exchange()->registry) < 0)
		abort();
	text_init(&text);
	text_add_bytes(&text, data, len);
	rc = learned_parse(&b, &ports, &then_us, &text);
	assert(rc == 0 || rc == ERR_MALFORMED || rc == ERR_UNSUPPORTED);
	if (rc == 0)
		judge(&b, &ports, then_us);
	learned_ports_fini(&ports);
	bindings_fini(&b);
	text_fini(&text);
	return 0;
}
