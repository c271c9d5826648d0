#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: prometheus.py LANTERNE_WEB MAKE_EXCHANGE MAKE_COUNTERS RULES [remote]

Debian's Prometheus scrapes a running lanterne-web beside counters that grow at a
known rate, and says that rate. With "remote" it also writes all of it to Debian's
VictoriaMetrics, which is then asked. All of it on loopback.
"""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

from harness import Checks, free_port, must, replace_in, write

PATIENCE_S = 35
SCRAPES = 12
COUNTED_S = 86400
BYTES = ('lanterne_member_bytes_total{asn="64500",direction="from_member",'
         'family="ipv4"}')
END = "lanterne_counters_end_timestamp_seconds"


def get(port, target, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", target, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
    finally:
        connection.close()


class Program:
    """One that is started here, and ended by its process id."""

    def __init__(self, arguments, log, **more):
        self.log = open(log, "w", encoding="utf-8")
        self.name = os.path.basename(str(arguments[0]))
        self.process = subprocess.Popen([str(a) for a in arguments],
                                        stderr=self.log, **more)

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Asked:
    """The HTTP API that Prometheus and VictoriaMetrics both have."""

    def __init__(self, port):
        self.port = port

    def query(self, expression):
        target = "/api/v1/query?" + urllib.parse.urlencode(
            {"query": expression})
        try:
            status, _, body = get(self.port, target)
        except OSError:
            return []
        if status != 200:
            return []
        return json.loads(body)["data"]["result"]

    def value(self, expression):
        """Of an expression that has one; None: it has none, or several."""
        found = self.query(expression)
        return float(found[0]["value"][1]) if len(found) == 1 else None

    def samples(self, selector, span):
        found = self.query(f"{selector}[{span}]")
        return {t: float(v) for t, v in found[0]["values"]} if found else {}

    def wait_for(self, expression, least):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            value = self.value(expression)
            if value is not None and value >= least:
                return True
            time.sleep(0.3)
        return False


class Counting:
    """Has the counters grow with the clock, in a thread."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.from_s = int(time.time()) - COUNTED_S
        self.rate = 0
        self.stopped = threading.Event()
        self.write()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def write(self):
        done = must([self.program, self.folder, self.from_s,
                     int(time.time())])
        self.rate = int(done.stdout)

    def run(self):
        while not self.stopped.wait(0.5):
            self.write()

    def begin_anew(self):
        self.from_s = int(time.time())

    def end(self):
        self.stopped.set()
        self.thread.join()


def start_web(program, folder):
    """lanterne-web for who is listed alone; returns it and its port."""
    config = os.path.join(folder, "lanterne.yaml")
    replace_in(config, config, "access: open",
               "metrics_from: [ 127.0.0.1 ]")
    web = Program([program, "-c", config, "--listen", "127.0.0.1:0"],
                  os.path.join(folder, "web.log"), stdout=subprocess.PIPE,
                  text=True)
    url = web.process.stdout.readline()
    return web, int(url.rstrip("/\n").rsplit(":", 1)[1])


def start_prometheus(folder, web_port, rules, remote_port):
    port = free_port()
    remote = "" if not remote_port else f"""
remote_write:
  - url: http://127.0.0.1:{remote_port}/api/v1/write
    queue_config: {{ batch_send_deadline: 1s }}
"""
    config = write(os.path.join(folder, "prometheus.yml"), f"""
global: {{ scrape_interval: 1s, evaluation_interval: 1s }}
rule_files: [ {os.path.abspath(rules)} ]
scrape_configs:
  - job_name: lanterne
    static_configs:
      - {{ targets: [ "127.0.0.1:{web_port}" ], labels: {{ site: east }} }}
  - job_name: lanterne_pairs
    params: {{ pairs: [ all ] }}
    static_configs:
      - {{ targets: [ "127.0.0.1:{web_port}" ], labels: {{ site: east }} }}
{remote}""")
    return Program(["prometheus", f"--config.file={config}",
                    f"--storage.tsdb.path={folder}/tsdb",
                    f"--web.listen-address=127.0.0.1:{port}",
                    "--log.level=warn"],
                   os.path.join(folder, "prometheus.log")), Asked(port)


