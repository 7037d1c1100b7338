import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { markGaps } from "../../tests/support/ordered_packets.ts";
import type { DepacketizerOutput, OrderedPacket } from "../depacketizer.ts";
import { LabDepacketizer } from "./lab_depacketizer.ts";
import { packetizeLabFrame } from "./lab_packetizer.ts";

const MAX_FRAME_BYTES = 100_000;

/** A JPEG as far as markers go: SOI, a comment of `comment` bytes, SOS, `entropy` bytes of data, EOI. */
function jpeg(entropy: number, comment: readonly number[] = [1, 2, 3]): Uint8Array {
  return new Uint8Array([
    ...[0xff, 0xd8],
    ...[0xff, 0xfe, 0, comment.length + 2, ...comment],
    ...[0xff, 0xda, 0, 2, ...Array.from({ length: entropy }, (_, index) => index % 0xff)],
    ...[0xff, 0xd9],
  ]);
}

function packets(
  payloads: readonly { payload: Uint8Array; marker: boolean }[],
  first = 1,
): OrderedPacket[] {
  return payloads.map(({ payload, marker }, index) => ({
    marker,
    payload,
    payloadType: 26,
    sequenceNumber: (first + index) & 0xffff,
    isAfterGap: false,
    timestamp: 7,
    ssrc: 0,
    arrivalMs: index,
  }));
}

function depacketize(input: readonly OrderedPacket[]): DepacketizerOutput[] {
  const depacketizer = new LabDepacketizer({ maxFrameBytes: MAX_FRAME_BYTES });
  return [...markGaps(input).flatMap((packet) => depacketizer.push(packet)), ...depacketizer.flush()];
}

/** Frames as their bytes, damage as its cause. */
function summarize(outputs: readonly DepacketizerOutput[]): (Uint8Array | string)[] {
  return outputs.map((output) => output.kind === "frame" ? output.data : output.cause);
}

Deno.test("LabDepacketizer rebuilds frames that packetizeLabFrame() cut, into fragments of any size", () => {
  const sizes = fc.record({
    fragmentBytes: fc.option(fc.integer({ min: 2, max: 90 }), { nil: undefined }),
    entropy: fc.array(fc.nat(200), { minLength: 1, maxLength: 6 }),
  });
  fc.assert(fc.property(sizes, ({ fragmentBytes, entropy }) => {
    const frames = entropy.map((length) => jpeg(length));
    const sent = packets(frames.flatMap((frame) => packetizeLabFrame(frame, { fragmentBytes })));
    assertEquals(summarize(depacketize(sent)), frames);
  }));
});

Deno.test("LabDepacketizer never shows a frame with a hole: each fragment lost in turn", () => {
  const frames = [jpeg(100), jpeg(120), jpeg(90)];
  const sent = packets(frames.flatMap((frame) => packetizeLabFrame(frame, { fragmentBytes: 30 })));
  for (let lost = 0; lost < sent.length; lost++) {
    const outputs = depacketize(sent.toSpliced(lost, 1));
    const whole = summarize(outputs).filter((output) => output instanceof Uint8Array);
    const ofFrame = sent[lost].payload.byteOffset >= 0
      ? frames.findIndex((frame) => frame.buffer === sent[lost].payload.buffer)
      : -1;
    assertEquals(whole, frames.toSpliced(ofFrame, 1), `fragment ${lost + 1} lost`);
    assertEquals(outputs.filter(({ kind }) => kind === "damaged").length, 1, `fragment ${lost + 1} lost`);
  }
});

