"""Makes the parts of a world: Gaussian splats (.spz), a mesh (.glb), a panorama and the page that shows it."""

import gzip
import json
import math
import random
import struct
from html import escape

from chats.gateway.sandbox import make_picture
from chats.gateway.sandbox.make_picture import Read
from chats.gateway.sandbox.recipe import Recipe

PARTS = {
    "viewer.html": "text/html; charset=utf-8",
    "splat_500k.spz": "application/octet-stream",
    "splat_full.spz": "application/octet-stream",
    "collider.glb": "model/gltf-binary",
    "panorama.jpg": "image/jpeg",
}
FEW, MANY = 500, 4000
FRACTION_BITS = 12
SPZ_MAGIC, SPZ_VERSION = 0x5053474E, 2
CORNERS = [(x, y, z) for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)]
TRIANGLES = (0, 1, 3, 0, 3, 2, 4, 6, 7, 4, 7, 5, 0, 4, 5, 0, 5, 1, 2, 3, 7, 2, 7, 6, 0, 2, 6, 0, 6, 4, 1, 5, 7, 1, 7, 3)


def make(recipe: Recipe, part: str, read: Read) -> bytes:
    match part:
        case "splat_500k.spz":
            return _splats(recipe, FEW)
        case "splat_full.spz":
            return _splats(recipe, FEW if recipe.is_tiny else MANY)
        case "collider.glb":
            return _mesh(recipe)
        case "panorama.jpg":
            return make_picture.make(recipe, read)
        case _:
            return _page(recipe)


def _page(recipe: Recipe) -> bytes:
    words = escape(recipe.words)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{words}</title>'
        '<meta name="viewport" content="width=device-width"><meta property="og:image" content="panorama.jpg">'
        "<style>body{margin:0;background:#111;color:#eee;font:16px system-ui}img{width:100%;display:block}"
        "p{margin:16px}a{color:#9cf}</style>"
        f'<img src="panorama.jpg" alt="{words}"><p>{words}</p><p>Sandbox world · seed {recipe.seed}</p></html>'
    ).encode()


def _splats(recipe: Recipe, count: int) -> bytes:
    """Niantic's packed format, version 2: header, positions, alphas, colours, scales, rotations, all gzipped."""
    chance = random.Random(recipe.seed)  # noqa: S311 - a picture, no secret
    positions, colours = bytearray(), bytearray()
    near, far = make_picture.colours(recipe.words, recipe.seed)
    for _ in range(count):
        turn, height = chance.uniform(0, 2 * math.pi), chance.uniform(-1, 1)
        reach = math.sqrt(1 - height * height) * 3
        for value in (reach * math.cos(turn), 3 * height, reach * math.sin(turn)):
            positions += int(value * (1 << FRACTION_BITS)).to_bytes(3, "little", signed=True)
        colours += bytes(near if height > 0 else far)
    header = struct.pack("<IIIBBBB", SPZ_MAGIC, SPZ_VERSION, count, 0, FRACTION_BITS, 0, 0)
    rest = bytes([200]) * count + bytes(colours) + bytes([120]) * (3 * count) + bytes([128]) * (3 * count)
    return gzip.compress(header + bytes(positions) + rest, mtime=0)


def _mesh(recipe: Recipe) -> bytes:
    """A cube in the world's colour: the smallest file that every glTF viewer shows."""
    points = b"".join(struct.pack("<3f", *corner) for corner in CORNERS)
    indices = b"".join(struct.pack("<H", at) for at in TRIANGLES)
    content = points + indices
    colour = [part / 255 for part in make_picture.colours(recipe.words, recipe.seed)[0]]
    document = {
        "asset": {"version": "2.0", "generator": "sandbox"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": recipe.words[:100]}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "material": 0}]}],
        "materials": [{"doubleSided": True, "pbrMetallicRoughness": {"baseColorFactor": [*colour, 1.0]}}],
        "buffers": [{"byteLength": len(content)}],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": len(points), "target": 34962},
            {"buffer": 0, "byteOffset": len(points), "byteLength": len(indices), "target": 34963},
        ],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3", "min": [-1] * 3, "max": [1] * 3},
            {"bufferView": 1, "componentType": 5123, "count": len(TRIANGLES), "type": "SCALAR"},
        ],
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    content += b"\0" * (-len(content) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(content), b"BIN\0") + content
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks
