/** Sound beside a movie, as clients of RTSP/1.0 get it of a real server. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { decodeRtpPacket, type RtpPacket } from "../../rtp/packet.ts";
import { decodeRtcp, type RtcpPacket } from "../../rtp/rtcp.ts";
import { decodeRtpInfo } from "../../rtsp/fields/rtp_info.ts";
import { decodeTransports } from "../../rtsp/fields/transport.ts";
import { decodePresentation } from "../../rtsp/sdp.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { type Client, FRAME_RATE, FRAMES, framesOf, rtpOf, serve, TCP } from "../../tests/support/rtsp_test_server.ts";
import { countingSamples, wavFile, type WavOptions } from "../../tests/support/wav_files.ts";
import type { ServerOptions } from "../server.ts";

const RATE = 8000;
const SECONDS = FRAMES / FRAME_RATE;
/** L16 at 8 kHz, mono: pieces of 20 ms fit in the server's packets of 500 bytes. */
const PIECE_SAMPLES = 160;
/** Channels of the sound, behind those of the frames. */
const SOUND = { Transport: "RTP/AVP/TCP;unicast;interleaved=2-3" };

/** A server of `movie.mjpeg` with its sound, and a client. */
async function open(
  options: Pick<Partial<ServerOptions>, "loop" | "sound"> = {},
  data = countingSamples(SECONDS * RATE),
  wav?: WavOptions,
) {
  const server = await serve(options);
  await Deno.writeFile(join(server.root, "movie.wav"), wavFile(data, wav));
  return { server, client: await server.connect(), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Sets both tracks up; gives the session. */
async function setUpBoth(client: Client): Promise<string> {
  const { session } = await client.ask("SETUP", "movie.mjpeg/track1", TCP);
  const { status } = await client.ask("SETUP", "movie.mjpeg/track2", { ...SOUND, Session: session! });
  assertEquals(status, 200);
  return session!;
}

function soundOf(client: Client): RtpPacket[] {
  return client.packets.filter(({ channel }) => channel === 2).map(({ data }) => decodeRtpPacket(data));
}

function reportsOf(client: Client, channel: number): RtcpPacket[] {
  return client.packets.filter((packet) => packet.channel === channel).flatMap(({ data }) => decodeRtcp(data));
}

/** The samples of L16, most significant byte first. */
function samplesOf(packets: readonly RtpPacket[]): number[] {
  const bytes = concat(packets.map(({ payload }) => payload));
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 2 }, (_, index) => view.getUint16(2 * index));
}

const hasBye = (reports: readonly RtcpPacket[]) => reports.some(({ kind }) => kind === "bye");

Deno.test("sound beside a movie is a second track: all samples, each packet when its first is due, reports, BYE", async () => {
  await using opened = await open();
  const { server, client } = opened;
  const { body } = await client.ask("DESCRIBE", "movie.mjpeg");
  const { tracks } = decodePresentation(body);
  assertEquals(tracks.map(({ type, control }) => [type, control]), [["video", "track1"], ["audio", "track2"]]);
  assertEquals([...tracks[1].formats], [[97, { encoding: "L16", clockRate: RATE, channels: 1 }]]);
  const session = await setUpBoth(client);
  const play = await client.ask("PLAY", "movie.mjpeg/", { Session: session, Range: "npt=0-" });
  await server.advance(1000);
  // What is due from 0 ms up to 1000 ms, and a little that the pacer's grid may hold back.
  const count = soundOf(client).length;
  assert(count >= 49 && count <= 51, `${count} packets after a second`);
  await server.advance(2000);
  await server.advanceUntil(() => hasBye(reportsOf(client, 1)) && hasBye(reportsOf(client, 3)));
  assertEquals(framesOf(rtpOf(client)), FRAMES);
  const packets = soundOf(client);
  assertEquals(packets.length, SECONDS * RATE / PIECE_SAMPLES);
  assertEquals(samplesOf(packets), Array.from({ length: SECONDS * RATE }, (_, index) => index));
  const [video, sound] = decodeRtpInfo(play.headers.get("RTP-Info")!);
  assertEquals([video.url, sound.url], ["track1", "track2"].map((track) => client.url(`movie.mjpeg/${track}`)));
  assertEquals([sound.sequenceNumber, sound.timestamp], [packets[0].sequenceNumber, packets[0].timestamp]);
  for (const [index, { sequenceNumber, timestamp, marker, payloadType, ssrc }] of packets.entries()) {
    assertEquals(sequenceNumber, (packets[0].sequenceNumber + index) & 0xffff);
    assertEquals(timestamp, (packets[0].timestamp + index * PIECE_SAMPLES) % 2 ** 32);
    assertEquals([marker, payloadType, ssrc], [false, 97, packets[0].ssrc]);
  }
  assert(packets[0].ssrc !== rtpOf(client)[0].ssrc);
});

