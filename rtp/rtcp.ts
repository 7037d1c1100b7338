/**
 * RTCP packets (RFC 3550, 6), both ways: sender and receiver reports, CNAME and BYE, by which the two ends of a stream tell each
 * other about it.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { MAX_NACKED_PACKETS, MAX_RTCP_PACKETS } from "./limits.ts";

/** Packet types (RFC 3550, 12.1; RFC 4585, 6.1). */
export const RTCP_TYPE = {
  senderReport: 200,
  receiverReport: 201,
  sourceDescription: 202,
  bye: 203,
  application: 204,
  transportFeedback: 205,
} as const;

/** The kind of transport feedback that asks for packets again (RFC 4585, 6.2.1). */
const GENERIC_NACK = 1;
/** Sender and source, in front of the entries. */
const NACK_HEAD_BYTES = 8;
const NACK_ENTRY_BYTES = 4;
/** Source and name, in front of the data. */
const APPLICATION_HEAD_BYTES = 8;
/** Packets behind the first one that an entry has a bit for. */
const NACK_MASK_BITS = 16;

const VERSION = 2;
const PADDING_BIT = 0x20;
const COUNT_MASK = 0x1f;
const HEADER_BYTES = 4;
const SENDER_INFO_BYTES = 20;
const REPORT_BLOCK_BYTES = 24;
const SDES_CNAME = 1;
/** Seconds from 1900, where NTP time starts, to 1970. */
const NTP_EPOCH_SECONDS = 2_208_988_800;

/** A receiver's report on one source (RFC 3550, 6.4.1). */
export interface ReportBlock {
  /** The source that is reported on. */
  readonly ssrc: number;
  /** Share of packets lost since the last report, in 1/256. */
  readonly fractionLost: number;
  /** Packets lost since the start; 24 bits, signed. */
  readonly cumulativeLost: number;
  /** Extended highest sequence number received. */
  readonly highestSequenceNumber: number;
  /** Interarrival jitter in timestamp ticks. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP time in the last sender report; 0 before the first. */
  readonly lastSenderReport: number;
  /** Time since then in 1/65536 s. */
  readonly delaySinceLastSenderReport: number;
}

/** A sender's report on itself (RFC 3550, 6.4.1). */
export interface SenderReport {
  readonly kind: "sender-report";
  readonly ssrc: number;
  /** Wall-clock time of the report: milliseconds since the Unix epoch. */
  readonly unixMs: number;
  /** Middle 32 bits of the NTP time as they came, which no number of milliseconds gives back; `undefined` in a report to be sent. */
  readonly compactNtp?: number;
  /** The same time in RTP ticks. */
  readonly rtpTimestamp: number;
  /** Packets sent, modulo 2^32. */
  readonly packetCount: number;
  /** Payload bytes sent, modulo 2^32. */
  readonly octetCount: number;
  /** On what it receives itself. */
  readonly reports: readonly ReportBlock[];
}

/** A receiver's report (RFC 3550, 6.4.2). */
export interface ReceiverReport {
  readonly kind: "receiver-report";
  readonly ssrc: number;
  /** One for each source. */
  readonly reports: readonly ReportBlock[];
}

/** The name of a source (RFC 3550, 6.5.1). */
export interface CanonicalName {
  readonly kind: "cname";
  readonly ssrc: number;
  /** The same for all its streams; at most 255 bytes. */
  readonly name: string;
}

/** Sources that leave (RFC 3550, 6.6). */
export interface Bye {
  readonly kind: "bye";
  readonly ssrcs: readonly number[];
}

/**
 * Packets that a receiver asks for again (RFC 4585, 6.2.1).
 *
 *     |V=2|P|   1   |      205      |            length             |
 *     |                     SSRC of the receiver                    |
 *     |                      SSRC of the source                     |
 *     |      a packet that is missing |  the 16 behind it, as bits  | ...
 */
export interface Nack {
  readonly kind: "nack";
  readonly ssrc: number;
  /** The source of the packets. */
  readonly mediaSsrc: number;
  /** Rising, but for a wrap. */
  readonly sequenceNumbers: readonly number[];
}

