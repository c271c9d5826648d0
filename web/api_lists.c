/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Who and what there is: members, ports, VLANs, places and switches. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/number.h"
#include "web/access.h"
#include "web/api.h"
#include "web/problem.h"

/* Whether the item at a place of a list is in the slice. */
static bool is_in(const struct api_slice *slice, size_t place)
{
	return place >= slice->offset && place - slice->offset < slice->limit;
}

/* How a list is begun that takes nothing but its slice. */
static bool begin(struct json_writer *w, const struct call *call,
		  struct response *r, struct api_slice *slice, size_t total)
{
	static const char *const known[] = { "limit", "offset", NULL };

	if (!api_knows(call, r, known) || !api_slice(call, r, slice))
		return false;
	api_begin_list(w, r, slice, total);
	json_put_array(w, "items");
	return true;
}

static void put_vlans(struct json_writer *w, const struct call *call,
		      const struct member *m)
{
	const struct vlan_interface *all = call->registry->interfaces;
	uint16_t last = 0;

	json_put_array(w, "vlans");
	for (uint32_t i = 1; i <= m->interface_count; i++) {
		uint16_t vlan = all[m->catch_all + i].vlan;

		if (vlan != last)
			json_put_u64(w, NULL, vlan);
		last = vlan;
	}
	json_end_array(w);
}

static void put_member(struct json_writer *w, const struct call *call,
		       const struct member *m)
{
	json_put_u64(w, "asn", m->asn);
	json_put_string(w, "name", m->name);
	api_put_bps(w, "speed_bps", m->speed_bps ? (double)m->speed_bps : NAN);
	put_vlans(w, call, m);
}

void api_members(const struct call *call, struct response *r)
{
	const struct registry *registry = call->registry;
	struct api_slice slice;
	struct json_writer w;

	if (!begin(&w, call, r, &slice, registry->member_count))
		return;
	for (uint32_t i = 0; i < registry->member_count; i++) {
		if (!is_in(&slice, i))
			continue;
		json_put_object(&w, NULL);
		put_member(&w, call, &registry->members[i]);
		json_end_object(&w);
	}
	json_end_array(&w);
	api_finish(&w, call, r);
}

static void put_interfaces(struct json_writer *w, const struct call *call,
			   const struct member *m)
{
	json_put_array(w, "interfaces");
	for (uint32_t i = 1; i <= m->interface_count; i++) {
		const struct vlan_interface *one =
		    &call->registry->interfaces[m->catch_all + i];

		json_put_object(w, NULL);
		json_put_u64(w, "vlan", one->vlan);
		json_put_u64(w, "ordinal", one->ordinal);
		json_end_object(w);
	}
	json_end_array(w);
}

void api_put_port(struct json_writer *w, const struct call *call,
		  const struct port_row *row)
{
	const struct status_port *s = row->status;
	double bps[WAY_COUNT];
	bool is_estimate;

	ports_now(row, bps, &is_estimate);
	json_put_object(w, NULL);
	json_put_string(w, "switch",
			call->config->switches[row->switch_index].name);
	json_put_u64(w, "ifindex", row->ifindex);
	json_put_string(w, "name", row->name);
	json_put_bool(w, "configured", row->port != NULL);
	json_put_bool(w, "core", row->port && row->port->core);
	json_put_array(w, "members");
	for (uint32_t i = 0; row->port && i < row->port->member_count; i++)
		json_put_u64(
		    w, NULL,
		    call->registry->members[row->port->members[i]].asn);
	json_end_array(w);
	api_put_bps(w, "speed_bps", row->speed_bps);
	if (s && s->up >= 0)
		json_put_bool(w, "up", s->up == 1);
	else
		json_put_null(w, "up");
	api_put_bps(w, "in_bps", bps[WAY_FROM]);
	api_put_bps(w, "out_bps", bps[WAY_TO]);
	if (isnan(bps[WAY_FROM]) && isnan(bps[WAY_TO]))
		json_put_null(w, "basis");
	else
		json_put_string(w, "basis",
				is_estimate ? "samples" : "counters");
	api_put_time(w, "counters_at", s ? s->last_counters : NAN);
	json_end_object(w);
}

/* @return false: r says that there is no memory */
static bool list_ports(struct port_row **rows, size_t *count,
		       const struct call *call, struct response *r)
{
	if (ports_list(rows, count, call) == 0)
		return true;
	problem_refuse(call, r, 503, TR("Out of memory."), NULL);
	return false;
}

void api_member(const struct call *call, struct response *r)
{
	static const char *const known[] = { NULL };
	const struct member *m = api_member_of(call, r, 3);
	struct port_row *rows;
	struct json_writer w;
	uint32_t index;
	size_t count;

	if (!m || !api_knows(call, r, known) ||
	    !list_ports(&rows, &count, call, r))
		return;
	index = (uint32_t)(m - call->registry->members);
	json_start(&w, &r->body);
	json_put_object(&w, NULL);
	put_member(&w, call, m);
	put_interfaces(&w, call, m);
	json_put_array(&w, "ports");
	for (size_t i = 0; i < count; i++) {
		if (rows[i].port && port_has_member(rows[i].port, index) &&
		    access_port(call, &rows[i]))
			api_put_port(&w, call, &rows[i]);
	}
	json_end_array(&w);
	api_finish(&w, call, r);
	free(rows);
}

static bool is_on(const struct call *call, const struct port_row *row,
		  const char *switch_name)
{
	return !switch_name ||
	       strcmp(call->config->switches[row->switch_index].name,
		      switch_name) == 0;
}

