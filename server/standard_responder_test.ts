import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { JpegDepacketizer } from "../rtp/jpeg_depacketizer.ts";
import { decodeJpegPayload } from "../rtp/jpeg_payload.ts";
import { decodeRtpPacket, type RtpPacket } from "../rtp/packet.ts";
import { decodeRtcp, encodeRtcp, type RtcpPacket } from "../rtp/rtcp.ts";
import { createStandardResponseReader } from "../rtsp/message_reader.ts";
import type { RtspResponse } from "../rtsp/message.ts";
import { decodeTransports } from "../rtsp/transport.ts";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { makeJpeg } from "../tests/support/jpegs.ts";
import { freeUdpPort } from "../tests/support/ports.ts";
import { temporaryDirectory } from "../tests/support/temporary_directory.ts";
import { SESSION_TIMEOUT_SECONDS } from "./limits.ts";
import { RtspServer, type ServerOptions } from "./server.ts";
import { ServedRoot } from "./served_root.ts";

const FRAMES = 40;
const FRAME_RATE = 20;

/** A client of the standards over a real connection; packets on it are collected. */
class Client implements Disposable {
  readonly packets: { channel: number; data: Uint8Array }[] = [];
  readonly #conn: Deno.TcpConn;
  readonly #port: number;
  readonly #reader = createStandardResponseReader();
  #responses: RtspResponse[] = [];
  #cseq = 0;
  #wake = () => {};
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
    while (!condition()) {
      if (this.#isClosed) throw new Error("The connection has ended");
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
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
          if (output.kind === "message") this.#responses.push(output.message);
          if (output.kind === "packet") this.packets.push({ channel: output.channel, data: output.data.slice() });
        }
        this.#wake();
        await this.#reading?.promise;
      }
    } catch (error) {
      if (!this.#isClosed && !(error instanceof Deno.errors.ConnectionReset)) throw error;
    }
    this[Symbol.dispose]();
    this.#wake();
  }
}

/** A server of `movie.mjpeg`, and of one that RTP/JPEG cannot carry. */
async function serve(options: Partial<ServerOptions> = {}) {
  const directory = await temporaryDirectory();
  const frames = await Promise.all(Array.from({ length: FRAMES }, (_, seed) => makeJpeg({ seed, width: 96 })));
  await Deno.writeFile(join(directory.path, "movie.mjpeg"), concat(frames));
  await Deno.writeFile(join(directory.path, "grey.mjpeg"), await makeJpeg({ grey: true }));
  const clock = new FakeClock();
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
    async [Symbol.asyncDispose]() {
      clients.dispose();
      await server.close();
      await running;
      await directory[Symbol.asyncDispose]();
    },
  };
}

const TCP = { Transport: "RTP/AVP/TCP;unicast;interleaved=0-1" };

function rtpOf(client: Client): RtpPacket[] {
  return client.packets.filter(({ channel }) => channel === 0).map(({ data }) => decodeRtpPacket(data));
}

function rtcpOf(client: Client): RtcpPacket[] {
  return client.packets.filter(({ channel }) => channel === 1).flatMap(({ data }) => decodeRtcp(data));
}

/** Frames received whole: the packets up to each marker. */
function framesOf(packets: readonly RtpPacket[]): number {
  return packets.filter(({ marker }) => marker).length;
}

Deno.test("StandardResponder lists its methods, and echoes CSeq", async () => {
  await using server = await serve();
  const client = await server.connect();
  for (const path of ["*", "", "movie.mjpeg"]) {
    const { status, headers, cseq } = await client.ask("OPTIONS", path);
    assertEquals([status, headers.get("Public")], [
      200,
      "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER",
    ]);
    assert(cseq !== undefined && headers.get("Server") === "mjpegrtsp" && headers.get("Date")?.endsWith("GMT"));
  }
});

Deno.test("StandardResponder describes a movie under every spelling of its URL", async () => {
  await using server = await serve();
  const client = await server.connect();
  for (const path of ["movie.mjpeg", "movie.mjpeg/", "MOVIE.mjpeg?x=1", "movie%2Emjpeg", "movie.mjpeg/track1"]) {
    const { status, headers, body } = await client.ask("DESCRIBE", path, { Accept: "application/sdp" });
    assertEquals([status, headers.get("Content-Type")], [200, "application/sdp"], path);
    assertMatch(body, /a=range:npt=0-2\r\n[^]*m=video 0 RTP\/AVP 26\r\n[^]*a=framesize:26 96-32\r\n/);
    assertEquals(headers.get("Content-Base"), `${client.url(path).replace(/\?.*/, "").replace(/\/$/, "")}/`);
  }
});

