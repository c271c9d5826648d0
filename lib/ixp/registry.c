/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/registry.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/registry_parts.h"
#include "util/err.h"
#include "util/text.h"

enum {
	IDS_SHOWN = 12,
	CLOCK_SLACK_S = 2, /* a clock may be slewed back by less */
};

static int compare_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static const struct roster_vlan *find_roster_vlan(const struct roster *roster,
						  uint32_t id)
{
	for (size_t i = 0; i < roster->vlan_count; i++) {
		if (roster->vlans[i].id == id)
			return &roster->vlans[i];
	}
	return NULL;
}

/* Add a VLAN; name may be NULL. The array has room. */
static int add_vlan(struct registry_draft *draft, uint16_t tag,
		    uint32_t roster_vlan, const char *name)
{
	struct registry *r = draft->registry;
	struct vlan *v = &r->vlans[r->vlan_count];

	*v = (struct vlan){ .tag = tag, .roster_vlan = roster_vlan };
	if (name)
		v->name = strdup(name);
	else if (asprintf(&v->name, "VLAN %u", tag) < 0)
		v->name = NULL;
	if (!v->name)
		return -ENOMEM;
	r->vlan_count++;
	return u64map_put(&draft->vlan_of, roster_vlan, tag);
}

/* Say which ids there are: they stand nowhere that a person would look. */
static void refuse_roster_vlan(const struct registry_draft *draft,
			       const struct config_vlan *v)
{
	const struct roster *roster = draft->roster;
	struct text ids;

	text_init(&ids);
	for (size_t i = 0; i < roster->vlan_count && i < IDS_SHOWN; i++)
		text_addf(&ids, "%s%u (%s)", i ? ", " : ": ",
			  roster->vlans[i].id,
			  roster->vlans[i].name ? roster->vlans[i].name
						: "without a name");
	diagnostics_error(draft->d, v->place,
			  "found roster_vlan %u, expected the id of a VLAN of "
			  "%s%s",
			  v->roster_vlan, roster->path, text_str(&ids));
	text_fini(&ids);
}

/* The VLANs that the configuration lists. */
static int add_listed_vlans(struct registry_draft *draft)
{
	const struct config *config = draft->config;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < config->vlan_count; i++) {
		const struct config_vlan *v = &config->vlans[i];
		const struct roster_vlan *known =
		    find_roster_vlan(draft->roster, v->roster_vlan);
		const char *name = v->name;

		if (!known && v->has_roster_vlan)
			refuse_roster_vlan(draft, v);
		else if (!known && draft->roster->vlan_count)
			diagnostics_warning(draft->d, v->place,
					    "found no VLAN with the id %u in "
					    "%s, expected one, or roster_vlan "
					    "to say which: only macs can put "
					    "members into this VLAN",
					    v->tag, draft->roster->path);
		if (!name && known)
			name = known->name;
		rc = add_vlan(draft, v->tag, v->roster_vlan, name);
	}
	return rc;
}

/* Without a list in the configuration: the roster's VLANs, id as tag. */
static int add_roster_vlans(struct registry_draft *draft)
{
	const struct roster *roster = draft->roster;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < roster->vlan_count; i++) {
		const struct roster_vlan *v = &roster->vlans[i];

		if (v->id >= 1 && v->id <= CONFIG_VLAN_MAX)
			rc = add_vlan(draft, (uint16_t)v->id, v->id, v->name);
	}
	return rc;
}

static int compare_vlans(const void *left, const void *right)
{
	const struct vlan *a = left;
	const struct vlan *b = right;

	return compare_u32(a->tag, b->tag);
}

int registry_add_vlans(struct registry_draft *draft)
{
	struct registry *r = draft->registry;
	bool listed = draft->config->vlan_count > 0;
	size_t count =
	    listed ? draft->config->vlan_count : draft->roster->vlan_count;
	int rc = u64map_init(&draft->vlan_of, count);

	if (rc < 0)
		return rc;
	r->vlans = calloc(count ? count : 1, sizeof(*r->vlans));
	if (!r->vlans)
		return -ENOMEM;
	rc = listed ? add_listed_vlans(draft) : add_roster_vlans(draft);
	qsort(r->vlans, r->vlan_count, sizeof(*r->vlans), compare_vlans);
	return rc;
}

