# SPDX-License-Identifier: Apache-2.0
"""A real profile (the Go compiler building a package) against `go tool pprof`: totals, read-back, lines."""

import base64
import gzip
import json
import os
import re
import shutil
import subprocess
import time

import pprof
import pytest

GO = shutil.which("go")
pytestmark = pytest.mark.skipif(GO is None, reason="skipped: no go")
TYPE = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
HERE = os.path.dirname(os.path.abspath(__file__))


def run(*command, **kwargs):
    return subprocess.run(command, check=True, capture_output=True, text=True, **kwargs).stdout


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    """CPU profile of the compiler at work on go/types; nobody here made it for this purpose."""
    path = tmp_path_factory.mktemp("go") / "compile.pprof"
    # the cache would skip the compiler if this had been built with the same flags before
    run(GO, "build", f"-gcflags=go/types=-cpuprofile={path}", "go/types")
    return str(path)


def top(path):
    """{function: (flat, cum)} in ns as `go tool pprof -top` shows them."""
    text = run(GO, "tool", "pprof", "-top", "-unit=ns", "-nodecount=1000000", "-nodefraction=0", "-edgefraction=0",
               "-sample_index=cpu", path)
    rows, instances = {}, {}
    for line in text.splitlines():
        found = re.match(r"\s*(\d+)(?:ns)?\s+\S+%\s+\S+%\s+(\d+)(?:ns)?\s+\S+%\s+(.*)$", line)
        if found:
            name = re.sub(r" \((partial-)?inline\)$", "", found.group(3))
            # type parameters of Go are left out on ingestion, as the reference does; pprof shows "[...]"
            name = re.sub(r"\[(go\.shape.*|\.\.\.)\]", "", name)
            instances[name] = instances.get(name, 0) + 1
            rows[name] = (int(found.group(1)), int(found.group(2)))
    # several instances of one generic function unite: their cum cannot be added up from this table
    return {name: row for name, row in rows.items() if instances[name] == 1}


def listing(path, function):
    """{line: (flat, cum)} of one function as `go tool pprof -list` shows them."""
    root = run(GO, "env", "GOROOT").strip()
    text = run(GO, "tool", "pprof", f"-list=^{re.escape(function)}$", "-unit=ns", "-sample_index=cpu",
               f"-source_path={root}/src:{root}", path)
    rows = {}
    for line in text.splitlines():
        found = re.match(r"\s*(\.|\d+(?:ns)?)\s+(\.|\d+(?:ns)?)\s+(\d+):", line)
        if found and (found.group(1), found.group(2)) != (".", "."):
            flat, cum = (0 if g == "." else int(g.removesuffix("ns")) for g in found.groups()[:2])
            rows[int(found.group(3))] = (flat, cum)
    return rows


def listed(version, root):
    """Whether `pprof -list` can show a line of this version: it starts at the start line, ends with the file.

    Lines outside exist because Go's runtime gives some inlined functions the file of a neighbour."""
    name = os.path.join(root, "src", version.get("file", ""))
    try:
        last = open(name, "rb").read().count(b"\n") + 1
    except OSError:
        last = 0
    return lambda n: version.get("startLine", 0) <= n <= last


def recursive_functions(path):
    """Functions that occur twice in some stack: there other tools count a sample more than once."""
    data = open(path, "rb").read()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    strings, functions, locations, stacks = [], {}, {}, []
    for field, value in pprof.fields(data):
        if field == 6:
            strings.append(value.decode())
        elif field == 5:
            entry = dict(pprof.fields(value))
            functions[entry[1]] = entry.get(2, 0)
        elif field == 4:
            lines = [dict(pprof.fields(v)).get(1, 0) for f, v in pprof.fields(value) if f == 4]
            locations[dict((f, v) for f, v in pprof.fields(value) if f == 1)[1]] = lines
        elif field == 2:
            ids = []
            for f, v in pprof.fields(value):
                if f == 1 and isinstance(v, bytes):
                    at = 0
                    while at < len(v):
                        number, at = pprof.read_varint(v, at)
                        ids.append(number)
                elif f == 1:
                    ids.append(v)
            stacks.append(ids)
    found = set()
    for ids in stacks:
        names = [strings[functions[f]] for i in ids for f in locations[i]]
        found |= {n for n in names if names.count(n) > 1}
    return found


