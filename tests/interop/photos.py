"""Writes photos as cameras do into a folder: with a thumbnail in their EXIF data, with another picture behind them, or with both."""

import io
import struct
import sys

from PIL import Image, ImageDraw

FOLDER = sys.argv[1]


def picture(number, size=(160, 120)):
    image = Image.effect_mandelbrot(size, (-3, -2.5, 2, 2.5), 20 + number).convert("RGB")
    ImageDraw.Draw(image).text((10, 10), str(number), fill=(255, 0, 0))
    return image


def exif_with_thumbnail(number):
    data = io.BytesIO()
    picture(number, (80, 60)).save(data, "JPEG")
    thumbnail = data.getvalue()
    directory = struct.pack(">H", 3)
    directory += struct.pack(">HHIHH", 0x103, 3, 1, 6, 0)  # Compression: JPEG
    directory += struct.pack(">HHII", 0x201, 4, 1, 14 + 42)  # JPEGInterchangeFormat: where it is
    directory += struct.pack(">HHII", 0x202, 4, 1, len(thumbnail))
    return b"Exif\0\0MM\0*" + struct.pack(">IHI", 8, 0, 14) + directory + struct.pack(">I", 0) + thumbnail


for number in range(12):
    exif = exif_with_thumbnail(number)
    # Pillow 9.4 has room for the list of two pictures, and damages the photo with more.
    others = [picture(number + 20)]
    picture(number).save(f"{FOLDER}/exif-{number}.jpg", exif=exif)
    picture(number).save(f"{FOLDER}/mpo-{number}.jpg", "MPO", save_all=True, append_images=others)
    picture(number).save(f"{FOLDER}/both-{number}.jpg", "MPO", save_all=True, append_images=others, exif=exif)
