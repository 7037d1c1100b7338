/**
 * Other people's payloaders of RTP/JPEG push real datagrams: what our end makes of them has the pixels of the source.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";
import { JpegDepacketizer } from "../../rtp/jpeg/jpeg_depacketizer.ts";
import { JPEG_CLOCK_RATE } from "../../rtp/jpeg/jpeg_payload.ts";
import { CHILD_TIMEOUT_MS, ChildProgram } from "../support/child_program.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { pixelsByFfmpeg, run } from "./pixels.ts";

const FRAMES = 25;

/** Receives what `program` pushes to a port of ours until there are as many frames as it has. */
async function receive(
  push: (port: number) => ChildProgram,
  depacketizer: JpegDepacketizer,
): Promise<{ frames: Uint8Array[]; receiver: RtpReceiver }> {
  const port = reservePort();
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port });
  const receiver = new RtpReceiver({ depacketizer, clockRate: JPEG_CLOCK_RATE });
  const frames: Uint8Array[] = [];
  const timer = setTimeout(() => socket.close(), CHILD_TIMEOUT_MS);
  await using program = push(port);
  for await (const [datagram] of socket) {
    frames.push(...(receiver.push(datagram, performance.now()) ?? []).map(({ data }) => data));
    if (frames.length === FRAMES) break;
  }
  clearTimeout(timer);
  const { code, stderr } = await program.exit();
  assertEquals([code, frames.length], [0, FRAMES], stderr.join("\n"));
  return { frames, receiver };
}

/** The hashes of the pixels of JPEGs, one by one. */
async function pixelsOf(frames: readonly Uint8Array[], directory: string): Promise<string[]> {
  for (const [index, frame] of frames.entries()) {
    await Deno.writeFile(join(directory, `received-${String(index).padStart(3, "0")}.jpg`), frame);
  }
  return await pixelsByFfmpeg(["-f", "image2", "-i", join(directory, "received-%03d.jpg")]);
}

function expectWhole(receiver: RtpReceiver): void {
  const { lostPackets, damagedFrames, malformedPackets, otherPayloadTypePackets, strayPackets } = receiver.statistics();
  assertEquals([lostPackets, damagedFrames, malformedPackets, otherPayloadTypePackets, strayPackets], [0, 0, 0, 0, 0]);
}

// Sizes that fill their MCUs, and sizes that do not.
for (const size of ["320x240", "333x217", "1280x720"]) {
  peerTest(`JpegDepacketizer takes what ffmpeg pushes, pixel for pixel, ${size}`, ["ffmpeg"], async () => {
    await using directory = await temporaryDirectory();
    const movie = join(directory.path, "movie.avi");
    await run("ffmpeg", [
      ...["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", `testsrc=size=${size}:rate=25`],
      ...["-frames:v", String(FRAMES), "-c:v", "mjpeg", "-huffman", "default", "-pix_fmt", "yuvj420p", movie],
    ]);
    const { frames, receiver } = await receive(
      (port) =>
        new ChildProgram("ffmpeg", {
          args: [
            ...["-nostdin", "-loglevel", "error", "-re", "-i", movie, "-c", "copy"],
            ...["-f", "rtp", `rtp://127.0.0.1:${port}?pkt_size=1400`],
          ],
        }),
      new JpegDepacketizer({ maxFrameBytes: 10_000_000 }),
    );
    expectWhole(receiver);
    // The size is rounded up to eights by the sender.
    const [width, height] = size.split("x").map((length) => Math.ceil(Number(length) / 8) * 8);
    const luma = ["-vf", `extractplanes=y,crop=${size.replace("x", ":")}:0:0`];
    assertEquals(await probeSize(frames[0], directory.path), `${width},${height}`);
    await pixelsOf(frames, directory.path);
    const received = ["-f", "image2", "-i", join(directory.path, "received-%03d.jpg")];
    assertEquals(await pixelsByFfmpeg([...received, ...luma]), await pixelsByFfmpeg(["-i", movie, ...luma]));
  });
}

/** What GStreamer's payloader is given: JPEGs of cjpeg. */
const PAID: readonly {
  title: string;
  options: string[];
  size: string;
  dimensions?: { width: number; height: number };
}[] = [
  { title: "4:2:0", options: ["-sample", "2x2"], size: "320x240" },
  { title: "4:2:2", options: ["-sample", "2x1"], size: "320x240" },
  { title: "4:2:0 with restart markers", options: ["-sample", "2x2", "-restart", "2B"], size: "320x240" },
  { title: "4:2:2 with restart markers", options: ["-sample", "2x1", "-restart", "1"], size: "320x240" },
  { title: "the best quality", options: ["-quality", "100"], size: "320x240" },
  { title: "the worst quality", options: ["-quality", "1", "-baseline"], size: "320x240" },
  { title: "a size past 2040", options: ["-sample", "2x2"], size: "2304x64", dimensions: { width: 2304, height: 64 } },
];

for (const { title, options, size, dimensions } of PAID) {
  const programs = ["ffmpeg", "cjpeg", "gst-launch-1.0"];
  peerTest(
    `JpegDepacketizer takes what GStreamer's rtpjpegpay pushes, pixel for pixel: ${title}`,
    programs,
    async () => {
      await using directory = await temporaryDirectory();
      const picture = join(directory.path, "in-%02d.ppm");
      await run("ffmpeg", [
        ...["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", `testsrc=size=${size}:rate=25`],
        ...["-frames:v", String(FRAMES), "-start_number", "0", picture],
      ]);
      for (let index = 0; index < FRAMES; index++) {
        const path = join(directory.path, `in-${String(index).padStart(2, "0")}`);
        await run("cjpeg", [...options, "-outfile", `${path}.jpg`, `${path}.ppm`]);
      }
      const { frames, receiver } = await receive(
        (port) =>
          new ChildProgram("gst-launch-1.0", {
            args: [
              ...["-q", "multifilesrc", `location=${join(directory.path, "in-%02d.jpg")}`],
              ...["caps=image/jpeg,framerate=25/1", `stop-index=${FRAMES - 1}`, "!", "jpegparse", "!"],
              // Microseconds a frame: files have no pace of their own.
              ...["identity", "sleep-time=20000", "!"],
              ...["rtpjpegpay", "mtu=1400", "!", "udpsink", "host=127.0.0.1", `port=${port}`],
            ],
          }),
        new JpegDepacketizer({ maxFrameBytes: 10_000_000, dimensions }),
      );
      expectWhole(receiver);
      const source = ["-f", "image2", "-i", join(directory.path, "in-%02d.jpg")];
      assertEquals(await pixelsOf(frames, directory.path), await pixelsByFfmpeg(source));
    },
  );
}

async function probeSize(frame: Uint8Array, directory: string): Promise<string> {
  const path = join(directory, "one.jpg");
  await Deno.writeFile(path, frame);
  const entries = ["-show_entries", "stream=width,height", "-of", "csv=p=0"];
  return (await run("ffprobe", ["-loglevel", "error", ...entries, path])).trim();
}
