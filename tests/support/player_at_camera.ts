/**
 * A player at a scripted camera: for servers that go away, redirect their clients, or fall silent.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { PlaybackStatus, ReceivedFrame } from "../../page/playback.ts";
import { Player, type PlayerOptions } from "../../client/player.ts";
import { parseRtspUrl } from "../../client/rtsp/rtsp_url.ts";
import { encodeFrame } from "./encoded_frames.ts";
import { FakeClock } from "./fake_clock.ts";
import { type Answers, type CameraOptions, PLAIN, ScriptedCamera, sdp } from "./scripted_camera.ts";
import { until } from "./until.ts";

/** A description of a stream that ends. */
export const FINITE = {
  ...PLAIN.DESCRIBE,
  body: sdp("a=range:npt=0-10", "m=video 0 RTP/AVP 26", "a=control:track1"),
};

/** A SETUP that takes what is offered. */
export const TAKE_ANY: Answers = {
  SETUP: ({ headers }) => ({ lines: ["Session: 1", `Transport: ${headers.get("Transport")}`] }),
};

/** A player at a camera, over TCP unless told otherwise, and without chance. */
export function openPlayerAtCamera(answers: Answers = {}, options: Partial<PlayerOptions> & CameraOptions = {}) {
  const camera = new ScriptedCamera(answers, options);
  const clock = new FakeClock();
  const player = new Player({
    target: { url: parseRtspUrl(`rtsp://127.0.0.1:${camera.port}/stream`) },
    transport: "tcp",
    clock,
    random: () => 0.5,
    ...options,
  });
  const statuses: PlaybackStatus[] = [];
  const frames: ReceivedFrame[] = [];
  player.subscribe({ status: (status) => statuses.push(status), frame: (frame) => frames.push(frame) });
  let sequenceNumber = 7;
  return {
    camera,
    player,
    clock,
    statuses,
    frames,
    async play(): Promise<void> {
      await player.command("SETUP");
      await player.command("PLAY");
    },
    /** Sends a frame, and waits until the player has it. */
    async show(timestamp = 0): Promise<void> {
      const { length } = frames;
      await camera.send(0, encodeFrame({ sequenceNumber: sequenceNumber++, timestamp }));
      await until(() => frames.length > length);
    },
    /** Waits for a notice, and gives the status with it. */
    async notice(pattern: RegExp): Promise<PlaybackStatus> {
      await until(() => pattern.test(player.status.notice?.text ?? ""));
      return player.status;
    },
    async [Symbol.asyncDispose]() {
      await player.close();
      assertEquals(clock.pendingTimers, 0, "a timer is left behind");
      await until(() => camera.openConnections === 0);
      await camera[Symbol.asyncDispose]();
    },
  };
}
