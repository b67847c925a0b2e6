"""An SVG from outside, written anew from a list of what may be in a logo; nothing else of it comes through.

Scripts, styles that reach out, foreign content, handlers, animation, links, pictures inside the picture and addresses
of any kind are left out and named. A document type with entities is refused, and so is a drawing that grows when it
is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

SVG_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_LINK: Final = "http://www.w3.org/1999/xlink href"
_ELEMENTS = """
    svg g defs symbol use path rect circle ellipse line polyline polygon text tspan title desc style
    linearGradient radialGradient stop clipPath
"""
ELEMENTS: Final = frozenset(_ELEMENTS.split())
_ATTRIBUTES = """
    id class d x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy width height points viewBox preserveAspectRatio transform
    gradientUnits gradientTransform spreadMethod offset clipPathUnits fill fill-rule fill-opacity stroke stroke-width
    stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset stroke-opacity opacity color
    stop-color stop-opacity clip-path clip-rule font-family font-size font-style font-weight letter-spacing
    text-anchor display visibility style href
"""
ATTRIBUTES: Final = frozenset(_ATTRIBUTES.split())
ELEMENTS_MAX: Final = 20_000
DEPTH_MAX: Final = 100
_OWN_PART: Final = re.compile(r"url\(\s*['\"]?#[\w.-]+['\"]?\s*\)")
_REACHES_OUT: Final = re.compile(r"url\s*\(|@|\\|:\s*//|javascript|data\s*:|expression|<|/\*", re.IGNORECASE)
_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"


class UnsafeSvgError(ValueError):
    """A drawing that is refused as a whole, with the reason."""


@dataclass
class _Element:
    """One element that is kept, and what is in it in order."""

    name: str
    attributes: dict[str, str]
    inside: list[_Element | str] = field(default_factory=list)


@dataclass(frozen=True)
class CleanSvg:
    """A drawing that is safe, its size, and what was left out of it."""

    text: str
    width: float
    height: float
    left_out: tuple[str, ...]


def clean_svg(data: bytes) -> CleanSvg:
    """Return a drawing with only what may be in one; an `UnsafeSvgError` says why it is refused."""
    root, left_out = _parsed(data)
    x, y, width, height = _box(root)
    _check_growth(root)
    root.attributes |= {"viewBox": f"{x:g} {y:g} {width:g} {height:g}", "width": f"{width:g}", "height": f"{height:g}"}
    return CleanSvg("".join(_written(root, outermost=True)), width, height, tuple(dict.fromkeys(left_out)))


def _parsed(data: bytes) -> tuple[_Element, list[str]]:
    """Read what is kept into a tree, and name what is not."""
    top = _Element("", {})
    open_elements, left_out = [top], list[str]()
    skipping = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal skipping, count
        space, _, short = name.rpartition(" ")
        count += 1
        if count > ELEMENTS_MAX or len(open_elements) > DEPTH_MAX:
            raise UnsafeSvgError("it has too many elements")
        if skipping or short not in ELEMENTS or space not in ("", SVG_NAMESPACE):
            if not skipping and space in ("", SVG_NAMESPACE):
                left_out.append(f"<{short}>")
            skipping += 1
            return
        kept = {}
        for key, value in attributes.items():
            own = "href" if key == _LINK else key
            if " " in own or own.startswith("data-"):
                continue  # other programs' notes
            if own in ATTRIBUTES and _is_safe(own, value):
                kept[own] = value
            else:
                left_out.append(own)
        made = _Element(short, kept)
        open_elements[-1].inside.append(made)
        open_elements.append(made)

    def end(_: str) -> None:
        nonlocal skipping
        if skipping:
            skipping -= 1
        else:
            open_elements.pop()

    def text(told: str) -> None:
        if not skipping and open_elements[-1].name in ("text", "tspan", "title", "desc", "style"):
            open_elements[-1].inside.append(told)

    def refuse(*_: object) -> None:
        raise UnsafeSvgError("it declares entities")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise UnsafeSvgError(f"it is not well-formed XML ({error})") from error
    except (ValueError, LookupError) as error:
        if isinstance(error, UnsafeSvgError):
            raise
        raise UnsafeSvgError("its letters cannot be read") from error
    if len(top.inside) != 1 or not isinstance(top.inside[0], _Element) or top.inside[0].name != "svg":
        raise UnsafeSvgError("it is not an SVG")
    return top.inside[0], left_out + _unsafe_styles(top.inside[0])


def _is_safe(name: str, value: str) -> bool:
    """Whether an attribute's value leads nowhere but to a part of the drawing itself."""
    if name == "href":
        return bool(re.fullmatch(r"#[\w.-]+", value.strip()))
    return not _REACHES_OUT.search(_OWN_PART.sub("", value))


