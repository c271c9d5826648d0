#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: api.py LANTERNE_WEB MAKE_EXCHANGE LANTERNE_COLLECTOR
                 LANTERNE_SIMULATOR SOURCE
/api/v1 is what its OpenAPI document says, and the document says all of it."""
import gzip
import http.client
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse

import harness
import json_schema

START_S = 1700006400  # of the simulated capture
PROBLEM = "application/problem+json"
# Values that no parameter of a kind takes.
BAD = {"limit": ["0", "1001", "-1", "x", ""], "offset": ["-1", "x", ""],
       "range": ["fortnight", ""], "from": ["x", "2099-01-01"], "to": ["x"],
       "step": ["86401", "0", "x", ""], "date": ["x", "2026-02-30"],
       "asn": ["x", "-1", "4294967296"], "a": ["x"], "b": ["x"],
       "vlan": ["4095", "x"], "ifindex": ["x", "-1"], "ordinal": ["x"],
       "id": ["x"], "family": ["ipv5"], "order": ["size"]}
# Values that are well-formed and name nothing.
NOTHING = {"asn": "64999", "a": "64999", "b": "64999", "vlan": "4000",
           "switch": "nowhere", "name": "nowhere", "ifindex": "4294967295",
           "ordinal": "60000", "id": "99"}


class Web:
    """lanterne-web on a port of its own."""

    def __init__(self, program, config):
        self.process = subprocess.Popen(
            [program, "-c", config, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        url = self.process.stdout.readline().decode().strip()
        self.netloc = urllib.parse.urlsplit(url).netloc

    def __enter__(self):
        return self

    def __exit__(self, *_why):
        self.process.terminate()
        self.process.wait(30)
        self.process.stdout.close()

    def ask(self, target, method="GET", **headers):
        connection = http.client.HTTPConnection(self.netloc, timeout=30)
        try:
            connection.request(method, target, headers=headers)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()


class Operation:
    """A path of the document: what it takes and answers."""

    def __init__(self, document, path, item):
        self.path = path
        self.get = item["get"]
        self.parameters = [
            json_schema.find(document, p["$ref"]) if "$ref" in p else p
            for p in self.get["parameters"]]
        self.is_public = self.get.get("description", "").startswith("Public")

    def of(self, place):
        return [p for p in self.parameters if p["in"] == place]

    def target(self, changed=None, left_out=None):
        """The address with all that is needed, and some of it changed."""
        values = {p["name"]: p["example"] for p in self.parameters
                  if p["required"]}
        values.update(changed or {})
        values.pop(left_out, None)
        path = self.path
        for parameter in self.of("path"):
            name = parameter["name"]
            path = path.replace("{" + name + "}", urllib.parse.quote(
                str(values.pop(name)), safe=""))
        query = urllib.parse.urlencode(values, quote_via=urllib.parse.quote)
        return path + ("?" + query if query else "")


class Suite:
    """What is checked of one exchange."""

    def __init__(self, checks, web, document):
        self.checks = checks
        self.web = web
        self.document = document
        self.operations = [Operation(document, path, item)
                           for path, item in document["paths"].items()]

    def conforms(self, schema, body, what):
        try:
            value = json.loads(body)
        except ValueError as error:
            self.checks.that(False, f"{what}: no JSON: {error}: {body[:80]}")
            return None
        wrong = json_schema.faults(self.document, schema, value)
        self.checks.that(not wrong, f"{what}: {wrong[:3]}")
        return value

    def good(self, operation, target):
        answer, body = self.web.ask(target)
        if not self.checks.equal(answer.status, 200, f"{target}: {body[:200]}"):
            return None
        self.checks.equal(answer.headers["Content-Type"], "application/json",
                          target)
        self.checks.that(re.fullmatch('"[0-9a-f]{16}"',
                                      answer.headers["ETag"] or ""),
                         f"{target}: ETag {answer.headers['ETag']}")
        self.checks.equal(answer.headers["Access-Control-Allow-Origin"],
                          "*" if operation.is_public else None, target)
        keeping = re.fullmatch("(public|private), max-age=([0-9]+)",
                               answer.headers["Cache-Control"])
        self.checks.that(
            keeping and (keeping[1] == "public") == operation.is_public and
            int(keeping[2]) <= 3600,
            f"{target}: {answer.headers['Cache-Control']}")
        schema = operation.get["responses"]["200"]["content"][
            "application/json"]["schema"]
        return self.conforms(schema, body, target)

    def bad(self, operation, target, status, parameter=None, method="GET",
            **headers):
        what = f"{method} {target}"
        answer, body = self.web.ask(target, method, **headers)
        if not self.checks.equal(answer.status, status, f"{what}: {body[:200]}"):
            return
        self.checks.equal(answer.headers["Content-Type"], PROBLEM, what)
        self.checks.equal(answer.headers["Cache-Control"], "no-store", what)
        if operation:
            self.checks.that(str(status) in operation.get["responses"],
                             f"{what}: {status} is not in the document")
        schema = {"$ref": "#/components/schemas/Problem"}
        problem = self.conforms(schema, body, what)
        if problem:
            self.checks.equal(problem["status"], status, what)
            self.checks.that(len(problem["detail"]) > 10, f"{what}: {problem}")
        if problem and parameter:
            self.checks.that(
                problem.get("parameter") == parameter or
                parameter in problem["detail"],
                f"{what}: {problem} does not name {parameter}")
        if status == 405:
            self.checks.equal(answer.headers["Allow"], "GET, HEAD", what)

    def examples(self):
        """Each path as it is, and with each parameter that it may have."""
        for operation in self.operations:
            self.good(operation, operation.target())
            for parameter in operation.of("query"):
                if "example" in parameter:
                    self.good(operation, operation.target(
                        {parameter["name"]: parameter["example"]}))

    def repeated(self):
        """What is known is not sent again; the encodings say the same."""
        for operation in self.operations:
            target = operation.target()
            answer, body = self.web.ask(target)
            tag = answer.headers["ETag"]
            again, nothing = self.web.ask(target, **{"If-None-Match": tag})
            self.checks.equal((again.status, nothing, again.headers["ETag"]),
                              (304, b"", tag), f"{target} again")
            head, nothing = self.web.ask(target, "HEAD")
            self.checks.equal((head.status, nothing,
                               head.headers["Content-Length"]),
                              (200, b"", str(len(body))), f"HEAD {target}")
            packed, content = self.web.ask(target, **{"Accept-Encoding": "gzip"})
            if packed.headers["Content-Encoding"] == "gzip":
                self.checks.that(packed.headers["ETag"] != tag, target)
                content = gzip.decompress(content)
            self.checks.equal(content, body, f"{target} unpacked")

    def mistakes(self):
        for operation in self.operations:
            self.bad(operation, operation.target({"limt": "1"}), 400, "limt")
            self.bad(operation, operation.target(), 405, method="POST")
            self.bad(operation, operation.target(), 421, Host="example.net")
            self.bad(operation, operation.target({"range": "x" * 3000}), 414)
            for parameter in operation.parameters:
                name = parameter["name"]
                if parameter["required"] and parameter["in"] == "query":
                    self.bad(operation, operation.target(left_out=name), 400,
                             name)
                for value in BAD.get(name, []):
                    if value or parameter["in"] == "query":
                        self.bad(operation, operation.target({name: value}),
                                 400, name)
                if "404" in operation.get["responses"] and name in NOTHING:
                    self.bad(operation,
                             operation.target({name: NOTHING[name]}), 404)
        for target in ("/api/", "/api/v1", "/api/v2/members", "/api/v1/x",
                       "/api/v1/series", "/api/v1/series/x",
                       "/api/v1/members/64500/x"):
            self.bad(None, target, 404)
        self.bad(None, "/api/v1/%00", 400)
        self.bad(None, "/api/v1/members?a=1&a=2", 400)

    def closed(self):
        """Without open access only what is public answers."""
        for operation in self.operations:
            if operation.is_public:
                self.good(operation, operation.target())
            else:
                self.bad(operation, operation.target(), 403)


def get(web, target):
    answer, body = web.ask(target)
    if answer.status != 200:
        sys.exit(f"{target}: {answer.status}: {body[:200]}")
    return json.loads(body)


def slices(checks, web):
    """Slices of a list are the list."""
    for path in ("members", "ports", "members/64500/peers"):
        whole = get(web, f"/api/v1/{path}?limit=1000")
        parts = []
        for offset in range(0, whole["total"] + 2, 2):
            part = get(web, f"/api/v1/{path}?limit=2&offset={offset}")
            checks.equal(part["total"], whole["total"], f"{path} {offset}")
            parts += part["items"]
        checks.that(whole["total"] > 3, f"{path} has items")
        checks.equal(parts, whole["items"], f"{path} in slices")
        checks.equal(len(parts), whole["total"], path)


def agree(checks, web):
    """The API, the graph's JSON and its CSV say the same."""
    to_s = int(time.time()) // 300 * 300  # fixed: rows come meanwhile
    for kind, query, hours in (("member", "asn=64502&", 24),
                               ("member", "asn=64500&", 7 * 24),
                               ("port", "switch=sw1&ifindex=436207616&", 24),
                               ("pair", "a=64500&b=64501&vlan=100&", 24),
                               ("exchange", "", 31 * 24)):
        query += f"from={to_s - hours * 3600}&to={to_s}"
        series = get(web, f"/api/v1/series/{kind}?{query}")
        figures = get(web, f"/api/v1/statistics/{kind}?{query}")
        graph = get(web, f"/graph/{kind}.json?{query}")
        what = f"{kind} {query}"
        for name in ("from", "to", "step", "p95_step", "basis"):
            checks.equal(series[name], graph[name], f"{what} {name}")
        for way, direction in series["directions"].items():
            checks.equal(direction["rows"],
                         {name: graph[way][name] for name in direction["rows"]},
                         f"{what} {way}")
            checks.equal(direction["aggregates"],
                         figures["directions"][way]["aggregates"], what)
            for band, figure in direction["aggregates"].items():
                other = graph[way]["statistics"][band]
                for name in ("average", "maximum", "p95"):
                    checks.equal(figure[name + "_bps"], other[name],
                                 f"{what} {way} {band} {name}")
                checks.equal(figure["total_bytes"], other["total_bytes"], what)
                known = [v for v in direction["rows"][band] if v is not None]
                checks.equal(figure["known"], len(known), what)
                if known:
                    checks.equal(figure["maximum_bps"], max(known), what)


