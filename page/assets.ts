/**
 * The files of the page, by their addresses. They are imported as text, so that an executable has them in it.
 *
 * @module
 */

import { encodeHex } from "@std/encoding/hex";
import page from "./assets/index.html" with { type: "text" };
import buttonsStyle from "./assets/buttons.css" with { type: "text" };
import dialogStyle from "./assets/dialog.css" with { type: "text" };
import pageStyle from "./assets/page.css" with { type: "text" };
import attention from "./assets/attention.js" with { type: "text" };
import phoneStyle from "./assets/phone.css" with { type: "text" };
import connection from "./assets/connection.js" with { type: "text" };
import dom from "./assets/dom.js" with { type: "text" };
import entry from "./assets/page.js" with { type: "text" };
import player from "./assets/player.js" with { type: "text" };
import easel from "./assets/drawing/easel.js" with { type: "text" };
import easelWorker from "./assets/drawing/easel_worker.js" with { type: "text" };
import painter from "./assets/drawing/painter.js" with { type: "text" };
import cell from "./assets/grid/cell.js" with { type: "text" };
import grid from "./assets/grid/grid.js" with { type: "text" };
import gridStyle from "./assets/grid/grid.css" with { type: "text" };
import smallDecoder from "./assets/grid/small_decoder.js" with { type: "text" };
import knobs from "./assets/knobs/knobs.js" with { type: "text" };
import knobsStyle from "./assets/knobs/knobs.css" with { type: "text" };
import knobScales from "./assets/knobs/scales.js" with { type: "text" };
import csv from "./assets/panel/csv.js" with { type: "text" };
import json from "./assets/panel/json.js" with { type: "text" };
import meters from "./assets/panel/meters.js" with { type: "text" };
import panelStyle from "./assets/panel/panel.css" with { type: "text" };
import session from "./assets/panel/session.js" with { type: "text" };
import sessionStyle from "./assets/panel/session.css" with { type: "text" };
import sparkline from "./assets/panel/sparkline.js" with { type: "text" };
import statistics from "./assets/panel/statistics.js" with { type: "text" };
import summary from "./assets/panel/summary.js" with { type: "text" };
import summaryStyle from "./assets/panel/summary.css" with { type: "text" };
import ebml from "./assets/record/ebml.js" with { type: "text" };
import fileSink from "./assets/record/file_sink.js" with { type: "text" };
import jpegSize from "./assets/record/jpeg_size.js" with { type: "text" };
import matroskaWriter from "./assets/record/matroska_writer.js" with { type: "text" };
import recording from "./assets/record/recording.js" with { type: "text" };
import drawer from "./assets/playlist/drawer.js" with { type: "text" };
import playlist from "./assets/playlist/playlist.js" with { type: "text" };
import playlistStyle from "./assets/playlist/playlist.css" with { type: "text" };
import row from "./assets/playlist/row.js" with { type: "text" };
import heldFrames from "./assets/sound/held_frames.js" with { type: "text" };
import playoutClock from "./assets/sound/playout_clock.js" with { type: "text" };
import sound from "./assets/sound/sound.js" with { type: "text" };
import soundOutput from "./assets/sound/sound_output.js" with { type: "text" };
import soundReel from "./assets/sound/sound_reel.js" with { type: "text" };
import soundWorklet from "./assets/sound/sound_worklet.js" with { type: "text" };
import bubble from "./assets/stage/bubble.js" with { type: "text" };
import controlsStyle from "./assets/stage/controls.css" with { type: "text" };
import controls from "./assets/stage/controls.js" with { type: "text" };
import fading from "./assets/stage/fading.js" with { type: "text" };
import frameHistory from "./assets/stage/frame_history.js" with { type: "text" };
import keys from "./assets/stage/keys.js" with { type: "text" };
import notices from "./assets/stage/notices.js" with { type: "text" };
import picture from "./assets/stage/picture.js" with { type: "text" };
import pointer from "./assets/stage/pointer.js" with { type: "text" };
import poster from "./assets/stage/poster.js" with { type: "text" };
import recordButton from "./assets/stage/record_button.js" with { type: "text" };
import recordStyle from "./assets/stage/record.css" with { type: "text" };
import sliderStyle from "./assets/stage/slider.css" with { type: "text" };
import stageStyle from "./assets/stage/stage.css" with { type: "text" };
import view from "./assets/stage/view.js" with { type: "text" };
import volumeStyle from "./assets/stage/volume.css" with { type: "text" };
import volume from "./assets/stage/volume.js" with { type: "text" };
import hover from "./assets/timeline/hover.js" with { type: "text" };
import thumbnails from "./assets/timeline/thumbnails.js" with { type: "text" };
import timelineStyle from "./assets/timeline/timeline.css" with { type: "text" };
import timeline from "./assets/timeline/timeline.js" with { type: "text" };
import exchanges from "./assets/wire/exchanges.js" with { type: "text" };
import arrivals from "./assets/wire/arrivals.js" with { type: "text" };
import tourText from "../docs/TOUR.md" with { type: "text" };
import tourSteps from "./assets/tour/steps.js" with { type: "text" };
import tourStyle from "./assets/tour/tour.css" with { type: "text" };
import tour from "./assets/tour/tour.js" with { type: "text" };
import packetFields from "./assets/wire/packet_fields.js" with { type: "text" };
import packet from "./assets/wire/packet.js" with { type: "text" };
import reportWords from "./assets/wire/report_words.js" with { type: "text" };
import reports from "./assets/wire/reports.js" with { type: "text" };
import sequenceChart from "./assets/wire/sequence_chart.js" with { type: "text" };
import sequenceDrawing from "./assets/wire/sequence_drawing.js" with { type: "text" };
import sequenceStyle from "./assets/wire/sequence.css" with { type: "text" };
import wireStyle from "./assets/wire/wire.css" with { type: "text" };
import wire from "./assets/wire/wire.js" with { type: "text" };

