/**
 * What FFmpeg says while it decodes: how long the movie is, and what is wrong with it.
 *
 * @module
 */

/** The level stands in front of the text, and the part of FFmpeg that says it in front of that. */
const PROBLEM = /^(?:\[[^\]]{1,100}\] )?\[(?:error|fatal|panic)\] (.+)/;
const DURATION = /^\[info\] {1,8}Duration: (\d{1,6}):(\d\d):(\d\d(?:\.\d{1,9})?),/;

/** What it said at `-loglevel level+info`, as far as that matters. */
export class FFmpegLog {
  #durationUs: number | undefined;
  #problem: string | undefined;
  #problems = 0;

  /** Takes a line. */
  push(line: string): void {
    const duration = DURATION.exec(line)?.slice(1).map(Number);
    if (duration !== undefined) {
      const [hours, minutes, seconds] = duration;
      this.#durationUs ??= Math.round((hours * 3600 + minutes * 60 + seconds) * 1e6);
    }
    const [, problem] = PROBLEM.exec(line) ?? [];
    if (problem === undefined) return;
    this.#problem ??= problem.trim().replace(/\.$/, "");
    this.#problems++;
  }

  /** How long the movie is, in microseconds; `undefined` where the file does not tell. */
  get durationUs(): number | undefined {
    return this.#durationUs;
  }

  /** The first thing that is wrong, and how many others are; `undefined` where nothing is. */
  get problem(): string | undefined {
    if (this.#problem === undefined || this.#problems === 1) return this.#problem;
    return `${this.#problem}, and ${this.#problems - 1} more`;
  }
}
