# SPDX-License-Identifier: Apache-2.0
"""A small pprof encoder and decoder, independent of the C code."""

import gzip


def varint(n):
    n &= (1 << 64) - 1
    out = bytearray()
    while n >= 128:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value) if value else b""


def message(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


def profile(stacks, sample_types=(("cpu", "nanoseconds"),), period_type=("cpu", "nanoseconds"), time_ns=0,
            mapping="/bin/shop"):
    """stacks: [(frames, values)] with frames leaf first as (function, file, start line, line)."""
    strings, functions, locations = {"": 0}, {}, {}

    def text(s):
        return strings.setdefault(s, len(strings))

    out = b""
    for kind, unit in sample_types:
        out += message(1, number(1, text(kind)) + number(2, text(unit)))
    samples = b""
    for frames, values in stacks:
        ids = []
        for name, file, start, line in frames:
            function = functions.setdefault((name, file, start), len(functions) + 1)
            ids.append(locations.setdefault((function, line), len(locations) + 1))
        values = values if isinstance(values, (list, tuple)) else [values]
        samples += message(2, message(1, b"".join(varint(i) for i in ids)) +
                           message(2, b"".join(varint(v) for v in values)))
    out += samples
    out += message(3, number(1, 1) + number(5, text(mapping)) + number(7, 1))
    for (function, line), location in locations.items():
        out += message(4, number(1, location) + number(2, 1) + message(4, number(1, function) + number(2, line)))
    for (name, file, start), function in functions.items():
        out += message(5, number(1, function) + number(2, text(name)) + number(3, text(name)) +
                       number(4, text(file)) + number(5, start))
    kind, unit = text(period_type[0]), text(period_type[1])
    for s in strings:
        out += message(6, s.encode())
    return out + number(9, time_ns) + message(11, number(1, kind) + number(2, unit)) + number(12, 10000000)


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    """(field number, value or bytes) of a message."""
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        if tag & 7 == 2:
            length, at = read_varint(data, at)
            yield tag >> 3, data[at:at + length]
            at += length
        elif tag & 7 == 0:
            value, at = read_varint(data, at)
            yield tag >> 3, value
        else:
            raise ValueError(f"wire type {tag & 7}")


def totals(data):
    """Sum of the values of each sample type, by its name."""
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    kinds, strings, sums = [], [], {}
    for field, value in fields(data):
        if field == 1:
            kinds.append(dict(fields(value)).get(1, 0))
        elif field == 6:
            strings.append(value.decode())
    for field, value in fields(data):
        if field != 2:
            continue
        values = []
        for inner, content in fields(value):
            if inner == 2 and isinstance(content, bytes):
                at = 0
                while at < len(content):
                    v, at = read_varint(content, at)
                    values.append(v)
            elif inner == 2:
                values.append(content)
        for kind, v in zip(kinds, values):
            sums[strings[kind]] = sums.get(strings[kind], 0) + v
    return sums
