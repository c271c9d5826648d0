/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulator as a program: what it sends agrees with the truth that it
 * writes. Read with the project's sFlow reader; with tshark, in
 * tests/simulator/test-capture.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/frame.h"
#include "net/sflow.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/file.h"
#include "util/text.h"

enum {
	SWITCHES = 3,
	PORTS_MAX = 64,
	MEMBERS = 12,
	STATIONS_MAX = 32,
	ARGUMENTS_MAX = 24,
	PACKET_HEAD = 14 + 20 + 8, /* Ethernet, IPv4, UDP */
	RATE = 256,
};

/* A port as the truth lists it, and what the capture says about it. */
struct seen_port {
	uint32_t switch_index;
	uint32_t ifindex;
	bool core;
	uint64_t counter_samples;
	struct sflow_if_counters first;
	struct sflow_if_counters last;
	uint64_t flow_samples;
	uint32_t sequence;
	uint32_t pool;
};

/* What is summed over all samples. */
struct seen {
	struct seen_port ports[PORTS_MAX];
	size_t port_count;
	uint64_t datagrams;
	uint64_t edge_ingress;
	uint64_t edge_egress;
	uint64_t core_ingress;
	uint64_t core_egress;
	uint32_t drops[SWITCHES];
	/* of edge samples, by the frame's sender and direction */
	double bytes[2][STATIONS_MAX];
	double variance[2][STATIONS_MAX];
};

static char *folder;
static json_t *truth;
static struct text capture;

static void make_folder(void)
{
	folder = tempdir_new();
	text_init(&capture);
}

static void remove_folder(void)
{
	json_decref(truth);
	truth = NULL;
	text_fini(&capture);
	tempdir_remove(folder);
}

static char *path_of(const char *name, char to[256])
{
	ck_assert_int_lt(snprintf(to, 256, "%s/%s", folder, name), 256);
	return to;
}

/* Start the simulator with --out and these arguments, NULL at the end. */
static pid_t start(const char *const *arguments)
{
	char program[] = LANTERNE_SIMULATOR;
	char out[] = "--out";
	char *argv[ARGUMENTS_MAX] = { program, out, folder };
	pid_t pid;
	int n = 3;

	for (; *arguments; arguments++) {
		ck_assert_int_lt(n, ARGUMENTS_MAX - 1);
		argv[n++] = strdup(*arguments);
	}
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)execv(program, argv);
		_exit(127);
	}
	while (n > 3)
		free(argv[--n]);
	return pid;
}

static int status_of(pid_t pid)
{
	int status = 0;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void load_truth(void)
{
	char path[256];

	truth = json_load_file(path_of("truth.json", path), 0, NULL);
	ck_assert_ptr_nonnull(truth);
}

/* Write a capture of a small exchange, with up to four more arguments. */
static void simulate(const char *const *more)
{
	char path[256];
	const char *arguments[ARGUMENTS_MAX] = {
		"--switches", "3",
		"--rate",     "256",
		"--traffic",  "60M",
		"--seconds",  "90",
		"--members",  "12",
		"--seed",     "7",
		"--pcap",     path_of("x.pcap", path),
	};

	for (int i = 0; i < 4 && more && more[i]; i++)
		arguments[14 + i] = more[i];
	ck_assert_int_eq(status_of(start(arguments)), 0);
	load_truth();
	ck_assert_int_eq(file_read(path, 1u << 28, &capture), 0);
}

static uint64_t number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	ck_assert_msg(json_is_integer(value), "no number %s", key);
	return (uint64_t)json_integer_value(value);
}

static uint64_t sent(const char *key)
{
	return number(json_object_get(truth, "sent"), key);
}

/* Bytes or packets of all families. */
static uint64_t sum_of(const json_t *families, const char *what)
{
	static const char *const names[] = { "ipv4", "ipv6", "other" };
	uint64_t sum = 0;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const json_t *family = json_object_get(families, names[i]);

		if (family)
			sum += number(family, what);
	}
	return sum;
}

static void list_ports(struct seen *seen)
{
	const json_t *ports = json_object_get(truth, "ports");
	const json_t *port;
	size_t i;

	ck_assert_uint_le(json_array_size(ports), PORTS_MAX);
	json_array_foreach(ports, i, port)
	{
		const char *name =
		    json_string_value(json_object_get(port, "switch"));

		ck_assert_ptr_nonnull(name);
		seen->ports[seen->port_count++] = (struct seen_port){
			.switch_index = (uint32_t)(name[2] - '1'),
			.ifindex = (uint32_t)number(port, "ifindex"),
			.core = json_is_true(json_object_get(port, "core")),
		};
	}
}

