"""Makes docs/picture.png, the picture in the README, from the running site.

    make run                                   in one terminal
    .venv/bin/python docs/make_picture.py      in another

PORT names another port, BROWSER_PATH another Chromium.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

ADDRESS = f"http://localhost:{os.environ.get('PORT', '8000')}/lt/"
PICTURE = Path(__file__).with_name("picture.png")


def main() -> int:
    browser_path = os.environ.get("BROWSER_PATH") or shutil.which("chromium") or shutil.which("google-chrome")
    if not browser_path:
        print("No Chromium on the PATH: install it, or set BROWSER_PATH.", file=sys.stderr)
        return 1
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=arguments)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        try:
            page.goto(ADDRESS, wait_until="networkidle")
        except Error:
            print(f"Nothing answers on {ADDRESS}: run `make run` first.", file=sys.stderr)
            return 1
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"{PICTURE.relative_to(Path.cwd())} shows {ADDRESS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