Deno.test("reports of both tracks have one clock and one name", async () => {
  await using opened = await open();
  const { server, client } = opened;
  const session = await setUpBoth(client);
  const play = await client.ask("PLAY", "movie.mjpeg", { Session: session });
  await server.advance(200);
  const starts = decodeRtpInfo(play.headers.get("RTP-Info")!).map(({ timestamp }) => timestamp!);
  const names = [1, 3].map((channel) => reportsOf(client, channel).find((report) => report.kind === "cname")!.name);
  assertEquals(names[0], names[1]);
  // When the movie has begun, in milliseconds of the reports' clock.
  const begins = [[1, 90_000], [3, RATE]].map(([channel, rate], index) => {
    const report = reportsOf(client, channel).find((report) => report.kind === "sender-report")!;
    return report.unixMs - ((report.rtpTimestamp - starts[index]) | 0) * 1000 / rate;
  });
  assert(Math.abs(begins[0] - begins[1]) < 1, `the tracks begin ${begins[0] - begins[1]} ms apart`);
});

Deno.test("sound follows PAUSE, PLAY and Range, and is silent at another Scale or Speed", async () => {
  await using opened = await open();
  const { server, client } = opened;
  const session = await setUpBoth(client);
  const play = async (fields: Record<string, string>) => {
    const before = soundOf(client).length;
    const { headers } = await server.during(client.ask("PLAY", "movie.mjpeg", { Session: session, ...fields }));
    const [video, sound] = decodeRtpInfo(headers.get("RTP-Info")!);
    await server.advance(300);
    return { sound, video, packets: soundOf(client).slice(before) };
  };
  const first = await play({ Range: "npt=0-" });
  assertEquals(samplesOf(first.packets)[0], 0);
  await server.during(client.ask("PAUSE", "movie.mjpeg", { Session: session }));
  const paused = soundOf(client).length;
  await server.advance(300);
  assertEquals(soundOf(client).length, paused);
  // It goes on with the first piece from the next frame on: that of 0.3 s, or the one behind.
  const next = await play({});
  const begin = samplesOf(next.packets)[0] / RATE;
  assert([0.3, 0.36].includes(begin), `it goes on at ${begin} s`);
  // The frame of 1.25 s begins 10 ms behind a piece of 20 ms: the next piece is the first.
  const sought = await play({ Range: "npt=1.25-1.5" });
  assertEquals(samplesOf(sought.packets)[0], 1.26 * RATE);
  assertEquals(sought.packets[0].sequenceNumber, sought.sound.sequenceNumber);
  assertEquals((sought.packets[0].timestamp - sought.sound.timestamp!) >>> 0, 0.01 * RATE);
  assertEquals(samplesOf(sought.packets).length, 0.24 * RATE, "none from the end of the range on");
  for (const fields of [{ Scale: "2" }, { Scale: "-1" }, { Scale: "0.5", Speed: "2" }, { Speed: "2" }]) {
    assertEquals((await play({ Range: "npt=0.5-", ...fields } as Record<string, string>)).packets, []);
  }
  assert((await play({ Range: "npt=0-" })).packets.length > 10);
});

Deno.test("sound starts again with a movie that loops", async () => {
  // It is shorter than the movie: the rest is silent.
  await using opened = await open({ loop: true }, countingSamples(1.5 * RATE));
  const { server, client } = opened;
  const session = await setUpBoth(client);
  await client.ask("PLAY", "movie.mjpeg", { Session: session, Range: "npt=1-" });
  await server.advance(2000);
  const packets = soundOf(client);
  const samples = samplesOf(packets);
  assertEquals([samples[0], samples.indexOf(0)], [RATE, RATE / 2]);
  const start = packets.findIndex(({ payload }) => payload[0] === 0 && payload[1] === 0);
  assertEquals((packets[start].timestamp - packets[0].timestamp) >>> 0, RATE, "a second later");
});

