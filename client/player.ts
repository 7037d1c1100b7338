/**
 * The player: sends what its user asks for to the server, follows the state table, and hands whole frames to whoever
 * watches. Everything a page or a terminal knows, it knows from here.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../rtp/clock.ts";
import { nextState, type SessionMethod, type SessionState, validMethods } from "../rtsp/session_state.ts";
import type { Dialect } from "../rtsp/message.ts";
import { LabSession, NotALabServerError } from "./lab_session.ts";
import { SILENCE_MS } from "./limits.ts";
import type { MediaSession, MediaSessionEvents } from "./media_session.ts";
import type {
  Notice,
  Playback,
  PlaybackListener,
  PlaybackStatistics,
  PlaybackStatus,
  ReceivedFrame,
} from "./playback.ts";
import { RateMeter } from "./rate_meter.ts";
import type { AssembledFrame, Reception } from "./reception.ts";
import { hostAndPort, parseRtspUrl, type RtspUrl } from "./rtsp_url.ts";
import { StandardSession } from "./standard_session.ts";

const log = getLogger(["mjpegrtsp", "player"]);

const STREAM_ENDED = "The stream has ended. Stop, then Play shows it again";

/** What to play and how. */
export interface PlayerOptions {
  /** What is played, in one of the two ways to name it. */
  readonly source: LabSource | UrlSource;
  /** How packets travel from servers of the standards; `auto` tries UDP first. Lab servers have UDP only. */
  readonly transport?: "auto" | "udp" | "tcp";
  /** Name and version of the program. */
  readonly userAgent?: string;
  /** Times packets, replies and silence. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1; default `Math.random`. */
  readonly random?: () => number;
}

/** A movie named as the networking lab does. */
export interface LabSource {
  /** Host name or IP address of the server. */
  readonly hostname: string;
  /** TCP port of the server. */
  readonly port: number;
  /** UDP port to receive on. */
  readonly rtpPort: number;
  /** The bare file name to ask for. */
  readonly file: string;
  /** The dialect to speak, or `auto` to find out. */
  readonly dialect: "auto" | Dialect;
  /** Sockets that the server is to send from (multi-flow fork); `undefined` for a plain session. */
  readonly flowCount?: number;
}

/** A stream named by its URL, at a server of the standards. */
export interface UrlSource {
  /** The stream. */
  readonly url: RtspUrl;
  /** UDP port to receive on; `undefined` for any. */
  readonly rtpPort?: number;
}

/** Plays one file of one server. */
export class Player implements Playback {
  readonly title: string;
  readonly server: string;
  readonly #options: PlayerOptions;
  readonly #listeners = new Set<PlaybackListener>();
  readonly #rates = new RateMeter();
  /** The receptions of all sessions of this run, the latest last. */
  readonly #receptions: Reception[] = [];
  #strangersOfClosedSessions = 0;
  #session: MediaSession | undefined;
  /** The dialect that was found out. */
  #dialect: Dialect | undefined;
  #transport: "udp" | "tcp" = "udp";
  #state: SessionState = "INIT";
  #isBusy = false;
  #isSettingUp = false;
  #hasEnded = false;
  #notice: Notice | undefined;
  #latestFrame: ReceivedFrame | undefined;
  #frameNumber = 0;
  #firstArrivalMs: number | undefined;
  #lastPacketMs = 0;
  #playingSinceMs: number | undefined;
  #playedMs = 0;
  #lastCommand: Promise<void> = Promise.resolve();
  #cancelExpiry: (() => void) | undefined;
  #cancelSilence: (() => void) | undefined;

