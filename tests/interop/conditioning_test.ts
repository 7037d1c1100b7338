/**
 * Other people's JPEGs, conditioned for RTP/JPEG and rebuilt: an independent decoder finds the same pixels, or the refusal
 * names what is in the way.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { type ConditionedJpeg, conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { reencodeJpeg } from "../../mjpeg/conditioning/reencoding.ts";
import { UnsupportedJpegError } from "../../mjpeg/conditioning/supported_jpeg.ts";
import { packetizeJpeg } from "../../rtp/jpeg/jpeg_packetizer.ts";
import { decodeJpegPayload } from "../../rtp/jpeg/jpeg_payload.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { pixelsByFfmpeg, run } from "./pixels.ts";

/** Sizes that fill their MCUs, and sizes that do not. */
const SIZES = ["320x240", "333x217"];

/** How each encoder makes a JPEG of the picture `in.ppm`. */
const ENCODERS: readonly {
  readonly name: string;
  readonly programs: readonly string[];
  readonly make: (paths: { input: string; output: string }) => readonly [string, readonly string[]];
  readonly isTranscoded: boolean;
}[] = [
  ...["yuvj420p", "yuvj422p"].flatMap((format) =>
    ["default", "optimal"].map((huffman) => ({
      name: `ffmpeg, ${format}, ${huffman} tables`,
      programs: ["ffmpeg"],
      make: ({ input, output }: { input: string; output: string }) =>
        [
          "ffmpeg",
          [
            ...["-nostdin", "-y", "-loglevel", "error", "-i", input, "-pix_fmt", format, "-huffman", huffman],
            ...["-q:v", "3", output],
          ],
        ] as const,
      // ffmpeg writes 4:2:2 as 2x2, 1x2, whose blocks come in another order than RTP/JPEG's.
      isTranscoded: huffman === "optimal" || format === "yuvj422p",
    }))
  ),
  ...[
    { options: ["-sample", "2x2"], isTranscoded: false },
    { options: ["-sample", "2x1"], isTranscoded: false },
    { options: ["-sample", "2x2", "-restart", "2"], isTranscoded: false },
    { options: ["-sample", "2x1", "-restart", "3B"], isTranscoded: false },
    { options: ["-sample", "2x2", "-optimize"], isTranscoded: true },
    { options: ["-sample", "2x2", "-progressive"], isTranscoded: true },
    { options: ["-sample", "2x1", "-progressive", "-restart", "2"], isTranscoded: true },
    { options: ["-quality", "100", "-progressive"], isTranscoded: true },
    { options: ["-quality", "3", "-baseline", "-optimize"], isTranscoded: true },
  ].map(({ options, isTranscoded }) => ({
    name: `cjpeg ${options.join(" ")}`,
    programs: ["cjpeg"],
    make: ({ input, output }: { input: string; output: string }) =>
      ["cjpeg", [...options, "-outfile", output, input]] as const,
    isTranscoded,
  })),
  ...["I420", "Y42B"].map((format) => ({
    name: `GStreamer's jpegenc, ${format}`,
    programs: ["gst-launch-1.0"],
    make: ({ output }: { input: string; output: string }) =>
      [
        "gst-launch-1.0",
        [
          ...["-q", "videotestsrc", "num-buffers=1", "pattern=ball", "!"],
          ...[
            `video/x-raw,format=${format},width=320,height=240`,
            "!",
            "jpegenc",
            "!",
            "filesink",
            `location=${output}`,
          ],
        ],
      ] as const,
    isTranscoded: false,
  })),
  {
    name: "ImageMagick, progressive with EXIF, a comment and a profile",
    programs: ["convert"],
    make: ({ input, output }) => [
      "convert",
      [
        ...[input, "-set", "comment", "\xff\xd8 in a comment", "-set", "exif:Artist", "somebody"],
        ...["-sampling-factor", "4:2:0", "-interlace", "JPEG", "-quality", "85", output],
      ],
    ],
    isTranscoded: true,
  },
];

