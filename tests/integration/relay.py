#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What comes in is relayed, whatever its receivers do.

usage: relay.py COLLECTOR SIMULATOR

A simulated exchange sends to a collector with receivers on loopback: one that
reads, over IPv4 and IPv6, one that never reads, one that is not there, and two
that get a member's samples alone, of which one is a second collector. In the
middle of it the receivers change.
"""
import glob
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

import harness

MEMBER = 64500
SECONDS = 40  # of the simulated clock; it takes as long as it takes
ETHERNET, IPV4, UDP = 14, 20, 8
COMPACT, EXPANDED = 1, 3  # flow samples
AHEAD = 20  # datagrams that may be on their way
STEP = 60
LONGEST = 30  # seconds that a run takes, with much to spare


def wait_for(condition, what):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    sys.exit(f"gave up: {what}")


def wait_for_room_in_the_step():
    """What is on its way at the end of a step counts in one step here and in
    the next at the second collector, and each step has its own rate."""
    gone = time.time() % STEP
    if gone > STEP - LONGEST:
        time.sleep(STEP - gone)


def payloads_of(capture):
    head = harness.PACKET_HEAD + ETHERNET + IPV4 + UDP
    return [p[head:] for p in harness.read_packets(capture)[1]]


class Receiver:
    """A socket on loopback that keeps what it reads."""

    def __init__(self, address="127.0.0.1"):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind((address, 0))
        self.socket.settimeout(60)
        self.port = self.socket.getsockname()[1]
        name = f"[{address}]" if ":" in address else address
        self.name = f"{name}:{self.port}"
        self.got = []

    def read(self, count):
        """Read until so many have come in all."""
        while len(self.got) < count:
            self.got.append(self.socket.recv(65536))

    def read_all(self):
        self.socket.setblocking(False)
        try:
            while True:
                self.got.append(self.socket.recv(65536))
        except BlockingIOError:
            return self.got


class Flow:
    """One flow sample of a relayed datagram, as far as it matters here."""

    def __init__(self, kind, body):
        self.header = b""
        at = 4 + (40 if kind == EXPANDED else 28)
        for _ in range(struct.unpack_from(">I", body, at - 4)[0]):
            record, size = struct.unpack_from(">II", body, at)
            if record == 1:
                length = struct.unpack_from(">I", body, at + 20)[0]
                self.header = body[at + 24:at + 24 + length]
            at += 8 + size
        self.whole = at == len(body)


def samples_of(datagram):
    """The head of a datagram from an IPv4 agent, and its samples."""
    version, kind, agent, sub, sequence, _, count = struct.unpack_from(
        ">II4sIIII", datagram)
    samples, at = [], 28
    for _ in range(count):
        what, size = struct.unpack_from(">II", datagram, at)
        samples.append((what, datagram[at + 8:at + 8 + size]))
        at += 8 + size
    good = version == 5 and kind == 1 and at == len(datagram)
    return (agent, sub), sequence, samples, good


class Collector:
    def __init__(self, program, config, state):
        self.state = state
        self.log = state + ".log"
        with open(self.log, "wb") as file:
            self.process = subprocess.Popen([program, "-c", config],
                                            stderr=file)
        wait_for(lambda: "listening" in self.said() or
                 self.process.poll() is not None, "to listen")
        # Receivers are opened behind the sources, before anything is read.
        wait_for(lambda: os.path.exists(state + "/status.json") or
                 self.process.poll() is not None, "a status")

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def status(self):
        return harness.read_json(self.state + "/status.json")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


class Exchange:
    def __init__(self, checks, programs, folder):
        self.checks = checks
        self.program, simulator = programs
        self.folder = folder
        self.port = harness.free_port()
        self.second_port = harness.free_port()
        capture = folder + "/capture.pcap"
        harness.must([simulator, "--out", folder, "--pcap", capture,
                      "--seconds", SECONDS, "--rate", 200, "--traffic", "100M",
                      "--listen", f"127.0.0.1:{self.port}"])
        self.sent = payloads_of(capture)
        self.good = Receiver()
        self.good6 = Receiver("::1")
        self.slow = Receiver()
        self.slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.late = Receiver()
        self.tap = Receiver()
        dead = Receiver()
        dead.socket.close()
        self.dead = dead.name
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sender.bind(("127.0.0.1", 0))
        self.strange()

    def strange(self):
        """What is relayed all the same: doubled, cut, of another version, of
        an agent that is not configured, empty."""
        middle = len(self.sent) // 3
        other = bytearray(self.sent[middle])
        other[8:12] = socket.inet_aton("198.51.100.7")
        self.sent[middle:middle] = [
            self.sent[middle - 1], self.sent[middle][:-300],
            struct.pack(">I", 6) + b"of a later version", bytes(other),
            b"no sFlow", b""]

    def config(self, name, relays, **replaced):
        with open(self.folder + "/config.yaml", encoding="utf-8") as file:
            text = file.read()
        for old, new in replaced.values():
            if old not in text:
                sys.exit(f"no {old!r} in the configuration")
            text = text.replace(old, new)
        lines = [f'  - {{ to: "{to}"{asn} }}\n' for to, asn in relays]
        text += "relay:\n" + "".join(lines) if lines else ""
        return harness.write(f"{self.folder}/{name}.yaml", text)

    def relays(self, changing):
        member = f", asn: {MEMBER}"
        return [(self.good.name, ""), (self.good6.name, ""), (self.dead, ""),
                (changing.name, ""), (self.tap.name, member),
                (f"127.0.0.1:{self.second_port}", member)]

    def refused_at_start(self):
        """An address of this machine that the configuration does not show."""
        config = self.config(
            "loop", [(f"127.0.0.1:{self.second_port}", "")],
            listen=(f"127.0.0.1:{self.port}", f"[::]:{self.second_port}"))
        done = harness.run([self.program, "-c", config])
        self.checks.equal(done.returncode, 78, "exit of a loop")
        self.checks.that(b"itself listens" in done.stderr, done.stderr)

    def send(self, begin, end):
        for at in range(begin, end):
            self.sender.sendto(self.sent[at], ("127.0.0.1", self.port))
            self.good.read(at - AHEAD)
        self.good.read(end)
        self.good6.read(end)

    @staticmethod
    def reload(collector, config, to):
        shutil.copy(config, to + ".new")
        os.rename(to + ".new", to)
        collector.process.send_signal(signal.SIGHUP)

    def run(self):
        first = self.config("used", self.relays(self.slow))
        second = self.config(
            "second", [],
            listen=(f"127.0.0.1:{self.port}", f"127.0.0.1:{self.second_port}"),
            state=(f"{self.folder}/state", f"{self.folder}/state2"))
        receiver = Collector(self.program, second, self.folder + "/state2")
        collector = Collector(self.program, first, self.folder + "/state")
        try:
            self.traffic(collector, first)
        finally:
            # At its end each one takes what waits in its socket.
            for process in (collector, receiver):
                self.checks.equal(process.stop(), 0, "exit")
        return collector, receiver

    def traffic(self, collector, config):
        count = len(self.sent)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.2", 0))
            for datagram in self.sent[:5]:
                stranger.sendto(datagram, ("127.0.0.1", self.port))
        self.send(0, count // 2)
        loop = self.config("loop", [(f"127.0.0.1:{self.port}", "")])
        self.reload(collector, loop, config)
        wait_for(lambda: "reload refused" in collector.said(), "a refusal")
        self.checks.that("itself listens" in collector.said(),
                         collector.said())
        # Others at other places; the loop's problem is over.
        changed = self.config("changed", self.relays(self.late)[::-1])
        self.reload(collector, changed, config)
        status = wait_for(
            lambda: [s for s in [collector.status()]
                     if s["configuration"]["refused"] is None and
                     s["relays"][2]["to"] == self.late.name], "a reload")[0]
        self.before = {r["to"]: r for r in status["relays"]}
        self.checks.equal(self.before[self.good.name]["received"], count // 2,
                          "received before, of one that stays")
        self.checks.equal(self.before[self.late.name]["received"], 0,
                          "received before, of a new one")
        # In the middle of the traffic, and without waiting for it.
        for part in range(4):
            begin = count // 2 + (count - count // 2) * part // 4
            end = count // 2 + (count - count // 2) * (part + 1) // 4
            collector.process.send_signal(signal.SIGHUP)
            self.send(begin, end)

    def check_received(self, collector):
        status = collector.status()
        count = len(self.sent)
        relays = {r["to"]: r for r in status["relays"]}
        self.checks.equal(status["input"]["socket_drops"], 0, "kernel drops")
        self.checks.equal(status["input"]["datagrams"], count + 5, "datagrams")
        self.checks.equal(status["input"]["duplicates"], 1, "duplicates")
        self.checks.that(self.good.got == self.sent, "the same, in order")
        self.checks.that(self.good6.got == self.sent,
                         "the same, in order, over IPv6")
        self.checks.that(self.late.read_all() == self.sent[count // 2:],
                         "the same, from the change on")
        for name, r in relays.items():
            self.checks.equal(r["received"],
                              r["sent"] + r["dropped"] + r["left_out"],
                              f"the books of {name}")
            self.checks.equal(r["received"], count - (
                count // 2 if name == self.late.name else 0),
                f"received of {name}")
            self.checks.equal(r["samples_dropped"], 0, f"samples of {name}")
        good = relays[self.good.name]
        self.checks.equal((good["sent"], good["dropped"], good["last_error"],
                           good["bytes"]),
                          (count, 0, "", sum(map(len, self.sent))),
                          "the good one's books")
        dead = relays[self.dead]
        self.checks.that(dead["dropped"] > 0, f"the dead one's: {dead}")
        self.checks.equal(dead["last_error"], "Connection refused",
                          "its last error")
        self.checks.that(dead["last_error_at"] > 0, "when that was")
        self.checks.equal(self.before[self.dead]["left_out"], 0,
                          "nothing left out of all")
        self.checks.that("sending to" in collector.said(), collector.said())

    def check_slow(self):
        """It took what its buffer holds; the rest nobody waited for."""
        self.checks.that(len(self.slow.read_all()) < len(self.sent) // 2,
                         "a slow receiver lacks datagrams")

    def check_tap(self, collector):
        macs = set()
        for member in harness.read_json(
                self.folder + "/roster.json")["member_list"]:
            if member["asnum"] != MEMBER:
                continue
            for connection in member["connection_list"]:
                for vlan in connection["vlan_list"]:
                    macs |= set(vlan["ipv4"]["mac_addresses"])
        macs = {bytes.fromhex(m.replace(":", "")) for m in macs}
        wanted = sum(
            1 for n, d in enumerate(self.sent)
            if len(d) > 28 and d[:4] == b"\0\0\0\5" and
            d[8:12] != socket.inet_aton("198.51.100.7") and
            self.sent[n - 1] != d
            for f in self.flows_of(d)
            if f.header[:6] in macs or f.header[6:12] in macs)
        sequences, flows = {}, 0
        for datagram in self.tap.read_all():
            agent, sequence, samples, good = samples_of(datagram)
            self.checks.that(good, "a datagram that is as long as it says")
            self.checks.equal(sequence, sequences.get(agent, 0) + 1,
                              f"the next number of {agent}")
            sequences[agent] = sequence
            for kind, body in samples:
                flow = Flow(kind, body)
                flows += 1
                self.checks.that(
                    kind in (COMPACT, EXPANDED) and flow.whole and
                    (flow.header[:6] in macs or flow.header[6:12] in macs) and
                    len(flow.header) <= 14 + 40 + 60,
                    f"a sample of the member: {flow.header.hex()}")
        self.checks.equal(len(sequences), 2, "both switches")
        self.checks.equal(flows, wanted, "flow samples of the member")
        sent = [r for r in collector.status()["relays"]
                if r["to"] == self.tap.name][0]
        self.checks.equal((sent["sent"], sent["bytes"]),
                          (len(self.tap.got), sum(map(len, self.tap.got))),
                          "what the member got")

    @staticmethod
    def flows_of(datagram):
        """Those before the fault, if there is one."""
        at, flows = 28, []
        for _ in range(struct.unpack_from(">I", datagram, 24)[0]):
            if at + 8 > len(datagram):
                break
            kind, size = struct.unpack_from(">II", datagram, at)
            if at + 8 + size > len(datagram):
                break
            if kind in (COMPACT, EXPANDED):
                flows.append(Flow(kind, datagram[at + 8:at + 8 + size]))
            at += 8 + size
        return flows

    def totals(self, state):
        """What the journal says of the member, all records together."""
        sums = {}
        for path in glob.glob(state + "/journal/*.jnl"):
            done = harness.must([self.program, "--journal", path])
            for line in done.stdout.decode().splitlines():
                self.add(sums, harness.json.loads(line))
        return sums

    @staticmethod
    def add(sums, record):
        for member in record.get("members", []):
            if member["asn"] != MEMBER:
                continue
            for side in ("from_member", "to_member"):
                for family, tally in member.get(side, {}).items():
                    for key in ("bytes", "packets", "samples"):
                        at = (side, family, key)
                        sums[at] = sums.get(at, 0) + tally[key]

    def check_totals(self):
        wanted = self.totals(self.folder + "/state")
        self.checks.that(wanted.get(("to_member", "ipv4", "samples"), 0) > 20,
                         f"there is traffic of the member: {wanted}")
        self.checks.equal(self.totals(self.folder + "/state2"), wanted,
                          "the member's totals at the second collector")

    def check_second(self, receiver):
        given = receiver.status()["input"]
        self.checks.equal(given["lost_datagrams"], 0, "false loss")
        self.checks.equal((given["malformed"], given["foreign"],
                           given["duplicates"], given["counter_samples"]),
                          (0, 0, 0, 0), "odd things at the second collector")

    def check_tshark(self):
        if not shutil.which("tshark"):
            print("skipped: tshark is not there")
            return
        path = self.folder + "/tap.pcap"
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535,
                                   101))
            for datagram in self.tap.got:
                udp = struct.pack(">HHHH", 40000, 6343, 8 + len(datagram), 0)
                ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0,
                                 28 + len(datagram), 0, 0, 64, 17, 0,
                                 b"\xc0\0\2\1", b"\xc0\0\2\2")
                packet = ip + udp + datagram
                file.write(struct.pack("<IIII", 0, 0, len(packet),
                                       len(packet)) + packet)
        for text, wanted in (("sflow", len(self.tap.got)),
                             ("sflow && _ws.malformed", 0)):
            done = harness.must(["tshark", "-r", path, "-Y", text,
                                 "-d", "udp.port==6343,sflow",
                                 "-T", "fields", "-e", "frame.number"])
            self.checks.equal(len(done.stdout.split()), wanted,
                              f"tshark finds {text}")


def main():
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        exchange = Exchange(checks, sys.argv[1:3], folder)
        exchange.refused_at_start()
        wait_for_room_in_the_step()
        collector, receiver = exchange.run()
        exchange.check_received(collector)
        exchange.check_slow()
        exchange.check_tap(collector)
        exchange.check_second(receiver)
        exchange.check_totals()
        exchange.check_tshark()
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
