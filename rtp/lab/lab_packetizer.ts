/**
 * JPEGs to the payloads of the networking lab's RTP packets: whole in one packet with the marker clear or, in the fragmented forks
 * and for frames too large for a datagram, cut into fragments with the marker on the last. (RFC 2435 is another payload format.)
 *
 * @module
 */

/** Largest payload of a UDP datagram over IPv4 (65507 bytes), less the RTP header. */
export const LAB_PAYLOAD_MAX_BYTES = 65_507 - 12;
/** What plain lab clients read of a datagram (`recvfrom(20480)`), less the RTP header. */
export const LAB_CLIENT_PAYLOAD_BYTES = 20_480 - 12;
/** Bytes of a fragment in the fragmented fork. */
export const LAB_FRAGMENT_BYTES = 1408;
/** Smallest fragment: the first is recognized by its FF D8. */
export const LAB_FRAGMENT_MIN_BYTES = 2;

/**
 * How forks of the lab number the fragments of a frame:
 *
 * - `sequence`: each has a sequence number of its own;
 * - `timestamp`: the same, and the number of their frame is the timestamp of them all;
 * - `frame-number`: all have the number of their frame;
 * - `offset8`: the same, each behind its offset in the frame and the frame's length, 4 bytes each;
 * - `index6`: the same, each behind its index from 0, their count, and its own length, 2 bytes each;
 * - `index4`: the same without the length.
 */
export const LAB_FRAGMENT_STYLES = ["sequence", "timestamp", "frame-number", "offset8", "index6", "index4"] as const;

/** One of {@linkcode LAB_FRAGMENT_STYLES}. */
export type LabFragmentStyle = typeof LAB_FRAGMENT_STYLES[number];

const PREFIX_BYTES: Readonly<Record<LabFragmentStyle, number>> = {
  "sequence": 0,
  "timestamp": 0,
  "frame-number": 0,
  "offset8": 8,
  "index6": 6,
  "index4": 4,
};
const MAX_INDEXED_FRAGMENTS = 0xffff;

/** What one packet carries. */
export interface LabFragment {
  /** Says where the payload belongs in its frame, in front of it, in the styles that have that. */
  readonly prefix?: Uint8Array;
  /** A view of the frame. */
  readonly payload: Uint8Array;
  /** Set on the last fragment of a frame, but not on a whole frame unless that is asked for. */
  readonly marker: boolean;
}

/** Options of {@linkcode packetizeLabFrame}. */
export interface LabPacketizeOptions {
  /** Length of the fragments. By default only frames that no datagram can hold are cut, into {@linkcode LAB_FRAGMENT_BYTES}. */
  readonly fragmentBytes?: number;
  /** Default `sequence`. */
  readonly fragmentStyle?: LabFragmentStyle;
  /** Whether the packet of a whole frame has the marker; default false, as the assignment has it. */
  readonly marksWholeFrames?: boolean;
}

/** Cuts a JPEG into payloads, which are views of it. Throws a `RangeError` for fragments that are too short or too long. */
export function packetizeLabFrame(jpeg: Uint8Array, options: LabPacketizeOptions = {}): LabFragment[] {
  const { fragmentBytes, fragmentStyle = "sequence", marksWholeFrames = false } = options;
  if (fragmentBytes === undefined && jpeg.length <= LAB_PAYLOAD_MAX_BYTES) {
    return [{ payload: jpeg, marker: marksWholeFrames }];
  }
  const asked = fragmentBytes ?? LAB_FRAGMENT_BYTES;
  if (!Number.isInteger(asked) || asked < LAB_FRAGMENT_MIN_BYTES || asked > LAB_PAYLOAD_MAX_BYTES) {
    throw new RangeError(
      `Cannot cut frames into fragments of ${asked} bytes: ${LAB_FRAGMENT_MIN_BYTES} to ${LAB_PAYLOAD_MAX_BYTES} are possible`,
    );
  }
  const fewest = fragmentStyle.startsWith("index") ? Math.ceil(jpeg.length / MAX_INDEXED_FRAGMENTS) : 0;
  const step = Math.min(Math.max(asked, fewest), LAB_PAYLOAD_MAX_BYTES - PREFIX_BYTES[fragmentStyle]);
  const fragments: LabFragment[] = [];
  for (let start = 0; start < jpeg.length; start += step) {
    const end = Math.min(start + step, jpeg.length);
    const fragment = { payload: jpeg.subarray(start, end), marker: end === jpeg.length };
    const prefix = encodePrefix(fragmentStyle, { start, end, step, length: jpeg.length });
    fragments.push(prefix === undefined ? fragment : { prefix, ...fragment });
  }
  return fragments;
}

function encodePrefix(
  style: LabFragmentStyle,
  { start, end, step, length }: { start: number; end: number; step: number; length: number },
): Uint8Array | undefined {
  const prefixBytes = PREFIX_BYTES[style];
  if (prefixBytes === 0) return undefined;
  const view = new DataView(new ArrayBuffer(prefixBytes));
  if (style === "offset8") {
    view.setUint32(0, start);
    view.setUint32(4, length);
  } else {
    view.setUint16(0, start / step);
    view.setUint16(2, Math.ceil(length / step));
    if (style === "index6") view.setUint16(4, end - start);
  }
  return new Uint8Array(view.buffer);
}
