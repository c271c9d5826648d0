#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is mirrored and sampled: the same traffic both ways, two switches each
in its own way, and one of the two that ends.

usage: mirror_sources.py COLLECTOR SIMULATOR [STORY...]
"""
import sys

import harness
import mirror_stories
from mirror_stories import (
    FAMILIES, SIDES, START, all_bytes, by_member, by_pair, differences)


class Sources(mirror_stories.Stories):
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


if __name__ == "__main__":
    sys.exit(mirror_stories.main(Sources, ("agree", "two_sources", "stops")))
