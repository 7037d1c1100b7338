/** What the page shows of the dialogue with the server: real servers, and text that means harm. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startPreview } from "../../page/page_server.ts";
import { openPage, type PlayerPage, startBrowser } from "../support/browser.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { startPlayer } from "../support/player_page.ts";
import { reservePort } from "../support/ports.ts";
import { TestPlayback } from "../support/test_playback.ts";

/** The first lines of requests and replies, pair by pair. */
async function pairs(tab: PlayerPage): Promise<string[][]> {
  return await tab.page.evaluate(`[...document.querySelectorAll("#wire-list li")].map((row) =>
    [...row.querySelectorAll("strong")].map((first) => first.textContent))`);
}

/** The fields of the newest packet, by name. */
async function packetFields(tab: PlayerPage): Promise<Record<string, string>> {
  await tab.until(`document.querySelectorAll("#packet-rows td small").length > 0`);
  return await tab.page.evaluate(
    `Object.fromEntries([...document.querySelectorAll("#packet-rows td small")].map((name) =>
    [name.textContent, name.nextSibling.textContent]))`,
  );
}

const rows = (count: number) => `document.querySelectorAll("#wire-list li").length >= ${count}`;

peerTest("page: the dialogue with an RTSP/1.0 server is on the wire, without the password", ["chromium"], async () => {
  await using movie = await makeLabMovie({ frameCount: 400 });
  await using server = await startOurServer({ root: movie.root });
  const url = `rtsp://user:secret@127.0.0.1:${server.port}/${movie.file}`;
  await using player = await startPlayer(server.port, { source: [url, "--transport", "tcp"] });
  await using browser = await startBrowser();
  const tab = await openPage(browser, player.url);
  await tab.waitForFrameAfter(2);
  await tab.page.keyboard.press("k");
  await tab.waitForState("READY");
  await tab.until(rows(5));
  const shown = await pairs(tab);
  const clean = `rtsp://127.0.0.1:${server.port}/${movie.file}`;
  assertEquals(shown.map(([request]) => request.split(" ")[0]), ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE"]);
  assertEquals(shown[1], [`DESCRIBE ${clean} RTSP/1.0`, "RTSP/1.0 200 OK"]);
  assert(shown.every(([, reply]) => reply === "RTSP/1.0 200 OK"));
  const text = await tab.page.textContent("#wire-list") ?? "";
  assert(!text.includes("secret"), text);
  assertMatch(text, /\d\d:\d\d:\d\d\.\d{3} received, after \d+ ms/);
  assertStringIncludes(text, "m=video 0 RTP/AVP 26");
  await tab.page.click("#packet-title");
  await tab.page.keyboard.press("Tab");
  const fields = await packetFields(tab);
  assertEquals([fields.V, fields.PT, fields["type-specific"], fields.type], ["2", "26", "0", "1"]);
  assertMatch(fields.SSRC, /^0x[\da-f]{8}$/);
  // Another page has what went before it came.
  const other = await openPage(browser, player.url);
  await other.until(rows(5));
  assertEquals(await pairs(other), shown);
  const [download] = await Promise.all([other.page.waitForEvent("download"), other.page.click("#wire-save")]);
  const saved = await Deno.readTextFile(await download.path());
  assertMatch(saved, /^\d\d:\d\d:\d\d\.\d{3} sent\nOPTIONS rtsp:.*\nCSeq: 1\n/);
  assertEquals(saved.match(/^(?:\d\d:){2}\d\d\.\d{3} (?:sent|received)$/gm)?.length, 10);
  assertEquals([...tab.errors, ...other.errors], []);
});

peerTest("page: the dialogue with a server of the lab is on the wire", ["chromium"], async () => {
  await using movie = await makeLabMovie({ frameCount: 400 });
  await using server = await startOurServer({ root: movie.root });
  const source = ["127.0.0.1", String(server.port), String(reservePort()), movie.file];
  await using player = await startPlayer(server.port, { source });
  await using browser = await startBrowser();
  const tab = await openPage(browser, player.url);
  await tab.waitForFrameAfter(2);
  await tab.until(rows(2));
  await tab.page.click("#packet-title");
  const { PT, V, type } = await packetFields(tab);
  assertEquals([V, PT, type], ["2", "26", undefined]);
  assertEquals(await pairs(tab), [
    [`SETUP ${movie.file} RTSP/1.0`, "RTSP/1.0 200 OK"],
    [`PLAY ${movie.file} RTSP/1.0`, "RTSP/1.0 200 OK"],
  ]);
});

peerTest(
  "page: what a server writes is text, however it is meant, and the newest of it is kept",
  ["chromium"],
  async () => {
    const playback = new TestPlayback();
    await using stack = new AsyncDisposableStack();
    const preview = stack.adopt(await startPreview(playback, { port: reservePort() }), (page) => page.shutdown());
    await using browser = await startBrowser();
    const tab = await openPage(browser, preview.url);
    assertEquals(await tab.page.isVisible("#wire"), false);
    const lines = ["RTSP/1.0 200 <img src=x onerror=alert(1)>", "Server: \u202eevil\u001b[31m"];
    playback.wire({ direction: "sent", atMs: 0, lines: ["OPTIONS *"] });
    playback.wire({ direction: "received", atMs: 5, lines });
    await tab.until(rows(1));
    assertEquals(await pairs(tab), [["OPTIONS *", lines[0]]]);
    assertStringIncludes(await tab.page.textContent("#wire-list") ?? "", "Server: \\u202eevil\\u001b[31m");
    for (let cseq = 1; cseq <= 120; cseq++) {
      playback.wire({ direction: "sent", atMs: cseq, lines: [`OPTIONS ${cseq}`] });
      playback.wire({ direction: "received", atMs: cseq, lines: [`RTSP/1.0 200 ${cseq}`] });
      await tab.until(`document.querySelector("#wire-list").textContent.includes("RTSP/1.0 200 ${cseq}")`);
    }
    const kept = await pairs(tab);
    assertEquals([kept.length, kept.at(-1)], [50, ["OPTIONS 120", "RTSP/1.0 200 120"]]);
    assertEquals(tab.errors, []);
  },
);
