#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which stations were there on each local day.

usage: stations.py COLLECTOR COMPARE_STATIONS

A replay over local midnight, with stations that appear, go and move: each day
has its file, the same in each replay, also if the collector ended between; and
what changed is found in them. Without --store nothing is written. A live
collector keeps the day over a reload, a restart and a damaged file.
"""
import datetime
import os
import re
import signal
import socket
import struct
import sys
import tempfile
import time

import frames
import harness
import live

ZONE = "America/Marigot"  # UTC-4
MIDNIGHT = 1795665600     # 2026-11-26 00:00 there
CONFIG = """exchange: {{ name: Stations, timezone: {zone} }}
state_dir: {folder}/{state}
roster: {folder}/roster.json
vlans: [ {{ id: 100, name: Peering, roster_vlan: 1 }} ]
macs:
  - {{ asn: 64500, vlan: 100, mac: "02:00:00:00:00:01" }}
  - {{ asn: 64501, vlan: 100, mac: "02:00:00:00:00:02" }}
  - {{ asn: 64502, vlan: 100, mac: "02:00:00:00:00:03" }}
  - {{ asn: 64503, vlan: 100, mac: "02:00:00:00:00:04" }}
sources:
  - sflow: {{ listen: "127.0.0.1:{port}" }}
switches:
  - name: sw1
    agent: 192.0.2.1
    from: [ 192.0.2.1, 127.0.0.1 ]
    direction: any
    ports:
      - {{ ifindex: 10, name: ten }}
      - {{ ifindex: 11, name: eleven }}
      - {{ ifindex: 48, name: core, role: core }}
"""
ROSTER = """{ "version": "1.0", "ixp_list": [ { "ixp_id": 1,
  "vlan": [ { "id": 1, "name": "Peering" } ] } ], "member_list": [] }"""
ENTRY = re.compile(r"station (\S+) sw1 (\d+) (\d+) (\d+) (\S+) (edge|core) "
                   r"(stays|passes) (\d+) (\d+) (\d+)(?: (.*))?")

# Who is seen each second from one minute to another, around midnight, by
# which port: the last octet of the address.
SEEN = (
    (1, -5, 5, 10),    # is there
    (2, -5, -1, 10),   # goes
    (3, 1, 5, 11),     # appears
    (4, -5, 0, 10),    # moves
    (4, 0, 5, 11),
    (0x91, 2, 5, 11),  # a stranger that stays
)
PASSES_AT = 90         # a stranger is seen once

# What the second day's file must say: stays, from and to in minutes, samples.
SECOND_DAY = {
    (1, 10): ("member", "stays", 0, 5, 300),
    (3, 11): ("member", "stays", 1, 5, 240),
    (4, 11): ("member", "stays", 0, 5, 300),
    (0x91, 11): ("unknown", "stays", 2, 5, 180),
    (0x92, 10): ("unknown", "passes", 1, 2, 1),
}
CHANGES = """new 02:00:00:00:00:03 AS64502 VLAN 100 eleven
new 02:00:00:00:00:91 AS0 VLAN 100 eleven
gone 02:00:00:00:00:02 AS64501 VLAN 100 ten
moved 02:00:00:00:00:04 AS64503 VLAN 100 eleven from ten
"""


def flow_sample(sequence, last, port):
    """A frame of a station that comes in by a port, at a rate of 1."""
    header = bytes((2, 0, 0, 0, 0, 0xfe, 2, 0, 0, 0, 0, last, 0x81, 0, 0, 100,
                    8, 0)) + bytes(46)
    record = struct.pack(">IIII", 1, 100, 0, len(header)) + header
    sample = struct.pack(">IIIIIIII", sequence, port, 1, sequence, 0, port, 0,
                         1) + struct.pack(">II", 1, len(record)) + record
    return struct.pack(">II", 1, len(sample)) + sample


def seen_at(second):
    found = [(last, port) for last, first, end, port in SEEN
             if first * 60 <= second < end * 60]
    return found + ([(0x92, 10)] if second == PASSES_AT else [])


def capture(first, end):
    """Seconds around midnight."""
    out = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, frames.RAW)]
    for second in range(first, end):
        number = second + 1000
        samples = [flow_sample(number, last, port)
                   for last, port in seen_at(second)]
        packet = frames.udp_packet(frames.datagram(number, samples))
        out.append(struct.pack("<IIII", MIDNIGHT + second, 0, len(packet),
                               len(packet)) + packet)
    # The last one ends the last second.
    out.append(struct.pack("<IIII", MIDNIGHT + end - 1, 999999, 1, 1) + b"x")
    return b"".join(out)


def configure(folder, state, zone=ZONE, port=6343):
    harness.write(folder + "/roster.json", ROSTER)
    return harness.write(f"{folder}/{state}.yaml", CONFIG.format(
        folder=folder, state=state, zone=zone, port=port))


def days(folder, state):
    """The text of each day's file."""
    found = {}
    below = f"{folder}/{state}/stations"
    for name in harness.files_below(below):
        with open(f"{below}/{name}", encoding="utf-8") as file:
            found[name] = file.read()
    return found


def entries(text):
    """Each place's line, apart."""
    found = {}
    for line in text.splitlines()[2:]:
        entry = ENTRY.fullmatch(line)
        if not entry:
            sys.exit(f"an odd line: {line!r}")
        mac, port = entry.group(1), int(entry.group(2))
        found[int(mac[-2:], 16), port] = entry.groups()
    return found


