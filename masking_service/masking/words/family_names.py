"""Han family names, simplified and traditional: data.

Source of those of two characters: 百家姓, and those still in use that public lists agree on. Left out is what begins
with a frequent family name of one character (王孙, 安陵, 高堂): there the second character is nearly always a given
name's, and a name too many shows it; and what calls a town (邯郸).
"""

import re
from typing import Final

from masking_service.masking.words.alternatives import by_char
from masking_service.masking.words.name_cues import LATIN_TITLES

_NAMES: Final = """
    万俟 司马 上官 欧阳 夏侯 诸葛 闻人 东方 赫连 皇甫 尉迟 公羊 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠
    公孙 仲孙 轩辕 令狐 钟离 宇文 长孙 慕容 鲜于 闾丘 司徒 司空 亓官 司寇 子车 颛孙 端木 巫马 公西 漆雕
    乐正 壤驷 公良 拓跋 夹谷 宰父 谷梁 段干 百里 东郭 南门 呼延 羊舌 微生 梁丘 左丘 东门 西门 南宫 第五
    独孤 南郭 北宫 达奚 褚师 纳兰 贺兰 哥舒 屈突 斛律 尔朱 耶律 完颜 叶赫 那拉 富察 伯赏 墨台 侯莫 叱干
    秃发 沮渠 乞伏 叔孙 孟孙 季孙 士孙 公仲 公叔 公伯 公祖 公乘 公输 公明 公孟 公仪 公皙 公户 仲长
    毌丘 毋丘 新垣 屠岸 东野 东里 东宫 东陵 西陵 西乞 西郭 北郭 北野 北门 南荣 南伯 太史 太伯 左师 右师
    司城 司鸿 巨毋 相里 雍门 欧侯 范姜 归海
    萬俟 司馬 歐陽 諸葛 聞人 東方 赫連 尉遲 澹臺 濮陽 單于 公孫 仲孫 軒轅 鍾離 鐘離 長孫 鮮于 閭丘 子車
    顓孫 巫馬 樂正 壤駟 夾谷 穀梁 段幹 東郭 南門 東門 西門 南宮 獨孤 北宮 達奚 褚師 納蘭 賀蘭 爾朱 完顏
    葉赫 叔孫 季孫 孟孫 士孫 公輸 公儀 東里 東野 東宮 東陵 西陵 北門 南榮 太史 左師 右師 司鴻 雍門 歐侯
"""

DOUBLE_FAMILY_NAMES: Final = frozenset(_NAMES.split())

FAMILY_NAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄"
    "聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧阳管柴蒙鲍华喻祁蒲"
    "房滕屈饶解牟艾尤时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙"
    "酆昝裘荀芮羿汲邴糜隗宓郗钭郜邰逄郦璩亓戢濮殳厍訾阚乜蒯竺逯仝谯郇綦仉翦鄢郄忻茆佴笪呙眭冮禚俸鄯琚庹闾镡菅嵇贲褟妫睢苌仵邾郅郯邳郐臾麴铫驺颉闳佀"
    "洪赖賴傅萧阎閻丘寇巫佘邝鄺甄敖虞巩鞏匡荆鞠奚冼谌郁楚胥蔺冀"
    "張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧蕭葉蘇魏呂盧鍾譚陸範賈韋鄒龍賀顧龔萬錢嚴湯齊喬龐顏莊聶魯歐關蘭單裴駱藍"
)
"""The hundred most frequent family names of one character (Ministry of Public Security, 2020), and rare clear ones."""

RARE_FAMILY_NAMES: Final = (
    "水云郎昌凤花廉乐皮平湛禹狄贝计伏谈茅麻强危支经干宣杭诸钮滑荣羊於惠封储松井富乌巴弓牧山蓬班仰秋仲伊暴厉戎祖束幸韶蓟薄印宿怀鄂索咸籍屠池阴苍闻莘贡劳扶堵宰雍郤桑"
    "丛展亢漆寿扈燕郏浦慕茹习宦鱼慎戈庾暨衡步弘广禄阙沃蔚夔隆晁勾融毋养丰巢权盖桓敬揭晋辜占修肇撒尧豆帅蹇凡练延邸鹿雒寸矫宛揣隽鄔陽賓費衛連邊鮑黨閔雲頡饒麥儲勞園堯塗寧岡憑應繆禤缑锺栗泮粟"
    "查位植苑畅稽官衣银扬明居满利靖迟战撖闪昂普帖锁妥喇拜沐丑盘鲜朴南玉藏洛刀岜旦尕卯朵笃遆惹郸侬樵鸦缐英淡岩元青容遲鮮藺揚滿銀"
    "宇保迮闭侍冶代原候海檀况腾励旷卿幺操尉木令恽漕粘智哈信宾诺赫奉渠萨敦"
    "丌亶僖卬奂奭姒嬴岐恪杞泠洙溥滹颍潞澹炅爨瓮甪盱禢祢穰糗缯芈羌耏蒉蔌薳蘧虢訚赅邘邨邽郈郕鄘鄚鄫鄹钏隰颛骈麋黥"
)
"""Rarer family names of one character (百家姓 and census): they need more than one sign of a name."""

WORDS_AS_FAMILY_NAMES: Final = "楼区相种户法介泰律初国都母"
"""Those that are nearly always words: names where a cue leaves little doubt."""

PLAIN_WORDS_AS_FAMILY_NAMES: Final = (
    "么来能那双门东由才买巨药公从红钦汝琴墨伯益良旺雪爱言火越归后有过生须年充空终赏别家福通达德"
)
"""Those that are more often words yet: names where a usual given name is behind them, too."""


def han_name(
    han: str, singles: str = FAMILY_NAMES + RARE_FAMILY_NAMES, apart: str = "", *, double_first: bool = False
) -> str:
    """A fragment of an expression: a family name and a given name of one or two characters.

    It begins with one class of characters, which lets a search pass over most of a text.

    Args:
        han: the inside of a class of the characters that given names have.
        singles: the family names of one character; those of two are always read.
        apart: what is asked right behind the first character about what is before it.
        double_first: whether 欧阳明 is tried as 欧阳 and 明 before it is as 欧 and 阳明.
    """
    doubles = sorted(DOUBLE_FAMILY_NAMES)
    firsts = "".join(dict.fromkeys([*singles, *(name[0] for name in doubles)]))
    seconds = "|".join(
        f"(?<={first})[{''.join(name[1] for name in its)}]" for first, its in by_char(doubles, 0).items()
    )
    family = (f"(?:{seconds})", f"(?<=[{singles}])")[:: 1 if double_first else -1]
    return f"[{firsts}]{apart}(?:{family[0]}[{han}]{{1,2}}|{family[1]}[{han}]{{1,2}})"


LATIN_TITLE: Final = re.compile(
    rf"\s*(?:{LATIN_TITLES}|sr|hr|sig\.ra|(?:fr|ing|mag|rev|hon)(?=\.)|capt|captain|doctor|professor|reverend)\b(?:\.\s*|\s+)(?=[\w*])",
    re.I,
).match
"""Titles before a Latin name: they stay, and the name is masked as if it were alone."""
