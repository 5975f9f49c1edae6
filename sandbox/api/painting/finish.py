"""What is done to a painted image: its style, and a caption of what could not be painted."""

import unicodedata
from collections.abc import Callable, Mapping
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from sandbox.api.painting.words import Style

UNDRAWABLE = "words in letters that I have no font for"
_PIXELS = 64
"""The short side of an image in the style of old games."""


def styled(image: Image.Image, style: Style | None) -> Image.Image:
    """*image* as that hand would have painted it."""
    return image if style is None else _STYLES[style](image)


def _oil(image: Image.Image) -> Image.Image:
    strokes = image.filter(ImageFilter.ModeFilter(7)).filter(ImageFilter.SMOOTH)
    relief = strokes.convert("L").filter(ImageFilter.EMBOSS).convert("RGB")
    rich = ImageEnhance.Color(strokes).enhance(1.45)
    return ImageChops.overlay(
        rich, Image.blend(Image.new("RGB", rich.size, (128,) * 3), relief, 0.7)
    )


def _pastel(image: Image.Image) -> Image.Image:
    soft = image.filter(ImageFilter.GaussianBlur(3)).filter(ImageFilter.MedianFilter(7))
    pale = Image.blend(
        ImageEnhance.Color(soft).enhance(0.8), Image.new("RGB", soft.size, (255, 246, 238)), 0.42
    )
    grain = Image.frombytes("L", pale.size, Random("paper").randbytes(pale.width * pale.height))
    paper = Image.blend(Image.new("L", pale.size, 128), grain.filter(ImageFilter.SMOOTH), 0.4)
    return ImageChops.soft_light(pale, paper.convert("RGB"))


def _ink(image: Image.Image) -> Image.Image:
    grey = image.convert("L").filter(ImageFilter.GaussianBlur(1.2))
    even = ImageOps.equalize(grey)
    washes = Image.blend(ImageOps.posterize(even, 2), Image.new("L", grey.size, 255), 0.3)
    lines = ImageOps.invert(ImageOps.autocontrast(grey).filter(ImageFilter.FIND_EDGES))
    drawn = ImageChops.multiply(washes, _hard(lines).filter(ImageFilter.MinFilter(3)))
    return ImageOps.colorize(drawn, (24, 24, 34), (248, 243, 230))


def _hard(lines: Image.Image) -> Image.Image:
    levels = [max(0, min(255, (level - 150) * 3)) for level in range(256)]
    return lines.point(levels)  # pyright: ignore[reportUnknownMemberType]  # numpy is not here


def _neon(image: Image.Image) -> Image.Image:
    bright = ImageEnhance.Color(image).enhance(2.6)
    edges = bright.filter(ImageFilter.FIND_EDGES).filter(ImageFilter.MaxFilter(3))
    edges = ImageEnhance.Brightness(ImageEnhance.Color(edges).enhance(2.5)).enhance(2.2)
    halo = ImageEnhance.Brightness(edges.filter(ImageFilter.GaussianBlur(7))).enhance(1.8)
    night = ImageEnhance.Brightness(bright).enhance(0.32)
    dyed = ImageChops.screen(night, Image.new("RGB", night.size, (34, 0, 58)))
    return ImageChops.screen(ImageChops.screen(dyed, halo), edges)


def _pixel(image: Image.Image) -> Image.Image:
    small = image.reduce(max(2, min(image.size) // _PIXELS))
    few = small.quantize(24, dither=Image.Dither.NONE).convert("RGB")
    size = image.size
    return few.resize(size, Image.Resampling.NEAREST)  # pyright: ignore[reportUnknownMemberType]  # Pillow names numpy's types, and numpy is not installed


def captioned(image: Image.Image, caption: str) -> Image.Image:
    """*image* with *caption* on a strip at its lower edge; as it is where there is none."""
    if not caption:
        return image
    unit = max(1, min(image.size) // 512)  # the strip of an enlarged image is as much larger
    font = ImageFont.load_default(21 * unit)
    text = " ".join(filter(None, (_in_font(word, font) for word in caption.split())))
    text = text if text.strip("… ") else UNDRAWABLE
    while font.getlength(text) > image.width - 40 * unit and text != "…":
        text = f"{text.rstrip(' …')[:-1]}…"
    left, top, right, bottom = font.getbbox(text)
    x, y = (image.width - (right - left)) / 2, image.height - 40 * unit
    strip = (x - 14 * unit, y - 6 * unit, x + right - left + 14 * unit, y + bottom + 8 * unit)
    draw = ImageDraw.Draw(image, "RGBA")
    draw.rounded_rectangle(strip, radius=12 * unit, fill=(12, 14, 22, 150))
    draw.text((x - left, y - top / 2), text, font=font, fill=(250, 250, 246, 240))
    return image


def _in_font(word: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """*word* as far as the font has its letters, which may be without accents."""
    blank = _drawn(font, "\uffff")
    plain = unicodedata.normalize("NFKD", word.replace("ß", "ss"))
    return "".join(letter for letter in plain if _drawn(font, letter) != blank)


def _drawn(font: ImageFont.FreeTypeFont | ImageFont.ImageFont, letter: str) -> bytes:
    """How a letter looks; one that the font lacks looks like any other one that it lacks."""
    canvas = Image.new("L", (96, 96))
    ImageDraw.Draw(canvas).text((2, 2), letter, font=font, fill=255)
    return canvas.tobytes()


_STYLES: Mapping[Style, Callable[[Image.Image], Image.Image]] = {
    Style.OIL: _oil,
    Style.PASTEL: _pastel,
    Style.INK: _ink,
    Style.NEON: _neon,
    Style.PIXEL: _pixel,
}
