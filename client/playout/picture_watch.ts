/**
 * Whether packets make a picture: notices that most frames of a second are damaged by loss, and that packets come of which no whole
 * frame is made. Looks at the counters of the video once a second while a stream is played.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { RtpStatistics } from "../../rtp/receiver/rtp_receiver.ts";
import type { TrackReceiver } from "../../rtp/receiver/track_receiver.ts";
import { MIN_BROKEN_FRAMES, NO_PICTURE_SECONDS, PICTURE_CHECK_MS } from "../limits.ts";

/** What has come since some time. */
export type PictureCounts = Pick<
  RtpStatistics,
  "frames" | "damagedFrames" | "damageCauses" | "packets" | "duplicatePackets"
>;

/** Constructor options of {@linkcode PictureWatch}. */
export interface PictureWatchOptions {
  readonly clock: Clock;
  /** The video that is received; another one once the session starts again. */
  readonly video: () => Pick<TrackReceiver, "statistics"> | undefined;
  /** Most frames of the last second are damaged by loss. Called for each such second. */
  readonly onLoss: (lastSecond: PictureCounts) => void;
  /** Packets come, and no whole frame has come for some seconds. Called once, until one comes. */
  readonly onNoPicture: (sinceLastFrame: PictureCounts) => void;
  /** Whole frames come again, and most are whole. */
  readonly onPicture: () => void;
}

const NOTHING: PictureCounts = { frames: 0, damagedFrames: 0, damageCauses: {}, packets: 0, duplicatePackets: 0 };

/** Watches from {@linkcode start} to {@linkcode stop}. */
export class PictureWatch {
  readonly #options: PictureWatchOptions;
  #cancel: (() => void) | undefined;
  #video: Pick<TrackReceiver, "statistics"> | undefined;
  /** The counters at the last look, and when a whole frame came last. */
  #lastLook = NOTHING;
  #lastFrame = NOTHING;
  /** Seconds with packets and without a whole frame since then. */
  #emptySeconds = 0;

  constructor(options: PictureWatchOptions) {
    this.#options = options;
  }

  /** Packets are to come from now on. Does nothing where it watches already. */
  start(): void {
    if (this.#cancel === undefined) this.#schedule();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = this.#video = undefined;
  }

  #schedule(): void {
    this.#cancel = this.#options.clock.after(PICTURE_CHECK_MS, () => {
      this.#schedule();
      this.#look();
    });
  }

  #look(): void {
    const { video: present, onLoss, onNoPicture, onPicture } = this.#options;
    const video = present();
    if (video === undefined) return;
    if (video !== this.#video) {
      this.#video = video;
      this.#lastLook = this.#lastFrame = NOTHING;
      this.#emptySeconds = 0;
    }
    const now = video.statistics();
    const lastSecond = difference(now, this.#lastLook);
    this.#lastLook = now;
    const brokenByLoss = lastSecond.damageCauses["packet-lost"] ?? 0;
    const isBroken = brokenByLoss >= MIN_BROKEN_FRAMES && brokenByLoss > lastSecond.frames;
    if (isBroken) onLoss(lastSecond);
    if (lastSecond.frames > 0) {
      this.#lastFrame = now;
      this.#emptySeconds = 0;
      if (!isBroken) onPicture();
    } else if (lastSecond.packets > 0 && ++this.#emptySeconds === NO_PICTURE_SECONDS) {
      onNoPicture(difference(now, this.#lastFrame));
    }
  }
}

function difference(now: PictureCounts, before: PictureCounts): PictureCounts {
  const causes = Object.entries(now.damageCauses).map(([cause, count]) =>
    [cause, count - (before.damageCauses[cause] ?? 0)] as const
  );
  return {
    frames: now.frames - before.frames,
    damagedFrames: now.damagedFrames - before.damagedFrames,
    damageCauses: Object.fromEntries(causes.filter(([, count]) => count > 0)),
    packets: now.packets - before.packets,
    duplicatePackets: now.duplicatePackets - before.duplicatePackets,
  };
}
