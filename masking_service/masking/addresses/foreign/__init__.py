"""Finds units, floors and rooms in addresses abroad.

Two objects go through all readers. `tokens` holds the words, numbers and signs of an address, answers questions about
how they are written, and never changes. `decided` holds what has been decided of them: hidden, kept, a postcode.
A reader is a function that is given both and a place. They are asked in this order, which `address` holds:

1. What is decided before a word is read, by `no_units`: postcodes (SW1A 2AA), and the numbers of lots, houses and
   streets that an expression finds (Carrera 4 No 39-347).
2. `words` reads each word and sign in turn: Apt 5B, 3rd Floor, Block 7, and by `signs` #08-11. All of them ask
   `unit_numbers` for the whole number.
3. If these hid something, `beside_units` reads the numbers beside it: Unit 2 402.
4. If they hid nothing, `beside_units` looks for the number of a flat by expressions: A-402, Shanti Towers.
5. If nothing is hidden yet, `places` reads the numbers by their place: 7/23 George Street. `houses` tells by the rules
   of each country which of them belong to the house: Via Roma 23/A.

A word is added to `foreign_units.tsv` in `words`, without code. A rule of one country is a function in `houses`, or an
expression in `no_units` or `beside_units`; `countries` tells in which country an address is.
"""