Deno.test("a client may set up the sound alone, and the frames afterwards", async () => {
  await using opened = await open();
  const { server, client } = opened;
  const setup = await client.ask("SETUP", "movie.mjpeg/track2", SOUND);
  const [{ ssrc, interleaved }] = decodeTransports(setup.headers.get("Transport")!);
  assertEquals(interleaved, [2, 3]);
  const session = setup.session!;
  const play = await client.ask("PLAY", "movie.mjpeg/track2", { Session: session, Range: "npt=0.5-0.9" });
  assertEquals(decodeRtpInfo(play.headers.get("RTP-Info")!).map(({ url }) => url), [client.url("movie.mjpeg/track2")]);
  assertEquals(play.headers.get("Range"), "npt=0.5-0.9");
  await server.advance(1500);
  await server.advanceUntil(() => hasBye(reportsOf(client, 3)));
  assertEquals(new Set(client.packets.map(({ channel }) => channel)), new Set([2, 3]));
  assertEquals([samplesOf(soundOf(client)).length, soundOf(client)[0].ssrc], [0.4 * RATE, ssrc!]);
  await client.ask("PAUSE", "movie.mjpeg", { Session: session });
  assertEquals((await client.ask("SETUP", "movie.mjpeg/track1", { ...TCP, Session: session })).status, 200);
  const both = await client.ask("PLAY", "movie.mjpeg", { Session: session, Range: "npt=0-" });
  assertEquals(decodeRtpInfo(both.headers.get("RTP-Info")!).length, 2);
  await server.advanceUntil(() => framesOf(rtpOf(client)) > 5);
  await client.ask("TEARDOWN", "movie.mjpeg", { Session: session });
  assertEquals((await client.ask("PLAY", "movie.mjpeg", { Session: session })).status, 454);
});

Deno.test("sound over UDP comes from the server's ports, its reports keep the session, and lab clients get none", async () => {
  await using opened = await open();
  const { server, client } = opened;
  const [video, sound, reports] = [await server.receive(), await server.receive(), await server.receive()];
  const ports = (rtp: number, rtcp: number) => ({ Transport: `RTP/AVP;unicast;client_port=${rtp}-${rtcp}` });
  const { session } = await client.ask("SETUP", "movie.mjpeg/track1", ports(video.port, reports.port));
  const setup = await client.ask("SETUP", "movie.mjpeg/track2", {
    ...ports(sound.port, reports.port),
    Session: session!,
  });
  const [spec] = decodeTransports(setup.headers.get("Transport")!);
  assertEquals([spec.protocol, spec.clientPort], ["udp", [sound.port, reports.port]]);
  assertMatch(setup.headers.get("Session")!, /;timeout=60$/);
  await client.ask("PLAY", "movie.mjpeg", { Session: session! });
  await server.advanceUntil(() => sound.datagrams.length >= 20);
  const packets = sound.datagrams.map((datagram) => decodeRtpPacket(datagram));
  assertEquals(samplesOf(packets).slice(0, 3), [0, 1, 2]);
  assertEquals(packets[0].ssrc, spec.ssrc);
  const ssrcs = () =>
    new Set(
      reports.datagrams.flatMap((datagram) => decodeRtcp(datagram)).map((report) =>
        report.kind === "sender-report" ? report.ssrc : undefined
      ),
    );
  await server.advanceUntil(() => ssrcs().has(spec.ssrc!) && ssrcs().has(decodeRtpPacket(video.datagrams[0]).ssrc));
});

