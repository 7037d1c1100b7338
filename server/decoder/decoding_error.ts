/**
 * Why a movie cannot be decoded, and what to do then.
 *
 * @module
 */

/** A movie cannot be decoded; the message says why. */
export class DecodingError extends Error {
  override name = "DecodingError";
}

/** FFmpeg is not in this executable. */
export class NoDecoderError extends DecodingError {
  override name = "NoDecoderError";

  /** The message tells what to do with the movie at that path. */
  constructor(path: string) {
    const input = `ffmpeg -i ${JSON.stringify(path)} -c:v mjpeg -huffman default -pix_fmt yuvj420p`;
    super(
      `FFmpeg, which decodes it, is not in this executable. Where ffmpeg is installed, ${input} OUT.avi converts it, and ` +
        `${input} -f mjpeg - | mjpegrtsp serve - serves it at once. ` +
        "deno task compile --with-ffmpeg makes an executable that needs no ffmpeg, and is under the GPL",
    );
  }
}
