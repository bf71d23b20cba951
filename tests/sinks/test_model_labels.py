"""The label `model` is bounded, however many names there are."""

from farebox.sinks.model_labels import MODELS_LIMIT, OTHER, UNKNOWN_MODELS_LIMIT, ModelLabels


def is_known(_provider: str, model: str | None) -> bool:
    return (model or "").startswith("known")


def test_no_model_is_an_empty_label() -> None:
    assert ModelLabels(is_known).label("openai", None) == ""


def test_as_many_unknown_names_as_the_limit_have_a_label_of_their_own() -> None:
    labels = ModelLabels(is_known)

    seen = [labels.label("openai", f"junk-{number}") for number in range(UNKNOWN_MODELS_LIMIT + 1)]

    assert seen == [*(f"junk-{number}" for number in range(UNKNOWN_MODELS_LIMIT)), OTHER]


def test_as_many_known_names_as_the_limit_have_a_label_of_their_own() -> None:
    labels = ModelLabels(is_known)

    seen = [labels.label("openai", f"known-{number}") for number in range(MODELS_LIMIT + 1)]

    assert seen == [*(f"known-{number}" for number in range(MODELS_LIMIT)), OTHER]


def test_junk_names_take_no_place_from_known_ones() -> None:
    labels = ModelLabels(is_known)
    for number in range(UNKNOWN_MODELS_LIMIT * 2):
        labels.label("openai", f"junk-{number}")

    assert labels.label("openai", "known-1") == "known-1"


def test_a_name_keeps_its_label_after_the_limit() -> None:
    labels = ModelLabels(is_known)
    for number in range(UNKNOWN_MODELS_LIMIT * 2):
        labels.label("openai", f"junk-{number}")

    assert labels.label("openai", "junk-0") == "junk-0"


def test_a_name_of_two_providers_counts_twice() -> None:
    labels = ModelLabels(is_known)
    for number in range(UNKNOWN_MODELS_LIMIT):
        labels.label("openai", f"junk-{number}")

    assert labels.label("groq", "junk-0") == OTHER


def test_the_catalogue_is_asked_once_for_each_name() -> None:
    asked: list[str | None] = []

    def knows(_provider: str, model: str | None) -> bool:
        asked.append(model)
        return True

    labels = ModelLabels(knows)
    for _ in range(3):
        labels.label("openai", "gpt-4o")

    assert asked == ["gpt-4o"]
