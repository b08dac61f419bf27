"""Finds names of people in texts and addresses.

`names_in_text` is the entry: it asks the other modules, and joins what they find. Below is what kind of writing each of
them was written for, with an example: a text whose phones are stars already → the name that the module finds. The kinds
overlap, and most names are found by several modules.

- `names_beside_words`: a name behind a word that announces a person, or before a title or a verb.
  找王芳拿 → 王芳
- `names_beside_numbers`: a name beside the stars of a phone or an identity number, or at one end of an address.
  王芳 *******5678 → 王芳
- `names_of_clauses`: a name that is a whole clause: behind a label, in a list, or of a person who speaks or signs.
  收件人：张三 → 张三
- `given_names_alone`: a given name without its family name.
  雨桐老师收 → 雨桐
- `names_without_family`: a name of people who have no family names, as among Uyghurs, Tibetans and Mongols.
  次仁多吉收 → 次仁多吉
- `nicknames`: a family name behind 小 or 老.
  老杜让放门卫 → 杜
- `names_in_traces`: a name at a fixed place of a carrier's trace or of a quoted chat.
  【苏州】 的时光（*******5678） 正在第1次派件 → 时光
- `names_between_words`: a name among other Chinese words, with no sign around it, by its likelihood alone.
  修水管王丽娟加急 → 王丽娟
- `names_in_frames`: a name of characters that are usually words, by what is on both sides of it.
  收件人东馨香来电 → 东馨香
- `names_of_pasted_lines`: the name in a line of a name, a phone and an address in China, often without a sign.
  王小明*******5678浙江省杭州市西湖区文三路12号 → 王小明
- `latin_names`: a name in Latin letters.
  deliver to Anna Rossi → Anna Rossi
- `latin_at_addresses`: a name in Latin letters at the beginning or the end of an address.
  Anna Rossi 华志路88号402室 → Anna Rossi
- `pinyin_names`: a name of China in pinyin, without capitals.
  找zhang wei拿 → zhang wei
- `names_of_neighbours`: a name in Korean, Japanese or Thai.
  받는 사람: 김민수 → 김민수
- `names_on_own_lines`: a name in a script without capitals, above an address, behind c/o or below a closing.
  c/o สุดา ใจงาม, 33/5 ถนนพระราม 9 → สุดา ใจงาม
- `arabic_names`: a name in Arabic letters.
  المستلم: محمد أحمد → محمد أحمد
- `names_by_script`: a name in Hebrew or Hindi.
  נמסר לשי לוי → שי לוי
- `bare_names`: a name that is all of an address field.
  王小明 → 王小明

The others find no name by themselves: `name_bounds` says where a name beside a cue begins and ends, `latin_bounds` the
same of names in Latin letters, `behind_names` what
may follow a name, `beside_runs` what is beside a run, and `han_run` whether a run is likelier a name or words.
`names_at_addresses` picks the addresses in which a name is looked for, and `names_of_places` drops what is part of the
name of a road, a town or a firm.

Words that these modules use:

- *Han*: Chinese characters. A *run* is Han without a gap. A *clause* is what is between two punctuation marks.
- *Cue*: what people write beside a name: an announcing word (收件人, 找), a title (先生), a verb (签收), a phone.
- *Cost*: a name or a word costs more the rarer it is (`words.han_words`). What a name *saves* is the cost of the same
  characters read as words, less its own cost. A cue beside it adds *points* to that.

`latin_names` asks `latin_at_doors` for names beside a verb of handing over or ringing, `latin_in_small_letters` for
those that are written small, and `latin_by_exclusion` for words that no cue announces. The words before a name are in
`latin_cues`.
"""
