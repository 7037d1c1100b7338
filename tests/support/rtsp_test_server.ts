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
import { ServedRoot } from "../../server/source/served_root.ts";
import { FakeClock } from "./fake_clock.ts";
import { makeJpeg } from "./jpegs.ts";
import { temporaryDirectory } from "./temporary_directory.ts";
import { until } from "./until.ts";

/** Frames of `movie.mjpeg`. */
export const FRAMES = 40;
/** Its frames a second. */
export const FRAME_RATE = 20;

/** A client of RTSP/1.0 over a real connection; packets on it are collected. */
export class Client implements Disposable {
  readonly packets: { channel: number; data: Uint8Array }[] = [];
  readonly #conn: Deno.TcpConn;
  readonly #port: number;
  readonly #reader = createRtspReader();
  #responses: RtspResponse[] = [];
  #cseq = 0;
  #isClosed = false;
  #reading: PromiseWithResolvers<void> | undefined;

  constructor(conn: Deno.TcpConn, port: number) {
    this.#conn = conn;
    this.#port = port;
    this.#read();
  }

  url(path: string): string {
    return `rtsp://127.0.0.1:${this.#port}/${path}`;
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

/** A server of `movie.mjpeg`, of one that has to be transcoded, and of one that RTP/JPEG cannot carry. */
export async function serve(options: Partial<ServerOptions> & { readonly clock?: FakeClock } = {}) {
  const directory = await temporaryDirectory();
  const frames = await Promise.all(Array.from({ length: FRAMES }, (_, seed) => makeJpeg({ seed, width: 96 })));
  await Deno.writeFile(join(directory.path, "movie.mjpeg"), concat(frames));
  await Deno.writeFile(join(directory.path, "grey.mjpeg"), await makeJpeg({ grey: true }));
  const optimized = await Promise.all(
    [0, 1, 2].map((seed) => makeJpeg({ seed, progressive: seed === 1, optimized: true })),
  );
  await Deno.writeFile(join(directory.path, "optimized.mjpeg"), concat(optimized));
  const large = await makeJpeg({ width: 320, height: 240, quality: 95 });
  await Deno.writeFile(join(directory.path, "large.mjpeg"), concat(Array.from({ length: 20 }, () => large)));
  const { clock = new FakeClock() } = options;
  const server = new RtspServer({
    root: await ServedRoot.open(directory.path),
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
    async connect(): Promise<Client> {
      return clients.use(new Client(await Deno.connect({ hostname: "127.0.0.1", port }), port));
    },
    /** Lets time go by in steps, so that what each sets off comes to rest. */
    async advance(milliseconds: number): Promise<void> {
      for (let step = 0; step < milliseconds; step += 10) {
        clock.advance(10);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    },
    /** Lets time go by until `condition` holds, `stepMs` at once. */
    async advanceUntil(condition: () => boolean | Promise<boolean>, stepMs = 10): Promise<void> {
      await until(condition, { step: () => this.advance(stepMs) });
    },
    /** Lets time go by until something has happened: PLAY and PAUSE wait for the frame that is leaving. */
    async during<T>(happening: Promise<T>): Promise<T> {
      let isOver = false;
      const over = () => isOver = true;
      happening.then(over, over);
      await until(() => isOver, { step: () => this.advance(10) });
      return await happening;
    },
    async [Symbol.asyncDispose]() {
      clients.dispose();
      await server.close();
      await running;
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
