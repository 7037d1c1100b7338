/** Sessions over UDP whose connection ends, and the requests that keep sessions alive. */
import { assertEquals } from "@std/assert";
import { decodeTransports } from "../../rtsp/fields/transport.ts";
import { openSessionAtCamera as open } from "../../tests/support/camera_session.ts";
import { encodeFrame } from "../../tests/support/encoded_frames.ts";
import { type Answers, PLAIN } from "../../tests/support/scripted_camera.ts";
import { until } from "../../tests/support/until.ts";
import { KeepaliveMethods } from "../rtsp/keepalive_methods.ts";
import { SURVIVAL_MS } from "../limits.ts";

const TAKE_ANY: Answers = {
  SETUP: ({ headers }) => ({ lines: ["Session: 1;timeout=40", `Transport: ${headers.get("Transport")}`] }),
};

/** A session over UDP that has shown a frame. */
async function play(answers: Answers) {
  const camera = open({ ...TAKE_ANY, ...answers }, { transport: "udp" });
  const sender = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  await camera.session.setUp();
  await camera.session.play();
  const [{ clientPort }] = decodeTransports(camera.requests[2].headers.get("Transport")!);
  const show = async () => {
    const { length } = camera.frames;
    const packet = encodeFrame({ sequenceNumber: length + 1, timestamp: length });
    await sender.send(packet, { transport: "udp", hostname: "127.0.0.1", port: clientPort![0] });
    await until(() => camera.frames.length > length);
  };
  await show();
  return {
    camera,
    show,
    async [Symbol.asyncDispose]() {
      sender.close();
      await camera[Symbol.asyncDispose]();
    },
  };
}

Deno.test("RtspSession over UDP goes on where its connection ends, and connects again to keep the session and to end it", async () => {
  await using playing = await play({});
  const { camera } = playing;
  const before = camera.methods.length;
  camera.hangUp();
  await until(() => camera.methods.length > before);
  await playing.show();
  camera.clock.advance(SURVIVAL_MS);
  await camera.session.tearDown();
  assertEquals([camera.methods.slice(before), camera.events], [["GET_PARAMETER", "TEARDOWN"], []]);
});

Deno.test("RtspSession over UDP is gone where its connection ends and the server does not know it any more", async () => {
  await using playing = await play({ GET_PARAMETER: { status: "454 Session Not Found" } });
  const { camera } = playing;
  camera.hangUp();
  await until(() => camera.events.length > 0);
  assertEquals(camera.events, ["closed: it no longer knows the session"]);
});

for (const goesOn of [true, false]) {
  Deno.test(`RtspSession over UDP that cannot connect again is gone where packets ${goesOn ? "go on: not" : "do not go on"}`, async () => {
    await using playing = await play({
      GET_PARAMETER: () => undefined,
      OPTIONS: ({ session }) => session ? undefined : PLAIN.OPTIONS,
    });
    const { camera } = playing;
    const before = camera.methods.length;
    camera.hangUp();
    await until(() => camera.methods.length > before);
    if (goesOn) await playing.show();
    camera.clock.advance(SURVIVAL_MS);
    assertEquals(camera.events, goesOn ? [] : ["closed: the server closed the connection"]);
  });
}

/** What the server does with a method that should keep the session alive, and what is asked next. */
const FAILURES: readonly [title: string, answers: Answers, asked: readonly string[]][] = [
  ["is refused", { GET_PARAMETER: { status: "405 Method Not Allowed" } }, ["GET_PARAMETER", "OPTIONS", "OPTIONS"]],
  ["is not understood", { GET_PARAMETER: { status: "451 Parameter Not Understood" } }, [
    "GET_PARAMETER",
    "OPTIONS",
    "OPTIONS",
  ]],
  ["is not answered", { GET_PARAMETER: () => undefined }, ["GET_PARAMETER", "OPTIONS"]],
];

for (const [title, answers, asked] of FAILURES) {
  Deno.test(`RtspSession asks otherwise where a request that keeps the session alive ${title}`, async () => {
    await using camera = open(answers);
    await camera.session.setUp();
    await camera.session.play();
    const before = camera.methods.length;
    await until(() => camera.methods.length >= before + asked.length, { step: () => step(camera.clock) });
    assertEquals(camera.methods.slice(before, before + asked.length), [...asked]);
    assertEquals(camera.events, []);
  });
}

Deno.test("RtspSession does not ask again what has ended the connection of the session before", async () => {
  const keepaliveMethods = new KeepaliveMethods();
  for (const expected of ["GET_PARAMETER", "OPTIONS"]) {
    await using camera = open({
      GET_PARAMETER: () => {
        camera.hangUp();
        return undefined;
      },
    }, { keepaliveMethods });
    await camera.session.setUp();
    await camera.session.play();
    camera.clock.advance(20_000);
    await until(() => camera.methods.length === 5);
    assertEquals(camera.methods.at(-1), expected);
    if (expected === "GET_PARAMETER") await until(() => camera.events.length > 0);
  }
});

async function step(clock: { advance(milliseconds: number): unknown }): Promise<void> {
  clock.advance(500);
  await new Promise((resolve) => setTimeout(resolve, 0));
}
