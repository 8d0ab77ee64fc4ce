#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes the uploads of profiling SDKs and writes each profile to a file, as it was sent.

usage: receive.py PORT DIRECTORY

Knows the two ways that SDKs send: push.v1 (POST /push.v1.PusherService/Push, a protobuf message)
and POST /ingest (pprof as body, or as a part of a form). A file is named after the metric and
counted: process_cpu-1.pb.gz. A profile that came without gzip is compressed; nothing else changes.
"""

import email.parser
import gzip
import sys
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data: bytes):
    """The fields of a protobuf message: (number, value)."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            value, at = read_varint(data, at)
        elif key & 7 == 2:
            length, at = read_varint(data, at)
            value, at = data[at : at + length], at + length
        else:
            length = 8 if key & 7 == 1 else 4
            value, at = data[at : at + length], at + length
        yield key >> 3, value


def pushed_profiles(message: bytes):
    """PushRequest: series (1) of labels (1) and samples (2), which have a raw profile (1)."""
    for series in (value for number, value in fields(message) if number == 1):
        labels = {}
        for label in (value for number, value in fields(series) if number == 1):
            pair = dict(fields(label))
            labels[pair[1].decode()] = pair.get(2, b"").decode()
        for sample in (value for number, value in fields(series) if number == 2):
            yield labels.get("__name__", "unknown"), dict(fields(sample))[1]


def sample_types(profile: bytes) -> list[str]:
    """Names of the sample types (1) of a pprof, looked up in its strings (6)."""
    content = list(fields(profile))
    strings = [value.decode() for number, value in content if number == 6]
    return [strings[dict(fields(value))[1]] for number, value in content if number == 1]


def ingested_profile(content_type: str, body: bytes) -> bytes:
    if not content_type.startswith("multipart/form-data"):
        return body
    header = f"Content-Type: {content_type}\r\n\r\n".encode()
    form = email.parser.BytesParser().parsebytes(header + body)
    for part in form.get_payload():
        if part.get_param("name", header="content-disposition") == "profile":
            return part.get_payload(decode=True)
    return b""


def metric_of(profile: bytes) -> str:
    raw = gzip.decompress(profile) if profile[:2] == b"\x1f\x8b" else profile
    types = sample_types(raw)
    if "wall" in types:
        return "wall"
    return "memory" if any("inuse" in name for name in types) else "process_cpu"


class Receiver(BaseHTTPRequestHandler):
    directory = Path()
    count: Counter = Counter()

    def do_POST(self) -> None:
        body = self.read_body()
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        path = urlsplit(self.path).path
        if path == "/push.v1.PusherService/Push":
            for metric, profile in pushed_profiles(body):
                self.keep(metric, profile)
        elif path == "/ingest":
            profile = ingested_profile(self.headers.get("Content-Type", ""), body)
            if profile:
                self.keep(metric_of(profile), profile)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while length := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        return body

    def keep(self, metric: str, profile: bytes) -> None:
        self.count[metric] += 1
        if profile[:2] != b"\x1f\x8b":
            profile = gzip.compress(profile, mtime=0)
        (self.directory / f"{metric}-{self.count[metric]}.pb.gz").write_bytes(profile)

    def log_message(self, *_) -> None:
        pass


if __name__ == "__main__":
    Receiver.directory = Path(sys.argv[2])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