  /** Does nothing before the first command. */
  constructor(options: PlayerOptions) {
    this.#options = options;
    const { source } = options;
    const { hostname, port } = "url" in source ? source.url : source;
    this.title = "url" in source ? source.url.path.replace(/^\//, "") || source.url.hostname : source.file;
    this.server = hostAndPort({ hostname, port });
  }

  /** The dialect that was found out, once there was a reply. */
  get dialect(): Dialect | undefined {
    return this.#dialect;
  }

  /** What packets came over last. */
  get transport(): "udp" | "tcp" {
    return this.#session?.transport ?? this.#transport;
  }

  get status(): PlaybackStatus {
    return {
      state: this.#state,
      allowed: this.#isBusy || this.#hasEnded ? [] : validMethods(this.#state),
      notice: this.#notice,
      ended: this.#hasEnded,
    };
  }

  get latestFrame(): ReceivedFrame | undefined {
    return this.#latestFrame;
  }

  statistics(): PlaybackStatistics {
    const nowMs = this.#options.clock.nowMs();
    const runningMs = this.#playingSinceMs === undefined ? 0 : nowMs - this.#playingSinceMs;
    const seconds = (this.#playedMs + runningMs) / 1000;
    const sum = (value: (reception: Reception) => number | undefined) =>
      this.#receptions.reduce((total, reception) => total + (value(reception) ?? 0), 0);
    const frames = sum((reception) => reception.frames);
    const bytes = sum((reception) => reception.statistics?.bytes);
    const expected = sum((reception) => reception.statistics?.expectedPackets);
    const lostPackets = sum((reception) => reception.statistics?.lostPackets);
    const current = this.#rates.rates(nowMs);
    const damageCauses: Record<string, number> = {};
    for (const reception of this.#receptions) {
      for (const [cause, count] of Object.entries(reception.damageCauses)) {
        damageCauses[cause] = (damageCauses[cause] ?? 0) + count;
      }
    }
    return {
      frames,
      damagedFrames: sum((reception) => reception.damagedFrames),
      packets: sum((reception) => reception.statistics?.packets),
      lostPackets,
      duplicatePackets: sum((reception) => reception.statistics?.duplicatePackets),
      reorderedPackets: sum((reception) => reception.statistics?.reorderedPackets),
      bytes,
      seconds,
      fps: seconds > 0 ? frames / seconds : 0,
      bitrate: seconds > 0 ? bytes * 8 / seconds : 0,
      jitterMs: this.#receptions.at(-1)?.statistics?.jitterMs ?? 0,
      lossRate: expected > 0 ? lostPackets / expected : 0,
      currentFps: current.fps,
      currentBitrate: current.bitrate,
      strangerPackets: this.#strangersOfClosedSessions + (this.#session?.strangerPackets ?? 0),
      damageCauses,
    };
  }

  subscribe(listener: PlaybackListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  command(command: SessionMethod): Promise<void> {
    const done = this.#lastCommand.then(() => this.#obey(command));
    this.#lastCommand = done.catch(
      () => {/* whoever gave the command gets the error; the next one stands for itself */},
    );
    return done;
  }

  /** Tears the session down if there is one, and ends. */
  async close(): Promise<void> {
    if (this.#isSettingUp) this.#session?.close();
    await this.#lastCommand;
    if (this.#state !== "INIT") {
      await this.command("TEARDOWN").catch((error) => log.warn("TEARDOWN failed: {reason}", { reason: error.message }));
    }
    this.#hasEnded = true;
    this.#endSession();
    this.#tellStatus();
  }

  async #obey(command: SessionMethod): Promise<void> {
    const next = nextState(this.#state, command);
    if (next === undefined || this.#hasEnded) {
      throw new Error(`${command} is not valid in state ${this.#state}: ${validMethods(this.#state).join(" or ")} is`);
    }
    this.#isBusy = true;
    this.#tellStatus();
    try {
      await this.#send(command);
      this.#enter(next);
    } catch (error) {
      if (command === "SETUP" || command === "TEARDOWN") this.#endSession();
      this.#notice = { level: "error", text: error instanceof Error ? error.message : String(error) };
      throw error;
    } finally {
      this.#isBusy = false;
      this.#tellStatus();
    }
  }

  async #send(command: SessionMethod): Promise<void> {
    if (command === "SETUP") return await this.#setUp();
    const session = this.#session;
    if (session === undefined) throw new Error(`Cannot send ${command}: the connection to the server has ended`);
    if (command === "PAUSE") return await session.pause();
    if (command === "TEARDOWN") return await session.tearDown();
    this.#lastPacketMs = this.#options.clock.nowMs();
    await session.play();
  }

  async #setUp(): Promise<void> {
    const { source } = this.#options;
    const dialect = this.#dialect ?? ("url" in source ? "standard" : source.dialect);
    this.#isSettingUp = true;
    try {
      await this.#openSession(dialect);
    } catch (error) {
      if (!(error instanceof NotALabServerError)) throw error;
      this.#endSession();
      await this.#openSession("standard");
    } finally {
      this.#isSettingUp = false;
    }
    log.info("set up {title} at {server}, dialect {dialect}", {
      title: this.title,
      server: this.server,
      dialect: this.#dialect,
    });
  }

  async #openSession(dialect: "auto" | Dialect): Promise<void> {
    const session: MediaSession = this.#createSession(dialect, {
      onPacket: (datagram) => this.#session === session && this.#receive(datagram),
      onEnd: () => this.#session === session && this.#reachEnd(),
      onNotice: (text) => this.#session === session && this.#tell({ level: "info", text }),
      onClosed: (reason) => this.#lose(session, reason),
    });
    this.#session = session;
    await session.setUp();
    this.#dialect = session.dialect;
  }

  #createSession(dialect: "auto" | Dialect, events: MediaSessionEvents): MediaSession {
    const { source, transport = "auto", userAgent = "mjpegrtsp", clock, random = Math.random } = this.#options;
    if (!("url" in source) && dialect !== "standard") {
      return new LabSession({ ...source, dialect, flowCount: source.flowCount, clock, events });
    }
    const url = "url" in source ? source.url : urlOf(source);
    return new StandardSession({ url, rtpPort: source.rtpPort, transport, userAgent, clock, random, events });
  }

  #enter(state: SessionState): void {
    const { clock } = this.#options;
    const before = this.#state;
    this.#state = state;
    this.#notice = undefined;
    if (state === "PLAYING") {
      this.#playingSinceMs = clock.nowMs();
      this.#watchSilence();
    } else if (before === "PLAYING") {
      this.#stopPlaying();
    }
    if (state === "INIT") this.#endSession();
  }

  /** The connection has ended without TEARDOWN. */
  #lose(session: MediaSession, reason: string): void {
    if (this.#session !== session || this.#state === "INIT") return;
    this.#endSession();
    this.#tell({ level: "error", text: `The server has gone: ${reason}. Start it again and press Play` });
  }

  #endSession(): void {
    this.#stopPlaying();
    const session = this.#session;
    this.#session = undefined;
    this.#state = "INIT";
    if (session === undefined) return;
    this.#strangersOfClosedSessions += session.strangerPackets;
    this.#transport = session.transport;
    session.close();
  }

  /** The server has said that nothing more comes. */
  #reachEnd(): void {
    if (this.#state !== "PLAYING" || this.#isBusy || this.#notice?.text === STREAM_ENDED) return;
    this.#show(this.#session!.reception.flush());
    this.#tell({ level: "warning", text: STREAM_ENDED });
  }

  #stopPlaying(): void {
    this.#cancelSilence?.();
    this.#cancelExpiry?.();
    this.#cancelExpiry = undefined;
    if (this.#playingSinceMs !== undefined) this.#playedMs += this.#options.clock.nowMs() - this.#playingSinceMs;
    this.#playingSinceMs = undefined;
    if (this.#session !== undefined) this.#show(this.#session.reception.flush());
  }

  #receive(datagram: Uint8Array): void {
    if (this.#session === undefined) return;
    const nowMs = this.#options.clock.nowMs();
    if (this.#notice?.level === "warning") this.#tell(undefined);
    this.#lastPacketMs = nowMs;
    const { reception } = this.#session;
    if (this.#receptions.at(-1) !== reception) this.#receptions.push(reception);
    this.#show(reception.push(datagram, nowMs));
    this.#watchExpiry(reception);
  }

  #watchExpiry(reception: Reception): void {
    const { deadlineMs } = reception;
    if (deadlineMs === undefined || this.#cancelExpiry !== undefined) return;
    const { clock } = this.#options;
    this.#cancelExpiry = clock.after(Math.max(1, deadlineMs - clock.nowMs()), () => {
      this.#cancelExpiry = undefined;
      this.#show(reception.expire(clock.nowMs()));
      this.#watchExpiry(reception);
    });
  }

  #show(frames: readonly AssembledFrame[]): void {
    const { clock } = this.#options;
    for (const { data, arrivalMs } of frames) {
      this.#firstArrivalMs ??= arrivalMs;
      this.#rates.add(data.length, clock.nowMs());
      this.#latestFrame = {
        data,
        number: ++this.#frameNumber,
        timestampUs: Math.round((arrivalMs - this.#firstArrivalMs) * 1000),
        arrivalMs: arrivalMs - clock.nowMs() + clock.unixMs(),
      };
      for (const listener of this.#listeners) listener.frame?.(this.#latestFrame);
    }
  }

  #watchSilence(): void {
    const { clock } = this.#options;
    this.#cancelSilence?.();
    const quietMs = clock.nowMs() - this.#lastPacketMs;
    this.#cancelSilence = clock.after(Math.max(100, SILENCE_MS - quietMs), () => {
      if (clock.nowMs() - this.#lastPacketMs >= SILENCE_MS && this.#notice === undefined) {
        this.#tell({ level: "warning", text: this.#silenceText() });
      }
      this.#watchSilence();
    });
  }

  #silenceText(): string {
    const { source } = this.#options;
    const seconds = SILENCE_MS / 1000;
    const packets = this.#session?.reception.statistics?.packets ?? 0;
    if (packets > 0) return `No packet for ${seconds} s: the movie may have ended. Stop, then Play shows it again`;
    if ("url" in source) return `No packet has come for ${seconds} s: check the server, or try --transport tcp`;
    return `No packet has come for ${seconds} s: check that the server has a file ${JSON.stringify(source.file)} ` +
      `(the lab's server answers 200 even without it) and that no firewall holds back UDP port ${source.rtpPort}`;
  }

  #tell(notice: Notice | undefined): void {
    this.#notice = notice;
    if (notice !== undefined) log[notice.level]("{text}", { text: notice.text });
    this.#tellStatus();
  }

  #tellStatus(): void {
    const { status } = this;
    for (const listener of this.#listeners) listener.status?.(status);
  }
}

/** The URL of what a lab source names, at a server of the standards. */
function urlOf({ hostname, port, file }: LabSource): RtspUrl {
  return parseRtspUrl(`rtsp://${hostAndPort({ hostname, port })}/${file.split("/").map(encodeURIComponent).join("/")}`);
}
