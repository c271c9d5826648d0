/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Whose the files of IXP Manager's tree are, and which are nobody's. */
#include "collector/import_ixp_tree.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "util/number.h"

static const char by_interface[] = "vlaninterface:";
static const char by_vlan[] = "vlan:";

static int compare_known(const void *left, const void *right)
{
	const struct known *a = left;
	const struct known *b = right;

	if (a->asn != b->asn)
		return a->asn < b->asn ? -1 : 1;
	if (a->vlan != b->vlan)
		return a->vlan < b->vlan ? -1 : 1;
	if (a->ordinal != b->ordinal)
		return a->ordinal < b->ordinal ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

static const struct known *find_known(const struct tree *t, uint32_t id)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->known[i].id == id)
			return &t->known[i];
	}
	return NULL;
}

/* The map's word for an id; NULL: it says nothing. */
static const struct history_entry *mapped(const struct tree *t,
					  const char *prefix, uint32_t id)
{
	char source[HISTORY_SOURCE_SIZE];

	(void)snprintf(source, sizeof(source), "%s%" PRIu32, prefix, id);
	return history_map_find(&t->job->map, source);
}

/* What the map says goes before what the configuration says. */
static void gather_mapped(struct tree *t)
{
	const size_t prefix = strlen(by_interface);

	for (size_t i = 0; i < t->job->map.count; i++) {
		const struct history_entry *e = &t->job->map.entries[i];
		const char *digits = e->source + prefix;
		uint32_t id;

		if (strncmp(e->source, by_interface, prefix) != 0 ||
		    e->passed_over || e->series.kind != SERIES_VLAN_INTERFACE ||
		    number_u32(digits, strlen(digits), UINT32_MAX, &id) < 0)
			continue;
		t->known[t->count++] =
		    (struct known){ id, e->series.asn, e->series.vlan,
				    e->series.ordinal, false };
	}
}

static int compare_id(const void *left, const void *right)
{
	const struct known *a = left;
	const struct known *b = right;

	return a->id == b->id ? compare_known(a, b) : a->id < b->id ? -1 : 1;
}

/* One id is one interface: files would count twice. */
static int make_unique(struct tree *t)
{
	size_t kept = 0;

	qsort(t->known, t->count, sizeof(*t->known), compare_id);
	for (size_t i = 0; i < t->count; i++) {
		const struct known *last = kept ? &t->known[kept - 1] : NULL;

		if (!last || last->id != t->known[i].id) {
			t->known[kept++] = t->known[i];
		} else if (compare_known(last, &t->known[i]) != 0) {
			(void)fprintf(stderr,
				      "lanterne-collector: %s%" PRIu32
				      " is two interfaces by the "
				      "configuration: as%" PRIu32
				      " and as%" PRIu32 "; a line of the map "
				      "can say which\n",
				      by_interface, last->id, last->asn,
				      t->known[i].asn);
			return ERR_CONFIG;
		}
	}
	t->count = kept;
	qsort(t->known, t->count, sizeof(*t->known), compare_known);
	return 0;
}

static bool is_same_series(const struct history_entry *a,
			   const struct history_entry *b)
{
	return !a->passed_over && !b->passed_over &&
	       series_compare(&a->series, &b->series) == 0;
}

/* Lines about ids of this tree say what such an id can be, and no two say the
 * same: the second would find the first's rows there, and add nothing. */
static int check_map(const struct tree *t)
{
	const struct history_map *map = &t->job->map;
	int rc = 0;

	for (size_t i = 0; i < map->count; i++) {
		const struct history_entry *e = &map->entries[i];
		bool is_vlan =
		    strncmp(e->source, by_vlan, sizeof(by_vlan) - 1) == 0;
		bool is_interface = strncmp(e->source, by_interface,
					    sizeof(by_interface) - 1) == 0;
		const char *why = NULL;

		if ((!is_vlan && !is_interface) || e->passed_over)
			continue;
		if (e->series.kind !=
		    (is_vlan ? SERIES_VLAN : SERIES_VLAN_INTERFACE))
			why = is_vlan ? "expected vlan/vN"
				      : "expected interface/asN-vN-N";
		for (size_t k = 0; !why && k < i; k++) {
			if (is_same_series(&map->entries[k], e))
				why = "another line has this series";
		}
		if (!why)
			continue;
		(void)fprintf(stderr, "lanterne-collector: map: %s: %s\n",
			      e->source, why);
		rc = ERR_CONFIG;
	}
	return rc;
}

