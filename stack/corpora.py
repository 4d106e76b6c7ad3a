"""The corpora of generated events, by name."""

from collections.abc import Mapping

from stack.events.call import Corpus
from stack.events.small import SMALL
from stack.realistic.corpus import REALISTIC

CORPORA: Mapping[str, Corpus] = {"realistic": REALISTIC, "small": SMALL}
EVENT_RATIO = 20  # so many events of the small corpus are about as many bytes as one of the realistic one
