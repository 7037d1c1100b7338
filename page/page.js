/*
 * The local page: draws the frames that come over one WebSocket, sends the buttons' commands back, and reconnects by itself when
 * the player is started again.
 */

// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

const FRAME_HEADER_BYTES = 12;
const RECONNECT_MIN_MS = 250;
const RECONNECT_MAX_MS = 2000;
/** The player has viewers enough (RFC 6455, 7.4: registered at IANA as "Try Again Later"). */
const TRY_AGAIN_LATER = 1013;
/** How long no frame can be decoded before the user is told. */
const UNDECODABLE_NOTICE_MS = 500;
/** How long an info is shown. */
const INFO_MS = 5000;
const MODE_KEY = "mjpegrtsp-four-buttons";

/** @typedef {"SETUP" | "PLAY" | "PAUSE" | "TEARDOWN"} Command */
/** @typedef {{ level: "info" | "warning" | "error", text: string, advice?: string }} Notice */
/**
 * @typedef {{ state: string, allowed: Command[], notice?: Notice, dialect?: string, transport: string, ended: boolean }}
 *   Status
 */
/** @typedef {{ encoding: string, packets: number, lostPackets: number, jitterMs: number }} Track */

/** @param {string} selector @returns {HTMLElement} */
function element(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`The page has no ${selector}`);
  return found;
}

const picture = /** @type {HTMLCanvasElement} */ (element("#picture"));
const context = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d", { alpha: false }));
const placeholder = element("#placeholder");
const notice = element("#notice");
const link = element("#link");
const screen = element("#screen");
const mode = /** @type {HTMLInputElement} */ (element("#mode"));
const commandButtons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-command]"));
const actionButtons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-action]"));

/** The build that this page was loaded with; another one means that its files have changed. */
let build = "";
/** @type {Status} */
let status = { state: "INIT", allowed: [], transport: "–", ended: false };
/** @type {WebSocket | undefined} */
let socket;
let reconnectMs = RECONNECT_MIN_MS;

/* ---- Frames: one is decoded at a time, and the newest wins. ---- */

/** @type {ArrayBuffer | undefined} */
let waiting;
let isDecoding = false;
/** Frames that came whole and that the browser cannot decode all the same. */
let undecodableFrames = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let undecodableTimer;

async function draw() {
  if (isDecoding) return;
  isDecoding = true;
  while (waiting !== undefined) {
    const message = waiting;
    waiting = undefined;
    try {
      const image = await createImageBitmap(new Blob([message.slice(FRAME_HEADER_BYTES)], { type: "image/jpeg" }));
      if (picture.width !== image.width || picture.height !== image.height) {
        picture.width = image.width;
        picture.height = image.height;
      }
      context.drawImage(image, 0, 0);
      image.close();
      const header = new DataView(message);
      picture.dataset.frame = String(header.getUint32(0));
      picture.dataset.arrivalMs = String(header.getFloat64(4));
      placeholder.hidden = true;
      clearTimeout(undecodableTimer);
      undecodableTimer = undefined;
      tell("decoder", undefined);
    } catch (error) {
      undecodableFrames++;
      undecodableTimer ??= setTimeout(
        () => tell("decoder", { level: "error", text: `The browser cannot decode the frames that come: ${error}` }),
        UNDECODABLE_NOTICE_MS,
      );
    }
  }
  isDecoding = false;
}

/* ---- What the player says. ---- */

/** @param {any} message */
function take(message) {
  switch (message.type) {
    case "hello":
      if (build !== "" && build !== message.build) location.reload();
      build = message.build;
      reconnectMs = RECONNECT_MIN_MS;
      undecodableFrames = 0;
      showLink("live", "connected to the player");
      tell("link", undefined);
      element("#title").textContent = message.title;
      element("h1").title = `${message.title} from ${message.server}`;
      element("#server").textContent = message.server;
      document.title = `${message.title} · mjpegrtsp`;
      break;
    case "status":
      status = message;
      tell("command", undefined);
      showStatus();
      break;
    case "stats":
      showStatistics(message);
      break;
    case "error":
      tell("command", { level: "error", text: message.text });
      break;
  }
}

