import { JpegScanner } from "./jpeg_scanner.ts";

const chunk = new Uint8Array(1_000_000);
const image = new Uint8Array(40_000).fill(0x55);
image.set([0xff, 0xd8, 0xff, 0xda, 0, 2]);
image.set([0xff, 0xd9], image.length - 2);
for (let start = 0; start < chunk.length; start += image.length) chunk.set(image, start);

Deno.bench("Uint8Array.indexOf() over 1 MB, for comparison", { group: "scan", baseline: true }, () => {
  chunk.indexOf(0xfe);
});
Deno.bench("JpegScanner: 25 images in 1 MB", { group: "scan" }, () => {
  new JpegScanner().push(chunk);
});
