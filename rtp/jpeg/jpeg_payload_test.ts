import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeJpegPayload, findNextData } from "./jpeg_payload.ts";

/** Where the data begins by {@linkcode decodeJpegPayload}, if it follows on `dataBytes`. */
function decodedStart(payload: Uint8Array, dataBytes: number): number | undefined {
  try {
    const { offset, data } = decodeJpegPayload(payload);
    return offset > 0 && offset === dataBytes ? payload.length - data.length : undefined;
  } catch {
    return undefined;
  }
}

Deno.test("findNextData() finds what decodeJpegPayload() decodes behind the first packet of a frame", () => {
  const payloads = fc.tuple(
    fc.constantFrom(0, 1, 1400, 0xffffff),
    fc.constantFrom(0, 1, 63, 64, 65, 127, 128, 255),
    fc.constantFrom(0, 1, 99, 128, 255),
    fc.nat({ max: 16 }),
  ).map(([offset, type, q, length]) =>
    Uint8Array.of(0, offset >> 16, offset >> 8, offset, type, q, 4, 4, 0, 0, 0, 0, 1, 2, 3, 4).subarray(0, length)
  );
  fc.assert(fc.property(payloads, fc.constantFrom(0, 1, 1400, 1401, 0xffffff), (payload, dataBytes) => {
    assertEquals(findNextData(payload, dataBytes), decodedStart(payload, dataBytes));
  }));
});