static struct seen_port *find_port(struct seen *seen, uint32_t box,
				   uint32_t ifindex)
{
	for (size_t i = 0; i < seen->port_count; i++)
		if (seen->ports[i].switch_index == box &&
		    seen->ports[i].ifindex == ifindex)
			return &seen->ports[i];
	ck_abort_msg("no port %u of switch %u", ifindex, box);
	return NULL;
}

static void see_counters(struct seen *seen, uint32_t box,
			 const struct sflow_counters *c)
{
	struct seen_port *port = find_port(seen, box, c->source.index);

	ck_assert(c->has_interface && c->expanded && c->port_name);
	ck_assert_uint_eq(c->sequence, port->counter_samples);
	ck_assert_uint_eq(c->interface.ifindex, port->ifindex);
	if (port->counter_samples++ == 0)
		port->first = c->interface;
	port->last = c->interface;
}

/* Samples of one data source follow each other without a gap. */
static void see_source(struct seen *seen, struct seen_port *port,
		       const struct sflow_flow *f)
{
	ck_assert_uint_eq(f->sequence, port->sequence);
	ck_assert_uint_eq(f->sampling_rate, RATE);
	ck_assert_uint_eq(f->sample_pool - port->pool, RATE);
	ck_assert_uint_ge(f->drops, seen->drops[port->switch_index]);
	seen->drops[port->switch_index] = f->drops;
	port->sequence++;
	port->pool = f->sample_pool;
	port->flow_samples++;
}

static void see_frame(struct seen *seen, const struct seen_port *port,
		      const struct sflow_flow *f, bool ingress)
{
	struct frame frame = frame_parse(f->header);
	uint64_t sender = frame.src.bits & 0xffff;
	double bytes = f->frame_bytes;

	ck_assert(f->expanded && f->has_header && frame.has_type);
	ck_assert_uint_eq(f->stripped_bytes, 4);
	ck_assert_uint_ge(f->frame_bytes, 64);
	ck_assert_uint_le(f->frame_bytes, 1518);
	ck_assert_uint_gt(sender, 0);
	ck_assert_uint_lt(sender, STATIONS_MAX);
	if (ingress && frame.src.bits >> 16 == 0x02000000) /* a member's */
		ck_assert_ptr_eq(port, &seen->ports[sender - 1]);
	if (mac_is_group(frame.dst))
		return;
	seen->bytes[ingress][sender] += bytes * RATE;
	seen->variance[ingress][sender] += bytes * bytes * RATE * (RATE - 1.0);
}

static void see_flow(struct seen *seen, uint32_t box,
		     const struct sflow_flow *f)
{
	struct seen_port *port = find_port(seen, box, f->source.index);
	bool ingress = f->input.value == f->source.index;

	ck_assert(ingress || f->output.value == f->source.index);
	ck_assert_uint_eq(f->source.class, SFLOW_SOURCE_IFINDEX);
	see_source(seen, port, f);
	if (port->core) {
		seen->core_ingress += ingress;
		seen->core_egress += !ingress;
		return;
	}
	seen->edge_ingress += ingress;
	seen->edge_egress += !ingress;
	see_frame(seen, port, f, ingress);
}

static void see_datagram(struct seen *seen, const uint8_t *data, size_t len)
{
	struct sflow_skipped skipped = { 0 };
	struct sflow_reader reader;
	struct sflow_counters c;
	struct sflow_flow flow;
	struct sflow_head head;
	uint32_t samples = 0;
	int got;

	ck_assert_uint_le(len, 1400);
	ck_assert_int_eq(sflow_open(&reader, data, len, &head, &skipped), 0);
	ck_assert_uint_eq(head.sub_agent, 100);
	ck_assert_uint_eq(head.uptime_ms % 1000, 0);
	while ((got = sflow_next(&reader, &flow, &c)) > 0) {
		uint32_t box = head.agent.bytes[3] - 1u;

		ck_assert_uint_lt(box, SWITCHES);
		if (got == SFLOW_FLOW)
			see_flow(seen, box, &flow);
		else
			see_counters(seen, box, &c);
		samples++;
	}
	ck_assert_int_eq(got, SFLOW_END);
	ck_assert_uint_eq(samples, head.sample_count);
	ck_assert_uint_le(samples, 8);
	ck_assert_uint_eq(skipped.samples + skipped.flow_records +
			      skipped.counter_records,
			  0);
	seen->datagrams++;
}

/* Read the whole capture; its times never go back. */
static struct seen *see_all(void)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	const uint8_t *bytes = (const uint8_t *)capture.data;
	uint64_t before = 0;
	uint32_t head[4]; /* seconds, microseconds, captured, on the wire */

	ck_assert_ptr_nonnull(seen);
	list_ports(seen);
	for (size_t at = 24; at < capture.len; at += sizeof(head) + head[2]) {
		uint64_t us;

		memcpy(head, bytes + at, sizeof(head));
		us = head[0] * UINT64_C(1000000) + head[1];
		ck_assert_uint_ge(us, before);
		ck_assert_uint_le(at + sizeof(head) + head[2], capture.len);
		see_datagram(seen, bytes + at + sizeof(head) + PACKET_HEAD,
			     head[2] - PACKET_HEAD);
		before = us;
	}
	return seen;
}

