/** Frames in pieces as the forks of the lab send them: numbered by packet or by frame, bare or each behind a header. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeRtpPacket } from "../packet.ts";
import { RtpReceiver } from "../receiver/rtp_receiver.ts";
import { REORDER_WAIT_MS } from "../limits.ts";
import { LabDepacketizer } from "./lab_depacketizer.ts";
import { packetizeLabFrame } from "./lab_packetizer.ts";

const PIECE_BYTES = 20;

/** What stands in front of a piece: its place in the frame, how many pieces there are, and the frame's length. */
type Header = (piece: { index: number; count: number; bytes: number; frameBytes: number }) => readonly number[];

const word = (value: number) => [value >> 24 & 255, value >> 16 & 255, value >> 8 & 255, value & 255];
const half = (value: number) => [value >> 8 & 255, value & 255];

const HEADERS: Readonly<Record<string, Header>> = {
  "bare": () => [],
  "behind offset and length": ({ index, frameBytes }) => [...word(index * PIECE_BYTES), ...word(frameBytes)],
  "behind number, count and size": ({ index, count, bytes }) => [...half(index), ...half(count), ...half(bytes)],
  "behind number from 1, count and size": ({ index, count, bytes }) => [
    ...half(index + 1),
    ...half(count),
    ...half(bytes),
  ],
};

/** A JPEG as far as markers go, whose pieces differ. */
function jpeg(entropy: number, fill = 1): Uint8Array {
  const data = Array.from({ length: entropy }, (_, index) => (fill + index) % 0xff);
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xda, 0, 2, ...data, 0xff, 0xd9]);
}

interface Fork {
  readonly header: Header;
  /** Whether all pieces of a frame have the frame's number. */
  readonly numbersFrames: boolean;
  /** Whether the last piece has the marker. */
  readonly marks: boolean;
}

/** The datagrams of frames, those of each frame together. */
function datagrams(frames: readonly Uint8Array[], { header, numbersFrames, marks }: Fork): Uint8Array[][] {
  let packets = 0;
  return frames.map((frame, number) => {
    const pieces = packetizeLabFrame(frame, { fragmentBytes: PIECE_BYTES });
    return pieces.map(({ payload, marker }, index) => {
      packets++;
      const place = { index, count: pieces.length, bytes: payload.length, frameBytes: frame.length };
      return encodeRtpPacket({
        marker: marks && marker,
        payloadType: 26,
        sequenceNumber: numbersFrames ? number + 1 : packets,
        timestamp: 1_700_000_000 + (packets >> 3),
        ssrc: 0,
        payload: Uint8Array.from([...header(place), ...payload]),
      });
    });
  });
}

function receive(sent: readonly Uint8Array[]) {
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  const frames = sent.flatMap((datagram, index) => receiver.push(datagram, index) ?? []);
  frames.push(...receiver.expire(sent.length + REORDER_WAIT_MS), ...receiver.flush());
  return { frames: frames.map(({ data }) => data), statistics: receiver.statistics() };
}

const FORKS = Object.entries(HEADERS).flatMap(([title, header]) =>
  [true, false].flatMap((numbersFrames) =>
    [true, false].map((marks) => ({
      title: `pieces ${title}, numbered by ${numbersFrames ? "frame" : "packet"}, ${marks ? "with" : "without"} marker`,
      fork: { header, numbersFrames, marks },
    }))
  )
);

for (const { title, fork } of FORKS) {
  const isBare = fork.header === HEADERS.bare;

  Deno.test(`RtpReceiver finds out ${title}`, () => {
    const sizes = fc.array(fc.nat(200), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sizes, (entropy) => {
        const frames = entropy.map((length, index) => jpeg(length, index + 1));
        const { frames: shown, statistics } = receive(datagrams(frames, fork).flat());
        assertEquals(shown, frames);
        const { damagedFrames, duplicatePackets, lostPackets, strayPackets } = statistics;
        assertEquals([damagedFrames, duplicatePackets, lostPackets, strayPackets], [0, 0, 0, 0]);
      }),
      { numRuns: 20 },
    );
  });

  Deno.test(`RtpReceiver ignores doubled ${title}`, () => {
    // Once pieces share a number, nothing tells that one came twice.
    if (isBare && fork.numbersFrames) return;
    const frames = [1, 2, 3].map((fill) => jpeg(70, fill));
    const sent = datagrams(frames, fork).flat().flatMap((datagram) => [datagram, datagram]);
    const { frames: shown, statistics } = receive(sent);
    assertEquals(shown, frames);
    assertEquals([statistics.damagedFrames, statistics.duplicatePackets], [0, sent.length / 2]);
  });

  Deno.test(`RtpReceiver shows no frame with a hole of ${title}: each lost in turn`, () => {
    // Bare pieces that are numbered by frame do not tell that one is missing, unless it is the first or the last.
    if (isBare && fork.numbersFrames) return;
    const frames = [1, 2, 3, 4].map((fill) => jpeg(70, fill));
    const sent = datagrams(frames, fork);
    for (let lost = 0; lost < sent[1].length; lost++) {
      const { frames: shown, statistics } = receive(sent.with(1, sent[1].toSpliced(lost, 1)).flat());
      assertEquals(shown, frames.toSpliced(1, 1), `piece ${lost + 1}`);
      assertEquals(statistics.damagedFrames, 1, `piece ${lost + 1}`);
    }
  });

  Deno.test(`RtpReceiver goes on behind a frame of which nothing came, in ${title}`, () => {
    const frames = [1, 2, 3, 4].map((fill) => jpeg(70, fill));
    const { frames: shown } = receive(datagrams(frames, fork).toSpliced(1, 1).flat());
    assertEquals(shown, frames.toSpliced(1, 1));
  });
}

