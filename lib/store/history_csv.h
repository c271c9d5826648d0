/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_HISTORY_CSV_H
#define LANTERNE_STORE_HISTORY_CSV_H

/*
 * history_csv — rows of series from a CSV (RFC 4180), a line at a time, with
 * every fault told by its column.
 *
 * The first line names the fields, in any order:
 *
 *   time            when a row begins: 2026-03-01T00:00:00Z, or seconds of the
 *                   epoch (also called epoch)
 *   seconds         how long it is (also step)
 *   series          whose: its name, as series_export writes it; or
 *   kind, asn, peer, vlan, ordinal, switch, ifindex
 *   consolidation   average (without this field) or maximum
 *
 * and what it knows: rates per second, named as the data sources of the series'
 * kind, or bit/s as the CSV of a graph has them (from_member_ipv4_bps). An
 * empty cell is unknown.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/history.h"
#include "store/series.h"
#include "util/csv_line.h"

/* What a field is for. */
enum history_field {
	HISTORY_TIME,
	HISTORY_SECONDS,
	HISTORY_SERIES,
	HISTORY_KIND,
	HISTORY_ASN,
	HISTORY_PEER,
	HISTORY_VLAN,
	HISTORY_ORDINAL,
	HISTORY_SWITCH,
	HISTORY_IFINDEX,
	HISTORY_CONSOLIDATION,
	HISTORY_VALUE,
	HISTORY_PASSED_OVER,
	HISTORY_FIELD_COUNT,
};

struct history_csv_field {
	enum history_field what;
	double factor;			   /* of a value: to bytes, packets */
	int8_t columns[SERIES_KIND_COUNT]; /* of a value; -1: the kind has no
					    * such column */
};

/* What the first line said. */
struct history_csv {
	size_t count;
	struct history_csv_field fields[CSV_FIELDS_MAX];
	bool names_series; /* else all rows are of one that the caller knows */
};

/* Where and what is wrong in a line. */
struct history_fault {
	size_t column;	  /* 1 is the first byte */
	const char *what; /* static */
};

struct history_csv_row {
	struct series series;
	char switch_name[SERIES_SWITCH_NAME_SIZE]; /* that series borrows */
	struct history_row row;
	double values[SERIES_COLUMNS_MAX]; /* NaN unknown */
};

/**
 * Read the first line, which is changed.
 * @return true; false: fault tells
 */
bool history_csv_head(struct history_csv *out, char *line, size_t len,
		      struct history_fault *fault);

/**
 * Read another line, which is changed.
 *
 * @param out  where the head names no series, its series says whose rows these
 *             are; else it is set
 * @return true; false: fault tells, and out is not valid
 */
bool history_csv_line(const struct history_csv *csv, char *line, size_t len,
		      struct history_csv_row *out, struct history_fault *fault);

#endif