/* An ASN and where it comes from. */
struct mention {
	uint32_t asn;
	const struct roster_member *member; /* NULL: not in the roster */
	struct place place;		    /* valid if member is NULL */
};

static int compare_mentions(const void *left, const void *right)
{
	const struct mention *a = left;
	const struct mention *b = right;

	if (a->asn != b->asn)
		return compare_u32(a->asn, b->asn);
	if (!a->member != !b->member)
		return a->member ? -1 : 1;
	if (a->place.line != b->place.line)
		return a->place.line < b->place.line ? -1 : 1;
	return (a->place.column > b->place.column) -
	       (a->place.column < b->place.column);
}

static size_t count_mentions(const struct registry_draft *draft)
{
	const struct config *config = draft->config;
	size_t count = draft->roster->member_count + config->mac_count;

	for (size_t i = 0; i < config->switch_count; i++) {
		const struct config_switch *s = &config->switches[i];

		for (size_t j = 0; j < s->port_count; j++)
			count += s->ports[j].asn_count;
	}
	return count;
}

static void collect_mentions(const struct registry_draft *draft,
			     struct mention *m)
{
	const struct config *config = draft->config;
	const struct roster *roster = draft->roster;

	for (size_t i = 0; i < roster->member_count; i++)
		*m++ = (struct mention){ .asn = roster->members[i].asn,
					 .member = &roster->members[i] };
	for (size_t i = 0; i < config->mac_count; i++)
		*m++ = (struct mention){ .asn = config->macs[i].asn,
					 .place = config->macs[i].place };
	for (size_t i = 0; i < config->switch_count; i++) {
		const struct config_switch *s = &config->switches[i];

		for (size_t j = 0; j < s->port_count; j++) {
			const struct config_port *p = &s->ports[j];

			for (size_t k = 0; k < p->asn_count; k++)
				*m++ = (struct mention){ .asn = p->asns[k],
							 .place = p->place };
		}
	}
}

static uint64_t total_speed(const struct roster_member *member)
{
	uint64_t total = 0;

	for (size_t i = 0; member && i < member->connection_count; i++) {
		const struct roster_connection *c = &member->connections[i];

		for (size_t j = 0; j < c->interface_count; j++) {
			if (__builtin_add_overflow(
				total, c->interfaces[j].speed_bps, &total))
				total = UINT64_MAX;
		}
	}
	return total;
}

static int add_member(struct registry_draft *draft, const struct mention *from)
{
	struct registry *r = draft->registry;
	struct member *m = &r->members[r->member_count];

	*m = (struct member){ .asn = from->asn,
			      .speed_bps = total_speed(from->member) };
	if (from->member && from->member->name)
		m->name = strdup(from->member->name);
	else if (asprintf(&m->name, "AS%u", from->asn) < 0)
		m->name = NULL;
	if (!m->name)
		return -ENOMEM;
	if (!from->member)
		diagnostics_warning(draft->d, from->place,
				    "found AS%u, which %s does not list: taken "
				    "for a member without a name",
				    from->asn, draft->roster->path);
	return u64map_put(&draft->member_of, from->asn, r->member_count++);
}

int registry_add_members(struct registry_draft *draft)
{
	struct registry *r = draft->registry;
	size_t count = count_mentions(draft);
	struct mention *mentions = calloc(count + 1, sizeof(*mentions));
	int rc = u64map_init(&draft->member_of, count);

	r->members = calloc(count + 1, sizeof(*r->members));
	if (!mentions || !r->members)
		rc = -ENOMEM;
	if (rc == 0) {
		collect_mentions(draft, mentions);
		qsort(mentions, count, sizeof(*mentions), compare_mentions);
	}
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (i == 0 || mentions[i].asn != mentions[i - 1].asn)
			rc = add_member(draft, &mentions[i]);
	}
	free(mentions);
	return rc;
}

static void check_roster_switches(const struct registry_draft *draft)
{
	const struct config *config = draft->config;
	const struct roster *roster = draft->roster;

	for (size_t i = 0; i < config->switch_count; i++) {
		const struct config_switch *s = &config->switches[i];
		bool known = s->roster_switch == 0;

		for (size_t j = 0; !known && j < roster->switch_count; j++)
			known = roster->switches[j].id == s->roster_switch;
		if (!known)
			diagnostics_error(draft->d, s->roster_switch_place,
					  "found roster_switch %u, expected "
					  "the id of a switch of %s",
					  s->roster_switch, roster->path);
	}
}

