"""Units and their sizes, for the tool that converts; temperatures have a zero of their own."""

# A kind, the size in the kind's first unit, and the unit's names.
UNITS = """
length 1 m meter metre meters metres 米 公尺
length 1000 km kilometer kilometre kilometers kilometres 千米 公里
length 0.01 cm centimeter centimetre centimeters centimetres 厘米
length 0.001 mm millimeter millimetre millimeters 毫米
length 1609.344 mi mile miles 英里
length 0.9144 yd yard yards 码
length 0.3048 ft foot feet 英尺
length 0.0254 in inch inches 英寸
length 500 li 里 华里
length 1852 nmi 海里
mass 1 kg kilogram kilograms kilo kilos 千克 公斤
mass 0.001 g gram grams 克
mass 0.000001 mg 毫克
mass 1000 t ton tons tonne tonnes 吨
mass 0.45359237 lb lbs pound pounds 磅
mass 0.028349523125 oz ounce ounces 盎司
mass 0.5 jin 斤 市斤
mass 0.05 liang 两
volume 1 l liter litre liters litres 升
volume 0.001 ml milliliter millilitre milliliters 毫升
volume 3.785411784 gal gallon gallons 加仑
volume 0.2365882365 cup cups 杯
volume 1000 m3 m³ 立方米
area 1 m2 m² sqm 平方米
area 1000000 km2 km² 平方千米 平方公里
area 10000 ha hectare hectares 公顷
area 4046.8564224 acre acres 英亩
area 666.6666667 mu 亩
area 0.09290304 ft2 sqft 平方英尺
speed 1 m/s mps
speed 0.2777777778 km/h kmh kph
speed 0.44704 mph
speed 0.514444 kn knot knots 节
time 1 s sec second seconds 秒
time 60 min minute minutes 分钟
time 3600 h hour hours 小时
time 86400 d day days 天
time 604800 week weeks 周
time 31557600 year years 年
data 1 byte bytes 字节
data 1000 kb
data 1000000 mb
data 1000000000 gb
data 1000000000000 tb
data 1024 kib
data 1048576 mib
data 1073741824 gib
"""
DEGREES = {
    name: scale
    for scale, names in (
        ("c", "c °c ℃ celsius 摄氏度 摄氏"),
        ("f", "f °f ℉ fahrenheit 华氏度 华氏"),
        ("k", "k kelvin 开尔文"),
    )
    for name in names.split()
}


def _sizes() -> dict[str, tuple[str, float]]:
    rows = (line.split() for line in UNITS.split("\n") if line)
    return {name: (kind, float(size)) for kind, size, *names in rows for name in names}


SIZES = _sizes()


def is_unit(name: str) -> bool:
    return name.lower() in SIZES or name.lower() in DEGREES


def converted(value: float, source: str, target: str) -> str:
    """As "5 km = 3.10686 mi"; raises ValueError for units that do not belong together."""
    one, other = source.strip().lower(), target.strip().lower()
    if one in DEGREES and other in DEGREES:
        result = _from_kelvin(_to_kelvin(value, DEGREES[one]), DEGREES[other])
        return f"{value:g} {source} = {result:.6g} {target}"
    for name in (one, other):
        if name not in SIZES:
            raise ValueError(f"unknown unit {name!r}")
    (kind, size), (other_kind, other_size) = SIZES[one], SIZES[other]
    if kind != other_kind:
        raise ValueError(f"{source} is a unit of {kind}, {target} of {other_kind}")
    return f"{value:g} {source} = {value * size / other_size:.6g} {target}"


def _to_kelvin(value: float, scale: str) -> float:
    return {"c": value + 273.15, "f": (value - 32) / 1.8 + 273.15, "k": value}[scale]


def _from_kelvin(kelvin: float, scale: str) -> float:
    return round({"c": kelvin - 273.15, "f": (kelvin - 273.15) * 1.8 + 32, "k": kelvin}[scale], 9)