def start_victoria(folder):
    port = free_port()
    return Program(["victoria-metrics", f"-storageDataPath={folder}/victoria",
                    f"-httpListenAddr=127.0.0.1:{port}",
                    "-retentionPeriod=100y", "-search.latencyOffset=0s",
                    "-memory.allowedPercent=10", "-loggerLevel=ERROR"],
                   os.path.join(folder, "victoria.log"),
                   stdout=subprocess.DEVNULL), Asked(port)


def check_forms(checks, port):
    status, kind, body = get(port, "/metrics")
    checks.equal(status, 200, "metrics for a listed address")
    checks.that(kind.startswith("text/plain; version=0.0.4"), kind)
    linted = subprocess.run(["promtool", "check", "metrics"], input=body,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            check=False)
    checks.equal((linted.returncode, linted.stdout), (0, b""),
                 "promtool check metrics")
    status, kind, body = get(port, "/metrics", {
        "Accept": "application/openmetrics-text;version=1.0.0,*/*;q=0.1"})
    checks.that(kind.startswith("application/openmetrics-text"), kind)
    checks.that(body.endswith(b"\n# EOF\n"), "OpenMetrics has its end")
    checks.that(b"\nprocess_resident_memory_bytes " in body,
                "the process says what it takes")
    for header in ("X-Forwarded-For", "Forwarded", "Via"):
        status, _, _ = get(port, "/metrics", {header: "127.0.0.1"})
        checks.equal(status, 403, f"metrics with {header} of nobody's proxy")
    status, _, _ = get(port, "/health")
    checks.equal(status, 403, "what is listed for metrics opens nothing else")


def check_samples(checks, counting, asked, where):
    """Each sample is the rate times the seconds that the same answer tells."""
    values, ends = asked.samples(BYTES, "1m"), asked.samples(END, "1m")
    both = sorted(set(values) & set(ends))
    wrong = [t for t in both if values[t] !=
             counting.rate * (ends[t] - counting.from_s)]
    checks.that(len(both) >= SCRAPES - 2, f"{where}: {len(both)} samples")
    checks.that(len({values[t] for t in both}) >= 4, f"{where}: they grow")
    checks.equal(wrong, [], f"{where}: samples that are not what was counted")


def check_rate(checks, counting, asked, where):
    rate = asked.value(f"rate({BYTES}[15s])")
    checks.that(rate is not None and
                abs(rate / counting.rate - 1) < 0.4,
                f"{where}: rate() is {rate}, expected {counting.rate}")
    # Measured by the clock of the counters themselves it is exact.
    exact = asked.value(f"rate({BYTES}[15s]) / on() rate({END}[15s])")
    checks.that(exact is not None and
                abs(exact / counting.rate - 1) < 1e-6,
                f"{where}: rate() by steps is {exact}")


def check_names(checks, asked):
    """What the rules ask for is there: a name that is none would never fire."""
    _, _, body = get(asked.port, "/api/v1/label/__name__/values")
    known = set(json.loads(body)["data"])
    _, _, body = get(asked.port, "/api/v1/rules")
    named = set()
    for group in json.loads(body)["data"]["groups"]:
        for rule in group["rules"]:
            named |= set(re.findall(r"\blanterne_\w+", rule["query"]))
    checks.that(len(named) > 20, f"{len(named)} names in rules")
    # No mirror is here, which would want rights: unit.metrics has one.
    of_mirrors = {name for name in named
                  if name.startswith("lanterne_mirror_")}
    checks.equal(sorted(named - known - of_mirrors), [],
                 "names that nothing has")


def check_prometheus(checks, counting, asked):
    checks.equal(asked.value('up{job="lanterne"}'), 1, "the target is up")
    checks.equal(asked.value('up{job="lanterne_pairs"}'), 1,
                 "so is that of pairs")
    checks.equal(asked.value("lanterne_collector_up"), 1, "the collector is")
    checks.equal(asked.value("sum(lanterne_metrics_left_out)"), 0,
                 "what is left out")
    _, _, body = get(asked.port, "/api/v1/targets/metadata?metric="
                                 "lanterne_member_bytes")
    units = {d["unit"] for d in json.loads(body)["data"]}
    checks.equal(units, {"bytes"}, "the unit, which OpenMetrics alone tells")
    check_samples(checks, counting, asked, "Prometheus")
    check_rate(checks, counting, asked, "Prometheus")
    _, _, body = get(asked.port, "/api/v1/rules")
    check_names(checks, asked)
    rules = [r for g in json.loads(body)["data"]["groups"]
             for r in g["rules"]]
    checks.that(len(rules) > 10, f"{len(rules)} rules")
    checks.equal([r["name"] for r in rules if r["health"] == "err"], [],
                 "rules that cannot be evaluated")


