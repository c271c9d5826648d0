/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * An interface that is only down keeps its handle: the kernel connects it again
 * the moment that the interface is up, so no frame is missed. One that is gone
 * does not come back for the handle, and another one of its name has another
 * index.
 *
 * A filter is compiled for a handle, for it is the kernel that has the VLAN
 * tag beside the frame, not in it. So it is compiled anew when an interface
 * comes back, in a process that by then may neither read files nor ask name
 * servers: names are refused from the start.
 */
#include "collector/interface_source.h"

#include <errno.h>
#include <limits.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/filter_names.h"
#include "util/err.h"

struct interface_source {
	char name[IFNAMSIZ];
	char *filter; /* "": all */
	int buffer_bytes;
	int snap_bytes;
	int control;  /* a socket to ask about interfaces by */
	pcap_t *pcap; /* NULL: not open */
	int ifindex;  /* that it is open on */
	bool lost;    /* that interface is gone, or failed */
	bool settled; /* and was so for a tick: its ring fills no more */
	enum interface_state state;
	struct text problem;
	uint32_t mtu;
	bool has_offload;
	uint32_t last_drops; /* as libpcap counts for this handle */
	uint64_t drops;
};

/* libpcap's time grows faster than a filter: with 400 hosts it takes seconds,
 * in which a collector that reads its configuration anew takes no frame. */
enum { FILTER_LONGEST = 2048 };

/* Compile for a handle. */
static int compile(pcap_t *pcap, const char *filter, struct bpf_program *to,
		   struct text *problem)
{
	if (pcap_compile(pcap, to, filter, 1, PCAP_NETMASK_UNKNOWN) == 0)
		return 0;
	text_addf(problem, "the filter \"%s\" is wrong: %s", filter,
		  pcap_geterr(pcap));
	return ERR_SYNTAX;
}

int interface_filter_check(const char *filter, uint32_t snap_bytes,
			   struct text *problem)
{
	struct bpf_program program;
	size_t len;
	const char *name = filter_find_name(filter, &len);
	pcap_t *pcap;
	int rc;

	if (strlen(filter) > FILTER_LONGEST) {
		text_addf(problem,
			  "the filter has %zu bytes, expected at most %d",
			  strlen(filter), FILTER_LONGEST);
		return ERR_SYNTAX;
	}
	if (name) {
		text_addf(problem,
			  "the filter \"%s\" has a name, which is not looked "
			  "up: \"%.*s\": write addresses and numbers",
			  filter, (int)len, name);
		return ERR_SYNTAX;
	}
	pcap = pcap_open_dead(DLT_EN10MB, (int)snap_bytes);
	if (!pcap)
		return -ENOMEM;
	rc = compile(pcap, filter, &program, problem);
	if (rc == 0)
		pcap_freecode(&program);
	pcap_close(pcap);
	return rc;
}

/* ---- the interface ---- */

static bool ask(const struct interface_source *s, unsigned long request,
		struct ifreq *answer)
{
	memcpy(answer->ifr_name, s->name, sizeof(answer->ifr_name));
	return ioctl(s->control, request, answer) == 0;
}

/* A value of ethtool's; 0 where the driver has none. */
static uint32_t ethtool_value(const struct interface_source *s,
			      uint32_t command)
{
	struct ethtool_value value = { .cmd = command };
	struct ifreq request = { .ifr_data = (char *)&value };

	return ask(s, SIOCETHTOOL, &request) ? value.data : 0;
}

/* What is there of that name. */
struct found {
	int ifindex; /* 0: nothing */
	bool is_up;
	bool has_link;
};

static struct found find(struct interface_source *s)
{
	struct found found = { .ifindex = 0 };
	struct ifreq index = { .ifr_ifindex = 0 };
	struct ifreq flags = { .ifr_flags = 0 };
	struct ifreq mtu = { .ifr_mtu = 0 };

	if (!ask(s, SIOCGIFINDEX, &index) || !ask(s, SIOCGIFFLAGS, &flags))
		return found;
	found.ifindex = index.ifr_ifindex;
	found.is_up = (flags.ifr_flags & IFF_UP) != 0;
	found.has_link = (flags.ifr_flags & IFF_RUNNING) != 0;
	s->mtu = ask(s, SIOCGIFMTU, &mtu) ? (uint32_t)mtu.ifr_mtu : 0;
	s->has_offload = ethtool_value(s, ETHTOOL_GGRO) != 0 ||
			 (ethtool_value(s, ETHTOOL_GFLAGS) & ETH_FLAG_LRO);
	return found;
}