/** What an application defines for itself (RFC 3550, 6.7). */
export interface ApplicationPacket {
  readonly kind: "application";
  readonly ssrc: number;
  /** 0 to 31. */
  readonly subtype: number;
  /** Four characters of ASCII. */
  readonly name: string;
  /** Whole words. */
  readonly data: Uint8Array;
}

/** A packet of a type that this program knows. */
export type RtcpPacket = SenderReport | ReceiverReport | CanonicalName | Bye | Nack | ApplicationPacket;

/** Encodes a compound packet (RFC 3550, 6.1). A report has to come first. */
export function encodeRtcp(packets: readonly RtcpPacket[]): Uint8Array<ArrayBuffer> {
  return concat(packets.map(encodePacket));
}

function encodePacket(packet: RtcpPacket): Uint8Array {
  switch (packet.kind) {
    case "sender-report": {
      const { ssrc, unixMs, rtpTimestamp, packetCount, octetCount, reports } = packet;
      const body = new Uint8Array(4 + SENDER_INFO_BYTES + reports.length * REPORT_BLOCK_BYTES);
      const view = new DataView(body.buffer);
      const ntp = toNtp(unixMs);
      [ssrc, ntp.seconds, ntp.fraction, rtpTimestamp, packetCount, octetCount].forEach((value, index) =>
        view.setUint32(4 * index, value)
      );
      writeReports(view, 4 + SENDER_INFO_BYTES, reports);
      return withHeader(RTCP_TYPE.senderReport, reports.length, body);
    }
    case "receiver-report": {
      const body = new Uint8Array(4 + packet.reports.length * REPORT_BLOCK_BYTES);
      const view = new DataView(body.buffer);
      view.setUint32(0, packet.ssrc);
      writeReports(view, 4, packet.reports);
      return withHeader(RTCP_TYPE.receiverReport, packet.reports.length, body);
    }
    case "cname": {
      const name = new TextEncoder().encode(packet.name).subarray(0, 255);
      // One null byte at least ends the items; the chunk is filled up to whole words.
      const body = new Uint8Array(Math.ceil((4 + 2 + name.length + 1) / 4) * 4);
      new DataView(body.buffer).setUint32(0, packet.ssrc);
      body.set([SDES_CNAME, name.length], 4);
      body.set(name, 6);
      return withHeader(RTCP_TYPE.sourceDescription, 1, body);
    }
    case "bye": {
      const body = new Uint8Array(4 * packet.ssrcs.length);
      packet.ssrcs.forEach((ssrc, index) => new DataView(body.buffer).setUint32(4 * index, ssrc));
      return withHeader(RTCP_TYPE.bye, packet.ssrcs.length, body);
    }
    case "nack": {
      const entries = nackEntries(packet.sequenceNumbers);
      const body = new Uint8Array(NACK_HEAD_BYTES + NACK_ENTRY_BYTES * entries.length);
      const view = new DataView(body.buffer);
      [packet.ssrc, packet.mediaSsrc, ...entries].forEach((word, index) => view.setUint32(4 * index, word));
      return withHeader(RTCP_TYPE.transportFeedback, GENERIC_NACK, body);
    }
    case "application": {
      const { ssrc, subtype, name, data } = packet;
      const body = new Uint8Array(APPLICATION_HEAD_BYTES + data.length);
      new DataView(body.buffer).setUint32(0, ssrc);
      body.set(new TextEncoder().encode(name).subarray(0, 4), 4);
      body.set(data, APPLICATION_HEAD_BYTES);
      return withHeader(RTCP_TYPE.application, subtype, body);
    }
  }
}

/** Each entry: a number, and a bit for each of the 16 behind it that is missing, too. */
function nackEntries(sequenceNumbers: readonly number[]): number[] {
  const entries: number[] = [];
  let first: number | undefined;
  for (const number of sequenceNumbers) {
    const behind = first === undefined ? 0 : (number - first) & 0xffff;
    if (behind >= 1 && behind <= NACK_MASK_BITS) entries.push(entries.pop()! | 1 << (behind - 1));
    else {
      first = number;
      entries.push(number << 16);
    }
  }
  return entries.map((entry) => entry >>> 0);
}

