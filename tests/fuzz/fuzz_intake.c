/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A datagram through the whole packet path: the first byte picks where it
 * comes from and how much time has passed, the rest is the UDP payload.
 *
 * Making an intake costs a thousand times what feeding it does, so one intake
 * takes many inputs, and its sums must hold after each of them.
 */

#include <assert.h>
#include <stdlib.h>

#include "collector/clock.h"
#include "collector/closed_step.h"
#include "collector/intake.h"
#include "support/intake_check.h"
#include "support/registry_builder.h"
#include "support/switch_builder.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { INPUTS_PER_STEP = 5000 };

static struct exchange exchange;
static struct intake intake;
static int64_t time_us = INT64_C(1700006400) * US_PER_S;
static uint32_t inputs;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char *config = exchange_config_text("auto", NULL);

	(void)argc;
	(void)argv;
	exchange_build(&exchange, config, NULL);
	free(config);
	if (intake_init(&intake, exchange.registry) < 0)
		abort();
	return 0;
}

static void close_step(void)
{
	struct step_span span = { .step = step_of_us(time_us),
				  .covered_us = STEP_US };
	struct closed_step *step;

	for (uint32_t i = 0; i < exchange.config->switch_count; i++)
		intake_decide(&intake, i);
	if (closed_step_take(&step, &intake, span, false) < 0)
		abort();
	closed_step_free(step);
	time_us += STEP_US;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ipaddr source;

	if (len == 0)
		return 0;
	if (!exchange.registry) /* the corpus replay has no initialiser */
		(void)LLVMFuzzerInitialize(NULL, NULL);
	source = switch_address((uint8_t)(1 + data[0] % 3));
	time_us += data[0] >> 2;
	(void)intake_judge(&intake, &source, data + 1, len - 1);
	intake_datagram(&intake, &source, data + 1, len - 1, time_us,
			step_of_us(time_us));
	assert(!intake_fault(&intake));
	assert(intake.stations.count <= STATIONS_MAX);
	assert(intake.ports.count <= intake.ports.capacity);
	assert(intake.held_count <= HELD_MAX);
	if (++inputs % INPUTS_PER_STEP == 0)
		close_step();
	return 0;
}
