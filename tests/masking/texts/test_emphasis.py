"""Words between asterisks, which are Markdown and no mask."""

import pytest

from masking_service.masking.effort import Effort
from masking_service.masking.records.record import Masker
from masking_service.masking.texts.emphasis import is_emphasised, with_asterisks, with_signs
from tests.masking.standard import LABEL, STANDARD, masked


@pytest.mark.parametrize("text", ["**王小明**签收", "*王小明*", "***王小明*** 加急", "收件：**王小明**，**李丽**"])
def test_asterisks_come_back(text: str) -> None:
    assert is_emphasised(text)
    assert with_signs(text) != text
    assert with_asterisks(with_signs(text)) == text


@pytest.mark.parametrize(
    "text", ["王**和李**", "欧阳**转李**", "*******5678", "**王***签收", "『王小明』**李丽**", "2*3*4"]
)
def test_masks_and_texts_with_such_signs_stay(text: str) -> None:
    assert with_signs(text) == text


def test_many_texts_are_read_like_each_of_them() -> None:
    texts = ["**王小明**", "请交 **李丽** 本人", "***焦瑞*** 加急", "放门口。" * 40 + "***焦瑞*** 加急", "**加急**"]
    records = [{"waybill_no": "X", "remark": text, "k1": text} for text in texts]
    alone = [masked(record)[0] for record in records]
    Masker(STANDARD, LABEL).mask_batch(records, Effort())
    assert records == alone
    assert ["焦瑞" in str(record) for record in records] == [False] * 5
