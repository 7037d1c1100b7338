import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import type { SessionMethod } from "../../rtsp/session_state.ts";
import { TestPlayback } from "../../tests/support/test_playback.ts";
import { until } from "../../tests/support/until.ts";
import { HttpServer } from "../http/http_server.ts";
import type { ServerWebSocket } from "../http/web_socket.ts";
import {
  MAX_KEPT_WIRE_MESSAGES,
  MAX_PAGE_COMMANDS,
  PAGE_MAX_BUFFERED_BYTES,
  PAGE_MAX_BUFFERED_MESSAGES,
  PAGE_MAX_MESSAGES_BEFORE_SOUND,
} from "../limits.ts";
import type { CellFrameListener, Playlist, PlaylistStatus } from "../playlist.ts";
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
async function open(playback = new WaitingPlayback(), playlist?: Playlist) {
  const opened = Promise.withResolvers<ServerWebSocket>();
  const server = new HttpServer({
    hostname: "127.0.0.1",
    port: 0,
    answer: () => ({
      accept(socket) {
        opened.resolve(socket);
        return new FrameSocket(socket, { playback, playlist, build: "1", onClosed() {} });
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

/** A playback of which another stream can be chosen. */
class SwitchingPlayback extends WaitingPlayback {
  override title = "one";

  switch(title: string): void {
    this.title = title;
    this.tell((listener) => listener.switched?.());
  }
}

/** A list of two streams, and what was asked of it. */
class TestPlaylist implements Playlist {
  readonly asked: string[] = [];
  /** Viewers of the grid. */
  readonly viewers = new Set<CellFrameListener>();
  readonly rates = [{ fps: 25, bitrate: 8e6 }, { fps: 5, bitrate: 1e6 }];
  readonly list: PlaylistStatus = {
    items: ["one", "two"].map((name) => ({
      ...{ name, server: "camera:554", durationSeconds: 20, isLive: false, state: "idle" },
    })),
    ...{ current: 0, hasNext: true, hasPrevious: false, loops: false, shuffles: false, opensGrid: false, cells: 2 },
  };

  select(index: number): void {
    this.asked.push(`select ${index}`);
  }

  skip(direction: number): void {
    this.asked.push(`skip ${direction}`);
  }

  setLoops(loops: boolean): void {
    this.asked.push(`loops ${loops}`);
  }

  setShuffles(shuffles: boolean): void {
    this.asked.push(`shuffles ${shuffles}`);
  }

  thumbnail(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  watchGrid(viewer: CellFrameListener): () => void {
    this.viewers.add(viewer);
    return () => this.viewers.delete(viewer);
  }
}

Deno.test("FrameSocket tells the playlist, and passes on what the page asks of it", async () => {
  const playlist = new TestPlaylist();
  await using opened = await open(new SwitchingPlayback(), playlist);
  await opened.receive(/"type":"playlist","items":\[\{"name":"one","server":"camera:554","durationSeconds":20/);
  const commands = [{ command: "select", index: 1 }, { command: "skip", direction: -1 }];
  const wishes = ["loop", "shuffle"].map((command) => ({ command, wanted: true }));
  await opened.send(...[...commands, ...wishes].map((command) => JSON.stringify(command)));
  await until(() => playlist.asked.length === 4);
  assertEquals(playlist.asked, ["select 1", "skip -1", "loops true", "shuffles true"]);
});

Deno.test("FrameSocket refuses to choose where there is one stream", async () => {
  await using opened = await open();
  await opened.send(JSON.stringify({ command: "skip", direction: 1 }));
  await opened.receive(/There is one stream, and no playlist/);
});

Deno.test("FrameSocket tells all of another stream, to a page that does not read once it does", async () => {
  const playback = new SwitchingPlayback();
  await using opened = await open(playback);
  const { socket } = opened;
  await opened.receive(/"title":"one"/);
  playback.show(new TextEncoder().encode("a frame of two"));
  playback.switch("two");
  await opened.receive(/"title":"two"[^]*"type":"status"[^]*"type":"stats"[^]*a frame of two/);
  playback.show(new Uint8Array(16 * PAGE_MAX_BUFFERED_BYTES));
  assert(socket.bufferedMessages > 0);
  playback.switch("three");
  playback.switch("four");
  await opened.receive(/"title":"four"/);
});

const wish = (command: string, wanted: boolean) => JSON.stringify({ command, wanted });

Deno.test("FrameSocket sends the grid in place of the one stream, and only while the page shows it", async () => {
  const playlist = new TestPlaylist();
  await using opened = await open(new SwitchingPlayback(), playlist);
  const { playback } = opened;
  await opened.receive(/"type":"playlist"/);
  await opened.send(wish("grid", true));
  await until(() => playlist.viewers.size === 1);
  playback.show(new TextEncoder().encode("of one"));
  for (const viewer of playlist.viewers) {
    viewer(1, { ...playback.latestFrame!, number: 7, data: new TextEncoder().encode("of two") });
  }
  // deno-lint-ignore no-control-regex
  await opened.receive(/^(?![^]*of one)[^]*\xff{4}\0{3}\x01\0{3}\x07[^]{24}of two/);
  await opened.receive(/\{"type":"grid","rates":\[\{"fps":25,"bitrate":8000000\},\{"fps":5,"bitrate":1000000\}\]\}/);
  await opened.send(wish("pictures", false));
  await until(() => playlist.viewers.size === 0);
  await opened.send(wish("pictures", true));
  await until(() => playlist.viewers.size === 1);
  await opened.send(wish("grid", false));
  await until(() => playlist.viewers.size === 0);
  await opened.receive(/of one/);
});

Deno.test("FrameSocket watches no grid any more for a page that has gone", async () => {
  const playlist = new TestPlaylist();
  {
    await using opened = await open(new SwitchingPlayback(), playlist);
    await opened.send(wish("grid", true));
    await until(() => playlist.viewers.size === 1);
  }
  assertEquals(playlist.viewers.size, 0);
});

Deno.test("FrameSocket sends nothing to a page that nobody sees, and all of it at once when somebody does", async () => {
  await using opened = await open();
  const { playback } = opened;
  await opened.receive(/"type":"stats"/);
  await opened.send(wish("pictures", false), PLAY);
  await until(() => playback.commands.length === 1);
  playback.show(new TextEncoder().encode("unseen"));
  playback.become({ state: "INIT" });
  playback.become({ state: "PLAYING" });
  for (let atMs = 0; atMs <= MAX_KEPT_WIRE_MESSAGES; atMs++) {
    playback.wire({ direction: "sent", atMs, lines: [`message ${atMs}`] });
  }
  playback.show(new TextEncoder().encode("newest"));
  await opened.send(wish("pictures", true));
  await opened.receive(
    /^(?![^]*(?:unseen|"INIT"|message 0"))[^]*"state":"PLAYING"[^]*"message 1"[^]*"message 100"[^]*"type":"stats"[^]*newest/,
  );
});

Deno.test("FrameSocket sends sound, and what is said, to a page that is heard and not seen", async () => {
  await using opened = await open(new SoundingPlayback());
  const { playback } = opened;
  await opened.send(WANT_SOUND, wish("pictures", false), PLAY);
  await until(() => playback.commands.length === 1);
  playback.show(new TextEncoder().encode("unseen"));
  playback.sound(new TextEncoder().encode("heard"), 0);
  playback.become({ state: "PLAYING" });
  await opened.receive(/^(?![^]*unseen)[^]*heard[^]*"state":"PLAYING"/);
});
