/**
 * JPEGs to the payloads of the networking lab's RTP packets: whole in one packet with the marker clear or, in the fragmented fork
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

/** What one packet carries. */
export interface LabFragment {
  /** A view of the frame. */
  readonly payload: Uint8Array;
  /** Set on the last fragment of a frame, but not on a whole frame. */
  readonly marker: boolean;
}

/** Options of {@linkcode packetizeLabFrame}. */
export interface LabPacketizeOptions {
  /** Length of the fragments. By default only frames that no datagram can hold are cut, into {@linkcode LAB_FRAGMENT_BYTES}. */
  readonly fragmentBytes?: number;
}

/** Cuts a JPEG into payloads, which are views of it. Throws a `RangeError` for fragments that are too short or too long. */
export function packetizeLabFrame(jpeg: Uint8Array, options: LabPacketizeOptions = {}): LabFragment[] {
  if (options.fragmentBytes === undefined && jpeg.length <= LAB_PAYLOAD_MAX_BYTES) {
    return [{ payload: jpeg, marker: false }];
  }
  const step = options.fragmentBytes ?? LAB_FRAGMENT_BYTES;
  if (!Number.isInteger(step) || step < LAB_FRAGMENT_MIN_BYTES || step > LAB_PAYLOAD_MAX_BYTES) {
    throw new RangeError(
      `Cannot cut frames into fragments of ${step} bytes: ${LAB_FRAGMENT_MIN_BYTES} to ${LAB_PAYLOAD_MAX_BYTES} are possible`,
    );
  }
  const fragments: LabFragment[] = [];
  for (let start = 0; start < jpeg.length; start += step) {
    const end = Math.min(start + step, jpeg.length);
    fragments.push({ payload: jpeg.subarray(start, end), marker: end === jpeg.length });
  }
  return fragments;
}
