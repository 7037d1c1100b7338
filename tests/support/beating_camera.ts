/**
 * A camera that claps: once a second its picture is white and it beeps, both at the same time by its sender reports, whatever the
 * network does to its packets.
 *
 * @module
 */

import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { packetizeJpeg } from "../../rtp/jpeg/jpeg_packetizer.ts";
import { encodeRtpPacket } from "../../rtp/packet.ts";
import { encodeRtcp } from "../../rtp/rtcp.ts";
import { makeJpeg } from "./jpegs.ts";
import { PLAIN, ScriptedCamera, sdp } from "./scripted_camera.ts";

const FRAME_MS = 40;
const PIECE_MS = 20;
const REPORT_MS = 1000;
/** How long picture and sound last each second. */
const BEAT_MS = 200;
const FRAME_TICKS = 90;
const SAMPLE_RATE = 16_000;
const TONE_HZ = 440;
/** Channels of the interleaved packets: those of the video, then those of the sound. */
const CHANNEL = { video: 0, videoReports: 1, sound: 2, soundReports: 3 };

/** How the network is. */
export interface BeatingCameraOptions {
  /** Each packet is late by a random time of up to so many milliseconds, and never overtakes one of its track. */
  readonly jitterMs?: number;
}

/** Claps from the first PLAY on, to the client that came last, until it is disposed of. */
export class BeatingCamera implements AsyncDisposable {
  readonly #camera: ScriptedCamera;
  readonly #jitterMs: number;
  readonly #pictures: Promise<{ readonly dark: Uint8Array; readonly bright: Uint8Array }>;
  #startMs = 0;
  #sending: Promise<void> | undefined;
  #isOver = false;
  readonly #sequenceNumber = { video: 0, sound: 0 };

  constructor({ jitterMs = 0 }: BeatingCameraOptions = {}) {
    this.#jitterMs = jitterMs;
    this.#pictures = makePictures();
    this.#camera = new ScriptedCamera({
      DESCRIBE: {
        ...PLAIN.DESCRIBE,
        body: sdp(
          ...["m=video 0 RTP/AVP 26", "a=control:picture"],
          ...["m=audio 0 RTP/AVP 97", "a=rtpmap:97 L16/16000", "a=control:sound"],
        ),
      },
      SETUP: ({ headers }) => ({ lines: ["Session: 1", `Transport: ${headers.get("Transport")}`] }),
      PLAY: () => {
        this.#sending ??= this.#send();
        return {};
      },
    });
  }

  get port(): number {
    return this.#camera.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#sending;
    await this.#camera[Symbol.asyncDispose]();
  }

  async #send(): Promise<void> {
    this.#startMs = performance.now();
    const schedules = [this.#schedule("video", FRAME_MS), this.#schedule("sound", PIECE_MS)];
    await Promise.all(schedules).catch((error) => {
      this.#isOver = true;
      // The client may go first.
      const isGone = error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset;
      if (!isGone) throw error;
    });
  }

  /** Sends a packet for each piece of time, when it is over, or later. */
  async #schedule(kind: "video" | "sound", lengthMs: number): Promise<void> {
    const { dark, bright } = await this.#pictures;
    for (let timeMs = 0; !this.#isOver; timeMs += lengthMs) {
      // A picture is there at its time, sound once all of its samples are.
      const takenMs = timeMs + (kind === "video" ? 0 : lengthMs);
      await sleepUntil(this.#startMs + takenMs + Math.random() * this.#jitterMs);
      if (this.#isOver) return;
      const isBeat = timeMs % 1000 < BEAT_MS;
      if (timeMs % REPORT_MS === 0) await this.#report(kind, timeMs);
      if (kind === "video") await this.#packet("video", isBeat ? bright : dark, timeMs * FRAME_TICKS);
      else await this.#packet("sound", samples(timeMs, isBeat), timeMs * SAMPLE_RATE / 1000);
    }
  }

  async #packet(kind: "video" | "sound", payload: Uint8Array, timestamp: number): Promise<void> {
    const [payloadType, ssrc] = kind === "video" ? [26, 1] : [97, 2];
    const sequenceNumber = this.#sequenceNumber[kind]++ % 2 ** 16;
    await this.#camera.send(
      CHANNEL[kind],
      encodeRtpPacket({ marker: kind === "video", payloadType, sequenceNumber, timestamp, ssrc, payload }),
    );
  }

  async #report(kind: "video" | "sound", timeMs: number): Promise<void> {
    const [channel, ssrc, ticks] = kind === "video"
      ? [CHANNEL.videoReports, 1, FRAME_TICKS]
      : [CHANNEL.soundReports, 2, SAMPLE_RATE / 1000];
    const report = { unixMs: 1_700_000_000_000 + timeMs, rtpTimestamp: timeMs * ticks, packetCount: 1, octetCount: 1 };
    await this.#camera.send(channel, encodeRtcp([{ kind: "sender-report", ssrc, ...report, reports: [] }]));
  }
}

async function makePictures() {
  const payloadOf = async (brightness: number) => {
    const jpeg = conditionJpeg(await makeJpeg({ width: 320, height: 240, brightness }));
    return packetizeJpeg(jpeg, { maxPayloadBytes: 60_000 })[0];
  };
  return { dark: await payloadOf(0), bright: await payloadOf(255) };
}

/** L16: a tone, or silence. */
function samples(timeMs: number, isBeat: boolean): Uint8Array {
  const count = PIECE_MS * SAMPLE_RATE / 1000;
  const view = new DataView(new ArrayBuffer(2 * count));
  for (let index = 0; isBeat && index < count; index++) {
    const seconds = timeMs / 1000 + index / SAMPLE_RATE;
    view.setInt16(2 * index, 20_000 * Math.sin(2 * Math.PI * TONE_HZ * seconds));
  }
  return new Uint8Array(view.buffer);
}

function sleepUntil(timeMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, timeMs - performance.now())));
}
