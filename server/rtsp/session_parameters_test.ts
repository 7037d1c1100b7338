import { assert, assertEquals } from "@std/assert";
import type { RtspResponse } from "../../rtsp/message.ts";
import { type Client, serve, TCP } from "../../tests/support/rtsp_test_server.ts";
import { NO_IMPAIRMENTS } from "../emulation/network_emulator.ts";

const KNOBS = { hasKnobs: true, emulation: { impairments: NO_IMPAIRMENTS, seed: 1 }, loop: true };
const NAMES =
  "emulation_loss, emulation_duplicate, emulation_reorder, emulation_delay_ms, emulation_jitter_ms, emulation_rate";

/** Sends GET_PARAMETER or SET_PARAMETER with a body. */
async function exchange(
  client: Client,
  method: "GET_PARAMETER" | "SET_PARAMETER",
  { session, body, type = "text/parameters" }: { session?: string; body: string; type?: string },
): Promise<RtspResponse> {
  const lines = [
    `${method} ${client.url("movie.mjpeg")} RTSP/1.0`,
    "CSeq: 9",
    ...session === undefined ? [] : [`Session: ${session}`],
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
  ];
  return await client.exchange(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

async function setUpUdp(client: Client, port: number): Promise<RtspResponse & { session: string }> {
  const response = await client.ask("SETUP", "movie.mjpeg", {
    Transport: `RTP/AVP;unicast;client_port=${port}-${port + 1}`,
  });
  return { ...response, session: response.session! };
}

Deno.test("SET_PARAMETER changes the network of its own session, and GET_PARAMETER reads it", async () => {
  await using server = await serve(KNOBS);
  const client = await server.connect();
  const [changed, other] = [await server.receive(), await server.receive()];
  const { session, headers } = await setUpUdp(client, changed.port);
  assertEquals(headers.get("Session-Parameters"), NAMES);
  const { session: otherSession } = await setUpUdp(await server.connect(), other.port);
  const set = await exchange(client, "SET_PARAMETER", {
    session,
    body: "emulation_loss: 1\r\nEmulation_Delay_ms: 40.5\r\nemulation_rate: 2000000\r\n",
  });
  assertEquals([set.status, set.body], [200, ""]);
  const read = await exchange(client, "GET_PARAMETER", { session, body: `${NAMES.split(", ").join("\r\n")}\r\n` });
  assertEquals([read.status, read.headers.get("Content-Type")], [200, "text/parameters"]);
  assertEquals(read.body.split("\r\n"), [
    ...["emulation_loss: 1", "emulation_duplicate: 0", "emulation_reorder: 0", "emulation_delay_ms: 40.5"],
    ...["emulation_jitter_ms: 0", "emulation_rate: 2000000", ""],
  ]);
  for (const id of [session, otherSession]) await client.ask("PLAY", "movie.mjpeg", { Session: id });
  await server.advance(500);
  assertEquals(changed.datagrams, []);
  assert(other.datagrams.length > 5, "the other session is undisturbed");
  // It takes effect while the session plays.
  await exchange(client, "SET_PARAMETER", { session, body: "emulation_loss: 0\r\nemulation_delay_ms: 0\r\n" });
  await server.advance(500);
  assert(changed.datagrams.length > 5, `${changed.datagrams.length} packets`);
});

Deno.test("SET_PARAMETER changes nothing where one of its parameters cannot be had, and says what can", async () => {
  await using server = await serve(KNOBS);
  const client = await server.connect();
  const { port } = await server.receive();
  const { session } = await setUpUdp(client, port);
  const body = [
    ...["emulation_loss: 0.5", "emulation_loss: 1.1", "emulation_rate: 9999", "emulation_delay_ms: 2000.1"],
    ...["emulation_jitter_ms: x", "volume: 3"],
  ];
  const refused = await exchange(client, "SET_PARAMETER", { session, body: body.join("\r\n") });
  assertEquals([refused.status, refused.body.split("\r\n")], [451, [
    ...["emulation_loss: 0 to 1", "emulation_rate: 0, or 10000 to 1000000000", "emulation_delay_ms: 0 to 2000"],
    ...["emulation_jitter_ms: 0 to 1000", "volume", ""],
  ]]);
  const read = await exchange(client, "GET_PARAMETER", { session, body: "emulation_loss" });
  assertEquals(read.body, "emulation_loss: 0\r\n");
  const edges = "emulation_loss: 1\r\nemulation_rate: 10000\r\nemulation_delay_ms: 2000\r\nemulation_jitter_ms: 1000";
  assertEquals((await exchange(client, "SET_PARAMETER", { session, body: edges })).status, 200);
  assertEquals((await exchange(client, "GET_PARAMETER", { session, body: "volume" })).status, 451);
  const many = "emulation_loss: 0\r\n".repeat(33);
  assertEquals((await exchange(client, "SET_PARAMETER", { session, body: many })).status, 400);
  const json = await exchange(client, "SET_PARAMETER", { session, body: "{}", type: "application/json" });
  assertEquals(json.status, 415);
});

Deno.test("SET_PARAMETER finds no network without --lab-knobs, over TCP, and without a session", async () => {
  const body = "emulation_loss: 1\r\n";
  await using plain = await serve({ emulation: KNOBS.emulation });
  const visitor = await plain.connect();
  const { port } = await plain.receive();
  const { session, headers } = await setUpUdp(visitor, port);
  assertEquals(headers.get("Session-Parameters"), undefined);
  const refused = await exchange(visitor, "SET_PARAMETER", { session, body });
  assertEquals([refused.status, refused.body], [451, "emulation_loss\r\n"]);
  // What keeps a session alive is answered as ever.
  assertEquals((await exchange(visitor, "SET_PARAMETER", { session, body: "" })).status, 200);
  await using server = await serve(KNOBS);
  const client = await server.connect();
  const overTcp = await client.ask("SETUP", "movie.mjpeg", TCP);
  assertEquals(overTcp.headers.get("Session-Parameters"), undefined);
  assertEquals((await exchange(client, "SET_PARAMETER", { session: overTcp.session, body })).status, 451);
  assertEquals((await exchange(client, "SET_PARAMETER", { body })).status, 454);
  assertEquals((await exchange(client, "SET_PARAMETER", { session: "nobody", body })).status, 454);
});
