/**
 * What to tell the user when no packet comes any more.
 *
 * @module
 */

import type { Notice } from "../../page/playback.ts";
import type { TrackReceiver } from "../../rtp/receiver/track_receiver.ts";
import { SILENCE_MS } from "../limits.ts";
import type { Target } from "../session/target.ts";

const SECONDS = SILENCE_MS / 1000;

/** What a silence may mean after what has come of the video. */
export function silenceNotice(target: Target, video: TrackReceiver): Notice {
  const { frames, damagedFrames, lostPackets } = video.statistics();
  if (!video.hasStarted) return { level: "warning", text: nothingCame(target, video) };
  if (frames === 0 && damagedFrames > 0) {
    const text =
      `No frame for ${SECONDS} s: all ${damagedFrames} frames so far were damaged, ${lostPackets} packets were lost`;
    return { level: "warning", text };
  }
  const text = `No frame for ${SECONDS} s: the stream may have ended`;
  return { level: "warning", text, advice: "Play shows it again" };
}

function nothingCame(target: Target, video: TrackReceiver): string {
  const { malformedPackets, otherPayloadTypePackets } = video.statistics();
  if (malformedPackets + otherPayloadTypePackets > 0) {
    const what = video.otherPayloadType === undefined
      ? "none of them is RTP"
      : `their payload type, ${video.otherPayloadType}, is not that of the video`;
    return `Packets arrive, but ${what}; check what the server sends`;
  }
  if ("url" in target) return `No packet has come for ${SECONDS} s: check the server, or try --transport tcp`;
  return `No packet has come for ${SECONDS} s: check that the server has a file ${JSON.stringify(target.file)} ` +
    `(the lab's server answers 200 even without it) and that no firewall blocks UDP port ${target.rtpPort}`;
}