/** The numbers in so many bytes of entries from `start` on, {@linkcode MAX_NACKED_PACKETS} of them at most. */
export function decodeNackEntries(view: DataView, start: number, lengthBytes: number): number[] {
  const numbers: number[] = [];
  for (let at = start; at + NACK_ENTRY_BYTES <= start + lengthBytes; at += NACK_ENTRY_BYTES) {
    const [first, mask] = [view.getUint16(at), view.getUint16(at + 2)];
    numbers.push(first);
    for (let bit = 0; bit < NACK_MASK_BITS; bit++) if (mask & 1 << bit) numbers.push((first + 1 + bit) & 0xffff);
    if (numbers.length >= MAX_NACKED_PACKETS) return numbers.slice(0, MAX_NACKED_PACKETS);
  }
  return numbers;
}

function withHeader(type: number, count: number, body: Uint8Array): Uint8Array {
  const words = body.length / 4;
  return concat([Uint8Array.of(VERSION << 6 | count, type, words >> 8, words & 0xff), body]);
}

function writeReports(view: DataView, start: number, reports: readonly ReportBlock[]): void {
  reports.forEach((report, index) => {
    const at = start + index * REPORT_BLOCK_BYTES;
    const lost = Math.max(-0x800000, Math.min(0x7fffff, report.cumulativeLost)) & 0xffffff;
    view.setUint32(at, report.ssrc);
    view.setUint32(at + 4, report.fractionLost << 24 | lost);
    view.setUint32(at + 8, report.highestSequenceNumber);
    view.setUint32(at + 12, report.jitter);
    view.setUint32(at + 16, report.lastSenderReport);
    view.setUint32(at + 20, report.delaySinceLastSenderReport);
  });
}

/**
 * Decodes a compound packet. Packets of types that this program does not know are ignored, as are those behind the first
 * {@linkcode MAX_RTCP_PACKETS}. Throws a `SyntaxError` for malformed ones (RFC 3550, A.2).
 */
export function decodeRtcp(datagram: Uint8Array): RtcpPacket[] {
  const packets: RtcpPacket[] = [];
  for (let at = 0, count = 1; at < datagram.length && count <= MAX_RTCP_PACKETS; count++) {
    if (at + HEADER_BYTES > datagram.length) {
      throw new SyntaxError(`Cannot decode RTCP packet: header needs 4 bytes, got ${datagram.length - at}`);
    }
    const [first, type] = [datagram[at], datagram[at + 1]];
    if (first >> 6 !== VERSION) {
      throw new SyntaxError(`Cannot decode RTCP packet: version is ${first >> 6}, expected 2`);
    }
    const end = at + HEADER_BYTES + 4 * (datagram[at + 2] << 8 | datagram[at + 3]);
    if (end > datagram.length) {
      throw new SyntaxError(`Cannot decode RTCP packet: needs ${end - at} bytes, got ${datagram.length - at}`);
    }
    const padding = first & PADDING_BIT ? datagram[end - 1] : 0;
    if (padding > end - at - HEADER_BYTES) {
      throw new SyntaxError(`Cannot decode RTCP packet: padding of ${padding} bytes`);
    }
    const body = datagram.subarray(at + HEADER_BYTES, end - padding);
    packets.push(...decodeBody(type, first & COUNT_MASK, body));
    at = end;
  }
  return packets;
}

