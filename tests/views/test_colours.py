"""The roles of tokens.css can be read on each other, in both themes (WCAG 2.2: 1.4.3, 1.4.6, 1.4.11)."""

import math
import re

import pytest
from django.conf import settings

ROLE = re.compile(r"--([\w-]+):\s*light-dark\(\s*oklch\(([\d. ]+)\),\s*oklch\(([\d. ]+)\)\s*\)")
GROUNDS = ("ground", "surface", "raised", "sunken", "accent-soft")
READ = {
    "ink": 7,
    "ink-soft": 7,
    "ink-faint": 4.5,
    "accent": 4.5,
    "good": 4.5,
    "warn": 4.5,
    "bad": 4.5,
    "line-strong": 3,
}


def roles() -> dict[str, tuple[float, float]]:
    """Each role's relative luminance, (light, dark)."""
    text = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text()
    return {name: (luminance(light), luminance(dark)) for name, light, dark in ROLE.findall(text)}


def luminance(oklch: str) -> float:
    lightness, chroma, hue = (float(number) for number in oklch.split())
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return sum(w * min(1, max(0, c)) for w, c in ((0.2126, red), (0.7152, green), (0.0722, blue)))


def contrast(one: float, other: float) -> float:
    light, dark = max(one, other), min(one, other)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_knows_black_and_white():
    assert contrast(luminance("1 0 0"), luminance("0 0 0")) == pytest.approx(21, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_what_is_read_stands_out_from_what_it_stands_on(theme, ground):
    found = roles()
    weak = {name: contrast(found[name][theme], found[ground][theme]) for name in READ}
    assert {name: round(c, 2) for name, c in weak.items() if c < READ[name]} == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("button", ["accent", "accent-strong"])
def test_a_button_can_be_read(theme, button):
    found = roles()
    assert contrast(found["accent-ink"][theme], found[button][theme]) >= 4.5


def test_components_name_roles_and_no_colours():
    """A colour of its own would be right in one theme only; light-dark() has both."""
    own = {}
    for sheet in (settings.BASE_DIR / "static" / "css").glob("*.css"):
        if sheet.name in ("tokens.css", "attachments.css"):  # a player's buttons stand on films, which have no theme
            continue
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
        text = re.sub(r"@media print \{.*?\n\}\n", "", text, flags=re.S)  # paper is white
        text = re.sub(r"light-dark\((?:[^()]|\([^()]*(?:\([^()]*\))*[^()]*\))*\)", "", text)
        text = re.sub(r"mask[\w-]*:[^;]*;", "", text)  # there black means "show"
        if found := re.findall(r"(?<![\w-])(?:#[0-9a-f]{3,8}\b(?!\s*\{)|rgba?\(|hsla?\(|oklch\()", text, re.I):
            own[sheet.name] = found
    assert own == {}