/** A picture with edges, gradients and noise. */
async function makePicture(directory: string, size: string): Promise<string> {
  const path = join(directory, "in.ppm");
  await run("ffmpeg", [
    ...["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", `testsrc=size=${size},noise=alls=20:all_seed=1`],
    ...["-frames:v", "1", path],
  ]);
  return path;
}

for (const { name, programs, make, isTranscoded } of ENCODERS) {
  for (const size of SIZES) {
    peerTest(`conditionJpeg() carries ${name}, ${size}, pixel for pixel`, ["ffmpeg", ...programs], async () => {
      await using directory = await temporaryDirectory();
      const input = await makePicture(directory.path, size);
      const output = join(directory.path, "out.jpg");
      const [program, args] = make({ input, output });
      await run(program, args);
      const conditioned = conditionJpeg(await Deno.readFile(output));
      assertEquals(conditioned.isTranscoded, isTranscoded);
      const rebuilt = join(directory.path, "rebuilt.jpg");
      await Deno.writeFile(rebuilt, rebuildJpeg(conditioned));
      assertEquals(await pixelsByFfmpeg(["-i", rebuilt]), await pixelsByFfmpeg(["-i", output]));
      for (const payload of packetizeJpeg(conditioned, { maxPayloadBytes: 1388 })) {
        const { type } = decodeJpegPayload(payload);
        assert([0, 1, 64, 65].includes(type), `type ${type}`);
      }
    });
  }
}

const REFUSED: readonly [name: string, program: string, args: string[], message: string][] = [
  ["4:4:4", "cjpeg", ["-sample", "1x1"], "its chroma sampling is 4:4:4"],
  ["4:4:0", "cjpeg", ["-sample", "1x2"], "its chroma sampling is 1x2, 1x1, 1x1"],
  ["4:1:1", "cjpeg", ["-sample", "4x1"], "its chroma sampling is 4x1, 1x1, 1x1"],
  ["grey", "cjpeg", ["-grayscale"], "it is grey"],
  ["RGB", "cjpeg", ["-rgb"], "its colours are RGB"],
  ["arithmetic coding", "cjpeg", ["-arithmetic"], "it is arithmetic-coded"],
  ["quantization tables of 16 bits", "cjpeg", ["-quality", "3"], "its quantization tables have 16 bits"],
  ["CMYK", "convert", ["-colorspace", "CMYK"], "it has four components, such as CMYK"],
];

for (const [name, program, options, message] of REFUSED) {
  peerTest(`conditionJpeg() refuses ${name} by name, and what it advises helps`, ["ffmpeg", program], async () => {
    await using directory = await temporaryDirectory();
    const input = await makePicture(directory.path, "64x64");
    const output = join(directory.path, "out.jpg");
    const args = program === "cjpeg" ? [...options, "-outfile", output, input] : [input, ...options, output];
    await run(program, args);
    const jpeg = await Deno.readFile(output);
    const error = assertThrows(() => conditionJpeg(jpeg), UnsupportedJpegError);
    assertStringIncludes(error.message, message);
    assertEquals([64, 64], sizeOf(error.isReencodable ? await reencodeJpeg(jpeg, MAX) : await follow(error, output)));
  });
}

const MAX = { maxPixels: 64 * 64 };

function sizeOf({ width, height }: ConditionedJpeg): [number, number] {
  return [width, height];
}

/** Does with a file what an error advises. */
async function follow({ message }: Error, path: string): Promise<ConditionedJpeg> {
  const [, command] = /\. (.*) (?:re-encodes|makes) /.exec(message)!;
  const out = `${path}.mjpeg`;
  const [program, ...args] = command.replace(" > OUT", "").split(" ").map((word) =>
    word === "IN" ? path : word === "OUT" ? out : word
  );
  await run(program, program === "jpegtran" ? ["-outfile", out, ...args] : ["-nostdin", "-loglevel", "error", ...args]);
  return conditionJpeg(await Deno.readFile(out));
}