static void note_change(struct registry *r, int64_t change_s)
{
	if (change_s == 0 || change_s == INT64_MAX)
		return;
	if (change_s <= r->at_s) {
		if (change_s > r->since_s)
			r->since_s = change_s;
	} else if (r->next_change_s == 0 || change_s < r->next_change_s) {
		r->next_change_s = change_s;
	}
}

/* When what is said for a time changed last and changes next. */
static void note_changes(struct registry *r)
{
	const struct config *config = r->config;

	for (size_t i = 0; i < config->mac_count; i++) {
		note_change(r, config->macs[i].holds.from_s);
		note_change(r, config->macs[i].holds.until_s);
	}
	for (size_t i = 0; i < config->switch_count; i++) {
		const struct config_switch *s = &config->switches[i];

		for (size_t j = 0; j < s->port_count; j++) {
			note_change(r, s->ports[j].holds.from_s);
			note_change(r, s->ports[j].holds.until_s);
		}
	}
}

bool registry_is_over(const struct registry *registry, int64_t now_s)
{
	if (registry->next_change_s && now_s >= registry->next_change_s)
		return true;
	return now_s < registry->since_s - CLOCK_SLACK_S;
}

int registry_join(struct registry **out, const struct registry_parts *parts,
		  struct diagnostics *d)
{
	struct registry *r = calloc(1, sizeof(*r));
	struct registry_draft draft = { .registry = r,
					.config = parts->config,
					.roster = parts->roster,
					.tables = parts->tables,
					.table_count = parts->table_count,
					.id_tables = parts->id_tables,
					.id_table_count = parts->id_table_count,
					.d = d };
	unsigned errors_before = d->errors;
	int rc;

	if (!r)
		return -ENOMEM;
	r->config = parts->config;
	r->at_s = parts->at_s;
	note_changes(r);
	check_roster_switches(&draft);
	rc = parts->ordinals ? ordinals_copy(&r->ordinals, parts->ordinals) : 0;
	if (rc == 0)
		rc = registry_add_vlans(&draft);
	if (rc == 0)
		rc = registry_add_members(&draft);
	if (rc == 0)
		rc = registry_add_interfaces(&draft);
	if (rc == 0)
		rc = registry_add_ports(&draft);
	if (rc == 0)
		rc = registry_add_groups(&draft);
	if (rc == 0 && d->errors == errors_before)
		rc = registry_warn(&draft);
	u64map_fini(&draft.vlan_of);
	u64map_fini(&draft.member_of);
	if (rc == 0 && d->errors > errors_before)
		rc = ERR_CONFIG;
	if (rc < 0) {
		registry_free(r);
		return rc;
	}
	*out = r;
	return 0;
}

int registry_build(struct registry **out, const struct config *config,
		   const struct roster *roster, struct diagnostics *d)
{
	const struct registry_parts parts = { .config = config,
					      .roster = roster };

	return registry_join(out, &parts, d);
}

/* Which exchange of a table: that of the roster, if it says. */
static const uint32_t *infrastructure_of(const struct config *config,
					 const struct roster *roster)
{
	if (config->has_roster_ixp)
		return &config->roster_ixp;
	return roster->ixp_id ? &roster->ixp_id : NULL;
}

/* Tables that a configuration names. */
struct tables {
	struct mac_table **all; /* of MACs, then those of ids alone */
	size_t count;
	struct mac_table **ids; /* of them; borrowed */
	size_t id_count;
};

static int tables_init(struct tables *t, const struct config *config)
{
	size_t most =
	    config->mac_table_count + config->ixp_manager.interface_count;

	*t = (struct tables){ 0 };
	t->all = calloc(most + 1, sizeof(*t->all));
	t->ids = calloc(most + 1, sizeof(*t->ids));
	return t->all && t->ids ? 0 : -ENOMEM;
}

static void tables_fini(struct tables *t)
{
	for (size_t i = 0; i < t->count; i++)
		mac_table_free(t->all[i]);
	free(t->all);
	free(t->ids);
}

