"""The words of Chinese and English addresses, as fragments of regular expressions. Data only."""

from typing import Final

NUMERALS: Final = "零〇一二三四五六七八九十百千廿卅两兩壹贰叁肆伍陆柒捌玖拾ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ"

UNIT: Final = (
    r"单元|單元|单无|单(?=$|-?(?=[A-Za-z]{0,2}[0-9*])[A-Za-z0-9*]{3})|门洞(?=[-\s]{0,2}[A-Z]?[0-9*])|梯|病区|病區"
    r"|(?:(?<=[栋棟幢座楼樓][0-9*])|(?<=[栋棟幢座楼樓][0-9*]{2}))元(?=[0-9*]{3,4}(?![0-9*元]))"
)
"""Words behind the number of a unit, also in 2元501, in 2单501 or cut off at the end, or of a ward."""
ROOM: Final = (
    "病房|(?:(?<=[号號])|(?<=第[0-9一二三四五六七八九]))间|[车車工展卡]位|(?:办公|教|寝|会议|实验|工作|休息|包|诊|病|辦公|會議|自习|阅览|活动|化验|检查|监控|值班|档案|财务|资料|接待|收发|传达)?室|[户戶](?!村|籍)"
    "|房(?![村镇乡街路庄地产產管屋东源型]|[东南西北中][路街村])|宿舍(?![楼樓])|(?:商|店)?(?:铺|舖|鋪)(?![村镇鎮乡鄉街路]|码头|碼頭|社区)|床|商位|档口?|檔口?|[摊攤]位?|店面|门面(?!房?[A-Za-z]?[0-9*])|底商(?![A-Za-z]?[0-9*])|柜(?!台)"
)
"""Words behind the number of a room, of a stall in a market, or of a bed in a ward."""
FLOOR: Final = (
    r"[层層]|字?[楼樓](?![村镇鎮乡鄉街盘盤]|路(?!易))"
    rf"|(?:(?<=[0-9*{NUMERALS}])|(?<=[0-9*{NUMERALS}]\s))F(?![A-Za-z])"
)
OLD_ROOM: Final = (
    "(?:亭子|灶披|[前后後东東西南北][厢廂]|[前后後阁閣]|[东東西南北](?![楼樓座]))(?=[间間楼樓房屋座])"
    "|地(?=[铺舖鋪])|[顶頂底](?=[跃躍])|[上下](?=[叠疊])"
)
"""The beginnings of names of rooms without a number: 亭子间, 前楼, 西厢房, 顶跃."""
BUILDING: Final = (
    "(?:[号號]|#)[楼樓]|#|栋|棟|幢|撞|[懂憧楝冻](?=[0-9*])|座(?![椅位])|塔"
    "|[号號](?:厂房|仓|库|馆|公寓|宿舍(?=[0-9*楼樓]))"
)
LANE: Final = "弄|巷|胡同|大街|大道|支路|[街路道]|排(?!骨)|通道"
OTHER_NUMBERS: Final = (
    "[号號](?:[线線院桥厅井矿]|[门門](?![卫衛市面])|(?:支|公)?路|大?街|大道|地块|码头|街坊|区|航站|店(?![面铺])|高炉|渡口)"
    "|期|[区區]|组团|[组組队村米院支段厂岁次天年月日点點元个個箱斤份盒袋瓶桶罐只团连班]|件(?!数)|鄰(?![居里家])|邻(?=[0-9])|里(?![间間屋面边邊])|公里|国道|省道|县道|分钟|公斤|kg|大队|社区"
    "|[万亿萬億](?=[元美欧港日]|[\\s,，。；;]|$)|%"
)
"""Words behind the number of something else than a room."""

VILLAGES: Final = "村 组 組 屯 庄 莊 队 镇 鎮 乡 鄉 社区 社 箱 编 編 县 縣 市 市辖区"
ROADS: Final = "路 街 道 巷 线 線 段 胡同 大街 大道 街道 步行街 商业街"
LANES: Final = "弄"
NUMBERED_ANEW: Final = "自编 自編"
"""Words before a number that the owner gave, instead of the official one or beside it: 12号自编301."""
ZONES: Final = "小区 小區 新村 业区 業區 园区 園區 新区 新區 发区 發區 工业园 产业园 科技园 期 区 區"
ESTATES: Final = (
    "园 園 苑 庭 府 山庄 郡 邸 轩 居 阁 寓 厂 院 舍 都 寨 坊 筑 墅 馆 巢 天下 天地 国际 家园 人家 世家 名门"
    " 渡房 置房 租房 迁房 资房 改房 梯房 品房 建房 辅房 碧桂圆 花圆 家圆"
)
AISLES: Final = "城 物流 百货 百貨 女装 通道 综合体 广场 廣場 商贸 太古里 名品港 商业港 公路港 物流港"
MARKETS: Final = "菜厅 果厅 肉厅 易厅 易大厅 市场 市場 商场 商場 商城 商厦 超市 殖场 贸城 配城 具城 材城 纺城 装城 车城"
MARKET_INSIDE: Final = "市场|市場|商城|五金城|[贸貿配车車装裝具材鞋革饰飾纺紡械衫物料缝机機织織珠]城"
TOWERS: Final = "大厦 大廈 大夏 厦 廈 國際 中心 基地 总部 總部 展厅 楼 樓 酒店 宾馆 饭店 客栈 公楼"
BUILDINGS: Final = (
    "门面房 门面 门市房 门市 栋 棟 幢 座 # ＃ 地下室 储藏室 储藏间 储 藏 底商 负 負 库 东梯 西梯 南梯 北梯"
    " 商铺 店铺 商服 专柜 铺 舖 鋪"
)
WAYS: Final = "上楼 上樓"
"""Words that end like a place and are none."""
UNITS: Final = "单元 單元 梯 门洞 門洞"
FLOORS: Final = "层 層 地下"
ROOMS: Final = (
    "房间 房间号 房間 房間號 房号 房號 室号 室 门牌号 门牌 门牌號 单元号 楼层 樓層 附 之"
    " 铺位 舖位 鋪位 床位 工位 车位 車位 档口 檔口 摊位"
)
"""Words that the text before a number ends with and that say what it is."""