def check_table(checks, document, source):
    """Routes and document name the same paths, and the same are public."""
    with open(source + "/web/route_table.c", encoding="utf-8") as file:
        routes = re.findall(
            r'{ "(api/[^"]*)",\s*\w+,\s*NULL,\s*ACCESS_OF_(\w+)',
            file.read())
    for_all = {"NOTHING", "EXCHANGE", "MEMBERS", "INFRASTRUCTURE",
               "LOCATION", "VLAN"}
    checks.that(len(routes) > 15, f"only {len(routes)} routes found")
    used = set()
    for path, item in document["paths"].items():
        flat = re.sub(r"\{\w+\}", "*", path[1:])
        for pattern, of in routes:
            fits = re.escape(pattern).replace(r"\*", "[^/]*")
            if pattern == flat or re.fullmatch(fits, flat):
                break
        else:
            checks.that(False, f"{path} has no route")
            continue
        used.add(pattern)
        says = item["get"].get("description", "").startswith("Public")
        public = of in for_all or of == "SERIES" and path.split("/")[4] in (
            "exchange", "infrastructure", "location", "vlan")
        checks.equal(says, public, f"{path} is public")
    for pattern, _of in routes:
        checks.that(pattern in used, f"{pattern} is not in the document")
    with open(source + "/web/api_series.c", encoding="utf-8") as file:
        kinds = re.findall(r'^\t{ "(\w+)",', file.read(), re.M)
    for what in ("series", "statistics"):
        checks.equal(sorted(p.split("/")[4] for p in document["paths"]
                            if p.startswith(f"/api/v1/{what}/")),
                     sorted(kinds), what)


