/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_ALERTS_H
#define LANTERNE_WEB_REPORT_ALERTS_H

/*
 * alerts — what somebody should be told of: when something begins, becomes
 * worse, and is over. Pure: readings and what stood before go in, what has
 * changed and what stands now come out.
 *
 * Each kind has limits at which it begins and easier ones at which it is over
 * (hysteresis). What is not known leaves an alert as it was.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/series.h"
#include "util/attr.h"

/* In the order in which they are told. */
enum alert_kind {
	ALERT_COLLECTOR_SILENT,
	ALERT_NOT_STORED,
	ALERT_DISK_NEARLY_FULL,
	ALERT_CLOCK_ODD,
	ALERT_SWITCH_SILENT,
	ALERT_SAMPLES_LOST,
	ALERT_PORT_FULL,
	ALERT_MEMBER_GONE,
	ALERT_MEMBER_UNUSUAL,
	ALERT_CALIBRATION_DRIFT,
	ALERT_UNKNOWN_AGENT,
	ALERT_UNKNOWN_MAC,
	ALERT_KIND_COUNT,
};

enum alert_severity {
	ALERT_FINE,
	ALERT_WARNING,
	ALERT_CRITICAL,
	ALERT_SEVERITY_COUNT,
};

/* Which of several things of one place. */
enum alert_part {
	ALERT_WHOLE,
	ALERT_IN, /* into the switch */
	ALERT_OUT,
	ALERT_FROM_MEMBER,
	ALERT_TO_MEMBER,
	ALERT_DATAGRAMS,
	ALERT_SAMPLES,
	ALERT_BYTES,
	ALERT_INODES,
	ALERT_OTHERS, /* all that have no alert of their own */
	ALERT_PART_COUNT,
};

enum { ALERT_NAME_SIZE = 48 };

/* What an alert is of; what a kind has no use for is zero. */
struct alert_subject {
	enum alert_kind kind;
	enum alert_part part;
	uint32_t asn;
	uint32_t number; /* ifIndex of a port, sub-agent of an agent */
	char switch_name[SERIES_SWITCH_NAME_SIZE];
	char name[ALERT_NAME_SIZE];   /* a MAC address, that of an agent */
	char source[ALERT_NAME_SIZE]; /* from where an agent's datagrams come */
};

/* What is shown; NaN: unknown, or there is none. */
struct alert_figures {
	double value;  /* what is held against the limits, or tells more */
	double amount; /* of which value is made, as the kind has it */
	double whole;
};

/* What was found of a subject. */
struct alert_reading {
	struct alert_subject subject;
	double measure; /* against the limits; NaN: unknown */
	double also;	/* against the second limits of kinds that have them */
	struct alert_figures figures;
};

struct alert_readings {
	struct alert_reading *items; /* owned */
	size_t count;
	size_t capacity;
	bool failed; /* no memory */
	/* all that there is of a kind was looked at: what has no reading is
	 * over */
	bool is_whole[ALERT_KIND_COUNT];
};

/** Add a reading of a subject that has none yet; failure stays. */
void alert_readings_add(struct alert_readings *to,
			const struct alert_reading *reading);

void alert_readings_fini(struct alert_readings *readings);

struct alert {
	struct alert_subject subject;
	enum alert_severity severity;
	int64_t since_s; /* when it began */
	struct alert_figures figures;
};

struct alert_list {
	struct alert *items; /* owned; in the order of alert_subject_compare */
	size_t count;
	size_t capacity;
};

/** Add an alert at the end. @return 0 or -ENOMEM */
MUST_CHECK int alert_list_add(struct alert_list *list,
			      const struct alert *alert);

/** The alert of a subject in a list in order, or NULL. Borrowed. */
const struct alert *alert_list_find(const struct alert_list *list,
				    const struct alert_subject *subject);

void alert_list_fini(struct alert_list *list);

/** The order of subjects. @return negative, 0 (the same) or positive */
int alert_subject_compare(const struct alert_subject *a,
			  const struct alert_subject *b);

enum alert_what {
	ALERT_RAISED,
	ALERT_WORSE,
	ALERT_CLEARED,
	ALERT_WHAT_COUNT,
};

struct alert_change {
	enum alert_what what;
	struct alert alert; /* as it is now; of one that is over the severity
			     * that it had */
	bool is_read;	    /* there is a reading of it, and it is known */
};

struct alert_outcome {
	struct alert_list standing;
	struct alert_change *changes; /* owned; in the order of subjects */
	size_t change_count;
	size_t change_capacity;
};

/**
 * Judge readings.
 *
 * @param out       on success to be freed with alert_outcome_fini
 * @param before    what stood
 * @param readings  are put in order; of a subject that comes twice one counts
 * @param now_s     when what is raised begins
 * @return 0 or -ENOMEM
 */
MUST_CHECK int alerts_judge(struct alert_outcome *out,
			    const struct alert_list *before,
			    struct alert_readings *readings, int64_t now_s);

void alert_outcome_fini(struct alert_outcome *outcome);

#endif
