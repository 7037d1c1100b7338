/**
 * One client's session: its state, its position in the movie, and the packets of its frames. Driven by the methods that
 * the connection hands on and by the pacer.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../rtp/clock.ts";
import { LAB_FRAGMENT_BYTES, packetizeLabFrame } from "../rtp/lab_payload.ts";
import { encodeRtpHeader, PAYLOAD_TYPE_JPEG, RTP_HEADER_BYTES } from "../rtp/packet.ts";
import { nextState, type SessionMethod, type SessionState } from "../rtsp/session_state.ts";
import { MAX_FRAMES_BEHIND } from "./limits.ts";
import type { Media } from "./media.ts";
import type { Delivery, NetworkEmulator } from "./network_emulator.ts";
import type { Pacer } from "./pacer.ts";

const log = getLogger(["mjpegrtsp", "session"]);

/** A packet on its way: bytes of its own, and the socket that it leaves from. */
export interface OutgoingPacket {
  /** RTP header and payload. */
  readonly bytes: Uint8Array;
  /** One of the session's sockets. */
  readonly socket: Deno.DatagramConn;
}

/** Constructor options of {@linkcode Session}. */
export interface SessionOptions {
  /** Six digits: the lab's clients convert it with `int()`. */
  readonly id: string;
  /** The client as the log names it. */
  readonly peer: string;
  /** What is played; released when the session ends. */
  readonly media: Media;
  /** Where the packets go; always the address of the TCP peer. */
  readonly destination: Deno.NetAddr;
  /** Frame k leaves from socket k modulo their number. */
  readonly sockets: readonly Deno.DatagramConn[];
  /** Cut all frames into pieces of this many bytes; without it only those that no datagram can hold. */
  readonly fragmentBytes: number | undefined;
  /** Frames a second. */
  readonly frameRate: number;
  /** Begin again at the end. */
  readonly loop: boolean;
  /** The impaired network of this session, if there is one. */
  readonly emulator: NetworkEmulator<OutgoingPacket> | undefined;
  /** Says when frames are due. */
  readonly pacer: Pacer;
  /** The pacer's clock. */
  readonly clock: Clock;
}

/** What a session has sent. */
export interface SessionCounters {
  /** Whole frames. */
  frames: number;
  /** RTP packets, before the emulated network. */
  packets: number;
  /** RTP headers and payloads. */
  bytes: number;
}

/** The sending side of one session. */
export class Session {
  /** The session identifier. */
  readonly id: string;
  /** What was sent so far. */
  readonly counters: SessionCounters = { frames: 0, packets: 0, bytes: 0 };
  readonly #options: SessionOptions;
  #state: SessionState = "READY";
  /** Index of the next frame; frameCount at the end of the movie. */
  #position = 0;
  /** The lab counts packets from 1; the number goes on over PAUSE and PLAY. */
  #sequenceNumber = 1;
  #fragmentBytes: number | undefined;
  /** Stands for the frames being sent since the last PLAY; `undefined` while none are. */
  #stream: symbol | undefined;
  /** Grows to the largest packet; a send has ended before the next one begins. */
  #packet = new Uint8Array(2048);
  /** Packets in the emulated network, in the order in which they leave it; the first is leaving right now. */
  readonly #onTheWay: Delivery<OutgoingPacket>[] = [];
  #playingSinceMs: number | undefined;
  #playedMs = 0;

  /** A session in state READY, at the movie's first frame. */
  constructor(options: SessionOptions) {
    this.id = options.id;
    this.#options = options;
    this.#fragmentBytes = options.fragmentBytes;
    const { peer, media, destination } = options;
    log.info("{peer} set up {name}: session {id}, RTP to port {port}", {
      peer,
      name: media.name,
      id: this.id,
      port: destination.port,
    });
  }

  /** Where the session stands; INIT once it has ended. */
  get state(): SessionState {
    return this.#state;
  }

