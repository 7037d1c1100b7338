/**
 * A session at a scripted camera, and what comes of it.
 *
 * @module
 */

import { RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";
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
  const received: Uint8Array[] = [];
  const events: string[] = [];
  const session: RtspSession = new RtspSession({
    url: parseRtspUrl(`rtsp://${options.userInfo ?? ""}127.0.0.1:${camera.port}/stream`),
    rtpPort: undefined,
    transport: "tcp",
    userAgent: "test",
    clock,
    random: Math.random,
    events: {
      onFrame() {},
      onPacket() {},
      onUnexpectedSource() {},
      onEnd: () => events.push("end"),
      onNotice: ({ level, text }) => events.push(`${level}: ${text}`),
      onRenewal: (reason) => events.push(`renewal: ${reason}`),
      onClosed: (reason) => events.push(`closed: ${reason}`),
    },
    ...options,
  });
  // Every RTP datagram of the video counts here, whether it is a packet or not.
  const { push } = RtpReceiver.prototype;
  RtpReceiver.prototype.push = function (datagram, arrivalMs) {
    if (this === session.receiver) received.push(datagram.slice());
    return push.call(this, datagram, arrivalMs);
  };
  return Object.assign(camera, {
    session,
    clock,
    received,
    events,
    async [Symbol.asyncDispose]() {
      RtpReceiver.prototype.push = push;
      session.close();
      await ScriptedCamera.prototype[Symbol.asyncDispose].call(camera);
    },
  });
}
