"""Commands speak Chinese where the terminal does."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from masking_service.cli import commands
from masking_service.cli.doctor import checks
from masking_service.cli.faults import told
from masking_service.store.errors import StoreUnavailable
from tests.cli.files.runs import run

CHINESE = {"LC_ALL": "zh_CN.UTF-8"}


def test_a_policy_is_shown_in_chinese() -> None:
    checked = CliRunner().invoke(commands, ["policy", "check"], env=CHINESE)

    assert checked.exit_code == 0
    assert "policy.yaml 校验通过" in checked.stdout
    assert "所有展示方案合在一起，手机号 11 位中至少隐藏 7 位。" in checked.stdout
    assert "脱敏前" in checked.stdout


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("in.xlsx", b"no workbook", "输入不是 Excel 工作簿"),
        ("in.csv", b"", "输入为空"),
        ("in.csv", b"\xff\xfea\x00", "UTF-16"),
        ("in.json", b'[{"remark": 1}', "从此处开始的记录没有结束"),
        ("in.json", b'{"total": 1}', '请使用 {"records": [...]} 或数组'),
        ("in.ndjson", b"x" * 1_200_000, "请每行只放一条记录"),
    ],
)
def test_a_file_is_refused_in_chinese(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    refused = run("mask", path, "--output", tmp_path / "out", env=CHINESE)

    assert (refused.exit_code, said in refused.stderr) == (2, True), refused.stderr


@pytest.mark.parametrize(
    ("locale", "cause", "said"),
    [
        ("zh_CN.UTF-8", "connection", "存储无响应（connection）。处理方法："),
        ("zh_CN.UTF-8", "closed", "本进程的审计日志已结束：进程即将停止（closed）。处理方法："),
        ("C.UTF-8", "connection", "the store does not answer (connection). Fix: "),
    ],
)
def test_a_store_that_is_away_is_explained(monkeypatch: pytest.MonkeyPatch, locale: str, cause: str, said: str) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert (told(StoreUnavailable(cause)) or "").startswith(said)


def test_doctor_speaks_chinese_and_names_every_check(tmp_path: Path) -> None:
    shown = CliRunner().invoke(commands, ["doctor", "--state-dir", str(tmp_path)], env=CHINESE).stdout

    assert [name.en for name, _ in checks(tmp_path) if name.in_language("zh") not in shown] == []
    assert "✓ 密码算法自检" in shown
    assert "✗ 密钥集" in shown
    assert "本机没有运行服务" in shown
