#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How far estimates are off, against the simulator's truth.

usage: accuracy.py COLLECTOR SIMULATOR [--quick] [CASE ...]

Each case is a simulated exchange, replayed for several seeds; what its
switches send is changed on the way where the case is of that. Of all pairs,
both families, with so many frames that they should have 100 samples:

  bias      mean of estimate/truth - 1, in standard errors of it
  spread    root of the mean of its square, against ingress alone
  coverage  how often the truth lies in the 95 % interval

Of each member whose ports' counters say its total ("scaled" in the totals),
root of the mean square of these relative errors:

  anchored   by counters, against the frames that it sent, and against those
             that passed its ports
  estimated  by samples, against the frames from it and to it

What floods reach a member is in the counters of its port, and in no frame that
is addressed to it: "floods" is how much more than these its port passed.

The seeds are fixed: the same figures come out each time. --quick: fewer seeds,
wider bounds, for the tests.
"""
import math
import os
import re
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "integration"))
import harness  # noqa: E402

LEAST_SAMPLES = 100
RATE = 256
QUICK = "--quick" in sys.argv
MEMBERS, TRAFFIC, SECONDS = 12, "200M", 1800 if QUICK else 3600
SEEDS = range(1, 3) if QUICK else range(1, 67)
FLOW, FLOW_EXPANDED, RAW_HEADER = 1, 3, 1


class Random:
    """The same numbers everywhere."""

    def __init__(self, seed):
        self.state = seed * 2654435761 % 2 ** 32 or 1

    def below(self, n):
        self.state = (self.state * 1664525 + 1013904223) % 2 ** 32
        return (self.state >> 8) % n


class Flow:
    """One flow sample: its fields can be changed."""

    NAMES = ("sequence", "source", "rate", "pool", "drops", "input",
             "output")

    def __init__(self, tag, body):
        self.tag = tag
        if tag == FLOW:
            values = struct.unpack(">7I", body[:28])
            self.rest = body[28:]
        else:
            (sequence, kind, source, rate, pool, drops, in_format, into,
             out_format, out) = struct.unpack(">10I", body[:40])
            self.formats = (kind, in_format, out_format)
            values = (sequence, source, rate, pool, drops, into, out)
            self.rest = body[40:]
        for name, value in zip(self.NAMES, values):
            setattr(self, name, value)

    def is_egress(self):
        return self.source != self.input

    def bytes(self):
        if self.tag == FLOW:
            body = struct.pack(">7I", *(getattr(self, n) for n in self.NAMES))
        else:
            body = struct.pack(
                ">10I", self.sequence, self.formats[0], self.source,
                self.rate, self.pool, self.drops, self.formats[1], self.input,
                self.formats[2], self.output)
        body += self.rest
        return struct.pack(">II", self.tag, len(body)) + body

    def cut_header(self, most):
        """Leave so many bytes of the sampled frame."""
        count, = struct.unpack(">I", self.rest[:4])
        at, out = 4, [self.rest[:4]]
        for _ in range(count):
            tag, size = struct.unpack(">II", self.rest[at:at + 8])
            body = self.rest[at + 8:at + 8 + size]
            if tag == RAW_HEADER:
                kind, frame, stripped, length = struct.unpack(">4I",
                                                              body[:16])
                head = body[16:16 + min(length, most)]
                body = struct.pack(">4I", kind, frame, stripped, len(head)) + \
                    head + bytes(-len(head) % 4)
            out.append(struct.pack(">II", tag, len(body)) + body)
            at += 8 + size
        self.rest = b"".join(out)


def each_sample(payload):
    """The head of a datagram, and its samples as (tag, body)."""
    address = 16 if struct.unpack(">I", payload[4:8])[0] == 2 else 4
    at = 8 + address + 16
    samples, head = [], payload[:at - 4]
    count, = struct.unpack(">I", payload[at - 4:at])
    for _ in range(count):
        tag, size = struct.unpack(">II", payload[at:at + 8])
        samples.append((tag, payload[at + 8:at + 8 + size]))
        at += 8 + size
    return head, samples


def rewrite(payload, change):
    """Have each flow sample changed, or left out where change returns None."""
    head, samples = each_sample(payload)
    out = []
    for tag, body in samples:
        if tag not in (FLOW, FLOW_EXPANDED):
            out.append(struct.pack(">II", tag, len(body)) + body)
            continue
        flow = change(Flow(tag, body))
        if flow:
            out.append(flow.bytes())
    return head + struct.pack(">I", len(out)) + b"".join(out)


def rewrite_capture(source, target, change):
    """Have each datagram's payload changed: change(payload, time, agent);
    None: it is lost."""
    with open(source, "rb") as file:
        data = file.read()
    out, at = [data[:24]], 24
    while at < len(data):
        seconds, micro, size, _ = struct.unpack("<4I", data[at:at + 16])
        packet = data[at + 16:at + 16 + size]
        at += 16 + size
        payload = change(packet[42:], seconds, packet[26:30])
        if payload is None:
            continue
        udp = packet[34:38] + struct.pack(">HH", 8 + len(payload), 0)
        head = packet[:16] + struct.pack(">H", 28 + len(payload)) + \
            packet[18:24] + b"\0\0" + packet[26:34]
        packet = head + udp + payload
        out.append(struct.pack("<4I", seconds, micro, len(packet),
                               len(packet)) + packet)
    with open(target, "wb") as file:
        file.write(b"".join(out))


class Thinner:
    """Takes one sample in so many of some, which then stand for as many more,
    and numbers anew what is left."""

    def __init__(self, seed, times):
        self.random, self.times, self.numbers = Random(seed), times, {}

    def __call__(self, payload, seconds, agent):
        def change(flow):
            times = self.times(flow, seconds)
            if times > 1 and self.random.below(times) > 0:
                return None
            flow.rate *= times
            key = agent, flow.source
            self.numbers[key] = self.numbers.get(key, 0) + 1
            flow.sequence = self.numbers[key]
            return flow
        return rewrite(payload, change)


def unequal(seed, start):
    del start
    return Thinner(seed, lambda flow, at: 4 if flow.is_egress() else 1)


def rate_change(seed, start):
    """At an odd moment, in the middle of a minute."""
    return Thinner(seed, lambda flow, at: 2 if at > start + SECONDS / 3 + 25
                   else 1)


def datagram_loss(seed, start):
    del start
    random = Random(seed)
    return lambda payload, at, agent: \
        None if random.below(1000) < 50 else payload


def short_headers(seed, start):
    del seed, start

    def change(flow):
        flow.cut_header(64)
        return flow
    return lambda payload, at, agent: rewrite(payload, change)


def only(wanted):
    """Have the flow samples that are wanted: wanted(flow, seconds, agent)."""
    numbers = {}

    def change_for(seconds, agent):
        def change(flow):
            if not wanted(flow, seconds, agent):
                return None
            key = agent, flow.source
            numbers[key] = numbers.get(key, 0) + 1
            flow.sequence = numbers[key]
            return flow
        return change
    return lambda payload, at, agent: rewrite(payload, change_for(at, agent))


def egress_ends(seed, start):
    """A switch is told to sample no egress any more."""
    del seed
    return only(lambda flow, at, agent: not flow.is_egress() or
                at < start + SECONDS / 2 + 25)


def port_ends(seed, start):
    """One port's egress is sampled no more, and another's never was."""
    del seed
    return only(lambda flow, at, agent: not flow.is_egress() or
                flow.source != FIRST_PORT + PORT_STEP and
                (flow.source != FIRST_PORT or at < start + SECONDS / 2 + 25))


FIRST_PORT, PORT_STEP = 436207616, 4096
LAG, SECOND = 369098752, 1000  # the aggregate, and its second member


def lag(seed, start):
    """A port becomes two of a LAG: the sources are the members, the
    interfaces the aggregate."""
    del start
    random, numbers = Random(seed), {}
    first = FIRST_PORT

    def change_for(agent):
        def change(flow):
            if flow.source == first and random.below(2):
                flow.source = SECOND
            if flow.input == first:
                flow.input = LAG
            if flow.output == first:
                flow.output = LAG
            key = agent, flow.source
            numbers[key] = numbers.get(key, 0) + 1
            flow.sequence = numbers[key]
            return flow
        return change
    return lambda payload, at, agent: rewrite(payload, change_for(agent))


def configure_lag(text):
    """The first port of each switch is the LAG's."""
    lines = []
    for line in text.split("\n"):
        if f"ifindex: {FIRST_PORT}," in line:
            asn = line.split("asn: ")[1].split(",")[0]
            lines += [f"      - {{ ifindex: {LAG}, name: port-channel1, "
                      f"lag: [ Ethernet1/1, second ], asn: {asn} }}",
                      f"      - {{ ifindex: {FIRST_PORT}, "
                      "name: Ethernet1/1 }",
                      f"      - {{ ifindex: {SECOND}, name: second }}"]
        else:
            lines.append(line)
    return "\n".join(lines)


