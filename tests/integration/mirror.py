#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Replay a simulated exchange's mirrors and hold the result to its truth.

usage: mirror.py COLLECTOR SIMULATOR [STORY...]

SPAN and ERSPAN in every form that the simulator writes: bytes and packets of
members, pairs, ports and strangers equal the truth, not about but exactly.
Then captures of other shapes, mirrors that copy twice, mirrors beside sFlow,
coverage, what is stored, and wrong command lines. LANTERNE_MIRROR=long before
it: with more seeds and forms, some minutes.
"""
import filecmp
import json
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import time

import captures
import harness

FAMILIES = ("ipv4", "ipv6", "other")
SIDES = ("from_member", "to_member")
START = 1700006400
CROSSING = START + 45  # so that 22 s are of two minutes
TAG = 4
# Every frame is in the capture: little traffic is much to read.
SMALL = ("--traffic", "20M", "--rate", 64)


def numbers(families, tag=0):
    """Bytes and packets by family, in a shape that can be compared."""
    return {f: (v["bytes"] + tag * v["packets"], v["packets"])
            for f, v in families.items()}


def by_member(totals, tag=0):
    return {(m["asn"], side): numbers(m[side], tag)
            for m in totals["members"] for side in SIDES}


def by_pair(totals, tag=0):
    return {(p["from"], p["to"], p["vlan"]):
            numbers({f: p[f] for f in FAMILIES if f in p}, tag)
            for p in totals["pairs"]}


def differences(ours, true, most=5):
    keys = sorted(set(ours) | set(true), key=str)
    found = [f"{k}: {ours.get(k)}, expected {true.get(k)}"
             for k in keys if ours.get(k, {}) != true.get(k, {})]
    return "; ".join(found[:most])


def all_bytes(totals, side="from_member"):
    return sum(f["bytes"] for m in totals["members"] for f in m[side].values())


def add(to, families):
    for family, cell in families.items():
        have = to.setdefault(family, dict.fromkeys(
            ("bytes", "packets", "samples", "ci95_bytes"), 0))
        for key in ("bytes", "packets", "samples"):
            have[key] += cell[key]
        have["ci95_bytes"] = (have["ci95_bytes"] ** 2 +
                              cell["ci95_bytes"] ** 2) ** 0.5


class Stories:
    def __init__(self, checks, programs, folder, long):
        self.checks = checks
        self.collector, self.simulator = programs
        self.folder = folder
        self.long = long

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    # ---- the programs ----

    def simulate(self, name, *more, sflow=False, seconds=22,
                 start=CROSSING):
        """One exchange: NAME/config.yaml, NAME.mirror, and its truth."""
        arguments = [self.simulator, "--out", self.path(name), "--mirror",
                     self.path(name + ".mirror"), "--seconds", seconds,
                     "--start", start]
        if sflow:
            arguments += ["--pcap", self.path(name + ".sflow")]
        if "--traffic" not in more:
            arguments += SMALL
        harness.must([*arguments, *more])
        return harness.read_json(self.path(name, "truth.json"))

    def configure(self, name, *sources, to=None, **replaced):
        """The simulated configuration with other sources; its path."""
        to = self.path(to or f"{name}.yaml")
        lines = open(self.path(name, "config.yaml"),
                     encoding="utf-8").read().split("\n")
        first = lines.index("sources:") + 1
        last = first
        while lines[last].startswith("  "):
            last += 1
        text = "\n".join(lines[:first - 1] +
                         (["sources:"] if sources else []) +
                         [f"  - {s}" for s in sources] + lines[last:])
        for old, new in replaced.get("changes", ()):
            if old not in text:
                sys.exit(f"{name}: no {old!r} in its configuration")
            text = text.replace(old, new)
        return harness.write(to, text)

    def replay(self, config, *inputs, more=(), stdin=None):
        """Totals, and what was said."""
        done = harness.must([self.collector, "-c", config, "--replay",
                             *inputs, "--totals", "-", *more], stdin=stdin)
        return json.loads(done.stdout), done.stderr.decode()

    def mirror(self, name, config=None):
        config = config or self.path(name, "config.yaml")
        return self.replay(config, f"mirror:{self.path(name)}.mirror")[0]

    # ---- what holds always ----

    def balance(self, what, totals):
        given, ledger = totals["input"], totals["ledger"]
        self.checks.equal(
            given["mirrored_packets"],
            sum(given[k] for k in
                ("frames", "erspan_no_frame", "erspan_unknown",
                 "erspan_malformed", "erspan_fragments", "erspan_foreign",
                 "gre_other", "frames_waited")),
            f"{what}: mirrored packets add up")
        self.checks.equal(
            given["frames"] + given["flow_samples"], ledger["observations"],
            f"{what}: each frame and sample is an observation")
        self.checks.equal(
            ledger["observations"],
            ledger["attributed"] + sum(ledger["dropped"].values()),
            f"{what}: the ledger balances")

    def exact(self, what, totals, truth, tag=0):
        """All of the truth, and nothing else; all of it certain."""
        self.balance(what, totals)
        for kind, of in (("members", by_member), ("pairs", by_pair)):
            wrong = differences(of(totals), of(truth, tag))
            self.checks.that(not wrong, f"{what}: {kind}: {wrong}")
        cells = [f for m in totals["members"] for s in SIDES
                 for f in m[s].values()]
        cells += [p[f] for p in totals["pairs"] for f in FAMILIES if f in p]
        self.checks.that(len(cells) > 50, f"{what}: {len(cells)} cells")
        self.checks.that(
            all(c["ci95_bytes"] == 0 and c["samples"] == c["packets"]
                for c in cells), f"{what}: nothing is left to chance")

    def strangers(self, what, totals, truth, tag=0, places=True):
        ours, true = {}, {}
        for u in totals["unknown_macs"]:
            key = (u["mac"], u["switch"], u["ifindex"]) if places else u["mac"]
            have = ours.get(key, (0, 0))
            ours[key] = (have[0] + u["bytes"], have[1] + u["samples"])
        for u in truth["unknown_macs"]:
            key = (u["mac"], u["switch"], u["ifindex"]) if places else u["mac"]
            true[key] = (sum(f["bytes"] + tag * f["packets"]
                             for f in u["sent"].values()),
                         sum(f["packets"] for f in u["sent"].values()))
        self.checks.that(true or places is None, f"{what}: no strangers")
        wrong = differences(ours, true)
        self.checks.that(not wrong, f"{what}: strangers: {wrong}")

    # ---- 1. exact ----

    def exactly(self):
        forms = {
            "span": ("--unknown-macs", 2),
            "span-tagged": ("--vlan-tagged",),
            "span-snapped": ("--mirror-snap", 64),
            "span-whole": ("--mirror-snap", 1600),
            "span-small": ("--frame-size", 64, "--traffic", "4M"),
            "span-large": ("--frame-size", 1518, "--vlan-tagged"),
            "erspan1": ("--mirror-erspan", "1"),
            "erspan1-v6": ("--mirror-erspan", "1", "--ipv6-agents"),
            "erspan2": ("--mirror-erspan", "2", "--unknown-macs", 3),
            "erspan2-v6": ("--mirror-erspan", "2", "--ipv6-agents",
                           "--vlan-tagged"),
            "erspan3": ("--mirror-erspan", "3", "--unknown-macs", 3),
            "erspan3-v6": ("--mirror-erspan", "3", "--ipv6-agents"),
            "erspan3+": ("--mirror-erspan", "3+", "--vlan-tagged"),
            "erspan3+-v6": ("--mirror-erspan", "3+", "--ipv6-agents"),
            "erspan2-small": ("--mirror-erspan", "2", "--frame-size", 64,
                              "--traffic", "4M"),
            "erspan2-snapped": ("--mirror-erspan", "2", "--mirror-snap", 128),
            "four-switches": ("--mirror-erspan", "3", "--switches", 4,
                              "--members", 30),
        }
        for seed in (range(1, 6) if self.long else (7,)):
            for name, options in forms.items():
                self.exactly_one(name, *options, "--seed", seed)
        self.truncated()
        self.lost()

    def exactly_one(self, name, *options):
        truth = self.simulate(name, *options)
        totals = self.mirror(name)
        given, sent = totals["input"], truth["sent"]
        self.exact(name, totals, truth)
        self.checks.equal(given["frames"], sent["mirrored"], f"{name}: frames")
        self.checks.equal(given["erspan_no_frame"], sent["mirror_markers"],
                          f"{name}: markers")
        self.checks.that((sent["mirror_markers"] > 0) == ("3+" in options),
                         f"{name}: markers are in 3+ alone")
        for key in ("frames_lost", "frames_merged", "frame_lengths_unknown",
                    "other_packets", "out_of_order", "broken_captures",
                    "datagrams", "flow_samples"):
            self.checks.equal(given[key], 0, f"{name}: {key}")
        for key, value in totals["ledger"]["dropped"].items():
            self.checks.equal(value, 0, f"{name}: dropped, {key}")
        if "--unknown-macs" in options:
            self.strangers(name, totals, truth,
                           places="2" in name or "3" in name)
        if "erspan3" in name or name == "four-switches":
            self.port_estimates(name, totals, truth)

    def port_estimates(self, what, totals, truth, out_tag=None):
        """A session of type III says direction, and the port by its number:
        what came in by it is what the port counted."""
        ours = {(p["switch"], p["ifindex"]): p["estimate"]
                for p in totals["ports"]}
        seen = 0
        for port in truth["ports"]:
            name = f"{what}: {port['switch']} {port['name']}"
            estimate = ours[(port["switch"], port["ifindex"])]
            counters = port["counters"]
            if port["core"]:
                self.checks.equal(estimate, {"in_bytes": 0, "out_bytes": 0},
                                  f"{name}, core")
                continue
            seen += 1
            packets = sum(counters[f"out_{k}"]
                          for k in ("ucast", "mcast", "bcast"))
            out = 0 if out_tag is None else \
                counters["out_octets"] + out_tag * packets
            self.checks.equal(estimate, {"in_bytes": counters["in_octets"],
                                         "out_bytes": out}, name)
        self.checks.that(seen > 8, f"{what}: {seen} ports")

    def truncated(self):
        """What the switch cut has its length from its IP header, where it has
        one: neighbour solicitations have, ARP is too short to be cut."""
        for kind in ("2", "3", "3+"):
            for size, more in ((64, ()), (64, ("--vlan-tagged",)), (100, ()),
                               (100, ("--ipv6-agents", "--vlan-tagged")),
                               (300, ("--mirror-snap", 96))):
                name = f"cut{kind}-{size}"
                truth = self.simulate(name, "--mirror-erspan", kind,
                                      "--mirror-truncate", size, *more)
                name = f"{name} {' '.join(map(str, more))}"
                totals = self.mirror(f"cut{kind}-{size}")
                self.exact(name, totals, truth)
                self.checks.equal(totals["input"]["frame_lengths_unknown"], 0,
                                  f"{name}: lengths unknown")
        # Type I has no bit that says so: what came is what counts.
        truth = self.simulate("cut1", "--mirror-erspan", "1",
                              "--mirror-truncate", 100)
        totals = self.mirror("cut1")
        self.balance("cut1", totals)
        packets = sum(f["packets"] for m in totals["members"]
                      for f in m["from_member"].values())
        true = sum(f["packets"] for m in truth["members"]
                   for f in m["from_member"].values())
        self.checks.equal(packets, true, "cut1: packets")
        self.checks.that(all_bytes(totals) <= 104 * packets,
                         "cut1: no more bytes than came")

    def lost(self):
        """By sequence numbers it is known how many; type I has none."""
        for kind in ("2", "3", "3+", "1"):
            name = f"lost{kind}"
            truth = self.simulate(name, "--mirror-erspan", kind,
                                  "--mirror-lose", 28)
            totals = self.mirror(name)
            given, sent = totals["input"], truth["sent"]
            self.balance(name, totals)
            self.checks.that(sent["mirror_lost"] > 1000,
                             f"{name}: {sent['mirror_lost']} were lost")
            true = 0 if kind == "1" else sent["mirror_lost"]
            # What is lost at a session's ends no number tells of.
            self.checks.that(true - 20 <= given["frames_lost"] <= true,
                             f"{name}: {true} lost, {given['frames_lost']} "
                             "noticed")
            self.checks.equal(given["frames"], sent["mirrored"],
                              f"{name}: frames")
            all_true = all_bytes(truth)
            self.checks.that(0.95 < all_bytes(totals) / all_true < 1,
                             f"{name}: {all_bytes(totals)} of {all_true}")

    # ---- 2. shapes ----

    def packets_of(self, name):
        """(microseconds, captured, bytes on the wire)"""
        _, packets = harness.read_packets(self.path(name))
        out = []
        for packet in packets:
            second, micros, _, wire = struct.unpack_from("<IIII", packet)
            out.append((second * 1000000 + micros,
                        packet[harness.PACKET_HEAD:], wire))
        return out

    def shapes(self):
        self.simulate("shape", "--mirror-erspan", "3", "--seed", 5,
                      "--unknown-macs", 1, seconds=6)
        packets = self.packets_of("shape.mirror")
        config = self.path("shape/config.yaml")
        wanted = self.mirror("shape")
        ethernet = captures.ETHERNET
        shapes = {
            "nanoseconds": captures.pcap(packets, nanoseconds=True),
            "big endian": captures.pcap(packets, ">"),
            "pcapng": captures.pcapng(packets, [(ethernet, None)]),
            "pcapng, big endian, nanoseconds":
                captures.pcapng(packets, [(ethernet, 9)], ">"),
            "pcapng, three interfaces":
                captures.pcapng(packets, [(ethernet, None), (ethernet, 9),
                                          (ethernet, 0x80 | 30)]),
            # ERSPAN needs no Ethernet around it.
            "pcapng, five link types":
                captures.pcapng(self.behind_links(packets), captures.MIXED),
        }
        for what, content in shapes.items():
            name = harness.write(self.path("shaped"), content)
            totals, said = self.replay(config, f"mirror:{name}")
            self.checks.that(totals == wanted, f"{what}: the same totals")
            self.checks.equal(said, "", f"{what}: nothing to complain of")
        self.piped(config, wanted)
        self.breaks_off(config, packets)
        self.apart()
        self.progress()

    @staticmethod
    def behind_links(packets):
        """Lengths on the wire as other link types have them."""
        out = []
        for i, (when, frame, wire) in enumerate(packets):
            link = captures.MIXED[i % len(captures.MIXED)][0]
            held = captures.as_link(link, frame)
            out.append((when, frame, wire + len(held) - len(frame)))
        return out

    def piped(self, config, wanted):
        capture = self.path("shape.mirror")
        harness.must(["gzip", "-k", "-1", "-f", "-S", ".gz", capture])
        with subprocess.Popen(["gzip", "-dc", capture + ".gz"],
                              stdout=subprocess.PIPE) as unpacked:
            totals, said = self.replay(config, "mirror:-",
                                       stdin=unpacked.stdout)
        self.checks.equal(unpacked.returncode, 0, "gzip was read whole")
        self.checks.that(totals == wanted, "gzip: the same totals")
        self.checks.equal(said, "", "nothing is shown where no terminal is")

    def breaks_off(self, config, packets):
        whole = captures.pcap(packets)
        fewer = captures.pcap(packets[:-1])
        wanted, _ = self.replay(
            config, "mirror:" + harness.write(self.path("cut"), fewer))
        wanted["input"]["broken_captures"] = 1
        for size in (len(whole) - 1, len(fewer) + 17, len(fewer) + 3):
            name = harness.write(self.path("cut"), whole[:size])
            totals, said = self.replay(config, f"mirror:{name}")
            self.checks.that(totals == wanted, f"cut to {size} bytes")
            self.checks.that("breaks off" in said, f"it is said: {said}")

    def apart(self):
        """Two switches, a capture each, are what both have in one; so are
        three parts in any order."""
        for kind in ((), ("--mirror-erspan", "2")):
            options = (*kind, "--seed", 5)
            self.simulate("all", *options)
            for switch in ("sw1", "sw2"):
                self.simulate(switch, *options, "--mirror-of", switch)
            wanted = self.mirror("all")
            config = self.path("all/config.yaml")
            parts = [f"mirror:{self.path(s)}.mirror" for s in ("sw2", "sw1")]
            totals, _ = self.replay(config, *parts)
            self.checks.that(totals == wanted, f"sw1 and sw2 apart, {kind}")
            head, packets = harness.read_packets(self.path("all.mirror"))
            names = []
            for i in range(3):
                names.append("mirror:" + harness.write(
                    self.path(f"third{i}"), head + b"".join(packets[i::3])))
            totals, _ = self.replay(config, *names[::-1])
            self.checks.that(totals == wanted, f"three parts, {kind}")

    def progress(self):
        """On a terminal it is shown how far it is, and wiped at the end."""
        head, packets = harness.read_packets(self.path("all.mirror"))
        terminal, end = pty.openpty()
        shown = b""
        with subprocess.Popen(
                [self.collector, "-c", self.path("all/config.yaml"),
                 "--replay", "mirror:-", "--totals", self.path("shown.json")],
                stdin=subprocess.PIPE, stderr=end) as collector:
            os.close(end)
            collector.stdin.write(head)
            until = time.monotonic() + 60
            for at in range(0, len(packets), 4200):
                collector.stdin.write(b"".join(packets[at:at + 4200]))
                collector.stdin.flush()
                while not shown and time.monotonic() < until:
                    if not select.select([terminal], [], [], 0.2)[0]:
                        break
                    shown += os.read(terminal, 4096)
            collector.stdin.close()
            shown += self.rest_of(terminal)
        os.close(terminal)
        self.checks.equal(collector.returncode, 0, "exit on a terminal")
        self.checks.that(b"million packets" in shown and b" MB, " in shown,
                         f"how far it is: {shown!r}")
        self.checks.that(shown.endswith(b"\r\x1b[K"), f"wiped: {shown!r}")
        self.checks.that(b"%" not in shown, "of a pipe no share is known")
        self.checks.that(harness.read_json(self.path("shown.json")) ==
                         self.mirror("all"), "shown: the same totals")

    @staticmethod
    def rest_of(terminal):
        out = b""
        while True:
            try:
                more = os.read(terminal, 4096)
            except OSError:
                return out
            if not more:
                return out
            out += more

    # ---- 3. both directions ----

    def twice(self):
        name = "both"
        truth = self.simulate(name, "--mirror-direction", "both", "--seed",
                              9, "--unknown-macs", 2)
        plain = self.configure(name, "mirror: { interface: mirror0 }",
                               changes=[("state\"", "state-both\"")])
        totals, said = self.replay(plain, f"mirror:{self.path(name)}.mirror",
                                   more=["--store"])
        self.balance(name, totals)
        # Copies of what goes out have a tag.
        wanted = {pair: {f: (2 * size + TAG * packets, 2 * packets)
                         for f, (size, packets) in families.items()}
                  for pair, families in by_pair(truth).items()}
        wrong = differences(by_pair(totals), wanted)
        self.checks.that(not wrong, f"counted twice: {wrong}")
        self.reported(self.path(name, "state-both"), said, 0.47, 0.55)
        self.dropped(name, truth)
        # A minute that has no other one after it.
        self.simulate("minute", "--mirror-direction", "both", start=START)
        _, said = self.replay(self.path("minute/config.yaml"),
                              f"mirror:{self.path('minute.mirror')}")
        self.checks.that("came a second time" in said, f"minute: {said}")

    def reported(self, state, said, least, most):
        status = harness.read_json(os.path.join(state, "status.json"))
        source = status["sources"][0]
        doubled = source["doubled"]
        self.checks.that(doubled is not None and least <= doubled <= most,
                         f"how many came twice: {source}")
        self.checks.equal("came a second time" in said, doubled > 0.05,
                          f"{said!r} of {doubled} that came twice")

    def dropped(self, name, truth, kind="mirror: { interface: mirror0"):
        """Exact again, each frame as it was when it came in. Only a flooded
        frame that was sent twice within ten milliseconds counts once."""
        config = self.configure(name, f"{kind}, duplicates: drop }}")
        totals, said = self.replay(config, f"mirror:{self.path(name)}.mirror")
        name = f"{name}, dropped"
        self.balance(name, totals)
        self.checks.equal(said, "", f"{name}: nothing to complain of")
        wrong = differences(by_pair(totals), by_pair(truth))
        self.checks.that(not wrong, f"{name}: pairs: {wrong}")
        self.strangers(name, totals, truth, places=False)
        ours, true = by_member(totals), by_member(truth)
        missing = 0
        for key, families in true.items():
            for family, (size, packets) in families.items():
                mine = ours[key].get(family, (0, 0))
                missing += packets - mine[1]
                self.checks.that(
                    mine == (size, packets) or
                    (family != "ipv4" and packets - 2 <= mine[1] < packets
                     and key[1] == "from_member"),
                    f"{name}: {key} {family}: {mine}, "
                    f"expected {(size, packets)}")
        self.checks.that(0 <= missing <= 3, f"{name}: {missing} are missing")
        print(f"{name}: {missing} flooded frames look like a copy")

    def once(self):
        """duplicates: drop takes nothing from a mirror that copies once, but
        flooded frames that were sent twice; and finds none."""
        for name, options in (("once", ()),
                              ("once-tagged", ("--vlan-tagged",)),
                              ("once-small", ("--frame-size", 64, "--traffic",
                                              "4M"))):
            truth = self.simulate(name, *options, "--seed", 9,
                                  "--unknown-macs", 1)
            self.dropped(name, truth)
            plain = self.configure(name, "mirror: { interface: mirror0 }")
            _, said = self.replay(plain, f"mirror:{self.path(name)}.mirror",
                                  more=["--store"])
            self.reported(self.path(name, "state"), said, 0, 0.001)

    def by_direction(self):
        """ERSPAN III says which copy went out: the others are exact."""
        for direction in ("both", "rx", "tx"):
            for kind in ("3", "3+"):
                for seed in (range(9, 14) if self.long else (9,)):
                    self.by_one_direction(f"{direction}{kind}-{seed}",
                                          direction, kind, seed)

    def by_one_direction(self, name, direction, kind, seed):
        receiver = 'erspan: { listen: "0.0.0.0"'
        truth = self.simulate(name, "--mirror-direction", direction,
                              "--mirror-erspan", kind, "--seed", seed,
                              "--unknown-macs", 2)
        capture = f"mirror:{self.path(name)}.mirror"
        if direction != "tx":
            config = self.configure(name, f"{receiver}, direction: ingress }}")
            totals, said = self.replay(config, capture, more=["--store"])
            self.exact(f"{name}, ingress", totals, truth)
            self.strangers(f"{name}, ingress", totals, truth)
            self.port_estimates(name, totals, truth,
                                TAG if direction == "both" else None)
            # What does not count comes twice to nobody's harm.
            self.reported(self.path(name, "state"), said, 0, 0.001)
        if direction != "rx":
            # Of two switches neither tells of what came in.
            for told in ("any", "egress")[direction == "both":]:
                config = self.configure(
                    name, f"{receiver}, direction: {told} }}")
                totals = self.mirror(name, config)
                self.balance(f"{name}, {told}", totals)
                wrong = differences(by_pair(totals), by_pair(truth, TAG))
                self.checks.that(not wrong, f"{name}, {told}: pairs: {wrong}")
        if direction == "both":
            self.dropped(name, truth, receiver)

    def at_core_ports(self):
        """A frame that passes two switches is copied at each: by the port's
        role, where sessions name it, or as a duplicate it counts once."""
        span = "mirror: { interface: mirror0"
        erspan = 'erspan: { listen: "0.0.0.0"'
        for name, source, options in (
                ("core-span", f"{span}, duplicates: drop }}", ()),
                ("core-erspan1", f"{erspan}, duplicates: drop }}",
                 ("--mirror-erspan", 1)),
                ("core-erspan2", f"{erspan} }}", ("--mirror-erspan", 2)),
                ("core-erspan3", f"{erspan} }}",
                 ("--mirror-erspan", "3+", "--switches", 3))):
            truth = self.simulate(name, "--mirror-core", "--seed", 4,
                                  "--unknown-macs", 2, *options)
            totals = self.mirror(name, self.configure(name, source))
            self.balance(name, totals)
            wrong = differences(by_pair(totals), by_pair(truth))
            self.checks.that(not wrong, f"{name}: pairs: {wrong}")
            if "duplicates" in source:
                continue
            self.exact(name, totals, truth)
            self.strangers(name, totals, truth)
            self.checks.that(totals["ledger"]["dropped"]["core_port"] > 0,
                             f"{name}: copies at core ports")

    def lengths(self):
        """What is held changes no length; a check sequence that is there is
        not added."""
        truth = self.simulate("fcs", "--seed", 4)
        totals = self.mirror("fcs", self.configure(
            "fcs", "mirror: { interface: mirror0, fcs: present }"))
        self.exact("fcs: present", totals, truth, tag=-4)
        for size, kind in ((14, None), (18, None), (34, None), (60, "3+"),
                           (82, "3+"), (100, "3+"), (50, "1"), (66, "2")):
            name = f"held{size}-{kind}"
            options = ("--mirror-erspan", kind) if kind else ()
            truth = self.simulate(name, "--seed", 4, "--ipv6-agents",
                                  *options)
            capture = self.path(f"{name}.mirror")
            packets = [(when, frame[:size], wire) for when, frame, wire in
                       self.packets_of(f"{name}.mirror")]
            harness.write(capture, captures.pcap(packets))
            totals = self.mirror(name)
            self.balance(name, totals)
            outer = 14 + 40 + {None: -54, "1": 4, "2": 16, "3+": 28}[kind]
            self.checks.equal(totals["input"]["frames_lost"], 0,
                              f"{name}: what is cut is not lost")
            if size >= outer + 14:
                self.exact(name, totals, truth)
            else:
                self.checks.equal(totals["ledger"]["attributed"], 0,
                                  f"{name}: nobody's")

    # ---- 4. sampled and mirrored ----

    def agree(self):
        """The same traffic, sampled and mirrored: the mirror is exact, and
        the samples' intervals hold it."""
        inside = large = 0
        for seed in (range(1, 9) if self.long else (1, 2)):
            name = f"agree{seed}"
            truth = self.simulate(name, "--rate", 16, "--traffic", "25M",
                                  "--seed", seed, "--unknown-macs", 1,
                                  sflow=True, seconds=90)
            config = self.path(name, "config.yaml")
            exact = self.mirror(name)
            self.exact(name, exact, truth)
            sampled, _ = self.replay(config, f"sflow:{self.path(name)}.sflow")
            self.balance(f"{name}, sampled", sampled)
            self.checks.equal(sampled["input"]["frames"], 0, "no frames")
            found = self.intervals(name, sampled, exact)
            inside, large = inside + found[0], large + found[1]
        print(f"{inside} of {large} intervals hold what the mirror saw")
        self.checks.that(large >= 60, f"{large} cells of 100 samples")
        self.checks.that(inside >= 0.9 * large, f"{inside} of {large}")

    def intervals(self, what, sampled, exact):
        """How many cells of 100 samples hold the exact value, of how many."""
        inside = large = 0
        for ours, true in self.cells(sampled, exact):
            off = abs(ours["bytes"] - true)
            if ours["samples"] >= 100:
                large += 1
                inside += off <= ours["ci95_bytes"]
                self.checks.that(off <= 5 * ours["ci95_bytes"] / 1.96,
                                 f"{what}: {ours} is far from {true}")
        for side in SIDES:
            self.near(f"{what}: all {side}", sampled, exact, side)
        return inside, large

    @staticmethod
    def cells(ours, true):
        """Pairs of a sum and the true bytes, of members and pairs."""
        exact = {**by_member(true), **by_pair(true)}
        for member in ours["members"]:
            for side in SIDES:
                for family, cell in member[side].items():
                    yield cell, exact[member["asn"], side].get(
                        family, (0, 0))[0]
        for p in ours["pairs"]:
            for family in FAMILIES:
                if family in p:
                    yield p[family], exact.get(
                        (p["from"], p["to"], p["vlan"]), {}).get(
                            family, (0, 0))[0]

    def near(self, what, totals, truth, side="from_member", only=None):
        """The sum of members lies within five standard deviations."""
        sums, variance = [0, 0], 0
        for i, t in enumerate((totals, truth)):
            for member in t["members"]:
                if only is not None and member["asn"] not in only:
                    continue
                for cell in member[side].values():
                    sums[i] += cell["bytes"]
                    if i == 0:
                        variance += (cell["ci95_bytes"] / 1.96) ** 2
        off = (sums[0] - sums[1]) / max(variance, 1) ** 0.5
        print(f"{what}: {sums[0]} of {sums[1]}, {off:+.1f} deviations")
        return self.checks.that(
            abs(off) <= 5 or abs(sums[0] - sums[1]) < 100,
            f"{what}: {sums[0]} for {sums[1]}: {off:+.1f} deviations")

    # ---- 5. two sources at once ----

    def two_sources(self):
        """sw1 samples and sw2 is mirrored: no frame counts twice, and who is
        at sw2 alone is exact."""
        for seed in (range(1, 5) if self.long else (3,)):
            for core in ((), ("--mirror-core",))[not self.long:]:
                self.two("two", core, "--seed", seed, "--unknown-macs", 2)
        self.two("two-erspan", ("--mirror-erspan", "3"), "--seed", 4)

    def two(self, name, more, *options):
        options = ("--rate", 16, "--traffic", "25M", *options)
        truth = self.simulate(name, *options, *more, "--mirror-of", "sw2",
                              sflow=True, seconds=240, start=START)
        name_all = f"{name}-all"
        self.simulate(name_all, *options, seconds=240, start=START)
        self.exact(name_all, self.mirror(name_all), truth)
        places = self.places(name)
        harness.write(self.path(f"{name}.sw1"), self.of_agent(
            self.path(f"{name}.sflow"), b"\xc0\x00\x02\x01"))
        mirror = f"mirror:{self.path(name)}.mirror"
        for direction, capture in (
                [(d, c) for d in ("auto", "ingress", "both")
                 for c in ("sw1", "sflow")] if self.long else
                [("auto", "sw1"), ("ingress", "sflow"), ("both", "sw1")]):
            config = self.two_config(name, direction)
            what = f"{name} {' '.join(more)}, {direction}, {capture}"
            totals, said = self.replay(
                config, f"sflow:{self.path(name)}.{capture}", mirror)
            self.checks.equal(said, "", f"{what}: nothing to say")
            # The first sample of a sender whom the mirror did not see
            # yet counts, where nothing is held until it is known better.
            self.both_at_once(what, totals, truth, places,
                              16 if direction == "both" else 0)
        if "--mirror-erspan" not in more:
            self.learned(name, name_all, mirror, places)

    @staticmethod
    def of_agent(capture, source):
        """The packets of a capture that have this source address."""
        head, packets = harness.read_packets(capture)
        at = harness.PACKET_HEAD + 26
        return head + b"".join(p for p in packets if p[at:at + 4] == source)

    def two_config(self, name, direction, ports=True):
        config = self.configure(
            name, "sflow: { listen: \"127.0.0.1:6343\" }",
            "mirror: { interface: mirror0, switch: sw2 }",
            to=f"{name}-{direction}-{ports}.yaml",
            changes=[("direction: auto", f"direction: {direction}")])
        if not ports:
            with open(config, encoding="utf-8") as file:
                lines = file.read().split("\n")
            harness.write(config, "\n".join(
                l for l in lines if ", asn: " not in l))
        return config

    def places(self, name):
        """The ASNs at sw1 alone, at sw2 alone, at both."""
        at = {}
        switch = None
        with open(self.path(name, "config.yaml"), encoding="utf-8") as file:
            for line in file:
                words = line.replace(",", " ").split()
                if "name:" in words and words[0] == "-" and "{" not in words:
                    switch = words[words.index("name:") + 1]
                elif "asn:" in words:
                    asn = int(words[words.index("asn:") + 1])
                    at.setdefault(asn, set()).add(switch)
        found = [{a for a, s in at.items() if s == {"sw1"}},
                 {a for a, s in at.items() if s == {"sw2"}},
                 {a for a, s in at.items() if len(s) == 2}]
        self.checks.that(all(found), f"{name}: places {found}")
        return found

    def both_at_once(self, what, totals, truth, places, spare):
        """@param spare  packets that may be too many"""
        at1, at2, _ = places
        self.balance(what, totals)
        for side in SIDES:
            self.near(f"{what}: all {side}", totals, truth, side)
        self.near(f"{what}: sw1's", totals, truth, only=at1)
        ours, true = by_member(totals), by_member(truth)
        self.exact_from(f"{what}: sw2's", at2, ours, true, spare)
        self.exact_from(f"{what}: sw2's pairs", at2, by_pair(totals),
                        by_pair(truth), spare)
        for member in totals["members"]:
            for side in SIDES:
                for family, cell in member[side].items():
                    exact = true[member["asn"], side].get(family, (0, 0))[0]
                    off = abs(cell["bytes"] - exact)
                    self.checks.that(
                        off <= 5 * cell["ci95_bytes"] / 1.96 + 1 or
                        0 < cell["ci95_bytes"] and cell["samples"] < 100,
                        f"{what}: AS{member['asn']} {side} {family}: "
                        f"{cell}, truth {exact}")
        elsewhere = totals["ledger"]["dropped"]["core_port"]
        self.checks.that(elsewhere > 0, f"{what}: {elsewhere} came elsewhere")

    def exact_from(self, what, senders, ours, true, spare):
        ours, true = ({k: v for k, v in cells.items()
                       if k[0] in senders and k[1] != "to_member"}
                      for cells in (ours, true))
        wrong = differences(ours, true)
        many = sum(c[1] for f in ours.values() for c in f.values()) - \
            sum(c[1] for f in true.values() for c in f.values())
        self.checks.that(not wrong or 0 < many <= spare, f"{what}: {wrong}")

    def learned(self, name, name_all, mirror, places):
        """Where no port is configured it is learned who is where: after the
        first minute nothing counts twice."""
        sums = []
        for what, config, inputs in (
                ("truth", self.path(name_all, "config.yaml"),
                 [f"mirror:{self.path(name_all)}.mirror"]),
                ("learned", self.two_config(name, "auto", ports=False),
                 [f"sflow:{self.path(name)}.sw1", mirror])):
            self.stored(config, *inputs)
            state = self.path(f"state{self.stores}")
            sums.append(self.journal_sum(state, START + 60, START + 180))
            del what
        true, ours = sums
        at1, at2, _ = places
        self.near(f"{name}: learned, all", ours, true)
        self.near(f"{name}: learned, sw1's", ours, true, only=at1)
        wrong = differences(
            {k: v for k, v in by_member(ours).items()
             if k[0] in at2 and k[1] == "from_member"},
            {k: v for k, v in by_member(true).items()
             if k[0] in at2 and k[1] == "from_member"})
        self.checks.that(not wrong, f"{name}: learned, sw2's: {wrong}")

    def records(self, state):
        folder = os.path.join(state, "journal")
        for name in sorted(os.listdir(folder)):
            done = harness.must([self.collector, "--journal",
                                 os.path.join(folder, name)])
            for line in done.stdout.decode().splitlines():
                yield json.loads(line)

    def journal_sum(self, state, since=0, until=1 << 40):
        """Members and pairs of a stretch of the journal, like totals."""
        members, pairs = {}, {}
        for record in self.records(state):
            if record["from"] < since or record["to"] > until:
                continue
            for m in record.get("members", ()):
                for side in SIDES:
                    add(members.setdefault((m["asn"], side), {}),
                        m.get(side, {}))
            for p in record.get("pairs", ()):
                add(pairs.setdefault((p["from"], p["to"], p["vlan"]), {}),
                    {f: p[f] for f in FAMILIES if f in p})
        return {"members": [
            {"asn": asn, **{s: members.get((asn, s), {}) for s in SIDES}}
            for asn in sorted({a for a, _ in members})],
                "pairs": [{"from": k[0], "to": k[1], "vlan": k[2], **v}
                          for k, v in pairs.items()]}

    def stops(self):
        """One of the two sources ends midway: what the other still sees
        counts, and nothing twice."""
        name = "stops"
        options = ("--rate", 16, "--traffic", "10M", "--seed", 6)
        truth = self.simulate(name, *options, "--mirror-core", "--mirror-of",
                              "sw2", sflow=True, seconds=900, start=START)
        self.simulate("stops-all", *options, seconds=900, start=START)
        places = self.places(name)
        whole = {"sflow": self.path(f"{name}.sw1"),
                 "mirror": self.path(f"{name}.mirror")}
        harness.write(whole["sflow"], self.of_agent(
            self.path(f"{name}.sflow"), b"\xc0\x00\x02\x01"))
        half = {}
        for kind, path in whole.items():
            head, packets = harness.read_packets(path)
            half[kind] = harness.write(self.path(f"half.{kind}"), head +
                                       b"".join(p for p in packets if
                                                harness.second_of(p) <
                                                START + 300))
        del truth
        self.stored(self.path("stops-all/config.yaml"),
                    f"mirror:{self.path('stops-all')}.mirror")
        # Pairs are closed each five minutes.
        windows = [(START + at, START + at + 300) for at in (0, 300, 600)]
        true = [self.journal_sum(self.path(f"state{self.stores}"), *w)
                for w in windows]
        for ended in ("mirror", "sflow")[:1 + self.long]:
            inputs = [f"{k}:{half[k] if k == ended else whole[k]}"
                      for k in whole]
            self.stored(self.two_config(name, "auto"), *inputs)
            state = self.path(f"state{self.stores}")
            ours = [self.journal_sum(state, *w) for w in windows]
            self.ended(ended, ours, true, places)

    def ended(self, ended, ours, true, places):
        at1, at2, _ = places
        self.near(f"until {ended} ended", ours[0], true[0])
        for i, when in ((1, "just after"), (2, "long after")):
            share = all_bytes(ours[i]) / all_bytes(true[i])
            print(f"{when} {ended} ended: {share:.3f} of the truth")
            self.checks.that(share < 1.02, f"{when} {ended} ended: {share}")
        # What sw1's members send sw2's mirror still sees at its core port,
        # and what sw2's send to sw1's leaves there by samples.
        sender, receiver = (at2, at1) if ended == "mirror" else (at1, at2)
        across = [sum(p[f]["bytes"] for p in t["pairs"] for f in FAMILIES
                      if f in p and p["from"] in sender and
                      p["to"] in receiver) for t in (ours[2], true[2])]
        print(f"long after {ended} ended, across: {across[0]} of {across[1]}")
        self.checks.that(0.9 < across[0] / across[1] < 1.1,
                         f"long after {ended} ended, across: {across}")

    # ---- 6. coverage ----

    def coverage(self):
        """Counters beside the mirror: what share of them it saw, of the
        direction that it copies and of no other."""
        span = "mirror: { interface: mirror0 }"
        egress = "mirror: { interface: mirror0, direction: egress }"
        erspan = 'erspan: { listen: "0.0.0.0" }'
        one, two = ("--switches", 1), ("--switches", 2)
        for name, source, options, share in (
                ("lossy", span, (*one, "--mirror-lose", 28), 0.972),
                ("ports-unnamed", erspan, (*two, "--mirror-erspan", 1), 1),
                ("leaving", egress, (*one, "--mirror-direction", "tx"), 1),
                ("whole", span, one, 1),
                ("one-of-two", span.replace(" }", ", switch: sw2 }"),
                 (*two, "--mirror-of", "sw2"), 1),
                ("ports-named", erspan, (*two, "--mirror-erspan", 3), 1),
                ("lossy-named", erspan, (*two, "--mirror-erspan", 3,
                                         "--mirror-lose", 28), 0.972),
                )[:None if self.long else 3]:
            self.covered(name, source, options, share)

    def covered(self, name, source, options, share):
        leaving = name == "leaving"
        traffic = "25M" if leaving else "5M"
        self.simulate(name, *options, "--traffic", traffic, "--rate", 4096,
                      "--seed", 5, sflow=True, seconds=420, start=START)
        config = self.configure(name, "sflow: { listen: \"127.0.0.1:6343\" }",
                                source)
        status = self.stored(config, f"sflow:{self.path(name)}.sflow",
                             f"mirror:{self.path(name)}.mirror")
        seen = []
        for port in status["ports"]:
            what = f"{name}: {port['switch']} {port['name']}"
            calibrations = [port["in_calibration"], port["out_calibration"]]
            calibration = calibrations[leaving]
            other = calibrations[not leaving]
            self.checks.that(other is None or not other["exact"],
                             f"{what}: the other direction is not copied, "
                             f"so nothing is said of it: {other}")
            if not calibration or not calibration["exact"]:
                continue
            seen.append(calibration["ratio"])
            self.checks.equal(calibration["drift"], "none", what)
            self.checks.equal(calibration["ci95"], 0, f"{what}: ci95")
            # Counters are read each 20 s. What leaves has a tag, and of
            # flooded frames nobody knows by which ports.
            self.checks.that(share - (0.1 if leaving else 0.03) <
                             calibration["ratio"] <
                             share + (0.05 if leaving else 0.03),
                             f"{what}: {calibration}")
        self.checks.that(len(seen) >= 5, f"{name}: {len(seen)} ports")
        mean = sum(seen) / max(len(seen), 1)
        print(f"{name}: the mirror saw {100 * mean:.1f} % of {len(seen)} ports")
        self.checks.that(abs(mean - share) < (0.05 if leaving else 0.01),
                         f"{name}: {mean} of {share}")

    # ---- 7. what is stored ----

    def storing(self):
        """The same capture gives the same files, a minute without frames is
        unknown, and the journal has what the totals have."""
        name = "store"
        self.simulate(name, "--mirror-erspan", "2", "--traffic", "5M",
                      seconds=420, start=START)
        config = self.path(name, "config.yaml")
        head, packets = harness.read_packets(self.path(f"{name}.mirror"))
        gap = range(START + 120, START + 240)
        harness.write(self.path("gap"), head + b"".join(
            p for p in packets if harness.second_of(p) not in gap))
        for capture in ("gap", f"{name}.mirror")[:1 + self.long]:
            self.store_twice(config, capture)
        self.unknown_rows(self.path("state1"))

    def store_twice(self, config, capture):
        inputs = f"mirror:{self.path(capture)}"
        totals, _ = self.replay(config, inputs)
        self.balance(capture, totals)
        states = []
        for _ in range(2):
            self.stored(config, inputs)
            states.append(self.path(f"state{self.stores}"))
        files = [harness.files_below(s + "/rrd") for s in states]
        self.checks.equal(files[0], files[1], f"{capture}: the same files")
        self.checks.that(len(files[0]) > 50, f"{capture}: many files")
        # A dump of a file that differs where nothing is, takes its time.
        for file in files[0] if self.long else files[0][::9]:
            pair = [os.path.join(s, "rrd", file) for s in states]
            if filecmp.cmp(*pair, shallow=False):
                continue
            dumps = [harness.must(["rrdtool", "dump", p]).stdout for p in pair]
            self.checks.that(dumps[0] == dumps[1], f"{capture}: {file}")
        summed = self.journal_sum(states[0])
        for kind, of in (("members", by_member), ("pairs", by_pair)):
            journal, wanted = ({k: v for k, v in of(t).items() if v}
                               for t in (summed, totals))
            wrong = differences(journal, wanted)
            self.checks.that(not wrong, f"{capture}, journal: {kind}: {wrong}")
        again = harness.run([self.collector, "-c", states[1] + ".yaml",
                             "--replay", inputs, "--store"])
        self.checks.equal(again.returncode, 73, "exit of a second --store")

    def unknown_rows(self, state):
        done = harness.must(["rrdtool", "fetch", f"{state}/rrd/exchange.rrd",
                             "AVERAGE", "-r", "60", "-s", START, "-e",
                             START + 419])
        rows = [line.split()[1:] for line in
                done.stdout.decode().split("\n")[2:] if ":" in line]
        known = [row[0] not in ("nan", "-nan") for row in rows]
        self.checks.equal(known, [True, True, False, False, True, True, True],
                          "a minute without frames is unknown")
        self.checks.that(all(float(row[0]) > 0 for row, is_known
                             in zip(rows, known) if is_known),
                         f"and the others are not zero: {rows}")

    # ---- 8. command lines ----

    def refused(self):
        self.simulate("wrong", seconds=2)
        config = self.path("wrong/config.yaml")
        text = harness.write(self.path("text"), "no capture\n" * 9)
        packets = self.packets_of("wrong.mirror")[:9]
        wlan = harness.write(self.path("wlan"), captures.pcap(
            packets, link=captures.WLAN))
        for code, words, which in (
                (64, "CAPTURE", "mirror:"), (64, "CAPTURE", "mirrors:x"),
                (65, text, f"mirror:{text}"), (65, wlan, f"mirror:{wlan}"),
                (66, self.path("none"), f"mirror:{self.path('none')}"),
                (65, self.folder, f"mirror:{self.folder}")):
            done = harness.run([self.collector, "-c", config, "--replay",
                                which, "--totals", self.path("refused.json")])
            said = done.stderr.decode()
            self.checks.equal(done.returncode, code, f"exit of {which}")
            self.checks.that(words in said, f"{which}: it says so: {said}")
            self.checks.that(said.count("\n") <= 2, f"{which}: {said}")
            self.checks.that(not os.path.exists(self.path("refused.json")),
                             f"{which}: no totals")
        self.links(config, packets)
        self.without_switches()

    def links(self, config, packets):
        """What has no Ethernet header and no ERSPAN has no addresses."""
        for what, link in (("Linux cooked", captures.SLL),
                           ("raw IP", captures.RAW)):
            name = harness.write(self.path("link"),
                                 captures.pcap(packets, link=link))
            totals, _ = self.replay(config, f"mirror:{name}")
            self.balance(what, totals)
            self.checks.equal(totals["ledger"]["dropped"]
                              ["no_ethernet_header"], len(packets), what)

    def without_switches(self):
        """A mirror needs no source and no switch in the configuration; with
        several switches they are those of no one switch."""
        capture = f"mirror:{self.path('wrong.mirror')}"
        with open(self.path("wrong/config.yaml"), encoding="utf-8") as file:
            lines = file.read().split("\n")
        cut = [lines.index(k) for k in ("sources:", "vlans:", "switches:",
                                        "web:")]
        bare = harness.write(self.path("bare.yaml"), "\n".join(
            lines[:cut[0]] + lines[cut[1]:cut[2]] + lines[cut[3]:]))
        truth = harness.read_json(self.path("wrong/truth.json"))
        for what, config, switch in (
                ("no switch, no source", bare, "mirror"),
                ("several switches, no source", self.configure("wrong"),
                 "mirror"),
                ("a source's switch", self.configure(
                    "wrong", "mirror: { interface: m, switch: sw2 }",
                    to="sw2.yaml"), "sw2")):
            totals, said = self.replay(config, capture)
            self.exact(what, totals, truth)
            self.checks.that(said.count("\n") == said.count("found no port"),
                             f"{what}: {said}")
            frames = [s for s in self.stored(config, capture)["switches"]
                      if s["frames"]]
            self.checks.equal([s["name"] for s in frames], [switch], what)
            self.checks.equal(frames[0]["frames"], truth["sent"]["mirrored"],
                              f"{what}: its frames")

    def stored(self, config, *inputs):
        """The status of a replay into a state_dir of its own."""
        self.stores = getattr(self, "stores", 0) + 1
        state = self.path(f"state{self.stores}")
        with open(config, encoding="utf-8") as file:
            lines = file.read().split("\n")
        at = [i for i, l in enumerate(lines) if l.startswith("state_dir:")][0]
        lines[at] = f'state_dir: "{state}"'
        own = harness.write(state + ".yaml", "\n".join(lines))
        self.replay(own, *inputs, more=["--store"])
        return harness.read_json(os.path.join(state, "status.json"))


STORIES = ("exactly", "shapes", "twice", "once", "by_direction",
           "at_core_ports", "lengths",
           "agree", "two_sources", "stops", "coverage", "storing",
           "refused")


def main():
    words = sys.argv[1:]
    long = os.environ.get("LANTERNE_MIRROR") == "long"
    checks = harness.Checks()
    for name in words[2:] or STORIES:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            getattr(Stories(checks, words[:2], folder, long), name)()
        print(f"{name}: {time.monotonic() - begun:.1f} s")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
