# SPDX-License-Identifier: GPL-2.0-or-later
"""What the integration tests share: programs, captures, and checks that
collect what is wrong instead of stopping at the first."""
import json
import os
import random
import socket
import struct
import subprocess
import sys
import time
from datetime import datetime
from zoneinfo import ZoneInfo

PCAP_HEAD = 24
PACKET_HEAD = 16


class Checks:
    """Counts what was checked; wrong things are printed at once."""

    def __init__(self):
        self.done = 0
        self.failed = 0

    def that(self, good, text):
        self.done += 1
        if not good:
            self.failed += 1
            print(f"FAILED: {text}")
        return good

    def equal(self, got, wanted, text):
        return self.that(got == wanted, f"{text}: {got!r}, expected {wanted!r}")

    def finish(self):
        print(f"{self.done} checks, {self.failed} failed")
        return 1 if self.failed or self.done == 0 else 0


def run(arguments, stdin=None, timeout=120):
    """Run a program to its end; returns the finished process."""
    return subprocess.run([str(a) for a in arguments], stdin=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=timeout, check=False)


def must(arguments, **more):
    done = run(arguments, **more)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments))}: exit {done.returncode}: "
                 f"{done.stderr.decode(errors='replace')}")
    return done


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write(path, content):
    mode = "wb" if isinstance(content, bytes) else "w"
    with open(path, mode, encoding=None if "b" in mode else "utf-8") as file:
        file.write(content)
    return path


def read_packets(path):
    """The head of a pcap file, and its packets with their own heads."""
    with open(path, "rb") as file:
        data = file.read()
    packets, at = [], PCAP_HEAD
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        packets.append(data[at:at + PACKET_HEAD + size])
        at += PACKET_HEAD + size
    return data[:PCAP_HEAD], packets


def second_of(packet):
    return struct.unpack_from("<I", packet)[0]


def replace_in(path, to, old, new):
    """Write a copy of a text file with one thing in it replaced."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if old not in text:
        sys.exit(f"{path}: no {old!r} in it")
    return write(to, text.replace(old, new))


def wait_for_room_in_the_day(seconds=30, zone="UTC"):
    """So that no midnight of a zone passes within so many seconds."""
    now = datetime.now(ZoneInfo(zone))
    gone = now.hour * 3600 + now.minute * 60 + now.second
    if gone > 86400 - seconds:
        time.sleep(86400 - gone)


def free_port():
    """A port of loopback that nobody has, and that the kernel gives nobody who
    wants just any: a test beside this one would have it before it is used."""
    with open("/proc/sys/net/ipv4/ip_local_port_range",
              encoding="ascii") as file:
        first_given = int(file.read().split()[0])
    while True:
        port = random.randrange(10000, first_given)
        try:
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port))
            return port
        except OSError:
            continue


def files_below(folder):
    found = []
    for where, _, names in os.walk(folder):
        found += [os.path.relpath(os.path.join(where, n), folder)
                  for n in names]
    return sorted(found)


def stored_pairs(collector, state):
    """Sums of all journals below a state_dir: {(from, to, vlan, family):
    (bytes, packets, ci95_bytes)}."""
    sums = {}
    for name in sorted(os.listdir(state + "/journal")):
        done = run([collector, "--journal", f"{state}/journal/{name}"])
        for line in done.stdout.splitlines():
            for row in json.loads(line).get("pairs", []):
                for family in {"ipv4", "ipv6", "other"} & set(row):
                    key = (row["from"], row["to"], row["vlan"], family)
                    cell, old = row[family], sums.get(key, (0, 0, 0))
                    sums[key] = (old[0] + cell["bytes"],
                                 old[1] + cell["packets"],
                                 old[2] + cell["ci95_bytes"])
    return sums
