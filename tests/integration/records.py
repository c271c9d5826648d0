#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Replay a capture with everything that a switch can send, and compare.

usage: records.py COLLECTOR

The capture is made here: one switch over IPv4, one over IPv6, datagrams up to
the largest size that UDP carries, all samples and records, and versions of
sFlow that are not read. Totals and status file must say what was sent.
"""
import os
import struct
import sys
import tempfile

import harness

START = 1700000000
LARGEST = 65507
TRUNK, CHANNEL, FIRST, SECOND = 48, 10, 0x1A000000, 0x1A001000
SW1, SW2 = "192.0.2.1", "2001:db8::2"

CONFIG = """exchange: {{ name: Records }}
state_dir: {folder}/state
roster: {folder}/roster.json
vlans: [ {{ id: 100, name: Peering }}, {{ id: 200, name: Second }} ]
macs:
  - {{ asn: 64500, vlan: 100, mac: "02:00:00:00:00:01" }}
  - {{ asn: 64501, vlan: 100, mac: "02:00:00:00:00:02" }}
  - {{ asn: 64502, vlan: 100, mac: "02:00:00:00:00:03" }}
  - {{ asn: 64502, vlan: 200, mac: "02:00:00:00:00:03" }}
switches:
  - name: sw1
    agent: 192.0.2.1
    direction: any
    ports:
      - {{ ifindex: 10, name: port-channel10, asn: 64500,
          lag: [ Ethernet1/1, Ethernet1/2 ] }}
  - {{ name: sw2, agent: "2001:db8::2", direction: any }}
"""
ROSTER = """{ "version": "1.0", "ixp_list": [ { "ixp_id": 1,
  "vlan": [ { "id": 100, "name": "one" }, { "id": 200, "name": "two" } ] } ],
  "member_list": [ { "asnum": 64500, "connection_list": [] },
    { "asnum": 64501, "connection_list": [] },
    { "asnum": 64502, "connection_list": [] } ] }