static int load_table(struct tables *t, const char *path,
		      const uint32_t *infrastructure, struct diagnostics *d)
{
	int rc = mac_table_load(&t->all[t->count], path, infrastructure, d);

	t->count += rc == 0;
	return rc;
}

/* The tables of ids; one that gives MACs too is there already. */
static int load_ids(struct tables *t, const struct config *config,
		    const uint32_t *infrastructure, struct diagnostics *d)
{
	const struct config_ixp_manager *m = &config->ixp_manager;
	bool own = m->interface_count > 0;
	size_t count = own ? m->interface_count : t->count;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++) {
		size_t at = own ? 0 : i;

		while (own && at < t->count &&
		       strcmp(t->all[at]->path, m->interfaces[i]) != 0)
			at++;
		if (at == t->count)
			rc = load_table(t, m->interfaces[i], infrastructure, d);
		t->ids[i] = t->all[at];
		t->id_count++;
	}
	return rc;
}

static int load_tables(struct tables *t, const struct config *config,
		       const struct roster *roster, struct diagnostics *d)
{
	const uint32_t *infrastructure = infrastructure_of(config, roster);
	int rc = tables_init(t, config);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < config->mac_table_count; i++) {
		int one =
		    load_table(t, config->mac_tables[i], infrastructure, d);

		if (rc == 0)
			rc = one;
	}
	if (rc == 0 && config_names_ids(config))
		rc = load_ids(t, config, infrastructure, d);
	return rc;
}

/* Load what a configuration names, and join it. */
static int load_rest(struct registry **out, const struct config *config,
		     const struct registry_request *request,
		     struct diagnostics *d)
{
	struct ordinals ordinals = { 0 };
	struct roster *roster = NULL;
	struct tables tables = { 0 };
	int rc =
	    roster_load(&roster, config->roster,
			config->has_roster_ixp ? &config->roster_ixp : NULL, d);

	if (rc == 0)
		rc = load_tables(&tables, config, roster, d);
	if (rc == 0 && !request->ordinals)
		rc = ordinals_load(&ordinals, config->state_dir, d);
	if (rc == 0)
		rc = registry_join(out,
				   &(struct registry_parts){
				       .config = config,
				       .roster = roster,
				       .tables = tables.all,
				       .table_count = config->mac_table_count,
				       .ordinals = request->ordinals
						       ? request->ordinals
						       : &ordinals,
				       .at_s = request->at_s,
				       .id_tables = tables.ids,
				       .id_table_count = tables.id_count,
				   },
				   d);
	tables_fini(&tables);
	ordinals_free(&ordinals);
	roster_free(roster);
	return rc;
}

int registry_load(struct registry **out, struct config **config,
		  const struct registry_request *request, struct diagnostics *d)
{
	struct config *c = NULL;
	int rc = config_load(&c, request->path, d);

	if (rc == 0 && request->wants_mirror)
		rc = config_want_mirror(c);
	if (rc == 0)
		rc = load_rest(out, c, request, d);
	diagnostics_end(d);
	if (rc < 0) {
		config_free(c);
		return rc;
	}
	*config = c;
	return 0;
}

void registry_free(struct registry *registry)
{
	if (!registry)
		return;
	for (uint32_t i = 0; i < registry->member_count; i++)
		free(registry->members[i].name);
	free(registry->members);
	free(registry->interfaces);
	for (uint32_t i = 0; i < registry->vlan_count; i++)
		free(registry->vlans[i].name);
	free(registry->vlans);
	for (uint32_t i = 0; i < registry->all_port_count; i++)
		free(registry->ports[i].members);
	free(registry->ports);
	free(registry->stations);
	registry_free_groups(registry);
	ordinals_free(&registry->ordinals);
	u64map_fini(&registry->by_mac);
	u64map_fini(&registry->by_port);
	free(registry);
}

const struct member *registry_member(const struct registry *registry,
				     uint32_t asn)
{
	size_t low = 0;
	size_t high = registry->member_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (registry->members[middle].asn == asn)
			return &registry->members[middle];
		if (registry->members[middle].asn < asn)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct vlan *registry_vlan(const struct registry *registry, uint16_t tag)
{
	for (uint32_t i = 0; i < registry->vlan_count; i++) {
		if (registry->vlans[i].tag == tag)
			return &registry->vlans[i];
	}
	return NULL;
}
