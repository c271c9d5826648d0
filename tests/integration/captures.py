#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One simulated capture in every shape a capture can have: the totals are the
same each time.

usage: captures.py COLLECTOR SIMULATOR

pcap and pcapng in both byte orders, with clocks of several units, link types
alone and mixed in one file, sections, standard input, named pipes, and several
files of different kinds merged by time; with wireshark's editcap and mergecap
too where these are installed.
"""
import os
import shutil
import struct
import subprocess
import sys
import tempfile

import harness

ETHERNET, RAW, SLL, WLAN, IPV4, SLL2 = 1, 101, 113, 105, 228, 276
ETHERNET_HEAD = 14
SNAPSHOT = 262144


def as_link(link, frame):
    """An Ethernet frame as a capture of another link type holds it."""
    packet = frame[ETHERNET_HEAD:]
    kind = frame[12:14]
    if link == ETHERNET:
        return frame
    if link == SLL:
        return struct.pack(">HHH8s2s", 0, 1, 6, frame[6:12], kind) + packet
    if link == SLL2:
        return struct.pack(">2sHIHBB8s", kind, 0, 3, 1, 0, 6,
                           frame[6:12]) + packet
    return packet


def pcap(packets, order="<", nanoseconds=False, link=ETHERNET):
    """Of (time, frame), or with a third value: its bytes on the wire."""
    magic = 0xa1b23c4d if nanoseconds else 0xa1b2c3d4
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, SNAPSHOT, link)]
    for time_us, frame, *wire in packets:
        data = as_link(link, frame)
        rest = time_us % 1000000 * (1000 if nanoseconds else 1)
        out.append(struct.pack(order + "IIII", time_us // 1000000, rest,
                               len(data), *(wire or [len(data)])) + data)
    return b"".join(out)


class Pcapng:
    """Blocks of a section; interfaces are (link, if_tsresol or None)."""

    def __init__(self, interfaces, order="<"):
        self.order = order
        self.interfaces = interfaces
        self.blocks = []
        self.block(0x0a0d0d0a, self.pack("IHHq", 0x1a2b3c4d, 1, 0, -1))
        for i, (link, units) in enumerate(interfaces):
            name = b"eth%d" % i
            options = self.pack("HH4s", 2, len(name), name)
            if units is not None:
                options += self.pack("HHB3x", 9, 1, units)
            # each its own snapshot length: libpcap wants one for all
            self.block(1, self.pack("HHI", link, 0, SNAPSHOT - i) + options +
                       self.pack("HH", 0, 0))

    def pack(self, shape, *values):
        return struct.pack(self.order + shape, *values)

    def block(self, kind, body):
        length = len(body) + 12
        self.blocks.append(self.pack("II", kind, length) + body +
                           self.pack("I", length))

    def time(self, units, time_us):
        if units is None:
            return time_us
        per_second = 2 ** (units & 0x7f) if units & 0x80 else 10 ** units
        return -(-time_us * per_second // 1000000)

    def packet(self, interface, time_us, frame, wire=None):
        link, units = self.interfaces[interface]
        data = as_link(link, frame)
        time = self.time(units, time_us)
        self.block(6, self.pack("IIIII", interface, time >> 32,
                                time & 0xffffffff, len(data),
                                wire or len(data)) +
                   data + bytes(-len(data) % 4))

    def bytes(self):
        return b"".join(self.blocks)


def pcapng(packets, interfaces, order="<"):
    """The packets dealt out over the interfaces in turn."""
    out = Pcapng(interfaces, order)
    for i, packet in enumerate(packets):
        out.packet(i % len(interfaces), *packet)
    return out.bytes()


MIXED = [(ETHERNET, None), (SLL2, 9), (SLL, 0x80 | 32), (RAW, 6), (IPV4, 9)]
SHAPES = {
    "pcap": lambda p: pcap(p),
    "pcap, nanoseconds": lambda p: pcap(p, nanoseconds=True),
    "pcap, big endian": lambda p: pcap(p, ">"),
    "pcap, big endian, nanoseconds": lambda p: pcap(p, ">", True),
    "pcap, Linux cooked": lambda p: pcap(p, link=SLL),
    "pcap, Linux cooked v2": lambda p: pcap(p, link=SLL2),
    "pcap, raw IP": lambda p: pcap(p, link=RAW),
    "pcapng": lambda p: pcapng(p, [(ETHERNET, None)]),
    "pcapng, big endian": lambda p: pcapng(p, [(ETHERNET, 6)], ">"),
    "pcapng, nanoseconds": lambda p: pcapng(p, [(ETHERNET, 9)]),
    "pcapng, units of 2^-30 s": lambda p: pcapng(p, [(ETHERNET, 0x80 | 30)]),
    "pcapng, three interfaces":
        lambda p: pcapng(p, [(ETHERNET, None), (ETHERNET, 9), (ETHERNET, 6)]),
    "pcapng, interfaces of five link types": lambda p: pcapng(p, MIXED),
    "pcapng, five link types, big endian":
        lambda p: pcapng(p, MIXED, ">"),
    "pcapng, sections of both byte orders":
        lambda p: pcapng(p[:len(p) // 2], MIXED) +
        pcapng(p[len(p) // 2:], MIXED[::-1], ">"),
}


class Captures:
    def __init__(self, checks, collector, simulator, folder):
        self.checks = checks
        self.collector = collector
        self.folder = folder
        self.config = self.path("sim/config.yaml")
        harness.must([simulator, "--out", self.path("sim"), "--pcap",
                      self.path("sim.pcap"), "--seconds", 180, "--start",
                      1700006400, "--seed", 3])
        head, packets = harness.read_packets(self.path("sim.pcap"))
        self.packets = []
        link = struct.unpack_from("<I", head, 20)[0]
        checks.equal(link, ETHERNET, "the simulator's link type")
        for packet in packets:
            second, micros = struct.unpack_from("<II", packet)
            self.packets.append((second * 1000000 + micros,
                                 packet[harness.PACKET_HEAD:]))
        self.wanted, _ = self.totals([self.path("sim.pcap")])
        checks.that(self.wanted["ledger"]["attributed"] > 1000,
                    "there is something to compare")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        return harness.write(self.path(name), content)

    def totals(self, captures, stdin=None):
        out = self.path("totals.json")
        done = harness.must([self.collector, "-c", self.config, "--replay",
                             *[f"sflow:{c}" for c in captures],
                             "--totals", out], stdin=stdin)
        return harness.read_json(out), done.stderr.decode()

    def same(self, what, captures, stdin=None):
        totals, said = self.totals(captures, stdin)
        self.checks.that(totals == self.wanted, f"{what}: the same totals")
        self.checks.equal(said, "", f"{what}: nothing to complain of")

    def shapes(self):
        for what, make in SHAPES.items():
            name = self.write("shape", make(self.packets))
            self.same(what, [name])
            with open(name, "rb") as file:
                self.same(f"{what}, standard input", ["-"], stdin=file)
            self.by_pipe(what, name)

    def by_pipe(self, what, name):
        pipe = self.path("pipe")
        if not os.path.exists(pipe):
            os.mkfifo(pipe)
        with subprocess.Popen(["cp", name, pipe]) as feeder:
            self.same(f"{what}, named pipe", [pipe])
        self.checks.equal(feeder.returncode, 0, "the pipe was read whole")

    def merged(self):
        """Each shape holds a part of the packets, a pipe and - as well."""
        names = []
        for i, make in enumerate(SHAPES.values()):
            part = self.packets[i::len(SHAPES)]
            names.append(self.write(f"part{i}", make(part)))
        self.same("files of all shapes, merged", names[::-1])
        with open(names[-1], "rb") as file, \
                subprocess.Popen(["cp", names[0], self.path("pipe")]):
            self.same("merged with a pipe and standard input",
                      [*names[1:-1], self.path("pipe"), "-"], stdin=file)

    def interface_without_ip(self):
        """Its packets are counted and it is named; the others count."""
        out = Pcapng([(WLAN, None), (ETHERNET, 9)])
        for i, (time_us, frame) in enumerate(self.packets):
            out.packet(1, time_us, frame)
            if i % 10 == 0:
                out.packet(0, time_us, frame)
        # of an interface that nobody described
        out.interfaces.append((ETHERNET, None))
        out.packet(2, *self.packets[-1])
        totals, said = self.totals([self.write("wlan", out.bytes())])
        others = -(-len(self.packets) // 10) + 1
        self.checks.equal(totals["input"]["other_packets"], others,
                          "packets without IP are counted")
        for key in ("members", "pairs", "ports", "ledger"):
            self.checks.that(totals[key] == self.wanted[key],
                             f"beside an interface without IP: {key}")
        self.checks.that("interface 0 eth0: link type IEEE802_11 (105) is not "
                         "supported" in said, f"it says which: {said}")

    def refused(self):
        only = pcapng(self.packets[:5], [(WLAN, None), (WLAN, 9)])
        none = Pcapng([]).bytes()
        for what, content in (("link types without IP alone", only),
                              ("no interface", none),
                              ("half a section", none[:20])):
            name = self.write("refused", content)
            done = harness.run([self.collector, "-c", self.config, "--replay",
                                f"sflow:{name}", "--totals", "-"])
            self.checks.equal(done.returncode, 65, f"exit of {what}")
            self.checks.that(name.encode() in done.stderr,
                             f"{what}: {done.stderr}")

    def cut(self):
        """A file that breaks off: what came before counts, and it is said."""
        whole = pcapng(self.packets, MIXED)
        fewer = pcapng(self.packets[:-1], MIXED)
        wanted, _ = self.totals([self.write("cut", fewer)])
        wanted["input"]["broken_captures"] = 1
        for size in (len(whole) - 1, len(fewer) + 11, len(fewer) + 1):
            totals, said = self.totals([self.write("cut", whole[:size])])
            self.checks.that(totals == wanted, f"cut to {size} bytes")
            self.checks.that("the capture breaks off" in said, said)

    def packets_without_time(self):
        """Simple packets have none, and count with those before."""
        out = Pcapng([(ETHERNET, None)])
        out.packet(0, *self.packets[0])
        for _, frame in self.packets[1:]:
            out.block(3, out.pack("I", len(frame)) + frame +
                      bytes(-len(frame) % 4))
        totals, said = self.totals([self.write("simple", out.bytes())])
        self.checks.equal(totals["input"]["bad_times"], len(self.packets) - 1,
                          "packets without a time")
        self.checks.equal(totals["input"]["datagrams"], len(self.packets),
                          "they count")
        self.checks.that("have no time" in said, said)

    def by_other_programs(self):
        """editcap and mergecap write what wireshark's users have."""
        if not shutil.which("editcap") or not shutil.which("mergecap"):
            print("skipped: no editcap and mergecap")
            return
        for kind in ("nsecpcap", "pcapng", "pcap"):
            harness.must(["editcap", "-F", kind, self.path("sim.pcap"),
                          self.path("edited")])
            self.same(f"editcap -F {kind}", [self.path("edited")])
        parts = [self.write(f"link{i}", pcap(self.packets[i::3], link=link))
                 for i, link in enumerate((SLL2, ETHERNET, RAW))]
        harness.must(["mergecap", "-w", self.path("merged"), *parts])
        self.same("mergecap of three link types", [self.path("merged")])


def main():
    collector, simulator = sys.argv[1:3]
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        captures = Captures(checks, collector, simulator, folder)
        captures.shapes()
        captures.merged()
        captures.interface_without_ip()
        captures.refused()
        captures.cut()
        captures.packets_without_time()
        captures.by_other_programs()
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