/* ---- the handle ---- */

static void count_drops(struct interface_source *s)
{
	struct pcap_stat stat;

	if (!s->pcap || pcap_stats(s->pcap, &stat) < 0)
		return;
	s->drops += (uint32_t)(stat.ps_drop - s->last_drops);
	s->last_drops = stat.ps_drop;
}

static void let_go(struct interface_source *s)
{
	count_drops(s);
	if (s->pcap)
		pcap_close(s->pcap);
	s->pcap = NULL;
	s->last_drops = 0;
	s->lost = false;
	s->settled = false;
}

/* Why it cannot be opened: 0 if it went away or down meanwhile. */
static int refusal(pcap_t *pcap, int rc, struct text *problem)
{
	const char *why = pcap_geterr(pcap);

	if (rc == PCAP_ERROR_NO_SUCH_DEVICE || rc == PCAP_ERROR_IFACE_NOT_UP)
		return 0;
	text_add(problem, *why ? why : pcap_statustostr(rc));
	if (rc != PCAP_ERROR_PERM_DENIED &&
	    rc != PCAP_ERROR_PROMISC_PERM_DENIED)
		return -EIO;
	if (!strstr(text_str(problem), "CAP_NET_RAW"))
		text_add(problem, " (CAP_NET_RAW is wanted)");
	return -EPERM;
}

static int activate(const struct interface_source *s, pcap_t *pcap)
{
	(void)pcap_set_snaplen(pcap, s->snap_bytes);
	(void)pcap_set_promisc(pcap, 1);
	(void)pcap_set_buffer_size(pcap, s->buffer_bytes);
	(void)pcap_set_timeout(pcap, INTERFACE_WAIT_MS);
	return pcap_activate(pcap);
}

/* Let only in what is wanted: frames from outside, through the filter, cut by
 * the kernel. An empty filter cuts too. */
static int restrict_to(const struct interface_source *s, pcap_t *pcap,
		       struct text *problem)
{
	char words[PCAP_ERRBUF_SIZE];
	struct bpf_program program;
	int on = 1;
	int rc;

	if (pcap_datalink(pcap) != DLT_EN10MB) {
		const char *link =
		    pcap_datalink_val_to_name(pcap_datalink(pcap));

		text_addf(problem, "no Ethernet: its frames are of type %s",
			  link ? link : "unknown");
		return ERR_UNSUPPORTED;
	}
	/* What the kernel does not even put into the ring; older ones do, and
	 * libpcap leaves it out. */
	(void)setsockopt(pcap_fileno(pcap), SOL_PACKET, PACKET_IGNORE_OUTGOING,
			 &on, sizeof(on));
	if (pcap_setdirection(pcap, PCAP_D_IN) < 0) {
		text_add(problem, pcap_geterr(pcap));
		return -EIO;
	}
	rc = compile(pcap, s->filter, &program, problem);
	if (rc < 0)
		return rc;
	if (pcap_setfilter(pcap, &program) < 0) {
		text_add(problem, pcap_geterr(pcap));
		rc = -EIO;
	} else if (pcap_setnonblock(pcap, 1, words) < 0) {
		text_add(problem, words);
		rc = -EIO;
	}
	pcap_freecode(&program);
	return rc;
}

/* Open the interface that is there. */
static int take_hold(struct interface_source *s, const struct found *found,
		     struct text *problem)
{
	char words[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = pcap_create(s->name, words);
	int rc;

	if (!pcap) {
		text_add(problem, words);
		return -EIO;
	}
	rc = activate(s, pcap);
	if (rc < 0) {
		rc = refusal(pcap, rc, problem);
		goto out;
	}
	rc = restrict_to(s, pcap, problem);
	if (rc < 0)
		goto out;
	s->pcap = pcap;
	s->ifindex = found->ifindex;
	pcap = NULL;
out:
	if (pcap)
		pcap_close(pcap);
	return rc;
}

/* What is there now, opened if it can be. */
static int look(struct interface_source *s)
{
	struct found found = find(s);
	int rc = 0;

	text_clear(&s->problem);
	if (s->pcap && found.ifindex != s->ifindex)
		s->lost = true;
	if (s->lost && s->settled)
		let_go(s);
	s->settled = s->lost;
	if (!s->pcap && found.is_up) {
		rc = take_hold(s, &found, &s->problem);
		/* It may have been another one by then. */
		if (s->pcap)
			found = find(s);
	}
	if (found.ifindex == 0)
		s->state = INTERFACE_GONE;
	else
		s->state = found.has_link && s->pcap && !s->lost
			       ? INTERFACE_UP
			       : INTERFACE_DOWN;
	return rc;
}

/* What cannot be opened yet could not be later either without the right. */
static int try_rights(struct text *problem)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		int rc = -errno;

