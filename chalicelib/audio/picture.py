"""A stranger's picture made anew as a plain JPEG, in a process of its own.

`python -m chalicelib.audio.picture` takes the picture on stdin and answers `<width> <height>` on a line, then
the JPEG. Ends with 1 if it is no good. Whatever a broken or hostile picture does to a decoder, it does here,
where there is nothing to take, and not for long.
"""

from __future__ import annotations

import io
import resource
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 12_000_000
SIDE = 1000
"""Pixels of the longer side, at most."""
_QUALITY = 85
_CPU_SECONDS = 10
_MEMORY_BYTES = 1 << 30


def clean(picture: bytes) -> tuple[int, int, bytes]:
    """Width, height, JPEG. Only the pixels are left: no place, no device, no profile.

    Raises whatever Pillow does, and ValueError for a picture that is too large.
    """
    from PIL import Image, ImageOps  # after the limits are set

    with Image.open(io.BytesIO(picture), formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        image.draft("RGB", (SIDE, SIDE))  # a JPEG can be decoded at half or a quarter of its size
        upright = _flat(ImageOps.exif_transpose(image))
    upright.thumbnail((SIDE, SIDE))
    jpeg = io.BytesIO()
    upright.save(jpeg, "JPEG", quality=_QUALITY, optimize=True)
    return upright.width, upright.height, jpeg.getvalue()


def _flat(image: Image.Image) -> Image.Image:
    """On white where it is transparent; a new picture, for what is attached to the old one stays with it."""
    from PIL import Image

    flat = Image.new("RGB", image.size, "white")
    seen_through = image.convert("RGBA")
    flat.paste(seen_through, mask=seen_through)
    return flat


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    width, height, jpeg = clean(sys.stdin.buffer.read())
    sys.stdout.buffer.write(f"{width} {height}\n".encode() + jpeg)


if __name__ == "__main__":
    main()
