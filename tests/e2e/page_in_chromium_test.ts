/** The page in a real Chromium: what a viewer sees and does, our programs started as a user would. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { openPage, startBrowser } from "../support/browser.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { startPlayer } from "../support/player_page.ts";

peerTest("page: pictures move, Pause freezes them, Play goes on, Stop tears down", ["chromium"], async () => {
  await using server = await startOurServer({ root: "." });
  await using player = await startPlayer(server.port);
  await using browser = await startBrowser();
  const tab = await openPage(browser, player.url);
  await tab.page.check("#mode-three");

  await tab.waitForState("PLAYING");
  const first = await tab.waitForFrameAfter(0);
  const firstShown = await tab.shownNumber();
  await tab.waitForFrameAfter(first + 10);
  const laterShown = await tab.shownNumber();
  assert(firstShown !== undefined && laterShown !== undefined, "the test pattern's frame code is in the pixels");
  assertGreater(laterShown, firstShown);

  await tab.clickControl('[data-action="pause"]');
  await tab.waitForState("READY");
  await server.program.waitForLine(/paused session/);
  await tab.settledFrame();
  const frozen = await tab.shownNumber();
  assert(frozen !== undefined);

  await tab.clickControl('[data-action="play"]');
  await tab.waitForState("PLAYING");
  await tab.waitForFrameAfter(await tab.drawnFrame() + 5);
  const resumed = await tab.shownNumber();
  assert(resumed !== undefined && resumed > frozen && resumed < frozen + 60, `goes on after ${frozen}: ${resumed}`);

  const frames = Number((await tab.statistic("frames")).replace(/\D/g, ""));
  await tab.until(
    `Number(document.querySelector('[data-stat="frames"]').textContent.replace(/\\D/g, "")) > ${frames}`,
  );
  assertGreater(parseFloat(await tab.statistic("bitrate")), 0.5);

  await tab.clickControl('[data-action="stop"]');
  await tab.waitForState("INIT");
  await server.program.waitForLine(/session \d+ ended, torn down/);
  assertEquals(tab.errors, []);
});

peerTest("page: the lab's four buttons are enabled where the state table allows them", ["chromium"], async () => {
  await using server = await startOurServer({ root: "." });
  await using player = await startPlayer(server.port, { args: ["--paused"] });
  await using browser = await startBrowser();
  const tab = await openPage(browser, player.url);
  const enabled = () =>
    tab.page.$$eval("[data-command]:not(:disabled)", (buttons) => buttons.map((button) => button.textContent));

  await tab.page.check("#mode-four");
  await tab.waitForState("READY");
  assertEquals(await enabled(), ["Play", "Teardown"]);
  await tab.page.click('[data-command="PLAY"]');
  await tab.waitForState("PLAYING");
  assertEquals(await enabled(), ["Pause", "Teardown"]);
  await tab.waitForFrameAfter(3);
  await tab.page.click('[data-command="TEARDOWN"]');
  await tab.waitForState("INIT");
  assertEquals(await enabled(), ["Setup"]);
  await tab.page.click('[data-command="SETUP"]');
  await tab.waitForState("READY");
  assertEquals(tab.errors, []);
});

peerTest("page: a second tab sees the same stream, and its buttons work for both", ["chromium"], async () => {
  await using server = await startOurServer({ root: "." });
  await using player = await startPlayer(server.port);
  await using browser = await startBrowser();
  const first = await openPage(browser, player.url);
  const second = await openPage(browser, player.url);
  await second.page.check("#mode-three");
  await first.waitForFrameAfter(5);
  await second.waitForFrameAfter(5);
  await second.clickControl('[data-action="pause"]');
  await first.waitForState("READY");
  await second.page.close();
  await first.page.keyboard.press(" ");
  await first.waitForState("PLAYING");
  await first.waitForFrameAfter(await first.drawnFrame());
});

peerTest("page: says that the player is gone, and reconnects by itself when it is back", ["chromium"], async () => {
  await using server = await startOurServer({ root: "." });
  await using browser = await startBrowser();
  await using player = await startPlayer(server.port);
  const tab = await openPage(browser, player.url);
  await tab.waitForFrameAfter(5);
  assertEquals((await player.program.stop("SIGINT")).code, 0);
  await tab.waitForNotice("The player is gone");
  await using again = await startPlayer(server.port, { previewPort: player.previewPort });
  assertEquals(again.url, player.url);
  await tab.waitForState("PLAYING");
  // The numbers begin again: a low one shows that the picture is the new player's.
  await tab.until(
    `document.querySelector("#link").dataset.link === "live" &&
      Number(document.querySelector('[data-stat="frames"]').textContent) > 5`,
  );
  await tab.waitForFrameAfter(5);
});

peerTest("page: says that the server is gone, and Play starts again when it is back", ["chromium"], async () => {
  const server = await startOurServer({ root: "." });
  await using player = await startPlayer(server.port);
  await using browser = await startBrowser();
  const tab = await openPage(browser, player.url);
  await tab.waitForFrameAfter(5);
  assertEquals((await server.program.stop("SIGINT")).code, 0);
  await tab.waitForNotice("The server is gone");
  await tab.waitForState("INIT");
  const before = await tab.drawnFrame();
  await using _again = startOurs(["serve", "--host", "127.0.0.1", "--port", String(server.port)]);
  await _again.waitForLine(/rtsp:\/\//);
  await tab.page.click("#notice-button");
  await tab.waitForState("PLAYING");
  await tab.waitForFrameAfter(before);
});

peerTest("page: says that a live server is tried again, shows it when it is back, and what it came over", [
  "chromium",
], async () => {
  const server = await startOurServer({ root: "." });
  await using player = await startPlayer(server.port, {
    source: [`rtsp://127.0.0.1:${server.port}/testsrc`],
    args: ["--transport", "tcp"],
  });
  await using browser = await startBrowser();
  const tab = await openPage(browser, player.url);
  const before = await tab.waitForFrameAfter(5);
  assertEquals([await tab.statistic("dialect"), await tab.statistic("transport")], ["rtsp", "TCP"]);
  await tab.until(`/\\d/.test(document.querySelector('[data-stat="senderTime"]').textContent)`);
  assertEquals((await server.program.stop("SIGINT")).code, 0);
  await tab.waitForNotice("trying again in");
  await tab.waitForState("INIT");
  await using again = startOurs(["serve", "--host", "127.0.0.1", "--port", String(server.port)]);
  await again.waitForLine(/rtsp:\/\//);
  await tab.waitForState("PLAYING");
  await tab.waitForFrameAfter(before);
  await again.stop("SIGKILL");
  await tab.waitForNotice("trying again in");
  await tab.clickControl("#stop");
  await tab.until(`document.querySelector("#notice").hidden`);
  assertEquals(tab.errors, []);
});

for (const form of ["URL", "lab"] as const) {
  peerTest(`page: Play shows a movie again that has ended, in the ${form} form`, ["chromium"], async () => {
    await using movie = await makeLabMovie({ frameCount: 10 });
    await using server = await startOurServer({ root: movie.root });
    const source = form === "lab"
      ? ["127.0.0.1", String(server.port), String(reservePort()), movie.file]
      : [`rtsp://127.0.0.1:${server.port}/${movie.file}`];
    await using player = await startPlayer(server.port, { source });
    await using browser = await startBrowser();
    const tab = await openPage(browser, player.url);
    for (const end of [10, 20]) {
      await tab.waitForNotice("Play shows it again");
      await tab.until(`Number(document.querySelector("#picture").dataset.frame) === ${end}`);
      if (form === "URL") await tab.waitForState("READY");
      await tab.page.click("#big");
      await tab.waitForFrameAfter(end);
      assertEquals(await tab.notice(), undefined);
    }
    assertEquals(tab.errors, []);
  });
}
