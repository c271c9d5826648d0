/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/sampling_json.h"

#include <stdlib.h>

#include "collector/clock.h"

enum { SHOWN = 200 };

static void put_member(struct json_writer *w, const struct intake *in,
		       const char *key, uint32_t interface)
{
	const struct registry *r = in->registry;

	json_put_u64(w, key, r->members[r->interfaces[interface].member].asn);
}

static void put_loss(struct json_writer *w, const struct intake *in,
		     const struct balance *b)
{
	struct balance_loss loss;

	(void)balance_loss(b, in->step, &loss);
	json_put_double(w, "share", loss.share, 6);
	json_put_double(w, "ci95", loss.ci95, 6);
	json_put_double(w, "packets", loss.packets, 0);
}

/* The port by which an interface's frames came in last. */
static void put_home(struct json_writer *w, const struct intake *in,
		     uint32_t interface)
{
	uint32_t home = sides_last_home(&in->sides, interface);
	const struct port_state *p = &in->ports.ports[home];

	if (home == PORT_NONE) {
		json_put_null(w, "switch");
		json_put_null(w, "port");
		return;
	}
	json_put_string(w, "switch",
			in->registry->config->switches[p->switch_index].name);
	json_put_string(w, "port", p->name);
}

static bool write_shut(struct json_writer *w, const struct intake *in,
		       uint32_t interface, const struct balance *b,
		       const char *side)
{
	if (!balance_was_shut(b, in->step))
		return false;
	json_put_object(w, NULL);
	put_member(w, in, "asn", interface);
	json_put_u64(w, "vlan", in->registry->interfaces[interface].vlan);
	put_home(w, in, interface);
	json_put_string(w, "side", side);
	json_put_i64(w, "until", b->shut_until * STEP_S);
	json_end_object(w);
	return true;
}

static void write_sides(struct json_writer *w, const struct intake *in)
{
	size_t written = 0;

	json_put_array(w, "sides_shut");
	for (uint32_t i = 1;
	     i < in->registry->interface_count && written < SHOWN; i++) {
		const struct side_place *p = &in->sides.places[i];

		written += write_shut(w, in, i, &p->sent, "ingress");
		written += write_shut(w, in, i, &p->got, "egress");
	}
	json_end_array(w);
}

static bool write_loss(struct json_writer *w, const struct intake *in,
		       uint32_t interface, const struct balance *b,
		       const char *way)
{
	struct balance_loss loss;

	if (!balance_loss(b, in->step, &loss))
		return false;
	json_put_object(w, NULL);
	put_member(w, in, "asn", interface);
	json_put_u64(w, "vlan", in->registry->interfaces[interface].vlan);
	put_home(w, in, interface);
	json_put_string(w, "way", way);
	put_loss(w, in, b);
	json_end_object(w);
	return true;
}

static void write_losses(struct json_writer *w, const struct intake *in)
{
	size_t written = 0;

	json_put_array(w, "losses");
	for (uint32_t i = 1;
	     i < in->registry->interface_count && written < SHOWN; i++) {
		const struct side_place *p = &in->sides.places[i];

		written += write_loss(w, in, i, &p->got, "to_member");
		written += write_loss(w, in, i, &p->sent, "from_member");
	}
	json_end_array(w);
}

static void write_pairs(struct json_writer *w, const struct intake *in)
{
	const struct loss_pair **pairs = NULL;
	size_t count = 0;

	if (losses_list(&in->losses, in->step, &pairs, &count) < 0)
		w->out->failed = true;
	json_put_array(w, "pair_losses");
	for (size_t i = 0; i < count && i < SHOWN; i++) {
		json_put_object(w, NULL);
		put_member(w, in, "from", pairs[i]->from);
		put_member(w, in, "to", pairs[i]->to);
		json_put_u64(w, "vlan",
			     in->registry->interfaces[pairs[i]->from].vlan);
		put_loss(w, in, &pairs[i]->balance);
		json_end_object(w);
	}
	json_end_array(w);
	free(pairs);
}

void sampling_json(struct json_writer *w, const struct intake *in)
{
	write_sides(w, in);
	write_losses(w, in);
	write_pairs(w, in);
}

static void write_calibration(struct json_writer *w, const char *key,
			      const struct calibration *c)
{
	static const char *const drifts[] = {
		[DRIFT_NONE] = "none",
		[DRIFT_HIGH] = "high",
		[DRIFT_LOW] = "low",
	};

	if (!c->known) {
		json_put_null(w, key);
		return;
	}
	json_put_object(w, key);
	json_put_i64(w, "at", c->at_step * STEP_S);
	json_put_double(w, "ratio", c->ratio, 6);
	json_put_double(w, "ci95", c->ci95, 6);
	json_put_bool(w, "exact", c->exact);
	json_put_string(w, "drift", drifts[c->drift]);
	json_end_object(w);
}

void sampling_json_port(struct json_writer *w, const struct port_state *p)
{
	write_calibration(w, "in_calibration", &p->calibration[0]);
	write_calibration(w, "out_calibration", &p->calibration[1]);
}
