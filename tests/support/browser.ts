/**
 * The real Chromium, and what tests want to know of the page in it.
 *
 * @module
 */

import { type Browser, chromium, type Page } from "playwright-core";
import { frameCodeLayout, readFrameCode } from "../../mjpeg/testsrc/frame_code.ts";
import { findProgram } from "./peers.ts";
import { until } from "./until.ts";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** How long the page may take for anything. */
const PAGE_TIMEOUT_MS = 60_000;
const POLL_MS = 40;
/** After so long without another frame, none is on its way. */
const SETTLED_MS = 400;

/** Starts a browser; it closes when disposed of. */
export async function startBrowser(): Promise<Browser & AsyncDisposable> {
  const browser = await chromium.launch({ executablePath: findProgram("chromium"), headless: true, args: ARGUMENTS });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}

/** How to open a tab. */
export interface TabOptions {
  readonly viewport?: Size;
  /** Whether its user has fingers in place of a mouse. */
  readonly hasTouch?: boolean;
  readonly colorScheme?: "light" | "dark";
  readonly forcedColors?: "active" | "none";
  readonly reducedMotion?: "reduce" | "no-preference";
  /** What to wait for: a stream without an end never finishes loading. */
  readonly waitUntil?: "load" | "commit";
  /** JavaScript that runs in the page before its own. */
  readonly script?: string;
}

/** Opens `url` in a new tab. Errors in the page's scripts fail the test that awaits `errors`. */
export async function openPage(browser: Browser, url: string, options: TabOptions = {}): Promise<PlayerPage> {
  const { viewport = { width: 1180, height: 720 }, waitUntil = "load", script, ...user } = options;
  const page = await browser.newPage({ viewport, ...user, isMobile: user.hasTouch ?? false });
  page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  const opened = new PlayerPage(page);
  if (script !== undefined) await page.addInitScript(script);
  await page.goto(url, { waitUntil });
  return opened;
}

/** Width and height in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where an element is on the screen, in CSS pixels. */
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A tab with the local page. */
export class PlayerPage {
  readonly page: Page;
  /** What went wrong in the page's scripts. */
  readonly errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.errors.push(error.message));
  }

  /**
   * Waits until a JavaScript expression holds in the page. (Playwright's own `waitForFunction()` evaluates in the page,
   * which the page's Content-Security-Policy forbids.)
   */
  async until(expression: string): Promise<void> {
    await until(() => this.page.evaluate<boolean>(expression), { step: () => this.page.waitForTimeout(POLL_MS) })
      .catch((error) => {
        throw new Error(`It never held in the page: ${expression}`, { cause: error });
      });
  }

  /** The number of the frame drawn last, 0 before the first. */
  async drawnFrame(): Promise<number> {
    return Number(await this.page.getAttribute("#picture", "data-frame") ?? 0);
  }

  /** The number of the frame that is drawn last, once the player is paused: one that is on its way is drawn all the same. */
  async settledFrame(): Promise<number> {
    let drawn = 0;
    await until(async () => {
      drawn = await this.drawnFrame();
      await this.page.waitForTimeout(SETTLED_MS);
      return drawn === await this.drawnFrame();
    });
    return drawn;
  }

  /** Waits until a frame after `frame` is drawn; returns its number. */
  async waitForFrameAfter(frame: number): Promise<number> {
    await this.until(`Number(document.querySelector("#picture").dataset.frame ?? 0) > ${frame}`);
    return await this.drawnFrame();
  }

  /** The frame number that the test pattern shows in the canvas's pixels, as a viewer would read it. */
  async shownNumber(): Promise<number | undefined> {
    const size = await this.page.evaluate<Size>(
      `(({ width, height }) => ({ width: Number(width), height: Number(height) }))(document.querySelector("#picture").dataset)`,
    );
    if (Number.isNaN(size.width)) return undefined;
    // One row of pixels, in the middle of the cells, is all that the code needs.
    const { y, cell } = frameCodeLayout(size);
    const row = y + (cell >> 1);
    const pixels = await this.page.evaluate<number[]>(`(() => {
      const copy = new OffscreenCanvas(${size.width}, 1).getContext("2d");
      copy.drawImage(document.querySelector("#picture"), 0, ${-row});
      return Array.from(copy.getImageData(0, 0, ${size.width}, 1).data);
    })()`);
    const image = { ...size, data: new Uint8Array(size.width * size.height * 4) };
    image.data.set(pixels, row * size.width * 4);
    return readFrameCode(image);
  }

  /** Clicks a control on the picture, as people do: it is there once the mouse moves. */
  async clickControl(selector: string): Promise<void> {
    await this.page.locator("#view").scrollIntoViewIfNeeded();
    const { left, top, width, height } = await this.box("#view");
    for (const share of [0.4, 0.5]) await this.page.mouse.move(left + width * share, top + height * share);
    await this.page.click(selector);
  }

  /** Where the first element that `selector` finds is on the screen. */
  async box(selector: string): Promise<Box> {
    return await this.page.evaluate(
      `document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect().toJSON()`,
    );
  }

  /** The notice that is shown, if one is. */
  async notice(): Promise<string | undefined> {
    return await this.page.evaluate(
      `document.querySelector("#notice").hidden ? undefined : document.querySelector("#notice-text").textContent`,
    );
  }

  /** Waits until the state shown is `state`. */
  async waitForState(state: "INIT" | "READY" | "PLAYING"): Promise<void> {
    await this.page.waitForSelector(`.states li[data-state="${state}"][aria-current]`);
  }

  /** Waits until the notice says something like `text`. */
  async waitForNotice(text: string): Promise<void> {
    await this.until(
      `!document.querySelector("#notice").hidden && document.querySelector("#notice").textContent.includes(${
        JSON.stringify(text)
      })`,
    );
  }

  /** The text of a statistic. */
  async statistic(name: string): Promise<string> {
    return await this.page.textContent(`[data-stat="${name}"]`) ?? "";
  }
}
