"""Titles of goods, reviews, traces and labelled numbers stay as they are, and names in them are hidden."""

from typing import Final

from masking_service.masking.records.profile_masks import Masks
from tests.every import every
from tests.masking.standard import LABEL

TEXTS: Final = Masks(LABEL).text_mask


@every("text", [
    "海尔壁挂炉天然气燃气采暖炉两用节能1080P高清家用监控摄像头", "无线耳机单双耳运动跑步隐形小迷你入耳苹果安卓通用",
    "爱普生家用投影仪 家庭影院 蓝光3D 全高清 无屏电视 投影机", "热敏收银纸80*50打印纸80mm超市餐厅小票纸",
    "英语字帖衡水体初中高中生手写体凹槽练字帖本 配30支笔芯 基础篇", "康夫（CONFU）卷发棒14档调温液晶显示大卷烫发",
    "田字格小学生本子1-2年级练习簿", "东北五常大米10斤真空包装当季新米", "维达抽纸3层130抽*24包整箱",
    "镖头适用于15.6寸联想小新Air 15 2019键盘膜", "联想 MIIX 3-1030皮套", "五分区300W蓝牙功放机",
    "打印纸100张相纸包邮", "10寸全灰色皮套",
])  # fmt: skip
def test_titles_of_goods_stay(text: str) -> None:
    assert TEXTS(text) == text


@every(("text", "shown"), [
    ("儿童积木桌多功能大颗粒拼装玩具，王小明收", "儿童积木桌多功能大颗粒拼装玩具，王**收"),
    ("不锈钢保温杯便携大容量 李明 13812345678", "不锈钢保温杯便携大容量 李* *******5678"),
    ("新款加厚羽绒服男士外套 客户：张伟", "新款加厚羽绒服男士外套 客户：张*"),
    ("新款加厚羽绒服男士外套 王丽娟", "新款加厚羽绒服男士外套 王**"),
    ("302张三 4份", "***张* 4份"),
])  # fmt: skip
def test_names_beside_goods_are_hidden(text: str, shown: str) -> None:
    assert TEXTS(text) == shown


@every("text", [
    "床很大，很舒服.酒店员工的服务态度很亲切", "送的还比较快•就是味道没有在店里吃起来好吃•总体不错",
    "我和同事住过，不加收房费", "工作人员向记者表示没问题", "经常买，速度快", "汤洒了，等了很久",
    "单冷空调，单门冰箱",
])  # fmt: skip
def test_prose_stays(text: str) -> None:
    assert TEXTS(text) == text


@every("text", [
    "起运港宁波，目的港鹿特丹", "快件已发往温哥华", "已到达马尼拉，正在分拣", "快件已发往岳阳",
    "从高雄发出，预计明天到", "苏尼特右旗网点已揽收", "【乌拉特中旗】快件离开乌拉特中旗营业部",
    "长庆街道体育场路凯喜雅大厦", "天城路范家新苑东门", "浙江省杭州市西湖区行政路中段", "瑞安市莘塍莘塍街道底村",
    "绍兴县安昌镇广丰印染有限公司",
])  # fmt: skip
def test_places_stay(text: str) -> None:
    assert TEXTS(text) == text


@every(("text", "shown"), [
    ("【长沙】 已揽收  爱民", "【长沙】 已揽收  爱*"), ("收件人：安康", "收件人：安*"), ("吴忠先生收", "吴*先生收"),
    ("代买热依汗古丽", "代买*****"), ("收费小强签收", "收费**签收"), ("转交布朗先生", "转交布*先生"),
    ("吴忠代收", "吴*代收"), ("石狮要求改期", "石*要求改期"), ("林芝收 13812345678", "林*收 *******5678"),
    ("岳阳签收", "岳*签收"), ("收件人岳阳", "收件人岳*"), ("周密收", "周*收"), ("吴忠已取", "吴*已取"),
    ("高平让放门口", "高*让放门口"), ("周密家", "周*家"), ("黄石未取，联系不上", "黄*未取，联系不上"),
    ("gửi cô Giang", "gửi cô G****"), ("giao cho bà Huyện Nga ký nhận", "giao cho bà H**** *** ký nhận"),
])  # fmt: skip
def test_names_that_are_places_or_words_are_hidden(text: str, shown: str) -> None:
    assert TEXTS(text) == shown


@every("text", [
    "SKU 18-4420-BLK-XL", "Artikelnummer 076722124374", "型番：009875759240", "상품코드 078164011428",
    "Артикул 0062820970270", "UPC 047241303261 shipped", "机身号：0473-9183-1182-5412", "Part no. 96-2823-EGQ",
    "Factura 84087278859",
])  # fmt: skip
def test_numbers_of_goods_stay(text: str) -> None:
    assert TEXTS(text) == text
