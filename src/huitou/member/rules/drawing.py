"""QR codes as SVG. Pure."""

import io
from typing import Literal

import segno


def qr(text: str, error: Literal["l", "m"] = "m") -> str:
    """A QR code as SVG, for a page or as a picture of its own; long texts take the lower error
    correction, for larger squares."""
    made = segno.make_qr(text, error=error)
    out = io.BytesIO()
    made.save(
        out,
        kind="svg",
        border=0,
        omitsize=True,
        dark="#2b1a12",
        xmldecl=False,
        nl=False,
        svgclass=None,
    )
    return out.getvalue().decode()
