/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Files of IXP Manager's tree, read for others. */

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "store/ixp_tree.h"
#include "util/err.h"

enum { PATH_SIZE = 160 };

/* Where a path's last number begins, behind a prefix; NULL: nowhere. */
static const char *behind(const char *path, const char *prefix)
{
	const char *at = strrchr(path, '/');

	at = at ? strstr(at, prefix) : NULL;
	return at ? at + strlen(prefix) : NULL;
}

/* Digits as far as they go; what is odd about them is found when the path is
 * made again. */
static uint32_t number_at(const char *at)
{
	uint64_t number = 0;

	for (; at && *at >= '0' && *at <= '9' && number <= UINT32_MAX; at++)
		number = number * 10 + (uint64_t)(*at - '0');
	return number <= UINT32_MAX ? (uint32_t)number : 0;
}

/* Whatever was read, the path that is made of it has to be the same one. */
int ixp_tree_parse(const char *path, struct ixp_file *out)
{
	struct ixp_file file = { .kind = IXP_P2P };
	char again[PATH_SIZE];

	if (strncmp(path, "ipv6/", 5) == 0)
		file.protocol = IXP_IPV6;
	else
		file.protocol = IXP_IPV4;
	file.unit = strstr(path, "/pkts/") ? IXP_PKTS : IXP_BYTES;
	if (strstr(path, "/aggregate/")) {
		file.kind = IXP_AGGREGATE;
		file.id = number_at(behind(path, ".vlan"));
	} else {
		if (strstr(path, "/individual/"))
			file.kind = IXP_INDIVIDUAL;
		file.id = number_at(behind(path, ".src-"));
		file.other = number_at(behind(path, ".dst-"));
	}
	if (ixp_tree_path(again, sizeof(again), "", &file) < 0 ||
	    strcmp(again + 1, path) != 0)
		return ERR_SYNTAX;
	*out = file;
	return 0;
}

int ixp_tree_read(struct series_data *out, const char *root,
		  const struct ixp_file *file, const struct series_range *range)
{
	char path[PATH_MAX];
	int rc = ixp_tree_path(path, sizeof(path), root, file);

	if (rc < 0)
		return rc;
	return rrd_read_rows(out, path, ixp_tree_layout(), range);
}

int ixp_tree_read_whole(struct text *out, const char *root,
			const struct ixp_file *file)
{
	char path[PATH_MAX];
	int rc = ixp_tree_path(path, sizeof(path), root, file);

	if (rc < 0)
		return rc;
	return rrd_read_whole(out, path, ixp_tree_layout());
}
