"""A vocabulary of subword pieces from texts, by the package tokenizers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.trainers import BpeTrainer

from mien.reading.pieces import INSIDE, SPECIAL, Vocabulary, named
from mien.reading.tokens import Kind, Token

_PRIVATE = 0xF0000
"""Letters within a word stand in Unicode's private plane while pieces are learnt.

The package's own prefix for them makes another vocabulary of every run: it breaks ties by the
order of a hash table.
"""


def vocabulary_of(texts: Iterable[Sequence[Token]], pieces: int, least: int) -> Vocabulary:
    """At most ``pieces`` pieces of texts' tokens: the same of the same texts.

    Every character and every emoji in ``least`` tokens or more is one.
    """
    emoji: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for tokens in texts:
        for token in tokens:
            (emoji if token.kind is Kind.EMOJI else words)[named(token)] += 1
    letters: Counter[str] = Counter()
    for word, count in words.items():
        for letter in _inside(word):
            letters[letter] += count
    kept = sorted(one for one, count in emoji.items() if count >= least)
    known = {letter for letter, count in letters.items() if count >= least}
    lines = (
        " ".join([written] * count)
        for word, count in sorted(words.items())
        if (written := "".join(one for one in _inside(word) if one in known))
    )
    learner = Tokenizer(BPE())
    learner.pre_tokenizer = WhitespaceSplit()
    trainer = BpeTrainer(
        vocab_size=max(pieces - len(kept) - len(SPECIAL), len(known)),
        min_frequency=least,
        show_progress=False,
    )
    learner.train_from_iterator(lines, trainer)
    found = sorted({_outside(piece) for piece in learner.get_vocab()} - set(kept))
    return Vocabulary((*SPECIAL, *kept, *found))


def _inside(word: str) -> str:
    return word[:1] + "".join(chr(_PRIVATE + ord(letter)) for letter in word[1:])


def _outside(piece: str) -> str:
    prefix = INSIDE if ord(piece[0]) >= _PRIVATE else ""
    return prefix + "".join(chr(ord(letter) % _PRIVATE) for letter in piece)