void api_ports(const struct call *call, struct response *r)
{
	static const char *const known[] = { "limit", "offset", "switch",
					     NULL };
	const char *wanted = request_parameter(call->request, "switch");
	struct api_slice slice;
	struct port_row *rows;
	struct json_writer w;
	size_t total = 0;
	size_t count;

	if (!api_knows(call, r, known) || !api_slice(call, r, &slice) ||
	    !list_ports(&rows, &count, call, r))
		return;
	for (size_t i = 0; i < count; i++)
		total += is_on(call, &rows[i], wanted);
	api_begin_list(&w, r, &slice, total);
	json_put_array(&w, "items");
	for (size_t i = 0, place = 0; i < count; i++) {
		if (!is_on(call, &rows[i], wanted))
			continue;
		if (is_in(&slice, place++))
			api_put_port(&w, call, &rows[i]);
	}
	json_end_array(&w);
	api_finish(&w, call, r);
	free(rows);
}

/* One object takes the place of a list's item. */
static void add_port(const struct call *call, struct response *r,
		     const struct port_row *row)
{
	struct json_writer w;

	json_start(&w, &r->body);
	api_put_port(&w, call, row);
	text_add_char(&r->body, '\n');
	r->content_type = "application/json";
	r->is_data = true;
	r->max_age_s = page_max_age(call, 10);
}

void api_port(const struct call *call, struct response *r)
{
	static const char *const known[] = { NULL };
	const char *name = call->request->segments[3];
	const char *number = call->request->segments[4];
	const struct port_row *found = NULL;
	struct port_row *rows;
	uint32_t ifindex;
	size_t count;

	if (number_u32(number, strlen(number), UINT32_MAX, &ifindex) < 0) {
		api_refuse(call, r, "ifindex");
		return;
	}
	if (!api_knows(call, r, known) || !list_ports(&rows, &count, call, r))
		return;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].ifindex == ifindex && is_on(call, &rows[i], name))
			found = &rows[i];
	}
	if (found)
		add_port(call, r, found);
	else
		problem_refuse(call, r, 404, TR("There is no such port."),
			       NULL);
	free(rows);
}

void api_vlans(const struct call *call, struct response *r)
{
	const struct registry *registry = call->registry;
	struct api_slice slice;
	struct json_writer w;

	if (!begin(&w, call, r, &slice, registry->vlan_count))
		return;
	for (uint32_t i = 0; i < registry->vlan_count; i++) {
		if (!is_in(&slice, i))
			continue;
		json_put_object(&w, NULL);
		json_put_u64(&w, "vlan", registry->vlans[i].tag);
		json_put_string(&w, "name", registry->vlans[i].name);
		json_end_object(&w);
	}
	json_end_array(&w);
	api_finish(&w, call, r);
}

void api_infrastructures(const struct call *call, struct response *r)
{
	const struct registry *registry = call->registry;
	bool is_known = registry->infrastructure.switch_count > 0;
	struct api_slice slice;
	struct json_writer w;

	if (!begin(&w, call, r, &slice, is_known))
		return;
	if (is_known && is_in(&slice, 0)) {
		json_put_object(&w, NULL);
		json_put_u64(&w, "id", registry->infrastructure_id);
		json_put_string(&w, "name", registry->infrastructure.name);
		json_end_object(&w);
	}
	json_end_array(&w);
	api_finish(&w, call, r);
}

void api_locations(const struct call *call, struct response *r)
{
	const struct registry *registry = call->registry;
	struct api_slice slice;
	struct json_writer w;

	if (!begin(&w, call, r, &slice, registry->location_count))
		return;
	for (uint32_t i = 0; i < registry->location_count; i++) {
		if (!is_in(&slice, i))
			continue;
		json_put_object(&w, NULL);
		json_put_string(&w, "name", registry->locations[i].name);
		json_end_object(&w);
	}
	json_end_array(&w);
	api_finish(&w, call, r);
}

static const struct status_switch *status_of(const struct call *call,
					     const char *name)
{
	const struct status *s = call->status;

	for (size_t i = 0; s && i < s->switch_count; i++) {
		if (strcmp(s->switches[i].name, name) == 0)
			return &s->switches[i];
	}
	return NULL;
}

static void put_switch(struct json_writer *w, const char *name,
		       const struct status_switch *s)
{
	json_put_object(w, NULL);
	json_put_string(w, "name", name);
	api_put_time(w, "seen_at", s ? s->last_seen : NAN);
	api_put_whole(w, "datagrams", s ? s->datagrams : NAN);
	api_put_whole(w, "lost_datagrams", s ? s->lost_datagrams : NAN);
	api_put_whole(w, "flow_samples", s ? s->flow_samples : NAN);
	api_put_whole(w, "counter_samples", s ? s->counter_samples : NAN);
	api_put_whole(w, "drops", s ? s->drops : NAN);
	api_put_whole(w, "sampling_rate", s ? s->sampling_rate : NAN);
	json_put_double(w, "correction", s ? s->correction : NAN, 6);
	json_end_object(w);
}

void api_switches(const struct call *call, struct response *r)
{
	const struct config *config = call->config;
	struct api_slice slice;
	struct json_writer w;

	if (!begin(&w, call, r, &slice, config->switch_count))
		return;
	for (size_t i = 0; i < config->switch_count; i++) {
		const char *name = config->switches[i].name;

		if (is_in(&slice, i))
			put_switch(&w, name, status_of(call, name));
	}
	json_end_array(&w);
	api_finish(&w, call, r);
}
