/**
 * The real Firefox, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): playwright-core asks Debian's for commands that
 * it does not know.
 *
 * @module
 */

import { findProgram } from "./peers.ts";
import { reservePort } from "./ports.ts";
import { soon, until } from "./until.ts";

/** What the profile says: no requests of the browser's own, and downloads without a question. */
function preferences(downloads: string): string {
  const values = {
    "app.update.enabled": false,
    "browser.download.dir": downloads,
    "browser.download.folderList": 2,
    "browser.helperApps.neverAsk.saveToDisk": "video/x-matroska",
    "browser.shell.checkDefaultBrowser": false,
    "datareporting.policy.dataSubmissionEnabled": false,
    "media.autoplay.default": 0,
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "toolkit.telemetry.enabled": false,
  };
  return Object.entries(values).map(([name, value]) =>
    `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`
  ).join("");
}

/** An answer of the browser. */
interface Answer {
  readonly id?: number;
  readonly type: "success" | "error" | "event";
  // deno-lint-ignore no-explicit-any
  readonly result?: any;
  readonly message?: string;
}

/** A browser with one tab. */
export class Firefox implements AsyncDisposable {
  /** Where downloads go. */
  readonly downloads: string;
  readonly #profile: string;
  readonly #process: Deno.ChildProcess;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  #lastId = 0;
  #tab = "";

  private constructor(profile: string, { process, socket }: { process: Deno.ChildProcess; socket: WebSocket }) {
    this.#profile = profile;
    this.downloads = `${profile}/downloads`;
    this.#process = process;
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const answer = JSON.parse(data) as Answer;
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.resolve(answer);
    };
  }

  /** Starts it with a page. */
  static async open(url: string): Promise<Firefox> {
    const profile = await Deno.makeTempDir({ prefix: "firefox-" });
    await Deno.mkdir(`${profile}/downloads`);
    await Deno.writeTextFile(`${profile}/user.js`, preferences(`${profile}/downloads`));
    const port = reservePort();
    const process = new Deno.Command(findProgram("firefox-esr")!, {
      args: ["--headless", "--profile", profile, "--remote-debugging-port", String(port)],
      env: { HOME: profile },
      stdout: "null",
      stderr: "null",
    }).spawn();
    const socket = await connect(`ws://127.0.0.1:${port}/session`);
    const firefox = new Firefox(profile, { process, socket });
    await firefox.#send("session.new", { capabilities: {} });
    const { contexts } = await firefox.#send("browsingContext.getTree", {});
    firefox.#tab = contexts[0].context;
    const viewport = { width: 1180, height: 720 };
    await firefox.#send("browsingContext.setViewport", { context: firefox.#tab, viewport });
    await firefox.#send("browsingContext.navigate", { context: firefox.#tab, url, wait: "complete" });
    return firefox;
  }

  /** The value of a JavaScript expression in the page: a text, a number or a truth value. */
  async evaluate<T extends string | number | boolean>(expression: string): Promise<T> {
    const { type, result, exceptionDetails } = await this.#send("script.evaluate", {
      expression,
      target: { context: this.#tab },
      awaitPromise: true,
    });
    if (type === "exception") throw new Error(`${expression}: ${exceptionDetails.text}`);
    return result.value;
  }

  /** Waits until a JavaScript expression holds in the page. */
  async until(expression: string): Promise<void> {
    await until(() => this.evaluate<boolean>(`Boolean(${expression})`), {
      step: () => new Promise((resolve) => setTimeout(resolve, 40)),
    }).catch((error) => {
      throw new Error(`It never held in the page: ${expression}`, { cause: error });
    });
  }

  /** Presses a key. */
  async press(key: string): Promise<void> {
    const actions = ["keyDown", "keyUp"].map((type) => ({ type, value: key }));
    await this.#act({ type: "key", id: "keyboard", actions });
  }

  /** Clicks an element, at a share of its width. */
  async click(selector: string, share = 0.5): Promise<void> {
    const place = async (name: string) =>
      Math.round(
        await this.evaluate<number>(`(({ left, top, width, height }) => ${name})(
        document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect())`),
      );
    const [x, y] = [await place(`left + width * ${share}`), await place("top + height / 2")];
    await this.#act({
      ...{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" } },
      actions: [
        ...[{ type: "pointerMove", x: x - 2, y }, { type: "pointerMove", x, y }],
        ...[{ type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }],
      ],
    });
  }

  /** Ends it, and removes what it has written. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#send("browser.close", {}).catch(() => this.#process.kill());
    await soon(this.#process.status);
    this.#socket.close();
    await Deno.remove(this.#profile, { recursive: true });
  }

  async #act(source: object): Promise<void> {
    await this.#send("input.performActions", { context: this.#tab, actions: [source] });
  }

  async #send(method: string, params: object) {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<Answer>();
    this.#waiting.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { type, message, result } = await soon(answer.promise);
    if (type === "error") throw new Error(`${method}: ${message}`);
    return result;
  }
}

/** Connects as soon as somebody listens. */
async function connect(url: string): Promise<WebSocket> {
  let socket: WebSocket | undefined;
  await until(async () => {
    const tried = new WebSocket(url);
    const isOpen = await new Promise<boolean>((resolve) => {
      tried.onopen = () => resolve(true);
      tried.onerror = () => resolve(false);
    });
    if (isOpen) socket = tried;
    return isOpen;
  }, { step: () => new Promise((resolve) => setTimeout(resolve, 200)) });
  return socket!;
}
