/*
 * What the server tells of itself, asked for every few seconds while somebody looks at the page.
 */

// @ts-check
/// <reference lib="dom" />

const INTERVAL_MS = 2000;
/** How long an answer may take before the server counts as gone, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * A stream, as /api/streams has it.
 *
 * @typedef {{
 *   name: string, path: string, rtsp: string, isLive: boolean, viewers: number, durationSeconds?: number, frames?: number,
 *   frameRate?: number, loops?: boolean, size?: { width: number, height: number }, problem?: string,
 * }} Stream
 */

/**
 * A session, as /api/sessions has it.
 *
 * @typedef {{
 *   number: number, name: string, peer: string, dialect: "rtsp" | "lab", transport: "udp" | "tcp" | "multicast", state: string,
 *   seconds: number, frames: number, bytes: number, droppedFrames: number,
 * }} Session
 */

/**
 * Events: `streams` and `sessions` (a `CustomEvent` with all of them), and `gone` where the server does not answer. Those who may not
 * know of sessions hear of none.
 */
export class ServerFeed extends EventTarget {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** Asks from now on. */
  start() {
    document.addEventListener("visibilitychange", () => this.ask());
    this.ask();
  }

  /** Asks now. */
  async ask() {
    clearTimeout(this.#timer);
    if (document.hidden) return;
    try {
      const [streams, sessions] = await Promise.all(["/api/streams", "/api/sessions"].map(get));
      if (streams === undefined) throw new Error("The server does not tell what it serves");
      this.#tell("streams", streams);
      if (sessions !== undefined) this.#tell("sessions", sessions);
    } catch {
      // Whatever it is, there is one thing to do about it: to ask again.
      this.dispatchEvent(new Event("gone"));
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.ask(), INTERVAL_MS);
  }

  /** @param {string} name @param {unknown} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** What is at an address; `undefined` where the server does not tell us. @param {string} path */
async function get(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(PATIENCE_MS) });
  return response.ok ? await response.json() : undefined;
}
