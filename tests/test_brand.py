"""A studio's brand: its file is checked, its logo is cleaned, whatever a stranger put into it."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

import pytest

from bikefit.brand import Brand, load_brand
from bikefit.brand.colour import contrast, readable
from bikefit.brand.logo import BYTES_MAX
from bikefit.brand.png import UnsafePngError, clean_png
from bikefit.brand.svg import UnsafeSvgError, clean_svg
from bikefit.errors import UsageError

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 10"{}>{}</svg>'
)
ENTITIES = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
GROWING = '<g id="g0"/>' + "".join(f'<g id="g{n}">' + f'<use href="#g{n - 1}"/>' * 10 + "</g>" for n in range(1, 9))
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "script of another name": '<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>',
    "foreign content": '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><iframe src="http://x"/></body></foreignObject>',
    "handler": '<rect width="4" height="4" onclick="alert(1)" onload="alert(1)"/>',
    "picture": '<image href="http://evil.example/a.png" xlink:href="file:///etc/passwd"/>',
    "data": '<use href="data:image/svg+xml;base64,PHN2Zz4="/>',
    "javascript link": '<a xlink:href="javascript:alert(1)"><rect width="9" height="9"/></a>',
    "javascript in a use": '<use xlink:href=" java&#10;script:alert(1)"/>',
    "outside use": '<use href="http://evil.example/a.svg#b"/>',
    "style that imports": "<style>@import url(http://evil.example/a.css);</style>",
    "style with an escape": r"<style>rect{fill:\75 rl(http://evil.example)}</style>",
    "style as text": "<style><![CDATA[rect{background:url(http://evil.example)}]]></style>",
    "fill from outside": '<rect width="1" height="1" fill="url(http://evil.example/a.svg#p)"/>',
    "style attribute": '<rect width="1" height="1" style="background:url(//evil.example)"/>',
    "animation": '<rect width="1" height="1"><animate attributeName="href" to="javascript:alert(1)"/></rect>',
    "set": '<rect width="1" height="1"><set attributeName="onload" to="alert(1)"/></rect>',
    "filter": '<filter id="f"><feImage href="http://evil.example/a.png"/></filter>',
}
OUT = re.compile(
    r"evil|alert|javascript|script|file:|foreign|onload|onclick|data:|http://(?!www\.w3\.org/2000/svg\")|import", re.I
)


def png(width: int = 3, height: int = 2, more: bytes = b"", rows: bytes | None = None) -> bytes:
    """A small picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    data = zlib.compress((b"\0" + b"\x40" * (3 * width)) * height if rows is None else rows)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", data) + chunk(b"IEND", b"")


# ---- SVG -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_comes_through_and_the_rest_stays(name: str) -> None:
    clean = clean_svg(SVG.format("", HOSTILE[name] + '<path d="M0 0h4" fill="#123456"/>').encode())
    assert not OUT.search(clean.text), clean.text
    assert '<path d="M0 0h4" fill="#123456">' in clean.text
    assert clean.left_out


def test_what_a_logo_needs_comes_through() -> None:
    inside = (
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient></defs>'
        '<style>.a{fill:url(#g);stroke:#000}</style><g transform="rotate(3)"><rect class="a" width="4" height="4"/></g>'
        '<use xlink:href="#p" x="2"/><path id="p" d="M0 0h4"/><text x="1" y="9">R&amp;D &lt;3</text>'
    )
    clean = clean_svg(SVG.format("", inside).encode())
    for told in ("url(#g)", 'href="#p"', "rotate(3)", "R&amp;D &lt;3", "stop-color"):
        assert told in clean.text
    assert (clean.left_out, clean.width, clean.height) == ((), 40.0, 10.0)
    assert clean_svg(clean.text.encode()).text == clean.text


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"GIF89a", "not well-formed XML"),
        (b"<html/>", "not an SVG"),
        (SVG.format("", "<g>").encode(), "not well-formed XML"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "no size"),
        (SVG.replace("40 10", "40 0").format("", "").encode(), "size makes no sense"),
        (ENTITIES.encode() + SVG.format("", "<text>&b;</text>").encode(), "entities"),
        ((OUTSIDE + SVG.format("", "")).encode("utf-16"), "entities"),
        (SVG.format("", "<g>" * 200 + "</g>" * 200).encode(), "too many"),
        (SVG.format("", "<g/>" * 30_000).encode(), "too many"),
        (SVG.format("", '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>').encode(), "circle"),
        (
            SVG.format("", GROWING).encode(),
            "grows too much",
        ),
    ],
)  # fmt: skip
def test_a_drawing_that_cannot_be_trusted_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(UnsafeSvgError, match=why):
        clean_svg(data)


