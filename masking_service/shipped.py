"""Finds the files of the checkout's top folder that the package reads, also where it is installed."""

from importlib import resources
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
"""The checkout. Where the package is installed there is none, and this is the folder of all packages."""

_INSTALLED: Final = Path(__file__).resolve().parent / "shipped"


def shipped(name: str) -> Path:
    """A file of the checkout's top folder, or its copy in an installed package."""
    installed = _INSTALLED / name
    return installed if installed.exists() else ROOT / name


def read_shipped(name: str) -> str:
    """The text of such a file, also where the package is in an archive, as a cluster gets it."""
    installed = resources.files(__package__).joinpath("shipped", name)
    return installed.read_text("utf-8") if installed.is_file() else shipped(name).read_text("utf-8")
