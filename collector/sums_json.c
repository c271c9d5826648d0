/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/sums_json.h"

#include "net/frame.h"
#include "store/series.h"

bool sums_json_any(const struct tally *families)
{
	for (int i = 0; i < FAMILY_COUNT; i++) {
		if (families[i].samples)
			return true;
	}
	return false;
}

void sums_json_families(struct json_writer *w, const struct tally *families)
{
	for (int i = 0; i < FAMILY_COUNT; i++) {
		const struct tally *t = &families[i];

		if (t->samples == 0)
			continue;
		json_put_object(w, family_name((enum family)i));
		json_put_u64(w, "bytes", t->bytes);
		json_put_u64(w, "packets", t->packets);
		json_put_u64(w, "samples", t->samples);
		json_put_u64(w, "ci95_bytes", tally_ci95_bytes(t));
		json_end_object(w);
	}
}

void sums_json_direction(struct json_writer *w, const char *key,
			 const struct tally *families)
{
	json_put_object(w, key);
	sums_json_families(w, families);
	json_end_object(w);
}

void sums_json_port(struct json_writer *w, const uint64_t *grown,
		    const uint64_t *estimate)
{
	/* In the order of the interface's documentation. */
	static const struct {
		const char *name;
		int counter;
	} counters[] = {
		{ "in_octets", PORT_IN_OCTETS },
		{ "out_octets", PORT_OUT_OCTETS },
		{ "in_ucast", PORT_IN_UCAST },
		{ "in_mcast", PORT_IN_MCAST },
		{ "in_bcast", PORT_IN_BCAST },
		{ "in_errors", PORT_IN_ERRORS },
		{ "in_discards", PORT_IN_DISCARDS },
		{ "out_ucast", PORT_OUT_UCAST },
		{ "out_mcast", PORT_OUT_MCAST },
		{ "out_bcast", PORT_OUT_BCAST },
		{ "out_errors", PORT_OUT_ERRORS },
		{ "out_discards", PORT_OUT_DISCARDS },
	};

	json_put_object(w, "counters");
	for (size_t i = 0; i < sizeof(counters) / sizeof(*counters); i++)
		json_put_u64(w, counters[i].name, grown[counters[i].counter]);
	json_end_object(w);
	json_put_object(w, "estimate");
	json_put_u64(w, "in_bytes", estimate[0]);
	json_put_u64(w, "out_bytes", estimate[1]);
	json_end_object(w);
}
