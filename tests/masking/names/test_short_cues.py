"""Names in Chinese texts whose only cue is short, and idioms and days that look like names."""

import pytest

from masking_service import mask


def masked(text: str) -> str:
    record = mask([{"remark": text}])[0].record
    assert record is not None
    remark = record["remark"]
    assert isinstance(remark, str)
    return remark


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("老杜让放门卫", "老*让放门卫"),
        ("小胡说别敲门", "小*说别敲门"),
        ("客服小唐", "客服小*"),
        ("王芳两箱苹果李丽一箱梨", "王*两箱苹果李*一箱梨"),
        ("孔书琳160码", "孔**160码"),
        ("财务部张三丰收", "财务部张**收"),
        ("派件员：李明1036正在为您派件", "派件员：李*1036正在为您派件"),
        ("明日再派 by 王永远", "明日再派 by 王**"),
        ("送到12樓C", "送到**樓*"),
    ],
)
def test_a_name_with_a_short_cue_is_hidden(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert masked(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("张冠李戴", "龙飞凤舞", "一筹莫展", "高粱丰收", "詹记桃酥"),
        *("周一至周五送", "客户要求周五送", "小马上来", "小时到"),
        *("我和孙**一起买的", "写“祝董**生日快乐”放进箱子"),
    ],
)
def test_what_looks_like_a_name_stays(text: str) -> None:
    assert masked(text) == text