def check_meeting(checks, counting, asked):
    """Rules and what is scraped have the labels that the other asks for."""
    site = 'job="lanterne",site="east"'
    recorded = {
        "lanterne:port_utilisation:ratio": f'{{{site},direction="in"}}',
        "lanterne:member_bytes:rate10m":
            f'{{{site},asn="64500",direction="from_member"}}',
    }
    for name, labels in recorded.items():
        checks.that(asked.wait_for(f"max({name}{labels})", 1e-9),
                    f"{name} has values")
    rate = asked.value("lanterne:member_bytes:rate10m"
                       '{asn="64500",direction="from_member"}')
    checks.that(rate is not None and 0 < rate < 2 * counting.rate,
                f"of a member one, below {2 * counting.rate}: {rate}")
    must([counting.program, counting.folder, counting.from_s,
          int(time.time()), "pair"])
    pairs = 'lanterne_pair_bytes_total{job="lanterne_pairs",site="east"}'
    checks.that(asked.wait_for(f"count({pairs})", 1), "a pair is told")
    checks.equal(asked.value('count(lanterne_pair_bytes_total'
                             '{job!="lanterne_pairs"})'), None,
                 "and to who asks alone")


def check_alert(checks, asked, folder):
    """Pending is enough: the rule's wait is longer than a test's."""
    name = 'ALERTS{alertname="LanterneCountersStale",site="east"}'
    checks.equal(asked.value(f"count({name})"), None, "nothing is stale")
    os.replace(os.path.join(folder, "counters"),
               os.path.join(folder, "counters.away"))
    checks.that(asked.wait_for(f"count({name})", 1), "counters are stale")


def check_reset(checks, counting, asked):
    """Counters that begin anew are seen as that."""
    counting.begin_anew()
    checks.that(asked.wait_for(f"resets({BYTES}[1m])", 1), "a reset is seen")
    grown = asked.value(f"increase({BYTES}[1m])")
    checks.that(grown is not None and 0 < grown < 120 * counting.rate,
                f"and is no leap: {grown}")


def run(arguments, folder, checks, programs):
    program, make_exchange, make_counters, rules = arguments[:4]
    remote = None
    must([make_exchange, folder, int(time.time()), 1])
    counting = Counting(make_counters, folder)
    try:
        web, web_port = start_web(program, folder)
        programs.append(web)
        if len(arguments) > 4:
            victoria, remote = start_victoria(folder)
            programs.append(victoria)
        else:
            check_forms(checks, web_port)
        prometheus, asked = start_prometheus(folder, web_port, rules,
                                             remote and remote.port)
        programs.append(prometheus)
        checks.that((remote or asked).wait_for(
            f"count_over_time({BYTES}[1m])", SCRAPES), "enough was scraped")
        if remote:
            check_samples(checks, counting, remote, "VictoriaMetrics")
            check_rate(checks, counting, remote, "VictoriaMetrics")
        else:
            check_prometheus(checks, counting, asked)
            check_meeting(checks, counting, asked)
            check_reset(checks, counting, asked)
            counting.end()
            check_alert(checks, asked, folder)
    finally:
        counting.end()


def main(arguments):
    wanted = ["prometheus", "promtool"]
    if len(arguments) > 4:
        wanted.append("victoria-metrics")
    missing = [name for name in wanted if not shutil.which(name)]
    if missing:
        print(f"skipped: not installed: {' '.join(missing)} "
              "(scripts/setup --tests)")
        return 77
    checks, programs = Checks(), []
    with tempfile.TemporaryDirectory() as folder:
        try:
            run(arguments, folder, checks, programs)
        finally:
            for program in reversed(programs):
                program.end()
        if checks.failed:
            for name in ("web", "prometheus", "victoria"):
                path = os.path.join(folder, name + ".log")
                if os.path.exists(path):
                    with open(path, encoding="utf-8") as file:
                        print(f"{name}.log:\n{file.read()[-3000:]}")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