# ---- PNG -------------------------------------------------------------------------------------------------------


def test_a_picture_keeps_its_pixels_and_loses_its_notes() -> None:
    note = struct.pack(">I", 9) + b"tEXt" + b"Author\0Jo" + struct.pack(">I", zlib.crc32(b"tEXtAuthor\0Jo"))
    assert clean_png(png(more=note)) == (png(), 3, 2)


@pytest.mark.parametrize(
    "data",
    [
        png()[:-20],
        png().replace(b"IHDR\0\0\0\x03", b"IHDR\0\0\0\x04"),
        png(rows=b"\0" * 1_000_000),
        png(5000, 1, rows=b""),
        png(rows=b"short"),
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG",
    ],
)
def test_a_picture_that_is_not_what_it_says_is_refused(data: bytes) -> None:
    with pytest.raises(UnsafePngError):
        clean_png(data)


# ---- the file --------------------------------------------------------------------------------------------------


def written(folder: Path, text: str) -> Path:
    path = folder / "studio.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_brand_says_what_its_file_says(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text(SVG.format("", "<script/><path/>"), encoding="utf-8")
    brand = load_brand(
        written(
            tmp_path,
            'name = "Radlabor  Süd"\nlogo = "logo.svg"\ncolour = "#FD0"\naddress = """\nWeg 1\n\n80331 München\n"""\n'
            'closing = "Bis bald!"\nlanguage = "en"\npaper = "letter"\npages = "client"\n',
        )
    )
    assert (brand.name, brand.address, brand.colour) == ("Radlabor Süd", ("Weg 1", "80331 München"), "#ffdd00")
    assert (brand.language, brand.paper, brand.pages) == ("en", "letter", "client")
    assert brand.logo is not None
    assert brand.logo.ratio == 4.0
    assert "taken out, as no logo needs it: <script>." in brand.notes[0]
    assert "contrast of 1.2 to the page" in brand.notes[1]
    assert brand.digest != load_brand(written(tmp_path, 'name = "Radlabor"')).digest
    assert load_brand(written(tmp_path, "")) == Brand()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('color = "#000"', "unknown key 'color'. Did you mean 'colour'?"),
        ('colour = "yellow"', "colour: 'yellow' makes no sense; a colour such as #0a5c8a was expected"),
        ("name = 3", "name: '3' makes no sense"),
        ('language = "xx"', "language: 'xx' makes no sense; one of "),
        ('paper = "a3"', "one of a4, letter was expected"),
        ('pages = "some"', "one of client, all was expected"),
        ('address = "' + r"a\n" * 9 + '"', "up to 6 lines"),
        ('closing = "' + "a" * 401 + '"', "up to 400 letters"),
        ('logo = "none.svg"', "none.svg cannot be read"),
        ('logo = "."', "cannot be read"),
        ('logo = "big.svg"', f"up to {BYTES_MAX // 1024} KB were expected"),
        ('logo = "studio.toml"', "cannot be used as a logo"),
        ("name = ", "not a TOML file of a brand"),
    ],
)
def test_a_brand_that_makes_no_sense_is_refused_with_what_was_expected(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "big.svg").write_bytes(b" " * 10_000_000)
    with pytest.raises(UsageError, match=re.escape(why)):
        load_brand(written(tmp_path, text))


@pytest.mark.parametrize("colour", ["#ffd400", "#000000", "#ffffff", "#0a5c8a", "#777777"])
def test_words_in_a_brands_colour_can_be_read(colour: str) -> None:
    for ground in ("#ffffff", "#f3f5f7", "#1b2027", "#12161b"):
        assert contrast(readable(colour, ground), ground) >= 4.5
