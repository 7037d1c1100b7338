/**
 * A session at a scripted camera, and what comes of it.
 *
 * @module
 */

import type { TrackFrame } from "../../rtp/receiver/track_receiver.ts";
import { parseRtspUrl } from "../../client/rtsp/rtsp_url.ts";
import { RtspSession, type RtspSessionOptions } from "../../client/session/rtsp_session.ts";
import { FakeClock } from "./fake_clock.ts";
import { type Answers, type CameraOptions, ScriptedCamera } from "./scripted_camera.ts";

/** What may be said of the camera and of the session. */
export type CameraSessionOptions = CameraOptions & Partial<RtspSessionOptions> & { readonly userInfo?: string };

/** A camera, and a session at it over TCP, which is set up by the test. */
export function openSessionAtCamera(answers: Answers = {}, options: CameraSessionOptions = {}) {
  const camera = new ScriptedCamera(answers, options);
  const clock = new FakeClock();
  const frames: TrackFrame[] = [];
  const counts = { packets: 0, unexpectedSources: 0 };
  const events: string[] = [];
  const session: RtspSession = new RtspSession({
    url: parseRtspUrl(`rtsp://${options.userInfo ?? ""}127.0.0.1:${camera.port}/stream`),
    rtpPort: undefined,
    transport: "tcp",
    repairs: true,
    userAgent: "test",
    clock,
    random: Math.random,
    events: {
      onFrame: (frame) => frames.push(frame),
      onSound() {},
      onWire() {},
      onPacket: () => counts.packets++,
      onUnexpectedSource: () => counts.unexpectedSources++,
      onEnd: () => events.push("end"),
      onNotice: ({ level, text }) => events.push(`${level}: ${text}`),
      onWaiting() {},
      onRenewal: (reason) => events.push(`renewal: ${reason}`),
      onClosed: (reason) => events.push(`closed: ${reason}`),
    },
    ...options,
  });
  return Object.assign(camera, {
    session,
    clock,
    frames,
    counts,
    events,
    async [Symbol.asyncDispose]() {
      session.close();
      await ScriptedCamera.prototype[Symbol.asyncDispose].call(camera);
    },
  });
}
