/**
 * Blocks of a capture file that Wireshark opens (draft-ietf-opsawg-pcapng): one section, one interface, packets that begin with
 * their IP header.
 *
 * @module
 */

import { concat } from "@std/bytes";

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Packets begin with an IPv4 or IPv6 header. */
const LINKTYPE_RAW = 101;
const OPTION_USER_APPLICATION = 4;
const OPTION_TIME_RESOLUTION = 9;
/** Times count microseconds: 10 to the power of -6. */
const MICROSECONDS = 6;

/** The start of a file: section header (4.1) and interface description (4.2). `application` is the program that writes it. */
export function encodeCaptureStart(application: string): Uint8Array {
  const section = new Uint8Array(16);
  const view = new DataView(section.buffer);
  view.setUint32(0, BYTE_ORDER_MAGIC, true);
  view.setUint16(4, 1, true);
  // The section's length is not known.
  view.setBigInt64(8, -1n, true);
  const description = new Uint8Array(8);
  new DataView(description.buffer).setUint16(0, LINKTYPE_RAW, true);
  const name = encodeOption(OPTION_USER_APPLICATION, new TextEncoder().encode(application));
  const resolution = encodeOption(OPTION_TIME_RESOLUTION, Uint8Array.of(MICROSECONDS));
  return concat([
    encodeBlock(SECTION_HEADER, [section, name, new Uint8Array(4)]),
    encodeBlock(INTERFACE_DESCRIPTION, [description, resolution, new Uint8Array(4)]),
  ]);
}

/** An enhanced packet block (4.3). `unixUs` is the time in microseconds since the Unix epoch. */
export function encodePacketBlock(packet: Uint8Array, unixUs: number): Uint8Array {
  const header = new Uint8Array(20);
  const view = new DataView(header.buffer);
  view.setUint32(4, Math.floor(unixUs / 2 ** 32), true);
  view.setUint32(8, unixUs % 2 ** 32, true);
  view.setUint32(12, packet.length, true);
  view.setUint32(16, packet.length, true);
  return encodeBlock(ENHANCED_PACKET, [header, padded(packet)]);
}

function encodeOption(code: number, value: Uint8Array): Uint8Array {
  const header = new Uint8Array(4);
  const view = new DataView(header.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  return concat([header, padded(value)]);
}

/** Its length stands at both ends of a block. */
function encodeBlock(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = 12 + parts.reduce((sum, part) => sum + part.length, 0);
  const ends = new Uint8Array(12);
  const view = new DataView(ends.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  view.setUint32(8, length, true);
  return concat([ends.subarray(0, 8), ...parts, ends.subarray(8)]);
}

/** Values are padded to 32 bits. */
function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}