/** A file of the page. */
export interface Asset {
  /** Its media type. */
  readonly type: string;
  readonly text: string;
}

/** HTML as a file. */
export const html = (text: string): Asset => ({ type: "text/html; charset=utf-8", text });
/** CSS as a file. */
export const css = (text: string): Asset => ({ type: "text/css; charset=utf-8", text });
const plain = (text: string): Asset => ({ type: "text/plain; charset=utf-8", text });
/** JavaScript as a file. */
export const js = (text: string): Asset => ({ type: "text/javascript; charset=utf-8", text });

/** All files, by path. */
export const ASSETS: Readonly<Record<string, Asset>> = {
  "/": html(page),
  "/assets/page.css": css(pageStyle),
  "/assets/buttons.css": css(buttonsStyle),
  "/assets/dialog.css": css(dialogStyle),
  "/assets/phone.css": css(phoneStyle),
  "/assets/page.js": js(entry),
  "/assets/attention.js": js(attention),
  "/assets/connection.js": js(connection),
  "/assets/dom.js": js(dom),
  "/assets/player.js": js(player),
  "/assets/drawing/easel.js": js(easel),
  "/assets/drawing/easel_worker.js": js(easelWorker),
  "/assets/drawing/painter.js": js(painter),
  "/assets/grid/grid.css": css(gridStyle),
  "/assets/grid/cell.js": js(cell),
  "/assets/grid/grid.js": js(grid),
  "/assets/grid/small_decoder.js": js(smallDecoder),
  "/assets/knobs/knobs.css": css(knobsStyle),
  "/assets/knobs/knobs.js": js(knobs),
  "/assets/knobs/scales.js": js(knobScales),
  "/assets/panel/panel.css": css(panelStyle),
  "/assets/panel/session.css": css(sessionStyle),
  "/assets/panel/summary.css": css(summaryStyle),
  "/assets/panel/csv.js": js(csv),
  "/assets/panel/json.js": js(json),
  "/assets/panel/meters.js": js(meters),
  "/assets/panel/session.js": js(session),
  "/assets/panel/sparkline.js": js(sparkline),
  "/assets/panel/statistics.js": js(statistics),
  "/assets/panel/summary.js": js(summary),
  "/assets/record/ebml.js": js(ebml),
  "/assets/record/file_sink.js": js(fileSink),
  "/assets/record/jpeg_size.js": js(jpegSize),
  "/assets/record/matroska_writer.js": js(matroskaWriter),
  "/assets/record/recording.js": js(recording),
  "/assets/playlist/playlist.css": css(playlistStyle),
  "/assets/playlist/drawer.js": js(drawer),
  "/assets/playlist/playlist.js": js(playlist),
  "/assets/playlist/row.js": js(row),
  "/assets/sound/held_frames.js": js(heldFrames),
  "/assets/sound/playout_clock.js": js(playoutClock),
  "/assets/sound/sound.js": js(sound),
  "/assets/sound/sound_output.js": js(soundOutput),
  "/assets/sound/sound_reel.js": js(soundReel),
  "/assets/sound/sound_worklet.js": js(soundWorklet),
  "/assets/stage/controls.css": css(controlsStyle),
  "/assets/stage/record.css": css(recordStyle),
  "/assets/stage/slider.css": css(sliderStyle),
  "/assets/stage/stage.css": css(stageStyle),
  "/assets/stage/volume.css": css(volumeStyle),
  "/assets/stage/bubble.js": js(bubble),
  "/assets/stage/controls.js": js(controls),
  "/assets/stage/fading.js": js(fading),
  "/assets/stage/frame_history.js": js(frameHistory),
  "/assets/stage/keys.js": js(keys),
  "/assets/stage/notices.js": js(notices),
  "/assets/stage/picture.js": js(picture),
  "/assets/stage/pointer.js": js(pointer),
  "/assets/stage/poster.js": js(poster),
  "/assets/stage/record_button.js": js(recordButton),
  "/assets/stage/view.js": js(view),
  "/assets/stage/volume.js": js(volume),
  "/assets/timeline/timeline.css": css(timelineStyle),
  "/assets/timeline/hover.js": js(hover),
  "/assets/timeline/thumbnails.js": js(thumbnails),
  "/assets/timeline/timeline.js": js(timeline),
  "/assets/tour/steps.js": js(tourSteps),
  "/assets/tour/tour.css": css(tourStyle),
  "/assets/tour/tour.js": js(tour),
  "/assets/tour/tour.md": plain(tourText),
  "/assets/wire/wire.css": css(wireStyle),
  "/assets/wire/sequence.css": css(sequenceStyle),
  "/assets/wire/arrivals.js": js(arrivals),
  "/assets/wire/exchanges.js": js(exchanges),
  "/assets/wire/packet.js": js(packet),
  "/assets/wire/packet_fields.js": js(packetFields),
  "/assets/wire/report_words.js": js(reportWords),
  "/assets/wire/reports.js": js(reports),
  "/assets/wire/sequence_chart.js": js(sequenceChart),
  "/assets/wire/sequence_drawing.js": js(sequenceDrawing),
  "/assets/wire/wire.js": js(wire),
};

/** Changes with the files: a page of another build reloads itself. */
export async function buildOf(assets: Readonly<Record<string, Asset>>): Promise<string> {
  const text = Object.values(assets).map(({ text }) => text).join();
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return encodeHex(digest.slice(0, 8));
}
