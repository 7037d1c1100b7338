import { assertEquals } from "@std/assert";
import { MAX_WAITING_CAPTURE_BYTES } from "../limits.ts";
import { CaptureWriter } from "./capture_writer.ts";

Deno.test("CaptureWriter holds its limit, and drops and counts whole blocks beyond", async () => {
  const gate = Promise.withResolvers<void>();
  const written: number[] = [];
  const writer = new CaptureWriter({
    async write(bytes) {
      await gate.promise;
      written.push(...bytes.subarray(0, 1));
      return bytes.length;
    },
  });
  writer.write(new Uint8Array(MAX_WAITING_CAPTURE_BYTES - 4).fill(1));
  writer.write(Uint8Array.of(2, 2, 2, 2));
  writer.write(Uint8Array.of(3));
  assertEquals(writer.dropped, 1);
  gate.resolve();
  await writer.flush();
  writer.write(Uint8Array.of(4));
  await writer.flush();
  assertEquals([written, writer.dropped, writer.error], [[1, 2, 4], 1, undefined]);
});

Deno.test("CaptureWriter drops what a target takes no more, and tells why", async () => {
  const writer = new CaptureWriter({ write: () => Promise.reject(new Deno.errors.BrokenPipe("gone")) });
  for (const byte of [1, 2]) writer.write(Uint8Array.of(byte));
  await writer.flush();
  writer.write(Uint8Array.of(3));
  assertEquals([writer.dropped, writer.error?.message], [3, "gone"]);
});
