/*
 * Samples by their times, and what is heard of them now: read at the speed that keeps them at their times, a little slower or faster
 * than they were recorded where two clocks drift apart, and without clicks where some are missing. Runs where the browser makes sound.
 */

// @ts-check

/**
 * Samples that follow one another: those of all channels at a time side by side.
 *
 * @typedef {{ samples: Int16Array, channels: number, sampleRate: number, timestampUs: number }} Piece
 */

/** How long a reel is, in seconds. */
const REEL_SECONDS = 8;
/** How long sound takes to come and to go, in seconds. */
const FADE_SECONDS = 0.005;
/** How much has to be there before sound comes, in seconds. */
const START_SECONDS = 0.02;
/** Pieces that are no further apart follow one another, in seconds. */
const SEAM_SECONDS = 0.001;
/** What is further from its time is not pulled there but cut off, in seconds. */
const MAX_PULL_SECONDS = 0.04;
/** How much of what is off its time is made up in a second, and how much faster or slower sound may become by it. */
const PULL = 0.5;
const MAX_PULL = 0.01;
/** What is no further from its time stays there, in seconds: two clocks are never quite the same. */
const NEAR_SECONDS = 0.003;
/** Pieces that may wait for the end of what is heard. */
const MAX_WAITING_PIECES = 64;

const CHANNELS = 2;

/** Holds the sound of some seconds: of a stream with more than two channels, the first two. */
export class SoundReel {
  #outputRate;
  /** Samples of a channel in a second; 0 before any have come. */
  #rate = 0;
  /** By number modulo their length. A sample's number is its time in samples. */
  #channels = [new Float32Array(), new Float32Array()];
  #first = 0;
  #end = 0;
  /** What is heard next: between two samples as a rule. */
  #at = 0;
  #gain = 0;
  /** Time of the output at which time 0 of the stream is heard, in seconds. @type {number | undefined} */
  #startsAt;
  /** Whether what is here goes, and what waits takes its place. */
  #isLeaving = false;
  /** @type {Piece[]} */
  #waiting = [];

  /** @param {number} outputRate Samples of a channel that are heard in a second. */
  constructor(outputRate) {
    this.#outputRate = outputRate;
  }

  /** Says when the stream is heard. @param {number} startsAt Time of the output at which time 0 is heard, in seconds. */
  aim(startsAt) {
    this.#startsAt = startsAt;
  }

