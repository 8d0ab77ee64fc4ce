# SPDX-License-Identifier: Apache-2.0
"""What lines, functions and files cost, from the definition: slow, plain, and independent of the C code.

Of one sample, each (version, file, line) its stack passes through gets the value once in "total"; "self" goes
only to the innermost line of the leaf. A location without lines is a frame named by its address.
"""

import random
from collections import defaultdict

MAX_CALLEES = 50
MAX_CALLERS = 100


def random_profile(rng):
    """A small profile that provokes: recursion, inline chains, repeated addresses, line 0, shared names."""
    files = [f"src/f{i}.go" for i in range(rng.randint(1, 4))] + [""]
    names = [f"pkg.F{i}" for i in range(rng.randint(1, 7))]
    functions = []
    for _ in range(rng.randint(1, 9)):
        functions.append([rng.choice(names), rng.choice(files), rng.choice([0, rng.randint(1, 60)])])
    locations = []
    for _ in range(rng.randint(1, 14)):
        chain = rng.choice([0, 1, 1, 1, 1, 2, 3, 6])
        lines = [[rng.randrange(len(functions)), rng.choice([0, 1, 2, 3, 7, 8])] for _ in range(chain)]
        locations.append(lines)
    stacks = []
    for _ in range(rng.randint(1, 12)):
        depth = rng.choice([0, 1, 2, 3, 5, 8, 13])
        stacks.append([rng.randrange(len(locations)) for _ in range(depth)])
    negative = rng.random() < 0.15
    versions = [["", "", ""], ["https://git.example/acme/shop", "aaa", ""],
                ["https://git.example/acme/shop", "bbb", "svc"]]
    blocks = []
    for _ in range(rng.randint(1, 4)):
        low = -50 if negative else 0
        sums = [rng.choice([0, rng.randint(low, 100)]) for _ in stacks]
        blocks.append({"version": rng.choice(versions), "sums": sums})
    call_path = []
    if rng.random() < 0.3 and stacks:
        frames = stack_frames(functions, locations, rng.choice(stacks))
        call_path = [f["name"] for f in reversed(frames)][: rng.randint(0, 3)]
    return {"functions": functions, "locations": locations, "stacks": stacks, "blocks": blocks,
            "function": rng.choice(names), "call_path": call_path, "file": rng.choice(files[:-1])}


def stack_frames(functions, locations, stack):
    """Frames of a stack, leaf first. inlined: the frame was inlined into the next one."""
    frames = []
    for location in stack:
        lines = locations[location]
        if not lines:
            frames.append({"name": hex(0x1000 + location), "file": "", "line": 0, "start": 0, "inlined": False})
        for i, (function, line) in enumerate(lines):
            name, file, start = functions[function]
            frames.append({"name": name, "file": file, "line": line, "start": start,
                           "inlined": i + 1 < len(lines)})
    return frames


def samples(profile):
    """(version, frames, value) of every sample that is not 0."""
    for block in profile["blocks"]:
        for stack, value in zip(profile["stacks"], block["sums"]):
            if value != 0:
                yield tuple(block["version"]), stack_frames(profile["functions"], profile["locations"], stack), value


def cell():
    return {"self": 0, "total": 0}


def hot_lines(profile):
    rows = defaultdict(cell)
    no_line = cell()
    total = 0
    for version, frames, value in samples(profile):
        total += value
        passed = {(version, f["file"], f["line"]) for f in frames} or {(version, "", 0)}
        for key in passed:
            rows[key]["total"] += value
        leaf = (version, frames[0]["file"], frames[0]["line"]) if frames else (version, "", 0)
        rows[leaf]["self"] += value
        if leaf[2] == 0:
            no_line["self"] += value
        if any(key[2] == 0 for key in passed):
            no_line["total"] += value
    return total, rows, no_line


def functions(profile):
    rows = defaultdict(cell)
    for _, frames, value in samples(profile):
        for key in {(f["name"], f["file"]) for f in frames}:
            rows[key]["total"] += value
        if frames:
            rows[(frames[0]["name"], frames[0]["file"])]["self"] += value
    return rows


def function_report(profile):
    name, path = profile["function"], profile["call_path"]
    whole = cell()
    files, lines = defaultdict(cell), defaultdict(cell)
    callees, callers = defaultdict(int), defaultdict(int)
    for version, frames, value in samples(profile):
        root_first = [f["name"] for f in reversed(frames)]
        if name not in root_first or root_first[: len(path)] != path:
            continue
        whole["total"] += value
        seen_files, seen_lines, seen_callees, seen_callers = set(), set(), set(), set()
        for i, frame in enumerate(frames):
            if frame["name"] != name:
                continue
            file_key = (version, frame["file"])
            line_key = (version, frame["file"], frame["line"])
            seen_files.add(file_key)
            seen_lines.add(line_key)
            if i == 0:
                whole["self"] += value
                files[file_key]["self"] += value
                lines[line_key]["self"] += value
            else:
                callee = frames[i - 1]
                seen_callees.add((line_key, callee["name"], callee["inlined"], callee["file"]))
            if i + 1 < len(frames):
                caller = frames[i + 1]
                seen_callers.add((caller["name"], caller["file"], caller["line"], frame["inlined"]))
        for keys, table in ((seen_files, files), (seen_lines, lines)):
            for key in keys:
                table[key]["total"] += value
        for key in seen_callees:
            callees[key] += value
        for key in seen_callers:
            callers[key] += value
    return whole, files, lines, callees, callers


def file_report(profile):
    wanted = profile["file"]
    versions, lines, functions_of = defaultdict(cell), defaultdict(cell), defaultdict(cell)
    line_functions = defaultdict(set)
    for version, frames, value in samples(profile):
        inside = [f for f in frames if f["file"] == wanted]
        for key in {version for _ in inside}:
            versions[key]["total"] += value
        for key in {(version, f["line"]) for f in inside}:
            lines[key]["total"] += value
        for key in {(version, f["name"]) for f in inside}:
            functions_of[key]["total"] += value
        for f in inside:
            line_functions[(version, f["line"])].add(f["name"])
        if frames and frames[0]["file"] == wanted:
            leaf = frames[0]
            versions[version]["self"] += value
            lines[(version, leaf["line"])]["self"] += value
            functions_of[(version, leaf["name"])]["self"] += value
    return versions, lines, functions_of, line_functions
