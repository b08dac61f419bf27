"""The words that names of organisations end with. Data only.

`HAN_FORMS` are words for what an organisation is. Words of one character are only those no given name ends with.
`LATIN_FORMS` follow a name in Latin script, with or without dots between their words.
"""

from typing import Final

_HAN_FORMS: Final = """
    有限责任公司 股份有限公司 有限公司 责任公司 股份公司 集团公司 总公司 分公司 子公司 公司 集团 厂 店 中心
    有限責任公司 股份有限公司 責任公司 集團公司 總公司 集團 廠 株式会社 株式會社 有限会社 合同会社
    超市 商场 商城 商行 商社 商会 书店 书局 酒店 饭店 宾馆 旅馆 餐馆 餐厅 茶馆 食堂 药房 诊所 医院
    卫生院 卫生室 卫生所 学校 小学 中学 大学 学院 幼儿园 托儿所 研究院 研究所 设计院 事务所 工作室
    办公室 会议室 实验室 合作社 旅行社 报社 出版社 杂志社 银行 支行 分行 营业厅 营业部 经营部
    批发部 服务部 门市部 事业部 项目部 办事处 管理处 服务处 代理处 服务站 加油站 驿站 工作站 协会
    学会 基金会 委员会 居委会 村委会 工会 联合会 俱乐部 派出所 法院 检察院 公安局 邮局 税务局
    管理局 政府 博物馆 图书馆 体育馆 仓库 物流园 工业园 产业园 科技园 加工坊 网点 超級市場 商場
    書店 書局 飯店 賓館 餐館 餐廳 藥房 診所 醫院 學校 小學 中學 大學 學院 幼兒園 幼稚園 研究院 事務所
    辦公室 銀行 營業部 經營部 辦事處 服務站 協會 學會 基金會 委員會 俱樂部 法院 郵局 圖書館 倉庫
"""

HAN_FORMS: Final = tuple(dict.fromkeys(_HAN_FORMS.split()))

LATIN_FORMS: Final = (
    "company limited", "private limited", "co ltd", "pte ltd", "pty ltd", "pvt ltd", "sdn bhd",
    "company", "corporation", "incorporated", "limited", "holdings", "group", "corp", "inc", "ltd", "llc", "llp", "plc",
    "gmbh", "ohg", "sarl", "sas", "srl", "aps", "oyj", "kft", "sro", "jsc", "pjsc", "tbk", "ag", "bv", "nv", "oy",
)  # fmt: skip

DOTTED_FORMS: Final = frozenset("ab ag as bv doo kg kk llc llp lp nv ood plc sa sas sl spa srl sro zoo".split())
"""Forms that count only with their dots (S.A.): without them they are family names too (Sa, Spa)."""