def configure_nothing(text):
    """No port is said."""
    lines = [line for line in text.split("\n")
             if "- { ifindex:" not in line and line.strip() != "ports:"]
    return "\n".join(lines)


def first_by_ingress(text):
    """The first switch is told to count ingress alone, the others are not."""
    return text.replace("direction: auto", "direction: ingress", 1)


class Case:
    def __init__(self, direction="auto", change=None, configure=None,
                 options=("--switches", 1), spread=None,
                 anchored=("sent", "passed"), most_off=0.001):
        self.direction, self.change = direction, change
        self.configure, self.options = configure, options
        self.spread = spread  # most of ingress alone, or None
        # What counters tell: more than members sent where others are on
        # their ports, and not all of it where datagrams at the ends are lost.
        self.anchored, self.most_off = anchored, most_off


CASES = {
    "ingress": Case("ingress"),
    "both": Case("both", spread=0.72),
    "auto": Case(spread=0.72),
    "learned": Case(configure=configure_nothing, spread=0.74,
                    anchored=()),
    "egress_ends": Case(change=egress_ends),
    "port_ends": Case(change=port_ends),
    "mixed": Case(configure=first_by_ingress, options=("--switches", 2)),
    "unequal": Case(change=unequal, spread=0.95),
    "loss": Case(change=datagram_loss, most_off=0.005),
    "drops": Case(options=("--switches", 1, "--drops", 50)),
    "rate_change": Case(change=rate_change),
    "two_switches": Case(options=("--switches", 2), spread=0.74),
    "three_switches": Case(options=("--switches", 3), spread=0.74),
    "lag": Case(change=lag, configure=configure_lag, spread=0.74),
    "short_headers": Case(change=short_headers, spread=0.74),
    "unknown_macs": Case(options=("--switches", 1, "--unknown-macs", 3),
                         spread=0.74, anchored=("passed",)),
}


