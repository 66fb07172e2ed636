"""How a run of a Word file looks when all its styles, its theme and its ground are taken together: is it seen?

What is not said by the run is said by its character style, its paragraph's style, its table's style or the file's
defaults, each of which may be based on another. Colours may be the theme's, lightened or darkened.
"""

from __future__ import annotations

import colorsys
from collections.abc import Iterator
from typing import Any

from ingest.hidden import TINY
from ingest.page_objects import PALE

VANISHED = "marked as hidden"

_TINY_HALF_POINTS = 8.0
_CONTRAST_MIN = 24
_BASED_ON_MAX = 20
_OFF = ("0", "false", "off")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_WHITE = (255, 255, 255)
_THEME_SLOTS = {
    "background1": "lt1", "text1": "dk1", "background2": "lt2", "text2": "dk2", "light1": "lt1", "dark1": "dk1",
    "light2": "lt2", "dark2": "dk2", "hyperlink": "hlink", "followedHyperlink": "folHlink",
    "bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2",
}  # fmt: skip
_OFFICE_THEME = {"lt1": "FFFFFF", "dk1": "000000", "lt2": "EEECE1", "dk2": "1F497D"}
_HIGHLIGHTS = {
    "black": "000000", "white": "FFFFFF", "yellow": "FFFF00", "green": "00FF00", "cyan": "00FFFF", "magenta": "FF00FF",
    "blue": "0000FF", "red": "FF0000", "darkBlue": "000080", "darkCyan": "008080", "darkGreen": "008000",
    "darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000", "darkGray": "808080", "lightGray": "C0C0C0",
}  # fmt: skip
_AT_EDGE = {"firstRow": ("tr", True), "lastRow": ("tr", False), "firstCol": ("tc", True), "lastCol": ("tc", False)}

Rgb = tuple[int, int, int]


