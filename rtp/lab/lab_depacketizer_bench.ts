import { LabDepacketizer } from "./lab_depacketizer.ts";
import { packetizeLabFrame } from "./lab_packetizer.ts";

const FRAME_BYTES = 40_000;

/** A JPEG as far as markers go, full of entropy-coded data. */
const frame = new Uint8Array(FRAME_BYTES).fill(0x55);
frame.set([0xff, 0xd8, 0xff, 0xda, 0, 2]);
frame.set([0xff, 0xd9], FRAME_BYTES - 2);

/** Pushes the packets of one frame again and again, with sequence numbers that go on. */
function depacketizing(fragmentBytes: number | undefined): () => void {
  const fragments = packetizeLabFrame(frame, { fragmentBytes });
  const depacketizer = new LabDepacketizer({ maxFrameBytes: 1_000_000 });
  let number = 0;
  return () => {
    for (const fragment of fragments) {
      depacketizer.push({
        ...fragment,
        payloadType: 26,
        sequenceNumber: ++number & 0xffff,
        isAfterGap: false,
        timestamp: 0,
        ssrc: 0,
        arrivalMs: 0,
      });
    }
  };
}

Deno.bench("a copy of 40 kB, for comparison", { group: "depacketize", baseline: true }, () => {
  frame.slice();
});
Deno.bench("LabDepacketizer: a whole frame of 40 kB", { group: "depacketize" }, depacketizing(undefined));
Deno.bench("LabDepacketizer: the same in fragments of 1408 bytes", { group: "depacketize" }, depacketizing(1408));
