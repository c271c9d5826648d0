#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A MAC address that is handed to another member at a known time.

usage: handover.py COLLECTOR WEB

A capture reaches over that time, by a microsecond on either side: read whole,
from standard input and into files, each byte counts for whoever had the
address when it was seen. Live the collector changes over by itself, and goes
on with what it has if the files are wrong by then. The web shows whose a port is,
for the time of its data.
"""
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

import frames
import harness

HANDED_S = 1700006490  # in the middle of a minute
TIME = "2023-11-15T00:01:30Z"
BACK_S = HANDED_S + 300
BACK = "2023-11-15T00:06:30Z"

CONFIG = """exchange: {{ name: Handover }}
state_dir: {folder}/state
roster: {folder}/roster.json
sources: [ {{ sflow: {{ listen: "127.0.0.1:{port}" }} }} ]
vlans: [ {{ id: 100, name: Peering }} ]
macs:
  - {{ asn: 64500, vlan: 100, mac: "02:00:00:00:00:01", until: {handed} }}
  - {{ asn: 64501, vlan: 100, mac: "02:00:00:00:00:01", from: {handed},
      until: {back} }}
  - {{ asn: 64500, vlan: 100, mac: "02:00:00:00:00:01", from: {back} }}
  - {{ asn: 64502, vlan: 100, mac: "02:00:00:00:00:02" }}
switches:
  - {{ name: sw1, agent: 192.0.2.1, from: [ 192.0.2.1, 127.0.0.1 ],
      direction: {direction} }}
"""
ROSTER = """{ "version": "1.0", "ixp_list": [ { "ixp_id": 1,
  "vlan": [ { "id": 100, "name": "Peering" } ] } ],
  "member_list": [ { "asnum": 64500 }, { "asnum": 64502 } ] }
"""


def frame(src, dst, size):
    data = bytes((2, 0, 0, 0, 0, dst, 2, 0, 0, 0, 0, src)) + \
        bytes((0x81, 0, 0, 100, 8, 0)) + bytes(64)
    return frames.Frame(frames.ETHERNET, size, data)


def capture(sent):
    """Datagrams of one sample each, at microseconds of the epoch."""
    out = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, frames.RAW)]
    for number, (at_us, size) in enumerate(sent, 1):
        packet = frames.udp_packet(frames.datagram(
            number, [frames.flow_sample(number, frame(1, 2, size))]))
        out.append(struct.pack("<IIII", at_us // 10**6, at_us % 10**6,
                               len(packet), len(packet)) + packet)
    return b"".join(out)


def sent_bytes():
    """When which sizes are sent, and whose they are."""
    sent, owed = [], {64500: 0, 64501: 0}
    for number in range(-90, 390):
        for offset in (0, 1, 999999):
            at_us = (HANDED_S + number) * 10**6 + offset
            size = 100 + len(sent) % 1000
            mine = 64501 if HANDED_S * 10**6 <= at_us < BACK_S * 10**6 \
                else 64500
            sent.append((at_us, size))
            owed[mine] += size
    return sent, owed


def member_bytes(totals):
    found = {m["asn"]: m["from_member"].get("ipv4", {}).get("bytes", 0)
             for m in totals["members"]}
    return {asn: found.get(asn, 0) for asn in (64500, 64501)}


def pair_bytes(totals):
    return {p["from"]: p["ipv4"]["bytes"] for p in totals["pairs"]}


def stored_bytes(path, first, last):
    """What rows of a minute add up to; None where all is unknown."""
    done = harness.must(["rrdtool", "fetch", path, "AVERAGE", "-r", 60, "-s",
                         first, "-e", last])
    lines = done.stdout.decode().splitlines()
    column = lines[0].split().index("from_v4_bytes") + 1
    rows = [float(line.split()[column]) for line in lines[2:]]
    known = [row for row in rows if row == row]
    return round(sum(known) * 60) if known else None


def replays(checks, collector, folder, direction):
    config = harness.write(folder + "/replay.yaml", CONFIG.format(
        folder=folder, port=frames.SFLOW_PORT, handed=TIME, back=BACK,
        direction=direction))
    sent, owed = sent_bytes()
    path = harness.write(folder + "/capture.pcap", capture(sent))
    whole = harness.must([collector, "-c", config, "--replay",
                          "sflow:" + path])
    with open(path, "rb") as file:
        piped = harness.must([collector, "-c", config, "--replay", "sflow:-"],
                             stdin=file)
    for name, done in (("whole", whole), ("piped", piped)):
        totals = json.loads(done.stdout)
        checks.equal(member_bytes(totals), owed, f"bytes, {name}, {direction}")
        checks.equal(pair_bytes(totals), owed, f"pairs, {name}, {direction}")
        checks.equal(totals["ledger"]["observations"], len(sent), name)
        checks.equal(totals["ledger"]["attributed"], len(sent), name)
    return config, path, owed


def stores(checks, collector, folder, config, path, owed):
    harness.must([collector, "-c", config, "--replay", "sflow:" + path,
                  "--store"])
    for asn, wanted in owed.items():
        got = stored_bytes(f"{folder}/state/rrd/member/as{asn}.rrd",
                           HANDED_S - 150, HANDED_S + 480)
        checks.equal(got, wanted, f"stored of AS{asn}")
    # Between its two times AS64500 is unknown, not zero, and so is AS64501
    # behind its own.
    checks.equal(stored_bytes(f"{folder}/state/rrd/member/as64500.rrd",
                              HANDED_S + 30, HANDED_S + 210), None,
                 "AS64500 while it had no address")
    checks.equal(stored_bytes(f"{folder}/state/rrd/member/as64501.rrd",
                              BACK_S + 30, BACK_S + 60), None,
                 "AS64501 behind its time")


def wait_for(condition, what):
    for _ in range(400):
        if condition():
            return
        time.sleep(0.05)
    sys.exit(f"gave up: {what}")


class Live:
    """A collector that runs over a time at which an address is given."""

    def __init__(self, checks, collector, folder):
        self.checks = checks
        self.folder = folder
        self.port = harness.free_port()
        self.log = folder + "/live.log"
        self.given_s = int(time.time()) + 4
        self.sent = 0
        self.config = self.write(
            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.given_s)))
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with open(self.log, "wb") as file:
            self.process = subprocess.Popen([collector, "-c", self.config],
                                            stderr=file)

    def write(self, given, more=""):
        text = CONFIG.format(folder=self.folder + "/live", port=self.port,
                             handed=given, back="2096-01-01T00:00:00Z",
                             direction="any")
        # Nobody has the address before.
        lines = [line for line in text.splitlines()
                 if "64500, vlan" not in line]
        return harness.write(self.folder + "/live.yaml",
                             "\n".join(lines) + "\n" + more)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def send(self):
        """From the address that is given, to nobody."""
        self.sent += 1
        self.socket.sendto(frames.datagram(
            self.sent, [frames.flow_sample(self.sent, frame(1, 9, 100))]),
            ("127.0.0.1", self.port))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.checks.equal(self.process.wait(30), 0, "exit")
        return harness.read_json(self.folder + "/live/state/status.json")


def lives(checks, collector, folder):
    os.makedirs(folder + "/live")
    harness.write(folder + "/live/roster.json", ROSTER)
    live = Live(checks, collector, folder)
    wait_for(lambda: "listening" in live.said(), live.said)
    for _ in range(5):
        live.send()
    wait_for(lambda: "reloaded" in live.said(), "the change")
    checks.that(time.time() >= live.given_s, "not before its time")
    for _ in range(7):
        live.send()
    status = live.stop()
    checks.that("membership changes now" in live.said(), live.said())
    checks.equal(status["ledger"]["observations"], 12, "observations")
    checks.equal(status["ledger"]["dropped"]["no_member"], 5, "before")
    checks.equal(status["ledger"]["attributed"], 7, "from then on")


def refuses(checks, collector, folder):
    """Files that are wrong at that time leave all as it was."""
    live = Live(checks, collector, folder)
    wait_for(lambda: "listening" in live.said(), live.said)
    live.write("2096-01-01T00:00:00Z", "nonsense: 1\n")
    wait_for(lambda: "reload refused" in live.said(), "the refusal")
    live.send()
    status = live.stop()
    checks.equal(status["ledger"]["dropped"]["no_member"], 1, "as before")
    checks.that("nonsense" in status["configuration"]["problem"],
                status["configuration"])
    checks.equal(live.said().count("membership changes now"), 1,
                 "it is not tried again at once")


PORTS = """exchange: {{ name: Handover }}
state_dir: {folder}/state
roster: {folder}/roster.json
switches:
  - name: sw1
    agent: 192.0.2.1
    ports:
      - {{ ifindex: 1, name: one, asn: 64500, until: {at} }}
      - {{ ifindex: 1, name: one, asn: 64502, from: {at} }}