def selection(service):
    now = int(time.time() * 1000)
    return {"profile_typeID": TYPE, "label_selector": f'{{service_name="{service}"}}', "start": now - 3600_000,
            "end": now + 60_000}


def push_raw(server, service, path):
    """curl, /ingest with the file as body."""
    return run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary", f"@{path}",
               f"{server.url}/ingest?format=pprof&spyName=gospy&name={service}")


def push_form(server, service, path):
    """curl, /ingest with a form."""
    return run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-F",
               f"profile=@{path};filename=profile.pprof", f"{server.url}/ingest?spyName=gospy&name={service}")


def push_connect(server, service, path):
    """curl, Push as JSON."""
    body = json.dumps({"series": [{"labels": [{"name": "__name__", "value": "process_cpu"},
                                              {"name": "service_name", "value": service}],
                                   "samples": [{"rawProfile": base64.b64encode(open(path, "rb").read()).decode()}]}]})
    return run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/json",
               "--data-binary", "@-", f"{server.url}/push.v1.PusherService/Push", input=body)


def push_sdk(server, service, path):
    """The uploader of the real Go SDK."""
    run(GO, "run", ".", server.url, service, path, cwd=os.path.join(HERE, "go-sdk"))
    return "200"


@pytest.mark.parametrize("push", [push_raw, push_form, push_connect, push_sdk])
def test_totals_and_read_back(server, profile, push, tmp_path):
    assert push(server, "compile", profile) == "200"
    expected = top(profile)
    answer = server.rpc("flameline.v1.LinesService/Functions", {"selection": selection("compile")})
    rows = {}
    for row in answer["functions"]:
        flat, cum = rows.get(row["name"], (0, 0))
        rows[row["name"]] = (flat + int(row.get("self", 0)), cum + int(row.get("total", 0)))
    assert len(expected) > 100
    assert {name: rows.get(name) for name in expected} == expected
    assert sum(flat for flat, _ in rows.values()) == int(answer["queryTotal"]) == pprof.totals(
        open(profile, "rb").read())["cpu"]
    # read back and opened by the same tool
    raw = server.call("POST", "/querier.v1.QuerierService/SelectMergeProfile", merge_request("compile"),
                      {"Content-Type": "application/proto"})
    assert raw.status == 200
    path = tmp_path / "back.pprof"
    path.write_bytes(raw.body)
    back = top(str(path))
    assert {name: back.get(name) for name in expected} == expected


def merge_request(service):
    """SelectMergeProfileRequest in binary."""
    s = selection(service)
    return (pprof.message(1, s["profile_typeID"].encode()) + pprof.message(2, s["label_selector"].encode()) +
            pprof.number(3, s["start"]) + pprof.number(4, s["end"]))


def test_lines_equal_the_listing(server, profile):
    assert push_raw(server, "compile", profile) == "200"
    recursive = recursive_functions(profile)
    compared = 0
    root = run(GO, "env", "GOROOT").strip()
    for name, (_, cum) in sorted(top(profile).items(), key=lambda item: -item[1][1]):
        if name in recursive or compared == 40:
            continue
        answer = server.rpc("flameline.v1.LinesService/Function",
                            {"selection": selection("compile"), "function": name})
        assert int(answer["total"]) == cum, name
        expected = listing(profile, name)
        if not expected:
            continue  # no source for pprof: assembly and generated code
        lines = {}
        for version in answer["versions"]:
            shown = listed(version, root)
            for line in filter(lambda line: shown(line["n"]), version.get("lines", [])):
                flat, total = lines.get(line["n"], (0, 0))
                lines[line["n"]] = (flat + int(line.get("self", 0)), total + int(line.get("total", 0)))
        assert lines == expected, name
        compared += 1
    assert compared == 40
