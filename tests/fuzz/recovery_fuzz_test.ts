/**
 * What is found again behind what went wrong: packets and replies behind bytes that belong to nothing, frames behind pieces of the
 * lab with wrong numbers, and streams whose sender begins anew.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { encodeInterleaved } from "../../net/interleaved.ts";
import { LabDepacketizer } from "../../rtp/lab/lab_depacketizer.ts";
import { packetizeLabFrame } from "../../rtp/lab/lab_packetizer.ts";
import { encodeRtpPacket } from "../../rtp/packet.ts";
import { RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";
import { REORDER_WAIT_MS } from "../../rtp/limits.ts";
import { createRtspReader } from "../../rtsp/readers.ts";
import { type ReaderOutput, UnreadableMessageError } from "../../rtsp/reading/message_reader.ts";
import { fuzz, mayThrow, mutated } from "./fuzz.ts";

/** Part of a connection to a client, and what it is to read of it. */
interface Part {
  readonly bytes: Uint8Array;
  readonly found: readonly string[];
}

const rtpData = fc.uint8Array({ maxLength: 60 }).map((bytes) => Uint8Array.of(0x80, ...bytes));
const packet = fc.tuple(fc.nat(1), rtpData).map(([channel, data]): Part => ({
  bytes: encodeInterleaved(channel, data),
  found: [`$${channel} ${data}`],
}));
const reply = fc.nat(999).map((cseq): Part => ({
  bytes: new TextEncoder().encode(`RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\n\r\n`),
  found: [`reply ${cseq}`],
}));
/** Bytes that begin neither a packet nor a message, and are no white space. */
const rest = fc.uint8Array({ min: 0x80, minLength: 1, maxLength: 40 }).map((bytes): Part => ({ bytes, found: [] }));
const parts = fc.tuple(fc.oneof(packet, reply), fc.array(fc.oneof(packet, reply, rest), { maxLength: 12 }))
  .map(([first, others]) => [first, ...others]);
const share = fc.double({ min: 0, max: 1, noNaN: true });

function describe(outputs: readonly ReaderOutput<{ readonly cseq: number | undefined }>[]): string[] {
  return outputs.map((output) => {
    if (output.kind === "packet") return `$${output.channel} ${output.data}`;
    return output.kind === "message" ? `reply ${output.message.cseq}` : "malformed";
  });
}

/** A reader of a session with channels 0 and 1, with what it reads of bytes that are cut at a share of them. */
function readCut(bytes: Uint8Array, at: number) {
  const reader = createRtspReader({ isChannel: (channel) => channel <= 1 });
  const cut = Math.floor(at * bytes.length);
  const found = [...describe(reader.push(bytes.slice(0, cut))), ...describe(reader.push(bytes.slice(cut)))];
  return { reader, found };
}

fuzz("the client finds all packets and replies between bytes of nothing, and counts these", fc.tuple(parts, share), (
  [parts, at],
) => {
  const bytes = concat(parts.map((part) => part.bytes));
  const { reader, found } = readCut(bytes, at);
  assertEquals(found, parts.flatMap((part) => part.found));
  const nothing = parts.filter((part) => part.found.length === 0).reduce((sum, part) => sum + part.bytes.length, 0);
  // What ends a connection may still become something.
  assert(reader.skippedBytes <= nothing);
  reader.push(encodeInterleaved(0, Uint8Array.of(0x80, 1)));
  assertEquals(reader.skippedBytes, nothing);
});

const damagedParts = fc.tuple(mutated(parts.map((parts) => concat(parts.map(({ bytes }) => bytes)))), share);

fuzz("the client passes over no byte twice, and over none that it gives out", damagedParts, ([bytes, at]) => {
  mayThrow([UnreadableMessageError], () => {
    const reader = createRtspReader({ isChannel: (channel) => channel <= 1 });
    const cut = Math.floor(at * bytes.length);
    const outputs = [...reader.push(bytes.slice(0, cut)), ...reader.push(bytes.slice(cut))];
    const given = outputs.reduce((sum, output) => sum + (output.kind === "packet" ? 4 + output.data.length : 0), 0);
    assert(given + reader.skippedBytes <= bytes.length, `${given} and ${reader.skippedBytes} of ${bytes.length}`);
  });
});

const PIECE_BYTES = 20;
const half = (value: number) => [value >> 8 & 255, value & 255];

/** A JPEG as far as markers go. */
function jpeg(entropy: number, fill: number): Uint8Array {
  const data = Array.from({ length: entropy }, (_, index) => (fill + index) % 0xff);
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xda, 0, 2, ...data, 0xff, 0xd9]);
}

