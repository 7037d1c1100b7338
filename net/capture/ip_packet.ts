/**
 * IP packets (RFC 791, RFC 8200) around what a program sends and receives, which sees no headers: UDP (RFC 768) and TCP (RFC 9293).
 *
 * @module
 */

import { plainAddress } from "../addresses.ts";

const TCP = 6;
const UDP = 17;
const TTL = 64;
const TCP_WINDOW = 65_535;
/** Most segment size 1460, no operation, window scale 7 (RFC 9293, 3.2; RFC 7323, 2.2). */
const SYN_OPTIONS = Uint8Array.of(2, 4, 0x05, 0xb4, 1, 3, 3, 7);

/** Flags of a TCP segment. */
export const FLAG = { fin: 0x01, syn: 0x02, psh: 0x08, ack: 0x10 } as const;

/** One end of what is sent: IP address and port. */
export interface Endpoint {
  readonly hostname: string;
  readonly port: number;
}

/** Who sends to whom. Both addresses are of one family. */
export interface Route {
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/** What stands in the header of a TCP segment. */
export interface SegmentHeader {
  readonly sequence: number;
  readonly acknowledgment: number;
  /** A sum of {@linkcode FLAG}s. */
  readonly flags: number;
}

/** A UDP datagram as an IP packet. Throws a `RangeError` where an address is none. */
export function encodeUdpPacket({ from, to }: Route, payload: Uint8Array): Uint8Array {
  const datagram = new Uint8Array(8 + payload.length);
  const view = new DataView(datagram.buffer);
  view.setUint16(0, from.port);
  view.setUint16(2, to.port);
  view.setUint16(4, datagram.length);
  datagram.set(payload, 8);
  // A sum of 0 is sent as all ones: 0 stands for none.
  return encodeIpPacket({ from, to }, { protocol: UDP, content: datagram, sumAt: 6, zero: 0xffff });
}

/** A TCP segment as an IP packet. Throws a `RangeError` where an address is none. */
export function encodeTcpPacket({ from, to }: Route, header: SegmentHeader, payload: Uint8Array): Uint8Array {
  const options = (header.flags & FLAG.syn) === 0 ? new Uint8Array() : SYN_OPTIONS;
  const segment = new Uint8Array(20 + options.length + payload.length);
  const view = new DataView(segment.buffer);
  view.setUint16(0, from.port);
  view.setUint16(2, to.port);
  view.setUint32(4, header.sequence);
  view.setUint32(8, header.acknowledgment);
  segment[12] = (20 + options.length) / 4 << 4;
  segment[13] = header.flags;
  view.setUint16(14, TCP_WINDOW);
  segment.set(options, 20);
  segment.set(payload, 20 + options.length);
  return encodeIpPacket({ from, to }, { protocol: TCP, content: segment, sumAt: 16, zero: 0 });
}

function encodeIpPacket(
  { from, to }: Route,
  { protocol, content, sumAt, zero }: { protocol: number; content: Uint8Array; sumAt: number; zero: number },
): Uint8Array {
  const [source, destination] = [encodeAddress(from.hostname), encodeAddress(to.hostname)];
  if (source.length !== destination.length) {
    throw new RangeError(`Cannot make an IP packet from ${from.hostname} to ${to.hostname}: two families`);
  }
  const isV4 = source.length === 4;
  const headerBytes = isV4 ? 20 : 40;
  const packet = new Uint8Array(headerBytes + content.length);
  const view = new DataView(packet.buffer);
  if (isV4) {
    packet[0] = 0x45;
    view.setUint16(2, packet.length);
    // May not be fragmented (RFC 791, 3.1).
    view.setUint16(6, 0x4000);
    packet[8] = TTL;
    packet[9] = protocol;
  } else {
    packet[0] = 0x60;
    view.setUint16(4, content.length);
    packet[6] = protocol;
    packet[7] = TTL;
  }
  packet.set(source, isV4 ? 12 : 8);
  packet.set(destination, isV4 ? 16 : 24);
  if (isV4) view.setUint16(10, checksum(sumOf(packet.subarray(0, 20))));
  packet.set(content, headerBytes);
  const pseudoHeader = sumOf(source) + sumOf(destination) + protocol + content.length;
  view.setUint16(headerBytes + sumAt, checksum(pseudoHeader + sumOf(content)) || zero);
  return packet;
}

/** 16-bit words, added up; an odd byte at the end is the upper half of one. */
function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < bytes.length; index += 2) sum += bytes[index] << 8 | (bytes[index + 1] ?? 0);
  return sum;
}

/** The complement of a sum, with carries added (RFC 1071, 1). */
function checksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = folded % 0x10000 + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}

/** The bytes of an IP address: 4, or 16. Throws a `RangeError` where it is none. */
export function encodeAddress(hostname: string): Uint8Array {
  const address = plainAddress(hostname).split("%")[0];
  if (!address.includes(":")) {
    const bytes = address.split(".").map(Number);
    if (bytes.length === 4 && bytes.every((byte) => byte >= 0 && byte <= 255)) return Uint8Array.from(bytes);
    throw new RangeError(`Cannot make an IP packet: ${JSON.stringify(hostname)} is no address`);
  }
  const [start, end] = address.split("::").map((part) => part === "" ? [] : part.split(":"));
  const zeros = end === undefined ? 0 : 8 - start.length - end.length;
  const groups = [...start, ...Array<string>(Math.max(0, zeros)).fill("0"), ...end ?? []].map((part) =>
    parseInt(part, 16)
  );
  if (groups.length !== 8 || !groups.every((group) => group >= 0 && group <= 0xffff)) {
    throw new RangeError(`Cannot make an IP packet: ${JSON.stringify(hostname)} is no address`);
  }
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}
