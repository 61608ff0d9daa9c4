"""Pictures that somebody sends: what they are is told by their content, and nothing of the file is kept."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from estimator.pdf import image_process, images
from tests.support import profile


def drawn(picture: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def colours(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height), 128 if mode in ("L", "P", "I;16", "1") else None)


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    size = width * height * len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, (width, height), random.Random(1).randbytes(size))


def opened(picture: images.Picture) -> Image.Image:
    found = Image.open(BytesIO(picture.content))
    found.load()
    assert (found.format, found.size) == ("PNG", (picture.width, picture.height))
    return found


def drawn_here(sent: bytes) -> images.Picture:
    """Draw a picture in this process, as the one that draws does, where a test draws hundreds."""
    limits = images.LONGEST_SIDE, images.WIDEST, images.HIGHEST, images.FINAL_BYTES
    return images.parsed(image_process.drawn(sent, *limits))


@pytest.mark.long
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_any_colours_comes_out_as_a_small_png(mode: str) -> None:
    found = opened(images.as_png(drawn(colours(1200, 300, mode))))
    assert found.size == (600, 150)
    assert found.mode in ("RGB", "RGBA", "P")


@pytest.mark.long
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_of_any_colours_comes_out_as_a_small_png(mode: str) -> None:
    assert opened(images.as_png(drawn(noise(320, 100, mode), "JPEG"))).size[0] <= 320


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    white = Image.new("I;16", (20, 20), 65_535)
    assert opened(images.as_png(drawn(white))).convert("L").getpixel((5, 5)) == 255


def test_a_small_picture_stays_as_it_is() -> None:
    picture = noise(40, 30)
    assert opened(images.as_png(drawn(picture))).tobytes() == picture.tobytes()


def test_what_is_transparent_stays_so() -> None:
    picture = Image.new("RGBA", (50, 50), (10, 20, 30, 0))
    picture.putpixel((3, 3), (200, 0, 0, 255))
    found = opened(images.as_png(drawn(picture))).convert("RGBA")
    assert [found.getpixel((0, 0))[3], found.getpixel((3, 3))] == [0, (200, 0, 0, 255)]  # type: ignore[index]


@pytest.mark.long
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_photograph_becomes_small_enough_for_every_page(mode: str) -> None:
    found = images.as_png(drawn(noise(500, 250, mode)))
    assert len(found.content) <= images.FINAL_BYTES
    opened(found)


def test_the_longest_line_that_is_taken_is_drawn() -> None:
    assert opened(images.as_png(drawn(colours(4000, 1, "L")))).size == (600, 1)
    assert opened(images.as_png(drawn(colours(4000, 4000, "L")))).size == (300, 300)


def test_a_turned_photograph_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(images.as_png(drawn(colours(200, 100), "JPEG", exif=exif))).size == (100, 200)


def test_what_a_file_says_about_people_and_places_stays_behind() -> None:
    exif = Image.Exif()
    exif[0x013B] = "Mira Canary"
    photo = drawn(colours(50, 50), "JPEG", exif=exif, comment=b"canary in a comment")
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "Mira Canary")
    for sent in (photo, drawn(colours(50, 50), pnginfo=words, exif=exif), photo + b"canary behind it"):
        assert b"canary" in sent.lower()
        assert b"canary" not in images.as_png(sent).content.lower()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"", "Choose a file"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 1_000_000, "larger than one megabyte"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", "SVG"),
        (b"GIF89a" + b"\0" * 20, "neither a PNG nor a JPEG"),
        (b"<html>", "neither a PNG nor a JPEG"),
        (b"%PDF-1.7", "neither a PNG nor a JPEG"),
        (b"\x89PNG\r\n\x1a\nnothing more", "broken"),
        (b"\xff\xd8\xff\xe0 no picture", "broken"),
        (b"\xff\xd8\xff" + b"\xff" * 500, "broken"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(sent: bytes, words: str) -> None:
    with pytest.raises(images.NotUsable, match=words):
        images.as_png(sent)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_file_cut_off_anywhere_is_drawn_or_refused_and_nothing_else(kind: str) -> None:
    whole = drawn(noise(60, 40), kind)
    refused = 0
    for end in range(0, len(whole), 37):
        try:
            drawn_here(whole[:end])
        except images.NotUsable:
            refused += 1
    assert refused > 0


def test_a_file_with_wrong_bytes_anywhere_is_drawn_or_refused_and_nothing_else() -> None:
    chance = random.Random(2)
    for kind in ("PNG", "JPEG"):
        whole = drawn(noise(30, 20), kind)
        for _time in range(profile.count(60, 3_000)):
            spoilt = bytearray(whole)
            for _byte in range(chance.randint(1, 6)):
                spoilt[chance.randrange(4, len(spoilt))] = chance.randrange(256)
            try:
                drawn_here(bytes(spoilt))
            except images.NotUsable:
                continue


def declaring(width: int, height: int) -> list[bytes]:
    """Return a small PNG and a small JPEG whose headers say that they are of this size."""
    png = bytearray(drawn(noise(8, 8)))
    png[16:24] = struct.pack(">II", width, height)
    png[29:33] = struct.pack(">I", zlib.crc32(png[12:29]))
    jpeg = bytearray(drawn(noise(8, 8), "JPEG"))
    frame = jpeg.index(b"\xff\xc0") + 5
    jpeg[frame : frame + 4] = struct.pack(">HH", min(height, 65_535), min(width, 65_535))
    return [bytes(png), bytes(jpeg)]


@pytest.mark.long
@pytest.mark.parametrize(
    ("width", "height"),
    [(20_000, 20_000), (65_500, 65_500), (2**31 - 1, 2**31 - 1), (1, 2**31 - 1), (9_000, 10_000), (0, 5)],
)
def test_a_picture_that_says_it_is_huge_is_refused_in_a_sentence(width: int, height: int) -> None:
    for sent in declaring(width, height):
        with pytest.raises(images.NotUsable) as refused:
            images.as_png(sent)
        assert str(refused.value)


def test_a_picture_of_far_too_many_pixels_is_told_how_many_it_may_have() -> None:
    for sent in declaring(20_000, 20_000):
        with pytest.raises(images.NotUsable, match="far too many pixels; at most 4000 × 4000 are accepted"):
            images.as_png(sent)


def test_a_picture_too_wide_is_refused_before_it_is_drawn() -> None:
    with pytest.raises(images.NotUsable, match="4001 × 1 pixels"):
        images.as_png(drawn(colours(4001, 1, "L")))
    bomb = drawn(colours(10, 10, "L")).replace(
        (10).to_bytes(4, "big") * 2, (50_000).to_bytes(4, "big") * 2, 1
    )
    with pytest.raises(images.NotUsable):
        images.as_png(bomb)


def test_a_picture_that_moves_is_refused() -> None:
    moving = drawn(colours(20, 20), save_all=True, append_images=[noise(20, 20)], duration=100)
    with pytest.raises(images.NotUsable, match="animated"):
        images.as_png(moving)


def many_scans(side: int) -> bytes:
    """Return a progressive JPEG of a megabyte that asks for each of its pixels tens of thousands of times."""
    picture = drawn(colours(side, side, "L"), "JPEG", progressive=True)
    start = picture.index(b"\xff\xda")
    end = picture.index(b"\xff", start + 2)
    while picture[end + 1] == 0:
        end = picture.index(b"\xff", end + 2)
    # One more table of one code, with the first bits of all coefficients as nothing.
    table = b"\xff\xc4\x00\x14\x10" + b"\x01" + bytes(15) + b"\xe0"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00" + b"\x00" * 20
    some = (images.MOST_BYTES - end - len(table) - 2) // len(scan)
    return picture[:end] + table + scan * some + b"\xff\xd9"


@pytest.mark.long
def test_a_picture_that_asks_for_minutes_of_work_is_given_up_and_others_are_drawn() -> None:
    with pytest.raises(images.NotUsable, match="takes too much to draw"):
        images.as_png(many_scans(4000))
    opened(images.as_png(drawn(noise(40, 30))))
