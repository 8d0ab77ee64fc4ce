# SPDX-License-Identifier: Apache-2.0
"""Clients that mean harm: the server refuses, keeps its memory bounded, and serves the next one."""

import concurrent.futures
import gzip
import json
import socket
import time
import urllib.parse

import pprof
import pytest
from server import Server

TYPE = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
LABELS = {"__name__": "process_cpu", "service_name": "shop"}
HEAD = b"POST /querier.v1.QuerierService/LabelNames HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
NEXT = b"GET /ready HTTP/1.1\r\nHost: x\r\n\r\n"
MIB = 1 << 20


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One server for everything that must leave no trace."""
    with Server(tmp_path_factory.mktemp("hostile")) as running:
        yield running
        assert running.call("GET", "/ready").body == b"ready"


def raw(server, data):
    """Everything that comes back until the server closes the connection."""
    url = urllib.parse.urlsplit(server.url)
    with socket.create_connection((url.hostname, url.port), timeout=30) as connection:
        connection.sendall(data)
        answer = b""
        while True:
            try:
                piece = connection.recv(65536)
            except ConnectionResetError:
                return answer
            if not piece:
                return answer
            answer += piece


def push_body(profiles):
    labels = b"".join(pprof.message(1, pprof.message(1, k.encode()) + pprof.message(2, v.encode()))
                      for k, v in LABELS.items())
    return pprof.message(1, labels + b"".join(pprof.message(2, pprof.message(1, p)) for p in profiles))


def push_gzipped(server, body, content_type="application/proto"):
    return server.call("POST", "/push.v1.PusherService/Push", gzip.compress(body, 1),
                       {"Content-Type": content_type, "Content-Encoding": "gzip"})


def peak_mib(server):
    """The most the process ever held; 0 under AddressSanitizer, which maps terabytes and keeps what was freed."""
    with open(f"/proc/{server.process.pid}/status") as status:
        sizes = {line.split()[0]: int(line.split()[1]) // 1024 for line in status if line.endswith("kB\n")}
    return 0 if sizes["VmPeak:"] > MIB else sizes["VmHWM:"]


def one_stack(value, time_ns):
    return pprof.profile([([("work", "w.go", 1, 2), ("main", "m.go", 1, 5)], value)], time_ns=time_ns)


# ---- HTTP ----

@pytest.mark.parametrize("headers", [
    b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
    b"Content-Length: 2\r\nContent-Length: 3\r\n",
    b"Content-Length: 2\r\nContent-Length: 2\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    b"Transfer-Encoding: chunked, chunked\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Transfer-Encoding: xchunked\r\n",
    b"Transfer-Encoding: identity\r\n",
    b"Transfer-Encoding : chunked\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: 0x2\r\n",
    b"Content-Length: 2, 2\r\n",
])
def test_ambiguous_length_ends_the_connection(shared, headers):
    answer = raw(shared, HEAD + headers + b"\r\n{}" + NEXT)
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]
    assert b"ready" not in answer


@pytest.mark.parametrize("chunk", [b"-5", b"10000000000000000", b"0x5", b"", b"g", b"5 "])
def test_bad_chunk_size(shared, chunk):
    answer = raw(shared, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk + b"\r\nabcde\r\n0\r\n\r\n" + NEXT)
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 413 ")), answer[:200]
    assert b"ready" not in answer


@pytest.mark.parametrize("path, status", [
    (b"/ready%00", 404), (b"/%2e%2e/%2e%2e/etc/passwd", 404), (b"/assets/..%2f..%2fetc/passwd", 404),
    (b"/assets/../index.html", 404), (b"/querier.v1.QuerierService/%00Series", 404), (b"/" + b"%41" * 15000, 404),
    (b"/" + b"a" * 70000, 414),
])
def test_hostile_path(shared, path, status):
    answer = raw(shared, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:200]


def test_declared_length_above_the_limit_is_refused_unread(shared):
    answer = raw(shared, HEAD + b"Content-Length: 99999999999\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 429 ")


def test_request_the_library_refuses_leaves_nothing_behind(tmp_path):
    """More query parameters than fit into the memory of a connection: cut off, and stopping does not wait for it."""
    with Server(tmp_path, "--server.request_timeout=1s") as server:
        raw(server, b"GET /?" + b"a=b&" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        start = time.monotonic()
        server.stop()
        assert time.monotonic() - start < 9  # the grace for requests that have begun is 10 s


# ---- memory ----

def test_bombs_stay_within_the_memory_limit(tmp_path):
    """Few bytes that become many: of 64 MiB for everything, 32 MiB may be a body."""
    empty = [pprof.message(field, b"") * (4194304 // 2) for field in (2, 3, 4, 6)]
    bombs = [(push_body([gzip.compress(profile, 1)] * 7), "application/proto") for profile in empty]
    bombs += [(b"\0" * (31 * MIB), "application/proto"),
              (b'{"series":[' + b"{}," * (10 * MIB) + b"{}]}", "application/json"),
              (b"[" * (31 * MIB), "application/json")]
    with Server(tmp_path, "--memory.limit=64MiB", "--limits.ingestion_body_limit_mb=32") as server:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda bomb: push_gzipped(server, *bomb), bombs * 2))
        assert {a.status for a in answers} <= {400, 429, 503}
        assert peak_mib(server) < 256
        assert server.push(one_stack(1, time.time_ns()), LABELS).status == 200


def test_inlined_functions_do_not_multiply(shared):
    """One location with 50,000 inlined functions, 400 times in a stack: a query would walk through 20 million."""
    lines = b"".join(pprof.message(4, pprof.number(1, 1) + pprof.number(2, 1)) for _ in range(50000))
    data = pprof.message(1, pprof.number(1, 1) + pprof.number(2, 1))
    data += pprof.message(2, pprof.message(1, b"\x01" * 400) + pprof.message(2, b"\x01"))
    data += pprof.message(4, pprof.number(1, 1) + lines) + pprof.message(5, pprof.number(1, 1) + pprof.number(2, 1))
    data += pprof.message(6, b"") + pprof.message(6, b"cpu")
    answer = shared.push(data, LABELS)
    assert answer.status == 400 and b"20000000 frames" in answer.body, answer.body


def test_sample_types_are_limited(shared):
    n = 129
    data = b"".join(pprof.message(1, pprof.number(1, i + 1)) for i in range(n))
    data += pprof.message(2, pprof.message(2, b"\x01" * n)) + b"".join(
        pprof.message(6, str(i).encode() if i else b"") for i in range(n + 1))
    answer = shared.push(data, LABELS)
    assert answer.status == 400 and b"sample types" in answer.body, answer.body


@pytest.mark.parametrize("selectors", [
    ["{" + ",".join(f'a=~"x{i}.*"' for i in range(33)) + "}"],
    [f'{{a=~"x{i}.*"}}' for i in range(33)],
])
def test_expressions_are_limited(shared, selectors):
    answer = shared.call("POST", "/querier.v1.QuerierService/Series",
                         json.dumps({"matchers": selectors, "start": "1", "end": "2"}).encode(),
                         {"Content-Type": "application/json"})
    assert answer.status == 400 and b"more than 32 regular expressions" in answer.body


# ---- tenants ----

def test_tenants_are_separate(tmp_path):
    with Server(tmp_path, "--auth.multitenancy_enabled") as server:
        def names(tenant):
            body = json.dumps({"name": "service_name", "start": "1", "end": str(2**63 - 1)})
            return raw(server, b"POST /querier.v1.QuerierService/LabelValues HTTP/1.1\r\nHost: x\r\n"
                       b"Content-Type: application/json\r\nConnection: close\r\n" + tenant +
                       b"Content-Length: %d\r\n\r\n" % len(body) + body.encode())
        answer = server.call("POST", "/push.v1.PusherService/Push", push_body([one_stack(1, time.time_ns())]),
                             {"Content-Type": "application/proto", "X-Scope-OrgID": "a"})
        assert answer.status == 200, answer.body
        assert b'"shop"' in names(b"X-Scope-OrgID: a\r\n")
        assert b'"shop"' not in names(b"X-Scope-OrgID: b\r\n")
        for header in (b"", b"X-Scope-OrgID: a|\r\n", b"X-Scope-OrgID: ../a\r\n", b"X-Scope-OrgID: a/b\r\n",
                       b"X-Scope-OrgID: " + b"a" * 151 + b"\r\n", b"X-Scope-OrgID: b\r\nX-Scope-OrgID: a\r\n"):
            answer = names(header)
            assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 401 ")) and b"shop" not in answer, answer


# ---- numbers at the end of their range ----

def test_values_and_times_at_the_limits(tmp_path):
    with Server(tmp_path) as server:
        now_ns = time.time_ns()
        for i in range(3):
            stacks = [([(f"f{j}", "a.go", 1, 2)], 2**63 - 1) for j in range(3)]
            assert server.push(pprof.profile(stacks, time_ns=now_ns - i), LABELS).status == 200
        times = [-2**63, -1, 1, now_ns // 1_000_000 - 60000, now_ns // 1_000_000 + 60000, 2**63 - 1]
        for start in times:
            for end in times:
                selection = {"profile_typeID": TYPE, "label_selector": "{}", "start": str(start), "end": str(end)}
                for method, message in (
                        ("querier.v1.QuerierService/Series", selection),
                        ("querier.v1.QuerierService/SelectSeries", {**selection, "step": 0.001}),
                        ("querier.v1.QuerierService/SelectSeries", {**selection, "step": 1e9, "group_by": ["x"]}),
                        ("querier.v1.QuerierService/SelectMergeStacktraces", selection),
                        ("querier.v1.QuerierService/SelectMergeProfile", selection),
                        ("flameline.v1.LinesService/HotLines", {"selection": selection})):
                    answer = server.call("POST", "/" + method, json.dumps(message).encode(),
                                         {"Content-Type": "application/json"})
                    assert answer.status == (400 if start > end else 200), f"{method} {message} {answer.body[:200]}"
        whole = {"profile_typeID": TYPE, "label_selector": "{}", "start": "1", "end": str(2**63 - 1)}
        graph = server.rpc("querier.v1.QuerierService/SelectMergeStacktraces", whole)["flamegraph"]
        assert graph["total"] == str(2**63 - 1)
        for start, end in (("1", "9223372036"), ("now-50y", "now+200y"), ("1", "9223372036854775807")):
            query = urllib.parse.urlencode({"query": TYPE + "{}", "from": start, "until": end, "groupBy": "x"})
            answer = server.call("GET", "/pyroscope/render?" + query)
            assert answer.status == 200 and len(answer.body) < 100_000
