/**
 * Answers DESCRIBE: looks at a movie's first frame and writes the session description.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { type ConditionedJpeg, UncarriableJpegError } from "../mjpeg/conditioning.ts";
import { plainAddress } from "../rtp/addresses.ts";
import type { RtspReply, RtspRequest } from "../rtsp/message.ts";
import { encodeStreamDescription } from "../rtsp/sdp.ts";
import type { StatusCode } from "../rtsp/status.ts";
import type { Conditioner } from "./conditioner.ts";
import type { Media } from "./media.ts";
import type { Client, SessionFactory } from "./session_factory.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** Control URL of the one track, relative to the movie's. */
export const TRACK = "track1";

/** Constructor options of {@linkcode StreamDescriber}. */
export interface StreamDescriberOptions {
  /** Opens movies. */
  readonly factory: SessionFactory;
  /** Looks into their frames. */
  readonly conditioner: Conditioner;
  /** Name and version of the program. */
  readonly tool: string;
}

/** Describes movies to clients. */
export class StreamDescriber {
  readonly #options: StreamDescriberOptions;
  /** Movies of which the log has told that their frames are encoded anew. */
  readonly #reencoded = new WeakSet<Media>();

  /** For one server. */
  constructor(options: StreamDescriberOptions) {
    this.#options = options;
  }

  /** The reply to a DESCRIBE of the movie called `name`. */
  async describe(client: Client, { cseq, uri }: RtspRequest, name: string): Promise<RtspReply> {
    const refuse = (status: StatusCode): RtspReply => ({ status, cseq, session: undefined });
    const { factory, tool } = this.#options;
    const media = await factory.openMedia(client, name);
    if (typeof media === "number") return refuse(media);
    try {
      const image = await this.lookAt(client, media);
      if (image === undefined) return refuse(415);
      const frameRate = factory.frameRateOf(media);
      const body = encodeStreamDescription({
        title: media.name,
        // Tells descriptions apart that differ, as far as anybody asks.
        sessionId: media.frameCount * 65_536 + image.width * 16 + image.height,
        address: plainAddress(client.localAddress.hostname),
        duration: media.isEndless ? undefined : media.frameCount / frameRate,
        frameRate,
        width: image.width,
        height: image.height,
        control: TRACK,
        tool,
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
    const { peer } = client.connection;
    const { name } = media;
    const frame = await this.#options.conditioner.condition(await media.frame(0));
    if (frame instanceof Error) {
      const reason = frame.message;
      const advice = frame instanceof UncarriableJpegError ? "; serve --reencode encodes such frames anew" : "";
      log.warn(`{peer} cannot have {name} over RTP/JPEG: frame 1: {reason}${advice}`, { peer, name, reason });
      return undefined;
    }
    if (frame.reencodedBecause !== undefined && !this.#reencoded.has(media)) {
      this.#reencoded.add(media);
      log.warn("{name} is encoded anew, with some loss: {reason}", { name, reason: frame.reencodedBecause });
    }
    return frame.image;
  }
}

/** The URL that the track's is relative to: without a query, with a slash at its end. */
export function contentBase(uri: string): string {
  return `${uri.replace(/[?#].*$/, "").replace(/\/+$/, "")}/`;
}

/** The URL of the one track of the movie that `uri` names, itself or by its track. */
export function trackUrl(uri: string): string {
  const base = contentBase(uri);
  return base.endsWith(`/${TRACK}/`) ? base.slice(0, -1) : base + TRACK;
}