def replay(collector, config, path, *more):
    return harness.must([collector, "-c", config, "--replay", "sflow:" + path,
                         *more])


def check_day(checks, text):
    lines = text.splitlines()
    checks.equal(lines[0], "lanterne stations 1 5", "the first line")
    checks.equal(lines[1], f"day 2026-11-26 {ZONE} {MIDNIGHT} "
                 f"{MIDNIGHT + 86400} 299 0", "the day's line")
    found = entries(text)
    checks.equal(set(found), set(SECOND_DAY), "who was there")
    for key, (whose, stays, first, last, samples) in SECOND_DAY.items():
        e = found.get(key, [None] * 11)
        checks.equal((e[4], e[6], e[7], e[8], e[9]),
                     (whose, stays, str(MIDNIGHT + first * 60),
                      str(MIDNIGHT + last * 60), str(samples)), f"{key}")


def check_replay(checks, collector, compare, folder):
    whole = harness.write(folder + "/whole.pcap", capture(-300, 300))
    config = configure(folder, "nothing")
    replay(collector, config, whole)
    checks.that(not os.path.exists(folder + "/nothing"),
                "a replay without --store touches nothing")
    for state in ("one", "two"):
        replay(collector, configure(folder, state), whole, "--store")
    first = days(folder, "one")
    checks.equal(sorted(first), ["2026/2026-11-25", "2026/2026-11-26"],
                 "the files")
    checks.equal(days(folder, "two"), first, "the same capture again")
    check_day(checks, first["2026/2026-11-26"])
    checks.equal(set(entries(first["2026/2026-11-25"])),
                 {(1, 10), (2, 10), (4, 10)}, "who was there before")
    for date, wanted in (("2026-11-25", "nothing to compare with\n"),
                         ("2026-11-26", CHANGES)):
        done = harness.must([compare, folder + "/one", date])
        checks.equal(done.stdout.decode(), wanted, f"changes of {date}")
    return first


def check_restart(checks, collector, folder, whole):
    """Ended before midnight, and again after it, within minutes."""
    config = configure(folder, "parts")
    for i, (first, end) in enumerate(((-300, -120), (-120, 60), (60, 300))):
        path = harness.write(f"{folder}/part{i}.pcap", capture(first, end))
        replay(collector, config, path, "--store")
    for name, text in days(folder, "parts").items():
        got, wanted = entries(text), entries(whole[name])
        checks.equal(set(got), set(wanted), f"{name} in parts")
        for key, e in wanted.items():
            # What stays of strangers begins anew with each collector.
            checks.equal(got.get(key), e, f"{key} of {name} in parts")


class Live:
    def __init__(self, checks, collector, folder):
        self.checks = checks
        self.collector = collector
        self.folder = folder
        self.number = 0
        self.port = harness.free_port()
        self.config = configure(folder, "live", "UTC", self.port)

    def start(self):
        return live.Collector(self.collector, self.config,
                              self.folder + "/log")

    def send(self, last, port, count):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            for _ in range(count):
                self.number += 1
                s.sendto(frames.datagram(self.number, [flow_sample(
                    self.number, last, port)]), ("127.0.0.1", self.port))

    def status(self):
        path = self.folder + "/live/status.json"
        return harness.read_json(path) if os.path.exists(path) else None

    def samples(self):
        """By place, over the days that the test may have run in."""
        sums = {}
        for text in days(self.folder, "live").values():
            for key, e in entries(text).items():
                sums[key] = sums.get(key, 0) + int(e[9])
        return sums

    def stop(self, collector, wanted, what):
        self.checks.equal(collector.stop(), 0, f"{what}: exit")
        self.checks.equal(self.samples(), wanted, what)

    def run(self):
        harness.wait_for_room_in_the_day()  # or no file of today's is damaged
        collector = self.start()
        self.send(1, 10, 5)
        self.send(0x91, 11, 4)
        live.wait_for(lambda: (self.status() or {}).get(
            "input", {}).get("datagrams") == 9, 30, "datagrams to be counted")
        collector.process.send_signal(signal.SIGHUP)
        live.wait_for(lambda: "reloaded" in collector.said(), 20, "a reload")
        self.send(1, 10, 2)
        self.send(0x91, 11, 1)
        time.sleep(0.2)
        self.stop(collector, {(1, 10): 7, (0x91, 11): 5}, "over a reload")
        collector = self.start()
        self.send(1, 10, 3)
        self.send(2, 10, 1)
        self.stop(collector, {(1, 10): 10, (0x91, 11): 5, (2, 10): 1},
                  "over a restart")
        self.damage()

    def damage(self):
        below = self.folder + "/live/stations"
        before = datetime.datetime.now(datetime.timezone.utc).date()
        for name in harness.files_below(below):
            with open(f"{below}/{name}", "r+b") as file:
                file.truncate(100)
        collector = self.start()
        self.send(1, 10, 3)
        self.checks.equal(collector.stop(), 0, "after damage: exit")
        if before == datetime.datetime.now(datetime.timezone.utc).date():
            text = days(self.folder, "live")[f"{before.year}/{before}"]
            self.checks.equal(int(entries(text)[1, 10][9]), 3, "begun anew")
            self.checks.that(f"the stations of {before}: truncated" in
                             collector.said(), f"it said {collector.said()!r}")


def main():
    collector, compare = sys.argv[1:3]
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        whole = check_replay(checks, collector, compare, folder)
        check_restart(checks, collector, folder, whole)
        Live(checks, collector, folder).run()
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
