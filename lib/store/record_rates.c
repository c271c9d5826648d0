/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "store/record.h"

#define US_PER_S INT64_C(1000000)

enum { EDGE_AT_LEAST_S = 5 };

bool record_is_stored(const struct record_traffic *pair)
{
	for (size_t i = 0; i < 2; i++) {
		if (pair->tallies[i][FAMILY_IPV4].bytes > 0 ||
		    pair->tallies[i][FAMILY_IPV6].bytes > 0)
			return true;
	}
	return false;
}

bool record_rate_known(int64_t covered_us, int64_t step_us, bool edge)
{
	return covered_us >=
	       (edge ? EDGE_AT_LEAST_S * US_PER_S : (step_us + 1) / 2);
}

static void traffic_rates(const struct record_traffic *t, double seconds,
			  double *values)
{
	static const struct {
		enum series_traffic bytes;
		enum series_traffic packets;
		enum series_traffic samples;
		enum series_traffic variance;
	} columns[2] = {
		{ TRAFFIC_FROM_V4_BYTES, TRAFFIC_FROM_V4_PKTS,
		  TRAFFIC_FROM_SAMPLES, TRAFFIC_FROM_VAR },
		{ TRAFFIC_TO_V4_BYTES, TRAFFIC_TO_V4_PKTS, TRAFFIC_TO_SAMPLES,
		  TRAFFIC_TO_VAR },
	};

	for (size_t i = 0; i < 2; i++) {
		double samples = 0;
		double variance = 0;

		/* The families follow each other as the columns do. */
		for (size_t f = 0; f < FAMILY_COUNT; f++) {
			const struct tally *one = &t->tallies[i][f];

			values[columns[i].bytes + f] =
			    (double)one->bytes / seconds;
			values[columns[i].packets + f] =
			    (double)one->packets / seconds;
			samples += (double)one->samples;
			variance += one->variance;
		}
		values[columns[i].samples] = samples / seconds;
		values[columns[i].variance] = variance / seconds;
	}
}

static int64_t pair_rates(const struct record_head *head,
			  const struct record_traffic *t,
			  const int64_t *seen_us, double *values)
{
	bool any = false;

	for (size_t i = 0; i < 2; i++) {
		size_t v4 = i == 0 ? PAIR_AB_V4_BYTES : PAIR_BA_V4_BYTES;
		int64_t us = seen_us ? seen_us[i] : 0;
		bool known = record_rate_known(
		    us, SERIES_PAIR_STEP_S * US_PER_S, head->edge);
		double seconds = (double)us / US_PER_S;

		for (size_t f = 0; f <= FAMILY_IPV6; f++)
			values[v4 + f] =
			    known ? (double)t->tallies[i][f].bytes / seconds
				  : NAN;
		any |= known;
	}
	return any ? head->start_s : 0;
}

static int64_t port_rates(const struct record_port *p, double *values)
{
	static const int64_t step_us = SERIES_STEP_S * US_PER_S;
	bool counted = record_rate_known(p->covered_us, step_us, p->edge);
	bool estimated = p->estimate_known &&
			 record_rate_known(p->observed_us, step_us, p->edge);
	double counted_s = (double)p->covered_us / US_PER_S;
	double observed_s = (double)p->observed_us / US_PER_S;
	bool any = estimated;

	for (uint32_t i = 0; i <= PORT_OUT_DISCARDS; i++) {
		bool known = counted && !(p->unknown & 1u << i);

		values[i] = known ? (double)p->grown[i] / counted_s : NAN;
		any |= known;
	}
	values[PORT_IN_ESTIMATE] =
	    estimated ? (double)p->estimate[0] / observed_s : NAN;
	values[PORT_OUT_ESTIMATE] =
	    estimated ? (double)p->estimate[1] / observed_s : NAN;
	return any ? p->start_s : 0;
}

static void agent_rates(const struct record_agent *a, double seconds,
			double *values)
{
	values[AGENT_DATAGRAMS] = (double)a->datagrams / seconds;
	values[AGENT_LOST] = (double)a->lost / seconds;
	values[AGENT_SAMPLES] = (double)a->samples / seconds;
	values[AGENT_DROPS] = (double)a->drops / seconds;
}

int64_t record_rates(const struct record_head *head,
		     const struct record_entry *entry, const int64_t *seen_us,
		     double *values)
{
	enum series_kind kind = entry->series.kind;
	double seconds = (double)head->covered_us / US_PER_S;

	if (kind == SERIES_PORT)
		return port_rates(&entry->port, values);
	if (kind == SERIES_PAIR)
		return pair_rates(head, &entry->traffic, seen_us, values);
	if (!entry->known ||
	    !record_rate_known(head->covered_us, SERIES_STEP_S * US_PER_S,
			       head->edge))
		return 0;
	if (kind == SERIES_AGENT)
		agent_rates(&entry->agent, seconds, values);
	else
		traffic_rates(&entry->traffic, seconds, values);
	return head->start_s;
}
