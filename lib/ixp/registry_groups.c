/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Switches by where they stand: all of an infrastructure, those of a place. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/registry_parts.h"

static void free_group(struct registry_group *g)
{
	free(g->name);
	free(g->switches);
}

/* A group with room for as many switches as there are. */
static int start_group(struct registry_group *g, const char *name,
		       size_t switches)
{
	*g = (struct registry_group){
		.name = strdup(name),
		.switches = calloc(switches ? switches : 1, sizeof(uint32_t)),
	};
	if (g->name && g->switches)
		return 0;
	free_group(g);
	*g = (struct registry_group){ 0 };
	return -ENOMEM;
}

static int add_infrastructure(struct registry_draft *draft)
{
	struct registry *r = draft->registry;
	const struct roster *roster = draft->roster;
	const char *name = roster->shortname;
	char number[32];
	int rc;

	(void)snprintf(number, sizeof(number), "infrastructure %u",
		       roster->ixp_id);
	r->infrastructure_id = roster->ixp_id;
	r->ixf_id = roster->ixf_id;
	rc = start_group(&r->infrastructure, name && *name ? name : number,
			 draft->config->switch_count);
	for (uint32_t i = 0; rc == 0 && i < draft->config->switch_count; i++)
		r->infrastructure.switches[r->infrastructure.switch_count++] =
		    i;
	return rc;
}

/* Where a switch stands: its building, else its city; NULL: not said. */
static const char *location_of(const struct roster *roster, uint32_t id)
{
	for (size_t i = 0; id && i < roster->switch_count; i++) {
		const struct roster_switch *s = &roster->switches[i];

		if (s->id != id)
			continue;
		if (s->colo && *s->colo)
			return s->colo;
		return s->city && *s->city ? s->city : NULL;
	}
	return NULL;
}

static int compare_groups(const void *left, const void *right)
{
	const struct registry_group *a = left;
	const struct registry_group *b = right;

	return strcmp(a->name, b->name);
}

static int add_to_location(struct registry_draft *draft, uint32_t index,
			   const char *name)
{
	struct registry *r = draft->registry;
	struct registry_group *location = r->locations;
	struct registry_group *end = r->locations + r->location_count;

	while (location < end && strcmp(location->name, name) != 0)
		location++;
	if (location == end) {
		int rc =
		    start_group(location, name, draft->config->switch_count);

		if (rc < 0)
			return rc;
		r->location_count++;
	}
	location->switches[location->switch_count++] = index;
	return 0;
}

int registry_add_groups(struct registry_draft *draft)
{
	const struct config *config = draft->config;
	struct registry *r = draft->registry;
	size_t count = config->switch_count;
	int rc = add_infrastructure(draft);

	if (rc < 0)
		return rc;
	r->location_count = 0;
	r->locations = calloc(count ? count : 1, sizeof(*r->locations));
	if (!r->locations)
		return -ENOMEM;
	for (uint32_t i = 0; rc == 0 && i < count; i++) {
		const char *name = location_of(
		    draft->roster, config->switches[i].roster_switch);

		if (name)
			rc = add_to_location(draft, i, name);
	}
	if (rc == 0)
		qsort(r->locations, r->location_count, sizeof(*r->locations),
		      compare_groups);
	return rc;
}

void registry_free_groups(struct registry *r)
{
	free_group(&r->infrastructure);
	for (uint32_t i = 0; i < r->location_count; i++)
		free_group(&r->locations[i]);
	free(r->locations);
}

const struct registry_group *registry_location(const struct registry *registry,
					       const char *name)
{
	for (uint32_t i = 0; i < registry->location_count; i++) {
		if (strcmp(registry->locations[i].name, name) == 0)
			return &registry->locations[i];
	}
	return NULL;
}