web: {{ access: open }}
"""


def owner_of(url):
    """Whose the one port is, by its page."""
    with urllib.request.urlopen(url + "ports/sw1/1", timeout=10) as answer:
        page = answer.read().decode()
    return [asn for asn in ("AS64500", "AS64502") if f"(from {asn})" in page]


def see_ports(web, folder, at, seen):
    """What the web says of a port that changes hands, until it was seen."""
    os.makedirs(folder, exist_ok=True)
    harness.write(folder + "/roster.json", ROSTER)
    config = harness.write(folder + "/web.yaml",
                           PORTS.format(folder=folder, at=at))
    with open(folder + "/web.log", "wb") as log:
        process = subprocess.Popen([web, "-c", config, "--listen",
                                    "127.0.0.1:0"], stdout=subprocess.PIPE,
                                   stderr=log)
    try:
        url = process.stdout.readline().decode().strip()
        first = owner_of(url)
        wait_for(lambda: owner_of(url) == seen, f"the web with {seen}")
        return first
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def webs(checks, web, folder):
    given_s = int(time.time()) + 3
    first = see_ports(web, folder + "/web", time.strftime(
        "%Y-%m-%dT%H:%M:%SZ", time.gmtime(given_s)), ["AS64502"])
    checks.equal(first, ["AS64500"], "whose the port was at first")
    checks.that(time.time() >= given_s, "not before its time")
    # The data at hand are a replay's: its end stands for now.
    see_ports(web, folder, "2024-01-01T00:00:00Z", ["AS64500"])
    checks.that(True, "a replay's port is whose it was then")


def main():
    collector, web = sys.argv[1:3]
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        harness.write(folder + "/roster.json", ROSTER)
        replays(checks, collector, folder, "auto")
        stores(checks, collector, folder,
               *replays(checks, collector, folder, "any"))
        lives(checks, collector, folder)
        refuses(checks, collector, folder)
        webs(checks, web, folder)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