Deno.test("RtpReceiver takes pieces with the frame's number that are the same, as those of a blank picture", () => {
  const blank = jpeg(200).map((byte, index) => index >= 6 && index < 206 ? 7 : byte);
  const sent = datagrams([jpeg(70), blank, blank], { header: HEADERS.bare, numbersFrames: true, marks: true });
  assertEquals(receive(sent.flat()).frames, [jpeg(70), blank, blank]);
});

Deno.test("RtpReceiver goes on where the first or the last of bare pieces with the frame's number is lost", () => {
  const frames = [1, 2, 3].map((fill) => jpeg(70, fill));
  for (const marks of [true, false]) {
    const sent = datagrams(frames, { header: HEADERS.bare, numbersFrames: true, marks });
    for (const lost of [0, sent[1].length - 1]) {
      const { frames: shown, statistics } = receive(sent.with(1, sent[1].toSpliced(lost, 1)).flat());
      assertEquals([shown, statistics.damagedFrames], [[frames[0], frames[2]], 1]);
    }
  }
});

Deno.test("RtpReceiver does not take the second piece for a first one because it begins as one", () => {
  // The second piece begins with the FF D8 of a thumbnail.
  const thumbnail = [0xff, 0xd8, 0xff, 0xd9];
  const comment = [0xff, 0xfe, 0, 2 + 14 + thumbnail.length, ...Array(14).fill(9), ...thumbnail];
  const frame = Uint8Array.from([0xff, 0xd8, ...comment, ...jpeg(50).subarray(2)]);
  for (const header of Object.values(HEADERS)) {
    for (const numbersFrames of [true, false]) {
      const { frames } = receive(datagrams([frame, jpeg(5), frame], { header, numbersFrames, marks: true }).flat());
      assertEquals(frames, [frame, jpeg(5), frame]);
    }
  }
});

Deno.test("RtpReceiver takes a length above the limit for no header", () => {
  const sent = datagrams([jpeg(70)], {
    header: ({ index }) => [...word(index * PIECE_BYTES), 255, 255, 255, 255],
    numbersFrames: false,
    marks: true,
  });
  const { frames, statistics } = receive(sent.flat());
  assertEquals(frames, []);
  assert(statistics.damagedFrames > 0);
});

/** Headers that contradict each other from the second piece on. */
const WRONG_HEADERS: Readonly<Record<string, Header>> = {
  "numbers that stand still": (
    { index, count, bytes },
  ) => [...half(Math.min(1, index)), ...half(count), ...half(bytes)],
  "numbers that leave one out": ({ index, count, bytes }) => [
    ...half(index > 1 ? index + 1 : index),
    ...half(count + 1),
    ...half(bytes),
  ],
  "counts that change": ({ index, count, bytes }) => [...half(index), ...half(count + index), ...half(bytes)],
  "offsets that stand still": ({ index, frameBytes }) => [...word(index && PIECE_BYTES), ...word(frameBytes)],
};

for (const [title, header] of Object.entries(WRONG_HEADERS)) {
  Deno.test(`RtpReceiver counts pieces with ${title} as wrong, not as lost`, () => {
    const frames = [1, 2, 3].map((fill) => jpeg(70, fill));
    const sent = datagrams(frames, { header, numbersFrames: false, marks: true });
    const { frames: shown, statistics } = receive(sent.flat());
    assertEquals(shown, []);
    assertEquals([statistics.damageCauses, statistics.lostPackets], [{ "wrong-piece": 3 }, 0]);
  });
}

Deno.test("RtpReceiver counts pieces that are missing as lost, numbered by packet or by frame", () => {
  const frames = [1, 2, 3].map((fill) => jpeg(70, fill));
  for (const header of [HEADERS["behind offset and length"], HEADERS["behind number, count and size"]]) {
    for (const numbersFrames of [true, false]) {
      const sent = datagrams(frames, { header, numbersFrames, marks: true });
      for (let lost = 0; lost < sent[1].length - 1; lost++) {
        const { statistics } = receive(sent.with(1, sent[1].toSpliced(lost, 1)).flat());
        assertEquals(statistics.damageCauses, { "packet-lost": 1 }, `piece ${lost + 1}`);
      }
    }
  }
});
