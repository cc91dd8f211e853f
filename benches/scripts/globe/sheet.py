#!/usr/bin/env python3
"""Puts the pictures of the globe bench next to each other: a row per view, a column per program.

    python3 sheet.py FOLDER OUT.png PROGRAM [PROGRAM …]

FOLDER holds PROGRAM-VIEW.png as run.mjs writes them; a picture of another program put there under
the same kind of name (marsdeck-global.png) takes part. A missing picture leaves a grey field.
Needs Pillow.
"""

import pathlib
import sys

from PIL import Image, ImageDraw

VIEWS = ("global", "regional", "site")
WIDTH, HEIGHT, HEAD = 640, 400, 22


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    folder, out, programs = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    sheet = Image.new("RGB", (WIDTH * len(programs), HEAD + HEIGHT * len(VIEWS)), "gray")
    draw = ImageDraw.Draw(sheet)
    for column, program in enumerate(programs):
        draw.text((WIDTH * column + 8, 5), program, fill="white")
        for row, view in enumerate(VIEWS):
            path = folder / f"{program}-{view}.png"
            if path.exists():
                picture = Image.open(path).convert("RGB").resize((WIDTH, HEIGHT))
                sheet.paste(picture, (WIDTH * column, HEAD + HEIGHT * row))
    sheet.save(out)


if __name__ == "__main__":
    main()