  /** Forgets what is here. */
  flush() {
    this.#waiting = [];
    this.#isLeaving = true;
    if (this.#gain === 0) this.#leave();
  }

  /** @param {Piece} piece */
  push(piece) {
    if (this.#rate !== piece.sampleRate) this.#load(piece.sampleRate);
    let start = Math.round(piece.timestampUs / 1e6 * this.#rate);
    const isElsewhere = Math.abs(start - this.#end) > this.#capacity / 2;
    if (isElsewhere && !this.#isLeaving && this.#end > this.#first) this.flush();
    if (this.#isLeaving) {
      this.#waiting.push(piece);
      if (this.#waiting.length > MAX_WAITING_PIECES) this.#waiting.shift();
      return;
    }
    if (this.#end === this.#first) this.#first = this.#end = start;
    if (Math.abs(start - this.#end) <= SEAM_SECONDS * this.#rate) start = this.#end;
    if (start > this.#end) this.#skipTo(start);
    this.#write(piece, { start, isJoined: start === this.#end && this.#end > this.#first });
  }

  /**
   * What is heard now.
   *
   * @param {Float32Array[]} output Filled: the same number of samples for each channel.
   * @param {number} time Time of the output, in seconds.
   */
  render(output, time) {
    const { length } = output[0];
    if (this.#rate === 0 || this.#startsAt === undefined) return;
    const wanted = (time - this.#startsAt) * this.#rate;
    if (this.#gain === 0) {
      if (this.#isLeaving) this.#leave();
      this.#at = Math.round(wanted);
    }
    const off = (wanted - this.#at) / this.#rate;
    const isFar = Math.abs(off) > MAX_PULL_SECONDS;
    const pull = Math.abs(off) <= NEAR_SECONDS ? 0 : Math.min(MAX_PULL, Math.max(-MAX_PULL, PULL * off));
    const step = (1 + pull) * this.#rate / this.#outputRate;
    const fade = 1 / (FADE_SECONDS * this.#outputRate);
    for (let index = 0; index < length; index++) {
      const isHeard = !isFar && !this.#isLeaving && this.#isHere();
      this.#gain = Math.min(1, Math.max(0, this.#gain + (isHeard ? fade : -fade)));
      if (this.#gain > 0) {
        for (let channel = 0; channel < output.length; channel++) {
          output[channel][index] = this.#gain * this.#read(this.#channels[channel % CHANNELS]);
        }
      }
      this.#at += step;
    }
  }

  get #capacity() {
    return this.#channels[0].length;
  }

  /** Where a sample is on the reel: sound may begin before time 0. @param {number} number */
  #slot(number) {
    const slot = number % this.#capacity;
    return slot < 0 ? slot + this.#capacity : slot;
  }

  get #fadeSamples() {
    return Math.ceil(FADE_SECONDS * this.#rate);
  }

  /** Whether there is something to hear, and enough to fade it out before it ends. */
  #isHere() {
    const ahead = this.#gain > 0 ? FADE_SECONDS : START_SECONDS;
    return this.#at >= this.#first && this.#at + ahead * this.#rate + 1 < this.#end;
  }

  /** A sample between two. @param {Float32Array} samples */
  #read(samples) {
    const before = Math.floor(this.#at);
    if (before < this.#first || before + 1 >= this.#end) return 0;
    const share = this.#at - before;
    return (1 - share) * samples[this.#slot(before)] + share * samples[this.#slot(before + 1)];
  }

  #leave() {
    this.#isLeaving = false;
    this.#first = this.#end = 0;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const piece of waiting) this.push(piece);
  }

  /** @param {number} rate */
  #load(rate) {
    this.#rate = rate;
    this.#channels = this.#channels.map(() => new Float32Array(REEL_SECONDS * rate));
    this.#first = this.#end = 0;
    this.#gain = 0;
  }

  /** Silence up to a sample; what is in front of it ends softly. @param {number} start */
  #skipTo(start) {
    const fade = this.#fadeSamples;
    for (const samples of this.#channels) {
      for (let number = Math.max(this.#first, this.#end - fade); number < this.#end; number++) {
        samples[this.#slot(number)] *= (this.#end - number) / (fade + 1);
      }
      for (let number = this.#end; number < start; number++) samples[this.#slot(number)] = 0;
    }
    this.#end = start;
  }

  /**
   * Writes a piece, which takes the place of what is there; it is faded over from what it overlaps with, and from silence where it
   * follows on nothing.
   *
   * @param {Piece} piece
   * @param {{ start: number, isJoined: boolean }} place
   */
  #write({ samples, channels }, { start, isJoined }) {
    const length = Math.min(this.#capacity, Math.floor(samples.length / channels));
    const overlap = this.#end - start;
    const fade = isJoined ? 0 : overlap > 0 ? Math.min(overlap, this.#fadeSamples) : this.#fadeSamples;
    this.#channels.forEach((written, channel) => {
      const source = Math.min(channel, channels - 1);
      for (let index = 0; index < length; index++) {
        const number = start + index;
        const value = samples[index * channels + source] / 32_768;
        const share = index < fade ? (index + 1) / (fade + 1) : 1;
        const before = number >= this.#first && number < this.#end ? written[this.#slot(number)] : 0;
        written[this.#slot(number)] = share * value + (1 - share) * before;
      }
    });
    this.#end = start + length;
    this.#first = Math.max(Math.min(this.#first, start), this.#end - this.#capacity);
  }
}
