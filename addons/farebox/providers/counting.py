"""How the counts of one provider fit each other and the text, where other providers' do otherwise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counting:
    """What is known of a provider's counts, from its recorded exchanges.

    It `names_cached` tokens in the details of each input. Its total can be less than its parts by `rounding`. Its
    `thinking` can be stated as that many times the output that contains it, if another tokenizer counts it. If it
    `signs_all`, its answers have signatures without any thinking. With a prompt of its own, its input is about `prompt`
    times that of others.
    """

    names_cached: bool = False
    rounding: int = 0
    thinking: float = 1.0
    signs_all: bool = False
    prompt: float = 1.0
