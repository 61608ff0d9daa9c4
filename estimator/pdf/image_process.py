"""What runs in the process that draws a picture that anybody may have made: as a small PNG, or a word why not."""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, ImageFile, ImageOps

from estimator.strangers_files import answer

_FORMATS = ("PNG", "JPEG")


def main(longest: int, widest: int, highest: int, final_bytes: int) -> None:
    """Read a picture from standard input, and write what `drawn` says of it to standard output."""
    answer(lambda content: drawn(content, longest, widest, highest, final_bytes))


def drawn(sent: bytes, longest: int, widest: int, highest: int, final_bytes: int) -> bytes:
    """Return a line with a word, a width and a height, and after the word "png" the picture.

    The other words say what is wrong: "long", a side is longer than `longest`; "pixels", there are far too many;
    "animated"; "broken".
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warnings about files that are odd but can be drawn
            # WeasyPrint, once imported, lets Pillow fill in what is missing from a file.
            ImageFile.LOAD_TRUNCATED_IMAGES = False
            with Image.open(BytesIO(sent), formats=_FORMATS) as found:
                if max(found.size) > longest:
                    return _said("long", *found.size)
                if getattr(found, "is_animated", False) and found.format == "PNG":
                    return _said("animated")
                found.load()
                plain = _plain(ImageOps.exif_transpose(found) or found)
    except Image.DecompressionBombError:
        return _said("pixels")
    except Exception:  # a file from outside makes readers fail in more ways than they name
        return _said("broken")
    plain.thumbnail((widest, highest), Image.Resampling.LANCZOS)
    small, content = _small(plain, final_bytes)
    return _said("png", *small.size) + content


def _said(word: str, width: int = 0, height: int = 0) -> bytes:
    return f"{word} {width} {height}\n".encode()


def _plain(found: Image.Image) -> Image.Image:
    """Return a picture in colours of eight bits, with transparency only where there is some."""
    if found.mode.startswith("I"):  # sixteen bits of grey
        found = found.point(lambda value: value / 256).convert("L")
    seen_through = "A" in found.getbands() or "transparency" in found.info
    plain = found.convert("RGBA" if seen_through else "RGB")
    if seen_through and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert("RGB")
    plain.info.clear()
    return plain


def _small(plain: Image.Image, most: int) -> tuple[Image.Image, bytes]:
    """Return a picture and its PNG: with all colours if that is small, else with fewer, else smaller."""
    content = _written(plain)
    while len(content) > most:
        method = Image.Quantize.FASTOCTREE if plain.mode == "RGBA" else Image.Quantize.MEDIANCUT
        content = _written(plain.quantize(128, method=method))
        if len(content) > most:
            plain = plain.resize((max(1, plain.width * 4 // 5), max(1, plain.height * 4 // 5)))
            content = _written(plain)
    return plain, content


def _written(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
