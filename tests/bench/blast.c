/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * blast — send the datagrams of a capture over loopback at a steady rate.
 *
 * blast CAPTURE PORT DATAGRAMS_PER_SECOND SECONDS
 *
 * Reads a pcap of sFlow over Ethernet and IPv4, sends its UDP payloads from
 * 127.0.0.1 to 127.0.0.1:PORT, from the start again when it ends, and stops
 * by itself. Prints how many were sent. At most a million a second for ten
 * minutes.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	FILE_HEADER = 24,
	RECORD_HEADER = 16,
	TO_DATAGRAM = 14 + 20 + 8,
	BATCH = 32,
	PER_SECOND_MAX = 1000000,
	SECONDS_MAX = 600,
};

struct source {
	const uint8_t *file;
	size_t size;
	size_t at;
};

static void next_datagram(struct source *s, struct iovec *out)
{
	uint32_t captured;

	if (s->at + RECORD_HEADER + TO_DATAGRAM >= s->size)
		s->at = FILE_HEADER;
	memcpy(&captured, s->file + s->at + 8, sizeof(captured));
	/* The kernel only reads what a message to send points to. */
	out->iov_base =
	    (void *)((uintptr_t)s->file + s->at + RECORD_HEADER + TO_DATAGRAM);
	out->iov_len = captured - TO_DATAGRAM;
	s->at += RECORD_HEADER + captured;
}

static double now_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t send_all(int fd, struct source *s, double per_second,
			 uint64_t total)
{
	struct mmsghdr messages[BATCH] = { 0 };
	struct iovec parts[BATCH];
	double start = now_s();
	uint64_t sent = 0;

	while (sent < total) {
		double due = start + (double)sent / per_second;
		double wait = due - now_s();
		struct timespec pause = { 0, (long)(wait * 1e9) };
		int count;

		if (wait > 0.0001 && wait < 1)
			(void)nanosleep(&pause, NULL);
		for (int i = 0; i < BATCH; i++) {
			next_datagram(s, &parts[i]);
			messages[i].msg_hdr.msg_iov = &parts[i];
			messages[i].msg_hdr.msg_iovlen = 1;
		}
		count = sendmmsg(fd, messages, BATCH, 0);
		if (count < 0)
			break;
		sent += (uint64_t)count;
	}
	return sent;
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct source s = { .at = FILE_HEADER };
	struct stat status;
	double per_second;
	double seconds;
	int fd;

	if (argc != 5) {
		(void)fprintf(stderr, "usage: blast CAPTURE PORT "
				      "DATAGRAMS_PER_SECOND SECONDS\n");
		return 64;
	}
	fd = open(argv[1], O_RDONLY);
	per_second = strtod(argv[3], NULL);
	seconds = strtod(argv[4], NULL);
	if (fd < 0 || fstat(fd, &status) < 0 || per_second < 1 ||
	    per_second > PER_SECOND_MAX || seconds > SECONDS_MAX)
		return 64;
	s.size = (size_t)status.st_size;
	s.file =
	    mmap(NULL, s.size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	to.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (s.file == MAP_FAILED || fd < 0 ||
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return 71;
	(void)printf("%llu\n",
		     (unsigned long long)send_all(
			 fd, &s, per_second, (uint64_t)(per_second * seconds)));
	return 0;
}
