/**
 * Where the packets of a PLAY begin (RTP-Info; RFC 2326, 12.33), both ways.
 *
 * @module
 */

/** Where one track begins. */
export interface RtpInfo {
  /** The URL of the track, as in its SETUP. */
  readonly url: string;
  /** Number of its first packet, 0 to 65535; `undefined` where none is given. */
  readonly sequenceNumber: number | undefined;
  /** RTP timestamp at the start of the range, 32 bits; `undefined` where none is given. */
  readonly timestamp: number | undefined;
}

/** `url=rtsp://server/movie/track1;seq=1;rtptime=2`; tracks are separated by commas. */
export function encodeRtpInfo(tracks: readonly RtpInfo[]): string {
  return tracks.map(({ url, sequenceNumber, timestamp }) => {
    const seq = sequenceNumber === undefined ? "" : `;seq=${sequenceNumber}`;
    return `url=${url}${seq}${timestamp === undefined ? "" : `;rtptime=${timestamp}`}`;
  }).join(",");
}

/** Decodes the value of the field. What is malformed or out of range counts as not given. */
export function decodeRtpInfo(text: string): RtpInfo[] {
  // A URL may have commas and semicolons of its own.
  return `,${text}`.split(/,[ \t]*url[ \t]*=/i).slice(1).map((track) => {
    const [url, ...parameters] = track.split(/;[ \t]*(seq|rtptime)[ \t]*=/i);
    return {
      url: url.trim(),
      sequenceNumber: numberOf(parameters, { name: "seq", max: 0xffff }),
      timestamp: numberOf(parameters, { name: "rtptime", max: 0xffffffff }),
    };
  });
}

/** `parameters` are names and values in turn. */
function numberOf(
  parameters: readonly string[],
  { name, max }: { readonly name: string; readonly max: number },
): number | undefined {
  const index = parameters.findIndex((parameter, at) => at % 2 === 0 && parameter.toLowerCase() === name);
  const value = parameters[index + 1]?.trim() ?? "";
  return index >= 0 && /^\d{1,10}$/.test(value) && Number(value) <= max ? Number(value) : undefined;
}
