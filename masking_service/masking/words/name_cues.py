"""Words that are beside a person's name in texts, and words that are no names.

They are read from `name_cues.txt` and `common_words.txt`. Single characters of these kinds are listed here.
"""

from functools import cache
from importlib import resources
from typing import Final

from masking_service.masking.words.order_words import single_words_for_documents


def sections(name: str) -> dict[str, tuple[str, ...]]:
    """The words of each section of a file, in which `_` is a space inside a word."""
    found: dict[str, list[str]] = {}
    section: list[str] = []
    for line in resources.files(__package__).joinpath(name).read_text("utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            section += [word.replace("_", " ") for word in line.split()]
    return {key: tuple(words) for key, words in found.items()}


_WORDS: Final = sections("name_cues.txt")
ROLES: Final = _WORDS["roles"]
WEAK: Final = _WORDS["weak"]
TITLES: Final = _WORDS["titles"]
VERBS: Final = _WORDS["verbs"]
SURE_VERBS: Final = frozenset(_WORDS["sure-verbs"])
LABELS: Final = _WORDS["labels"]
FOLLOWING: Final = _WORDS["following"]
FIRST_PARTS: Final = _WORDS["first-parts"]
LAST_PARTS: Final = _WORDS["last-parts"]
ANNOUNCE: Final = _WORDS["announce"]
ANNOUNCE_FIRST: Final = frozenset(_WORDS["announce-first"])
SURE_FOLLOW: Final = _WORDS["sure-follow"]
FOLLOW: Final = (*_WORDS["follow"], *SURE_FOLLOW)
OPEN: Final = _WORDS["open"]
CANTONESE: Final = _WORDS["cantonese"]
"""Words of one character, each with the one of written Chinese that it is read like."""
GOODS: Final = _WORDS["goods"]
PLACES_ABROAD: Final = _WORDS["places-abroad"]
GIVEN: Final = "".join(_WORDS["given"])
GIVEN_WORDS: Final = frozenset(_WORDS["given-words"])
GIVEN_WORDS_TOLD: Final = frozenset(_WORDS["given-words-told"])
PLAIN: Final = {section[-1]: _WORDS[section] for section in ("plain-v", "plain-n")}
"""Words about parcels that the dictionary of `han_words` lacks, by class."""
UNITS: Final = "元块份箱件个盒袋斤包瓶单套桶提条只本罐板"
"""Units behind a number: how much a person orders or pays."""
NO_LATIN_NAME: Final = frozenset(_WORDS["no-latin-name"])
EVENTS: Final = frozenset(_WORDS["events"])
"""What is behind a word for a person in English without announcing a name: customer refused, driver assigned."""
NO_LATIN_NAME_ALONE: Final = NO_LATIN_NAME.union(_WORDS["no-latin-name-alone"], single_words_for_documents())
BRANDS: Final = frozenset(_WORDS["brands"])
NICKNAMES: Final = frozenset(_WORDS["nicknames"])
BOUND: Final = frozenset("是为和与跟经因被除送到向等由让请叫")
"""The words in `WEAK` that take no ending (了, 过)."""
NO_CALLED: Final = frozenset(_WORDS["no-called"])
NO_WORDS: Final = frozenset(_WORDS["no-words"])
PLAIN_BESIDE_NUMBER: Final = frozenset(_WORDS["plain-beside-number"])
TRADES: Final = frozenset(_WORDS["trades"])
_GIVEN_NAMES: Final = sections("given_names.txt")
LATIN_GIVEN: Final = (*_WORDS["latin-given"], *_GIVEN_NAMES["latin"], *_GIVEN_NAMES["cyrillic"], *_GIVEN_NAMES["greek"])
LATIN_PERSONS: Final = _WORDS["latin-persons"]
SMALL_WORDS: Final = frozenset(_GIVEN_NAMES["small"])
LATIN_SMALL: Final = frozenset(_WORDS["latin-small"])
LATIN_KIN: Final = _WORDS["latin-kin"]
LATIN_DOING: Final = _WORDS["latin-doing"]
LATIN_FOR: Final = _WORDS["latin-for"]
LATIN_AT: Final = _WORDS["latin-at"]
LATIN_BEFORE_DOING: Final = _WORDS["latin-before-doing"]
LATIN_SELF: Final = _WORDS["latin-self"]
LATIN_NEAR: Final = _WORDS["latin-near"]
LATIN_GREETINGS: Final = _WORDS["latin-greetings"]
LATIN_CLOSINGS: Final = _WORDS["latin-closings"]
LATIN_DONE_WITH: Final = _WORDS["latin-done-with"]
LATIN_POLITE: Final = _WORDS["latin-polite"]
LATIN_BEFORE: Final = (*_WORDS["latin-cues"], *LATIN_KIN)
LATIN_LABELS: Final = _WORDS["latin-labels"]
LATIN_BEHIND: Final = _WORDS["latin-behind"]
TURKISH_BEHIND: Final = _WORDS["turkish-behind"]
LATIN_WEAK_WORDS: Final = _WORDS["latin-weak"]
LATIN_NAMED: Final = (*_WORDS["latin-named"], *_WORDS["turkish-named"])
GERMAN_PERSONS: Final = _WORDS["german-persons"]
GERMAN_VERBS: Final = _WORDS["german-verbs"]
PINYIN_FAMILIES: Final = frozenset(_WORDS["pinyin-families"])
PINYIN_LIKE_WORDS: Final = frozenset(_WORDS["pinyin-families-like-words"])
PINYIN_SYLLABLES: Final = _WORDS["pinyin-syllables"]
NO_PINYIN_NAMES: Final = frozenset(_WORDS["no-pinyin-names"])
VIETNAMESE_FAMILIES: Final = frozenset(_WORDS["vietnamese-families"])
VIETNAMESE_PLAIN: Final = _WORDS["vietnamese-plain"]
VIETNAMESE_WORDS: Final = _WORDS["vietnamese-words"]
VIETNAMESE_TOWNS: Final = _WORDS["vietnamese-towns"]
VIETNAMESE_PLACES: Final = frozenset(_WORDS["vietnamese-places"])
LATIN_WORDS: Final = frozenset(_WORDS["latin-words"])
LATIN_BRANDS: Final = frozenset(_WORDS["latin-brands"])
LATIN_FIRMS: Final = _WORDS["latin-firms"]
LATIN_SHOPS: Final = frozenset(_WORDS["latin-shops"])
LATIN_STREETS: Final = frozenset(_WORDS["latin-streets"])
LATIN_TITLED: Final = frozenset(_WORDS["latin-titled"])
LATIN_PLAIN: Final = frozenset(_WORDS["latin-plain"])
LATIN_ORGANISATIONS: Final = frozenset(_WORDS["latin-organisations"])
LATIN_COUNTRIES: Final = _WORDS["latin-countries"]

NOT_BEHIND_ZONG: Final = (
    "结計计共部裁监監经經算体體量数數额額是有会會公站店台价價署统統值线線长長和管机機务務办辦行督领領书書之则則包重"
)
"""Characters that make another word of a 总 before them."""
SCHOOLS: Final = ("小学", "中学", "大学")
"""Words behind the last character of a place, which may be a family name: 向阳小学."""
PARTICLES: Final = "吗嗎呢吧啊呀啦嘛呗哦么咯嘞哟哈"
"""Characters that end questions and clauses, and no given names."""
SHORT_TITLES: Final = "总總哥姐叔姨嫂婶伯姑舅婆爷工董氏"
"""Titles of one character behind a family name, where no other Han follows that could make a word of them."""
NO_GIVEN: Final = PARTICLES + (
    "别验误捎催搬退换补领凭人叫行卡证證的了是不没已未被说要请給给让把与及就都也还代你您我他她它们这那哪什找打拿取送放收签簽话号號路街单"
    "單件个個只箱袋盒斤块分秒点點"
    "被从对往去过過起到在有無无先再又很太最更只后後并且但如果所以因为為可能会會应該该需须須得着著等级級部局厂转轉寄"
    "廠司店站楼層层室座区區县縣省市镇鎮村"
    "，。、！？：；,.!?:;（）()【】[]《》"
)
"""Characters that no given name has, where a cue is its only sign."""
PLACE_ENDS: Final = (
    "省市区區县縣旗州盟镇鎮乡鄉村路街道巷弄号號楼樓幢座层層室户戶房苑厦廈场場庄莊站店厂廠馆館院园園网網柜"
    "櫃台亭城湾灣庭府邸墅汇匯湖岸坊社铺舖鋪阁閣榭"
)
"""Last characters that no name at the end of an address has."""
NO_LABEL_ENDS: Final = (
    "品牌款色味质質类類型格码碼号號城市区區县縣省镇鎮村路街地址站点點店铺鋪网網商货貨物容态態因由费費价價额額度量间間期时時日式法语語言词詞"
    "注备備明装裝盒箱袋机機版厂廠求运運务務流司道仓倉"
)
"""Last characters of labels whose values are no names: 品牌, 颜色, 目的地, 状态."""
NO_LABELS: Final = (
    "(?:[^:：]?[品店货菜书歌剧]名)"
    "|(?i:brand|colou?r|item|goods|city|type|model|size|sku|style|status|note|remark|addr|state|product)"
)
"""Other labels whose values are no names."""
GOODS_ENDS: Final = (
    "粉片糖酒茶果桔橘枣棗瓜菜肉鱼魚虾蝦蟹鸡雞鸭鴨蛋面麵油醋酱醬盐鹽奶饼餅糕豆笋菇耳参參膏霜液乳纸紙巾布衣裤褲鞋袜帽包瓶罐杯碗盘盤锅鍋"
    "刀灯燈表笔筆书書卡券票盆贴貼膜架床被枕毯粥饭飯汤湯串饮飲料药藥丸仁干梨柚橙蒜葱薯芋藕椒肠腸翅爪腿丝絲链鏈圈扣"
)
"""Last characters of words for goods that are ordered by number: 毛豆 3斤, 黄桃 2箱."""
_WORD_WITH_CAPITAL: Final = "[A-Z\u00c0-\u00de\u0386-\u03ab\u0400-\u042f][^\\W\\d_]+"
LATIN_CUES: Final = (
    "(?:à|chez|pour|par|avec|et|gardien|concierge|voisin|client|destinataire|livreur|appeler|appelez|pr[ée]venir|contacter"
    "|demander|remettre|confi[ée]e?|remise?),? m(?=\\. )"
    "|(?:receptionist|neighbou?r|concierge|porter|(?:security )?guard|caretaker|doorman|flatmate|roommate|colleague"
    "|wife|husband|daughter|mother|father|brother|sister|friend),"
    f"(?=\\s(?-i:{_WORD_WITH_CAPITAL}) (?-i:{_WORD_WITH_CAPITAL}))"
    "|(?:refused|rejected|accepted|signed|collected|received|taken|cancelled|confirmed|verified|requested|reported"
    f"|picked up|handed over)(?:\\s[a-z]+){{1,3}} by(?=\\s(?-i:{_WORD_WITH_CAPITAL}) (?-i:{_WORD_WITH_CAPITAL}))"
    "|(?:recipient|consignee|addressee|receiver|contact|name)(?: was| has been)? (?:changed|updated|corrected) to"
    "|(?:au|em) nom[e]? de|a nome(?: di)?|atas nama|на имя|auf den namen|proof of delivery|ehe(?:frau|mann)"
    "|lebensgef[äa]hrt(?:e|in)"
    "|sohn|tochter|schwester|bruder|mutter|vater|oma|opa|schwager|schwägerin|schwiegermutter|schwiegervater|mitbewohner(?:in)?"
    "|kolleg(?:e|in)|hausmeister(?:in)?|pf[öo]rtner(?:in)?"
    "|name on (?:the )?(?:buzzer|bell|doorbell|door|intercom|mailbox|letterbox)|klingel(?:schild)?|klingeln bei"
    "|name an der klingel|nom sur (?:l['’]interphone|la sonnette|la bo[iî]te(?: aux lettres)?)|nombre en el timbre"
    "|nome sul citofono|cognome|nazwisko|apellidos?|surname|last name|nachname|nom de famille|фамилия|soyad[ıi]"
    "|attn|attention|(?:signed|received|accepted|collected|for|to|from)(?=[:：])|c/o|contact(?: person)?"
    "|consignee|consignor|receiver|recipient|addressee|shipper|sender|customer|buyer|ship to|deliver(?:ed)? to"
    "|signed (?:for )?by|received by|collected by|accepted by|leave with"
    "|left with(?: (?:an? )?(?:individual|adult|neighbou?r|resident|tenant|receptionist))?|handed to|given to"
    "|driver|courier|call(?:ed)?|ask(?:ed)?(?: for)?|sold to|ring (?:the )?(?:bell |doorbell )?for"
    "|happy (?:birthday|anniversary),?|merry (?:christmas|xmas),?"
    "|thanks? -|it's|driver is|courier is|dear|hi|hello|name|full name|name is|my name is|i am"
    "|i'm|this is|resident|receptionist|neighbou?r|security guard|guard|concierge|colleague|manager|owner"
    "|tenant|landlord|wife|husband|mother|father|mum|mom|dad|brother|sister|son|daughter|friend|assistant"
    "|secretary|boss|guest|client"
    "|(?:leave|left|give|hand|pass|take|drop|release|hand over|deliver|return|bring) (?:it|them|this|(?:the "
    "|this |my )?(?:parcel|package|box|order|keys?|item|goods|delivery|letter)) (?:off )?(?:with|to|for)"
    "|signed off by|authori[sz]ed by|care of|on behalf of|payable to|patient|student"
    "|hand(?:ed)? (?:it |this |over |parcel |package )?to|gi(?:ve|ven) (?:it |this )?to|pass(?:ed)? (?:it )?to"
    "|picked up by|pick(?:ed)?[- ]?up by|collected from|accepted from|fao|f\\.a\\.o\\.?|pod|signee|signatory"
    "|signature|sp(?:eak|oke|oken) (?:to|with)|contact(?:ed)?|inform|notify|tell|reach|phone|text"
    "|message(?!: (?:happy|merry) (?:birthday|anniversary|christmas|xmas|new year|easter|wedding|valentine|holiday))"
    "|ring|buzz|see|reserved for|registered to|addressed to|(?:room|flat|house|class|team)mates?"
    "|co-?workers?|agent"
    "|rep(?:resentative)?|clerk|porter|doorman|janitor|caretaker|nurse|teacher|coach|cousin|nephew|niece|uncle"
    "|aunt|grand(?:ma|pa|mother|father|son|daughter)|partner|boyfriend|girlfriend|fianc[ée]e?|landlady"
    "|housekeeper|nanny|babysitter|cleaner|intern|supervisor|technician|operator|dispatcher|rider|carrier"
    "|housemate|director|doctor|professor|employee|staff member|shop owner|store manager|warehouse manager"
    "|night guard|delivered into (?:the )?hands? of|in care of|cc|prepared by|packed by|checked by|inspected by"
    "|issued by|requested by|reported by|booked by|ordered by|paid by|scanned by|handled by|assigned to"
    "|escalated to|transferred to|forwarded to|returned to|released to|received from|on behalf|opened by"
    "|closed by|updated by|created by|approved by|witness(?:ed by)?"
    "|(?:abholer(?:in)?|empf[äa]nger(?:in)?|absender(?:in)?|kund(?:e|in)|unterschrift|destinat[aá]ri[ao]|remitente|remetente"
    "|client[ei]?|cliente|exp[ée]diteur|destinataire|livreur|corriere|mittente|repartidor|conductor|ontvanger"
    "|afzender|bezorger|odbiorca|nadawca|mottagare|avs[äa]ndare|modtager|afsender|mottaker|vastaanottaja"
    "|al[ıi]c[ıi]|g[öo]nderen|teslim alan|primatelj|p[řr][íi]jemce|c[íi]mzett|destinatar|penerima|pengirim"
    "|nombre|nome|nom|naam|imi[ęe]|ad[ıi])(?=[:：])"
    "|người (?:nhận|gửi|mua|bán|đặt)|khách(?: hàng)?(?! sạn)|tài xế|nhân viên|hàng xóm|bảo vệ|lễ tân|vợ|chồng|mẹ|bố"
    "|em gái|em trai|anh trai|chị gái|thầy giáo|cô giáo"
    "|rcv?d by|rec['’]?d by|sgnd by|tên(?: là)?|k[ýy] nhận(?: bởi)?|đại diện|shipper|зовут"
    "|передайте|позвоните|отдайте|свяжитесь с|chamar"
    "|contactez|remis(?:e)? en main propre [àa]|laiss[ée]e? [àa]|demand[ée]e? par|je m['’]appelle|mi chiamo|me llamo"
    "|mi nombre es|me chamo|chamo-me|meu nome [ée]|mein name ist|ich hei(?:ß|ss)e"
    "|(?:soy|sou|sono|je suis|c['’]est|ici|ich bin|hier ist|это)"
    f"(?=\\s(?-i:{_WORD_WITH_CAPITAL}) (?-i:{_WORD_WITH_CAPITAL}))"
    "|complainant|claimant|identified as|escalated by|filed by|submitted by|confirmed by|except|apart from"
    "|card left for"
    "|caller|callee|follow(?:ed)? up with|over to|individual|adult|opened for|raised by|logged by|owner is"
    "|name on (?:the )?(?:bell|door|label)|zugestellt an|abgegeben bei(?: nachbar(?:in)?)?"
    "|[üu]bergeben an|ausgeh[äa]ndigt an"
    "|angenommen von|unterschrieben von|quittiert von"
    "|(?:nachbar(?:in)?|vecin[oa]|voisin(?:e)?|vicin[oa]|vizinh[oa]|buren|naboen)|entregado a|firmado por"
    "|recibido por|recogido por|remis [àa]|remise [àa]|sign[ée] par|re[çc]u par|livr[ée] [àa]|consegnat[oa] a"
    "|firmat[oa] da|ricevut[oa] da|ritirat[oa] da|entregue a|recebido por|assinado por|retirado por|bezorgd bij"
    "|afgegeven (?:bij|aan)|getekend door|ondertekend door|odebra[łl]a?|podpisano przez|dor[ęe]czono do"
    "|levererad till|signerad av|utlämnad till|leveret til|levert til|luovutettu|diterima oleh|teslim edildi"
    "|ansprechpartner(?:in)?|kontaktperson|klingeln bei|annahme verweigert (?:durch|von)|entgegengenommen von"
    "|[üu]bernommen von|abgeholt von|z\\. ?hd\\.?|zu h[äa]nden(?: von)?|zugestellt bei|ausgeliefert an|c\\.a\\."
    "|[àa] l['’]attention de|remettre [àa]|laisser [àa]|d[ée]poser chez|confi[ée] [àa]|contacter|pr[ée]venir|chez"
    "|r[ée]cup[ée]r[ée] par|appel(?:er|ez)|preguntar por|llam(?:ar|e) a|avis(?:ar|e) a|entreg(?:ar|ue) a"
    "|contactar (?:con|a)|(?:a la )?atenci[óo]n(?: de)?|dejar con|a nombre de|hablar con|persona de contacto"
    "|consegnare a|lasciare a|chiamare|citofon(?:o|are)(?: a)?|all['’]attenzione di|contattare|rivolgersi a"
    "|deixar com|falar com|ligar para|a(?:os)? cuidados? de|a/c|t\\.a\\.v\\.?"
    "|ter attentie van|bezorg(?:d|en) (?:bij|aan)"
    "|overhandigd aan|aangenomen door|vragen naar|adresat|(?:dzwoni[ćc]|zadzwoni[ćc]) do|przekaza[ćc]|do r[ąa]k"
    "|p[řr]evzal[ai]?|p[řr]ed[áa]no|mottagen av|modtaget af|mottatt av|afleveret til|teslim edilen"
    "|titip(?:kan)? (?:ke|kepada)|kepada|serahkan (?:ke|kepada)"
    "|(?:giao cho|g[ặa]p|g[ọo]i cho|li[êe]n h[ệe])(?-i: anh| chú| bác| em| bạn| thầy)?"
    "|shou(?:jian|huo)ren|(?:ji|fa)jianren|lianxiren|qianshouren|xingming|zhuanjiao|jiaogei|zhao"
    "|получатель|получил[аи]?|отправитель|контактное лицо|вручено|передать|спросит[ье]"
    "|позвонить|доставлено|адресат|курьер"
    "|клиент|покупатель|для|от|у соседа|у соседки|одержувач|відправник|передати|зателефонувати"
)
"""Before a name in Latin letters."""
LATIN_WEAK: Final = (
    "only|for|to|by|is|with|from|and|or|at|of|via|delivered|left|my|our|bei|f[üu]r|von|durch|an|und|pour|par|de|et"
    "|client[ea]?|kund(?:e|in)|klient|klant|destinatari[oa]|destinataire|empf[äa]nger(?:in)?|ontvanger|para|por|con|com|y|e|per|da|di|dla|i|od|do|pro|voor|van|aan|door|en|untuk|oleh|dan|ke|till|f[öo]r|til|av|cho|с|и"
)
"""Words before a known name in Latin letters, or before one that a verb of people follows."""
LATIN_TITLES: Final = (
    "signor(?:a|ina)?|sig\\.(?:ra|na)|frk|fröken|encik|sayın|domnul|doamna|paní|slečna"
    "|κ(?=\\.)|κος|κα|κ[υύ]ρι(?:ος|ο|ου|α|ας)"
    "|г-н|г-жа|господин|госпожа|гражданин|гражданка"
    "|fam|mbak?|mas|nyonya|tante|pn(?=\\.)|ny(?=\\.)|tn(?=\\.)|de heer|heer"
    "|пан|пані|пану|пана|тётя|тетя|дядя|pan|panu|pana|panią"
    "|mr|mrs|ms|miss|mister|dr|dra|prof|sir|madam|herr|herrn|frau|fräulein|monsieur|madame|mme|mlle|mademoiselle"
    "|señor|señora|señorita|sra|srta|sr(?=\\.)|senhor|senhora|signor|signora|sig(?=\\.)|dott|dottor|dottoressa"
    "|meneer|mevrouw|mevr|dhr|pani|bapak|ibu|pak|mbak|chị|ông|bà|cô|thầy|bác"
)
"""Before a name in Latin letters."""
TITLES_BEHIND: Final = frozenset("bey beyi beye hanım hanim hanıma efendi abi abla usta".split())
"""Behind a name in Turkish."""


TITLES_IN_TEXTS: Final = (
    "don|(?:[Dd]oña|[Dd]ona|[Dd]ña\\.?|[Ff]amil(?:ie|ia)|[Ff]amille|[Ff]amiglia|[Ff]amília"
    "|[Ff]ru|[Tt]uan|[Pp]uan|[Cc]ik|[Kk]ak|[Bb]u|[Bb]ang|[Kk]ang|[Aa]bang"
    "|[Rr]odzin[ay]|[Kk]eluarga|[Gg]ezin|[Сс]емья|[Рр]одина|[Тт]ётя"
    "|anh|(?<![Gg]hi )[Cc]hú|[Ee]m(?= \\S+ (?:ra|đã|sẽ|nhận|lấy|ở|xuống|đang|gọi|phòng|căn)\\b))"
)
"""Titles that begin names of places, too: Don Mueang."""


@cache
def common_words() -> frozenset[str]:
    """Words that begin like a family name and are none."""
    text = resources.files(__package__).joinpath("common_words.txt").read_text("utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split()) - NO_WORDS
