/**
 * Answers DESCRIBE: looks at a movie's first frame and writes the session description.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { plainAddress } from "../../net/addresses.ts";
import { JPEG_MAX_DIMENSION } from "../../rtp/jpeg/jpeg_payload.ts";
import type { RtspReply, RtspRequest } from "../../rtsp/message.ts";
import { encodeStreamDescription } from "../../rtsp/sdp.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import type { FramePackets, JpegPackets } from "../send/jpeg_packets.ts";
import type { Media } from "../source/media.ts";
import type { Client } from "../session/client.ts";
import type { SessionFactory } from "../session/session_factory.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** Control URL of the one track, relative to the movie's. */
export const TRACK = "track1";

/** Constructor options of {@linkcode StreamDescriber}. */
export interface StreamDescriberOptions {
  /** Opens movies. */
  readonly factory: SessionFactory;
  /** Knows what RTP/JPEG makes of their frames. */
  readonly packets: JpegPackets;
  /** Name and version of the program. */
  readonly tool: string;
}

/** Describes movies to clients. */
export class StreamDescriber {
  readonly #options: StreamDescriberOptions;
  /** Movies of which the log has told what is special about their frames. */
  readonly #told = new WeakSet<Media>();

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
        sessionId: media.frameCount * 65_536 + image.size.width * 16 + image.size.height,
        address: plainAddress(client.localAddress.hostname),
        duration: factory.isCircular(media) ? undefined : media.frameCount / frameRate,
        frameRate,
        width: image.size.width,
        height: image.size.height,
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
  async lookAt(client: Client, media: Media): Promise<FramePackets | undefined> {
    const { peer } = client.connection;
    const { name } = media;
    const frame = await this.#options.packets.of(await media.frame(0));
    if (frame instanceof Error) {
      log.warn("{peer} cannot have {name} over RTP/JPEG: frame 1: {reason}", { peer, name, reason: frame.message });
      return undefined;
    }
    if (!this.#told.has(media)) this.#tell(name, frame);
    this.#told.add(media);
    return frame;
  }

  #tell(name: string, { reencodedBecause, size: { width, height } }: FramePackets): void {
    if (reencodedBecause !== undefined) {
      log.warn("{name} is encoded anew, with some loss: {reason}", { name, reason: reencodedBecause });
    }
    if (width <= JPEG_MAX_DIMENSION && height <= JPEG_MAX_DIMENSION) return;
    log.warn(
      "{name} has {width}x{height} pixels: RTP/JPEG has no size of more than {max}, and few players besides GStreamer " +
        "and mjpegrtsp look for it in the description",
      { name, width, height, max: JPEG_MAX_DIMENSION },
    );
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