def _unsafe_styles(element: _Element) -> list[str]:
    """Take out style sheets that reach out; returns what was taken out."""
    taken = []
    for inner in list(element.inside):
        if not isinstance(inner, _Element):
            continue
        if inner.name == "style":
            told = re.sub(r"/\*.*?\*/|<!--|-->", " ", "".join(map(str, inner.inside)), flags=re.DOTALL)
            inner.inside = [told]
            if _REACHES_OUT.search(_OWN_PART.sub("", told)):
                element.inside.remove(inner)
                taken.append("<style>")
        else:
            taken += _unsafe_styles(inner)
    return taken


def _box(root: _Element) -> tuple[float, float, float, float]:
    """Return where the drawing lies: left, top, width, height."""
    told = re.findall(_NUMBER, root.attributes.get("viewBox", ""), re.IGNORECASE)
    box = [float(number) for number in told]
    if len(box) != 4:
        sizes = [
            re.match(rf"\s*({_NUMBER})(px|pt|mm|cm|in)?\s*$", root.attributes.get(name, ""))
            for name in ("width", "height")
        ]
        if not all(sizes):
            raise UnsafeSvgError("it has no size; a viewBox was expected")
        box = [0.0, 0.0, *(float(found[1]) for found in sizes if found)]
    x, y, width, height = box
    if not (0.0 < width < 1e6 and 0.0 < height < 1e6 and abs(x) < 1e7 and abs(y) < 1e7):
        raise UnsafeSvgError("its size makes no sense")
    return x, y, width, height


def _check_growth(root: _Element) -> None:
    """Refuse a drawing whose parts use each other in a circle, or are drawn far more often than they are written."""
    by_id = {one.attributes["id"]: one for one in _all(root) if "id" in one.attributes}
    sizes: dict[int, int] = {}
    under_way: set[int] = set()

    def size(element: _Element) -> int:
        key = id(element)
        if key in under_way:
            raise UnsafeSvgError("its parts use each other in a circle")
        if key not in sizes:
            under_way.add(key)
            used = by_id.get(element.attributes.get("href", "#")[1:]) if "href" in element.attributes else None
            parts = [inner for inner in element.inside if isinstance(inner, _Element)]
            sizes[key] = 1 + sum(map(size, parts)) + (size(used) if used is not None else 0)
            under_way.discard(key)
        return sizes[key]

    if size(root) > ELEMENTS_MAX:
        raise UnsafeSvgError("it grows too much when it is drawn")


def _all(element: _Element) -> Iterator[_Element]:
    """Yield an element and all below it."""
    yield element
    for inner in element.inside:
        if isinstance(inner, _Element):
            yield from _all(inner)


def _written(element: _Element, *, outermost: bool = False) -> Iterator[str]:
    """Write an element."""
    space = f' xmlns="{SVG_NAMESPACE}"' if outermost else ""
    from xml.sax.saxutils import escape, quoteattr  # it brings urllib and ssl, which load slowly

    told = "".join(f" {name}={quoteattr(value)}" for name, value in element.attributes.items())
    yield f"<{element.name}{space}{told}>"
    for inner in element.inside:
        if isinstance(inner, str):
            yield escape(inner)
        else:
            yield from _written(inner)
    yield f"</{element.name}>"