Deno.test("PCMU and PCMA pass as they are, PCM of 8 bits becomes L16, and what does not fit in a packet has several", async () => {
  const cases: readonly [WavOptions, lengthBytes: number, payloadType: number, samples: number, bytes: number][] = [
    [{ number: 7, bits: 8 }, RATE, 0, 160, 160],
    [{ number: 6, bits: 8 }, RATE, 8, 160, 160],
    [{ bits: 8 }, RATE, 97, 160, 320],
    // 20 ms are 3528 bytes, and 488 fit: eight packets of 111 samples at most.
    [{ channels: 2, sampleRate: 44_100 }, 4 * 44_100, 10, 111, 444],
  ];
  for (const [wav, lengthBytes, payloadType, samples, bytes] of cases) {
    const value = wav.bits === 8 && wav.number === undefined ? 0x92 : 0x12;
    await using opened = await open({}, new Uint8Array(lengthBytes).fill(value), wav);
    const { server, client } = opened;
    const session = await setUpBoth(client);
    await client.ask("PLAY", "movie.mjpeg", { Session: session });
    await server.advance(100);
    const [first, second] = soundOf(client);
    assertEquals([first.payloadType, first.payload.length, first.payload[0]], [payloadType, bytes, 0x12]);
    assertEquals((second.timestamp - first.timestamp) >>> 0, samples);
  }
});

Deno.test("a track is refused where there is none, where it is there already, while playing, and where no sound is sent", async () => {
  await using opened = await open();
  const { server, client } = opened;
  const ask = async (method: string, path: string, fields: Record<string, string>) =>
    (await client.ask(method, path, fields)).status;
  assertEquals(await ask("SETUP", "large.mjpeg/track2", SOUND), 404);
  assertEquals(/m=audio/.test((await client.ask("DESCRIBE", "large.mjpeg")).body), false);
  const { session } = await client.ask("SETUP", "movie.mjpeg/track1", TCP);
  const fields = { ...SOUND, Session: session! };
  assertEquals(await ask("SETUP", "movie.mjpeg/track1", fields), 459);
  assertEquals(await ask("SETUP", "large.mjpeg/track2", fields), 459, "another source's");
  const udp = { Transport: "RTP/AVP;unicast;client_port=5000-5001", Session: session! };
  assertEquals(await ask("SETUP", "movie.mjpeg/track2", udp), 461, "a session over TCP has all tracks there");
  await client.ask("PLAY", "movie.mjpeg", { Session: session! });
  assertEquals(await ask("SETUP", "movie.mjpeg/track2", fields), 455);
  const other = await server.connect();
  assertEquals((await other.ask("SETUP", "movie.mjpeg/track2", { ...SOUND, Session: "nobody" })).status, 454);
  await using silent = await open({ sound: false });
  assertEquals(/m=audio/.test((await silent.client.ask("DESCRIBE", "movie.mjpeg")).body), false);
  assertEquals((await silent.client.ask("SETUP", "movie.mjpeg/track2", SOUND)).status, 404);
});

Deno.test("a movie whose sound cannot be read is described without it, and one whose sound changes goes on without", async () => {
  await using opened = await open({}, countingSamples(SECONDS * RATE), { bits: 24 });
  const { server, client } = opened;
  assertEquals(/m=audio/.test((await client.ask("DESCRIBE", "movie.mjpeg")).body), false);
  const path = join(server.root, "movie.wav");
  await Deno.writeFile(path, wavFile(countingSamples(SECONDS * RATE)));
  const session = await setUpBoth(client);
  await client.ask("PLAY", "movie.mjpeg", { Session: session });
  await server.advance(100);
  await Deno.writeFile(path, wavFile(countingSamples(RATE)));
  await server.advanceUntil(() => framesOf(rtpOf(client)) === FRAMES);
  assert(soundOf(client).length < 60, "two blocks of half a second at most");
  await server.advance(1000);
  await server.advanceUntil(() => hasBye(reportsOf(client, 1)) && hasBye(reportsOf(client, 3)));
});

Deno.test("a folder of JPEGs has the sound that is recorded into it, or stands beside it", async () => {
  await using opened = await open();
  const { server, client } = opened;
  for (const folder of ["within", "beside"]) {
    await Deno.mkdir(join(server.root, folder));
    await Deno.writeFile(join(server.root, folder, "1.jpg"), await makeJpeg());
    const sound = folder === "within" ? [folder, "sound.wav"] : [`${folder}.WAV`];
    await Deno.writeFile(join(server.root, ...sound), wavFile(countingSamples(RATE)));
    assertMatch((await client.ask("DESCRIBE", folder)).body, /m=audio 0 RTP\/AVP 97\r\na=rtpmap:97 L16\/8000\r\n/);
  }
});
