/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/intake_check.h"

#include "collector/combine.h"
#include "collector/intake.h"
#include "collector/mirror_ports.h"

static uint64_t all_dropped(const struct ledger *ledger)
{
	uint64_t sum = 0;

	for (int i = 0; i < DROP_COUNT; i++)
		sum += ledger->dropped[i];
	return sum;
}

static const char *mirror_fault(const struct intake *in)
{
	const struct mirror_counters *m = &in->mirrored;

	if (m->packets != in->input.frames + m->no_frame + m->unknown +
			      m->malformed + m->fragments + m->foreign +
			      m->other + m->waited)
		return "the mirrored packets do not add up";
	if (m->merged > in->input.frames ||
	    m->lengths_unknown > in->input.frames)
		return "more frames are odd than came";
	return NULL;
}

const char *intake_fault(const struct intake *in)
{
	const struct input_counters *i = &in->input;
	uint64_t samples = 0;
	uint64_t directions = 0;
	uint64_t datagrams = 0;
	uint64_t lost = 0;
	uint64_t frames = 0;

	for (size_t k = 0; k < in->registry->config->switch_count; k++) {
		const struct switch_state *s = &in->agents.switches[k];

		samples += s->flow_samples;
		datagrams += s->datagrams;
		lost += s->lost_datagrams;
		frames += s->frames;
		for (int d = 0; d < 3; d++)
			directions += s->by_direction[d];
	}
	if (i->datagrams != i->accepted + i->malformed +
				i->unsupported_version + i->foreign +
				i->duplicates + i->waited)
		return "the datagrams do not add up";
	if (datagrams > i->accepted + i->malformed + i->duplicates)
		return "the switches have more datagrams than were taken";
	if (lost != i->lost_datagrams)
		return "the switches' lost datagrams are not those of all";
	/* Those that are due are attributed, or there is no room for them. */
	if (in->ledger.observations !=
	    in->ledger.attributed + in->due_count + all_dropped(&in->ledger))
		return "the ledger does not balance";
	if (i->flow_samples + i->frames !=
	    in->ledger.observations + in->held_count)
		return "the flow samples and frames are not the observations";
	if (samples != i->flow_samples)
		return "the switches' flow samples are not those of all";
	if (directions + in->ledger.dropped[DROP_MIRRORED_SWITCH] !=
	    i->flow_samples)
		return "a flow sample has no direction, or several";
	if (frames != i->frames)
		return "the switches' frames are not those of all";
	return mirror_fault(in);
}

bool intake_take(struct intake *in, struct cell **cells, size_t *count)
{
	if (aggregate_take(&in->open, cells, count) < 0)
		return false;
	mirror_ports_note(in, *cells, *count, in->step);
	combine_cells(in, *cells, *count, in->step);
	return true;
}
