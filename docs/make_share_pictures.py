"""Makes the pictures others show of the site, core/share.png (1200 × 630) and core/touch.png (180 × 180).

    .venv/bin/python docs/make_share_pictures.py

BROWSER_PATH names another Chromium. The symbol is core/symbol.svg; the colours are the light ones of tokens.css.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).resolve().parent.parent / "klaster" / "core" / "static" / "core"
PAPER, INK, PINE, AMBER = "#f6f7f3", "#15211c", "#0f5a43", "#b9790f"
DOTS = [(0.5, 0.5), (0.5, 1.5), (0.5, 2.5), (1.366, 1), (1.366, 2), (2.232, 0.5), (2.232, 2.5)]


def picture(width: int, height: int, content: str) -> str:
    return f"""<body style="margin:0"><svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"
      style="display:block"><rect width="100%" height="100%" fill="{PAPER}"/>{content}</svg>"""


def symbol(x: float, y: float, scale: float) -> str:
    dots = "".join(f'<circle cx="{cx}" cy="{cy}" r=".5"/>' for cx, cy in DOTS)
    notch = f'<circle cx="2.232" cy="1.5" r=".19" fill="{AMBER}"/>'
    return f'<g transform="translate({x} {y}) scale({scale})" fill="{PINE}">{dots}{notch}</g>'


PICTURES = {
    "share.png": (
        1200,
        630,
        symbol(140, 165, 100)
        + f'<text x="470" y="375" font-family="Inter, sans-serif" font-size="170" font-weight="680" '
        f'letter-spacing="-7" fill="{INK}">Klaster</text>',
    ),
    "touch.png": (180, 180, symbol(35.5, 30, 40)),
}


def main() -> int:
    browser_path = os.environ.get("BROWSER_PATH") or shutil.which("chromium") or shutil.which("google-chrome")
    if not browser_path:
        print("No Chromium on the PATH: install it, or set BROWSER_PATH.", file=sys.stderr)
        return 1
    font = (STATIC / "fonts" / "inter.woff2").read_bytes()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        for name, (width, height, content) in PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_content(picture(width, height, content))
            page.evaluate(
                "async bytes => { const face = new FontFace('Inter', new Uint8Array(bytes), {weight: '100 900'});"
                " document.fonts.add(await face.load()); }",
                list(font),
            )
            page.screenshot(path=STATIC / name)
            print(f"{name}: {width} × {height}")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
