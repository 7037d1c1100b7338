"""Plays with OpenCV, as its users do: a line with a hash of each picture that read() gives.

opencv_player.py URL_OR_FILE [FRAMES]
"""

import hashlib
import sys

import cv2

source = sys.argv[1]
frames = int(sys.argv[2]) if len(sys.argv) > 2 else None

capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG)
if not capture.isOpened():
    sys.exit(f"cannot open {source}")
shown = 0
while shown != frames:
    is_there, picture = capture.read()
    if not is_there:
        break
    print(hashlib.md5(picture.tobytes()).hexdigest())
    shown += 1
capture.release()