function labPacket(sequenceNumber: number, marker: boolean, payload: Uint8Array, { timestamp = 0, ssrc = 0 } = {}) {
  return encodeRtpPacket({ marker, payloadType: 26, sequenceNumber, timestamp, ssrc, payload });
}

function receive(datagrams: readonly Uint8Array[], clockRate?: number) {
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer(), clockRate });
  const frames = datagrams.flatMap((datagram, index) => receiver.push(datagram, index) ?? []);
  frames.push(...receiver.expire(datagrams.length + REORDER_WAIT_MS), ...receiver.flush());
  return { frames: frames.map(({ data }) => data), statistics: receiver.statistics() };
}

/** Frames by the length of their data, and what is wrong with the number and the count of each piece. */
const pieces = fc.record({
  frames: fc.array(fc.nat(200), { minLength: 1, maxLength: 5 }),
  wrong: fc.array(fc.tuple(fc.integer({ min: -2, max: 3 }), fc.integer({ min: -2, max: 3 })), { maxLength: 30 }),
  lost: fc.uniqueArray(fc.nat(60), { maxLength: 5 }),
});

function piecesOf({ frames, wrong }: { frames: readonly number[]; wrong: readonly (readonly number[])[] }) {
  const sent = frames.map((length, index) => jpeg(length, index + 1));
  let packets = 0;
  const datagrams = sent.flatMap((frame) => {
    const all = packetizeLabFrame(frame, { fragmentBytes: PIECE_BYTES });
    return all.map(({ payload, marker }, index) => {
      const [number, count] = wrong[packets] ?? [0, 0];
      const header = [...half(index + number), ...half(all.length + count), ...half(payload.length)];
      return labPacket(++packets, marker, Uint8Array.from([...header, ...payload]));
    });
  });
  return { sent, datagrams };
}

fuzz("pieces of the lab with any numbers: no loss is counted where none is, and what is shown is a JPEG", pieces, (
  input,
) => {
  const { datagrams } = piecesOf(input);
  const { frames, statistics } = receive(datagrams);
  assertEquals([statistics.damageCauses["packet-lost"], statistics.lostPackets], [undefined, 0]);
  assert(statistics.frames + statistics.damagedFrames <= datagrams.length + 1);
  for (const frame of frames) {
    assertEquals([...frame.subarray(0, 2), ...frame.subarray(-2)], [0xff, 0xd8, 0xff, 0xd9]);
  }
});

fuzz("pieces of the lab with right numbers: whatever is lost, only frames that were sent are shown, in order", pieces, (
  { frames, lost },
) => {
  const { sent, datagrams } = piecesOf({ frames, wrong: [] });
  const { frames: shown } = receive(datagrams.filter((_, index) => !lost.includes(index)));
  let at = 0;
  for (const frame of shown) {
    at = sent.findIndex((each, index) => index >= at && String(each) === String(frame)) + 1;
    assert(at > 0, "a frame that was not sent, or not then");
  }
  if (lost.every((index) => index >= datagrams.length)) assertEquals(shown, sent);
});

/** Streams one after the other: their packets, what lies between their numbers, time and source of the first packet. */
const streams = fc.array(
  fc.record({
    packets: fc.integer({ min: 2, max: 30 }),
    jump: fc.integer({ min: 20_000, max: 40_000 }),
    timestamp: fc.nat(0xffffffff),
    ssrc: fc.nat(3),
  }),
  { minLength: 1, maxLength: 6 },
);

fuzz("a sender that begins anew is followed from its second packet on, and nothing counts as lost", streams, (
  streams,
) => {
  let sequenceNumber = 0;
  const datagrams: Uint8Array[] = [];
  const expected: Uint8Array[] = [];
  for (const [index, { packets, jump, timestamp, ssrc }] of streams.entries()) {
    sequenceNumber += jump;
    for (let count = 0; count < packets; count++) {
      const frame = jpeg(10 + count, index + 1);
      const place = { timestamp: (timestamp + 3600 * count) >>> 0, ssrc };
      datagrams.push(labPacket(++sequenceNumber & 0xffff, true, frame, place));
      if (index === 0 || count > 0) expected.push(frame);
    }
  }
  const { frames, statistics } = receive(datagrams, 90_000);
  assertEquals(frames, expected);
  const { strayPackets, packets, lostPackets, duplicatePackets, damagedFrames } = statistics;
  assertEquals([strayPackets, packets], [streams.length - 1, expected.length]);
  assertEquals([lostPackets, duplicatePackets, damagedFrames], [0, 0, 0]);
});