class DocxLooks:
    """The styles and colours of one Word file.

    Args:
        document: python-docx's document.
    """

    def __init__(self, document: Any) -> None:
        styles = _find_part(document, "/styles")
        self._styles = (
            {style.get(f"{_W}styleId"): style for style in styles.iter(f"{_W}style")} if styles is not None else {}
        )
        self._default = next((s for s in self._styles.values() if _is_default(s)), None)
        defaults = styles.find(f"{_W}docDefaults/{_W}rPrDefault") if styles is not None else None
        self._defaults = [defaults] if defaults is not None else []
        theme = _find_part(document, "/theme")
        self._theme = _OFFICE_THEME | (_read_theme(theme) if theme is not None else {})
        self._paper = self._read_paper(document)
        self._chains: dict[str, list[Any]] = {}

    def tell_hidden(self, run: Any) -> str:
        """Tell why the text of a run is not seen, or ""."""
        levels = self._list_levels(run)
        if _is_vanished(levels):
            return VANISHED
        looks = [look for level in levels for look in level]
        size = _find_first(looks, "sz")
        if size is not None and _read_number(size.get(f"{_W}val", "")) < _TINY_HALF_POINTS:
            return TINY
        effect = _find_first(looks, "textFill", _W14)
        if effect is not None and _is_clear(effect):
            return PALE
        colour = self._read_effect(effect) or self._read_colour(_find_first(looks, "color"), "val", "theme")
        if colour is None:
            return ""
        ground = self._find_ground(run, looks)
        return PALE if ground and max(abs(a - b) for a, b in zip(colour, ground, strict=True)) < _CONTRAST_MIN else ""

    def _list_levels(self, run: Any) -> list[list[Any]]:
        """Give the run's properties, the nearest first: its own, then those of its styles and of their bases."""
        own = run.find(f"{_W}rPr")
        paragraph = next(run.iterancestors(f"{_W}p"), None)
        named = [_name_style(own, "rStyle"), _name_style(_child(paragraph, "pPr"), "pStyle")]
        levels = [[own] if own is not None else []]
        levels.append(_looks_of(self._follow(named[0])))
        levels.append(_looks_of(self._follow(named[1]) or ([self._default] if self._default is not None else [])))
        levels.append([look for part in self._table_parts(run) if (look := part.find(f"{_W}rPr")) is not None])
        levels.append(_looks_of(self._defaults))
        return levels

    def _follow(self, style_id: str) -> list[Any]:
        """Give a style and those that it is based on."""
        if style_id not in self._chains:
            chain: list[Any] = []
            style = self._styles.get(style_id)
            while style is not None and style not in chain and len(chain) < _BASED_ON_MAX:
                chain.append(style)
                style = self._styles.get(_name_style(style, "basedOn"))
            self._chains[style_id] = chain
        return self._chains[style_id]

    def _table_parts(self, run: Any) -> Iterator[Any]:
        """Give what a table's style says of the cell that a run is in: first of its row or column."""
        cell = next(run.iterancestors(f"{_W}tc"), None)
        table = next(run.iterancestors(f"{_W}tbl"), None)
        if cell is None or table is None:
            return
        chain = self._follow(_name_style(_child(table, "tblPr"), "tblStyle"))
        for style in chain:
            for part in style.iterchildren(f"{_W}tblStylePr"):
                if _applies(part.get(f"{_W}type", ""), cell):
                    yield part
        yield from chain

    def _find_ground(self, run: Any, looks: list[Any]) -> Rgb | None:
        """Give the colour that a run stands on, None where it is not known."""
        for look in looks:
            light = look.find(f"{_W}highlight")
            if light is not None and light.get(f"{_W}val") in _HIGHLIGHTS:
                return _parse(_HIGHLIGHTS[light.get(f"{_W}val")])
        paragraph = next(run.iterancestors(f"{_W}p"), None)
        lines = [_child(paragraph, "pPr")]
        lines += [style.find(f"{_W}pPr") for style in self._follow(_name_style(lines[0], "pStyle"))]
        cells = [cell.find(f"{_W}tcPr") for cell in run.iterancestors(f"{_W}tc")]
        cells += [part.find(f"{_W}tcPr") for part in self._table_parts(run)]
        cells += [table.find(f"{_W}tblPr") for table in run.iterancestors(f"{_W}tbl")]
        for holder in (*looks, *lines, *cells):
            shade = holder.find(f"{_W}shd") if holder is not None else None
            ground = self._read_shade(shade) if shade is not None else None
            if ground:
                return ground
        return None if _is_in_shape(run) else self._paper

    def _read_shade(self, shade: Any) -> Rgb | None:
        """Give the colour of a shading; a solid pattern hides its ground, a pattern of both is between them."""
        pattern = shade.get(f"{_W}val", "clear")
        fill = self._read_colour(shade, "fill", "themeFill")
        if pattern in ("clear", "nil"):
            return fill
        front = self._read_colour(shade, "color", "theme") or (0, 0, 0)
        part = 1.0 if pattern == "solid" else min(_read_number(pattern.removeprefix("pct"), 50.0), 100.0) / 100
        back = fill or _WHITE
        return _mix(front, back, part)

    def _read_colour(self, holder: Any, key: str, theme: str) -> Rgb | None:
        """Give the colour that an element names, None where it leaves the choice to Word."""
        if holder is None:
            return None
        name = holder.get(f"{_W}{theme}Color" if theme == "theme" else f"{_W}{theme}", "")
        colour = _parse(self._theme.get(_THEME_SLOTS.get(name, name), "")) or _parse(holder.get(f"{_W}{key}", ""))
        if colour is None or not name:
            return colour
        tint, shade = (_parse_share(holder.get(f"{_W}{theme}{what}", "")) for what in ("Tint", "Shade"))
        return _change_light(colour, tint, shade)

    def _read_effect(self, effect: Any) -> Rgb | None:
        """Give the colour of a text effect that fills letters with one colour."""
        if effect is None:
            return None
        named = next(effect.iter(f"{_W14}srgbClr", f"{_W14}schemeClr"), None)
        name = named.get(f"{_W14}val", "") if named is not None else ""
        return _parse(self._theme.get(_THEME_SLOTS.get(name, name), "")) or _parse(name)

    def _read_paper(self, document: Any) -> Rgb:
        """Give the colour of the page, white where it has none that is shown."""
        paper = document.element.find(f"{_W}background")
        settings = _find_part(document, "/settings")
        shown = settings is not None and settings.find(f"{_W}displayBackgroundShape") is not None
        return (self._read_colour(paper, "color", "theme") if shown else None) or _WHITE