const frame = jpeg(60);
const fragments = packetizeLabFrame(frame, { fragmentBytes: 20 });
const whole = { payload: frame, marker: false };
/** Whether a frame without EOI is whole, only its entropy-coded data tells. */
const picture = await makeJpeg({ width: 32, height: 16 });
const withoutEoi = { payload: picture.subarray(0, -2), marker: false };
const withoutEoiFragments = packetizeLabFrame(picture.subarray(0, -2), { fragmentBytes: 200 });
const cut = { payload: picture.subarray(0, -10), marker: false };
const reserved = concat([frame.subarray(0, 20), Uint8Array.of(0xff, 0x3c, 0xf0, 0xf0), frame.subarray(20)]);
const junk = concat([frame.subarray(0, 9), Uint8Array.of(7, 0xff, 0), frame.subarray(9)]);
const CASES: readonly { title: string; input: OrderedPacket[]; expected: (Uint8Array | string)[] }[] = [
  {
    title: "a missing marker on the last fragment",
    input: packets([...fragments.slice(0, -1), { ...fragments.at(-1)!, marker: false }, whole]),
    expected: [frame, frame],
  },
  {
    title: "a marker on whole frames",
    input: packets([{ payload: frame, marker: true }, whole]),
    expected: [frame, frame],
  },
  {
    title: "a frame that its marker ends in its header",
    input: packets([{ payload: frame.subarray(0, 9), marker: true }, whole]),
    expected: ["truncated", frame],
  },
  {
    title: "a frame that ends in its header, in a packet of its own",
    input: packets([{ payload: frame.subarray(0, 9), marker: false }, whole, whole]),
    expected: ["truncated", frame, frame],
  },
  {
    title: "a frame that ends in its header, in front of frames without EOI",
    input: packets([{ payload: frame.subarray(0, 9), marker: false }, withoutEoi, withoutEoi, whole]),
    expected: ["truncated", picture, picture, frame],
  },
  {
    title: "SOI and EOI alone",
    input: packets([{ payload: Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), marker: false }, whole]),
    expected: ["truncated", frame],
  },
  {
    title: "frames without EOI in packets of their own, each once the next or the end has come",
    input: packets([withoutEoi, withoutEoi, whole, withoutEoi]),
    expected: [picture, picture, frame, picture],
  },
  {
    title: "frames that are cut in their data, with the marker or without",
    input: packets([cut, { ...cut, marker: true }, withoutEoi, cut]),
    expected: ["truncated", "truncated", picture, "truncated"],
  },
  {
    title: "a frame without EOI whose marker is set",
    input: packets([{ ...withoutEoi, marker: true }, ...withoutEoiFragments]),
    expected: [picture, picture],
  },
  {
    title: "a frame whose scan has a reserved marker",
    input: packets([{ payload: reserved, marker: false }, whole]),
    expected: [reserved, frame],
  },
  {
    title: "junk between header segments",
    input: packets([{ payload: junk, marker: false }, whole]),
    expected: [junk, frame],
  },
  {
    title: "an empty frame and one of zeros between good ones",
    input: packets([whole, { payload: new Uint8Array(0), marker: false }, whole, {
      payload: new Uint8Array(1000),
      marker: false,
    }, whole]),
    expected: [frame, frame, frame],
  },
  {
    title: "a frame truncated by the next",
    input: packets([fragments[0], fragments[1], whole]),
    expected: ["truncated", frame],
  },
  {
    title: "a frame truncated by the end of the stream",
    input: packets([...fragments, fragments[0]]),
    expected: [frame, "truncated"],
  },
  {
    title: "something other than a JPEG",
    input: packets([{ payload: new Uint8Array([1, 2, 3]), marker: true }, whole]),
    expected: ["not-a-jpeg", frame],
  },
  {
    title: "a stream joined in the middle of a frame",
    input: packets([...fragments.slice(2), whole]),
    expected: ["not-a-jpeg", frame],
  },
  {
    title: "bytes after EOI in the same packet",
    input: packets([{ payload: concat([frame, new Uint8Array(5)]), marker: false }, whole]),
    expected: [concat([frame, new Uint8Array(5)]), frame],
  },
  {
    title: "bytes after EOI in packets of their own",
    input: packets([...fragments.slice(0, -1), { ...fragments.at(-1)!, marker: false }, {
      payload: new Uint8Array(5),
      marker: true,
    }, whole]),
    expected: [frame, frame],
  },
  {
    title: "an empty payload at the end of the file",
    input: packets([whole, { payload: new Uint8Array(0), marker: false }]),
    expected: [frame],
  },
];

for (const { title, input, expected } of CASES) {
  Deno.test(`LabDepacketizer takes ${title}`, () => assertEquals(summarize(depacketize(input)), expected));
}

Deno.test("LabDepacketizer does not take FF D8 inside a segment, at the start of a fragment, for a new frame", () => {
  const comment = [9, 9, 0xff, 0xd8, 0xff, 0xd9, 9];
  const inside = jpeg(40, comment);
  // The second fragment starts at the comment's FF D8.
  const cut = inside.findIndex((byte, index) => index > 2 && byte === 0xff && inside[index + 1] === 0xd8);
  const input = packets([{ payload: inside.subarray(0, cut), marker: false }, {
    payload: inside.subarray(cut),
    marker: true,
  }]);
  assertEquals(summarize(depacketize(input)), [inside]);
});

Deno.test("LabDepacketizer holds a frame of maxFrameBytes, and gives up on a larger one", () => {
  for (const [excess, expected] of [[0, 1], [1, 0]]) {
    const large = jpeg(MAX_FRAME_BYTES - jpeg(0).length + excess + 1000);
    const sent = packets(packetizeLabFrame(large.subarray(0, MAX_FRAME_BYTES + excess), { fragmentBytes: 10_000 }));
    // It has no end: at the limit more is awaited, above it the frame is given up.
    const depacketizer = new LabDepacketizer({ maxFrameBytes: MAX_FRAME_BYTES });
    const outputs = sent.map((packet) => ({ ...packet, marker: false })).flatMap((packet) => depacketizer.push(packet));
    assertEquals(outputs, expected === 1 ? [] : [{ kind: "damaged", cause: "too-large" }]);
  }
});

Deno.test("LabDepacketizer owns the fragments that it holds: the datagrams may be used again", () => {
  const depacketizer = new LabDepacketizer({ maxFrameBytes: MAX_FRAME_BYTES });
  const copy = frame.slice();
  const outputs = packets(packetizeLabFrame(copy, { fragmentBytes: 20 })).flatMap((packet) => {
    const pushed = depacketizer.push(packet);
    packet.payload.fill(0);
    return pushed;
  });
  assertEquals(summarize(outputs), [frame]);
});

Deno.test("LabDepacketizer gives a frame the time and the arrival of its last packet", () => {
  const [output] = depacketize(packets(fragments));
  assertEquals(output.kind === "frame" && [output.timestamp, output.arrivalMs], [7, fragments.length - 1]);
});

Deno.test("LabDepacketizer survives any payloads in any order, and shows only what starts and ends as a JPEG", () => {
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(...fragments.map(({ payload }) => payload), frame),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(payload, fc.boolean(), fc.integer({ min: 1, max: 3 })), { maxLength: 40 }),
      (input) => {
        let number = 0;
        const outputs = depacketize(input.map(([payload, marker, step]) => {
          number += step;
          return { ...packets([{ payload, marker }], number)[0] };
        }));
        for (const output of outputs) {
          if (output.kind === "frame") assertEquals([...output.data.subarray(0, 2)], [0xff, 0xd8]);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
