/** The chart of packets on the page, the reports in words, and what is saved of them, against a real server and an emulated network. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { openPage, type PlayerPage, startBrowser } from "../support/browser.ts";
import { startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { startPlayer } from "../support/player_page.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { assertNoComplaint, dissect } from "../support/tshark.ts";

/** How many pixels of the chart have a colour of the page, by its name. */
async function pixelsOf(tab: PlayerPage, name: string): Promise<number> {
  return await tab.page.evaluate<number>(`(() => {
    const canvas = document.querySelector("#sequence-chart");
    const probe = document.createElement("span");
    probe.style.color = "var(--${name})";
    document.body.append(probe);
    const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
    probe.remove();
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] > 200 && wanted.every((value, index) => Math.abs(data[at + index] - value) < 12)) count++;
    }
    return count;
  })()`);
}

const summaryHas = (pattern: string) => `/${pattern}/.test(document.querySelector("#sequence-summary").textContent)`;

peerTest(
  "page: the chart shows gaps, doubles and packets out of order, and its words say so",
  ["chromium"],
  async () => {
    const network = ["--loss", "4%", "--reorder", "4%", "--duplicate", "4%"];
    await using server = await startOurServer({ root: "docs", args: network });
    const source = [`rtsp://127.0.0.1:${server.port}/testsrc`, "--transport", "udp", "--no-repair"];
    await using player = await startPlayer(server.port, { source });
    await using browser = await startBrowser();
    const tab = await openPage(browser, player.url);
    await tab.waitForFrameAfter(3);
    assertEquals(await tab.page.textContent("#sequence-summary"), "");
    await tab.page.click("#sequence-title");
    await tab.until(summaryHas("[1-9]\\d* missing \\(.*\\), [1-9]\\d* twice, [1-9]\\d* out of order"));
    await tab.page.click("#sequence-hold");
    for (const colour of ["bad", "warn", "accent"]) {
      assert(await pixelsOf(tab, colour) > 20, `${colour} is in the chart`);
    }
    const held = await tab.page.textContent("#sequence-summary");
    await tab.waitForFrameAfter(await tab.drawnFrame() + 30);
    assertEquals(await tab.page.textContent("#sequence-summary"), held);
    await tab.page.click("#sequence-hold");
    await tab.until(`document.querySelector("#sequence-summary").textContent !== ${JSON.stringify(held)}`);
    // Whoever closes it is told no more.
    await tab.page.click("#sequence-title");
    assertEquals(tab.errors, []);
  },
);

peerTest("page: reports are told in words, and what is asked for again", ["chromium"], async () => {
  await using server = await startOurServer({ root: "docs", args: ["--loss", "10%"] });
  const source = [`rtsp://127.0.0.1:${server.port}/testsrc`, "--transport", "udp"];
  await using player = await startPlayer(server.port, { source });
  await using browser = await startBrowser();
  const tab = await openPage(browser, player.url);
  await tab.page.waitForSelector("#reports:not([hidden])");
  await tab.page.click("#reports-title");
  const list = `document.querySelector("#report-list").textContent`;
  await tab.until(`/I have lost \\S+ of the last [\\d,]+ packets/.test(${list}) && /Send me \\d+/.test(${list})`);
  assertMatch(
    await tab.page.textContent("#report-list") ?? "",
    /Sender report, server to player“I have sent [\d,]+ packets with [\d,]+ bytes of payload\. By my clock it is \d\d:/,
  );
  assertEquals(tab.errors, []);
});

peerTest(
  "page: the server's adaptation is told where it adapts, and what a slider has to do with it",
  ["chromium"],
  async () => {
    await using server = await startOurServer({ root: "docs", args: ["--adapt", "--lab-knobs"] });
    const source = [`rtsp://127.0.0.1:${server.port}/testsrc`, "--transport", "udp"];
    await using player = await startPlayer(server.port, { source });
    await using browser = await startBrowser();
    const tab = await openPage(browser, player.url);
    const told = `document.querySelector('[data-stat="adaptation"]').textContent`;
    await tab.until(`${told} === "all frames as they are"`);
    await tab.page.fill("#knob-rate", "12");
    await tab.until(`/^(?:half the|1 of \\d) frames/.test(${told})`);
    assertEquals(tab.errors, []);
  },
);

for (const transport of ["udp", "tcp"] as const) {
  peerTest(`page: packets are saved for Wireshark, over ${transport}`, ["chromium", "tshark"], async () => {
    await using directory = await temporaryDirectory();
    await using server = await startOurServer({ root: "docs" });
    const source = [`rtsp://user:secret@127.0.0.1:${server.port}/testsrc`, "--transport", transport];
    await using player = await startPlayer(server.port, { source });
    await using browser = await startBrowser();
    const tab = await openPage(browser, player.url);
    await tab.waitForFrameAfter(20);
    await tab.page.click("#sequence-title");
    await tab.until(summaryHas("^\\d\\d+ packets"));
    await tab.waitForFrameAfter(await tab.drawnFrame() + 20);
    const [download] = await Promise.all([tab.page.waitForEvent("download"), tab.page.click("#sequence-save")]);
    const path = join(directory.path, download.suggestedFilename());
    await Deno.copyFile(await download.path(), path);
    const decodeAs = [`tcp.port==${server.port},rtsp`];
    await assertNoComplaint(path, { decodeAs });
    const methods = await dissect(path, { decodeAs, filter: "rtsp.method", field: "rtsp.method" });
    // The test source has a second track, its sound.
    assertEquals([...new Set(methods)], ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"]);
    // A segment of TCP may have packets of both tracks.
    const types = await dissect(path, { decodeAs, filter: "jpeg", field: "rtp.p_type" });
    const numbers = (await dissect(path, { decodeAs, filter: "jpeg", field: "rtp.seq" })).map(Number)
      .filter((_, index) => types[index] === "26");
    assert(numbers.length > 20, `${numbers.length} packets`);
    numbers.slice(1).forEach((number, index) => assertEquals(number, (numbers[index] + 1) % 65_536));
    assert(!new TextDecoder().decode(await Deno.readFile(path)).includes("secret"));
    assertEquals(tab.errors, []);
  });
}