START_TEST(the_capture_holds_what_was_sent)
{
	struct seen *seen;
	uint64_t counters = 0;

	simulate(NULL);
	seen = see_all();
	for (size_t i = 0; i < seen->port_count; i++)
		counters += seen->ports[i].counter_samples;
	ck_assert_uint_eq(seen->datagrams, sent("datagrams"));
	ck_assert_uint_eq(seen->edge_ingress, sent("edge_ingress"));
	ck_assert_uint_eq(seen->edge_egress, sent("edge_egress"));
	ck_assert_uint_eq(seen->core_ingress, sent("core_ingress"));
	ck_assert_uint_eq(seen->core_egress, sent("core_egress"));
	ck_assert_uint_eq(counters, sent("counter_samples"));
	ck_assert_uint_eq(counters, seen->port_count * (2 + 90 / 20) +
					seen->port_count / 2);
	ck_assert_uint_gt(sent("edge_egress"), 1000);
	free(seen);
}
END_TEST

START_TEST(counter_deltas_are_the_truth)
{
	struct seen *seen;

	simulate(NULL);
	seen = see_all();
	for (size_t i = 0; i < seen->port_count; i++) {
		const json_t *c = json_object_get(
		    json_array_get(json_object_get(truth, "ports"), i),
		    "counters");
		const struct sflow_if_counters *a = &seen->ports[i].first;
		const struct sflow_if_counters *b = &seen->ports[i].last;

		ck_assert_uint_eq(b->in_octets - a->in_octets,
				  number(c, "in_octets"));
		ck_assert_uint_eq(b->out_octets - a->out_octets,
				  number(c, "out_octets"));
		ck_assert_uint_eq((uint32_t)(b->in_ucast - a->in_ucast),
				  number(c, "in_ucast"));
		ck_assert_uint_eq((uint32_t)(b->in_mcast - a->in_mcast),
				  number(c, "in_mcast"));
		ck_assert_uint_eq((uint32_t)(b->in_bcast - a->in_bcast),
				  number(c, "in_bcast"));
		ck_assert_uint_eq((uint32_t)(b->out_ucast - a->out_ucast),
				  number(c, "out_ucast"));
		ck_assert_uint_eq((uint32_t)(b->out_mcast - a->out_mcast),
				  number(c, "out_mcast"));
		ck_assert_uint_eq((uint32_t)(b->out_bcast - a->out_bcast),
				  number(c, "out_bcast"));
		ck_assert_uint_gt(number(c, "out_bcast"), 0);
	}
	free(seen);
}
END_TEST

/* Unicast that each member sent, by the truth's pairs. */
static uint64_t unicast_from(uint64_t asn)
{
	const json_t *pairs = json_object_get(truth, "pairs");
	const json_t *pair;
	uint64_t sum = 0;
	size_t i;

	json_array_foreach(pairs, i, pair)
	{
		if (number(pair, "from") == asn)
			sum += sum_of(pair, "bytes");
	}
	return sum;
}

/* Row 0: what is sampled at the receivers' ports; 1: at the senders'. */
START_TEST(each_direction_estimates_the_truth)
{
	uint32_t first = 1;
	struct seen *seen;

	simulate(NULL);
	seen = see_all();
	for (uint32_t i = 0; i < MEMBERS; i++) {
		uint32_t stations = i % 6 == 2 ? 2 : 1;
		double exact = (double)unicast_from(64496 + i);
		double bytes = 0;
		double variance = 0;

		for (uint32_t k = first; k < first + stations; k++) {
			bytes += seen->bytes[_i][k];
			variance += seen->variance[_i][k];
		}
		first += stations;
		ck_assert_double_gt(exact, 0);
		ck_assert_msg(fabs(bytes - exact) <=
				  5 * sqrt(variance + 1518.0 * 1518 * RATE),
			      "member %u: %.0f instead of %.0f", i, bytes,
			      exact);
	}
	free(seen);
}
END_TEST