		text_addf(problem,
			  "cannot open a socket of frames: %s "
			  "(CAP_NET_RAW is wanted)",
			  err_str(rc));
		return rc;
	}
	(void)close(fd);
	return 0;
}

/* ---- public ---- */

/* libpcap counts in ints, and takes what is none for its default. */
static int at_most_int(uint32_t bytes)
{
	return bytes < INT_MAX ? (int)bytes : INT_MAX;
}

int interface_source_open(struct interface_source **out,
			  const struct interface_options *options,
			  struct text *problem)
{
	const char *filter = options->filter ? options->filter : "";
	struct interface_source *s;
	int rc = interface_filter_check(filter, options->snap_bytes, problem);

	if (rc < 0)
		return rc;
	if (strlen(options->interface) >= sizeof(s->name)) {
		text_addf(problem, "no interface can have so long a name");
		return ERR_SYNTAX;
	}
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	text_init(&s->problem);
	memcpy(s->name, options->interface, strlen(options->interface));
	s->buffer_bytes = at_most_int(options->buffer_bytes);
	s->snap_bytes = at_most_int(options->snap_bytes);
	s->filter = strdup(filter);
	s->control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (!s->filter || s->control < 0)
		rc = s->filter ? -errno : -ENOMEM;
	if (rc == 0)
		rc = look(s);
	if (rc == 0 && !s->pcap)
		rc = try_rights(&s->problem);
	if (rc < 0) {
		text_add(problem, text_str(&s->problem));
		interface_source_close(s);
		return rc;
	}
	*out = s;
	return 0;
}

void interface_source_close(struct interface_source *s)
{
	if (!s)
		return;
	let_go(s);
	if (s->control >= 0)
		(void)close(s->control);
	text_fini(&s->problem);
	free(s->filter);
	free(s);
}

int interface_source_fd(const struct interface_source *s)
{
	return s->pcap && !s->lost ? pcap_get_selectable_fd(s->pcap) : -1;
}

struct delivery {
	interface_sink sink;
	void *context;
};

static void deliver(u_char *user, const struct pcap_pkthdr *head,
		    const u_char *bytes)
{
	struct delivery *to = (void *)user;
	const struct interface_frame frame = {
		.bytes = bytes,
		.captured_bytes = head->caplen,
		.wire_bytes = head->len,
		.time_us =
		    head->ts.tv_sec * INT64_C(1000000) + head->ts.tv_usec,
	};

	to->sink(to->context, &frame);
}

int interface_source_receive(struct interface_source *s, interface_sink sink,
			     void *context, int most)
{
	struct delivery to = { .sink = sink, .context = context };
	int count;

	if (!s->pcap)
		return 0;
	count = pcap_dispatch(s->pcap, most, deliver, (u_char *)&to);
	if (count >= 0)
		return count;
	s->lost = true;
	return -EIO;
}

bool interface_source_tick(struct interface_source *s)
{
	int before = interface_source_fd(s);
	const pcap_t *handle = s->pcap;

	(void)look(s);
	/* Another one may have the same number. */
	return interface_source_fd(s) != before || s->pcap != handle;
}

uint64_t interface_source_drops(struct interface_source *s)
{
	count_drops(s);
	return s->drops;
}

enum interface_state interface_source_state(const struct interface_source *s)
{
	return s->state;
}

const char *interface_source_problem(const struct interface_source *s)
{
	return text_str(&s->problem);
}

uint32_t interface_source_mtu(const struct interface_source *s)
{
	return s->mtu;
}

bool interface_source_has_offload(const struct interface_source *s)
{
	return s->has_offload;
}
