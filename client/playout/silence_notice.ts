/**
 * What to tell the user when no packet comes any more.
 *
 * @module
 */

import type { Notice, PlaybackStatus } from "../../page/playback.ts";
import type { ReceivedVideo } from "../session/player_session.ts";
import { SILENCE_MS } from "../limits.ts";
import type { Target } from "../session/target.ts";

const SECONDS = SILENCE_MS / 1000;

/** What to try where nothing has come from a camera. */
const ADVICE: Readonly<Record<PlaybackStatus["transport"], string>> = {
  udp: "check the server, or try --transport tcp",
  multicast: "check the server, and that the network carries its multicast group to here",
  tcp: "check the server",
};

/** Where packets come from, and how. */
export interface SilentStream {
  readonly target: Target;
  readonly transport: PlaybackStatus["transport"];
}

/** What a silence may mean after what has come of the video. */
export function silenceNotice(stream: SilentStream, video: ReceivedVideo): Notice {
  const { frames, damagedFrames, lostPackets } = video.statistics();
  if (!video.hasStarted) return { level: "warning", text: nothingCame(stream, video) };
  if (frames === 0 && damagedFrames > 0) {
    const text =
      `No frame for ${SECONDS} s: all ${damagedFrames} frames so far were damaged, ${lostPackets} packets were lost`;
    return { level: "warning", text };
  }
  const text = `No frame for ${SECONDS} s: the stream may have ended`;
  return { level: "warning", text, advice: "Play shows it again" };
}

function nothingCame({ target, transport }: SilentStream, video: ReceivedVideo): string {
  const { malformedPackets, otherPayloadTypePackets } = video.statistics();
  if (malformedPackets + otherPayloadTypePackets > 0) {
    const what = video.otherPayloadType === undefined
      ? "none of them is RTP"
      : `their payload type, ${video.otherPayloadType}, is not that of the video`;
    return `Packets arrive, but ${what}; check what the server sends`;
  }
  if ("url" in target) return `No packet has come for ${SECONDS} s: ${ADVICE[transport]}`;
  return `No packet has come for ${SECONDS} s: check that the server has a file ${JSON.stringify(target.file)} ` +
    `(the lab's server answers 200 even without it) and that no firewall blocks UDP port ${target.rtpPort}`;
}
