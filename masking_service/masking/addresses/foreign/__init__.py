"""Addresses abroad.

A foreign address is one object of four classes, each in a module of its own and based on the one before it: its words
and numbers (`tokens`), units by their place (`places`), the whole number of a unit (`unit_numbers`), and the reading of
its words (`address`), which is the one to begin with. `lots` says which numbers are lots and houses. `lines` finds
foreign addresses that are a whole line of a text.
"""
