"""Which records speak of the same: record linkage by exact keys first, then by scores that a person confirms or rejects.

Rules
-----
- **Exact keys first.** Two records that share a key (a person's id, a telephone, a file number) are the same, likeness 1, however
  the rest was written. Which keys are exact says whoever builds the records; a telephone of a shop, say, is none.
- **Then scores.** Who raised it and what it is about are compared apart, each field by itself; a record is as like another as the
  weaker of the two. What only one of them says counts neither way. What one has and the other lacks altogether is no likeness.
- **Names** are compared as people write them: with variants and traditional forms (張 is 张), spaces, middle dots, full-width letters,
  a form of address behind or before (张大爷, 老张), the family name first or last, and under any alias that was given. A name in
  Latin letters is that of a Chinese one only by an alias: several persons are called *Zhang Wei*.
- **Titles** are compared by their pairs of neighbouring characters, without what every petition says (关于……的问题); numbers
  in Chinese are numbers (三号楼 is 3号楼).
- **A score decides nothing.** Each suggestion gives its reasons; a person confirms it or rejects it, and what was rejected is not
  suggested again.
- Only records are compared that share something without which no score reaches `ENOUGH` (blocking), so the work grows with
  how many are alike, not with the square of how many there are. It loses no suggestion.

Source: the model of fields that agree and disagree is Fellegi and Sunter, "A Theory for Record Linkage" (Journal of the American
Statistical Association, 1969); the measure of titles is Dice's coefficient (1945). Traditional forms: General List of Simplified
Characters (简化字总表, 1986). Ours: the weights and `ENOUGH`. A score is a judgement put in figures so that it can be sorted and cut,
no frequency.
"""

from civicflow.workflows.likeness.judging import alike, what_alike, who_alike
from civicflow.workflows.likeness.names import Name, names_alike, read_name
from civicflow.workflows.likeness.records import Likeness, Record, Suggestion, What, Who, exact_key
from civicflow.workflows.likeness.suggesting import ENOUGH, Index, blocks_of, groups, suggest
from civicflow.workflows.likeness.titles import categories_alike, pairs_of, titles_alike, words_of

__all__ = [
    "ENOUGH",
    "Index",
    "Likeness",
    "Name",
    "Record",
    "Suggestion",
    "What",
    "Who",
    "alike",
    "blocks_of",
    "categories_alike",
    "exact_key",
    "groups",
    "names_alike",
    "pairs_of",
    "read_name",
    "suggest",
    "titles_alike",
    "what_alike",
    "who_alike",
    "words_of",
]
