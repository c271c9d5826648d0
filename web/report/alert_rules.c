/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/alert_rules.h"

#include <math.h>

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

#define WARNING(begin, end)                                                    \
	.has[ALERT_WARNING] = true, .limits[ALERT_WARNING] = { begin, end }
#define CRITICAL(begin, end)                                                   \
	.has[ALERT_CRITICAL] = true, .limits[ALERT_CRITICAL] = { begin, end }
#define ALSO(begin, end) .has_also = true, .also = { begin, end }

static const struct alert_rule rules[ALERT_KIND_COUNT] = {
	/* seconds since the collector wrote its status */
	[ALERT_COLLECTOR_SILENT] = { "collector_silent", ALERT_ABOVE,
				     CRITICAL(5 * MINUTE_S, MINUTE_S) },
	/* seconds since the end of the last step that was stored */
	[ALERT_NOT_STORED] = { "not_stored", ALERT_ABOVE,
			       CRITICAL(10 * MINUTE_S, 5 * MINUTE_S) },
	/* share that is free */
	[ALERT_DISK_NEARLY_FULL] = { "disk_nearly_full", ALERT_BELOW,
				     WARNING(0.10, 0.12),
				     CRITICAL(0.05, 0.07) },
	/* seconds since something was odd; it counts when it is noticed */
	[ALERT_CLOCK_ODD] = { "clock_odd", ALERT_BELOW, WARNING(1, HOUR_S) },
	/* seconds since the last datagram */
	[ALERT_SWITCH_SILENT] = { "switch_silent", ALERT_ABOVE,
				  CRITICAL(3 * MINUTE_S, MINUTE_S) },
	/* share of datagrams, or of samples, in an hour */
	[ALERT_SAMPLES_LOST] = { "samples_lost", ALERT_ABOVE,
				 WARNING(0.05, 0.02) },
	/* share of the speed, mean of 15 minutes */
	[ALERT_PORT_FULL] = { "port_full", ALERT_ABOVE, WARNING(0.80, 0.75),
			      CRITICAL(0.95, 0.90), .is_member_s = true },
	/* share of what is usual, mean of half an hour */
	[ALERT_MEMBER_GONE] = { "member_gone", ALERT_BELOW,
				CRITICAL(0.02, 0.10), .is_member_s = true },
	/* change against what is usual, mean of an hour; and in deviations */
	[ALERT_MEMBER_UNUSUAL] = { "member_unusual", ALERT_ABOVE,
				   WARNING(0.50, 0.30), ALSO(4, 2.5),
				   .is_member_s = true },
	/* 1 where the collector is sure */
	[ALERT_CALIBRATION_DRIFT] = { "calibration_drift", ALERT_ABOVE,
				      WARNING(1, 1) },
	/* seconds since the last datagram; and how many came */
	[ALERT_UNKNOWN_AGENT] = { "unknown_agent", ALERT_BELOW,
				  WARNING(10 * MINUTE_S, HOUR_S), ALSO(10, 0) },
	/* seconds since the last sample */
	[ALERT_UNKNOWN_MAC] = { "unknown_mac", ALERT_BELOW,
				WARNING(HOUR_S, DAY_S) },
};

const struct alert_rule *alert_rule(enum alert_kind kind)
{
	return &rules[kind];
}

double alert_threshold(enum alert_kind kind, enum alert_severity severity)
{
	/* These two are no measures of what is shown. */
	if (!rules[kind].has[severity] || kind == ALERT_CALIBRATION_DRIFT ||
	    kind == ALERT_CLOCK_ODD)
		return NAN;
	return rules[kind].limits[severity].raise;
}

static bool begins(const struct alert_rule *rule, enum alert_severity severity,
		   const struct alert_reading *r)
{
	double limit = rule->limits[severity].raise;
	bool is_past = rule->sense == ALERT_ABOVE ? r->measure >= limit
						  : r->measure < limit;

	return is_past && (!rule->has_also || r->also >= rule->also.raise);
}

static bool goes_on(const struct alert_rule *rule, enum alert_severity severity,
		    const struct alert_reading *r)
{
	double limit = rule->limits[severity].clear;
	bool is_past = rule->sense == ALERT_ABOVE ? r->measure >= limit
						  : r->measure <= limit;

	return is_past && (!rule->has_also || r->also >= rule->also.clear);
}

bool alert_is_known(const struct alert_reading *reading)
{
	return !isnan(reading->measure) &&
	       (!rules[reading->subject.kind].has_also ||
		!isnan(reading->also));
}

enum alert_severity alert_rule_apply(enum alert_severity was,
				     const struct alert_reading *reading)
{
	const struct alert_rule *rule = &rules[reading->subject.kind];

	if (!alert_is_known(reading))
		return was;
	for (int s = ALERT_CRITICAL; s > ALERT_FINE; s--) {
		enum alert_severity severity = (enum alert_severity)s;

		if (rule->has[s] &&
		    (begins(rule, severity, reading) ||
		     (was >= severity && goes_on(rule, severity, reading))))
			return severity;
	}
	return ALERT_FINE;
}

const char *alert_severity_name(enum alert_severity severity)
{
	static const char *const names[ALERT_SEVERITY_COUNT] = { "fine",
								 "warning",
								 "critical" };

	return names[severity];
}

const char *alert_part_name(enum alert_part part)
{
	static const char *const names[ALERT_PART_COUNT] = {
		[ALERT_WHOLE] = "",
		[ALERT_IN] = "in",
		[ALERT_OUT] = "out",
		[ALERT_FROM_MEMBER] = "from_member",
		[ALERT_TO_MEMBER] = "to_member",
		[ALERT_DATAGRAMS] = "datagrams",
		[ALERT_SAMPLES] = "samples",
		[ALERT_BYTES] = "bytes",
		[ALERT_INODES] = "inodes",
		[ALERT_OTHERS] = "others",
	};

	return names[part];
}

const char *alert_what_name(enum alert_what what)
{
	static const char *const names[ALERT_WHAT_COUNT] = { "raised", "worse",
							     "cleared" };

	return names[what];
}
