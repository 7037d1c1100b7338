/**
 * Chooses a session's quality by what its network loses. Knows no packets and no clock: it is told what was lost, and when.
 *
 * Down goes at once, and by as much as was lost (multiplicative): of a stream that lost three quarters, a quarter fits. Up goes by
 * trial, one step of the ladder first, then to ever more times the rate, for as long as nothing is lost; but never past the quality
 * that failed last, before that has been tried again. A trial that fails leads back to where it began, and makes the next one wait
 * longer, so that a session at the limit of its network has its quality changed every dozen seconds and no faster. Loss that stays when
 * the rate is halved is the network's own: it is put up with.
 *
 * @module
 */

import { QUALITIES, type Quality } from "./quality_ladder.ts";

/** Part that may be lost while better qualities are tried; with more, the quality stays. */
const CLEAN_SHARE = 0.02;
/** Part with more than which the quality falls. Wireless networks lose one in a hundred whatever the rate is. */
const LOSSY_SHARE = 0.04;
/** Of what came through, so much is sent next: the queue that is full has to drain. */
const HEADROOM = 0.9;
/** The rate falls to no less than this part at once: a network that was gone for a moment may be back as it was. */
const LARGEST_FALL = 0.2;
/** What was sent before the quality fell is on its way for so long, in milliseconds. */
const SETTLING_MS = 1500;
/** A better quality shows what it loses after so long, in milliseconds. */
const TRIAL_MS = 4000;
/** Loss so long after a better quality was tried means that the trial has failed, in milliseconds. */
const PROBATION_MS = 20_000;
/** Time from a loss to the next trial, in milliseconds, and the same after trials that failed. */
const PATIENCE_MS = 6000;
const MAX_PATIENCE_MS = 16_000;
/** How many times the rate of now the second trial may have that goes well, the third the square of that, and so on. */
const GROWTH = 2.5;
/** Loss that is larger says little about itself: of it, much may stay when the rate is halved. */
const MAX_OWN_SHARE = 0.3;
/** Where so much of it stays at this part of the rate, it is the network's own. */
const OWN_STAYS = 0.75;
const OWN_AT_RATE = 0.6;
/** What one observation counts for in it. */
const OWN_WEIGHT = 0.1;

/** What became of what was sent within some time: packets, or frames. */
export interface Observation {
  readonly sent: number;
  /** How many of these were lost. */
  readonly lost: number;
  /** Of fewer than this, a few losses are chance. */
  readonly enough: number;
  /** When the first of these was sent, and now, in milliseconds of any one clock. */
  readonly sinceMs: number;
  readonly nowMs: number;
}

/** The quality of one session. */
export class QualityController {
  #index = 0;
  #lowest = 0;
  #changedMs = -Infinity;
  /** What was sent before that says nothing about the quality of now. */
  #settledMs = -Infinity;
  #lossMs = -Infinity;
  #patienceMs = PATIENCE_MS;
  /** How many times the rate of now the next trial may have, if that is more than one step. */
  #growth = 1;
  /** The last trial: when, and from where. */
  #trial = { sinceMs: -Infinity, from: 0 };
  /** The quality that failed last; a better one is tried after that has gone well. */
  #ceiling = 0;
  /** Rate and lost part when the quality began to fall. */
  #fall: { readonly rate: number; readonly share: number } | undefined;
  /** Part that the network loses whatever the rate is. */
  #ownShare = 0;
  /** What that was at first. */
  #largestOwn = 0;

  get quality(): Quality {
    return QUALITIES[this.#index];
  }

  /** The worst one so far. */
  get lowest(): Quality {
    return QUALITIES[this.#lowest];
  }

  /** Whether the quality fell a moment ago, so that what was sent before still fills the network. */
  isSettling(nowMs: number): boolean {
    return nowMs < this.#settledMs;
  }

  /** Takes what was seen last. */
  take(observation: Observation): void {
    const { sent, lost, enough, sinceMs, nowMs } = observation;
    const share = Math.min(1, lost / Math.max(sent, enough));
    const isOnTrial = nowMs - this.#trial.sinceMs < PROBATION_MS;
    if (share > this.#ownShare + (isOnTrial ? CLEAN_SHARE : LOSSY_SHARE)) {
      if (sinceMs >= this.#settledMs) this.#fallBy(share, { isOnTrial, nowMs });
      return;
    }
    if (sent >= enough) this.#forgetOwn(share);
    if (share > this.#ownShare + CLEAN_SHARE) return;
    const isTimeToTry = nowMs - this.#changedMs >= TRIAL_MS && nowMs - this.#lossMs >= this.#patienceMs;
    if (isTimeToTry && this.#index > 0) this.#tryBetter(nowMs);
  }

  #fallBy(share: number, { isOnTrial, nowMs }: { readonly isOnTrial: boolean; readonly nowMs: number }): void {
    this.#patienceMs = isOnTrial ? Math.min(MAX_PATIENCE_MS, 2 * this.#patienceMs) : PATIENCE_MS;
    this.#lossMs = nowMs;
    this.#growth = 1;
    const { rate } = this.quality;
    this.#fall ??= { rate, share };
    if (rate <= OWN_AT_RATE * this.#fall.rate && share >= OWN_STAYS * this.#fall.share && share <= MAX_OWN_SHARE) {
      this.#ownShare = this.#largestOwn = share;
      this.#fall = undefined;
      return;
    }
    const index = isOnTrial ? this.#trial.from : indexBelow(rate * Math.max(LARGEST_FALL, HEADROOM * (1 - share)));
    if (index > this.#index) this.#ceiling = this.#index;
    this.#trial = { sinceMs: -Infinity, from: 0 };
    this.#change(index, nowMs);
    this.#settledMs = nowMs + SETTLING_MS;
    this.#lowest = Math.max(this.#lowest, index);
  }

  /** The network may have become better; it is not believed to have become worse, which would hide that too much is sent. */
  #forgetOwn(share: number): void {
    this.#ownShare = Math.min(this.#largestOwn, this.#ownShare + OWN_WEIGHT * (share - this.#ownShare));
  }

  #tryBetter(nowMs: number): void {
    this.#fall = undefined;
    this.#trial = { sinceMs: nowMs, from: this.#index };
    const isBelow = this.#index > this.#ceiling;
    // Where what failed goes well, the network has become better: nothing is known to be too much.
    if (!isBelow) this.#growth = Math.max(this.#growth, GROWTH ** 2);
    const limit = isBelow ? this.#ceiling : 0;
    const grown = indexBelow(this.quality.rate * this.#growth);
    this.#change(Math.max(limit, Math.min(this.#index - 1, grown)), nowMs);
    this.#growth *= GROWTH;
  }

  #change(index: number, nowMs: number): void {
    if (index === this.#index) return;
    this.#index = index;
    this.#changedMs = nowMs;
  }
}

/** The best quality that needs no more than so much of the whole rate. */
function indexBelow(rate: number): number {
  const index = QUALITIES.findIndex((quality) => quality.rate <= rate);
  return index < 0 ? QUALITIES.length - 1 : index;
}
