# SPDX-License-Identifier: Apache-2.0
"""The line arithmetic against the oracle, cell by cell; see README.md."""

import json
import os
import random
import subprocess

import oracle

DRIVER = os.environ.get("LINES_DRIVER", "build/release/tests/oracle/lines_driver")
PROFILES = int(os.environ.get("ORACLE_PROFILES", "10000"))
SEED = int(os.environ.get("ORACLE_SEED", "20260115"))


def number(row, key):
    return int(row.get(key, 0))


def version_of(row):
    return (row.get("repository", ""), row.get("ref", ""), row.get("root", ""))


def costs(row):
    return {"self": number(row, "self"), "total": number(row, "total")}


def descending(values):
    return all(a >= b for a, b in zip(values, values[1:]))


def check_hot(profile, hot):
    total, rows, no_line = oracle.hot_lines(profile)
    assert number(hot, "queryTotal") == total
    got = {version_of(r) + (r.get("file", ""), r["n"]): costs(r) for r in hot.get("lines", [])}
    assert got == {k[0] + k[1:]: v for k, v in rows.items() if k[2] != 0}
    assert number(hot, "noLineSelf") == no_line["self"]
    assert number(hot, "noLineTotal") == no_line["total"]
    assert descending([c["self"] for c in got.values()])
    # nothing is lost, and without negative values nothing exceeds the whole
    assert sum(c["self"] for c in got.values()) + no_line["self"] == total
    if all(v >= 0 for b in profile["blocks"] for v in b["sums"]):
        assert all(0 <= c["total"] <= total for c in got.values())


def check_functions(profile, answer):
    got = {(r.get("name", ""), r.get("file", "")): costs(r) for r in answer.get("functions", [])}
    assert got == dict(oracle.functions(profile))


def check_function(profile, answer):
    whole, files, lines, callees, callers = oracle.function_report(profile)
    assert {"self": number(answer, "self"), "total": number(answer, "total")} == whole
    versions = answer.get("versions", [])
    assert {(version_of(v), v.get("file", "")): costs(v) for v in versions} == dict(files)
    assert descending([number(v, "total") for v in versions])
    got_lines, got_callees = {}, {}
    for version in versions:
        numbers = [line.get("n", 0) for line in version.get("lines", [])]
        assert numbers == sorted(numbers)
        for line in version.get("lines", []):
            key = (version_of(version), version.get("file", ""), line.get("n", 0))
            got_lines[key] = costs(line)
            assert descending([number(c, "total") for c in line.get("callees", [])])
            for callee in line.get("callees", []):
                callee_key = (key, callee.get("name", ""), callee.get("inlined", False), callee.get("file", ""))
                got_callees[callee_key] = number(callee, "total")
    assert got_lines == dict(lines)
    assert got_callees == dict(callees)
    got_callers = {(c.get("name", ""), c.get("file", ""), c.get("n", 0), c.get("inlined", False)): number(c, "total")
                   for c in answer.get("callers", [])}
    assert got_callers == dict(callers)


def check_file(profile, answer):
    versions, lines, functions, line_functions = oracle.file_report(profile)
    assert {version_of(v): costs(v) for v in answer.get("versions", [])} == dict(versions)
    got_lines, got_functions, got_line_functions = {}, {}, {}
    for version in answer.get("versions", []):
        names = [f.get("name", "") for f in version.get("functions", [])]
        for function in version.get("functions", []):
            got_functions[(version_of(version), function.get("name", ""))] = costs(function)
        for line in version.get("lines", []):
            key = (version_of(version), line.get("n", 0))
            got_lines[key] = costs(line)
            got_line_functions[key] = {names[i] for i in line.get("functions", [])}
    assert got_lines == dict(lines)
    assert got_functions == dict(functions)
    assert got_line_functions == dict(line_functions)


def test_random_profiles():
    rng = random.Random(SEED)
    profiles = [oracle.random_profile(rng) for _ in range(PROFILES)]
    print(f"seed {SEED}, {PROFILES} profiles")
    text = "".join(json.dumps(p) + "\n" for p in profiles)
    done = subprocess.run([DRIVER], input=text, capture_output=True, text=True, check=True)
    answers = done.stdout.splitlines()
    assert len(answers) == len(profiles)
    for i, (profile, line) in enumerate(zip(profiles, answers)):
        answer = json.loads(line)
        try:
            check_hot(profile, answer["hot"])
            check_functions(profile, answer["functions"])
            check_function(profile, answer["function"])
            check_file(profile, answer["file"])
        except AssertionError:
            print(f"profile {i} of seed {SEED}: {json.dumps(profile)}")
            raise


def test_fibonacci_is_one_hundred_percent():
    """Recursion: every sample is below the first call, so that line has all of the cost, not more."""
    depth = 12
    functions = [["main.main", "main.go", 1], ["main.fib", "main.go", 5]]
    locations = [[[1, 8]], [[1, 9]], [[0, 2]]]
    stacks = [[0] * d + [1] * (depth - d) + [2] for d in range(1, depth)]
    profile = {"functions": functions, "locations": locations, "stacks": stacks,
               "blocks": [{"version": ["", "", ""], "sums": [10] * len(stacks)}],
               "function": "main.fib", "call_path": [], "file": "main.go"}
    done = subprocess.run([DRIVER], input=json.dumps(profile) + "\n", capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)["function"]
    total = number(answer, "queryTotal")
    assert total == 10 * len(stacks)
    assert number(answer, "total") == total
    assert [number(line, "total") for line in answer["versions"][0]["lines"]] == [total, total]