def check_itself(checks, document, web):
    """The checker sees each way in which an answer can be off."""
    schema = {"$ref": "#/components/schemas/Members"}
    value = get(web, "/api/v1/members")
    checks.equal(json_schema.faults(document, schema, value), [], "members")

    def spoil(how):
        spoilt = json.loads(json.dumps(value))
        how(spoilt)
        checks.that(json_schema.faults(document, schema, spoilt),
                    f"nothing wrong found: {spoilt}"[:200])

    spoil(lambda v: v.update(more=1))
    spoil(lambda v: v.pop("total"))
    spoil(lambda v: v.update(total="7"))
    spoil(lambda v: v.update(total=True))
    spoil(lambda v: v.update(limit=0))
    spoil(lambda v: v["items"][0].update(asn=-1))
    spoil(lambda v: v["items"][0].update(asn=2**32))
    spoil(lambda v: v["items"][0].pop("name"))
    spoil(lambda v: v["items"][0].update(vlans=[None]))
    spoil(lambda v: v["items"].append([]))
    try:
        json_schema.faults(document, {"oneOf": []}, value)
        checks.that(False, "an unknown keyword passed")
    except json_schema.Unknown:
        checks.that(True, "")


def simulated(checks, programs, folder, document):
    """With pairs, whose days come from a journal; and of a replay."""
    web, _make, collector, simulator = programs
    config = folder + "/config.yaml"
    capture = folder + "/capture.pcap"
    harness.must([simulator, "--out", folder, "--members", "12", "--start",
                  START_S, "--seconds", "600", "--traffic", "1G", "--rate",
                  "512", "--pcap", capture])
    with open(config, "a", encoding="utf-8") as file:
        file.write("\n")
    harness.must([collector, "-c", config, "--replay", "sflow:" + capture,
                  "--store"])
    with Web(web, config) as running:
        suite = Suite(checks, running, document)
        for operation in suite.operations:
            if operation.path in ("/api/v1/pairs", "/api/v1/matrix",
                                  "/api/v1/health",
                                  "/api/v1/series/exchange"):
                suite.good(operation, operation.target())
        pairs = get(running, "/api/v1/pairs?limit=1000")
        matrix = get(running, "/api/v1/matrix")
    checks.that(pairs["total"] > 50, f"{pairs['total']} pairs")
    checks.equal(sum(p["total_bytes"] for p in pairs["items"]),
                 pairs["total_bytes"], "sum of the pairs")
    checks.equal(pairs["total_bytes"], matrix["total_bytes"], "matrix")
    checks.equal([p["total_bytes"] for p in pairs["items"]],
                 sorted((p["total_bytes"] for p in pairs["items"]),
                        reverse=True), "order of the pairs")
    asns = [m["asn"] for m in matrix["members"]]
    checks.equal(
        sorted((p["from_asn"], p["to_asn"], p["ipv4_bytes"], p["ipv6_bytes"])
               for p in pairs["items"]),
        sorted((asns[a], asns[b], v4, v6) for a, b, v4, v6 in matrix["cells"]),
        "pairs of the matrix")


def main():
    programs = sys.argv[1:5]
    web, make_exchange = programs[:2]
    source = sys.argv[5]
    checks = harness.Checks()
    document = harness.read_json(source + "/web/static/openapi.json")
    checks.equal(document["openapi"], "3.1.0", "version of OpenAPI")
    check_table(checks, document, source)
    with tempfile.TemporaryDirectory() as folder:
        made = folder + "/made"
        harness.must(["mkdir", made])
        harness.must([make_exchange, made])
        config = made + "/lanterne.yaml"
        with Web(web, config) as running:
            checks.equal(get(running, "/api/v1/openapi.json"), document,
                         "the document that is served")
            check_itself(checks, document, running)
            suite = Suite(checks, running, document)
            suite.examples()
            suite.repeated()
            suite.mistakes()
            slices(checks, running)
            agree(checks, running)
        with open(config, encoding="utf-8") as file:
            closed = file.read().replace("access: open", "access: roles")
        harness.write(config, closed)
        with Web(web, config) as running:
            Suite(checks, running, document).closed()
        harness.must(["mkdir", folder + "/simulated"])
        simulated(checks, programs, folder + "/simulated", document)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