"""


def words(*values):
    return b"".join(struct.pack(">I", v) for v in values)


def padded(data):
    return data + bytes(-len(data) % 4)


def record(kind, body):
    return words(kind, len(body)) + body


def mac(last):
    return bytes([2, 0, 0, 0, 0, last])


def frame(src, dst, kind=b"\x08\x00", tags=b""):
    return mac(dst) + mac(src) + tags + kind + bytes(20)


def header(content, size=1000, protocol=1):
    return record(1, words(protocol, size, 4, len(content)) + padded(content))


def flow(port, *records):
    """A sample of 1 in 10 of what came in by a port."""
    body = words(1, 0, port, 10, 0, 0, 0, port, 2, 0, len(records))
    return record(3, body + b"".join(records))


def counters(port, *records):
    return record(4, words(1, 0, port, len(records)) + b"".join(records))


def interface(port, octets, packets):
    return record(1, words(port, 6) + struct.pack(">Q", 10**10) +
                  words(1, 3) + (struct.pack(">Q", octets) +
                                 words(packets, 0, 0, 0, 0, 0)) +
                  struct.pack(">Q", octets) + words(packets, 0, 0, 0, 0, 0))


def discarded(reason):
    return record(5, words(1, 0, FIRST, 0, FIRST, 0, reason, 1) +
                  header(frame(1, 2)))


class Capture:
    """A pcap file of raw IP packets, one sequence of datagrams per agent."""

    def __init__(self):
        self.data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18,
                                101)
        self.sequences = {SW1: 0, SW2: 0}
        self.datagrams = 0

    def datagram(self, agent, samples, version=5):
        self.sequences[agent] += 1
        address = words(1) + bytes([192, 0, 2, 1]) if agent == SW1 else \
            words(2) + bytes.fromhex("20010db8" + 22 * "0" + "02")
        return words(version) + address + words(
            0, self.sequences[agent], 60000 * self.sequences[agent],
            len(samples)) + b"".join(samples)

    def send(self, agent, payload, second):
        udp = struct.pack(">HHHH", 5000, 6343, 8 + len(payload), 0) + payload
        if agent == SW1:
            packet = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0,
                                 0, 64, 17, 0, bytes([192, 0, 2, 1]),
                                 bytes([192, 0, 2, 100])) + udp
        else:
            home = bytes.fromhex("20010db8" + 22 * "0")
            packet = struct.pack(">IHBB", 6 << 28, len(udp), 17, 64) + \
                home + b"\x02" + home + b"\x64" + udp
        self.data += struct.pack("<IIII", START + second, 0, len(packet),
                                 len(packet)) + packet
        self.datagrams += 1


def all_flows():
    """Samples of sw1, and what they come to: pairs of bytes, and drops."""
    huawei = [header(frame(1, 2)),
              record(2, words(996) + mac(1) + b"\xa5\xa5" + mac(2) +
                     b"\xa5\xa5" + words(0x0800)),
              record(1001, words(100, 0, 0, 0)),
              record(3, words(982, 6) + bytes(24))]
    gateway = record(1003, words(1) + bytes(4) + words(1, 2, 3, 1, 2, 2, 7, 8,
                                                       1, 9, 100))
    samples = [
        flow(FIRST, *huawei),
        flow(SECOND, record(1043, bytes(8)), header(frame(1, 2)), gateway,
             record(0x2B62001, b"")),
        flow(99, huawei[1]),
        flow(99, record(4, words(982, 6) + bytes(48))),
        flow(99, header(frame(3, 2), protocol=11)),
        flow(99, header(frame(3, 2)), record(1012, words(1, 0x810000C8))),
        flow(99, header(frame(3, 1, tags=b"\x81\0\xe0\0\x81\0\0\x64"))),
        flow(99, header(frame(3, 1, tags=b"\x89\x26\0\1\0\2\x81\0\0\x64",
                              kind=b"\x86\xdd"))),
        flow(99, header(frame(3, 1, tags=b"\0\x30\xaa\xaa\3\0\0\0"))),
        flow(FIRST, header(frame(2, 9))),
        discarded(258), discarded(259), discarded(0)]
    pairs = {(64500, 64501, 100, "ipv4"): 10000 + 10000 + 9960,
             (64502, 64500, 100, "ipv4"): 10000 + 10000,
             (64502, 64500, 100, "ipv6"): 10000}
    return samples, pairs


def states(octets, errors):
    system = mac(0x10) + bytes(2)
    return [
        counters(FIRST, interface(FIRST, octets, 100),
                 record(2, words(errors, errors, *([0] * 11))),
                 record(7, system + system + words(CHANNEL) +
                        bytes([5, 0x3D, 5, 0x3D]) + bytes(32)),
                 record(1005, words(11) + padded(b"Ethernet1/1"))),
        counters(CHANNEL, interface(CHANNEL, 2 * octets, 200)),
        counters(1, record(1001, struct.pack(">iiiQQ", 1250, -1, 975, 8 << 30,
                                             1 << 30))),
        counters(7, record(5, words(100, 0, 1, 1, 1, 1, 1))),
        counters(8, record(2, bytes(16)), record(77, bytes(4)))]


def large(capture, agent, room):
    """As many samples as go into room; returns the payload and how many."""
    sample = flow(1, header(frame(1, 2)))
    count = (room - 100) // len(sample)
    samples = [sample] * count
    rest = room - len(capture.datagram(agent, samples)) - 8
    capture.sequences[agent] -= 1
    samples.append(record(9, bytes(rest)))
    return capture.datagram(agent, samples), count


def make_capture(path):
    capture = Capture()
    samples, pairs = all_flows()
    capture.send(SW1, capture.datagram(SW1, samples), 1)
    capture.send(SW1, capture.datagram(SW1, states(1000, 5)), 2)
    capture.send(SW1, capture.datagram(SW1, states(61000, 12)), 62)
    many = 0
    for agent, room in ((SW1, LARGEST), (SW2, LARGEST)):
        payload, count = large(capture, agent, room)
        assert len(payload) == room
        capture.send(agent, payload, 63)
        many += count
    for version in (2, 4):
        capture.send(SW1, capture.datagram(SW1, [], version), 64)
    # the large ones came in by a port that is nobody's
    pairs[(64500, 64501, 100, "ipv4")] += 10000 * many
    harness.write(path, capture.data)
    return {"pairs": pairs, "flows": 10 + many, "large": many,
            "datagrams": capture.datagrams}


def check_totals(checks, totals, sent):
    given = totals["input"]
    for name, wanted in (("datagrams", sent["datagrams"]),
                         ("unsupported_version", 2), ("malformed", 0),
                         ("flow_samples", sent["flows"]),
                         ("counter_samples", 10), ("discarded_packets", 3),
                         ("skipped_samples", 2), ("skipped_flow_records", 2),
                         ("skipped_counter_records", 2),
                         ("skipped_broken_records", 2),
                         ("lost_datagrams", 0)):
        checks.equal(given[name], wanted, name)
    dropped = totals["ledger"]["dropped"]
    checks.equal(dropped["no_ethernet_header"], 2, "without addresses")
    checks.equal(dropped["wrong_port"], 1, "on the LAG's port")
    found = {(p["from"], p["to"], p["vlan"], family): p[family]["bytes"]
             for p in totals["pairs"] for family in ("ipv4", "ipv6", "other")
             if family in p}
    checks.equal(found, sent["pairs"], "pairs")
    member = {m["asn"]: m for m in totals["members"]}[64502]
    checks.equal(member["from_member"]["ipv4"]["bytes"], 30000,
                 "also of the sample in the other VLAN")
    counted = {p["name"]: p["counters"]["in_octets"] for p in totals["ports"]}
    checks.equal(counted["Ethernet1/1"], 60000, "of the member port")
    checks.equal(counted["port-channel10"], 120000, "of the LAG")


def check_status(checks, status):
    switch = status["switches"][0]
    checks.equal(switch["discarded_packets"], {
        "unreachable": 1, "ttl": 0, "acl": 1, "buffer": 1, "size": 0,
        "vlan": 0, "spanning_tree": 0, "other": 0}, "reasons")
    checks.equal(switch["processor"], {
        "load_5s_percent": 12.5, "load_1m_percent": None,
        "load_5m_percent": 9.75, "memory_bytes": 8 << 30,
        "memory_free_bytes": 1 << 30}, "processor")
    checks.equal(switch["vlan_counters"], 2, "counter samples of a VLAN")
    checks.equal(status["switches"][1]["processor"], None, "of sw2")
    checks.equal(status["skipped"]["broken_records"], 2, "broken records")
    ports = {p["name"]: p for p in status["ports"]}
    port = ports["Ethernet1/1"]
    checks.equal(port["fcs_errors"], 7, "FCS errors")
    checks.equal(port["alignment_errors"], 7, "alignment errors")
    checks.equal(port["lag"], {
        "aggregate_ifindex": CHANNEL, "actor": "02:00:00:00:00:10",
        "partner": "02:00:00:00:00:10", "forwards": True}, "LAG")
    checks.equal(ports["port-channel10"]["lag"], None, "no LAG of a LAG")
    checks.equal(ports["port-channel10"]["fcs_errors"], None, "not counted")


def main():
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        config = harness.write(os.path.join(folder, "config.yaml"),
                               CONFIG.format(folder=folder))
        harness.write(os.path.join(folder, "roster.json"), ROSTER)
        capture = os.path.join(folder, "records.pcap")
        sent = make_capture(capture)
        totals = os.path.join(folder, "totals.json")
        harness.must([sys.argv[1], "-c", config, "--replay",
                      "sflow:" + capture, "--totals", totals, "--store"])
        check_totals(checks, harness.read_json(totals), sent)
        check_status(checks, harness.read_json(folder + "/state/status.json"))
        checks.that(sent["large"] > 500, "large datagrams")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
