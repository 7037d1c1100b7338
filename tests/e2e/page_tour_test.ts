/** The guided tour on the page: its steps, what they mark, and that it is remembered. */
import { assert, assertEquals } from "@std/assert";
import { stepsOf } from "../../page/assets/tour/steps.js";
import { openPage, startBrowser } from "../support/browser.ts";
import { startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { startPlayer } from "../support/player_page.ts";

peerTest(
  "page: the tour goes through docs/TOUR.md, marks parts of the page, and is remembered",
  ["chromium"],
  async () => {
    await using server = await startOurServer({ root: "docs" });
    const source = [`rtsp://127.0.0.1:${server.port}/testsrc`];
    await using player = await startPlayer(server.port, { source });
    await using browser = await startBrowser();
    const tab = await openPage(browser, player.url);
    await tab.waitForFrameAfter(3);
    assertEquals(await tab.page.isVisible("#tour"), false);
    await tab.page.click("#tour-link");
    const steps = stepsOf(await Deno.readTextFile("docs/TOUR.md"));
    const marked: string[] = [];
    for (const [index, { title }] of steps.entries()) {
      await tab.until(`document.querySelector("#tour-title").textContent === ${JSON.stringify(title)}`);
      assertEquals(await tab.page.textContent("#tour-count"), `Step ${index + 1} of 10`);
      const mark = `[...document.querySelectorAll("[data-tour]")].map(({ id, className }) => id || className)`;
      const ids = await tab.page.evaluate<string[]>(mark);
      assertEquals(ids.length, 1, title);
      marked.push(ids[0]);
      if (index < 9) await tab.page.click("#tour-next");
    }
    assertEquals(marked[3], "packet");
    assertEquals(await tab.page.isVisible("#packet-rows"), true);
    await tab.page.reload();
    await tab.until(`!document.querySelector("#tour").hidden`);
    assertEquals(await tab.page.textContent("#tour-count"), "Step 10 of 10");
    await tab.page.click("#tour-next");
    assertEquals(await tab.page.isVisible("#tour"), false);
    assertEquals(await tab.page.evaluate(`document.querySelectorAll("[data-tour]").length`), 0);
    await tab.page.reload();
    await tab.waitForFrameAfter(0);
    assertEquals(await tab.page.isVisible("#tour"), false);
    // By keys alone: it takes the focus, and Escape gives it back to its link.
    await tab.page.focus("#tour-link");
    await tab.page.keyboard.press("Enter");
    await tab.until(`document.activeElement.id === "tour-title"`);
    await tab.page.keyboard.press("Escape");
    assertEquals(await tab.page.evaluate(`document.activeElement.id`), "tour-link");
    assert(!await tab.page.isVisible("#tour"));
    assertEquals(tab.errors, []);
  },
);
