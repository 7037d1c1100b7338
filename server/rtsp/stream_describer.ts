/**
 * Answers DESCRIBE: looks at a source's first frame and writes the session description.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { plainAddress } from "../../net/addresses.ts";
import { wireFormat } from "../../rtp/audio/sound_packetizer.ts";
import { JPEG_MAX_DIMENSION, receivedSize } from "../../rtp/jpeg/jpeg_payload.ts";
import type { RtspReply, RtspRequest } from "../../rtsp/message.ts";
import { encodeStreamDescription } from "../../rtsp/sdp.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import type { FramePacketizer, FramePackets, FrameSize } from "../packetize/frame_packetizer.ts";
import { MAX_DESCRIBED_FRAMES } from "../limits.ts";
import type { SoundTrack } from "../source/sound_track.ts";
import { type Source, SourceUnavailableError, SourceUnusableError } from "../source/source.ts";
import type { Client } from "../session/client.ts";
import type { SessionFactory } from "../session/session_factory.ts";
import { contentBase, TRACKS } from "./tracks.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** Constructor options of {@linkcode StreamDescriber}. */
export interface StreamDescriberOptions {
  readonly factory: SessionFactory;
  readonly packetizer: FramePacketizer;
  /** Name and version of the program. */
  readonly tool: string;
}

/** Describes sources to clients. */
export class StreamDescriber {
  readonly #options: StreamDescriberOptions;
  /** Sources of which the log has told what is special about their frames. */
  readonly #told = new WeakSet<Source>();
  /** Why sources have no frame that RTP/JPEG carries. */
  readonly #unusable = new WeakMap<Source, Error>();

  constructor(options: StreamDescriberOptions) {
    this.#options = options;
  }

  /** The reply to a DESCRIBE of the source called `name`. */
  async describe(client: Client, { cseq, uri }: RtspRequest, name: string): Promise<RtspReply> {
    const refuse = (status: StatusCode): RtspReply => ({ status, cseq, session: undefined });
    const source = await this.#options.factory.findSource(client, name);
    if (typeof source === "number") return refuse(source);
    const frame = await this.lookAt(client, source);
    if (typeof frame === "number") return refuse(frame);
    const sound = await this.#options.factory.findSound(client, source);
    return {
      status: 200,
      cseq,
      session: undefined,
      headers: [["Content-Base", contentBase(uri)], ["Content-Type", "application/sdp"]],
      body: this.#encode(source, { size: frame.size, sound, address: plainAddress(client.localAddress.hostname) }),
    };
  }

  #encode(
    source: Source,
    { size, sound, address }: { size: FrameSize; sound: SoundTrack | undefined; address: string },
  ): string {
    const { width, height } = receivedSize(size);
    const frameCount = source.isLive ? 0 : source.times.count;
    return encodeStreamDescription({
      title: source.name,
      // Descriptions that differ have different numbers, as far as anybody asks.
      sessionId: frameCount * 65_536 + width * 16 + height + (sound?.sampleCount ?? 0),
      address,
      duration: source.isLive || source.loops || source.grows ? undefined : source.times.durationUs / 1e6,
      frameRate: source.frameRate,
      width,
      height,
      control: TRACKS.video,
      sound: sound === undefined ? undefined : { ...wireFormat(sound.format), control: TRACKS.sound },
      tool: this.#options.tool,
    });
  }

  /**
   * The first frame of a source that RTP/JPEG carries: frames before it may be damaged. Where there is none among the first, the
   * status that says so, which the log explains.
   */
  async lookAt(client: Client, source: Source): Promise<FramePackets | StatusCode> {
    const { peer } = client.connection;
    const { name } = source;
    const frame = this.#unusable.get(source) ?? await this.#firstUsableFrame(source);
    if (frame instanceof SourceUnavailableError) {
      log.warn("{peer} cannot have {name} now: {reason}", { peer, name, reason: frame.message });
      return 503;
    }
    if (frame instanceof Error) {
      log.warn("{peer} cannot have {name} over RTP/JPEG: frame 1: {reason}", { peer, name, reason: frame.message });
      return 415;
    }
    if (!this.#told.has(source)) this.#tell(name, frame);
    this.#told.add(source);
    return frame;
  }

  async #firstUsableFrame(source: Source): Promise<FramePackets | Error> {
    const first = await this.#packetsOf(() => source.firstFrame());
    if (source.isLive || !(first instanceof Error)) return first;
    for (let index = 1; index < Math.min(source.times.count, MAX_DESCRIBED_FRAMES); index++) {
      const frame = await this.#packetsOf(() => source.frame(index));
      if (!(frame instanceof Error)) return frame;
    }
    this.#unusable.set(source, first);
    return first;
  }

  async #packetsOf(read: () => Uint8Array | Promise<Uint8Array>): Promise<FramePackets | Error> {
    try {
      return await this.#options.packetizer.packetsOf(await read());
    } catch (error) {
      if (error instanceof SourceUnusableError) return error;
      throw error;
    }
  }

  #tell(name: string, { reencodedBecause, size: { width, height } }: FramePackets): void {
    if (reencodedBecause !== undefined) {
      log.warn("{name} is re-encoded, with some loss: {reason}", { name, reason: reencodedBecause });
    }
    if (width <= JPEG_MAX_DIMENSION && height <= JPEG_MAX_DIMENSION) return;
    log.warn(
      "{name} has {width}x{height} pixels: RTP/JPEG has no size of more than {max}, and few players besides GStreamer " +
        "and mjpegrtsp look for it in the description",
      { name, width, height, max: JPEG_MAX_DIMENSION },
    );
  }
}