START_TEST(the_truth_adds_up)
{
	const char *const more[] = { "--unknown-macs", "4", NULL };
	const json_t *array;
	const json_t *item;
	uint64_t from = 0;
	uint64_t unknown = 0;
	uint64_t in = 0;
	size_t i;

	simulate(more);
	array = json_object_get(truth, "members");
	json_array_foreach(array, i, item) from +=
	    sum_of(json_object_get(item, "from_member"), "bytes");
	array = json_object_get(truth, "unknown_macs");
	ck_assert_uint_eq(json_array_size(array), 4);
	json_array_foreach(array, i, item) unknown +=
	    sum_of(json_object_get(item, "sent"), "bytes");
	array = json_object_get(truth, "ports");
	json_array_foreach(array, i, item)
	{
		if (json_is_false(json_object_get(item, "core")))
			in += number(json_object_get(item, "counters"),
				     "in_octets");
	}
	ck_assert_uint_gt(unknown, 0);
	ck_assert_uint_eq(from,
			  sum_of(json_object_get(truth, "exchange"), "bytes"));
	ck_assert_uint_eq(from + unknown, in);
}
END_TEST

static const struct leave_out {
	const char *name;
	const char *arguments[3];
	bool core_ingress;
	bool core_egress;
	bool edge_egress;
} leave_outs[] = {
	{ "nothing", { NULL }, true, true, true },
	{ "core ports", { "--no-core", NULL }, false, false, true },
	{ "egress",
	  { "--one-direction", "ingress", NULL },
	  true,
	  false,
	  false },
};

START_TEST(options_leave_out_whole_kinds_of_samples)
{
	const struct leave_out *row = &leave_outs[_i];

	simulate(row->arguments);
	free(see_all());
	ck_assert_msg(row->core_ingress == (sent("core_ingress") > 0), "%s",
		      row->name);
	ck_assert_msg(row->core_egress == (sent("core_egress") > 0), "%s",
		      row->name);
	ck_assert_msg(row->edge_egress == (sent("edge_egress") > 0), "%s",
		      row->name);
	ck_assert_uint_gt(sent("edge_ingress"), 1000);
}
END_TEST

START_TEST(dropped_samples_show_in_the_drops_of_the_box)
{
	const char *const more[] = { "--drops", "100", NULL };
	struct seen *seen;
	uint64_t all;

	simulate(more);
	seen = see_all();
	all = sent("dropped_samples") + sent("flow_samples");
	ck_assert_uint_gt(sent("dropped_samples"), all / 12);
	ck_assert_uint_lt(sent("dropped_samples"), all / 8);
	free(seen);
}
END_TEST

/* A socket on a free port of loopback, and that port's endpoint. */
static int receiver(char endpoint[32])
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	(void)snprintf(endpoint, 32, "127.0.0.1:%u", ntohs(address.sin_port));
	return fd;
}

/* Datagrams that come in until there is silence. */
static uint64_t receive(int fd, int silence_ms, uint64_t most)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	uint8_t datagram[2048];
	uint64_t count = 0;

	while (count < most && poll(&ready, 1, silence_ms) > 0) {
		ck_assert_int_gt(recv(fd, datagram, sizeof(datagram), 0), 0);
		count++;
	}
	return count;
}

START_TEST(a_load_run_sends_what_it_counts)
{
	char endpoint[32];
	int fd = receiver(endpoint);
	const char *arguments[] = {
		"--live", endpoint,    "--datagrams-per-second",
		"500",	  "--seconds", "1",
		NULL,
	};
	pid_t pid = start(arguments);
	uint64_t received = receive(fd, 1500, UINT64_MAX);

	ck_assert_int_eq(status_of(pid), 0);
	load_truth();
	ck_assert_uint_eq(received, sent("datagrams"));
	ck_assert_uint_ge(received, 500);
	ck_assert_uint_le(received, 700);
	(void)close(fd);
}
END_TEST

START_TEST(a_live_run_ends_on_sigterm_with_its_truth)
{
	char endpoint[32];
	int fd = receiver(endpoint);
	const char *arguments[] = { "--live", endpoint, NULL };
	pid_t pid = start(arguments);
	uint64_t received = receive(fd, 10000, 2);

	ck_assert_uint_eq(received, 2);
	ck_assert_int_eq(kill(pid, SIGTERM), 0);
	received += receive(fd, 500, UINT64_MAX);
	ck_assert_int_eq(status_of(pid), 0);
	load_truth();
	ck_assert_uint_eq(received, sent("datagrams"));
	(void)close(fd);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_capture_holds_what_was_sent, 0 },
		{ counter_deltas_are_the_truth, 0 },
		{ each_direction_estimates_the_truth, 2 },
		{ the_truth_adds_up, 0 },
		{ options_leave_out_whole_kinds_of_samples,
		  COUNT_OF(leave_outs) },
		{ dropped_samples_show_in_the_drops_of_the_box, 0 },
		{ a_load_run_sends_what_it_counts, 0 },
		{ a_live_run_ends_on_sigterm_with_its_truth, 0 },
	};

	return unit_run_with("simulator", make_folder, remove_folder, tests,
			     COUNT_OF(tests));
}
