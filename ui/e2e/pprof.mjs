// A small writer of pprof profiles: enough of the format to feed the fixture through the real ingest API.
import { gzipSync } from "node:zlib";

/** Protobuf fields appended to a growing buffer. */
class Writer {
  bytes = [];

  varint(value) {
    let rest = BigInt(value);
    while (rest > 127n) {
      this.bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.bytes.push(Number(rest));
  }

  int(field, value) {
    if (!value) return;
    this.varint(field << 3);
    this.varint(value);
  }

  block(field, bytes) {
    this.varint((field << 3) | 2);
    this.varint(bytes.length);
    // One call with all bytes as arguments would overflow the stack on large blocks.
    for (const byte of bytes) this.bytes.push(byte);
  }

  packed(field, values) {
    const inner = new Writer();
    for (const value of values) inner.varint(value);
    this.block(field, inner.bytes);
  }
}

class Table {
  keys = new Map();
  items = [];

  constructor(first) {
    if (first !== undefined) this.add(first, first);
  }

  /** Position of an item, added when it is new. */
  add(key, item) {
    let at = this.keys.get(key);
    if (at === undefined) {
      at = this.items.push(item) - 1;
      this.keys.set(key, at);
    }
    return at;
  }
}

/** Frames root first; `inlined` puts a frame into the location of its caller. */
function locationsOf(frames) {
  const locations = [];
  for (const frame of frames) {
    if (frame.inlined) locations[locations.length - 1].unshift(frame);
    else locations.push([frame]);
  }
  return locations.reverse();
}

/**
 * One gzipped profile of CPU time.
 * @param samples list of {frames, value} with frames {fn, file, start, line, inlined}
 */
export function encodeProfile(samples, timeNanos, durationNanos) {
  const strings = new Table("");
  const text = (value) => strings.add(value, value);
  const functions = new Table();
  const locations = new Table();

  const functionId = ({ fn, file = "", start = 0 }) =>
    functions.add(`${fn}\n${file}\n${start}`, { fn: text(fn), file: text(file), start }) + 1;
  const locationId = (lines) => {
    const ids = lines.map((frame) => ({ id: functionId(frame), line: frame.line ?? 0 }));
    return locations.add(ids.map(({ id, line }) => `${id}:${line}`).join(), ids) + 1;
  };

  const out = new Writer();
  const valueType = (type, unit) => {
    const w = new Writer();
    w.int(1, text(type));
    w.int(2, text(unit));
    return w.bytes;
  };
  out.block(1, valueType("cpu", "nanoseconds"));
  for (const { frames, value } of samples) {
    const w = new Writer();
    w.packed(1, locationsOf(frames).map(locationId));
    w.packed(2, [value]);
    out.block(2, w.bytes);
  }
  const mapping = new Writer();
  mapping.int(1, 1);
  out.block(3, mapping.bytes);
  locations.items.forEach((lines, i) => {
    const w = new Writer();
    w.int(1, i + 1);
    w.int(2, 1);
    w.int(3, 0x1000 + i * 16);
    for (const { id, line } of lines) {
      const l = new Writer();
      l.int(1, id);
      l.int(2, line);
      w.block(4, l.bytes);
    }
    out.block(4, w.bytes);
  });
  functions.items.forEach(({ fn, file, start }, i) => {
    const w = new Writer();
    w.int(1, i + 1);
    w.int(2, fn);
    w.int(3, fn);
    w.int(4, file);
    w.int(5, start);
    out.block(5, w.bytes);
  });
  const period = valueType("cpu", "nanoseconds");
  for (const value of strings.items) out.block(6, Buffer.from(value, "utf8"));
  out.int(9, timeNanos);
  out.int(10, durationNanos);
  out.block(11, period);
  out.int(12, 10_000_000);
  return gzipSync(Buffer.from(out.bytes));
}
