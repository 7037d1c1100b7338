/*
 * The local page: puts its parts together. What the player says and takes is in player.js; stage/ is the picture with its controls,
 * panel/ what stands beside it, knobs/ the emulated network, wire/ what goes over the wire, tour/ what explains it, sound/ what is
 * heard, record/ what is kept of it, playlist/ the streams that there are, and grid/ all of them at once.
 */

// @ts-check
/// <reference lib="dom" />

import { Attention } from "./attention.js";
import { element } from "./dom.js";
import { Knobs } from "./knobs/knobs.js";
import { SessionPanel } from "./panel/session.js";
import { Statistics } from "./panel/statistics.js";
import { Summary } from "./panel/summary.js";
import { Player } from "./player.js";
import { Grid } from "./grid/grid.js";
import { Drawer } from "./playlist/drawer.js";
import { Playlist } from "./playlist/playlist.js";
import { openSink } from "./record/file_sink.js";
import { Recording } from "./record/recording.js";
import { HeldFrames } from "./sound/held_frames.js";
import { PlayoutClock } from "./sound/playout_clock.js";
import { Sound } from "./sound/sound.js";
import { Bubble } from "./stage/bubble.js";
import { Controls } from "./stage/controls.js";
import { Fading } from "./stage/fading.js";
import { Keys } from "./stage/keys.js";
import { Notices } from "./stage/notices.js";
import { Picture } from "./stage/picture.js";
import { Pointer } from "./stage/pointer.js";
import { Poster } from "./stage/poster.js";
import { RecordButton } from "./stage/record_button.js";
import { View } from "./stage/view.js";
import { Volume } from "./stage/volume.js";
import { Hover } from "./timeline/hover.js";
import { Thumbnails } from "./timeline/thumbnails.js";
import { Timeline } from "./timeline/timeline.js";
import { Reports } from "./wire/reports.js";
import { SequenceChart } from "./wire/sequence_chart.js";
import { Tour } from "./tour/tour.js";
import { Packet } from "./wire/packet.js";
import { Wire } from "./wire/wire.js";

// Below the start page of a server there is a way back to it.
element("#home").hidden = location.pathname === "/";

const player = new Player();
const clock = new PlayoutClock();
const frames = new HeldFrames({ player, clock });
const sound = new Sound({ player, frames, clock });
const picture = new Picture({ player, frames });
const recording = new Recording({ player, openSink });
const bubble = new Bubble();
const controls = new Controls({ player, picture, bubble });
const view = new View({ picture, bubble });
const volume = new Volume({ sound, bubble });
const fading = new Fading(player);
const recordButton = new RecordButton({ player, recording, bubble });
const playlist = new Playlist(player);
const drawer = new Drawer({ playlist, bubble });
const grid = new Grid({ player, playlist, drawer, recording, bubble });

new Attention({ player, recording });
new Timeline(player);
new Hover({ player, picture, thumbnails: new Thumbnails({ player, picture }) });
new Notices({ player, picture, recording });
new Poster({ player, picture });
new Pointer({ player, bubble, controls, fading, view });
new Keys({ player, picture, controls, recordButton, view, volume, playlist, drawer, grid });
new SessionPanel(player);
new Knobs(player);
new Statistics({ player, picture });
new Summary(player);
new Wire(player);
new Packet(player);
new SequenceChart(player);
new Reports(player);
new Tour();
