"""Plays with PyAV, as its users do: a line with a hash of each picture, made of its planes as ffmpeg's framemd5 makes it.

pyav_player.py URL [TRANSPORT [FRAMES]]
"""

import hashlib
import sys

import av

url = sys.argv[1]
options = {"rtsp_transport": sys.argv[2]} if len(sys.argv) > 2 else {}
frames = int(sys.argv[3]) if len(sys.argv) > 3 else None


def hash_of(frame):
    digest = hashlib.md5()
    for plane in frame.planes:
        rows = memoryview(plane)
        for start in range(0, plane.height * plane.line_size, plane.line_size):
            digest.update(rows[start : start + plane.width])
    return digest.hexdigest()


with av.open(url, options=options) as container:
    for index, frame in enumerate(container.decode(video=0)):
        if index == frames:
            break
        print(hash_of(frame))