class Bench:
    def __init__(self, checks, programs):
        self.checks = checks
        self.collector, self.simulator = programs

    def simulate(self, folder, case, seed):
        harness.must([self.simulator, "--out", folder, "--pcap",
                      folder + "/sent.pcap", "--seed", seed, "--members",
                      MEMBERS, "--traffic", TRAFFIC, "--rate", RATE,
                      "--seconds", SECONDS, *case.options])
        truth = harness.read_json(folder + "/truth.json")
        if case.change:
            rewrite_capture(folder + "/sent.pcap", folder + "/changed.pcap",
                            case.change(seed, truth["from"]))
            os.replace(folder + "/changed.pcap", folder + "/sent.pcap")
        return truth

    def replay(self, folder, case, direction):
        with open(folder + "/config.yaml", encoding="utf-8") as file:
            text = file.read()
        if case.configure:
            text = case.configure(text)
        config = harness.write(folder + f"/{direction}.yaml", text.replace(
            "direction: auto", f"direction: {direction}"))
        done = harness.run([self.collector, "-c", config, "--replay",
                            f"sflow:{folder}/sent.pcap", "--totals",
                            folder + "/totals.json"])
        self.checks.equal(done.returncode, 0, done.stderr.decode()[-500:])
        totals = harness.read_json(folder + "/totals.json")
        ledger = totals["ledger"]
        self.checks.equal(ledger["observations"], ledger["attributed"] +
                          sum(ledger["dropped"].values()), "the ledger")
        return totals

    def measure(self, name, case):
        found = {"ingress": [], case.direction: []}
        anchors = Anchors()
        for seed in SEEDS:
            with tempfile.TemporaryDirectory() as folder:
                truth = self.simulate(folder, case, seed)
                for direction, errors in found.items():
                    totals = self.replay(folder, case, direction)
                    ours = cells(totals)
                    errors += [(ours.get(key), true)
                               for key, true in sorted(cells(truth).items())
                               if true["packets"] >= LEAST_SAMPLES * RATE]
                    if direction == case.direction:
                        anchors.add(truth, totals, owners(folder))
        self.judge(name, case, Figures(found[case.direction]),
                   Figures(found["ingress"]))
        self.judge_anchors(name, case, anchors)

    def judge(self, name, case, figures, ingress):
        ratio = figures.spread / ingress.spread
        print(f"{name:15} {figures.count:5} cells: bias {figures.bias:+.3%} "
              f"({figures.bias / figures.error:+.1f} standard errors), "
              f"spread {figures.spread:.2%}, {ratio:.3f} of ingress alone, "
              f"coverage {figures.coverage:.1%}", flush=True)
        self.checks.that(abs(figures.bias) <= 3 * figures.error,
                         f"{name}: bias {figures.bias / figures.error:.1f} "
                         "standard errors")
        low, high = (0.88, 1) if QUICK else (0.93, 0.97)
        self.checks.that(low <= figures.coverage <= high,
                         f"{name}: coverage {figures.coverage:.3f}")
        most = (case.spread or 10) * (1.15 if QUICK else 1)
        self.checks.that(case.spread is None or ratio <= most,
                         f"{name}: {ratio:.3f} of the spread of ingress "
                         f"alone, expected {most} at most")

    def judge_anchors(self, name, case, anchors):
        sent, passed, estimated, floods = (
            rms(e) for e in (anchors.sent, anchors.passed, anchors.estimated,
                             anchors.floods))
        print(f"{'':15} {len(anchors.sent):5} members anchored: "
              f"{sent:.4%} of what they sent, {passed:.4%} of what passed "
              f"their ports; estimated {estimated:.2%}; floods {floods:.2%}",
              flush=True)
        self.checks.that(anchors.sent or not case.anchored,
                         f"{name}: no member is anchored")
        for what, error in ("sent", sent), ("passed", passed):
            self.checks.that(what not in case.anchored or
                             error <= case.most_off,
                             f"{name}: {error:.3%} off what members {what}")