  /** Does what `method` asks for. False where the state table does not allow it. */
  apply(method: SessionMethod): boolean {
    const next = nextState(this.#state, method);
    if (next === undefined) return false;
    if (next === "PLAYING") this.#play();
    else if (next === "READY") this.#pause();
    else this.end("torn down");
    return true;
  }

  /** Stops sending for good and says in the log why, and what was sent. */
  end(reason: string): void {
    if (this.#state === "INIT") return;
    this.#stop();
    this.#state = "INIT";
    const { peer, media, emulator } = this.#options;
    media.release();
    const { frames, packets, bytes } = this.counters;
    const properties = {
      peer,
      id: this.id,
      reason,
      frames,
      packets,
      bytes,
      seconds: Math.round(this.#playedMs) / 1000,
    };
    log.info(
      "{peer} session {id} ended, {reason}: {frames} frames, {packets} packets, {bytes} bytes, {seconds} s",
      properties,
    );
    if (emulator !== undefined) {
      log.info(
        "{peer} session {id}: the emulated network lost {lost}, overflowed {overflowed}, doubled {duplicated} and " +
          "reordered {reordered} packets",
        { peer, id: this.id, ...emulator.counters },
      );
    }
  }

  #play(): void {
    const { peer, media, clock } = this.#options;
    this.#state = "PLAYING";
    if (this.#position >= media.frameCount) this.#position = 0;
    this.#playingSinceMs = clock.nowMs();
    log.info("{peer} plays session {id} from frame {frame}", { peer, id: this.id, frame: this.#position + 1 });
    const stream = this.#stream = Symbol(this.id);
    this.#sendFrames(stream, this.#playingSinceMs).catch((error) => this.#fail(error));
  }

  #pause(): void {
    this.#stop();
    this.#state = "READY";
    const { peer } = this.#options;
    log.info("{peer} paused session {id} before frame {frame}", { peer, id: this.id, frame: this.#position + 1 });
  }

  /** Ends the sending of frames; a frame whose packets are leaving right now is finished. */
  #stop(): void {
    this.#stream = undefined;
    const { clock, emulator } = this.#options;
    if (this.#playingSinceMs !== undefined) this.#playedMs += clock.nowMs() - this.#playingSinceMs;
    this.#playingSinceMs = undefined;
    if (emulator !== undefined) this.#deliver(emulator.flush(clock.nowMs()));
  }

  #fail(error: unknown): void {
    if (this.#state === "INIT") return;
    const { peer, media } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    log.error("{peer} session {id} cannot go on with {name}: {reason}", {
      peer,
      id: this.id,
      name: media.name,
      reason,
    });
    this.#stop();
  }

  /** Sends one frame after the other at its time, for as long as `stream` is the current one. */
  async #sendFrames(stream: symbol, startMs: number): Promise<void> {
    const { media, loop, clock, pacer, frameRate, peer } = this.#options;
    const intervalMs = 1000 / frameRate;
    for (let dueMs = startMs;; dueMs += intervalMs) {
      await pacer.until(dueMs);
      if (clock.nowMs() - dueMs > MAX_FRAMES_BEHIND * intervalMs) dueMs = clock.nowMs();
      if (this.#stream !== stream) return;
      const frame = media.frame(this.#position);
      const jpeg = frame instanceof Uint8Array ? frame : await frame;
      if (this.#stream !== stream) return;
      this.#position++;
      this.counters.frames++;
      await this.#sendFrame(jpeg).catch((error) => this.#sendFragmented(jpeg, error));
      if (this.#stream !== stream) return;
      if (this.#position < media.frameCount) continue;
      if (!loop && !media.isEndless) break;
      this.#position = 0;
    }
    // The session stays PLAYING, without frames, until its client pauses or goes: the lab has no way to tell it.
    log.info("{peer} session {id} reached the end of {name}", { peer, id: this.id, name: media.name });
    this.#stop();
  }

  async #sendFrame(jpeg: Uint8Array): Promise<void> {
    const { sockets, clock } = this.#options;
    const socket = sockets[this.counters.frames % sockets.length];
    const timestamp = Math.floor(clock.unixMs() / 1000);
    for (const { payload, marker } of packetizeLabFrame(jpeg, { fragmentBytes: this.#fragmentBytes })) {
      const lengthBytes = RTP_HEADER_BYTES + payload.length;
      if (this.#packet.length < lengthBytes) this.#packet = new Uint8Array(lengthBytes);
      const packet = this.#packet.subarray(0, lengthBytes);
      const sequenceNumber = this.#sequenceNumber;
      encodeRtpHeader(packet, { marker, payloadType: PAYLOAD_TYPE_JPEG, sequenceNumber, timestamp, ssrc: 0 });
      packet.set(payload, RTP_HEADER_BYTES);
      await this.#send(packet, socket);
      this.#sequenceNumber++;
      this.counters.packets++;
      this.counters.bytes += lengthBytes;
    }
  }

  /**
   * Goes on in pieces where the system sends no datagram as large as a frame: macOS stops at 9216 bytes unless told
   * otherwise. Rejects with `error` when that is not what went wrong.
   */
  async #sendFragmented(jpeg: Uint8Array, error: unknown): Promise<void> {
    if (!isMessageTooLong(error) || this.#fragmentBytes !== undefined) throw error;
    this.#fragmentBytes = LAB_FRAGMENT_BYTES;
    log.warn(
      "{peer} session {id}: this system sends no datagram of {bytes} bytes; frames go out in pieces, which plain lab " +
        "clients cannot show. On macOS this lifts the limit: sudo sysctl -w net.inet.udp.maxdgram=65535",
      { peer: this.#options.peer, id: this.id, bytes: RTP_HEADER_BYTES + jpeg.length },
    );
    await this.#sendFrame(jpeg);
  }

  async #send(packet: Uint8Array, socket: Deno.DatagramConn): Promise<void> {
    const { emulator, clock, destination } = this.#options;
    if (emulator === undefined) {
      await socket.send(packet, destination);
      return;
    }
    const outgoing = { bytes: packet.slice(), socket };
    this.#deliver(emulator.push(outgoing, { lengthBytes: packet.length, nowMs: clock.nowMs() }));
  }

  /** Lets out what came through the emulated network, each packet at its time, in the order of the deliveries. */
  #deliver(deliveries: readonly Delivery<OutgoingPacket>[]): void {
    const isIdle = this.#onTheWay.length === 0;
    this.#onTheWay.push(...deliveries);
    if (!isIdle || deliveries.length === 0) return;
    this.#letOut().catch((error) => {
      this.#onTheWay.length = 0;
      this.#fail(error);
    });
  }

  async #letOut(): Promise<void> {
    const { clock, pacer, destination } = this.#options;
    for (let next = this.#onTheWay[0]; next !== undefined; next = this.#onTheWay[0]) {
      if (next.atMs > clock.nowMs()) await pacer.until(next.atMs);
      await next.packet.socket.send(next.packet.bytes, destination);
      this.#onTheWay.shift();
    }
  }
}

/** EMSGSIZE, for which Deno has no class of its own. */
function isMessageTooLong(error: unknown): boolean {
  return error instanceof Error && /message too long|os error (?:40|90|10040)\b/i.test(error.message);
}
