/**
 * Answers DESCRIBE: looks at a movie's first frame and writes the session description.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { type ConditionedJpeg, conditionJpeg, UncarriableJpegError } from "../mjpeg/conditioning.ts";
import type { RtspReply, RtspRequest } from "../rtsp/message.ts";
import { encodeStreamDescription } from "../rtsp/sdp.ts";
import type { StatusCode } from "../rtsp/status.ts";
import type { Media } from "./media.ts";
import type { Client, SessionFactory } from "./session_factory.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** Control URL of the one track, relative to the movie's. */
export const TRACK = "track1";

/** Describes movies to clients. */
export class StreamDescriber {
  readonly #factory: SessionFactory;
  readonly #tool: string;

  /** `tool` is the program's name and version. */
  constructor(factory: SessionFactory, tool: string) {
    this.#factory = factory;
    this.#tool = tool;
  }

  /** The reply to a DESCRIBE of the movie called `name`. */
  async describe(client: Client, { cseq, uri }: RtspRequest, name: string): Promise<RtspReply> {
    const refuse = (status: StatusCode): RtspReply => ({ status, cseq, session: undefined });
    const media = await this.#factory.openMedia(client, name);
    if (typeof media === "number") return refuse(media);
    try {
      const image = await this.lookAt(client, media);
      if (image === undefined) return refuse(415);
      const frameRate = this.#factory.frameRateOf(media);
      const body = encodeStreamDescription({
        title: media.name,
        // Tells descriptions apart that differ, as far as anybody asks.
        sessionId: media.frameCount * 65_536 + image.width * 16 + image.height,
        address: client.localAddress.hostname,
        duration: media.isEndless ? undefined : media.frameCount / frameRate,
        frameRate,
        width: image.width,
        height: image.height,
        control: TRACK,
        tool: this.#tool,
      });
      return {
        status: 200,
        cseq,
        session: undefined,
        headers: [["Content-Base", contentBase(uri)], ["Content-Type", "application/sdp"]],
        body,
      };
    } finally {
      media.release();
    }
  }

  /** The first frame of a movie as RTP/JPEG carries it; `undefined` where it cannot, which the log explains. */
  async lookAt(client: Client, media: Media): Promise<ConditionedJpeg | undefined> {
    try {
      return conditionJpeg(await media.frame(0));
    } catch (error) {
      const isNamed = error instanceof UncarriableJpegError || error instanceof SyntaxError ||
        error instanceof RangeError;
      if (!isNamed) throw error;
      log.warn("{peer} cannot have {name} over RTP/JPEG: frame 1: {reason}", {
        peer: client.connection.peer,
        name: media.name,
        reason: error.message,
      });
      return undefined;
    }
  }
}

/** The URL that the track's is relative to: without a query, with a slash at its end. */
export function contentBase(uri: string): string {
  return `${uri.replace(/[?#].*$/, "").replace(/\/+$/, "")}/`;
}
