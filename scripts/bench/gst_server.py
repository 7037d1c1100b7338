#!/usr/bin/python3
"""The peer of the benchmarks: gst-rtsp-server sending the MJPEG track of an AVI file, which it neither parses nor decodes.

  gst_server.py FILE.avi

prints "listening PORT"; rtsp://127.0.0.1:PORT/own makes a pipeline for every client, as gst-rtsp-server does unless
told otherwise, and /shared one for all of them, who then see the same frame at the same time.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
for path, is_shared in (("/own", False), ("/shared", True)):
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f'( filesrc location="{sys.argv[1]}" ! avidemux ! rtpjpegpay name=pay0 pt=26 mtu=1400 )')
    factory.set_shared(is_shared)
    server.get_mount_points().add_factory(path, factory)
server.attach(None)
print("listening", server.get_bound_port(), flush=True)
GLib.MainLoop().run()