int import_ixp_gather(struct tree *t)
{
	const struct registry *r = t->job->registry;
	int rc = check_map(t);

	if (rc < 0)
		return rc;
	t->known = calloc(t->job->map.count + r->interface_count + 1,
			  sizeof(*t->known));
	if (!t->known)
		return -ENOMEM;
	gather_mapped(t);
	for (uint32_t i = 1; i < r->interface_count; i++) {
		const struct vlan_interface *v = &r->interfaces[i];
		const struct history_entry *e =
		    mapped(t, by_interface, v->ixp_id);

		if (v->vlan != 0 && v->ixp_id != 0 && (!e || e->passed_over))
			t->known[t->count++] =
			    (struct known){ v->ixp_id,
					    r->members[v->member].asn, v->vlan,
					    v->ordinal, e != NULL };
	}
	return make_unique(t);
}

/* Whether a VLAN of the tree is one of ours, and which. */
bool import_ixp_is_our_vlan(const struct tree *t, uint32_t tag, uint16_t *ours)
{
	const struct history_entry *e = mapped(t, by_vlan, tag);

	if (e) {
		*ours = e->series.vlan;
		return !e->passed_over && e->series.kind == SERIES_VLAN;
	}
	*ours = (uint16_t)tag;
	return tag <= UINT16_MAX &&
	       registry_vlan(t->job->registry, (uint16_t)tag) != NULL;
}

typedef int name_visitor(struct tree *t, const char *folder, const char *name);

static int visit_names(struct tree *t, const char *folder, name_visitor *visit)
{
	char path[PATH_MAX];
	const struct dirent *entry;
	DIR *dir;
	int rc = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", t->job->root, folder);
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a folder of one's own */
	while (rc == 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			rc = visit(t, folder, entry->d_name);
	}
	(void)closedir(dir);
	return rc;
}

static void leave_unknown(struct tree *t, const char *path, uint32_t id)
{
	t->unknown_interfaces++;
	import_leave(t->job, path,
		     "whose it is is not known; a line for the map: "
		     "%s%" PRIu32 ",interface/asN-vN-N",
		     by_interface, id);
}

static int look_at_file(struct tree *t, const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct ixp_file file;
	uint16_t ours;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (ixp_tree_parse(path, &file) < 0) {
		import_leave(t->job, path, "no name of a file of this tree");
		return 0;
	}
	if (file.kind == IXP_AGGREGATE &&
	    !import_ixp_is_our_vlan(t, file.id, &ours) &&
	    !mapped(t, by_vlan, file.id)) {
		t->unknown_vlans++;
		import_leave(t->job, path,
			     "the exchange has no such VLAN; a line for the "
			     "map: %s%" PRIu32 ",vlan/vN",
			     by_vlan, file.id);
	}
	if (file.kind == IXP_INDIVIDUAL && !find_known(t, file.id) &&
	    !mapped(t, by_interface, file.id))
		leave_unknown(t, path, file.id);
	return 0;
}

static int look_at_source(struct tree *t, const char *folder, const char *name)
{
	char path[PATH_MAX];
	uint32_t id;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (strncmp(name, "src-", 4) != 0 ||
	    number_u32(name + 4, strlen(name + 4), UINT32_MAX, &id) < 0)
		import_leave(t->job, path, "no name of a folder of this tree");
	else if (!find_known(t, id) && !mapped(t, by_interface, id))
		leave_unknown(t, path, id);
	return 0;
}

int import_ixp_look_around(struct tree *t)
{
	static const char *const files[] = {
		"ipv4/bytes/aggregate",	 "ipv6/bytes/aggregate",
		"ipv4/pkts/aggregate",	 "ipv6/pkts/aggregate",
		"ipv4/bytes/individual", "ipv6/bytes/individual",
		"ipv4/pkts/individual",	 "ipv6/pkts/individual",
	};
	static const char *const sources[] = { "ipv4/bytes/p2p",
					       "ipv6/bytes/p2p" };
	int rc = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files) && rc == 0; i++)
		rc = visit_names(t, files[i], look_at_file);
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources) && rc == 0;
	     i++)
		rc = visit_names(t, sources[i], look_at_source);
	return rc;
}
