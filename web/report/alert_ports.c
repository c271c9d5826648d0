/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Ports: how full they are, and whether their estimates keep to their counters.
 * Switches: what of their samples is missing. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/rrd_read.h"
#include "web/ports.h"
#include "web/report/alert_find.h"
#include "web/traffic.h"

enum {
	MEAN_ROWS = 15,
	MEAN_KNOWN = 8,	       /* at least */
	COME_WITHIN_ROWS = 10, /* counters are polled, so rows of ports come
				* later than others */
	LOSS_S = 3600,
	LOSS_KNOWN = 30,
};

static struct alert_subject subject_of(const struct alert_search *s,
				       const struct port_row *row,
				       enum alert_kind kind,
				       enum alert_part part)
{
	struct alert_subject subject = { .kind = kind,
					 .part = part,
					 .number = row->ifindex };

	(void)snprintf(subject.switch_name, sizeof(subject.switch_name), "%s",
		       s->call->config->switches[row->switch_index].name);
	return subject;
}

/* The mean of what is known; NaN: less than so many values are. */
static double mean(const double *values, size_t count, size_t least)
{
	double sum = 0;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		if (isnan(values[i]))
			continue;
		sum += values[i];
		known++;
	}
	return known >= least && known > 0 ? sum / (double)known : NAN;
}

/* The mean of the last quarter of an hour up to the last row that is known. */
static double last_mean(const double *rows, size_t count)
{
	size_t least = count > COME_WITHIN_ROWS ? count - COME_WITHIN_ROWS : 0;

	while (count > least && isnan(rows[count - 1]))
		count--;
	return count < MEAN_ROWS
		   ? (double)NAN
		   : mean(rows + count - MEAN_ROWS, MEAN_ROWS, MEAN_KNOWN);
}

/* The rates of a port; NaN: unknown. */
static void read_rates(double to[WAY_COUNT], const struct alert_search *s,
		       const struct port_row *row)
{
	enum { SPAN_S = (MEAN_ROWS + COME_WITHIN_ROWS) * SERIES_STEP_S };
	struct series series = ports_series(s->call, row);
	struct series_range range =
	    traffic_range(s->stored_s - SPAN_S, s->stored_s, SERIES_STEP_S);
	struct traffic t;

	to[WAY_FROM] = to[WAY_TO] = NAN;
	/* Without a speed it does not matter. */
	if (s->stored_s <= SPAN_S || isnan(row->speed_bps) ||
	    traffic_read(&t, s->call->config->state_dir, &series, &range) < 0)
		return;
	for (int way = 0; t.row_s == SERIES_STEP_S && way < WAY_COUNT; way++)
		to[way] = last_mean(
		    traffic_column(&t, (enum way)way, BAND_TOTAL), t.rows);
	traffic_fini(&t);
}

static void find_use(struct alert_search *s, const struct port_row *row)
{
	static const enum alert_part parts[WAY_COUNT] = { ALERT_IN, ALERT_OUT };
	double rates[WAY_COUNT];

	read_rates(rates, s, row);
	for (int way = 0; way < WAY_COUNT; way++) {
		double use = rates[way] * 8 / row->speed_bps;
		const struct alert_reading reading = {
			.subject =
			    subject_of(s, row, ALERT_PORT_FULL, parts[way]),
			.measure = use,
			.figures = { use, rates[way], row->speed_bps },
		};

		alert_readings_add(s->to, &reading);
	}
}

static void find_drift(struct alert_search *s, const struct port_row *row)
{
	const struct status_calibration *found[WAY_COUNT] = {
		row->status ? &row->status->in_calibration : NULL,
		row->status ? &row->status->out_calibration : NULL,
	};
	static const enum alert_part parts[WAY_COUNT] = { ALERT_IN, ALERT_OUT };

	for (int way = 0; way < WAY_COUNT; way++) {
		const struct status_calibration *c = found[way];
		bool is_known = c && !isnan(c->at);
		const struct alert_reading reading = {
			.subject = subject_of(s, row, ALERT_CALIBRATION_DRIFT,
					      parts[way]),
			.measure = is_known ? c->drift != 0 : (double)NAN,
			.figures = { is_known ? c->ratio : (double)NAN, NAN,
				     NAN },
		};

		alert_readings_add(s->to, &reading);
	}
}

void alert_find_ports(struct alert_search *s)
{
	struct port_row *rows;
	size_t count;

	if (ports_list(&rows, &count, s->call) < 0) {
		s->to->failed = true;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		find_use(s, &rows[i]);
		find_drift(s, &rows[i]);
	}
	free(rows);
	s->to->is_whole[ALERT_PORT_FULL] = true;
	s->to->is_whole[ALERT_CALIBRATION_DRIFT] = true;
}

/* What is missing of all that there should have been. */
static void add_loss(struct alert_search *s, const struct alert_subject *what,
		     double there, double missing)
{
	struct alert_reading reading = {
		.subject = *what,
		.measure = there + missing > 0 ? missing / (there + missing)
					       : (double)NAN,
		.figures = { NAN, missing, there + missing },
	};

	reading.figures.value = reading.measure;
	alert_readings_add(s->to, &reading);
}

static double column_mean(const struct series_data *data, size_t column)
{
	double values[LOSS_S / SERIES_STEP_S + 1];
	size_t count = 0;

	while (count < data->rows &&
	       count < sizeof(values) / sizeof(values[0])) {
		values[count] = series_at(data, count, column);
		count++;
	}
	return mean(values, count, LOSS_KNOWN);
}

void alert_find_losses(struct alert_search *s)
{
	const struct config *config = s->call->config;
	struct series_range range =
	    traffic_range(s->stored_s - LOSS_S, s->stored_s, SERIES_STEP_S);

	for (size_t i = 0; s->stored_s > LOSS_S && i < config->switch_count;
	     i++) {
		const struct series series = { .kind = SERIES_AGENT,
					       .switch_name =
						   config->switches[i].name };
		struct alert_subject subject = { .kind = ALERT_SAMPLES_LOST,
						 .part = ALERT_DATAGRAMS };
		struct series_data data;
		double means[AGENT_COUNT] = { NAN, NAN, NAN, NAN };

		(void)snprintf(subject.switch_name, sizeof(subject.switch_name),
			       "%s", series.switch_name);
		if (series_read(&data, config->state_dir, &series, &range) ==
		    0) {
			for (size_t c = 0; c < AGENT_COUNT; c++)
				means[c] = column_mean(&data, c);
			series_data_fini(&data);
		}
		add_loss(s, &subject, means[AGENT_DATAGRAMS],
			 means[AGENT_LOST]);
		subject.part = ALERT_SAMPLES;
		add_loss(s, &subject, means[AGENT_SAMPLES], means[AGENT_DROPS]);
	}
	s->to->is_whole[ALERT_SAMPLES_LOST] = s->stored_s > LOSS_S;
}