const REFUSED: readonly [title: string, request: (client: Client) => Promise<RtspResponse>, status: number][] = [
  ["a file that there is not", (client) => client.ask("DESCRIBE", "nothing.mjpeg"), 404],
  ["a file outside", (client) => client.ask("DESCRIBE", "..%2F..%2Fetc%2Fpasswd"), 404],
  ["a URL with a broken escape", (client) => client.ask("DESCRIBE", "%zz"), 400],
  ["a picture that RTP/JPEG cannot carry", (client) => client.ask("DESCRIBE", "grey.mjpeg"), 415],
  ["SETUP of one that it cannot carry", (client) => client.ask("SETUP", "grey.mjpeg", TCP), 415],
  ["SETUP without Transport", (client) => client.ask("SETUP", "movie.mjpeg"), 461],
  [
    "SETUP to another destination",
    (client) =>
      client.ask("SETUP", "movie.mjpeg", { Transport: "RTP/AVP;unicast;client_port=5000-5001;destination=10.0.0.9" }),
    461,
  ],
  ["multicast", (client) => client.ask("SETUP", "movie.mjpeg", { Transport: "RTP/AVP;multicast;port=5000-5001" }), 461],
  [
    "recording",
    (client) => client.ask("SETUP", "movie.mjpeg", { Transport: "RTP/AVP/TCP;interleaved=0-1;mode=record" }),
    461,
  ],
  ["SETUP of an unknown session", (client) => client.ask("SETUP", "movie.mjpeg", { ...TCP, Session: "x" }), 454],
  ["PLAY without a session", (client) => client.ask("PLAY", "movie.mjpeg"), 454],
  ["PLAY of an unknown session", (client) => client.ask("PLAY", "movie.mjpeg", { Session: "x" }), 454],
  ["a method of RFC 2326 that it lacks", (client) => client.ask("RECORD", "movie.mjpeg"), 405],
  ["a method that nobody has", (client) => client.ask("DANCE", "movie.mjpeg"), 501],
  ["a required option", (client) => client.ask("OPTIONS", "*", { Require: "funky-feature" }), 551],
  ["another version", (client) => client.exchange("OPTIONS rtsp://a/ RTSP/2.0\r\nCSeq: 1\r\n\r\n"), 505],
  ["no CSeq", (client) => client.exchange("OPTIONS rtsp://a/ RTSP/1.0\r\n\r\n"), 400],
];

for (const [title, request, status] of REFUSED) {
  Deno.test(`StandardResponder answers ${status} to ${title}, and goes on`, async () => {
    await using server = await serve();
    const client = await server.connect();
    assertEquals((await request(client)).status, status);
    assertEquals((await client.ask("OPTIONS", "*")).status, 200);
  });
}

Deno.test("StandardResponder follows the state table of RFC 2326, and says what is allowed", async () => {
  await using server = await serve();
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "movie.mjpeg/track1", TCP);
  assertMatch(session ?? "", /^[0-9a-f]{16}$/);
  const fields = { Session: session! };
  for (
    const [method, status] of [
      ...[["PAUSE", 200], ["PLAY", 200], ["PLAY", 200], ["PAUSE", 200], ["GET_PARAMETER", 200]],
      ...[["SETUP", 459], ["TEARDOWN", 200], ["PLAY", 454]],
    ] as [string, number][]
  ) {
    assertEquals((await client.ask(method, "movie.mjpeg", { ...fields, ...TCP })).status, status, method);
  }
});