class Anchors:
    """Relative errors of the totals of members that counters tell."""

    def __init__(self):
        self.sent, self.passed = [], []
        self.estimated, self.floods = [], []

    def add(self, truth, totals, owner):
        true = {m["asn"]: m for m in truth["members"]}
        counted = {}
        for port in truth["ports"]:
            asn = owner.get((port["switch"], port["ifindex"]))
            octets = counted.setdefault(asn, {"from_member": 0,
                                              "to_member": 0})
            octets["from_member"] += port["counters"]["in_octets"]
            octets["to_member"] += port["counters"]["out_octets"]
        for m in totals["members"]:
            if "scaled" in m:
                self.compare(m, true[m["asn"]], counted[m["asn"]])

    def compare(self, ours, true, counted):
        for way in "from_member", "to_member":
            frames = all_bytes(true[way])
            self.passed.append(ours["scaled"][way] / counted[way] - 1)
            self.estimated.append(all_bytes(ours[way]) / frames - 1)
            if way == "from_member":
                self.sent.append(ours["scaled"][way] / frames - 1)
            else:
                self.floods.append(counted[way] / frames - 1)


def rms(errors):
    return math.sqrt(sum(x * x for x in errors) / max(len(errors), 1))


def all_bytes(families):
    return sum(f["bytes"] for f in families.values())


def owners(folder):
    """Whose each port is, as the simulator wrote its configuration."""
    found, box = {}, None
    with open(folder + "/config.yaml", encoding="utf-8") as file:
        for line in file:
            name = re.search(r"- name: (sw\d+)", line)
            port = re.search(r"ifindex: (\d+),.* asn: (\d+)", line)
            if name:
                box = name.group(1)
            elif port:
                found[box, int(port.group(1))] = int(port.group(2))
    return found


class Figures:
    def __init__(self, pairs):
        self.count = len(pairs)
        off = [(ours["bytes"] if ours else 0) / true["bytes"] - 1
               for ours, true in pairs]
        self.bias = sum(off) / self.count
        self.spread = math.sqrt(sum(x * x for x in off) / self.count)
        self.error = self.spread / math.sqrt(self.count)
        self.coverage = sum(
            ours is not None and
            abs(ours["bytes"] - true["bytes"]) <= ours["ci95_bytes"]
            for ours, true in pairs) / self.count


def cells(totals):
    return {(p["from"], p["to"], family): p[family]
            for p in totals["pairs"] for family in ("ipv4", "ipv6")
            if family in p}


def main():
    names = [a for a in sys.argv[3:] if a != "--quick"] or list(CASES)
    checks = harness.Checks()
    bench = Bench(checks, sys.argv[1:3])
    for name in names:
        bench.measure(name, CASES[name])
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
