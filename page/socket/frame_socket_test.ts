import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import type { SessionMethod } from "../../rtsp/session_state.ts";
import { TestPlayback } from "../../tests/support/test_playback.ts";
import { until } from "../../tests/support/until.ts";
import { HttpServer } from "../http/http_server.ts";
import type { ServerWebSocket } from "../http/web_socket.ts";
import {
  MAX_PAGE_COMMANDS,
  PAGE_MAX_BUFFERED_BYTES,
  PAGE_MAX_BUFFERED_MESSAGES,
  PAGE_MAX_MESSAGES_BEFORE_SOUND,
} from "../limits.ts";
import { FrameSocket } from "./frame_socket.ts";

const HANDSHAKE = [
  ...["GET /ws HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"],
  ...["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", ""],
].join("\r\n");

/** A playback whose commands wait until the test lets them go on. */
class WaitingPlayback extends TestPlayback {
  readonly waiting: (() => void)[] = [];

  override command(command: SessionMethod): Promise<void> {
    this.commands.push(command);
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** A page that reads only when it is told to. */
async function open(playback = new WaitingPlayback()) {
  const opened = Promise.withResolvers<ServerWebSocket>();
  const server = new HttpServer({
    hostname: "127.0.0.1",
    port: 0,
    answer: () => ({
      accept(socket) {
        opened.resolve(socket);
        return new FrameSocket(socket, { playback, build: "1", onClosed() {} });
      },
    }),
  });
  server.start();
  const page = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await page.write(new TextEncoder().encode(HANDSHAKE));
  let text = "";
  return {
    playback,
    socket: await opened.promise,
    /** Sends texts, with a mask of zeros. */
    async send(...texts: readonly string[]): Promise<void> {
      const bytes = concat(
        texts.map((text) => Uint8Array.of(0x81, 0x80 | text.length, 0, 0, 0, 0, ...new TextEncoder().encode(text))),
      );
      for (let count = 0; count < bytes.length;) count += await page.write(bytes.subarray(count));
    },
    /** Reads until what came since the last call matches. */
    async receive(pattern: RegExp): Promise<void> {
      const bytes = new Uint8Array(65_536);
      while (!pattern.test(text)) {
        text = text.slice(-1000) + new TextDecoder("latin1").decode(bytes.subarray(0, await page.read(bytes) ?? 0));
      }
      text = "";
    },
    async [Symbol.asyncDispose]() {
      page.close();
      await server.close("the test has ended");
    },
  };
}

const PLAY = JSON.stringify({ command: "PLAY" });

Deno.test("FrameSocket holds a bounded number of bytes for a page that does not read, whatever there is to tell", async () => {
  await using opened = await open();
  const { playback, socket } = opened;
  const frame = new Uint8Array(PAGE_MAX_BUFFERED_BYTES / 8);
  // More than the system takes.
  await until(() => {
    playback.show(frame);
    return socket.bufferedBytes > PAGE_MAX_BUFFERED_BYTES / 2;
  });
  for (let count = 0; count < 5000; count++) {
    playback.show(frame);
    playback.become({ state: count % 2 === 0 ? "PLAYING" : "READY" });
  }
  await opened.send(...Array(5000).fill("no command"), PLAY);
  await until(() => playback.commands.length === 1);
  // The last text may be over the limit by its own length.
  assert(socket.bufferedBytes <= PAGE_MAX_BUFFERED_BYTES + 1000, `${socket.bufferedBytes} bytes wait`);
  assert(socket.bufferedMessages <= PAGE_MAX_BUFFERED_MESSAGES, `${socket.bufferedMessages} messages wait`);
});

Deno.test(`FrameSocket lets ${PAGE_MAX_BUFFERED_MESSAGES} messages wait, and not one more`, async () => {
  await using opened = await open();
  const { playback, socket } = opened;
  // The system takes some of it.
  await until(() => {
    playback.show(new Uint8Array(PAGE_MAX_BUFFERED_BYTES / 2));
    return socket.bufferedMessages > 1;
  });
  const { bufferedMessages } = socket;
  for (let count = 1; count <= PAGE_MAX_BUFFERED_MESSAGES; count++) {
    playback.become({ state: "READY" });
    assertEquals(socket.bufferedMessages, Math.min(bufferedMessages + count, PAGE_MAX_BUFFERED_MESSAGES));
  }
});

Deno.test("FrameSocket sends one frame of any size, and no second one before it has left", async () => {
  await using opened = await open();
  const { playback, socket } = opened;
  await opened.receive(/"type":"stats"/);
  await until(() => socket.bufferedBytes === 0);
  // Larger than what the system takes, so that some of it waits.
  playback.show(new Uint8Array(16 * PAGE_MAX_BUFFERED_BYTES));
  const { bufferedBytes } = socket;
  assert(bufferedBytes > 16 * PAGE_MAX_BUFFERED_BYTES);
  playback.show(new Uint8Array(1));
  assertEquals(socket.bufferedBytes, bufferedBytes);
});

Deno.test("FrameSocket tells a page that reads again the newest status", async () => {
  await using opened = await open();
  const { playback, socket } = opened;
  await opened.receive(/"type":"stats"/);
  playback.show(new Uint8Array(16 * PAGE_MAX_BUFFERED_BYTES));
  playback.become({ state: "PLAYING" });
  playback.become({ state: "INIT" });
  await opened.receive(/"state":"INIT"/);
  assert(socket.isOpen);
});

Deno.test(`FrameSocket lets ${MAX_PAGE_COMMANDS} commands wait, and refuses one more until one is done`, async () => {
  await using opened = await open();
  const { playback } = opened;
  await opened.send(...Array(MAX_PAGE_COMMANDS + 1).fill(PLAY));
  await opened.receive(/PLAY is ignored: 4 commands of this page wait for the server/);
  assertEquals(playback.commands.length, MAX_PAGE_COMMANDS);
  playback.waiting.shift()!();
  await opened.send(PLAY);
  await until(() => playback.commands.length === MAX_PAGE_COMMANDS + 1);
});

/** A playback that gets to a place when the test says so. */
class SlowPlayback extends WaitingPlayback {
  override async seek(seconds: number): Promise<void> {
    await super.seek(seconds);
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}

Deno.test("FrameSocket goes to the newest place, however many the page names on the way, and carries out other moves", async () => {
  await using opened = await open(new SlowPlayback());
  const { playback } = opened;
  const places = Array.from({ length: 50 }, (_, seconds) => JSON.stringify({ command: "seek", seconds }));
  await opened.send(...places);
  await opened.send('{"command":"step"}', '{"command":"scale","scale":-2}');
  await until(() => playback.moves.length === 3);
  playback.waiting.shift()!();
  await until(() => playback.moves.length === 4);
  assertEquals(playback.moves, ["seek 0", "step", "scale -2", "seek 49"]);
  playback.waiting.shift()!();
});

Deno.test("FrameSocket tells the page where each frame is in the movie", async () => {
  await using opened = await open();
  opened.playback.show(new TextEncoder().encode("one"), 1.5);
  await opened.receive(/\?\xf8\0{6}one/);
  opened.playback.show(new TextEncoder().encode("two"));
  await opened.receive(/\xf8\0{6}two/);
});

const WANT_SOUND = JSON.stringify({ command: "sound", wanted: true });

/** A playback with sound. */
class SoundingPlayback extends WaitingPlayback {
  override soundFormat = { sampleRate: 16_000, channels: 2 };
}

Deno.test("FrameSocket sends sound to a page for as long as it wants it", async () => {
  await using opened = await open(new SoundingPlayback());
  const { playback } = opened;
  await opened.receive(/"sound":\{"sampleRate":16000,"channels":2\}/);
  const samples = (text: string) => playback.sound(new TextEncoder().encode(text), 1_500_000);
  samples("before");
  await opened.send(WANT_SOUND, PLAY);
  await until(() => playback.commands.length === 1);
  samples("wanted");
  await opened.receive(/^(?![^]*before)[^]*\0{6}>[^]\0{3}[^]A6\xe3`\0{4}wanted/);
  await opened.send(JSON.stringify({ command: "sound", wanted: false }), PLAY);
  await until(() => playback.commands.length === 2);
  samples("after");
  playback.show(new TextEncoder().encode("frame"));
  await opened.receive(/^(?![^]*after)[^]*frame/);
});

Deno.test(`FrameSocket drops sound where ${PAGE_MAX_MESSAGES_BEFORE_SOUND} messages wait, and frames not yet`, async () => {
  await using opened = await open(new SoundingPlayback());
  const { playback, socket } = opened;
  await opened.send(WANT_SOUND, PLAY);
  await until(() => playback.commands.length === 1);
  // The system takes some of it.
  await until(() => {
    playback.show(new Uint8Array(PAGE_MAX_BUFFERED_BYTES / 2));
    return socket.bufferedMessages > 1;
  });
  const { bufferedMessages } = socket;
  for (let count = 1; count <= PAGE_MAX_BUFFERED_MESSAGES; count++) {
    playback.sound(new Uint8Array(2), count * 20_000);
    assertEquals(socket.bufferedMessages, Math.min(bufferedMessages + count, PAGE_MAX_MESSAGES_BEFORE_SOUND));
  }
  playback.show(new Uint8Array(1));
  assertEquals(socket.bufferedMessages, PAGE_MAX_MESSAGES_BEFORE_SOUND + 1);
});

Deno.test("FrameSocket sends sound of any length, and none that exceeds what may wait", async () => {
  await using opened = await open(new SoundingPlayback());
  const { playback, socket } = opened;
  await opened.send(WANT_SOUND, PLAY);
  await until(() => playback.commands.length === 1);
  await until(() => {
    playback.show(new Uint8Array(PAGE_MAX_BUFFERED_BYTES / 2));
    return socket.bufferedBytes > 0;
  });
  const { bufferedBytes, bufferedMessages } = socket;
  playback.sound(new Uint8Array(PAGE_MAX_BUFFERED_BYTES - bufferedBytes + 1), 0);
  assertEquals(socket.bufferedMessages, bufferedMessages);
  playback.sound(new Uint8Array(PAGE_MAX_BUFFERED_BYTES - bufferedBytes), 0);
  assertEquals(socket.bufferedMessages, bufferedMessages + 1);
});
