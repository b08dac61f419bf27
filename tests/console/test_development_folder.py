"""The folder of a development desk, which has its secrets: others cannot read it."""

from pathlib import Path
from stat import filemode

from masking_console.__main__ import DevelopmentDesk


def test_the_folder_of_a_development_desk_is_its_users_alone_and_is_kept(tmp_path: Path) -> None:
    state = tmp_path / "a" / "state"
    for _ in range(2):
        DevelopmentDesk(state, "http://127.0.0.1:8081", 8082, "http://127.0.0.1:8080")

    assert filemode((state / "desk").stat().st_mode) == "drwx------"
