"""Finds units, floors and rooms in addresses and texts, in China and abroad.

An address field is masked by `kinds/address.py`, a text by `texts/full_reading.py`; both ask the modules here. Below is
what each of them was written for, with an example: what is written → what the module makes of it.

- `usual_addresses`: an address in China as most people write it, by one expression.
  华志路1685号3号楼2单元402室 → 华志路1685号3号楼*单元***室
- `han_addresses`: any other address in China, number by number from the street to the room.
  小商品市场三区A12号摊 → 小商品市场三区***号摊
- `japanese_addresses`: an address in Japanese.
  东京都新宿区西新宿2-8-1 3階 305号室 → 东京都新宿区西新宿2-8-1 *階 ***号室
- `foreign.address`: an address in other languages, by a word or a sign beside the number.
  500 Howard St, Apt 5B → 500 Howard St, Apt **
- `foreign.places`: the same, by the place of the number where no word says what it is.
  7/23 George Street, Sydney → */23 George Street, Sydney
- `han_units_in_text`: a floor or a room in a text in Chinese, which need not be an address.
  放3楼前台 → 放*楼前台
- `rooms_alone`: the number of a room in such a text, with no word for a room beside it.
  住户1203投诉 → 住户****投诉

Others only say what is written. `han_numbers` finds the numbers of a Chinese address and their level;
`han_number_rules` says what of each is shown. `districts` finds where the district ends. `addresses_in_text` says
whether a text holds an address at all, and which of its lines are foreign ones.

How an address abroad is read is told in `foreign`.
"""
