/**
 * Makes the frames of a movie suit those who are to play them: of a size that the lab's clients read, or as RTP/JPEG carries them.
 *
 * @module
 */

import { conditionJpeg, conditionWithoutTranscoding } from "../../mjpeg/conditioning/conditioning.ts";
import { JpegFitter, type JpegFitterOptions } from "../../mjpeg/conditioning/fitting.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { reencodeJpeg } from "../../mjpeg/conditioning/reencoding.ts";
import type { PictureSize } from "../../mjpeg/conditioning/scaling.ts";
import { UnsupportedJpegError } from "../../mjpeg/conditioning/supported_jpeg.ts";
import { readJpegHeader } from "../../mjpeg/jpeg/jpeg_header.ts";
import { LAB_CLIENT_PAYLOAD_BYTES } from "../../rtp/lab/lab_packetizer.ts";
import { MAX_REENCODED_PIXELS } from "../../server/limits.ts";
import type { Movie, ReadFrame } from "./movie.ts";
import { retime, type Retiming } from "./retiming.ts";
import { chooseSize } from "./size_choice.ts";

/** Who is to play a movie: the lab's clients, or players of RTP/JPEG. */
export type Use = "lab" | "rtsp";

/** What frames are to be like. */
export interface Suiting extends Retiming {
  readonly use: Use | undefined;
  /** Default that of the movie; for the lab's clients, as large as looks well. */
  readonly size: PictureSize | undefined;
  /** Of JPEGs that are re-encoded, 1 to 100; default as they are, or as good as fits. */
  readonly quality: number | undefined;
}

/**
 * Reads the frames of a movie and makes them suit. Those that do already stay as they are; what cannot be made to is in the place of
 * its frame as an error.
 */
export async function* suitedFrames(
  movie: Movie,
  { use, size, quality, ...retiming }: Suiting,
): AsyncGenerator<ReadFrame> {
  const maxBytes = use === "lab" ? LAB_CLIENT_PAYLOAD_BYTES : undefined;
  const chosen = maxBytes === undefined ? size : size ?? await chooseSize(await movie.samples(), maxBytes);
  const suiter = new Suiter({
    ...{ use, maxBytes, size: chosen },
    // What is decoded has that quality already.
    quality: movie.hasJpegs ? quality : undefined,
  });
  let last: { readonly data: Uint8Array | Error; readonly suited: Uint8Array | Error } | undefined;
  for await (const frame of retime(movie.frames(chosen), retiming)) {
    // A frame may be repeated.
    if (last?.data !== frame.data) last = { data: frame.data, suited: await suiter.suit(frame.data) };
    yield { ...frame, data: last.suited };
  }
}

/** What each frame is to be like. */
interface SuiterOptions extends Pick<JpegFitterOptions, "maxBytes" | "size" | "quality"> {
  readonly use: Use | undefined;
}

/** Makes frames suit, one after the other. */
class Suiter {
  readonly #options: SuiterOptions;
  readonly #fitter: JpegFitter;

  constructor(options: SuiterOptions) {
    this.#options = options;
    this.#fitter = new JpegFitter({ ...options, maxPixels: MAX_REENCODED_PIXELS });
  }

  async suit(jpeg: Uint8Array | Error): Promise<Uint8Array | Error> {
    if (jpeg instanceof Error) return jpeg;
    try {
      const fitting = this.#fits(jpeg) ? jpeg : (await this.#fitter.fit(jpeg)).jpeg;
      return this.#options.use === "rtsp" ? await asRtpCarriesIt(fitting) : fitting;
    } catch (error) {
      if (error instanceof UnsupportedJpegError || error instanceof SyntaxError) return error;
      throw error;
    }
  }

  #fits(jpeg: Uint8Array): boolean {
    const { maxBytes = Infinity, size, quality } = this.#options;
    if (quality !== undefined || jpeg.length > maxBytes) return false;
    if (size === undefined) return true;
    const { width, height } = readJpegHeader(jpeg).frame;
    return width === size.width && height === size.height;
  }
}

/** A JPEG that RTP/JPEG carries as it is: the same bytes, the same pixels, or, where it cannot carry those, a re-encoded one. */
async function asRtpCarriesIt(jpeg: Uint8Array): Promise<Uint8Array> {
  try {
    return conditionWithoutTranscoding(jpeg) === undefined ? rebuildJpeg(conditionJpeg(jpeg)) : jpeg;
  } catch (error) {
    if (!(error instanceof UnsupportedJpegError && error.isReencodable)) throw error;
    return rebuildJpeg(await reencodeJpeg(jpeg, { maxPixels: MAX_REENCODED_PIXELS }));
  }
}