Deno.test("StandardResponder sends RTP/JPEG over TCP: every frame, random starts as RTP-Info has them, reports, BYE", async () => {
  await using server = await serve();
  const client = await server.connect();
  const setup = await client.ask("SETUP", "movie.mjpeg/track1", { Transport: "RTP/AVP/TCP;unicast;interleaved=4-5" });
  const [spec] = decodeTransports(setup.headers.get("Transport")!);
  assertEquals([spec.protocol, spec.interleaved], ["tcp", [4, 5]]);
  assertEquals(setup.headers.get("Session"), `${setup.session};timeout=${SESSION_TIMEOUT_SECONDS}`);
  const play = await client.ask("PLAY", "movie.mjpeg", { Session: setup.session!, Range: "npt=0.000-" });
  assertEquals(play.headers.get("Range"), "npt=0-2");
  await server.advance(3000);
  await client.until(() =>
    client.packets.some(({ channel, data }) => channel === 5 && decodeRtcp(data).some(({ kind }) => kind === "bye"))
  );
  const packets = client.packets.filter(({ channel }) => channel === 4).map(({ data }) => decodeRtpPacket(data));
  assertEquals(framesOf(packets), FRAMES);
  const info = /^url=(.*);seq=(\d+);rtptime=(\d+)$/.exec(play.headers.get("RTP-Info")!)!;
  assertEquals(info.slice(1), [
    client.url("movie.mjpeg/track1"),
    String(packets[0].sequenceNumber),
    String(packets[0].timestamp),
  ]);
  const timestamps = [...new Set(packets.map(({ timestamp }) => timestamp))];
  assertEquals(timestamps.length, FRAMES);
  assertEquals((timestamps[1] - timestamps[0]) >>> 0, 90_000 / FRAME_RATE);
  for (const [index, { sequenceNumber, ssrc, payloadType, payload }] of packets.entries()) {
    assertEquals(sequenceNumber, (packets[0].sequenceNumber + index) & 0xffff);
    assertEquals([ssrc, payloadType], [spec.ssrc, 26]);
    assert(payload.length <= 500 - 12);
    assertEquals(decodeJpegPayload(payload).width, 96);
  }
  const reports = client.packets.filter(({ channel }) => channel === 5).flatMap(({ data }) => decodeRtcp(data));
  const last = reports.findLast((report) => report.kind === "sender-report")!;
  assertEquals([last.ssrc, last.packetCount], [spec.ssrc, packets.length]);
});

Deno.test("StandardResponder sends over UDP from one pair of ports, and takes receiver reports there", async () => {
  await using server = await serve();
  const client = await server.connect();
  const rtpPort = freeUdpPort() & ~1;
  const [rtp, rtcp] = [rtpPort, rtpPort + 1].map((port) =>
    Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port })
  );
  try {
    const setup = await client.ask("SETUP", "movie.mjpeg", {
      Transport: `RTP/AVP;unicast;client_port=${rtpPort}-${rtpPort + 1}`,
    });
    const [{ serverPort, ssrc }] = decodeTransports(setup.headers.get("Transport")!);
    await client.ask("PLAY", "movie.mjpeg", { Session: setup.session! });
    await server.advance(60);
    const [datagram, from] = await rtp.receive();
    assertEquals([decodeRtpPacket(datagram).ssrc, (from as Deno.NetAddr).port], [ssrc, serverPort![0]]);
    const [report, reportFrom] = await rtcp.receive();
    assertEquals(decodeRtcp(report).map(({ kind }) => kind), ["sender-report", "cname"]);
    assertEquals((reportFrom as Deno.NetAddr).port, serverPort![1]);
  } finally {
    rtp.close();
    rtcp.close();
  }
});

const RANGES: readonly [range: string, fields: Record<string, string>, answered: string | number, frames: number][] = [
  ["npt=1-", {}, "npt=1-2", 20],
  ["npt=0.5-1", {}, "npt=0.5-1", 10],
  ["npt=-0.5", {}, "npt=0-0.5", 10],
  ["npt=1.5-99", {}, "npt=1.5-2", 10],
  ["npt=99-", {}, 457, 0],
  ["clock=19961108T143720.25Z-", {}, 457, 0],
  ["npt=0-", { Scale: "2" }, "npt=0-2", 20],
  ["npt=1-0", { Scale: "-1" }, "npt=1-0", 20],
  ["npt=0-", { Speed: "2" }, "npt=0-2", 40],
];

for (const [range, fields, answered, frames] of RANGES) {
  Deno.test(`StandardResponder plays ${range} ${JSON.stringify(fields)}`, async () => {
    await using server = await serve();
    const client = await server.connect();
    const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
    const { status, headers } = await client.ask("PLAY", "movie.mjpeg", { Session: session!, Range: range, ...fields });
    assertEquals(status === 200 ? headers.get("Range") : status, answered);
    for (const [name, value] of Object.entries(fields)) assertEquals(headers.get(name), value);
    await server.advance(3000);
    if (frames > 0) await client.until(() => rtcpOf(client).some(({ kind }) => kind === "bye"));
    assertEquals(framesOf(rtpOf(client)), frames);
  });
}

