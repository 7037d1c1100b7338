/*
 * Small things that all parts of the page need: elements, times for people.
 */

// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/**
 * The first element that a selector finds. Throws an `Error` where there is none: then the page and its scripts do not fit.
 *
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function element(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`The page has no ${selector}`);
  return found;
}

/** @param {string} selector @returns {HTMLButtonElement} */
export function button(selector) {
  return /** @type {HTMLButtonElement} */ (element(selector));
}

/**
 * All elements that a selector finds.
 *
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
export function elements(selector) {
  return [...document.querySelectorAll(selector)].map((found) => /** @type {HTMLElement} */ (found));
}

/**
 * Has a list or a slider that was changed by a pointer give the focus back, so that keys mean the player again.
 *
 * @param {HTMLSelectElement | HTMLInputElement} input
 */
export function releaseFocus(input) {
  let isByPointer = false;
  input.addEventListener("pointerdown", () => isByPointer = true);
  input.addEventListener("keydown", () => isByPointer = false);
  input.addEventListener("change", () => isByPointer && input.blur());
}

/** Sets the text of a statistic. @param {string} name @param {string} value */
export function setStatistic(name, value) {
  element(`[data-stat="${name}"]`).textContent = value;
}

/**
 * A time for people: `0:07`, `1:02:03`; `-0:07` for what lies before.
 *
 * @param {number} seconds
 */
export function formatTime(seconds) {
  const whole = Math.floor(Math.abs(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = String(whole % 60).padStart(2, "0");
  const text = hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
  return seconds <= -1 ? `-${text}` : text;
}

/** A number for people, with the separators of their language. @param {number} value @param {number} [digits] */
export function formatNumber(value, digits = 0) {
  return value.toLocaleString(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The name of a stream, as files that are made of it begin. @param {string} title */
export function nameOf(title) {
  return title.split("/").at(-1)?.replace(/\.[^.]*$/, "") || "stream";
}

/** How long a file may take to be fetched, in milliseconds. */
const DOWNLOAD_MS = 10_000;

/** Has the browser store a file. @param {string} name @param {Blob} content */
export function saveFile(name, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_MS);
}
