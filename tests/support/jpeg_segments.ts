/**
 * Splits a JPEG at its markers, independently of the product's own decoders.
 *
 * @module
 */

/** The header segments of a JPEG, each with its marker, and the data between SOS and EOI. */
export function splitJpeg(jpeg: Uint8Array): { segments: { marker: number; bytes: Uint8Array }[]; scan: Uint8Array } {
  const segments: { marker: number; bytes: Uint8Array }[] = [];
  for (let at = 2;;) {
    const marker = jpeg[at + 1];
    const end = at + 2 + (jpeg[at + 2] << 8 | jpeg[at + 3]);
    segments.push({ marker, bytes: jpeg.slice(at, end) });
    at = end;
    if (marker === 0xda) return { segments, scan: jpeg.slice(at, -2) };
  }
}

/** The segments with these markers, in order, padded to whole words as RTP header extensions are. */
export function extensionData(jpeg: Uint8Array, markers: readonly number[]): Uint8Array {
  const chosen = splitJpeg(jpeg).segments.filter(({ marker }) => markers.includes(marker));
  const last = chosen.pop();
  const bytes = chosen.flatMap((segment) => [...segment.bytes]);
  const padding = Array(-(bytes.length + (last?.bytes.length ?? 0)) & 3).fill(0xff);
  // Padding comes last, but before SOS.
  return Uint8Array.from(
    last?.marker === 0xda ? [...bytes, ...padding, ...last.bytes] : [...bytes, ...last?.bytes ?? [], ...padding],
  );
}