Deno.test("StandardResponder seeks on a second PLAY, and goes on after PAUSE where it was", async () => {
  await using server = await serve();
  const client = await server.connect();
  const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
  const fields = { Session: session! };
  await client.ask("PLAY", "movie.mjpeg", fields);
  await server.advance(200);
  const sought = await client.ask("PLAY", "movie.mjpeg", { ...fields, Range: "npt=1.5-" });
  assertEquals(sought.headers.get("Range"), "npt=1.5-2");
  await server.advance(100);
  await client.ask("PAUSE", "movie.mjpeg", fields);
  const goesOn = await client.ask("PLAY", "movie.mjpeg", fields);
  assertMatch(goesOn.headers.get("Range")!, /^npt=1\.(6|65)-2$/);
});

Deno.test(`StandardResponder ends a session of which nothing is heard for ${SESSION_TIMEOUT_SECONDS} s, and keeps the others`, async () => {
  await using server = await serve();
  const [silent, asking, reporting] = [await server.connect(), await server.connect(), await server.connect()];
  const sessions: string[] = [];
  for (const client of [silent, asking, reporting]) {
    sessions.push((await client.ask("SETUP", "movie.mjpeg", TCP)).session!);
  }
  for (let second = 0; second < SESSION_TIMEOUT_SECONDS + 10; second += 5) {
    server.clock.advance(5000);
    await asking.ask("GET_PARAMETER", "movie.mjpeg", { Session: sessions[1] });
    const report = encodeRtcp([{ kind: "receiver-report", ssrc: 1, reports: [] }]);
    await reporting.send(Uint8Array.of(0x24, 1, 0, report.length, ...report));
    await reporting.ask("OPTIONS", "*");
  }
  const statuses: number[] = [];
  for (const [index, client] of [silent, asking, reporting].entries()) {
    statuses.push((await client.ask("PAUSE", "movie.mjpeg", { Session: sessions[index] })).status);
  }
  assertEquals(statuses, [454, 200, 200]);
});

Deno.test("StandardResponder answers requests that come at once, in order", async () => {
  await using server = await serve();
  const client = await server.connect();
  const requests = [1, 2, 3].map((cseq) => `OPTIONS * RTSP/1.0\r\nCSeq: ${cseq}\r\n\r\n`).join("");
  const first = await client.exchange(requests);
  const others = [await client.exchange(""), await client.exchange("")];
  assertEquals([first, ...others].map(({ cseq }) => cseq), [1, 2, 3]);
});

Deno.test("a lab client gets the same description in three lines and what follows", async () => {
  await using server = await serve();
  const client = await server.connect();
  const { status, cseq, session, body } = await client.exchange("DESCRIBE movie.mjpeg RTSP/1.0\nCSeq: 1\n\n");
  assertEquals([status, cseq, session], [200, 1, "0"]);
  assertMatch(body, /^v=0\r\n[^]*m=video 0 RTP\/AVP 26/);
});

Deno.test("a TCP client that does not read loses whole frames, never order, and slows nobody", async () => {
  const directory = await temporaryDirectory();
  const large = await makeJpeg({ width: 1280, height: 960, quality: 95 });
  await Deno.writeFile(join(directory.path, "large.mjpeg"), concat(Array.from({ length: 20 }, () => large)));
  {
    await using server = await serve({ root: await ServedRoot.open(directory.path), loop: true, mtuBytes: 60_000 });
    const [slow, quick] = [await server.connect(), await server.connect()];
    const sessions = [];
    for (const client of [slow, quick]) {
      sessions.push((await client.ask("SETUP", "large.mjpeg", TCP)).session!);
      await client.ask("PLAY", "large.mjpeg", { Session: sessions.at(-1)! });
    }
    const count = Math.ceil(16_000_000 / large.length);
    slow.stopReading();
    for (let frame = 0; frame < count; frame++) {
      await server.advance(50);
      await quick.until(() => framesOf(rtpOf(quick)) >= frame);
    }
    slow.goOnReading();
    await server.advance(500);
    await slow.until(() => framesOf(rtpOf(slow)) > 0 && slow.packets.length > 20);
    const packets = rtpOf(slow);
    assert(framesOf(packets) < count, `${framesOf(packets)} of ${count} frames`);
    packets.forEach(({ sequenceNumber }, index) => {
      assertEquals(sequenceNumber, (packets[0].sequenceNumber + index) & 0xffff);
    });
    // Every frame that was begun is whole.
    const depacketizer = new JpegDepacketizer({ maxFrameBytes: 10_000_000 });
    const outputs = packets.flatMap((packet, index) =>
      depacketizer.push({ ...packet, extendedSequenceNumber: index, arrivalMs: 0 })
    );
    assertEquals(outputs.map(({ kind }) => kind), Array(framesOf(packets)).fill("frame"));
  }
  await directory[Symbol.asyncDispose]();
});
