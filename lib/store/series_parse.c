/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/series_parse.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/err.h"
#include "util/number.h"

/*
 * The folder of each kind and the names at each level below it, as series_path
 * makes them. %a AS number, %o the other one's, %v VLAN, %n ordinal,
 * %i ifIndex, %s switch.
 */
static const struct pattern {
	const char *folder;
	const char *levels[SERIES_NAME_LEVELS];
} patterns[SERIES_KIND_COUNT] = {
	[SERIES_EXCHANGE] = { ".", { "exchange.rrd" } },
	[SERIES_MEMBER] = { "member", { "as%a.rrd" } },
	[SERIES_VLAN_INTERFACE] = { "interface", { "as%a-v%v-%n.rrd" } },
	[SERIES_VLAN] = { "vlan", { "v%v.rrd" } },
	[SERIES_SWITCH] = { "switch", { "%s.rrd" } },
	[SERIES_PORT] = { "port", { "%s", "%i.rrd" } },
	[SERIES_AGENT] = { "agent", { "%s.rrd" } },
	[SERIES_PAIR] = { "pair", { "v%v", "as%a", "as%o.rrd" } },
};

static const char ending[] = ".rrd";

enum { ENDING_LEN = sizeof(ending) - 1, VLAN_MAX = 4095 };

const char *series_folder(enum series_kind kind)
{
	return patterns[kind].folder;
}

size_t series_levels(enum series_kind kind)
{
	size_t levels = 0;

	while (levels < SERIES_NAME_LEVELS && patterns[kind].levels[levels])
		levels++;
	return levels;
}

/* Digits as series_path prints them: at *name, which moves behind them. */
static bool read_number(const char **name, uint32_t max, uint32_t *number)
{
	size_t len = strspn(*name, "0123456789");

	if (len == 0 || (len > 1 && **name == '0') ||
	    number_u32(*name, len, max, number) < 0)
		return false;
	*name += len;
	return true;
}

/* The switch's name: all but what the pattern has behind it. */
static bool read_switch(struct series *s, char *switch_name, const char **name,
			const char *rest)
{
	size_t behind = strlen(rest);
	size_t len = strlen(*name);

	if (len <= behind || len - behind >= SERIES_SWITCH_NAME_SIZE)
		return false;
	len -= behind;
	memcpy(switch_name, *name, len);
	switch_name[len] = '\0';
	s->switch_name = switch_name;
	*name += len;
	return series_switch_name_is_valid(switch_name);
}

static bool read_field(struct series *s, const char **name, char field)
{
	uint32_t number = 0;
	bool good;

	switch (field) {
	case 'a':
		return read_number(name, UINT32_MAX, &s->asn);
	case 'o':
		return read_number(name, UINT32_MAX, &s->other_asn);
	case 'i':
		return read_number(name, UINT32_MAX, &s->ifindex);
	case 'v':
		good = read_number(name, VLAN_MAX, &number);
		s->vlan = (uint16_t)number;
		return good;
	default:
		good = read_number(name, UINT16_MAX, &number);
		s->ordinal = (uint16_t)number;
		return good;
	}
}

bool series_parse_level(struct series *series,
			char switch_name[SERIES_SWITCH_NAME_SIZE],
			const char *name, size_t level)
{
	const char *pattern = patterns[series->kind].levels[level];

	for (; *pattern; pattern++) {
		bool good = *pattern == *name;

		if (*pattern != '%') {
			name++;
		} else if (*++pattern == 's') {
			good = read_switch(series, switch_name, &name,
					   pattern + 1);
		} else {
			good = read_field(series, &name, *pattern);
		}
		if (!good)
			return false;
	}
	return *name == '\0';
}

/* The names of a path, each ending with a NUL. */
static size_t split(char *path, char *names[SERIES_NAME_LEVELS + 1])
{
	size_t count = 0;
	char *next = path;

	while (next && count <= SERIES_NAME_LEVELS) {
		names[count++] = next;
		next = strchr(next, '/');
		if (next)
			*next++ = '\0';
	}
	return next ? 0 : count;
}

static bool is_of_kind(struct series *s, char *switch_name, char *const names[],
		       size_t count)
{
	size_t first = s->kind == SERIES_EXCHANGE ? 0 : 1;

	if (count != first + series_levels(s->kind) ||
	    (first == 1 && strcmp(names[0], series_folder(s->kind)) != 0))
		return false;
	for (size_t i = first; i < count; i++) {
		if (!series_parse_level(s, switch_name, names[i], i - first))
			return false;
	}
	return s->kind != SERIES_PAIR || s->asn <= s->other_asn;
}

int series_parse(struct series *out, char switch_name[SERIES_SWITCH_NAME_SIZE],
		 const char *name, size_t len)
{
	char path[SERIES_FILE_SIZE];
	char *names[SERIES_NAME_LEVELS + 1];
	size_t count;

	if (len + ENDING_LEN >= sizeof(path) || memchr(name, '\0', len))
		return ERR_SYNTAX;
	memcpy(path, name, len);
	memcpy(path + len, ending, sizeof(ending));
	count = split(path, names);
	for (int kind = 0; kind < SERIES_KIND_COUNT; kind++) {
		struct series s = { .kind = (enum series_kind)kind };

		if (is_of_kind(&s, switch_name, names, count)) {
			*out = s;
			return 0;
		}
	}
	return ERR_SYNTAX;
}

int series_print(char to[SERIES_FILE_SIZE], const struct series *series)
{
	int rc = series_file(to, SERIES_FILE_SIZE, series);

	if (rc == 0)
		to[strlen(to) - ENDING_LEN] = '\0';
	return rc;
}