function decodeBody(type: number, count: number, body: Uint8Array): RtcpPacket[] {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const need = (bytes: number) => {
    if (body.length < bytes) {
      throw new SyntaxError(`Cannot decode RTCP packet of type ${type}: needs ${bytes} bytes, got ${body.length}`);
    }
  };
  switch (type) {
    case RTCP_TYPE.senderReport:
      need(4 + SENDER_INFO_BYTES + count * REPORT_BLOCK_BYTES);
      return [{
        kind: "sender-report",
        ssrc: view.getUint32(0),
        unixMs: fromNtp({ seconds: view.getUint32(4), fraction: view.getUint32(8) }),
        compactNtp: view.getUint32(6),
        rtpTimestamp: view.getUint32(12),
        packetCount: view.getUint32(16),
        octetCount: view.getUint32(20),
        reports: decodeReportBlocks(view, 4 + SENDER_INFO_BYTES, count),
      }];
    case RTCP_TYPE.receiverReport:
      need(4 + count * REPORT_BLOCK_BYTES);
      return [{ kind: "receiver-report", ssrc: view.getUint32(0), reports: decodeReportBlocks(view, 4, count) }];
    case RTCP_TYPE.sourceDescription:
      return decodeNames(view, count);
    case RTCP_TYPE.transportFeedback:
      if (count !== GENERIC_NACK) return [];
      need(NACK_HEAD_BYTES);
      return [{
        kind: "nack",
        ssrc: view.getUint32(0),
        mediaSsrc: view.getUint32(4),
        sequenceNumbers: decodeNackEntries(view, NACK_HEAD_BYTES, body.length - NACK_HEAD_BYTES),
      }];
    case RTCP_TYPE.application:
      // One without a name is nobody's.
      if (body.length < APPLICATION_HEAD_BYTES) return [];
      return [{
        kind: "application",
        ssrc: view.getUint32(0),
        subtype: count,
        name: String.fromCharCode(...body.subarray(4, APPLICATION_HEAD_BYTES)),
        data: body.slice(APPLICATION_HEAD_BYTES),
      }];
    case RTCP_TYPE.bye:
      need(4 * count);
      return [{ kind: "bye", ssrcs: Array.from({ length: count }, (_, index) => view.getUint32(4 * index)) }];
    default:
      return [];
  }
}

/** So many report blocks from `start` on, all of which are there (RFC 3550, 6.4.1). */
export function decodeReportBlocks(view: DataView, start: number, count: number): ReportBlock[] {
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * REPORT_BLOCK_BYTES;
    return {
      ssrc: view.getUint32(at),
      fractionLost: view.getUint8(at + 4),
      cumulativeLost: view.getInt32(at + 4) << 8 >> 8,
      highestSequenceNumber: view.getUint32(at + 8),
      jitter: view.getUint32(at + 12),
      lastSenderReport: view.getUint32(at + 16),
      delaySinceLastSenderReport: view.getUint32(at + 20),
    };
  });
}

/** The name in each chunk of an SDES packet (RFC 3550, 6.5): a source has one, so that further ones are passed over. */
function decodeNames(view: DataView, count: number): CanonicalName[] {
  const names: CanonicalName[] = [];
  let at = 0;
  for (let chunk = 0; chunk < count; chunk++) {
    if (at + 4 > view.byteLength) throw new SyntaxError(`Cannot decode RTCP packet: chunk ${chunk + 1} is truncated`);
    const ssrc = view.getUint32(at);
    at += 4;
    let isNamed = false;
    while (at < view.byteLength && view.getUint8(at) !== 0) {
      const length = at + 1 < view.byteLength ? view.getUint8(at + 1) : 0;
      if (at + 2 + length > view.byteLength) throw new SyntaxError("Cannot decode RTCP packet: an item is truncated");
      if (view.getUint8(at) === SDES_CNAME && !isNamed) {
        isNamed = true;
        const bytes = new Uint8Array(view.buffer, view.byteOffset + at + 2, length);
        names.push({ kind: "cname", ssrc, name: new TextDecoder().decode(bytes) });
      }
      at += 2 + length;
    }
    at = Math.floor(at / 4) * 4 + 4;
  }
  return names;
}

/** Middle 32 bits of an NTP time, in 1/65536 s: how receiver reports refer to a sender report. */
export function compactNtp(unixMs: number): number {
  const { seconds, fraction } = toNtp(unixMs);
  return ((seconds & 0xffff) << 16 | fraction >>> 16) >>> 0;
}

/** NTP time in two words (RFC 3550, 4). */
function toNtp(unixMs: number): { seconds: number; fraction: number } {
  const seconds = Math.floor(unixMs / 1000);
  const fraction = Math.floor((unixMs - seconds * 1000) / 1000 * 2 ** 32);
  return { seconds: (seconds + NTP_EPOCH_SECONDS) % 2 ** 32, fraction };
}

/** NTP time wraps in 2036: seconds below 2^31 are of times after that. */
function fromNtp({ seconds, fraction }: { seconds: number; fraction: number }): number {
  const era = seconds < 2 ** 31 ? 2 ** 32 : 0;
  return (seconds + era - NTP_EPOCH_SECONDS) * 1000 + fraction / 2 ** 32 * 1000;
}