function showStatus() {
  for (const item of document.querySelectorAll(".states li")) {
    if (item.getAttribute("data-state") === status.state) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
  set("state", status.state);
  set("dialect", status.dialect ?? "–");
  set("transport", status.transport === "multicast" ? "multicast" : status.transport.toUpperCase());
  for (const button of commandButtons) button.disabled = !status.allowed.includes(asCommand(button.dataset.command));
  for (const button of actionButtons) button.disabled = commandsOf(button.dataset.action).length === 0;
  placeholder.textContent = status.state === "PLAYING" ? "Waiting for the first frame" : "No frame yet: press Play";
  picture.dataset.stale = String(status.state === "INIT");
  tell("player", status.notice);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let noticeTimer;

/** What there is to tell, by who tells it; the first one is shown. @type {Record<string, Notice | undefined>} */
const notices = { link: undefined, command: undefined, decoder: undefined, player: undefined };

/** @param {string} teller @param {Notice | undefined} news */
function tell(teller, news) {
  notices[teller] = news;
  const shown = Object.values(notices).find((candidate) => candidate !== undefined);
  const text = shown?.advice === undefined ? shown?.text ?? "" : `${shown.text}. ${shown.advice}`;
  if (text === notice.textContent) return;
  notice.textContent = text;
  notice.dataset.level = shown?.level ?? "";
  notice.hidden = shown === undefined;
  clearTimeout(noticeTimer);
  // What needs nobody's help does not lie on the picture for long.
  if (shown?.level === "info") noticeTimer = setTimeout(() => notice.hidden = true, INFO_MS);
}

/** @param {Record<string, any>} stats */
function showStatistics(stats) {
  const isPlaying = status.state === "PLAYING";
  for (
    const name of [
      "frames",
      "packets",
      "lostPackets",
      "duplicatePackets",
      "reorderedPackets",
      "malformedPackets",
      "otherPayloadTypePackets",
      "strayPackets",
      "unexpectedSourcePackets",
    ]
  ) {
    set(name, stats[name].toLocaleString());
  }
  set("droppedFrames", `${stats.droppedFrames.toLocaleString()} frames`);
  const causes = Object.entries(stats.damageCauses).map(([cause, count]) => `${count} ${cause.replaceAll("-", " ")}`);
  if (undecodableFrames > 0) causes.push(`${undecodableFrames} not decodable`);
  set("damagedFrames", causes.length === 0 ? String(stats.damagedFrames) : causes.join(", "));
  set("fps", isPlaying ? `${stats.currentFps} fps` : "–");
  set("bitrate", isPlaying ? `${(stats.currentBitrate / 1e6).toFixed(2)} Mbit/s` : "–");
  set("lossRate", `${(stats.lossRate * 100).toFixed(1)} %`);
  set("jitter", `${stats.jitterMs.toFixed(1)} ms`);
  set("seconds", formatTime(stats.seconds));
  const senderTimeMs = /** @type {number | undefined} */ (stats.senderTimeMs);
  set("senderTime", senderTimeMs === undefined ? "–" : new Date(senderTimeMs).toLocaleTimeString());
  showTracks(stats.tracks);
}

/** A line for each track of sound. @param {Track[]} tracks */
function showTracks(tracks) {
  const list = element("#tracks");
  list.hidden = tracks.length === 0;
  list.replaceChildren(...tracks.map(({ encoding, packets, lostPackets, jitterMs }) => {
    const line = document.createElement("div");
    const name = document.createElement("dt");
    const value = document.createElement("dd");
    name.textContent = `Sound (${encoding})`;
    value.textContent = `${packets.toLocaleString()} packets, ${lostPackets.toLocaleString()} lost`;
    value.title = `Jitter ${jitterMs.toFixed(1)} ms`;
    line.append(name, value);
    return line;
  }));
}

/** @param {string} name @param {string} value */
function set(name, value) {
  element(`[data-stat="${name}"]`).textContent = value;
}

/** @param {number} seconds */
function formatTime(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/* ---- What the user asks for. ---- */

/** @param {string | undefined} name @returns {Command} */
function asCommand(name) {
  return /** @type {Command} */ (name);
}

/** What a button of the three-button player means in the current state: when to SETUP, and that Stop is TEARDOWN. */
function commandsOf(/** @type {string | undefined} */ action) {
  const can = (/** @type {Command} */ command) => status.allowed.includes(command);
  /** @type {Command[]} */
  let commands = [];
  if (action === "play") commands = can("SETUP") ? ["SETUP", "PLAY"] : can("PLAY") ? ["PLAY"] : [];
  if (action === "pause" && can("PAUSE")) commands = ["PAUSE"];
  if (action === "stop" && can("TEARDOWN")) commands = ["TEARDOWN"];
  return commands;
}

/** @param {Command[]} commands */
function send(commands) {
  if (socket?.readyState !== WebSocket.OPEN) return;
  for (const command of commands) socket.send(JSON.stringify({ command }));
}

for (const button of commandButtons) button.onclick = () => send([asCommand(button.dataset.command)]);
for (const button of actionButtons) button.onclick = () => send(commandsOf(button.dataset.action));

element("#fullscreen").onclick = toggleFullscreen;

function toggleFullscreen() {
  if (document.fullscreenElement === null) screen.requestFullscreen();
  else document.exitFullscreen();
}

document.onkeydown = (event) => {
  const isOnControl = event.target instanceof HTMLElement && event.target.closest("button, a, input, summary") !== null;
  if (isOnControl || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " ") {
    event.preventDefault();
    const play = commandsOf("play");
    send(play.length > 0 ? play : commandsOf("pause"));
  } else if (event.key === "f") {
    toggleFullscreen();
  }
};

mode.onchange = () => {
  localStorage.setItem(MODE_KEY, String(mode.checked));
  showMode();
};

function showMode() {
  element("#simple").hidden = mode.checked;
  element("#lab").hidden = !mode.checked;
}

/* ---- The connection to the player. ---- */

function connect() {
  socket = new WebSocket(`ws://${location.host}/ws`);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") return take(JSON.parse(data));
    waiting = data;
    draw();
  };
  socket.onclose = ({ code, reason }) => {
    const isRefused = code === TRY_AGAIN_LATER;
    showLink("gone", isRefused ? "waiting for the player" : "the player is gone");
    status = { ...status, allowed: [], ended: true };
    showStatus();
    picture.dataset.stale = "true";
    const gone = "The player is gone. Start it again, and this page reconnects by itself";
    tell("link", isRefused ? { level: "warning", text: reason } : { level: "error", text: gone });
    setTimeout(connect, reconnectMs);
    reconnectMs = Math.min(RECONNECT_MAX_MS, reconnectMs * 2);
  };
}

/** @param {string} state @param {string} text */
function showLink(state, text) {
  link.dataset.link = state;
  link.textContent = text;
}

mode.checked = localStorage.getItem(MODE_KEY) === "true";
showMode();
connect();
