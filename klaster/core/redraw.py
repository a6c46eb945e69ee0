"""Draws a picture anew, in a process of its own with little memory and little time (see uploads.py).

Reads the picture from standard input; writes one JSON line about it and then the new picture, or a JSON line with the
reason why there is none. What was hidden in the file (place, camera, comments, scripts, further frames) is gone.

Run as a script: it must import nothing of the site.
"""

import io
import json
import resource
import sys
from typing import Any

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF")
MEMORY = 1_200_000_000
SECONDS = 15


def main(max_pixels: int) -> None:
    for limit, value in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):  # a system that knows no such limit; the parent's clock is left
            continue
    data = sys.stdin.buffer.read()
    try:
        about, picture = redraw(data, max_pixels)
    except MemoryError:
        about, picture = {"problem": "large"}, b""
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + picture)


def redraw(data: bytes, max_pixels: int) -> tuple[dict[str, Any], bytes]:
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415  under the limits

    Image.MAX_IMAGE_PIXELS = None  # we count ourselves, before anything is unpacked
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as source:
            width, height = source.size
            if width * height > max_pixels:
                return {"problem": "large", "width": width, "height": height}, b""
            kind = source.format
            source.load()
            upright = in_srgb(ImageOps.exif_transpose(source))
    except UnidentifiedImageError:
        return {"problem": "unknown"}, b""
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, OverflowError) as error:
        return {"problem": "broken", "detail": type(error).__name__}, b""
    transparent = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    pixels = upright.convert("RGBA" if transparent else "RGB")
    clean = Image.frombytes(pixels.mode, pixels.size, pixels.tobytes())  # pixels and nothing else
    if kind == "JPEG" or (kind == "AVIF" and not transparent):
        output, options = "JPEG", {"quality": 88, "optimize": True, "progressive": True}
    elif kind == "WEBP":
        output, options = "WEBP", {"quality": 88}
    else:
        output, options = "PNG", {"optimize": True}
    buffer = io.BytesIO()
    clean.save(buffer, output, **options)
    return {"format": output, "width": clean.width, "height": clean.height}, buffer.getvalue()


def in_srgb(picture: Any) -> Any:
    """Colours as screens show them without a profile; a broken profile is left aside."""
    from PIL import ImageCms  # noqa: PLC0415  under the limits

    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return picture
    try:
        target = "RGBA" if picture.mode == "RGBA" else "RGB"
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=target)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture


if __name__ == "__main__":
    main(int(sys.argv[1]))
