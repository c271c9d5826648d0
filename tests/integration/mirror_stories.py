# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of mirrors share: a simulated exchange's mirrors are replayed
and held to its truth, not about but exactly.

Each test is a class of stories, methods of its own name. LANTERNE_MIRROR=long
before it: with more seeds and forms, some minutes.
"""
import json
import os
import struct
import sys
import tempfile
import time

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

    # ---- what they wrote ----

    def packets_of(self, name):
        """(microseconds, captured, bytes on the wire)"""
        _, packets = harness.read_packets(self.path(name))
        out = []
        for packet in packets:
            second, micros, _, wire = struct.unpack_from("<IIII", packet)
            out.append((second * 1000000 + micros,
                        packet[harness.PACKET_HEAD:], wire))
        return out

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

    def reported(self, state, said, least, most):
        status = harness.read_json(os.path.join(state, "status.json"))
        source = status["sources"][0]
        doubled = source["doubled"]
        self.checks.that(doubled is not None and least <= doubled <= most,
                         f"how many came twice: {source}")
        self.checks.equal("came a second time" in said, doubled > 0.05,
                          f"{said!r} of {doubled} that came twice")

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

    # ---- what was stored ----

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


def main(stories, names):
    """Tell the stories of a class, each in a folder of its own: all of these,
    or those that the command line names."""
    words = sys.argv[1:]
    long = os.environ.get("LANTERNE_MIRROR") == "long"
    checks = harness.Checks()
    for name in words[2:] or names:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            getattr(stories(checks, words[:2], folder, long), name)()
        print(f"{name}: {time.monotonic() - begun:.1f} s")
    return checks.finish()
