"""A picture that somebody sent, as a small PNG of our own making, or a sentence why it cannot be used."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageFile, ImageOps

from estimator.i18n import gettext as _

MOST_BYTES = 1_000_000
"""Maximum size of an uploaded picture in bytes."""

LONGEST_SIDE = 4_000
"""Maximum width and height of an uploaded picture in pixels."""

WIDEST, HIGHEST = 600, 300
"""Maximum width and height of the stored PNG in pixels: more than is shown, on paper too."""

FINAL_BYTES = 12_000
"""Maximum size of the stored PNG in bytes, because every page carries it."""

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


class NotUsable(ValueError):
    """A picture that cannot be used; the message says why."""


@dataclass(frozen=True)
class Picture:
    """A PNG."""

    content: bytes
    width: int
    height: int


def as_png(sent: bytes) -> Picture:
    """Return a PNG or JPEG, told by its content, as a PNG with nothing in it but the picture. Raises NotUsable.

    What the file says besides (places, names, colour profiles, thumbnails) stays behind.
    """
    if not sent:
        raise NotUsable(_("Choose a file."))
    if len(sent) > MOST_BYTES:
        raise NotUsable(_("The file is larger than one megabyte. Save the picture smaller."))
    if not sent.startswith((_PNG, _JPEG)):
        beginning = sent[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if beginning.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")):
            raise NotUsable(
                _("SVG is not accepted, because it can contain programs. Save the picture as PNG.")
            )
        raise NotUsable(_("This is neither a PNG nor a JPEG file, whatever its name says."))
    return _drawn_anew(sent)


def _drawn_anew(sent: bytes) -> Picture:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warnings about files that are odd but can be drawn
            # WeasyPrint, once imported, lets Pillow fill in what is missing from a file.
            ImageFile.LOAD_TRUNCATED_IMAGES = False
            with Image.open(BytesIO(sent), formats=("PNG", "JPEG")) as found:
                if max(found.size) > LONGEST_SIDE:
                    raise NotUsable(
                        _(
                            "The picture has %(width)s × %(height)s pixels; at most %(most)s × %(most)s are accepted.",
                            width=found.width,
                            height=found.height,
                            most=LONGEST_SIDE,
                        )
                    )
                if getattr(found, "is_animated", False) and sent.startswith(_PNG):
                    raise NotUsable(_("This picture is animated. Choose a still one."))
                found.load()
                plain = _plain(ImageOps.exif_transpose(found) or found)
    except NotUsable:
        raise
    except Image.DecompressionBombError as error:
        raise NotUsable(
            _(
                "The picture has far too many pixels; at most %(most)s × %(most)s are accepted.",
                most=LONGEST_SIDE,
            )
        ) from error
    except Exception as error:  # a file from outside makes readers fail in more ways than they name
        raise NotUsable(_("This file is broken: the picture in it cannot be drawn.")) from error
    plain.thumbnail((WIDEST, HIGHEST), Image.Resampling.LANCZOS)
    return _small(plain)


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


def _small(plain: Image.Image) -> Picture:
    """Return a picture as PNG: with all colours if that is small, else with fewer, else smaller."""
    content = _written(plain)
    while len(content) > FINAL_BYTES:
        method = Image.Quantize.FASTOCTREE if plain.mode == "RGBA" else Image.Quantize.MEDIANCUT
        content = _written(plain.quantize(128, method=method))
        if len(content) > FINAL_BYTES:
            plain = plain.resize((max(1, plain.width * 4 // 5), max(1, plain.height * 4 // 5)))
            content = _written(plain)
    return Picture(content, *plain.size)


def _written(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