NAMED_BY_NUMBERS: Final = (
    "街区|艺术区|广场|老场坊|中学|小学|医院|农场|大厦|小区|社区|会所|会馆|酒店|花园|书店|酒吧"
    "|[创产商文科][\u4e00-\u9fff]{1,2}园|[级級届屆]"
)
"""Words behind a number that is part of a name (半岛1919小区, 101中学), or that is a year of students (2023级)."""

LIKE_A_FLOOR: Final = (
    "[层層楼樓栋棟座户戶室房间間梯铺舖鋪][楼樓]?"
    r"(?:巷|弄|胡同|路(?!易)|街(?![舞机拍])|[\u4e00-\u9fff]?[村镇鎮乡鄉屯])"
)
"""Words behind a number in Han that is part of the name of a road or a village: 七楼巷, 六户镇."""

STREET_FIRST: Final = (
    "rua|avenida|travessa|alameda|pra[çc]a|rodovia|estrada|calle|carrera|paseo|calzada|callej[oó]n|carrer|via|viale|corso"
    "|piazza|largo|vicolo|rue|chemin|all[ée]e|jalan|ulica|ulitsa|aleja|strada|calea|bulevardul"
)
"""Words for streets that come before the name."""
LATIN_PLACE: Final = (
    "street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|way|court|ct|place|square|highway|hwy"
    "|building|bldg|tower|block|district|city|county|province|apartment|apt|unit|suite|room|floor|flat|strasse|rue"
)
HOUSE_OF_FLATS: Final = (
    "towers?|apartments?|residency|residences?|residensi|heights|enclave|chs|society|nivas|niwas|bhavan|complex|arcade"
    "|condo(?:minium)?|kondominium|pangsapuri|menara|wisma|plaza|mall|galleria|pyramid|lakeside|mansions?"
    "|blo[ck]k? [a-z0-9]{1,2}"
)
"""Words in the names of apartment and office buildings."""
LATIN_SITE: Final = (
    "hotel|plaza|mall|estate|gardens?|house|village|hills?|farm|cent(?:er|re)|terrace|crescent|close|grove|heights|lodge"
    "|cottage|school|college|university|hospital|station|airport|bay|beach|island|north|south|east|west|new|san|los|hong"
)
"""Words in a name of two or three words that make it the name of a place."""

PROVINCES: Final = (
    "北京|天津|上海|重庆|重慶|河北|山西|辽宁|遼寧|吉林|黑龙江|黑龍江|江苏|江蘇|浙江|安徽|福建|江西|山东|山東|河南|湖北|湖南"
    "|广东|廣東|海南|四川|贵州|貴州|云南|雲南|陕西|陝西|甘肃|甘肅|青海|台湾|臺灣|内蒙古|广西|廣西|西藏|宁夏|寧夏|新疆|香港|澳门|澳門"
)

BARE_PLACE: Final = (
    r"(?![东南西北中前后上下]?[路街道镇乡县区市州村桥巷弄港岗埠塘浦湾湖山河溪洲坝]|[\u4e00-\u9fff](?:[镇乡]|小区|新村|公寓|花园|广场|大[道厦])|[东南西北](?![\u4e00-\u9fff]{1,3}[路街镇])"
    r"|[科学技算县県寨堡城地]|高科|小区|新村|公寓|花园|广场|工业|商[城贸业]|市场|社区|大[道厦学]|国际(?!商贸城)|家园|办事|步行|新城|管委|产业|科技"
    r"|物流|附近|公司|自治|皮革|电子|批发|[\u4e00-\u9fff]{0,2}族|电商|经济|开发|高新|行政|特色|城市|服饰|服装|家具|建材|五金|轻纺|汽)"
    r"(?:(?![的了我你他她是不别])[\u4e00-\u9fff]){2,8}?(?:[路街镇乡县区村巷弄园苑庭府湾]|市(?!场)|城(?!市)|大道|小区|公寓|广场|大厦)"
)
"""Part of a regular expression: a road, a town or an estate that needs nothing before it: 和平路, but not 街道."""
