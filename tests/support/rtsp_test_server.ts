/**
 * A server of ours in this process, on a clock that tests turn, and clients of the RTSP/1.0 that speak to it over real
 * connections.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { join } from "@std/path";
import { decodeRtpPacket, type RtpPacket } from "../../rtp/packet.ts";
import { decodeRtcp, type RtcpPacket } from "../../rtp/rtcp.ts";
import { createRtspReader } from "../../rtsp/readers.ts";
import type { RtspResponse } from "../../rtsp/message.ts";
import { RtspServer, type ServerOptions } from "../../server/server.ts";
import { openServed } from "../../server/source/served/open_served.ts";
import { FakeClock } from "./fake_clock.ts";
import { makeJpeg } from "./jpegs.ts";
import { type ServerReceiver, ServerWork } from "./server_work.ts";
import { temporaryDirectory } from "./temporary_directory.ts";
import { UdpReceiver, type UdpReceiverOptions } from "./udp_receiver.ts";
import { until } from "./until.ts";

/** Frames of `movie.mjpeg`. */
export const FRAMES = 40;
/** Its frames a second. */
export const FRAME_RATE = 20;

/** How far the clock goes at once. */
const STEP_MS = 10;

/** A client of RTSP/1.0 over a real connection; packets on it are collected. */
export class Client implements Disposable, ServerReceiver {
  /** Its port at the connection. */
  readonly port: number;
  readonly packets: { channel: number; data: Uint8Array }[] = [];
  readonly #conn: Deno.TcpConn;
  readonly #serverPort: number;
  readonly #reader = createRtspReader();
  #responses: RtspResponse[] = [];
  #cseq = 0;
  #isClosed = false;
  #reading: PromiseWithResolvers<void> | undefined;
  #receivedBytes = 0;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    this.port = conn.localAddr.port;
    this.#serverPort = conn.remoteAddr.port;
    this.#read();
  }

  get received(): number | undefined {
    return this.#reading === undefined && !this.#isClosed ? this.#receivedBytes : undefined;
  }

  url(path: string): string {
    return `rtsp://127.0.0.1:${this.#serverPort}/${path}`;
  }

  async ask(method: string, path: string, fields: Record<string, string> = {}): Promise<RtspResponse> {
    const lines = Object.entries({ CSeq: String(++this.#cseq), ...fields }).map(([name, value]) => `${name}: ${value}`);
    return await this.exchange(
      `${method} ${path === "*" ? "*" : this.url(path)} RTSP/1.0\r\n${lines.join("\r\n")}\r\n\r\n`,
    );
  }

  async exchange(text: string): Promise<RtspResponse> {
    await this.send(new TextEncoder().encode(text));
    await this.until(() => this.#responses.length > 0);
    return this.#responses.shift()!;
  }

  async send(bytes: Uint8Array): Promise<void> {
    for (let count = 0; count < bytes.length;) count += await this.#conn.write(bytes.subarray(count));
  }

  /** Reads no more until told to go on. */
  stopReading(): void {
    this.#reading = Promise.withResolvers();
  }

  goOnReading(): void {
    this.#reading?.resolve();
    this.#reading = undefined;
  }

  /** Waits for something that reading brings about. */
  async until(condition: () => boolean): Promise<void> {
    await until(() => {
      if (!this.#isClosed || condition()) return condition();
      throw new Error("The connection has ended");
    });
  }

  [Symbol.dispose](): void {
    if (!this.#isClosed) this.#conn.close();
    this.#isClosed = true;
  }

  async #read(): Promise<void> {
    const bytes = new Uint8Array(65_536);
    try {
      for (let count = await this.#conn.read(bytes); count !== null; count = await this.#conn.read(bytes)) {
        this.#receivedBytes += count;
        for (const output of this.#reader.push(bytes.subarray(0, count))) {
          if (output.kind === "message" && "status" in output.message) this.#responses.push(output.message);
          if (output.kind === "packet") this.packets.push({ channel: output.channel, data: output.data.slice() });
        }
        await this.#reading?.promise;
      }
    } catch (error) {
      if (!this.#isClosed && !(error instanceof Deno.errors.ConnectionReset)) throw error;
    }
    this[Symbol.dispose]();
  }
}

/** Drawn once for all servers of a test file: encoding takes longest of all that a server needs. */
let movies: Promise<Record<string, Uint8Array>> | undefined;

async function makeMovies(): Promise<Record<string, Uint8Array>> {
  const frames = await Promise.all(Array.from({ length: FRAMES }, (_, seed) => makeJpeg({ seed, width: 96 })));
  const optimized = await Promise.all(
    [0, 1, 2].map((seed) => makeJpeg({ seed, progressive: seed === 1, optimized: true })),
  );
  const large = await makeJpeg({ width: 320, height: 240, quality: 95 });
  return {
    "movie.mjpeg": concat(frames),
    "grey.mjpeg": await makeJpeg({ grey: true }),
    "optimized.mjpeg": concat(optimized),
    "large.mjpeg": concat(Array.from({ length: 20 }, () => large)),
  };
}

/** A server of `movie.mjpeg`, of one that has to be transcoded, and of one that RTP/JPEG cannot carry. */
export async function serve(options: Partial<ServerOptions> & { readonly clock?: FakeClock } = {}) {
  const directory = await temporaryDirectory();
  movies ??= makeMovies();
  for (const [name, bytes] of Object.entries(await movies)) await Deno.writeFile(join(directory.path, name), bytes);
  const { clock = new FakeClock() } = options;
  const work = new ServerWork();
  const server = new RtspServer({
    root: await openServed(directory.path),
    hostname: "127.0.0.1",
    port: 0,
    frameRate: FRAME_RATE,
    loop: false,
    fragmentBytes: undefined,
    emulation: undefined,
    mtuBytes: 500,
    clock,
    random: Math.random,
    ...options,
  });
  const running = server.run();
  const { port } = server.address;
  const clients = new DisposableStack();
  return {
    clock,
    port,
    /** The directory that is served. */
    root: directory.path,
    async connect(): Promise<Client> {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port });
      const client = clients.use(new Client(conn));
      work.addTcpReceiver(client, conn);
      return client;
    },
    /** Receives datagrams; has received whatever the server sent there when the clock stands. */
    async receive(options?: UdpReceiverOptions): Promise<UdpReceiver> {
      const receiver = clients.use(await UdpReceiver.open(options));
      work.addUdpReceiver(receiver);
      return receiver;
    },
    /** Lets time go by in steps; what each sets off is done before the next. */
    async advance(milliseconds: number, stepMs = STEP_MS): Promise<void> {
      await work.done();
      for (let step = 0; step < milliseconds; step += stepMs) {
        clock.advance(stepMs);
        await work.done();
      }
    },
    /** Lets time go by until `condition` holds, `stepMs` at once. */
    async advanceUntil(condition: () => boolean | Promise<boolean>, stepMs = 10): Promise<void> {
      await until(condition, { step: () => this.advance(stepMs) });
    },
    /** Lets time go by from when a request has come until it is answered: PLAY and PAUSE wait for the frame that is leaving. */
    async during(answer: Promise<RtspResponse>): Promise<RtspResponse> {
      const { requests, answers } = work;
      await until(() => work.requests > requests);
      await until(() => work.answers > answers, { step: () => this.advance(STEP_MS) });
      return await answer;
    },
    /** Sends a report of a receiver, and waits until a session has heard of it. */
    async report(send: () => Promise<unknown>): Promise<void> {
      const { signsOfLife } = work;
      await send();
      await until(() => work.signsOfLife > signsOfLife);
    },
    async [Symbol.asyncDispose]() {
      clients.dispose();
      await server.close();
      await running;
      work[Symbol.dispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** The fields of a SETUP over TCP. */
export const TCP = { Transport: "RTP/AVP/TCP;unicast;interleaved=0-1" };

/** The RTP packets on channel 0. */
export function rtpOf(client: Client): RtpPacket[] {
  return client.packets.filter(({ channel }) => channel === 0).map(({ data }) => decodeRtpPacket(data));
}

/** The RTCP packets on channel 1. */
export function rtcpOf(client: Client): RtcpPacket[] {
  return client.packets.filter(({ channel }) => channel === 1).flatMap(({ data }) => decodeRtcp(data));
}

/** Frames received whole: the packets up to each marker. */
export function framesOf(packets: readonly RtpPacket[]): number {
  return packets.filter(({ marker }) => marker).length;
}
