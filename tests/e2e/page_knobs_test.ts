/** The emulated network as sliders on the page: what they do to the player's own session, and to no other. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { openPage, type PlayerPage, startBrowser } from "../support/browser.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { startPlayer } from "../support/player_page.ts";

/** Packets that were lost, whether they came again or not. */
const LOST = `["lostPackets", "repairedPackets"].reduce((sum, name) =>
  sum + Number(document.querySelector(\`[data-stat="\${name}"]\`).textContent.replace(/\\D/g, "")), 0)`;

async function lostAt(tab: PlayerPage): Promise<number> {
  return await tab.page.evaluate<number>(LOST);
}

peerTest("page: sliders change the network of their session while it plays, and no other's", ["chromium"], async () => {
  await using server = await startOurServer({ root: "docs", args: ["--lab-knobs", "--loss", "0"] });
  const url = `rtsp://127.0.0.1:${server.port}/testsrc`;
  await using player = await startPlayer(server.port, { source: [url, "--transport", "udp"] });
  await using browser = await startBrowser();
  const tab = await openPage(browser, player.url);
  await tab.waitForFrameAfter(5);
  await tab.page.waitForSelector("#knobs:not([hidden])");
  assertEquals(await tab.page.isDisabled("#knobs-reset"), true);
  await tab.page.fill("#knob-loss", "13");
  assertEquals(await tab.page.textContent('output[for="knob-loss"]'), "50 %");
  await using other = startOurs(["play", url, "--transport", "udp", "--no-preview", "--frames", "40", "--json"]);
  await tab.until(`${LOST} > 30`);
  assertEquals(await tab.page.getAttribute("#knob-loss", "aria-valuetext"), "50 %");
  const { stdout } = await other.exit();
  assertEquals(JSON.parse(stdout.join("")).lostPackets, 0);
  // On the wire it is an ordinary request.
  assertMatch(await tab.page.textContent("#wire-list") ?? "", /SET_PARAMETER[^]*emulation_loss: 0\.5[^]*200 OK/);
  await tab.page.click("#knobs-reset");
  await tab.until(
    `document.querySelector("#knobs-reset").disabled && document.querySelector("#knob-loss").value === "0"`,
  );
  // What is on its way may be lost still.
  await tab.waitForFrameAfter(await tab.waitForFrameAfter(await tab.drawnFrame()) + 10);
  const lost = await lostAt(tab);
  await tab.waitForFrameAfter(await tab.drawnFrame() + 40);
  assert(await lostAt(tab) <= lost, `${await lostAt(tab)} packets are lost, ${lost} before`);
  assertEquals(tab.errors, []);
});

peerTest(
  "page: there are no sliders over TCP, in the lab's dialect, and where the server has none",
  ["chromium"],
  async () => {
    await using server = await startOurServer({ root: "docs", args: ["--lab-knobs"] });
    await using plain = await startOurServer({ root: "docs", args: ["--loss", "1%"] });
    await using browser = await startBrowser();
    const url = (port: number) => `rtsp://127.0.0.1:${port}/testsrc`;
    for (
      const [port, source] of [
        [server.port, [url(server.port), "--transport", "tcp"]],
        [server.port, undefined],
        [plain.port, [url(plain.port), "--transport", "udp"]],
      ] as const
    ) {
      await using player = await startPlayer(port, { source });
      const tab = await openPage(browser, player.url);
      await tab.waitForFrameAfter(3);
      assertEquals(await tab.page.isVisible("#knobs"), false);
      await tab.page.close();
    }
  },
);
