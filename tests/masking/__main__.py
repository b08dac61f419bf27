"""Writes all lists of this folder again: `python -m tests.masking`.

No mask may show more than before. `variations` prints each text whose mask is another one; read the rest in the diff.
"""

from tests.masking import distances, readings, variations
from tests.masking.members import codes, meanings
from tests.masking.records import costs, finding
from tests.masking.texts import slots

for lists in (variations, distances, readings, codes, meanings, costs, finding, slots):
    lists.main()
