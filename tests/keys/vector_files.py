"""The documented vectors, by the name of their file."""

import json
from pathlib import Path
from typing import Any

Vector = dict[str, Any]
FILES = sorted((Path(__file__).parent / "vectors").glob("*.json"))
VECTORS: dict[str, Vector] = {path.stem: json.loads(path.read_text("utf-8")) for path in FILES}
