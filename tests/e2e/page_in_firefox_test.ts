/** The essentials of the page in a real Firefox: picture, pause, seek, sound and recording. */
import { assertEquals } from "@std/assert";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { startPreview } from "../../page/page_server.ts";
import { Firefox } from "../support/firefox.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { memoryFile } from "../support/memory_file.ts";
import { startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { startPlayer } from "../support/player_page.ts";
import { reservePort } from "../support/ports.ts";
import { TestPlayback } from "../support/test_playback.ts";
import { until } from "../support/until.ts";

const isIn = (state: string) => `document.querySelector('.states li[data-state="${state}"][aria-current]')`;
const isDrawn = (number: number) => `Number(document.querySelector("#picture").dataset.frame ?? 0) >= ${number}`;
const isNear = (seconds: number) => `Math.abs(Number(document.querySelector("#seek").value) - ${seconds}) < 0.2`;

/** How bright the middle of the picture is that is shown. */
const BRIGHTNESS = `(() => {
  const pixel = new OffscreenCanvas(1, 1).getContext("2d");
  pixel.drawImage(document.querySelector("#picture"), 0, 0, 1, 1);
  return pixel.getImageData(0, 0, 1, 1).data[0];
})()`;

peerTest("page in Firefox: a movie plays, pauses, and is sought and stepped through", ["firefox-esr"], async () => {
  await using movie = await makeLabMovie({ frameCount: 400 });
  await using server = await startOurServer({ root: movie.root });
  await using player = await startPlayer(server.port, { source: [`rtsp://127.0.0.1:${server.port}/${movie.file}`] });
  await using firefox = await Firefox.open(player.url);
  await firefox.until(isIn("PLAYING"));
  await firefox.until(isDrawn(10));
  await firefox.click("#toggle");
  await firefox.until(isIn("READY"));
  // 20 frames a second.
  for (const [key, seconds] of [["5", 10], ["l", 20 - 0.05], ["j", 10 - 0.05], ["0", 0], [".", 0.05]] as const) {
    await firefox.press(key);
    await firefox.until(isNear(seconds));
  }
  await firefox.click("#seek", 0.75);
  await firefox.until(isNear(15));
  await firefox.press("k");
  await firefox.until(isIn("PLAYING"));
});

peerTest(
  "page in Firefox: shows frames, opens the loudspeaker, and downloads a recording",
  ["firefox-esr"],
  async () => {
    const playback = new TestPlayback();
    playback.soundFormat = { sampleRate: 8000, channels: 1 };
    playback.become({ state: "PLAYING", allowed: ["PAUSE", "TEARDOWN"] });
    const preview = await startPreview(playback, { port: reservePort() });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => preview.shutdown());
    const firefox = stack.use(await Firefox.open(preview.url));
    await firefox.until(isIn("PLAYING"));
    await firefox.click("#mute");
    await firefox.until(`document.querySelector("#mute").ariaLabel === "Mute"`);
    await firefox.click("#record");
    await firefox.until(`!document.querySelector("#recording").hidden`);
    for (const [index, brightness] of [0, 255, 100].entries()) {
      playback.show(await makeJpeg({ width: 96, height: 64, brightness }), undefined, { timestampUs: index * 40_000 });
      await firefox.until(`${BRIGHTNESS} === ${brightness}`);
    }
    await firefox.click("#record");
    let path = "";
    await until(async () => {
      const names = (await Array.fromAsync(Deno.readDir(firefox.downloads))).map(({ name }) => name);
      path = `${firefox.downloads}/${names[0]}`;
      // While it comes, there is another file beside it.
      return names.length === 1 && path.endsWith(".mkv") && (await Deno.stat(path)).size > 0;
    });
    const { count, problem } = await indexFile(memoryFile(await Deno.readFile(path)));
    assertEquals([count, problem], [3, undefined]);
  },
);