def _find_part(document: Any, kind: str) -> Any:
    """Give the root of a part of the file by the end of its relation's name, None where there is none."""
    from docx.oxml import parse_xml

    for relation in document.part.rels.values():
        if relation.reltype.endswith(kind) and not relation.is_external:
            element = getattr(relation.target_part, "element", None)
            return element if element is not None else parse_xml(relation.target_part.blob)
    return None


def _read_theme(theme: Any) -> dict[str, str]:
    """Give the theme's colours by slot, six hexadecimal digits each."""
    scheme = next(theme.iter(f"{_A}clrScheme"), None)
    colours: dict[str, str] = {}
    for slot in scheme if scheme is not None else ():
        if isinstance(slot.tag, str) and len(slot):
            colours[slot.tag.removeprefix(_A)] = slot[0].get("lastClr") or slot[0].get("val", "")
    return colours


def _is_default(style: Any) -> bool:
    return style.get(f"{_W}type") == "paragraph" and style.get(f"{_W}default", "0") not in _OFF


def _child(element: Any, name: str) -> Any:
    return element.find(f"{_W}{name}") if element is not None else None


def _name_style(holder: Any, name: str) -> str:
    named = _child(holder, name)
    return named.get(f"{_W}val", "") if named is not None else ""


def _looks_of(holders: list[Any]) -> list[Any]:
    return [look for holder in holders if (look := holder.find(f"{_W}rPr")) is not None]


def _find_first(looks: list[Any], name: str, space: str = _W) -> Any:
    return next((found for look in looks if (found := look.find(f"{space}{name}")) is not None), None)


def _is_vanished(levels: list[list[Any]]) -> bool:
    """Tell hidden text: what the run says counts; of its styles, each that says so turns it over."""
    said = [_find_first(level, "vanish") for level in levels]
    if said[0] is not None:
        return _is_on(said[0])
    if said[-1] is not None and _is_on(said[-1]):
        return True
    return sum(mark is not None and _is_on(mark) for mark in said[1:-1]) % 2 == 1


def _is_on(mark: Any) -> bool:
    return mark.get(f"{_W}val", "1") not in _OFF


def _is_clear(effect: Any) -> bool:
    """Tell a text effect that fills letters with nothing, or with a colour that is nearly clear."""
    if effect.find(f"{_W14}noFill") is not None:
        return True
    return any(_read_number(a.get(f"{_W14}val", ""), 0.0) >= 90_000 for a in effect.iter(f"{_W14}alpha"))


def _applies(part: str, cell: Any) -> bool:
    """Tell whether a part of a table's style is about a cell; bands and corners may be about any."""
    if part not in _AT_EDGE:
        return True
    kind, first = _AT_EDGE[part]
    element = cell.getparent() if kind == "tr" else cell
    return next(element.itersiblings(f"{_W}{kind}", preceding=first), None) is None


def _is_in_shape(run: Any) -> bool:
    """Tell whether a run stands in a drawn text box, whose ground is not looked at."""
    return next(run.iterancestors(f"{_W}txbxContent"), None) is not None


def _read_number(text: str, otherwise: float = _TINY_HALF_POINTS) -> float:
    try:
        return float(text)
    except ValueError:
        return otherwise


def _parse(digits: str) -> Rgb | None:
    if len(digits) != 6:
        return None
    try:
        value = int(digits, 16)
    except ValueError:
        return None
    return value >> 16, value >> 8 & 255, value & 255


def _parse_share(digits: str) -> float | None:
    try:
        return int(digits, 16) / 255
    except ValueError:
        return None


def _change_light(colour: Rgb, tint: float | None, shade: float | None) -> Rgb:
    """Make a theme's colour lighter (`tint` is the part that stays) or darker (`shade` likewise)."""
    hue, light, saturation = colorsys.rgb_to_hls(*(value / 255 for value in colour))
    if shade is not None:
        light *= shade
    if tint is not None:
        light = light * tint + 1 - tint
    red, green, blue = colorsys.hls_to_rgb(hue, min(light, 1.0), saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def _mix(front: Rgb, back: Rgb, part: float) -> Rgb:
    red, green, blue = (round(a * part + b * (1 - part)) for a, b in zip(front, back, strict=True))
    return red, green, blue
